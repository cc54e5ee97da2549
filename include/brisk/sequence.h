/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * brisk/sequence.h (part of brisk/stats.h): confidence sequences, intervals that hold at all looks at once,
 * so that a study may stop when they are narrow enough.
 */
#ifndef BRISK_SEQUENCE_H
#define BRISK_SEQUENCE_H

#include "brisk/interval.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Both take the first n observations values [n], in the order in which they came, and give the interval at
 * that look: P(the mean lies in the interval at every look) is at least the level (asymptotically so for the
 * second one). Two-sided. */

/* Hedged betting with the bets of an unknown horizon, lambda_t = sqrt(2 ln(2 / delta) / (v_{t-1} t ln(1 +
 * t))), delta = 1 - level (Waudby-Smith & Ramdas 2024, theorem 3 and eq. 26); values in [range_low,
 * range_high], mean the same at every observation given those before. method "betting-sequence", guarantee
 * finite-sample. BK_INVALID for n = 0, a level outside (0, 1), an empty or infinite range, a value outside it
 * (its index is named). O(n) times some 60. */
BK_API bk_status bk_sequence_betting(bk_interval *interval, const double *values, size_t n, double range_low,
                                     double range_high, double level);
/* Where the range is unknown: the asymptotic confidence sequence of Waudby-Smith, Arbour, Sinha, Kennedy &
 * Ramdas 2024 (theorem 2.2, rho by eq. 9 so that it is tightest at optimal_n observations). method
 * "asymptotic-sequence", guarantee asymptotic; UNDEFINED for n = 1, DEGENERATE where all values are equal.
 * O(n). */
BK_API bk_status bk_sequence_asymptotic(bk_interval *interval, const double *values, size_t n, double level,
                                        size_t optimal_n);

#ifdef __cplusplus
}
#endif
#endif
