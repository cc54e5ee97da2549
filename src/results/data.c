/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Data from outside: which reader a source needs, and what its columns are asked for afterwards.
 */
#define _GNU_SOURCE
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "results/data.h"

bk_status bk_data_note_line(bk_data *data, size_t row, size_t line)
{
    if (data->jump_count > 0) {
        const bk_line_jump *last = &data->jumps[data->jump_count - 1];
        if (last->line + (row - last->row) == line) {
            return BK_OK;
        }
    }
    if (data->jump_count == data->jump_capacity) {
        const size_t capacity = data->jump_capacity == 0 ? 16 : 2 * data->jump_capacity;
        bk_line_jump *jumps = bk_reallocate(data->jumps, data->jump_capacity, capacity, sizeof *data->jumps);
        if (jumps == NULL) {
            return bk_error_status();
        }
        data->jumps = jumps;
        data->jump_capacity = capacity;
    }
    data->jumps[data->jump_count++] = (bk_line_jump){row, line};
    return BK_OK;
}

void bk_data_where(char *text, size_t size, const bk_data *data, size_t row)
{
    if (!data->text) {
        (void)snprintf(text, size, "%s, row %zu", data->source, row + 1);
        return;
    }
    size_t low = 0, high = data->jump_count;
    while (high - low > 1) {
        const size_t middle = low + (high - low) / 2;
        if (data->jumps[middle].row <= row) {
            low = middle;
        } else {
            high = middle;
        }
    }
    (void)snprintf(text, size, "%s:%zu", data->source, data->jumps[low].line + (row - data->jumps[low].row));
}

const char *bk_data_plain(char *out, size_t size, const char *text)
{
    size_t i = 0;
    for (; text[i] != '\0' && i + 1 < size; i++) {
        const unsigned char byte = (unsigned char)text[i];
        out[i] = byte < 0x20 || byte == 0x7f ? '?' : text[i];
    }
    out[i] = '\0';
    return out;
}

bk_status bk_data_refuse(const char *where, const bk_column *column, bk_number_kind kind, const char *text)
{
    char name[96] = "", short_name[64], value[48], number[40];
    (void)bk_data_plain(value, sizeof value, text);
    (void)snprintf(number, sizeof number, "column %zu", column->number);
    if (strcmp(column->name, number) == 0) { /* without a header its name says column already */
        (void)snprintf(name, sizeof name, "%s: ", number);
    } else if (column->name[0] != '\0') {
        (void)snprintf(name, sizeof name,
                       "column '%s': ", bk_data_plain(short_name, sizeof short_name, column->name));
    }
    if (text[0] == '\0') {
        return bk_fail(BK_INVALID, "%s: %sthe value is missing", where, name);
    }
    if (kind == BK_NUMBER_NAN) {
        return bk_fail(BK_INVALID,
                       "%s: %s'%s' is no value: leave such rows out, or decide what they count as", where,
                       name, value);
    }
    if (kind == BK_NUMBER_INFINITE) {
        return bk_fail(BK_INVALID, "%s: %s'%s' is infinite or beyond the largest number", where, name, value);
    }
    const bool comma = strchr(text, ',') != NULL && text[strspn(text, "0123456789+-,eE")] == '\0';
    return bk_fail(BK_INVALID, "%s: %s'%s' is not a number%s", where, name, value,
                   comma ? ": decimals have a point, not a comma" : "");
}

bk_status bk_data_column_by_number(size_t *number, const bk_data_column *asked, const char *source,
                                   size_t count)
{
    int64_t wanted = 0;
    if (bk_parse_integer(&wanted, asked->wanted, asked->option) != BK_OK || wanted < 1) {
        return bk_fail(BK_INVALID, "%s: there is no column '%s' in %s; its %zu column%s, by number from 1",
                       asked->option, asked->wanted, source, count,
                       count == 1 ? " has no name: name it" : "s have no names: name one");
    }
    if ((uint64_t)wanted > count) {
        return bk_fail(BK_INVALID, "%s: there is no column %s in %s, which has %zu", asked->option,
                       asked->wanted, source, count);
    }
    *number = (size_t)wanted - 1;
    return BK_OK;
}

/* "FILE.h5:/PATH" in two; file is owned by the caller. NULL path where source has no such form. */
static bk_status split_hdf5(char **file, const char **path, const char *source)
{
    const char *colon = NULL;
    for (const char *next = strstr(source, ":/"); next != NULL; next = strstr(next + 1, ":/")) {
        colon = next;
    }
    *path = NULL;
    if (colon == NULL || colon == source) {
        return BK_OK;
    }
    *file = bk_copy_text(source);
    if (*file == NULL) {
        return bk_error_status();
    }
    (*file)[colon - source] = '\0';
    *path = colon + 1;
    return BK_OK;
}

static bk_status read_stream(bk_data *data, const char *path, const bk_data_column *asked,
                             const bk_data_layout *layout)
{
    static const char npy[] = "\x93NUMPY";
    bk_source *source = bk_source_open(path, data->source);
    if (source == NULL) {
        return bk_error_status();
    }
    size_t size = 0;
    char *block = bk_allocate(BK_SOURCE_BLOCK, 1);
    bk_status status =
        block == NULL ? bk_error_status() : bk_source_read(source, block, BK_SOURCE_BLOCK, &size);
    if (status == BK_OK) {
        const char *foreign = bk_source_foreign((const unsigned char *)block, size);
        if (foreign != NULL) {
            status = bk_fail(BK_FORMAT, "%s is %s", data->source, foreign);
        } else if (size >= sizeof npy - 1 && memcmp(block, npy, sizeof npy - 1) == 0) {
            status = bk_data_read_npy(data, asked, source, (const unsigned char *)block, size);
        } else {
            status = bk_data_read_text(data, asked, layout, source, block, size);
        }
    }
    bk_free(block);
    bk_source_close(source);
    return status;
}

