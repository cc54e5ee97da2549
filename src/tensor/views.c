/* SPDX-License-Identifier: GPL-3.0-or-later
 * Other windows on the same values, conversions, detached aliases. */
#include "tensor/graph.h"

bk_status bk_forward_reshape(bk_array *y, bk_pool *pool, const bk_array *const input[2],
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

bk_status bk_forward_transpose(bk_array *y, bk_pool *pool, const bk_array *const input[2],
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

bk_status bk_forward_cast(bk_array *y, bk_pool *pool, const bk_array *const input[2],
                          const bk_parameters *parameters)
{
    return bk_array_cast(y, pool, input[0], parameters->dtype);
}

/* The pass casts every gradient to its input's dtype. */
bk_status bk_backward_cast(bk_turn *turn)
{
    bk_turn_pass(&turn->result[0], turn, true);
    return BK_OK;
}

/* ---- Public ---- */

bk_tensor *bk_reshape(bk_tensor *a, size_t rank, const size_t *shape)
{
    if (!bk_inputs_usable("reshape", a, NULL, false)) {
        return NULL;
    }
    if (rank > BK_MAX_RANK || (rank > 0 && shape == NULL)) {
        (void)bk_fail(BK_SHAPE, "reshape: rank %zu; the largest rank is %d, and a shape must be given", rank,
                      BK_MAX_RANK);
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
    return bk_apply(BK_OPERATION_reshape, a, NULL, false,
                    &(bk_parameters){.rank = (unsigned)rank, .shape = shape});
}

bk_tensor *bk_transpose(bk_tensor *a) { return bk_apply(BK_OPERATION_transpose, a, NULL, false, NULL); }

bk_tensor *bk_cast(bk_tensor *a, bk_dtype dtype)
{
    if (dtype != BK_F32 && dtype != BK_F64) {
        (void)bk_fail(BK_DTYPE, "cast: to f32 and f64 alone, not to %s",
                      dtype >= 0 && dtype < BK_DTYPE_COUNT ? bk_dtype_name(dtype) : "an unknown dtype");
        return NULL;
    }
    return bk_apply(BK_OPERATION_cast, a, NULL, false, &(bk_parameters){.dtype = dtype});
}

bk_tensor *bk_detach(bk_tensor *tensor)
{
    if (!bk_inputs_usable("detach", tensor, NULL, false)) {
        return NULL;
    }
    bk_array alias;
    bk_array_share(&alias, &tensor->array);
    bk_tensor *detached = bk_tensor_make_hidden(tensor->tape, &alias, true);
    if (detached == NULL) {
        return NULL;
    }
    const bool handled = bk_tensor_add_handle(detached);
    bk_tensor_unreference(detached); /* the handle has a reference of its own */
    return handled ? detached : NULL;
}
