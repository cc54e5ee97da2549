/* SPDX-License-Identifier: GPL-3.0-or-later
 * The matrix product and its gradient: dA = G B^T, dB = A^T G, transposed by strides alone. */
#include "tensor/graph.h"

/* x as a matrix: a vector is a row on the left and a column on the right. */
static bk_status as_matrix(bk_array *y, bk_pool *pool, const bk_array *x, bool left)
{
    if (x->rank == 2) {
        bk_array_share(y, x);
        return BK_OK;
    }
    const size_t shape[2] = {left ? 1 : x->shape[0], left ? x->shape[0] : 1};
    bk_array values;
    BK_TRY(bk_array_contiguous(&values, pool, x));
    bk_array_reshaped(y, &values, 2, shape);
    bk_array_release(pool, &values);
    return BK_OK;
}

static bool fits(const bk_array *a, const bk_array *b)
{
    const bool matrices = a->rank >= 1 && a->rank <= 2 && b->rank >= 1 && b->rank <= 2;
    return a->dtype == b->dtype && a->dtype != BK_I64 && matrices && a->shape[a->rank - 1] == b->shape[0];
}

/* Says why a and b do not fit. */
static bk_status misfit(const bk_array *a, const bk_array *b)
{
    char first[BK_SHAPE_TEXT], second[BK_SHAPE_TEXT];
    bk_shape_text(first, a->rank, a->shape);
    bk_shape_text(second, b->rank, b->shape);
    if (a->dtype != b->dtype) {
        return bk_fail(BK_DTYPE, "matmul: %s %s times %s %s: both must be of one dtype; bk_cast one of them",
                       bk_dtype_name(a->dtype), first, bk_dtype_name(b->dtype), second);
    }
    if (a->dtype == BK_I64) {
        return bk_fail(BK_DTYPE,
                       "matmul: i64 %s times i64 %s: only f32 and f64 have matrix products; bk_cast both",
                       first, second);
    }
    if (a->rank < 1 || a->rank > 2 || b->rank < 1 || b->rank > 2) {
        return bk_fail(BK_SHAPE, "matmul: shapes %s and %s: both must be of rank 1 or 2", first, second);
    }
    return bk_fail(BK_SHAPE, "matmul: shapes %s and %s do not fit: %zu columns against %zu rows", first,
                   second, a->shape[a->rank - 1], b->shape[0]);
}

bk_status bk_forward_matmul(bk_array *y, bk_pool *pool, const bk_array *const input[2],
                            const bk_parameters *parameters)
{
    (void)parameters;
    const bk_array *a = input[0], *b = input[1];
    if (!fits(a, b)) {
        return misfit(a, b);
    }
    bk_array left = {0}, right = {0}, product;
    bk_status status = as_matrix(&left, pool, a, true);
    if (status == BK_OK) {
        status = as_matrix(&right, pool, b, false);
    }
    if (status == BK_OK) {
        status = bk_array_matmul(&product, pool, &left, &right);
    }
    if (status == BK_OK) {
        size_t shape[2];
        size_t rank = 0;
        if (a->rank == 2) {
            shape[rank++] = a->shape[0];
        }
        if (b->rank == 2) {
            shape[rank++] = b->shape[1];
        }
        bk_array_reshaped(y, &product, rank, shape);
        bk_array_release(pool, &product);
    }
    bk_array_release(pool, &left);
    bk_array_release(pool, &right);
    return status;
}

/* result[input] = a times b, in the input's shape. */
static bk_status product_to(bk_turn *turn, unsigned input, const bk_array *a, const bk_array *b)
{
    const bk_edge *edge = &turn->node->edge[input];
    bk_array product;
    BK_TRY(bk_array_matmul(&product, turn->pool, a, b));
    bk_array_reshaped(&turn->result[input], &product, edge->rank, edge->shape);
    bk_array_release(turn->pool, &product);
    return BK_OK;
}

/* The other factor, transposed. */
static bk_status transposed_factor(bk_array *y, bk_turn *turn, unsigned slot)
{
    bk_array value, matrix;
    BK_TRY(bk_turn_saved(&value, turn, slot));
    const bk_status status = as_matrix(&matrix, turn->pool, &value, slot == BK_SLOT_FIRST);
    bk_array_release(turn->pool, &value);
    if (status == BK_OK) {
        bk_array_transposed(y, &matrix);
        bk_array_release(turn->pool, &matrix);
    }
    return status;
}

bk_status bk_backward_matmul(bk_turn *turn)
{
    const bk_edge *a = &turn->node->edge[0], *b = &turn->node->edge[1];
    const size_t shape[2] = {a->rank == 2 ? a->shape[0] : 1, b->rank == 2 ? b->shape[1] : 1};
    bk_array gradient, factor;
    if (turn->gradient.rank == 2) {
        bk_array_share(&gradient, &turn->gradient);
    } else {
        bk_array values;
        BK_TRY(bk_array_contiguous(&values, turn->pool, &turn->gradient));
        bk_array_reshaped(&gradient, &values, 2, shape);
        bk_array_release(turn->pool, &values);
    }
    bk_status status = BK_OK;
    for (unsigned i = 0; i < 2 && status == BK_OK; i++) {
        if (!turn->needs[i]) {
            continue;
        }
        status = transposed_factor(&factor, turn, i == 0 ? BK_SLOT_SECOND : BK_SLOT_FIRST);
        if (status == BK_OK) {
            status = product_to(turn, i, i == 0 ? &gradient : &factor, i == 0 ? &factor : &gradient);
            bk_array_release(turn->pool, &factor);
        }
    }
    bk_array_release(turn->pool, &gradient);
    return status;
}

bk_tensor *bk_matmul(bk_tensor *a, bk_tensor *b) { return bk_apply(BK_OPERATION_matmul, a, b, true, NULL); }