bk_status bk_data_make_columns(bk_data *data, size_t count)
{
    bk_column *columns = bk_allocate(count, sizeof *columns);
    if (columns == NULL) {
        return bk_error_status();
    }
    bk_free(data->columns);
    data->columns = columns;
    data->count = count;
    for (size_t i = 0; i < count; i++) {
        columns[i].number = i + 1;
    }
    return BK_OK;
}

static bk_status read_source(bk_data *data, const char *source, const bk_data_column *asked,
                             const bk_data_layout *layout)
{
    char *file = NULL;
    const char *path = NULL;
    BK_TRY(split_hdf5(&file, &path, source));
    bk_status status =
        path != NULL ? bk_data_read_hdf5(data, asked, file, path) : read_stream(data, source, asked, layout);
    bk_free(file);
    for (size_t i = 0; status == BK_OK && !data->looking && i < data->count; i++) {
        data->rows = data->columns[i].count;
        status = bk_column_finish(&data->columns[i]);
    }
    return status;
}

static bk_data *create(const char *source, const bk_data_column *asked, size_t count)
{
    bk_data *data = bk_allocate(1, sizeof *data);
    if (data == NULL) {
        return NULL;
    }
    data->source = bk_copy_text(strcmp(source, "-") == 0 ? "standard input" : source);
    data->columns = bk_allocate(count, sizeof *data->columns);
    if (data->source == NULL || data->columns == NULL) {
        bk_data_destroy(data);
        return NULL;
    }
    data->count = count;
    for (size_t i = 0; i < count; i++) {
        data->columns[i].kind = asked[i].kind;
        data->columns[i].option = asked[i].option;
    }
    return data;
}

/* Reads into data, which it destroys on failure. */
static bk_data *read_into(bk_data *data, const char *source, const bk_data_column *columns,
                          const bk_data_layout *layout)
{
    static const bk_data_layout unknown = {0};
    if (data == NULL) {
        return NULL;
    }
    /* A program may have set a locale whose numbers have a comma. */
    const locale_t numbers = newlocale(LC_NUMERIC_MASK, "C", (locale_t)0);
    const locale_t before = numbers == (locale_t)0 ? (locale_t)0 : uselocale(numbers);
    const bk_status status = read_source(data, source, columns, layout == NULL ? &unknown : layout);
    if (numbers != (locale_t)0) {
        (void)uselocale(before);
        freelocale(numbers);
    }
    if (status != BK_OK) {
        bk_data_destroy(data);
        return NULL;
    }
    return data;
}

bk_data *bk_data_read(const char *source, const bk_data_column *columns, size_t count,
                      const bk_data_layout *layout)
{
    if (source == NULL || columns == NULL || count == 0) {
        (void)bk_fail(BK_INVALID, "no data and no column were asked for");
        return NULL;
    }
    return read_into(create(source, columns, count), source, columns, layout);
}

bk_data *bk_data_look(const char *source, const bk_data_layout *layout)
{
    if (source == NULL) {
        (void)bk_fail(BK_INVALID, "no data were asked for");
        return NULL;
    }
    bk_data *data = create(source, NULL, 0);
    if (data != NULL) {
        data->looking = true;
    }
    return read_into(data, source, NULL, layout);
}

void bk_data_destroy(bk_data *data)
{
    if (data == NULL) {
        return;
    }
    for (size_t i = 0; i < data->count; i++) {
        bk_column_clear(&data->columns[i]);
    }
    bk_free(data->columns);
    bk_free(data->jumps);
    bk_free(data->source);
    bk_free(data);
}

size_t bk_data_rows(const bk_data *data) { return data->rows; }

const char *bk_data_description(const bk_data *data) { return data->description; }

size_t bk_data_column_count(const bk_data *data) { return data->count; }

bool bk_data_has_names(const bk_data *data) { return data->named; }

size_t bk_data_column_number(const bk_data *data, size_t column) { return data->columns[column].number; }

const char *bk_data_column_name(const bk_data *data, size_t column) { return data->columns[column].name; }

const double *bk_data_numbers(const bk_data *data, size_t column) { return data->columns[column].numbers; }

const uint32_t *bk_data_codes(const bk_data *data, size_t column) { return data->columns[column].codes; }

size_t bk_data_category_count(const bk_data *data, size_t column)
{
    return data->columns[column].categories.count;
}

const char *bk_data_category(const bk_data *data, size_t column, size_t code)
{
    return data->columns[column].categories.texts[code];
}

bool bk_data_category_number(double *value, const bk_data *data, size_t column, size_t code)
{
    const bk_categories *all = &data->columns[column].categories;
    double number = 0.0;
    for (uint32_t i = 0; i < all->count; i++) {
        if (bk_number_parse(&number, all->texts[i], strlen(all->texts[i])) != BK_NUMBER_FINITE) {
            return false;
        }
    }
    return bk_number_parse(value, all->texts[code], strlen(all->texts[code])) == BK_NUMBER_FINITE;
}
