/* SPDX-License-Identifier: GPL-3.0-or-later
 * Gradients of elementwise functions for one type; array_gradient.c includes it for each. BK_TYPE is the
 * element type, BK_TYPED(name) the name with the type's suffix. */

void BK_KERNEL_NAME(BK_TYPED(add_scaled))(BK_TYPE *y, BK_TYPE factor, const BK_TYPE *x, size_t count)
{
#pragma omp simd
    for (size_t i = 0; i < count; i++) {
        y[i] = BK_TYPED(bk_fma)(factor, x[i], y[i]);
    }
}

void BK_KERNEL_NAME(BK_TYPED(tanh_gradient))(BK_TYPE *d, const BK_TYPE *g, const BK_TYPE *y, size_t count)
{
#pragma omp simd
    for (size_t i = 0; i < count; i++) {
        d[i] = g[i] * BK_TYPED(bk_fma)(-y[i], y[i], (BK_TYPE)1);
    }
}

void BK_KERNEL_NAME(BK_TYPED(sigmoid_gradient))(BK_TYPE *d, const BK_TYPE *g, const BK_TYPE *y, size_t count)
{
#pragma omp simd
    for (size_t i = 0; i < count; i++) {
        d[i] = g[i] * (y[i] * ((BK_TYPE)1 - y[i]));
    }
}

void BK_KERNEL_NAME(BK_TYPED(relu_gradient))(BK_TYPE *d, const BK_TYPE *g, const BK_TYPE *y, size_t count)
{
#pragma omp simd
    for (size_t i = 0; i < count; i++) {
        const BK_TYPE passed = g[i];
        d[i] = y[i] <= 0 ? (BK_TYPE)0 : passed;
    }
}

void BK_KERNEL_NAME(BK_TYPED(square_gradient))(BK_TYPE *d, const BK_TYPE *g, const BK_TYPE *x, size_t count)
{
#pragma omp simd
    for (size_t i = 0; i < count; i++) {
        d[i] = (x[i] + x[i]) * g[i];
    }
}

void BK_KERNEL_NAME(BK_TYPED(max_gradient))(BK_TYPE *d, const BK_TYPE *g, const BK_TYPE *x,
                                            const BK_TYPE *other, size_t count)
{
#pragma omp simd
    for (size_t i = 0; i < count; i++) {
        const BK_TYPE whole = g[i];
        const BK_TYPE half = whole * (BK_TYPE)0.5;
        const BK_TYPE shared = x[i] == other[i] ? half : whole;
        d[i] = x[i] < other[i] ? (BK_TYPE)0 : shared;
    }
}

void BK_KERNEL_NAME(BK_TYPED(sqrt_gradient))(BK_TYPE *d, const BK_TYPE *g, const BK_TYPE *y, size_t count)
{
#pragma omp simd
    for (size_t i = 0; i < count; i++) {
        d[i] = (BK_TYPE)0.5 * g[i] / y[i];
    }
}

void BK_KERNEL_NAME(BK_TYPED(clamp_gradient))(BK_TYPE *d, const BK_TYPE *g, const BK_TYPE *x, BK_TYPE low,
                                              BK_TYPE high, size_t count)
{
#pragma omp simd
    for (size_t i = 0; i < count; i++) {
        const BK_TYPE passed = g[i];
        d[i] = ((x[i] >= low) & (x[i] <= high)) ? passed : (BK_TYPE)0;
    }
}
