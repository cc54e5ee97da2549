/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Raw draws of PCG64-DXSM (O'Neill 2014; the DXSM output of 2019): a 128-bit linear congruential
 * generator whose output is taken before the step. Vectorised by leapfrogging: lane l holds position
 * l of the same sequence and steps by A^L, so that the draws are those of the plain loop for every
 * number L of lanes.
 */
#include "kernel/loops/loop.h"

__extension__ typedef unsigned __int128 bk_u128;

#define BK_PCG64_MULTIPLIER 0xda942042e4dd58b5U

static inline uint64_t pcg64_output(uint64_t high, uint64_t low)
{
    high ^= high >> 32;
    high *= BK_PCG64_MULTIPLIER;
    high ^= high >> 48;
    return high * (low | 1U);
}

static inline bk_u128 join(const uint64_t *pair) { return (bk_u128)pair[0] << 64 | pair[1]; }

/* The plain loop: as written in the paper. */
static inline bk_u128 pcg64_plain(uint64_t *draws, bk_u128 state, bk_u128 increment, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        draws[i] = pcg64_output((uint64_t)(state >> 64), (uint64_t)state);
        state = state * BK_PCG64_MULTIPLIER + increment;
    }
    return state;
}

/* Lanes in flight, 0 for the plain loop alone. With AVX2 gcc multiplies 64-bit lanes by three products
 * where one would do, and the plain loop is as quick; clang's code is 1.6 times as quick as that. A
 * test sets the number itself. */
#ifndef BK_PCG64_LANES
#if defined(__AVX512F__) || (defined(__AVX2__) && defined(__clang__))
#define BK_PCG64_LANES 16
#else
#define BK_PCG64_LANES 0
#endif
#endif

#if BK_PCG64_LANES > 0
#define BK_LOW_HALF 0xffffffffU

/* high:low = high:low * factor + addend modulo 2^128, out of 32-bit halves: vectors multiply no wider. */
static inline void step_lane(uint64_t *high, uint64_t *low, uint64_t factor_high, uint64_t factor_low,
                             uint64_t addend_high, uint64_t addend_low)
{
    const uint64_t x0 = *low & BK_LOW_HALF, x1 = *low >> 32;
    const uint64_t f0 = factor_low & BK_LOW_HALF, f1 = factor_low >> 32;
    const uint64_t low_product = x0 * f0;
    const uint64_t cross = x1 * f0 + (low_product >> 32);
    const uint64_t middle = x0 * f1 + (cross & BK_LOW_HALF);
    const uint64_t carried = x1 * f1 + (cross >> 32) + (middle >> 32);
    const uint64_t product = middle << 32 | (low_product & BK_LOW_HALF);
    const uint64_t sum = product + addend_low;
    *high = carried + *high * factor_low + *low * factor_high + addend_high + (sum < product ? 1U : 0U);
    *low = sum;
}

static inline bk_u128 pcg64_lanes(uint64_t *draws, bk_u128 state, bk_u128 increment, size_t rounds)
{
    uint64_t high[BK_PCG64_LANES], low[BK_PCG64_LANES];
    bk_u128 factor = 1, addend = 0;
    for (size_t l = 0; l < BK_PCG64_LANES; l++) {
        high[l] = (uint64_t)(state >> 64);
        low[l] = (uint64_t)state;
        state = state * BK_PCG64_MULTIPLIER + increment;
        factor *= BK_PCG64_MULTIPLIER;
        addend = addend * BK_PCG64_MULTIPLIER + increment;
    }
    const uint64_t factor_high = (uint64_t)(factor >> 64), factor_low = (uint64_t)factor;
    const uint64_t addend_high = (uint64_t)(addend >> 64), addend_low = (uint64_t)addend;
    for (size_t round = 0; round < rounds; round++) {
#pragma omp simd
        for (size_t l = 0; l < BK_PCG64_LANES; l++) {
            draws[round * BK_PCG64_LANES + l] = pcg64_output(high[l], low[l]);
            step_lane(&high[l], &low[l], factor_high, factor_low, addend_high, addend_low);
        }
    }
    return (bk_u128)high[0] << 64 | low[0];
}
#endif

void BK_KERNEL_NAME(pcg64_fill)(uint64_t *draws, uint64_t *state, const uint64_t *increment, size_t count)
{
    bk_u128 position = join(state);
    const bk_u128 step = join(increment);
    size_t done = 0;
#if BK_PCG64_LANES > 0
    if (count >= 2 * BK_PCG64_LANES) {
        const size_t rounds = count / BK_PCG64_LANES;
        position = pcg64_lanes(draws, position, step, rounds);
        done = rounds * BK_PCG64_LANES;
    }
#endif
    position = pcg64_plain(draws + done, position, step, count - done);
    state[0] = (uint64_t)(position >> 64);
    state[1] = (uint64_t)position;
}
