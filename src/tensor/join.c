/* SPDX-License-Identifier: GPL-3.0-or-later
 * Tensors one after the other, along an axis they have or a new one. */
#include "tensor/graph.h"

static bk_status misfit(const bk_array *first, const bk_array *other, size_t number, unsigned axis)
{
    char a[BK_SHAPE_TEXT], b[BK_SHAPE_TEXT];
    return bk_fail(
        BK_SHAPE,
        "concatenate: tensor %zu has shape %s, the first one %s: along axis %u all other sizes must be equal",
        number, bk_shape_text(b, other->rank, other->shape), bk_shape_text(a, first->rank, first->shape),
        axis);
}

/* The shape and dtype of the whole. */
static bk_status joined(size_t shape[BK_MAX_RANK], bk_dtype *dtype, const bk_array *const *input,
                        size_t count, unsigned axis)
{
    memcpy(shape, input[0]->shape, BK_MAX_RANK * sizeof *shape);
    *dtype = input[0]->dtype;
    for (size_t i = 1; i < count; i++) {
        bool fits = input[i]->rank == input[0]->rank;
        for (unsigned d = 0; d < input[0]->rank && fits; d++) {
            fits = d == axis || input[i]->shape[d] == shape[d];
        }
        if (!fits) {
            return misfit(input[0], input[i], i, axis);
        }
        if (!bk_add_sizes(&shape[axis], shape[axis], input[i]->shape[axis])) {
            return bk_fail(BK_OVERFLOW, "concatenate: the sizes along axis %u exceed the address space",
                           axis);
        }
        *dtype = bk_promote(*dtype, input[i]->dtype);
    }
    return BK_OK;
}

/* Writes x into its window of y. */
static bk_status put(bk_array *y, bk_pool *pool, const bk_array *x, unsigned axis, size_t start)
{
    bk_array cast, rows, window;
    BK_TRY(bk_array_cast(&cast, pool, x, y->dtype));
    const bk_status status = bk_array_contiguous(&rows, pool, &cast);
    bk_array_release(pool, &cast);
    if (status == BK_OK) {
        bk_array_sliced(&window, y, axis, start, 1, x->shape[axis]);
        bk_array_write(&window, rows.data);
        bk_array_release(pool, &window);
        bk_array_release(pool, &rows);
    }
    return status;
}

bk_status bk_forward_concatenate(bk_array *y, bk_pool *pool, const bk_array *const *input,
                                 const bk_parameters *parameters)
{
    const unsigned axis = parameters->axis;
    size_t shape[BK_MAX_RANK], start = 0;
    bk_dtype dtype;
    bk_array made;
    BK_TRY(joined(shape, &dtype, input, parameters->count, axis));
    BK_TRY(bk_array_create(&made, pool, dtype, input[0]->rank, shape));
    bk_status status = BK_OK;
    for (size_t i = 0; i < parameters->count && status == BK_OK; i++) {
        status = put(&made, pool, input[i], axis, start);
        start += input[i]->shape[axis];
    }
    if (status == BK_OK) {
        bk_array_share(y, &made);
    }
    bk_array_release(pool, &made);
    return status;
}

/* Each input's own window of the gradient. */
bk_status bk_backward_concatenate(bk_turn *turn)
{
    const unsigned axis = turn->node->parameters->axis;
    size_t start = 0;
    for (unsigned i = 0; i < turn->node->inputs; i++) {
        const size_t length = turn->node->edge[i].shape[axis];
        if (turn->needs[i]) {
            bk_array_sliced(&turn->result[i], &turn->gradient, axis, start, 1, length);
        }
        start += length;
    }
    return BK_OK;
}

static bool list_usable(const char *word, size_t count, bk_tensor *const *tensors)
{
    if (count < 1 || count > BK_MAX_INPUTS || tensors == NULL) {
        (void)bk_fail(BK_INVALID, "%s: %zu tensors; it takes 1 to %d", word, count, BK_MAX_INPUTS);
        return false;
    }
    return bk_inputs_usable(word, (unsigned)count, tensors);
}

bk_tensor *bk_concatenate(size_t count, bk_tensor *const *tensors, int axis)
{
    unsigned place;
    if (!list_usable("concatenate", count, tensors) ||
        !bk_resolve_axis(&place, "concatenate", tensors[0], axis)) {
        return NULL;
    }
    return bk_apply(BK_OPERATION_concatenate, (unsigned)count, tensors,
                    &(bk_parameters){.axis = place, .count = (uint16_t)count});
}

/* a with an axis of size 1 at place. */
static bk_tensor *with_new_axis(bk_tensor *a, unsigned place)
{
    size_t shape[BK_MAX_RANK + 1];
    for (unsigned d = 0; d < place; d++) {
        shape[d] = a->array.shape[d];
    }
    shape[place] = 1;
    for (unsigned d = place; d < a->array.rank; d++) {
        shape[d + 1] = a->array.shape[d];
    }
    return bk_reshape(a, a->array.rank + 1U, shape);
}

bk_tensor *bk_stack(size_t count, bk_tensor *const *tensors, int axis)
{
    if (!list_usable("stack", count, tensors)) {
        return NULL;
    }
    bk_tape *tape = tensors[0]->tape;
    const int rank = (int)tensors[0]->array.rank;
    if (rank == BK_MAX_RANK || axis < -rank - 1 || axis > rank) {
        char text[BK_TENSOR_TEXT];
        (void)bk_fail(BK_SHAPE, "stack: %s of rank %d cannot get a new axis %d; the largest rank is %d",
                      bk_tensor_text(text, tensors[0]), rank, axis, BK_MAX_RANK);
        return NULL;
    }
    const unsigned place = (unsigned)(axis < 0 ? axis + rank + 1 : axis);
    bk_tensor **wide = bk_pool_take(tape->pool, count * sizeof *wide);
    if (wide == NULL) {
        return NULL;
    }
    bk_tensor *result = NULL;
    size_t made = 0;
    while (made < count && (int)tensors[made]->array.rank == rank) {
        wide[made] = with_new_axis(tensors[made], place);
        if (wide[made] == NULL) {
            break;
        }
        made++;
    }
    if (made == count) {
        result = bk_concatenate(count, wide, (int)place);
    } else if ((int)tensors[made]->array.rank != rank) {
        (void)misfit(&tensors[0]->array, &tensors[made]->array, made, place);
    }
    while (made > 0) {
        bk_tensor_release(wide[--made]);
    }
    bk_pool_give(tape->pool, wide, count * sizeof *wide);
    return result;
}
