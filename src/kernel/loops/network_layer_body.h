/* SPDX-License-Identifier: GPL-3.0-or-later
 * A hidden layer for one type; network_layer.c includes it for each. BK_TYPE is the element type,
 * BK_TYPED(name) the name with the type's suffix, BK_LANES the number of logical lanes. Points are in lanes;
 * width is BK_LANES written out where that many points are there. */

#define INLINE static inline __attribute__((always_inline))

/* sum[g] = z of unit g of a group at width points. */
INLINE void BK_TYPED(sums)(BK_TYPE sum[GROUP][BK_LANES], const BK_TYPE *x, size_t stride, const size_t width,
                           size_t inputs, const size_t units, const BK_TYPE *w, const BK_TYPE *b)
{
    for (size_t g = 0; g < units; g++) {
        for (size_t l = 0; l < BK_LANES; l++) {
            sum[g][l] = b[g];
        }
    }
    for (size_t i = 0; i < inputs; i++) {
        const BK_TYPE *row = x + i * stride;
        for (size_t g = 0; g < units; g++) {
            const BK_TYPE factor = w[g * inputs + i];
#pragma omp simd
            for (size_t l = 0; l < width; l++) {
                sum[g][l] = BK_TYPED(bk_fma)(factor, row[l], sum[g][l]);
            }
        }
    }
}

/* y = act(z), or NaN where bad is not 0. */
INLINE void BK_TYPED(outputs)(BK_TYPE *y, size_t y_stride, BK_TYPE sum[GROUP][BK_LANES], const BK_TYPE *bad,
                              const size_t width, const size_t units, BK_TYPE (*act)(BK_TYPE))
{
    for (size_t g = 0; g < units; g++) {
        BK_TYPE *restrict row = y + g * y_stride;
#pragma omp simd
        for (size_t l = 0; l < width; l++) {
            const BK_TYPE value = act(sum[g][l]);
            row[l] = bad[l] == 0 ? value : BK_NAN;
        }
    }
}

INLINE void BK_TYPED(layer_points)(BK_TYPE *y, size_t y_stride, const BK_TYPE *x, size_t stride,
                                   const size_t width, size_t inputs, size_t units, const BK_TYPE *w,
                                   const BK_TYPE *b, BK_TYPE (*act)(BK_TYPE))
{
    /* 0 x is 0 for every finite x alone; the clamp inside tanh makes a number of NaN. */
    BK_TYPE bad[BK_LANES] = {0};
    for (size_t i = 0; i < inputs; i++) {
        for (size_t l = 0; l < width; l++) {
            bad[l] += 0 * x[i * stride + l];
        }
    }
    BK_TYPE sum[GROUP][BK_LANES];
    size_t j = 0;
    for (; j + GROUP <= units; j += GROUP) {
        BK_TYPED(sums)(sum, x, stride, width, inputs, GROUP, w + j * inputs, b + j);
        BK_TYPED(outputs)(y + j * y_stride, y_stride, sum, bad, width, GROUP, act);
    }
    for (; j < units; j++) {
        BK_TYPED(sums)(sum, x, stride, width, inputs, 1, w + j * inputs, b + j);
        BK_TYPED(outputs)(y + j * y_stride, y_stride, sum, bad, width, 1, act);
    }
}

static inline BK_TYPE BK_TYPED(layer_act_tanh)(BK_TYPE z) { return BK_TYPED(bk_tanh)(z); }
static inline BK_TYPE BK_TYPED(layer_act_relu)(BK_TYPE z) { return z > 0 ? z : 0; }
static inline BK_TYPE BK_TYPED(layer_act_sigmoid)(BK_TYPE z) { return BK_TYPED(bk_sigmoid)(z); }

#define BK_LAYER(act)                                                                                    \
    void BK_KERNEL_NAME(BK_TYPED(layer_##act))(BK_TYPE * y, size_t y_stride, const BK_TYPE *x,           \
                                               size_t stride, size_t count, size_t inputs, size_t units, \
                                               const BK_TYPE *w, const BK_TYPE *b)                       \
    {                                                                                                    \
        size_t p = 0;                                                                                    \
        for (; p + BK_LANES <= count; p += BK_LANES) {                                                   \
            BK_TYPED(layer_points)                                                                       \
            (y + p, y_stride, x + p, stride, BK_LANES, inputs, units, w, b, BK_TYPED(layer_act_##act));  \
        }                                                                                                \
        if (p < count) {                                                                                 \
            BK_TYPED(layer_points)                                                                       \
            (y + p, y_stride, x + p, stride, count - p, inputs, units, w, b, BK_TYPED(layer_act_##act)); \
        }                                                                                                \
    }

BK_LAYER(tanh)
BK_LAYER(relu)
BK_LAYER(sigmoid)

#undef BK_LAYER
#undef INLINE
