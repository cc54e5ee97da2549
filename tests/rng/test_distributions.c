/* SPDX-License-Identifier: GPL-3.0-or-later
 * Every distribution against SciPy's (data/make_rng_distributions.py): chi-square over up to 64 bins, mean
 * and variance. Seeds are fixed. A right generator fails a chi-square with probability 1e-10, a moment with
 * 5e-11; each case has a twin whose parameter is slightly off and must fail. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include "brisk/rng.h"

enum { count = 400000, most_bins = 64 };

typedef struct law {
    char name[32];
    double a, b, wrong_a, wrong_b;
    int bins;
    double threshold, mean, variance, kurtosis;
    double edge[most_bins], probability[most_bins];
} law;

static bool read_law(FILE *file, law *l)
{
    if (fscanf(file, "%31s %la %la %la %la %d %la %la %la %la", l->name, &l->a, &l->b, &l->wrong_a,
               &l->wrong_b, &l->bins, &l->threshold, &l->mean, &l->variance, &l->kurtosis) != 10) {
        return false;
    }
    for (int i = 0; i + 1 < l->bins; i++) {
        cr_assert(fscanf(file, "%la", &l->edge[i]) == 1);
    }
    for (int i = 0; i < l->bins; i++) {
        cr_assert(fscanf(file, "%la", &l->probability[i]) == 1);
    }
    return true;
}

/* count values of the named distribution, as doubles. */
static bk_status draw(double *x, bk_stream *stream, const char *name, double a, double b)
{
    static float single[count];
    static uint64_t whole[count];
    static uint8_t flags[count];
    const void *from = NULL;
    bk_status status = BK_FAILED;
    if (strcmp(name, "uniform_f64") == 0) {
        status = bk_fill_uniform_range_f64(stream, x, count, a, b);
    } else if (strcmp(name, "uniform_f32") == 0) {
        from = single;
        status = bk_fill_uniform_range_f32(stream, single, count, (float)a, (float)b);
    } else if (strcmp(name, "normal_f64") == 0) {
        status = bk_fill_normal_scaled_f64(stream, x, count, a, b);
    } else if (strcmp(name, "normal_f32") == 0) {
        from = single;
        status = bk_fill_normal_scaled_f32(stream, single, count, (float)a, (float)b);
    } else if (strcmp(name, "exponential_f64") == 0) {
        status = bk_fill_exponential_f64(stream, x, count, a);
    } else if (strcmp(name, "exponential_f32") == 0) {
        from = single;
        status = bk_fill_exponential_f32(stream, single, count, a);
    } else if (strcmp(name, "gamma") == 0) {
        status = bk_fill_gamma(stream, x, count, a, b);
    } else if (strcmp(name, "beta") == 0) {
        status = bk_fill_beta(stream, x, count, a, b);
    } else if (strcmp(name, "student_t") == 0) {
        status = bk_fill_student_t(stream, x, count, a);
    } else if (strcmp(name, "bernoulli") == 0) {
        from = flags;
        status = bk_fill_bernoulli(stream, flags, count, a);
    } else if (strcmp(name, "integer") == 0) {
        from = whole;
        status = bk_fill_integer_u64(stream, whole, count, (uint64_t)a);
    } else if (strcmp(name, "integer_exact") == 0) {
        from = whole;
        status = bk_fill_integer_exact_u64(stream, whole, count, (uint64_t)a);
    } else if (strcmp(name, "binomial") == 0) {
        from = whole;
        status = bk_fill_binomial(stream, whole, count, (uint64_t)a, b);
    } else if (strcmp(name, "poisson") == 0) {
        from = whole;
        status = bk_fill_poisson(stream, whole, count, a);
    }
    for (size_t i = 0; i < count && from != NULL; i++) {
        x[i] = from == single ? (double)single[i] : from == whole ? (double)whole[i] : (double)flags[i];
    }
    return status;
}

static double chi_square(const law *l, const double *x)
{
    double counts[most_bins] = {0}, sum = 0.0;
    for (size_t i = 0; i < count; i++) {
        int low = 0, high = l->bins - 1;
        while (low < high) {
            const int middle = (low + high) / 2;
            if (x[i] < l->edge[middle]) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        counts[low] += 1.0;
    }
    for (int bin = 0; bin < l->bins; bin++) {
        const double expected = l->probability[bin] * count;
        cr_assert(expected >= 5.0);
        sum += (counts[bin] - expected) * (counts[bin] - expected) / expected;
    }
    return sum;
}

/* The larger of the distances of mean and variance from what they should be, each in units of its standard
 * deviation; 6.6 is exceeded with probability 4.1e-11 each. stretch plants a fault about the mean. */
static double moment_distance(const law *l, const double *x, double stretch)
{
    double mean = 0.0, square = 0.0, distance = 0.0;
    if (isnan(l->variance)) {
        return 0.0;
    }
    for (size_t i = 0; i < count; i++) {
        const double d = stretch * (x[i] - l->mean);
        mean += d / count;
        square += d * d / count;
    }
    distance = fabs(mean) / sqrt(l->variance / count);
    if (!isnan(l->kurtosis)) {
        /* About the known mean, so the variance of d^2 is (kurtosis + 2) variance^2. */
        const double sd = l->variance * sqrt((l->kurtosis + 2.0) / count);
        distance = fmax(distance, fabs(square - l->variance) / sd);
    }
    return distance;
}

static void check_all(int part, int parts)
{
    FILE *file = fopen(BRISK_TEST_DATA "/rng_distributions.txt", "r");
    cr_assert(file != NULL);
    double *x = malloc(count * sizeof *x);
    cr_assert(x != NULL);
    static law l;
    int row = 0;
    for (; read_law(file, &l); row++) {
        if (row % parts != part) {
            continue;
        }
        bk_stream stream = bk_stream_open(20240610, 1031, (uint64_t)row);
        cr_assert(draw(x, &stream, l.name, l.a, l.b) == BK_OK, "%s: %s", l.name, bk_error_message());
        const double right = chi_square(&l, x);
        cr_expect(right < l.threshold, "%s %g %g: chi-square %g, threshold %g", l.name, l.a, l.b, right,
                  l.threshold);
        const double distance = moment_distance(&l, x, 1.0);
        cr_expect(distance < 6.6, "%s %g %g: a moment is %g standard deviations off", l.name, l.a, l.b,
                  distance);
        if (!isnan(l.kurtosis)) {
            const double stretch = 1.0 + 8.0 * sqrt((l.kurtosis + 2.0) / count);
            cr_expect(moment_distance(&l, x, stretch) > 6.6, "%s %g %g: stretched by %g", l.name, l.a, l.b,
                      stretch);
        }
        cr_assert(draw(x, &stream, l.name, l.wrong_a, l.wrong_b) == BK_OK);
        const double wrong = chi_square(&l, x);
        cr_expect(wrong > l.threshold, "%s %g %g instead of %g %g passes: chi-square %g, threshold %g",
                  l.name, l.wrong_a, l.wrong_b, l.a, l.b, wrong, l.threshold);
    }
    cr_assert(row == 40);
    free(x);
    (void)fclose(file);
}

/* Two processes share the cases. */
Test(distributions, agree_with_scipy_first_half) { check_all(0, 2); }
Test(distributions, agree_with_scipy_second_half) { check_all(1, 2); }
