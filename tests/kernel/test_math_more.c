/* SPDX-License-Identifier: GPL-3.0-or-later
 * log1p, softplus, square root, sine, cosine and powers: doubles against mpmath
 * (data/make_kernel_math_more_f64.py), floats against the C library in double, special values as C99 has
 * them, the same bits on every instruction set. */
#include <stdio.h>

#include <criterion/criterion.h>

#include "support.h"

enum { functions = 5, chunk = 4096 };
static const char *const names[functions] = {"log1p", "softplus", "sqrt", "sin", "cos"};
/* The bounds of loops/math_*.h in units of the last place; a subnormal power is rounded once more. */
static const double bounds_f64[functions] = {1.1, 2.0, 0.5000001, 1.0, 1.0};
static const double bounds_f32[functions] = {1.3, 2.0, 0.5000001, 0.51, 0.51};
static const double power_bound_f64 = 1.0, power_bound_f32 = 0.51;

static map_f32 of_f32(const bk_kernels *k, int which)
{
    const map_f32 all[functions] = {k->log1p_f32, k->softplus_f32, k->sqrt_f32, k->sin_f32, k->cos_f32};
    return all[which];
}

static map_f64 of_f64(const bk_kernels *k, int which)
{
    const map_f64 all[functions] = {k->log1p_f64, k->softplus_f64, k->sqrt_f64, k->sin_f64, k->cos_f64};
    return all[which];
}

static double distance_f64(double y, double high, double low)
{
    int exponent;
    (void)frexp(high, &exponent);
    return fabs((y - high) - low) / ldexp(1.0, (exponent < -1021 ? -1021 : exponent) - 53);
}

static double distance_f32(float y, double exact)
{
    int exponent;
    (void)frexp(exact, &exponent);
    return fabs((double)y - exact) / ldexp(1.0, (exponent < -125 ? -125 : exponent) - 24);
}

Test(math_more, doubles_agree_with_mpmath)
{
    FILE *file = fopen(BRISK_TEST_DATA "/kernel_math_more_f64.txt", "r");
    cr_assert(file != NULL);
    char name[32];
    double x, exponent, high, low, worst[functions + 1] = {0};
    int rows = 0;
    const bk_kernels *kernels = bk_kernels_in_use();
    while (fscanf(file, "%31s %la %la %la %la", name, &x, &exponent, &high, &low) == 5) {
        double y;
        int which = 0;
        while (which < functions && strcmp(name, names[which]) != 0) {
            which++;
        }
        if (which < functions) {
            of_f64(kernels, which)(&y, &x, 1);
        } else {
            kernels->pow_f64(&y, &x, 1, &exponent, 1, 1);
        }
        const double distance = distance_f64(y, high, low);
        const double subnormal = fabs(high) < 0x1p-1022 ? 0.5 : 0.0;
        const double bound = (which < functions ? bounds_f64[which] : power_bound_f64) + subnormal;
        cr_assert(distance < bound, "%s(%a, %a) = %a is %.3f units from %a", name, x, exponent, y, distance,
                  high);
        worst[which] = distance > worst[which] && subnormal == 0.0 ? distance : worst[which];
        rows++;
    }
    (void)fclose(file);
    cr_assert(rows == 4500);
    for (int which = 0; which <= functions; which++) {
        cr_log_info("%s: worst %.3f", which < functions ? names[which] : "pow", worst[which]);
        cr_assert(worst[which] > 0.4); /* a table that is nothing but easy arguments shows little */
    }
}

/* ---- Floats ---- */

static double reference(int which, double x)
{
    switch (which) {
    case 0:
        return log1p(x);
    case 1:
        return x > 0 ? x + log1p(exp(-x)) : log1p(exp(x));
    case 2:
        return sqrt(x);
    case 3:
        return sin(x);
    default:
        return cos(x);
    }
}

static void sweep(int which)
{
    float x[chunk], y[chunk];
    uint64_t bits = 0;
    while (bits <= UINT32_MAX) {
        size_t n = 0;
        for (; n < chunk && bits <= UINT32_MAX; bits += 1009) {
            x[n++] = test_float((uint32_t)bits);
        }
        of_f32(bk_kernels_in_use(), which)(y, x, n);
        for (size_t i = 0; i < n; i++) {
            const double exact = reference(which, (double)x[i]);
            if (isnan(exact) || isinf((float)exact) || isinf(y[i])) {
                cr_assert(same_f32(y[i], (float)exact), "%s(%a) = %a", names[which], (double)x[i],
                          (double)y[i]);
                continue;
            }
            const double distance = distance_f32(y[i], exact);
            cr_assert(distance < bounds_f32[which], "%s(%a) = %a is %.3f units off", names[which],
                      (double)x[i], (double)y[i], distance);
        }
    }
}

Test(math_more, floats_log1p) { sweep(0); }
Test(math_more, floats_softplus) { sweep(1); }
Test(math_more, floats_sqrt) { sweep(2); }
Test(math_more, floats_sin) { sweep(3); }
Test(math_more, floats_cos) { sweep(4); }

