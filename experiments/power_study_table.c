/* SPDX-License-Identifier: GPL-3.0-or-later
 * The table of the power study: for every size of test set and every test the share of trials that found the
 * difference, beside the probability of it, and the same where there is nothing to find. */
#include "power_study.h"

#include <math.h>

bk_status power_table_create(power_table *table, size_t sizes)
{
    double **const columns[] = {&table->power,       &table->power_se,       &table->wrong,
                                &table->exact_power, &table->exact_power_se, &table->coin,
                                &table->coin_se,     &table->exact_coin};
    table->sizes = sizes;
    table->points = bk_allocate(sizes, sizeof *table->points);
    table->discordant = bk_allocate(sizes, sizeof *table->discordant);
    bool made = table->points != NULL && table->discordant != NULL;
    for (size_t i = 0; i < sizeof columns / sizeof columns[0]; i++) {
        *columns[i] = bk_allocate(sizes, POWER_TESTS * sizeof **columns[i]);
        made = made && *columns[i] != NULL;
    }
    return made ? BK_OK : bk_error_status();
}

void power_table_clear(power_table *table)
{
    bk_free(table->points);
    bk_free(table->power);
    bk_free(table->power_se);
    bk_free(table->wrong);
    bk_free(table->exact_power);
    bk_free(table->exact_power_se);
    bk_free(table->coin);
    bk_free(table->coin_se);
    bk_free(table->exact_coin);
    bk_free(table->discordant);
    *table = (power_table){0};
}

/* ---- Filling ---- */

/* Of the power in the direction of the truth. */
static const double *right_of(const power_probabilities *probabilities, const power_truth *truth)
{
    return truth->difference > 0.0 ? probabilities->b_better : probabilities->a_better;
}

/* How far the exact power is off because the two shares are estimated, to first order: its derivatives by
 * differences over a standard error of each, and the covariance of a multinomial's shares. */
static bk_status exact_errors(double *se, const power_rules *rules, uint64_t size, const power_truth *truth)
{
    const double n = (double)truth->points;
    const double share[2] = {truth->share_a, truth->share_b};
    double error[2];
    double slope[2][POWER_TESTS]; /* times the standard error of the share */
    for (size_t which = 0; which < 2; which++) {
        error[which] = sqrt(share[which] * (1.0 - share[which]) / n);
        const double step = fmin(error[which], share[which]);
        power_probabilities above;
        power_probabilities below;
        BK_TRY(power_enumerate(&above, rules, size, share[0] + (which == 0 ? step : 0.0),
                               share[1] + (which == 1 ? step : 0.0)));
        BK_TRY(power_enumerate(&below, rules, size, share[0] - (which == 0 ? step : 0.0),
                               share[1] - (which == 1 ? step : 0.0)));
        for (size_t test = 0; test < POWER_TESTS; test++) {
            slope[which][test] = (right_of(&above, truth)[test] - right_of(&below, truth)[test]) / 2.0;
        }
    }
    const double product = error[0] * error[1];
    const double correlation = product > 0.0 ? -share[0] * share[1] / (n * product) : 0.0;
    for (size_t test = 0; test < POWER_TESTS; test++) {
        const double a = slope[0][test];
        const double b = slope[1][test];
        se[test] = sqrt(fmax(a * a + b * b + 2.0 * correlation * a * b, 0.0));
    }
    return BK_OK;
}

bk_status power_table_fill(power_table *table, size_t row, const bk_trials *trials, const power_rules *rules,
                           uint64_t size, const power_truth *truth)
{
    const bool b_better = truth->difference > 0.0;
    const bk_summary *right = &trials->summaries[b_better ? POWER_B_BETTER : POWER_A_BETTER];
    const bk_summary *wrong = &trials->summaries[b_better ? POWER_A_BETTER : POWER_B_BETTER];
    const bk_summary *coin = &trials->summaries[POWER_COIN_REJECTS];
    const size_t first = row * POWER_TESTS;
    power_probabilities exact;
    BK_TRY(power_enumerate(&exact, rules, size, truth->share_a, truth->share_b));
    BK_TRY(exact_errors(table->exact_power_se + first, rules, size, truth));
    table->points[row] = (double)size;
    table->discordant[row] = trials->summaries[POWER_ONLY_A].mean + trials->summaries[POWER_ONLY_B].mean;
    for (size_t test = 0; test < POWER_TESTS; test++) {
        table->power[first + test] = right[test].mean;
        table->power_se[first + test] = bk_summary_mcse(&right[test]);
        table->wrong[first + test] = wrong[test].mean;
        table->exact_power[first + test] = right_of(&exact, truth)[test];
        table->coin[first + test] = coin[test].mean;
        table->coin_se[first + test] = bk_summary_mcse(&coin[test]);
        table->exact_coin[first + test] = exact.equal[test];
    }
    return BK_OK;
}

/* ---- Writing ---- */

static bk_status put_column(bk_group *group, const char *name, const char *long_name, const double *values,
                            size_t sizes)
{
    const bk_field field = {.name = name,
                            .dtype = BK_F64,
                            .rank = 2,
                            .axes = {"test_size", "test"},
                            .unit = "1",
                            .long_name = long_name};
    return lab_put(group, &field, (size_t[]){sizes, POWER_TESTS}, values);
}

bk_status power_table_put(bk_group *group, const power_table *table)
{
    static const bk_field size = {.name = "test_size",
                                  .dtype = BK_F64,
                                  .rank = 1,
                                  .axes = {"test_size"},
                                  .unit = "1",
                                  .long_name = "points of a test set"};
    static const bk_field test = {.name = "test",
                                  .dtype = BK_TEXT,
                                  .rank = 1,
                                  .axes = {"test"},
                                  .unit = "",
                                  .long_name = "test of equal risks"};
    static const bk_field discordant = {.name = "discordant",
                                        .dtype = BK_F64,
                                        .rank = 1,
                                        .axes = {"test_size"},
                                        .unit = "1",
                                        .long_name =
                                            "mean number of points that one network alone gets wrong"};
    const size_t sizes = table->sizes;
    const size_t tests = POWER_TESTS;
    BK_TRY(lab_put(group, &size, &sizes, table->points));
    BK_TRY(lab_put(group, &test, &tests, power_test_names));
    BK_TRY(lab_put(group, &discordant, &sizes, table->discordant));
    BK_TRY(put_column(group, "power", "share of test sets on which the test finds the better network",
                      table->power, sizes));
    BK_TRY(put_column(group, "power_se", "standard error of that share", table->power_se, sizes));
    BK_TRY(put_column(group, "wrong", "share of test sets on which the test finds the worse network better",
                      table->wrong, sizes));
    BK_TRY(put_column(group, "exact_power", "power from the true shares, by summation, iid points",
                      table->exact_power, sizes));
    BK_TRY(put_column(group, "exact_power_se", "standard error of it, from that of the true shares",
                      table->exact_power_se, sizes));
    BK_TRY(put_column(group, "size", "share of rejections where a fair coin decides each discordant point",
                      table->coin, sizes));
    BK_TRY(put_column(group, "size_se", "standard error of that share", table->coin_se, sizes));
    return put_column(group, "exact_size", "size of the test, by summation, iid points", table->exact_coin,
                      sizes);
}
