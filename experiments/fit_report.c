/* SPDX-License-Identifier: GPL-3.0-or-later
 * The page of `fit`, from the file alone: the data, the networks in one table, their differences, and all
 * intervals in the order of what they promise. */
#include "fit_parts.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- The data ----------------------------------------------------------------------------------------- */

static const char *shown_attribute(char out[FIT_SHOWN], const bk_group *group, const char *name)
{
    const char *text = bk_group_text(group, name);
    return fit_shown(out, text == NULL ? "?" : text);
}

static void report_set(bk_text *page, const char *title, const bk_group *set, const char *positive)
{
    bk_text_append(page, "     %-14s%.0f points, %.0f of them of class '%s'", title,
                   bk_group_real(set, "points"), bk_group_real(set, "positive_points"), positive);
}

static void report_data(bk_text *page, const bk_group *root)
{
    const bk_group *training = bk_group_find(root, "training_set"), *test = bk_group_find(root, "test_set");
    const bk_group *scale = bk_group_find(root, "standardisation");
    const bk_dataset *input = bk_dataset_find(root, "input");
    char a[FIT_SHOWN], positive[FIT_SHOWN];
    if (training == NULL || test == NULL || scale == NULL || input == NULL) {
        return;
    }
    (void)shown_attribute(positive, training, "positive_class");
    bk_text_append(page, "     %-14s%s", "file", bk_group_text(training, "source"));
    bk_text_append(page, " (%s)\n", bk_group_text(training, "layout"));
    bk_text_append(page, "     %-14s%s: ", "label", shown_attribute(a, training, "label"));
    bk_text_append(page, "-1 is '%s', ", shown_attribute(a, training, "negative_class"));
    bk_text_append(page, "+1 is '%s'\n", positive);
    bk_text_append(page, "     %-14s%zu%s\n", "inputs", bk_dataset_size(input),
                   bk_group_real(scale, "applied") > 0
                       ? ", standardised by means and standard deviations of the training set"
                       : ", as they stand in the file");
    report_set(page, "training set", training, positive);
    bk_text_append(page, "\n");
    report_set(page, "test set", test, positive);
    if (bk_group_real(test, "held_out") > 0) {
        bk_text_append(page, ",\n%20sheld out of the same file at random, without regard to classes\n\n", "");
    } else {
        bk_text_append(page, ",\n%20sfrom %s\n\n", "", bk_group_text(test, "source"));
    }
}

/* ---- The networks ------------------------------------------------------------------------------------- */

static size_t row_of(const bk_group *table, const char *method)
{
    const bk_dataset *methods = table == NULL ? NULL : bk_dataset_find(table, "method");
    for (size_t i = 0; methods != NULL && i < bk_dataset_size(methods); i++) {
        if (strcmp(lab_text_cell(table, "method", i), method) == 0) {
            return i;
        }
    }
    return SIZE_MAX;
}

static void report_network(bk_text *page, const bk_group *network, double points)
{
    const bk_group *table = bk_group_find(network, "interval");
    const size_t row = row_of(table, "clopper-pearson");
    const double error = bk_group_real(network, "test_error");
    bk_text_append(page, "     %-14s%9.5f -> %-9.5f %7.3f %% %9.3f %% (%.0f)", bk_group_name(network),
                   bk_group_real(network, "initial_loss"), bk_group_real(network, "final_loss"),
                   100.0 * bk_group_real(network, "train_error"), 100.0 * error, error * points);
    bk_text_append(page, "  [%.3f, %.3f]  %.5f", 100.0 * lab_cell(table, "low", row),
                   100.0 * lab_cell(table, "high", row), bk_group_real(network, "test_nll"));
    const double standard_error = bk_group_real(network, "test_nll_standard_error");
    if (isfinite(standard_error)) {
        bk_text_append(page, " +- %.5f", standard_error);
    }
    bk_text_append(page, "%s\n", bk_group_real(network, "loss_fell") > 0 ? "" : "  (the loss did not fall)");
}

