/* SPDX-License-Identifier: GPL-3.0-or-later
 * Every instruction set gives the bits of the baseline, for every length and place of an array. */
#include <criterion/criterion.h>

#include "support.h"

enum { count = 4099 };

/* Random bit patterns of every kind, mixed with moderate numbers and the special ones. */
static void arguments_f32(float *x)
{
    static const float special[] = {0.0F,      -0.0F,  INFINITY, -INFINITY, NAN,   1.0F, -1.0F, 0x1p-149F,
                                    0x1p-126F, 88.72F, -87.34F,  -103.97F,  9.02F, 0.5F, 0.25F};
    uint64_t state = 11;
    for (size_t i = 0; i < count; i++) {
        const uint64_t bits = test_bits(&state);
        const float moderate = (float)((double)(int32_t)(bits >> 32) * 0x1p-27);
        x[i] = bits % 3 == 0 ? test_float((uint32_t)(bits >> 16)) : moderate;
    }
    memcpy(x + 100, special, sizeof special);
}

static void arguments_f64(double *x)
{
    static const double special[] = {0.0,       -0.0,   INFINITY, -INFINITY, NAN,  1.0, -1.0, 0x1p-1074,
                                     0x1p-1022, 709.78, -708.4,   -745.13,   22.0, 0.5, 0.25};
    uint64_t state = 12;
    for (size_t i = 0; i < count; i++) {
        const uint64_t bits = test_bits(&state);
        x[i] = bits % 3 == 0 ? test_double(test_bits(&state)) : (double)(int32_t)(bits >> 32) * 0x1p-27;
    }
    memcpy(x + 100, special, sizeof special);
}

Test(same_bits, maps_of_float)
{
    static float x[count], plain[count], y[count];
    arguments_f32(x);
    for (int which = 0; which < maps; which++) {
        map_of_f32(bk_kernels_of(BK_ISA_SCALAR), which)(plain, x, count);
        for (int isa = 1; isa < BK_ISA_COUNT; isa++) {
            if (bk_kernels_of((bk_isa)isa) == NULL) {
                continue;
            }
            map_of_f32(bk_kernels_of((bk_isa)isa), which)(y, x, count);
            for (size_t i = 0; i < count; i++) {
                cr_assert(same_f32(y[i], plain[i]), "%s(%a) is %a on %s and %a on scalar", map_names[which],
                          (double)x[i], (double)y[i], bk_isa_name((bk_isa)isa), (double)plain[i]);
            }
        }
    }
}

Test(same_bits, maps_of_double)
{
    static double x[count], plain[count], y[count];
    arguments_f64(x);
    for (int which = 0; which < maps; which++) {
        map_of_f64(bk_kernels_of(BK_ISA_SCALAR), which)(plain, x, count);
        for (int isa = 1; isa < BK_ISA_COUNT; isa++) {
            if (bk_kernels_of((bk_isa)isa) == NULL) {
                continue;
            }
            map_of_f64(bk_kernels_of((bk_isa)isa), which)(y, x, count);
            for (size_t i = 0; i < count; i++) {
                cr_assert(same_f64(y[i], plain[i]), "%s(%a) is %a on %s and %a on scalar", map_names[which],
                          x[i], y[i], bk_isa_name((bk_isa)isa), plain[i]);
            }
        }
    }
}

Test(same_bits, sine_and_cosine)
{
    static float x[count], s[2][count], c[2][count];
    static double xd[count], sd[2][count], cd[2][count];
    uint64_t state = 13;
    for (size_t i = 0; i < count; i++) {
        x[i] = (float)((double)(int64_t)test_bits(&state) * 0x1p-62);
        xd[i] = (double)(int64_t)test_bits(&state) * 0x1p-62;
    }
    for (int isa = 0; isa < BK_ISA_COUNT; isa++) {
        const bk_kernels *kernels = bk_kernels_of((bk_isa)isa);
        if (kernels != NULL) {
            kernels->sincos_turns_f32(s[isa > 0], c[isa > 0], x, count);
            kernels->sincos_turns_f64(sd[isa > 0], cd[isa > 0], xd, count);
        }
        if (kernels != NULL && isa > 0) {
            cr_assert(memcmp(s[0], s[1], sizeof s[0]) == 0 && memcmp(c[0], c[1], sizeof c[0]) == 0);
            cr_assert(memcmp(sd[0], sd[1], sizeof sd[0]) == 0 && memcmp(cd[0], cd[1], sizeof cd[0]) == 0);
        }
    }
}

/* Tails, unaligned starts, and y == x. */
Test(same_bits, length_place_and_aliasing_do_not_matter)
{
    static float x[count], whole[count], y[count];
    arguments_f32(x);
    for (int isa = 0; isa < BK_ISA_COUNT; isa++) {
        const bk_kernels *kernels = bk_kernels_of((bk_isa)isa);
        for (int which = 0; kernels != NULL && which < maps; which++) {
            map_of_f32(kernels, which)(whole, x, 128);
            for (size_t first = 0; first < 9; first++) {
                for (size_t n = 0; n < 70; n++) {
                    memcpy(y, x, sizeof y);
                    map_of_f32(kernels, which)(y + first, y + first, n);
                    for (size_t i = 0; i < 128; i++) {
                        const bool inside = i >= first && i < first + n;
                        cr_assert(same_f32(y[i], inside ? whole[i] : x[i]));
                    }
                }
            }
        }
    }
}