Test(math_more, floats_pow)
{
    static float x[chunk], e[chunk], y[chunk];
    uint64_t state = 31;
    for (int round = 0; round < 60; round++) {
        for (size_t i = 0; i < chunk; i++) {
            const uint64_t bits = test_bits(&state);
            x[i] =
                bits % 4 == 0 ? test_float((uint32_t)(bits >> 20)) : (float)((double)(bits >> 12) * 0x1p-50);
            e[i] = bits % 8 < 2 ? (float)(int)(bits >> 59) - 16.0F
                                : (float)((double)(int32_t)(bits >> 16) * 0x1p-26);
        }
        bk_kernels_in_use()->pow_f32(y, x, 1, e, 1, chunk);
        for (size_t i = 0; i < chunk; i++) {
            const double exact = pow((double)x[i], (double)e[i]);
            if (isnan(exact) || isinf((float)exact) || isinf(y[i])) {
                cr_assert(same_f32(y[i], (float)exact), "pow(%a, %a) = %a, not %a", (double)x[i],
                          (double)e[i], (double)y[i], exact);
                continue;
            }
            cr_assert(distance_f32(y[i], exact) < power_bound_f32, "pow(%a, %a) = %a, not %a", (double)x[i],
                      (double)e[i], (double)y[i], exact);
        }
    }
}

/* ---- Special values ---- */

/* C99 F.9.4.4, and exact whole powers; the C library is the reference for which is which, glibc follows the
 * standard to the letter. */
Test(math_more, special_values_of_pow)
{
    const double values[] = {0.0,        -0.0,          1.0,       -1.0,   2.0,       -2.0,      0.5,
                             -0.5,       3.0,           -3.0,      0x1p53, 1e300,     -1e300,    1e-310,
                             -1e-310,    INFINITY,      -INFINITY, NAN,    0.9999999, 1.0000001, 5e-324,
                             0x1p53 - 1, -(0x1p53 - 1), 2.5,       -2.5,   1024,      -1024,     1074,
                             -1074,      1075,          -1076};
    enum { count = sizeof values / sizeof values[0] };
    for (int isa = 0; isa < BK_ISA_COUNT; isa++) {
        const bk_kernels *kernels = bk_kernels_of((bk_isa)isa);
        for (int i = 0; kernels != NULL && i < count; i++) {
            for (int j = 0; j < count; j++) {
                double y;
                kernels->pow_f64(&y, &values[i], 1, &values[j], 1, 1);
                const double exact = pow(values[i], values[j]);
                const bool special = isnan(exact) || isinf(exact) || exact == 0 || fabs(exact) == 1;
                cr_assert(special ? same_f64(y, exact) : distance_f64(y, exact, 0.0) < 2.0,
                          "pow(%a, %a) = %a, not %a", values[i], values[j], y, exact);
                float yf;
                const float xf = (float)values[i], ef = (float)values[j];
                kernels->pow_f32(&yf, &xf, 1, &ef, 1, 1);
                const float exact_f = powf(xf, ef);
                const bool special_f =
                    isnan(exact_f) || isinf(exact_f) || exact_f == 0 || fabsf(exact_f) == 1;
                cr_assert(special_f ? same_f32(yf, exact_f) : distance_f32(yf, (double)exact_f) < 2.0,
                          "powf(%a, %a) = %a, not %a", (double)xf, (double)ef, (double)yf, (double)exact_f);
            }
        }
    }
}

Test(math_more, special_values)
{
    const double x[] = {0.0,  -0.0,   INFINITY, -INFINITY, NAN,      -1.0,
                        -2.0, 5e-324, -5e-324,  1e308,     0x1p1023, 1e22};
    enum { count = sizeof x / sizeof x[0] };
    for (int isa = 0; isa < BK_ISA_COUNT; isa++) {
        const bk_kernels *kernels = bk_kernels_of((bk_isa)isa);
        for (int which = 0; kernels != NULL && which < functions; which++) {
            double y[count];
            of_f64(kernels, which)(y, x, count);
            for (int i = 0; i < count; i++) {
                const double exact = reference(which, x[i]);
                const bool special = isnan(exact) || isinf(exact) || exact == 0 || x[i] == 0;
                /* log 2 = softplus(0) is exact to half a unit, as all are. */
                cr_assert(special && which != 1 ? same_f64(y[i], exact)
                          : isnan(exact)        ? isnan(y[i])
                          : isinf(exact)        ? y[i] == exact
                                                : distance_f64(y[i], exact, 0.0) < 2.1,
                          "%s(%a) = %a, not %a, on %s", names[which], x[i], y[i], exact,
                          bk_isa_name((bk_isa)isa));
            }
        }
    }
}

/* ---- The same bits ---- */

static void arguments(double *x, float *xf, size_t count, uint64_t state)
{
    for (size_t i = 0; i < count; i++) {
        const uint64_t bits = test_bits(&state);
        x[i] = bits % 3 == 0 ? test_double(test_bits(&state)) : (double)(int32_t)(bits >> 32) * 0x1p-27;
        xf[i] = bits % 3 == 0 ? test_float((uint32_t)(bits >> 16)) : (float)x[i];
    }
}

