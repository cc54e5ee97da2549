/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * stats/quantile.h: sorted replicates, their quantiles, and how far a quantile moves with its level.
 */
#ifndef STATS_QUANTILE_H
#define STATS_QUANTILE_H

#include "brisk/base.h"

/* An ascending copy of finite values [count], owned by the caller (bk_free); NULL on failure. O(count). */
double *bk_sorted_copy(const double *values, size_t count);
/* Quantile by linear interpolation between order statistics (type 7); level is clamped to [0, 1]. */
double bk_quantile_sorted(const double *sorted, size_t count, double level);
/* Standard deviation of that quantile when its level is normal around level with sd level_sd. */
double bk_quantile_spread(const double *sorted, size_t count, double level, double level_sd);

#endif
