/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * kernel/loops/math_angle.h: sine and cosine of radians, for inlining into loops. An angle x becomes n
 * quarter turns and a rest r in [-pi/4, pi/4] that is known to about twice the digits of a double: |x| <=
 * 2^30  Cody and Waite: n pi/2 is taken away in three parts of 53 bits. The first step is exact: x and n
 * times the first part are multiples of 2^-53 (or n is 0) and their difference is below 1. beyond       Payne
 * and Hanek 1983: of the product with 2/pi only the bits that matter, in integers. The nearest that a double
 * comes to a multiple of pi/2 is 2^-61, so that r keeps 64 correct bits or more.
 */
#ifndef BRISK_KERNEL_LOOPS_MATH_ANGLE_H
#define BRISK_KERNEL_LOOPS_MATH_ANGLE_H

#include <stdbool.h>

#include "kernel/loops/math_f64.h"

#define BK_HALF_PI_1 0x1.921fb54442d18p+0
#define BK_HALF_PI_2 0x1.1a62633145c07p-54
#define BK_HALF_PI_3 (-0x1.f1976b7ed8fbcp-110)
#define BK_TWO_BY_PI 0x1.45f306dc9c883p-1

typedef struct bk_angle {
    double high, low;  /* the rest */
    uint64_t quarters; /* modulo 4 */
} bk_angle;

/* |x| <= 2^30; a NaN or an infinity gives a NaN rest. */
static inline bk_angle bk_angle_reduce(double x)
{
    const double rounded = bk_fma_f64(x, BK_TWO_BY_PI, BK_ROUNDER_F64);
    const double n = rounded - BK_ROUNDER_F64;
    const double first = bk_fma_f64(-n, BK_HALF_PI_1, x);
    const double part = n * BK_HALF_PI_2;
    const double part_low = bk_fma_f64(n, BK_HALF_PI_2, -part);
    /* first - part = high + error exactly, whichever is the larger (Knuth). */
    const double high = first - part;
    const double back = high - first;
    const double error = (first - (high - back)) - (part + back);
    const double low = bk_fma_f64(-n, BK_HALF_PI_3, error - part_low);
    return (bk_angle){high, low, bk_bits_f64(rounded) & 3U};
}

/* The first 1344 bits of 2 / pi behind the point, after a word of zeros. */
static const uint64_t bk_two_by_pi_bits[22] = {
    0x0000000000000000U, 0xa2f9836e4e441529U, 0xfc2757d1f534ddc0U, 0xdb6295993c439041U, 0xfe5163abdebbc561U,
    0xb7246e3a424dd2e0U, 0x06492eea09d1921cU, 0xfe1deb1cb129a73eU, 0xe88235f52ebb4484U, 0xe99c7026b45f7e41U,
    0x3991d639835339f4U, 0x9c845f8bbdf9283bU, 0x1ff897ffde05980fU, 0xef2f118b5a0a6d1fU, 0x6d367ecf27cb09b7U,
    0x4f463f669e5fea2dU, 0x7527bac7ebe5f17bU, 0x3d0739f78a5292eaU, 0x6bfb5fb11f8d5d08U, 0x56033046fc7b6babU,
    0xf0cfbc209af4361dU, 0xa9e391615ee61b08U};

/* fraction times 2^-192, as two doubles, times pi / 2. */
static inline bk_angle bk_angle_of_fraction(uint64_t top, uint64_t middle, uint64_t bottom)
{
    int shift = 0;
    while (shift < 128 && (top >> 63) == 0) {
        top = top << 1 | middle >> 63;
        middle = middle << 1 | bottom >> 63;
        bottom <<= 1;
        shift++;
    }
    const double scale = bk_from_bits_f64((uint64_t)(1023 - 53 - shift) << 52);
    const double high = (double)(int64_t)(top >> 11) * scale;
    const double low = (double)(int64_t)((top & 0x7ffU) << 42 | middle >> 22) * (scale * 0x1p-53);
    const double product = high * BK_HALF_PI_1;
    const double rest =
        bk_fma_f64(high, BK_HALF_PI_1, -product) + bk_fma_f64(high, BK_HALF_PI_2, low * BK_HALF_PI_1);
    const double sum = product + rest;
    return (bk_angle){sum, rest - (sum - product), 0};
}

/* Every finite |x| >= 1; NaN and infinities give a NaN rest. x = m 2^e with a whole m of 53 bits; bits of
 * 2 / pi of weight 2^(2 - e) and more make whole turns with m 2^e and are left out. */
