/* SPDX-License-Identifier: GPL-3.0-or-later
 * Sums and means, and their gradients: the gradient, spread over what was summed. */
#include "tensor/reduce.h"
#include "tensor/graph.h"

static bk_status check_mean(const bk_array *x)
{
    return x->dtype == BK_I64
               ? bk_fail(BK_DTYPE, "mean: the mean of i64 values is not a whole number; bk_cast them first")
               : BK_OK;
}

bk_status bk_forward_sum(bk_array *y, bk_pool *pool, const bk_array *const *input,
                         const bk_parameters *parameters)
{
    (void)parameters;
    return bk_array_sum(y, pool, input[0], false);
}

bk_status bk_forward_mean(bk_array *y, bk_pool *pool, const bk_array *const *input,
                          const bk_parameters *parameters)
{
    (void)parameters;
    BK_TRY(check_mean(input[0]));
    return bk_array_sum(y, pool, input[0], true);
}

bk_status bk_forward_sum_axes(bk_array *y, bk_pool *pool, const bk_array *const *input,
                              const bk_parameters *parameters)
{
    return bk_array_sum_axes(y, pool, input[0], parameters->axes, parameters->keepdim, false);
}

bk_status bk_forward_mean_axes(bk_array *y, bk_pool *pool, const bk_array *const *input,
                               const bk_parameters *parameters)
{
    BK_TRY(check_mean(input[0]));
    return bk_array_sum_axes(y, pool, input[0], parameters->axes, parameters->keepdim, true);
}

/* ---- Gradients ---- */

bk_status bk_spread(bk_array *y, bk_pool *pool, const bk_array *reduced, const bk_edge *edge, unsigned axes)
{
    size_t kept[BK_MAX_RANK];
    for (unsigned d = 0; d < edge->rank; d++) {
        kept[d] = (axes >> d & 1U) != 0 ? 1 : edge->shape[d];
    }
    bk_array values, wide;
    BK_TRY(bk_array_contiguous(&values, pool, reduced));
    bk_array_reshaped(&wide, &values, edge->rank, kept);
    bk_array_release(pool, &values);
    bk_array_expanded(y, &wide, edge->rank, edge->shape);
    bk_array_release(pool, &wide);
    return BK_OK;
}

static bk_status backward(bk_turn *turn, unsigned axes, bool mean)
{
    const bk_edge *edge = &turn->node->edge[0];
    size_t count = 1;
    for (unsigned d = 0; d < edge->rank; d++) {
        count *= (axes >> d & 1U) != 0 ? edge->shape[d] : 1;
    }
    if (mean && count != 0) {
        BK_TRY(bk_turn_with_constant(turn, 0, BK_BINARY_DIV, (double)count, true));
        bk_array_assign(&turn->gradient, &turn->result[0]);
        turn->result[0].storage = NULL;
    }
    return bk_spread(&turn->result[0], turn->pool, &turn->gradient, edge, axes);
}

bk_status bk_backward_sum(bk_turn *turn) { return backward(turn, BK_ALL_AXES, false); }
bk_status bk_backward_mean(bk_turn *turn) { return backward(turn, BK_ALL_AXES, true); }
bk_status bk_backward_sum_axes(bk_turn *turn) { return backward(turn, turn->node->parameters->axes, false); }
bk_status bk_backward_mean_axes(bk_turn *turn) { return backward(turn, turn->node->parameters->axes, true); }

/* ---- Public ---- */

bool bk_resolve_axes(unsigned *mask, const char *word, bk_tensor *a, size_t count, const int *axes)
{
    if (!bk_input_usable(word, a)) {
        return false;
    }
    if (count > 0 && axes == NULL) {
        (void)bk_fail(BK_INVALID, "%s: no list of its %zu axes", word, count);
        return false;
    }
    unsigned chosen = count == 0 ? (1U << a->array.rank) - 1U : 0;
    for (size_t i = 0; i < count; i++) {
        unsigned axis;
        if (!bk_resolve_axis(&axis, word, a, axes[i])) {
            return false;
        }
        if ((chosen >> axis & 1U) != 0) {
            (void)bk_fail(BK_SHAPE, "%s: axis %d stands twice among the axes", word, axes[i]);
            return false;
        }
        chosen |= 1U << axis;
    }
    *mask = chosen;
    return true;
}

bk_tensor *bk_reduce(bk_operation_id id, bk_tensor *a, size_t count, const int *axes, bool keepdim)
{
    unsigned mask;
    if (!bk_resolve_axes(&mask, bk_operations[id].word, a, count, axes)) {
        return NULL;
    }
    return bk_apply_1(id, a, &(bk_parameters){.axes = mask, .keepdim = keepdim});
}

bk_tensor *bk_sum(bk_tensor *a) { return bk_apply_1(BK_OPERATION_sum, a, NULL); }
bk_tensor *bk_mean(bk_tensor *a) { return bk_apply_1(BK_OPERATION_mean, a, NULL); }

bk_tensor *bk_sum_axis(bk_tensor *a, int axis, bool keepdim)
{
    return bk_reduce(BK_OPERATION_sum_axes, a, 1, &axis, keepdim);
}

bk_tensor *bk_mean_axis(bk_tensor *a, int axis, bool keepdim)
{
    return bk_reduce(BK_OPERATION_mean_axes, a, 1, &axis, keepdim);
}

bk_tensor *bk_sum_axes(bk_tensor *a, size_t count, const int *axes, bool keepdim)
{
    return bk_reduce(BK_OPERATION_sum_axes, a, count, axes, keepdim);
}

bk_tensor *bk_mean_axes(bk_tensor *a, size_t count, const int *axes, bool keepdim)
{
    return bk_reduce(BK_OPERATION_mean_axes, a, count, axes, keepdim);
}
