/* SPDX-License-Identifier: GPL-3.0-or-later
 * From raw draws to variates. Which bits go where is part of the contract of brisk/rng.h. */
#include "kernel/loops/math_f32.h"
#include "kernel/loops/math_f64.h"
#include "kernel/loops/split_halves.h"

#define INLINE static inline __attribute__((always_inline))

/* A whole number below 2^53 as a double, exactly. AVX2 cannot convert 64-bit lanes; the halves become
 * the low bits of 2^84 and 2^52 instead. */
static inline double exact_f64(uint64_t n)
{
    const double high = bk_from_bits_f64((n >> 32) | 0x4530000000000000U) - (0x1p+84 + 0x1p+52);
    return high + bk_from_bits_f64((n & 0xffffffffU) | 0x4330000000000000U);
}

void BK_KERNEL_NAME(uniform_f64)(double *values, const uint64_t *draws, size_t count)
{
#pragma omp simd
    for (size_t i = 0; i < count; i++) {
        values[i] = exact_f64(draws[i] >> 11) * 0x1p-53;
    }
}

static inline float uniform_half_f32(uint32_t bits) { return (float)(int32_t)(bits >> 8) * 0x1p-24F; }

void BK_KERNEL_NAME(uniform_f32)(float *values, const uint64_t *draws, size_t count)
{
#pragma omp simd
    for (size_t i = 0; i < count / 2; i++) {
        values[2 * i] = uniform_half_f32((uint32_t)draws[i]);
        values[2 * i + 1] = uniform_half_f32((uint32_t)(draws[i] >> 32));
    }
    if (count % 2 != 0) {
        values[count - 1] = uniform_half_f32((uint32_t)draws[count / 2]);
    }
}

/* Box and Muller 1958, in stages over a block of pairs that stays in the first-level cache: each stage is
 * a short chain of operations, of which a processor keeps many in flight; the whole in one loop takes 1.4
 * times as long. */
#define BK_PAIRS 128

/* The start of radii, from u in (0, 1): u = 2^k (1 + f), and s = f / (2 + f). */
typedef struct radius_f32 {
    float f[BK_PAIRS], s[BK_PAIRS], k[BK_PAIRS];
} radius_f32;

/* a * b + c where the product is exact, so that fused or not is the same: fused where that is one
 * instruction. */
static inline float add_exact_product_f32(float a, float b, float c)
{
#if defined(__FMA__) || defined(__ARM_FEATURE_FMA)
    return bk_fma_f32(a, b, c);
#else
    return a * b + c;
#endif
}

/* Radius from the low half r of a draw: u = (r + 1/2) 2^-32, the sum rounded once to float and held below
 * 2^32, so that u is in [2^-33, 1 - 2^-24]. The compare of the bits is that of the positive floats. u is
 * taken apart as bk_log_split_f32 does it, with the factor 2^-32 in the exponent. */
static inline void radius_start_f32(radius_f32 *start, size_t i, uint32_t r)
{
    const float low = (float)(int32_t)(r & 0xffffU) + 0.5F;
    const float sum = add_exact_product_f32((float)(int32_t)(r >> 16), 0x1p+16F, low);
    const int32_t bits = (int32_t)bk_bits_f32(sum);
    const int32_t held = bits < 0x4f7fffff ? bits : 0x4f7fffff;
    const uint32_t above = (uint32_t)held - (32U << 23) - 0x3f3504f3U;
    const float f = bk_from_bits_f32((above & 0x7fffffU) + 0x3f3504f3U) - 1.0F;
    start->k[i] = (float)((int32_t)above >> 23);
    start->f[i] = f;
    start->s[i] = f / (2.0F + f);
}

/* sqrt(-2 (log(1 + f) + k log 2)): bk_log_end_f32 with the factor -2 in its coefficients, where it changes no
 * rounding. */
static inline float radius_end_f32(float f, float s, float k)
{
    const float z = s * s;
    float q = 0x1.ed0088p-2F;
    q = bk_fma_f32(q, z, 0x1.23ef8ep-1F);
    q = bk_fma_f32(q, z, 0x1.999bb4p-1F);
    q = bk_fma_f32(q, z, 0x1.555554p+0F);
    const float square = f * f;
    const float rest = square - bk_fma_f32(k, 2.0F * BK_LOG2_LOW_F32, s * bk_fma_f32(z, q, square));
    return __builtin_sqrtf(bk_fma_f32(k, -2.0F * BK_LOG2_HIGH_F32, add_exact_product_f32(f, -2.0F, rest)));
}

/* radius times cosine and sine of h 2^-32 turns, h the high half of a draw: the nearest quarter turn, and a
 * signed rest, the low 30 bits of h, which is converted to float with one rounding. An odd number of
 * quarters swaps cosine and sine; bit 31 of turned is set for half a turn, bit 30 for an odd quarter. */
