/* SPDX-License-Identifier: GPL-3.0-or-later
 * Elementary functions and their gradients. */
#include "tensor/graph.h"

/* result = gradient times the derivative that the saved value of slot tells. */
static bk_status chain(bk_turn *turn, bk_chain op, unsigned slot)
{
    bk_array value;
    BK_TRY(bk_turn_saved(&value, turn, slot));
    bk_turn_pass(&turn->result[0], turn, true);
    const bk_status status = bk_array_chain(&turn->result[0], turn->pool, op, &value);
    bk_array_release(turn->pool, &value);
    return status;
}

bk_status bk_forward_exp(bk_array *y, bk_pool *pool, const bk_array *const *input,
                         const bk_parameters *parameters)
{
    (void)parameters;
    return bk_array_map(y, pool, BK_MAP_EXP, input[0]);
}

bk_status bk_backward_exp(bk_turn *turn)
{
    return bk_turn_with_saved(turn, 0, BK_BINARY_MUL, BK_SLOT_OUTPUT, true);
}

bk_status bk_forward_log(bk_array *y, bk_pool *pool, const bk_array *const *input,
                         const bk_parameters *parameters)
{
    (void)parameters;
    return bk_array_map(y, pool, BK_MAP_LOG, input[0]);
}

bk_status bk_backward_log(bk_turn *turn)
{
    return bk_turn_with_saved(turn, 0, BK_BINARY_DIV, BK_SLOT_FIRST, true);
}

bk_status bk_forward_tanh(bk_array *y, bk_pool *pool, const bk_array *const *input,
                          const bk_parameters *parameters)
{
    (void)parameters;
    return bk_array_map(y, pool, BK_MAP_TANH, input[0]);
}

bk_status bk_backward_tanh(bk_turn *turn) { return chain(turn, BK_CHAIN_TANH, BK_SLOT_OUTPUT); }

/* The derivative at 0 is 0. */
bk_status bk_forward_relu(bk_array *y, bk_pool *pool, const bk_array *const *input,
                          const bk_parameters *parameters)
{
    (void)parameters;
    return bk_array_map(y, pool, BK_MAP_RELU, input[0]);
}

bk_status bk_backward_relu(bk_turn *turn) { return chain(turn, BK_CHAIN_RELU, BK_SLOT_OUTPUT); }

bk_status bk_forward_sigmoid(bk_array *y, bk_pool *pool, const bk_array *const *input,
                             const bk_parameters *parameters)
{
    (void)parameters;
    return bk_array_map(y, pool, BK_MAP_SIGMOID, input[0]);
}

bk_status bk_backward_sigmoid(bk_turn *turn) { return chain(turn, BK_CHAIN_SIGMOID, BK_SLOT_OUTPUT); }

bk_status bk_forward_log_sigmoid(bk_array *y, bk_pool *pool, const bk_array *const *input,
                                 const bk_parameters *parameters)
{
    (void)parameters;
    return bk_array_map(y, pool, BK_MAP_LOG_SIGMOID, input[0]);
}

/* The derivative is sigmoid(-x): accurate in both tails, where 1 - sigmoid(x) would cancel. */
bk_status bk_backward_log_sigmoid(bk_turn *turn)
{
    bk_array value, slope;
    BK_TRY(bk_turn_saved(&value, turn, BK_SLOT_FIRST));
    bk_status status = bk_array_map(&slope, turn->pool, BK_MAP_NEG, &value);
    bk_array_release(turn->pool, &value);
    if (status != BK_OK) {
        return status;
    }
    bk_array_map_into(&slope, BK_MAP_SIGMOID, &slope);
    bk_turn_pass(&turn->result[0], turn, true);
    status = bk_array_update(&turn->result[0], turn->pool, BK_BINARY_MUL, &slope);
    bk_array_release(turn->pool, &slope);
    return status;
}

/* ---- Derivatives that are a function of the input ---- */

/* result = gradient OP map(saved input). */
static bk_status with_map(bk_turn *turn, bk_map map, bk_binary op)
{
    bk_array value, slope;
    BK_TRY(bk_turn_saved(&value, turn, BK_SLOT_FIRST));
    bk_status status = bk_array_map(&slope, turn->pool, map, &value);
    bk_array_release(turn->pool, &value);
    if (status == BK_OK) {
        bk_turn_pass(&turn->result[0], turn, true);
        status = bk_array_update(&turn->result[0], turn->pool, op, &slope);
        bk_array_release(turn->pool, &slope);
    }
    return status;
}

bk_status bk_forward_sqrt(bk_array *y, bk_pool *pool, const bk_array *const *input,
                          const bk_parameters *parameters)
{
    (void)parameters;
    return bk_array_map(y, pool, BK_MAP_SQRT, input[0]);
}

bk_status bk_backward_sqrt(bk_turn *turn) { return chain(turn, BK_CHAIN_SQRT, BK_SLOT_OUTPUT); }

