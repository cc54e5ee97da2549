/* SPDX-License-Identifier: GPL-3.0-or-later
 * The infimum of coverage: published values, mpmath on a fine grid, and brute force. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "brisk/rng.h"
#include "brisk/stats.h"

#define TRY(call) cr_assert_eq((call), BK_OK, "%s", bk_error_message())

/* Thousands of small sums: not worth a second thread, which another test has use for. */
static void one_thread(void) { TRY(bk_set_threads(1)); }

static bk_coverage_table *table_of(size_t method, uint64_t m, double level)
{
    const bk_interval_request request = bk_interval_request_of(level);
    bk_coverage_table *table = bk_coverage_table_create(method, m, &request);
    cr_assert(table, "%s", bk_error_message());
    return table;
}

static bk_coverage_minimum infimum(size_t method, uint64_t m, double level, double low, double high)
{
    bk_coverage_table *table = table_of(method, m, level);
    bk_coverage_minimum minimum;
    TRY(bk_coverage_infimum(&minimum, table, low, high));
    bk_coverage_table_destroy(table);
    return minimum;
}

Test(coverage_minimum, published_infima_at_1000_points, .init = one_thread)
{
    static const struct {
        size_t method;
        double from, known;
    } rows[] = {
        {BK_METHOD_HOEFFDING, 1e-4, .9851},
        {BK_METHOD_CHEBYSHEV, 1e-4, .0952},
        {BK_METHOD_BERNSTEIN, 1e-4, .8645},
        {BK_METHOD_EMPIRICAL_BERNSTEIN, 1e-4, .9987},
        {BK_METHOD_KL_CHERNOFF, 1e-4, .9463},
        {BK_METHOD_CLOPPER_PEARSON, 1e-4, .9000},
        {BK_METHOD_MID_P, 1e-4, .8581},
        {BK_METHOD_WILSON, 1e-4, .8000},
        {BK_METHOD_AGRESTI_COULL, 1e-4, .8827},
        {BK_METHOD_JEFFREYS, 1e-4, .8080},
        {BK_METHOD_WALD, 1e-4, .0950},
        {BK_METHOD_IDEAL_PERCENTILE, 1e-4, .0950},
        {BK_METHOD_IDEAL_BCA, 1e-4, .0950},
        {BK_METHOD_IDEAL_BCA, .01, .8866},
        {BK_METHOD_IDEAL_PERCENTILE, .01, .8447},
        {BK_METHOD_WALD, .01, .8454},
    };
    for (size_t r = 0; r < sizeof rows / sizeof rows[0]; r++) {
        const double found = infimum(rows[r].method, 1000, .9, rows[r].from, .5).infimum;
        cr_assert(fabs(found - rows[r].known) < 5.1e-5, "%s from %g: %.6f, not %.4f",
                  bk_interval_method_row(rows[r].method)->name, rows[r].from, found, rows[r].known);
    }
}

static void expect_place(size_t method, double from, double p, bk_approach approach)
{
    const bk_coverage_minimum found = infimum(method, 1000, .9, from, .5);
    cr_assert(fabs(found.p - p) < 1e-9, "%s: %.12g", bk_interval_method_row(method)->name, found.p);
    cr_assert_eq(found.approach, approach, "%s", bk_approach_name(found.approach));
}

Test(coverage_minimum, where_and_from_which_side)
{
    expect_place(BK_METHOD_BERNSTEIN, 1e-4, .001997154895, BK_APPROACH_RIGHT); /* 2 c L / (3 m) */
    expect_place(BK_METHOD_WILSON, 1e-4, .000223123842, BK_APPROACH_LEFT);     /* low end at k = 1 */
    expect_place(BK_METHOD_IDEAL_BCA, .01, .022, BK_APPROACH_RIGHT);
    expect_place(BK_METHOD_IDEAL_PERCENTILE, .01, .01, BK_APPROACH_RIGHT);
    /* Over all p the mirror image is as low, but for rounding: the smaller p is told. */
    const bk_coverage_minimum all = infimum(BK_METHOD_WILSON, 1000, .9, 0, 1);
    cr_assert(fabs(all.p - .000223123842) < 1e-9 && all.approach == BK_APPROACH_LEFT, "%.12g", all.p);
    cr_assert_str_eq(bk_approach_name(BK_APPROACH_AT), "at");
    cr_assert_str_eq(bk_approach_name((bk_approach)9), "unknown");
}

