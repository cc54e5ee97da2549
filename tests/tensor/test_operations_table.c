/* SPDX-License-Identifier: GPL-3.0-or-later
 * The table of operations: every row's result has the shape that its rule says, every row is complete, and
 * what it declares to save is what a recorded operation saves. */
#include "tensor/graph.h"
#include "tensor_tools.h"

/* A call of each operation on a [2, 3], b [3], index; NULL for what exists in place alone. */
static bk_tensor *call(bk_operation_id id, bk_tensor *a, bk_tensor *b, bk_tensor *index)
{
    static const double low = -0.5;
    bk_tensor *const both[2] = {a, a};
    const size_t flat[1] = {6}, wide[3] = {4, 2, 3};
    switch (id) {
#define UNARY(name)           \
    case BK_OPERATION_##name: \
        return bk_##name(a);
        UNARY(neg)
        UNARY(square)
        UNARY(sqrt)
        UNARY(exp)
        UNARY(log)
        UNARY(log1p)
        UNARY(abs)
        UNARY(sign)
        UNARY(sin)
        UNARY(cos)
        UNARY(tanh)
        UNARY(relu)
        UNARY(sigmoid)
        UNARY(softplus)
        UNARY(log_sigmoid)
        UNARY(sum)
        UNARY(mean)
        UNARY(transpose)
#define BINARY(name)          \
    case BK_OPERATION_##name: \
        return bk_##name(a, b);
        BINARY(add)
        BINARY(sub)
        BINARY(mul)
        BINARY(div)
        BINARY(pow)
        BINARY(maximum)
        BINARY(minimum)
        BINARY(equal)
        BINARY(not_equal)
        BINARY(less)
        BINARY(less_equal)
        BINARY(greater)
        BINARY(greater_equal)
        BINARY(matmul)
    case BK_OPERATION_where:
        return bk_where(bk_greater(a, b), a, b);
    case BK_OPERATION_pow_constant:
        return bk_pow_constant(a, 3);
    case BK_OPERATION_scale:
        return bk_scale(a, 3);
    case BK_OPERATION_add_constant:
        return bk_add_constant(a, 3);
    case BK_OPERATION_clamp:
        return bk_clamp(a, &low, NULL);
    case BK_OPERATION_cast:
        return bk_cast(a, BK_F32);
    case BK_OPERATION_softmax:
        return bk_softmax(a, 1);
    case BK_OPERATION_log_softmax:
        return bk_log_softmax(a, 1);
    case BK_OPERATION_sum_axes:
        return bk_sum_axis(a, 1, true);
    case BK_OPERATION_mean_axes:
        return bk_mean_axis(a, 1, true);
    case BK_OPERATION_max_axes:
        return bk_max_axes(a, 1, (const int[1]){1}, true);
    case BK_OPERATION_min_axes:
        return bk_min_axes(a, 1, (const int[1]){1}, true);
    case BK_OPERATION_max_axis:
        return bk_max_axis(a, 1, true, NULL);
    case BK_OPERATION_min_axis:
        return bk_min_axis(a, 1, true, NULL);
    case BK_OPERATION_logsumexp:
        return bk_logsumexp(a, 1, true);
    case BK_OPERATION_reshape:
        return bk_reshape(a, 1, flat);
    case BK_OPERATION_permute:
        return bk_permute(a, 2, (const int[2]){1, 0});
    case BK_OPERATION_slice:
        return bk_slice(a, 1, 0, 2, 1);
    case BK_OPERATION_select:
        return bk_select(a, 1, 0);
    case BK_OPERATION_expand:
        return bk_expand(a, 3, wide);
    case BK_OPERATION_index_select:
        return bk_index_select(a, 1, index);
    case BK_OPERATION_gather:
        return bk_gather(a, 1, bk_reshape(index, 2, (const size_t[2]){2, 2}));
    case BK_OPERATION_concatenate:
        return bk_concatenate(2, both, 0);
    default:
        return NULL;
    }
}

