/* SPDX-License-Identifier: GPL-3.0-or-later
 * Elementwise arithmetic for one type; array_elementwise.c includes it for each. BK_TYPE is the element
 * type, BK_TYPED(name) the name with the type's suffix, BK_WRAP the type to compute in (unsigned for
 * integers, so that they wrap round), BK_IS_NAN(x) whether x is NaN. */

static inline BK_TYPE BK_TYPED(add_one)(BK_TYPE a, BK_TYPE b) { return (BK_TYPE)((BK_WRAP)a + (BK_WRAP)b); }
static inline BK_TYPE BK_TYPED(sub_one)(BK_TYPE a, BK_TYPE b) { return (BK_TYPE)((BK_WRAP)a - (BK_WRAP)b); }
static inline BK_TYPE BK_TYPED(mul_one)(BK_TYPE a, BK_TYPE b) { return (BK_TYPE)((BK_WRAP)a * (BK_WRAP)b); }
static inline BK_TYPE BK_TYPED(max_one)(BK_TYPE a, BK_TYPE b) { return BK_IS_NAN(a) ? a : a > b ? a : b; }

/* op is a constant at every call, so that the compiler makes one loop of it. */
static inline __attribute__((always_inline)) void BK_TYPED(map)(BK_TYPE *y, const BK_TYPE *a, size_t a_step,
                                                                const BK_TYPE *b, size_t b_step, size_t count,
                                                                BK_TYPE (*op)(BK_TYPE, BK_TYPE))
{
    if (a_step == 1 && b_step == 1) {
#pragma omp simd
        for (size_t i = 0; i < count; i++) {
            y[i] = op(a[i], b[i]);
        }
    } else if (a_step == 1 && b_step == 0 && count > 0) {
        const BK_TYPE value = b[0];
#pragma omp simd
        for (size_t i = 0; i < count; i++) {
            y[i] = op(a[i], value);
        }
    } else if (a_step == 0 && b_step == 1 && count > 0) {
        const BK_TYPE value = a[0];
#pragma omp simd
        for (size_t i = 0; i < count; i++) {
            y[i] = op(value, b[i]);
        }
    } else {
        for (size_t i = 0; i < count; i++) {
            y[i] = op(a[i * a_step], b[i * b_step]);
        }
    }
}

void BK_KERNEL_NAME(BK_TYPED(add))(BK_TYPE *y, const BK_TYPE *a, size_t a_step, const BK_TYPE *b,
                                   size_t b_step, size_t count)
{
    BK_TYPED(map)(y, a, a_step, b, b_step, count, BK_TYPED(add_one));
}

void BK_KERNEL_NAME(BK_TYPED(sub))(BK_TYPE *y, const BK_TYPE *a, size_t a_step, const BK_TYPE *b,
                                   size_t b_step, size_t count)
{
    BK_TYPED(map)(y, a, a_step, b, b_step, count, BK_TYPED(sub_one));
}

void BK_KERNEL_NAME(BK_TYPED(mul))(BK_TYPE *y, const BK_TYPE *a, size_t a_step, const BK_TYPE *b,
                                   size_t b_step, size_t count)
{
    BK_TYPED(map)(y, a, a_step, b, b_step, count, BK_TYPED(mul_one));
}

void BK_KERNEL_NAME(BK_TYPED(max))(BK_TYPE *y, const BK_TYPE *a, size_t a_step, const BK_TYPE *b,
                                   size_t b_step, size_t count)
{
    BK_TYPED(map)(y, a, a_step, b, b_step, count, BK_TYPED(max_one));
}

void BK_KERNEL_NAME(BK_TYPED(neg))(BK_TYPE *y, const BK_TYPE *x, size_t count)
{
#pragma omp simd
    for (size_t i = 0; i < count; i++) {
        y[i] = (BK_TYPE)(-(BK_WRAP)x[i]);
    }
}

void BK_KERNEL_NAME(BK_TYPED(square))(BK_TYPE *y, const BK_TYPE *x, size_t count)
{
#pragma omp simd
    for (size_t i = 0; i < count; i++) {
        y[i] = (BK_TYPE)((BK_WRAP)x[i] * (BK_WRAP)x[i]);
    }
}

void BK_KERNEL_NAME(BK_TYPED(relu))(BK_TYPE *y, const BK_TYPE *x, size_t count)
{
#pragma omp simd
    for (size_t i = 0; i < count; i++) {
        y[i] = x[i] <= 0 ? (BK_TYPE)0 : x[i];
    }
}
