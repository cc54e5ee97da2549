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

/* Box and Muller 1958. Radius from the low half r: u = (r + 1/2) 2^-32, the sum rounded once to float
 * and held below 2^32, so that u is in [2^-33, 1 - 2^-24]. Angle from the high half: h 2^-32 turns, as
 * the nearest quarter and a signed rest, which is converted to float with one rounding. */
static inline void normal_pair_f32(float *first, float *second, uint32_t radius_bits, uint32_t angle_bits)
{
    const float sum =
        (float)(int32_t)(radius_bits >> 16) * 0x1p+16F + ((float)(int32_t)(radius_bits & 0xffffU) + 0.5F);
    const float held = sum < 0x1.fffffep+31F ? sum : 0x1.fffffep+31F;
    const float radius = __builtin_sqrtf(-2.0F * bk_log_normal_f32(held * 0x1p-32F));
    const uint32_t quarters = (angle_bits + 0x20000000U) >> 30;
    const float rest = (float)(int32_t)(angle_bits - (quarters << 30)) * 0x1p-32F;
    float sine, cosine;
    bk_sincos_quarter_f32(&sine, &cosine, quarters, rest);
    *first = radius * cosine;
    *second = radius * sine;
}

void BK_KERNEL_NAME(normal_f32)(float *values, const uint64_t *draws, size_t count)
{
#pragma omp simd
    for (size_t i = 0; i < count / 2; i++) {
        normal_pair_f32(&values[2 * i], &values[2 * i + 1], (uint32_t)draws[i], (uint32_t)(draws[i] >> 32));
    }
    if (count % 2 != 0) {
        const uint64_t draw = draws[count / 2];
        float partner;
        normal_pair_f32(&values[count - 1], &partner, (uint32_t)draw, (uint32_t)(draw >> 32));
    }
}

/* The same with 53 bits each: u = (n + 1/2) 2^-53, n = the top 53 bits, the sum rounded once to double
 * and held below 2^53; the angle is the top 53 bits of the second draw, exactly. */
static inline void normal_pair_f64(double *first, double *second, uint64_t radius_bits, uint64_t angle_bits)
{
    const double sum = exact_f64(radius_bits >> 11) + 0.5;
    const double held = sum < 0x1.fffffffffffffp+52 ? sum : 0x1.fffffffffffffp+52;
    const double radius = __builtin_sqrt(-2.0 * bk_log_normal_f64(held * 0x1p-53));
    const uint64_t turn = angle_bits >> 11;
    const uint64_t quarters = (turn + (UINT64_C(1) << 50)) >> 51;
    /* A signed integer below 2^51 in size, added to the bits of 1.5 * 2^52. */
    const uint64_t rest_bits = turn - (quarters << 51) + BK_ROUNDER_BITS_F64;
    const double rest = (bk_from_bits_f64(rest_bits) - BK_ROUNDER_F64) * 0x1p-53;
    double sine, cosine;
    bk_sincos_quarter_f64(&sine, &cosine, quarters, rest);
    *first = radius * cosine;
    *second = radius * sine;
}

void BK_KERNEL_NAME(normal_f64)(double *values, const uint64_t *draws, size_t count)
{
#pragma omp simd
    for (size_t i = 0; i < count / 2; i++) {
        normal_pair_f64(&values[2 * i], &values[2 * i + 1], draws[2 * i], draws[2 * i + 1]);
    }
    if (count % 2 != 0) {
        double partner;
        normal_pair_f64(&values[count - 1], &partner, draws[count - 1], draws[count]);
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
