/* SPDX-License-Identifier: GPL-3.0-or-later
 * Moments to the fourth: exact values (make_stats_moments.py), combination, the one NaN, the ends of the
 * range. */
#include <criterion/criterion.h>
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "brisk/stats.h"

enum { MOST = 1024 };

static bool same_bits(double a, double b) { return memcmp(&a, &b, sizeof a) == 0; }

static bool is_the_nan(double value) { return same_bits(value, (double)NAN); }

static bk_summary one_by_one(const double *values, size_t begin, size_t end)
{
    bk_summary summary = bk_summary_empty();
    for (size_t i = begin; i < end; i++) {
        bk_summary_add(&summary, values[i]);
    }
    return summary;
}

/* ---- Known answers ---- */

typedef struct known {
    double mean, squares, cubes, fourths, absolute_cubes, skewness, kurtosis;
} known;

static double largest_of(const double *values, size_t n)
{
    double largest = 0;
    for (size_t i = 0; i < n; i++) {
        largest = fmax(largest, fabs(values[i]));
    }
    return largest;
}

/* Rounding moves the mean by some ulp of the largest value, which is `far` standard deviations, and with it
 * every deviation: a relative error of far * 2^-52 each, times the few steps of which the tree's depth makes
 * a sum. */
static void expect_moments(const char *name, bk_summary found, const known *k, const double *values, size_t n)
{
    const double largest = largest_of(values, n);
    const double sd = sqrt(k->squares / (double)n);
    const double far = sd > 0 ? 1 + largest / sd : 1;
    const double relative = 32 * far * DBL_EPSILON;
    cr_assert_eq(found.count, n);
    cr_assert_float_eq(found.mean, k->mean, 8 * DBL_EPSILON * largest, "%s: %.17g", name, found.mean);
    cr_assert_float_eq(found.sum_squares, k->squares, relative * k->squares, "%s: %.17g", name,
                       found.sum_squares);
    cr_assert_float_eq(found.sum_cubes, k->cubes, relative * k->absolute_cubes, "%s: %.17g", name,
                       found.sum_cubes);
    cr_assert_float_eq(found.sum_fourths, k->fourths, relative * k->fourths, "%s: %.17g", name,
                       found.sum_fourths);
    if (isnan(k->skewness)) {
        cr_assert(is_the_nan(bk_summary_skewness(&found)) && is_the_nan(bk_summary_excess_kurtosis(&found)));
        return;
    }
    const double scale = k->absolute_cubes / (double)n / (sd * sd * sd);
    cr_assert_float_eq(bk_summary_skewness(&found), k->skewness, 3 * relative * scale, "%s: %.17g", name,
                       bk_summary_skewness(&found));
    cr_assert_float_eq(bk_summary_excess_kurtosis(&found), k->kurtosis, 3 * relative * (k->kurtosis + 6),
                       "%s: %.17g", name, bk_summary_excess_kurtosis(&found));
}

static size_t read_case(FILE *file, char *name, double *values, known *k)
{
    size_t n = 0;
    if (fscanf(file, " case %31s %zu", name, &n) != 2) {
        return 0;
    }
    cr_assert_leq(n, MOST);
    for (size_t i = 0; i < n; i++) {
        cr_assert_eq(fscanf(file, "%lf", &values[i]), 1);
    }
    cr_assert_eq(fscanf(file, " expect %lf %lf %lf %lf %lf %lf %lf", &k->mean, &k->squares, &k->cubes,
                        &k->fourths, &k->absolute_cubes, &k->skewness, &k->kurtosis),
                 7);
    return n;
}

