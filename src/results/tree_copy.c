/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Copies a part of a tree into another place or tree. Items are copied in their order, so that the copy is
 * written to the same bytes.
 */
#include "results/tree.h"

#include <string.h>

static bk_status copy_attributes(bk_arena *arena, bk_list *to, const char *path, const bk_list *from)
{
    for (size_t i = 0; i < from->count; i++) {
        const bk_attribute *attribute = from->items[i];
        BK_TRY(bk_attribute_set(arena, to, path, attribute->name, attribute->dtype, attribute->length,
                                attribute->values));
    }
    return BK_OK;
}

static bk_status copy_dataset(bk_group *to, const bk_dataset *from)
{
    bk_field field = {.name = from->name,
                      .dtype = from->dtype,
                      .rank = from->rank,
                      .unit = "",
                      .long_name = "copied below"};
    for (size_t axis = 0; axis < from->rank; axis++) {
        field.axes[axis] = from->dimensions[axis]->name;
    }
    bk_dataset *copy = bk_group_add(to, &field, from->shape, from->values);
    if (copy == NULL) {
        return bk_error_status();
    }
    copy->attributes.count = 0;
    return copy_attributes(to->results->arena, &copy->attributes, copy->path, &from->attributes);
}

static bk_status copy_item(bk_group *to, const bk_item *item)
{
    if (item->dataset != NULL) {
        return copy_dataset(to, item->dataset);
    }
    const bk_dimension *dimension = item->dimension;
    return bk_dimension_make(to, dimension->name, dimension->length, NULL) == NULL ? bk_error_status()
                                                                                   : BK_OK;
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
    BK_TRY(copy_attributes(to->results->arena, &to->attributes, to->path, &from->attributes));
    for (size_t i = 0; i < from->items.count; i++) {
        BK_TRY(copy_item(to, from->items.items[i]));
    }
    for (size_t i = 0; i < from->groups.count; i++) {
        const bk_group *group = from->groups.items[i];
        bk_group *child = bk_group_make(to, group->name);
        if (child == NULL) {
            return bk_error_status();
        }
        BK_TRY(bk_group_copy(child, group));
    }
    return BK_OK;
}
