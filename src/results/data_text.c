/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Rows of fields out of text. data_lines.c splits it up to the first quote, libcsv from there on; what a row
 * means is decided here: header, width, the columns asked for, and on which line a value stands.
 */
#include <csv.h>
#include <stdio.h>
#include <string.h>

#include "results/data.h"

/* A field above this length means a quote that is never closed. */
#define MAX_FIELD ((size_t)1 << 20)
#define MAX_WIDTH ((size_t)1 << 20)
#define NOBODY    SIZE_MAX

/* The first two rows wait until it is known whether the first is a header. */
typedef struct waiting_row {
    char **fields;
    size_t count, capacity;
    size_t line;
} waiting_row;

typedef struct text_reader {
    bk_data *data;
    const bk_data_column *asked;
    bk_data_layout layout;
    bk_arena *arena;
    waiting_row first[2];
    size_t first_count;
    bool resolved;
    size_t *taken_by; /* [width]: the first column asked for that stands in a field, or NOBODY */
    size_t *next;     /* [data->count]: the next column that was asked for the same field */
    size_t width;     /* fields of a row */
    size_t rows;
    size_t line, row_line; /* now; where this row began */
    size_t fields;         /* of this row so far */
    bool comment, after_return, ended;
    bool seen; /* all that a look is after */
    bk_status status;
} text_reader;

/* ---- Values ----------------------------------------------------------------------------------------------
 */

static bk_status take_value(text_reader *reader, bk_column *column, const char *text, size_t length)
{
    char where[400];
    double value = 0.0;
    bk_number_kind kind = BK_NUMBER_NONE;
    if (column->kind == BK_DATA_CATEGORY && length > 0) {
        return bk_column_add_text(column, text, length);
    }
    if (length > 0) {
        kind = bk_number_parse(&value, text, length);
        if (kind == BK_NUMBER_FINITE) {
            return bk_column_add_number(column, value);
        }
    }
    (void)snprintf(where, sizeof where, "%s:%zu", reader->data->source, reader->row_line);
    return bk_data_refuse(where, column, kind, text);
}

static bk_status take_field(text_reader *reader, size_t field, const char *text, size_t length)
{
    for (size_t i = field < reader->width ? reader->taken_by[field] : NOBODY; i != NOBODY;
         i = reader->next[i]) {
        BK_TRY(take_value(reader, &reader->data->columns[i], text, length));
    }
    return BK_OK;
}

static bk_status end_row(text_reader *reader)
{
    if (reader->fields != reader->width) {
        return bk_fail(BK_INVALID, "%s:%zu: this row has %zu field%s, the rows before it have %zu",
                       reader->data->source, reader->row_line, reader->fields, reader->fields == 1 ? "" : "s",
                       reader->width);
    }
    return bk_data_note_line(reader->data, reader->rows++, reader->row_line);
}

/* ---- The header ------------------------------------------------------------------------------------------
 */

static bk_status keep_field(text_reader *reader, const char *text)
{
    waiting_row *row = &reader->first[reader->first_count];
    if (row->count == row->capacity) {
        const size_t capacity = row->capacity == 0 ? 16 : 2 * row->capacity;
        char **fields = capacity > MAX_WIDTH
                            ? NULL
                            : bk_reallocate((void *)row->fields, row->capacity, capacity, sizeof *fields);
        if (fields == NULL) {
            return capacity > MAX_WIDTH ? bk_fail(BK_INVALID, "%s:%zu: more than %zu fields in a row",
                                                  reader->data->source, reader->row_line, MAX_WIDTH)
                                        : bk_error_status();
        }
        row->fields = fields;
        row->capacity = capacity;
    }
    row->line = reader->row_line;
    row->fields[row->count] = bk_arena_copy_text(reader->arena, text);
    return row->fields[row->count++] == NULL ? bk_error_status() : BK_OK;
}

/* Whether the first row names the columns. */
static bool is_header(const text_reader *reader)
{
    const waiting_row *row = &reader->first[0];
    if (reader->layout.header != BK_HEADER_AUTO) {
        return reader->layout.header == BK_HEADER_YES;
    }
    bool words = false, numbers = false;
    for (size_t i = 0; i < row->count; i++) {
        double value = 0.0;
        const bool number = bk_number_parse(&value, row->fields[i], strlen(row->fields[i])) != BK_NUMBER_NONE;
        numbers = numbers || number;
        words = words || (!number && row->fields[i][0] != '\0');
        for (size_t column = 0; !number && column < reader->data->count; column++) {
            const char *wanted = reader->asked[column].wanted;
            if (wanted != NULL && strcmp(wanted, row->fields[i]) == 0) {
                return true;
            }
        }
    }
    return words && !numbers;
}

