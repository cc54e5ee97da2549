/* SPDX-License-Identifier: GPL-3.0-or-later
 * All points at which P(K in S), K ~ Bin(m, p), is stationary, where S is several runs of counts.
 *
 * With u = log(p / (1 - p)) the derivative is (1 - p)^(m - 1) times the exponential sum
 *   E(u) = sum over flips b of s_b C(m - 1, b - 1) exp((b - 1) u),
 * s = 1 where a run begins and -1 where it has ended (a flip at 0 or m + 1 adds nothing). Such a sum, divided
 * by the exponential of its least exponent and differentiated, is one with a term less, between whose roots
 * it is monotone: from the last sum, a single term without roots, upwards, each sum's roots lie one by one
 * between those of the sum after it. The coefficients are products, so nothing cancels. */
#ifndef MATHLIB_STANDALONE /* pkg-config may have set it */
#define MATHLIB_STANDALONE
#endif
#include <Rmath.h>

#include <math.h>

#include "stats/coverage.h"
#include "stats/distributions.h"

#define MOST 64

/* sum over i of sign[i] exp(size[i] + exponent[i] u). */
typedef struct exponential_sum {
    size_t count;
    double sign[MOST], size[MOST], exponent[MOST];
} exponential_sum;

/* Its value but for a positive factor. */
static double value(double u, const void *context)
{
    const exponential_sum *e = context;
    double largest = -HUGE_VAL, sum = 0;
    for (size_t i = 0; i < e->count; i++) {
        largest = fmax(largest, e->size[i] + e->exponent[i] * u);
    }
    for (size_t i = 0; i < e->count; i++) {
        sum += e->sign[i] * exp(e->size[i] + e->exponent[i] * u - largest);
    }
    return sum;
}

/* The derivative of the sum divided by its first exponential. */
static exponential_sum reduce(const exponential_sum *e)
{
    exponential_sum r = {.count = e->count - 1};
    for (size_t i = 0; i < r.count; i++) {
        r.exponent[i] = e->exponent[i + 1] - e->exponent[0];
        r.size[i] = e->size[i + 1] + log(r.exponent[i]);
        r.sign[i] = e->sign[i + 1];
    }
    return r;
}

static exponential_sum derivative(const uint64_t *flips, size_t count, uint64_t m)
{
    exponential_sum e = {0};
    for (size_t i = 0; i < count; i++) {
        if (flips[i] == 0 || flips[i] > m) {
            continue;
        }
        const double j = (double)flips[i] - 1, n = (double)m - 1;
        e.sign[e.count] = i % 2 == 0 ? 1 : -1;
        e.size[e.count] = lgammafn(n + 1) - lgammafn(j + 1) - lgammafn(n - j + 1);
        e.exponent[e.count++] = j;
    }
    return e;
}

static double logit(double p) { return log(p) - log1p(-p); }

/* points [*found] are the roots of the next sum; they become those of e in (from, to). */
static void step_up(double *points, size_t *found, const exponential_sum *e, double from, double to)
{
    double roots[MOST];
    size_t count = 0;
    for (size_t i = 0; i <= *found; i++) {
        const double a = i == 0 ? from : points[i - 1], b = i == *found ? to : points[i];
        if ((value(a, e) > 0) != (value(b, e) > 0)) {
            roots[count++] = bk_find_root(value, e, a, b);
        }
    }
    for (size_t i = 0; i < count; i++) {
        points[i] = roots[i];
    }
    *found = count;
}

bk_status bk_coverage_stationary(double *points, size_t *found, const uint64_t *flips, size_t count,
                                 uint64_t m, double from, double to)
{
    if (count > MOST) {
        return bk_fail(BK_UNSUPPORTED, "coverage: %zu runs of counts are too many", count / 2);
    }
    /* Nothing happens beyond these: coverage is there what it is at 0 and 1. */
    const double u_from = logit(fmax(from, 1e-300)), u_to = to < 1 ? logit(to) : 37;
    exponential_sum level[MOST];
    level[0] = derivative(flips, count, m);
    size_t levels = level[0].count;
    for (size_t i = 1; i < levels; i++) {
        level[i] = reduce(&level[i - 1]);
    }
    *found = 0;
    while (levels-- > 0 && u_from < u_to) {
        step_up(points, found, &level[levels], u_from, u_to);
    }
    for (size_t i = 0; i < *found; i++) {
        points[i] = 1 / (1 + exp(-points[i]));
    }
    return BK_OK;
}
