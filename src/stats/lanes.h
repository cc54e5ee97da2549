/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * stats/lanes.h: a sum whose order is part of the promise and yet leaves room for vector units: value i
 * goes to lane i mod 8, and the lanes join by a fixed tree.
 */
#ifndef STATS_LANES_H
#define STATS_LANES_H

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
    for (size_t i = 0; i < n; i++) {
        sum.lane[i % BK_LANES] += values[i];
    }
    return bk_lanes_join(&sum);
}

#endif
