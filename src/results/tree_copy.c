/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Copies a part of a tree into another place or tree. Items are copied in their order, so that the copy is
 * written to the same bytes.
 */
#include "results/tree.h"

#include <string.h>

/* The digest of a dataset belongs to the file that it was read from: the next writer makes its own, behind
 * all other attributes. */
static bk_status copy_attributes(bk_arena *arena, bk_list *to, const char *path, const bk_list *from,
                                 bool of_dataset)
{
    for (size_t i = 0; i < from->count; i++) {
        const bk_attribute *attribute = from->items[i];
        if (of_dataset && strcmp(attribute->name, "digest") == 0) {
            continue;
        }
        BK_TRY(bk_attribute_set(arena, to, path, attribute->name, attribute->dtype, attribute->length,
                                attribute->values));
    }
    return BK_OK;
}

/* Where the copy begins: an axis of a dataset below may stand for something above. */
typedef struct copying {
    bk_group *to;
    const bk_group *from;
} copying;

static bool is_inside(const bk_group *group, const char *path)
{
    const size_t length = group->parent == NULL ? 0 : strlen(group->path);
    return strncmp(path, group->path, length) == 0 && path[length] == '/';
}

/* An axis that stands for something above what is copied does so in the copy too: whoever copies the copy
 * back then finds the dimension above again, and no twin of it inside. */
static bk_status place_axes(const copying *top, const bk_group *to, const bk_dataset *from)
{
    bk_group *above = top->to->parent;
    for (size_t axis = 0; axis < from->rank && above != NULL; axis++) {
        const bk_dimension *dimension = from->dimensions[axis];
        if (!is_inside(top->from, dimension->path) && bk_dimension_find(to, dimension->name) == NULL &&
            bk_group_holds(above, dimension->name) == NULL &&
            bk_dimension_make(above, dimension->name, dimension->length, NULL) == NULL) {
            return bk_error_status();
        }
    }
    return BK_OK;
}

static bk_status copy_dataset(const copying *top, bk_group *to, const bk_dataset *from)
{
    bk_field field = {.name = from->name,
                      .dtype = from->dtype,
                      .rank = from->rank,
                      .unit = "",
                      .long_name = "copied below"};
    for (size_t axis = 0; axis < from->rank; axis++) {
        field.axes[axis] = from->dimensions[axis]->name;
    }
    BK_TRY(place_axes(top, to, from));
    bk_dataset *copy = bk_group_add(to, &field, from->shape, from->values);
    if (copy == NULL) {
        return bk_error_status();
    }
    copy->attributes.count = 0;
    return copy_attributes(to->results->arena, &copy->attributes, copy->path, &from->attributes, true);
}

static bk_status copy_item(const copying *top, bk_group *to, const bk_item *item)
{
    if (item->dataset != NULL) {
        return copy_dataset(top, to, item->dataset);
    }
    const bk_dimension *dimension = item->dimension;
    return bk_dimension_make(to, dimension->name, dimension->length, NULL) == NULL ? bk_error_status()
                                                                                   : BK_OK;
}

static bk_status copy_group(const copying *top, bk_group *to, const bk_group *from)
{
    BK_TRY(copy_attributes(to->results->arena, &to->attributes, to->path, &from->attributes, false));
    for (size_t i = 0; i < from->items.count; i++) {
        BK_TRY(copy_item(top, to, from->items.items[i]));
    }
    for (size_t i = 0; i < from->groups.count; i++) {
        const bk_group *group = from->groups.items[i];
        bk_group *child = bk_group_make(to, group->name);
        if (child == NULL) {
            return bk_error_status();
        }
        BK_TRY(copy_group(top, child, group));
    }
    return BK_OK;
}

bk_status bk_group_copy(bk_group *to, const bk_group *from)
{
    if (to == NULL || from == NULL) {
        return bk_missing_parent("group to copy");
    }
    if (to->items.count + to->groups.count + to->attributes.count > 0) {
        return bk_fail(BK_INVALID, "group %s is not empty, so %s is not copied into it", to->path,
                       from->path);
    }
    const copying top = {to, from};
    return copy_group(&top, to, from);
}
