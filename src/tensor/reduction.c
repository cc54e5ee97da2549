/* SPDX-License-Identifier: GPL-3.0-or-later
 * Sums and means of arrays. The mean is the f64 sum over the count, rounded once. */
#include <math.h>
#include <string.h>

#include "kernel/kernel.h"
#include "tensor/array.h"

static int64_t sum_integers(const int64_t *x, size_t count, size_t step)
{
    uint64_t sum = 0; /* wraps round as the elementwise sums do */
    for (size_t i = 0; i < count; i++) {
        sum += (uint64_t)x[i * step];
    }
    return (int64_t)sum;
}

/* One NaN for the mean of nothing, whatever sign the machine gives 0 / 0. */
static double mean_of(double sum, size_t count) { return count == 0 ? (double)NAN : sum / (double)count; }

/* *y = the sum or mean of count contiguous elements. */
static void sum_run(void *y, const void *x, bk_dtype dtype, size_t count, bool mean)
{
    const bk_kernels *kernels = bk_kernels_in_use();
    if (dtype == BK_F32) {
        const double sum = kernels->sum_f32(x, count);
        *(float *)y = (float)(mean ? mean_of(sum, count) : sum);
    } else if (dtype == BK_F64) {
        const double sum = kernels->sum_f64(x, count);
        *(double *)y = mean ? mean_of(sum, count) : sum;
    } else {
        *(int64_t *)y = sum_integers(x, count, 1);
    }
}

bk_status bk_array_sum(bk_array *y, bk_pool *pool, const bk_array *x, bool mean)
{
    bk_array input;
    BK_TRY(bk_array_contiguous(&input, pool, x));
    bk_array made;
    const bk_status status = bk_array_create(&made, pool, x->dtype, 0, NULL);
    if (status == BK_OK) {
        sum_run(made.data, input.data, x->dtype, input.size, mean);
        *y = made;
    }
    bk_array_release(pool, &input);
    return status;
}

/* y [columns] = the sums of the columns of x [rows, columns]. */
static void sum_columns(char *y, const char *x, bk_dtype dtype, size_t rows, size_t columns)
{
    const bk_kernels *kernels = bk_kernels_in_use();
    if (dtype == BK_F32) {
        kernels->sum_columns_f32((void *)y, (const void *)x, columns, rows, columns);
    } else if (dtype == BK_F64) {
        kernels->sum_columns_f64((void *)y, (const void *)x, columns, rows, columns);
    } else {
        for (size_t j = 0; j < columns; j++) {
            ((int64_t *)(void *)y)[j] = sum_integers((const int64_t *)(const void *)x + j, rows, columns);
        }
    }
}

/* Sums over the axis of x [outer, count, inner], contiguous. */
static void sum_middle(bk_array *y, const bk_array *x, size_t outer, size_t count, size_t inner, bool mean)
{
    const size_t bytes = bk_dtype_size(x->dtype);
    for (size_t o = 0; o < outer; o++) {
        char *to = (char *)y->data + o * inner * bytes;
        const char *from = (const char *)x->data + o * count * inner * bytes;
        if (inner == 1) {
            sum_run(to, from, x->dtype, count, mean);
            continue;
        }
        sum_columns(to, from, x->dtype, count, inner);
        for (size_t j = 0; mean && j < inner; j++) {
            if (x->dtype == BK_F32) {
                float *value = (float *)(void *)to + j;
                *value = (float)mean_of((double)*value, count);
            } else {
                double *value = (double *)(void *)to + j;
                *value = mean_of(*value, count);
            }
        }
    }
}

bool bk_array_is_reduced(size_t *rank, size_t shape[BK_MAX_RANK], const bk_array *x, unsigned axes,
                         bool keepdim)
{
    bool any = false;
    *rank = 0;
    for (unsigned d = 0; d < x->rank; d++) {
        const bool goes = (axes >> d & 1U) != 0;
        any = any || goes;
        if (!goes) {
            shape[(*rank)++] = x->shape[d];
        } else if (keepdim) {
            shape[(*rank)++] = 1;
        }
    }
    return any;
}

bk_status bk_array_group(bk_array *y, size_t extent[3], bk_pool *pool, const bk_array *x, unsigned axes)
{
    extent[0] = extent[1] = extent[2] = 1;
    unsigned part = 0;
    uint8_t order[BK_MAX_RANK];
    size_t rank = 0;
    for (unsigned d = 0; d < x->rank; d++) {
        const unsigned goes = axes >> d & 1U;
        if ((part == 0 && goes) || (part == 1 && !goes)) {
            part++;
        }
        if (part == 2 && goes) { /* not side by side: bring the axes to the end */
            part = 3;
            break;
        }
        extent[part] *= x->shape[d];
    }
    if (part < 3) {
        return bk_array_contiguous(y, pool, x);
    }
    extent[0] = extent[1] = extent[2] = 1;
    for (unsigned pass = 0; pass < 2; pass++) {
        for (unsigned d = 0; d < x->rank; d++) {
            if ((axes >> d & 1U) == pass) {
                order[rank++] = (uint8_t)d;
                extent[pass] *= x->shape[d];
            }
        }
    }
    bk_array turned;
    bk_array_permuted(&turned, x, order);
    const bk_status status = bk_array_contiguous(y, pool, &turned);
    bk_array_release(pool, &turned);
    return status;
}

bk_status bk_array_sum_axes(bk_array *y, bk_pool *pool, const bk_array *x, unsigned axes, bool keepdim,
                            bool mean)
{
    size_t rank, shape[BK_MAX_RANK], extent[3];
    if (!bk_array_is_reduced(&rank, shape, x, axes, keepdim)) {
        return bk_array_copy(y, pool, x); /* no axis at all: rank 0 */
    }
    bk_array input, made;
    BK_TRY(bk_array_group(&input, extent, pool, x, axes));
    const bk_status status = bk_array_create(&made, pool, x->dtype, rank, shape);
    if (status == BK_OK) {
        sum_middle(&made, &input, extent[0], extent[1], extent[2], mean);
        bk_array_assign(y, &made);
    }
    bk_array_release(pool, &input);
    return status;
}

bk_status bk_array_unbroadcast(bk_array *x, bk_pool *pool, bk_dtype dtype, size_t rank, const size_t *shape)
{
    if (!bk_array_same_shape(x, rank, shape)) {
        const size_t lead = x->rank - rank;
        unsigned axes = 0;
        for (size_t d = 0; d < x->rank; d++) {
            if (d < lead || (shape[d - lead] == 1 && x->shape[d] != 1)) {
                axes |= 1U << d;
            }
        }
        bk_array sum;
        BK_TRY(bk_array_sum_axes(&sum, pool, x, axes, false, false));
        bk_array_release(pool, x);
        bk_array_reshaped(x, &sum, rank, shape);
        bk_array_release(pool, &sum);
    }
    if (x->dtype != dtype) {
        bk_array cast;
        BK_TRY(bk_array_cast(&cast, pool, x, dtype));
        bk_array_release(pool, x);
        bk_array_assign(x, &cast);
    }
    return BK_OK;
}
