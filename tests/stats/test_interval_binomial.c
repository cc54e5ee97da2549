/* SPDX-License-Identifier: GPL-3.0-or-later
 * The intervals of 0/1 losses against independent values (make_stats_binomial.py), the tables, R's and
 * SciPy's figures, and the equations that they solve. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "brisk/stats.h"

static bk_interval ask(size_t method, uint64_t k, uint64_t n, double level, bk_sides sides)
{
    const bk_losses losses = bk_losses_from_count(k, n);
    bk_interval_request request = bk_interval_request_of(level);
    request.sides = sides;
    bk_interval interval;
    cr_assert_eq(bk_interval_of_losses(&interval, method, &losses, &request), BK_OK, "%s",
                 bk_error_message());
    return interval;
}

static bk_sides sides_of(const char *text)
{
    return strcmp(text, "two") == 0 ? BK_TWO_SIDED : strcmp(text, "lower") == 0 ? BK_LOWER : BK_UPPER;
}

/* mpmath's values are printed with 14 digits. SciPy's, where they had to do, are off by up to 6e-12
 * themselves. */
static void expect_end(const char *what, double found, double known, bool scipy)
{
    const double tolerance = scipy ? 1e-10 : 1e-12;
    cr_assert(fabs(found - known) <= tolerance * fabs(known) + 1e-30, "%s: %.17g, not %.17g (%.2g off)",
              what, found, known, fabs(found / known - 1));
}

Test(binomial, every_known_value_and_its_mirror)
{
    FILE *file = fopen(BRISK_TEST_DATA "/stats_binomial.txt", "r");
    cr_assert(file);
    char line[200];
    size_t rows = 0;
    while (fgets(line, sizeof line, file)) {
        char method[40];
        char sides_text[10];
        double level;
        double low;
        double high;
        unsigned long long k;
        unsigned long long n;
        if (line[0] == '#') {
            continue;
        }
        cr_assert_eq(
            sscanf(line, "%39s %9s %lf %llu %llu %lf %lf", method, sides_text, &level, &k, &n, &low, &high),
            7);
        size_t row;
        cr_assert_eq(bk_interval_method_number(&row, method), BK_OK);
        const bk_sides sides = sides_of(sides_text);
        const bk_interval made = ask(row, k, n, level, sides);
        line[strcspn(line, "\n")] = 0;
        const bool scipy =
            row == BK_METHOD_JEFFREYS ||
            ((row == BK_METHOD_MID_P || row == BK_METHOD_CLOPPER_PEARSON) && (k > 500 || n < 1000));
        expect_end(line, made.low, low, scipy);
        expect_end(line, made.high, high, scipy);
        cr_assert_eq(made.status, BK_INTERVAL_OK);
        if (2 * k != n) {
            const bk_sides other = sides == BK_TWO_SIDED ? sides : sides == BK_LOWER ? BK_UPPER : BK_LOWER;
            const bk_interval mirror = ask(row, n - k, n, level, other);
            cr_assert(mirror.low == 1 - made.high && mirror.high == 1 - made.low, "mirror of %s", line);
        }
        rows++;
    }
    fclose(file);
    cr_assert_geq(rows, 5000);
}

static void expect_digits(size_t method, uint64_t k, uint64_t n, double level, bk_sides sides, double low,
                          double high, double digit)
{
    const bk_interval interval = ask(method, k, n, level, sides);
    cr_assert_float_eq(interval.low, low, digit, "%s %d of %d: low %.12g", interval.method, (int)k, (int)n,
                       interval.low);
    cr_assert_float_eq(interval.high, high, digit, "%s %d of %d: high %.12g", interval.method, (int)k, (int)n,
                       interval.high);
}

/* m = 1000, level 0.9. */
Test(binomial, tables_of_clopper_pearson_wilson_and_mid_p)
{
    const struct {
        uint64_t k;
        double cp_low, cp_high, w_low, w_high;
    } table[] = {
        {0, 0, .0029912495, 0, .0026982432},
        {1, 5.1291979e-5, .0047349936, 2.2312384e-4, .0044697229},
        {10, .0054351401, .0169031751, .0059872859, .0166569925},
        {50, .0391635359, .0628634035, .0398282155, .0626002035},
        {100, .0847847677, .1169915321, .0854585811, .1167000135},
        {250, .227543480, .273553631, .228171769, .273177353},
        {500, .473517731, .526482269, .474027691, .525972309},
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        /* The table's .0626002035 is .06260020341961: its last digit is off by one. */
        const double digit = table[i].k < 250 ? 1e-10 : 5.1e-10;
        expect_digits(BK_METHOD_CLOPPER_PEARSON, table[i].k, 1000, .9, BK_TWO_SIDED, table[i].cp_low,
                      table[i].cp_high, digit);
        expect_digits(BK_METHOD_WILSON, table[i].k, 1000, .9, BK_TWO_SIDED, table[i].w_low, table[i].w_high,
                      digit);
    }
    const bk_sides two = BK_TWO_SIDED;
    expect_digits(BK_METHOD_MID_P, 0, 1000, .9, two, 0, .0022999362, 5.1e-11);
    expect_digits(BK_METHOD_MID_P, 1, 1000, .9, two, 1.0015887e-4, .0041062059, 5.1e-11);
    expect_digits(BK_METHOD_MID_P, 10, 1000, .9, two, .0057506707, .0163492156, 5.1e-11);
    expect_digits(BK_METHOD_MID_P, 50, 1000, .9, two, .0395806183, .0623420635, 5.1e-11);
    /* The rule of three, on two sides and on one. */
    expect_digits(BK_METHOD_CLOPPER_PEARSON, 0, 1000, .9, BK_UPPER, 0, 1 - pow(.1, .001), 1e-15);
}

