/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * stats/ladder.h: sorted replicates with everything that bootstrap intervals are read from. Made once, by
 * bk_interval_bootstrap or by bk_bootstrap_create; then any method, level and side is a few quantiles.
 */
#ifndef STATS_LADDER_H
#define STATS_LADDER_H

#include "stats/interval.h"

#include "brisk/stats.h"

typedef struct bk_ladder {
    double *sorted; /* [count], ascending */
    size_t count;
    double estimate;
    size_t drawn;        /* replicates drawn: count and those that were not finite */
    double below, equal; /* against the estimate */
    double tolerance;
    double acceleration; /* NaN: 0 / 0 */
    bool flat_jackknife; /* then the acceleration 0 stands for 0 / 0 */
    bool few_groups;
    double range_low, range_high;
    bk_quantile_rule quantile_rule;
    bk_tie_rule ties;
    double mean, sd, skewness, kurtosis; /* of the replicates; kurtosis 3 for a normal */
    double *pivots; /* [count_pivots] sorted (replicate - estimate) / standard error; NULL: none */
    size_t count_pivots, zero_variance;
    double estimate_error;
    uint64_t n;
} bk_ladder;

/* From replicates [count], those that are not finite left out: sorted, count, drawn and moments are set.
 * Free with bk_ladder_clear. */
bk_status bk_ladder_sort(bk_ladder *ladder, const double *replicates, size_t count);
/* Sorted pivots from replicates and standard errors [count] of which a replicate's own is NaN where it has
 * none; needs estimate, tolerance and estimate_error. A resample whose standard error is at most 2^-20 of
 * estimate_error has variance 0 up to rounding: its pivot is -inf, inf, or 0 where the replicate equals the
 * estimate. */
bk_status bk_ladder_set_pivots(bk_ladder *ladder, const double *replicates, const double *standard_errors,
                               size_t count);
/* Below and equal, within the tolerance. */
void bk_ladder_rank(bk_ladder *ladder);
void bk_ladder_clear(bk_ladder *ladder);
/* z0 under the ladder's tie rule; infinite where all are on one side. */
double bk_ladder_z0(const bk_ladder *ladder);

/* One end on its way: the level A of its quantile, and the Monte Carlo standard deviation of A. */
typedef struct bk_quantile_end {
    double level;
    double level_sd;
} bk_quantile_end;
/* Both of BCa (those that the sides do not ask for too). NULL, or why there are none. */
const char *bk_ladder_bca_ends(bk_quantile_end ends[2], const bk_ladder *ladder, double tail);

/* Ends, status and reason of an interval that has begun with its sides; orders may be NULL. */
void bk_ladder_interval(bk_interval *interval, bk_bootstrap_orders *orders, const bk_ladder *ladder,
                        bk_method method);

#endif
