/* SPDX-License-Identifier: GPL-3.0-or-later
 * Resampling with replacement by indices from the 16-bit quarters of draws. A quarter that would make some
 * indices more probable than others names an extra value of 0 instead, so that nothing waits for a branch;
 * the caller draws as many again. */
#include "kernel/loops/resample_add.h"

#define BK_QUARTERS 512 /* looked at in one go; a multiple of the lanes */

/* index [count] of values [n], n where there is none; returns how many there are none. */
static inline size_t draw_16(uint16_t *index, size_t n, const uint64_t *draws, size_t count)
{
    const uint16_t bound = (uint16_t)n;
    const uint16_t least = (uint16_t)(65536U % (uint32_t)n);
    uint16_t none = 0;
#pragma omp simd reduction(+ : none)
    for (size_t i = 0; i < count; i++) {
        const uint16_t high = (uint16_t)(((uint32_t)quarter_of(draws, i) * bound) >> 16);
        const uint16_t low = (uint16_t)((uint32_t)quarter_of(draws, i) * bound);
        const uint16_t missed = low < least ? 1 : 0;
        index[i] = low < least ? bound : high;
        none = (uint16_t)(none + missed);
    }
    return none;
}

static inline size_t add_drawn_16(double *lanes, const double *values, size_t n, const uint64_t *draws,
                                  size_t quarters, bool paired)
{
    uint16_t index[BK_QUARTERS];
    size_t none = 0;
    for (size_t done = 0; done < quarters; done += BK_QUARTERS) {
        const size_t now = quarters - done < BK_QUARTERS ? quarters - done : BK_QUARTERS;
        const size_t whole = now - now % BK_LANES_F64;
        none += draw_16(index, n, draws + done / 4, now);
        if (paired) {
            add_pairs(lanes, values, index, whole);
        } else {
            add_values(lanes, values, index, whole);
        }
        add_rest(lanes, values, index + whole, now - whole, paired);
    }
    return none;
}

size_t BK_KERNEL_NAME(resample_sum_16)(double *lanes, const double *values, size_t n, const uint64_t *draws,
                                       size_t quarters)
{
    return add_drawn_16(lanes, values, n, draws, quarters, false);
}

size_t BK_KERNEL_NAME(resample_pairs_16)(double *lanes, const double *pairs, size_t n, const uint64_t *draws,
                                         size_t quarters)
{
    return add_drawn_16(lanes, pairs, n, draws, quarters, true);
}

size_t BK_KERNEL_NAME(resample_index_16)(uint32_t *index, size_t n, const uint64_t *draws, size_t quarters)
{
    uint16_t drawn[BK_QUARTERS];
    size_t count = 0;
    for (size_t done = 0; done < quarters; done += BK_QUARTERS) {
        const size_t now = quarters - done < BK_QUARTERS ? quarters - done : BK_QUARTERS;
        (void)draw_16(drawn, n, draws + done / 4, now);
        for (size_t i = 0; i < now; i++) {
            index[count] = drawn[i];
            count += drawn[i] < n ? 1 : 0;
        }
    }
    return count;
}
