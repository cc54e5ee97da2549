/* SPDX-License-Identifier: GPL-3.0-or-later
 * Matrix products for one type; array_matmul.c includes it for each. BK_TYPE is the element type,
 * BK_TYPED(name) the name with the type's suffix, BK_LANES the number of logical lanes.
 *
 * All functions compute the same chains; they differ in how many run side by side. Eight vectors of
 * AVX2 do in each, because an fma takes four cycles there and two start in a cycle. width is a
 * constant at the calls that matter, so that the sums stay in registers. */

#define FMA    BK_TYPED(bk_fma)
#define FEW    3
#define INLINE static inline __attribute__((always_inline))

/* width columns of four rows of c, whose rows are c_row apart. */
INLINE void BK_TYPED(four_rows)(BK_TYPE *c, size_t c_row, const BK_TYPE *a, size_t a_row, size_t a_column,
                                const BK_TYPE *b, size_t b_row, size_t k, const size_t width)
{
    BK_TYPE s0[BK_LANES] = {0}, s1[BK_LANES] = {0}, s2[BK_LANES] = {0}, s3[BK_LANES] = {0};
    for (size_t l = 0; l < k; l++) {
        const BK_TYPE *row = b + l * b_row;
        const BK_TYPE *factor = a + l * a_column;
        const BK_TYPE f0 = factor[0], f1 = factor[a_row], f2 = factor[2 * a_row], f3 = factor[3 * a_row];
#pragma omp simd
        for (size_t j = 0; j < width; j++) {
            const BK_TYPE value = row[j];
            s0[j] = FMA(f0, value, s0[j]);
            s1[j] = FMA(f1, value, s1[j]);
            s2[j] = FMA(f2, value, s2[j]);
            s3[j] = FMA(f3, value, s3[j]);
        }
    }
    memcpy(c, s0, width * sizeof *c);
    memcpy(c + c_row, s1, width * sizeof *c);
    memcpy(c + 2 * c_row, s2, width * sizeof *c);
    memcpy(c + 3 * c_row, s3, width * sizeof *c);
}

/* The same of two rows, width up to twice as much. */
INLINE void BK_TYPED(two_rows)(BK_TYPE *c, size_t c_row, const BK_TYPE *a, size_t a_row, size_t a_column,
                               const BK_TYPE *b, size_t b_row, size_t k, const size_t width)
{
    BK_TYPE s0[2 * BK_LANES] = {0}, s1[2 * BK_LANES] = {0};
    for (size_t l = 0; l < k; l++) {
        const BK_TYPE *row = b + l * b_row;
        const BK_TYPE f0 = a[l * a_column], f1 = a[l * a_column + a_row];
#pragma omp simd
        for (size_t j = 0; j < width; j++) {
            const BK_TYPE value = row[j];
            s0[j] = FMA(f0, value, s0[j]);
            s1[j] = FMA(f1, value, s1[j]);
        }
    }
    memcpy(c, s0, width * sizeof *c);
    memcpy(c + c_row, s1, width * sizeof *c);
}

/* The same of one row, width up to four times as much. */
INLINE void BK_TYPED(one_row)(BK_TYPE *c, const BK_TYPE *a, size_t a_column, const BK_TYPE *b, size_t b_row,
                              size_t k, const size_t width)
{
    BK_TYPE sum[4 * BK_LANES] = {0};
    for (size_t l = 0; l < k; l++) {
        const BK_TYPE *row = b + l * b_row;
        const BK_TYPE factor = a[l * a_column];
#pragma omp simd
        for (size_t j = 0; j < width; j++) {
            sum[j] = FMA(factor, row[j], sum[j]);
        }
    }
    memcpy(c, sum, width * sizeof *c);
}

/* A few terms: whole rows at a time, because setting up blocks would cost more than the products. k is a
 * constant at every call. */
INLINE void BK_TYPED(few_terms)(BK_TYPE *restrict c, const BK_TYPE *a, size_t a_row, size_t a_column,
                                const BK_TYPE *restrict b, size_t b_row, size_t m, const size_t k, size_t n)
{
    for (size_t i = 0; i < m; i++) {
        BK_TYPE factor[FEW];
        for (size_t l = 0; l < k; l++) {
            factor[l] = a[i * a_row + l * a_column];
        }
        BK_TYPE *restrict row = c + i * n;
#pragma omp simd
        for (size_t j = 0; j < n; j++) {
            BK_TYPE sum = 0;
            for (size_t l = 0; l < k; l++) {
                sum = FMA(factor[l], b[l * b_row + j], sum);
            }
            row[j] = sum;
        }
    }
}

static void BK_TYPED(blocks)(BK_TYPE *c, const BK_TYPE *a, size_t a_row, size_t a_column, const BK_TYPE *b,
                             size_t b_row, size_t m, size_t k, size_t n)
{
    size_t i = 0;
    for (; i + 4 <= m; i += 4) {
        const BK_TYPE *rows = a + i * a_row;
        BK_TYPE *out = c + i * n;
        size_t j = 0;
        for (; j + BK_LANES <= n; j += BK_LANES) {
            BK_TYPED(four_rows)(out + j, n, rows, a_row, a_column, b + j, b_row, k, BK_LANES);
        }
        if (j < n) {
            BK_TYPED(four_rows)(out + j, n, rows, a_row, a_column, b + j, b_row, k, n - j);
        }
    }
    for (; i + 2 <= m; i += 2) {
        const BK_TYPE *rows = a + i * a_row;
        BK_TYPE *out = c + i * n;
        size_t j = 0;
        for (; j + 2 * BK_LANES <= n; j += 2 * BK_LANES) {
            BK_TYPED(two_rows)(out + j, n, rows, a_row, a_column, b + j, b_row, k, 2 * BK_LANES);
        }
        if (j < n) {
            BK_TYPED(two_rows)(out + j, n, rows, a_row, a_column, b + j, b_row, k, n - j);
        }
    }
    if (i < m) {
        const BK_TYPE *rows = a + i * a_row;
        BK_TYPE *out = c + i * n;
        size_t j = 0;
        for (; j + 4 * BK_LANES <= n; j += 4 * BK_LANES) {
            BK_TYPED(one_row)(out + j, rows, a_column, b + j, b_row, k, 4 * BK_LANES);
        }
        if (j < n) {
            BK_TYPED(one_row)(out + j, rows, a_column, b + j, b_row, k, n - j);
        }
    }
}

