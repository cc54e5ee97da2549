/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Attributes of groups and datasets: small facts beside the data.
 */
#include "results/tree.h"

#include <math.h>
#include <string.h>

bool bk_attribute_reserved(const char *name)
{
    static const char *const reserved[] = {"CLASS",
                                           "NAME",
                                           "REFERENCE_LIST",
                                           "DIMENSION_LIST",
                                           "DIMENSION_LABELS",
                                           "_Netcdf4Dimid",
                                           "_Netcdf4Coordinates"};
    for (size_t i = 0; i < sizeof reserved / sizeof reserved[0]; i++) {
        if (strcmp(name, reserved[i]) == 0) {
            return true;
        }
    }
    return false;
}

static bk_attribute *find(const bk_list *attributes, const char *name)
{
    for (size_t i = 0; i < attributes->count; i++) {
        bk_attribute *attribute = attributes->items[i];
        if (strcmp(attribute->name, name) == 0) {
            return attribute;
        }
    }
    return NULL;
}

const bk_attribute *bk_attribute_find(const bk_list *attributes, const char *name)
{
    return find(attributes, name);
}

static const void *copy_value(bk_arena *arena, bk_dtype dtype, size_t length, const void *values)
{
    const size_t count = length == 0 ? 1 : length;
    if (dtype == BK_TEXT) {
        return bk_copy_texts(arena, values, count);
    }
    const size_t size = bk_dtype_size(dtype);
    void *copy = bk_arena_allocate(arena, count, size);
    if (copy != NULL) {
        memcpy(copy, values, count * size);
        bk_unify_nan(dtype, copy, count);
    }
    return copy;
}

bk_status bk_attribute_set(bk_arena *arena, bk_list *attributes, const char *path, const char *name,
                           bk_dtype dtype, size_t length, const void *values)
{
    BK_TRY(bk_name_check(name, "attribute", path));
    if (bk_attribute_reserved(name)) {
        return bk_fail(BK_INVALID, "attribute %s of %s: HDF5 and netCDF keep that name for themselves", name,
                       path);
    }
    if (length > BK_MAX_ATTRIBUTE_LENGTH) {
        return bk_fail(BK_INVALID,
                       "attribute %s of %s has %zu values, at most %d are possible: make it a dataset", name,
                       path, length, BK_MAX_ATTRIBUTE_LENGTH);
    }
    if (dtype == BK_TEXT) {
        const char *text = *(const char *const *)values;
        if (text == NULL) {
            return bk_fail(BK_INVALID, "attribute %s of %s is NULL: \"\" is the empty text", name, path);
        }
        if (strlen(text) > BK_MAX_ATTRIBUTE_TEXT) {
            return bk_fail(
                BK_INVALID,
                "attribute %s of %s has %zu bytes, at most %d are possible: make it a text dataset", name,
                path, strlen(text), BK_MAX_ATTRIBUTE_TEXT);
        }
    }
    const void *copy = copy_value(arena, dtype, length, values);
    if (copy == NULL) {
        return bk_error_status();
    }
    bk_attribute *attribute = find(attributes, name);
    if (attribute == NULL) {
        attribute = bk_arena_allocate(arena, 1, sizeof *attribute);
        const char *own_name = bk_arena_copy_text(arena, name);
        if (attribute == NULL || own_name == NULL) {
            return bk_error_status();
        }
        attribute->name = own_name;
        BK_TRY(bk_list_append(arena, attributes, attribute));
    }
    attribute->dtype = dtype;
    attribute->length = length;
    attribute->values = copy;
    return BK_OK;
}

void bk_attribute_move(bk_list *attributes, const char *name, bool to_end)
{
    for (size_t i = 0; i < attributes->count; i++) {
        void *moved = attributes->items[i];
        if (strcmp(((bk_attribute *)moved)->name, name) != 0) {
            continue;
        }
        if (to_end) {
            const size_t after = attributes->count - 1 - i;
            memmove(&attributes->items[i], &attributes->items[i + 1], after * sizeof moved);
            attributes->items[attributes->count - 1] = moved;
        } else {
            memmove(&attributes->items[1], &attributes->items[0], i * sizeof moved);
            attributes->items[0] = moved;
        }
        return;
    }
}

/* ---- Setting ----------------------------------------------------------------------------------------- */

static bk_status set_of_group(bk_group *group, const char *name, bk_dtype dtype, size_t length,
                              const void *values)
{
    if (group == NULL) {
        return bk_missing_parent("group of an attribute");
    }
    return bk_attribute_set(group->results->arena, &group->attributes, group->path, name, dtype, length,
                            values);
}

static bk_status set_of_dataset(bk_dataset *dataset, const char *name, bk_dtype dtype, size_t length,
                                const void *values)
{
    if (dataset == NULL) {
        return bk_missing_parent("dataset of an attribute");
    }
    return bk_attribute_set(dataset->group->results->arena, &dataset->attributes, dataset->path, name, dtype,
                            length, values);
}

bk_status bk_group_set_text(bk_group *group, const char *name, const char *value)
{
    return set_of_group(group, name, BK_TEXT, 0, &value);
}

bk_status bk_group_set_real(bk_group *group, const char *name, double value)
{
    return set_of_group(group, name, BK_F64, 0, &value);
}

bk_status bk_group_set_integer(bk_group *group, const char *name, int64_t value)
{
    return set_of_group(group, name, BK_I64, 0, &value);
}

