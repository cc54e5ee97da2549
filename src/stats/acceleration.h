/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * stats/acceleration.h: the acceleration from influence values that come in pieces, so that they need not all
 * be stored: once to see how large they are, and again for their powers.
 */
#ifndef STATS_ACCELERATION_H
#define STATS_ACCELERATION_H

#include <stdbool.h>

#include "stats/lanes.h"

typedef struct bk_acceleration_sums {
    double largest; /* of |influence| / size; infinite where one is not finite */
    double scale;   /* a power of two that brings the largest near 1 */
    bk_lanes squares, cubes;
} bk_acceleration_sums;

/* The first time: bk_lanes_largest of a sample's influence. */
void bk_acceleration_see(bk_acceleration_sums *sums, double largest_of_sample, size_t size);
/* Between the two. False: all are 0 or one is not finite, and a does not exist. */
bool bk_acceleration_scale(bk_acceleration_sums *sums);
/* The second time: influence [n] of a sample of `size`; all pieces but its last one are of whole lanes. */
void bk_acceleration_add(bk_acceleration_sums *sums, const double *influence, size_t n, size_t size);
double bk_acceleration_finish(const bk_acceleration_sums *sums);

/* The influence of a mean: coefficient (value - mean) for n values that stand `stride` apart. */
typedef struct bk_deviations {
    const double *values;
    size_t stride, n;
    double mean, coefficient;
} bk_deviations;
/* Both times, with a sample's influence made on the way; the first returns the largest |influence|. */
double bk_deviations_see(bk_acceleration_sums *sums, const bk_deviations *of, size_t size);
void bk_deviations_add(bk_acceleration_sums *sums, const bk_deviations *of, size_t size);

#endif
