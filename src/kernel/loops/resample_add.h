/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * kernel/loops/resample_add.h: the 16-bit quarters of draws, and sums of the values or pairs that a list of
 * 16-bit indices names: what both ways of resampling share.
 */
#ifndef BRISK_KERNEL_LOOPS_RESAMPLE_ADD_H
#define BRISK_KERNEL_LOOPS_RESAMPLE_ADD_H

#include "kernel/loops/loop.h"

#include <stdbool.h>

/* The 16-bit quarters of draws, the low one first. */
typedef uint16_t __attribute__((may_alias)) quarter_alias;

static inline uint16_t quarter_of(const uint64_t *draws, size_t i)
{
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    return ((const quarter_alias *)draws)[i];
#else
    return (uint16_t)(draws[i / 4] >> 16 * (i % 4));
#endif
}

/* Adds values up, four indices from one load; count a multiple of the lanes. Eight scalars by name: as an
 * array they end up in memory. */
static inline uint64_t four_of(const uint16_t *index)
{
    uint64_t word = 0;
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    memcpy(&word, index, sizeof word);
#else
    for (unsigned i = 0; i < 4; i++) {
        word |= (uint64_t)index[i] << 16 * i;
    }
#endif
    return word;
}

static __attribute__((noinline)) void add_values(double *lanes, const double *values, const uint16_t *index,
                                                 size_t count)
{
    double s0 = lanes[0], s1 = lanes[1], s2 = lanes[2], s3 = lanes[3];
    double s4 = lanes[4], s5 = lanes[5], s6 = lanes[6], s7 = lanes[7];
    for (size_t i = 0; i < count; i += BK_LANES_F64) {
        const uint64_t a = four_of(index + i), b = four_of(index + i + 4);
        s0 += values[a & 0xffffU];
        s1 += values[a >> 16 & 0xffffU];
        s2 += values[a >> 32 & 0xffffU];
        s3 += values[a >> 48];
        s4 += values[b & 0xffffU];
        s5 += values[b >> 16 & 0xffffU];
        s6 += values[b >> 32 & 0xffffU];
        s7 += values[b >> 48];
    }
    lanes[0] = s0, lanes[1] = s1, lanes[2] = s2, lanes[3] = s3;
    lanes[4] = s4, lanes[5] = s5, lanes[6] = s6, lanes[7] = s7;
}

typedef double pair __attribute__((vector_size(16)));

static inline pair pair_at(const double *pairs, uint64_t index)
{
    pair loaded;
    memcpy(&loaded, pairs + 2 * index, sizeof loaded);
    return loaded;
}

static __attribute__((noinline)) void add_pairs(double *lanes, const double *pairs, const uint16_t *index,
                                                size_t count)
{
    pair s[BK_LANES_F64];
    memcpy(s, lanes, sizeof s);
    pair s0 = s[0], s1 = s[1], s2 = s[2], s3 = s[3], s4 = s[4], s5 = s[5], s6 = s[6], s7 = s[7];
    for (size_t i = 0; i < count; i += BK_LANES_F64) {
        const uint64_t a = four_of(index + i), b = four_of(index + i + 4);
        s0 += pair_at(pairs, a & 0xffffU);
        s1 += pair_at(pairs, a >> 16 & 0xffffU);
        s2 += pair_at(pairs, a >> 32 & 0xffffU);
        s3 += pair_at(pairs, a >> 48);
        s4 += pair_at(pairs, b & 0xffffU);
        s5 += pair_at(pairs, b >> 16 & 0xffffU);
        s6 += pair_at(pairs, b >> 32 & 0xffffU);
        s7 += pair_at(pairs, b >> 48);
    }
    s[0] = s0, s[1] = s1, s[2] = s2, s[3] = s3, s[4] = s4, s[5] = s5, s[6] = s6, s[7] = s7;
    memcpy(lanes, s, sizeof s);
}

/* The last draws, fewer than there are lanes. */
static inline void add_rest(double *lanes, const double *values, const uint16_t *index, size_t count,
                            bool paired)
{
    for (size_t l = 0; l < count; l++) {
        if (paired) {
            lanes[2 * l] += values[2 * (size_t)index[l]];
            lanes[2 * l + 1] += values[2 * (size_t)index[l] + 1];
        } else {
            lanes[l] += values[index[l]];
        }
    }
}

#endif
