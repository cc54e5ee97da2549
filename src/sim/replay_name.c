/* SPDX-License-Identifier: GPL-3.0-or-later
 * What a replay is asked for, judged by the file alone: experiments train before they come to their trials.
 */
#include <string.h>

#include "sim/check.h"

/* Names of the file, a simulation's first. */
typedef struct name_list {
    const char **names; /* [count]; the tree's */
    size_t count, capacity;
    const char *wanted;
    bool found;
} name_list;

static bk_status add_name(name_list *list, const char *name)
{
    if (list->count == list->capacity) {
        const size_t capacity = list->capacity == 0 ? 64 : 2 * list->capacity;
        const char **grown =
            bk_reallocate((void *)list->names, list->capacity, capacity, sizeof *list->names);
        if (grown == NULL) {
            return bk_error_status();
        }
        list->names = grown;
        list->capacity = capacity;
    }
    list->names[list->count++] = name;
    return BK_OK;
}

/* The name of an output may be several steps of a path. */
static void look_for(name_list *list, const char *path)
{
    const size_t length = strlen(path), end = strlen(list->wanted);
    list->found = list->found || (length > end && path[length - end - 1] == '/' &&
                                  strcmp(path + length - end, list->wanted) == 0);
}

/* Groups that no experiment puts there. */
static bool is_own(const char *path)
{
    return strcmp(path, "/run") == 0 || strcmp(path, "/config") == 0 || strcmp(path, "/simulation") == 0;
}

/* What a trial gives leaves a group or a dataset of its name. */
static bk_status add_below(name_list *list, const bk_group *group)
{
    for (size_t i = 0; i < bk_group_dataset_count(group); i++) {
        look_for(list, bk_dataset_path(bk_group_dataset(group, i)));
    }
    for (size_t i = 0; i < bk_group_group_count(group); i++) {
        const bk_group *child = bk_group_child(group, i);
        if (is_own(bk_group_path(child))) {
            continue;
        }
        look_for(list, bk_group_path(child));
        BK_TRY(add_name(list, bk_group_name(child)));
        BK_TRY(add_below(list, child));
    }
    return BK_OK;
}

static bk_status refuse(const name_list *list, size_t simulations)
{
    const char *nearest = bk_nearest_name(list->wanted, list->names, list->count);
    if (nearest != NULL) {
        return bk_fail(BK_INVALID, "--name: there is no '%s'; did you mean '%s'?", list->wanted, nearest);
    }
    bk_text known = {0};
    for (size_t i = 0; i < simulations; i++) {
        bk_text_append(&known, "%s%s", i == 0 ? "" : ", ", list->names[i]);
    }
    const bk_status status =
        bk_fail(BK_INVALID,
                "--name: there is no '%s'; the file has %s, and of what their trials give nothing "
                "of this name",
                list->wanted, bk_text_string(&known));
    bk_text_clear(&known);
    return status;
}

/* That no name could help, or which are to be chosen from. */
static bk_status check_unnamed(const bk_group *simulations)
{
    const size_t count = simulations == NULL ? 0 : bk_group_group_count(simulations);
    if (count == 0) {
        return bk_fail(BK_INVALID, "the file holds no trials");
    }
    bk_text known = {0};
    for (size_t i = 0; i < count; i++) {
        bk_text_append(&known, "%s%s", i == 0 ? "" : ", ", bk_group_name(bk_group_child(simulations, i)));
    }
    const bk_status status =
        count == 1 ? BK_OK : bk_fail(BK_INVALID, "--name: which of %s?", bk_text_string(&known));
    bk_text_clear(&known);
    return status;
}

bk_status bk_replay_check_name(const bk_results *file, const char *name)
{
    const bk_group *root = bk_results_root((bk_results *)file);
    const bk_group *simulations = bk_group_find(root, "simulation");
    const size_t count = simulations == NULL ? 0 : bk_group_group_count(simulations);
    if (name == NULL || count == 0) {
        return check_unnamed(simulations);
    }
    name_list list = {.wanted = name};
    bk_status status = BK_OK;
    for (size_t i = 0; status == BK_OK && i < count; i++) {
        const char *simulation = bk_group_name(bk_group_child(simulations, i));
        list.found = list.found || strcmp(simulation, name) == 0;
        status = add_name(&list, simulation);
    }
    if (status == BK_OK) {
        status = add_below(&list, root);
    }
    if (status == BK_OK && !list.found) {
        status = refuse(&list, count);
    }
    bk_free((void *)list.names);
    return status;
}
