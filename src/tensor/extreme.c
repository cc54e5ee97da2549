/* SPDX-License-Identifier: GPL-3.0-or-later
 * The largest and the smallest element over axes. Those that tie share the gradient; the forms with an index
 * send it to the first alone. */
#include "kernel/kernel.h"
#include "tensor/reduce.h"

static bk_status nothing(const char *word, const bk_array *x)
{
    char text[BK_SHAPE_TEXT];
    return bk_fail(BK_SHAPE, "%s: no element to choose from along an axis of size 0 of shape %s", word,
                   bk_shape_text(text, x->rank, x->shape));
}

static void extreme_run(void *y, const void *x, bk_dtype dtype, size_t count, bool smallest)
{
    const bk_kernels *kernels = bk_kernels_in_use();
    if (dtype == BK_F32) {
        *(float *)y = smallest ? kernels->min_of_f32(x, count) : kernels->max_of_f32(x, count);
    } else if (dtype == BK_F64) {
        *(double *)y = smallest ? kernels->min_of_f64(x, count) : kernels->max_of_f64(x, count);
    } else {
        *(int64_t *)y = smallest ? kernels->min_of_i64(x, count) : kernels->max_of_i64(x, count);
    }
}

/* y [columns] = the extremes of the columns of x [rows, columns], row by row. */
static void extreme_columns(bk_array *y, bk_array *row, size_t rows, bool smallest)
{
    const size_t bytes = row->size * bk_dtype_size(row->dtype);
    memcpy(y->data, row->data, bytes);
    for (size_t i = 1; i < rows; i++) {
        row->data = (char *)row->data + bytes;
        bk_array_binary_into(y, smallest ? BK_BINARY_MIN : BK_BINARY_MAX, y, row);
    }
}

/* x [extents] contiguous, y [extent 0, extent 2]. */
static void extreme_of(bk_array *y, const bk_array *x, const size_t extent[3], bool smallest)
{
    const size_t bytes = bk_dtype_size(x->dtype);
    for (size_t o = 0; o < extent[0]; o++) {
        char *to = (char *)y->data + o * extent[2] * bytes;
        char *from = (char *)x->data + o * extent[1] * extent[2] * bytes;
        if (extent[2] == 1) {
            extreme_run(to, from, x->dtype, extent[1], smallest);
        } else {
            bk_array target = {.storage = y->storage, .data = to, .size = extent[2], .dtype = x->dtype};
            target.rank = 1;
            target.contiguous = true;
            target.shape[0] = extent[2];
            target.stride[0] = 1;
            bk_array row = target;
            row.storage = x->storage;
            row.data = from;
            extreme_columns(&target, &row, extent[1], smallest);
        }
    }
}

bk_status bk_array_extreme(bk_array *y, bk_pool *pool, const bk_array *x, unsigned axes, bool keepdim,
                           bool smallest, const char *word)
{
    size_t rank, shape[BK_MAX_RANK], extent[3];
    if (!bk_array_is_reduced(&rank, shape, x, axes, keepdim)) {
        return bk_array_copy(y, pool, x);
    }
    bk_array input, made;
    BK_TRY(bk_array_group(&input, extent, pool, x, axes));
    bk_status status = extent[1] == 0 && extent[0] * extent[2] > 0
                           ? nothing(word, x)
                           : bk_array_create(&made, pool, x->dtype, rank, shape);
    if (status == BK_OK) {
        extreme_of(&made, &input, extent, smallest);
        bk_array_assign(y, &made);
    }
    bk_array_release(pool, &input);
    return status;
}

/* ---- Shared gradient ---- */

bk_status bk_forward_max_axes(bk_array *y, bk_pool *pool, const bk_array *const *input,
                              const bk_parameters *parameters)
{
    return bk_array_extreme(y, pool, input[0], parameters->axes, parameters->keepdim, false, "max");
}

bk_status bk_forward_min_axes(bk_array *y, bk_pool *pool, const bk_array *const *input,
                              const bk_parameters *parameters)
{
    return bk_array_extreme(y, pool, input[0], parameters->axes, parameters->keepdim, true, "min");
}