static inline bk_angle bk_angle_reduce_large(double x)
{
    const uint64_t bits = bk_bits_f64(x) & 0x7fffffffffffffffU;
    if (bits >= 0x7ff0000000000000U) {
        return (bk_angle){x - x, 0.0, 0};
    }
    const uint64_t m = (bits & 0xfffffffffffffU) | 0x10000000000000U;
    /* The first bit kept has weight 2^1 after multiplication by 2^e; 64 zeros stand in front of the point. */
    const unsigned first = (unsigned)(bits >> 52) - 1075U + 64U - 2U;
    const unsigned word = first / 64U, shift = first % 64U;
    uint64_t window[3];
    for (unsigned i = 0; i < 3; i++) {
        const uint64_t next = bk_two_by_pi_bits[word + i + 1];
        window[i] = shift == 0 ? bk_two_by_pi_bits[word + i]
                               : bk_two_by_pi_bits[word + i] << shift | next >> (64U - shift);
    }
    /* m window modulo 2^192: two whole bits (quarters) and 190 of the fraction. */
    __extension__ typedef unsigned __int128 wide;
    const wide product = (wide)m * window[2];
    const wide second = (wide)m * window[1] + (uint64_t)(product >> 64);
    const uint64_t bottom = (uint64_t)product, middle = (uint64_t)second;
    const uint64_t top = m * window[0] + (uint64_t)(second >> 64);
    uint64_t quarters = top >> 62;
    uint64_t f0 = top << 2 | middle >> 62, f1 = middle << 2 | bottom >> 62, f2 = bottom << 2;
    const bool past_half = f0 >> 63 != 0;
    if (past_half) { /* the rest is negative: what is missing to the next quarter */
        f2 = 0U - f2;
        f1 = ~f1 + (f2 == 0);
        f0 = ~f0 + (f2 == 0 && f1 == 0);
        quarters++;
    }
    bk_angle angle = bk_angle_of_fraction(f0, f1, f2);
    if (past_half != (x < 0.0)) {
        angle.high = -angle.high;
        angle.low = -angle.low;
    }
    angle.quarters = (x < 0.0 ? 0U - quarters : quarters) & 3U;
    return angle;
}

/* The sine of an angle plus whole quarters. Error below 1 unit of the last place. */
static inline double bk_sine_of_angle(bk_angle angle, uint64_t quarters)
{
    const double r = angle.high, z = r * r;
    double p = 0x1.5d935cf322d07p-33;
    p = bk_fma_f64(p, z, -0x1.ae5e67fcd7026p-26);
    p = bk_fma_f64(p, z, 0x1.71de357ad1e7cp-19);
    p = bk_fma_f64(p, z, -0x1.a01a019c168b3p-13);
    p = bk_fma_f64(p, z, 0x1.111111110f8b2p-7);
    p = bk_fma_f64(p, z, -0x1.5555555555549p-3);
    const double half = 0.5 * z;
    const double s = r + bk_fma_f64(r * z, p, bk_fma_f64(-half, angle.low, angle.low));
    double q = -0x1.8fbcac8f04184p-37;
    q = bk_fma_f64(q, z, 0x1.1eea09add4013p-29);
    q = bk_fma_f64(q, z, -0x1.27e4f83a8d23cp-22);
    q = bk_fma_f64(q, z, 0x1.a01a019cfdb3ep-16);
    q = bk_fma_f64(q, z, -0x1.6c16c16c15501p-10);
    q = bk_fma_f64(q, z, 0x1.555555555554ep-5);
    const double most = 1.0 - half;
    const double c = most + (((1.0 - most) - half) + bk_fma_f64(z * z, q, -(r * angle.low)));
    const uint64_t turn = angle.quarters + quarters;
    const double value = (turn & 1U) != 0 ? c : s;
    return bk_from_bits_f64(bk_bits_f64(value) ^ (turn & 2U) << 62);
}

/* The same of a float's angle, to about 2^-37; low is not needed. */
static inline double bk_sine_of_short_angle(double r, uint64_t turn)
{
    const double z = r * r;
    const double p = ((0x1.6cd887ff6dc0fp-19 * z - 0x1.a00f9fa9e5081p-13) * z + 0x1.1111089b2b680p-7) * z -
                     0x1.5555554cc6740p-3;
    const double q = ((-0x1.242e5ce037005p-22 * z + 0x1.a011348e923e6p-16) * z - 0x1.6c16b8beb2737p-10) * z +
                     0x1.5555554f7b028p-5;
    const double s = r + r * z * p;
    const double c = (1.0 - 0.5 * z) + z * z * q;
    const double value = (turn & 1U) != 0 ? c : s;
    return bk_from_bits_f64(bk_bits_f64(value) ^ (turn & 2U) << 62);
}

/* ---- What the loops call ---- */

/* Below these the quick reduction does. */
#define BK_ANGLE_BOUND_F64 0x1p+30
#define BK_ANGLE_BOUND_F32 0x1p+20F

/* sin(x + quarters pi / 2), |x| <= 2^30. -0 stays -0. */
static inline double bk_sine_f64(double x, uint64_t quarters)
{
    const double y = bk_sine_of_angle(bk_angle_reduce(x), quarters);
    return x == 0.0 && quarters == 0 ? x : y;
}

static inline double bk_sine_large_f64(double x, uint64_t quarters)
{
    return bk_sine_of_angle(bk_angle_reduce_large(x), quarters);
}

/* |x| <= 2^20: the first part of pi / 2 has 32 bits, so that its product with n is exact without fma. */
static inline float bk_sine_f32(float x, uint64_t quarters)
{
    const double wide = (double)x;
    const double rounded = wide * BK_TWO_BY_PI + BK_ROUNDER_F64;
    const double n = rounded - BK_ROUNDER_F64;
    const double r = (wide - n * 0x1.921fb54400000p+0) - n * 0x1.0b4611a626331p-34;
    const float y = (float)bk_sine_of_short_angle(r, bk_bits_f64(rounded) + quarters);
    return x == 0.0F && quarters == 0 ? x : y;
}

static inline float bk_sine_large_f32(float x, uint64_t quarters)
{
    const bk_angle angle = bk_angle_reduce_large((double)x);
    return (float)bk_sine_of_short_angle(angle.high, angle.quarters + quarters);
}

#endif
