/* SPDX-License-Identifier: GPL-3.0-or-later
 * cli/export.h: a results tree as JSON, and as a folder of CSV tables. */
#ifndef BRISK_CLI_EXPORT_H
#define BRISK_CLI_EXPORT_H

#include "brisk/results.h"
#include "cli/sink.h"

/* ---- JSON (tree_json.c) ---- */

/* Writes the whole tree below root as one object:
 *     group   = {"attributes": {NAME: value}, "datasets": {NAME: dataset}, "groups": {NAME: group}}
 *     dataset = {"type", "shape", "axes", "coordinates", "units", "long_name", "attributes", "values"}
 * values is nested as the shape says, a plain value of rank 0. A dataset of more than whole values has null
 * there instead, then "first" and "last" (BK_JSON_ENDS values each, flat) and, of numbers, "minimum" and
 * "maximum". NaN is null, an infinity "inf" or "-inf"; integers are strings throughout a dataset that has
 * some beyond 2^53, and so is every attribute named seed. Memory: that of the sink. */
#define BK_JSON_ENDS 5
bk_status bk_tree_json(bk_sink *sink, const bk_group *root, size_t whole);

/* ---- Which datasets share a table (export_plan.c) ---- */

/* One CSV file: the datasets of a group that lie along the same axes. */
typedef struct bk_export_table {
    const bk_group *group;
    const char *file;           /* "network_tanh_500_interval.csv" */
    const bk_dataset *first;    /* its axes and shape are the table's */
    const bk_dataset **columns; /* [count], without the coordinates of the axes */
    size_t count;
} bk_export_table;

typedef struct bk_export_plan {
    bk_arena *arena;
    bk_export_table *tables;
    size_t count;
    const bk_dataset *config; /* /config/text, which becomes config.ini; NULL: none */
} bk_export_plan;

/* Names are safe: letters, digits, "_", "-" and ".", none of them twice whatever the case of its letters.
 * Cleared with bk_export_plan_clear, also after a failure. */
bk_status bk_export_plan_make(bk_export_plan *plan, const bk_group *root);
void bk_export_plan_clear(bk_export_plan *plan);

/* The name of column i of a table, coordinates of axes first; no name comes twice. out [BK_COLUMN_BYTES]. */
#define BK_COLUMN_BYTES 300
const char *bk_export_column(char *out, const bk_export_table *table, size_t i);

/* ---- Tables as CSV (export_csv.c) ---- */

void bk_export_table_csv(bk_sink *sink, const bk_export_table *table);
void bk_export_index_csv(bk_sink *sink, const bk_export_plan *plan);
void bk_export_attributes_csv(bk_sink *sink, const bk_group *root);
void bk_export_readme(bk_sink *sink, const bk_export_plan *plan, const bk_group *root);
/* The first line of README.txt, by which an earlier export is known, and what stands before the name of each
 * file in it. */
#define BK_EXPORT_TITLE "An export of a brisk results file"
#define BK_EXPORT_ITEM  "- "

/* ---- The folder (export_folder.c) ---- */

/* Whether path can become the folder of an export: it is not there, or empty, or (force) an earlier export
 * that nothing else was put into. BK_FILE with a message otherwise. */
bk_status bk_export_check_folder(const char *path, bool force);
/* Writes the folder: PATH.part under a lock, every file synced, then the name. */
bk_status bk_export_folder(const bk_group *root, const char *path, bool force);

#endif
