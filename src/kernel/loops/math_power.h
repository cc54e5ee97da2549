/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * kernel/loops/math_power.h: x^y for inlining into loops, with the special values of C99 (7.12.7.4, F.9.4.4):
 *   x^0 = 1 and 1^y = 1 for every x and y, NaN among them; (-1)^(+-infinity) = 1; any other NaN gives NaN;
 *   x < 0 finite: NaN unless y is whole, negative where y is odd; (+-0)^y keeps the sign where y is odd and
 * is infinite for y < 0; infinite x and y as the limits say, (-infinity)^y negative where y is odd.
 *
 * f64: log x as two doubles (relative error below 2^-64), y times it, exp of both. Error below 1 unit of the
 * last place, subnormal results are rounded once more; worst against mpmath 0.80
 * (tests/data/kernel_power.txt). f32: exp(y log x) in double, rounded once to float: error below 0.51.
 */
#ifndef BRISK_KERNEL_LOOPS_MATH_POWER_H
#define BRISK_KERNEL_LOOPS_MATH_POWER_H

#include "kernel/loops/math_f64.h"

static inline double bk_size_of_f64(double x)
{
    return bk_from_bits_f64(bk_bits_f64(x) & 0x7fffffffffffffffU);
}

/* Whole numbers, infinity among them. */
static inline int bk_is_whole_f64(double size)
{
    const double cut = size < 0x1p+52 ? (size + 0x1p+52) - 0x1p+52 : size;
    return cut == size;
}

/* x^y from p = |x|^y, which is right where |x| is positive, finite and not 1. */
static inline double bk_pow_finish_f64(double p, double x, double y)
{
    const double size = bk_size_of_f64(x), y_size = bk_size_of_f64(y);
    const double infinity = __builtin_inf();
    const int whole = bk_is_whole_f64(y_size);
    const int odd = whole & !bk_is_whole_f64(0.5 * y_size);
    const double at_zero = y < 0.0 ? infinity : 0.0;
    const double at_infinity = y < 0.0 ? 0.0 : infinity;
    double r = size == 1.0 ? 1.0 : p;
    r = size == 0.0 ? at_zero : r;
    r = size == infinity ? at_infinity : r;
    const uint64_t sign = odd ? bk_bits_f64(x) & 0x8000000000000000U : 0U;
    r = bk_from_bits_f64(bk_bits_f64(r) ^ sign);
    r = ((x < 0.0) & (size != infinity) & !whole) ? __builtin_nan("") : r;
    r = ((x != x) | (y != y)) ? __builtin_nan("") : r;
    return ((y == 0.0) | (x == 1.0)) ? 1.0 : r;
}

/* high + low = log x for a positive finite x. With s = f / (2 + f): 2 s + (2/3) s^3 + s^5 R(s^2), the first
 * two terms in two doubles each. */
static inline double bk_log_wide_f64(double *low, double x)
{
    double k;
    const double m = bk_log_split_f64(&k, x < 0x1p-1022 ? x * 0x1p+54 : x);
    k -= x < 0x1p-1022 ? 54.0 : 0.0;
    const double f = m - 1.0;
    const double d = m + 1.0;
    const double d_low = m - (d - 1.0);
    const double s = f / d;
    const double s_low = (bk_fma_f64(-s, d, f) - s * d_low) / d;
    const double z = s * s;
    const double z_low = bk_fma_f64(s, s, -z) + 2.0 * (s * s_low);
    const double cube = s * z;
    const double cube_low = bk_fma_f64(s, z, -cube) + (s * z_low + s_low * z);
    const double u = 0x1.5555555555555p-1 * cube;
    const double u_low = bk_fma_f64(0x1.5555555555555p-1, cube, -u) +
                         (0x1.5555555555555p-1 * cube_low + 0x1.5555555555555p-55 * cube);
    double q = 0x1.e03e3af5c2272p-4;
    q = bk_fma_f64(q, z, 0x1.df7b30caae976p-4);
    q = bk_fma_f64(q, z, 0x1.1118cffb2d49ap-3);
    q = bk_fma_f64(q, z, 0x1.3b1395a96d2cbp-3);
    q = bk_fma_f64(q, z, 0x1.745d177afef25p-3);
    q = bk_fma_f64(q, z, 0x1.c71c71c6ea203p-3);
    q = bk_fma_f64(q, z, 0x1.2492492492523p-2);
    q = bk_fma_f64(q, z, 0x1.999999999999ap-2);
    const double w = cube * z * q;
    const double a = 2.0 * s + u;
    const double a_low = (2.0 * s - a) + u + (2.0 * s_low + (u_low + w));
    const double high = bk_fma_f64(k, 0x1.62e42fefa3800p-1, a); /* the product alone is exact */
    const double b_low = (k * 0x1.62e42fefa3800p-1 - high) + a;
    *low = b_low + (a_low + k * 0x1.ef35793c76730p-45);
    return high;
}

/* e^(high + low). */
static inline double bk_exp_wide_f64(double high, double low)
{
    const double rounded = bk_fma_f64(high, 0x1.71547652b82fep+0, BK_ROUNDER_F64);
    const double n = rounded - BK_ROUNDER_F64;
    const double first = bk_fma_f64(n, -BK_LOG2_HIGH_F64, high);
    const double second = bk_fma_f64(n, -BK_LOG2_LOW_F64, low);
    const double r = first + second;
    const double rest = (first - r) + second;
    const double e = 1.0 + (r + bk_fma_f64(r * r, bk_exp_tail_f64(r), rest));
    const uint64_t biased = bk_bits_f64(rounded) - BK_ROUNDER_BITS_F64 + 2048U;
    const uint64_t half = biased >> 1;
    return e * bk_from_bits_f64((half - 1U) << 52) * bk_from_bits_f64((biased - half - 1U) << 52);
}

static inline double bk_pow_f64(double x, double y)
{
    double low;
    const double high = bk_log_wide_f64(&low, bk_size_of_f64(x));
    double product = y * high;
    double rest = bk_fma_f64(y, high, -product) + y * low;
    /* Beyond these the result is infinite or 0; NaN is dealt with at the end. */
    rest = ((product > 710.0) | (product < -746.0)) ? 0.0 : rest;
    product = product > 710.0 ? 710.0 : product;
    product = product < -746.0 ? -746.0 : product;
    return bk_pow_finish_f64(bk_exp_wide_f64(product, rest), x, y);
}

static inline float bk_pow_f32(float x, float y)
{
    const double wide_x = (double)x, wide_y = (double)y;
    const double p = bk_exp_f64(wide_y * bk_log_f64(bk_size_of_f64(wide_x)));
    return (float)bk_pow_finish_f64(p, wide_x, wide_y);
}

#endif
