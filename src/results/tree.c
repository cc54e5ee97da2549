/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The tree itself: its groups, their names and paths, and how one finds things in it.
 */
#include "results/tree.h"

#include <stdio.h>
#include <string.h>

bk_status bk_list_append(bk_arena *arena, bk_list *list, void *item)
{
    if (list->count == list->capacity) {
        const size_t capacity = list->capacity == 0 ? 8 : 2 * list->capacity;
        void **items = bk_arena_allocate(arena, capacity, sizeof *items);
        if (items == NULL) {
            return bk_error_status();
        }
        if (list->count > 0) {
            memcpy(items, list->items, list->count * sizeof *items);
        }
        list->items = items;
        list->capacity = capacity;
    }
    list->items[list->count++] = item;
    return BK_OK;
}

bk_status bk_missing_parent(const char *what)
{
    if (bk_error_status() != BK_OK) {
        return bk_error_status();
    }
    return bk_fail(BK_INVALID, "the %s is NULL: pass one that was made or found", what);
}

const char *bk_join_path(bk_arena *arena, const char *parent, const char *name)
{
    if (strcmp(parent, "/") == 0) {
        parent = "";
    }
    const size_t bytes = strlen(parent) + 1 + strlen(name) + 1;
    char *path = bk_arena_allocate(arena, bytes, 1);
    if (path != NULL) {
        snprintf(path, bytes, "%s/%s", parent, name);
    }
    return path;
}

bk_results *bk_results_create(void)
{
    bk_arena *arena = bk_arena_create();
    if (arena == NULL) {
        return NULL;
    }
    bk_results *results = bk_arena_allocate(arena, 1, sizeof *results);
    bk_group *root = bk_arena_allocate(arena, 1, sizeof *root);
    if (results == NULL || root == NULL) {
        bk_arena_destroy(arena);
        return NULL;
    }
    results->arena = arena;
    results->root = root;
    root->results = results;
    root->name = "/";
    root->path = "/";
    return results;
}

void bk_results_destroy(bk_results *results)
{
    if (results != NULL) {
        bk_arena_destroy(results->arena);
    }
}

bk_group *bk_results_root(bk_results *results)
{
    if (results == NULL) {
        bk_missing_parent("tree of results");
        return NULL;
    }
    return results->root;
}

static bk_group *child_group(const bk_group *group, const char *name, size_t length)
{
    for (size_t i = 0; i < group->groups.count; i++) {
        bk_group *child = group->groups.items[i];
        if (strncmp(child->name, name, length) == 0 && child->name[length] == '\0') {
            return child;
        }
    }
    return NULL;
}

static bk_dataset *child_dataset(const bk_group *group, const char *name)
{
    for (size_t i = 0; i < group->datasets.count; i++) {
        bk_dataset *child = group->datasets.items[i];
        if (strcmp(child->name, name) == 0) {
            return child;
        }
    }
    return NULL;
}

const char *bk_group_holds(const bk_group *group, const char *name)
{
    if (child_group(group, name, strlen(name)) != NULL) {
        return "group";
    }
    if (child_dataset(group, name) != NULL) {
        return "dataset";
    }
    for (size_t i = 0; i < group->dimensions.count; i++) {
        const bk_dimension *dimension = group->dimensions.items[i];
        if (strcmp(dimension->name, name) == 0) {
            return "index dimension";
        }
    }
    return NULL;
}

bk_group *bk_group_make(bk_group *parent, const char *name)
{
    bk_arena *arena = parent->results->arena;
    if (bk_name_check(name, "group", parent->path) != BK_OK) {
        return NULL;
    }
    const char *holds = bk_group_holds(parent, name);
    if (holds != NULL) {
        bk_fail(BK_INVALID, "group %s: %s already has a %s of that name", name, parent->path, holds);
        return NULL;
    }
    if (parent->depth + 1 > BK_MAX_DEPTH) {
        bk_fail(BK_INVALID, "group %s in %s: groups nest at most %d deep", name, parent->path, BK_MAX_DEPTH);
        return NULL;
    }
    bk_group *group = bk_arena_allocate(arena, 1, sizeof *group);
    if (group == NULL) {
        return NULL;
    }
    group->results = parent->results;
    group->parent = parent;
    group->depth = parent->depth + 1;
    group->name = bk_arena_copy_text(arena, name);
    group->path = bk_join_path(arena, parent->path, name);
    if (group->name == NULL || group->path == NULL ||
        bk_list_append(arena, &parent->groups, group) != BK_OK) {
        return NULL;
    }
    return group;
}

