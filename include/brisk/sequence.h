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

/* Both take the first n observations values [n], in the order in which they came, and give the two-sided
 * interval at that look, without the running intersection with earlier looks. All fields of the interval are
 * set; its estimate is the mean of the values. Where there is no answer its status says so and the ends are
 * NaN: whoever stops at a width must ask for status OK too (a DEGENERATE interval has width 0). On failure
 * interval is untouched. Messages begin with the method's name. */

/* P(the mean lies in the interval at every look n = 1, 2, ...) is at least the level: hedged bets of an
 * unknown horizon (Waudby-Smith & Ramdas 2024, Estimating means of bounded random variables by betting, J. R.
 * Statist. Soc. B 86, theorem 3 with their predictable plug-in bets). The m in [0, 1], to which values of
 * [range_low, range_high] are taken, with max(K+(m), K-(m)) / 2 < 1 / delta, delta = 1 - level, K+(m) = prod
 * (1 + min(lambda_t, c / m) (x_t - m)), K-(m) = prod (1 - min(lambda_t, c / (1 - m)) (x_t - m)), lambda_t =
 * sqrt(2 ln(2 / delta) / (v_(t-1) t ln(1 + t))), c = 1/2, v_t = (1/4 + sum_(i <= t) (x_i - mu_i)^2) / (t +
 * 1), mu_i = (1/2 + sum_(j <= i) x_j) / (i + 1); always an interval, as K+ falls and K- rises with m. Assumes
 * that the mean of each value given those before it is the same. method "betting-sequence", guarantee
 * finite-sample; status UNDEFINED where no m is left, which happens in at most a share delta of all
 * sequences. It never promises low <= estimate <= high. BK_INVALID for n = 0, a level outside (0, 1), an
 * empty or infinite range, a value outside it or NaN (its index is named); BK_OVERFLOW above 2^48 values;
 * BK_MEMORY for 16 bytes a value. O(n) times some 60. */
BK_API bk_status bk_sequence_betting(bk_interval *interval, const double *values, size_t n, double range_low,
                                     double range_high, double level);
/* Where the range is unknown: the Gaussian mixture of Waudby-Smith, Arbour, Sinha, Kennedy & Ramdas 2024
 * (Time-uniform central limit theory and asymptotic confidence sequences, Ann. Statist. 52, theorem 2.2),
 *   mean +- sd sqrt(2 (n rho^2 + 1) / (n^2 rho^2) ln(sqrt(n rho^2 + 1) / delta)),
 * sd the sample standard deviation with n - 1, and rho^2 = (-W_(-1)(-delta^2 / e) - 1) / optimal_n (W_(-1)
 * the lower branch of Lambert's function; their shorter formula approximates it), so that it is tightest at
 * optimal_n values. optimal_n must not depend on the values. What it promises is a limit: that of looks that
 * all come ever later, with optimal_n near the first of them. Looks at few values, above all of a skewed
 * distribution, miss more often. method "asymptotic-sequence", guarantee asymptotic; status UNDEFINED for n =
 * 1, DEGENERATE where all values are equal. BK_INVALID for n = 0 or optimal_n = 0, a level outside (0, 1), a
 * value that is not finite (its index is named), values whose variance overflows. O(n). */
BK_API bk_status bk_sequence_asymptotic(bk_interval *interval, const double *values, size_t n, double level,
                                        size_t optimal_n);

#ifdef __cplusplus
}
#endif
#endif
