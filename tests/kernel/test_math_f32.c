/* SPDX-License-Identifier: GPL-3.0-or-later
 * Elementary functions of float against the C library in double, over a sweep of all bit patterns. */
#include <float.h>

#include <criterion/criterion.h>

#include "support.h"

enum { chunk = 4096 };

static double reference(int which, double x)
{
    switch (which) {
    case 0:
        return exp(x);
    case 1:
        return log(x);
    case 2:
        return tanh(x);
    case 3:
        return x >= 0.0 ? 1.0 / (1.0 + exp(-x)) : exp(x) / (1.0 + exp(x));
    default:
        return (x < 0.0 ? x : 0.0) - log1p(exp(-fabs(x)));
    }
}

/* The bounds that stand in loops/math_f32.h. */
static const double bounds[maps] = {1.1, 0.9, 2.6, 2.5, 2.0};

/* Distance in units of the last place of the exact value. */
static double distance_f32(float y, double exact)
{
    int exponent;
    (void)frexp(exact, &exponent);
    return fabs((double)y - exact) / ldexp(1.0, (exponent < -125 ? -125 : exponent) - 24);
}

static void check_one(int which, float x, float y)
{
    const double exact = reference(which, (double)x);
    if (isnan(exact) || isinf((float)exact) || isinf(y)) {
        cr_assert(same_f32(y, (float)exact), "%s(%a) = %a, not %a", map_names[which], (double)x, (double)y,
                  exact);
        return;
    }
    const double distance = distance_f32(y, exact);
    cr_assert(distance < bounds[which], "%s(%a) = %a is %.2f units off", map_names[which], (double)x,
              (double)y, distance);
}

/* Every 997th float, through every set but the slow baseline, which test_same_bits.c ties to them. */
static void sweep(int which, uint32_t stride)
{
    float x[chunk], y[chunk];
    uint64_t bits = 0;
    while (bits <= UINT32_MAX) {
        size_t n = 0;
        for (; n < chunk && bits <= UINT32_MAX; bits += stride) {
            x[n++] = test_float((uint32_t)bits);
        }
        map_of_f32(bk_kernels_in_use(), which)(y, x, n);
        for (size_t i = 0; i < n; i++) {
            check_one(which, x[i], y[i]);
        }
    }
}

Test(math_f32, exp_is_within_its_bound) { sweep(0, 997); }
Test(math_f32, log_is_within_its_bound) { sweep(1, 997); }
Test(math_f32, tanh_is_within_its_bound) { sweep(2, 997); }
Test(math_f32, sigmoid_is_within_its_bound) { sweep(3, 997); }
Test(math_f32, log_sigmoid_is_within_its_bound) { sweep(4, 997); }

Test(math_f32, tanh_never_exceeds_one_and_ends_there)
{
    float x[chunk], y[chunk];
    for (uint64_t bits = 0x40000000; bits <= 0x7f800000; bits += chunk * 37) {
        for (size_t i = 0; i < chunk; i++) {
            const uint64_t next = bits + i * 37;
            x[i] = test_float((uint32_t)(next < 0x7f800000 ? next : 0x7f800000));
        }
        bk_kernels_in_use()->tanh_f32(y, x, chunk);
        for (size_t i = 0; i < chunk; i++) {
            cr_assert(y[i] <= 1.0F);
            cr_assert(x[i] < 9.02F || y[i] == 1.0F);
        }
    }
}

Test(math_f32, special_values)
{
    const float x[] = {0.0F,      -0.0F,      INFINITY,  -INFINITY, NAN,
                       0x1p-149F, -0x1p-149F, 0x1p-126F, FLT_MAX,   -FLT_MAX};
    enum { count = sizeof x / sizeof x[0] };
    const float expected[maps][count] = {
        {1.0F, 1.0F, INFINITY, 0.0F, NAN, 1.0F, 1.0F, 1.0F, INFINITY, 0.0F},
        {-INFINITY, -INFINITY, INFINITY, NAN, NAN, -0x1.9d1dap+6F, NAN, -0x1.5d58ap+6F, 0x1.62e43p+6F, NAN},
        {0.0F, -0.0F, 1.0F, -1.0F, NAN, 0x1p-149F, -0x1p-149F, 0x1p-126F, 1.0F, -1.0F},
        {0.5F, 0.5F, 1.0F, 0.0F, NAN, 0.5F, 0.5F, 0.5F, 1.0F, 0.0F},
        {-0x1.62e43p-1F, -0x1.62e43p-1F, 0.0F, -INFINITY, NAN, -0x1.62e43p-1F, -0x1.62e43p-1F, -0x1.62e43p-1F,
         0.0F, -FLT_MAX}};
    for (int isa = 0; isa < BK_ISA_COUNT; isa++) {
        const bk_kernels *kernels = bk_kernels_of((bk_isa)isa);
        for (int which = 0; kernels != NULL && which < maps; which++) {
            float y[count];
            map_of_f32(kernels, which)(y, x, count);
            for (int i = 0; i < count; i++) {
                cr_assert(same_f32(y[i], expected[which][i]), "%s(%a) = %a on %s", map_names[which],
                          (double)x[i], (double)y[i], bk_isa_name((bk_isa)isa));
            }
        }
    }
}

Test(math_f32, sine_and_cosine_of_turns)
{
    const double two_pi = 6.283185307179586;
    float x[chunk], sine[chunk], cosine[chunk];
    uint64_t state = 1;
    for (int round = 0; round < 100; round++) {
        for (size_t i = 0; i < chunk; i++) {
            x[i] = (float)((double)(test_bits(&state) >> 11) * 0x1p-52 - 1.0);
        }
        bk_kernels_in_use()->sincos_turns_f32(sine, cosine, x, chunk);
        for (size_t i = 0; i < chunk; i++) {
            /* The reference reduces exactly too, so that relative errors at the zeros are real ones. */
            const double quarters = nearbyint(4.0 * (double)x[i]);
            const double rest = two_pi * ((double)x[i] - quarters / 4.0);
            const int turn = (int)quarters & 3;
            const double values[4] = {sin(rest), cos(rest), -sin(rest), -cos(rest)};
            cr_assert(distance_f32(sine[i], values[turn]) < 1.0, "sine of %a turns", (double)x[i]);
            cr_assert(distance_f32(cosine[i], values[(turn + 1) & 3]) < 1.0, "cosine of %a turns",
                      (double)x[i]);
        }
    }
    const float quarters[] = {0.0F, 0.25F, 0.5F, 0.75F, 1.0F, -0.25F};
    bk_kernels_in_use()->sincos_turns_f32(sine, cosine, quarters, 6);
    const float sines[] = {0.0F, 1.0F, 0.0F, -1.0F, 0.0F, -1.0F},
                cosines[] = {1.0F, 0.0F, -1.0F, 0.0F, 1.0F, 0.0F};
    for (int i = 0; i < 6; i++) {
        cr_assert(sine[i] == sines[i] && cosine[i] == cosines[i]);
    }
}
