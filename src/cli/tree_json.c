/* SPDX-License-Identifier: GPL-3.0-or-later
 * A results tree as one JSON object, written as it is walked: jansson escapes the texts, and no tree of JSON
 * values stands in memory beside the results. */
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cli/export.h"

/* Integers up to here are exact in every JSON reader. */
#define MOST_EXACT ((uint64_t)1 << 53)

/* ---- Texts and numbers ---- */

static int take_bytes(const char *bytes, size_t count, void *sink)
{
    bk_sink_bytes(sink, bytes, count);
    return 0;
}

/* Plain ASCII: control characters of somebody else's file, C1 among them, never reach a terminal. */
static void put_string(bk_sink *sink, const char *text)
{
    json_t *string = json_string(text);
    if (string == NULL ||
        json_dump_callback(string, take_bytes, sink, JSON_ENCODE_ANY | JSON_ENSURE_ASCII) != 0) {
        if (sink->status == BK_OK) {
            sink->status = bk_fail(BK_MEMORY, "no memory for a JSON text");
        }
    }
    json_decref(string);
}

/* A real keeps its point, so that a reader does not take it for an integer. */
static void put_real(bk_sink *sink, double value, const char *shortest)
{
    if (isnan(value)) {
        bk_sink_text(sink, "null");
    } else if (isinf(value)) {
        bk_sink_text(sink, value > 0.0 ? "\"inf\"" : "\"-inf\"");
    } else {
        bk_sink_text(sink, shortest);
        bk_sink_text(sink, strpbrk(shortest, ".e") == NULL ? ".0" : "");
    }
}

static void put_integer(bk_sink *sink, const char *digits, bool quoted)
{
    bk_sink_text(sink, quoted ? "\"" : "");
    bk_sink_text(sink, digits);
    bk_sink_text(sink, quoted ? "\"" : "");
}

static void put_value(bk_sink *sink, bk_dtype dtype, const void *values, size_t i, bool quoted)
{
    char digits[BK_NUMBER_BYTES];
    switch (dtype) {
    case BK_TEXT:
        put_string(sink, ((const char *const *)values)[i]);
        return;
    case BK_F64:
        (void)bk_shortest_real(digits, ((const double *)values)[i]);
        put_real(sink, ((const double *)values)[i], digits);
        return;
    case BK_F32:
        (void)bk_shortest_real_f32(digits, ((const float *)values)[i]);
        put_real(sink, (double)((const float *)values)[i], digits);
        return;
    case BK_U64:
        (void)bk_decimal_unsigned(digits, ((const uint64_t *)values)[i]);
        break;
    case BK_I64:
        (void)bk_decimal_integer(digits, ((const int64_t *)values)[i]);
        break;
    case BK_U32:
        (void)bk_decimal_unsigned(digits, ((const uint32_t *)values)[i]);
        break;
    case BK_I32:
        (void)bk_decimal_integer(digits, ((const int32_t *)values)[i]);
        break;
    default:
        (void)bk_decimal_unsigned(digits, ((const uint8_t *)values)[i]);
        break;
    }
    put_integer(sink, digits, quoted);
}

/* Whether some of the integers need more digits than a JSON number can be trusted with. */
static bool beyond_exact(bk_dtype dtype, const void *values, size_t count)
{
    for (size_t i = 0; i < count && (dtype == BK_U64 || dtype == BK_I64); i++) {
        const int64_t value = ((const int64_t *)values)[i];
        const uint64_t size = dtype == BK_I64 && value < 0 ? -(uint64_t)value : (uint64_t)value;
        if (size > MOST_EXACT) {
            return true;
        }
    }
    return false;
}

/* ---- Attributes ---- */

static void put_attribute(bk_sink *sink, bk_attribute attribute)
{
    const size_t count = attribute.length == 0 ? 1 : attribute.length;
    const bool quoted = beyond_exact(attribute.dtype, attribute.values, count) ||
                        (attribute.dtype == BK_U64 && strcmp(attribute.name, "seed") == 0);
    put_string(sink, attribute.name);
    bk_sink_text(sink, attribute.length == 0 ? ": " : ": [");
    for (size_t i = 0; i < count; i++) {
        bk_sink_text(sink, i == 0 ? "" : ", ");
        put_value(sink, attribute.dtype, attribute.values, i, quoted);
    }
    bk_sink_text(sink, attribute.length == 0 ? "" : "]");
}

/* units and long_name are keys of the dataset itself. */
static bool is_lifted(bk_attribute attribute)
{
    return attribute.dtype == BK_TEXT && attribute.length == 0 &&
           (strcmp(attribute.name, "units") == 0 || strcmp(attribute.name, "long_name") == 0);
}

