/* SPDX-License-Identifier: GPL-3.0-or-later
 * Elementary functions over arrays of float. */
#include "kernel/loops/math_f32.h"

/* y[i] = function(x[i]). */
#define BK_MAP(name, function)                                                            \
    void BK_KERNEL_NAME(name)(float *y, const float *x, size_t count)                     \
    {                                                                                     \
        _Pragma("omp simd") for (size_t i = 0; i < count; i++) { y[i] = function(x[i]); } \
    }

BK_MAP(exp_f32, bk_exp_f32)
BK_MAP(log_f32, bk_log_f32)
BK_MAP(tanh_f32, bk_tanh_f32)
BK_MAP(sigmoid_f32, bk_sigmoid_f32)
BK_MAP(log_sigmoid_f32, bk_log_sigmoid_f32)

void BK_KERNEL_NAME(sincos_turns_f32)(float *sine, float *cosine, const float *x, size_t count)
{
#pragma omp simd
    for (size_t i = 0; i < count; i++) {
        bk_sincos_turns_f32(&sine[i], &cosine[i], x[i]);
    }
}
