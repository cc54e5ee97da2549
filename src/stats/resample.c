/* SPDX-License-Identifier: GPL-3.0-or-later
 * Resamples by the kernels: streams in, sums or counts out. */
#include "stats/resample.h"

#include "kernel/kernel.h"
#include "stats/lanes.h"

/* Generators as the kernels want them. */
static void unpack(uint64_t *state, uint64_t *increment, const bk_stream *streams, size_t resamples)
{
    for (size_t r = 0; r < resamples; r++) {
        state[2 * r] = streams[r].state_high;
        state[2 * r + 1] = streams[r].state_low;
        increment[2 * r] = streams[r].increment_high;
        increment[2 * r + 1] = streams[r].increment_low;
    }
}

void bk_resample_sums(double *sums, size_t resamples, const bk_stream *streams, const double *columns,
                      size_t width, size_t n)
{
    uint64_t state[2 * BK_RESAMPLE_TOGETHER], increment[2 * BK_RESAMPLE_TOGETHER];
    double lanes[BK_RESAMPLE_TOGETHER * 2 * BK_LANES];
    unpack(state, increment, streams, resamples);
    const bk_kernels *kernels = bk_kernels_in_use();
    if (width == 1) {
        kernels->resample_sums(lanes, columns, n, n, state, increment, resamples);
    } else {
        kernels->resample_pairs(lanes, columns, n, n, state, increment, resamples);
    }
    for (size_t r = 0; r < resamples; r++) {
        for (size_t column = 0; column < width; column++) {
            bk_lanes one;
            for (size_t l = 0; l < BK_LANES; l++) {
                one.lane[l] = lanes[width * (BK_LANES * r + l) + column];
            }
            sums[width * r + column] = bk_lanes_join(&one);
        }
    }
}

void bk_resample_counts(uint32_t *counts, size_t resamples, const bk_stream *streams, size_t n)
{
    uint64_t state[2 * BK_RESAMPLE_TOGETHER], increment[2 * BK_RESAMPLE_TOGETHER];
    unpack(state, increment, streams, resamples);
    bk_kernels_in_use()->resample_counts(counts, n, n, state, increment, resamples);
}
