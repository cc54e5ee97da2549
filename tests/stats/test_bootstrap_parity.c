/* SPDX-License-Identifier: GPL-3.0-or-later
 * The bootstrap beside SciPy's and R boot's: on their replicates, each under its own rules, to 1e-12; our own
 * replicates within Monte Carlo error of theirs; statistics of given draws as NumPy and SciPy compute them.
 */
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "brisk/stats.h"

#define MOST 1000

static void read_numbers(FILE *file, double *values, int count)
{
    for (int i = 0; i < count; i++) {
        cr_assert_eq(fscanf(file, "%lf", &values[i]), 1);
    }
}

static void expect_close(double found, double expected, const char *what)
{
    cr_assert_float_eq(found, expected, 1e-12 * fmax(1, fabs(expected)), "%s: %.17g, expected %.17g", what,
                       found, expected);
}

static size_t method_of(const char *name)
{
    size_t number = 0;
    cr_assert_eq(bk_interval_method_number(&number, name), BK_OK, "%s", name);
    return number;
}

/* Ranks with a tolerance for rounding. */
static void rank(bk_bootstrap_input *input)
{
    input->below = input->equal = 0;
    for (size_t i = 0; i < input->resamples; i++) {
        const double d = input->replicates[i] - input->estimate;
        const bool tied = fabs(d) <= input->tolerance;
        input->equal += tied;
        input->below += !tied && d < 0;
    }
}

static size_t replicates_above(const bk_bootstrap_input *input, double value)
{
    size_t above = 0;
    for (size_t i = 0; i < input->resamples; i++) {
        above += input->replicates[i] > value;
    }
    return above;
}

/* ---- SciPy ------------------------------------------------------------------------------------------------
 */

/* The bootstrap that a case of SciPy's names. */
static bk_bootstrap_options options_of_case(const char *name)
{
    bk_bootstrap_options options = bk_bootstrap_options_of(BK_STATISTIC_MEAN);
    bk_statistic statistic;
    char base[32];
    double parameter = 0.5;
    strcpy(base, strcmp(name, "trimmed-0.2") == 0    ? "trimmed-mean"
                 : strcmp(name, "quantile-0.3") == 0 ? "quantile"
                                                     : name);
    parameter = base[0] == 't' ? 0.2 : base[0] == 'q' ? 0.3 : parameter;
    if (strcmp(name, "sixteen") != 0) {
        cr_assert_eq(bk_statistic_find(&statistic, base), BK_OK);
        options.statistic = statistic;
    }
    options.parameter = parameter;
    options.resamples = 9999;
    return options;
}

static int check_scipy_case(FILE *file, const char *name, int n, int n_y, int resamples)
{
    static double x[64], y[64], head[2], replicates[MOST];
    read_numbers(file, x, n);
    read_numbers(file, y, n_y);
    read_numbers(file, head, 2);
    read_numbers(file, replicates, resamples);
    const bk_bootstrap_options options = options_of_case(name);
    const bool difference = options.statistic == BK_STATISTIC_DIFFERENCE;
    const bk_bootstrap_data data = {
        .x = x, .n = (size_t)n, .y = n_y > 0 ? y : NULL, .n_y = difference ? (size_t)n_y : 0};
    bk_bootstrap *own = bk_bootstrap_create(&data, &options);
    cr_assert_not_null(own, "%s", bk_error_message());
    const bk_bootstrap_facts facts = bk_bootstrap_facts_of(own);
    expect_close(facts.original, head[0], name);
    cr_assert_float_eq(facts.acceleration, head[1], 1e-12, "%s: a %.17g, SciPy %.17g", name,
                       facts.acceleration, head[1]);
    bk_bootstrap_input input = {.replicates = replicates,
                                .resamples = (size_t)resamples,
                                .estimate = head[0],
                                .acceleration = facts.acceleration,
                                .range_low = -HUGE_VAL,
                                .range_high = HUGE_VAL,
                                .tolerance = facts.tolerance};
    rank(&input);
    char method[32];
    double level, low, high;
    int lines = 0;
    while (fscanf(file, " expect %31s %lf %lf %lf", method, &level, &low, &high) == 4) {
        bk_interval interval, ours;
        const bk_method row = (bk_method)method_of(method);
        cr_assert_eq(bk_interval_bootstrap(&interval, NULL, &input, row, level, BK_TWO_SIDED), BK_OK);
        lines++;
        if (interval.status == BK_INTERVAL_TOO_FEW_RESAMPLES) {
            /* SciPy reads an end beyond rank B of B + 1 off the two outermost replicates; brisk asks for
             * more. */
            cr_assert(row == BK_METHOD_BOOTSTRAP_BCA && replicates_above(&input, high) <= 1, "%s %g", name,
                      level);
            continue;
        }
        expect_close(interval.low, low, name);
        expect_close(interval.high, high, name);
        /* Our replicates: six Monte Carlo errors of B = 9999 and of SciPy's B = 999 (3.2 times as large). */
        cr_assert_eq(bk_bootstrap_interval(&ours, NULL, own, row, level, BK_TWO_SIDED), BK_OK);
        cr_assert_float_eq(ours.low, low, 6 * (ours.mc_error_low + interval.mc_error_low), "%s %s %g", name,
                           method, level);
        cr_assert_float_eq(ours.high, high, 6 * (ours.mc_error_high + interval.mc_error_high), "%s %s %g",
                           name, method, level);
    }
    bk_bootstrap_destroy(own);
    return lines;
}

