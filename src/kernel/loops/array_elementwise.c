/* SPDX-License-Identifier: GPL-3.0-or-later
 * Elementwise arithmetic and conversions of tensors. */
#include "kernel/loops/loop.h"

#define BK_TYPE        float
#define BK_WRAP        float
#define BK_IS_NAN(x)   ((x) != (x))
#define BK_TYPED(name) name##_f32
#include "kernel/loops/array_elementwise_body.h"
#undef BK_TYPE
#undef BK_WRAP
#undef BK_IS_NAN
#undef BK_TYPED

#define BK_TYPE        double
#define BK_WRAP        double
#define BK_IS_NAN(x)   ((x) != (x))
#define BK_TYPED(name) name##_f64
#include "kernel/loops/array_elementwise_body.h"
#undef BK_TYPE
#undef BK_WRAP
#undef BK_IS_NAN
#undef BK_TYPED

#define BK_TYPE        int64_t
#define BK_WRAP        uint64_t
#define BK_IS_NAN(x)   0
#define BK_TYPED(name) name##_i64
#include "kernel/loops/array_elementwise_body.h"
#undef BK_TYPE
#undef BK_WRAP
#undef BK_IS_NAN
#undef BK_TYPED

/* Division stands here because integers have none. */
static inline float div_one_f32(float a, float b) { return a / b; }
static inline double div_one_f64(double a, double b) { return a / b; }

void BK_KERNEL_NAME(div_f32)(float *y, const float *a, size_t a_step, const float *b, size_t b_step,
                             size_t count)
{
    map_f32(y, a, a_step, b, b_step, count, div_one_f32);
}

void BK_KERNEL_NAME(div_f64)(double *y, const double *a, size_t a_step, const double *b, size_t b_step,
                             size_t count)
{
    map_f64(y, a, a_step, b, b_step, count, div_one_f64);
}

void BK_KERNEL_NAME(cast_f32_f64)(double *y, const float *x, size_t count)
{
#pragma omp simd
    for (size_t i = 0; i < count; i++) {
        y[i] = (double)x[i];
    }
}

void BK_KERNEL_NAME(cast_f64_f32)(float *y, const double *x, size_t count)
{
#pragma omp simd
    for (size_t i = 0; i < count; i++) {
        y[i] = (float)x[i];
    }
}

void BK_KERNEL_NAME(cast_i64_f32)(float *y, const int64_t *x, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        y[i] = (float)x[i];
    }
}

void BK_KERNEL_NAME(cast_i64_f64)(double *y, const int64_t *x, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        y[i] = (double)x[i];
    }
}
