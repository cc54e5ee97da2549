/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * kernel/loops/split_halves.h: the two 32-bit halves of a group of draws into two arrays, and the values
 * made of them back into the order of the draws. Between the two the order within a group does not matter,
 * so it is the one that costs one in-register shuffle an array; compilers spend four on the order of the
 * plain twin. bk_split_in_order keeps the order, for values that stay in two arrays.
 */
#ifndef BRISK_KERNEL_LOOPS_SPLIT_HALVES_H
#define BRISK_KERNEL_LOOPS_SPLIT_HALVES_H

#include "kernel/loops/loop.h"

#if defined(__has_builtin)
#if __has_builtin(__builtin_shufflevector) && defined(__AVX512F__)
#define BK_GROUP 16
#elif __has_builtin(__builtin_shufflevector) && defined(__AVX2__)
#define BK_GROUP 8
#endif
#endif

#ifdef BK_GROUP
typedef float bk_group_f32 __attribute__((vector_size(4 * BK_GROUP)));

/* A shuffle of a and b that is the same in every 16 bytes: four indices for the first 16, those of b counted
 * from BK_GROUP on. */
#if BK_GROUP == 16
#define BK_SHUFFLE(a, b, i, j, k, l)                                                                         \
    __builtin_shufflevector(a, b, i, j, k, l, (i) + 4, (j) + 4, (k) + 4, (l) + 4, (i) + 8, (j) + 8, (k) + 8, \
                            (l) + 8, (i) + 12, (j) + 12, (k) + 12, (l) + 12)
#else
#define BK_SHUFFLE(a, b, i, j, k, l) \
    __builtin_shufflevector(a, b, i, j, k, l, (i) + 4, (j) + 4, (k) + 4, (l) + 4)
#endif

/* As floats, of which nothing but the bits is moved: gcc has no single shuffle of two integer vectors. */
static inline void bk_split_halves(uint32_t *low, uint32_t *high, const uint64_t *draws)
{
    bk_group_f32 front, back;
    memcpy(&front, draws, sizeof front);
    memcpy(&back, draws + BK_GROUP / 2, sizeof back);
    const bk_group_f32 lows = BK_SHUFFLE(front, back, 0, 2, BK_GROUP, BK_GROUP + 2);
    const bk_group_f32 highs = BK_SHUFFLE(front, back, 1, 3, BK_GROUP + 1, BK_GROUP + 3);
    memcpy(low, &lows, sizeof lows);
    memcpy(high, &highs, sizeof highs);
}

/* The same in the order of the draws. */
static inline void bk_split_in_order(uint32_t *low, uint32_t *high, const uint64_t *draws)
{
#if BK_GROUP == 16
    bk_group_f32 front, back;
    memcpy(&front, draws, sizeof front);
    memcpy(&back, draws + BK_GROUP / 2, sizeof back);
    const bk_group_f32 lows =
        __builtin_shufflevector(front, back, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
    const bk_group_f32 highs =
        __builtin_shufflevector(front, back, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31);
    memcpy(low, &lows, sizeof lows);
    memcpy(high, &highs, sizeof highs);
#else
    typedef uint64_t pairs_of_words __attribute__((vector_size(4 * BK_GROUP)));
    uint32_t mixed[2][BK_GROUP];
    pairs_of_words lows, highs;
    bk_split_halves(mixed[0], mixed[1], draws);
    memcpy(&lows, mixed[0], sizeof lows);
    memcpy(&highs, mixed[1], sizeof highs);
    lows = __builtin_shufflevector(lows, lows, 0, 2, 1, 3);
    highs = __builtin_shufflevector(highs, highs, 0, 2, 1, 3);
    memcpy(low, &lows, sizeof lows);
    memcpy(high, &highs, sizeof highs);
#endif
}

/* values [2 BK_GROUP]: of each draw first what came of it in first, then what came of it in second. */
static inline void bk_join_pairs(float *values, const float *first, const float *second)
{
    bk_group_f32 a, b;
    memcpy(&a, first, sizeof a);
    memcpy(&b, second, sizeof b);
    /* Words 0 and 1 of each 16 bytes belong to the front half of the draws, 2 and 3 to the back half. */
    const bk_group_f32 front = BK_SHUFFLE(a, b, 0, BK_GROUP, 1, BK_GROUP + 1);
    const bk_group_f32 back = BK_SHUFFLE(a, b, 2, BK_GROUP + 2, 3, BK_GROUP + 3);
    memcpy(values, &front, sizeof front);
    memcpy(values + BK_GROUP, &back, sizeof back);
}
#else
#define BK_GROUP 4

static inline void bk_split_halves(uint32_t *low, uint32_t *high, const uint64_t *draws)
{
    for (size_t i = 0; i < BK_GROUP; i++) {
        low[i] = (uint32_t)draws[i];
        high[i] = (uint32_t)(draws[i] >> 32);
    }
}

static inline void bk_split_in_order(uint32_t *low, uint32_t *high, const uint64_t *draws)
{
    bk_split_halves(low, high, draws);
}

static inline void bk_join_pairs(float *values, const float *first, const float *second)
{
    for (size_t i = 0; i < BK_GROUP; i++) {
        values[2 * i] = first[i];
        values[2 * i + 1] = second[i];
    }
}
#endif

#endif
