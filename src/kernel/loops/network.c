/* SPDX-License-Identifier: GPL-3.0-or-later
 * The forward pass of the perceptron. A block of points stays in the first-level cache while the
 * units pass over it; within a unit the points are independent, so that the processor overlaps the
 * long chains of the activation. */
#include "kernel/loops/math_f32.h"
#include "kernel/loops/math_f64.h"

#define BK_BLOCK 64

static inline float relu_f32(float z) { return z > 0.0F ? z : 0.0F; }
static inline double relu_f64(double z) { return z > 0.0 ? z : 0.0; }

/* Two inputs, the plane of the lab: both products stay in registers. count is BK_BLOCK written out
 * where the block is full, so that the compiler knows the number of vectors. */
#define BK_MLP_PLANE(name, type, fma, activation)                                                  \
    static inline void name(type *restrict s, const type *restrict x, size_t stride, size_t count, \
                            size_t hidden, const type *restrict w1, const type *restrict b1,       \
                            const type *restrict w2)                                               \
    {                                                                                              \
        for (size_t j = 0; j < hidden; j++) {                                                      \
            const type w0 = w1[2 * j], w = w1[2 * j + 1], b = b1[j], out = w2[j];                  \
            _Pragma("omp simd") for (size_t l = 0; l < count; l++)                                 \
            {                                                                                      \
                const type z = fma(w, x[stride + l], fma(w0, x[l], b));                            \
                s[l] = fma(out, activation(z), s[l]);                                              \
            }                                                                                      \
        }                                                                                          \
    }

/* The same for tanh, in two loops: each has short chains of operations, of which a processor keeps more
 * in flight than of one long chain. */
#define BK_MLP_PLANE_TANH(name, type, bits, fma, parts, reduce, end)                               \
    static inline void name(type *restrict s, const type *restrict x, size_t stride, size_t count, \
                            size_t hidden, const type *restrict w1, const type *restrict b1,       \
                            const type *restrict w2)                                               \
    {                                                                                              \
        type r[BK_BLOCK], scale[BK_BLOCK];                                                         \
        bits sign[BK_BLOCK];                                                                       \
        for (size_t j = 0; j < hidden; j++) {                                                      \
            const type w0 = w1[2 * j], w = w1[2 * j + 1], b = b1[j], out = w2[j];                  \
            _Pragma("omp simd") for (size_t l = 0; l < count; l++)                                 \
            {                                                                                      \
                const parts reduced = reduce(fma(w, x[stride + l], fma(w0, x[l], b)));             \
                r[l] = reduced.r;                                                                  \
                scale[l] = reduced.scale;                                                          \
                sign[l] = reduced.sign;                                                            \
            }                                                                                      \
            _Pragma("omp simd") for (size_t l = 0; l < count; l++)                                 \
            {                                                                                      \
                s[l] = fma(out, end((parts){r[l], scale[l], sign[l]}), s[l]);                      \
            }                                                                                      \
        }                                                                                          \
    }

/* Any number of inputs: the same sums in the same order, z of a block in memory. */
#define BK_MLP_WIDE(name, type, fma, activation)                                                            \
    static inline void name(type *restrict s, const type *restrict x, size_t stride, size_t count,          \
                            size_t inputs, size_t hidden, const type *restrict w1, const type *restrict b1, \
                            const type *restrict w2)                                                        \
    {                                                                                                       \
        type z[BK_BLOCK];                                                                                   \
        for (size_t j = 0; j < hidden; j++) {                                                               \
            for (size_t l = 0; l < count; l++) {                                                            \
                z[l] = b1[j];                                                                               \
            }                                                                                               \
            for (size_t i = 0; i < inputs; i++) {                                                           \
                const type w = w1[j * inputs + i];                                                          \
                _Pragma("omp simd") for (size_t l = 0; l < count; l++)                                      \
                {                                                                                           \
                    z[l] = fma(w, x[i * stride + l], z[l]);                                                 \
                }                                                                                           \
            }                                                                                               \
            _Pragma("omp simd") for (size_t l = 0; l < count; l++)                                          \
            {                                                                                               \
                s[l] = fma(w2[j], activation(z[l]), s[l]);                                                  \
            }                                                                                               \
        }                                                                                                   \
    }

/* score = s, or NaN where an input is NaN or infinite: 0 x is 0 for every finite x alone. Needed
 * because the clamp inside tanh makes a number of NaN. */
