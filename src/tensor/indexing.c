/* SPDX-License-Identifier: GPL-3.0-or-later
 * Indexing by integer tensors. Gradients are added up in the order of the index, so that their bits are
 * fixed. */
#include "tensor/graph.h"

bk_status bk_resolve_index(size_t *found, const char *word, int64_t index, unsigned axis, size_t size)
{
    const bool from_end = index < 0;
    const uint64_t distance = from_end ? 0U - (uint64_t)index : (uint64_t)index;
    if (from_end ? distance > size : distance >= size) {
        return bk_fail(BK_SHAPE, "%s: index %lld is out of range for axis %u of size %zu", word,
                       (long long)index, axis, size);
    }
    *found = from_end ? size - (size_t)distance : (size_t)distance;
    return BK_OK;
}

static bk_status check_dtype(const char *word, const bk_array *index)
{
    return index->dtype == BK_I64
               ? BK_OK
               : bk_fail(BK_DTYPE, "%s: the index is %s; it must be i64", word, bk_dtype_name(index->dtype));
}

/* ---- Elements ---- */

/* What walks over index: of each of its elements the offset in a row-major array of shape, the axis left out.
 */
typedef struct walk {
    size_t rank, step_of_axis;
    size_t position[BK_MAX_RANK], step[BK_MAX_RANK];
    const size_t *shape; /* index's */
    size_t offset;
} walk;

static walk walk_begin(const bk_array *index, const size_t *shape, unsigned axis)
{
    walk w = {.rank = index->rank, .shape = index->shape};
    size_t step = 1;
    for (size_t d = index->rank; d-- > 0;) {
        w.step[d] = d == axis ? 0 : step;
        w.step_of_axis = d == axis ? step : w.step_of_axis;
        step *= shape[d];
    }
    return w;
}

static void walk_on(walk *w)
{
    for (size_t d = w->rank; d-- > 0;) {
        w->offset += w->step[d];
        if (++w->position[d] < w->shape[d]) {
            return;
        }
        w->offset -= w->step[d] * w->shape[d];
        w->position[d] = 0;
    }
}

static void move_element(void *y, size_t to, const void *x, size_t from, bk_dtype dtype)
{
    if (dtype == BK_F32) {
        ((float *)y)[to] = ((const float *)x)[from];
    } else {
        memcpy((char *)y + 8 * to, (const char *)x + 8 * from, 8);
    }
}

static void add_element(void *y, size_t to, const void *x, size_t from, bk_dtype dtype)
{
    if (dtype == BK_F32) {
        ((float *)y)[to] += ((const float *)x)[from];
    } else {
        ((double *)y)[to] += ((const double *)x)[from];
    }
}

bk_status bk_array_gather(bk_array *y, bk_pool *pool, const bk_array *x, unsigned axis, const bk_array *index)
{
    bk_array values = {0}, places = {0}, made = {0};
    bk_status status = bk_array_contiguous(&values, pool, x);
    status = status != BK_OK ? status : bk_array_contiguous(&places, pool, index);
    status = status != BK_OK ? status : bk_array_create(&made, pool, x->dtype, index->rank, index->shape);
    if (status == BK_OK) {
        walk w = walk_begin(&places, x->shape, axis);
        for (size_t i = 0; i < made.size && status == BK_OK; i++, walk_on(&w)) {
            size_t found = 0;
            status =
                bk_resolve_index(&found, "gather", ((const int64_t *)places.data)[i], axis, x->shape[axis]);
            if (status == BK_OK) {
                move_element(made.data, i, values.data, w.offset + found * w.step_of_axis, x->dtype);
            }
        }
    }
    if (status == BK_OK) {
        bk_array_share(y, &made);
    }
    bk_array_release(pool, &values);
    bk_array_release(pool, &places);
    bk_array_release(pool, &made);
    return status;
}

bk_status bk_array_scatter(bk_array *y, bk_pool *pool, size_t rank, const size_t *shape, unsigned axis,
                           const bk_array *index, const bk_array *values)
{
    bk_array from = {0}, places = {0}, made = {0};
    bk_status status = bk_array_contiguous(&from, pool, values);
    status = status != BK_OK ? status : bk_array_contiguous(&places, pool, index);
    status = status != BK_OK ? status : bk_array_create(&made, pool, values->dtype, rank, shape);
    if (status == BK_OK) {
        bk_array_fill(&made, 0.0);
        walk w = walk_begin(&places, shape, axis);
        for (size_t i = 0; i < places.size && status == BK_OK; i++, walk_on(&w)) {
            size_t found = 0;
            status = bk_resolve_index(&found, "gather", ((const int64_t *)places.data)[i], axis, shape[axis]);
            if (status == BK_OK) {
                add_element(made.data, w.offset + found * w.step_of_axis, from.data, i, made.dtype);
            }
        }
    }
    if (status == BK_OK) {
        bk_array_share(y, &made);
    }
    bk_array_release(pool, &from);
    bk_array_release(pool, &places);
    bk_array_release(pool, &made);
    return status;
}

bk_status bk_forward_gather(bk_array *y, bk_pool *pool, const bk_array *const *input,
                            const bk_parameters *parameters)
{
    const bk_array *x = input[0], *index = input[1];
    BK_TRY(check_dtype("gather", index));
    bool fits = index->rank == x->rank;
    for (unsigned d = 0; d < x->rank && fits; d++) {
        fits = d == parameters->axis || index->shape[d] <= x->shape[d];
    }
    if (!fits) {
        char first[BK_SHAPE_TEXT], second[BK_SHAPE_TEXT];
        return bk_fail(
            BK_SHAPE,
            "gather: index of shape %s for a tensor of shape %s along axis %u: ranks must be equal and the "
            "index no longer along the other axes",
            bk_shape_text(first, index->rank, index->shape), bk_shape_text(second, x->rank, x->shape),
            parameters->axis);
    }
    return bk_array_gather(y, pool, x, parameters->axis, index);
}

