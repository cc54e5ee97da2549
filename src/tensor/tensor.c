/* SPDX-License-Identifier: GPL-3.0-or-later
 * Making, reading and describing tensors; their gradient flags. */
#include <stdio.h>
#include <string.h>

#include "tensor/graph.h"

/* ---- Making ---- */

static bk_status check_new(const bk_tape *tape, bk_dtype dtype, size_t rank, const size_t *shape)
{
    if (tape == NULL) {
        return bk_error_status() != BK_OK ? bk_error_status() : bk_fail(BK_INVALID, "a tensor needs a tape");
    }
    if (dtype != BK_F32 && dtype != BK_F64 && dtype != BK_I64) {
        return bk_fail(BK_DTYPE, "a tensor is f32, f64 or i64; %s was asked for",
                       dtype >= 0 && dtype < BK_DTYPE_COUNT ? bk_dtype_name(dtype) : "an unknown dtype");
    }
    if (rank > BK_MAX_RANK) {
        return bk_fail(BK_SHAPE, "a tensor of rank %zu: the largest rank is %d", rank, BK_MAX_RANK);
    }
    if (rank > 0 && shape == NULL) {
        return bk_fail(BK_INVALID, "a tensor of rank %zu needs a shape", rank);
    }
    return BK_OK;
}

bk_tensor *bk_tensor_zeros(bk_tape *tape, bk_dtype dtype, size_t rank, const size_t *shape)
{
    bk_array array;
    if (check_new(tape, dtype, rank, shape) != BK_OK ||
        bk_array_create(&array, tape->pool, dtype, rank, shape) != BK_OK) {
        return NULL;
    }
    memset(array.data, 0, array.storage->bytes);
    return bk_tensor_make(tape, &array);
}

bk_tensor *bk_tensor_from(bk_tape *tape, bk_dtype dtype, size_t rank, const size_t *shape, const void *values)
{
    bk_array array;
    if (check_new(tape, dtype, rank, shape) != BK_OK ||
        bk_array_create(&array, tape->pool, dtype, rank, shape) != BK_OK) {
        return NULL;
    }
    if (values == NULL && array.size > 0) {
        (void)bk_fail(BK_INVALID, "tensor_from: no values for %zu elements", array.size);
        bk_array_release(tape->pool, &array);
        return NULL;
    }
    bk_array_write(&array, values);
    return bk_tensor_make(tape, &array);
}

bk_tensor *bk_tensor_scalar(bk_tape *tape, bk_dtype dtype, double value)
{
    bk_array array;
    if (check_new(tape, dtype, 0, NULL) != BK_OK) {
        return NULL;
    }
    /* 2^53: every whole number up to it is a double, and the conversion is defined. */
    if (dtype == BK_I64 && !(value >= -0x1p53 && value <= 0x1p53 && value == (double)(int64_t)value)) {
        (void)bk_fail(BK_INVALID, "an i64 scalar takes a whole number of at most 2^53; this is %g", value);
        return NULL;
    }
    return bk_array_scalar(&array, tape->pool, dtype, value) == BK_OK ? bk_tensor_make(tape, &array) : NULL;
}

/* ---- Reading ---- */

bk_dtype bk_tensor_dtype(const bk_tensor *tensor)
{
    return tensor == NULL ? BK_DTYPE_COUNT : tensor->array.dtype;
}

size_t bk_tensor_rank(const bk_tensor *tensor) { return tensor == NULL ? 0 : tensor->array.rank; }

const size_t *bk_tensor_shape(const bk_tensor *tensor) { return tensor == NULL ? NULL : tensor->array.shape; }

size_t bk_tensor_size(const bk_tensor *tensor) { return tensor == NULL ? 0 : tensor->array.size; }

uint64_t bk_tensor_version(const bk_tensor *tensor)
{
    return tensor == NULL ? 0 : tensor->array.storage->version;
}

/* The failure that made the tensor NULL, or that it is. */
static bk_status missing(const char *word)
{
    return bk_error_status() != BK_OK ? bk_error_status()
                                      : bk_fail(BK_INVALID, "%s: the tensor is NULL", word);
}

bk_status bk_tensor_item(const bk_tensor *tensor, double *value)
{
    if (tensor == NULL) {
        return missing("tensor_item");
    }
    const bk_array *array = &tensor->array;
    if (array->size != 1) {
        char text[BK_TENSOR_TEXT];
        return bk_fail(BK_SHAPE, "tensor_item: %s has %zu elements; only one element is a value",
                       bk_tensor_text(text, tensor), array->size);
    }
    if (array->dtype == BK_F32) {
        *value = (double)*(const float *)array->data;
    } else if (array->dtype == BK_F64) {
        *value = *(const double *)array->data;
    } else {
        *value = (double)*(const int64_t *)array->data;
    }
    return BK_OK;
}

bk_status bk_tensor_read(const bk_tensor *tensor, void *values)
{
    if (tensor == NULL) {
        return missing("tensor_read");
    }
    bk_array_read(values, &tensor->array);
    return BK_OK;
}