bk_status bk_group_set_unsigned(bk_group *group, const char *name, uint64_t value)
{
    return set_of_group(group, name, BK_U64, 0, &value);
}

bk_status bk_group_set_flag(bk_group *group, const char *name, bool value)
{
    const uint8_t flag = value ? 1 : 0;
    return set_of_group(group, name, BK_U8, 0, &flag);
}

bk_status bk_dataset_set_text(bk_dataset *dataset, const char *name, const char *value)
{
    return set_of_dataset(dataset, name, BK_TEXT, 0, &value);
}

bk_status bk_dataset_set_real(bk_dataset *dataset, const char *name, double value)
{
    return set_of_dataset(dataset, name, BK_F64, 0, &value);
}

bk_status bk_dataset_set_integer(bk_dataset *dataset, const char *name, int64_t value)
{
    return set_of_dataset(dataset, name, BK_I64, 0, &value);
}

bk_status bk_dataset_set_codes(bk_dataset *dataset, const char *const *meanings, size_t count)
{
    uint8_t values[BK_MAX_CODES];
    bk_text text = {0};
    if (dataset == NULL) {
        return bk_missing_parent("dataset of an attribute");
    }
    if (meanings == NULL || count == 0 || count > BK_MAX_CODES) {
        return bk_fail(BK_INVALID, "dataset %s: a code has 1 to %d meanings, not %zu", dataset->path,
                       BK_MAX_CODES, count);
    }
    if (dataset->dtype != BK_U8) {
        return bk_fail(BK_DTYPE, "dataset %s holds %s, codes are u8", dataset->path,
                       bk_dtype_name(dataset->dtype));
    }
    for (size_t i = 0; i < count; i++) {
        if (meanings[i] == NULL || meanings[i][0] == '\0' || strpbrk(meanings[i], " \t\n") != NULL) {
            bk_text_clear(&text);
            return bk_fail(BK_INVALID, "dataset %s: meaning %zu must be one word", dataset->path, i);
        }
        values[i] = (uint8_t)i;
        bk_text_append(&text, "%s%s", i == 0 ? "" : " ", meanings[i]);
    }
    bk_status status = bk_text_status(&text);
    if (status == BK_OK) {
        status = set_of_dataset(dataset, "flag_values", BK_U8, count, values);
    }
    if (status == BK_OK) {
        status = bk_dataset_set_text(dataset, "flag_meanings", bk_text_string(&text));
    }
    bk_text_clear(&text);
    return status;
}

/* ---- Reading ------------------------------------------------------------------------------------------ */

static bk_attribute at(const bk_list *attributes, size_t i)
{
    const bk_attribute none = {.name = "", .dtype = BK_DTYPE_COUNT};
    return attributes != NULL && i < attributes->count ? *(const bk_attribute *)attributes->items[i] : none;
}

size_t bk_group_attribute_count(const bk_group *group) { return group != NULL ? group->attributes.count : 0; }

bk_attribute bk_group_attribute(const bk_group *group, size_t i)
{
    return at(group != NULL ? &group->attributes : NULL, i);
}

size_t bk_dataset_attribute_count(const bk_dataset *dataset)
{
    return dataset != NULL ? dataset->attributes.count : 0;
}

bk_attribute bk_dataset_attribute(const bk_dataset *dataset, size_t i)
{
    return at(dataset != NULL ? &dataset->attributes : NULL, i);
}

static double real_of(const bk_attribute *attribute)
{
    if (attribute == NULL) {
        return NAN;
    }
    switch (attribute->dtype) {
    case BK_F32:
        return (double)*(const float *)attribute->values;
    case BK_F64:
        return *(const double *)attribute->values;
    case BK_I32:
        return (double)*(const int32_t *)attribute->values;
    case BK_I64:
        return (double)*(const int64_t *)attribute->values;
    case BK_U8:
        return (double)*(const uint8_t *)attribute->values;
    case BK_U32:
        return (double)*(const uint32_t *)attribute->values;
    case BK_U64:
        return (double)*(const uint64_t *)attribute->values;
    case BK_TEXT:
    case BK_DTYPE_COUNT:
        break;
    }
    return NAN;
}

static const char *text_of(const bk_attribute *attribute)
{
    return attribute != NULL && attribute->dtype == BK_TEXT ? *(const char *const *)attribute->values : NULL;
}

double bk_group_real(const bk_group *group, const char *name)
{
    return group != NULL && name != NULL ? real_of(find(&group->attributes, name)) : NAN;
}

const char *bk_group_text(const bk_group *group, const char *name)
{
    return group != NULL && name != NULL ? text_of(find(&group->attributes, name)) : NULL;
}

bool bk_group_unsigned(uint64_t *value, const bk_group *group, const char *name)
{
    const bk_attribute *attribute = group != NULL && name != NULL ? find(&group->attributes, name) : NULL;
    if (attribute == NULL || attribute->dtype != BK_U64 || attribute->length > 0) {
        return false;
    }
    *value = *(const uint64_t *)attribute->values;
    return true;
}

const char *bk_dataset_unit(const bk_dataset *dataset)
{
    const char *unit = dataset != NULL ? text_of(find(&dataset->attributes, "units")) : NULL;
    return unit != NULL ? unit : "";
}

const char *bk_dataset_long_name(const bk_dataset *dataset)
{
    const char *long_name = dataset != NULL ? text_of(find(&dataset->attributes, "long_name")) : NULL;
    return long_name != NULL ? long_name : "";
}
