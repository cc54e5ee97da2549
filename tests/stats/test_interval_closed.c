/* SPDX-License-Identifier: GPL-3.0-or-later
 * Hoeffding, Chebyshev and Bernstein against the tables, their degenerate cases, and the mistakes that
 * students made with them. */
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "brisk/stats.h"

typedef bk_status (*closed_form)(bk_interval *, const bk_losses *, double);

static bk_losses losses_of(uint64_t n, double mean, double variance, bool known, double low, double high)
{
    return (bk_losses){.n = n,
                       .mean = mean,
                       .variance = variance,
                       .range_known = known,
                       .range_low = low,
                       .range_high = high};
}

static bk_interval of_count(closed_form method, uint64_t k, uint64_t n, double level)
{
    const bk_losses losses = bk_losses_from_count(k, n);
    bk_interval interval;
    cr_assert_eq(method(&interval, &losses, level), BK_OK, "%s", bk_error_message());
    return interval;
}

/* m = 1000, level 0.9, as printed: nine decimals. */
static const struct {
    uint64_t k;
    double variance, chebyshev, bernstein;
} table[] = {
    {0, 0, 0, .001997155},
    {1, .001, .003162278, .003642178},
    {10, .00990990991, .009954853, .008768521},
    {50, .0475475475, .021805400, .017906463},
    {100, .0900900901, .030015011, .024253012},
    {250, .187687688, .043322937, .034547367},
    {500, .25025025, .050025019, .039733093},
};

Test(closed_forms, meet_every_figure_of_the_table)
{
    for (size_t row = 0; row < sizeof table / sizeof table[0]; row++) {
        const uint64_t k = table[row].k;
        cr_assert_float_eq(bk_losses_from_count(k, 1000).variance, table[row].variance,
                           5e-9 * table[row].variance);
        cr_assert_float_eq(of_count(bk_interval_hoeffding, k, 1000, .9).half_width, .038702276, 5.1e-10);
        cr_assert_float_eq(of_count(bk_interval_chebyshev, k, 1000, .9).half_width, table[row].chebyshev,
                           5.1e-10);
        cr_assert_float_eq(of_count(bk_interval_bernstein, k, 1000, .9).half_width, table[row].bernstein,
                           5.1e-10);
    }
}

Test(closed_forms, hoeffding_to_the_last_digit)
{
    const struct {
        double level, epsilon;
    } known[] = {{.9, 0.038702275602049495}, {.95, 0.04294694083467375}, {.99, 0.051469978465839845}};
    for (size_t i = 0; i < 3; i++) {
        const bk_interval interval = of_count(bk_interval_hoeffding, 37, 1000, known[i].level);
        cr_assert_float_eq(interval.half_width, known[i].epsilon, 1e-15 * known[i].epsilon);
    }
}

Test(closed_forms, bernstein_with_the_largest_variance)
{
    const bk_losses losses = losses_of(1000, .5, .25, true, 0, 1);
    bk_interval interval;
    cr_assert_eq(bk_interval_bernstein(&interval, &losses, .9), BK_OK);
    cr_assert_float_eq(interval.half_width, .039713733, 5.1e-10);
}

Test(closed_forms, bernstein_solves_its_equation)
{
    for (uint64_t n = 2; n < 1000000; n = n * 3 + 1) {
        const bk_losses losses = losses_of(n, 0.3, 0.7, true, -1, 2);
        bk_interval interval;
        cr_assert_eq(bk_interval_bernstein(&interval, &losses, .95), BK_OK);
        const double t = interval.half_width;
        const double claimed = 2 * exp(-(double)n * t * t / (2 * (0.7 + 3 * t / 3)));
        cr_assert_float_eq(claimed, 1 - .95, 1e-12);
    }
}

Test(closed_forms, at_the_figure_of_the_lab)
{
    cr_assert_float_eq(of_count(bk_interval_chebyshev, 37, 1000, .9).half_width, .0189, 5.1e-5);
    cr_assert_float_eq(of_count(bk_interval_bernstein, 37, 1000, .9).half_width, .0157, 5.1e-5);
}

