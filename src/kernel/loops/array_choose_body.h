/* SPDX-License-Identifier: GPL-3.0-or-later
 * Comparisons and choices for one type; array_choose.c includes it for each. BK_TYPE is the element type,
 * BK_TYPED(name) the name with the type's suffix, BK_WRAP the type to compute in (unsigned for integers),
 * BK_IS_NAN(x) whether x is NaN, BK_LANES the number of logical lanes. */

static inline BK_TYPE BK_TYPED(larger)(BK_TYPE a, BK_TYPE b) { return BK_IS_NAN(a) ? a : a > b ? a : b; }
static inline BK_TYPE BK_TYPED(smaller)(BK_TYPE a, BK_TYPE b) { return BK_IS_NAN(a) ? a : a < b ? a : b; }

void BK_KERNEL_NAME(BK_TYPED(min))(BK_TYPE *y, const BK_TYPE *a, size_t a_step, const BK_TYPE *b,
                                   size_t b_step, size_t count)
{
    if (a_step == 1 && b_step == 1) {
#pragma omp simd
        for (size_t i = 0; i < count; i++) {
            y[i] = BK_TYPED(smaller)(a[i], b[i]);
        }
        return;
    }
    for (size_t i = 0; i < count; i++) {
        y[i] = BK_TYPED(smaller)(a[i * a_step], b[i * b_step]);
    }
}

#define COMPARISON(name, sign)                                                                          \
    void BK_KERNEL_NAME(BK_TYPED(name))(int64_t * y, const BK_TYPE *a, size_t a_step, const BK_TYPE *b, \
                                        size_t b_step, size_t count)                                    \
    {                                                                                                   \
        for (size_t i = 0; i < count; i++) {                                                            \
            y[i] = a[i * a_step] sign b[i * b_step];                                                    \
        }                                                                                               \
    }

COMPARISON(equal, ==)
COMPARISON(not_equal, !=)
COMPARISON(less, <)
COMPARISON(less_equal, <=)

void BK_KERNEL_NAME(BK_TYPED(abs))(BK_TYPE *y, const BK_TYPE *x, size_t count)
{
#pragma omp simd
    for (size_t i = 0; i < count; i++) {
        /* + 0 turns -0 into 0. */
        y[i] = x[i] < 0 ? (BK_TYPE)(-(BK_WRAP)x[i]) : (BK_TYPE)(x[i] + (BK_TYPE)0);
    }
}

void BK_KERNEL_NAME(BK_TYPED(sign))(BK_TYPE *y, const BK_TYPE *x, size_t count)
{
#pragma omp simd
    for (size_t i = 0; i < count; i++) {
        const BK_TYPE negative = x[i] < 0 ? (BK_TYPE)-1 : (BK_TYPE)0;
        const BK_TYPE sign = x[i] > 0 ? (BK_TYPE)1 : negative;
        y[i] = BK_IS_NAN(x[i]) ? x[i] : sign;
    }
}

void BK_KERNEL_NAME(BK_TYPED(clamp))(BK_TYPE *y, const BK_TYPE *x, BK_TYPE low, BK_TYPE high, size_t count)
{
#pragma omp simd
    for (size_t i = 0; i < count; i++) {
        const BK_TYPE raised = x[i] < low ? low : x[i];
        y[i] = raised > high ? high : raised;
    }
}

void BK_KERNEL_NAME(BK_TYPED(where))(BK_TYPE *y, const int64_t *c, const BK_TYPE *a, const BK_TYPE *b,
                                     size_t count)
{
#pragma omp simd
    for (size_t i = 0; i < count; i++) {
        const BK_TYPE first = a[i], second = b[i];
        y[i] = c[i] != 0 ? first : second;
    }
}

/* Lanes as in the sums, so that which of -0 and 0 is found depends on nothing but the values. */
#define EXTREME(name, choose)                                              \
    BK_TYPE BK_KERNEL_NAME(BK_TYPED(name))(const BK_TYPE *x, size_t count) \
    {                                                                      \
        BK_TYPE lane[BK_LANES];                                            \
        for (size_t l = 0; l < BK_LANES; l++) {                            \
            lane[l] = x[0];                                                \
        }                                                                  \
        const size_t whole = count - count % BK_LANES;                     \
        for (size_t i = 0; i < whole; i += BK_LANES) {                     \
            _Pragma("omp simd") for (size_t l = 0; l < BK_LANES; l++)      \
            {                                                              \
                lane[l] = BK_TYPED(choose)(lane[l], x[i + l]);             \
            }                                                              \
        }                                                                  \
        for (size_t i = whole; i < count; i++) {                           \
            lane[i - whole] = BK_TYPED(choose)(lane[i - whole], x[i]);     \
        }                                                                  \
        for (size_t half = BK_LANES / 2; half > 0; half /= 2) {            \
            for (size_t l = 0; l < half; l++) {                            \
                lane[l] = BK_TYPED(choose)(lane[l], lane[l + half]);       \
            }                                                              \
        }                                                                  \
        return lane[0];                                                    \
    }

EXTREME(max_of, larger)
EXTREME(min_of, smaller)

#undef COMPARISON
#undef EXTREME
