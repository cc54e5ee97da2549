/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * stats/lanes.h: a sum whose order is part of the promise and yet leaves room for vector units: value i
 * goes to lane i mod 8, and the lanes join by a fixed tree.
 */
#ifndef STATS_LANES_H
#define STATS_LANES_H

#include <float.h>
#include <math.h>
#include <stddef.h>

#define BK_LANES 8

typedef struct bk_lanes {
    double lane[BK_LANES];
} bk_lanes;

static inline double bk_lanes_join(const bk_lanes *lanes)
{
    const double *a = lanes->lane;
    return ((a[0] + a[4]) + (a[2] + a[6])) + ((a[1] + a[5]) + (a[3] + a[7]));
}

/* Of values [n]. */
static inline double bk_lanes_sum(const double *values, size_t n)
{
    bk_lanes sum = {{0}};
    const size_t whole = n - n % BK_LANES;
    for (size_t i = 0; i < whole; i += BK_LANES) {
        for (size_t lane = 0; lane < BK_LANES; lane++) {
            sum.lane[lane] += values[i + lane];
        }
    }
    for (size_t i = whole; i < n; i++) {
        sum.lane[i - whole] += values[i];
    }
    return bk_lanes_join(&sum);
}

/* The largest |value|, of none 0; infinite where one is not finite, NaN or infinite. */
static inline double bk_lanes_largest(const double *values, size_t n)
{
    bk_lanes largest = {{0}};
    unsigned strange = 0;
    const size_t whole = n - n % BK_LANES;
    for (size_t i = 0; i < whole; i += BK_LANES) {
        for (size_t lane = 0; lane < BK_LANES; lane++) {
            const double size = fabs(values[i + lane]);
            largest.lane[lane] = size > largest.lane[lane] ? size : largest.lane[lane];
            strange |= !(size <= DBL_MAX);
        }
    }
    for (size_t i = whole; i < n; i++) {
        const double size = fabs(values[i]);
        largest.lane[0] = size > largest.lane[0] ? size : largest.lane[0];
        strange |= !(size <= DBL_MAX);
    }
    double most = strange ? (double)INFINITY : 0;
    for (size_t lane = 0; lane < BK_LANES; lane++) {
        most = largest.lane[lane] > most ? largest.lane[lane] : most;
    }
    return most;
}

#endif
