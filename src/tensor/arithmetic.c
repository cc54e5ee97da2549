/* SPDX-License-Identifier: GPL-3.0-or-later
 * Sums, products, maxima and their gradients. */
#include "tensor/graph.h"

static inline bk_status binary(bk_array *y, bk_pool *pool, bk_binary op, const bk_array *const *input,
                               bk_operation_id id)
{
    const bk_array *a = input[0], *b = input[1];
    if (a->rank == 0 && b->rank == 0 && a->dtype == b->dtype && a->dtype != BK_I64 && op <= BK_BINARY_DIV) {
        BK_TRY(bk_array_create_one(y, pool, a->dtype));
        bk_array_binary_one(op, a->dtype, y->data, a->data, b->data);
        return BK_OK;
    }
    const bk_dtype dtype = bk_promote(input[0]->dtype, input[1]->dtype);
    const bk_dtype result = op == BK_BINARY_DIV && dtype == BK_I64 ? BK_F32 : dtype;
    return bk_array_binary(y, pool, op, result, input[0], input[1], bk_operations[id].word);
}

/* ---- Two inputs ---- */

bk_status bk_forward_add(bk_array *y, bk_pool *pool, const bk_array *const *input,
                         const bk_parameters *parameters)
{
    (void)parameters;
    return binary(y, pool, BK_BINARY_ADD, input, BK_OPERATION_add);
}

bk_status bk_backward_add(bk_turn *turn)
{
    if (turn->needs[0]) {
        bk_turn_pass(&turn->result[0], turn, !turn->needs[1]);
    }
    if (turn->needs[1]) {
        bk_turn_pass(&turn->result[1], turn, true);
    }
    return BK_OK;
}

bk_status bk_forward_sub(bk_array *y, bk_pool *pool, const bk_array *const *input,
                         const bk_parameters *parameters)
{
    (void)parameters;
    return binary(y, pool, BK_BINARY_SUB, input, BK_OPERATION_sub);
}

bk_status bk_backward_sub(bk_turn *turn)
{
    BK_TRY(bk_backward_add(turn));
    return turn->needs[1] ? bk_turn_negate(turn, 1) : BK_OK;
}

bk_status bk_forward_mul(bk_array *y, bk_pool *pool, const bk_array *const *input,
                         const bk_parameters *parameters)
{
    (void)parameters;
    return binary(y, pool, BK_BINARY_MUL, input, BK_OPERATION_mul);
}

bk_status bk_backward_mul(bk_turn *turn)
{
    if (turn->needs[0]) {
        BK_TRY(bk_turn_with_saved(turn, 0, BK_BINARY_MUL, BK_SLOT_SECOND, !turn->needs[1]));
    }
    return turn->needs[1] ? bk_turn_with_saved(turn, 1, BK_BINARY_MUL, BK_SLOT_FIRST, true) : BK_OK;
}

bk_status bk_forward_div(bk_array *y, bk_pool *pool, const bk_array *const *input,
                         const bk_parameters *parameters)
{
    (void)parameters;
    return binary(y, pool, BK_BINARY_DIV, input, BK_OPERATION_div);
}

/* da = g / b, db = -(g ((a / b) / b)). */
bk_status bk_backward_div(bk_turn *turn)
{
    if (turn->needs[0]) {
        BK_TRY(bk_turn_with_saved(turn, 0, BK_BINARY_DIV, BK_SLOT_SECOND, !turn->needs[1]));
    }
    if (!turn->needs[1]) {
        return BK_OK;
    }
    bk_array a = {0}, b = {0}, ratio = {0};
    bk_status status = bk_turn_saved(&a, turn, BK_SLOT_FIRST);
    if (status == BK_OK) {
        status = bk_turn_saved(&b, turn, BK_SLOT_SECOND);
    }
    if (status == BK_OK) {
        status = bk_array_binary(&ratio, turn->pool, BK_BINARY_DIV, turn->node->dtype, &a, &b, "div");
    }
    if (status == BK_OK) {
        status = bk_array_update(&ratio, turn->pool, BK_BINARY_DIV, &b);
    }
    if (status == BK_OK) {
        bk_turn_pass(&turn->result[1], turn, true);
        status = bk_array_update(&turn->result[1], turn->pool, BK_BINARY_MUL, &ratio);
    }
    if (status == BK_OK) {
        status = bk_turn_negate(turn, 1);
    }
    bk_array_release(turn->pool, &a);
    bk_array_release(turn->pool, &b);
    bk_array_release(turn->pool, &ratio);
    return status;
}

bk_status bk_forward_maximum(bk_array *y, bk_pool *pool, const bk_array *const *input,
                             const bk_parameters *parameters)
{
    (void)parameters;
    return binary(y, pool, BK_BINARY_MAX, input, BK_OPERATION_maximum);
}

