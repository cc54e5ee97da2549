/* SPDX-License-Identifier: GPL-3.0-or-later
 * cli/replay_table.h: a replayed trial as CSV. */
#ifndef BRISK_CLI_REPLAY_TABLE_H
#define BRISK_CLI_REPLAY_TABLE_H

#include "brisk/results.h"

/* Appends a group of columns of one length as CSV: a header line, then a line a row; a column of rank 2
 * becomes name0, name1, ... Numbers have the digits that bring them back; NaN is an empty cell. */
bk_status bk_replay_table(bk_text *csv, const bk_group *group);
/* The table that is asked for, or (name NULL) what describes the trial best; BK_INVALID names all. */
bk_status bk_replay_table_find(const bk_group **table, const bk_group *root, const char *name);
/* "output, point, interval" */
void bk_replay_tables(bk_text *names, const bk_group *root);
/* Writes text to path, whole or not at all; force: where there is a file already, too. */
bk_status bk_replay_write(const char *path, const bk_text *text, bool force);

#endif
