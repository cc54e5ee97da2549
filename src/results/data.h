/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * results/data.h: what the readers of data share (data_*.c).
 */
#ifndef BRISK_RESULTS_DATA_H
#define BRISK_RESULTS_DATA_H

#include "brisk/data.h"

/* ---- Numbers (data_number.c) */
typedef enum bk_number_kind {
    BK_NUMBER_FINITE,
    BK_NUMBER_NAN,
    BK_NUMBER_INFINITE,
    BK_NUMBER_NONE
} bk_number_kind;
/* What text [length], NUL behind it, is; value is set where it is finite. The nearest f64, ties to even.
 * The locale's decimal point must be a point. */
bk_number_kind bk_number_parse(double *value, const char *text, size_t length);

/* ---- Columns (data_column.c) */
/* The values of a column, told apart: a hash table of texts. */
typedef struct bk_categories {
    char **texts; /* [count] */
    uint32_t count, capacity;
    uint32_t *slots; /* [slot_count]: code + 1, 0 for empty */
    uint32_t slot_count;
    uint32_t last; /* code of the last value, which often comes again */
} bk_categories;

typedef struct bk_column {
    bk_data_kind kind;
    const char *option;
    char *name;
    size_t number;   /* in the source, from 1 */
    double *numbers; /* pages */
    uint32_t *codes; /* pages */
    size_t count, capacity;
    bk_categories categories;
} bk_column;

/* Appends one value; where says where it stands. */
bk_status bk_column_add_text(bk_column *column, const char *text, size_t length);
bk_status bk_column_add_number(bk_column *column, double value);
/* Joins categories that are the same number; gives pages back that were not needed. */
bk_status bk_column_finish(bk_column *column);
void bk_column_clear(bk_column *column);

/* ---- The table (data.c) */
/* From row on, lines rise by one a row again. */
typedef struct bk_line_jump {
    size_t row, line;
} bk_line_jump;

struct bk_data {
    char *source; /* as messages call it */
    char description[160];
    size_t rows;
    bk_column *columns;
    size_t count;
    bool looking; /* for the columns there are, without their values: a reader makes them all */
    bool named;   /* the columns have names in a header */
    bool text;
    bk_line_jump *jumps;
    size_t jump_count, jump_capacity;
};
/* Notes that the next row stands in line. */
bk_status bk_data_note_line(bk_data *data, size_t row, size_t line);
/* text as messages may show it: at most size - 1 bytes, control characters (a terminal would obey) as "?". */
const char *bk_data_plain(char *out, size_t size, const char *text);
/* The failure of a value: "WHERE: column 'loss': 'abc' is not a number". */
bk_status bk_data_refuse(const char *where, const bk_column *column, bk_number_kind kind, const char *text);
/* The number of a column given as text, from 0, if text is a number from 1 to count; else BK_INVALID. */
bk_status bk_data_column_by_number(size_t *number, const bk_data_column *asked, const char *source,
                                   size_t count);

/* ---- Bytes (data_source.c): a file, standard input, compressed or not */
typedef struct bk_source bk_source;
bk_source *bk_source_open(const char *path, const char *name);
void bk_source_close(bk_source *source);
/* Fills buffer [size] as far as there are bytes; got 0 is the end. */
bk_status bk_source_read(bk_source *source, void *buffer, size_t size, size_t *got);
/* Names a format that is not read by the first bytes of it: "an xz-compressed file (...)"; NULL: text. */
const char *bk_source_foreign(const unsigned char *bytes, size_t size);

/* ---- Formats: each fills data->columns. first [size] are bytes that were read already. */
#define BK_SOURCE_BLOCK ((size_t)1 << 18)
bk_status bk_data_read_text(bk_data *data, const bk_data_column *asked, const bk_data_layout *layout,
                            bk_source *source, char *block, size_t size);
/* What is called for each field (NULL for an empty one; NUL behind the text) and each end of a row, as
 * libcsv calls. */
typedef struct bk_line_calls {
    void (*field)(void *text, size_t length, void *context);
    void (*row)(int end, void *context);
    void *context;
} bk_line_calls;
/* Splits the whole lines of text [size], which holds no quote and is overwritten; returns the bytes of the
 * lines that were split: the rest is a line that is not whole, or one for libcsv. */
size_t bk_data_split_lines(char *text, size_t size, char delimiter, const bk_line_calls *calls);
/* The delimiter that the first lines of text [size] agree on; whole: there is no text behind it. */
char bk_data_sniff(const char *text, size_t size, bool whole);
/* Makes the count columns that a look found, numbered from 1 and without names. */
bk_status bk_data_make_columns(bk_data *data, size_t count);
/* Appends a number that no text stands for; NaN and infinity are refused. */
bk_status bk_data_take_number(bk_data *data, bk_column *column, double value);
/* Finds and names the columns asked for, of a look all, in an array that has columns of them without names.
 */
bk_status bk_data_find_columns(size_t *position, bk_data *data, const bk_data_column *asked, size_t columns);
bk_status bk_data_read_npy(bk_data *data, const bk_data_column *asked, bk_source *source,
                           const unsigned char *block, size_t size);
bk_status bk_data_read_hdf5(bk_data *data, const bk_data_column *asked, const char *file, const char *path);

#endif