/* Statistics of draws made with NumPy by resample-halve-v1. */
static void check_draws(FILE *file, size_t n, uint64_t seed)
{
    double x[64], parameter, value;
    char name[32];
    size_t replicate, lines = 0;
    for (size_t i = 0; i < n; i++) {
        x[i] = (double)(37 * i % 29) / 8 + (double)(i * i) / 64;
    }
    while (fscanf(file, " %31s %lf %zu %lf", name, &parameter, &replicate, &value) == 4) {
        const bk_bootstrap_data data = {.x = x, .n = n};
        bk_bootstrap_options options = bk_bootstrap_options_of(BK_STATISTIC_MEAN);
        cr_assert_eq(bk_statistic_find(&options.statistic, name), BK_OK);
        options.parameter = parameter;
        options.resamples = replicate + 1;
        options.seed = seed;
        options.keep_replicates = true;
        bk_bootstrap *bootstrap = bk_bootstrap_create(&data, &options);
        cr_assert_not_null(bootstrap, "%s", bk_error_message());
        const double found = bk_bootstrap_replicates(bootstrap)[replicate];
        cr_assert_float_eq(found, value, 1e-13 * value, "%s %g replicate %zu: %.17g, NumPy %.17g", name,
                           parameter, replicate, found, value);
        bk_bootstrap_destroy(bootstrap);
        lines++;
    }
    cr_assert_eq(lines, 48);
}

Test(parity, with_scipy)
{
    FILE *file = fopen(BRISK_TEST_DATA "/stats_scipy_more.txt", "r");
    cr_assert_not_null(file);
    char name[32];
    int n, n_y, resamples, cases = 0;
    while (fscanf(file, " case %31s %d %d %d", name, &n, &n_y, &resamples) == 4) {
        cr_assert_eq(check_scipy_case(file, name, n, n_y, resamples), 9, "%s", name);
        cases++;
    }
    cr_assert_eq(cases, 8);
    size_t points;
    unsigned long long seed;
    /* The header's "draws" was read as a failed "case". */
    cr_assert_eq(fscanf(file, " draws %zu %llu", &points, &seed), 2);
    check_draws(file, points, seed);
    fclose(file);
}

/* ---- R boot
 * ------------------------------------------------------------------------------------------------ */

static double influence_a(const double *influence, size_t n)
{
    return bk_acceleration_influence(influence, &n, 1);
}

