/* SPDX-License-Identifier: GPL-3.0-or-later
 * A block of hidden units for one type; training.c includes it for each. BK_TYPE is the element type,
 * BK_TYPED(name) the name with the type's suffix, BK_BITS an unsigned integer of its size, BK_LANES the
 * number of logical lanes. Activation and number of inputs are constants at the calls that matter. */

#define FMA       BK_TYPED(bk_fma)
#define BK_ABS(x) ((x) < 0 ? -(x) : (x))
#define INLINE    static inline __attribute__((always_inline))

#ifndef BRISK_KERNEL_LOOPS_TRAINING_BLOCK_BODY_H
#define BRISK_KERNEL_LOOPS_TRAINING_BLOCK_BODY_H
enum { UNIT_TANH, UNIT_RELU, UNIT_SIGMOID, UNIT_TANH_OF_FINITE };
#endif

/* z of one point and a vector of units. */
INLINE void BK_TYPED(pre_activation)(BK_TYPE z[BK_LANES], const BK_TYPE *x, size_t stride,
                                     const size_t inputs, const BK_TYPE *w, size_t width)
{
    for (size_t l = 0; l < BK_LANES; l++) {
        z[l] = 0;
    }
    for (size_t i = 0; i < inputs; i++) {
        const BK_TYPE value = x[i * stride];
#pragma omp simd
        for (size_t l = 0; l < BK_LANES; l++) {
            z[l] = FMA(value, w[i * width + l], z[l]);
        }
    }
#pragma omp simd
    for (size_t l = 0; l < BK_LANES; l++) {
        z[l] += w[inputs * width + l];
    }
}

/* A vector of units at n points: h = act(z), sum += w2 h. */
INLINE void BK_TYPED(units)(BK_TYPE *h, BK_TYPE sum[CHUNK][BK_LANES], const BK_TYPE *x, size_t stride,
                            const size_t n, const size_t inputs, size_t width, const BK_TYPE *w,
                            const int unit)
{
    const BK_TYPE *w2 = w + (inputs + 1) * width;
    for (size_t p = 0; p < n; p++) {
        BK_TYPE *restrict row = h + p * width;
        BK_TYPE z[BK_LANES];
        BK_TYPED(pre_activation)(z, x + p, stride, inputs, w, width);
#pragma omp simd
        for (size_t l = 0; l < BK_LANES; l++) {
            const BK_TYPE positive = z[l] < 0 ? (BK_TYPE)0 : z[l];
            row[l] = unit == UNIT_RELU      ? positive
                     : unit == UNIT_SIGMOID ? BK_TYPED(bk_sigmoid)(z[l])
                                            : BK_TYPED(bk_tanh)(z[l]);
            sum[p][l] = FMA(row[l], w2[l], sum[p][l]);
        }
    }
}

/* The same for tanh where every z is finite, in two loops, each of short chains of operations, of which a
 * processor keeps more in flight than of one long chain. */
INLINE void BK_TYPED(tanh_units)(BK_TYPE *h, BK_TYPE sum[CHUNK][BK_LANES], const BK_TYPE *x, size_t stride,
                                 const size_t n, const size_t inputs, size_t width, const BK_TYPE *w)
{
    const BK_TYPE *w2 = w + (inputs + 1) * width;
    BK_TYPE r[CHUNK][BK_LANES], scale[CHUNK][BK_LANES];
    BK_BITS sign[CHUNK][BK_LANES];
    for (size_t p = 0; p < n; p++) {
        BK_TYPE z[BK_LANES];
        BK_TYPED(pre_activation)(z, x + p, stride, inputs, w, width);
#pragma omp simd
        for (size_t l = 0; l < BK_LANES; l++) {
            const BK_TYPED(bk_tanh_parts) parts = BK_TYPED(bk_tanh_reduce)(z[l]);
            r[p][l] = parts.r;
            scale[p][l] = parts.scale;
            sign[p][l] = parts.sign;
        }
    }
    for (size_t p = 0; p < n; p++) {
        BK_TYPE *restrict row = h + p * width;
#pragma omp simd
        for (size_t l = 0; l < BK_LANES; l++) {
            row[l] = BK_TYPED(bk_tanh_end)((BK_TYPED(bk_tanh_parts)){r[p][l], scale[p][l], sign[p][l]});
            sum[p][l] = FMA(row[l], w2[l], sum[p][l]);
        }
    }
}

/* Lane l with lane l + half, half = BK_LANES / 2, ..., 1. */
INLINE BK_TYPE BK_TYPED(fold)(BK_TYPE lane[BK_LANES])
{
    for (size_t half = BK_LANES / 2; half > 0; half /= 2) {
        for (size_t l = 0; l < half; l++) {
            lane[l] += lane[l + half];
        }
    }
    return lane[0];
}