static void report_networks(bk_text *page, const bk_group *root, const bk_group *networks, double level)
{
    const double points = bk_group_real(bk_group_find(root, "test_set"), "points");
    bk_text_append(page, "     %-14s%-22s %-9s %-15s  %-16s %s\n", "network", "training loss", "train err.",
                   "test error (n)", "interval (%)", "test NLL");
    for (size_t i = 0; i < bk_group_group_count(networks); i++) {
        report_network(page, bk_group_child(networks, i), points);
    }
    bk_text_append(
        page,
        "\n     The interval is Clopper and Pearson's: over test sets of independent points it covers "
        "the risk\n     of the network in at least %g %% of them. NLL is the mean negative "
        "log-likelihood of a point in\n     nats, +- its standard error. All networks see the same "
        "test points and resamples.\n\n",
        100.0 * level);
}

/* ---- Comparison --------------------------------------------------------------------------------------- */

static void report_pair(bk_text *page, const bk_group *group, size_t row)
{
    char ends[64], alone[48], p[48];
    const double low = lab_cell(group, "nll_low", row);
    (void)snprintf(ends, sizeof ends, "[%.3f, %.3f]", 100.0 * lab_cell(group, "low", row),
                   100.0 * lab_cell(group, "high", row));
    (void)snprintf(alone, sizeof alone, "%.0f : %.0f", lab_cell(group, "only_a", row),
                   lab_cell(group, "only_b", row));
    (void)snprintf(p, sizeof p, "%.4g (%.4g)", lab_cell(group, "mcnemar_exact", row),
                   lab_cell(group, "mcnemar_holm", row));
    bk_text_append(page, "     %-26s %8.3f  %-18s %-10s %-18s %9.5f", lab_text_cell(group, "pair", row),
                   100.0 * lab_cell(group, "difference", row), ends, alone, p,
                   lab_cell(group, "nll_difference", row));
    if (isfinite(low)) {
        bk_text_append(page, "  [%.5f, %.5f]", low, lab_cell(group, "nll_high", row));
    }
    bk_text_append(page, "\n");
}

static void report_comparison(bk_text *page, const bk_group *root)
{
    const bk_group *group = bk_group_find(root, "comparison");
    const bk_dataset *pair = group == NULL ? NULL : bk_dataset_find(group, "pair");
    if (pair == NULL) {
        return;
    }
    const char *best = bk_group_text(group, "best");
    bk_text_append(
        page, "DIFFERENCES, A - B on the same test points\n\n     %-26s %8s  %-18s %-10s %-18s %9s  %s\n",
        "A - B", "error %", "Tango (%)", "A : B", "McNemar p (Holm)", "NLL", "Student's t");
    for (size_t row = 0; row < bk_dataset_size(pair); row++) {
        report_pair(page, group, row);
    }
    bk_text_append(
        page,
        "\n     A : B are the points that one of the two alone gets wrong; p is McNemar's exact test of "
        "equal risks, in\n     brackets adjusted for all pairs. The two intervals have the level %g, "
        "each for itself, and are asymptotic:\n     where few points differ, believe the test. Those "
        "that hold for all pairs at once stand in the file as\n     simultaneous_low and "
        "simultaneous_high. %s has the least test error; that it was picked on these points\n     "
        "flatters it by about %.3f %%.\n\n",
        bk_group_real(group, "level"), best == NULL ? "?" : best, 100.0 * bk_group_real(group, "optimism"));
}

/* ---- All intervals ------------------------------------------------------------------------------------ */

/* The classes of guarantee, in the order of what they are worth. */
static const struct {
    const char *name, *title;
} classes[] = {
    {"exact", "Promised for every number of points and every risk, for independent 0/1 losses"},
    {"finite-sample", "Promised for every number of points, for independent losses in [0, 1]"},
    {"asymptotic", "Right for many points, no promise for few"},
    {"none", "No promise: the formula has an estimated variance"},
};