bk_status bk_backward_gather(bk_turn *turn)
{
    const bk_edge *edge = &turn->node->edge[0];
    bk_array index;
    BK_TRY(bk_turn_saved_as_it_is(&index, turn, BK_SLOT_SECOND));
    const bk_status status = bk_array_scatter(&turn->result[0], turn->pool, edge->rank, edge->shape,
                                              turn->node->parameters->axis, &index, &turn->gradient);
    bk_array_release(turn->pool, &index);
    return status;
}

/* ---- Slices ---- */

/* x as [outer, size of the axis, inner]. */
static void extents(size_t *outer, size_t *inner, size_t rank, const size_t *shape, unsigned axis)
{
    *outer = *inner = 1;
    for (size_t d = 0; d < rank; d++) {
        *outer *= d < axis ? shape[d] : 1;
        *inner *= d > axis ? shape[d] : 1;
    }
}

bk_status bk_forward_index_select(bk_array *y, bk_pool *pool, const bk_array *const *input,
                                  const bk_parameters *parameters)
{
    const bk_array *x = input[0], *index = input[1];
    const unsigned axis = parameters->axis;
    BK_TRY(check_dtype("index_select", index));
    if (index->rank > 1) {
        char text[BK_SHAPE_TEXT];
        return bk_fail(BK_SHAPE, "index_select: the index has shape %s; it must be of rank 0 or 1",
                       bk_shape_text(text, index->rank, index->shape));
    }
    size_t outer, inner, shape[BK_MAX_RANK];
    extents(&outer, &inner, x->rank, x->shape, axis);
    memcpy(shape, x->shape, sizeof shape);
    shape[axis] = index->size;
    bk_array values = {0}, places = {0}, made = {0};
    bk_status status = bk_array_contiguous(&values, pool, x);
    status = status != BK_OK ? status : bk_array_contiguous(&places, pool, index);
    status = status != BK_OK ? status : bk_array_create(&made, pool, x->dtype, x->rank, shape);
    const size_t bytes = inner * bk_dtype_size(x->dtype);
    for (size_t i = 0; i < index->size && status == BK_OK; i++) {
        size_t found = 0;
        status =
            bk_resolve_index(&found, "index_select", ((const int64_t *)places.data)[i], axis, x->shape[axis]);
        for (size_t o = 0; o < outer && status == BK_OK && bytes > 0; o++) {
            memcpy((char *)made.data + (o * index->size + i) * bytes,
                   (const char *)values.data + (o * x->shape[axis] + found) * bytes, bytes);
        }
    }
    if (status == BK_OK) {
        bk_array_share(y, &made);
    }
    bk_array_release(pool, &values);
    bk_array_release(pool, &places);
    bk_array_release(pool, &made);
    return status;
}

bk_status bk_backward_index_select(bk_turn *turn)
{
    const bk_edge *edge = &turn->node->edge[0];
    const unsigned axis = turn->node->parameters->axis;
    size_t outer, inner;
    extents(&outer, &inner, edge->rank, edge->shape, axis);
    bk_array index = {0}, places = {0}, from = {0}, made = {0};
    bk_status status = bk_turn_saved_as_it_is(&index, turn, BK_SLOT_SECOND);
    status = status != BK_OK ? status : bk_array_contiguous(&places, turn->pool, &index);
    status = status != BK_OK ? status : bk_array_contiguous(&from, turn->pool, &turn->gradient);
    status = status != BK_OK ? status
                             : bk_array_create(&made, turn->pool, turn->node->dtype, edge->rank, edge->shape);
    if (status == BK_OK) {
        bk_array_fill(&made, 0.0);
    }
    for (size_t i = 0; i < index.size && status == BK_OK; i++) {
        size_t found = 0;
        status = bk_resolve_index(&found, "index_select", ((const int64_t *)places.data)[i], axis,
                                  edge->shape[axis]);
        for (size_t k = 0; k < outer * inner && status == BK_OK; k++) {
            const size_t o = k / inner, j = k % inner;
            add_element(made.data, (o * edge->shape[axis] + found) * inner + j, from.data,
                        (o * index.size + i) * inner + j, made.dtype);
        }
    }
    if (status == BK_OK) {
        bk_array_share(&turn->result[0], &made);
    }
    bk_array *const all[] = {&index, &places, &from, &made};
    for (unsigned i = 0; i < sizeof all / sizeof *all; i++) {
        bk_array_release(turn->pool, all[i]);
    }
    return status;
}

/* ---- Public ---- */

static bk_tensor *by_index(bk_operation_id id, bk_tensor *a, int axis, bk_tensor *index)
{
    const char *word = bk_operations[id].word;
    unsigned place;
    if (!bk_inputs_usable(word, 2, (bk_tensor *const[2]){a, index}) ||
        !bk_resolve_axis(&place, word, a, axis)) {
        return NULL;
    }
    return bk_apply_2(id, a, index, &(bk_parameters){.axis = place});
}

bk_tensor *bk_index_select(bk_tensor *a, int axis, bk_tensor *index)
{
    return by_index(BK_OPERATION_index_select, a, axis, index);
}

bk_tensor *bk_gather(bk_tensor *a, int axis, bk_tensor *index)
{
    return by_index(BK_OPERATION_gather, a, axis, index);
}
