/* SPDX-License-Identifier: GPL-3.0-or-later
 * Bounded integers: the multiply-high formula at every bound and at the ends of every value's range. */
#include <string.h>

#include <criterion/criterion.h>

#include "brisk/rng.h"
#include "kernel/kernel.h"

/* For each value v of a bound n, the halves that give v are ceil(v 2^32 / n) .. ceil((v + 1) 2^32 / n) - 1;
 * both ends are tried, on every instruction set. So each value has floor or ceil(2^32 / n) halves. */
static void check_bound(const bk_kernels *kernels, uint64_t bound, uint64_t first, uint64_t last)
{
    for (uint64_t v = first; v <= last; v++) {
        const uint64_t low = (v * 0x100000000 + bound - 1) / bound;
        const uint64_t high = ((v + 1) * 0x100000000 + bound - 1) / bound - 1;
        const uint64_t draws[2] = {high << 32 | low, low << 32 | high};
        uint32_t values[4];
        kernels->integer_u32(values, draws, 4, bound);
        for (int i = 0; i < 4; i++) {
            cr_assert(values[i] == v, "bound %llu", (unsigned long long)bound);
        }
    }
}

Test(integers, every_value_of_small_bounds_has_its_range)
{
    for (int isa = 0; isa < BK_ISA_COUNT; isa++) {
        const bk_kernels *kernels = bk_kernels_of((bk_isa)isa);
        for (uint64_t bound = 1; kernels != NULL && bound <= 300; bound++) {
            check_bound(kernels, bound, 0, bound - 1);
        }
    }
}

Test(integers, ends_of_large_bounds)
{
    const uint64_t bounds[] = {65535,      65536,      65537,      0x7fffffff,
                               0x80000000, 0x80000001, 0xfffffffe, 0xffffffff};
    for (int isa = 0; isa < BK_ISA_COUNT; isa++) {
        const bk_kernels *kernels = bk_kernels_of((bk_isa)isa);
        for (size_t i = 0; kernels != NULL && i < sizeof bounds / sizeof bounds[0]; i++) {
            check_bound(kernels, bounds[i], 0, 3);
            check_bound(kernels, bounds[i], bounds[i] - 4, bounds[i] - 2);
        }
        if (kernels != NULL) {
            const uint64_t draws[2] = {0x0123456789abcdef, 0xfedcba98ffffffff};
            uint32_t values[4];
            kernels->integer_u32(values, draws, 4, UINT64_C(1) << 32);
            cr_assert(values[0] == 0x89abcdef && values[1] == 0x01234567);
            cr_assert(values[2] == 0xffffffff && values[3] == 0xfedcba98);
        }
    }
}

Test(integers, high_half_of_the_128_bit_product)
{
    const uint64_t draws[4] = {0, UINT64_MAX, UINT64_C(1) << 63, 0x0123456789abcdef};
    const uint64_t bounds[4] = {1, 10, UINT64_C(1) << 63, UINT64_MAX};
    for (int isa = 0; isa < BK_ISA_COUNT; isa++) {
        const bk_kernels *kernels = bk_kernels_of((bk_isa)isa);
        for (int b = 0; kernels != NULL && b < 4; b++) {
            uint64_t values[4];
            kernels->integer_u64(values, draws, 4, bounds[b]);
            cr_assert(values[0] == 0 && values[1] == bounds[b] - 1 && values[2] == bounds[b] / 2);
            cr_assert(values[3] < bounds[b]);
        }
    }
}

Test(integers, impossible_bounds_are_refused)
{
    bk_stream stream = bk_stream_open(1, 1024, 0);
    const bk_stream before = stream;
    uint32_t value = 7;
    uint64_t wide = 7;
    cr_assert(bk_fill_integer_u32(&stream, &value, 1, 0) == BK_INVALID);
    cr_assert(bk_fill_integer_u32(&stream, &value, 1, (UINT64_C(1) << 32) + 1) == BK_INVALID);
    cr_assert(strstr(bk_error_message(), "4294967297") != NULL);
    cr_assert(bk_fill_integer_u64(&stream, &wide, 1, 0) == BK_INVALID);
    cr_assert(value == 7 && wide == 7 && memcmp(&stream, &before, sizeof stream) == 0);
    cr_assert(bk_fill_integer_u32(&stream, &value, 1, UINT64_C(1) << 32) == BK_OK);
}
