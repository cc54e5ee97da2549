/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * stats/interval.h: what all interval methods share. A method begins with bk_interval_begin, then
 * either sets its ends or withholds them with a status and a reason.
 */
#ifndef STATS_INTERVAL_H
#define STATS_INTERVAL_H

#include "brisk/stats.h"

/* Rows of the table in interval_methods.c, in the order in which methods are shown. */
typedef enum bk_method {
    BK_METHOD_HOEFFDING,
    BK_METHOD_CHEBYSHEV,
    BK_METHOD_BERNSTEIN,
    BK_METHOD_BOOTSTRAP_PERCENTILE,
    BK_METHOD_BOOTSTRAP_BCA,
    BK_METHOD_COUNT
} bk_method;

/* BK_INVALID (message begins with the method's name) unless level is in (0, 1). */
bk_status bk_check_level(bk_method method, double level);
/* An interval of the method with status OK, the facts of its table row, and NaN ends so far. */
bk_interval bk_interval_begin(bk_method method, double estimate, double level);
/* Ends and half_width = (high - low) / 2, then the ends clipped to the range. */
void bk_interval_set_ends(bk_interval *interval, double low, double high, double range_low,
                          double range_high);
/* estimate +- epsilon: half_width is epsilon itself. */
void bk_interval_set_symmetric(bk_interval *interval, double epsilon, double range_low, double range_high);
/* The ends stay, but the reader must know why they may say little. */
void bk_interval_mark_degenerate(bk_interval *interval, const char *reason);
/* No ends: they become NaN, status and reason stand in their place. */
void bk_interval_withhold(bk_interval *interval, bk_interval_status status, const char *reason);

/* Standard normal distribution, density ratio and quantile (stats/normal.c, through Rmath). */
double bk_normal_cdf(double z);
double bk_normal_quantile(double p);                      /* p in (0, 1) */
double bk_normal_density_ratio(double z, double against); /* phi(z) / phi(against) */

#endif