void BK_KERNEL_NAME(BK_TYPED(matmul))(BK_TYPE *c, const BK_TYPE *a, size_t a_row, size_t a_column,
                                      const BK_TYPE *b, size_t b_row, size_t m, size_t k, size_t n)
{
    switch (k) {
    case 1:
        BK_TYPED(few_terms)(c, a, a_row, a_column, b, b_row, m, 1, n);
        break;
    case 2:
        BK_TYPED(few_terms)(c, a, a_row, a_column, b, b_row, m, 2, n);
        break;
    case 3:
        BK_TYPED(few_terms)(c, a, a_row, a_column, b, b_row, m, 3, n);
        break;
    default:
        BK_TYPED(blocks)(c, a, a_row, a_column, b, b_row, m, k, n);
    }
}

static inline BK_TYPE BK_TYPED(fold_products)(BK_TYPE lane[BK_LANES], const BK_TYPE *a, const BK_TYPE *x,
                                              size_t whole, size_t k)
{
    for (size_t l = whole; l < k; l++) {
        lane[l - whole] = FMA(a[l], x[l], lane[l - whole]);
    }
    for (size_t half = BK_LANES / 2; half > 0; half /= 2) {
        for (size_t l = 0; l < half; l++) {
            lane[l] += lane[l + half];
        }
    }
    return lane[0];
}

/* Rows shorter than the lanes, as many rows at a time as there are lanes: product l of each row is its lane
 * l, the lanes behind are 0 (never -0, because each product is added to 0) and need no addition. */
static void BK_TYPED(short_rows)(BK_TYPE *y, const BK_TYPE *a, size_t a_row, const BK_TYPE *x, size_t m,
                                 size_t k)
{
    for (size_t start = 0; start < m; start += BK_LANES) {
        const size_t rows = m - start < BK_LANES ? m - start : BK_LANES;
        BK_TYPE lane[BK_LANES][BK_LANES] = {{0}};
        for (size_t l = 0; l < k; l++) {
            const BK_TYPE factor = x[l];
            const BK_TYPE *column = a + start * a_row + l;
            for (size_t r = 0; r < rows; r++) {
                lane[l][r] = FMA(column[r * a_row], factor, (BK_TYPE)0);
            }
        }
        for (size_t half = BK_LANES / 2; half > 0; half /= 2) {
            for (size_t l = 0; l < half && l + half < k; l++) {
#pragma omp simd
                for (size_t r = 0; r < BK_LANES; r++) {
                    lane[l][r] += lane[l + half][r];
                }
            }
        }
        memcpy(y + start, lane[0], rows * sizeof *y);
    }
}

void BK_KERNEL_NAME(BK_TYPED(matvec))(BK_TYPE *y, const BK_TYPE *a, size_t a_row, const BK_TYPE *x, size_t m,
                                      size_t k)
{
    if (k < BK_LANES) {
        BK_TYPED(short_rows)(y, a, a_row, x, m, k);
        return;
    }
    const size_t whole = k - k % BK_LANES;
    size_t i = 0;
    for (; i + 4 <= m; i += 4) {
        const BK_TYPE *a0 = a + i * a_row, *a1 = a0 + a_row, *a2 = a1 + a_row, *a3 = a2 + a_row;
        BK_TYPE s0[BK_LANES] = {0}, s1[BK_LANES] = {0}, s2[BK_LANES] = {0}, s3[BK_LANES] = {0};
        for (size_t start = 0; start < whole; start += BK_LANES) {
#pragma omp simd
            for (size_t l = 0; l < BK_LANES; l++) {
                const BK_TYPE value = x[start + l];
                s0[l] = FMA(a0[start + l], value, s0[l]);
                s1[l] = FMA(a1[start + l], value, s1[l]);
                s2[l] = FMA(a2[start + l], value, s2[l]);
                s3[l] = FMA(a3[start + l], value, s3[l]);
            }
        }
        y[i] = BK_TYPED(fold_products)(s0, a0, x, whole, k);
        y[i + 1] = BK_TYPED(fold_products)(s1, a1, x, whole, k);
        y[i + 2] = BK_TYPED(fold_products)(s2, a2, x, whole, k);
        y[i + 3] = BK_TYPED(fold_products)(s3, a3, x, whole, k);
    }
    for (; i < m; i++) {
        const BK_TYPE *row = a + i * a_row;
        BK_TYPE sum[BK_LANES] = {0};
        for (size_t start = 0; start < whole; start += BK_LANES) {
#pragma omp simd
            for (size_t l = 0; l < BK_LANES; l++) {
                sum[l] = FMA(row[start + l], x[start + l], sum[l]);
            }
        }
        y[i] = BK_TYPED(fold_products)(sum, row, x, whole, k);
    }
}

#undef FMA
#undef FEW
#undef INLINE
