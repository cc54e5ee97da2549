/* SPDX-License-Identifier: GPL-3.0-or-later
 * A listing of any results tree: what `show` prints for experiments that have no page of their own. What
 * every experiment may leave, summaries of trials and tables of intervals, is told in words (list_known.c).
 */
#define _GNU_SOURCE
#include "cli/list_tree.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define FEW_VALUES   8
#define FIRST_VALUES 3 /* of many */
#define LAST_VALUES  2
#define WIDTH        100

/* ---- Values ---- */

/* Bytes since the line began. */
static size_t column_of(const bk_text *page)
{
    const char *text = bk_text_string(page), *end = memrchr(text, '\n', page->length);
    return end == NULL ? page->length : page->length - (size_t)(end + 1 - text);
}

/* A text of several lines, or too long for the line, begins on a line of its own. */
static void append_text(bk_text *page, const char *indent, const char *text)
{
    char deeper[80];
    if (strchr(text, '\n') == NULL && column_of(page) + strlen(text) <= WIDTH) {
        bk_text_append(page, "%s", text);
        return;
    }
    (void)snprintf(deeper, sizeof deeper, "%s    ", indent);
    while (*text != '\0') {
        const size_t length = strcspn(text, "\n");
        bk_text_append(page, "\n");
        if (strlen(deeper) + length <= WIDTH) {
            bk_text_append(page, "%s%.*s", length == 0 ? "" : deeper, (int)length, text);
        } else {
            bk_text part = {0}, lines = {0};
            bk_text_append(&part, "%.*s", (int)(length < 10000 ? length : 10000), text);
            bk_text_append_paragraph(&lines, deeper, WIDTH - strlen(deeper), bk_text_string(&part));
            const char *wrapped = bk_text_string(&lines);
            bk_text_append(page, "%.*s", (int)(strlen(wrapped) > 0 ? strlen(wrapped) - 1 : 0), wrapped);
            bk_text_clear(&part);
            bk_text_clear(&lines);
        }
        text += length + (text[length] == '\n');
    }
}

static void append_real(bk_text *page, double value, int digits)
{
    if (isnan(value)) {
        bk_text_append(page, "-"); /* never a bare nan: there is no value */
    } else {
        bk_text_append(page, "%.*g", digits, value);
    }
}

static void append_value(bk_text *page, const char *indent, bk_dtype dtype, const void *values, size_t i)
{
    switch (dtype) {
    case BK_TEXT:
        append_text(page, indent, ((const char *const *)values)[i]);
        break;
    case BK_U64:
        bk_text_append(page, "%llu", (unsigned long long)((const uint64_t *)values)[i]);
        break;
    case BK_I64:
        bk_text_append(page, "%lld", (long long)((const int64_t *)values)[i]);
        break;
    case BK_U32:
        bk_text_append(page, "%u", ((const uint32_t *)values)[i]);
        break;
    case BK_I32:
        bk_text_append(page, "%d", ((const int32_t *)values)[i]);
        break;
    case BK_U8:
        bk_text_append(page, "%u", ((const uint8_t *)values)[i]);
        break;
    case BK_F32:
        append_real(page, (double)((const float *)values)[i], 9);
        break;
    default:
        append_real(page, ((const double *)values)[i], 10);
        break;
    }
}

void bk_append_attribute(const bk_group *group, const char *name, bk_text *page)
{
    for (size_t i = 0; i < bk_group_attribute_count(group); i++) {
        const bk_attribute attribute = bk_group_attribute(group, i);
        if (strcmp(attribute.name, name) == 0) {
            append_value(page, "", attribute.dtype, attribute.values, 0);
            return;
        }
    }
    bk_text_append(page, "unknown");
}

/* ---- Attributes and datasets ---- */

static void append_attribute(bk_text *page, const char *indent, bk_attribute attribute)
{
    const size_t count = attribute.length == 0 ? 1 : attribute.length;
    bk_text_append(page, "%s%s =", indent, attribute.name);
    for (size_t i = 0; i < count && i < FEW_VALUES; i++) {
        bk_text_append(page, " ");
        append_value(page, indent, attribute.dtype, attribute.values, i);
    }
    if (count > FEW_VALUES) {
        bk_text_append(page, " ... (%zu in all)", count);
    }
    bk_text_append(page, "\n");
}

static void append_values(bk_text *page, const char *indent, const bk_dataset *dataset, size_t first,
                          size_t end)
{
    for (size_t i = first; i < end; i++) {
        bk_text_append(page, " ");
        append_value(page, indent, bk_dataset_dtype(dataset), bk_dataset_values(dataset), i);
    }
}