Test(closed_forms, the_shorter_of_two_changes_where_it_should)
{
    /* Bernstein beats Hoeffding below v = .23710, Chebyshev beats Hoeffding below v = .14979. */
    const double h = 0.038702275602049495;
    bk_interval interval;
    for (int side = -1; side <= 1; side += 2) {
        const bk_losses b = losses_of(1000, .4, .23710 + side * 6e-6, true, 0, 1);
        cr_assert_eq(bk_interval_bernstein(&interval, &b, .9), BK_OK);
        cr_assert_eq(interval.half_width < h, side < 0);
        const bk_losses c = losses_of(1000, .2, .14979 + side * 6e-6, true, 0, 1);
        cr_assert_eq(bk_interval_chebyshev(&interval, &c, .9), BK_OK);
        cr_assert_eq(interval.half_width < h, side < 0);
    }
}

Test(students_mistakes, variance_squared_twice_range_2_and_the_n_variance)
{
    const double v = bk_losses_from_count(37, 1000).variance;
    const double log_term = log(2 / (1 - .9));
    const double linear = log_term / 3000;
    const double squared_twice = linear + sqrt(linear * linear + 2 * v * v * log_term / 1000);
    const double epsilon = of_count(bk_interval_bernstein, 37, 1000, .9).half_width;
    cr_assert_gt(fabs(epsilon - squared_twice), .005);
    cr_assert_float_eq(of_count(bk_interval_hoeffding, 37, 1000, .9).half_width, .0387, 5e-5);
    const bk_losses wide = losses_of(1000, .037, v, true, -1, 1);
    bk_interval interval;
    cr_assert_eq(bk_interval_hoeffding(&interval, &wide, .9), BK_OK);
    cr_assert_float_eq(interval.half_width, .0774, 5e-5);
    cr_assert_float_eq(v, 37. * 963 / (1000. * 999), 1e-17);
}

Test(closed_forms, clipping_is_told_and_the_half_width_is_not_clipped)
{
    const bk_interval low = of_count(bk_interval_hoeffding, 10, 1000, .9);
    cr_assert(low.clipped);
    cr_assert_eq(low.low, 0);
    cr_assert_float_eq(low.high, .01 + 0.038702275602049495, 1e-16);
    cr_assert_float_eq(low.half_width, 0.038702275602049495, 1e-16);
    const bk_interval high = of_count(bk_interval_hoeffding, 1000, 1000, .9);
    cr_assert(high.clipped && high.high == 1);
    const bk_interval middle = of_count(bk_interval_hoeffding, 500, 1000, .9);
    cr_assert_not(middle.clipped);
    const bk_losses free = losses_of(1000, .01, .2, false, 0, 0);
    bk_interval interval;
    cr_assert_eq(bk_interval_chebyshev(&interval, &free, .9), BK_OK);
    cr_assert(!interval.clipped && interval.low < 0, "an unknown range clips nothing");
}

Test(closed_forms, the_half_width_is_not_the_difference_of_rounded_ends)
{
    const bk_losses far = losses_of(1000, 1e9, 1e-6, false, 0, 0);
    bk_interval interval;
    cr_assert_eq(bk_interval_chebyshev(&interval, &far, .9), BK_OK);
    cr_assert_float_eq(interval.half_width, 1e-4, 1e-16);
}

Test(closed_forms, carry_the_facts_of_the_table_of_methods)
{
    const bk_interval interval = of_count(bk_interval_hoeffding, 37, 1000, .9);
    cr_assert_str_eq(interval.method, "hoeffding");
    cr_assert_str_eq(interval.reason, "");
    cr_assert_str_eq(interval.assumption, "independent losses in [a, b]");
    cr_assert_eq(interval.guarantee, BK_GUARANTEE_FINITE_SAMPLE);
    cr_assert_eq(interval.status, BK_INTERVAL_OK);
    cr_assert_eq(interval.sides, BK_TWO_SIDED);
    cr_assert(interval.estimate == .037 && interval.level == .9);
    cr_assert(isnan(interval.mc_error_low) && isnan(interval.mc_error_high));
    cr_assert_eq(of_count(bk_interval_chebyshev, 37, 1000, .9).guarantee, BK_GUARANTEE_NONE);
    cr_assert_eq(of_count(bk_interval_bernstein, 37, 1000, .9).guarantee, BK_GUARANTEE_NONE);
}

