/* SPDX-License-Identifier: GPL-3.0-or-later
 * Which datasets share a CSV file, and how the files and their columns are called.
 *
 * The datasets of a group that lie along the same axes are one table. A coordinate is a column of every table
 * along its axis, and a table of its own only where there is no other. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "cli/export.h"

/* Of a file's name before ".csv"; file systems take 255 bytes. */
#define LONGEST_STEM 150

/* ---- Tables ---- */

/* Axes of one name may still be two: a group's own, and one of a group above. */
static bool same_axes(const bk_dataset *a, const bk_dataset *b)
{
    bool same = bk_dataset_rank(a) == bk_dataset_rank(b);
    for (size_t axis = 0; same && axis < bk_dataset_rank(a); axis++) {
        same = strcmp(bk_dataset_axis(a, axis), bk_dataset_axis(b, axis)) == 0 &&
               bk_dataset_shape(a)[axis] == bk_dataset_shape(b)[axis] &&
               bk_dataset_coordinate(a, axis) == bk_dataset_coordinate(b, axis);
    }
    return same;
}

static bool is_coordinate(const bk_dataset *dataset)
{
    return bk_dataset_rank(dataset) == 1 && bk_dataset_coordinate(dataset, 0) == dataset;
}

static bk_status add_to_table(bk_export_plan *plan, size_t begin, const bk_group *group,
                              const bk_dataset *dataset)
{
    bk_export_table *table = NULL;
    for (size_t i = begin; i < plan->count && table == NULL; i++) {
        table = same_axes(plan->tables[i].first, dataset) ? &plan->tables[i] : NULL;
    }
    if (table == NULL) {
        table = &plan->tables[plan->count++];
        table->group = group;
        table->first = dataset;
        table->columns =
            bk_arena_allocate(plan->arena, bk_group_dataset_count(group), sizeof *table->columns);
        if (table->columns == NULL) {
            return bk_error_status();
        }
    }
    if (!is_coordinate(dataset)) {
        table->columns[table->count++] = dataset;
    }
    return BK_OK;
}

/* Whether another table of the group tells the values of the coordinate that is all that table has. */
static bool is_told_elsewhere(const bk_export_plan *plan, size_t begin, const bk_export_table *table)
{
    for (size_t i = begin; table->count == 0 && i < plan->count; i++) {
        const bk_export_table *other = &plan->tables[i];
        for (size_t axis = 0; other->count > 0 && axis < bk_dataset_rank(other->first); axis++) {
            if (bk_dataset_coordinate(other->first, axis) == table->first &&
                bk_dataset_size(other->first) > 0) {
                return true;
            }
        }
    }
    return false;
}

static bk_status add_tables(bk_export_plan *plan, const bk_group *group)
{
    const size_t begin = plan->count;
    for (size_t i = 0; i < bk_group_dataset_count(group); i++) {
        if (bk_group_dataset(group, i) != plan->config) {
            BK_TRY(add_to_table(plan, begin, group, bk_group_dataset(group, i)));
        }
    }
    size_t kept = begin;
    for (size_t i = begin; i < plan->count; i++) {
        if (!is_told_elsewhere(plan, begin, &plan->tables[i])) {
            const bk_export_table table = plan->tables[i];
            plan->tables[i] = plan->tables[kept];
            plan->tables[kept++] = table;
        }
    }
    plan->count = kept;
    for (size_t i = 0; i < bk_group_group_count(group); i++) {
        BK_TRY(add_tables(plan, bk_group_child(group, i)));
    }
    return BK_OK;
}

/* ---- Names of files ---- */

static bool is_plain(char letter)
{
    return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
           (letter >= '0' && letter <= '9') || letter == '_' || letter == '-' || letter == '.';
}

static void append_plain(bk_text *stem, const char *text)
{
    bk_text_append(stem, "%s", bk_text_string(stem)[0] == '\0' ? "" : "_");
    for (const char *c = text; *c != '\0'; c++) {
        bk_text_append(stem, "%c", is_plain(*c) ? *c : '_');
    }
}

