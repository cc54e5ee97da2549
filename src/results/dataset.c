/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Datasets of the tree: adding one (with the rules of its axes) and looking into it.
 */
#include "results/tree.h"

#include <math.h>
#include <string.h>

void bk_unify_nan(bk_dtype dtype, void *values, size_t count)
{
    /* The sign and payload of a NaN differ between compilers and instruction sets; in a file it has one
     * pattern, written as bits because the NAN macro promises none. */
    static const uint32_t quiet32 = UINT32_C(0x7fc00000);
    static const uint64_t quiet64 = UINT64_C(0x7ff8000000000000);
    if (dtype == BK_F32) {
        float *reals = values;
        for (size_t i = 0; i < count; i++) {
            if (isnan(reals[i])) {
                memcpy(&reals[i], &quiet32, sizeof quiet32);
            }
        }
    } else if (dtype == BK_F64) {
        double *reals = values;
        for (size_t i = 0; i < count; i++) {
            if (isnan(reals[i])) {
                memcpy(&reals[i], &quiet64, sizeof quiet64);
            }
        }
    }
}

/* ---- Adding ------------------------------------------------------------------------------------------ */

bk_dataset *bk_dataset_adopt(bk_group *group, const char *name, bk_dtype dtype, size_t rank,
                             const size_t *shape, bk_dimension *const *dimensions, void *values)
{
    bk_arena *arena = group->results->arena;
    bk_dataset *dataset = bk_arena_allocate(arena, 1, sizeof *dataset);
    bk_item *item = bk_arena_allocate(arena, 1, sizeof *item);
    if (dataset == NULL || item == NULL) {
        return NULL;
    }
    dataset->group = group;
    dataset->name = bk_arena_copy_text(arena, name);
    dataset->path = bk_join_path(arena, group->path, name);
    if (dataset->name == NULL || dataset->path == NULL) {
        return NULL;
    }
    dataset->dtype = dtype;
    dataset->rank = rank;
    dataset->size = 1;
    dataset->coordinate = rank == 1 && dimensions == NULL;
    for (size_t axis = 0; axis < rank; axis++) {
        dataset->shape[axis] = shape[axis];
        dataset->size *= shape[axis];
        dataset->dimensions[axis] =
            dataset->coordinate ? bk_dimension_make(group, name, shape[axis], dataset) : dimensions[axis];
        if (dataset->dimensions[axis] == NULL) {
            return NULL;
        }
    }
    dataset->values = values;
    item->dataset = dataset;
    if (bk_list_append(arena, &group->items, item) != BK_OK ||
        bk_list_append(arena, &group->datasets, dataset) != BK_OK) {
        return NULL;
    }
    return dataset;
}

static bk_status check_field(const bk_group *group, const bk_field *field)
{
    if (field == NULL) {
        return bk_fail(BK_INVALID, "a dataset of %s has no description (field is NULL)", group->path);
    }
    BK_TRY(bk_name_check(field->name, "dataset", group->path));
    const char *holds = bk_group_holds(group, field->name);
    if (holds != NULL) {
        return bk_fail(BK_INVALID, "dataset %s: %s already has a%s %s of that name%s", field->name,
                       group->path, holds[0] == 'i' ? "n" : "", holds,
                       holds[0] == 'i' ? "; a coordinate must be added before the datasets along it" : "");
    }
    if ((int)field->dtype < 0 || field->dtype >= BK_DTYPE_COUNT) {
        return bk_fail(BK_INVALID, "dataset %s in %s: unknown data type %d", field->name, group->path,
                       (int)field->dtype);
    }
    if (field->rank > BK_MAX_AXES) {
        return bk_fail(BK_INVALID, "dataset %s in %s: %zu axes, at most %d are possible", field->name,
                       group->path, field->rank, BK_MAX_AXES);
    }
    if (field->unit == NULL || field->long_name == NULL || field->long_name[0] == '\0') {
        return bk_fail(BK_INVALID, "dataset %s in %s needs a unit (\"\" for text) and a long name",
                       field->name, group->path);
    }
    return BK_OK;
}

