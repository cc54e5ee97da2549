/* SPDX-License-Identifier: GPL-3.0-or-later
 * Exact coverage against the published tables, mpmath (make_stats_coverage.py) and the enumeration of all
 * test sets of a few points. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "brisk/stats.h"

#define TRY(call) cr_assert_eq((call), BK_OK, "%s", bk_error_message())

static bk_coverage_table *table_of(size_t method, uint64_t m, double level)
{
    const bk_interval_request request = bk_interval_request_of(level);
    bk_coverage_table *table = bk_coverage_table_create(method, m, &request);
    cr_assert(table, "%s", bk_error_message());
    return table;
}

static bk_coverage coverage_at(size_t method, uint64_t m, double level, double p)
{
    bk_coverage_table *table = table_of(method, m, level);
    const bk_test_sets sets = bk_test_sets_iid(m, p);
    bk_coverage row;
    TRY(bk_coverage_exact(&row, &table, 1, &sets, 1));
    bk_coverage_table_destroy(table);
    return row;
}

static void expect(const char *what, double p, double found, double known, double tolerance)
{
    cr_assert(fabs(found - known) <= tolerance, "%s at p = %g: %.17g, not %.17g", what, p, found, known);
}

typedef struct table_row {
    size_t method;
    double known[8];
} table_row;

static void expect_rows(const table_row *rows, size_t count, const double *p, size_t columns,
                        double tolerance)
{
    for (size_t r = 0; r < count; r++) {
        for (size_t i = 0; i < columns; i++) {
            const bk_coverage row = coverage_at(rows[r].method, 1000, .9, p[i]);
            expect(row.method, p[i], row.coverage, rows[r].known[i], tolerance);
        }
    }
}

/* Four digits, as printed. */
Test(coverage, table_of_all_methods_at_1000_points)
{
    static const double p[] = {1e-4, .001, .002, .005, .01, .05, .1, .5};
    static const table_row rows[] = {
        {BK_METHOD_HOEFFDING, {1, 1, 1, 1, 1, 1, .9999, .9851}},
        {BK_METHOD_CHEBYSHEV, {.0952, .6323, .8649, .9599, .9899, .9962, .9979, .9983}},
        {BK_METHOD_BERNSTEIN, {1, 1, .8649, .9598, .9710, .9884, .9867, .9876}},
        {BK_METHOD_EMPIRICAL_BERNSTEIN, {1, 1, 1, 1, 1, .9998, .9996, .9989}},
        {BK_METHOD_CLOPPER_PEARSON, {.9953, .9811, .9835, .9284, .9234, .9183, .9082, .9063}},
        {BK_METHOD_WILSON, {.9048, .9198, .9475, .8923, .9234, .9055, .8980, .9063}},
        {BK_METHOD_WALD, {.0950, .6287, .8604, .8625, .9075, .9018, .8960, .8933}},
        {BK_METHOD_IDEAL_BCA, {.0950, .6134, .8485, .9284, .9449, .9183, .9082, .9063}},
        {BK_METHOD_IDEAL_PERCENTILE, {.0950, .6287, .8604, .9464, .9075, .9018, .9082, .9063}},
    };
    expect_rows(rows, sizeof rows / sizeof rows[0], p, 8, 5.000001e-5);
}

/* Three digits, and mean widths in three figures. */
Test(coverage, second_table_with_widths)
{
    static const double p[] = {.001, .005, .01, .05, .09, .2};
    static const table_row rows[] = {
        {BK_METHOD_WALD, {.629, .863, .907, .902, .898, .894}},
        {BK_METHOD_WILSON, {.920, .892, .923, .906, .891, .895}},
        {BK_METHOD_HOEFFDING, {1, 1, 1, 1, 1, .998}},
        {BK_METHOD_CHEBYSHEV, {.632, .960, .990, .996, .997, .998}},
        {BK_METHOD_BERNSTEIN, {1, .960, .971, .988, .987, .988}},
        {BK_METHOD_EMPIRICAL_BERNSTEIN, {1, 1, 1, 1, 1, .999}},
        {BK_METHOD_IDEAL_PERCENTILE, {.629, .946, .907, .902, .912, .903}},
        {BK_METHOD_IDEAL_BCA, {.613, .928, .945, .918, .914, .911}},
    };
    expect_rows(rows, sizeof rows / sizeof rows[0], p, 6, 5.1e-4);
    static const struct {
        size_t method;
        double at05, at09;
    } widths[] = {
        {BK_METHOD_WALD, .0226, .0297},      {BK_METHOD_WILSON, .0227, .0298},
        {BK_METHOD_HOEFFDING, .0773, .0774}, {BK_METHOD_CHEBYSHEV, .0435, .0572},
        {BK_METHOD_BERNSTEIN, .0357, .0463}, {BK_METHOD_EMPIRICAL_BERNSTEIN, .0546, .0663},
    };
    for (size_t w = 0; w < sizeof widths / sizeof widths[0]; w++) {
        expect("width", .05, coverage_at(widths[w].method, 1000, .9, .05).mean_width, widths[w].at05, 5.1e-5);
        expect("width", .09, coverage_at(widths[w].method, 1000, .9, .09).mean_width, widths[w].at09, 5.1e-5);
    }
}