Test(math_more, same_bits_on_every_instruction_set)
{
    enum { count = 1031 };
    static double x[count], e[count], y[2][count];
    static float xf[count], ef[count], yf[2][count];
    arguments(x, xf, count, 41);
    arguments(e, ef, count, 42);
    for (int isa = 0; isa < BK_ISA_COUNT; isa++) {
        const bk_kernels *kernels = bk_kernels_of((bk_isa)isa);
        for (int which = 0; kernels != NULL && which <= functions; which++) {
            const bk_kernels *both[2] = {bk_kernels_of(BK_ISA_SCALAR), kernels};
            for (int k = 0; k < 2; k++) {
                if (which < functions) {
                    of_f64(both[k], which)(y[k], x, count);
                    of_f32(both[k], which)(yf[k], xf, count);
                } else {
                    both[k]->pow_f64(y[k], x, 1, e, 1, count);
                    both[k]->pow_f32(yf[k], xf, 1, ef, 1, count);
                }
            }
            for (size_t i = 0; i < count; i++) {
                cr_assert(same_f64(y[0][i], y[1][i]) && same_f32(yf[0][i], yf[1][i]), "%s(%a) on %s",
                          which < functions ? names[which] : "pow", x[i], bk_isa_name((bk_isa)isa));
            }
        }
    }
}

/* Steps of 0 and 2, starts anywhere, y over x. */
Test(math_more, steps_places_and_aliasing_do_not_matter)
{
    enum { count = 200 };
    static double x[count], e[count], whole[count], y[count];
    static float unused_x[count], unused_e[count];
    arguments(x, unused_x, count, 51);
    arguments(e, unused_e, count, 52);
    const bk_kernels *kernels = bk_kernels_in_use();
    kernels->pow_f64(whole, x, 1, e, 1, count);
    kernels->pow_f64(y, x, 2, e, 2, count / 2);
    for (size_t i = 0; i < count / 2; i++) {
        cr_assert(same_f64(y[i], whole[2 * i]));
    }
    kernels->pow_f64(y, x, 1, e + 7, 0, count);
    for (size_t i = 0; i < count; i++) {
        double one;
        kernels->pow_f64(&one, x + i, 1, e + 7, 1, 1);
        cr_assert(same_f64(y[i], one));
    }
    for (int which = 0; which < functions; which++) {
        of_f64(kernels, which)(whole, x, count);
        memcpy(y, x, sizeof y);
        of_f64(kernels, which)(y + 3, y + 3, count - 3);
        for (size_t i = 3; i < count; i++) {
            cr_assert(same_f64(y[i], whole[i]), "%s(%a)", names[which], x[i]);
        }
    }
}

/* As in test_frozen_bits.c: the bits on fixed arguments are those of every compiler, today and later. */
static uint64_t digest(const void *data, size_t size)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < size; i++) {
        hash = (hash ^ ((const unsigned char *)data)[i]) * UINT64_C(0x100000001b3);
    }
    return hash;
}

Test(math_more, frozen_bits)
{
    enum { count = 3000 };
    static const uint64_t expected[functions + 1][2] = {
        {0x5fce41bb67c05f36, 0x64a7f34548164351}, {0x54b28a58d25ccbc1, 0x6d1f611719e04f05},
        {0x7d0954a4513c65e3, 0x7109beb762e34ad6}, {0x01e0e1facd40eff5, 0xc3f34645d8adfdc0},
        {0x3eebb2cb6d421806, 0xb9c81adc272e4259}, {0xcb5e0ec75549a0b7, 0xfb88c538152b8c0a}};
    static double x[count], y[count];
    static float xf[count], yf[count];
    const bk_kernels *kernels = bk_kernels_in_use();
    for (int which = 0; which <= functions; which++) {
        uint64_t state = 61;
        for (size_t i = 0; i < count; i++) {
            x[i] = (double)(int64_t)test_bits(&state) * 0x1p-59 * (i % 2 == 0 ? 1.0 : 0x1p-7);
            x[i] = i % 5 == 0 ? x[i] * 0x1p+40 : x[i]; /* far angles */
            x[i] = which == 0 || which == 2 || which == functions ? fabs(x[i]) : x[i];
            xf[i] = (float)x[i];
        }
        if (which < functions) {
            of_f64(kernels, which)(y, x, count);
            of_f32(kernels, which)(yf, xf, count);
        } else {
            const double third = 1.0 / 3;
            const float third_f = 1.0F / 3;
            kernels->pow_f64(y, x, 1, &third, 0, count);
            kernels->pow_f32(yf, xf, 1, &third_f, 0, count);
        }
        const uint64_t found = digest(y, sizeof y), found_f = digest(yf, sizeof yf);
        cr_expect(found_f == expected[which][0] && found == expected[which][1], "%s: {0x%016llx, 0x%016llx}",
                  which < functions ? names[which] : "pow", (unsigned long long)found_f,
                  (unsigned long long)found);
    }
}