static bk_status check_axes(bool *coordinate, const bk_group *group, const bk_field *field)
{
    *coordinate = false;
    for (size_t axis = 0; axis < field->rank; axis++) {
        BK_TRY(bk_name_check(field->axes[axis], "axis", field->name));
        if (strcmp(field->axes[axis], field->name) == 0) {
            if (field->rank != 1) {
                return bk_fail(BK_INVALID,
                               "dataset %s in %s has an axis of its own name, which makes it a "
                               "coordinate; a coordinate has one axis, not %zu",
                               field->name, group->path, field->rank);
            }
            *coordinate = true;
        }
        for (size_t other = 0; other < axis; other++) {
            if (strcmp(field->axes[axis], field->axes[other]) == 0) {
                return bk_fail(BK_INVALID,
                               "dataset %s in %s has two axes named %s: give them different names",
                               field->name, group->path, field->axes[axis]);
            }
        }
    }
    return BK_OK;
}

/* The dimensions that exist already (NULL for those that must be made); changes nothing. */
static bk_status find_dimensions(bk_dimension **dimensions, const bk_group *group, const bk_field *field,
                                 const size_t *shape)
{
    for (size_t axis = 0; axis < field->rank; axis++) {
        const char *name = field->axes[axis];
        bk_dimension *dimension = bk_dimension_find(group, name);
        dimensions[axis] = dimension;
        if (dimension != NULL && dimension->length != shape[axis]) {
            return bk_fail(BK_SHAPE,
                           "dataset %s in %s has %zu entries along axis %s, but the %s %s has length %zu",
                           field->name, group->path, shape[axis], name,
                           dimension->coordinate != NULL ? "coordinate" : "index dimension", dimension->path,
                           dimension->length);
        }
        const char *holds = dimension == NULL ? bk_group_holds(group, name) : NULL;
        if (holds != NULL) {
            return bk_fail(
                BK_INVALID,
                "dataset %s: its axis %s cannot become an index dimension of %s, where a %s has that "
                "name (a coordinate is a dataset whose one axis bears its own name)",
                field->name, name, group->path, holds);
        }
    }
    return BK_OK;
}

/* A copy of the values in the arena; count elements. */
static void *copy_values(bk_arena *arena, const char *path, const bk_field *field, const void *values,
                         size_t count)
{
    if (values == NULL && count > 0) {
        bk_fail(BK_INVALID, "dataset %s in %s has no values (NULL)", field->name, path);
        return NULL;
    }
    if (field->dtype == BK_TEXT) {
        const char *const *texts = values;
        for (size_t i = 0; i < count; i++) {
            if (texts[i] == NULL) {
                bk_fail(BK_INVALID, "dataset %s in %s: text %zu is NULL", field->name, path, i);
                return NULL;
            }
        }
        return bk_copy_texts(arena, texts, count);
    }
    const size_t size = bk_dtype_size(field->dtype);
    void *copy = bk_arena_allocate(arena, count == 0 ? 1 : count, size);
    if (copy != NULL && count > 0) {
        memcpy(copy, values, count * size);
        bk_unify_nan(field->dtype, copy, count);
    }
    return copy;
}

