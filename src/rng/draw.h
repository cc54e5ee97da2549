/* SPDX-License-Identifier: GPL-3.0-or-later
 * From one draw to one number, and elementary functions of one number: what several transforms share. */
#ifndef BRISK_RNG_DRAW_H
#define BRISK_RNG_DRAW_H

#include <stddef.h>
#include <stdint.h>

#include "kernel/kernel.h"

/* Draws in hand at a time: they stay in the first-level cache. Even, so that a pair of values never
 * straddles two chunks. */
#define BK_CHUNK 1024

static inline size_t bk_smaller(size_t a, size_t b) { return a < b ? a : b; }

/* u of uniform-f64-v1, in [0, 1). */
static inline double bk_unit_f64(uint64_t draw) { return (double)(draw >> 11) * 0x1p-53; }

/* (n + 1/2) 2^-53 with n the top 53 bits, the sum rounded and held below 2^53: never 0, never 1. */
static inline double bk_centred_f64(uint64_t draw)
{
    const double sum = (double)(draw >> 11) + 0.5;
    return (sum < 0x1.fffffffffffffp+52 ? sum : 0x1.fffffffffffffp+52) * 0x1p-53;
}

/* Item draw of [0, bound): the high half of the product. */
static inline uint64_t bk_multiply_high(uint64_t draw, uint64_t bound)
{
    __extension__ const unsigned __int128 product = (unsigned __int128)draw * bound;
    return (uint64_t)(product >> 64);
}

/* Logarithm and exponential by the project's own kernels: libm's differ between machines. */
static inline double bk_log_of(double x)
{
    double y;
    bk_kernels_in_use()->log_f64(&y, &x, 1);
    return y;
}

static inline double bk_exp_of(double x)
{
    double y;
    bk_kernels_in_use()->exp_f64(&y, &x, 1);
    return y;
}

/* A parameter outside its domain; NaN is outside every one. */
static inline bool bk_outside(double x, double low, double high) { return !(x >= low && x <= high); }

#endif
