/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Operations in place: compute, raise the version once, and in grad mode make the target the result of
 * the operation. Values that an earlier node saved from the target's storage are stale from then on.
 *
 * A change through one of several views is not recorded: the others would show the new values and lead
 * to the old graph. Such a call is refused; without grad mode there is nothing to record and it is fine. */
#include "kernel/kernel.h"
#include "tensor/graph.h"

static bool records(bk_tensor *target, bk_tensor *b)
{
    return bk_records(b == NULL ? 1 : 2, (bk_tensor *const[2]){target, b});
}

/* Expanded: one value in memory is several elements. */
static bool has_overlap(const bk_array *x)
{
    for (unsigned d = 0; d < x->rank && x->size > 0; d++) {
        if (x->stride[d] == 0 && x->shape[d] > 1) {
            return true;
        }
    }
    return false;
}

static bk_status refuse(const char *word, bk_operation_id id, bk_tensor *target, bk_tensor *b)
{
    char text[BK_TENSOR_TEXT];
    if (bk_grad_mode() && target->requires_grad && target->node == NULL) {
        return bk_fail(
            BK_GRAPH,
            "%s: %s is a leaf that requires a gradient and cannot be changed in place in grad mode: "
            "turn it off for this step (bk_grad_mode_set(false)), or compute a new tensor",
            word, bk_tensor_text(text, target));
    }
    if (has_overlap(&target->array)) {
        return bk_fail(BK_INVALID,
                       "%s: %s was expanded, so that several of its elements are one value in memory: "
                       "compute a new tensor instead",
                       word, bk_tensor_text(text, target));
    }
    /* An alias is no view of what it was detached from, but may have views itself. */
    const bk_storage *storage = target->array.storage;
    if (records(target, b) && (target->detached ? storage->views > 0 : storage->tensors > 1)) {
        return bk_fail(
            BK_GRAPH,
            "%s: %s shares its values with a view (reshape, transpose, slice, ...), which the graph cannot "
            "follow: compute a new tensor instead",
            word, bk_tensor_text(text, target));
    }
    if (records(target, b) && b != NULL && b->array.storage == target->array.storage &&
        bk_operations[id].save[BK_SLOT_SECOND] != BK_NEVER) {
        return bk_fail(
            BK_GRAPH,
            "%s: %s is operand and target, and its gradient needs the value that the change destroys: "
            "compute a new tensor instead",
            word, bk_tensor_text(text, target));
    }
    return BK_OK;
}

static bk_status check_operand(const char *word, const bk_tensor *target, const bk_tensor *b, bool divides)
{
    const bk_array *x = &target->array, *y = &b->array;
    size_t rank;
    size_t shape[BK_MAX_RANK];
    if (!bk_broadcast_shape(&rank, shape, x, y) || !bk_array_same_shape(x, rank, shape)) {
        char first[BK_SHAPE_TEXT], second[BK_SHAPE_TEXT];
        return bk_fail(BK_SHAPE, "%s: shape %s does not broadcast to the target's %s", word,
                       bk_shape_text(second, y->rank, y->shape), bk_shape_text(first, x->rank, x->shape));
    }
    if (x->dtype == BK_I64 && (y->dtype != BK_I64 || divides)) {
        return bk_fail(BK_DTYPE, "%s: the result is %s and does not fit the target's i64", word,
                       bk_dtype_name(y->dtype == BK_I64 ? BK_F32 : y->dtype));
    }
    return BK_OK;
}

/* The values of the target before the change, where the gradient will need them. */
static bk_status keep_original(bk_array *original, bk_operation_id id, bk_tensor *target, bk_tensor *b)
{
    const bool needed =
        records(target, b) && (bk_operations[id].save[BK_SLOT_FIRST] & BK_IF_SECOND) != 0 && b->requires_grad;
    return needed ? bk_array_copy(original, target->tape->pool, &target->array) : BK_OK;
}

/* The change itself is done: version and graph. */
static bk_status changed(bk_tensor *target, bk_operation_id id, bk_tensor *b, bk_array *original,
                         const bk_parameters *parameters)
{
    target->array.storage->version++;
    bk_status status = BK_OK;
    if (records(target, b)) {
        bk_tensor *const inputs[2] = {target, b};
        status = bk_record(target, id, b == NULL ? 1 : 2, inputs, original->storage == NULL ? NULL : original,
                           parameters);
    }
    return status;
}

