/* SPDX-License-Identifier: GPL-3.0-or-later
 * Elementary functions over arrays of double. */
#include "kernel/loops/math_f64.h"

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

void BK_KERNEL_NAME(sincos_turns_f64)(double *sine, double *cosine, const double *x, size_t count)
{
#pragma omp simd
    for (size_t i = 0; i < count; i++) {
        bk_sincos_turns_f64(&sine[i], &cosine[i], x[i]);
    }
}