/* "network_tanh_500_loss": the group, and where it has more than one table the only dataset, or the axes. */
static void append_stem(bk_text *stem, const bk_export_table *table, bool alone)
{
    const char *path = bk_group_path(table->group);
    if (path[strspn(path, "/")] != '\0') {
        append_plain(stem, path + strspn(path, "/"));
    }
    if (alone) {
        return;
    }
    if (table->count == 1 && bk_dataset_rank(table->first) > 0) {
        append_plain(stem, bk_dataset_name(table->columns[0]));
        return;
    }
    for (size_t axis = 0; axis < bk_dataset_rank(table->first); axis++) {
        append_plain(stem, bk_dataset_axis(table->first, axis));
    }
}

static bool is_taken(const bk_export_plan *plan, size_t before, const char *file)
{
    static const char *const ours[] = {"index.csv", "attributes.csv"};
    for (size_t i = 0; i < sizeof ours / sizeof ours[0]; i++) {
        if (strcasecmp(file, ours[i]) == 0) {
            return true;
        }
    }
    for (size_t i = 0; i < before; i++) {
        if (strcasecmp(file, plan->tables[i].file) == 0) {
            return true;
        }
    }
    return false;
}

/* A file that begins with "." is hidden, one with "-" looks like an option. */
static const char *before_stem(const char *stem)
{
    return stem[0] == '\0' ? "results" : stem[0] == '.' || stem[0] == '-' ? "_" : "";
}

static bk_status name_table(bk_export_plan *plan, size_t i)
{
    bk_export_table *table = &plan->tables[i];
    const bool alone = (i == 0 || plan->tables[i - 1].group != table->group) &&
                       (i + 1 == plan->count || plan->tables[i + 1].group != table->group);
    char name[LONGEST_STEM + 64];
    bk_text stem = {0};
    append_stem(&stem, table, alone);
    const char *text = bk_text_string(&stem);
    (void)snprintf(name, sizeof name, "%s%.*s.csv", before_stem(text), LONGEST_STEM, text);
    for (size_t again = 2; is_taken(plan, i, name); again++) {
        (void)snprintf(name, sizeof name, "%s%.*s_%zu.csv", before_stem(text), LONGEST_STEM, text, again);
    }
    bk_status status = bk_text_status(&stem);
    bk_text_clear(&stem);
    BK_TRY(status);
    table->file = bk_arena_copy_text(plan->arena, name);
    return table->file == NULL ? bk_error_status() : BK_OK;
}

/* ---- Names of columns ---- */

static const char *plain_column(const bk_export_table *table, size_t i)
{
    const size_t rank = bk_dataset_rank(table->first);
    return i < rank ? bk_dataset_axis(table->first, i) : bk_dataset_name(table->columns[i - rank]);
}

const char *bk_export_column(char *out, const bk_export_table *table, size_t i)
{
    size_t before = 0; /* columns of that name further left */
    for (size_t j = 0; j < i; j++) {
        before += strcmp(plain_column(table, j), plain_column(table, i)) == 0;
    }
    if (before == 0) {
        (void)snprintf(out, BK_COLUMN_BYTES, "%s", plain_column(table, i));
    } else {
        (void)snprintf(out, BK_COLUMN_BYTES, "%s (%zu)", plain_column(table, i), before + 1);
    }
    return out;
}

/* ---- The plan ---- */

static size_t count_datasets(const bk_group *group)
{
    size_t count = bk_group_dataset_count(group);
    for (size_t i = 0; i < bk_group_group_count(group); i++) {
        count += count_datasets(bk_group_child(group, i));
    }
    return count;
}

bk_status bk_export_plan_make(bk_export_plan *plan, const bk_group *root)
{
    *plan = (bk_export_plan){.arena = bk_arena_create()};
    if (plan->arena == NULL) {
        return bk_error_status();
    }
    const bk_dataset *config = bk_dataset_find(root, "config/text");
    const bool text = config != NULL && bk_dataset_rank(config) == 0 && bk_dataset_dtype(config) == BK_TEXT;
    plan->config = text ? config : NULL;
    /* No more tables than datasets. */
    plan->tables = bk_arena_allocate(plan->arena, count_datasets(root) + 1, sizeof *plan->tables);
    if (plan->tables == NULL) {
        return bk_error_status();
    }
    BK_TRY(add_tables(plan, root));
    for (size_t i = 0; i < plan->count; i++) {
        BK_TRY(name_table(plan, i));
    }
    return BK_OK;
}

void bk_export_plan_clear(bk_export_plan *plan)
{
    bk_arena_destroy(plan->arena);
    *plan = (bk_export_plan){0};
}
