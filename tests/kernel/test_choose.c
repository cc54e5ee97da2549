/* SPDX-License-Identifier: GPL-3.0-or-later
 * Comparisons, choices and extremes against plain C, for lengths around the lanes and every instruction set.
 */
#include <criterion/criterion.h>

#include "support.h"

enum { most = 83 };

static double less_of_two(double a, double b) { return isnan(a) ? a : isnan(b) ? b : a < b ? a : b; }
static double more_of_two(double a, double b) { return isnan(a) ? a : isnan(b) ? b : a > b ? a : b; }

/* Small numbers that tie, zeros of both signs, here and there infinity or (where wanted) NaN. */
static void fill(double *x, float *xf, int64_t *xi, size_t count, uint64_t seed, bool with_nan)
{
    uint64_t state = seed;
    for (size_t i = 0; i < count; i++) {
        const uint64_t bits = test_bits(&state);
        xi[i] = (int64_t)(bits % 9) - 4;
        x[i] = (double)xi[i] / 2;
        x[i] = bits % 61 == 3 ? -0.0 : bits % 67 == 5 ? INFINITY : bits % 71 == 7 ? -INFINITY : x[i];
        x[i] = with_nan && bits % 23 == 1 ? NAN : x[i];
        xf[i] = (float)x[i];
    }
}

#define SAME(found, wanted, name)                                                                            \
    cr_assert((isnan((double)(found)) && isnan((double)(wanted))) || (double)(found) == (double)(wanted),    \
              "%s, element %zu of %zu on %s: %g, not %g", name, i, count, bk_isa_name(isa), (double)(found), \
              (double)(wanted))