/* "a, b, c" of the names, or how many columns there are where they have none. */
static void list_columns(bk_text *text, const text_reader *reader, const waiting_row *names)
{
    char name[64];
    if (names == NULL) {
        bk_text_append(text, "it has %zu columns without names: 1 to %zu", reader->width, reader->width);
        return;
    }
    bk_text_append(text, "it has ");
    for (size_t i = 0; i < names->count && i < 25; i++) {
        bk_text_append(text, "%s%s", i == 0 ? "" : ", ", bk_data_plain(name, sizeof name, names->fields[i]));
    }
    bk_text_append(text, "%s", names->count > 25 ? ", ..." : "");
}

/* The field that a column asked for stands in; names is NULL without a header, shift 1 with row names. */
static bk_status find_column(size_t *field, const text_reader *reader, const bk_data_column *asked,
                             const waiting_row *names, size_t shift)
{
    size_t found = 0;
    if (asked->wanted == NULL && reader->width == 1 + shift) {
        *field = shift;
        return BK_OK;
    }
    for (size_t i = 0; asked->wanted != NULL && names != NULL && i < names->count; i++) {
        if (strcmp(names->fields[i], asked->wanted) == 0) {
            *field = i + shift;
            found++;
        }
    }
    if (found == 1) {
        return BK_OK;
    }
    if (found > 1) {
        return bk_fail(BK_INVALID, "%s: %s has %zu columns of the name '%s': give its number", asked->option,
                       reader->data->source, found, asked->wanted);
    }
    int64_t number = 0;
    if (asked->wanted != NULL && asked->wanted[strspn(asked->wanted, "0123456789")] == '\0' &&
        bk_parse_integer(&number, asked->wanted, asked->option) == BK_OK && number >= 1 &&
        (uint64_t)number <= reader->width) {
        *field = (size_t)number - 1;
        return BK_OK;
    }
    bk_text list = {0};
    list_columns(&list, reader, names);
    const bk_status status = asked->wanted == NULL
                                 ? bk_fail(BK_INVALID, "%s: which column of %s? %s", asked->option,
                                           reader->data->source, bk_text_string(&list))
                                 : bk_fail(BK_INVALID, "%s: there is no column '%s' in %s; %s", asked->option,
                                           asked->wanted, reader->data->source, bk_text_string(&list));
    bk_text_clear(&list);
    return status;
}

static bk_status name_column(bk_column *column, const text_reader *reader, size_t field,
                             const waiting_row *names, size_t shift)
{
    char number[40] = "";
    const char *name = number;
    if (names != NULL && field >= shift) {
        name = names->fields[field - shift];
    } else if (reader->width > 1) {
        (void)snprintf(number, sizeof number, "column %zu", field + 1);
    }
    column->number = field + 1;
    column->name = bk_copy_text(name);
    return column->name == NULL ? bk_error_status() : BK_OK;
}

static void describe(const text_reader *reader, bool header)
{
    const char *separated = reader->layout.delimiter == '\t'  ? "tabs"
                            : reader->layout.delimiter == ';' ? "semicolons"
                            : reader->layout.delimiter == ' ' ? "blanks"
                            : reader->layout.delimiter == ',' ? "commas"
                                                              : "the delimiter given";
    char line[48] = "no header";
    if (header) {
        (void)snprintf(line, sizeof line, "header in line %zu", reader->first[0].line);
    }
    bk_data *data = reader->data;
    if (reader->width == 1) {
        (void)snprintf(data->description, sizeof data->description, "text, one column, %s", line);
    } else {
        (void)snprintf(data->description, sizeof data->description, "text, %zu columns separated by %s, %s",
                       reader->width, separated, line);
    }
}

