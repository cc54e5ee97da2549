/* SPDX-License-Identifier: GPL-3.0-or-later
 * From replicates in any order to a ladder: sorted, ranked against the estimate, with moments and pivots. */
#include "stats/ladder.h"

#include <math.h>

#include "stats/lanes.h"
#include "stats/quantile.h"

void bk_ladder_clear(bk_ladder *ladder)
{
    bk_free(ladder->sorted);
    bk_free(ladder->pivots);
    ladder->sorted = ladder->pivots = NULL;
    ladder->count = ladder->count_pivots = 0;
}

/* Sums over values of powers of (value - centre) / scale, value i in lane i mod 8. */
typedef struct powers {
    bk_lanes first, second, third, fourth;
} powers;

static powers sum_powers(const double *values, size_t count, double centre, double scale)
{
    powers sums = {0};
    for (size_t i = 0; i < count; i += BK_LANES) {
        const size_t now = count - i < BK_LANES ? count - i : BK_LANES;
        for (size_t lane = 0; lane < now; lane++) {
            const double d = (values[i + lane] - centre) * scale;
            sums.first.lane[lane] += d;
            sums.second.lane[lane] += d * d;
            sums.third.lane[lane] += d * d * d;
            sums.fourth.lane[lane] += d * d * d * d;
        }
    }
    return sums;
}

/* Not by bk_summarise, which divides for every value: that was the largest serial part of an interval on
 * several threads. Mean and standard deviation; third and fourth moments in units of the latter, for the
 * Monte Carlo error of both. Distances from the middle value first: equal values have just their mean and no
 * spread. */
static void moments_of(bk_ladder *ladder, const double *values)
{
    const double count = (double)ladder->count;
    ladder->mean = ladder->sd = (double)NAN;
    ladder->skewness = ladder->kurtosis = 0;
    if (ladder->count == 0) {
        return;
    }
    const double middle = values[ladder->count / 2];
    const powers raw = sum_powers(values, ladder->count, middle, 1);
    ladder->mean = middle + bk_lanes_join(&raw.first) / count;
    const powers central = sum_powers(values, ladder->count, ladder->mean, 1);
    const double squares = bk_lanes_join(&central.second);
    ladder->sd = ladder->count < 2 ? (double)NAN : sqrt(squares / (count - 1));
    const double scale = 1 / sqrt(squares / count);
    if (isfinite(scale)) {
        const powers scaled = sum_powers(values, ladder->count, ladder->mean, scale);
        ladder->skewness = bk_lanes_join(&scaled.third) / count;
        ladder->kurtosis = bk_lanes_join(&scaled.fourth) / count;
    }
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