Test(coverage_minimum, against_mpmath, .init = one_thread)
{
    FILE *file = fopen(BRISK_TEST_DATA "/stats_coverage.txt", "r");
    cr_assert(file);
    char line[400], name[40];
    size_t rows = 0;
    while (fgets(line, sizeof line, file)) {
        unsigned long long m;
        double from, to, known;
        if (sscanf(line, "infimum %39s %llu %lf %lf %lf", name, &m, &from, &to, &known) == 5) {
            size_t method;
            TRY(bk_interval_method_number(&method, name));
            const bk_coverage_minimum found = infimum(method, m, .9, from, to);
            /* SciPy's ends are good to 1e-11, where coverage has a slope of up to m. */
            cr_assert(fabs(found.infimum - known) < 1e-9, "%s, m = %llu: %.17g at %g, not %.17g", name, m,
                      found.infimum, found.p, known);
            rows++;
        }
    }
    (void)fclose(file);
    cr_assert_geq(rows, 36);
}

/* Never above what a grid finds, and reached by what is close to its place. */
static void expect_least(bk_coverage_table *table, unsigned long long m, double low, double high)
{
    enum { GRID = 500 };
    static bk_test_sets sets[GRID];
    static bk_coverage rows[GRID];
    bk_coverage_minimum minimum;
    TRY(bk_coverage_infimum(&minimum, table, low, high));
    for (size_t i = 0; i < GRID; i++) {
        sets[i] = bk_test_sets_iid(m, low + (high - low) * ((double)i / (GRID - 1)));
    }
    TRY(bk_coverage_exact(rows, &table, 1, sets, GRID));
    double least = 1;
    for (size_t i = 0; i < GRID; i++) {
        least = fmin(least, rows[i].coverage);
    }
    cr_assert(minimum.infimum <= least + 1e-13, "%s, m = %llu: %.17g at %g, the grid has %.17g",
              rows[0].method, m, minimum.infimum, minimum.p, least);
    const double step = minimum.approach == BK_APPROACH_LEFT    ? -1e-9
                        : minimum.approach == BK_APPROACH_RIGHT ? 1e-9
                                                                : 0;
    sets[0] = bk_test_sets_iid(m, minimum.p + step);
    TRY(bk_coverage_exact(rows, &table, 1, sets, 1));
    cr_assert(fabs(rows[0].coverage - minimum.infimum) < 1e-6, "%s, m = %llu: %.12g near %g, not %.12g",
              rows[0].method, m, rows[0].coverage, minimum.p, minimum.infimum);
}

Test(coverage_minimum, grids_never_find_less, .init = one_thread)
{
    static const uint64_t sizes[] = {1, 3, 12, 40, 150};
    for (size_t method = 0; method < bk_interval_method_count(); method++) {
        for (size_t i = 0; bk_interval_method_by_count(method) && i < 5; i++) {
            bk_coverage_table *table = table_of(method, sizes[i], .9);
            expect_least(table, sizes[i], 0, 1);
            expect_least(table, sizes[i], .05, .4);
            bk_coverage_table_destroy(table);
        }
    }
}

