/* SPDX-License-Identifier: GPL-3.0-or-later
 * The matrix product and its gradient: dA = G B^T, dB = A^T G, transposed by strides alone. Matrices lie in
 * the last two axes; a gradient of a broadcast batch is summed by the pass, as for all operations. */
#include "tensor/graph.h"

/* x as a matrix: a vector is a row on the left and a column on the right. */
static bk_status as_matrix(bk_array *y, bk_pool *pool, const bk_array *x, bool left)
{
    if (x->rank >= 2) {
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

static size_t rows_of(const bk_array *b) { return b->rank == 1 ? b->shape[0] : b->shape[b->rank - 2]; }

static bool batches_fit(const bk_array *a, const bk_array *b)
{
    for (unsigned back = 3; back <= a->rank && back <= b->rank; back++) {
        const size_t from_a = a->shape[a->rank - back], from_b = b->shape[b->rank - back];
        if (from_a != from_b && from_a != 1 && from_b != 1) {
            return false;
        }
    }
    return true;
}

static bool fits(const bk_array *a, const bk_array *b)
{
    return a->dtype == b->dtype && a->dtype != BK_I64 && a->rank >= 1 && b->rank >= 1 &&
           a->shape[a->rank - 1] == rows_of(b) && batches_fit(a, b);
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
    if (a->rank < 1 || b->rank < 1) {
        return bk_fail(BK_SHAPE,
                       "matmul: shapes %s and %s: both must be of rank 1 or more; bk_mul takes scalars",
                       first, second);
    }
    if (a->shape[a->rank - 1] != rows_of(b)) {
        return bk_fail(BK_SHAPE, "matmul: shapes %s and %s do not fit: %zu columns against %zu rows", first,
                       second, a->shape[a->rank - 1], rows_of(b));
    }
    return bk_fail(BK_SHAPE,
                   "matmul: shapes %s and %s do not fit: the dimensions before the last two do not broadcast",
                   first, second);
}

/* *y = x with rows or columns of 1 put in where a or b was a vector, or (put false) taken out. */
static void vectors(bk_array *y, const bk_array *x, bool a_is_vector, bool b_is_vector, bool put)
{
    size_t shape[BK_MAX_RANK + 2], rank = 0;
    const size_t given = x->rank - (put ? 2U - (a_is_vector ? 1U : 0U) - (b_is_vector ? 1U : 0U) : 2U);
    for (; rank < given; rank++) {
        shape[rank] = x->shape[rank];
    }
    size_t from = rank;
    const bool is_vector[2] = {a_is_vector, b_is_vector};
    for (unsigned i = 0; i < 2; i++) {
        if (put) {
            shape[rank++] = is_vector[i] ? 1 : x->shape[from++];
        } else {
            if (!is_vector[i]) {
                shape[rank++] = x->shape[from];
            }
            from++;
        }
    }
    bk_array_reshaped(y, x, rank, shape);
}

bk_status bk_forward_matmul(bk_array *y, bk_pool *pool, const bk_array *const *input,
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
        vectors(y, &product, a->rank == 1, b->rank == 1, false);
        bk_array_release(pool, &product);
    }
    bk_array_release(pool, &left);
    bk_array_release(pool, &right);
    return status;
}

/* The other factor, as a matrix. */
static bk_status factor(bk_array *y, bk_turn *turn, unsigned slot)
{
    bk_array value;
    BK_TRY(bk_turn_saved(&value, turn, slot));
    const bk_status status = as_matrix(y, turn->pool, &value, slot == BK_SLOT_FIRST);
    bk_array_release(turn->pool, &value);
    return status;
}

/* A^T G. Where one b served all batches and a and g are row-major, their rows are taken together. */
static bk_status right_gradient(bk_array *y, bk_pool *pool, const bk_array *a, const bk_array *g, bool one_b)
{
    bk_array left, right, turned;
    bk_array_share(&left, a);
    bk_array_share(&right, g);
    if (one_b && a->rank > 2 && a->contiguous && g->contiguous) {
        const size_t rows = g->size == 0 ? 0 : g->size / g->shape[g->rank - 1];
        if (rows == a->size / (a->shape[a->rank - 1] == 0 ? 1 : a->shape[a->rank - 1])) {
            bk_array_release(pool, &left);
            bk_array_release(pool, &right);
            bk_array_reshaped(&left, a, 2, (const size_t[2]){rows, a->shape[a->rank - 1]});
            bk_array_reshaped(&right, g, 2, (const size_t[2]){rows, g->shape[g->rank - 1]});
        }
    }
    bk_array_transposed(&turned, &left);
    const bk_status status = bk_array_matmul(y, pool, &turned, &right);
    bk_array_release(pool, &turned);
    bk_array_release(pool, &left);
    bk_array_release(pool, &right);
    return status;
}

/* dA or dB from g and the other factor; a vector gets its rank back. */
static bk_status gradient_of(bk_turn *turn, unsigned input, const bk_array *g)
{
    const bk_edge *edge = turn->node->edge;
    bk_array other, product, turned;
    BK_TRY(factor(&other, turn, input == 0 ? BK_SLOT_SECOND : BK_SLOT_FIRST));
    bk_status status;
    if (input == 0) {
        bk_array_transposed(&turned, &other);
        status = bk_array_matmul(&product, turn->pool, g, &turned);
        bk_array_release(turn->pool, &turned);
    } else {
        status = right_gradient(&product, turn->pool, &other, g, edge[1].rank == 2);
    }
    bk_array_release(turn->pool, &other);
    if (status == BK_OK) {
        vectors(&turn->result[input], &product, input == 0 && edge[0].rank == 1,
                input == 1 && edge[1].rank == 1, false);
        bk_array_release(turn->pool, &product);
    }
    return status;
}

bk_status bk_backward_matmul(bk_turn *turn)
{
    const bk_edge *edge = turn->node->edge;
    bk_array gradient;
    if (edge[0].rank >= 2 && edge[1].rank >= 2) {
        bk_array_share(&gradient, &turn->gradient);
    } else {
        bk_array values;
        BK_TRY(bk_array_contiguous(&values, turn->pool, &turn->gradient));
        vectors(&gradient, &values, edge[0].rank == 1, edge[1].rank == 1, true);
        bk_array_release(turn->pool, &values);
    }
    bk_status status = BK_OK;
    for (unsigned i = 0; i < 2 && status == BK_OK; i++) {
        if (turn->needs[i]) {
            status = gradient_of(turn, i, &gradient);
        }
    }
    bk_array_release(turn->pool, &gradient);
    return status;
}

bk_tensor *bk_matmul(bk_tensor *a, bk_tensor *b) { return bk_apply_2(BK_OPERATION_matmul, a, b, NULL); }
