/* SPDX-License-Identifier: GPL-3.0-or-later
 * What several tests of the kernel room share. */
#ifndef BRISK_TESTS_KERNEL_SUPPORT_H
#define BRISK_TESTS_KERNEL_SUPPORT_H

#include <math.h>
#include <string.h>

#include "kernel/kernel.h"

/* A reproducible sequence for test arguments; nothing of the library's own. */
static inline uint64_t test_bits(uint64_t *state)
{
    *state += UINT64_C(0x9e3779b97f4a7c15);
    uint64_t z = *state;
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

static inline float test_float(uint32_t bits)
{
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

static inline double test_double(uint64_t bits)
{
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* The same bits, all NaNs being one. */
static inline bool same_f32(float a, float b)
{
    return (isnan(a) && isnan(b)) || memcmp(&a, &b, sizeof a) == 0;
}

static inline bool same_f64(double a, double b)
{
    return (isnan(a) && isnan(b)) || memcmp(&a, &b, sizeof a) == 0;
}

typedef void (*map_f32)(float *, const float *, size_t);
typedef void (*map_f64)(double *, const double *, size_t);

enum { maps = 5 };
static const char *const map_names[maps] = {"exp", "log", "tanh", "sigmoid", "log_sigmoid"};

static inline map_f32 map_of_f32(const bk_kernels *kernels, int which)
{
    const map_f32 functions[maps] = {kernels->exp_f32, kernels->log_f32, kernels->tanh_f32,
                                     kernels->sigmoid_f32, kernels->log_sigmoid_f32};
    return functions[which];
}

static inline map_f64 map_of_f64(const bk_kernels *kernels, int which)
{
    const map_f64 functions[maps] = {kernels->exp_f64, kernels->log_f64, kernels->tanh_f64,
                                     kernels->sigmoid_f64, kernels->log_sigmoid_f64};
    return functions[which];
}

#endif
