/* SPDX-License-Identifier: GPL-3.0-or-later
 * The page about the power study, from the file alone. */
#include "power_study.h"

#include <math.h>
#include <stdio.h>

static double cell(const bk_group *study, const char *column, size_t i)
{
    const bk_dataset *dataset = bk_dataset_find(study, column);
    return dataset == NULL || i >= bk_dataset_size(dataset) ? (double)NAN : bk_dataset_real(dataset, i);
}

static void report_truth(const bk_group *study, bk_text *page)
{
    const bk_group *truth = bk_group_find(study, "truth");
    if (truth == NULL) {
        return;
    }
    bk_text_append(page,
                   "     A = %s, risk %.4f %%     B = %s, risk %.4f %%\n"
                   "     true difference %.4f %% +- %.4f %% (standard error), on %.0f points\n"
                   "     points that A alone gets wrong %.4f %%, that B alone does %.4f %%\n",
                   bk_group_text(study, "network_a"), 100.0 * bk_group_real(truth, "risk_a"),
                   bk_group_text(study, "network_b"), 100.0 * bk_group_real(truth, "risk_b"),
                   100.0 * bk_group_real(truth, "risk_difference"),
                   100.0 * bk_group_real(truth, "risk_difference_se"), bk_group_real(truth, "points"),
                   100.0 * bk_group_real(truth, "share_only_a"),
                   100.0 * bk_group_real(truth, "share_only_b"));
    if (!(fabs(bk_group_real(truth, "risk_difference")) > 4.0 * bk_group_real(truth, "risk_difference_se"))) {
        bk_text_append(page,
                       "     WHICH NETWORK IS BETTER IS NOT SETTLED: measure the truth on more points\n");
    }
}

static void report_plan(const bk_group *study, bk_text *page)
{
    const char *missing = bk_group_text(study, "plan_missing");
    if (missing != NULL) {
        bk_text_append(page, "     no plan for a power of %g %%: %s\n",
                       100.0 * bk_group_real(study, "planned_power"), missing);
        return;
    }
    bk_text_append(
        page, "     planned for a power of %g %% of the exact test: %.0f points (power there %.2f %%%s)\n",
        100.0 * bk_group_real(study, "planned_power"), bk_group_real(study, "planned_size"),
        100.0 * bk_group_real(study, "planned_size_power"),
        bk_group_real(study, "planned_size_exact") > 0 ? "" : ", approximately");
}

static void report_test(const bk_group *study, size_t test, size_t sizes, size_t tests, bk_text *page)
{
    for (size_t row = 0; row < sizes; row++) {
        const size_t i = row * tests + test;
        bk_text_append(page, "     %-20s %8.0f %9.2f %9.2f %6.2f %10.2f %8.3f %9.2f %6.2f %9.2f\n",
                       row == 0 ? bk_dataset_text(bk_dataset_find(study, "test"), test) : "",
                       cell(study, "test_size", row), cell(study, "discordant", row),
                       100.0 * cell(study, "power", i), 100.0 * cell(study, "power_se", i),
                       100.0 * cell(study, "exact_power", i), 100.0 * cell(study, "wrong", i),
                       100.0 * cell(study, "size", i), 100.0 * cell(study, "size_se", i),
                       100.0 * cell(study, "exact_size", i));
    }
}

static void report_meaning(const bk_group *study, bk_text *page)
{
    const double delta = 100.0 * (1.0 - bk_group_real(study, "level"));
    const char *sampling = bk_group_text(study, "sampling");
    char promise[400];
    (void)snprintf(
        promise, sizeof promise,
        "At level %g %% the exact test's size is at most %g %%, and so is that of the empirical "
        "Bernstein interval, whose guarantee holds for losses of any kind; mid-p and tango promise "
        "theirs for large test sets only.",
        100.0 - delta, delta);
    bk_text_append(page, "\n");
    bk_text_append_paragraph(
        page, "     ", 95,
        "power: the better network is found; wrong: the worse one is taken for better; size: a difference is "
        "found where a fair coin decides each discordant point. +-: standard error. exact: by summation over "
        "all counts.");
    bk_text_append_paragraph(page, "     ", 95, promise);
    if (sampling != NULL && sampling[0] == 'b') {
        bk_text_append_paragraph(
            page, "     ", 95,
            "The exact columns are those of iid points; with balanced sampling counts vary a little less.");
    }
}

bk_status power_study_report(const bk_group *root, bk_text *page)
{
    const bk_group *study = bk_group_find(root, "power_study");
    const bk_dataset *size = study == NULL ? NULL : bk_dataset_find(study, "test_size");
    const bk_dataset *test = study == NULL ? NULL : bk_dataset_find(study, "test");
    if (size == NULL || test == NULL) {
        return BK_OK;
    }
    bk_text_append(page, "POWER STUDY\n\n");
    report_truth(study, page);
    report_plan(study, page);
    bk_text_append(page,
                   "\n     in percent             points discordant     power    +-      exact    wrong      "
                   "size    +-     exact\n");
    for (size_t i = 0; i < bk_dataset_size(test); i++) {
        report_test(study, i, bk_dataset_size(size), bk_dataset_size(test), page);
    }
    report_meaning(study, page);
    bk_text_append(page, "\n");
    return bk_text_status(page);
}
