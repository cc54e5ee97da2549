/* SPDX-License-Identifier: GPL-3.0-or-later
 * The baseline's own fused multiply-add of floats against the C library's. */
#include <criterion/criterion.h>

#include "support.h"

#define BK_KERNEL_ISA test
#include "kernel/loops/loop.h"

static void check(float a, float b, float c)
{
    const float ours = bk_fma_f32(a, b, c), exact = fmaf(a, b, c);
    cr_assert(same_f32(ours, exact), "fma(%a, %a, %a) = %a, not %a", (double)a, (double)b, (double)c,
              (double)ours, (double)exact);
}

Test(fma, random_bit_patterns)
{
    uint64_t state = 5;
    for (int i = 0; i < 2000000; i++) {
        const uint64_t bits = test_bits(&state);
        check(test_float((uint32_t)bits), test_float((uint32_t)(bits >> 32)),
              test_float((uint32_t)test_bits(&state)));
    }
}

/* A product that is half the last place of c but for a part in 2^40 or so: double cannot hold the sum,
 * which lands on the midpoint between two floats, and rounding it again goes the wrong way. */
Test(fma, near_midpoints)
{
    uint64_t state = 6;
    for (int i = 0; i < 1000000; i++) {
        const uint64_t bits = test_bits(&state);
        const float step = (float)(bits >> 40 & 7U) * 0x1p-23F;
        const float sign = (bits >> 32 & 1U) != 0 ? 1.0F : -1.0F;
        const float a = 1.0F + step, b = sign * (1.0F - step); /* a b = +-(1 - step^2) */
        const float c = test_float(0x3f800000U | (uint32_t)(bits & 0x7fffffU));
        check(a * 0x1p-12F, b * 0x1p-12F, c);
        check(a * 0x1p-50F, b * 0x1p-74F, c * 0x1p-100F);
        /* Midpoints between subnormal floats lie at other bits. */
        check(a * 0x1p-75F, b * 0x1p-75F, test_float((uint32_t)(bits & 0x7fffffU)));
        check(a * 0x1p-75F, b * 0x1p-75F, test_float(0x007fff00U | (uint32_t)(bits & 0xffU)));
    }
}

Test(fma, specials)
{
    const float values[] = {0.0F,     -0.0F,     1.0F,       -1.0F,     INFINITY,         -INFINITY,
                            NAN,      0x1p-149F, -0x1p-149F, 0x1p-126F, 0x1.fffffep+127F, -0x1.fffffep+127F,
                            0x1p-75F, 0x1p+64F,  3.0F};
    enum { count = sizeof values / sizeof values[0] };
    for (int i = 0; i < count * count * count; i++) {
        check(values[i % count], values[i / count % count], values[i / count / count]);
    }
}
