/* SPDX-License-Identifier: GPL-3.0-or-later
 * One resample: rounds of 16-bit indices, or binary splitting, whichever suits n. */
#include "stats/resample.h"

#include <string.h>

#include "kernel/kernel.h"
#include "stats/lanes.h"

/* Words drawn at a time: they stay in the first-level cache beside the data. */
#define WORDS 512

/* One round of indices: quarters of them are looked at. Returns how many gave none. */
static size_t sum_round(double *lanes, bk_stream *stream, const double *columns, size_t width, size_t n,
                        size_t quarters)
{
    const bk_kernels *kernels = bk_kernels_in_use();
    uint64_t words[WORDS];
    size_t none = 0;
    for (size_t done = 0; done < quarters; done += 4 * WORDS) {
        const size_t now = quarters - done < 4 * WORDS ? quarters - done : 4 * WORDS;
        bk_stream_fill(stream, words, (now + 3) / 4);
        none += width == 1 ? kernels->resample_sum_16(lanes, columns, n, words, now)
                           : kernels->resample_pairs_16(lanes, columns, n, words, now);
    }
    return none;
}

static void join_lanes(double *sums, const double *lanes, size_t width)
{
    for (size_t column = 0; column < width; column++) {
        bk_lanes one;
        for (size_t l = 0; l < BK_LANES; l++) {
            one.lane[l] = lanes[width * l + column];
        }
        sums[column] = bk_lanes_join(&one);
    }
}

/* Generators as the kernels want them. */
static void unpack(uint64_t *state, uint64_t *increment, const bk_stream *stream)
{
    state[0] = stream->state_high;
    state[1] = stream->state_low;
    increment[0] = stream->increment_high;
    increment[1] = stream->increment_low;
}

void bk_resample_sums(double *sums, size_t resamples, bk_stream *streams, const double *columns, size_t width,
                      size_t n)
{
    double lanes[BK_RESAMPLE_TOGETHER][2 * BK_LANES] = {{0}};
    if (n <= BK_RESAMPLE_INDEX_MOST) {
        for (size_t r = 0; r < resamples; r++) {
            size_t missing = n;
            while (missing > 0) {
                missing = sum_round(lanes[r], &streams[r], columns, width, n, missing);
            }
            join_lanes(sums + width * r, lanes[r], width);
        }
        return;
    }
    double packed[BK_RESAMPLE_TOGETHER * 2 * BK_LANES] = {0};
    uint64_t state[2 * BK_RESAMPLE_TOGETHER], increment[2 * BK_RESAMPLE_TOGETHER];
    for (size_t r = 0; r < resamples; r++) {
        unpack(state + 2 * r, increment + 2 * r, &streams[r]);
    }
    if (width == 1) {
        bk_kernels_in_use()->resample_sum_split(packed, columns, n, state, increment, resamples);
    } else {
        bk_kernels_in_use()->resample_pairs_split(packed, columns, n, state, increment, resamples);
    }
    for (size_t r = 0; r < resamples; r++) {
        join_lanes(sums + width * r, packed + width * BK_LANES * r, width);
    }
}

void bk_resample_indices(uint32_t *index, bk_stream *stream, size_t n)
{
    const bk_kernels *kernels = bk_kernels_in_use();
    if (n > BK_RESAMPLE_INDEX_MOST) {
        uint64_t state[2], increment[2];
        unpack(state, increment, stream);
        kernels->resample_index_split(index, n, state, increment);
        return;
    }
    uint64_t words[WORDS];
    size_t drawn = 0;
    while (drawn < n) {
        const size_t missing = n - drawn;
        for (size_t done = 0; done < missing; done += 4 * WORDS) {
            const size_t now = missing - done < 4 * WORDS ? missing - done : 4 * WORDS;
            bk_stream_fill(stream, words, (now + 3) / 4);
            drawn += kernels->resample_index_16(index + drawn, n, words, now);
        }
    }
}