/* The shape that the rule of the row says for the calls above. */
static const char *expected_shape(bk_operation_id id)
{
    switch (bk_operations[id].rule) {
    case BK_SHAPE_SAME:
    case BK_SHAPE_BROADCAST:
        return "[2, 3]";
    case BK_SHAPE_MATRIX:
        return "[2]";
    case BK_SHAPE_REDUCED:
        return id == BK_OPERATION_sum || id == BK_OPERATION_mean ? "[]" : "[2, 1]";
    default:
        return NULL; /* windows and indexed results: test_operations_numpy.c */
    }
}

static void check_row(bk_operation_id id, bk_tensor *a, bk_tensor *b, bk_tensor *index)
{
    const bk_operation *row = &bk_operations[id];
    cr_assert(row->label != NULL && row->word != NULL && row->forward != NULL && row->backward != NULL);
    bk_tensor *y = call(id, a, b, index);
    if (y == NULL) {
        cr_assert(id == BK_OPERATION_add_scaled || id == BK_OPERATION_write || id == BK_OPERATION_copy,
                  "%s: %s", row->word, bk_error_message());
        return;
    }
    char text[BK_SHAPE_TEXT];
    const char *shape = expected_shape(id);
    bk_shape_text(text, bk_tensor_rank(y), bk_tensor_shape(y));
    cr_assert(shape == NULL || strcmp(shape, text) == 0, "%s: %s, not %s", row->word, text, shape);
    if (bk_tensor_dtype(y) == BK_I64) {
        cr_assert(y->node == NULL && !bk_tensor_requires_grad(y), "%s", row->word);
        return;
    }
    cr_assert_str_eq(bk_tensor_grad_fn(y), row->label);
    for (unsigned slot = 0; slot < BK_SLOTS; slot++) {
        cr_assert_eq(y->node->saved[slot] != NULL, row->save[slot] != BK_NEVER, "%s, slot %u", row->word,
                     slot);
    }
}

Test(operations_table, every_row_keeps_its_shape_rule_and_saves_what_it_says)
{
    bk_tape *tape = bk_tape_create();
    const double values[6] = {1, 2, 3, 0.5, 2.5, 4}, row[3] = {0.25, 3, 2};
    const size_t two[2] = {2, 3}, four = 4;
    bk_tensor *a = tensor_of(tape, BK_F64, 2, two, values), *b = vector_of(tape, BK_F64, 3, row);
    bk_tensor *index = bk_tensor_from(tape, BK_I64, 1, &four, (const int64_t[4]){0, 1, -1, 2});
    must(bk_tensor_require_grad(a, true));
    must(bk_tensor_require_grad(b, true));
    for (int id = 0; id < BK_OPERATION_COUNT; id++) {
        bk_scope scope = bk_scope_open(tape);
        bk_error_clear();
        check_row((bk_operation_id)id, a, b, index);
        bk_scope_close(scope);
        cr_assert_eq(bk_tape_live_tensors(tape), 3, "%s", bk_operations[id].word);
    }
    bk_tape_destroy(tape);
}

/* Where nothing needs a gradient, nothing is recorded, whatever the row. */
Test(operations_table, no_row_records_without_need)
{
    bk_tape *tape = bk_tape_create();
    const double values[6] = {1, 2, 3, 0.5, 2.5, 4}, row[3] = {0.25, 3, 2};
    const size_t two[2] = {2, 3}, four = 4;
    bk_tensor *a = tensor_of(tape, BK_F64, 2, two, values), *b = vector_of(tape, BK_F64, 3, row);
    bk_tensor *index = bk_tensor_from(tape, BK_I64, 1, &four, (const int64_t[4]){0, 1, -1, 2});
    for (int id = 0; id < BK_OPERATION_COUNT; id++) {
        bk_tensor *y = call((bk_operation_id)id, a, b, index);
        cr_assert(y == NULL || (y->node == NULL && !bk_tensor_requires_grad(y)), "%s",
                  bk_operations[id].word);
    }
    bk_tape_destroy(tape);
}
