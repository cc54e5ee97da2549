/* SPDX-License-Identifier: GPL-3.0-or-later
 * The normals are normal: moments, the Dvoretzky-Kiefer-Wolfowitz bound, tail counts, independence
 * within a pair. Seeds are fixed; the probability that a right generator fails stands at each bound, and
 * each test has a twin with a planted fault that must fail. */
#include <math.h>
#include <stdlib.h>

#include <criterion/criterion.h>

#include "brisk/rng.h"

enum { count = 2000000 };

typedef enum fault { NONE, SCALED, SHIFTED, PARTNER } fault;

static double *sample(bool single, fault planted)
{
    double *z = malloc(count * sizeof *z);
    cr_assert(z != NULL);
    bk_stream stream = bk_stream_open(20240609, 1024, single ? 0 : 1);
    if (single) {
        float *f = malloc(count * sizeof *f);
        cr_assert(f != NULL);
        bk_fill_normal_f32(&stream, f, count);
        for (size_t i = 0; i < count; i++) {
            z[i] = (double)f[i];
        }
        free(f);
    } else {
        bk_fill_normal_f64(&stream, z, count);
    }
    for (size_t i = 0; i < count; i++) {
        z[i] *= planted == SCALED ? 1.005 : 1.0;
        z[i] += planted == SHIFTED ? 0.008 : 0.0;
        z[i] = planted == PARTNER && i % 2 == 1 ? 0.99 * z[i] + 0.141 * fabs(z[i - 1]) : z[i];
    }
    return z;
}

static int compare(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The largest distance of the empirical distribution function from Phi; sorts z. */
static double distance(double *z)
{
    qsort(z, count, sizeof *z, compare);
    double worst = 0.0;
    for (size_t i = 0; i < count; i++) {
        const double p = 0.5 * erfc(-z[i] * 0.70710678118654752);
        worst = fmax(worst, fmax(p - (double)i / count, (double)(i + 1) / count - p));
    }
    return worst;
}

/* P(distance > e) <= 2 exp(-2 n e^2): below 1e-6 at this e. */
static const double dkw = 1.9044e-3;

Test(normal_distribution, distribution_function)
{
    for (int single = 0; single < 2; single++) {
        const fault faults[] = {NONE, SHIFTED};
        for (int f = 0; f < 2; f++) {
            double *z = sample(single == 1, faults[f]);
            const double d = distance(z);
            cr_assert((d < dkw) == (faults[f] == NONE), "distance %g, fault %d", d, (int)faults[f]);
            free(z);
        }
    }
}

/* Mean, variance, third and fourth moment within 5 standard deviations (sqrt of 1, 2, 15, 96 over n):
 * error probability 2.3e-6 for the four, in each precision. */
static bool moments_hold(const double *z)
{
    double m[5] = {0};
    for (size_t i = 0; i < count; i++) {
        double power = 1.0;
        for (int k = 1; k <= 4; k++) {
            power *= z[i];
            m[k] += power / count;
        }
    }
    const double root = 5.0 / sqrt((double)count);
    return fabs(m[1]) < root && fabs(m[2] - 1.0) < root * sqrt(2.0) && fabs(m[3]) < root * sqrt(15.0) &&
           fabs(m[4] - 3.0) < root * sqrt(96.0);
}

Test(normal_distribution, moments)
{
    for (int single = 0; single < 2; single++) {
        for (int f = NONE; f <= SHIFTED; f++) {
            double *z = sample(single == 1, (fault)f);
            cr_assert(moments_hold(z) == (f == NONE), "fault %d", f);
            free(z);
        }
    }
}

/* Counts beyond 4 and 4.5: binomial with mean n 6.3342e-5 and n 6.7953e-6, each within 5 standard
 * deviations and a half (error probability about 1e-6). The twin is scaled by 1.05. */
static bool tails_hold(const double *z, double scale)
{
    double beyond[2] = {0};
    for (size_t i = 0; i < count; i++) {
        beyond[0] += fabs(z[i]) * scale > 4.0 ? 1.0 : 0.0;
        beyond[1] += fabs(z[i]) * scale > 4.5 ? 1.0 : 0.0;
    }
    const double mean[2] = {count * 6.334248366623973e-5, count * 6.795346249460121e-6};
    return fabs(beyond[0] - mean[0]) < 5.0 * sqrt(mean[0]) + 0.5 &&
           fabs(beyond[1] - mean[1]) < 5.0 * sqrt(mean[1]) + 0.5;
}

Test(normal_distribution, tails)
{
    for (int single = 0; single < 2; single++) {
        double *z = sample(single == 1, NONE);
        cr_assert(tails_hold(z, 1.0));
        cr_assert(!tails_hold(z, 1.08));
        free(z);
    }
}

/* Within a pair: sums of z0 z1, z0^2 z1^2 and |z0| z1, over n / 2 pairs within 5 standard deviations
 * (variances 1, 8 and 1): error probability 1.7e-6. */
static bool pairs_hold(const double *z)
{
    double product = 0.0, squares = 0.0, folded = 0.0;
    for (size_t i = 0; i < count; i += 2) {
        product += z[i] * z[i + 1];
        squares += z[i] * z[i] * z[i + 1] * z[i + 1] - 1.0;
        folded += fabs(z[i]) * z[i + 1];
    }
    const double root = 5.0 * sqrt(count / 2.0);
    return fabs(product) < root && fabs(squares) < root * sqrt(8.0) && fabs(folded) < root;
}

Test(normal_distribution, independence_within_a_pair)
{
    for (int single = 0; single < 2; single++) {
        double *z = sample(single == 1, NONE);
        cr_assert(pairs_hold(z));
        free(z);
        z = sample(single == 1, PARTNER);
        cr_assert(!pairs_hold(z));
        free(z);
    }
}