static void check(bk_isa isa, size_t count, bool with_nan)
{
    const bk_kernels *k = bk_kernels_of(isa);
    double a[most], b[most], y[most], m[most];
    float af[most], bf[most], yf[most], mf[most];
    int64_t ai[most], bi[most], yi[most], mi[most], c[most], cf[most], ci[most];
    fill(a, af, ai, count, count + 1, with_nan);
    fill(b, bf, bi, count, count + 100, with_nan);
    k->min_f64(m, a, 1, b, 1, count);
    k->min_f32(mf, af, 1, bf, 1, count);
    k->min_i64(mi, ai, 1, bi, 1, count);
    for (size_t i = 0; i < count; i++) {
        SAME(m[i], less_of_two(a[i], b[i]), "min");
        SAME(mf[i], less_of_two(a[i], b[i]), "min of f32");
        SAME(mi[i], less_of_two((double)ai[i], (double)bi[i]), "min of i64");
    }
#define COMPARED(op, sign)                                    \
    k->op##_f64(c, a, 1, b, 1, count);                        \
    k->op##_f32(cf, af, 1, bf, 1, count);                     \
    k->op##_i64(ci, ai, 1, bi, 1, count);                     \
    for (size_t i = 0; i < count; i++) {                      \
        SAME(c[i], a[i] sign b[i] ? 1 : 0, #op);              \
        SAME(cf[i], a[i] sign b[i] ? 1 : 0, #op " of f32");   \
        SAME(ci[i], ai[i] sign bi[i] ? 1 : 0, #op " of i64"); \
    }
    COMPARED(equal, ==)
    COMPARED(not_equal, !=)
    COMPARED(less, <)
    COMPARED(less_equal, <=)
    k->where_f64(y, c, a, b, count);
    k->where_f32(yf, cf, af, bf, count);
    k->where_i64(yi, ci, ai, bi, count);
    for (size_t i = 0; i < count; i++) {
        SAME(y[i], c[i] != 0 ? a[i] : b[i], "where");
        SAME(yf[i], cf[i] != 0 ? a[i] : b[i], "where of f32");
        SAME(yi[i], ci[i] != 0 ? ai[i] : bi[i], "where of i64");
    }
    k->abs_f64(y, a, count);
    k->abs_f32(yf, af, count);
    k->abs_i64(yi, ai, count);
    k->sign_f64(m, a, count);
    k->sign_f32(mf, af, count);
    k->sign_i64(mi, ai, count);
    for (size_t i = 0; i < count; i++) {
        const double sign = isnan(a[i]) ? a[i] : a[i] > 0 ? 1 : a[i] < 0 ? -1 : 0;
        SAME(y[i], fabs(a[i]), "abs");
        SAME(yf[i], fabs(a[i]), "abs of f32");
        SAME(yi[i], fabs((double)ai[i]), "abs of i64");
        SAME(m[i], sign, "sign");
        SAME(mf[i], sign, "sign of f32");
        SAME(mi[i], ai[i] > 0 ? 1 : ai[i] < 0 ? -1 : 0, "sign of i64");
        cr_assert(a[i] != 0 || (!signbit(y[i]) && !signbit(m[i]) && !signbit(yf[i]) && !signbit(mf[i])));
    }
    k->clamp_f64(y, a, -1, 0.5, count);
    k->clamp_f32(yf, af, -1, 0.5F, count);
    k->clamp_i64(yi, ai, -1, 2, count);
    k->clamp_gradient_f64(m, b, a, -1, 0.5, count);
    k->clamp_gradient_f32(mf, bf, af, -1, 0.5F, count);
    for (size_t i = 0; i < count; i++) {
        const bool inside = a[i] >= -1 && a[i] <= 0.5;
        SAME(y[i], isnan(a[i]) || inside ? a[i] : a[i] < -1 ? -1 : 0.5, "clamp");
        SAME(yf[i], isnan(a[i]) || inside ? a[i] : a[i] < -1 ? -1 : 0.5, "clamp of f32");
        SAME(yi[i], ai[i] < -1 ? -1 : ai[i] > 2 ? 2 : ai[i], "clamp of i64");
        SAME(m[i], inside ? b[i] : 0, "gradient of clamp");
        SAME(mf[i], inside ? b[i] : 0, "gradient of clamp of f32");
    }
    double least = a[0], largest = a[0], least_i = (double)ai[0], largest_i = (double)ai[0];
    for (size_t i = 1; i < count; i++) {
        least = less_of_two(least, a[i]);
        largest = more_of_two(largest, a[i]);
        least_i = less_of_two(least_i, (double)ai[i]);
        largest_i = more_of_two(largest_i, (double)ai[i]);
    }
    const size_t i = 0;
    SAME(k->min_of_f64(a, count), least, "least");
    SAME(k->min_of_f32(af, count), least, "least of f32");
    SAME(k->min_of_i64(ai, count), least_i, "least of i64");
    SAME(k->max_of_f64(a, count), largest, "largest");
    SAME(k->max_of_f32(af, count), largest, "largest of f32");
    SAME(k->max_of_i64(ai, count), largest_i, "largest of i64");
}

Test(choose, agrees_with_plain_c_on_every_instruction_set)
{
    for (int isa = 0; isa < BK_ISA_COUNT; isa++) {
        for (size_t count = 1; bk_kernels_of((bk_isa)isa) != NULL && count <= most; count++) {
            check((bk_isa)isa, count, false);
            check((bk_isa)isa, count, true);
        }
    }
}

/* Which of -0 and 0 an extreme is depends on the values alone. */
Test(choose, the_sign_of_a_zero_is_the_same_everywhere)
{
    double x[most];
    float xf[most];
    for (size_t count = 1; count <= most; count++) {
        uint64_t state = count;
        for (size_t i = 0; i < count; i++) {
            x[i] = test_bits(&state) % 2 == 0 ? 0.0 : -0.0;
            xf[i] = (float)x[i];
        }
        const bk_kernels *plain = bk_kernels_of(BK_ISA_SCALAR);
        for (int isa = 1; isa < BK_ISA_COUNT; isa++) {
            const bk_kernels *k = bk_kernels_of((bk_isa)isa);
            if (k != NULL) {
                cr_assert(same_f64(k->max_of_f64(x, count), plain->max_of_f64(x, count)));
                cr_assert(same_f64(k->min_of_f64(x, count), plain->min_of_f64(x, count)));
                cr_assert(same_f32(k->max_of_f32(xf, count), plain->max_of_f32(xf, count)));
                cr_assert(same_f32(k->min_of_f32(xf, count), plain->min_of_f32(xf, count)));
            }
        }
    }
}