static int check_r_lines(FILE *file, const bk_bootstrap_input *regression, double jackknife_a)
{
    char method[32];
    double level, low, high;
    int lines = 0;
    while (fscanf(file, " expect %31s %lf %lf %lf", method, &level, &low, &high) == 4) {
        bk_bootstrap_input input = *regression;
        const bool jackknife = strcmp(method, "jackknife-bca") == 0;
        if (jackknife) {
            input.acceleration = jackknife_a;
        }
        bk_interval interval;
        bk_bootstrap_orders orders;
        const bk_method row = (bk_method)method_of(jackknife ? "bootstrap-bca" : method);
        cr_assert_eq(bk_interval_bootstrap(&interval, &orders, &input, row, level, BK_TWO_SIDED), BK_OK);
        cr_assert_eq(interval.status, BK_INTERVAL_OK, "%s", interval.reason);
        expect_close(interval.low, low, method);
        expect_close(interval.high, high, method);
        lines++;
    }
    return lines;
}

static void check_r_case(FILE *file, const char *name, int n, int resamples)
{
    static double head[5], replicates[MOST], variances[MOST], errors[MOST], counts_read[MOST * 16],
        influence[16], ours[16];
    static uint32_t counts[MOST * 16];
    read_numbers(file, head, 5);
    read_numbers(file, replicates, resamples);
    read_numbers(file, variances, resamples);
    read_numbers(file, counts_read, resamples * n);
    read_numbers(file, influence, n);
    for (int i = 0; i < resamples * n; i++) {
        counts[i] = (uint32_t)counts_read[i];
    }
    for (int i = 0; i < resamples; i++) {
        errors[i] = sqrt(variances[i]);
    }
    const bool studentized = head[1] > 0;
    cr_assert_eq(bk_influence_regression(ours, replicates, counts, (size_t)resamples, (size_t)n), BK_OK);
    for (int i = 0; i < n; i++) {
        cr_assert_float_eq(ours[i], influence[i], 1e-12 * fmax(1, fabs(influence[i])), "%s: influence %d",
                           name, i);
    }
    bk_bootstrap_input input = {.replicates = replicates,
                                .resamples = (size_t)resamples,
                                .estimate = head[0],
                                .acceleration = influence_a(ours, (size_t)n),
                                .range_low = -HUGE_VAL,
                                .range_high = HUGE_VAL,
                                .quantile_rule = BK_QUANTILE_R_BOOT,
                                .ties = BK_TIES_STRICT,
                                .standard_errors = studentized ? errors : NULL,
                                .estimate_error = sqrt(head[1])};
    rank(&input);
    expect_close(input.acceleration, head[3], name);
    cr_assert_eq(check_r_lines(file, &input, head[4]), studentized ? 12 : 10);
    char end[8];
    cr_assert_eq(fscanf(file, " %7s", end), 1);
    cr_assert_str_eq(end, "stop");
}

Test(parity, with_r_boot)
{
    FILE *file = fopen(BRISK_TEST_DATA "/stats_boot.txt", "r");
    cr_assert_not_null(file);
    char name[32];
    int n, resamples, cases = 0;
    while (fscanf(file, " case %31s %d %d", name, &n, &resamples) == 3) {
        check_r_case(file, name, n, resamples);
        cases++;
    }
    fclose(file);
    cr_assert_eq(cases, 2);
}

/* The two conventions differ at B = 999: one rule cannot meet both. */
Test(parity, rules_differ_where_they_should)
{
    double replicates[999];
    for (size_t i = 0; i < 999; i++) {
        replicates[i] = exp((double)i / 100);
    }
    bk_bootstrap_input input = {.replicates = replicates,
                                .resamples = 999,
                                .estimate = replicates[499],
                                .below = 499,
                                .equal = 1,
                                .acceleration = 0.02,
                                .range_low = -HUGE_VAL,
                                .range_high = HUGE_VAL};
    bk_interval scipy, r;
    bk_bootstrap_orders orders;
    cr_assert_eq(
        bk_interval_bootstrap(&scipy, &orders, &input, BK_METHOD_BOOTSTRAP_PERCENTILE, .9, BK_TWO_SIDED),
        BK_OK);
    cr_assert_float_eq(orders.low, 1 + 998 * .05, 1e-9);
    input.quantile_rule = BK_QUANTILE_R_BOOT;
    cr_assert_eq(bk_interval_bootstrap(&r, &orders, &input, BK_METHOD_BOOTSTRAP_PERCENTILE, .9, BK_TWO_SIDED),
                 BK_OK);
    cr_assert_float_eq(orders.low, 50, 1e-9);
    cr_assert_float_eq(r.low, replicates[49], 1e-12);
    cr_assert(fabs(r.low - scipy.low) > 1e-3);
}