/* The part of x in the gradient of max(x, other), or of min where smallest: the roles swap there. */
static bk_status extreme(bk_turn *turn, bool smallest)
{
    bk_array value[2] = {{0}, {0}};
    bk_status status = bk_turn_saved(&value[0], turn, BK_SLOT_FIRST);
    if (status == BK_OK) {
        status = bk_turn_saved(&value[1], turn, BK_SLOT_SECOND);
    }
    for (unsigned i = 0; i < 2 && status == BK_OK; i++) {
        if (turn->needs[i]) {
            bk_turn_pass(&turn->result[i], turn, i == 1 || !turn->needs[1]);
            status = bk_array_chain_max(&turn->result[i], turn->pool, &value[smallest ? 1 - i : i],
                                        &value[smallest ? i : 1 - i]);
        }
    }
    bk_array_release(turn->pool, &value[0]);
    bk_array_release(turn->pool, &value[1]);
    return status;
}

bk_status bk_backward_maximum(bk_turn *turn) { return extreme(turn, false); }

bk_status bk_forward_minimum(bk_array *y, bk_pool *pool, const bk_array *const *input,
                             const bk_parameters *parameters)
{
    (void)parameters;
    return binary(y, pool, BK_BINARY_MIN, input, BK_OPERATION_minimum);
}

bk_status bk_backward_minimum(bk_turn *turn) { return extreme(turn, true); }

/* ---- One input ---- */

bk_status bk_forward_neg(bk_array *y, bk_pool *pool, const bk_array *const *input,
                         const bk_parameters *parameters)
{
    (void)parameters;
    return bk_array_map(y, pool, BK_MAP_NEG, input[0]);
}

bk_status bk_backward_neg(bk_turn *turn)
{
    bk_turn_pass(&turn->result[0], turn, true);
    return bk_turn_negate(turn, 0);
}

bk_status bk_forward_square(bk_array *y, bk_pool *pool, const bk_array *const *input,
                            const bk_parameters *parameters)
{
    (void)parameters;
    return bk_array_map(y, pool, BK_MAP_SQUARE, input[0]);
}

bk_status bk_backward_square(bk_turn *turn)
{
    bk_array value;
    BK_TRY(bk_turn_saved(&value, turn, BK_SLOT_FIRST));
    bk_turn_pass(&turn->result[0], turn, true);
    const bk_status status = bk_array_chain(&turn->result[0], turn->pool, BK_CHAIN_SQUARE, &value);
    bk_array_release(turn->pool, &value);
    return status;
}

/* A constant takes the tensor's dtype; with integers the result is f32, as for a division. */
static bk_status with_constant(bk_array *y, bk_pool *pool, bk_binary op, const bk_array *x, double constant,
                               const char *word)
{
    const bk_dtype dtype = x->dtype == BK_I64 ? BK_F32 : x->dtype;
    bk_array value;
    BK_TRY(bk_array_scalar(&value, pool, dtype, constant));
    const bk_status status = bk_array_binary(y, pool, op, dtype, x, &value, word);
    bk_array_release(pool, &value);
    return status;
}

bk_status bk_forward_scale(bk_array *y, bk_pool *pool, const bk_array *const *input,
                           const bk_parameters *parameters)
{
    return with_constant(y, pool, BK_BINARY_MUL, input[0], parameters->constant, "scale");
}

bk_status bk_backward_scale(bk_turn *turn)
{
    return bk_turn_with_constant(turn, 0, BK_BINARY_MUL, turn->node->parameters->constant, true);
}

bk_status bk_forward_add_constant(bk_array *y, bk_pool *pool, const bk_array *const *input,
                                  const bk_parameters *parameters)
{
    return with_constant(y, pool, BK_BINARY_ADD, input[0], parameters->constant, "add_constant");
}

bk_status bk_backward_add_constant(bk_turn *turn)
{
    bk_turn_pass(&turn->result[0], turn, true);
    return BK_OK;
}

/* ---- Public ---- */

bk_tensor *bk_add(bk_tensor *a, bk_tensor *b) { return bk_apply_2(BK_OPERATION_add, a, b, NULL); }
bk_tensor *bk_sub(bk_tensor *a, bk_tensor *b) { return bk_apply_2(BK_OPERATION_sub, a, b, NULL); }
bk_tensor *bk_mul(bk_tensor *a, bk_tensor *b) { return bk_apply_2(BK_OPERATION_mul, a, b, NULL); }
bk_tensor *bk_div(bk_tensor *a, bk_tensor *b) { return bk_apply_2(BK_OPERATION_div, a, b, NULL); }
bk_tensor *bk_maximum(bk_tensor *a, bk_tensor *b) { return bk_apply_2(BK_OPERATION_maximum, a, b, NULL); }
bk_tensor *bk_minimum(bk_tensor *a, bk_tensor *b) { return bk_apply_2(BK_OPERATION_minimum, a, b, NULL); }
bk_tensor *bk_neg(bk_tensor *a) { return bk_apply_1(BK_OPERATION_neg, a, NULL); }
bk_tensor *bk_square(bk_tensor *a) { return bk_apply_1(BK_OPERATION_square, a, NULL); }

bk_tensor *bk_scale(bk_tensor *a, double factor)
{
    return bk_apply_1(BK_OPERATION_scale, a, &(bk_parameters){.constant = factor});
}

bk_tensor *bk_add_constant(bk_tensor *a, double constant)
{
    return bk_apply_1(BK_OPERATION_add_constant, a, &(bk_parameters){.constant = constant});
}
