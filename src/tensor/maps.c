/* SPDX-License-Identifier: GPL-3.0-or-later
 * Elementwise functions of one array, what backward passes multiply with, conversions. */
#include "kernel/kernel.h"
#include "tensor/array.h"

/* ---- One operand ---- */

#define MAP(op)                                                        \
    (y->dtype == BK_F32 ? kernels->op##_f32(y->data, x->data, y->size) \
                        : kernels->op##_f64(y->data, x->data, y->size))
#define MAP_INTEGER(op) (y->dtype == BK_I64 ? kernels->op##_i64(y->data, x->data, y->size) : MAP(op))

void bk_array_map_into(bk_array *y, bk_map op, const bk_array *x)
{
    const bk_kernels *kernels = bk_kernels_in_use();
    switch (op) {
    case BK_MAP_NEG:
        MAP_INTEGER(neg);
        break;
    case BK_MAP_SQUARE:
        MAP_INTEGER(square);
        break;
    case BK_MAP_RELU:
        MAP_INTEGER(relu);
        break;
    case BK_MAP_ABS:
        MAP_INTEGER(abs);
        break;
    case BK_MAP_SIGN:
        MAP_INTEGER(sign);
        break;
    case BK_MAP_EXP:
        MAP(exp);
        break;
    case BK_MAP_LOG:
        MAP(log);
        break;
    case BK_MAP_LOG1P:
        MAP(log1p);
        break;
    case BK_MAP_SIN:
        MAP(sin);
        break;
    case BK_MAP_COS:
        MAP(cos);
        break;
    case BK_MAP_TANH:
        MAP(tanh);
        break;
    case BK_MAP_SIGMOID:
        MAP(sigmoid);
        break;
    case BK_MAP_SOFTPLUS:
        MAP(softplus);
        break;
    case BK_MAP_LOG_SIGMOID:
        MAP(log_sigmoid);
        break;
    case BK_MAP_SQRT:
        MAP(sqrt);
        break;
    }
}

bk_status bk_array_map(bk_array *y, bk_pool *pool, bk_map op, const bk_array *x)
{
    if (x->rank == 0 && x->dtype != BK_I64) {
        BK_TRY(bk_array_create_one(y, pool, x->dtype));
        bk_array_map_into(y, op, x);
        return BK_OK;
    }
    const bool keeps_integers = op <= BK_MAP_SIGN;
    bk_array input, made;
    if (x->dtype == BK_I64 && !keeps_integers) {
        BK_TRY(bk_array_cast(&input, pool, x, BK_F32));
    } else {
        BK_TRY(bk_array_contiguous(&input, pool, x));
    }
    const bk_status status = bk_array_create(&made, pool, input.dtype, input.rank, input.shape);
    if (status == BK_OK) {
        bk_array_map_into(&made, op, &input);
        *y = made;
    }
    bk_array_release(pool, &input);
    return status;
}

/* ---- Gradients ---- */

/* A row-major array to write the result over gradient to: gradient itself where nobody else sees it. */
static bk_status result_of(bk_array *result, bk_array *input, bk_pool *pool, const bk_array *gradient)
{
    if (bk_array_is_unique(gradient)) {
        bk_array_share(result, gradient);
        bk_array_share(input, gradient);
        return BK_OK;
    }
    BK_TRY(bk_array_create(result, pool, gradient->dtype, gradient->rank, gradient->shape));
    const bk_status status = bk_array_contiguous(input, pool, gradient);
    if (status != BK_OK) {
        bk_array_release(pool, result);
    }
    return status;
}

#define CHAIN(op)                                                                                           \
    (result.dtype == BK_F32 ? kernels->op##_gradient_f32(result.data, input.data, values.data, result.size) \
                            : kernels->op##_gradient_f64(result.data, input.data, values.data, result.size))

bk_status bk_array_chain(bk_array *gradient, bk_pool *pool, bk_chain op, const bk_array *value)
{
    const bk_kernels *kernels = bk_kernels_in_use();
    bk_array result, input, values;
    BK_TRY(bk_array_contiguous(&values, pool, value));
    const bk_status status = result_of(&result, &input, pool, gradient);
    if (status == BK_OK) {
        switch (op) {
        case BK_CHAIN_TANH:
            CHAIN(tanh);
            break;
        case BK_CHAIN_SIGMOID:
            CHAIN(sigmoid);
            break;
        case BK_CHAIN_RELU:
            CHAIN(relu);
            break;
        case BK_CHAIN_SQUARE:
            CHAIN(square);
            break;
        case BK_CHAIN_SQRT:
            CHAIN(sqrt);
            break;
        }
        bk_array_release(pool, &input);
        bk_array_release(pool, gradient);
        *gradient = result;
    }
    bk_array_release(pool, &values);
    return status;
}

bk_status bk_array_full(bk_array *y, bk_pool *pool, const bk_array *x, bk_dtype dtype, size_t rank,
                        const size_t *shape)
{
    bk_array cast, wide;
    BK_TRY(bk_array_cast(&cast, pool, x, dtype));
    bk_array_expanded(&wide, &cast, rank, shape);
    bk_array_release(pool, &cast);
    const bk_status status = bk_array_contiguous(y, pool, &wide);
    bk_array_release(pool, &wide);
    return status;
}

bk_status bk_array_chain_max(bk_array *gradient, bk_pool *pool, const bk_array *x, const bk_array *other)
{
    const bk_kernels *kernels = bk_kernels_in_use();
    bk_array full_x = {0}, full_other = {0}, result, input;
    bk_status status = bk_array_full(&full_x, pool, x, gradient->dtype, gradient->rank, gradient->shape);
    if (status == BK_OK) {
        status = bk_array_full(&full_other, pool, other, gradient->dtype, gradient->rank, gradient->shape);
    }
    if (status == BK_OK) {
        status = result_of(&result, &input, pool, gradient);
    }
    if (status == BK_OK) {
        if (result.dtype == BK_F32) {
            kernels->max_gradient_f32(result.data, input.data, full_x.data, full_other.data, result.size);
        } else {
            kernels->max_gradient_f64(result.data, input.data, full_x.data, full_other.data, result.size);
        }
        bk_array_release(pool, &input);
        bk_array_release(pool, gradient);
        *gradient = result;
    }
    bk_array_release(pool, &full_x);
    bk_array_release(pool, &full_other);
    return status;
}

bk_status bk_array_clamp(bk_array *y, bk_pool *pool, const bk_array *x, double low, double high)
{
    const bk_kernels *kernels = bk_kernels_in_use();
    bk_array input, made;
    BK_TRY(bk_array_contiguous(&input, pool, x));
    const bk_status status = bk_array_create(&made, pool, x->dtype, x->rank, x->shape);
    if (status == BK_OK) {
        if (x->dtype == BK_F32) {
            kernels->clamp_f32(made.data, input.data, (float)low, (float)high, made.size);
        } else if (x->dtype == BK_F64) {
            kernels->clamp_f64(made.data, input.data, low, high, made.size);
        } else {
            /* Bounds are whole and up to 2^53, or infinite: an open side. */
            const int64_t least = low < -0x1p53 ? INT64_MIN : low > 0x1p53 ? INT64_MAX : (int64_t)low;
            const int64_t most = high > 0x1p53 ? INT64_MAX : high < -0x1p53 ? INT64_MIN : (int64_t)high;
            kernels->clamp_i64(made.data, input.data, least, most, made.size);
        }
        bk_array_assign(y, &made);
    }
    bk_array_release(pool, &input);
    return status;
}

bk_status bk_array_chain_clamp(bk_array *gradient, bk_pool *pool, const bk_array *value, double low,
                               double high)
{
    const bk_kernels *kernels = bk_kernels_in_use();
    bk_array result, input, values;
    BK_TRY(bk_array_contiguous(&values, pool, value));
    const bk_status status = result_of(&result, &input, pool, gradient);
    if (status == BK_OK) {
        if (result.dtype == BK_F32) {
            kernels->clamp_gradient_f32(result.data, input.data, values.data, (float)low, (float)high,
                                        result.size);
        } else {
            kernels->clamp_gradient_f64(result.data, input.data, values.data, low, high, result.size);
        }
        bk_array_release(pool, &input);
        bk_array_release(pool, gradient);
        bk_array_assign(gradient, &result);
    }
    bk_array_release(pool, &values);
    return status;
}

/* ---- Conversions ---- */

bk_status bk_array_scalar(bk_array *y, bk_pool *pool, bk_dtype dtype, double value)
{
    BK_TRY(bk_array_create_one(y, pool, dtype));
    bk_array_fill(y, value);
    return BK_OK;
}

/* x [count], f32 or f64, towards 0; BK_INVALID names the first that does not fit. */
static bk_status to_integers(int64_t *y, const bk_array *x)
{
    for (size_t i = 0; i < x->size; i++) {
        const double value =
            x->dtype == BK_F32 ? (double)((const float *)x->data)[i] : ((const double *)x->data)[i];
        if (!(value >= -0x1p63 && value < 0x1p63)) {
            return bk_fail(BK_INVALID, "cast: element %zu is %g and does not fit i64", i, value);
        }
        y[i] = (int64_t)value;
    }
    return BK_OK;
}

bk_status bk_array_cast(bk_array *y, bk_pool *pool, const bk_array *x, bk_dtype dtype)
{
    if (x->dtype == dtype) {
        bk_array_share(y, x);
        return BK_OK;
    }
    const bk_kernels *kernels = bk_kernels_in_use();
    bk_array made, input;
    BK_TRY(bk_array_contiguous(&input, pool, x));
    bk_status status = bk_array_create(&made, pool, dtype, x->rank, x->shape);
    if (status == BK_OK && dtype == BK_I64) {
        status = to_integers(made.data, &input);
        if (status == BK_OK) {
            bk_array_assign(y, &made);
        } else {
            bk_array_release(pool, &made);
        }
    } else if (status == BK_OK) {
        if (x->dtype == BK_F32) {
            kernels->cast_f32_f64(made.data, input.data, made.size);
        } else if (x->dtype == BK_F64) {
            kernels->cast_f64_f32(made.data, input.data, made.size);
        } else if (dtype == BK_F32) {
            kernels->cast_i64_f32(made.data, input.data, made.size);
        } else {
            kernels->cast_i64_f64(made.data, input.data, made.size);
        }
        *y = made;
    }
    bk_array_release(pool, &input);
    return status;
}
