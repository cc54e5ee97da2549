/* SPDX-License-Identifier: GPL-3.0-or-later
 * The ideal bootstrap of an error rate: known ends, the quantile's definition by brute force, exact coverage
 * as published, and the resampled BCa beside it. */
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#ifndef MATHLIB_STANDALONE /* pkg-config may have set it */
#define MATHLIB_STANDALONE
#endif
#include <Rmath.h>

#include "brisk/stats.h"

static bk_interval ideal(bk_method method, uint64_t k, uint64_t n, double level, bk_sides sides)
{
    bk_interval interval;
    cr_assert_eq(bk_interval_ideal(&interval, method, k, n, level, sides), BK_OK, "%s", bk_error_message());
    return interval;
}

Test(ideal, known_ends)
{
    const struct {
        uint64_t k;
        double bca_low, bca_high, percentile_low, percentile_high;
    } known[] = {{1, 0, .004, 0, .003},
                 {10, .006, .016, .005, .015},
                 {50, .040, .062, .039, .062},
                 {100, .085, .116, .085, .116}};
    for (size_t i = 0; i < 4; i++) {
        const bk_interval bca = ideal(BK_METHOD_IDEAL_BCA, known[i].k, 1000, .9, BK_TWO_SIDED);
        const bk_interval percentile = ideal(BK_METHOD_IDEAL_PERCENTILE, known[i].k, 1000, .9, BK_TWO_SIDED);
        const bk_interval basic = ideal(BK_METHOD_IDEAL_BASIC, known[i].k, 1000, .9, BK_TWO_SIDED);
        cr_assert(bca.low == known[i].bca_low && bca.high == known[i].bca_high, "%g %g", bca.low, bca.high);
        cr_assert(percentile.low == known[i].percentile_low && percentile.high == known[i].percentile_high);
        const double twice = 2 * (double)known[i].k / 1000;
        cr_assert_float_eq(basic.low, fmax(0, twice - known[i].percentile_high), 1e-15);
        cr_assert_float_eq(basic.high, twice - known[i].percentile_low, 1e-15);
        cr_assert(isnan(bca.mc_error_low) && isnan(bca.mc_error_high));
        cr_assert(bca.n == 1000 && bca.status == BK_INTERVAL_OK && bca.guarantee == BK_GUARANTEE_ASYMPTOTIC);
    }
}

Test(ideal, quantile_is_the_smallest_value_that_reaches_the_level)
{
    const double levels[] = {.5, .8, .9, .99, .9999999};
    const uint64_t sizes[] = {2, 3, 10, 57, 300};
    for (size_t s = 0; s < 5; s++) {
        const uint64_t n = sizes[s];
        for (uint64_t k = 1; k < n; k++) {
            for (size_t l = 0; l < 5; l++) {
                const double tail = (1 - levels[l]) / 2, p = (double)k / (double)n;
                uint64_t low = 0, high = 0;
                while (pbinom((double)low, (double)n, p, 1, 0) < tail * (1 - 1e-12)) {
                    low++;
                }
                while (pbinom((double)high, (double)n, p, 0, 0) > tail * (1 + 1e-12)) {
                    high++;
                }
                const bk_interval found = ideal(BK_METHOD_IDEAL_PERCENTILE, k, n, levels[l], BK_TWO_SIDED);
                cr_assert_eq(found.low, (double)low / (double)n);
                cr_assert_eq(found.high, (double)high / (double)n);
            }
        }
    }
}

Test(ideal, is_symmetric_in_errors_and_successes_where_no_level_is_hit)
{
    for (uint64_t k = 1; k < 200; k++) {
        const bk_interval a = ideal(BK_METHOD_IDEAL_BCA, k, 200, .9, BK_TWO_SIDED);
        const bk_interval b = ideal(BK_METHOD_IDEAL_BCA, 200 - k, 200, .9, BK_TWO_SIDED);
        cr_assert_float_eq(a.low, 1 - b.high, 1e-12, "k = %d", (int)k);
        cr_assert_float_eq(a.high, 1 - b.low, 1e-12);
    }
}

Test(ideal, one_sided_bounds_are_ends_at_twice_the_tail)
{
    for (int method = BK_METHOD_IDEAL_PERCENTILE; method <= BK_METHOD_IDEAL_BCA; method++) {
        const bk_interval both = ideal((bk_method)method, 37, 400, .9, BK_TWO_SIDED);
        const bk_interval lower = ideal((bk_method)method, 37, 400, .95, BK_LOWER);
        const bk_interval upper = ideal((bk_method)method, 37, 400, .95, BK_UPPER);
        cr_assert(lower.low == both.low && lower.high == 1 && lower.sides == BK_LOWER);
        cr_assert(upper.high == both.high && upper.low == 0);
    }
}

