/* SPDX-License-Identifier: GPL-3.0-or-later
 * Conversions of dtype, detached aliases. */
#include "tensor/graph.h"

bk_status bk_forward_cast(bk_array *y, bk_pool *pool, const bk_array *const *input,
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

bk_tensor *bk_cast(bk_tensor *a, bk_dtype dtype)
{
    if (dtype != BK_F32 && dtype != BK_F64 && dtype != BK_I64) {
        (void)bk_fail(BK_DTYPE, "cast: to f32, f64 and i64 alone, not to %s",
                      dtype >= 0 && dtype < BK_DTYPE_COUNT ? bk_dtype_name(dtype) : "an unknown dtype");
        return NULL;
    }
    return bk_apply_1(BK_OPERATION_cast, a, &(bk_parameters){.dtype = dtype});
}

bk_tensor *bk_detach(bk_tensor *tensor)
{
    if (!bk_input_usable("detach", tensor)) {
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