Test(degenerate, equal_losses_keep_their_ends_and_say_why)
{
    const closed_form estimated[] = {bk_interval_chebyshev, bk_interval_bernstein};
    const uint64_t edge[] = {0, 1000};
    for (size_t i = 0; i < 2; i++) {
        for (size_t j = 0; j < 2; j++) {
            const bk_interval interval = of_count(estimated[i], edge[j], 1000, .9);
            cr_assert_eq(interval.status, BK_INTERVAL_DEGENERATE);
            cr_assert(strstr(interval.reason, "hoeffding"));
            cr_assert(isfinite(interval.low) && isfinite(interval.high));
        }
    }
    cr_assert_eq(of_count(bk_interval_chebyshev, 0, 1000, .9).half_width, 0);
    cr_assert_float_eq(of_count(bk_interval_bernstein, 0, 1000, .9).high, 2 * log(20.) / 3000, 1e-15);
    cr_assert_eq(of_count(bk_interval_hoeffding, 0, 1000, .9).status, BK_INTERVAL_OK);
}

static void expect_withheld(bk_interval interval, bk_interval_status status)
{
    cr_assert_eq(interval.status, status, "%s is %s", interval.method,
                 bk_interval_status_name(interval.status));
    cr_assert(isnan(interval.low) && isnan(interval.high) && isnan(interval.half_width));
    cr_assert(strstr(interval.reason, "use "), "the reason names what to use instead: %s", interval.reason);
    cr_assert_not(interval.clipped);
}

Test(degenerate, one_loss_and_an_unknown_range)
{
    for (uint64_t k = 0; k < 2; k++) {
        expect_withheld(of_count(bk_interval_chebyshev, k, 1, .9), BK_INTERVAL_UNDEFINED);
        expect_withheld(of_count(bk_interval_bernstein, k, 1, .9), BK_INTERVAL_UNDEFINED);
        cr_assert_eq(of_count(bk_interval_hoeffding, k, 1, .9).status, BK_INTERVAL_OK);
    }
    const bk_losses free = losses_of(1000, .01, .2, false, 0, 0);
    bk_interval interval;
    cr_assert_eq(bk_interval_hoeffding(&interval, &free, .9), BK_OK);
    expect_withheld(interval, BK_INTERVAL_RANGE_UNKNOWN);
    cr_assert_eq(bk_interval_bernstein(&interval, &free, .9), BK_OK);
    expect_withheld(interval, BK_INTERVAL_RANGE_UNKNOWN);
}

Test(invalid, is_refused_and_leaves_the_output)
{
    const closed_form methods[] = {bk_interval_hoeffding, bk_interval_chebyshev, bk_interval_bernstein};
    const bk_losses good = bk_losses_from_count(37, 1000);
    const bk_losses bad[] = {
        bk_losses_from_count(0, 0),
        bk_losses_from_count(11, 10),
        losses_of(10, (double)NAN, .1, true, 0, 1),
        losses_of(10, HUGE_VAL, .1, false, 0, 0),
        losses_of(10, .5, -.1, true, 0, 1),
        losses_of(10, .5, (double)NAN, true, 0, 1),
        losses_of(10, .5, .1, true, 1, 1),
        losses_of(10, .5, .1, true, 1, 0),
        losses_of(10, .5, .1, true, (double)NAN, 1),
        losses_of(10, 1.5, .1, true, 0, 1),
        losses_of(10, .5, .1, true, 0, HUGE_VAL),
        losses_of(10, -.5, .1, true, 0, 1),
    };
    const double bad_level[] = {0, 1, -.1, 90, (double)NAN, HUGE_VAL};
    for (size_t m = 0; m < 3; m++) {
        bk_interval interval = {.low = 77};
        for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
            cr_assert_eq(methods[m](&interval, &bad[i], .9), BK_INVALID, "losses %zu", i);
        }
        for (size_t i = 0; i < sizeof bad_level / sizeof bad_level[0]; i++) {
            cr_assert_eq(methods[m](&interval, &good, bad_level[i]), BK_INVALID, "level %zu", i);
            cr_assert(strstr(bk_error_message(), "level"));
        }
        cr_assert_eq(interval.low, 77);
    }
}