INLINE void BK_TYPED(forward_chunk)(BK_TYPE *h, BK_TYPE *partial, const BK_TYPE *x, size_t stride,
                                    const size_t n, const size_t inputs, size_t width, const BK_TYPE *weights,
                                    const int unit)
{
    BK_TYPE sum[CHUNK][BK_LANES] = {{0}};
    for (size_t first = 0; first < width; first += BK_LANES) {
        if (unit == UNIT_TANH_OF_FINITE) {
            BK_TYPED(tanh_units)(h + first, sum, x, stride, n, inputs, width, weights + first);
        } else {
            BK_TYPED(units)(h + first, sum, x, stride, n, inputs, width, weights + first, unit);
        }
    }
    for (size_t p = 0; p < n; p++) {
        partial[p] = BK_TYPED(fold)(sum[p]);
    }
}

/* Whether no z can overflow: the sum of |w1| times the largest |x|, plus |b1|, stays far below the largest
 * number for every unit. NaN and infinite weights fail. */
static int BK_TYPED(stays_finite)(const BK_TYPE *x, size_t stride, size_t count, size_t inputs, size_t width,
                                  const BK_TYPE *weights)
{
    BK_TYPE lane[BK_LANES] = {0}, largest = 0;
    for (size_t i = 0; i < inputs; i++) {
        for (size_t p = 0; p < count; p++) {
            const BK_TYPE size = BK_ABS(x[i * stride + p]);
            lane[p % BK_LANES] = size > lane[p % BK_LANES] ? size : lane[p % BK_LANES];
        }
    }
    for (size_t l = 0; l < BK_LANES; l++) {
        largest = lane[l] > largest ? lane[l] : largest;
    }
    unsigned beyond = 0;
    for (size_t j = 0; j < width; j++) {
        BK_TYPE sum = 0;
        for (size_t i = 0; i < inputs; i++) {
            sum += BK_ABS(weights[i * width + j]);
        }
        const BK_TYPE bound = sum * largest + BK_ABS(weights[inputs * width + j]);
        beyond |= (unsigned)!(bound < BK_LARGEST / 4);
    }
    return beyond == 0;
}

INLINE void BK_TYPED(forward)(BK_TYPE *h, BK_TYPE *partial, const BK_TYPE *x, size_t stride, size_t count,
                              const size_t inputs, size_t width, const BK_TYPE *weights, const int unit)
{
    size_t first = 0;
    for (; first + CHUNK <= count; first += CHUNK) {
        BK_TYPED(forward_chunk)
        (h + first * width, partial + first, x + first, stride, CHUNK, inputs, width, weights, unit);
    }
    if (first < count) {
        BK_TYPED(forward_chunk)
        (h + first * width, partial + first, x + first, stride, count - first, inputs, width, weights, unit);
    }
}

/* dz of one point and one vector of units, as of tanh_gradient and its kin. */
INLINE BK_TYPE BK_TYPED(slope_of)(BK_TYPE dh, BK_TYPE h, const int unit)
{
    if (unit == UNIT_TANH) {
        return dh * FMA(-h, h, (BK_TYPE)1);
    }
    if (unit == UNIT_RELU) {
        return h <= 0 ? (BK_TYPE)0 : dh;
    }
    return dh * (h * ((BK_TYPE)1 - h));
}

/* Two inputs: all sums stay in registers. */
INLINE void BK_TYPED(backward_plane)(BK_TYPE *gradient, const BK_TYPE *h, const BK_TYPE *slope,
                                     const BK_TYPE *x, size_t stride, size_t count, size_t width,
                                     const BK_TYPE *w2, const int unit)
{
    BK_TYPE d0[BK_LANES] = {0}, d1[BK_LANES] = {0}, d2[BK_LANES] = {0};
    double total[BK_LANES] = {0};
    for (size_t start = 0; start < count; start += BLOCK_STEPS) {
        const size_t end = count - start < BLOCK_STEPS ? count : start + BLOCK_STEPS;
        BK_TYPE part[BK_LANES] = {0};
        for (size_t p = start; p < end; p++) {
            const BK_TYPE s = slope[p], x0 = x[p], x1 = x[stride + p];
            const BK_TYPE *row = h + p * width;
#pragma omp simd
            for (size_t l = 0; l < BK_LANES; l++) {
                const BK_TYPE dz = BK_TYPED(slope_of)(FMA(s, w2[l], (BK_TYPE)0), row[l], unit);
                part[l] += dz;
                d0[l] = FMA(x0, dz, d0[l]);
                d1[l] = FMA(x1, dz, d1[l]);
                d2[l] = FMA(s, row[l], d2[l]);
            }
        }
        for (size_t l = 0; l < BK_LANES; l++) {
            total[l] += (double)part[l];
        }
    }
    memcpy(gradient, d0, sizeof d0);
    memcpy(gradient + width, d1, sizeof d1);
    memcpy(gradient + 3 * width, d2, sizeof d2);
    for (size_t l = 0; l < BK_LANES; l++) {
        gradient[2 * width + l] = (BK_TYPE)total[l];
    }
}

