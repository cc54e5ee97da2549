/* SPDX-License-Identifier: GPL-3.0-or-later
 * Percentile and BCa on given replicates: equal to SciPy, to the ideal bootstrap, statuses of the
 * degenerate cases; the acceleration against its known answers. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#ifndef MATHLIB_STANDALONE /* pkg-config may have set it */
#define MATHLIB_STANDALONE
#endif
#include <Rmath.h>

#include "brisk/stats.h"
#include "stats/lanes.h"

/* Data of SciPy's test against R's boot. */
static const double sixteen[] = {10, 12, 12.5, 12.5, 13.9, 15, 21, 22, 23, 34, 50, 81, 89, 121, 134, 213};

Test(acceleration, sixteen_points)
{
    const double a = .06152886961259399;
    cr_assert_float_eq(bk_acceleration_mean(sixteen, 16), a, 1e-12 * a);
}

Test(acceleration, of_zero_one_losses_in_closed_form)
{
    const struct {
        uint64_t k;
        double a;
    } known[] = {{1, .16641656}, {10, .05191074}, {50, .02176429}, {100, .01405457}};
    for (size_t i = 0; i < 4; i++) {
        cr_assert_float_eq(bk_acceleration_count(known[i].k, 1000), known[i].a, 5.1e-9);
    }
    double losses[1000] = {0};
    for (uint64_t k = 1; k < 1000; k++) {
        losses[k * 7919 % 1000] = 1;
        const double a = bk_acceleration_count(k, 1000);
        cr_assert_float_eq(bk_acceleration_mean(losses, 1000), a, 1e-11 * fabs(a) + 1e-17, "k = %d", (int)k);
        cr_assert_float_eq(a, -bk_acceleration_count(1000 - k, 1000), 1e-17);
    }
}

Test(acceleration, has_no_scale_and_no_overflow)
{
    const double factor[] = {1e-300, 1e-100, 1e100, 1e300, -1};
    for (size_t f = 0; f < 5; f++) {
        double scaled[16];
        for (size_t i = 0; i < 16; i++) {
            scaled[i] = sixteen[i] * factor[f];
        }
        const double sign = factor[f] < 0 ? -1 : 1;
        cr_assert_float_eq(bk_acceleration_mean(scaled, 16), sign * .06152886961259399, 1e-13);
    }
}

Test(acceleration, is_nan_where_it_does_not_exist)
{
    const double equal[] = {3, 3, 3};
    const double infinite[] = {3, HUGE_VAL, 3};
    cr_assert(isnan(bk_acceleration_mean(equal, 3)));
    cr_assert(isnan(bk_acceleration_mean(equal, 1)));
    cr_assert(isnan(bk_acceleration_mean(equal, 0)));
    cr_assert(isnan(bk_acceleration_mean(infinite, 3)));
    cr_assert(isnan(bk_acceleration_count(0, 10)) && isnan(bk_acceleration_count(10, 10)));
    cr_assert(isnan(bk_acceleration_count(11, 10)) && isnan(bk_acceleration_count(0, 0)));
}

/* ---- SciPy on the same replicates ---------------------------------------------------------------- */

#define MOST 2000

static void read_numbers(FILE *file, double *values, int count)
{
    for (int i = 0; i < count; i++) {
        cr_assert_eq(fscanf(file, "%lf", &values[i]), 1);
    }
}

/* Checks the "expect" lines of one case; returns how many there were. */
static int check_expectations(FILE *file, const bk_bootstrap_input *input)
{
    char method[32];
    double level, low, high;
    int lines = 0;
    while (fscanf(file, " expect %31s %lf %lf %lf", method, &level, &low, &high) == 4) {
        bk_interval interval;
        const bool bca = strcmp(method, "bca") == 0;
        cr_assert_eq(bca ? bk_interval_bootstrap_bca(&interval, input, level)
                         : bk_interval_bootstrap_percentile(&interval, input, level),
                     BK_OK);
        cr_assert_eq(interval.status, BK_INTERVAL_OK, "%s", interval.reason);
        cr_assert_float_eq(interval.low, low, 1e-12, "%s %g: %.17g", method, level, interval.low);
        cr_assert_float_eq(interval.high, high, 1e-12, "%s %g: %.17g", method, level, interval.high);
        cr_assert_float_eq(interval.half_width, (interval.high - interval.low) / 2, 1e-15);
        lines++;
    }
    return lines;
}

