/* SPDX-License-Identifier: GPL-3.0-or-later
 * The distribution of the error count and the chi-square test against it: SciPy's numbers, an example by
 * hand, counts that fit and counts that do not. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "brisk/stats.h"

static double read_number(FILE *file)
{
    double value;
    cr_assert_eq(fscanf(file, "%lf", &value), 1);
    return value;
}

static void expect_law(const bk_count_law *law, FILE *file, int number)
{
    double sum = 0.0;
    for (uint64_t k = 0; k <= law->m; k++) {
        const double expected = read_number(file);
        const bool inside = k >= law->first && k - law->first < law->count;
        const double mass = inside ? law->mass[k - law->first] : 0.0;
        cr_expect_leq(fabs(mass - expected), 1e-12 * expected + 1e-26, "case %d, count %d: %g, not %g",
                      number, (int)k, mass, expected);
        sum += mass;
    }
    cr_expect_float_eq(sum, 1.0, 1e-12, "case %d: the masses sum to %.15f", number, sum);
}

Test(goodness_of_fit, agrees_with_scipy)
{
    FILE *file = fopen(BRISK_TEST_DATA "/stats_goodness_of_fit.txt", "r");
    cr_assert_not_null(file);
    cr_assert_eq(fscanf(file, "#%*[^\n]"), 0);
    int cases = 0;
    unsigned m;
    while (fscanf(file, "%u", &m) == 1) {
        const bool balanced = read_number(file) != 0.0;
        const double negative = read_number(file), positive = read_number(file);
        (void)read_number(file);
        const bk_test_sets sets = balanced ? bk_test_sets_balanced(m, negative, positive)
                                           : bk_test_sets_iid(m, (negative + positive) / 2.0);
        bk_count_law law = {0};
        cr_assert_eq(bk_count_law_of(&law, &sets), BK_OK);
        expect_law(&law, file, cases);
        uint64_t value[201], frequency[201];
        const size_t n = (size_t)read_number(file);
        for (size_t i = 0; i < n; i++) {
            value[i] = (uint64_t)read_number(file);
            frequency[i] = (uint64_t)read_number(file);
        }
        const double chi_square = read_number(file), cells = read_number(file), p = read_number(file);
        bk_fit_test test;
        cr_assert_eq(bk_goodness_of_fit(&test, value, frequency, n, &law), BK_OK);
        cr_expect_eq((double)test.cells, cells, "case %d: %zu cells, not %g", cases, test.cells, cells);
        cr_expect_eq(test.degrees_of_freedom, test.cells - 1);
        /* Masses agree to 1e-12. */
        cr_expect_float_eq(test.chi_square, chi_square, 1e-10 * (1.0 + chi_square), "case %d", cases);
        if (cells > 1) {
            cr_expect_float_eq(test.p_value, p, 1e-9, "case %d: p = %g, not %g", cases, test.p_value, p);
        } else {
            cr_expect(isnan(test.p_value));
        }
        bk_count_law_clear(&law);
        cases++;
    }
    cr_expect_eq(cases, 9);
    fclose(file);
}

/* Bin(2, 1/2), 40 trials: 10, 20 and 10 are expected. */
Test(goodness_of_fit, by_hand)
{
    const bk_test_sets sets = bk_test_sets_iid(2, 0.5);
    bk_count_law law = {0};
    cr_assert_eq(bk_count_law_of(&law, &sets), BK_OK);
    const uint64_t value[] = {0, 1, 2}, frequency[] = {15, 20, 5};
    bk_fit_test test;
    cr_assert_eq(bk_goodness_of_fit(&test, value, frequency, 3, &law), BK_OK);
    cr_expect_float_eq(test.chi_square, 5.0, 1e-12);
    cr_expect_eq(test.degrees_of_freedom, 2);
    cr_expect_float_eq(test.p_value, exp(-2.5), 1e-14);
    bk_count_law_clear(&law);
}

