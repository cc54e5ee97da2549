/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * kernel/loops/math_f64.h: elementary functions of one double, for inlining into loops; the twin of
 * math_f32.h, where the formulas are explained. AVX2 has neither an arithmetic shift of 64-bit lanes
 * nor conversions between them and double, hence the biased exponents.
 *
 * Against mpmath at 3500 arguments (tests/data/kernel_math_f64.txt) the worst errors are exp 0.87, log
 * 0.73, tanh 1.40, sigmoid 1.38, log sigmoid 1.00, sine 0.81, cosine 0.78 units of the last place.
 */
#ifndef BRISK_KERNEL_LOOPS_MATH_F64_H
#define BRISK_KERNEL_LOOPS_MATH_F64_H

#include "kernel/loops/loop.h"

#define BK_LOG2_HIGH_F64   0x1.62e42fefa39efp-1
#define BK_LOG2_LOW_F64    0x1.abc9e3b39803fp-56
#define BK_TWO_PI_HIGH_F64 0x1.921fb54442d18p+2
#define BK_TWO_PI_LOW_F64  0x1.1a62633145c07p-52

static inline uint64_t bk_bits_f64(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

static inline double bk_from_bits_f64(uint64_t bits)
{
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* A double to the nearest integer by addition, |x| < 2^51. */
#define BK_ROUNDER_F64      0x1.8p+52
#define BK_ROUNDER_BITS_F64 0x4338000000000000U

/* (e^r - 1 - r) / r^2 for |r| <= log(2) / 2. */
static inline double bk_exp_tail_f64(double r)
{
    double q = 0x1.1eee90afc6c1ap-29;
    q = bk_fma_f64(q, r, 0x1.af5d8dc4156a9p-26);
    q = bk_fma_f64(q, r, 0x1.27e531abd0decp-22);
    q = bk_fma_f64(q, r, 0x1.71ddf90cd82c1p-19);
    q = bk_fma_f64(q, r, 0x1.a01a017e45d60p-16);
    q = bk_fma_f64(q, r, 0x1.a01a01af96a3ap-13);
    q = bk_fma_f64(q, r, 0x1.6c16c16c1e674p-10);
    q = bk_fma_f64(q, r, 0x1.111111110f785p-7);
    q = bk_fma_f64(q, r, 0x1.5555555555541p-5);
    q = bk_fma_f64(q, r, 0x1.5555555555559p-3);
    return bk_fma_f64(q, r, 0.5);
}

/* e^x, error below 1.1. Subnormal results are rounded once more. */
static inline double bk_exp_f64(double x)
{
    x = x > 710.0 ? 710.0 : x;
    x = x < -746.0 ? -746.0 : x;
    const double rounded = bk_fma_f64(x, 0x1.71547652b82fep+0, BK_ROUNDER_F64);
    const double n = rounded - BK_ROUNDER_F64;
    const double r = bk_fma_f64(n, -BK_LOG2_LOW_F64, bk_fma_f64(n, -BK_LOG2_HIGH_F64, x));
    const double e = 1.0 + bk_fma_f64(r * r, bk_exp_tail_f64(r), r);
    const uint64_t biased = bk_bits_f64(rounded) - BK_ROUNDER_BITS_F64 + 2048U;
    const uint64_t half = biased >> 1;
    return e * bk_from_bits_f64((half - 1U) << 52) * bk_from_bits_f64((biased - half - 1U) << 52);
}

static inline double bk_log_end_f64(double f, double s, double k)
{
    const double z = s * s;
    double q = 0x1.1aa0d7c73bb93p-3;
    q = bk_fma_f64(q, z, 0x1.0df0c79d85df3p-3);
    q = bk_fma_f64(q, z, 0x1.3b333d9e2af74p-3);
    q = bk_fma_f64(q, z, 0x1.745c619aed23fp-3);
    q = bk_fma_f64(q, z, 0x1.c71c741cefb91p-3);
    q = bk_fma_f64(q, z, 0x1.249249228289ep-2);
    q = bk_fma_f64(q, z, 0x1.999999999b41ep-2);
    q = bk_fma_f64(q, z, 0x1.5555555555552p-1);
    const double half_square = 0.5 * f * f;
    const double rest = half_square - bk_fma_f64(k, BK_LOG2_LOW_F64, s * bk_fma_f64(z, q, half_square));
    return bk_fma_f64(k, BK_LOG2_HIGH_F64, f - rest);
}

static inline double bk_log_tail_f64(double f, double k) { return bk_log_end_f64(f, f / (2.0 + f), k); }

/* The m and k of x = 2^k m, m in [sqrt(1/2), sqrt(2)), for a positive normal x: adding the distance
 * from sqrt(1/2) to 1 carries into the exponent field where m would be too large. */
static inline double bk_log_split_f64(double *k, double x)
{
    const uint64_t bits = bk_bits_f64(x);
    const uint64_t exponent = (bits + (0x3ff0000000000000U - 0x3fe6a09e667f3bcdU)) >> 52;
    *k = bk_from_bits_f64(0x4330000000000000U | exponent) - (0x1p+52 + 1023.0);
    return bk_from_bits_f64(bits - ((exponent - 1023U) << 52));
}

/* log x, error below 0.9: -infinity at 0, NaN below. */
static inline double bk_log_f64(double x)
{
    double k;
    const double m = bk_log_split_f64(&k, x < 0x1p-1022 ? x * 0x1p+54 : x);
    const double shift = x < 0x1p-1022 ? 54.0 : 0.0;
    double y = bk_log_tail_f64(m - 1.0, k - shift);
    const double outside = x == 0.0 ? -__builtin_inf() : __builtin_nan("");
    y = x > 0.0 ? y : outside;
    return x == __builtin_inf() ? x : y;
}

/* tanh x = t / (t + 2), t = e^2|x| - 1 = 2^n (e^r - 1) + (2^n - 1), error below 2.6, never above 1 in
 * magnitude. NaN gives NaN. */
typedef struct bk_tanh_parts_f64 {
    double r, scale; /* scale = 2^n */
    uint64_t sign;   /* of x */
} bk_tanh_parts_f64;

static inline bk_tanh_parts_f64 bk_tanh_reduce_f64(double x)
{
    const uint64_t bits = bk_bits_f64(x);
    const double size = bk_from_bits_f64(bits & 0x7fffffffffffffffU);
    /* From here on tanh is 1 to half a unit; the select keeps NaN. */
    const double y = 2.0 * (size > 22.0 ? 22.0 : size);
    const double rounded = bk_fma_f64(y, 0x1.71547652b82fep+0, BK_ROUNDER_F64);
    const double n = rounded - BK_ROUNDER_F64;
    const double r = bk_fma_f64(n, -BK_LOG2_LOW_F64, bk_fma_f64(n, -BK_LOG2_HIGH_F64, y));
    const double scale = bk_from_bits_f64((bk_bits_f64(rounded) - BK_ROUNDER_BITS_F64 + 1023U) << 52);
    return (bk_tanh_parts_f64){r, scale, bits & 0x8000000000000000U};
}

static inline double bk_tanh_end_f64(bk_tanh_parts_f64 parts)
{
    const double r = parts.r;
    const double e = bk_fma_f64(r * r, bk_exp_tail_f64(r), r);
    const double t = bk_fma_f64(parts.scale, e, parts.scale - 1.0);
    return bk_from_bits_f64(bk_bits_f64(t / (t + 2.0)) | parts.sign);
}

static inline double bk_tanh_f64(double x) { return bk_tanh_end_f64(bk_tanh_reduce_f64(x)); }

/* 1 / (1 + e^-x), error below 2.5. */
static inline double bk_sigmoid_f64(double x)
{
    const double z = bk_exp_f64(-bk_from_bits_f64(bk_bits_f64(x) & 0x7fffffffffffffffU));
    const double top = x < 0.0 ? z : 1.0;
    return top / (1.0 + z);
}

/* log(1 + z) for z in [0, 1], error below 1.2. */
static inline double bk_log1p_unit_f64(double z)
{
    const double f = z >= 0.5 ? (z - 1.0) * 0.5 : z;
    const double k = z >= 0.5 ? 1.0 : 0.0;
    return bk_log_tail_f64(f, k);
}

/* min(x, 0) - log(1 + e^-|x|), error below 2. */
static inline double bk_log_sigmoid_f64(double x)
{
    const double z = bk_exp_f64(-bk_from_bits_f64(bk_bits_f64(x) & 0x7fffffffffffffffU));
    const double least = x < 0.0 ? x : 0.0;
    return least - bk_log1p_unit_f64(z);
}

/* log(1 + x), error below 1.1: -infinity at -1, NaN below. Near 0 the tail of the logarithm takes x itself;
 * else that of u = 1 + x rounded, and what the rounding lost, divided by u. */
static inline double bk_log1p_f64(double x)
{
    const double u = 1.0 + x;
    const double back = u - x;
    const double lost = (x - (u - back)) + (1.0 - back);
    double k;
    const double m = bk_log_split_f64(&k, u);
    const int near = (x > -0.29) & (x < 0.41);
    const double f = near ? x : m - 1.0;
    double y = bk_log_tail_f64(f, near ? 0.0 : k) + (near ? 0.0 : lost / u);
    const double outside = x == -1.0 ? -__builtin_inf() : __builtin_nan("");
    y = x > -1.0 ? y : outside;
    return ((x == 0.0) | (x == __builtin_inf())) ? x : y;
}

/* log(1 + e^x) = max(x, 0) + log(1 + e^-|x|), the log sigmoid of -x turned over. */
static inline double bk_softplus_f64(double x) { return -bk_log_sigmoid_f64(-x); }

/* sin and cos of 2 pi (quarters / 4 + r) for |r| <= 1/8. */
static inline void bk_sincos_quarter_f64(double *sine, double *cosine, uint64_t quarters, double r)
{
    const double z = r * r;
    double p = -0x1.6c77af74b8fc1p-1;
    p = bk_fma_f64(p, z, 0x1.e8ef3972962cap+1);
    p = bk_fma_f64(p, z, -0x1.e3074be8c68dfp+3);
    p = bk_fma_f64(p, z, 0x1.507834863c150p+5);
    p = bk_fma_f64(p, z, -0x1.32d2cce62b180p+6);
    p = bk_fma_f64(p, z, 0x1.466bc6775aaddp+6);
    p = bk_fma_f64(p, z, -0x1.4abbce625be53p+5);
    const double s = bk_fma_f64(r, BK_TWO_PI_HIGH_F64, r * bk_fma_f64(p, z, BK_TWO_PI_LOW_F64));
    double q = -0x1.b27009bdfa2acp+0;
    q = bk_fma_f64(q, z, 0x1.f9cc6da3365fep+2);
    q = bk_fma_f64(q, z, -0x1.a6d1ecbeb5155p+4);
    q = bk_fma_f64(q, z, 0x1.e1f50683c3cc7p+5);
    q = bk_fma_f64(q, z, -0x1.55d3c7e3c96b1p+6);
    q = bk_fma_f64(q, z, 0x1.03c1f081b5ab1p+6);
    q = bk_fma_f64(q, z, -0x1.3bd3cc9be45dep+4);
    const double c = bk_fma_f64(q, z, 1.0);
    const uint64_t swap = (bk_bits_f64(s) ^ bk_bits_f64(c)) & (0U - (quarters & 1U));
    *sine = bk_from_bits_f64(bk_bits_f64(s) ^ swap ^ ((quarters & 2U) << 62));
    *cosine = bk_from_bits_f64(bk_bits_f64(c) ^ swap ^ (((quarters + 1U) & 2U) << 62));
}

/* sin(2 pi x) and cos(2 pi x), |x| < 2^49; the reduction is exact. */
static inline void bk_sincos_turns_f64(double *sine, double *cosine, double x)
{
    const double rounded = bk_fma_f64(x, 4.0, BK_ROUNDER_F64);
    const double r = bk_fma_f64(rounded - BK_ROUNDER_F64, -0.25, x);
    bk_sincos_quarter_f64(sine, cosine, bk_bits_f64(rounded), r);
}

#endif