/* The next part of a path into name [BK_MAX_NAME + 1]; *path moves behind it and its slash. */
static bk_status next_part(char *name, const char **path, const char *whole)
{
    const size_t length = strcspn(*path, "/");
    if (length == 0) {
        return bk_fail(BK_INVALID, "the path \"%s\" has an empty part: write it as a/b/c", whole);
    }
    if (length > BK_MAX_NAME) {
        return bk_fail(BK_INVALID, "the path \"%s\" has a part of more than %d bytes", whole, BK_MAX_NAME);
    }
    memcpy(name, *path, length);
    name[length] = '\0';
    *path += length;
    if (**path == '/') {
        (*path)++;
        if (**path == '\0') {
            return bk_fail(BK_INVALID, "the path \"%s\" ends in a slash: write it as a/b/c", whole);
        }
    }
    return BK_OK;
}

bk_group *bk_group_at(bk_group *parent, const char *path)
{
    char name[BK_MAX_NAME + 1];
    if (parent == NULL) {
        bk_missing_parent("parent group");
        return NULL;
    }
    if (path == NULL || path[0] == '\0') {
        bk_fail(BK_INVALID, "the path of a group below %s is empty", parent->path);
        return NULL;
    }
    /* All parts are looked at before the first group is made: a bad path makes none. */
    for (const char *rest = path; *rest != '\0';) {
        if (next_part(name, &rest, path) != BK_OK || bk_name_check(name, "group", parent->path) != BK_OK) {
            return NULL;
        }
    }
    bk_group *group = parent;
    for (const char *rest = path; group != NULL && *rest != '\0';) {
        if (next_part(name, &rest, path) != BK_OK) {
            return NULL;
        }
        bk_group *child = child_group(group, name, strlen(name));
        group = child != NULL ? child : bk_group_make(group, name);
    }
    return group;
}

/* Follows all groups of path but the last part, which *rest then points at; NULL where one is missing. */
static const bk_group *follow(const bk_group *group, const char *path, const char **rest)
{
    if (group == NULL || path == NULL) {
        return NULL;
    }
    for (const char *slash = strchr(path, '/'); group != NULL && slash != NULL; slash = strchr(path, '/')) {
        group = child_group(group, path, (size_t)(slash - path));
        path = slash + 1;
    }
    *rest = path;
    return group;
}

const bk_group *bk_group_find(const bk_group *parent, const char *path)
{
    const char *name = "";
    const bk_group *group = follow(parent, path, &name);
    return group != NULL ? child_group(group, name, strlen(name)) : NULL;
}

const bk_dataset *bk_dataset_find(const bk_group *parent, const char *path)
{
    const char *name = "";
    const bk_group *group = follow(parent, path, &name);
    return group != NULL ? child_dataset(group, name) : NULL;
}

size_t bk_group_group_count(const bk_group *group) { return group != NULL ? group->groups.count : 0; }

const bk_group *bk_group_child(const bk_group *group, size_t i)
{
    return i < bk_group_group_count(group) ? group->groups.items[i] : NULL;
}

size_t bk_group_dataset_count(const bk_group *group) { return group != NULL ? group->datasets.count : 0; }

const bk_dataset *bk_group_dataset(const bk_group *group, size_t i)
{
    return i < bk_group_dataset_count(group) ? group->datasets.items[i] : NULL;
}

const char *bk_group_name(const bk_group *group) { return group != NULL ? group->name : ""; }

const char *bk_group_path(const bk_group *group) { return group != NULL ? group->path : ""; }

bool bk_path_is_volatile(const char *path)
{
    return strncmp(path, "/run", 4) == 0 && (path[4] == '\0' || path[4] == '/');
}
