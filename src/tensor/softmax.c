/* SPDX-License-Identifier: GPL-3.0-or-later
 * logsumexp, softmax and log_softmax: the maximum over the axes is taken away first, so that no exponential
 * overflows and one of them is 1. */
#include <math.h>

#include "tensor/reduce.h"

/* Integers as f32, as for elementary functions. */
static bk_status as_floating(bk_array *y, bk_pool *pool, const bk_array *x)
{
    return bk_array_cast(y, pool, x, x->dtype == BK_I64 ? BK_F32 : x->dtype);
}

/* An infinite maximum is taken as 0: x - x would be NaN where the result is just as infinite. */
static void finite_or_zero(bk_array *x)
{
    for (size_t i = 0; i < x->size; i++) {
        if (x->dtype == BK_F32) {
            float *value = (float *)x->data + i;
            *value = isinf(*value) ? 0.0F : *value;
        } else {
            double *value = (double *)x->data + i;
            *value = isinf(*value) ? 0.0 : *value;
        }
    }
}

/* *shifted = x - maximum, *maximum with 1 on the axes; of nothing 0. */
static bk_status shift(bk_array *shifted, bk_array *maximum, bk_pool *pool, const bk_array *x, unsigned axes)
{
    size_t rank, shape[BK_MAX_RANK];
    bool empty = false;
    for (unsigned d = 0; d < x->rank; d++) {
        empty = empty || ((axes >> d & 1U) != 0 && x->shape[d] == 0);
    }
    if (empty) {
        (void)bk_array_is_reduced(&rank, shape, x, axes, true);
        BK_TRY(bk_array_create(maximum, pool, x->dtype, rank, shape));
        bk_array_fill(maximum, 0.0);
    } else {
        BK_TRY(bk_array_extreme(maximum, pool, x, axes, true, false, "logsumexp"));
        finite_or_zero(maximum);
    }
    const bk_status status = bk_array_binary(shifted, pool, BK_BINARY_SUB, x->dtype, x, maximum, "logsumexp");
    if (status != BK_OK) {
        bk_array_release(pool, maximum);
    }
    return status;
}

/* *shifted = x - maximum, *sum = that of its exponentials, *y those where asked for (else NULL). */
static bk_status exponentials(bk_array *shifted, bk_array *maximum, bk_array *sum, bk_array *y, bk_pool *pool,
                              const bk_array *x, unsigned axes)
{
    bk_array raised;
    BK_TRY(shift(shifted, maximum, pool, x, axes));
    bk_status status = bk_array_map(&raised, pool, BK_MAP_EXP, shifted);
    if (status == BK_OK) {
        status = bk_array_sum_axes(sum, pool, &raised, axes, true, false);
        if (status == BK_OK && y != NULL) {
            bk_array_share(y, &raised);
        }
        bk_array_release(pool, &raised);
    }
    if (status != BK_OK) {
        bk_array_release(pool, shifted);
        bk_array_release(pool, maximum);
    }
    return status;
}

bk_status bk_forward_logsumexp(bk_array *y, bk_pool *pool, const bk_array *const *input,
                               const bk_parameters *parameters)
{
    const unsigned axes = parameters->axes;
    size_t rank, shape[BK_MAX_RANK];
    bk_array x, shifted, maximum, sum;
    BK_TRY(as_floating(&x, pool, input[0]));
    (void)bk_array_is_reduced(&rank, shape, &x, axes, parameters->keepdim);
    bk_status status = exponentials(&shifted, &maximum, &sum, NULL, pool, &x, axes);
    bk_array_release(pool, &x);
    if (status != BK_OK) {
        return status;
    }
    bk_array_release(pool, &shifted);
    bk_array_map_into(&sum, BK_MAP_LOG, &sum);
    bk_array_binary_into(&sum, BK_BINARY_ADD, &sum, &maximum);
    bk_array_reshaped(y, &sum, rank, shape);
    bk_array_release(pool, &sum);
    bk_array_release(pool, &maximum);
    return BK_OK;
}

/* gradient exp(x - y). */
bk_status bk_backward_logsumexp(bk_turn *turn)
{
    const bk_edge *edge = &turn->node->edge[0];
    const unsigned axes = turn->node->parameters->axes;
    bk_array x = {0}, y = {0}, wide = {0}, part = {0};
    bk_status status = bk_turn_saved(&x, turn, BK_SLOT_FIRST);
    status = status != BK_OK ? status : bk_turn_saved(&y, turn, BK_SLOT_OUTPUT);
    status = status != BK_OK ? status : bk_spread(&wide, turn->pool, &y, edge, axes);
    status = status != BK_OK
                 ? status
                 : bk_array_binary(&part, turn->pool, BK_BINARY_SUB, x.dtype, &x, &wide, "backward");
    if (status == BK_OK) {
        bk_array_map_into(&part, BK_MAP_EXP, &part);
        status = bk_spread(&turn->result[0], turn->pool, &turn->gradient, edge, axes);
    }
    status = status != BK_OK ? status : bk_array_update(&turn->result[0], turn->pool, BK_BINARY_MUL, &part);
    bk_array *const made[] = {&x, &y, &wide, &part};
    for (unsigned i = 0; i < sizeof made / sizeof *made; i++) {
        bk_array_release(turn->pool, made[i]);
    }
    return status;
}

