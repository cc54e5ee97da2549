/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * kernel/loops/math_f32.h: elementary functions of one float, for inlining into loops. No branch, no
 * libm. Coefficients come from kernel/coefficients.py. The error bounds, in units of the last place
 * of the exact result, hold for every float: tests/kernel/exhaustive has tried all 2^32 against double.
 */
#ifndef BRISK_KERNEL_LOOPS_MATH_F32_H
#define BRISK_KERNEL_LOOPS_MATH_F32_H

#include "kernel/loops/loop.h"

/* log 2 and 2 pi, each as a float and the rest. */
#define BK_LOG2_HIGH_F32   0x1.62e43p-1F
#define BK_LOG2_LOW_F32    (-0x1.05c61p-29F)
#define BK_TWO_PI_HIGH_F32 0x1.921fb6p+2F
#define BK_TWO_PI_LOW_F32  (-0x1.777a5cp-23F)

static inline uint32_t bk_bits_f32(float x)
{
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

static inline float bk_from_bits_f32(uint32_t bits)
{
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* A float to the nearest integer: added to this, its low bits hold the integer. Good for |x| < 2^22
 * and, unlike a conversion, defined for NaN. */
#define BK_ROUNDER_F32      0x1.8p+23F
#define BK_ROUNDER_BITS_F32 0x4b400000U

/* (e^r - 1 - r) / r^2 for |r| <= log(2) / 2. */
static inline float bk_exp_tail_f32(float r)
{
    float q = 0x1.6bfbe4p-10F;
    q = bk_fma_f32(q, r, 0x1.122676p-7F);
    q = bk_fma_f32(q, r, 0x1.55565ep-5F);
    q = bk_fma_f32(q, r, 0x1.5554b2p-3F);
    return bk_fma_f32(q, r, 0x1.fffffep-2F);
}

/* e^x, error below 1.1 (worst 1.048, at 0x1.da5b7ap+5). Subnormal results are rounded once more. */
static inline float bk_exp_f32(float x)
{
    /* Beyond these the result is infinite or 0; the select keeps NaN. */
    x = x > 89.0F ? 89.0F : x;
    x = x < -104.0F ? -104.0F : x;
    const float rounded = bk_fma_f32(x, 0x1.715476p+0F, BK_ROUNDER_F32);
    const float n = rounded - BK_ROUNDER_F32;
    const float r = bk_fma_f32(n, -BK_LOG2_LOW_F32, bk_fma_f32(n, -BK_LOG2_HIGH_F32, x));
    const float e = 1.0F + bk_fma_f32(r * r, bk_exp_tail_f32(r), r);
    /* 2^n in two factors, each a normal float. */
    const uint32_t biased = bk_bits_f32(rounded) - BK_ROUNDER_BITS_F32 + 256U;
    const uint32_t half = biased >> 1;
    return e * bk_from_bits_f32((half - 1U) << 23) * bk_from_bits_f32((biased - half - 1U) << 23);
}

/* log(1 + f) + k log 2 from s = f / (2 + f), for f in [-0.3, 0.5]: f - (f^2/2 - s (f^2/2 + R(s^2))). */
static inline float bk_log_end_f32(float f, float s, float k)
{
    const float z = s * s;
    float q = 0x1.ed0088p-3F;
    q = bk_fma_f32(q, z, 0x1.23ef8ep-2F);
    q = bk_fma_f32(q, z, 0x1.999bb4p-2F);
    q = bk_fma_f32(q, z, 0x1.555554p-1F);
    const float half_square = 0.5F * f * f;
    const float rest = half_square - bk_fma_f32(k, BK_LOG2_LOW_F32, s * bk_fma_f32(z, q, half_square));
    return bk_fma_f32(k, BK_LOG2_HIGH_F32, f - rest);
}

/* The common end of the logarithms. */
static inline float bk_log_tail_f32(float f, float k) { return bk_log_end_f32(f, f / (2.0F + f), k); }

/* The m and k of x = 2^k m, m in [sqrt(1/2), sqrt(2)), for a positive normal x. */
static inline float bk_log_split_f32(float *k, float x)
{
    const uint32_t bits = bk_bits_f32(x);
    const int32_t exponent = (int32_t)(bits - 0x3f3504f3U) >> 23;
    *k = (float)exponent;
    return bk_from_bits_f32(bits - ((uint32_t)exponent << 23));
}

/* log x, error below 0.9 (worst 0.825, at 0x1.67f032p+0): -infinity at 0, NaN below. */
static inline float bk_log_f32(float x)
{
    const float normal = x < 0x1p-126F ? x * 0x1p+23F : x;
    float k;
    const float m = bk_log_split_f32(&k, normal);
    const float shift = x < 0x1p-126F ? 23.0F : 0.0F;
    float y = bk_log_tail_f32(m - 1.0F, k - shift);
    const float outside = x == 0.0F ? -__builtin_inff() : __builtin_nanf("");
    y = x > 0.0F ? y : outside;
    return x == __builtin_inff() ? x : y;
}

/* tanh x = u / (u + 1), u = (e^2|x| - 1) / 2, for every x that is not NaN; a NaN gives some number in
 * [-1, 1]. Error below 2.6 (worst 2.566, at 0x1.fc1832p-5), never above 1 in magnitude. With 2 |x| = n log 2
 * + r, u is 2^(n-1) (e^r - 1) + (2^(n-1) - 1/2); the low part of log 2 is left out because its error, n
 * 2^-30, falls on a u that grows as 2^n while tanh stays below 1. From 9.02 on, tanh is 1 to half a unit. The
 * clamp works on the integer bits because compilers spend twice the instructions on a clamp of floats that
 * has to respect NaN. In two halves, because a loop over each is quicker than one loop over both
 * (loops/network.c). */
typedef struct bk_tanh_parts_f32 {
    float r, scale; /* scale = 2^(n-1) */
    uint32_t sign;  /* of x */
} bk_tanh_parts_f32;

static inline bk_tanh_parts_f32 bk_tanh_reduce_f32(float x)
{
    const int32_t bound = 0x411051ec; /* 9.02 */
    const uint32_t bits = bk_bits_f32(x);
    const uint32_t size_bits = bits & 0x7fffffffU;
    const int32_t least = (int32_t)size_bits < bound ? (int32_t)size_bits : bound;
    const float size = bk_from_bits_f32((uint32_t)least);
    /* The rounder carries the exponent's bias less one, so that a shift makes 2^(n-1). */
    const float rounder = BK_ROUNDER_F32 + 126.0F;
    const float rounded = bk_fma_f32(size, 0x1.715476p+1F, rounder);
    const float r = bk_fma_f32(rounded - rounder, -BK_LOG2_HIGH_F32, size + size);
    return (bk_tanh_parts_f32){r, bk_from_bits_f32(bk_bits_f32(rounded) << 23), bits ^ size_bits};
}

static inline float bk_tanh_end_f32(bk_tanh_parts_f32 parts)
{
    const float r = parts.r;
    const float e = bk_fma_f32(r * r, bk_exp_tail_f32(r), r);
    const float u = bk_fma_f32(parts.scale, e, parts.scale - 0.5F);
    return bk_from_bits_f32(bk_bits_f32(u / (u + 1.0F)) | parts.sign);
}

static inline float bk_tanh_number_f32(float x) { return bk_tanh_end_f32(bk_tanh_reduce_f32(x)); }

/* tanh x for every x. */
static inline float bk_tanh_f32(float x)
{
    const float y = bk_tanh_number_f32(x);
    return x == x ? y : x;
}

/* 1 / (1 + e^-x), error below 2.5 (worst 2.402, at -0x1.0a111ap+2). */
static inline float bk_sigmoid_f32(float x)
{
    const float z = bk_exp_f32(-bk_from_bits_f32(bk_bits_f32(x) & 0x7fffffffU));
    const float top = x < 0.0F ? z : 1.0F;
    return top / (1.0F + z);
}

/* log(1 + z) for z in [0, 1], error below 1.2. */
static inline float bk_log1p_unit_f32(float z)
{
    const float f = z >= 0.5F ? (z - 1.0F) * 0.5F : z;
    const float k = z >= 0.5F ? 1.0F : 0.0F;
    return bk_log_tail_f32(f, k);
}

/* min(x, 0) - log(1 + e^-|x|), error below 2 (worst 1.675, at 0x1.43c0c4p+0). */
static inline float bk_log_sigmoid_f32(float x)
{
    const float z = bk_exp_f32(-bk_from_bits_f32(bk_bits_f32(x) & 0x7fffffffU));
    const float least = x < 0.0F ? x : 0.0F;
    return least - bk_log1p_unit_f32(z);
}

/* log(1 + x), error below 1.3: -infinity at -1, NaN below. Near 0 the tail of the logarithm takes x itself;
 * else that of u = 1 + x rounded, and what the rounding lost, divided by u. */
static inline float bk_log1p_f32(float x)
{
    const float u = 1.0F + x;
    const float back = u - x;
    const float lost = (x - (u - back)) + (1.0F - back);
    float k;
    const float m = bk_log_split_f32(&k, u);
    const int near = (x > -0.29F) & (x < 0.41F);
    const float f = near ? x : m - 1.0F;
    float y = bk_log_tail_f32(f, near ? 0.0F : k) + (near ? 0.0F : lost / u);
    const float outside = x == -1.0F ? -__builtin_inff() : __builtin_nanf("");
    y = x > -1.0F ? y : outside;
    return ((x == 0.0F) | (x == __builtin_inff())) ? x : y;
}

/* log(1 + e^x) = max(x, 0) + log(1 + e^-|x|), the log sigmoid of -x turned over. */
static inline float bk_softplus_f32(float x) { return -bk_log_sigmoid_f32(-x); }

/* sin and cos of 2 pi r for |r| <= 1/8. */
static inline void bk_sincos_small_f32(float *sine, float *cosine, float r)
{
    const float z = r * r;
    float p = -0x1.2de5bap+6F;
    p = bk_fma_f32(p, z, 0x1.4660bap+6F);
    p = bk_fma_f32(p, z, -0x1.4abbcp+5F);
    *sine = bk_fma_f32(r, BK_TWO_PI_HIGH_F32, r * bk_fma_f32(p, z, BK_TWO_PI_LOW_F32));
    float q = 0x1.d9f658p+5F;
    q = bk_fma_f32(q, z, -0x1.55c666p+6F);
    q = bk_fma_f32(q, z, 0x1.03c1dep+6F);
    q = bk_fma_f32(q, z, -0x1.3bd3ccp+4F);
    *cosine = bk_fma_f32(q, z, 1.0F);
}

/* sin and cos of 2 pi (quarters / 4 + r) for |r| <= 1/8. Error below 1 (worst 0.987 of both, at
 * 0x1.0176b8p-3 turns of the sine). */
static inline void bk_sincos_quarter_f32(float *sine, float *cosine, uint32_t quarters, float r)
{
    float s, c;
    bk_sincos_small_f32(&s, &c, r);
    /* An odd number of quarters swaps the two. */
    const uint32_t swap = (bk_bits_f32(s) ^ bk_bits_f32(c)) & (0U - (quarters & 1U));
    *sine = bk_from_bits_f32(bk_bits_f32(s) ^ swap ^ ((quarters & 2U) << 30));
    *cosine = bk_from_bits_f32(bk_bits_f32(c) ^ swap ^ (((quarters + 1U) & 2U) << 30));
}

/* sin(2 pi x) and cos(2 pi x), |x| < 2^20; the reduction is exact. */
static inline void bk_sincos_turns_f32(float *sine, float *cosine, float x)
{
    const float rounded = bk_fma_f32(x, 4.0F, BK_ROUNDER_F32);
    const float r = bk_fma_f32(rounded - BK_ROUNDER_F32, -0.25F, x);
    bk_sincos_quarter_f32(sine, cosine, bk_bits_f32(rounded), r);
}

#endif