Test(scipy, same_replicates_same_intervals)
{
    FILE *file = fopen(BRISK_TEST_DATA "/stats_scipy.txt", "r");
    cr_assert_not_null(file);
    char name[32];
    int n, resamples, cases = 0;
    static double losses[MOST], replicates[MOST], means[MOST];
    static uint64_t counts[MOST];
    while (fscanf(file, " case %31s %d %d", name, &n, &resamples) == 3) {
        read_numbers(file, losses, n);
        read_numbers(file, replicates, resamples);
        bk_bootstrap_input input;
        cr_assert_eq(bk_bootstrap_input_mean(&input, replicates, (size_t)resamples, losses, (size_t)n),
                     BK_OK);
        const long place = ftell(file);
        cr_assert_eq(check_expectations(file, &input), 4, "%s", name);
        if (strcmp(name, "zero-one") == 0) {
            /* The same through whole numbers. */
            uint64_t k = 0;
            for (int i = 0; i < n; i++) {
                k += losses[i] > 0.5;
            }
            for (int i = 0; i < resamples; i++) {
                counts[i] = (uint64_t)lround(replicates[i] * n);
            }
            bk_bootstrap_input exact;
            cr_assert_eq(bk_bootstrap_input_count(&exact, means, counts, (size_t)resamples, k, (uint64_t)n),
                         BK_OK);
            cr_assert(exact.below == input.below && exact.equal == input.equal);
            cr_assert_float_eq(exact.acceleration, input.acceleration, 1e-14);
            cr_assert_eq(fseek(file, place, SEEK_SET), 0);
            cr_assert_eq(check_expectations(file, &exact), 4);
        }
        cases++;
    }
    fclose(file);
    cr_assert_eq(cases, 2);
}

/* ---- Statuses ------------------------------------------------------------------------------------- */

/* 100 replicates 0.00, 0.01, ..., 0.99 in a shuffled order around the estimate 0.5. */
static bk_bootstrap_input even_input(double *replicates)
{
    for (size_t i = 0; i < 100; i++) {
        replicates[i] = (double)(i * 37 % 100) / 100;
    }
    return (bk_bootstrap_input){.replicates = replicates,
                                .resamples = 100,
                                .estimate = 0.5,
                                .below = 50,
                                .equal = 1,
                                .acceleration = 0.02,
                                .range_low = -HUGE_VAL,
                                .range_high = HUGE_VAL};
}

Test(bootstrap_interval, type_7_quantiles_of_unsorted_replicates)
{
    double replicates[100];
    const bk_bootstrap_input input = even_input(replicates);
    bk_interval interval;
    cr_assert_eq(bk_interval_bootstrap_percentile(&interval, &input, .9), BK_OK);
    cr_assert_float_eq(interval.low, .05 * .99, 1e-14);
    cr_assert_float_eq(interval.high, .95 * .99, 1e-14);
    cr_assert_eq(interval.guarantee, BK_GUARANTEE_ASYMPTOTIC);
    cr_assert_str_eq(interval.method, "bootstrap-percentile");
    cr_assert_eq(replicates[1], .37, "the replicates stay as they were");
}

Test(bootstrap_interval, bca_without_bias_and_acceleration_is_the_percentile)
{
    double replicates[100];
    bk_bootstrap_input input = even_input(replicates);
    input.below = 50;
    input.equal = 0;
    input.acceleration = 0;
    bk_interval bca, percentile;
    cr_assert_eq(bk_interval_bootstrap_bca(&bca, &input, .9), BK_OK);
    cr_assert_eq(bk_interval_bootstrap_percentile(&percentile, &input, .9), BK_OK);
    cr_assert_float_eq(bca.low, percentile.low, 1e-14);
    cr_assert_float_eq(bca.high, percentile.high, 1e-14);
}

Test(bootstrap_interval, negative_and_mixed_replicates_are_sorted)
{
    double replicates[1000];
    for (size_t i = 0; i < 1000; i++) {
        replicates[i] = ((double)(i * 617 % 1000) - 500) * 1e-3 + (i == 77 ? 0 : -0.0);
    }
    const bk_bootstrap_input input = {.replicates = replicates,
                                      .resamples = 1000,
                                      .estimate = 0,
                                      .below = 500,
                                      .equal = 1,
                                      .acceleration = 0,
                                      .range_low = -HUGE_VAL,
                                      .range_high = HUGE_VAL};
    bk_interval interval;
    cr_assert_eq(bk_interval_bootstrap_percentile(&interval, &input, .9), BK_OK);
    cr_assert_float_eq(interval.low, -.5 + .05 * .999, 1e-14);
    cr_assert_float_eq(interval.high, -.5 + .95 * .999, 1e-14);
}