/* ---- Law school: a user's statistic
 * -------------------------------------------------------------------------- */

typedef struct pairs {
    const double *x, *y;
} pairs;

static double correlation(const bk_resample *resample, double *standard_error, void *context)
{
    (void)standard_error;
    const pairs *data = context;
    double mx = 0, my = 0, xx = 0, yy = 0, xy = 0, n = (double)resample->drawn;
    for (size_t i = 0; i < resample->drawn; i++) {
        mx += data->x[resample->index[i]] / n;
        my += data->y[resample->index[i]] / n;
    }
    for (size_t i = 0; i < resample->n; i++) {
        const double c = resample->count[i], dx = data->x[i] - mx, dy = data->y[i] - my;
        xx += c * dx * dx;
        yy += c * dy * dy;
        xy += c * dx * dy;
    }
    return xy / sqrt(xx * yy);
}

Test(parity, law_school)
{
    static const double lsat[] = {576, 635, 558, 578, 666, 580, 555, 661, 651, 605, 653, 575, 545, 572, 594};
    static const double gpa[] = {3.39, 3.30, 2.81, 3.03, 3.44, 3.07, 3.00, 3.43,
                                 3.36, 3.13, 3.12, 2.74, 2.76, 2.88, 2.96};
    pairs both = {lsat, gpa};
    const bk_bootstrap_data data = {.n = 15};
    bk_bootstrap_options options = bk_bootstrap_options_of(BK_STATISTIC_USER);
    options.function = correlation;
    options.context = &both;
    options.resamples = 49999;
    bk_bootstrap *bootstrap = bk_bootstrap_create(&data, &options);
    cr_assert_not_null(bootstrap, "%s", bk_error_message());
    const bk_bootstrap_facts facts = bk_bootstrap_facts_of(bootstrap);
    cr_assert_float_eq(facts.original, .7763744913, 5e-11);
    cr_assert_float_eq(facts.acceleration, -.0756715649, 5e-11);
    cr_assert_float_eq(facts.standard_error, .13221, .003); /* six of its standard errors */
    const struct {
        bk_method method;
        double level, low, high;
    } known[] = {{BK_METHOD_BOOTSTRAP_PERCENTILE, .9, .5275, .9482}};
    for (size_t i = 0; i < 1; i++) {
        bk_interval interval;
        cr_assert_eq(
            bk_bootstrap_interval(&interval, NULL, bootstrap, known[i].method, known[i].level, BK_TWO_SIDED),
            BK_OK);
        cr_assert_float_eq(interval.low, known[i].low, 9 * interval.mc_error_low + 5e-5, "%.6f",
                           interval.low);
        cr_assert_float_eq(interval.high, known[i].high, 9 * interval.mc_error_high + 5e-5, "%.6f",
                           interval.high);
    }
    bk_bootstrap_destroy(bootstrap);
    /* R's BCa rests on the regression. */
    options.influence = BK_INFLUENCE_REGRESSION;
    options.ties = BK_TIES_STRICT;
    options.quantile_rule = BK_QUANTILE_R_BOOT;
    bootstrap = bk_bootstrap_create(&data, &options);
    cr_assert_not_null(bootstrap, "%s", bk_error_message());
    cr_assert_float_eq(bk_bootstrap_facts_of(bootstrap).acceleration, -.08306, .002);
    const struct {
        double level, low, high;
    } bca[] = {{.9, .4215, .9249}, {.95, .3163, .9399}};
    for (size_t i = 0; i < 2; i++) {
        bk_interval interval;
        cr_assert_eq(bk_bootstrap_interval(&interval, NULL, bootstrap, BK_METHOD_BOOTSTRAP_BCA, bca[i].level,
                                           BK_TWO_SIDED),
                     BK_OK);
        cr_assert_float_eq(interval.low, bca[i].low, 9 * interval.mc_error_low + 5e-5, "%.6f", interval.low);
        cr_assert_float_eq(interval.high, bca[i].high, 9 * interval.mc_error_high + 5e-5, "%.6f",
                           interval.high);
    }
    bk_bootstrap_destroy(bootstrap);
}
