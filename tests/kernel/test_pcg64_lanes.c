/* SPDX-License-Identifier: GPL-3.0-or-later
 * The leapfrogging loop of the raw draws, compiled here without the instructions of AVX-512 that its
 * eight-word vectors are for, against the plain loop: it must hold even where this machine lacks them. */
#include <criterion/criterion.h>

#include "support.h"

/* Vectors of eight words, which gcc builds out of what the baseline has. */
#pragma GCC diagnostic ignored "-Wpsabi"
#define BK_KERNEL_ISA  test
#define BK_PCG64_WORDS 8
#include "kernel/loops/pcg64.c"

Test(pcg64_lanes, are_the_plain_sequence)
{
    uint64_t plain[400], lanes[400], state = 99;
    for (int round = 0; round < 300; round++) {
        const uint64_t increment[2] = {test_bits(&state), test_bits(&state) | 1U};
        uint64_t a[2] = {test_bits(&state), test_bits(&state)}, b[2] = {a[0], a[1]};
        const size_t count = test_bits(&state) % 400;
        bk_kernels_of(BK_ISA_SCALAR)->pcg64_fill(plain, a, increment, count);
        bk_kernel_pcg64_fill_test(lanes, b, increment, count);
        cr_assert(memcmp(plain, lanes, count * sizeof plain[0]) == 0 && a[0] == b[0] && a[1] == b[1]);
    }
}