/* Methods on the lattice jump at p = j / m, however p was computed. */
Test(coverage, lattice_methods_from_both_sides)
{
    static const double ways[] = {.01, 10 / 1000.0, .1 * .1, 1 - .99};
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        const bk_coverage percentile = coverage_at(BK_METHOD_IDEAL_PERCENTILE, 1000, .9, ways[i]);
        expect("left", ways[i], percentile.coverage_left, .8860, 5e-5);
        expect("at", ways[i], percentile.coverage, .9075, 5e-5);
        expect("right", ways[i], percentile.coverage_right, .8447, 5e-5);
        const bk_coverage bca = coverage_at(BK_METHOD_IDEAL_BCA, 1000, .9, ways[i]);
        expect("left", ways[i], bca.coverage_left, .8889, 5e-5);
        expect("at", ways[i], bca.coverage, .9449, 5e-5);
        expect("right", ways[i], bca.coverage_right, .9075, 5e-5);
    }
    const bk_coverage rare = coverage_at(BK_METHOD_IDEAL_BCA, 1000, .9, .001);
    expect("undefined", .001, rare.undefined, pow(.999, 1000), 1e-14);
    cr_assert(rare.mean_width > 0);
}

static void expect_mass(uint64_t m, double p, uint64_t k, double known)
{
    const bk_test_sets sets = bk_test_sets_iid(m, p);
    bk_count_law law;
    TRY(bk_count_law_of(&law, &sets));
    cr_assert(k >= law.first && k - law.first < law.count);
    const double found = law.mass[k - law.first];
    cr_assert(fabs(found / known - 1) <= 2e-13, "m = %llu, p = %g, k = %llu: %.17g, not %.17g (%g off)",
              (unsigned long long)m, p, (unsigned long long)k, found, known, found / known - 1);
    bk_count_law_clear(&law);
}

static void expect_coverage(const char *name, uint64_t m, double negative, double positive,
                            const double *known)
{
    size_t method;
    TRY(bk_interval_method_number(&method, name));
    bk_coverage_table *table = table_of(method, m, .9);
    const bk_test_sets sets =
        negative < positive ? bk_test_sets_balanced(m, negative, positive) : bk_test_sets_iid(m, negative);
    bk_coverage row;
    TRY(bk_coverage_exact(&row, &table, 1, &sets, 1));
    bk_coverage_table_destroy(table);
    const double found[] = {row.coverage,   row.coverage_left, row.coverage_right,
                            row.mean_width, row.miss_low,      row.miss_high};
    for (size_t i = 0; i < 6; i++) {
        /* 1e-13 of a mass; SciPy's ends are good to 1e-11, which the mean width feels. */
        expect(name, sets.p, found[i], known[i], i == 3 ? 1e-11 : 1e-13);
    }
}

Test(coverage, masses_and_sums_against_mpmath)
{
    FILE *file = fopen(BRISK_TEST_DATA "/stats_coverage.txt", "r");
    cr_assert(file);
    char line[400], name[40];
    size_t rows = 0;
    while (fgets(line, sizeof line, file)) {
        unsigned long long m, k;
        double p, q, known[6];
        if (sscanf(line, "pmf %llu %lf %llu %lf", &m, &p, &k, &known[0]) == 4) {
            expect_mass(m, p, k, known[0]);
            rows++;
        } else if (sscanf(line, "coverage %39s %llu %lf %lf %lf %lf %lf %lf %lf %lf", name, &m, &p, &q,
                          &known[0], &known[1], &known[2], &known[3], &known[4], &known[5]) == 10) {
            expect_coverage(name, m, p, q, known);
            rows++;
        }
    }
    (void)fclose(file);
    cr_assert_gt(rows, 180);
}