Test(bootstrap_interval, minus_zero_is_zero)
{
    double replicates[100];
    for (size_t i = 0; i < 100; i++) {
        replicates[i] = i % 3 == 0 ? 0.0 : -0.0;
    }
    const bk_bootstrap_input input = {.replicates = replicates,
                                      .resamples = 100,
                                      .estimate = 0,
                                      .below = 0,
                                      .equal = 100,
                                      .acceleration = 0.1,
                                      .range_low = 0,
                                      .range_high = 1};
    bk_interval interval;
    cr_assert_eq(bk_interval_bootstrap_bca(&interval, &input, .9), BK_OK);
    cr_assert_eq(interval.status, BK_INTERVAL_DEGENERATE);
    cr_assert(!signbit(interval.low) && !signbit(interval.high));
}

/* The level of a BCa end as a function of the estimate's rank u, by the definition. */
static double level_of_end(double u, double z, double a)
{
    const double z0 = qnorm(u, 0, 1, 1, 0);
    return pnorm(z0 + (z0 + z) / (1 - a * (z0 + z)), 0, 1, 1, 0);
}

/* On replicates of density 1 the error of an end is that of its level: sd of c u_hat - G_hat(A), which
 * one replicate enters as c (1[below] + 1[equal] / 2) - 1[at most A]; c by a difference quotient. */
static double level_error(double below, double equal, double z, double a, double resamples)
{
    const double u = below + equal / 2;
    const double level = level_of_end(u, z, a);
    const double c = (level_of_end(u + 1e-5, z, a) - level_of_end(u - 1e-5, z, a)) / 2e-5;
    double mean = 0, square = 0;
    enum { CELLS = 400000 };
    for (int cell = 0; cell < CELLS; cell++) {
        const double v = (cell + .5) / CELLS;
        const double value = c * (v < below ? 1 : v < below + equal ? .5 : 0) - (v <= level);
        mean += value / CELLS;
        square += value * value / CELLS;
    }
    return sqrt((square - mean * mean) / resamples);
}

Test(bootstrap_interval, mc_error_is_that_of_level_and_rank_together)
{
    enum { B = 20001 };
    static double replicates[B];
    for (size_t i = 0; i < B; i++) {
        replicates[i] = (double)i / (B - 1);
    }
    const struct {
        double below, equal, a;
    } cases[] = {{.5, 0, 0}, {.45, .1, .05}, {.3, .36, .1}, {.55, .01, -.08}};
    for (size_t i = 0; i < 4; i++) {
        const double below = floor(cases[i].below * B), equal = floor(cases[i].equal * B);
        const bk_bootstrap_input input = {.replicates = replicates,
                                          .resamples = B,
                                          .estimate = .5,
                                          .below = below,
                                          .equal = equal,
                                          .acceleration = cases[i].a,
                                          .range_low = -HUGE_VAL,
                                          .range_high = HUGE_VAL};
        bk_interval bca, percentile;
        cr_assert_eq(bk_interval_bootstrap_bca(&bca, &input, .9), BK_OK);
        cr_assert_eq(bk_interval_bootstrap_percentile(&percentile, &input, .9), BK_OK);
        const double z = qnorm(.05, 0, 1, 1, 0);
        const double low = level_error(below / B, equal / B, z, cases[i].a, B);
        const double high = level_error(below / B, equal / B, -z, cases[i].a, B);
        cr_assert_float_eq(bca.mc_error_low, low, 5e-3 * low, "%zu: %g %g", i, bca.mc_error_low, low);
        cr_assert_float_eq(bca.mc_error_high, high, 5e-3 * high, "%zu: %g %g", i, bca.mc_error_high, high);
        cr_assert_float_eq(percentile.mc_error_low, sqrt(.05 * .95 / B), 5e-3 * low);
        cr_assert_float_eq(percentile.mc_error_high, sqrt(.05 * .95 / B), 5e-3 * low);
    }
}

