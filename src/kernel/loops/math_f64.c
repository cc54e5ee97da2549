/* SPDX-License-Identifier: GPL-3.0-or-later
 * Elementary functions over arrays of double. */
#include "kernel/loops/math_angle.h"
#include "kernel/loops/math_power.h"

/* y[i] = function(x[i]). */
#define BK_MAP(name, function)                                                            \
    void BK_KERNEL_NAME(name)(double *y, const double *x, size_t count)                   \
    {                                                                                     \
        _Pragma("omp simd") for (size_t i = 0; i < count; i++) { y[i] = function(x[i]); } \
    }

BK_MAP(exp_f64, bk_exp_f64)
BK_MAP(log_f64, bk_log_f64)
BK_MAP(tanh_f64, bk_tanh_f64)
BK_MAP(sigmoid_f64, bk_sigmoid_f64)
BK_MAP(log_sigmoid_f64, bk_log_sigmoid_f64)
BK_MAP(log1p_f64, bk_log1p_f64)
BK_MAP(softplus_f64, bk_softplus_f64)
BK_MAP(sqrt_f64, __builtin_sqrt)

/* Angles beyond the quick reduction are rare: a block that has some is gone through once more. */
#define BLOCK 64

static inline __attribute__((always_inline)) void sines(double *y, const double *x, size_t count,
                                                        uint64_t quarters)
{
    for (size_t start = 0; start < count; start += BLOCK) {
        const size_t length = count - start < BLOCK ? count - start : BLOCK;
        double angle[BLOCK];
        memcpy(angle, x + start, length * sizeof *angle);
        int large = 0;
#pragma omp simd reduction(| : large)
        for (size_t i = 0; i < length; i++) {
            large |= !((angle[i] >= -BK_ANGLE_BOUND_F64) & (angle[i] <= BK_ANGLE_BOUND_F64));
            y[start + i] = bk_sine_f64(angle[i], quarters);
        }
        for (size_t i = 0; large && i < length; i++) {
            if (!(angle[i] >= -BK_ANGLE_BOUND_F64 && angle[i] <= BK_ANGLE_BOUND_F64)) {
                y[start + i] = bk_sine_large_f64(angle[i], quarters);
            }
        }
    }
}

void BK_KERNEL_NAME(sin_f64)(double *y, const double *x, size_t count) { sines(y, x, count, 0); }
void BK_KERNEL_NAME(cos_f64)(double *y, const double *x, size_t count) { sines(y, x, count, 1); }

void BK_KERNEL_NAME(pow_f64)(double *y, const double *a, size_t a_step, const double *b, size_t b_step,
                             size_t count)
{
    if (a_step == 1 && b_step == 1) {
#pragma omp simd
        for (size_t i = 0; i < count; i++) {
            y[i] = bk_pow_f64(a[i], b[i]);
        }
    } else if (a_step == 1 && b_step == 0 && count > 0) {
        const double exponent = b[0];
#pragma omp simd
        for (size_t i = 0; i < count; i++) {
            y[i] = bk_pow_f64(a[i], exponent);
        }
    } else {
        for (size_t i = 0; i < count; i++) {
            y[i] = bk_pow_f64(a[i * a_step], b[i * b_step]);
        }
    }
}

void BK_KERNEL_NAME(sincos_turns_f64)(double *sine, double *cosine, const double *x, size_t count)
{
#pragma omp simd
    for (size_t i = 0; i < count; i++) {
        bk_sincos_turns_f64(&sine[i], &cosine[i], x[i]);
    }
}
