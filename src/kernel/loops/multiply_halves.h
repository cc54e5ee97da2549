/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * kernel/loops/multiply_halves.h: vectors of BK_WORDS 64-bit words, and the product of the even 32-bit
 * halves: one instruction. gcc does not make it of the plain twin beside it (it multiplies all 64 bits,
 * by three of them), which costs the random draws more than half of their time; clang does.
 */
#ifndef BRISK_KERNEL_LOOPS_MULTIPLY_HALVES_H
#define BRISK_KERNEL_LOOPS_MULTIPLY_HALVES_H

#include "kernel/loops/loop.h"

#if defined(__AVX2__)
#include <immintrin.h>
#endif

#define BK_LOW_HALF 0xffffffffU

typedef uint64_t bk_words __attribute__((vector_size(8 * BK_WORDS)));

static inline bk_words bk_multiply_halves_plain(bk_words a, bk_words b)
{
    return (a & BK_LOW_HALF) * (b & BK_LOW_HALF);
}

static inline bk_words bk_multiply_halves(bk_words a, bk_words b)
{
#if BK_WORDS == 8 && defined(__AVX512F__)
    return (bk_words)_mm512_mul_epu32((__m512i)a, (__m512i)b);
#elif BK_WORDS == 4 && defined(__AVX2__)
    return (bk_words)_mm256_mul_epu32((__m256i)a, (__m256i)b);
#else
    return bk_multiply_halves_plain(a, b);
#endif
}

#endif