static bool is_ok(const bk_group *table, size_t row)
{
    return strcmp(lab_text_cell(table, "status", row), "ok") == 0;
}

/* Rows of one class that are as they should be. */
static void report_class(bk_text *page, const bk_group *table, size_t class, double scale)
{
    const bk_dataset *method = bk_dataset_find(table, "method");
    bool begun = false;
    for (size_t i = 0; i < bk_dataset_size(method); i++) {
        if (!is_ok(table, i) || strcmp(lab_text_cell(table, "guarantee", i), classes[class].name) != 0) {
            continue;
        }
        if (!begun) {
            bk_text_append(page, "       %s\n", classes[class].title);
            begun = true;
        }
        bk_text_append(page, "         %-22s [%9.5f, %9.5f]", bk_dataset_text(method, i),
                       scale * lab_cell(table, "low", i), scale * lab_cell(table, "high", i));
        bk_text_append(page, "   +- %.5f%s\n", scale * lab_cell(table, "half_width", i),
                       lab_cell(table, "clipped", i) > 0 ? ", cut" : "");
    }
}

static bool same_trouble(const bk_group *table, size_t a, size_t b)
{
    return strcmp(lab_text_cell(table, "status", a), lab_text_cell(table, "status", b)) == 0 &&
           strcmp(lab_text_cell(table, "reason", a), lab_text_cell(table, "reason", b)) == 0;
}

/* The other rows; those of one status and reason stand together. */
static void report_trouble(bk_text *page, const bk_group *table)
{
    const bk_dataset *method = bk_dataset_find(table, "method");
    for (size_t i = 0; i < bk_dataset_size(method); i++) {
        bool first = !is_ok(table, i);
        for (size_t j = 0; first && j < i; j++) {
            first = !same_trouble(table, i, j);
        }
        if (!first) {
            continue;
        }
        bk_text names = {0};
        for (size_t j = i; j < bk_dataset_size(method); j++) {
            if (same_trouble(table, i, j)) {
                bk_text_append(&names, "%s%s", j == i ? "" : ", ", bk_dataset_text(method, j));
            }
        }
        bk_text_append(page, "       Not to be used (%s)\n", lab_text_cell(table, "status", i));
        bk_text_append_paragraph(page, "         ", 91, bk_text_string(&names));
        bk_text_append_paragraph(page, "           ", 89, lab_text_cell(table, "reason", i));
        bk_text_clear(&names);
    }
}

static void report_table(bk_text *page, const bk_group *network, const char *name, const char *title,
                         double scale)
{
    const bk_group *table = bk_group_find(network, name);
    if (table == NULL || bk_dataset_find(table, "method") == NULL) {
        return;
    }
    bk_text_append(page, "     %s %.5f\n", title, scale * lab_cell(table, "estimate", 0));
    for (size_t class = 0; class < sizeof classes / sizeof classes[0]; class ++) {
        report_class(page, table, class, scale);
    }
    report_trouble(page, table);
}

bk_status fit_report(const bk_group *root, bk_text *page)
{
    const bk_group *networks = bk_group_find(root, "network");
    if (networks == NULL || bk_group_group_count(networks) == 0) {
        return BK_OK;
    }
    const double level = lab_cell(bk_group_find(bk_group_child(networks, 0), "interval"), "level", 0);
    bk_text_append(page, "FIT\n\n");
    report_data(page, root);
    report_networks(page, root, networks, level);
    report_comparison(page, root);
    bk_text_append(page, "ALL INTERVALS, level %g\n\n", level);
    for (size_t i = 0; i < bk_group_group_count(networks); i++) {
        const bk_group *network = bk_group_child(networks, i);
        bk_text_append(page, "%s\n", bk_group_name(network));
        report_table(page, network, "interval", "test error (%)", 100.0);
        report_table(page, network, "nll_interval", "test NLL (nat)", 1.0);
        bk_text_append(page, "\n");
    }
    return bk_text_status(page);
}