/* Any number of inputs: the same sums, those of w1 in memory. */
INLINE void BK_TYPED(backward_wide)(BK_TYPE *gradient, const BK_TYPE *h, const BK_TYPE *slope,
                                    const BK_TYPE *x, size_t stride, size_t count, size_t inputs,
                                    size_t width, const BK_TYPE *w2, const int unit)
{
    BK_TYPE d2[BK_LANES] = {0};
    double total[BK_LANES] = {0};
    for (size_t i = 0; i < inputs; i++) {
        memset(gradient + i * width, 0, sizeof d2);
    }
    for (size_t start = 0; start < count; start += BLOCK_STEPS) {
        const size_t end = count - start < BLOCK_STEPS ? count : start + BLOCK_STEPS;
        BK_TYPE part[BK_LANES] = {0};
        for (size_t p = start; p < end; p++) {
            const BK_TYPE s = slope[p];
            const BK_TYPE *row = h + p * width;
            BK_TYPE dz[BK_LANES];
#pragma omp simd
            for (size_t l = 0; l < BK_LANES; l++) {
                dz[l] = BK_TYPED(slope_of)(FMA(s, w2[l], (BK_TYPE)0), row[l], unit);
                part[l] += dz[l];
                d2[l] = FMA(s, row[l], d2[l]);
            }
            for (size_t i = 0; i < inputs; i++) {
                const BK_TYPE value = x[i * stride + p];
                BK_TYPE *restrict d1 = gradient + i * width;
#pragma omp simd
                for (size_t l = 0; l < BK_LANES; l++) {
                    d1[l] = FMA(value, dz[l], d1[l]);
                }
            }
        }
        for (size_t l = 0; l < BK_LANES; l++) {
            total[l] += (double)part[l];
        }
    }
    for (size_t l = 0; l < BK_LANES; l++) {
        gradient[inputs * width + l] = (BK_TYPE)total[l];
    }
    memcpy(gradient + (inputs + 1) * width, d2, sizeof d2);
}

INLINE void BK_TYPED(backward)(BK_TYPE *gradient, const BK_TYPE *h, const BK_TYPE *slope, const BK_TYPE *x,
                               size_t stride, size_t count, size_t inputs, size_t width,
                               const BK_TYPE *weights, const int unit)
{
    for (size_t first = 0; first < width; first += BK_LANES) {
        const BK_TYPE *w2 = weights + (inputs + 1) * width + first;
        if (inputs == 2) {
            BK_TYPED(backward_plane)(gradient + first, h + first, slope, x, stride, count, width, w2, unit);
        } else {
            BK_TYPED(backward_wide)
            (gradient + first, h + first, slope, x, stride, count, inputs, width, w2, unit);
        }
    }
}

static void BK_TYPED(forward_of_tanh)(BK_TYPE *h, BK_TYPE *partial, const BK_TYPE *x, size_t stride,
                                      size_t count, size_t inputs, size_t width, const BK_TYPE *weights)
{
    if (!BK_TYPED(stays_finite)(x, stride, count, inputs, width, weights)) {
        BK_TYPED(forward)(h, partial, x, stride, count, inputs, width, weights, UNIT_TANH);
    } else if (inputs == 2) {
        BK_TYPED(forward)(h, partial, x, stride, count, 2, width, weights, UNIT_TANH_OF_FINITE);
    } else {
        BK_TYPED(forward)(h, partial, x, stride, count, inputs, width, weights, UNIT_TANH_OF_FINITE);
    }
}

#define BK_HIDDEN(name, unit)                                                                              \
    void BK_KERNEL_NAME(BK_TYPED(hidden_forward_##name))(BK_TYPE * h, BK_TYPE * partial, const BK_TYPE *x, \
                                                         size_t stride, size_t count, size_t inputs,       \
                                                         size_t width, const BK_TYPE *weights)             \
    {                                                                                                      \
        if (unit == UNIT_TANH) {                                                                           \
            BK_TYPED(forward_of_tanh)(h, partial, x, stride, count, inputs, width, weights);               \
        } else {                                                                                           \
            BK_TYPED(forward)(h, partial, x, stride, count, inputs, width, weights, unit);                 \
        }                                                                                                  \
    }                                                                                                      \
    void BK_KERNEL_NAME(BK_TYPED(hidden_backward_##name))(                                                 \
        BK_TYPE * gradient, const BK_TYPE *h, const BK_TYPE *slope, const BK_TYPE *x, size_t stride,       \
        size_t count, size_t inputs, size_t width, const BK_TYPE *weights)                                 \
    {                                                                                                      \
        BK_TYPED(backward)(gradient, h, slope, x, stride, count, inputs, width, weights, unit);            \
    }

BK_HIDDEN(tanh, UNIT_TANH)
BK_HIDDEN(relu, UNIT_RELU)
BK_HIDDEN(sigmoid, UNIT_SIGMOID)

#undef BK_HIDDEN
#undef BK_ABS
#undef FMA
#undef INLINE
