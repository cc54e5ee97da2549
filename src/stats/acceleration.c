/* SPDX-License-Identifier: GPL-3.0-or-later
 * The acceleration a of BCa for a mean. The jackknife of a mean leaves n equal multiples of the
 * deviations, so that its skewness is that of the data and no loop over left-out points is needed. */
#include "brisk/stats.h"

#include <math.h>

#include "stats/lanes.h"

/* A power of two that brings the largest deviation near 1: a has no scale, and scaled third powers
 * neither overflow nor vanish. 0 where all deviations are 0, NaN where one is not finite. */
static double scale_of(const double *losses, size_t n, double mean)
{
    double largest = 0;
    for (size_t i = 0; i < n; i++) {
        const double deviation = fabs(losses[i] - mean);
        if (!isfinite(deviation)) {
            return (double)NAN;
        }
        largest = deviation > largest ? deviation : largest;
    }
    int exponent;
    if (largest == 0) {
        return 0;
    }
    frexp(largest, &exponent);
    return ldexp(1.0, exponent < -1000 ? 1000 : -exponent);
}

double bk_acceleration_mean(const double *losses, size_t n)
{
    const double mean = n > 0 ? bk_lanes_sum(losses, n) / (double)n : (double)NAN;
    const double scale = scale_of(losses, n, mean);
    if (!(scale > 0)) {
        return (double)NAN;
    }
    bk_lanes squares = {{0}};
    bk_lanes cubes = {{0}};
    for (size_t i = 0; i < n; i++) {
        const double d = (losses[i] - mean) * scale;
        squares.lane[i % BK_LANES] += d * d;
        cubes.lane[i % BK_LANES] += d * d * d;
    }
    const double second = bk_lanes_join(&squares);
    return bk_lanes_join(&cubes) / (6 * (second * sqrt(second)));
}

double bk_acceleration_count(uint64_t k, uint64_t n)
{
    if (k == 0 || k >= n) {
        return (double)NAN;
    }
    const double errors = (double)k;
    const double points = (double)n;
    return (points - 2 * errors) / (6 * sqrt(points * errors * (points - errors)));
}

double bk_acceleration_influence(const double *influence, const size_t *size, size_t samples)
{
    double largest = 0;
    size_t first = 0;
    for (size_t s = 0; s < samples; first += size[s], s++) {
        for (size_t i = 0; i < size[s]; i++) {
            const double l = fabs(influence[first + i]) / (double)size[s];
            largest = l > largest || isnan(l) ? l : largest;
        }
    }
    if (!(largest > 0) || !isfinite(largest)) {
        return (double)NAN;
    }
    int exponent;
    frexp(largest, &exponent);
    const double scale = ldexp(1.0, exponent < -1000 ? 1000 : -exponent);
    bk_lanes squares = {{0}}, cubes = {{0}};
    first = 0;
    for (size_t s = 0; s < samples; first += size[s], s++) {
        for (size_t i = 0; i < size[s]; i++) {
            const double l = influence[first + i] / (double)size[s] * scale;
            squares.lane[i % BK_LANES] += l * l;
            cubes.lane[i % BK_LANES] += l * l * l;
        }
    }
    const double second = bk_lanes_join(&squares);
    return bk_lanes_join(&cubes) / (6 * (second * sqrt(second)));
}