Test(methods, the_table_is_complete_and_findable)
{
    const char *expected[] = {"hoeffding",
                              "chebyshev",
                              "bernstein",
                              "empirical-bernstein",
                              "kl-chernoff",
                              "clopper-pearson",
                              "mid-p",
                              "wilson",
                              "agresti-coull",
                              "jeffreys",
                              "wald",
                              "student-t",
                              "betting",
                              "bootstrap-percentile",
                              "bootstrap-basic",
                              "bootstrap-normal",
                              "bootstrap-studentized",
                              "bootstrap-bca",
                              "ideal-percentile",
                              "ideal-basic",
                              "ideal-bca"};
    cr_assert_eq(bk_interval_method_count(), sizeof expected / sizeof expected[0]);
    cr_assert_eq(bk_interval_method_count(), BK_METHOD_COUNT);
    for (size_t row = 0; row < BK_METHOD_COUNT; row++) {
        const bk_interval_method *method = bk_interval_method_row(row);
        size_t number = 77;
        cr_assert_str_eq(method->name, expected[row]);
        cr_assert_eq(bk_interval_method_find(method->name), method);
        cr_assert_eq(bk_interval_method_number(&number, method->name), BK_OK);
        cr_assert_eq(number, row);
        const char *const text[] = {method->long_name, method->formula, method->assumption, method->reference,
                                    method->promise};
        for (size_t i = 0; i < 5; i++) {
            cr_assert(text[i] && strlen(text[i]) > 10, "row %zu text %zu", row, i);
        }
        if (method->guarantee == BK_GUARANTEE_NONE) {
            cr_assert_str_eq(method->promise, "variance estimated: no finite-sample guarantee");
        }
        cr_assert(method->guarantee != BK_GUARANTEE_EXACT || (method->needs & BK_NEEDS_01_DATA));
    }
    cr_assert_null(bk_interval_method_row(BK_METHOD_COUNT));
    cr_assert_null(bk_interval_method_find("hoefding"));
    cr_assert(strstr(bk_error_message(), "\"hoeffding\""));
    cr_assert_null(bk_interval_method_find(""));
}

Test(methods, every_enum_has_its_names)
{
    cr_assert_str_eq(bk_guarantee_name(BK_GUARANTEE_EXACT), "exact");
    cr_assert_str_eq(bk_guarantee_name(BK_GUARANTEE_FINITE_SAMPLE), "finite-sample");
    cr_assert_str_eq(bk_guarantee_name(BK_GUARANTEE_NONE), "none");
    cr_assert_str_eq(bk_guarantee_name(BK_GUARANTEE_COUNT), "unknown");
    cr_assert_str_eq(bk_interval_status_name(BK_INTERVAL_RANGE_UNKNOWN), "range-unknown");
    cr_assert_str_eq(bk_interval_status_name(BK_INTERVAL_TOO_FEW_RESAMPLES), "too-few-resamples");
    cr_assert_str_eq(bk_interval_status_name(BK_INTERVAL_STATUS_COUNT), "unknown");
    cr_assert_str_eq(bk_sides_name(BK_TWO_SIDED), "two");
    cr_assert_str_eq(bk_sides_name(BK_UPPER), "upper");
    cr_assert_str_eq(bk_sides_name((bk_sides)3), "unknown");
}