/* statistics.md, exact coverage at m = 1000, level .9. */
Test(ideal, exact_coverage_as_published)
{
    const double p[] = {1e-4, .001, .002, .005, .01, .05, .1, .5};
    const double bca[] = {.0950, .6134, .8485, .9284, .9449, .9183, .9082, .9063};
    const double percentile[] = {.0950, .6287, .8604, .9464, .9075, .9018, .9082, .9063};
    static bk_interval rows[2][1001];
    for (uint64_t k = 0; k <= 1000; k++) {
        rows[0][k] = ideal(BK_METHOD_IDEAL_BCA, k, 1000, .9, BK_TWO_SIDED);
        rows[1][k] = ideal(BK_METHOD_IDEAL_PERCENTILE, k, 1000, .9, BK_TWO_SIDED);
    }
    for (size_t i = 0; i < 8; i++) {
        for (int m = 0; m < 2; m++) {
            double coverage = 0;
            for (uint64_t k = 0; k <= 1000; k++) {
                /* Ends lie on the lattice, and so do these p: 1e-9 keeps .005 from missing .005. */
                if (rows[m][k].low <= p[i] + 1e-9 && rows[m][k].high >= p[i] - 1e-9) {
                    coverage += dbinom((double)k, 1000, p[i], 0);
                }
            }
            cr_assert_float_eq(coverage, m == 0 ? bca[i] : percentile[i], 5.1e-5, "p = %g method %d: %.5f",
                               p[i], m, coverage);
        }
    }
}

Test(ideal, edges_have_a_status)
{
    const uint64_t ns[] = {1, 10, 1000000000};
    for (size_t i = 0; i < 3; i++) {
        for (int end = 0; end < 2; end++) {
            const uint64_t k = end ? ns[i] : 0;
            const bk_interval bca = ideal(BK_METHOD_IDEAL_BCA, k, ns[i], .9, BK_TWO_SIDED);
            const bk_interval percentile = ideal(BK_METHOD_IDEAL_PERCENTILE, k, ns[i], .9, BK_TWO_SIDED);
            cr_assert(bca.status == BK_INTERVAL_UNDEFINED && isnan(bca.low) && isnan(bca.high));
            cr_assert(percentile.status == BK_INTERVAL_DEGENERATE && percentile.low == end &&
                      percentile.high == end);
            cr_assert(strstr(bca.reason, "Clopper"));
        }
    }
    /* 1 - a (z0 + z) <= 0: one error among two has a = 0; among few and at a wild level the pole is near. */
    const bk_interval wild = ideal(BK_METHOD_IDEAL_BCA, 1, 100, 1 - 1e-12, BK_TWO_SIDED);
    cr_assert_eq(wild.status, BK_INTERVAL_UNDEFINED, "%s", wild.reason);
    const bk_interval large = ideal(BK_METHOD_IDEAL_BCA, 123456789, 1000000000, .99, BK_TWO_SIDED);
    cr_assert_eq(large.status, BK_INTERVAL_OK);
    cr_assert_float_eq(large.high - large.low, 2 * 2.5758293 * sqrt(.123456789 * .876543211 / 1e9), 2e-9);
}

Test(ideal, refuses_bad_input)
{
    bk_interval interval = {.low = 77};
    cr_assert_eq(bk_interval_ideal(&interval, BK_METHOD_WALD, 1, 2, .9, BK_TWO_SIDED), BK_INVALID);
    cr_assert_eq(bk_interval_ideal(&interval, BK_METHOD_IDEAL_BCA, 3, 2, .9, BK_TWO_SIDED), BK_INVALID);
    cr_assert_eq(bk_interval_ideal(&interval, BK_METHOD_IDEAL_BCA, 0, 0, .9, BK_TWO_SIDED), BK_INVALID);
    cr_assert_eq(bk_interval_ideal(&interval, BK_METHOD_IDEAL_BCA, 1, 2, 1, BK_TWO_SIDED), BK_INVALID);
    cr_assert_eq(interval.low, 77);
}

/* Every 37th k; all of them, and B = 99999, under the label "statistical" (tests/stats/programs). */
Test(ideal, resampled_bca_lies_within_two_steps)
{
    static double x[1000];
    for (uint64_t k = 1; k < 1000; k++) {
        x[k * 7919 % 1000] = 1;
        if (k % 37 != 1) {
            continue;
        }
        const bk_bootstrap_data data = {.x = x, .n = 1000};
        const bk_bootstrap_options options = bk_bootstrap_options_of(BK_STATISTIC_MEAN);
        bk_bootstrap *bootstrap = bk_bootstrap_create(&data, &options);
        bk_interval resampled;
        cr_assert_eq(
            bk_bootstrap_interval(&resampled, NULL, bootstrap, BK_METHOD_BOOTSTRAP_BCA, .9, BK_TWO_SIDED),
            BK_OK);
        const bk_interval limit = ideal(BK_METHOD_IDEAL_BCA, k, 1000, .9, BK_TWO_SIDED);
        cr_assert_float_eq(resampled.low, limit.low, .002 + 1e-12, "k = %d", (int)k);
        cr_assert_float_eq(resampled.high, limit.high, .002 + 1e-12, "k = %d", (int)k);
        bk_bootstrap_destroy(bootstrap);
    }
}