/* *share = (x == y) / how many are: what each element gets of the gradient. */
static bk_status shares(bk_array *share, bk_pool *pool, const bk_array *x, const bk_array *y, unsigned axes)
{
    bk_array mask, count = {0};
    bk_array equal;
    BK_TRY(bk_array_compare(&equal, pool, BK_COMPARE_EQUAL, x, y, "backward"));
    bk_status status = bk_array_cast(&mask, pool, &equal, x->dtype);
    bk_array_release(pool, &equal);
    if (status != BK_OK) {
        return status;
    }
    status = bk_array_sum_axes(&count, pool, &mask, axes, true, false);
    if (status == BK_OK) {
        status = bk_array_binary(share, pool, BK_BINARY_DIV, x->dtype, &mask, &count, "backward");
        bk_array_release(pool, &count);
    }
    bk_array_release(pool, &mask);
    return status;
}

static bk_status backward_shared(bk_turn *turn)
{
    const bk_edge *edge = &turn->node->edge[0];
    const unsigned axes = turn->node->parameters->axes;
    bk_array x = {0}, y = {0}, wide = {0}, share = {0};
    bk_status status = bk_turn_saved(&x, turn, BK_SLOT_FIRST);
    status = status != BK_OK ? status : bk_turn_saved(&y, turn, BK_SLOT_OUTPUT);
    status = status != BK_OK ? status : bk_spread(&wide, turn->pool, &y, edge, axes);
    status = status != BK_OK ? status : shares(&share, turn->pool, &x, &wide, axes);
    status = status != BK_OK ? status : bk_spread(&turn->result[0], turn->pool, &turn->gradient, edge, axes);
    status = status != BK_OK ? status : bk_array_update(&turn->result[0], turn->pool, BK_BINARY_MUL, &share);
    bk_array *const made[] = {&x, &y, &wide, &share};
    for (unsigned i = 0; i < sizeof made / sizeof *made; i++) {
        bk_array_release(turn->pool, made[i]);
    }
    return status;
}

bk_status bk_backward_max_axes(bk_turn *turn) { return backward_shared(turn); }
bk_status bk_backward_min_axes(bk_turn *turn) { return backward_shared(turn); }

/* ---- With an index ---- */

static double element(const bk_array *x, size_t i)
{
    return x->dtype == BK_F32 ? (double)((const float *)x->data)[i] : ((const double *)x->data)[i];
}

/* Whether element i comes before element best, a NaN before all numbers. */
static bool better(const bk_array *x, size_t i, size_t best, bool smallest)
{
    if (x->dtype == BK_I64) {
        const int64_t a = ((const int64_t *)x->data)[i], b = ((const int64_t *)x->data)[best];
        return smallest ? a < b : a > b;
    }
    const double a = element(x, i), b = element(x, best);
    return b == b && (a != a || (smallest ? a < b : a > b));
}

static bk_status extreme_index(bk_array *y, bk_pool *pool, const bk_array *x, unsigned axis, bool smallest,
                               const char *word)
{
    size_t rank, shape[BK_MAX_RANK], extent[3];
    (void)bk_array_is_reduced(&rank, shape, x, 1U << axis, true);
    bk_array input, made;
    BK_TRY(bk_array_group(&input, extent, pool, x, 1U << axis));
    const bk_status status = extent[1] == 0 && extent[0] * extent[2] > 0
                                 ? nothing(word, x)
                                 : bk_array_create(&made, pool, BK_I64, rank, shape);
    if (status == BK_OK) {
        int64_t *index = made.data;
        for (size_t i = 0; i < made.size; i++) {
            const size_t first = i / extent[2] * extent[1] * extent[2] + i % extent[2];
            size_t best = 0;
            for (size_t k = 1; k < extent[1]; k++) {
                best = better(&input, first + k * extent[2], first + best * extent[2], smallest) ? k : best;
            }
            index[i] = (int64_t)best;
        }
        bk_array_assign(y, &made);
    }
    bk_array_release(pool, &input);
    return status;
}

