/* SPDX-License-Identifier: GPL-3.0-or-later
 * Elementwise functions of arrays: broadcasting, dtype, the choice of the kernel. */
#include "kernel/kernel.h"
#include "tensor/array.h"

bk_dtype bk_promote(bk_dtype a, bk_dtype b)
{
    if (a == b || b == BK_I64) {
        return a;
    }
    return a == BK_I64 ? b : BK_F64;
}

bool bk_broadcast_shape(size_t *rank, size_t shape[BK_MAX_RANK], const bk_array *a, const bk_array *b)
{
    const size_t longest = a->rank > b->rank ? a->rank : b->rank;
    for (size_t back = 1; back <= longest; back++) {
        const size_t from_a = back <= a->rank ? a->shape[a->rank - back] : 1;
        const size_t from_b = back <= b->rank ? b->shape[b->rank - back] : 1;
        if (from_a != from_b && from_a != 1 && from_b != 1) {
            return false;
        }
        shape[longest - back] = from_a == 1 ? from_b : from_a;
    }
    *rank = longest;
    return true;
}

/* ---- Two operands ---- */

#define BINARY(op)                                                         \
    (dtype == BK_F32   ? kernels->op##_f32(y, a, a_step, b, b_step, count) \
     : dtype == BK_F64 ? kernels->op##_f64(y, a, a_step, b, b_step, count) \
                       : kernels->op##_i64(y, a, a_step, b, b_step, count))

static void binary_run(const bk_kernels *kernels, bk_binary op, bk_dtype dtype, void *y, const void *a,
                       size_t a_step, const void *b, size_t b_step, size_t count)
{
    switch (op) {
    case BK_BINARY_ADD:
        BINARY(add);
        break;
    case BK_BINARY_SUB:
        BINARY(sub);
        break;
    case BK_BINARY_MUL:
        BINARY(mul);
        break;
    case BK_BINARY_MAX:
        BINARY(max);
        break;
    case BK_BINARY_MIN:
        BINARY(min);
        break;
    case BK_BINARY_POW:
        if (dtype == BK_F32) {
            kernels->pow_f32(y, a, a_step, b, b_step, count);
        } else {
            kernels->pow_f64(y, a, a_step, b, b_step, count);
        }
        break;
    case BK_BINARY_DIV:
        if (dtype == BK_F32) {
            kernels->div_f32(y, a, a_step, b, b_step, count);
        } else {
            kernels->div_f64(y, a, a_step, b, b_step, count);
        }
        break;
    }
}

/* The loop nest over y, dimensions merged where both operands run on evenly: a whole array is one run. */
typedef struct nest {
    size_t rank;
    size_t count[BK_MAX_RANK]; /* innermost first */
    size_t a_step[BK_MAX_RANK];
    size_t b_step[BK_MAX_RANK];
} nest;

static size_t broadcast_stride(const bk_array *x, size_t rank, size_t dimension)
{
    const size_t lead = rank - x->rank;
    return dimension < lead || x->shape[dimension - lead] == 1 ? 0 : x->stride[dimension - lead];
}

static nest merge_dimensions(const bk_array *y, const bk_array *a, const bk_array *b)
{
    nest loops = {.rank = 0};
    for (size_t d = y->rank; d-- > 0;) {
        if (y->shape[d] == 1) {
            continue;
        }
        const size_t a_step = broadcast_stride(a, y->rank, d);
        const size_t b_step = broadcast_stride(b, y->rank, d);
        const size_t inner = loops.rank - 1;
        if (loops.rank > 0 && a_step == loops.a_step[inner] * loops.count[inner] &&
            b_step == loops.b_step[inner] * loops.count[inner]) {
            loops.count[inner] *= y->shape[d];
            continue;
        }
        loops.count[loops.rank] = y->shape[d];
        loops.a_step[loops.rank] = a_step;
        loops.b_step[loops.rank] = b_step;
        loops.rank++;
    }
    if (loops.rank == 0) {
        loops = (nest){.rank = 1, .count = {1}, .a_step = {1}, .b_step = {1}};
    }
    return loops;
}

void bk_array_binary_into(bk_array *y, bk_binary op, const bk_array *a, const bk_array *b)
{
    if (y->size == 0) {
        return;
    }
    if (y->size == 1 && op <= BK_BINARY_DIV && y->dtype != BK_I64) {
        bk_array_binary_one(op, y->dtype, y->data, a->data, b->data);
        return;
    }
    const bk_kernels *kernels = bk_kernels_in_use();
    const nest loops = merge_dimensions(y, a, b);
    const size_t bytes = bk_dtype_size(y->dtype);
    size_t index[BK_MAX_RANK] = {0};
    const char *from_a = a->data;
    const char *from_b = b->data;
    char *to = y->data;
    for (size_t done = 0; done < y->size; done += loops.count[0]) {
        binary_run(kernels, op, y->dtype, to, from_a, loops.a_step[0], from_b, loops.b_step[0],
                   loops.count[0]);
        to += loops.count[0] * bytes;
        for (size_t d = 1; d < loops.rank; d++) {
            from_a += loops.a_step[d] * bytes;
            from_b += loops.b_step[d] * bytes;
            if (++index[d] < loops.count[d]) {
                break;
            }
            from_a -= loops.a_step[d] * loops.count[d] * bytes;
            from_b -= loops.b_step[d] * loops.count[d] * bytes;
            index[d] = 0;
        }
    }
}

bk_status bk_array_binary(bk_array *y, bk_pool *pool, bk_binary op, bk_dtype dtype, const bk_array *a,
                          const bk_array *b, const char *word)
{
    size_t rank;
    size_t shape[BK_MAX_RANK];
    if (!bk_broadcast_shape(&rank, shape, a, b)) {
        char first[BK_SHAPE_TEXT], second[BK_SHAPE_TEXT];
        return bk_fail(
            BK_SHAPE,
            "%s: shapes %s and %s do not broadcast: aligned at the last dimension, two sizes must be "
            "equal or one of them 1",
            word, bk_shape_text(first, a->rank, a->shape), bk_shape_text(second, b->rank, b->shape));
    }
    bk_array made, cast_a = {0}, cast_b = {0};
    BK_TRY(bk_array_create(&made, pool, dtype, rank, shape));
    bk_status status = BK_OK;
    if (a->dtype != dtype) {
        status = bk_array_cast(&cast_a, pool, a, dtype);
    }
    if (status == BK_OK && b->dtype != dtype) {
        status = bk_array_cast(&cast_b, pool, b, dtype);
    }
    if (status == BK_OK) {
        bk_array_binary_into(&made, op, cast_a.storage != NULL ? &cast_a : a,
                             cast_b.storage != NULL ? &cast_b : b);
        *y = made;
    } else {
        bk_array_release(pool, &made);
    }
    bk_array_release(pool, &cast_a);
    bk_array_release(pool, &cast_b);
    return status;
}

bk_status bk_array_update(bk_array *gradient, bk_pool *pool, bk_binary op, const bk_array *b)
{
    if (bk_array_is_unique(gradient) && b->dtype == gradient->dtype && b->storage != gradient->storage) {
        bk_array_binary_into(gradient, op, gradient, b);
        return BK_OK;
    }
    bk_array made;
    BK_TRY(bk_array_binary(&made, pool, op, gradient->dtype, gradient, b, "backward"));
    bk_array_release(pool, gradient);
    *gradient = made;
    return BK_OK;
}