/* Finds the columns asked for; of a look all but row names. */
static bk_status find_columns(text_reader *reader, const waiting_row *names, size_t shift)
{
    bk_data *data = reader->data;
    reader->taken_by = bk_arena_allocate(reader->arena, reader->width, sizeof *reader->taken_by);
    reader->next = bk_arena_allocate(reader->arena, data->count, sizeof *reader->next);
    if (reader->taken_by == NULL || reader->next == NULL) {
        return bk_error_status();
    }
    for (size_t field = 0; field < reader->width; field++) {
        reader->taken_by[field] = NOBODY;
    }
    if (data->looking) {
        BK_TRY(bk_data_make_columns(data, reader->width - shift));
    }
    for (size_t i = 0; i < data->count; i++) {
        size_t field = i + shift;
        if (!data->looking) {
            BK_TRY(find_column(&field, reader, &reader->asked[i], names, shift));
            reader->next[i] = reader->taken_by[field];
            reader->taken_by[field] = i;
        }
        BK_TRY(name_column(&data->columns[i], reader, field, names, shift));
    }
    return BK_OK;
}

/* Decides what the first rows are, finds the columns, and takes the values that waited. */
static bk_status resolve(text_reader *reader)
{
    waiting_row *first = reader->first;
    const bool header = is_header(reader);
    const waiting_row *names = header ? &first[0] : NULL;
    const size_t shift = header && reader->first_count == 2 && first[0].count + 1 == first[1].count ? 1 : 0;
    reader->width = first[0].count + shift;
    BK_TRY(find_columns(reader, names, shift));
    reader->data->named = header;
    reader->resolved = true;
    reader->seen = reader->data->looking;
    describe(reader, header);
    const size_t line = reader->row_line, fields = reader->fields;
    for (size_t row = header ? 1 : 0; row < reader->first_count; row++) {
        reader->row_line = first[row].line;
        reader->fields = first[row].count;
        for (size_t i = 0; i < first[row].count; i++) {
            BK_TRY(take_field(reader, i, first[row].fields[i], strlen(first[row].fields[i])));
        }
        BK_TRY(end_row(reader));
    }
    reader->row_line = line;
    reader->fields = fields;
    return BK_OK;
}

/* ---- What libcsv hands out -------------------------------------------------------------------------------
 */

static bk_status accept_field(text_reader *reader, const char *text, size_t length)
{
    if (reader->fields == 0) {
        reader->row_line = reader->line;
        reader->comment = text[0] == '#';
    }
    if (memchr(text, '\n', length) != NULL) {
        for (size_t i = 0; i < length; i++) {
            reader->line += text[i] == '\n' ? 1 : 0;
        }
    }
    const size_t field = reader->fields++;
    if (reader->comment) {
        return BK_OK;
    }
    return reader->resolved ? take_field(reader, field, text, length) : keep_field(reader, text);
}

static void on_field(void *text, size_t length, void *context)
{
    text_reader *reader = context;
    if (reader->status != BK_OK || reader->seen || (text == NULL && reader->layout.delimiter == ' ')) {
        return; /* two blanks in a row are one delimiter */
    }
    reader->status = accept_field(reader, text == NULL ? "" : text, text == NULL ? 0 : length);
}

static void on_row(int end, void *context)
{
    text_reader *reader = context;
    const bool second_half = end == '\n' && reader->after_return && reader->fields == 0;
    reader->after_return = end == '\r';
    reader->ended = true;
    if (reader->status != BK_OK || reader->seen || second_half) {
        return;
    }
    if (reader->fields > 0 && !reader->comment) {
        if (reader->resolved) {
            reader->status = end_row(reader);
        } else if (++reader->first_count == 2) {
            reader->status = resolve(reader);
        }
    }
    reader->line++;
    reader->fields = 0;
    reader->comment = false;
}

/* ---- The text --------------------------------------------------------------------------------------------
 */

/* Bytes that were just read. */
static bk_status check_bytes(const text_reader *reader, const char *bytes, size_t size)
{
    if (memchr(bytes, '\0', size) != NULL) {
        return bk_fail(BK_FORMAT, "%s is a binary file: it holds a zero byte on line %zu or behind it",
                       reader->data->source, reader->line);
    }
    return BK_OK;
}

static bk_status feed(text_reader *reader, struct csv_parser *parser, char *block, size_t size)
{
    for (size_t i = 0; reader->layout.delimiter == ' ' && i < size; i++) {
        block[i] = block[i] == '\t' ? ' ' : block[i];
    }
    if (csv_parse(parser, block, size, on_field, on_row, reader) != size && reader->status == BK_OK) {
        return bk_fail(BK_MEMORY, "out of memory in line %zu of %s", reader->line, reader->data->source);
    }
    BK_TRY(reader->status);
    if (csv_get_buffer_size(parser) > MAX_FIELD) {
        return bk_fail(BK_INVALID, "%s:%zu: a field of more than 1 MiB begins here: is a quote not closed?",
                       reader->data->source, reader->line);
    }
    return BK_OK;
}

