/* SPDX-License-Identifier: GPL-3.0-or-later
 * Shorthand of the tensor tests. */
#ifndef BRISK_TEST_TENSOR_TOOLS_H
#define BRISK_TEST_TENSOR_TOOLS_H

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "brisk/tensor.h"

static const bk_dtype both_dtypes[2] = {BK_F32, BK_F64};

#define must(call) cr_assert_eq(call, BK_OK, "%s", bk_error_message())
#define says(part) cr_assert_not_null(strstr(bk_error_message(), part), "%s", bk_error_message())

static inline double item(const bk_tensor *tensor)
{
    double value = 0;
    must(bk_tensor_item(tensor, &value));
    return value;
}

static inline bk_tensor *leaf_scalar(bk_tape *tape, bk_dtype dtype, double value)
{
    bk_tensor *leaf = bk_tensor_scalar(tape, dtype, value);
    must(bk_tensor_require_grad(leaf, true));
    return leaf;
}

/* A tensor of dtype (not i64) from doubles. */
static inline bk_tensor *tensor_of(bk_tape *tape, bk_dtype dtype, size_t rank, const size_t *shape,
                                   const double *values)
{
    bk_tensor *full = bk_tensor_from(tape, BK_F64, rank, shape, values);
    const bool mode = bk_grad_mode_set(false);
    bk_tensor *result = bk_cast(full, dtype);
    bk_grad_mode_set(mode);
    bk_tensor_release(full);
    cr_assert_not_null(result, "%s", bk_error_message());
    return result;
}

static inline bk_tensor *vector_of(bk_tape *tape, bk_dtype dtype, size_t count, const double *values)
{
    return tensor_of(tape, dtype, 1, &count, values);
}

static inline void read_doubles(const bk_tensor *tensor, double *values)
{
    cr_assert_not_null(tensor, "%s", bk_error_message());
    if (bk_tensor_dtype(tensor) == BK_F64) {
        must(bk_tensor_read(tensor, values));
        return;
    }
    float narrow[4096];
    cr_assert_leq(bk_tensor_size(tensor), 4096);
    must(bk_tensor_read(tensor, narrow));
    for (size_t i = 0; i < bk_tensor_size(tensor); i++) {
        values[i] = (double)narrow[i];
    }
}

/* Numbers without pattern in [-1, 1), the same in every run. */
static inline double pseudo(uint64_t *state)
{
    *state = *state * 6364136223846793005U + 1442695040888963407U;
    return (double)(*state >> 11) * 0x1p-52 - 1;
}

#endif