static bk_status compute(bk_tensor *target, bk_binary op, bk_tensor *b, const char *word)
{
    bk_array *x = &target->array;
    bk_pool *pool = target->tape->pool;
    if (x->contiguous && b->array.dtype == x->dtype && b->array.storage != x->storage) {
        bk_array_binary_into(x, op, x, &b->array);
        return BK_OK;
    }
    bk_array result, cast;
    BK_TRY(bk_array_binary(&result, pool, op, bk_promote(x->dtype, b->array.dtype), x, &b->array, word));
    const bk_status status = bk_array_cast(&cast, pool, &result, x->dtype);
    if (status == BK_OK) {
        bk_array_write(x, cast.data);
        bk_array_release(pool, &cast);
    }
    bk_array_release(pool, &result);
    return status;
}

static bk_status binary_in_place(bk_operation_id id, bk_binary op, const char *word, bk_tensor *target,
                                 bk_tensor *b)
{
    if (!bk_inputs_usable(word, 2, (bk_tensor *const[2]){target, b})) {
        return bk_error_status();
    }
    BK_TRY(refuse(word, id, target, b));
    BK_TRY(check_operand(word, target, b, op == BK_BINARY_DIV));
    bk_array original = {0};
    BK_TRY(keep_original(&original, id, target, b));
    bk_status status = compute(target, op, b, word);
    if (status == BK_OK) {
        status = changed(target, id, b, &original, NULL);
    }
    bk_array_release(target->tape->pool, &original);
    return status;
}

bk_status bk_add_in_place(bk_tensor *target, bk_tensor *b)
{
    return binary_in_place(BK_OPERATION_add, BK_BINARY_ADD, "add_in_place", target, b);
}

bk_status bk_sub_in_place(bk_tensor *target, bk_tensor *b)
{
    return binary_in_place(BK_OPERATION_sub, BK_BINARY_SUB, "sub_in_place", target, b);
}

bk_status bk_mul_in_place(bk_tensor *target, bk_tensor *b)
{
    return binary_in_place(BK_OPERATION_mul, BK_BINARY_MUL, "mul_in_place", target, b);
}

bk_status bk_div_in_place(bk_tensor *target, bk_tensor *b)
{
    return binary_in_place(BK_OPERATION_div, BK_BINARY_DIV, "div_in_place", target, b);
}

bk_status bk_relu_in_place(bk_tensor *target)
{
    const char *word = "relu_in_place";
    if (!bk_input_usable(word, target)) {
        return bk_error_status();
    }
    BK_TRY(refuse(word, BK_OPERATION_relu, target, NULL));
    bk_array *x = &target->array;
    bk_array none = {0};
    if (x->contiguous) {
        bk_array_map_into(x, BK_MAP_RELU, x);
    } else {
        bk_array result;
        BK_TRY(bk_array_map(&result, target->tape->pool, BK_MAP_RELU, x));
        bk_array_write(x, result.data);
        bk_array_release(target->tape->pool, &result);
    }
    return changed(target, BK_OPERATION_relu, NULL, &none, NULL);
}

/* ---- A step of gradient descent ---- */

/* target += factor b, b broadcast to it and cast to its dtype. */
static bk_status add_scaled(bk_tensor *target, const bk_tensor *b, double factor)
{
    const bk_kernels *kernels = bk_kernels_in_use();
    bk_pool *pool = target->tape->pool;
    bk_array *x = &target->array;
    bk_array cast, wide, step, values = {0};
    BK_TRY(bk_array_cast(&cast, pool, &b->array, x->dtype));
    bk_array_expanded(&wide, &cast, x->rank, x->shape);
    bk_array_release(pool, &cast);
    bk_status status = bk_array_contiguous(&step, pool, &wide);
    bk_array_release(pool, &wide);
    if (status == BK_OK && step.storage == x->storage && step.data != x->data) {
        status = bk_array_own(&step, pool); /* another window on the same values, which may overlap */
        if (status != BK_OK) {
            bk_array_release(pool, &step);
        }
    }
    if (status != BK_OK) {
        return status;
    }
    status = bk_array_contiguous(&values, pool, x);
    if (status == BK_OK) {
        if (x->dtype == BK_F32) {
            kernels->add_scaled_f32(values.data, (float)factor, step.data, x->size);
        } else {
            kernels->add_scaled_f64(values.data, factor, step.data, x->size);
        }
        if (!x->contiguous) {
            bk_array_write(x, values.data);
        }
        bk_array_release(pool, &values);
    }
    bk_array_release(pool, &step);
    return status;
}

