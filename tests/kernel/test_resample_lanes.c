/* SPDX-License-Identifier: GPL-3.0-or-later
 * Resampling in plain words, one resample at a time, compiled here, against every instruction set: the
 * vectors of each have operations of their own, and all draw the same. */
#include <criterion/criterion.h>

#include "support.h"

#define BK_KERNEL_ISA test
#define BK_WORDS      1
#include "kernel/loops/resample.c"

enum { resamples = 37, largest = 1500 };

static uint64_t state[2 * resamples], increment[2 * resamples];
static double values[2 * largest];

static void start(uint64_t seed)
{
    for (size_t i = 0; i < 2 * resamples; i++) {
        state[i] = test_bits(&seed);
        increment[i] = test_bits(&seed) | 1U;
    }
    for (size_t i = 0; i < 2 * largest; i++) {
        values[i] = (double)(test_bits(&seed) >> 11) * 0x1p-53 - 0.5;
    }
}

/* All that the kernels make of n things: as many draws as things, and more than bytes hold. */
static void check(const bk_kernels *kernels, size_t n, size_t draws)
{
    static uint32_t counts[resamples * largest], plain_counts[resamples * largest];
    static double lanes[resamples * 16], plain_lanes[resamples * 16];
    kernels->resample_counts(counts, n, draws, state, increment, resamples);
    bk_kernel_resample_counts_test(plain_counts, n, draws, state, increment, resamples);
    cr_assert(memcmp(counts, plain_counts, n * resamples * sizeof counts[0]) == 0, "counts of %zu", n);
    kernels->resample_sums(lanes, values, n, draws, state, increment, resamples);
    bk_kernel_resample_sums_test(plain_lanes, values, n, draws, state, increment, resamples);
    cr_assert(memcmp(lanes, plain_lanes, sizeof lanes / 2) == 0, "sums of %zu", n);
    kernels->resample_pairs(lanes, values, n, draws, state, increment, resamples);
    bk_kernel_resample_pairs_test(plain_lanes, values, n, draws, state, increment, resamples);
    cr_assert(memcmp(lanes, plain_lanes, sizeof lanes) == 0, "pairs of %zu", n);
}

Test(resample_lanes, all_sets_draw_what_plain_words_draw)
{
    const size_t sizes[] = {1, 2, 3, 4, 7, 8, 15, 16, 31, 32, 63, 64, 127, 128, 333, 1000, 1024, largest};
    for (bk_isa isa = BK_ISA_SCALAR; isa < BK_ISA_COUNT; isa++) {
        const bk_kernels *kernels = bk_kernels_of(isa);
        for (size_t i = 0; kernels && i < sizeof sizes / sizeof sizes[0]; i++) {
            start(i);
            check(kernels, sizes[i], sizes[i]);
            check(kernels, sizes[i], 3 * sizes[i]);
            check(kernels, sizes[i], 300);
        }
    }
}
