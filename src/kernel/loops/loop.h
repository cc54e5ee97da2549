/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * kernel/loops/loop.h: what every file of loops/ includes first.
 *
 * A file of loops/ is compiled once for each instruction set with BK_KERNEL_ISA set to its name. It
 * defines the kernels as BK_KERNEL_NAME(name); every other function in it or in a header it includes
 * is static, because a shared copy compiled for AVX-512 could be picked by the linker for a CPU that
 * lacks it.
 *
 * Why all sets give the same bits: a kernel uses only +, -, *, /, sqrt, compares, selects, integer
 * operations and bk_fma_*, each correctly rounded; nothing is contracted (-ffp-contract=off); a
 * reduction runs over BK_LANES_* logical lanes and a fixed tree whatever the vector width.
 */
#ifndef BRISK_KERNEL_LOOPS_LOOP_H
#define BRISK_KERNEL_LOOPS_LOOP_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifndef BK_KERNEL_ISA
#error "files of kernel/loops are compiled by brisk_kernel_variant, once for each instruction set"
#endif

#define BK_LANES_F32 16
#define BK_LANES_F64 8

#define BK_PASTE_(a, b, c, d) a##b##c##d
#define BK_PASTE(a, b, c, d)  BK_PASTE_(a, b, c, d)
#define BK_KERNEL_NAME(name)  BK_PASTE(bk_kernel_, name, _, BK_KERNEL_ISA)

#define BK_KERNEL(result, name, parameters) result BK_KERNEL_NAME(name) parameters;
#include "kernel/kernels.def"
#undef BK_KERNEL

/* Fused multiply-add a * b + c, rounded once, on every instruction set. */
#if defined(__FMA__) || defined(__ARM_FEATURE_FMA)
static inline float bk_fma_f32(float a, float b, float c) { return __builtin_fmaf(a, b, c); }
static inline double bk_fma_f64(double a, double b, double c) { return __builtin_fma(a, b, c); }
#else
/* product + addend rounded to odd: where the sum is inexact, its last bit is set. That makes the rounding
 * to float which follows the only one that counts (Boldo & Melquiond 2008, theorem 3). */
static __attribute__((noinline)) double bk_sum_to_odd(double product, double addend)
{
    const double sum = product + addend;
    const double virtual_addend = sum - product;
    const double error = (product - (sum - virtual_addend)) + (addend - virtual_addend);
    uint64_t bits, error_bits;
    memcpy(&bits, &sum, sizeof bits);
    memcpy(&error_bits, &error, sizeof error_bits);
    if (error == error && error != 0.0 && (bits & 1U) == 0) {
        /* Towards the error: away from zero where sum and error agree in sign. */
        bits = (bits ^ error_bits) >> 63 == 0 ? bits + 1U : bits - 1U;
    }
    double odd;
    memcpy(&odd, &bits, sizeof odd);
    return odd;
}

/* The product of two floats is exact in double. Rounding the sum to double first does harm only where
 * it lands on a float or half way between two, of which the last 28 bits are zero (also for subnormal
 * floats); one branch that is hardly ever taken finds these. */
static inline float bk_fma_f32(float a, float b, float c)
{
    const double product = (double)a * (double)b;
    const double sum = product + (double)c;
    uint64_t bits;
    memcpy(&bits, &sum, sizeof bits);
    if ((bits & 0xfffffffU) == 0) {
        return (float)bk_sum_to_odd(product, (double)c);
    }
    return (float)sum;
}
static inline double bk_fma_f64(double a, double b, double c) { return __builtin_fma(a, b, c); }
#endif

#endif
