/* SPDX-License-Identifier: GPL-3.0-or-later
 * From raw draws to variates. Which bits go where is part of the contract of brisk/rng.h. */
#include "kernel/loops/math_f32.h"
#include "kernel/loops/math_f64.h"

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

/* The start of a radius, from a u in (0, 1): u = 2^k (1 + f), and s = f / (2 + f). */
typedef struct radius_f32 {
    float f[BK_PAIRS], s[BK_PAIRS], k[BK_PAIRS];
} radius_f32;

/* Radius from the low half r of a draw: u = (r + 1/2) 2^-32, the sum rounded once to float and held below
 * 2^32, so that u is in [2^-33, 1 - 2^-24]. The compare of the bits is that of the positive floats. Angle
 * from the high half h: h 2^-32 turns, as the nearest quarter and a signed rest, which is converted to
 * float with one rounding. */
static inline void normal_pairs_f32(float *first, float *second, const uint32_t *radius_bits,
                                    const uint32_t *angle_bits, size_t pairs)
{
    radius_f32 start;
#pragma omp simd
    for (size_t i = 0; i < pairs; i++) {
        const float sum = (float)(int32_t)(radius_bits[i] >> 16) * 0x1p+16F +
                          ((float)(int32_t)(radius_bits[i] & 0xffffU) + 0.5F);
        const int32_t bits = (int32_t)bk_bits_f32(sum);
        const int32_t held = bits < 0x4f7fffff ? bits : 0x4f7fffff;
        const float u = bk_from_bits_f32((uint32_t)held - (32U << 23));
        start.f[i] = bk_log_split_f32(&start.k[i], u) - 1.0F;
        start.s[i] = start.f[i] / (2.0F + start.f[i]);
    }
    float radius[BK_PAIRS];
#pragma omp simd
    for (size_t i = 0; i < pairs; i++) {
        radius[i] = __builtin_sqrtf(-2.0F * bk_log_end_f32(start.f[i], start.s[i], start.k[i]));
    }
#pragma omp simd
    for (size_t i = 0; i < pairs; i++) {
        const uint32_t quarters = (angle_bits[i] + 0x20000000U) >> 30;
        const float rest = (float)(int32_t)(angle_bits[i] - (quarters << 30)) * 0x1p-32F;
        float sine, cosine;
        bk_sincos_quarter_f32(&sine, &cosine, quarters, rest);
        first[i] = radius[i] * cosine;
        second[i] = radius[i] * sine;
    }
}

void BK_KERNEL_NAME(normal_f32)(float *values, const uint64_t *draws, size_t count)
{
    for (size_t done = 0; done < count; done += 2 * BK_PAIRS) {
        const size_t now = count - done < 2 * BK_PAIRS ? count - done : 2 * BK_PAIRS;
        const size_t pairs = (now + 1) / 2;
        uint32_t radius_bits[BK_PAIRS], angle_bits[BK_PAIRS];
        float first[BK_PAIRS], second[BK_PAIRS];
#pragma omp simd
        for (size_t i = 0; i < pairs; i++) {
            radius_bits[i] = (uint32_t)draws[done / 2 + i];
            angle_bits[i] = (uint32_t)(draws[done / 2 + i] >> 32);
        }
        normal_pairs_f32(first, second, radius_bits, angle_bits, pairs);
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

void BK_KERNEL_NAME(normal_f64)(double *values, const uint64_t *draws, size_t count)
{
    for (size_t done = 0; done < count; done += 2 * BK_PAIRS) {
        const size_t now = count - done < 2 * BK_PAIRS ? count - done : 2 * BK_PAIRS;
        const size_t pairs = (now + 1) / 2;
        uint64_t radius_bits[BK_PAIRS], angle_bits[BK_PAIRS];
        double first[BK_PAIRS], second[BK_PAIRS];
#pragma omp simd
        for (size_t i = 0; i < pairs; i++) {
            radius_bits[i] = draws[done + 2 * i];
            angle_bits[i] = draws[done + 2 * i + 1];
        }
        normal_pairs_f64(first, second, radius_bits, angle_bits, pairs);
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
