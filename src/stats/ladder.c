/* SPDX-License-Identifier: GPL-3.0-or-later
 * From replicates in any order to a ladder: sorted, ranked against the estimate, with moments and pivots. */
#include "stats/ladder.h"

#include <math.h>

#include "stats/quantile.h"

void bk_ladder_clear(bk_ladder *ladder)
{
    bk_free(ladder->sorted);
    bk_free(ladder->pivots);
    ladder->sorted = ladder->pivots = NULL;
    ladder->count = ladder->count_pivots = 0;
}

/* Third and fourth moments in units of the standard deviation, for the Monte Carlo error of mean and sd. */
static void moments_of(bk_ladder *ladder, const double *values)
{
    const double count = (double)ladder->count;
    const bk_summary summary = bk_summarise(values, ladder->count);
    ladder->mean = ladder->count > 0 ? summary.mean : (double)NAN;
    ladder->sd = bk_summary_sd(&summary);
    const double scale = sqrt(summary.sum_squares / count);
    double cubes = 0, fourths = 0;
    if (scale > 0) {
        for (size_t i = 0; i < ladder->count; i++) {
            const double d = (values[i] - summary.mean) / scale;
            cubes += d * d * d;
            fourths += d * d * d * d;
        }
    }
    ladder->skewness = cubes / count;
    ladder->kurtosis = fourths / count;
}

/* Squares of what lies beyond 1e150 overflow: such replicates are taken down by a power of two for the
 * moments. */
static bk_status set_moments(bk_ladder *ladder)
{
    const size_t count = ladder->count;
    if (count == 0 || (fabs(ladder->sorted[0]) < 1e150 && fabs(ladder->sorted[count - 1]) < 1e150)) {
        moments_of(ladder, ladder->sorted);
        return BK_OK;
    }
    double *smaller = bk_allocate(count, sizeof *smaller);
    if (!smaller) {
        return bk_error_status();
    }
    for (size_t i = 0; i < count; i++) {
        smaller[i] = ldexp(ladder->sorted[i], -600);
    }
    moments_of(ladder, smaller);
    ladder->mean = ldexp(ladder->mean, 600);
    ladder->sd = ldexp(ladder->sd, 600);
    bk_free(smaller);
    return BK_OK;
}

bk_status bk_ladder_sort(bk_ladder *ladder, const double *replicates, size_t count)
{
    ladder->sorted = bk_allocate(count, sizeof *ladder->sorted);
    if (!ladder->sorted) {
        return bk_error_status();
    }
    ladder->drawn = count;
    ladder->count = 0;
    for (size_t i = 0; i < count; i++) {
        if (isfinite(replicates[i])) {
            ladder->sorted[ladder->count++] = replicates[i];
        }
    }
    BK_TRY(bk_sort_values(ladder->sorted, ladder->count));
    return set_moments(ladder);
}

/* Below 2^-20 of the data's own standard error, what is left of a variance is rounding: moments carry 53
 * bits, so a variance of 0 comes out below 2^-40 of the usual one. */
static bool has_no_variance(double standard_error, double usual)
{
    return !(standard_error > ldexp(usual, -20));
}

bk_status bk_ladder_set_pivots(bk_ladder *ladder, const double *replicates, const double *standard_errors,
                               size_t count)
{
    ladder->pivots = bk_allocate(count, sizeof *ladder->pivots);
    if (!ladder->pivots) {
        return bk_error_status();
    }
    ladder->count_pivots = ladder->zero_variance = 0;
    for (size_t i = 0; i < count; i++) {
        const double error = standard_errors[i];
        const double distance = replicates[i] - ladder->estimate;
        if (!isfinite(replicates[i]) || isnan(error)) {
            continue;
        }
        double pivot = distance / error;
        if (has_no_variance(error, ladder->estimate_error)) {
            ladder->zero_variance++;
            const bool tied = fabs(distance) <= ladder->tolerance;
            pivot = tied ? 0 : distance < 0 ? -HUGE_VAL : HUGE_VAL;
        }
        ladder->pivots[ladder->count_pivots++] = pivot;
    }
    return bk_sort_values(ladder->pivots, ladder->count_pivots);
}

void bk_ladder_rank(bk_ladder *ladder)
{
    size_t below = 0, equal = 0;
    for (size_t i = 0; i < ladder->count; i++) {
        const bool tied = fabs(ladder->sorted[i] - ladder->estimate) <= ladder->tolerance;
        equal += tied;
        below += !tied && ladder->sorted[i] < ladder->estimate;
    }
    ladder->below = (double)below;
    ladder->equal = (double)equal;
}