static void put_dataset_attributes(bk_sink *sink, const bk_dataset *dataset)
{
    bool first = true;
    bk_sink_text(sink, "\"attributes\": {");
    for (size_t i = 0; i < bk_dataset_attribute_count(dataset); i++) {
        const bk_attribute attribute = bk_dataset_attribute(dataset, i);
        if (!is_lifted(attribute)) {
            bk_sink_text(sink, first ? "" : ", ");
            put_attribute(sink, attribute);
            first = false;
        }
    }
    bk_sink_text(sink, "}");
}

/* ---- Datasets ---- */

/* Values first to end - 1 as a flat list. */
static void put_flat(bk_sink *sink, const bk_dataset *dataset, size_t first, size_t end, bool quoted)
{
    bk_sink_text(sink, "[");
    for (size_t i = first; i < end && sink->status == BK_OK; i++) {
        bk_sink_text(sink, i == first ? "" : ", ");
        put_value(sink, bk_dataset_dtype(dataset), bk_dataset_values(dataset), i, quoted);
    }
    bk_sink_text(sink, "]");
}

/* Nested lists: those of axis below, beginning with value first. */
static void put_nested(bk_sink *sink, const bk_dataset *dataset, size_t axis, size_t first, bool quoted)
{
    const size_t rank = bk_dataset_rank(dataset);
    const size_t *shape = bk_dataset_shape(dataset);
    size_t below = 1;
    for (size_t a = axis + 1; a < rank; a++) {
        below *= shape[a]; /* a factor of the dataset's size */
    }
    if (bk_dataset_size(dataset) == 0) {
        /* Of no values there may be any number of lists, and the shape stands beside. */
        bk_sink_text(sink, "[]");
        return;
    }
    if (axis + 1 >= rank) {
        put_flat(sink, dataset, first, first + shape[axis], quoted);
        return;
    }
    bk_sink_text(sink, "[");
    for (size_t i = 0; i < shape[axis] && sink->status == BK_OK; i++) {
        bk_sink_text(sink, i == 0 ? "" : ", ");
        put_nested(sink, dataset, axis + 1, first + i * below, quoted);
    }
    bk_sink_text(sink, "]");
}

/* Of whole numbers too where a double cannot tell them apart. */
static bool is_less(bk_dtype dtype, const bk_dataset *dataset, size_t a, size_t b)
{
    const void *values = bk_dataset_values(dataset);
    if (dtype == BK_U64) {
        return ((const uint64_t *)values)[a] < ((const uint64_t *)values)[b];
    }
    if (dtype == BK_I64) {
        return ((const int64_t *)values)[a] < ((const int64_t *)values)[b];
    }
    return bk_dataset_real(dataset, a) < bk_dataset_real(dataset, b);
}

static void put_extremes(bk_sink *sink, const bk_dataset *dataset)
{
    const void *values = bk_dataset_values(dataset);
    const bk_dtype dtype = bk_dataset_dtype(dataset);
    size_t least = SIZE_MAX, most = SIZE_MAX;
    for (size_t i = 0; i < bk_dataset_size(dataset); i++) {
        if (isnan(bk_dataset_real(dataset, i))) {
            continue;
        }
        least = least == SIZE_MAX || is_less(dtype, dataset, i, least) ? i : least;
        most = most == SIZE_MAX || is_less(dtype, dataset, most, i) ? i : most;
    }
    const bool quoted = beyond_exact(dtype, values, bk_dataset_size(dataset));
    const size_t place[2] = {least, most};
    for (size_t end = 0; end < 2; end++) {
        bk_sink_text(sink, end == 0 ? ", \"minimum\": " : ", \"maximum\": ");
        if (place[end] == SIZE_MAX) {
            bk_sink_text(sink, "null");
        } else {
            put_value(sink, dtype, values, place[end], quoted);
        }
    }
}

static void put_values(bk_sink *sink, const bk_dataset *dataset, size_t whole)
{
    const size_t size = bk_dataset_size(dataset);
    const bool quoted = beyond_exact(bk_dataset_dtype(dataset), bk_dataset_values(dataset), size);
    bk_sink_text(sink, "\"values\": ");
    if (size > whole) {
        bk_sink_text(sink, "null, \"first\": ");
        put_flat(sink, dataset, 0, size < BK_JSON_ENDS ? size : BK_JSON_ENDS, quoted);
        bk_sink_text(sink, ", \"last\": ");
        put_flat(sink, dataset, size < BK_JSON_ENDS ? 0 : size - BK_JSON_ENDS, size, quoted);
        if (bk_dataset_dtype(dataset) != BK_TEXT) {
            put_extremes(sink, dataset);
        }
    } else if (bk_dataset_rank(dataset) == 0) {
        put_value(sink, bk_dataset_dtype(dataset), bk_dataset_values(dataset), 0, quoted);
    } else {
        put_nested(sink, dataset, 0, 0, quoted);
    }
}

