/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * stats/quantile.h: sorted replicates, their quantiles, and how far a quantile moves with its level.
 */
#ifndef STATS_QUANTILE_H
#define STATS_QUANTILE_H

#include "brisk/base.h"
#include "brisk/bootstrap.h"

/* Sorts values [count] (infinities allowed, NaN not) ascending in place; -0 becomes 0. Needs memory for
 * 2 count words. O(count). */
bk_status bk_sort_values(double *values, size_t count);
/* order [count]: the indices of values in ascending order, equal values in the order of the indices. count at
 * most 2^32 - 1. O(count log count). */
bk_status bk_sort_order(uint32_t *order, const double *values, size_t count);
/* An ascending copy of finite values [count], owned by the caller (bk_free); NULL on failure. O(count). */
double *bk_sorted_copy(const double *values, size_t count);
/* Quantile by linear interpolation between order statistics (type 7); level is clamped to [0, 1]. */
double bk_quantile_sorted(const double *sorted, size_t count, double level);
/* By a rule: type 7, or R boot's at rank (count + 1) level, between two order statistics on the normal scale.
 */
double bk_quantile_ruled(const double *sorted, size_t count, double level, bk_quantile_rule rule);
/* The rank in [1, count] that it reads, in between where it interpolates. */
double bk_quantile_rank(size_t count, double level, bk_quantile_rule rule);
/* Standard deviation of the type 7 quantile when its level is normal around level with sd level_sd. */
double bk_quantile_spread(const double *sorted, size_t count, double level, double level_sd);

#endif