/* Ends without any order: the counts that cover p are several runs, with minima between the ends. */
Test(coverage_minimum, irregular_intervals, .init = one_thread)
{
    enum { M = 12 };
    size_t inner = 0;
    for (uint64_t index = 0; index < 200; index++) {
        double ends[2 * (M + 1)], low[M + 1], high[M + 1];
        bk_stream stream = bk_stream_open(1, BK_PURPOSE_USER, index);
        bk_fill_uniform_f64(&stream, ends, 2 * (M + 1));
        for (size_t k = 0; k <= M; k++) {
            /* Most hold nearly all p, so that coverage has valleys between runs. */
            const bool wide = ends[2 * k] < .7;
            low[k] = wide ? 0 : ends[2 * k] * ends[2 * k + 1];
            high[k] = wide ? 1 : ends[2 * k];
            if (ends[2 * k] > .9) {
                low[k] = high[k] = (double)NAN;
            }
        }
        bk_coverage_table *table = bk_coverage_table_of_ends("irregular", low, high, M, .9);
        cr_assert(table, "%s", bk_error_message());
        expect_least(table, M, .01, .99);
        bk_coverage_minimum minimum;
        TRY(bk_coverage_infimum(&minimum, table, .01, .99));
        inner += minimum.approach == BK_APPROACH_AT;
        bk_coverage_table_destroy(table);
    }
    cr_assert_gt(inner, 20, "%zu minima between ends", inner);
}

/* P(K != 3) of 6 points is least at p = 1/2. */
Test(coverage_minimum, a_valley_in_closed_form)
{
    double low[7] = {0}, high[7] = {1, 1, 1, NAN, 1, 1, 1};
    low[3] = (double)NAN;
    bk_coverage_table *table = bk_coverage_table_of_ends("hole", low, high, 6, .9);
    bk_coverage_minimum minimum;
    TRY(bk_coverage_infimum(&minimum, table, 0, 1));
    cr_assert(fabs(minimum.infimum - (1 - 20 / 64.0)) < 1e-15, "%.17g", minimum.infimum);
    cr_assert(fabs(minimum.p - .5) < 1e-12 && minimum.approach == BK_APPROACH_AT);
    bk_coverage_table_destroy(table);
}

/* Two intervals that meet but for rounding leave no gap. */
Test(coverage_minimum, ends_that_differ_by_rounding_are_one)
{
    const double low[] = {0, .5}, high[] = {.5 - 0x1p-54, 1};
    bk_coverage_table *table = bk_coverage_table_of_ends("meeting", low, high, 1, .9);
    bk_coverage_minimum minimum;
    TRY(bk_coverage_infimum(&minimum, table, 0, 1));
    cr_assert(fabs(minimum.infimum - .5) < 1e-15, "%.17g at %g", minimum.infimum, minimum.p);
    bk_coverage_table_destroy(table);
}

Test(coverage_minimum, ranges)
{
    bk_coverage_table *table = table_of(BK_METHOD_IDEAL_PERCENTILE, 1000, .9);
    bk_coverage_minimum minimum = {.infimum = 7};
    static const double bad[][2] = {{.5, .4}, {-.1, .5}, {.5, 1.1}, {NAN, .5}, {.1, NAN}};
    for (size_t i = 0; i < 5; i++) {
        cr_assert_eq(bk_coverage_infimum(&minimum, table, bad[i][0], bad[i][1]), BK_INVALID);
    }
    cr_assert_eq(minimum.infimum, 7);
    /* One point: the value there, not a limit. */
    TRY(bk_coverage_infimum(&minimum, table, .01, .01));
    cr_assert(fabs(minimum.infimum - .9075) < 5e-5 && minimum.approach == BK_APPROACH_AT);
    bk_coverage_table_destroy(table);
    /* Runs without end are refused. */
    double low[400], high[400];
    for (size_t k = 0; k < 400; k++) {
        low[k] = k % 2 ? 0 : .9;
        high[k] = 1;
    }
    table = bk_coverage_table_of_ends("comb", low, high, 399, .9);
    cr_assert_eq(bk_coverage_infimum(&minimum, table, .1, .5), BK_UNSUPPORTED);
    bk_coverage_table_destroy(table);
}
