/* SPDX-License-Identifier: GPL-3.0-or-later
 * Powers. At a base or an exponent of 0 the formulas meet 0 * infinity where the derivative is 0: chosen, not
 * multiplied. */
#include "tensor/graph.h"

/* Powers of integers are f32, as elementary functions are. */
static bk_dtype power_dtype(bk_dtype a, bk_dtype b)
{
    const bk_dtype dtype = bk_promote(a, b);
    return dtype == BK_I64 ? BK_F32 : dtype;
}

bk_status bk_forward_pow(bk_array *y, bk_pool *pool, const bk_array *const *input,
                         const bk_parameters *parameters)
{
    (void)parameters;
    return bk_array_binary(y, pool, BK_BINARY_POW, power_dtype(input[0]->dtype, input[1]->dtype), input[0],
                           input[1], "pow");
}

/* *result becomes 0 where the mask of condition is set; takes over a failure so far. */
static bk_status zero_where(bk_array *result, bk_pool *pool, const bk_array *mask)
{
    bk_array zero, chosen;
    BK_TRY(bk_array_scalar(&zero, pool, result->dtype, 0.0));
    const bk_status status =
        bk_array_where(&chosen, pool, result->dtype, result->rank, result->shape, mask, &zero, result);
    bk_array_release(pool, &zero);
    if (status == BK_OK) {
        bk_array_release(pool, result);
        bk_array_assign(result, &chosen);
    }
    return status;
}

/* gradient b a^(b - 1), and 0 where b = 0. */
static bk_status base_slope(bk_array *gradient, bk_pool *pool, const bk_array *a, const bk_array *b)
{
    const bk_dtype dtype = gradient->dtype;
    bk_array one = {0}, zero = {0}, less = {0}, power = {0}, mask = {0};
    bk_status status = bk_array_scalar(&one, pool, dtype, 1.0);
    status = status != BK_OK ? status : bk_array_scalar(&zero, pool, dtype, 0.0);
    status = status != BK_OK ? status : bk_array_binary(&less, pool, BK_BINARY_SUB, dtype, b, &one, "pow");
    status = status != BK_OK ? status : bk_array_binary(&power, pool, BK_BINARY_POW, dtype, a, &less, "pow");
    status = status != BK_OK ? status : bk_array_update(&power, pool, BK_BINARY_MUL, b);
    status = status != BK_OK ? status : bk_array_update(gradient, pool, BK_BINARY_MUL, &power);
    status = status != BK_OK ? status : bk_array_compare(&mask, pool, BK_COMPARE_EQUAL, b, &zero, "pow");
    status = status != BK_OK ? status : zero_where(gradient, pool, &mask);
    bk_array *const made[] = {&one, &zero, &less, &power, &mask};
    for (unsigned i = 0; i < sizeof made / sizeof *made; i++) {
        bk_array_release(pool, made[i]);
    }
    return status;
}

/* gradient y log a, and 0 where a = 0 and b >= 0. */
static bk_status exponent_slope(bk_array *gradient, bk_pool *pool, const bk_array *a, const bk_array *b,
                                const bk_array *y)
{
    bk_array zero = {0}, logarithm = {0}, power = {0}, at_zero = {0}, mask = {0};
    bk_status status = bk_array_scalar(&zero, pool, gradient->dtype, 0.0);
    status = status != BK_OK ? status : bk_array_map(&logarithm, pool, BK_MAP_LOG, a);
    status = status != BK_OK
                 ? status
                 : bk_array_binary(&power, pool, BK_BINARY_MUL, gradient->dtype, y, &logarithm, "pow");
    status = status != BK_OK ? status : bk_array_update(gradient, pool, BK_BINARY_MUL, &power);
    status = status != BK_OK ? status : bk_array_compare(&at_zero, pool, BK_COMPARE_EQUAL, a, &zero, "pow");
    status = status != BK_OK ? status : bk_array_compare(&mask, pool, BK_COMPARE_LESS_EQUAL, &zero, b, "pow");
    if (status == BK_OK) {
        bk_array both;
        status = bk_array_binary(&both, pool, BK_BINARY_MUL, BK_I64, &at_zero, &mask, "pow");
        if (status == BK_OK) {
            status = zero_where(gradient, pool, &both);
            bk_array_release(pool, &both);
        }
    }
    bk_array *const made[] = {&zero, &logarithm, &power, &at_zero, &mask};
    for (unsigned i = 0; i < sizeof made / sizeof *made; i++) {
        bk_array_release(pool, made[i]);
    }
    return status;
}

bk_status bk_backward_pow(bk_turn *turn)
{
    bk_array a = {0}, b = {0}, y = {0};
    bk_status status = bk_turn_saved(&a, turn, BK_SLOT_FIRST);
    status = status != BK_OK ? status : bk_turn_saved(&b, turn, BK_SLOT_SECOND);
    if (status == BK_OK && turn->needs[1]) {
        status = bk_turn_saved(&y, turn, BK_SLOT_OUTPUT);
    }
    if (status == BK_OK && turn->needs[0]) {
        bk_turn_pass(&turn->result[0], turn, !turn->needs[1]);
        status = base_slope(&turn->result[0], turn->pool, &a, &b);
    }
    if (status == BK_OK && turn->needs[1]) {
        bk_turn_pass(&turn->result[1], turn, true);
        status = exponent_slope(&turn->result[1], turn->pool, &a, &b, &y);
    }
    bk_array_release(turn->pool, &a);
    bk_array_release(turn->pool, &b);
    bk_array_release(turn->pool, &y);
    return status;
}

bk_status bk_forward_pow_constant(bk_array *y, bk_pool *pool, const bk_array *const *input,
                                  const bk_parameters *parameters)
{
    const bk_dtype dtype = power_dtype(input[0]->dtype, input[0]->dtype);
    bk_array value;
    if (parameters->constant == 2.0) {
        BK_TRY(bk_array_cast(&value, pool, input[0], dtype));
        const bk_status status = bk_array_map(y, pool, BK_MAP_SQUARE, &value);
        bk_array_release(pool, &value);
        return status;
    }
    BK_TRY(bk_array_scalar(&value, pool, dtype, parameters->constant));
    const bk_status status = bk_array_binary(y, pool, BK_BINARY_POW, dtype, input[0], &value, "pow_constant");
    bk_array_release(pool, &value);
    return status;
}

bk_status bk_backward_pow_constant(bk_turn *turn)
{
    bk_array value, exponent;
    BK_TRY(bk_turn_saved(&value, turn, BK_SLOT_FIRST));
    const double constant = turn->node->parameters->constant;
    bk_status status = bk_array_scalar(&exponent, turn->pool, turn->node->dtype, constant);
    if (status == BK_OK) {
        bk_turn_pass(&turn->result[0], turn, true);
        status = constant == 2.0 ? bk_array_chain(&turn->result[0], turn->pool, BK_CHAIN_SQUARE, &value)
                                 : base_slope(&turn->result[0], turn->pool, &value, &exponent);
        bk_array_release(turn->pool, &exponent);
    }
    bk_array_release(turn->pool, &value);
    return status;
}

bk_tensor *bk_pow(bk_tensor *a, bk_tensor *b) { return bk_apply_2(BK_OPERATION_pow, a, b, NULL); }

bk_tensor *bk_pow_constant(bk_tensor *a, double exponent)
{
    return bk_apply_1(BK_OPERATION_pow_constant, a, &(bk_parameters){.constant = exponent});
}
