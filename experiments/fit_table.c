/* SPDX-License-Identifier: GPL-3.0-or-later
 * The tables of `fit`: which columns of a file are inputs, which is the label, and which columns of a test
 * file are the same. */
#include "fit_parts.h"

#include <stdio.h>
#include <string.h>

const char *fit_shown(char out[FIT_SHOWN], const char *text)
{
    size_t i = 0;
    for (; text[i] != '\0' && i + 1 < FIT_SHOWN; i++) {
        const unsigned char byte = (unsigned char)text[i];
        out[i] = byte < 0x20 || byte == 0x7f ? '?' : text[i];
    }
    out[i] = '\0';
    return out;
}

/* A column's name, and where it has none "column 1". */
static const char *name_of(bk_arena *arena, const bk_data *look, size_t column)
{
    const char *name = bk_data_column_name(look, column);
    char number[40];
    if (name[0] == '\0') {
        (void)snprintf(number, sizeof number, "column %zu", bk_data_column_number(look, column));
        name = number;
    }
    return bk_arena_copy_text(arena, name);
}

/* ---- Finding a column -------------------------------------------------------------------------------- */

/* "a, b, c" */
static void list_names(bk_text *text, const bk_data *look)
{
    char name[FIT_SHOWN];
    const size_t count = bk_data_column_count(look);
    for (size_t i = 0; i < count && i < 25; i++) {
        bk_text_append(text, "%s%s", i == 0 ? "" : ", ", fit_shown(name, bk_data_column_name(look, i)));
    }
    bk_text_append(text, "%s", count > 25 ? ", ..." : "");
}

static bk_status no_such_column(const bk_data *look, const char *wanted, const char *option,
                                const char *source)
{
    if (!bk_data_has_names(look)) {
        return bk_fail(BK_INVALID, "%s: there is no column '%s' in %s; it has %zu without names, from 1",
                       option, wanted, source, bk_data_column_count(look));
    }
    bk_text list = {0};
    list_names(&list, look);
    const bk_status status = bk_fail(BK_INVALID, "%s: there is no column '%s' in %s; it has %s", option,
                                     wanted, source, bk_text_string(&list));
    bk_text_clear(&list);
    return status;
}

/* The column that wanted names, by name or by number. */
static bk_status find_column(size_t *column, const bk_data *look, const char *wanted, const char *option,
                             const char *source)
{
    const size_t count = bk_data_column_count(look);
    int64_t number = 0;
    for (size_t i = 0; i < count; i++) {
        if (bk_data_has_names(look) && strcmp(bk_data_column_name(look, i), wanted) == 0) {
            *column = i;
            return BK_OK;
        }
    }
    const bool is_number = wanted[0] != '\0' && wanted[strspn(wanted, "0123456789")] == '\0';
    if (is_number && bk_parse_integer(&number, wanted, option) == BK_OK) {
        for (size_t i = 0; i < count; i++) {
            if (bk_data_column_number(look, i) == (size_t)number) {
                *column = i;
                return BK_OK;
            }
        }
    }
    return no_such_column(look, wanted, option, source);
}

static bk_status check_names_differ(const bk_data *look, const char *source, const char *option)
{
    char name[FIT_SHOWN];
    for (size_t i = 0; bk_data_has_names(look) && i < bk_data_column_count(look); i++) {
        for (size_t j = 0; j < i; j++) {
            if (strcmp(bk_data_column_name(look, i), bk_data_column_name(look, j)) == 0) {
                return bk_fail(BK_INVALID,
                               "%s: columns %zu and %zu of %s both have the name '%s'; give each one of its "
                               "own, since columns are told apart by them",
                               option, bk_data_column_number(look, j), bk_data_column_number(look, i), source,
                               fit_shown(name, bk_data_column_name(look, i)));
            }
        }
    }
    return BK_OK;
}

/* ---- The training file ------------------------------------------------------------------------------- */

static bk_status allocate(fit_columns *columns, bk_arena *arena, size_t count)
{
    columns->columns = count;
    columns->name = bk_arena_allocate(arena, count, sizeof *columns->name);
    columns->number = bk_arena_allocate(arena, count, sizeof *columns->number);
    columns->skipped = bk_arena_allocate(arena, count, sizeof *columns->skipped);
    return columns->name == NULL || columns->number == NULL || columns->skipped == NULL ? bk_error_status()
                                                                                        : BK_OK;
}

/* Marks the columns that --ignore names. */
static bk_status mark_ignored(uint8_t *ignored, const bk_data *look, const char *list, size_t label,
                              const char *source)
{
    char wanted[256];
    for (const char *item = list; *item != '\0';) {
        const size_t length = strcspn(item, ",");
        (void)snprintf(wanted, sizeof wanted, "%.*s", (int)length, item);
        size_t column = 0;
        BK_TRY(find_column(&column, look, wanted, "--ignore", source));
        if (column == label) {
            return bk_fail(BK_INVALID, "--ignore: '%s' is the column of the labels (--label)", wanted);
        }
        ignored[column] = 1;
        item += length + (item[length] == ',' ? 1 : 0);
    }
    return BK_OK;
}