static bk_status forward(bk_array *y, bk_pool *pool, const bk_array *input, unsigned axes, bool logarithm)
{
    bk_array x, shifted, maximum, sum, raised;
    BK_TRY(as_floating(&x, pool, input));
    bk_status status = exponentials(&shifted, &maximum, &sum, &raised, pool, &x, axes);
    bk_array_release(pool, &x);
    if (status != BK_OK) {
        return status;
    }
    if (logarithm) {
        bk_array_map_into(&sum, BK_MAP_LOG, &sum);
        status = bk_array_update(&shifted, pool, BK_BINARY_SUB, &sum);
    } else {
        status = bk_array_update(&raised, pool, BK_BINARY_DIV, &sum);
    }
    if (status == BK_OK) {
        bk_array_share(y, logarithm ? &shifted : &raised);
    }
    bk_array_release(pool, &shifted);
    bk_array_release(pool, &raised);
    bk_array_release(pool, &maximum);
    bk_array_release(pool, &sum);
    return status;
}

bk_status bk_forward_softmax(bk_array *y, bk_pool *pool, const bk_array *const *input,
                             const bk_parameters *parameters)
{
    return forward(y, pool, input[0], parameters->axes, false);
}

bk_status bk_forward_log_softmax(bk_array *y, bk_pool *pool, const bk_array *const *input,
                                 const bk_parameters *parameters)
{
    return forward(y, pool, input[0], parameters->axes, true);
}

/* y (g - sum(g y)). */
bk_status bk_backward_softmax(bk_turn *turn)
{
    bk_pool *pool = turn->pool;
    bk_array y, product, sum;
    BK_TRY(bk_turn_saved(&y, turn, BK_SLOT_OUTPUT));
    bk_status status =
        bk_array_binary(&product, pool, BK_BINARY_MUL, y.dtype, &turn->gradient, &y, "backward");
    if (status == BK_OK) {
        status = bk_array_sum_axes(&sum, pool, &product, turn->node->parameters->axes, true, false);
        bk_array_release(pool, &product);
    }
    if (status == BK_OK) {
        bk_turn_pass(&turn->result[0], turn, true);
        status = bk_array_update(&turn->result[0], pool, BK_BINARY_SUB, &sum);
        bk_array_release(pool, &sum);
    }
    status = status != BK_OK ? status : bk_array_update(&turn->result[0], pool, BK_BINARY_MUL, &y);
    bk_array_release(pool, &y);
    return status;
}

/* g - exp(y) sum(g). */
bk_status bk_backward_log_softmax(bk_turn *turn)
{
    bk_pool *pool = turn->pool;
    bk_array y, sum, part;
    BK_TRY(bk_turn_saved(&y, turn, BK_SLOT_OUTPUT));
    bk_status status = bk_array_map(&part, pool, BK_MAP_EXP, &y);
    bk_array_release(pool, &y);
    if (status != BK_OK) {
        return status;
    }
    status = bk_array_sum_axes(&sum, pool, &turn->gradient, turn->node->parameters->axes, true, false);
    if (status == BK_OK) {
        status = bk_array_update(&part, pool, BK_BINARY_MUL, &sum);
        bk_array_release(pool, &sum);
    }
    if (status == BK_OK) {
        bk_turn_pass(&turn->result[0], turn, true);
        status = bk_array_update(&turn->result[0], pool, BK_BINARY_SUB, &part);
    }
    bk_array_release(pool, &part);
    return status;
}

/* ---- Public ---- */

bk_tensor *bk_logsumexp(bk_tensor *a, int axis, bool keepdim)
{
    return bk_reduce(BK_OPERATION_logsumexp, a, 1, &axis, keepdim);
}

bk_tensor *bk_logsumexp_axes(bk_tensor *a, size_t count, const int *axes, bool keepdim)
{
    return bk_reduce(BK_OPERATION_logsumexp, a, count, axes, keepdim);
}

bk_tensor *bk_softmax(bk_tensor *a, int axis) { return bk_reduce(BK_OPERATION_softmax, a, 1, &axis, true); }

bk_tensor *bk_log_softmax(bk_tensor *a, int axis)
{
    return bk_reduce(BK_OPERATION_log_softmax, a, 1, &axis, true);
}

bk_tensor *bk_softmax_axes(bk_tensor *a, size_t count, const int *axes)
{
    return bk_reduce(BK_OPERATION_softmax, a, count, axes, true);
}

bk_tensor *bk_log_softmax_axes(bk_tensor *a, size_t count, const int *axes)
{
    return bk_reduce(BK_OPERATION_log_softmax, a, count, axes, true);
}
