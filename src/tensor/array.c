/* SPDX-License-Identifier: GPL-3.0-or-later
 * Arrays: storages, windows on them, copies. */
#include <stdio.h>
#include <string.h>

#include "tensor/array.h"

/* Sets shape and row-major strides; false where the size does not fit. */
static bool set_shape(bk_array *y, size_t rank, const size_t *shape)
{
    size_t size = 1;
    for (size_t d = rank; d-- > 0;) {
        y->shape[d] = shape[d];
        y->stride[d] = size;
        if (!bk_multiply_sizes(&size, size, shape[d])) {
            return false;
        }
    }
    y->rank = (uint16_t)rank;
    y->size = size;
    y->contiguous = true;
    return true;
}

bk_status bk_array_create(bk_array *y, bk_pool *pool, bk_dtype dtype, size_t rank, const size_t *shape)
{
    bk_array made;
    size_t bytes, block;
    if (!set_shape(&made, rank, shape) || !bk_multiply_sizes(&bytes, made.size, bk_dtype_size(dtype))) {
        char text[BK_SHAPE_TEXT];
        return bk_fail(BK_OVERFLOW, "a tensor of shape %s exceeds the address space",
                       bk_shape_text(text, rank, shape));
    }
    made.dtype = dtype;
    const bool few = bytes <= sizeof made.storage->few;
    bk_storage *storage = NULL;
    if (few) {
        storage = bk_pool_take(pool, sizeof *storage);
    } else if (bk_add_sizes(&block, bytes, sizeof *storage)) {
        storage = bk_pool_take(pool, block);
    } else {
        (void)bk_fail(BK_OVERFLOW, "a tensor of %zu bytes exceeds the address space", bytes);
    }
    if (storage == NULL) {
        return bk_error_status();
    }
    storage->data = few ? (void *)storage->few : (void *)(storage + 1);
    storage->references = 1;
    storage->tensors = storage->views = 0;
    storage->version = 0;
    storage->bytes = bytes;
    made.storage = storage;
    made.data = storage->data;
    bk_array_assign(y, &made);
    return BK_OK;
}

bool bk_array_same_shape(const bk_array *x, size_t rank, const size_t *shape)
{
    if (x->rank != rank) {
        return false;
    }
    for (size_t d = 0; d < rank; d++) {
        if (x->shape[d] != shape[d]) {
            return false;
        }
    }
    return true;
}

/* count elements of a constant size, steps in bytes. */
static inline void move_run(char *to, size_t to_step, const char *from, size_t from_step, size_t count,
                            const size_t bytes)
{
    for (size_t i = 0; i < count; i++) {
        memcpy(to + i * to_step, from + i * from_step, bytes);
    }
}

static void move_elements(char *to, size_t to_step, const char *from, size_t from_step, size_t count,
                          size_t bytes)
{
    if (bytes == 4) {
        move_run(to, to_step, from, from_step, count, 4);
    } else {
        move_run(to, to_step, from, from_step, count, 8);
    }
}

/* Moves the elements of x to to_rows, or where that is NULL from from_rows to x; rows are row-major. */
static void move_array(char *to_rows, const char *from_rows, const bk_array *x)
{
    const size_t bytes = bk_dtype_size(x->dtype);
    const size_t rank = x->rank;
    const size_t count = rank == 0 ? 1 : x->shape[rank - 1];
    const size_t step = (rank == 0 ? 1 : x->stride[rank - 1]) * bytes;
    size_t index[BK_MAX_RANK] = {0};
    size_t offset = 0;
    for (size_t done = 0; done < x->size; done += count) {
        char *at = (char *)x->data + offset * bytes;
        if (to_rows != NULL) {
            move_elements(to_rows + done * bytes, bytes, at, step, count, bytes);
        } else {
            move_elements(at, step, from_rows + done * bytes, bytes, count, bytes);
        }
        for (size_t d = rank; d-- > 1;) {
            offset += x->stride[d - 1];
            if (++index[d - 1] < x->shape[d - 1]) {
                break;
            }
            offset -= x->stride[d - 1] * x->shape[d - 1];
            index[d - 1] = 0;
        }
    }
}

void bk_array_read(void *rows, const bk_array *x)
{
    if (x->size == 0) {
        return;
    }
    if (x->contiguous) {
        memcpy(rows, x->data, x->size * bk_dtype_size(x->dtype));
    } else {
        move_array(rows, NULL, x);
    }
}

void bk_array_write(bk_array *x, const void *rows)
{
    if (x->size == 0) {
        return;
    }
    if (x->contiguous) {
        memcpy(x->data, rows, x->size * bk_dtype_size(x->dtype));
    } else {
        move_array(NULL, rows, x);
    }
}

bk_status bk_array_copy(bk_array *y, bk_pool *pool, const bk_array *x)
{
    bk_array made;
    BK_TRY(bk_array_create(&made, pool, x->dtype, x->rank, x->shape));
    bk_array_read(made.data, x);
    *y = made;
    return BK_OK;
}

