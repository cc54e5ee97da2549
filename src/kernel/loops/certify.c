/* SPDX-License-Identifier: GPL-3.0-or-later
 * Second-order expansions of a perceptron (certify.def): points in lanes, units in the outer loop. */
#include "kernel/loops/math_f64.h"

#define INLINE static inline __attribute__((always_inline))

/* An activation at z: its value, slope, half its curvature, and the bounds f3 and f1. */
typedef struct bend {
    double value, slope, curve, third, slip;
} bend;

/* A NaN, of 0 times an infinite grow, gives the cap. */
INLINE double least(double m, double cap) { return m < cap ? m : cap; }

INLINE bend bend_tanh(double z, double grow, double slack, double inverse)
{
    (void)inverse;
    const double t = bk_tanh_f64(z);
    const double slope = bk_fma_f64(-t, t, 1.0);
    const double most = bk_fma_f64(slope, grow, slack);
    return (bend){t, slope, -t * slope, least(most, 0.5), least(most, 1.0)};
}

INLINE bend bend_sigmoid(double z, double grow, double slack, double inverse)
{
    (void)inverse;
    const double t = bk_sigmoid_f64(z);
    const double slope = bk_fma_f64(-t, t, t);
    const double most = bk_fma_f64(slope, grow, slack);
    return (bend){t, slope, slope * (0.5 - t), least(most, 0.125), least(most, 0.25)};
}

INLINE bend bend_relu(double z, double grow, double slack, double inverse)
{
    double slope = bk_fma_f64(z, inverse, 0.5);
    slope = slope > 0.0 ? slope : 0.0;
    slope = slope < 1.0 ? slope : 1.0;
    const double kink = grow - __builtin_fabs(z);
    return (bend){z > 0.0 ? z : 0.0, slope, 0.0, kink > 0.0 ? kink : 0.0, z > -slack ? 1.0 : 0.0};
}

/* One unit at the points of a block; sums and x begin at the block's first point. */
INLINE void expand_unit(double *restrict sums, const double *restrict x, size_t stride, size_t count,
                        const size_t inputs, const double *w, double b, double out, const double *shape,
                        bend (*activation)(double, double, double, double))
{
    const double third = shape[0], slip = shape[1], grow = shape[2], slack = shape[3];
    const double inverse = grow > 0.0 ? 0.5 / grow : 0.0;
    const double w_0 = w[0], w_1 = inputs > 1 ? w[1] : 0.0, w_2 = inputs > 2 ? w[2] : 0.0;
    double *slopes = sums + 4 * stride, *curves = slopes + inputs * stride;
#pragma omp simd
    for (size_t l = 0; l < count; l++) {
        double z = bk_fma_f64(w_0, x[l], b);
        z = inputs > 1 ? bk_fma_f64(w_1, x[stride + l], z) : z;
        z = inputs > 2 ? bk_fma_f64(w_2, x[2 * stride + l], z) : z;
        const bend at = activation(z, grow, slack, inverse);
        const double value = bk_fma_f64(out, at.value, sums[l]);
        sums[l] = value;
        sums[stride + l] += __builtin_fabs(value);
        sums[2 * stride + l] = bk_fma_f64(third, at.third, sums[2 * stride + l]);
        sums[3 * stride + l] = bk_fma_f64(slip, at.slip, sums[3 * stride + l]);
        const double slope = out * at.slope, curve = out * at.curve;
        slopes[l] = bk_fma_f64(slope, w_0, slopes[l]);
        curves[l] = bk_fma_f64(curve, w_0 * w_0, curves[l]);
        if (inputs > 1) {
            slopes[stride + l] = bk_fma_f64(slope, w_1, slopes[stride + l]);
            curves[stride + l] = bk_fma_f64(curve, 2.0 * w_0 * w_1, curves[stride + l]);
        }
        if (inputs == 2) {
            curves[2 * stride + l] = bk_fma_f64(curve, w_1 * w_1, curves[2 * stride + l]);
        }
        if (inputs > 2) {
            slopes[2 * stride + l] = bk_fma_f64(slope, w_2, slopes[2 * stride + l]);
            curves[2 * stride + l] = bk_fma_f64(curve, 2.0 * w_0 * w_2, curves[2 * stride + l]);
            curves[3 * stride + l] = bk_fma_f64(curve, w_1 * w_1, curves[3 * stride + l]);
            curves[4 * stride + l] = bk_fma_f64(curve, 2.0 * w_1 * w_2, curves[4 * stride + l]);
            curves[5 * stride + l] = bk_fma_f64(curve, w_2 * w_2, curves[5 * stride + l]);
        }
    }
}

/* A block of points whose sums stay in the first-level cache. */
#define BLOCK 64

INLINE void expand(double *sums, const double *centre, size_t stride, size_t count, const size_t inputs,
                   size_t units, const double *w1, const double *b1, const double *w2, const double *shape,
                   bend (*activation)(double, double, double, double))
{
    for (size_t first = 0; first < count; first += BLOCK) {
        const size_t n = count - first < BLOCK ? count - first : BLOCK;
        for (size_t j = 0; j < units; j++) {
            expand_unit(sums + first, centre + first, stride, n, inputs, w1 + inputs * j, b1[j], w2[j],
                        shape + 4 * j, activation);
        }
    }
}

#define BK_EXPAND(name, activation)                                                            \
    void BK_KERNEL_NAME(name)(double *sums, const double *centre, size_t stride, size_t count, \
                              size_t inputs, size_t units, const double *w1, const double *b1, \
                              const double *w2, const double *shape)                           \
    {                                                                                          \
        if (inputs == 1) {                                                                     \
            expand(sums, centre, stride, count, 1, units, w1, b1, w2, shape, activation);      \
        } else if (inputs == 2) {                                                              \
            expand(sums, centre, stride, count, 2, units, w1, b1, w2, shape, activation);      \
        } else {                                                                               \
            expand(sums, centre, stride, count, 3, units, w1, b1, w2, shape, activation);      \
        }                                                                                      \
    }

BK_EXPAND(expand_tanh, bend_tanh)
BK_EXPAND(expand_relu, bend_relu)
BK_EXPAND(expand_sigmoid, bend_sigmoid)