/* The second input is the index, of x's shape with 1 on the axis. */
static bk_status forward_chosen(bk_array *y, bk_pool *pool, const bk_array *const *input,
                                const bk_parameters *parameters)
{
    bk_array chosen;
    BK_TRY(bk_array_gather(&chosen, pool, input[0], parameters->axis, input[1]));
    if (parameters->keepdim) {
        bk_array_assign(y, &chosen);
        return BK_OK;
    }
    bk_array_dropped(y, &chosen, parameters->axis);
    bk_array_release(pool, &chosen);
    return BK_OK;
}

static bk_status backward_chosen(bk_turn *turn)
{
    const bk_edge *edge = &turn->node->edge[0];
    bk_array index, values, gradient;
    BK_TRY(bk_turn_saved_as_it_is(&index, turn, BK_SLOT_SECOND));
    bk_status status = bk_array_contiguous(&values, turn->pool, &turn->gradient);
    if (status == BK_OK) {
        bk_array_reshaped(&gradient, &values, index.rank, index.shape);
        bk_array_release(turn->pool, &values);
        status = bk_array_scatter(&turn->result[0], turn->pool, edge->rank, edge->shape,
                                  turn->node->parameters->axis, &index, &gradient);
        bk_array_release(turn->pool, &gradient);
    }
    bk_array_release(turn->pool, &index);
    return status;
}

bk_status bk_forward_max_axis(bk_array *y, bk_pool *pool, const bk_array *const *input,
                              const bk_parameters *parameters)
{
    return forward_chosen(y, pool, input, parameters);
}

bk_status bk_backward_max_axis(bk_turn *turn) { return backward_chosen(turn); }

bk_status bk_forward_min_axis(bk_array *y, bk_pool *pool, const bk_array *const *input,
                              const bk_parameters *parameters)
{
    return forward_chosen(y, pool, input, parameters);
}

bk_status bk_backward_min_axis(bk_turn *turn) { return backward_chosen(turn); }

/* ---- Public ---- */

bk_tensor *bk_max(bk_tensor *a) { return bk_reduce(BK_OPERATION_max_axes, a, 0, NULL, false); }
bk_tensor *bk_min(bk_tensor *a) { return bk_reduce(BK_OPERATION_min_axes, a, 0, NULL, false); }

bk_tensor *bk_max_axes(bk_tensor *a, size_t count, const int *axes, bool keepdim)
{
    return bk_reduce(BK_OPERATION_max_axes, a, count, axes, keepdim);
}

bk_tensor *bk_min_axes(bk_tensor *a, size_t count, const int *axes, bool keepdim)
{
    return bk_reduce(BK_OPERATION_min_axes, a, count, axes, keepdim);
}

static bk_tensor *along(bk_operation_id id, bk_tensor *a, int axis, bool keepdim, bk_tensor **index)
{
    const char *word = bk_operations[id].word;
    unsigned place;
    if (index != NULL) {
        *index = NULL; /* which fails in whatever it is handed to */
    }
    if (!bk_input_usable(word, a) || !bk_resolve_axis(&place, word, a, axis)) {
        return NULL;
    }
    bk_array positions, shown;
    if (extreme_index(&positions, a->tape->pool, &a->array, place, id == BK_OPERATION_min_axis, word) !=
        BK_OK) {
        return NULL;
    }
    if (keepdim) {
        bk_array_share(&shown, &positions);
    } else {
        bk_array_dropped(&shown, &positions, place);
    }
    bk_tensor *where = bk_tensor_make(a->tape, &positions);
    bk_tensor *seen = bk_tensor_make(a->tape, &shown);
    bk_tensor *result = NULL;
    if (where != NULL && seen != NULL) {
        result = bk_apply_2(id, a, where, &(bk_parameters){.axis = place, .keepdim = keepdim});
    }
    bk_tensor_release(where);
    if (result != NULL && index != NULL) {
        *index = seen;
    } else {
        bk_tensor_release(seen);
    }
    return result;
}

bk_tensor *bk_max_axis(bk_tensor *a, int axis, bool keepdim, bk_tensor **index)
{
    return along(BK_OPERATION_max_axis, a, axis, keepdim, index);
}

bk_tensor *bk_min_axis(bk_tensor *a, int axis, bool keepdim, bk_tensor **index)
{
    return along(BK_OPERATION_min_axis, a, axis, keepdim, index);
}