bk_status bk_array_contiguous(bk_array *y, bk_pool *pool, const bk_array *x)
{
    if (x->contiguous) {
        bk_array_share(y, x);
        return BK_OK;
    }
    return bk_array_copy(y, pool, x);
}

bk_status bk_array_own(bk_array *x, bk_pool *pool)
{
    if (bk_array_is_unique(x)) {
        return BK_OK;
    }
    bk_array copy;
    BK_TRY(bk_array_copy(&copy, pool, x));
    bk_array_release(pool, x);
    *x = copy;
    return BK_OK;
}

void bk_array_reshaped(bk_array *y, const bk_array *x, size_t rank, const size_t *shape)
{
    bk_array_share(y, x);
    (void)set_shape(y, rank, shape);
}

/* Row-major without gaps: strides of dimensions of size 1 do not matter. */
static bool is_contiguous(const bk_array *x)
{
    size_t expected = 1;
    for (size_t d = x->rank; d-- > 0;) {
        if (x->shape[d] != 1 && x->stride[d] != expected) {
            return x->size == 0;
        }
        expected *= x->shape[d];
    }
    return true;
}

void bk_array_transposed(bk_array *y, const bk_array *x)
{
    bk_array_share(y, x);
    if (x->rank < 2) {
        return;
    }
    const size_t last = x->rank - 1;
    y->shape[last] = x->shape[last - 1];
    y->shape[last - 1] = x->shape[last];
    y->stride[last] = x->stride[last - 1];
    y->stride[last - 1] = x->stride[last];
    y->contiguous = is_contiguous(y);
}

void bk_array_permuted(bk_array *y, const bk_array *x, const uint8_t *order)
{
    bk_array_share(y, x);
    for (unsigned d = 0; d < x->rank; d++) {
        y->shape[d] = x->shape[order[d]];
        y->stride[d] = x->stride[order[d]];
    }
    y->contiguous = is_contiguous(y);
}

void bk_array_sliced(bk_array *y, const bk_array *x, unsigned axis, size_t start, size_t step, size_t length)
{
    bk_array_share(y, x);
    y->shape[axis] = length;
    y->stride[axis] = x->stride[axis] * step;
    if (length > 0) {
        y->data = (char *)x->data + start * x->stride[axis] * bk_dtype_size(x->dtype);
    }
    y->size = 1;
    for (unsigned d = 0; d < y->rank; d++) {
        y->size *= y->shape[d];
    }
    y->contiguous = is_contiguous(y);
}

void bk_array_dropped(bk_array *y, const bk_array *x, unsigned axis)
{
    bk_array_share(y, x);
    y->rank--;
    for (unsigned d = axis; d < y->rank; d++) {
        y->shape[d] = x->shape[d + 1];
        y->stride[d] = x->stride[d + 1];
    }
    y->contiguous = is_contiguous(y);
}

void bk_array_matrix(bk_array *y, const bk_array *x, size_t offset)
{
    y->storage = x->storage;
    y->data = (char *)x->data + offset * bk_dtype_size(x->dtype);
    y->dtype = x->dtype;
    y->rank = 2;
    for (unsigned d = 0; d < 2; d++) {
        y->shape[d] = x->shape[x->rank - 2U + d];
        y->stride[d] = x->stride[x->rank - 2U + d];
    }
    y->size = y->shape[0] * y->shape[1];
    y->contiguous = is_contiguous(y);
}

void bk_array_expanded(bk_array *y, const bk_array *x, size_t rank, const size_t *shape)
{
    bk_array made = *x;
    const size_t lead = rank - x->rank;
    made.size = 1;
    for (size_t d = 0; d < rank; d++) {
        const bool stretched = d < lead || (x->shape[d - lead] == 1 && shape[d] != 1);
        made.shape[d] = shape[d];
        made.stride[d] = stretched ? 0 : x->stride[d - lead];
        made.size *= shape[d];
    }
    made.rank = (uint16_t)rank;
    made.contiguous = is_contiguous(&made);
    made.storage->references++;
    *y = made;
}

void bk_array_fill(bk_array *x, double value)
{
    for (size_t i = 0; i < x->size; i++) {
        if (x->dtype == BK_F32) {
            ((float *)x->data)[i] = (float)value;
        } else if (x->dtype == BK_F64) {
            ((double *)x->data)[i] = value;
        } else {
            ((int64_t *)x->data)[i] = (int64_t)value;
        }
    }
}

const char *bk_shape_text(char text[BK_SHAPE_TEXT], size_t rank, const size_t *shape)
{
    size_t used = 0;
    text[used++] = '[';
    for (size_t d = 0; d < rank && d < BK_MAX_RANK; d++) {
        used += (size_t)snprintf(text + used, BK_SHAPE_TEXT - used, d == 0 ? "%zu" : ", %zu", shape[d]);
    }
    text[used++] = ']';
    text[used] = '\0';
    return text;
}
