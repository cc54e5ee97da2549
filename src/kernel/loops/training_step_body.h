/* SPDX-License-Identifier: GPL-3.0-or-later
 * Steps of the optimisers for one type; training.c includes it for each. BK_TYPE is the element type,
 * BK_TYPED(name) the name with the type's suffix, BK_SQRT its square root. */

#define FMA BK_TYPED(bk_fma)

/* decay 0 leaves the gradient as it is, an infinite weight times 0 included. */
static inline BK_TYPE BK_TYPED(decayed)(BK_TYPE gradient, BK_TYPE w, BK_TYPE decay)
{
    return decay == 0 ? gradient : FMA(decay, w, gradient);
}

void BK_KERNEL_NAME(BK_TYPED(step_descent))(BK_TYPE *w, const BK_TYPE *gradient, size_t count, BK_TYPE rate,
                                            BK_TYPE decay)
{
#pragma omp simd
    for (size_t i = 0; i < count; i++) {
        w[i] = FMA(-rate, BK_TYPED(decayed)(gradient[i], w[i], decay), w[i]);
    }
}

void BK_KERNEL_NAME(BK_TYPED(step_momentum))(BK_TYPE *w, const BK_TYPE *gradient, BK_TYPE *v, size_t count,
                                             BK_TYPE rate, BK_TYPE decay, BK_TYPE momentum, int nesterov,
                                             int first)
{
#pragma omp simd
    for (size_t i = 0; i < count; i++) {
        const BK_TYPE g = BK_TYPED(decayed)(gradient[i], w[i], decay);
        const BK_TYPE carried = FMA(momentum, v[i], g);
        v[i] = first ? g : carried;
        const BK_TYPE ahead = FMA(momentum, v[i], g);
        w[i] = FMA(-rate, nesterov ? ahead : v[i], w[i]);
    }
}

void BK_KERNEL_NAME(BK_TYPED(step_adam))(BK_TYPE *w, const BK_TYPE *gradient, BK_TYPE *m, BK_TYPE *v,
                                         size_t count, BK_TYPE rate, BK_TYPE decay, const BK_TYPE *beta,
                                         const BK_TYPE *rest, BK_TYPE root, BK_TYPE epsilon)
{
    const BK_TYPE beta1 = beta[0], beta2 = beta[1], rest1 = rest[0], rest2 = rest[1];
#pragma omp simd
    for (size_t i = 0; i < count; i++) {
        const BK_TYPE g = BK_TYPED(decayed)(gradient[i], w[i], decay);
        m[i] = FMA(beta1, m[i], rest1 * g);
        v[i] = FMA(beta2, v[i], rest2 * (g * g));
        w[i] = FMA(-rate, m[i] / (BK_SQRT(v[i]) / root + epsilon), w[i]);
    }
}

#undef FMA
