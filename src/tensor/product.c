/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Matrix products of arrays. Which kernel runs depends on shapes and strides alone, and so do the bits:
 *   - one column times rows that lie in order (or one row times columns that do): the matvec kernel,
 *     products summed in lanes;
 *   - else the matmul kernel: each element is a chain of fma over k, from 0. */
#include "kernel/kernel.h"
#include "tensor/array.h"

/* y [m] = a [m, k] x [k], rows of a contiguous. */
static void matvec(void *y, const bk_array *a, const bk_array *x, size_t m, size_t k, size_t a_row)
{
    const bk_kernels *kernels = bk_kernels_in_use();
    if (a->dtype == BK_F32) {
        kernels->matvec_f32(y, a->data, a_row, x->data, m, k);
    } else {
        kernels->matvec_f64(y, a->data, a_row, x->data, m, k);
    }
}

static void matmul(void *c, const bk_array *a, size_t a_row, size_t a_column, const bk_array *b, size_t b_row,
                   size_t m, size_t k, size_t n)
{
    const bk_kernels *kernels = bk_kernels_in_use();
    if (a->dtype == BK_F32) {
        kernels->matmul_f32(c, a->data, a_row, a_column, b->data, b_row, m, k, n);
    } else {
        kernels->matmul_f64(c, a->data, a_row, a_column, b->data, b_row, m, k, n);
    }
}

/* c [m] = a [m, k] column [k]; serves one row times a matrix as well, transposed. */
static bk_status matrix_times_vector(void *c, bk_pool *pool, const bk_array *a, size_t a_row, size_t a_column,
                                     const bk_array *vector, size_t m, size_t k)
{
    if (a_column == 1 || k == 1) {
        bk_array values;
        BK_TRY(bk_array_contiguous(&values, pool, vector));
        matvec(c, a, &values, m, k, a_row);
        bk_array_release(pool, &values);
        return BK_OK;
    }
    if (a_row == 1) {
        bk_array values;
        BK_TRY(bk_array_contiguous(&values, pool, vector));
        matmul(c, &values, 0, 1, a, a_column, 1, k, m);
        bk_array_release(pool, &values);
        return BK_OK;
    }
    return BK_UNSUPPORTED; /* neither order: the caller copies a */
}

static bk_status multiply(bk_array *c, bk_pool *pool, const bk_array *a, const bk_array *b)
{
    const size_t m = a->shape[0], k = a->shape[1], n = b->shape[1];
    bk_status status = BK_UNSUPPORTED;
    if (n == 1) {
        status = matrix_times_vector(c->data, pool, a, a->stride[0], a->stride[1], b, m, k);
    } else if (m == 1) {
        status = matrix_times_vector(c->data, pool, b, b->stride[1], b->stride[0], a, n, k);
    } else if (b->stride[1] == 1) {
        matmul(c->data, a, a->stride[0], a->stride[1], b, b->stride[0], m, k, n);
        return BK_OK;
    }
    if (status != BK_UNSUPPORTED) {
        return status;
    }
    bk_array rows;
    BK_TRY(bk_array_copy(&rows, pool, b));
    matmul(c->data, a, a->stride[0], a->stride[1], &rows, n, m, k, n);
    bk_array_release(pool, &rows);
    return BK_OK;
}

bk_status bk_array_matmul(bk_array *c, bk_pool *pool, const bk_array *a, const bk_array *b)
{
    const size_t shape[2] = {a->shape[0], b->shape[1]};
    bk_array made;
    BK_TRY(bk_array_create(&made, pool, a->dtype, 2, shape));
    if (made.size > 0) {
        const bk_status status = multiply(&made, pool, a, b);
        if (status != BK_OK) {
            bk_array_release(pool, &made);
            return status;
        }
    }
    *c = made;
    return BK_OK;
}