Test(moments, are_the_exact_ones)
{
    FILE *file = fopen(BRISK_TEST_DATA "/stats_moments.txt", "r");
    cr_assert_not_null(file);
    char line[128];
    cr_assert_not_null(fgets(line, sizeof line, file));
    char name[32];
    double values[MOST];
    known k;
    size_t cases = 0;
    for (size_t n; (n = read_case(file, name, values, &k)) > 0; cases++) {
        expect_moments(name, bk_summarise(values, n), &k, values, n);
        expect_moments(name, one_by_one(values, 0, n), &k, values, n);
        const bk_summary left = one_by_one(values, 0, n / 3);
        expect_moments(name, bk_summary_combine(left, one_by_one(values, n / 3, n)), &k, values, n);
    }
    cr_assert_eq(cases, 18);
    (void)fclose(file);
}

/* ---- Identities ---- */

static double power_sum(const double *values, size_t n, double about, int power)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        sum += pow(values[i] - about, power);
    }
    return sum;
}

/* Small whole numbers, of which every sum here is exact; the mean of 64 of them is a multiple of 1/64. */
static void fill_whole(double *values, size_t n, uint64_t index)
{
    bk_stream stream = bk_stream_open(1, BK_PURPOSE_USER + 41, index);
    for (size_t i = 0; i < n; i++) {
        values[i] = (double)((bk_stream_next(&stream) >> 11) % 9) - 3;
    }
}

Test(moments, combine_is_the_union_whatever_the_split)
{
    double values[64];
    for (uint64_t trial = 0; trial < 50; trial++) {
        fill_whole(values, 64, trial);
        const double mean = power_sum(values, 64, 0, 1) / 64;
        const double expected[] = {power_sum(values, 64, mean, 2), power_sum(values, 64, mean, 3),
                                   power_sum(values, 64, mean, 4)};
        for (size_t i = 0; i <= 64; i++) {
            const size_t j = i + (64 - i) / 3;
            const bk_summary a = one_by_one(values, 0, i);
            const bk_summary b = one_by_one(values, i, j);
            const bk_summary c = one_by_one(values, j, 64);
            const bk_summary both[] = {bk_summary_combine(bk_summary_combine(a, b), c),
                                       bk_summary_combine(a, bk_summary_combine(b, c)),
                                       bk_summary_combine(bk_summary_combine(c, a), b)};
            for (size_t way = 0; way < 3; way++) {
                cr_assert_float_eq(both[way].sum_squares, expected[0], 1e-14 * expected[0]);
                cr_assert_float_eq(both[way].sum_cubes, expected[1], 1e-14 * expected[2]);
                cr_assert_float_eq(both[way].sum_fourths, expected[2], 1e-14 * expected[2]);
            }
        }
    }
}

Test(moments, mirrored_and_scaled_values)
{
    double values[200];
    double mirrored[200];
    double scaled[200];
    fill_whole(values, 200, 1000);
    for (size_t i = 0; i < 200; i++) {
        values[i] = values[i] / 7 + (i == 50 ? 40 : 0);
        mirrored[i] = -values[i];
        scaled[i] = 1024 * values[i];
    }
    const bk_summary a = bk_summarise(values, 200);
    const bk_summary b = bk_summarise(mirrored, 200);
    const bk_summary c = bk_summarise(scaled, 200);
    cr_assert(a.sum_squares == b.sum_squares && a.sum_cubes == -b.sum_cubes &&
              a.sum_fourths == b.sum_fourths);
    cr_assert_eq(bk_summary_skewness(&a), -bk_summary_skewness(&b));
    cr_assert_gt(bk_summary_skewness(&a), 5);
    cr_assert_eq(c.sum_cubes, 0x1p30 * a.sum_cubes);
    cr_assert_eq(c.sum_fourths, 0x1p40 * a.sum_fourths);
    cr_assert_eq(bk_summary_skewness(&c), bk_summary_skewness(&a));
    cr_assert_eq(bk_summary_excess_kurtosis(&c), bk_summary_excess_kurtosis(&a));
}

/* ---- NaN, infinities, the ends of the range ---- */