/* The slope of |x| is the sign of x, 0 at 0. */
bk_status bk_forward_abs(bk_array *y, bk_pool *pool, const bk_array *const *input,
                         const bk_parameters *parameters)
{
    (void)parameters;
    return bk_array_map(y, pool, BK_MAP_ABS, input[0]);
}

bk_status bk_backward_abs(bk_turn *turn) { return with_map(turn, BK_MAP_SIGN, BK_BINARY_MUL); }

/* Constant but at 0: zero everywhere. */
bk_status bk_forward_sign(bk_array *y, bk_pool *pool, const bk_array *const *input,
                          const bk_parameters *parameters)
{
    (void)parameters;
    return bk_array_map(y, pool, BK_MAP_SIGN, input[0]);
}

bk_status bk_backward_sign(bk_turn *turn)
{
    BK_TRY(bk_array_create(&turn->result[0], turn->pool, turn->gradient.dtype, turn->gradient.rank,
                           turn->gradient.shape));
    bk_array_fill(&turn->result[0], 0.0);
    return BK_OK;
}

bk_status bk_forward_sin(bk_array *y, bk_pool *pool, const bk_array *const *input,
                         const bk_parameters *parameters)
{
    (void)parameters;
    return bk_array_map(y, pool, BK_MAP_SIN, input[0]);
}

bk_status bk_backward_sin(bk_turn *turn) { return with_map(turn, BK_MAP_COS, BK_BINARY_MUL); }

bk_status bk_forward_cos(bk_array *y, bk_pool *pool, const bk_array *const *input,
                         const bk_parameters *parameters)
{
    (void)parameters;
    return bk_array_map(y, pool, BK_MAP_COS, input[0]);
}

bk_status bk_backward_cos(bk_turn *turn)
{
    BK_TRY(with_map(turn, BK_MAP_SIN, BK_BINARY_MUL));
    return bk_turn_negate(turn, 0);
}

bk_status bk_forward_softplus(bk_array *y, bk_pool *pool, const bk_array *const *input,
                              const bk_parameters *parameters)
{
    (void)parameters;
    return bk_array_map(y, pool, BK_MAP_SOFTPLUS, input[0]);
}

bk_status bk_backward_softplus(bk_turn *turn) { return with_map(turn, BK_MAP_SIGMOID, BK_BINARY_MUL); }

bk_status bk_forward_log1p(bk_array *y, bk_pool *pool, const bk_array *const *input,
                           const bk_parameters *parameters)
{
    (void)parameters;
    return bk_array_map(y, pool, BK_MAP_LOG1P, input[0]);
}

bk_status bk_backward_log1p(bk_turn *turn)
{
    bk_array value, one, sum;
    BK_TRY(bk_turn_saved(&value, turn, BK_SLOT_FIRST));
    bk_status status = bk_array_scalar(&one, turn->pool, value.dtype, 1.0);
    if (status == BK_OK) {
        status = bk_array_binary(&sum, turn->pool, BK_BINARY_ADD, value.dtype, &value, &one, "backward");
        bk_array_release(turn->pool, &one);
    }
    bk_array_release(turn->pool, &value);
    if (status == BK_OK) {
        bk_turn_pass(&turn->result[0], turn, true);
        status = bk_array_update(&turn->result[0], turn->pool, BK_BINARY_DIV, &sum);
        bk_array_release(turn->pool, &sum);
    }
    return status;
}

/* ---- Public ---- */

bk_tensor *bk_exp(bk_tensor *a) { return bk_apply_1(BK_OPERATION_exp, a, NULL); }
bk_tensor *bk_log(bk_tensor *a) { return bk_apply_1(BK_OPERATION_log, a, NULL); }
bk_tensor *bk_tanh(bk_tensor *a) { return bk_apply_1(BK_OPERATION_tanh, a, NULL); }
bk_tensor *bk_relu(bk_tensor *a) { return bk_apply_1(BK_OPERATION_relu, a, NULL); }
bk_tensor *bk_sigmoid(bk_tensor *a) { return bk_apply_1(BK_OPERATION_sigmoid, a, NULL); }
bk_tensor *bk_log_sigmoid(bk_tensor *a) { return bk_apply_1(BK_OPERATION_log_sigmoid, a, NULL); }
bk_tensor *bk_sqrt(bk_tensor *a) { return bk_apply_1(BK_OPERATION_sqrt, a, NULL); }
bk_tensor *bk_log1p(bk_tensor *a) { return bk_apply_1(BK_OPERATION_log1p, a, NULL); }
bk_tensor *bk_abs(bk_tensor *a) { return bk_apply_1(BK_OPERATION_abs, a, NULL); }
bk_tensor *bk_sign(bk_tensor *a) { return bk_apply_1(BK_OPERATION_sign, a, NULL); }
bk_tensor *bk_sin(bk_tensor *a) { return bk_apply_1(BK_OPERATION_sin, a, NULL); }
bk_tensor *bk_cos(bk_tensor *a) { return bk_apply_1(BK_OPERATION_cos, a, NULL); }
bk_tensor *bk_softplus(bk_tensor *a) { return bk_apply_1(BK_OPERATION_softplus, a, NULL); }
