/* SPDX-License-Identifier: GPL-3.0-or-later
 * The page about Part 3 of the lab: each network's trials, bootstrap and intervals. */
#include "lab_parts.h"

#include <math.h>
#include <string.h>

static double attribute_of(const bk_dataset *dataset, const char *name)
{
    for (size_t i = 0; i < bk_dataset_attribute_count(dataset); i++) {
        const bk_attribute attribute = bk_dataset_attribute(dataset, i);
        if (strcmp(attribute.name, name) == 0 && attribute.dtype == BK_F64) {
            return *(const double *)attribute.values;
        }
    }
    return (double)NAN;
}

/* A fact of the trials: it stands on their values, or, where these were not kept, on their group. */
static double trials_fact(const bk_group *network, const char *name)
{
    const bk_dataset *counts = bk_dataset_find(network, "trials/error_count");
    return counts != NULL ? attribute_of(counts, name)
                          : bk_group_real(bk_group_find(network, "trials"), name);
}

static void report_trials(const bk_group *network, bk_text *page)
{
    const bk_dataset *counts = bk_dataset_find(network, "trials/error_count");
    const bk_group *test_set = bk_group_find(network, "test_set");
    if (bk_group_find(network, "trials") == NULL || test_set == NULL) {
        return;
    }
    const double trials = counts != NULL ? (double)bk_dataset_size(counts) : trials_fact(network, "trials");
    bk_text_append(page, "     %.0f fresh test sets of %.0f points: mean %.4f %%", trials,
                   bk_group_real(test_set, "test_size"), 100.0 * trials_fact(network, "mean"));
    if (trials > 1.0) {
        bk_text_append(page,
                       ",\n     standard deviation %.4f %%, Monte Carlo standard error of the mean %.4f %%",
                       100.0 * trials_fact(network, "sd"), 100.0 * trials_fact(network, "mcse"));
    }
    bk_text_append(page, "\n     one fixed test set: R_T = %.2f %% (%.0f errors)\n",
                   100.0 * bk_group_real(test_set, "error_rate"), bk_group_real(test_set, "error_count"));
}

static void report_bootstrap(const bk_group *network, bk_text *page)
{
    const bk_dataset *means = bk_dataset_find(network, "bootstrap/mean");
    const bk_group *bootstrap = bk_group_find(network, "bootstrap");
    if (means == NULL || bootstrap == NULL) {
        return;
    }
    bk_text_append(page, "     %zu bootstrap resamples: mean %.4f %%", bk_dataset_size(means),
                   100.0 * bk_group_real(bootstrap, "mean"));
    if (isfinite(bk_group_real(bootstrap, "sd"))) {
        bk_text_append(page, ", standard deviation %.4f %%", 100.0 * bk_group_real(bootstrap, "sd"));
    }
    bk_text_append(page, "\n");
    const double distance = bk_group_real(bootstrap, "centre_distance_sd");
    bk_text_append(page, "     the bootstrap is centred on R_T, not on the true risk");
    if (isfinite(distance)) {
        bk_text_append(page,
                       ":\n     here it stands %.2f standard deviations %s the mean of the fresh test sets",
                       fabs(distance), distance < 0.0 ? "below" : "above");
    }
    bk_text_append(page, "\n");
}

/* How far the ends of a resampled interval are off because the resamples are finitely many. */
static void report_ends(const bk_group *table, size_t row, bk_text *page)
{
    const double low = lab_cell(table, "mc_error_low", row), high = lab_cell(table, "mc_error_high", row);
    if (isfinite(low) && isfinite(high)) {
        bk_text_append(page, "     %-21s  +-%6.4f   +-%6.4f   Monte Carlo error of the ends\n", "",
                       100.0 * low, 100.0 * high);
    }
}

static void report_intervals(const bk_group *network, bk_text *page)
{
    const bk_group *table = bk_group_find(network, "interval");
    const bk_dataset *method = table == NULL ? NULL : bk_dataset_find(table, "method");
    if (method == NULL) {
        return;
    }
    bk_text_append(page, "     %-21s %-22s %-24s %-14s %s\n", "interval", "from to (%)", "R_T +- epsilon (%)",
                   "guarantee", "status");
    for (size_t i = 0; i < bk_dataset_size(method); i++) {
        const char *status = lab_text_cell(table, "status", i);
        const double low = lab_cell(table, "low", i);
        bk_text_append(page, "     %-21s ", bk_dataset_text(method, i));
        if (isnan(low)) {
            bk_text_append(page, "%-22s %-24s", "-", "-");
        } else {
            bk_text_append(page, "[%8.4f, %8.4f]   %8.4f +- %-12.4f", 100.0 * low,
                           100.0 * lab_cell(table, "high", i), 100.0 * lab_cell(table, "estimate", i),
                           100.0 * lab_cell(table, "half_width", i));
        }
        bk_text_append(page, " %-14s %s", lab_text_cell(table, "guarantee", i), status);
        bk_text_append(page, "%s\n", lab_cell(table, "clipped", i) > 0 ? ", clipped at 0 or 1" : "");
        report_ends(table, i, page);
        if (strcmp(status, "ok") != 0) {
            bk_text_append_paragraph(page, "         ", 91, lab_text_cell(table, "reason", i));
        }
    }
}

/* The formulas are the same for every network, so they stand once. */
static void report_formulas(const bk_group *network, bk_text *page)
{
    const bk_group *table = bk_group_find(network, "interval");
    const bk_dataset *method = table == NULL ? NULL : bk_dataset_find(table, "method");
    if (method == NULL) {
        return;
    }
    bk_text_append(page, "     Confidence level %g. What the intervals are, and what they promise:\n",
                   lab_cell(table, "level", 0));
    for (size_t i = 0; i < bk_dataset_size(method); i++) {
        bk_text_append(page, "     %s\n", bk_dataset_text(method, i));
        bk_text_append_paragraph(page, "       ", 93, lab_text_cell(table, "formula", i));
        bk_text_append_paragraph(page, "       ", 93, lab_text_cell(table, "promise", i));
    }
}

bk_status lab_report_test_error(const bk_group *root, bk_text *page)
{
    const bk_group *networks = bk_group_find(root, "network");
    if (networks == NULL || bk_group_group_count(networks) == 0 ||
        bk_group_find(bk_group_child(networks, 0), "trials") == NULL) {
        return BK_OK;
    }
    bk_text_append(
        page, "PART 3. TEST ERROR\n\n     All networks see the same test sets and resamples, so differences "
              "between them are paired.\n\n");
    lab_report_bayes_risk(networks, page);
    for (size_t i = 0; i < bk_group_group_count(networks); i++) {
        const bk_group *network = bk_group_child(networks, i);
        bk_text_append(page, "%s\n", bk_group_name(network));
        report_trials(network, page);
        lab_report_truth(network, page);
        report_bootstrap(network, page);
        report_intervals(network, page);
        bk_text_append(page, "\n");
    }
    report_formulas(bk_group_child(networks, 0), page);
    bk_text_append(page, "\n");
    return bk_text_status(page);
}