static bool all_nan(bk_summary summary)
{
    return is_the_nan(summary.mean) && is_the_nan(summary.sum_squares) && is_the_nan(summary.sum_cubes) &&
           is_the_nan(summary.sum_fourths) && is_the_nan(summary.minimum) && is_the_nan(summary.maximum) &&
           is_the_nan(bk_summary_skewness(&summary)) && is_the_nan(bk_summary_excess_kurtosis(&summary));
}

Test(moments, nan_and_infinities_are_one_pattern_wherever_they_stand)
{
    const double bad[] = {(double)NAN, -(double)NAN, HUGE_VAL, -HUGE_VAL};
    double values[200];
    for (size_t kind = 0; kind < 4; kind++) {
        for (size_t n = 1; n <= 200; n += n < 4 ? 1 : 49) {
            for (size_t at = 0; at < n; at++) {
                fill_whole(values, n, at);
                values[at] = bad[kind];
                cr_assert(all_nan(bk_summarise(values, n)), "%g at %zu of %zu", bad[kind], at, n);
                cr_assert(all_nan(one_by_one(values, 0, n)));
            }
        }
    }
    values[0] = HUGE_VAL;
    values[1] = -HUGE_VAL;
    cr_assert(all_nan(bk_summarise(values, 2)));
    const bk_summary one = one_by_one(values, 0, 1);
    const bk_summary other = one_by_one(values, 1, 2);
    cr_assert(all_nan(bk_summary_combine(one, other)));
    values[2] = 5;
    cr_assert(all_nan(bk_summary_combine(one, one_by_one(values, 2, 3))));
    cr_assert(all_nan(bk_summary_combine(one_by_one(values, 2, 3), one)));
}

Test(moments, huge_equal_values_deviate_by_nothing)
{
    const double sizes[] = {1e200, -1e200, DBL_MAX, -DBL_MAX, 5e-324, 0.1};
    double values[200];
    for (size_t s = 0; s < 6; s++) {
        for (size_t i = 0; i < 200; i++) {
            values[i] = sizes[s];
        }
        for (size_t n = 1; n <= 200; n++) {
            const bk_summary summary = bk_summarise(values, n);
            cr_assert(summary.mean == sizes[s] && summary.minimum == sizes[s] && summary.maximum == sizes[s]);
            cr_assert(summary.sum_squares == 0 && summary.sum_cubes == 0 && summary.sum_fourths == 0);
            cr_assert(is_the_nan(bk_summary_skewness(&summary)));
            cr_assert(is_the_nan(bk_summary_excess_kurtosis(&summary)));
        }
    }
}

Test(moments, coefficients_are_numbers_only_while_their_powers_are)
{
    double values[100];
    for (int exponent = -1070; exponent <= 1010; exponent += 10) {
        fill_whole(values, 100, 77);
        const bk_summary plain = bk_summarise(values, 100);
        for (size_t i = 0; i < 100; i++) {
            values[i] = ldexp(values[i], exponent);
        }
        const bk_summary summary = bk_summarise(values, 100);
        const double skewness = bk_summary_skewness(&summary);
        const double kurtosis = bk_summary_excess_kurtosis(&summary);
        const bool fits_3 = exponent >= -340 && exponent <= 330;
        const bool fits_4 = exponent >= -250 && exponent <= 250;
        cr_assert(fits_3 ? skewness == bk_summary_skewness(&plain) : is_the_nan(skewness), "2^%d: %g",
                  exponent, skewness);
        cr_assert(fits_4 ? kurtosis == bk_summary_excess_kurtosis(&plain) : is_the_nan(kurtosis), "2^%d: %g",
                  exponent, kurtosis);
        cr_assert(isfinite(summary.mean) && summary.minimum == ldexp(-3, exponent));
    }
    values[0] = DBL_MAX;
    values[1] = -DBL_MAX;
    cr_assert(all_nan(bk_summarise(values, 2)), "further apart than a double can say");
}
