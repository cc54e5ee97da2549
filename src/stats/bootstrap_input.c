/* SPDX-License-Identifier: GPL-3.0-or-later
 * From resampled counts or means to the input of a bootstrap interval: the ranks of the estimate are
 * counted so that ties stay ties. */
#include <math.h>

#include "brisk/stats.h"
#include "stats/lanes.h"

bk_status bk_bootstrap_input_count(bk_bootstrap_input *input, double *means, const uint64_t *counts,
                                   size_t resamples, uint64_t k, uint64_t n)
{
    if (resamples == 0 || n == 0 || k > n) {
        return bk_fail(BK_INVALID,
                       "bootstrap: k = %llu of n = %llu errors and %zu resamples; k must be at most n, "
                       "n and resamples at least 1",
                       (unsigned long long)k, (unsigned long long)n, resamples);
    }
    size_t below = 0;
    size_t equal = 0;
    for (size_t i = 0; i < resamples; i++) {
        if (counts[i] > n) {
            return bk_fail(BK_INVALID, "bootstrap: counts[%zu] = %llu is above n = %llu", i,
                           (unsigned long long)counts[i], (unsigned long long)n);
        }
        below += counts[i] < k;
        equal += counts[i] == k;
    }
    for (size_t i = 0; i < resamples; i++) {
        means[i] = (double)counts[i] / (double)n;
    }
    *input = (bk_bootstrap_input){
        .replicates = means,
        .resamples = resamples,
        .estimate = (double)k / (double)n,
        .below = (double)below,
        .equal = (double)equal,
        .acceleration = bk_acceleration_count(k, n),
        .range_low = 0,
        .range_high = 1,
    };
    return BK_OK;
}

bk_status bk_bootstrap_input_mean(bk_bootstrap_input *input, const double *means, size_t resamples,
                                  const double *losses, size_t n)
{
    if (resamples == 0 || n == 0) {
        return bk_fail(BK_INVALID, "bootstrap: %zu resamples of n = %zu losses; both must be at least 1",
                       resamples, n);
    }
    double largest = 0;
    for (size_t i = 0; i < n; i++) {
        if (!isfinite(losses[i])) {
            return bk_fail(BK_INVALID, "bootstrap: losses[%zu] = %g; losses must be finite", i, losses[i]);
        }
        const double size = fabs(losses[i]);
        largest = size > largest ? size : largest;
    }
    const double tolerance = ldexp(largest, -40);
    const double estimate = bk_lanes_sum(losses, n) / (double)n;
    size_t below = 0;
    size_t equal = 0;
    for (size_t i = 0; i < resamples; i++) {
        const bool tied = fabs(means[i] - estimate) <= tolerance;
        equal += tied;
        below += !tied && means[i] < estimate;
    }
    *input = (bk_bootstrap_input){
        .replicates = means,
        .resamples = resamples,
        .estimate = estimate,
        .below = (double)below,
        .equal = (double)equal,
        .acceleration = bk_acceleration_mean(losses, n),
        .range_low = -HUGE_VAL,
        .range_high = HUGE_VAL,
        .tolerance = tolerance,
    };
    return BK_OK;
}
