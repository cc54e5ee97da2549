/* SPDX-License-Identifier: GPL-3.0-or-later
 * cli/method_list.h: the interval methods that --method names. */
#ifndef BRISK_CLI_METHOD_LIST_H
#define BRISK_CLI_METHOD_LIST_H

#include "brisk/stats.h"

typedef struct bk_method_list {
    size_t methods[BK_METHOD_COUNT]; /* rows of the table of methods */
    bool of_set[BK_METHOD_COUNT];    /* it came with a set such as "all" and not by its name */
    size_t count;
} bk_method_list;

/* Adds one. What is there already stays once; BK_INVALID where it was named twice, sets apart. */
bk_status bk_method_list_add(bk_method_list *list, size_t method, bool of_set);
/* Adds the method of that name; BK_INVALID names the nearest. */
bk_status bk_method_list_add_name(bk_method_list *list, const char *name);

#endif
