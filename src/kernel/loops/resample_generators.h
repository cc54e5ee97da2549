/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * kernel/loops/resample_generators.h: the generators of resamples that lie side by side, one a lane.
 */
#ifndef BRISK_KERNEL_LOOPS_RESAMPLE_GENERATORS_H
#define BRISK_KERNEL_LOOPS_RESAMPLE_GENERATORS_H

#include "kernel/loops/resample_lanes.h"

#define BK_PCG64_FACTOR UINT64_C(0xda942042e4dd58b5)

__extension__ typedef unsigned __int128 bk_u128;

/* ---- Generators -----------------------------------------------------------------------------------------
 */

/* PCG64-DXSM, one a lane. */
typedef struct generators {
    words high, low, increment_high, increment_low;
} generators;

#if BK_WORDS > 1
static inline words low_product(words a, words b)
{
#if defined(__AVX512DQ__)
    return a * b;
#else
    return bk_multiply_halves(a, b) +
           ((bk_multiply_halves(a >> 32, b) + bk_multiply_halves(a, b >> 32)) << 32);
#endif
}

/* One draw and one step of each; no sum overflows a word (pcg64.c). */
static inline words next_words(generators *of)
{
    const words f0 = all_of(BK_PCG64_FACTOR), f1 = all_of(BK_PCG64_FACTOR >> 32);
    words drawn = of->high;
    drawn ^= drawn >> 32;
    drawn = low_product(drawn, f0);
    drawn ^= drawn >> 48;
    drawn = low_product(drawn, of->low | 1U);
    const words x0 = of->low, x1 = x0 >> 32;
    const words bottom = bk_multiply_halves(x0, f0) + (of->increment_low & BK_LOW_HALF);
    const words cross = bk_multiply_halves(x1, f0) + (bottom >> 32);
    const words middle = bk_multiply_halves(x0, f1) + (cross & BK_LOW_HALF) + (of->increment_low >> 32);
    const words carried = bk_multiply_halves(x1, f1) + (cross >> 32) + (middle >> 32);
    of->high = low_product(of->high, f0) + (carried + of->increment_high);
    of->low = (middle << 32) | (bottom & BK_LOW_HALF);
    return drawn;
}
#else
static inline words next_words(generators *of)
{
    words drawn = of->high;
    drawn ^= drawn >> 32;
    drawn *= BK_PCG64_FACTOR;
    drawn ^= drawn >> 48;
    drawn *= of->low | 1U;
    const bk_u128 state = (bk_u128)of->high << 64 | of->low;
    const bk_u128 increment = (bk_u128)of->increment_high << 64 | of->increment_low;
    const bk_u128 next = state * BK_PCG64_FACTOR + increment;
    of->high = (uint64_t)(next >> 64);
    of->low = (uint64_t)next;
    return drawn;
}
#endif

/* Those that are not active go back to where they were. */
static inline void put_back(generators *of, const generators *before, words active)
{
    of->high = select_words(active, of->high, before->high);
    of->low = select_words(active, of->low, before->low);
}

#endif