#define BK_MLP_FINISH(name, type, nan)                                                                   \
    static inline void name(type *restrict score, const type *restrict s, const type *restrict x,        \
                            size_t stride, size_t count, size_t inputs)                                  \
    {                                                                                                    \
        type zero[BK_BLOCK] = {0};                                                                       \
        for (size_t i = 0; i < inputs; i++) {                                                            \
            _Pragma("omp simd") for (size_t l = 0; l < count; l++) { zero[l] += 0 * x[i * stride + l]; } \
        }                                                                                                \
        for (size_t l = 0; l < count; l++) {                                                             \
            score[l] = zero[l] == 0 ? s[l] : nan;                                                        \
        }                                                                                                \
    }

#define BK_MLP(kernel, type, plane, wide, finish)                                                        \
    void BK_KERNEL_NAME(kernel)(type * score, const type *x, size_t stride, size_t count, size_t inputs, \
                                size_t hidden, const type *w1, const type *b1, const type *w2, type b2)  \
    {                                                                                                    \
        for (size_t first = 0; first < count; first += BK_BLOCK) {                                       \
            const size_t n = count - first < BK_BLOCK ? count - first : BK_BLOCK;                        \
            type s[BK_BLOCK];                                                                            \
            for (size_t l = 0; l < BK_BLOCK; l++) {                                                      \
                s[l] = b2;                                                                               \
            }                                                                                            \
            if (inputs == 2 && n == BK_BLOCK) {                                                          \
                plane(s, x + first, stride, BK_BLOCK, hidden, w1, b1, w2);                               \
            } else if (inputs == 2) {                                                                    \
                plane(s, x + first, stride, n, hidden, w1, b1, w2);                                      \
            } else {                                                                                     \
                wide(s, x + first, stride, n, inputs, hidden, w1, b1, w2);                               \
            }                                                                                            \
            finish(score + first, s, x + first, stride, n, inputs);                                      \
        }                                                                                                \
    }

BK_MLP_FINISH(finish_f32, float, __builtin_nanf(""))
BK_MLP_FINISH(finish_f64, double, __builtin_nan(""))
/* Processors with AVX-512 look further ahead and pay more for the stores between the loops. */
#if defined(__AVX512F__)
BK_MLP_PLANE(plane_tanh_f32, float, bk_fma_f32, bk_tanh_number_f32)
BK_MLP_PLANE(plane_tanh_f64, double, bk_fma_f64, bk_tanh_f64)
#else
BK_MLP_PLANE_TANH(plane_tanh_f32, float, uint32_t, bk_fma_f32, bk_tanh_parts_f32, bk_tanh_reduce_f32,
                  bk_tanh_end_f32)
BK_MLP_PLANE_TANH(plane_tanh_f64, double, uint64_t, bk_fma_f64, bk_tanh_parts_f64, bk_tanh_reduce_f64,
                  bk_tanh_end_f64)
#endif
BK_MLP_PLANE(plane_relu_f32, float, bk_fma_f32, relu_f32)
BK_MLP_PLANE(plane_relu_f64, double, bk_fma_f64, relu_f64)
BK_MLP_PLANE(plane_sigmoid_f32, float, bk_fma_f32, bk_sigmoid_f32)
BK_MLP_PLANE(plane_sigmoid_f64, double, bk_fma_f64, bk_sigmoid_f64)
BK_MLP_WIDE(wide_tanh_f32, float, bk_fma_f32, bk_tanh_number_f32)
BK_MLP_WIDE(wide_tanh_f64, double, bk_fma_f64, bk_tanh_f64)
BK_MLP_WIDE(wide_relu_f32, float, bk_fma_f32, relu_f32)
BK_MLP_WIDE(wide_relu_f64, double, bk_fma_f64, relu_f64)
BK_MLP_WIDE(wide_sigmoid_f32, float, bk_fma_f32, bk_sigmoid_f32)
BK_MLP_WIDE(wide_sigmoid_f64, double, bk_fma_f64, bk_sigmoid_f64)

BK_MLP(mlp_tanh_f32, float, plane_tanh_f32, wide_tanh_f32, finish_f32)
BK_MLP(mlp_tanh_f64, double, plane_tanh_f64, wide_tanh_f64, finish_f64)
BK_MLP(mlp_relu_f32, float, plane_relu_f32, wide_relu_f32, finish_f32)
BK_MLP(mlp_relu_f64, double, plane_relu_f64, wide_relu_f64, finish_f64)
BK_MLP(mlp_sigmoid_f32, float, plane_sigmoid_f32, wide_sigmoid_f32, finish_f32)
BK_MLP(mlp_sigmoid_f64, double, plane_sigmoid_f64, wide_sigmoid_f64, finish_f64)
