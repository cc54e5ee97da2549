/* SPDX-License-Identifier: GPL-3.0-or-later
 * The table of operations, and what applying one is: compute, make a tensor, record. */
#include "tensor/graph.h"
#include "tensor/operation.h"

const bk_operation bk_operations[BK_OPERATION_COUNT] = {
#define SLOTS(first, second, third, output, needs)                            \
    (uint8_t)((((first) & (needs)) != 0) | (((second) & (needs)) != 0) << 1 | \
              (((third) & (needs)) != 0) << 2 | (((output) & (needs)) != 0) << 3)
#define ALL_SLOTS(f, s, t, o)                                                                      \
    {                                                                                              \
        SLOTS(f, s, t, o, 0), SLOTS(f, s, t, o, 1), SLOTS(f, s, t, o, 2), SLOTS(f, s, t, o, 3),    \
            SLOTS(f, s, t, o, 4), SLOTS(f, s, t, o, 5), SLOTS(f, s, t, o, 6), SLOTS(f, s, t, o, 7) \
    }
#define BK_OPERATION(id, label, word, rule, first, second, third, output) \
    [BK_OPERATION_##id] = {label,                                         \
                           word,                                          \
                           bk_forward_##id,                               \
                           bk_backward_##id,                              \
                           BK_SHAPE_##rule,                               \
                           {first, second, third, output},                \
                           ALL_SLOTS(first, second, third, output)},
#include "tensor/operations.def"
#undef BK_OPERATION
};

static bool missing_input(const char *word)
{
    if (bk_error_status() == BK_OK) { /* else the failure that made it NULL is the one to report */
        (void)bk_fail(BK_INVALID, "%s: an operand is NULL", word);
    }
    return false;
}

bool bk_inputs_usable(const char *word, unsigned count, bk_tensor *const *inputs)
{
    for (unsigned i = 0; i < count; i++) {
        if (inputs[i] == NULL) {
            return missing_input(word);
        }
    }
    for (unsigned i = 1; i < count; i++) {
        if (inputs[i]->tape != inputs[0]->tape) {
            char first[BK_TENSOR_TEXT], second[BK_TENSOR_TEXT];
            (void)bk_fail(BK_GRAPH, "%s: %s and %s are on two tapes; make both on one", word,
                          bk_tensor_text(first, inputs[0]), bk_tensor_text(second, inputs[i]));
            return false;
        }
    }
    return true;
}

bool bk_resolve_axis(unsigned *result, const char *word, const bk_tensor *a, int axis)
{
    const int rank = (int)a->array.rank;
    if (axis < -rank || axis >= rank) {
        char text[BK_TENSOR_TEXT];
        (void)bk_fail(
            BK_SHAPE,
            "%s: %s is of rank %d and has no axis %d; axes are counted from 0, or from the end from -1", word,
            bk_tensor_text(text, a), rank, axis);
        return false;
    }
    *result = (unsigned)(axis < 0 ? axis + rank : axis);
    return true;
}

/* Arrays of inputs that fit the stack; concatenate alone may have more. */
enum { FEW_INPUTS = 4 };

static bk_status forward(bk_array *output, bk_operation_id id, unsigned count, bk_tensor *const *inputs,
                         const bk_parameters *parameters)
{
    bk_pool *pool = inputs[0]->tape->pool;
    const bk_array *few[FEW_INPUTS] = {NULL};
    const bk_array **arrays = few;
    if (count > FEW_INPUTS) {
        arrays = bk_pool_take(pool, count * sizeof *arrays);
        if (arrays == NULL) {
            return bk_error_status();
        }
    }
    for (unsigned i = 0; i < count; i++) {
        arrays[i] = &inputs[i]->array;
    }
    const bk_status status = bk_operations[id].forward(output, pool, arrays, parameters);
    if (arrays != few) {
        bk_pool_give(pool, arrays, count * sizeof *arrays);
    }
    return status;
}

bk_tensor *bk_apply(bk_operation_id id, unsigned count, bk_tensor *const *inputs,
                    const bk_parameters *parameters)
{
    const bool two =
        count == 2 && inputs[0] != NULL && inputs[1] != NULL && inputs[0]->tape == inputs[1]->tape;
    if (!two && !bk_inputs_usable(bk_operations[id].word, count, inputs)) {
        return NULL;
    }
    bk_pool *pool = inputs[0]->tape->pool;
    bk_tensor *tensor = bk_pool_take(pool, sizeof *tensor);
    if (tensor == NULL) {
        return NULL;
    }
    bk_status status;
    if (two) {
        const bk_array *const arrays[2] = {&inputs[0]->array, &inputs[1]->array};
        status = bk_operations[id].forward(&tensor->array, pool, arrays, parameters);
    } else {
        status = forward(&tensor->array, id, count, inputs, parameters);
    }
    if (status != BK_OK) {
        bk_pool_give(pool, tensor, sizeof *tensor);
        return NULL;
    }
    bk_tensor_begin(tensor, inputs[0]->tape);
    if (tensor->array.dtype != BK_I64 && bk_records(count, inputs) &&
        bk_record(tensor, id, count, inputs, NULL, parameters) != BK_OK) {
        bk_tensor_release(tensor);
        return NULL;
    }
    return tensor;
}