static inline void turn_f32(float *first, float *second, float radius, uint32_t h)
{
    const uint32_t turned = h + 0x20000000U;
    float sine, cosine;
    bk_sincos_small_f32(&sine, &cosine, (float)(int32_t)(h << 2) * 0x1p-34F);
    const uint32_t odd = turned << 1;
    const float along = (int32_t)odd < 0 ? sine : cosine;
    const float across = (int32_t)odd < 0 ? cosine : sine;
    *first = radius * bk_from_bits_f32(bk_bits_f32(along) ^ ((turned ^ odd) & 0x80000000U));
    *second = radius * bk_from_bits_f32(bk_bits_f32(across) ^ (turned & 0x80000000U));
}

/* radius [pairs] and the bits of the angles from draws [pairs], taken apart by split; pairs is a multiple of
 * BK_GROUP, BK_PAIRS at most. */
INLINE void radii_f32(float *radius, uint32_t *angle_bits, const uint64_t *draws, size_t pairs,
                      void (*split)(uint32_t *, uint32_t *, const uint64_t *))
{
    radius_f32 start;
    for (size_t at = 0; at < pairs; at += BK_GROUP) {
        uint32_t radius_bits[BK_GROUP];
        split(radius_bits, angle_bits + at, draws + at);
#pragma omp simd
        for (size_t i = 0; i < BK_GROUP; i++) {
            radius_start_f32(&start, at + i, radius_bits[i]);
        }
    }
    for (size_t at = 0; at < pairs; at += BK_GROUP) {
#pragma omp simd
        for (size_t i = 0; i < BK_GROUP; i++) {
            radius[at + i] = radius_end_f32(start.f[at + i], start.s[at + i], start.k[at + i]);
        }
    }
}

/* values [2 pairs] from draws [pairs]. */
static inline void normal_groups_f32(float *values, const uint64_t *draws, size_t pairs)
{
    float radius[BK_PAIRS];
    uint32_t angle_bits[BK_PAIRS];
    radii_f32(radius, angle_bits, draws, pairs, bk_split_halves);
    for (size_t at = 0; at < pairs; at += BK_GROUP) {
        float first[BK_GROUP], second[BK_GROUP];
#pragma omp simd
        for (size_t i = 0; i < BK_GROUP; i++) {
            turn_f32(&first[i], &second[i], radius[at + i], angle_bits[at + i]);
        }
        bk_join_pairs(values + 2 * at, first, second);
    }
}

void BK_KERNEL_NAME(normal_f32)(float *values, const uint64_t *draws, size_t count)
{
    const size_t whole = count / (2 * BK_GROUP) * BK_GROUP;
    for (size_t done = 0; done < whole; done += BK_PAIRS) {
        normal_groups_f32(values + 2 * done, draws + done, whole - done < BK_PAIRS ? whole - done : BK_PAIRS);
    }
    const size_t left = count - 2 * whole;
    if (left > 0) {
        uint64_t last_draws[BK_GROUP] = {0};
        float last[2 * BK_GROUP];
        memcpy(last_draws, draws + whole, (left + 1) / 2 * sizeof *draws);
        normal_groups_f32(last, last_draws, BK_GROUP);
        memcpy(values + 2 * whole, last, left * sizeof *values);
    }
}

/* The same, the two of a pair apart. */
INLINE void apart_groups_f32(float *first, float *second, const uint64_t *draws, size_t pairs)
{
    float radius[BK_PAIRS];
    uint32_t angle_bits[BK_PAIRS];
    radii_f32(radius, angle_bits, draws, pairs, bk_split_in_order);
    for (size_t at = 0; at < pairs; at += BK_GROUP) {
#pragma omp simd
        for (size_t i = 0; i < BK_GROUP; i++) {
            turn_f32(&first[at + i], &second[at + i], radius[at + i], angle_bits[at + i]);
        }
    }
}

void BK_KERNEL_NAME(normal_pairs_f32)(float *first, float *second, const uint64_t *draws, size_t pairs)
{
    const size_t whole = pairs / BK_GROUP * BK_GROUP;
    for (size_t done = 0; done < whole; done += BK_PAIRS) {
        apart_groups_f32(first + done, second + done, draws + done,
                         whole - done < BK_PAIRS ? whole - done : BK_PAIRS);
    }
    const size_t left = pairs - whole;
    if (left > 0) {
        uint64_t last_draws[BK_GROUP] = {0};
        float last[2][BK_GROUP];
        memcpy(last_draws, draws + whole, left * sizeof *draws);
        apart_groups_f32(last[0], last[1], last_draws, BK_GROUP);
        memcpy(first + whole, last[0], left * sizeof *first);
        memcpy(second + whole, last[1], left * sizeof *second);
    }
}