bk_status bk_add_scaled_in_place(bk_tensor *target, bk_tensor *b, double factor)
{
    const char *word = bk_operations[BK_OPERATION_add_scaled].word;
    if (!bk_inputs_usable(word, 2, (bk_tensor *const[2]){target, b})) {
        return bk_error_status();
    }
    BK_TRY(refuse(word, BK_OPERATION_add_scaled, target, b));
    BK_TRY(check_operand(word, target, b, true));
    BK_TRY(add_scaled(target, b, factor));
    bk_array none = {0};
    return changed(target, BK_OPERATION_add_scaled, b, &none, &(bk_parameters){.constant = factor});
}

bk_status bk_forward_add_scaled(bk_array *y, bk_pool *pool, const bk_array *const *input,
                                const bk_parameters *parameters)
{
    (void)y, (void)pool, (void)input, (void)parameters;
    return bk_fail(BK_UNSUPPORTED, "add_scaled exists in place alone");
}

bk_status bk_backward_add_scaled(bk_turn *turn)
{
    if (turn->needs[0]) {
        bk_turn_pass(&turn->result[0], turn, !turn->needs[1]);
    }
    return turn->needs[1]
               ? bk_turn_with_constant(turn, 1, BK_BINARY_MUL, turn->node->parameters->constant, true)
               : BK_OK;
}

/* ---- Overwriting ---- */

bk_status bk_tensor_write(bk_tensor *target, const void *values)
{
    const char *word = bk_operations[BK_OPERATION_write].word;
    if (!bk_input_usable(word, target)) {
        return bk_error_status();
    }
    if (values == NULL && target->array.size > 0) {
        return bk_fail(BK_INVALID, "%s: no values for %zu elements", word, target->array.size);
    }
    BK_TRY(refuse(word, BK_OPERATION_write, target, NULL));
    bk_array_write(&target->array, values);
    target->array.storage->version++;
    /* The new values depend on nothing: a node without inputs. */
    return records(target, NULL) ? bk_record(target, BK_OPERATION_write, 0, NULL, NULL, NULL) : BK_OK;
}

bk_status bk_forward_write(bk_array *y, bk_pool *pool, const bk_array *const *input,
                           const bk_parameters *parameters)
{
    (void)y, (void)pool, (void)input, (void)parameters;
    return bk_fail(BK_UNSUPPORTED, "tensor_write exists in place alone");
}

bk_status bk_backward_write(bk_turn *turn)
{
    (void)turn;
    return BK_OK;
}

bk_status bk_copy_in_place(bk_tensor *target, bk_tensor *b)
{
    const char *word = bk_operations[BK_OPERATION_copy].word;
    if (!bk_inputs_usable(word, 2, (bk_tensor *const[2]){target, b})) {
        return bk_error_status();
    }
    BK_TRY(refuse(word, BK_OPERATION_copy, target, b));
    BK_TRY(check_operand(word, target, b, false));
    bk_pool *pool = target->tape->pool;
    bk_array cast, wide, rows;
    BK_TRY(bk_array_cast(&cast, pool, &b->array, target->array.dtype));
    bk_array_expanded(&wide, &cast, target->array.rank, target->array.shape);
    bk_array_release(pool, &cast);
    const bk_status status = b->array.storage == target->array.storage
                                 ? bk_array_copy(&rows, pool, &wide)
                                 : bk_array_contiguous(&rows, pool, &wide);
    bk_array_release(pool, &wide);
    if (status != BK_OK) {
        return status;
    }
    bk_array_write(&target->array, rows.data);
    bk_array_release(pool, &rows);
    target->array.storage->version++;
    /* What target held before is gone, and its history with it. */
    return records(target, b) ? bk_record(target, BK_OPERATION_copy, 1, &b, NULL, NULL) : BK_OK;
}

bk_status bk_forward_copy(bk_array *y, bk_pool *pool, const bk_array *const *input,
                          const bk_parameters *parameters)
{
    (void)y, (void)pool, (void)input, (void)parameters;
    return bk_fail(BK_UNSUPPORTED, "copy exists in place alone");
}

bk_status bk_backward_copy(bk_turn *turn)
{
    bk_turn_pass(&turn->result[0], turn, true);
    return BK_OK;
}
