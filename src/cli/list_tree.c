/* SPDX-License-Identifier: GPL-3.0-or-later
 * A plain listing of any results tree: what `show` prints for experiments it does not know. */
#include <stdio.h>
#include <string.h>

#include "cli/program.h"

#define FEW_VALUES   8
#define FIRST_VALUES 3 /* of many */
#define LAST_VALUES  2

/* A text of several lines begins on a line of its own. */
static void append_text(bk_text *page, const char *indent, const char *text)
{
    if (strchr(text, '\n') == NULL) {
        bk_text_append(page, "%s", text);
        return;
    }
    while (*text != '\0') {
        const size_t length = strcspn(text, "\n");
        bk_text_append(page, length == 0 ? "\n" : "\n%s  %.*s", indent,
                       (int)(length < 10000 ? length : 10000), text);
        text += length + (text[length] == '\n');
    }
}

static void append_value(bk_text *page, bk_dtype dtype, const void *values, size_t i)
{
    switch (dtype) {
    case BK_TEXT:
        bk_text_append(page, "%s", ((const char *const *)values)[i]);
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
        bk_text_append(page, "%.9g", (double)((const float *)values)[i]);
        break;
    default:
        bk_text_append(page, "%.10g", ((const double *)values)[i]);
        break;
    }
}

void bk_append_attribute(const bk_group *group, const char *name, bk_text *page)
{
    for (size_t i = 0; i < bk_group_attribute_count(group); i++) {
        const bk_attribute attribute = bk_group_attribute(group, i);
        if (strcmp(attribute.name, name) == 0) {
            append_value(page, attribute.dtype, attribute.values, 0);
            return;
        }
    }
    bk_text_append(page, "unknown");
}

static void append_attribute(bk_text *page, const char *indent, bk_attribute attribute)
{
    const size_t count = attribute.length == 0 ? 1 : attribute.length;
    bk_text_append(page, "%s@%s =", indent, attribute.name);
    for (size_t i = 0; i < count && i < FEW_VALUES; i++) {
        bk_text_append(page, " ");
        append_value(page, attribute.dtype, attribute.values, i);
    }
    if (count > FEW_VALUES) {
        bk_text_append(page, " ... (%zu in all)", count);
    }
    bk_text_append(page, "\n");
}

static void append_values(bk_text *page, const char *indent, const bk_dataset *dataset, size_t first,
                          size_t end)
{
    const void *values = bk_dataset_values(dataset);
    for (size_t i = first; i < end; i++) {
        bk_text_append(page, " ");
        if (bk_dataset_dtype(dataset) == BK_TEXT) {
            append_text(page, indent, ((const char *const *)values)[i]);
        } else {
            append_value(page, bk_dataset_dtype(dataset), values, i);
        }
    }
}

static void append_dataset(bk_text *page, const char *indent, const bk_dataset *dataset)
{
    const size_t size = bk_dataset_size(dataset);
    bk_text_append(page, "%s%s [", indent, bk_dataset_name(dataset));
    for (size_t axis = 0; axis < bk_dataset_rank(dataset); axis++) {
        bk_text_append(page, "%s%s %zu", axis == 0 ? "" : ", ", bk_dataset_axis(dataset, axis),
                       bk_dataset_shape(dataset)[axis]);
    }
    bk_text_append(page, "] %s", bk_dtype_name(bk_dataset_dtype(dataset)));
    const bool few = size <= FEW_VALUES;
    if (few || bk_dataset_rank(dataset) == 1) {
        bk_text_append(page, ":");
        append_values(page, indent, dataset, 0, few ? size : FIRST_VALUES);
    }
    if (!few && bk_dataset_rank(dataset) == 1) {
        bk_text_append(page, " ...");
        append_values(page, indent, dataset, size - LAST_VALUES, size);
    }
    bk_text_append(page, "\n");
}

static void list_group(const bk_group *group, bk_text *page, int depth)
{
    char indent[64];
    (void)snprintf(indent, sizeof indent, "%*s", depth > 30 ? 60 : 2 * depth, "");
    for (size_t i = 0; i < bk_group_attribute_count(group); i++) {
        append_attribute(page, indent, bk_group_attribute(group, i));
    }
    for (size_t i = 0; i < bk_group_dataset_count(group); i++) {
        append_dataset(page, indent, bk_group_dataset(group, i));
    }
    for (size_t i = 0; i < bk_group_group_count(group); i++) {
        const bk_group *child = bk_group_child(group, i);
        bk_text_append(page, "%s%s/\n", indent, bk_group_name(child));
        list_group(child, page, depth + 1);
    }
}

void bk_list_tree(const bk_group *group, bk_text *page) { list_group(group, page, 0); }
