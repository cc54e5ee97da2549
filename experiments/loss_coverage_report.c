/* SPDX-License-Identifier: GPL-3.0-or-later
 * The page about loss-coverage: a table for each distribution and number of losses, with a word beside every
 * method that does not keep its level. */
#include "loss_coverage.h"

#include <string.h>

#include "lab_parts.h"

static const char *mark_of(const char *verdict)
{
    return strcmp(verdict, LOSS_VERDICT_BELOW) == 0    ? "  BELOW ITS LEVEL"
           : strcmp(verdict, LOSS_VERDICT_BROKEN) == 0 ? "  GUARANTEE BROKEN"
           : strcmp(verdict, LOSS_VERDICT_NONE) == 0   ? "  no interval"
                                                       : "";
}

static void report_row(const bk_group *table, size_t row, bk_text *page)
{
    const char *verdict = lab_text_cell(table, "verdict", row);
    bk_text_append(page, "     %-21s", lab_text_cell(table, "method", row));
    if (strcmp(verdict, LOSS_VERDICT_NONE) == 0) {
        bk_text_append(page, " %8s %7s %9s %7s %7s", "-", "-", "-", "-", "-");
    } else {
        bk_text_append(page, " %8.4f %7.4f %9.4g %7.4f %7.4f", lab_cell(table, "coverage", row),
                       lab_cell(table, "standard_error", row), lab_cell(table, "mean_width", row),
                       lab_cell(table, "miss_low", row), lab_cell(table, "miss_high", row));
    }
    bk_text_append(page, " %7.4f  %-13s%s\n", lab_cell(table, "undefined", row),
                   lab_text_cell(table, "guarantee", row), mark_of(verdict));
}

/* How many methods have that verdict. */
static size_t report_table(const bk_group *table, bk_text *page, const char *verdict)
{
    const bk_dataset *method = bk_dataset_find(table, "method");
    const char *formula = bk_group_text(table, "formula");
    if (method == NULL || formula == NULL) {
        return 0;
    }
    bk_text_append(page, "%s: %.0f loss%s, each %s\n     true mean %.10g, range %s, %.0f trials, level %g\n",
                   bk_group_name(table), bk_group_real(table, "points"),
                   bk_group_real(table, "points") > 1.0 ? "es" : "", formula,
                   bk_group_real(table, "true_mean"),
                   bk_group_real(table, "range_known") > 0.0 ? "[0, 1]" : "unknown",
                   bk_group_real(table, "trials"), bk_group_real(table, "level"));
    bk_text_append(page, "     %-21s %8s %7s %9s %7s %7s %7s  %s\n", "method", "coverage", "error", "width",
                   "mean <", "mean >", "none", "guarantee");
    size_t found = 0;
    for (size_t i = 0; i < bk_dataset_size(method); i++) {
        report_row(table, i, page);
        found += strcmp(lab_text_cell(table, "verdict", i), verdict) == 0;
    }
    bk_text_append(page, "\n");
    return found;
}

static const char legend[] =
    "error: Monte Carlo standard error of coverage. width: mean width. mean <, mean >: the true mean lies "
    "below, above the interval. none: there was no interval, which counts as a miss. BELOW ITS LEVEL: "
    "coverage is below the level by more than 3 standard errors; a method whose guarantee is "
    "asymptotic or none has promised nothing else at this number of losses. no interval: the method "
    "needs the range of a loss and these losses have none, or it needs more losses, or more "
    "resamples.";

bk_status loss_coverage_report(const bk_group *root, bk_text *page)
{
    const bk_group *group = bk_group_find(root, "loss_coverage");
    size_t broken = 0;
    bk_text_append(page, "COVERAGE OF INTERVALS FOR A MEAN LOSS\n\n");
    for (size_t i = 0; group != NULL && i < bk_group_group_count(group); i++) {
        broken += report_table(bk_group_child(group, i), page, LOSS_VERDICT_BROKEN);
    }
    if (group != NULL && bk_group_group_count(group) > 0) {
        lab_report_words(bk_group_child(group, 0), "assumption", "What the guarantees rest on", page);
        bk_text_append(page, "\n");
    }
    bk_text_append_paragraph(page, "     ", 95, legend);
    if (broken > 0) {
        bk_text_append(
            page,
            "\n     GUARANTEE BROKEN: %zu times a method with a proved guarantee covered less than "
            "chance allows (p < 1e-6).\n     That is a fault of brisk: please report it.\n",
            broken);
    } else {
        bk_text_append(page, "\n     No method with a guarantee broke it.\n");
    }
    return bk_text_status(page);
}