/* Takes lines as long as none has a quote; leaves size bytes in block for libcsv. */
static bk_status read_plain_lines(text_reader *reader, bk_source *source, char *block, size_t *size)
{
    const bk_line_calls calls = {on_field, on_row, reader};
    size_t got = *size;
    for (;;) {
        char *fresh = block + *size - got;
        BK_TRY(check_bytes(reader, fresh, got));
        const char *quote = memchr(fresh, '"', got);
        const size_t plain = quote == NULL ? *size : (size_t)(quote - block);
        const size_t used = bk_data_split_lines(block, plain, reader->layout.delimiter, &calls);
        BK_TRY(reader->status);
        if (reader->seen) {
            return BK_OK;
        }
        *size -= used;
        memmove(block, block + used, *size);
        if (quote != NULL || got == 0 || *size == BK_SOURCE_BLOCK ||
            (used == 0 && *size > BK_SOURCE_BLOCK / 2)) {
            return BK_OK;
        }
        BK_TRY(bk_source_read(source, block + *size, BK_SOURCE_BLOCK - *size, &got));
        *size += got;
    }
}

static bk_status read_rows(text_reader *reader, struct csv_parser *parser, bk_source *source, char *block,
                           size_t size)
{
    BK_TRY(read_plain_lines(reader, source, block, &size));
    while (size > 0 && !reader->seen) {
        BK_TRY(feed(reader, parser, block, size));
        BK_TRY(bk_source_read(source, block, BK_SOURCE_BLOCK, &size));
        BK_TRY(check_bytes(reader, block, size));
    }
    if (reader->seen) {
        return BK_OK;
    }
    /* One more end of line ends the last row, unless a quote is open. */
    reader->ended = false;
    (void)csv_parse(parser, "\n", 1, on_field, on_row, reader);
    if (!reader->ended) {
        return bk_fail(BK_INVALID, "%s: the quote of line %zu is never closed", reader->data->source,
                       reader->line);
    }
    BK_TRY(reader->status);
    if (!reader->resolved && reader->first_count == 0) {
        return bk_fail(BK_INVALID, "%s holds no rows, only blank lines and comments", reader->data->source);
    }
    if (!reader->resolved) {
        BK_TRY(resolve(reader));
    }
    if (reader->rows == 0) {
        return bk_fail(BK_INVALID, "%s has a header and no rows behind it", reader->data->source);
    }
    return BK_OK;
}

static bk_status read_with(text_reader *reader, bk_source *source, char *block, size_t size)
{
    struct csv_parser parser;
    if (csv_init(&parser, CSV_APPEND_NULL | CSV_REPALL_NL | CSV_EMPTY_IS_NULL) != 0) {
        return bk_fail(BK_MEMORY, "out of memory: %s cannot be read", reader->data->source);
    }
    csv_set_delim(&parser, (unsigned char)reader->layout.delimiter);
    csv_set_blk_size(&parser, 4096);
    const bk_status status = read_rows(reader, &parser, source, block, size);
    csv_free(&parser);
    return status;
}

bk_status bk_data_read_text(bk_data *data, const bk_data_column *asked, const bk_data_layout *layout,
                            bk_source *source, char *block, size_t size)
{
    if (size == 0) {
        return bk_fail(BK_INVALID, "%s is empty", data->source);
    }
    text_reader reader = {.data = data, .asked = asked, .layout = *layout, .line = 1};
    const bool marked = size >= 3 && memcmp(block, "\xef\xbb\xbf", 3) == 0;
    if (marked) {
        memset(block, ' ', 3);
    }
    if (reader.layout.delimiter == 0) {
        reader.layout.delimiter = bk_data_sniff(block, size, size < BK_SOURCE_BLOCK);
    }
    data->text = true;
    reader.arena = bk_arena_create();
    const bk_status status =
        reader.arena == NULL ? bk_error_status() : read_with(&reader, source, block, size);
    bk_free((void *)reader.first[0].fields);
    bk_free((void *)reader.first[1].fields);
    bk_arena_destroy(reader.arena);
    return status;
}