typedef struct radius_f64 {
    double f[BK_PAIRS], s[BK_PAIRS], k[BK_PAIRS];
} radius_f64;

/* The same with 53 bits each: u = (n + 1/2) 2^-53, n = the top 53 bits, the sum rounded once to double
 * and held below 2^53; the angle is the top 53 bits of the second draw, exactly. */
static inline void normal_pairs_f64(double *first, double *second, const uint64_t *radius_bits,
                                    const uint64_t *angle_bits, size_t pairs)
{
    radius_f64 start;
#pragma omp simd
    for (size_t i = 0; i < pairs; i++) {
        const double sum = exact_f64(radius_bits[i] >> 11) + 0.5;
        const double held = sum < 0x1.fffffffffffffp+52 ? sum : 0x1.fffffffffffffp+52;
        start.f[i] = bk_log_split_f64(&start.k[i], held * 0x1p-53) - 1.0;
        start.s[i] = start.f[i] / (2.0 + start.f[i]);
    }
    double radius[BK_PAIRS];
#pragma omp simd
    for (size_t i = 0; i < pairs; i++) {
        radius[i] = __builtin_sqrt(-2.0 * bk_log_end_f64(start.f[i], start.s[i], start.k[i]));
    }
#pragma omp simd
    for (size_t i = 0; i < pairs; i++) {
        const uint64_t turn = angle_bits[i] >> 11;
        const uint64_t quarters = (turn + (UINT64_C(1) << 50)) >> 51;
        /* A signed integer below 2^51 in size, added to the bits of 1.5 * 2^52. */
        const uint64_t rest_bits = turn - (quarters << 51) + BK_ROUNDER_BITS_F64;
        const double rest = (bk_from_bits_f64(rest_bits) - BK_ROUNDER_F64) * 0x1p-53;
        double sine, cosine;
        bk_sincos_quarter_f64(&sine, &cosine, quarters, rest);
        first[i] = radius[i] * cosine;
        second[i] = radius[i] * sine;
    }
}

/* first and second [pairs], BK_PAIRS at most, from draws [2 pairs]. */
static inline void apart_f64(double *first, double *second, const uint64_t *draws, size_t pairs)
{
    uint64_t radius_bits[BK_PAIRS], angle_bits[BK_PAIRS];
#pragma omp simd
    for (size_t i = 0; i < pairs; i++) {
        radius_bits[i] = draws[2 * i];
        angle_bits[i] = draws[2 * i + 1];
    }
    normal_pairs_f64(first, second, radius_bits, angle_bits, pairs);
}

void BK_KERNEL_NAME(normal_f64)(double *values, const uint64_t *draws, size_t count)
{
    for (size_t done = 0; done < count; done += 2 * BK_PAIRS) {
        const size_t now = count - done < 2 * BK_PAIRS ? count - done : 2 * BK_PAIRS;
        const size_t pairs = (now + 1) / 2;
        double first[BK_PAIRS], second[BK_PAIRS];
        apart_f64(first, second, draws + done, pairs);
#pragma omp simd
        for (size_t i = 0; i < now / 2; i++) {
            values[done + 2 * i] = first[i];
            values[done + 2 * i + 1] = second[i];
        }
        if (now % 2 != 0) {
            values[count - 1] = first[pairs - 1];
        }
    }
}

void BK_KERNEL_NAME(normal_pairs_f64)(double *first, double *second, const uint64_t *draws, size_t pairs)
{
    for (size_t done = 0; done < pairs; done += BK_PAIRS) {
        apart_f64(first + done, second + done, draws + 2 * done,
                  pairs - done < BK_PAIRS ? pairs - done : BK_PAIRS);
    }
}

void BK_KERNEL_NAME(integer_u32)(uint32_t *values, const uint64_t *draws, size_t count, uint64_t bound)
{
#pragma omp simd
    for (size_t i = 0; i < count / 2; i++) {
        values[2 * i] = (uint32_t)((draws[i] & 0xffffffffU) * bound >> 32);
        values[2 * i + 1] = (uint32_t)((draws[i] >> 32) * bound >> 32);
    }
    if (count % 2 != 0) {
        values[count - 1] = (uint32_t)((draws[count / 2] & 0xffffffffU) * bound >> 32);
    }
}

void BK_KERNEL_NAME(integer_u64)(uint64_t *values, const uint64_t *draws, size_t count, uint64_t bound)
{
    for (size_t i = 0; i < count; i++) {
        __extension__ const unsigned __int128 product = (unsigned __int128)draws[i] * bound;
        values[i] = (uint64_t)(product >> 64);
    }
}
