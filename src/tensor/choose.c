/* SPDX-License-Identifier: GPL-3.0-or-later
 * Comparisons, choices between two tensors, bounds. */
#include <math.h>

#include "kernel/kernel.h"
#include "tensor/graph.h"

/* ---- Arrays ---- */

#define COMPARE(op)                                                                \
    (dtype == BK_F32   ? kernels->op##_f32(y->data, a.data, 1, b.data, 1, y->size) \
     : dtype == BK_F64 ? kernels->op##_f64(y->data, a.data, 1, b.data, 1, y->size) \
                       : kernels->op##_i64(y->data, a.data, 1, b.data, 1, y->size))

static void compare(bk_array *y, bk_comparison op, bk_dtype dtype, bk_array a, bk_array b)
{
    const bk_kernels *kernels = bk_kernels_in_use();
    switch (op) {
    case BK_COMPARE_EQUAL:
        COMPARE(equal);
        break;
    case BK_COMPARE_NOT_EQUAL:
        COMPARE(not_equal);
        break;
    case BK_COMPARE_LESS:
        COMPARE(less);
        break;
    case BK_COMPARE_LESS_EQUAL:
        COMPARE(less_equal);
        break;
    }
}

static bk_status misfit(const char *word, const bk_array *a, const bk_array *b)
{
    char first[BK_SHAPE_TEXT], second[BK_SHAPE_TEXT];
    return bk_fail(BK_SHAPE,
                   "%s: shapes %s and %s do not broadcast: aligned at the last dimension, two sizes must be "
                   "equal or one of them 1",
                   word, bk_shape_text(first, a->rank, a->shape), bk_shape_text(second, b->rank, b->shape));
}

bk_status bk_array_compare(bk_array *y, bk_pool *pool, bk_comparison op, const bk_array *a, const bk_array *b,
                           const char *word)
{
    size_t rank, shape[BK_MAX_RANK];
    if (!bk_broadcast_shape(&rank, shape, a, b)) {
        return misfit(word, a, b);
    }
    const bk_dtype dtype = bk_promote(a->dtype, b->dtype);
    bk_array made = {0}, full[2] = {{0}, {0}};
    bk_status status = bk_array_create(&made, pool, BK_I64, rank, shape);
    if (status == BK_OK) {
        status = bk_array_full(&full[0], pool, a, dtype, rank, shape);
    }
    if (status == BK_OK) {
        status = bk_array_full(&full[1], pool, b, dtype, rank, shape);
    }
    if (status == BK_OK) {
        compare(&made, op, dtype, full[0], full[1]);
        bk_array_assign(y, &made);
        made.storage = NULL;
    }
    bk_array_release(pool, &made);
    bk_array_release(pool, &full[0]);
    bk_array_release(pool, &full[1]);
    return status;
}

bk_status bk_array_where(bk_array *y, bk_pool *pool, bk_dtype dtype, size_t rank, const size_t *shape,
                         const bk_array *condition, const bk_array *a, const bk_array *b)
{
    const bk_kernels *kernels = bk_kernels_in_use();
    bk_array made = {0}, full[3] = {{0}, {0}, {0}};
    const bk_array *const from[3] = {condition, a, b};
    bk_status status = bk_array_create(&made, pool, dtype, rank, shape);
    for (unsigned i = 0; i < 3 && status == BK_OK; i++) {
        status = bk_array_full(&full[i], pool, from[i], i == 0 ? BK_I64 : dtype, rank, shape);
    }
    if (status == BK_OK) {
        if (dtype == BK_F32) {
            kernels->where_f32(made.data, full[0].data, full[1].data, full[2].data, made.size);
        } else if (dtype == BK_F64) {
            kernels->where_f64(made.data, full[0].data, full[1].data, full[2].data, made.size);
        } else {
            kernels->where_i64(made.data, full[0].data, full[1].data, full[2].data, made.size);
        }
        bk_array_assign(y, &made);
        made.storage = NULL;
    }
    bk_array_release(pool, &made);
    for (unsigned i = 0; i < 3; i++) {
        bk_array_release(pool, &full[i]);
    }
    return status;
}

/* ---- Comparisons ---- */

/* second and first are places among the inputs: a > b is b < a. Never recorded, hence no gradient. */
#define COMPARISON(name, op, first, second)                                               \
    bk_status bk_forward_##name(bk_array *y, bk_pool *pool, const bk_array *const *input, \
                                const bk_parameters *parameters)                          \
    {                                                                                     \
        (void)parameters;                                                                 \
        return bk_array_compare(y, pool, op, input[first], input[second], #name);         \
    }                                                                                     \
    bk_status bk_backward_##name(bk_turn *turn)                                           \
    {                                                                                     \
        (void)turn;                                                                       \
        return bk_fail(BK_UNSUPPORTED, #name " has no gradient");                         \
    }                                                                                     \
    bk_tensor *bk_##name(bk_tensor *a, bk_tensor *b) { return bk_apply_2(BK_OPERATION_##name, a, b, NULL); }

COMPARISON(equal, BK_COMPARE_EQUAL, 0, 1)
COMPARISON(not_equal, BK_COMPARE_NOT_EQUAL, 0, 1)
COMPARISON(less, BK_COMPARE_LESS, 0, 1)
COMPARISON(less_equal, BK_COMPARE_LESS_EQUAL, 0, 1)
COMPARISON(greater, BK_COMPARE_LESS, 1, 0)
COMPARISON(greater_equal, BK_COMPARE_LESS_EQUAL, 1, 0)

/* ---- where ---- */

bk_status bk_forward_where(bk_array *y, bk_pool *pool, const bk_array *const *input,
                           const bk_parameters *parameters)
{
    (void)parameters;
    const bk_array *condition = input[0], *a = input[1], *b = input[2];
    if (condition->dtype != BK_I64) {
        return bk_fail(BK_DTYPE, "where: the condition is %s; it must be i64, as comparisons give it",
                       bk_dtype_name(condition->dtype));
    }
    bk_array both = {0};
    size_t rank, shape[BK_MAX_RANK], whole_rank;
    if (!bk_broadcast_shape(&rank, shape, a, b)) {
        return misfit("where", a, b);
    }
    both.rank = (uint16_t)rank;
    memcpy(both.shape, shape, sizeof shape);
    if (!bk_broadcast_shape(&whole_rank, shape, condition, &both)) {
        return misfit("where", condition, &both);
    }
    return bk_array_where(y, pool, bk_promote(a->dtype, b->dtype), whole_rank, shape, condition, a, b);
}

/* The gradient or zero: a choice, so that nothing of the other branch gets in. */
bk_status bk_backward_where(bk_turn *turn)
{
    bk_array condition, zero;
    BK_TRY(bk_turn_saved_as_it_is(&condition, turn, BK_SLOT_FIRST));
    bk_status status = bk_array_scalar(&zero, turn->pool, turn->node->dtype, 0.0);
    if (status == BK_OK) {
        const bk_array *g = &turn->gradient;
        for (unsigned i = 1; i < 3 && status == BK_OK; i++) {
            if (turn->needs[i]) {
                status = bk_array_where(&turn->result[i], turn->pool, g->dtype, g->rank, g->shape, &condition,
                                        i == 1 ? g : &zero, i == 1 ? &zero : g);
            }
        }
        bk_array_release(turn->pool, &zero);
    }
    bk_array_release(turn->pool, &condition);
    return status;
}

bk_tensor *bk_where(bk_tensor *condition, bk_tensor *a, bk_tensor *b)
{
    bk_tensor *const inputs[3] = {condition, a, b};
    return bk_apply(BK_OPERATION_where, 3, inputs, NULL);
}

/* ---- clamp ---- */

bk_status bk_forward_clamp(bk_array *y, bk_pool *pool, const bk_array *const *input,
                           const bk_parameters *parameters)
{
    return bk_array_clamp(y, pool, input[0], parameters->constant, parameters->other);
}

bk_status bk_backward_clamp(bk_turn *turn)
{
    bk_array value;
    BK_TRY(bk_turn_saved(&value, turn, BK_SLOT_FIRST));
    bk_turn_pass(&turn->result[0], turn, true);
    const bk_status status =
        bk_array_chain_clamp(&turn->result[0], turn->pool, &value, turn->node->parameters->constant,
                             turn->node->parameters->other);
    bk_array_release(turn->pool, &value);
    return status;
}

static bool whole(double bound) { return isinf(bound) || (fabs(bound) <= 0x1p53 && bound == floor(bound)); }

bk_tensor *bk_clamp(bk_tensor *a, const double *low, const double *high)
{
    if (!bk_input_usable("clamp", a)) {
        return NULL;
    }
    const double least = low == NULL ? -(double)INFINITY : *low;
    const double most = high == NULL ? (double)INFINITY : *high;
    if ((low == NULL && high == NULL) || isnan(least) || isnan(most)) {
        (void)bk_fail(BK_INVALID, low == NULL && high == NULL ? "clamp: at least one bound must be given"
                                                              : "clamp: a bound is NaN");
        return NULL;
    }
    if (a->array.dtype == BK_I64 && !(whole(least) && whole(most))) {
        (void)bk_fail(BK_INVALID,
                      "clamp: of an i64 tensor the bounds must be whole and up to 2^53; these are %g and %g",
                      least, most);
        return NULL;
    }
    return bk_apply_1(BK_OPERATION_clamp, a, &(bk_parameters){.constant = least, .other = most});
}