bk_dataset *bk_group_add(bk_group *group, const bk_field *field, const size_t *shape, const void *values)
{
    bk_dimension *dimensions[BK_MAX_AXES] = {NULL};
    bool coordinate = false;
    if (group == NULL) {
        bk_missing_parent("group of a dataset");
        return NULL;
    }
    if (check_field(group, field) != BK_OK || check_axes(&coordinate, group, field) != BK_OK) {
        return NULL;
    }
    if (shape == NULL && field->rank > 0) {
        bk_fail(BK_INVALID, "dataset %s in %s has %zu axes and no shape", field->name, group->path,
                field->rank);
        return NULL;
    }
    size_t count = 1;
    for (size_t axis = 0; axis < field->rank; axis++) {
        if (!bk_multiply_sizes(&count, count, shape[axis])) {
            bk_fail(BK_OVERFLOW, "dataset %s in %s: the product of its axis lengths is too large",
                    field->name, group->path);
            return NULL;
        }
    }
    if (!coordinate && find_dimensions(dimensions, group, field, shape) != BK_OK) {
        return NULL;
    }
    void *copy = copy_values(group->results->arena, group->path, field, values, count);
    if (copy == NULL) {
        return NULL;
    }
    for (size_t axis = 0; axis < field->rank && !coordinate; axis++) {
        if (dimensions[axis] == NULL) {
            dimensions[axis] = bk_dimension_make(group, field->axes[axis], shape[axis], NULL);
            if (dimensions[axis] == NULL) {
                return NULL;
            }
        }
    }
    bk_dataset *dataset = bk_dataset_adopt(group, field->name, field->dtype, field->rank, shape,
                                           coordinate ? NULL : dimensions, copy);
    if (dataset == NULL ||
        (field->unit[0] != '\0' && bk_dataset_set_text(dataset, "units", field->unit) != BK_OK) ||
        bk_dataset_set_text(dataset, "long_name", field->long_name) != BK_OK) {
        return NULL;
    }
    return dataset;
}

/* ---- Reading ------------------------------------------------------------------------------------------ */

const char *bk_dataset_name(const bk_dataset *dataset) { return dataset != NULL ? dataset->name : ""; }

const char *bk_dataset_path(const bk_dataset *dataset) { return dataset != NULL ? dataset->path : ""; }

bk_dtype bk_dataset_dtype(const bk_dataset *dataset)
{
    return dataset != NULL ? dataset->dtype : BK_DTYPE_COUNT;
}

size_t bk_dataset_rank(const bk_dataset *dataset) { return dataset != NULL ? dataset->rank : 0; }

const size_t *bk_dataset_shape(const bk_dataset *dataset) { return dataset != NULL ? dataset->shape : NULL; }

size_t bk_dataset_size(const bk_dataset *dataset) { return dataset != NULL ? dataset->size : 0; }

const void *bk_dataset_values(const bk_dataset *dataset) { return dataset != NULL ? dataset->values : NULL; }

const char *bk_dataset_axis(const bk_dataset *dataset, size_t axis)
{
    return axis < bk_dataset_rank(dataset) ? dataset->dimensions[axis]->name : NULL;
}

const bk_dataset *bk_dataset_coordinate(const bk_dataset *dataset, size_t axis)
{
    return axis < bk_dataset_rank(dataset) ? dataset->dimensions[axis]->coordinate : NULL;
}

double bk_dataset_real(const bk_dataset *dataset, size_t i)
{
    if (i >= bk_dataset_size(dataset)) {
        return NAN;
    }
    const void *values = dataset->values;
    switch (dataset->dtype) {
    case BK_F32:
        return (double)((const float *)values)[i];
    case BK_F64:
        return ((const double *)values)[i];
    case BK_I32:
        return (double)((const int32_t *)values)[i];
    case BK_I64:
        return (double)((const int64_t *)values)[i];
    case BK_U8:
        return (double)((const uint8_t *)values)[i];
    case BK_U32:
        return (double)((const uint32_t *)values)[i];
    case BK_U64:
        return (double)((const uint64_t *)values)[i];
    case BK_TEXT:
    case BK_DTYPE_COUNT:
        break;
    }
    return NAN;
}

const char *bk_dataset_text(const bk_dataset *dataset, size_t i)
{
    if (i >= bk_dataset_size(dataset) || dataset->dtype != BK_TEXT) {
        return NULL;
    }
    return ((const char *const *)dataset->values)[i];
}