/* ---- Names ---- */

/* Names live as long as the tape and each is kept once, so that naming the same tensors again in every
 * epoch costs no memory, and graphs may point to them. */
typedef struct bk_name {
    struct bk_name *next;
    char text[];
} bk_name;

static const char *intern(bk_tape *tape, const char *text)
{
    size_t bucket = 0;
    for (const char *at = text; *at != '\0'; at++) {
        bucket = bucket * 31 + (unsigned char)*at;
    }
    bk_name **first = &tape->names[bucket % (sizeof tape->names / sizeof tape->names[0])];
    for (const bk_name *name = *first; name != NULL; name = name->next) {
        if (strcmp(name->text, text) == 0) {
            return name->text;
        }
    }
    const size_t length = strlen(text) + 1;
    bk_name *name = bk_pool_take(tape->pool, sizeof *name + length);
    if (name == NULL) {
        return NULL;
    }
    memcpy(name->text, text, length);
    name->next = *first;
    *first = name;
    return name->text;
}

bk_tensor *bk_tensor_name(bk_tensor *tensor, const char *name)
{
    if (tensor == NULL) {
        return NULL;
    }
    const char *kept = name == NULL ? NULL : intern(tensor->tape, name);
    if (name != NULL && kept == NULL) {
        return NULL;
    }
    tensor->name = kept;
    return tensor;
}

const char *bk_tensor_text(char text[BK_TENSOR_TEXT], const bk_tensor *tensor)
{
    char shape[BK_SHAPE_TEXT];
    const bk_array *array = &tensor->array;
    bk_shape_text(shape, array->rank, array->shape);
    if (tensor->name != NULL) {
        snprintf(text, BK_TENSOR_TEXT, "%.60s (%s %s)", tensor->name, bk_dtype_name(array->dtype), shape);
    } else {
        snprintf(text, BK_TENSOR_TEXT, "a tensor (%s %s)", bk_dtype_name(array->dtype), shape);
    }
    return text;
}

/* ---- Gradients ---- */

bk_status bk_tensor_require_grad(bk_tensor *tensor, bool on)
{
    char text[BK_TENSOR_TEXT];
    if (tensor == NULL) {
        return missing("tensor_require_grad");
    }
    if (on && tensor->array.dtype == BK_I64) {
        return bk_fail(BK_DTYPE, "only floating tensors can require gradients; this one is %s: %s",
                       bk_dtype_name(tensor->array.dtype), bk_tensor_text(text, tensor));
    }
    if (!on && tensor->node != NULL) {
        return bk_fail(
            BK_GRAPH,
            "%s is the result of %s: requires_grad can be switched on leaves only; bk_detach gives the "
            "same values without history",
            bk_tensor_text(text, tensor), tensor->node->operation->label);
    }
    tensor->requires_grad = on;
    return BK_OK;
}

bool bk_tensor_requires_grad(const bk_tensor *tensor) { return tensor != NULL && tensor->requires_grad; }

bool bk_tensor_is_leaf(const bk_tensor *tensor) { return tensor != NULL && tensor->node == NULL; }

const char *bk_tensor_grad_fn(const bk_tensor *tensor)
{
    return tensor == NULL || tensor->node == NULL ? NULL : tensor->node->operation->label;
}

bk_tensor *bk_tensor_grad(const bk_tensor *tensor)
{
    if (tensor == NULL || tensor->grad != NULL) {
        return tensor == NULL ? NULL : tensor->grad;
    }
    char text[BK_TENSOR_TEXT];
    if (tensor->node != NULL && !tensor->retain_grad) {
        (void)bk_fail(BK_GRAPH,
                      "%s is the result of %s and not a leaf, so its gradient is not kept: call "
                      "bk_tensor_retain_grad before bk_backward, or bk_grad",
                      bk_tensor_text(text, tensor), tensor->node->operation->label);
    } else {
        (void)bk_fail(BK_GRAPH, "%s has no gradient: no bk_backward has reached it",
                      bk_tensor_text(text, tensor));
    }
    return NULL;
}

bk_status bk_tensor_retain_grad(bk_tensor *tensor)
{
    if (tensor == NULL) {
        return missing("tensor_retain_grad");
    }
    if (!tensor->requires_grad) {
        char text[BK_TENSOR_TEXT];
        return bk_fail(BK_GRAPH, "retain_grad: %s does not require a gradient", bk_tensor_text(text, tensor));
    }
    tensor->retain_grad = tensor->node != NULL;
    return BK_OK;
}

void bk_tensor_zero_grad(bk_tensor *tensor, bool to_zero)
{
    if (tensor == NULL || tensor->grad == NULL) {
        return;
    }
    if (to_zero) {
        bk_array *grad = &tensor->grad->array;
        bk_array_fill(grad, 0.0);
        grad->storage->version++;
    } else {
        bk_tensor_unreference(tensor->grad);
        tensor->grad = NULL;
    }
}
