/* SPDX-License-Identifier: GPL-3.0-or-later
 * Other windows on the same values. Their gradients are windows too, or fill one in a tensor of zeros. */
#include "tensor/graph.h"

bk_status bk_forward_reshape(bk_array *y, bk_pool *pool, const bk_array *const *input,
                             const bk_parameters *parameters)
{
    bk_array values;
    BK_TRY(bk_array_contiguous(&values, pool, input[0]));
    bk_array_reshaped(y, &values, parameters->rank, parameters->shape);
    bk_array_release(pool, &values);
    return BK_OK;
}

bk_status bk_backward_reshape(bk_turn *turn)
{
    const bk_edge *edge = &turn->node->edge[0];
    bk_array values;
    BK_TRY(bk_array_contiguous(&values, turn->pool, &turn->gradient));
    bk_array_reshaped(&turn->result[0], &values, edge->rank, edge->shape);
    bk_array_release(turn->pool, &values);
    return BK_OK;
}

bk_status bk_forward_transpose(bk_array *y, bk_pool *pool, const bk_array *const *input,
                               const bk_parameters *parameters)
{
    (void)pool;
    (void)parameters;
    bk_array_transposed(y, input[0]);
    return BK_OK;
}

bk_status bk_backward_transpose(bk_turn *turn)
{
    bk_array_transposed(&turn->result[0], &turn->gradient);
    return BK_OK;
}

bk_status bk_forward_permute(bk_array *y, bk_pool *pool, const bk_array *const *input,
                             const bk_parameters *parameters)
{
    (void)pool;
    bk_array_permuted(y, input[0], parameters->order);
    return BK_OK;
}

bk_status bk_backward_permute(bk_turn *turn)
{
    uint8_t back[BK_MAX_RANK] = {0};
    for (unsigned d = 0; d < turn->gradient.rank; d++) {
        back[turn->node->parameters->order[d]] = (uint8_t)d;
    }
    bk_array_permuted(&turn->result[0], &turn->gradient, back);
    return BK_OK;
}

/* *zeros of the input's shape, *window the place in it that the gradient belongs to. */
static bk_status zeros_with_window(bk_array *zeros, bk_array *window, bk_turn *turn, size_t length)
{
    const bk_edge *edge = &turn->node->edge[0];
    const bk_parameters *parameters = turn->node->parameters;
    BK_TRY(bk_array_create(zeros, turn->pool, turn->node->dtype, edge->rank, edge->shape));
    bk_array_fill(zeros, 0.0);
    bk_array_sliced(window, zeros, parameters->axis, parameters->start, parameters->step, length);
    return BK_OK;
}

static bk_status put_into_window(bk_turn *turn, size_t length)
{
    bk_array window, values;
    BK_TRY(bk_array_contiguous(&values, turn->pool, &turn->gradient));
    const bk_status status = zeros_with_window(&turn->result[0], &window, turn, length);
    if (status == BK_OK) {
        bk_array_write(&window, values.data);
        bk_array_release(turn->pool, &window);
    }
    bk_array_release(turn->pool, &values);
    return status;
}

bk_status bk_forward_slice(bk_array *y, bk_pool *pool, const bk_array *const *input,
                           const bk_parameters *parameters)
{
    (void)pool;
    bk_array_sliced(y, input[0], parameters->axis, parameters->start, parameters->step, parameters->length);
    return BK_OK;
}

bk_status bk_backward_slice(bk_turn *turn) { return put_into_window(turn, turn->node->parameters->length); }

bk_status bk_forward_select(bk_array *y, bk_pool *pool, const bk_array *const *input,
                            const bk_parameters *parameters)
{
    bk_array slice;
    bk_array_sliced(&slice, input[0], parameters->axis, parameters->start, 1, 1);
    bk_array_dropped(y, &slice, parameters->axis);
    bk_array_release(pool, &slice);
    return BK_OK;
}

bk_status bk_backward_select(bk_turn *turn) { return put_into_window(turn, 1); }

bk_status bk_forward_expand(bk_array *y, bk_pool *pool, const bk_array *const *input,
                            const bk_parameters *parameters)
{
    (void)pool;
    bk_array_expanded(y, input[0], parameters->rank, parameters->shape);
    return BK_OK;
}

/* The pass sums every gradient to its input's shape. */
bk_status bk_backward_expand(bk_turn *turn)
{
    bk_turn_pass(&turn->result[0], turn, true);
    return BK_OK;
}

/* ---- Public ---- */

static bool shape_usable(const char *word, size_t rank, const size_t *shape)
{
    if (rank > BK_MAX_RANK || (rank > 0 && shape == NULL)) {
        (void)bk_fail(BK_SHAPE, "%s: rank %zu; the largest rank is %d, and a shape must be given", word, rank,
                      BK_MAX_RANK);
        return false;
    }
    return true;
}

bk_tensor *bk_reshape(bk_tensor *a, size_t rank, const size_t *shape)
{
    if (!bk_input_usable("reshape", a) || !shape_usable("reshape", rank, shape)) {
        return NULL;
    }
    size_t size = 1;
    bool fits = true;
    for (size_t d = 0; d < rank; d++) {
        fits = fits && bk_multiply_sizes(&size, size, shape[d]);
    }
    if (!fits || size != a->array.size) {
        char text[BK_TENSOR_TEXT], target[BK_SHAPE_TEXT];
        (void)bk_fail(BK_SHAPE, "reshape: %s has %zu elements, which shape %s does not hold",
                      bk_tensor_text(text, a), a->array.size, bk_shape_text(target, rank, shape));
        return NULL;
    }
    return bk_apply_1(BK_OPERATION_reshape, a, &(bk_parameters){.rank = (uint16_t)rank, .shape = shape});
}