static void expect_withheld(bk_interval interval, bk_interval_status status)
{
    cr_assert_eq(interval.status, status, "%s is %s", interval.method,
                 bk_interval_status_name(interval.status));
    cr_assert(isnan(interval.low) && isnan(interval.high) && isnan(interval.half_width));
    cr_assert(isnan(interval.mc_error_low) && isnan(interval.mc_error_high));
    cr_assert(strstr(interval.reason, "use ") || strstr(interval.reason, "draw more"), "%s", interval.reason);
}

Test(bootstrap_interval, no_errors_and_nothing_but_errors)
{
    uint64_t counts[100];
    double means[100];
    for (uint64_t k = 0; k <= 50; k += 50) {
        for (size_t i = 0; i < 100; i++) {
            counts[i] = k;
        }
        bk_bootstrap_input input;
        bk_interval interval;
        cr_assert_eq(bk_bootstrap_input_count(&input, means, counts, 100, k, 50), BK_OK);
        cr_assert_eq(bk_interval_bootstrap_bca(&interval, &input, .9), BK_OK);
        expect_withheld(interval, BK_INTERVAL_UNDEFINED);
        cr_assert_eq(bk_interval_bootstrap_percentile(&interval, &input, .9), BK_OK);
        cr_assert_eq(interval.status, BK_INTERVAL_DEGENERATE);
        cr_assert(interval.low == interval.high && interval.low == (double)k / 50);
        cr_assert(strstr(interval.reason, "hoeffding"));
    }
}

Test(bootstrap_interval, too_few_resamples)
{
    double replicates[100];
    bk_bootstrap_input input = even_input(replicates);
    const struct {
        size_t resamples;
        double level;
        bool enough;
    } cases[] = {{19, .9, false}, {20, .9, true}, {39, .95, false}, {40, .95, true}, {100, .99, false}};
    for (size_t i = 0; i < 5; i++) {
        input.resamples = cases[i].resamples;
        input.below = (double)input.resamples / 2;
        input.equal = 0;
        input.acceleration = 0;
        bk_interval interval;
        cr_assert_eq(bk_interval_bootstrap_percentile(&interval, &input, cases[i].level), BK_OK);
        cr_assert_eq(interval.status == BK_INTERVAL_OK, cases[i].enough, "%zu", i);
        cr_assert_eq(bk_interval_bootstrap_bca(&interval, &input, cases[i].level), BK_OK);
        cr_assert_eq(interval.status == BK_INTERVAL_OK, cases[i].enough, "%zu", i);
        if (!cases[i].enough) {
            expect_withheld(interval, BK_INTERVAL_TOO_FEW_RESAMPLES);
        }
    }
}

Test(bootstrap_interval, bca_that_does_not_exist)
{
    double replicates[100];
    const bk_bootstrap_input good = even_input(replicates);
    bk_interval interval;
    bk_bootstrap_input input = good;
    input.below = input.equal = 0; /* z0 = -inf */
    cr_assert_eq(bk_interval_bootstrap_bca(&interval, &input, .9), BK_OK);
    expect_withheld(interval, BK_INTERVAL_UNDEFINED);
    input.below = 100; /* z0 = inf */
    cr_assert_eq(bk_interval_bootstrap_bca(&interval, &input, .9), BK_OK);
    expect_withheld(interval, BK_INTERVAL_UNDEFINED);
    input = good;
    input.acceleration = (double)NAN;
    cr_assert_eq(bk_interval_bootstrap_bca(&interval, &input, .9), BK_OK);
    expect_withheld(interval, BK_INTERVAL_UNDEFINED);
    input.acceleration = .7; /* 1 - .7 * 1.66 < 0 */
    cr_assert_eq(bk_interval_bootstrap_bca(&interval, &input, .9), BK_OK);
    expect_withheld(interval, BK_INTERVAL_UNDEFINED);
    cr_assert(strstr(interval.reason, "acceleration"));
    input.acceleration = .4; /* defined, but far out in the tail */
    cr_assert_eq(bk_interval_bootstrap_bca(&interval, &input, .9), BK_OK);
    expect_withheld(interval, BK_INTERVAL_TOO_FEW_RESAMPLES);
}

