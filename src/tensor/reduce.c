/* SPDX-License-Identifier: GPL-3.0-or-later
 * Sums and means, and their gradients: the gradient, spread over what was summed. */
#include <string.h>

#include "tensor/graph.h"

static bk_status check_mean(const bk_array *x, const char *word)
{
    return x->dtype == BK_I64
               ? bk_fail(BK_DTYPE, "%s: the mean of i64 values is not a whole number; bk_cast them first",
                         word)
               : BK_OK;
}

bk_status bk_forward_sum(bk_array *y, bk_pool *pool, const bk_array *const input[2],
                         const bk_parameters *parameters)
{
    (void)parameters;
    return bk_array_sum(y, pool, input[0], false);
}

bk_status bk_forward_mean(bk_array *y, bk_pool *pool, const bk_array *const input[2],
                          const bk_parameters *parameters)
{
    (void)parameters;
    BK_TRY(check_mean(input[0], "mean"));
    return bk_array_sum(y, pool, input[0], true);
}

bk_status bk_forward_sum_axis(bk_array *y, bk_pool *pool, const bk_array *const input[2],
                              const bk_parameters *parameters)
{
    return bk_array_sum_axis(y, pool, input[0], parameters->axis, parameters->keepdim, false);
}

bk_status bk_forward_mean_axis(bk_array *y, bk_pool *pool, const bk_array *const input[2],
                               const bk_parameters *parameters)
{
    BK_TRY(check_mean(input[0], "mean_axis"));
    return bk_array_sum_axis(y, pool, input[0], parameters->axis, parameters->keepdim, true);
}

/* Broadcasts the gradient, of shape kept once a dimension of 1 stands for each that was summed. */
static bk_status spread(bk_turn *turn, bk_array *gradient, size_t rank, const size_t *kept)
{
    const bk_edge *edge = &turn->node->edge[0];
    bk_array values, wide;
    BK_TRY(bk_array_contiguous(&values, turn->pool, gradient));
    bk_array_reshaped(&wide, &values, rank, kept);
    bk_array_release(turn->pool, &values);
    bk_array_expanded(&turn->result[0], &wide, edge->rank, edge->shape);
    bk_array_release(turn->pool, &wide);
    return BK_OK;
}

static bk_status backward(bk_turn *turn, size_t divisor, size_t rank, const size_t *kept)
{
    if (divisor != 0) {
        BK_TRY(bk_turn_with_constant(turn, 0, BK_BINARY_DIV, (double)divisor, true));
        turn->gradient = turn->result[0];
        turn->result[0].storage = NULL;
    }
    return spread(turn, &turn->gradient, rank, kept);
}

static size_t input_size(const bk_edge *edge)
{
    size_t size = 1;
    for (size_t d = 0; d < edge->rank; d++) {
        size *= edge->shape[d];
    }
    return size;
}

bk_status bk_backward_sum(bk_turn *turn) { return backward(turn, 0, 0, NULL); }

bk_status bk_backward_mean(bk_turn *turn)
{
    return backward(turn, input_size(&turn->node->edge[0]), 0, NULL);
}

static bk_status backward_axis(bk_turn *turn, bool mean)
{
    const bk_edge *edge = &turn->node->edge[0];
    const size_t axis = turn->node->parameters.axis;
    size_t kept[BK_MAX_RANK];
    memcpy(kept, edge->shape, sizeof kept);
    const size_t count = kept[axis];
    kept[axis] = 1;
    return backward(turn, mean ? count : 0, edge->rank, kept);
}

bk_status bk_backward_sum_axis(bk_turn *turn) { return backward_axis(turn, false); }

bk_status bk_backward_mean_axis(bk_turn *turn) { return backward_axis(turn, true); }

/* ---- Public ---- */

bk_tensor *bk_sum(bk_tensor *a) { return bk_apply(BK_OPERATION_sum, a, NULL, false, NULL); }
bk_tensor *bk_mean(bk_tensor *a) { return bk_apply(BK_OPERATION_mean, a, NULL, false, NULL); }

static bk_tensor *over_axis(bk_operation_id id, bk_tensor *a, int axis, bool keepdim)
{
    const char *word = bk_operations[id].word;
    if (!bk_inputs_usable(word, a, NULL, false)) {
        return NULL;
    }
    const int rank = (int)a->array.rank;
    if (axis < -rank || axis >= rank) {
        char text[BK_TENSOR_TEXT];
        (void)bk_fail(BK_SHAPE, "%s: %s has no axis %d; axes are counted from 0, or from the end from -1",
                      word, bk_tensor_text(text, a), axis);
        return NULL;
    }
    const bk_parameters parameters = {.axis = (size_t)(axis < 0 ? axis + rank : axis), .keepdim = keepdim};
    return bk_apply(id, a, NULL, false, &parameters);
}

bk_tensor *bk_sum_axis(bk_tensor *a, int axis, bool keepdim)
{
    return over_axis(BK_OPERATION_sum_axis, a, axis, keepdim);
}

bk_tensor *bk_mean_axis(bk_tensor *a, int axis, bool keepdim)
{
    return over_axis(BK_OPERATION_mean_axis, a, axis, keepdim);
}
