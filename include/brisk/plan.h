/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * brisk/plan.h (part of brisk/stats.h): how many test points, or resamples, an evaluation needs.
 *
 * Every size is the smallest that does, settled by the condition itself on both sides of it. BK_OVERFLOW
 * where it would pass 2^53, with what to ask for instead.
 */
#ifndef BRISK_PLAN_H
#define BRISK_PLAN_H

#include "brisk/interval.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The smallest n with 2 exp(-2 n epsilon^2) <= delta (Hoeffding, losses in [0, 1]): 26492 for 0.01 and
 * 0.01. BK_INVALID unless both are in (0, 1). O(1). */
BK_API bk_status bk_plan_hoeffding(uint64_t *n, double epsilon, double delta);

/* The smallest n at which the method's half-width is at most epsilon, for losses in [0, 1] of variance v:
 * hoeffding (v plays no part), chebyshev, bernstein, wald, student-t (the sample variance guessed as v),
 * empirical-bernstein (the same). With epsilon = delta = 0.01 and v = 1/4: 26492, 250000, 26845, 16588.
 * v is in (0, 1/4]. sides as for intervals. BK_UNSUPPORTED for a method whose width is no function of n and
 * v (bk_plan_width knows those). O(log n). */
BK_API bk_status bk_plan_epsilon(uint64_t *n, size_t method, double epsilon, double delta, double variance,
                                 bk_sides sides);

/* The smallest n from which on the expected half-width of the method's interval (one-sided: the expected
 * distance of the bound from the estimate) at the guessed risk p is at most half_width, errors counted as
 * Bin(n, p). Any method of bk_interval_method_by_count; ends are clipped to [0, 1]. BK_INVALID unless
 * half_width is in (0, 1/2), level in (0, 1), p in [0, 1]. */
BK_API bk_status bk_plan_width(uint64_t *n, size_t method, double half_width, double p, double level,
                               bk_sides sides);

/* An n (with one point fewer it is not so; the power saw-tooths) at which the exact McNemar test at level
 * finds a true difference of risks d (either way) with probability at least power, where a share discordant
 * of the points divides the two models; the power is summed exactly, and approximated by Miettinen's (1968)
 * formula above 10^5 points: exact tells which. BK_INVALID unless 0 < |d| <= discordant <= 1, level and power
 * in (0, 1). */
typedef struct bk_plan_paired_answer {
    uint64_t n;
    double power;            /* at that n */
    double tango_half_width; /* of Tango's two-sided interval of that level at the expected counts */
    bool exact;
} bk_plan_paired_answer;
BK_API bk_status bk_plan_paired(bk_plan_paired_answer *answer, double difference, double discordant,
                                double level, double power);

/* Resamples for which each end of a two-sided bootstrap interval (percentile, basic or bca) has a Monte
 * Carlo error of at most error times the standard error of the statistic, for nearly normal replicates: the
 * smallest B with sd(A) / phi(Phi^-1(A)) <= error, and at least 2 / (1 - level). For bca with that of z0
 * (z0 = a = 0). BK_UNSUPPORTED for another method; BK_INVALID unless error is positive and level in (0, 1).
 */
BK_API bk_status bk_plan_resamples(uint64_t *resamples, size_t method, double error, double level);

#ifdef __cplusplus
}
#endif
#endif
