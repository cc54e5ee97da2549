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

bk_status bk_forward_exp(bk_array *y, bk_pool *pool, const bk_array *const input[2],
                         const bk_parameters *parameters)
{
    (void)parameters;
    return bk_array_map(y, pool, BK_MAP_EXP, input[0]);
}

bk_status bk_backward_exp(bk_turn *turn)
{
    return bk_turn_with_saved(turn, 0, BK_BINARY_MUL, BK_SLOT_OUTPUT, true);
}

bk_status bk_forward_log(bk_array *y, bk_pool *pool, const bk_array *const input[2],
                         const bk_parameters *parameters)
{
    (void)parameters;
    return bk_array_map(y, pool, BK_MAP_LOG, input[0]);
}

bk_status bk_backward_log(bk_turn *turn)
{
    return bk_turn_with_saved(turn, 0, BK_BINARY_DIV, BK_SLOT_FIRST, true);
}

bk_status bk_forward_tanh(bk_array *y, bk_pool *pool, const bk_array *const input[2],
                          const bk_parameters *parameters)
{
    (void)parameters;
    return bk_array_map(y, pool, BK_MAP_TANH, input[0]);
}

bk_status bk_backward_tanh(bk_turn *turn) { return chain(turn, BK_CHAIN_TANH, BK_SLOT_OUTPUT); }

/* The derivative at 0 is 0. */
bk_status bk_forward_relu(bk_array *y, bk_pool *pool, const bk_array *const input[2],
                          const bk_parameters *parameters)
{
    (void)parameters;
    return bk_array_map(y, pool, BK_MAP_RELU, input[0]);
}

bk_status bk_backward_relu(bk_turn *turn) { return chain(turn, BK_CHAIN_RELU, BK_SLOT_OUTPUT); }

bk_status bk_forward_sigmoid(bk_array *y, bk_pool *pool, const bk_array *const input[2],
                             const bk_parameters *parameters)
{
    (void)parameters;
    return bk_array_map(y, pool, BK_MAP_SIGMOID, input[0]);
}

bk_status bk_backward_sigmoid(bk_turn *turn) { return chain(turn, BK_CHAIN_SIGMOID, BK_SLOT_OUTPUT); }

bk_status bk_forward_log_sigmoid(bk_array *y, bk_pool *pool, const bk_array *const input[2],
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

/* ---- Public ---- */

bk_tensor *bk_exp(bk_tensor *a) { return bk_apply(BK_OPERATION_exp, a, NULL, false, NULL); }
bk_tensor *bk_log(bk_tensor *a) { return bk_apply(BK_OPERATION_log, a, NULL, false, NULL); }
bk_tensor *bk_tanh(bk_tensor *a) { return bk_apply(BK_OPERATION_tanh, a, NULL, false, NULL); }
bk_tensor *bk_relu(bk_tensor *a) { return bk_apply(BK_OPERATION_relu, a, NULL, false, NULL); }
bk_tensor *bk_sigmoid(bk_tensor *a) { return bk_apply(BK_OPERATION_sigmoid, a, NULL, false, NULL); }
bk_tensor *bk_log_sigmoid(bk_tensor *a) { return bk_apply(BK_OPERATION_log_sigmoid, a, NULL, false, NULL); }
