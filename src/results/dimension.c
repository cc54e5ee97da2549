/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Dimensions: what the name of an axis stands for. One rule: the nearest group upwards that has a
 * coordinate or an index of that name decides; where there is none, an index is made in the group of the
 * dataset. Two axes of equal length but different names are thus different dimensions.
 */
#include "results/tree.h"

#include <string.h>

bk_dimension *bk_dimension_find(const bk_group *group, const char *name)
{
    for (; group != NULL; group = group->parent) {
        for (size_t i = 0; i < group->dimensions.count; i++) {
            bk_dimension *dimension = group->dimensions.items[i];
            if (strcmp(dimension->name, name) == 0) {
                return dimension;
            }
        }
    }
    return NULL;
}

bk_dimension *bk_dimension_make(bk_group *group, const char *name, size_t length, bk_dataset *coordinate)
{
    bk_arena *arena = group->results->arena;
    bk_dimension *dimension = bk_arena_allocate(arena, 1, sizeof *dimension);
    if (dimension == NULL) {
        return NULL;
    }
    dimension->name = bk_arena_copy_text(arena, name);
    dimension->path = bk_join_path(arena, group->path, name);
    dimension->length = length;
    dimension->coordinate = coordinate;
    if (dimension->name == NULL || dimension->path == NULL) {
        return NULL;
    }
    if (coordinate == NULL) {
        bk_item *item = bk_arena_allocate(arena, 1, sizeof *item);
        if (item == NULL) {
            return NULL;
        }
        item->dimension = dimension;
        if (bk_list_append(arena, &group->items, item) != BK_OK) {
            return NULL;
        }
    }
    return bk_list_append(arena, &group->dimensions, dimension) == BK_OK ? dimension : NULL;
}
