/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * brisk/data.h: columns of numbers and labels out of somebody's file: CSV, TSV or plain text (gzip'd
 * or not), NumPy's .npy, a dataset of an HDF5 file, or standard input. A part of the results room.
 */
#ifndef BRISK_DATA_H
#define BRISK_DATA_H

#include "brisk/base.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct bk_data bk_data;

typedef enum bk_data_kind {
    BK_DATA_NUMBER,  /* finite f64 */
    BK_DATA_CATEGORY /* values told apart: labels, predictions, groups; "1" and "1.0" are the same */
} bk_data_kind;

/* One column asked for. */
typedef struct bk_data_column {
    const char *wanted; /* its name in the header, or its number from 1; NULL: the only column there is */
    bk_data_kind kind;
    const char *option; /* who asks, for messages: "--column" */
} bk_data_column;

typedef enum bk_data_header { BK_HEADER_AUTO, BK_HEADER_YES, BK_HEADER_NO } bk_data_header;

/* How text is laid out; all zero: find out. */
typedef struct bk_data_layout {
    char
        delimiter; /* ',', ';', '\t', any other character, ' ' for blanks (any number of them); 0: detected */
    bk_data_header header; /* auto: the first row is a header where none of its fields is a number */
} bk_data_layout;

/* Reads count >= 1 columns of source:
 *   "FILE"          text or .npy, by its content; both also compressed by gzip
 *   "-"             the same from standard input
 *   "FILE.h5:/PATH" a dataset of one axis, or one of two axes [row, column] of which columns are asked by
 *                   number; numbers and enumerations (h5py's booleans) of any width
 * Text: rows of fields, double quotes around fields as in CSV, blank lines and lines that begin with "#"
 * skipped, a UTF-8 mark at the start too. The delimiter is the one of tab, semicolon and comma that
 * the first rows agree on, else blanks. A header with one name less than the rows have fields is that of a
 * table with row names (R's write.table). A decimal number becomes the nearest f64, whatever the locale.
 * Numpy: versions 1 to 3, f2 excepted all real numbers and bool of any byte order, C and Fortran order, one
 * or two axes. Each failure names file, line, column and value:
 *   BK_INVALID      text in a column of numbers, NaN, infinity, an empty field, a column that is not there
 *                   (those present are named), a ragged row, no rows at all
 *   BK_UNSUPPORTED  a data type or shape that is not read
 *   BK_FILE         the file cannot be opened or read, compressed data that are cut or damaged
 *   BK_FORMAT       a binary file that is none of the above
 * Owned by the caller (bk_data_destroy); NULL on failure. Memory: 8 bytes a number, 4 a category, and a
 * buffer. O(bytes), about 6 ns a byte of text. */
BK_API bk_data *bk_data_read(const char *source, const bk_data_column *columns, size_t count,
                             const bk_data_layout *layout);
BK_API void bk_data_destroy(bk_data *data);

/* What columns source has, without their values: all of them, but the first one of a table with row names.
 * Ask bk_data_read for those you want by their numbers: the text of bk_data_column_number. The failures are
 * those of bk_data_read that show in the first two rows; bk_data_rows is 0. Standard input is used up by it.
 * O(1): one block of the file is read. */
BK_API bk_data *bk_data_look(const char *source, const bk_data_layout *layout);
/* Of columns that were read, or that a look found. */
BK_API size_t bk_data_column_count(const bk_data *data);
/* Whether there is a header. */
BK_API bool bk_data_has_names(const bk_data *data);
/* A column's number in the source, from 1, as bk_data_column.wanted takes it. */
BK_API size_t bk_data_column_number(const bk_data *data, size_t column);

/* At least 1. */
BK_API size_t bk_data_rows(const bk_data *data);
/* The name in the header, else "column 3"; "" where the source has one column without a name. */
BK_API const char *bk_data_column_name(const bk_data *data, size_t column);
/* [rows]; NULL for a column of categories. Lives as long as data. */
BK_API const double *bk_data_numbers(const bk_data *data, size_t column);
/* Codes [rows] below bk_data_category_count, in the order of first appearance; NULL for numbers. */
BK_API const uint32_t *bk_data_codes(const bk_data *data, size_t column);
BK_API size_t bk_data_category_count(const bk_data *data, size_t column);
/* A category as it was first written. */
BK_API const char *bk_data_category(const bk_data *data, size_t column, size_t code);
/* Whether every category is a finite number; value then gets that of one of them. */
BK_API bool bk_data_category_number(double *value, const bk_data *data, size_t column, size_t code);
/* Where a row (from 0) stands, for messages: "losses.csv:17", "losses.npy, row 17" (counted from 1). */
BK_API void bk_data_where(char *text, size_t size, const bk_data *data, size_t row);
/* How the source was understood: "text, separated by commas, header in line 1". */
BK_API const char *bk_data_description(const bk_data *data);

#ifdef __cplusplus
}
#endif
#endif