/* Least and greatest of a table whose values do not fit on the page. */
static void append_extremes(bk_text *page, const bk_dataset *dataset)
{
    double least = INFINITY, greatest = -INFINITY;
    for (size_t i = 0; i < bk_dataset_size(dataset); i++) {
        const double value = bk_dataset_real(dataset, i);
        least = value < least ? value : least;
        greatest = value > greatest ? value : greatest;
    }
    if (least <= greatest) {
        bk_text_append(page, " from %.10g to %.10g", least, greatest);
    }
}

/* "loss [epoch 1000] f64, 1: 0.69 0.68 0.66 ... 0.12 0.12", and below it what it is. */
static void append_dataset(bk_text *page, const char *indent, const bk_dataset *dataset)
{
    const size_t size = bk_dataset_size(dataset), rank = bk_dataset_rank(dataset);
    const char *unit = bk_dataset_unit(dataset), *what = bk_dataset_long_name(dataset);
    bk_text_append(page, "%s%s [", indent, bk_dataset_name(dataset));
    for (size_t axis = 0; axis < rank; axis++) {
        bk_text_append(page, "%s%s %zu", axis == 0 ? "" : ", ", bk_dataset_axis(dataset, axis),
                       bk_dataset_shape(dataset)[axis]);
    }
    bk_text_append(page, "] %s", bk_dtype_name(bk_dataset_dtype(dataset)));
    if (unit[0] != '\0' && strcmp(unit, "1") != 0) {
        bk_text_append(page, " in %s", unit);
    }
    const bool few = size <= FEW_VALUES;
    bk_text_append(page, ":");
    if (few || rank == 1) {
        append_values(page, indent, dataset, 0, few ? size : FIRST_VALUES);
    }
    if (!few && rank == 1) {
        bk_text_append(page, " ...");
        append_values(page, indent, dataset, size - LAST_VALUES, size);
    } else if (!few) {
        append_extremes(page, dataset);
    }
    bk_text_append(page, "\n");
    if (what[0] != '\0') {
        char deeper[80];
        (void)snprintf(deeper, sizeof deeper, "%s    ", indent);
        bk_text_append(page, "%s(%s)\n", deeper, what);
    }
}

/* ---- Groups ---- */

/* What stands in the header of the page, and digests of blocks, which are for programs. */
static bool is_left_out(const bk_group *group, const char *name)
{
    static const char *const told[] = {
        "format",     "format_version", "brisk_version", "git_commit", "git_dirty", "seed", "rng",
        "transforms", "digest",         "experiment",    "complete",   "config",    "run"};
    const char *path = bk_group_path(group);
    if (strncmp(path, "/simulation/", 12) == 0) {
        return strcmp(name, "block_digest") == 0;
    }
    bool found = false;
    for (size_t i = 0; strcmp(path, "/") == 0 && i < sizeof told / sizeof told[0]; i++) {
        found = found || strcmp(told[i], name) == 0;
    }
    return found && bk_group_text(group, "experiment") != NULL;
}

static void list_group(const bk_group *group, bk_text *page, int depth)
{
    char indent[64];
    (void)snprintf(indent, sizeof indent, "%*s", depth > 20 ? 40 : 2 * depth, "");
    bk_list_known known = bk_list_known_append(group, page, indent);
    for (size_t i = 0; i < bk_group_attribute_count(group); i++) {
        const bk_attribute attribute = bk_group_attribute(group, i);
        if (!is_left_out(group, attribute.name) && !bk_list_knows_attribute(known, attribute.name)) {
            append_attribute(page, indent, attribute);
        }
    }
    for (size_t i = 0; i < bk_group_dataset_count(group); i++) {
        const char *name = bk_dataset_name(bk_group_dataset(group, i));
        if (!is_left_out(group, name) && !bk_list_knows_child(known, name)) {
            append_dataset(page, indent, bk_group_dataset(group, i));
        }
    }
    for (size_t i = 0; i < bk_group_group_count(group); i++) {
        const bk_group *child = bk_group_child(group, i);
        if (!is_left_out(group, bk_group_name(child)) && !bk_list_knows_child(known, bk_group_name(child))) {
            bk_text_append(page, "%s%s/\n", indent, bk_group_name(child));
            list_group(child, page, depth + 1);
        }
    }
}

void bk_list_tree(const bk_group *group, bk_text *page) { list_group(group, page, 0); }