/* A count that the distribution all but excludes belongs to the outermost cell, where it counts. */
Test(goodness_of_fit, counts_beyond_the_law)
{
    const bk_test_sets sets = bk_test_sets_iid(1000, 0.01);
    bk_count_law law = {0};
    cr_assert_eq(bk_count_law_of(&law, &sets), BK_OK);
    cr_assert_lt(law.first + law.count, 900);
    const uint64_t value[] = {900}, frequency[] = {1000};
    bk_fit_test test;
    cr_assert_eq(bk_goodness_of_fit(&test, value, frequency, 1, &law), BK_OK);
    cr_expect_gt(test.chi_square, 1e4);
    cr_expect_lt(test.p_value, 1e-100);
    bk_count_law_clear(&law);
}

static bk_fit_test test_draws(uint64_t index, double drawn, const bk_count_law *law)
{
    enum { DRAWS = 100000, HALF = 500 };
    uint64_t count[2 * HALF + 1] = {0}, value[2 * HALF + 1], frequency[2 * HALF + 1];
    bk_stream stream = bk_stream_open(1, 2000, index);
    for (size_t i = 0; i < DRAWS; i++) {
        uint64_t part[2];
        cr_assert_eq(bk_fill_binomial(&stream, &part[0], 1, HALF, drawn), BK_OK);
        cr_assert_eq(bk_fill_binomial(&stream, &part[1], 1, HALF, 0.02), BK_OK);
        count[part[0] + part[1]]++;
    }
    size_t n = 0;
    for (uint64_t k = 0; k <= 2 * HALF; k++) {
        if (count[k] > 0) {
            value[n] = k;
            frequency[n++] = count[k];
        }
    }
    bk_fit_test test;
    cr_assert_eq(bk_goodness_of_fit(&test, value, frequency, n, law), BK_OK);
    return test;
}

/* One draw of a fixed seed: its p-value is below 1e-6 with that probability (a law that fits), and a rate
 * that is off by a fiftieth, a balanced law taken for a binomial one, are found. */
Test(goodness_of_fit, finds_what_does_not_fit)
{
    const bk_test_sets sets = bk_test_sets_balanced(1000, 0.2, 0.02);
    const bk_test_sets wrong = bk_test_sets_iid(1000, 0.11);
    bk_count_law law = {0}, wrong_law = {0};
    cr_assert_eq(bk_count_law_of(&law, &sets), BK_OK);
    cr_assert_eq(bk_count_law_of(&wrong_law, &wrong), BK_OK);
    cr_expect_gt(test_draws(0, 0.2, &law).p_value, 1e-6);
    cr_expect_lt(test_draws(0, 0.204, &law).p_value, 1e-6);
    cr_expect_lt(test_draws(0, 0.2, &wrong_law).p_value, 1e-6);
    bk_count_law_clear(&law);
    bk_count_law_clear(&wrong_law);
}

Test(goodness_of_fit, what_it_refuses)
{
    const bk_test_sets sets = bk_test_sets_iid(10, 0.3);
    bk_count_law law = {0};
    cr_assert_eq(bk_count_law_of(&law, &sets), BK_OK);
    const uint64_t twice[] = {3, 3}, beyond[] = {2, 11}, fine[] = {2, 3}, ones[] = {1, 1};
    const uint64_t many[] = {UINT64_MAX, 1};
    bk_fit_test test = {.chi_square = 7.0};
    cr_expect_eq(bk_goodness_of_fit(&test, twice, ones, 2, &law), BK_INVALID);
    cr_expect_not_null(strstr(bk_error_message(), "ascending"));
    cr_expect_eq(bk_goodness_of_fit(&test, beyond, ones, 2, &law), BK_INVALID);
    cr_expect_eq(bk_goodness_of_fit(&test, fine, ones, 0, &law), BK_INVALID);
    cr_expect_eq(bk_goodness_of_fit(&test, fine, many, 2, &law), BK_OVERFLOW);
    cr_expect_eq(bk_goodness_of_fit(&test, fine, ones, 2, &(bk_count_law){.m = 10}), BK_INVALID);
    cr_expect_eq(test.chi_square, 7.0);
    bk_count_law_clear(&law);
}
