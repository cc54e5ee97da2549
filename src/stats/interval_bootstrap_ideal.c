/* SPDX-License-Identifier: GPL-3.0-or-later
 * The ideal bootstrap of an error rate: with infinitely many resamples the replicates of k errors among n are
 * Binomial(n, k / n) / n, so every quantile and rank is a value of its distribution function. */
#ifndef MATHLIB_STANDALONE /* pkg-config may have set it */
#define MATHLIB_STANDALONE
#endif
#include <Rmath.h>

#include <math.h>

#include "stats/interval.h"

#include "brisk/bootstrap.h"

static const char no_errors[] = "all losses are equal, so that every resample is the same: use Clopper and "
                                "Pearson's exact interval or hoeffding";
static const char past_pole[] =
    "the acceleration is too large for this level, 1 - a (z0 + z) is not positive: use "
    "ideal-percentile or Clopper and Pearson's exact interval";

/* Binomial(n, p) with p = k / n, 0 < k < n. */
typedef struct law {
    double k, n, p;
} law;

/* A distribution function that should equal A may miss it by rounding; this much counts as reached. */
#define SLACK 1e-12

/* Whether F(j) >= A = level, decided in the smaller of the two tails; tail is 1 - A. */
static bool reaches(const law *l, double j, double level, double tail)
{
    if (level <= 0.5) {
        return pbinom(j, l->n, l->p, 1, 0) >= level * (1 - SLACK);
    }
    return pbinom(j, l->n, l->p, 0, 0) <= tail * (1 + SLACK);
}

/* The smallest j with F(j) >= level, by bisection between bounds that double from k outwards. */
static double quantile(const law *l, double level, double tail)
{
    double step = 1, low = l->k, high = l->k;
    while (low >= 0 && reaches(l, low, level, tail)) {
        low = low - step < -1 ? -1 : low - step;
        step *= 2;
    }
    step = 1;
    while (high < l->n && !reaches(l, high, level, tail)) {
        high = high + step > l->n ? l->n : high + step;
        step *= 2;
    }
    while (high - low > 1) {
        const double middle = floor((low + high) / 2);
        if (reaches(l, middle, level, tail)) {
            high = middle;
        } else {
            low = middle;
        }
    }
    return high;
}

/* Of the level Phi(z). */
static double quantile_at(const law *l, double z) { return quantile(l, bk_normal_cdf(z), bk_normal_cdf(-z)); }

static void bca(bk_interval *interval, const law *l, double tail)
{
    const double below = pbinom(l->k - 1, l->n, l->p, 1, 0);
    const double z0 = bk_normal_quantile(below + dbinom(l->k, l->n, l->p, 0) / 2);
    const double a = bk_acceleration_count((uint64_t)l->k, (uint64_t)l->n);
    const double z = bk_normal_quantile(tail);
    const double pole_low = 1 - a * (z0 + z), pole_high = 1 - a * (z0 - z);
    if (!(pole_low > 0 && pole_high > 0)) {
        bk_interval_withhold(interval, BK_INTERVAL_UNDEFINED, past_pole);
        return;
    }
    bk_interval_set_ends(interval, quantile_at(l, z0 + (z0 + z) / pole_low) / l->n,
                         quantile_at(l, z0 + (z0 - z) / pole_high) / l->n, 0, 1);
}

static void set_ends(bk_interval *interval, bk_method method, const law *l)
{
    const double tail = interval->sides == BK_TWO_SIDED ? (1 - interval->level) / 2 : 1 - interval->level;
    if (method == BK_METHOD_IDEAL_BCA) {
        bca(interval, l, tail);
        return;
    }
    const double low = quantile(l, tail, 1 - tail), high = quantile(l, 1 - tail, tail);
    if (method == BK_METHOD_IDEAL_PERCENTILE) {
        bk_interval_set_ends(interval, low / l->n, high / l->n, 0, 1);
    } else {
        bk_interval_set_ends(interval, (2 * l->k - high) / l->n, (2 * l->k - low) / l->n, 0, 1);
    }
}

bk_status bk_interval_ideal(bk_interval *interval, bk_method method, uint64_t k, uint64_t n, double level,
                            bk_sides sides)
{
    if (method < BK_METHOD_IDEAL_PERCENTILE || method > BK_METHOD_IDEAL_BCA) {
        return bk_fail(BK_INVALID, "method number %d is not one of the ideal bootstrap's", (int)method);
    }
    BK_TRY(bk_check_level(method, level));
    if (n == 0 || n > UINT64_C(1) << 53 || k > n) {
        return bk_fail(BK_INVALID, "%s: k = %llu of n = %llu errors; n must be in [1, 2^53], k at most n",
                       bk_interval_method_row(method)->name, (unsigned long long)k, (unsigned long long)n);
    }
    bk_interval made = bk_interval_begin(method, (double)k / (double)n, level);
    made.sides = sides;
    made.n = n;
    if (k > 0 && k < n) {
        const law l = {(double)k, (double)n, (double)k / (double)n};
        set_ends(&made, method, &l);
    } else if (method == BK_METHOD_IDEAL_BCA) {
        bk_interval_withhold(&made, BK_INTERVAL_UNDEFINED, no_errors);
    } else {
        bk_interval_set_ends(&made, made.estimate, made.estimate, 0, 1);
        bk_interval_mark_degenerate(&made, no_errors);
    }
    *interval = made;
    return BK_OK;
}
