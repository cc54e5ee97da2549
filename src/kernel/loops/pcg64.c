/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Raw draws of PCG64-DXSM (O'Neill 2014; the DXSM output of 2019): a 128-bit linear congruential
 * generator whose output is taken before the step. Vectorised by leapfrogging: lane l of L holds
 * position l of the same sequence and steps by A^L, so that the draws are those of the plain loop for
 * every number of lanes.
 */
#include "kernel/loops/loop.h"

/* 64-bit words in a vector, 0 for the plain loop alone: the baseline, and NEON, whose vectors hold two
 * words and multiply none. A test sets the number itself. */
#ifndef BK_PCG64_WORDS
#if defined(__AVX512F__)
#define BK_PCG64_WORDS 8
#elif defined(__AVX2__)
#define BK_PCG64_WORDS 4
#else
#define BK_PCG64_WORDS 0
#endif
#endif
#if BK_PCG64_WORDS > 0
#define BK_WORDS BK_PCG64_WORDS
#include "kernel/loops/multiply_halves.h"
#endif

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

#if BK_PCG64_WORDS > 0
/* Two vectors hide each other's latency. */
#define BK_PCG64_VECTORS 2
/* Positions behind those of the vectors, left to the integer unit, which would have nothing to do: a
 * fifth (eight words) or a third (four) of the draws at hardly any cost. */
#define BK_PCG64_SINGLES      4
#define BK_PCG64_VECTOR_LANES (BK_PCG64_VECTORS * BK_PCG64_WORDS)
#define BK_PCG64_LANES        (BK_PCG64_VECTOR_LANES + BK_PCG64_SINGLES)

/* The low 64 bits of the product of each word. */
static inline bk_words multiply_low(bk_words a, bk_words b)
{
#if defined(__AVX512DQ__)
    return a * b;
#else
    return bk_multiply_halves(a, b) +
           ((bk_multiply_halves(a >> 32, b) + bk_multiply_halves(a, b >> 32)) << 32);
#endif
}

/* x -> factor x + addend modulo 2^128. */
typedef struct step_128 {
    bk_u128 factor, addend;
} step_128;

/* The step of count positions at once. */
static inline step_128 leap(bk_u128 increment, unsigned count)
{
    step_128 step = {1, 0};
    for (unsigned i = 0; i < count; i++) {
        step.factor *= BK_PCG64_MULTIPLIER;
        step.addend = step.addend * BK_PCG64_MULTIPLIER + increment;
    }
    return step;
}

/* The same constant in every word, split for products of halves. */
typedef struct step_words {
    bk_words factor_high, factor_low, addend_high, addend_low0, addend_low1;
} step_words;

static inline step_words spread(step_128 step)
{
    const bk_words zero = {0};
    return (step_words){.factor_high = zero + (uint64_t)(step.factor >> 64),
                        .factor_low = zero + (uint64_t)step.factor,
                        .addend_high = zero + (uint64_t)(step.addend >> 64),
                        .addend_low0 = zero + ((uint64_t)step.addend & BK_LOW_HALF),
                        .addend_low1 = zero + ((uint64_t)step.addend >> 32 & BK_LOW_HALF)};
}

/* high:low = high:low * factor + addend modulo 2^128. No sum overflows a word:
 * (2^32 - 1)^2 + 2 (2^32 - 1) = 2^64 - 1. */
static inline void step_vector(bk_words *high, bk_words *low, const step_words *step)
{
    const bk_words f0 = step->factor_low, f1 = f0 >> 32, x0 = *low, x1 = x0 >> 32;
    const bk_words bottom = bk_multiply_halves(x0, f0) + step->addend_low0;
    const bk_words cross = bk_multiply_halves(x1, f0) + (bottom >> 32);
    const bk_words middle = bk_multiply_halves(x0, f1) + (cross & BK_LOW_HALF) + step->addend_low1;
    const bk_words carried = bk_multiply_halves(x1, f1) + (cross >> 32) + (middle >> 32);
    *high = multiply_low(*high, f0) + multiply_low(x0, step->factor_high) + carried + step->addend_high;
    *low = middle << 32 | (bottom & BK_LOW_HALF);
}

static inline bk_words output_vector(bk_words high, bk_words low)
{
    const bk_words multiplier = (bk_words){0} + BK_PCG64_MULTIPLIER;
    high ^= high >> 32;
    high = multiply_low(high, multiplier);
    high ^= high >> 48;
    return multiply_low(high, low | 1U);
}

/* rounds * BK_PCG64_LANES draws; returns the state behind them. */
static inline bk_u128 pcg64_lanes(uint64_t *draws, bk_u128 state, bk_u128 increment, size_t rounds)
{
    uint64_t start[2][BK_PCG64_VECTOR_LANES];
    for (size_t l = 0; l < BK_PCG64_VECTOR_LANES; l++) {
        start[0][l] = (uint64_t)(state >> 64);
        start[1][l] = (uint64_t)state;
        state = state * BK_PCG64_MULTIPLIER + increment;
    }
    bk_words high[BK_PCG64_VECTORS], low[BK_PCG64_VECTORS];
    memcpy(high, start[0], sizeof high);
    memcpy(low, start[1], sizeof low);
    const step_words round_step = spread(leap(increment, BK_PCG64_LANES));
    /* From the last single of a round to the first of the next. */
    const step_128 single_step = leap(increment, BK_PCG64_VECTOR_LANES + 1);
    for (size_t round = 0; round < rounds; round++, draws += BK_PCG64_LANES) {
        state = pcg64_plain(draws + BK_PCG64_VECTOR_LANES, state, increment, BK_PCG64_SINGLES - 1);
        draws[BK_PCG64_LANES - 1] = pcg64_output((uint64_t)(state >> 64), (uint64_t)state);
        state = state * single_step.factor + single_step.addend;
        for (size_t v = 0; v < BK_PCG64_VECTORS; v++) {
            const bk_words drawn = output_vector(high[v], low[v]);
            memcpy(draws + v * BK_PCG64_WORDS, &drawn, sizeof drawn);
            step_vector(&high[v], &low[v], &round_step);
        }
    }
    return (bk_u128)high[0][0] << 64 | low[0][0];
}
#endif

void BK_KERNEL_NAME(pcg64_fill)(uint64_t *draws, uint64_t *state, const uint64_t *increment, size_t count)
{
    bk_u128 position = join(state);
    const bk_u128 step = join(increment);
    size_t done = 0;
#if BK_PCG64_WORDS > 0
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