static bk_status sort_columns(fit_columns *columns, bk_arena *arena, const bk_data *look,
                              const bk_options *options)
{
    const char *source = bk_option_text(options, "train");
    const char *label = bk_option_text(options, "label");
    const size_t count = bk_data_column_count(look);
    char text[FIT_SHOWN];
    uint8_t *ignored = bk_arena_allocate(arena, count, 1);
    if (ignored == NULL) {
        return bk_error_status();
    }
    BK_TRY(allocate(columns, arena, count));
    BK_TRY(check_names_differ(look, source, "--train"));
    columns->named = bk_data_has_names(look);
    columns->first = bk_data_column_number(look, 0);
    size_t place = count - 1;
    if (label[0] != '\0') {
        BK_TRY(find_column(&place, look, label, "--label", source));
    }
    BK_TRY(mark_ignored(ignored, look, bk_option_text(options, "ignore"), place, source));
    for (size_t i = 0; i < count; i++) {
        const char *name = name_of(arena, look, i);
        if (name == NULL) {
            return bk_error_status();
        }
        if (i == place) {
            columns->label = name;
            columns->label_number = bk_data_column_number(look, i);
        } else if (ignored[i]) {
            columns->skipped[columns->skipped_count++] = name;
        } else {
            columns->name[columns->inputs] = name;
            columns->number[columns->inputs++] = bk_data_column_number(look, i);
        }
    }
    return columns->inputs > 0
               ? BK_OK
               : bk_fail(BK_INVALID,
                         "--train: %s has no column beside the label '%s': a network needs an "
                         "input",
                         source, fit_shown(text, columns->label));
}

bk_status fit_find_columns(fit_columns *columns, bk_arena *arena, const bk_options *options)
{
    bk_data *look = bk_data_look(bk_option_text(options, "train"), NULL);
    if (look == NULL) {
        return bk_fail_within("--train");
    }
    const bk_status status = sort_columns(columns, arena, look, options);
    bk_data_destroy(look);
    return status;
}

/* ---- The test file ----------------------------------------------------------------------------------- */

static bk_status match_one(size_t *number, uint8_t *used, const bk_data *look, const char *source,
                           const char *name)
{
    char text[FIT_SHOWN];
    for (size_t i = 0; i < bk_data_column_count(look); i++) {
        if (strcmp(bk_data_column_name(look, i), name) == 0) {
            *number = bk_data_column_number(look, i);
            used[i] = 1;
            return BK_OK;
        }
    }
    return bk_fail(
        BK_INVALID,
        "--test: %s has no column '%s', which --train has; columns are found by their names, in any "
        "order",
        source, fit_shown(text, name));
}

static bk_status match_by_name(fit_columns *columns, bk_arena *arena, const bk_data *look, const char *source,
                               const fit_columns *training)
{
    uint8_t *used = bk_arena_allocate(arena, bk_data_column_count(look), 1);
    if (used == NULL) {
        return bk_error_status();
    }
    BK_TRY(check_names_differ(look, source, "--test"));
    for (size_t i = 0; i < training->inputs; i++) {
        BK_TRY(match_one(&columns->number[i], used, look, source, training->name[i]));
    }
    BK_TRY(match_one(&columns->label_number, used, look, source, training->label));
    for (size_t i = 0; i < bk_data_column_count(look); i++) {
        if (!used[i]) {
            const char *name = name_of(arena, look, i);
            if (name == NULL) {
                return bk_error_status();
            }
            columns->skipped[columns->skipped_count++] = name;
        }
    }
    return BK_OK;
}

static bk_status match_by_place(fit_columns *columns, const bk_data *look, const char *source,
                                const fit_columns *training)
{
    const size_t count = bk_data_column_count(look);
    if (count != training->columns) {
        return bk_fail(
            BK_INVALID,
            "--test: %s has %zu columns and the file of --train has %zu; without a header in both they "
            "are matched by their places",
            source, count, training->columns);
    }
    columns->first = bk_data_column_number(look, 0);
    for (size_t i = 0; i < training->inputs; i++) {
        columns->number[i] = training->number[i] - training->first + columns->first;
    }
    columns->label_number = training->label_number - training->first + columns->first;
    return BK_OK;
}

bk_status fit_match_columns(fit_columns *columns, bk_arena *arena, const char *source,
                            const fit_columns *training)
{
    bk_data *look = bk_data_look(source, NULL);
    if (look == NULL) {
        return bk_fail_within("--test");
    }
    const size_t count = bk_data_column_count(look);
    bk_status status = allocate(columns, arena, count > training->columns ? count : training->columns);
    if (status == BK_OK) {
        columns->inputs = training->inputs;
        columns->named = bk_data_has_names(look);
        status = columns->named && training->named ? match_by_name(columns, arena, look, source, training)
                                                   : match_by_place(columns, look, source, training);
    }
    bk_data_destroy(look);
    return status;
}

/* ---- Reading ----------------------------------------------------------------------------------------- */

bk_status fit_read_table(fit_table *table, const char *source, const fit_columns *columns, const char *option)
{
    const size_t count = columns->inputs + 1;
    bk_data_column *asked = bk_allocate(count, sizeof *asked);
    char(*number)[24] = bk_allocate(count, sizeof *number);
    bk_status status = asked == NULL || number == NULL ? bk_error_status() : BK_OK;
    for (size_t i = 0; status == BK_OK && i < count; i++) {
        const bool label = i == columns->inputs;
        (void)snprintf(number[i], sizeof number[i], "%zu",
                       label ? columns->label_number : columns->number[i]);
        asked[i] = (bk_data_column){number[i], label ? BK_DATA_CATEGORY : BK_DATA_NUMBER, option};
    }
    if (status == BK_OK) {
        table->data = bk_data_read(source, asked, count, NULL);
        status = table->data == NULL ? bk_error_status() : BK_OK;
    }
    bk_free(asked);
    bk_free(number);
    if (status == BK_INVALID) {
        char message[1500];
        (void)snprintf(message, sizeof message, "%s", bk_error_message());
        return bk_fail(BK_INVALID, "%s: %s; correct the file, or name columns that are no inputs by --ignore",
                       option, message);
    }
    BK_TRY(status);
    table->inputs = columns->inputs;
    table->rows = bk_data_rows(table->data);
    return BK_OK;
}

void fit_table_clear(fit_table *table)
{
    bk_data_destroy(table->data);
    *table = (fit_table){0};
}
