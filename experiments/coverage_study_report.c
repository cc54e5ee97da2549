/* SPDX-License-Identifier: GPL-3.0-or-later
 * The page about a coverage study, from the file alone. */
#include "coverage_study.h"

#include <math.h>
#include <string.h>

/* One cell of a column [method, level]. */
static double value(const bk_group *coverage, const char *name, size_t cell)
{
    return lab_cell(coverage, name, cell);
}

/* "90.12 +- 0.30", or a dash where there is no number. */
static void append_share(bk_text *page, double share, double error, int width)
{
    if (isnan(share)) {
        bk_text_append(page, " %*s", width, "-");
    } else if (isnan(error)) {
        bk_text_append(page, " %*.2f", width, 100.0 * share);
    } else {
        bk_text_append(page, " %*.2f +- %4.2f", width - 8, 100.0 * share, 100.0 * error);
    }
}

/* The promise that a number breaks or keeps is for the reader to see; only what is certain is said. */
static const char *remark(const bk_group *coverage, size_t cell, double level)
{
    const double exact = value(coverage, "exact_coverage", cell);
    if (value(coverage, "undecided", cell) > 0.0) {
        return "an end at the true risk: undecided";
    }
    return !isnan(exact) && exact < level ? "below its level" : "";
}

static void report_row(const bk_group *coverage, bk_text *page, size_t method, size_t cell, double level)
{
    bk_text_append(page, "     %-22s", lab_text_cell(coverage, "method", method));
    append_share(page, value(coverage, "coverage", cell), value(coverage, "coverage_mcse", cell), 14);
    append_share(page, value(coverage, "exact_coverage", cell), (double)NAN, 8);
    append_share(page, value(coverage, "miss_low", cell), (double)NAN, 8);
    append_share(page, value(coverage, "miss_high", cell), (double)NAN, 8);
    append_share(page, value(coverage, "undefined", cell), (double)NAN, 8);
    append_share(page, value(coverage, "mean_width", cell), (double)NAN, 8);
    bk_text_append(page, "  %-13s %s\n", lab_text_cell(coverage, "guarantee", method),
                   remark(coverage, cell, level));
}

static void report_level(const bk_group *coverage, bk_text *page, size_t l, size_t n_levels)
{
    const bk_dataset *method = bk_dataset_find(coverage, "method");
    const double level = value(coverage, "level", l);
    bk_text_append(page, "     level %g %%\n     %-22s %14s %8s %8s %8s %8s %8s  %s\n", 100.0 * level,
                   "all in percent", "coverage", "exact", "risk <", "risk >", "none", "width", "guarantee");
    for (size_t i = 0; method != NULL && i < bk_dataset_size(method); i++) {
        report_row(coverage, page, i, i * n_levels + l, level);
    }
}

static void report_network(const bk_group *network, bk_text *page)
{
    const bk_group *coverage = bk_group_find(network, "coverage");
    const bk_dataset *levels = coverage == NULL ? NULL : bk_dataset_find(coverage, "level");
    if (levels == NULL) {
        return;
    }
    bk_text_append(page,
                   "%s\n     true risk %.6f %% (off by about %.1g %% at most; class -1 %.6f %%, class +1 "
                   "%.6f %%)\n     %.0f test sets of %.0f points: mean error rate %.4f %%",
                   bk_group_name(network), 100.0 * bk_group_real(network, "true_risk"),
                   100.0 * bk_group_real(network, "true_risk_error"),
                   100.0 * bk_group_real(network, "true_risk_negative"),
                   100.0 * bk_group_real(network, "true_risk_positive"), bk_group_real(coverage, "trials"),
                   bk_group_real(coverage, "test_size"), 100.0 * bk_group_real(coverage, "mean"));
    if (!isnan(bk_group_real(coverage, "mcse"))) {
        bk_text_append(page, " +- %.4f %%", 100.0 * bk_group_real(coverage, "mcse"));
    }
    bk_text_append(page, "\n");
    for (size_t l = 0; l < bk_dataset_size(levels); l++) {
        report_level(coverage, page, l, bk_dataset_size(levels));
    }
    bk_text_append(page, "\n");
}

/* The methods are the same for every network, so their promises stand once. */
static void report_promises(const bk_group *networks, bk_text *page)
{
    const bk_group *coverage =
        bk_group_group_count(networks) == 0 ? NULL : bk_group_find(bk_group_child(networks, 0), "coverage");
    if (coverage != NULL) {
        lab_report_words(coverage, "promise", "What the intervals promise", page);
        bk_text_append(page, "\n");
    }
}

bk_status study_report(const bk_group *root, bk_text *page)
{
    const bk_group *networks = bk_group_find(root, "network");
    if (networks == NULL) {
        return BK_OK;
    }
    bk_text_append(page, "COVERAGE OF THE TRUE RISK\n\n");
    bk_text_append_paragraph(
        page, "     ", 95,
        "coverage: share of the test sets whose interval covers the true risk, +- its Monte Carlo standard "
        "error; exact: summed over the distribution of the error count, where the interval depends on the "
        "count alone; risk <, risk >: the true risk lies below or above the interval; none: there is no "
        "interval, which counts against coverage; width: mean of the intervals that have ends. All networks "
        "see the same test sets.");
    bk_text_append(page, "\n");
    for (size_t i = 0; i < bk_group_group_count(networks); i++) {
        report_network(bk_group_child(networks, i), page);
    }
    report_promises(networks, page);
    return bk_text_status(page);
}