/* All 2^m test sets, each interval from the losses themselves. */
Test(coverage, enumeration_of_all_test_sets)
{
    enum { M = 7 };
    const bk_interval_request request = bk_interval_request_of(.8);
    static const double rates[][2] = {{.3, .3}, {.05, .05}, {2 / 7.0, 2 / 7.0}};
    for (size_t method = 0; method < bk_interval_method_count(); method++) {
        for (size_t r = 0; bk_interval_method_by_count(method) && r < 3; r++) {
            const double p = rates[r][0];
            double at = 0, low = 0, high = 0, none = 0, width = 0;
            for (unsigned set = 0; set < 1U << M; set++) {
                double values[M], mass = 1;
                for (unsigned i = 0; i < M; i++) {
                    values[i] = (set >> i) & 1;
                    mass *= values[i] > 0 ? p : 1 - p;
                }
                bk_losses losses;
                bk_interval interval;
                TRY(bk_losses_from_values(&losses, values, M, 0, 1));
                TRY(bk_interval_of_losses(&interval, method, &losses, &request));
                const bool some = !isnan(interval.low);
                const double slack = 1e-15;
                const bool below = some && interval.high < p - slack;
                const bool above = some && interval.low > p + slack;
                none += some ? 0 : mass;
                low += above ? mass : 0;
                high += below ? mass : 0;
                at += some && !above && !below ? mass : 0;
                width += some ? mass * (interval.high - interval.low) : 0;
            }
            const bk_coverage row = coverage_at(method, M, .8, p);
            expect(row.method, p, row.coverage, at, 1e-14);
            expect(row.method, p, row.miss_low, low, 1e-14);
            expect(row.method, p, row.miss_high, high, 1e-14);
            expect(row.method, p, row.undefined, none, 1e-14);
            expect(row.method, p, row.mean_width, width / (1 - none), 1e-14);
        }
    }
}

/* Hoeffding (1956): a balanced test set errs less than an iid one of the same risk. */
Test(coverage, balanced_sampling)
{
    for (size_t method = 0; method < bk_interval_method_count(); method++) {
        if (!bk_interval_method_by_count(method)) {
            continue;
        }
        bk_coverage_table *table = table_of(method, 1000, .9);
        const bk_test_sets sets[] = {bk_test_sets_balanced(1000, .1, .1), bk_test_sets_iid(1000, .1),
                                     bk_test_sets_balanced(1000, 0, .2)};
        bk_coverage rows[3];
        TRY(bk_coverage_exact(rows, &table, 1, sets, 3));
        expect(rows[0].method, .1, rows[0].coverage, rows[1].coverage, 1e-14);
        cr_assert(rows[2].coverage > rows[1].coverage || rows[1].coverage > .999, "%s", rows[0].method);
        bk_coverage_table_destroy(table);
    }
}

Test(coverage, many_at_once_are_the_same_for_any_number_of_threads)
{
    bk_coverage_table *tables[2][BK_METHOD_COUNT];
    size_t count = 0;
    for (size_t method = 0; method < bk_interval_method_count(); method++) {
        if (bk_interval_method_by_count(method)) {
            tables[0][count] = table_of(method, 300, .95);
            tables[1][count++] = table_of(method, 300, .95);
        }
    }
    enum { SETS = 150 };
    bk_test_sets sets[SETS];
    static bk_coverage rows[2][SETS * BK_METHOD_COUNT];
    for (size_t s = 0; s < SETS; s++) {
        sets[s] = bk_test_sets_iid(300, (double)s / (SETS - 1));
    }
    for (int threads = 1; threads <= 2; threads++) {
        TRY(bk_set_threads(threads));
        TRY(bk_coverage_exact(rows[threads - 1], tables[threads - 1], count, sets, SETS));
    }
    for (size_t i = 0; i < SETS * count; i++) {
        const bk_coverage *a = &rows[0][i], *b = &rows[1][i];
        cr_assert_eq(memcmp(&a->coverage, &b->coverage, 7 * sizeof(double)), 0);
        expect(a->method, a->p, a->coverage + a->miss_low + a->miss_high + a->undefined, 1, 1e-14);
    }
    /* At the ends of the range there is one limit only. */
    cr_assert(isnan(rows[0][0].coverage_left) && isnan(rows[0][(SETS - 1) * count].coverage_right));
    cr_assert(!isnan(rows[0][0].coverage_right) && !isnan(rows[0][(SETS - 1) * count].coverage_left));
    for (size_t t = 0; t < count; t++) {
        bk_coverage_table_destroy(tables[0][t]);
        bk_coverage_table_destroy(tables[1][t]);
    }
}

