/* SPDX-License-Identifier: GPL-3.0-or-later
 * A replayed trial as CSV. */
#include "cli/replay_table.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/sink.h"

#define MOST_COLUMNS 4096

/* ---- Cells ---- */

static void append_real(bk_text *csv, double value)
{
    char digits[BK_NUMBER_BYTES];
    if (!isnan(value)) {
        (void)bk_shortest_real(digits, value);
        bk_text_append(csv, "%s", digits);
    }
}

/* With the digits that bring back the float, not those of its double. */
static void append_float(bk_text *csv, float value)
{
    char digits[BK_NUMBER_BYTES];
    if (!isnan(value)) {
        (void)bk_shortest_real_f32(digits, value);
        bk_text_append(csv, "%s", digits);
    }
}

static void append_text(bk_text *csv, const char *text)
{
    if (strpbrk(text, ",\"\n\r") == NULL) {
        bk_text_append(csv, "%s", text);
        return;
    }
    bk_text_append(csv, "\"");
    for (const char *c = text; *c != '\0'; c++) {
        bk_text_append(csv, *c == '"' ? "\"\"" : "%c", *c);
    }
    bk_text_append(csv, "\"");
}

static void append_cell(bk_text *csv, const bk_dataset *dataset, size_t i)
{
    const void *values = bk_dataset_values(dataset);
    switch (bk_dataset_dtype(dataset)) {
    case BK_TEXT:
        append_text(csv, bk_dataset_text(dataset, i));
        break;
    case BK_U64:
        bk_text_append(csv, "%llu", (unsigned long long)((const uint64_t *)values)[i]);
        break;
    case BK_I64:
        bk_text_append(csv, "%lld", (long long)((const int64_t *)values)[i]);
        break;
    case BK_F32:
        append_float(csv, ((const float *)values)[i]);
        break;
    default:
        append_real(csv, bk_dataset_real(dataset, i));
        break;
    }
}

/* ---- A table ---- */

static size_t width_of(const bk_dataset *dataset)
{
    return bk_dataset_rank(dataset) == 1 ? 1 : bk_dataset_shape(dataset)[1];
}

static bool is_column(const bk_dataset *dataset, size_t rows)
{
    const size_t rank = bk_dataset_rank(dataset);
    return (rank == 1 || (rank == 2 && bk_dataset_shape(dataset)[1] <= MOST_COLUMNS)) &&
           bk_dataset_shape(dataset)[0] == rows;
}

static size_t rows_of(const bk_group *group)
{
    const bk_dataset *first = bk_group_dataset_count(group) == 0 ? NULL : bk_group_dataset(group, 0);
    return first == NULL || bk_dataset_rank(first) == 0 ? 0 : bk_dataset_shape(first)[0];
}

static void append_header(bk_text *csv, const bk_group *group, size_t rows)
{
    bool first = true;
    for (size_t i = 0; i < bk_group_dataset_count(group); i++) {
        const bk_dataset *dataset = bk_group_dataset(group, i);
        for (size_t j = 0; is_column(dataset, rows) && j < width_of(dataset); j++) {
            bk_text_append(csv, "%s", first ? "" : ",");
            append_text(csv, bk_dataset_name(dataset));
            if (bk_dataset_rank(dataset) == 2) {
                bk_text_append(csv, "%zu", j);
            }
            first = false;
        }
    }
    bk_text_append(csv, "\n");
}

bk_status bk_replay_table(bk_text *csv, const bk_group *group)
{
    const size_t rows = rows_of(group);
    append_header(csv, group, rows);
    for (size_t row = 0; row < rows; row++) {
        bool first = true;
        for (size_t i = 0; i < bk_group_dataset_count(group); i++) {
            const bk_dataset *dataset = bk_group_dataset(group, i);
            for (size_t j = 0; is_column(dataset, rows) && j < width_of(dataset); j++) {
                bk_text_append(csv, "%s", first ? "" : ",");
                append_cell(csv, dataset, row * width_of(dataset) + j);
                first = false;
            }
        }
        bk_text_append(csv, "\n");
    }
    return bk_text_status(csv);
}

void bk_replay_tables(bk_text *names, const bk_group *root)
{
    for (size_t i = 0; i < bk_group_group_count(root); i++) {
        bk_text_append(names, "%s%s", i == 0 ? "" : ", ", bk_group_name(bk_group_child(root, i)));
    }
}

bk_status bk_replay_table_find(const bk_group **table, const bk_group *root, const char *name)
{
    const size_t count = bk_group_group_count(root);
    for (size_t i = 0; i < count; i++) {
        *table = bk_group_child(root, i);
        const char *own = bk_group_name(*table);
        /* What the experiment says of a trial says more than its outputs. */
        if (name == NULL ? count == 1 || strcmp(own, "output") != 0 : strcmp(own, name) == 0) {
            return BK_OK;
        }
    }
    bk_text names = {0};
    bk_replay_tables(&names, root);
    const bk_status status =
        bk_fail(BK_INVALID, "--table: there is no '%s'; this trial has %s", name, bk_text_string(&names));
    bk_text_clear(&names);
    return status;
}

/* ---- A file ---- */

static bk_status cannot(const char *path, const char *what)
{
    return bk_fail(BK_FILE, "cannot %s %s: %s", what, path, strerror(errno));
}

static bk_status write_part(const char *path, const bk_text *text)
{
    FILE *file = fopen(path, "we");
    if (file == NULL) {
        return cannot(path, "write");
    }
    const bool written = fwrite(bk_text_string(text), 1, text->length, file) == text->length &&
                         fflush(file) == 0 && fsync(fileno(file)) == 0;
    const bk_status status = written ? BK_OK : cannot(path, "write");
    return fclose(file) == 0 || !written ? status : cannot(path, "write");
}

bk_status bk_replay_write(const char *path, const bk_text *text, bool force)
{
    bk_text part = {0};
    BK_TRY(bk_results_check_target(path, force));
    bk_text_append(&part, "%s.part", path);
    bk_status status = bk_text_status(&part);
    if (status == BK_OK) {
        status = write_part(bk_text_string(&part), text);
    }
    if (status == BK_OK && rename(bk_text_string(&part), path) != 0) {
        status = cannot(path, "write");
    }
    if (status != BK_OK && part.length > 0) {
        (void)unlink(bk_text_string(&part));
    }
    bk_text_clear(&part);
    return status;
}