static void put_axes(bk_sink *sink, const bk_dataset *dataset)
{
    bk_sink_text(sink, "\"shape\": [");
    for (size_t axis = 0; axis < bk_dataset_rank(dataset); axis++) {
        bk_sink_print(sink, "%s%zu", axis == 0 ? "" : ", ", bk_dataset_shape(dataset)[axis]);
    }
    bk_sink_text(sink, "], \"axes\": [");
    for (size_t axis = 0; axis < bk_dataset_rank(dataset); axis++) {
        bk_sink_text(sink, axis == 0 ? "" : ", ");
        put_string(sink, bk_dataset_axis(dataset, axis));
    }
    bk_sink_text(sink, "], \"coordinates\": [");
    for (size_t axis = 0; axis < bk_dataset_rank(dataset); axis++) {
        const bk_dataset *coordinate = bk_dataset_coordinate(dataset, axis);
        bk_sink_text(sink, axis == 0 ? "" : ", ");
        if (coordinate == NULL) {
            bk_sink_text(sink, "null");
        } else {
            put_string(sink, bk_dataset_path(coordinate));
        }
    }
    bk_sink_text(sink, "], ");
}

static void put_dataset(bk_sink *sink, const bk_dataset *dataset, size_t whole)
{
    bk_sink_print(sink, "{\"type\": \"%s\", ", bk_dtype_name(bk_dataset_dtype(dataset)));
    put_axes(sink, dataset);
    bk_sink_text(sink, "\"units\": ");
    put_string(sink, bk_dataset_unit(dataset));
    bk_sink_text(sink, ", \"long_name\": ");
    put_string(sink, bk_dataset_long_name(dataset));
    bk_sink_text(sink, ", ");
    put_dataset_attributes(sink, dataset);
    bk_sink_text(sink, ", ");
    put_values(sink, dataset, whole);
    bk_sink_text(sink, "}");
}

/* ---- Groups ---- */

static void indent(bk_sink *sink, int depth) { bk_sink_print(sink, "\n%*s", 2 * depth, ""); }

/* The end of a list of things that stand on lines of their own. */
static void end_list(bk_sink *sink, size_t count, int depth)
{
    if (count > 0) {
        indent(sink, depth);
    }
    bk_sink_text(sink, "}");
}

static void put_group(bk_sink *sink, const bk_group *group, size_t whole, int depth)
{
    const size_t attributes = bk_group_attribute_count(group), datasets = bk_group_dataset_count(group),
                 groups = bk_group_group_count(group);
    bk_sink_text(sink, "{");
    indent(sink, depth + 1);
    bk_sink_text(sink, "\"attributes\": {");
    for (size_t i = 0; i < attributes; i++) {
        bk_sink_text(sink, i == 0 ? "" : ",");
        indent(sink, depth + 2);
        put_attribute(sink, bk_group_attribute(group, i));
    }
    end_list(sink, attributes, depth + 1);
    bk_sink_text(sink, ",");
    indent(sink, depth + 1);
    bk_sink_text(sink, "\"datasets\": {");
    for (size_t i = 0; i < datasets && sink->status == BK_OK; i++) {
        bk_sink_text(sink, i == 0 ? "" : ",");
        indent(sink, depth + 2);
        put_string(sink, bk_dataset_name(bk_group_dataset(group, i)));
        bk_sink_text(sink, ": ");
        put_dataset(sink, bk_group_dataset(group, i), whole);
    }
    end_list(sink, datasets, depth + 1);
    bk_sink_text(sink, ",");
    indent(sink, depth + 1);
    bk_sink_text(sink, "\"groups\": {");
    for (size_t i = 0; i < groups && sink->status == BK_OK; i++) {
        bk_sink_text(sink, i == 0 ? "" : ",");
        indent(sink, depth + 2);
        put_string(sink, bk_group_name(bk_group_child(group, i)));
        bk_sink_text(sink, ": ");
        put_group(sink, bk_group_child(group, i), whole, depth + 2);
    }
    end_list(sink, groups, depth + 1);
    indent(sink, depth);
    bk_sink_text(sink, "}");
}

bk_status bk_tree_json(bk_sink *sink, const bk_group *root, size_t whole)
{
    put_group(sink, root, whole, 0);
    bk_sink_text(sink, "\n");
    return sink->status;
}
