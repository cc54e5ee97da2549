/* SPDX-License-Identifier: GPL-3.0-or-later
 * The acceleration a of BCa for a mean. The jackknife of a mean leaves n equal multiples of the
 * deviations, so that its skewness is that of the data and no loop over left-out points is needed. */
#include "stats/acceleration.h"

#include <math.h>

#include "brisk/stats.h"

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

double bk_acceleration_largest(const double *influence, size_t n) { return bk_lanes_largest(influence, n); }

void bk_acceleration_see(bk_acceleration_sums *sums, double largest_of_sample, size_t size)
{
    /* Division keeps the order, so that the largest quotient is that of the largest. */
    const double largest = largest_of_sample / (double)size;
    sums->largest = largest > sums->largest ? largest : sums->largest;
}

bool bk_acceleration_scale(bk_acceleration_sums *sums)
{
    if (!(sums->largest > 0) || !isfinite(sums->largest)) {
        return false;
    }
    int exponent;
    frexp(sums->largest, &exponent);
    sums->scale = ldexp(1.0, exponent < -1000 ? 1000 : -exponent);
    return true;
}

void bk_acceleration_add(bk_acceleration_sums *sums, const double *influence, size_t n, size_t size)
{
    bk_lanes squares = sums->squares, cubes = sums->cubes;
    const double points = (double)size, scale = sums->scale;
    const size_t whole = n - n % BK_LANES;
    for (size_t i = 0; i < whole; i += BK_LANES) {
        for (size_t lane = 0; lane < BK_LANES; lane++) {
            const double l = influence[i + lane] / points * scale;
            squares.lane[lane] += l * l;
            cubes.lane[lane] += l * l * l;
        }
    }
    for (size_t i = whole; i < n; i++) {
        const double l = influence[i] / points * scale;
        squares.lane[i - whole] += l * l;
        cubes.lane[i - whole] += l * l * l;
    }
    sums->squares = squares;
    sums->cubes = cubes;
}

double bk_acceleration_finish(const bk_acceleration_sums *sums)
{
    const double second = bk_lanes_join(&sums->squares);
    return bk_lanes_join(&sums->cubes) / (6 * (second * sqrt(second)));
}

double bk_acceleration_influence(const double *influence, const size_t *size, size_t samples)
{
    bk_acceleration_sums sums = {0};
    const double *first = influence;
    for (size_t s = 0; s < samples; first += size[s], s++) {
        bk_acceleration_see(&sums, bk_acceleration_largest(first, size[s]), size[s]);
    }
    if (!bk_acceleration_scale(&sums)) {
        return (double)NAN;
    }
    first = influence;
    for (size_t s = 0; s < samples; first += size[s], s++) {
        bk_acceleration_add(&sums, first, size[s], size[s]);
    }
    return bk_acceleration_finish(&sums);
}