Test(bootstrap_interval, refuses_bad_input_and_leaves_the_output)
{
    double replicates[100];
    const bk_bootstrap_input good = even_input(replicates);
    bk_interval interval = {.low = 77};
    bk_bootstrap_input input = good;
    cr_assert_eq(bk_interval_bootstrap_percentile(&interval, &good, 90), BK_INVALID);
    cr_assert_eq(bk_interval_bootstrap_bca(&interval, &good, 1), BK_INVALID);
    input.resamples = 0;
    cr_assert_eq(bk_interval_bootstrap_percentile(&interval, &input, .9), BK_INVALID);
    input = good;
    input.estimate = (double)NAN;
    cr_assert_eq(bk_interval_bootstrap_bca(&interval, &input, .9), BK_INVALID);
    input = good;
    input.range_low = 1;
    input.range_high = 0;
    cr_assert_eq(bk_interval_bootstrap_bca(&interval, &input, .9), BK_INVALID);
    input = good;
    input.below = 100;
    cr_assert_eq(bk_interval_bootstrap_bca(&interval, &input, .9), BK_INVALID);
    input.below = (double)NAN;
    cr_assert_eq(bk_interval_bootstrap_bca(&interval, &input, .9), BK_INVALID);
    replicates[42] = HUGE_VAL;
    cr_assert_eq(bk_interval_bootstrap_percentile(&interval, &good, .9), BK_INVALID);
    cr_assert(strstr(bk_error_message(), "replicates[42]"));
    cr_assert_eq(interval.low, 77);
}

Test(bootstrap_input, refuses_bad_input_and_leaves_the_output)
{
    const uint64_t counts[] = {1, 2, 11};
    const double losses[] = {1, (double)NAN};
    double means[] = {7, 7, 7};
    bk_bootstrap_input input = {.estimate = 77};
    cr_assert_eq(bk_bootstrap_input_count(&input, means, counts, 3, 2, 10), BK_INVALID);
    cr_assert(strstr(bk_error_message(), "counts[2] = 11"));
    cr_assert_eq(bk_bootstrap_input_count(&input, means, counts, 2, 11, 10), BK_INVALID);
    cr_assert_eq(bk_bootstrap_input_count(&input, means, counts, 0, 2, 10), BK_INVALID);
    cr_assert_eq(bk_bootstrap_input_count(&input, means, counts, 2, 0, 0), BK_INVALID);
    cr_assert_eq(bk_bootstrap_input_mean(&input, means, 3, losses, 2), BK_INVALID);
    cr_assert_eq(bk_bootstrap_input_mean(&input, means, 3, losses, 0), BK_INVALID);
    cr_assert_eq(bk_bootstrap_input_mean(&input, means, 0, losses, 1), BK_INVALID);
    cr_assert(input.estimate == 77 && means[0] == 7);
}

Test(bootstrap_input, ties_up_to_rounding_are_ties)
{
    /* Ten times 0.1 and 0.3 in another order: equal in value, not in bits. */
    double losses[10], means[3];
    for (size_t i = 0; i < 10; i++) {
        losses[i] = i < 5 ? .1 : .3;
    }
    means[0] = .2 + 1e-15;
    means[1] = .2 - 1e-15;
    means[2] = .2 - 1e-9;
    bk_bootstrap_input input;
    cr_assert_eq(bk_bootstrap_input_mean(&input, means, 3, losses, 10), BK_OK);
    cr_assert(input.equal == 2 && input.below == 1);
    cr_assert_float_eq(input.estimate, .2, 1e-15);
    cr_assert(input.range_low < -1e308 && input.range_high > 1e308);
}

/* What bounds the influence: a NaN must not pass for a small value. */
Test(acceleration, the_largest_of_values_in_any_place)
{
    static const double strange[] = {NAN, INFINITY, -INFINITY};
    double values[19];
    for (size_t n = 1; n <= 19; n++) {
        for (size_t place = 0; place < n; place++) {
            for (size_t i = 0; i < n; i++) {
                values[i] = i == place ? -3.5 : 1.0 / (double)(1 + i);
            }
            cr_assert_eq(bk_lanes_largest(values, n), 3.5, "%zu of %zu", place, n);
            for (size_t s = 0; s < 3; s++) {
                values[place] = strange[s];
                cr_assert(isinf(bk_lanes_largest(values, n)), "%g at %zu of %zu", strange[s], place, n);
            }
        }
    }
    cr_assert_eq(bk_lanes_largest(values, 0), 0);
}
