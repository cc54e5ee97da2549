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

/* PCG64-DXSM, one a lane, in the form that the products of the instruction set like best. */
#if BK_WORDS == 8
typedef struct generators {
    words high, low, increment_high, increment_low;
} generators;

static inline generators make_generators(words high, words low, words increment_high, words increment_low)
{
    return (generators){high, low, increment_high, increment_low};
}

/* One draw and one step of each; no sum overflows a word (pcg64.c). */
static inline words next_words(generators *of)
{
    const words f0 = all_of(BK_PCG64_FACTOR), f1 = all_of(BK_PCG64_FACTOR >> 32);
    words drawn = of->high;
    drawn ^= drawn >> 32;
    drawn *= f0;
    drawn ^= drawn >> 48;
    drawn *= of->low | 1U;
    const words x0 = of->low, x1 = x0 >> 32;
    const words bottom = bk_multiply_halves(x0, f0) + (of->increment_low & BK_LOW_HALF);
    const words cross = bk_multiply_halves(x1, f0) + (bottom >> 32);
    const words middle = bk_multiply_halves(x0, f1) + (cross & BK_LOW_HALF) + (of->increment_low >> 32);
    const words carried = bk_multiply_halves(x1, f1) + (cross >> 32) + (middle >> 32);
    of->high = of->high * f0 + (carried + of->increment_high);
    of->low = (middle << 32) | (bottom & BK_LOW_HALF);
    return drawn;
}

/* Those that are not active go back to where they were. */
static inline void put_back(generators *of, const generators *before, words active)
{
    of->high = select_words(active, of->high, before->high);
    of->low = select_words(active, of->low, before->low);
}
#elif BK_WORDS == 4
/* Without products of 64 bits the low word lies in halves, `middle` the upper one; what stands above the low
 * 32 bits of either counts for nothing. */
typedef struct generators {
    words high, middle, low, increment_high, increment_middle, increment_low;
} generators;

static inline generators make_generators(words high, words low, words increment_high, words increment_low)
{
    return (generators){high,           low >> 32,           low,
                        increment_high, increment_low >> 32, increment_low & BK_LOW_HALF};
}

/* The same by products of halves, one of which serves the draw and the step. No sum overflows a word: a
 * product of halves leaves room for two more. */
static inline words next_words(generators *of)
{
    const words f0 = all_of(BK_PCG64_FACTOR & BK_LOW_HALF), f1 = all_of(BK_PCG64_FACTOR >> 32);
    const words x0 = of->low, x1 = of->middle, h0 = of->high, h1 = upper_halves(h0);
    const words top = bk_multiply_halves(h1, f0), folded = h0 ^ h1, odd = x0 | 1U;
    words drawn = bk_multiply_halves(folded, f0) + ((top + bk_multiply_halves(folded, f1)) << 32);
    drawn ^= drawn >> 48;
    drawn = bk_multiply_halves(drawn, odd) +
            ((bk_multiply_halves(upper_halves(drawn), odd) + bk_multiply_halves(drawn, x1)) << 32);
    const words bottom = bk_multiply_halves(x0, f0) + of->increment_low;
    const words cross = bk_multiply_halves(x1, f0) + (bottom >> 32) + of->increment_middle;
    const words middle = bk_multiply_halves(x0, f1) + (cross & BK_LOW_HALF);
    const words carried = bk_multiply_halves(x1, f1) + (cross >> 32) + (middle >> 32);
    of->high = bk_multiply_halves(h0, f0) + ((top + bk_multiply_halves(h0, f1)) << 32) +
               (carried + of->increment_high);
    of->middle = middle;
    of->low = bottom;
    return drawn;
}

static inline void put_back(generators *of, const generators *before, words active)
{
    of->high = select_words(active, of->high, before->high);
    of->middle = select_words(active, of->middle, before->middle);
    of->low = select_words(active, of->low, before->low);
}
#else
/* The integer unit has products of 128 bits, and works beside the vectors. */
typedef struct generator {
    uint64_t high, low, increment_high, increment_low;
} generator;
typedef struct generators {
    generator lane[BK_WORDS];
} generators;

static inline generators make_generators(words high, words low, words increment_high, words increment_low)
{
    const words part[4] = {high, low, increment_high, increment_low};
    uint64_t word[4][BK_WORDS];
    memcpy(word, part, sizeof word);
    generators made;
    for (size_t r = 0; r < BK_WORDS; r++) {
        made.lane[r] = (generator){word[0][r], word[1][r], word[2][r], word[3][r]};
    }
    return made;
}

static inline uint64_t next_word(generator *of)
{
    uint64_t drawn = of->high;
    drawn ^= drawn >> 32;
    drawn *= BK_PCG64_FACTOR;
    drawn ^= drawn >> 48;
    drawn *= of->low | 1U;
    /* The factor has 64 bits: of the upper word no more than a product of 64 is wanted. */
    const bk_u128 increment = (bk_u128)of->increment_high << 64 | of->increment_low;
    const bk_u128 next = (bk_u128)of->low * BK_PCG64_FACTOR + increment;
    of->high = (uint64_t)(next >> 64) + of->high * BK_PCG64_FACTOR;
    of->low = (uint64_t)next;
    return drawn;
}

static inline words next_words(generators *of)
{
#if BK_WORDS == 1
    return next_word(&of->lane[0]);
#else
    const uint64_t first = next_word(&of->lane[0]), second = next_word(&of->lane[1]);
    return (words){first, second};
#endif
}

static inline void put_back(generators *of, const generators *before, words active)
{
    uint64_t mask[BK_WORDS];
    memcpy(mask, &active, sizeof mask);
    for (size_t r = 0; r < BK_WORDS; r++) {
        if (!mask[r]) {
            of->lane[r] = before->lane[r];
        }
    }
}
#endif

#endif
