/* SPDX-License-Identifier: GPL-3.0-or-later
 * The table of operations, and what applying one is: compute, make a tensor, record. */
#include "tensor/graph.h"
#include "tensor/operation.h"

const bk_operation bk_operations[BK_OPERATION_COUNT] = {
#define BK_OPERATION(id, label, word, first, second, output) \
    [BK_OPERATION_##id] = {label, word, bk_forward_##id, bk_backward_##id, first, second, output},
#include "tensor/operations.def"
#undef BK_OPERATION
};

bool bk_inputs_usable(const char *word, const bk_tensor *a, const bk_tensor *b, bool takes_two)
{
    if (a == NULL || (takes_two && b == NULL)) {
        if (bk_error_status() == BK_OK) { /* else the failure that made it NULL is the one to report */
            (void)bk_fail(BK_INVALID, "%s: an operand is NULL", word);
        }
        return false;
    }
    if (takes_two && a->tape != b->tape) {
        char first[BK_TENSOR_TEXT], second[BK_TENSOR_TEXT];
        (void)bk_fail(BK_GRAPH, "%s: %s and %s are on two tapes; make both on one", word,
                      bk_tensor_text(first, a), bk_tensor_text(second, b));
        return false;
    }
    return true;
}

bk_tensor *bk_apply(bk_operation_id id, bk_tensor *a, bk_tensor *b, bool takes_two,
                    const bk_parameters *parameters)
{
    const bk_operation *operation = &bk_operations[id];
    if (!bk_inputs_usable(operation->word, a, b, takes_two)) {
        return NULL;
    }
    const bk_array *const input[2] = {&a->array, takes_two ? &b->array : NULL};
    bk_array output;
    if (operation->forward(&output, a->tape->pool, input, parameters) != BK_OK) {
        return NULL;
    }
    bk_tensor *tensor = bk_tensor_make(a->tape, &output);
    if (tensor != NULL && bk_records(a, b) && bk_record(tensor, id, a, b, NULL, parameters) != BK_OK) {
        bk_tensor_release(tensor);
        return NULL;
    }
    return tensor;
}