/* R 3.6.2 by way of SciPy's tests. */
Test(binomial, figures_of_r)
{
    const size_t cp = BK_METHOD_CLOPPER_PEARSON;
    const size_t wilson = BK_METHOD_WILSON;
    expect_digits(cp, 20, 100, .95, BK_TWO_SIDED, .1266555521019559, .2918426890886281, 1e-15);
    expect_digits(cp, 20, 100, .95, BK_UPPER, 0, .2772002496709138, 1e-15);
    expect_digits(cp, 20, 100, .95, BK_LOWER, .1366613252458672, 1, 1e-15);
    expect_digits(cp, 3, 50, .99, BK_TWO_SIDED, .006872485, .202706269, 5.1e-10);
    expect_digits(cp, 0, 10, .95, BK_TWO_SIDED, 0, .3084971, 5.1e-8);
    expect_digits(cp, 0, 10, .95, BK_UPPER, 0, .2588656, 5.1e-8);
    expect_digits(cp, 10, 10, .95, BK_TWO_SIDED, .6915029, 1, 5.1e-8);
    expect_digits(wilson, 3, 10, .95, BK_TWO_SIDED, .1077913, .6032219, 5.1e-8);
    expect_digits(wilson, 0, 10, .95, BK_TWO_SIDED, 0, .2775328, 5.1e-8);
    expect_digits(wilson, 10, 10, .95, BK_TWO_SIDED, .7224672, 1, 5.1e-8);
}

Test(binomial, wilson_and_agresti_coull_solve_their_equations_for_any_size)
{
    for (uint64_t n = 3; n < 1000000000000; n = n * 7 + 1) {
        for (uint64_t k = 0; k <= n; k += n / 3) {
            const bk_interval w = ask(BK_METHOD_WILSON, k, n, .95, BK_TWO_SIDED);
            const double z = 1.959963984540054;
            const double p = (double)k / (double)n;
            const double ends[] = {w.low, w.high};
            for (size_t i = 0; i < 2; i++) {
                const double left = (p - ends[i]) * (p - ends[i]);
                const double right = z * z * ends[i] * (1 - ends[i]) / (double)n;
                /* The difference of two doubles near 1 is off by 2^-52 of 1. */
                cr_assert_leq(fabs(sqrt(left) - sqrt(right)), 1e-12 * sqrt(right) + 4e-16, "%g %g", (double)k,
                              (double)n);
            }
            const bk_interval a = ask(BK_METHOD_AGRESTI_COULL, k, n, .95, BK_TWO_SIDED);
            cr_assert_leq(w.high - w.low, 2 * a.half_width + 1e-15);
            if (!a.clipped) {
                cr_assert_float_eq(w.low + w.high, a.low + a.high, 1e-15, "one centre");
            }
        }
    }
}

Test(binomial, numbers_of_points_beyond_a_thousand_million)
{
    /* Poisson limits of Clopper and Pearson: -ln(1 - tail) / n and -ln(tail) / n. */
    const uint64_t n = 1000000000000000;
    for (int i = 0; i < 3; i++) {
        const double level = (const double[]){.5, .9, 1 - 1e-7}[i];
        const double tail = (1 - level) / 2;
        const bk_interval one = ask(BK_METHOD_CLOPPER_PEARSON, 1, n, level, BK_TWO_SIDED);
        cr_assert_float_eq(one.low * 1e15, -log1p(-tail), 1e-12 * -log1p(-tail));
        const bk_interval none = ask(BK_METHOD_CLOPPER_PEARSON, 0, n, level, BK_TWO_SIDED);
        cr_assert_float_eq(none.high * 1e15, -log(tail), 1e-12 * -log(tail));
        for (size_t method = BK_METHOD_KL_CHERNOFF; method <= BK_METHOD_JEFFREYS; method++) {
            const uint64_t count[] = {1, 10, 1000, n / 1000, n / 2, n - 10, n - 1};
            for (size_t c = 0; c < sizeof count / sizeof count[0]; c++) {
                const bk_interval made = ask(method, count[c], n, level, BK_TWO_SIDED);
                cr_assert(made.low <= made.estimate && made.estimate <= made.high, "%s %g [%.17g, %.17g]",
                          made.method, (double)count[c], made.low, made.high);
                cr_assert_lt(made.high - made.low, 2.5e-7);
            }
        }
    }
}

Test(binomial, data_that_are_not_0_and_1_are_told_so)
{
    const double values[] = {0, 1, .5, 1};
    bk_losses losses;
    cr_assert_eq(bk_losses_from_values(&losses, values, 4, 0, 1), BK_OK);
    const bk_interval_request request = bk_interval_request_of(.9);
    for (size_t method = BK_METHOD_CLOPPER_PEARSON; method <= BK_METHOD_JEFFREYS; method++) {
        bk_interval made;
        cr_assert_eq(bk_interval_of_losses(&made, method, &losses, &request), BK_OK);
        cr_assert_eq(made.status, BK_INTERVAL_NEEDS_01_DATA);
        cr_assert(isnan(made.low) && isnan(made.high) && strstr(made.reason, "use "));
    }
}
