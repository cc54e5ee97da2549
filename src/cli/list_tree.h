/* SPDX-License-Identifier: GPL-3.0-or-later
 * cli/list_tree.h: what a listing recognises in a group, whatever the experiment. */
#ifndef BRISK_CLI_LIST_TREE_H
#define BRISK_CLI_LIST_TREE_H

#include "cli/program.h"

typedef enum bk_list_known {
    BK_LIST_NOTHING,
    BK_LIST_TRIALS,   /* what bk_trials_put leaves: mean, mcse, sd, ... */
    BK_LIST_INTERVALS /* a table of intervals, one row a method */
} bk_list_known;

/* Tells in words what is recognised in the group. */
bk_list_known bk_list_known_append(const bk_group *group, bk_text *page, const char *indent);
/* Whether that has told an attribute, or a dataset or group below it, already. */
bool bk_list_knows_attribute(bk_list_known known, const char *name);
bool bk_list_knows_child(bk_list_known known, const char *name);

#endif
