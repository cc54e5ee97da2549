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

/* ---- Batches ---- */

/* What the dimensions before the last two broadcast to, and then [m, n]. */
static size_t product_shape(size_t shape[BK_MAX_RANK], const bk_array *a, const bk_array *b)
{
    const size_t rank = a->rank > b->rank ? a->rank : b->rank;
    for (size_t back = 3; back <= rank; back++) {
        const size_t from_a = back <= a->rank ? a->shape[a->rank - back] : 1;
        const size_t from_b = back <= b->rank ? b->shape[b->rank - back] : 1;
        shape[rank - back] = from_a == 1 ? from_b : from_a;
    }
    shape[rank - 2] = a->shape[a->rank - 2];
    shape[rank - 1] = b->shape[b->rank - 1];
    return rank;
}

/* The matrix of x that product number of the batches of c uses; borrowed. */
static void matrix_at(bk_array *y, const bk_array *x, const bk_array *c, size_t number)
{
    size_t offset = 0;
    for (size_t back = 3; back <= c->rank; back++) {
        const size_t size = c->shape[c->rank - back];
        if (back <= x->rank && x->shape[x->rank - back] != 1) {
            offset += number % size * x->stride[x->rank - back];
        }
        number /= size;
    }
    bk_array_matrix(y, x, offset);
}

static bk_status multiply_batches(bk_array *c, bk_pool *pool, const bk_array *a, const bk_array *b)
{
    const size_t size = c->shape[c->rank - 2] * c->shape[c->rank - 1];
    for (size_t i = 0; i < c->size / size; i++) {
        bk_array left, right, out;
        matrix_at(&left, a, c, i);
        matrix_at(&right, b, c, i);
        bk_array_matrix(&out, c, i * size);
        BK_TRY(multiply(&out, pool, &left, &right));
    }
    return BK_OK;
}

bk_status bk_array_matmul(bk_array *c, bk_pool *pool, const bk_array *a, const bk_array *b)
{
    size_t shape[BK_MAX_RANK];
    const size_t rank = product_shape(shape, a, b);
    bk_array made;
    BK_TRY(bk_array_create(&made, pool, a->dtype, rank, shape));
    bk_status status = BK_OK;
    if (made.size > 0 && rank == 2) {
        status = multiply(&made, pool, a, b);
    } else if (made.size > 0 && b->rank == 2 && a->contiguous) { /* all rows of all batches at once */
        bk_array rows, out;
        const size_t k = a->shape[a->rank - 1], n = shape[rank - 1];
        const size_t row_count = made.size / n;
        bk_array_reshaped(&rows, a, 2, (const size_t[2]){row_count, k});
        bk_array_reshaped(&out, &made, 2, (const size_t[2]){row_count, n});
        status = multiply(&out, pool, &rows, b);
        bk_array_release(pool, &rows);
        bk_array_release(pool, &out);
    } else if (made.size > 0) {
        status = multiply_batches(&made, pool, a, b);
    }
    if (status != BK_OK) {
        bk_array_release(pool, &made);
        return status;
    }
    bk_array_assign(c, &made);
    return BK_OK;
}
