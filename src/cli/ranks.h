/* SPDX-License-Identifier: GPL-3.0-or-later
 * cli/ranks.h: a run on several processes that a launcher started together. */
#ifndef BRISK_CLI_RANKS_H
#define BRISK_CLI_RANKS_H

#include "cli/run_request.h"

/* Joins the processes of a launcher where this brisk can. */
bk_status bk_ranks_join(void);
/* BK_UNSUPPORTED where a launcher started several processes that cannot know of each other: they would all
 * write the same file. Shards may: each has a file of its own. */
bk_status bk_ranks_check(const bk_run_request *request);
/* Whether this process speaks and writes for all. */
bool bk_ranks_first(void);
#endif