bk_tensor *bk_transpose(bk_tensor *a) { return bk_apply_1(BK_OPERATION_transpose, a, NULL); }

bk_tensor *bk_transpose_axes(bk_tensor *a, int first, int second)
{
    unsigned i, j;
    if (!bk_input_usable("transpose_axes", a) || !bk_resolve_axis(&i, "transpose_axes", a, first) ||
        !bk_resolve_axis(&j, "transpose_axes", a, second)) {
        return NULL;
    }
    bk_parameters parameters = {.order = {0, 1, 2, 3}};
    parameters.order[i] = (uint8_t)j;
    parameters.order[j] = (uint8_t)i;
    return bk_apply_1(BK_OPERATION_permute, a, &parameters);
}

bk_tensor *bk_permute(bk_tensor *a, size_t rank, const int *axes)
{
    if (!bk_input_usable("permute", a)) {
        return NULL;
    }
    if (rank != a->array.rank || (rank > 0 && axes == NULL)) {
        char text[BK_TENSOR_TEXT];
        (void)bk_fail(BK_SHAPE, "permute: %zu axes for %s; each of its axes must be named once", rank,
                      bk_tensor_text(text, a));
        return NULL;
    }
    unsigned seen = 0;
    bk_parameters parameters = {.rank = 0};
    for (size_t d = 0; d < rank && d < BK_MAX_RANK; d++) {
        unsigned axis;
        if (!bk_resolve_axis(&axis, "permute", a, axes[d])) {
            return NULL;
        }
        if ((seen >> axis & 1U) != 0) {
            (void)bk_fail(BK_SHAPE, "permute: axis %d stands twice among the axes", axes[d]);
            return NULL;
        }
        seen |= 1U << axis;
        parameters.order[d] = (uint8_t)axis;
    }
    return bk_apply_1(BK_OPERATION_permute, a, &parameters);
}

/* A place on an axis of that size, as Python cuts it. */
static size_t cut(int64_t place, size_t size)
{
    if (place < 0) {
        const uint64_t back = 0U - (uint64_t)place;
        return back > size ? 0 : size - (size_t)back;
    }
    return (uint64_t)place > size ? size : (size_t)place;
}

bk_tensor *bk_slice(bk_tensor *a, int axis, int64_t start, int64_t stop, int64_t step)
{
    unsigned place;
    if (!bk_input_usable("slice", a) || !bk_resolve_axis(&place, "slice", a, axis)) {
        return NULL;
    }
    if (step < 1) {
        (void)bk_fail(BK_INVALID, "slice: step %lld; it must be at least 1", (long long)step);
        return NULL;
    }
    const size_t size = a->array.shape[place];
    const size_t first = cut(start, size), end = cut(stop, size);
    const size_t length = first < end ? (end - first - 1) / (size_t)step + 1 : 0;
    return bk_apply_1(
        BK_OPERATION_slice, a,
        &(bk_parameters){
            .axis = place, .start = first, .step = length > 1 ? (size_t)step : 1, .length = length});
}

bk_tensor *bk_select(bk_tensor *a, int axis, int64_t index)
{
    unsigned place;
    if (!bk_input_usable("select", a) || !bk_resolve_axis(&place, "select", a, axis)) {
        return NULL;
    }
    size_t found;
    if (bk_resolve_index(&found, "select", index, place, a->array.shape[place]) != BK_OK) {
        return NULL;
    }
    return bk_apply_1(BK_OPERATION_select, a, &(bk_parameters){.axis = place, .start = found, .step = 1});
}

bk_tensor *bk_expand(bk_tensor *a, size_t rank, const size_t *shape)
{
    if (!bk_input_usable("expand", a) || !shape_usable("expand", rank, shape)) {
        return NULL;
    }
    const bk_array *x = &a->array;
    bool fits = rank >= x->rank;
    size_t size = 1;
    for (size_t d = 0; d < rank && fits; d++) {
        const size_t lead = rank - x->rank;
        fits = d < lead || x->shape[d - lead] == 1 || x->shape[d - lead] == shape[d];
        if (!bk_multiply_sizes(&size, size, shape[d]) || size > SIZE_MAX / 8) {
            char target[BK_SHAPE_TEXT];
            (void)bk_fail(BK_OVERFLOW, "expand: shape %s exceeds the address space",
                          bk_shape_text(target, rank, shape));
            return NULL;
        }
    }
    if (!fits) {
        char text[BK_TENSOR_TEXT], target[BK_SHAPE_TEXT];
        (void)bk_fail(
            BK_SHAPE,
            "expand: %s does not broadcast to shape %s: aligned at the last dimension, its sizes must be "
            "equal or 1",
            bk_tensor_text(text, a), bk_shape_text(target, rank, shape));
        return NULL;
    }
    return bk_apply_1(BK_OPERATION_expand, a, &(bk_parameters){.rank = (uint16_t)rank, .shape = shape});
}