/* A million points: only the counts that occur are computed. */
Test(coverage, large_test_sets_cost_what_occurs)
{
    const bk_coverage row = coverage_at(BK_METHOD_CLOPPER_PEARSON, 100000000, .9, .01);
    cr_assert(row.coverage >= .9 && row.coverage < .901, "%.17g", row.coverage);
    cr_assert_str_eq(row.kind, "exact");
    cr_assert(isnan(row.standard_error) && row.trials == 0);
}

Test(coverage, any_distribution_of_the_count)
{
    bk_coverage_table *table = table_of(BK_METHOD_HOEFFDING, 10, .9);
    double mass[] = {.25, .5, .25};
    bk_count_law law = {.m = 10, .first = 8, .count = 3, .mass = mass};
    bk_coverage row;
    /* epsilon = .387: 8, 9, 10 errors give [.413, 1], [.513, 1], [.613, 1] */
    TRY(bk_coverage_of_pmf(&row, table, &law, .55));
    expect("at", .55, row.coverage, .75, 0);
    expect("miss", .55, row.miss_low, .25, 0);
    law.first = 9;
    cr_assert_eq(bk_coverage_of_pmf(&row, table, &law, .55), BK_INVALID);
    law.first = 8;
    law.m = 11;
    cr_assert_eq(bk_coverage_of_pmf(&row, table, &law, .55), BK_INVALID);
    law.m = 10;
    mass[1] = -1e-9;
    cr_assert_eq(bk_coverage_of_pmf(&row, table, &law, .55), BK_INVALID);
    mass[1] = (double)NAN;
    cr_assert_eq(bk_coverage_of_pmf(&row, table, &law, .55), BK_INVALID);
    mass[1] = .5;
    cr_assert_eq(bk_coverage_of_pmf(&row, table, &law, 1.5), BK_INVALID);
    bk_coverage_table_destroy(table);
}

static void expect_refused(size_t method, uint64_t m, double level, bk_status status, const char *text)
{
    const bk_interval_request request = bk_interval_request_of(level);
    cr_assert_null(bk_coverage_table_create(method, m, &request));
    cr_assert_eq(bk_error_status(), status);
    cr_assert(strstr(bk_error_message(), text), "%s", bk_error_message());
}

Test(coverage, what_is_wrong_is_said)
{
    expect_refused(BK_METHOD_BETTING, 10, .9, BK_UNSUPPORTED, "betting is no method whose interval depends");
    expect_refused(BK_METHOD_BOOTSTRAP_BCA, 10, .9, BK_UNSUPPORTED, "simulated");
    expect_refused(BK_METHOD_COUNT, 10, .9, BK_INVALID, "that number");
    expect_refused(BK_METHOD_WALD, 0, .9, BK_INVALID, "m = 0");
    expect_refused(BK_METHOD_WALD, UINT64_C(1) << 33, .9, BK_INVALID, "2^32");
    expect_refused(BK_METHOD_WALD, 10, 1.5, BK_INVALID, "wald: level = 1.5");
    bk_coverage_table *table = table_of(BK_METHOD_WALD, 10, .9);
    static const double bad[] = {-.1, 1.1, NAN};
    bk_coverage row = {.m = 77};
    for (size_t i = 0; i < 3; i++) {
        const bk_test_sets sets[] = {bk_test_sets_iid(10, bad[i]), bk_test_sets_balanced(10, bad[i], .5),
                                     bk_test_sets_balanced(10, .5, bad[i])};
        for (size_t s = 0; s < 3; s++) {
            cr_assert_eq(bk_coverage_exact(&row, &table, 1, &sets[s], 1), BK_INVALID);
        }
    }
    bk_test_sets sets = bk_test_sets_iid(11, .5);
    cr_assert_eq(bk_coverage_exact(&row, &table, 1, &sets, 1), BK_INVALID);
    cr_assert(strstr(bk_error_message(), "11 points for the intervals of 10 points"));
    sets = bk_test_sets_balanced(11, .5, .5);
    cr_assert_eq(bk_coverage_exact(&row, &table, 1, &sets, 1), BK_INVALID);
    cr_assert(strstr(bk_error_message(), "odd"));
    cr_assert_eq(row.m, 77);
    bk_coverage_table_destroy(table);
    const double low[] = {0, .5}, high[] = {.4, (double)NAN};
    cr_assert_null(bk_coverage_table_of_ends("mine", low, high, 1, .9));
    cr_assert_null(bk_coverage_table_of_ends("mine", high, low, 1, .9));
    cr_assert_null(bk_coverage_table_of_ends("mine", low, low, 1, 0));
    cr_assert_null(bk_coverage_table_of_ends("mine", low, low, 0, .9));
}
