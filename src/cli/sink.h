/* SPDX-License-Identifier: GPL-3.0-or-later
 * cli/sink.h: a buffered way to a file or to standard output that checks every write, and numbers in the
 * shortest form that reads back as the same bits. What a file system refuses is remembered and told at the
 * end, so that a table is written without a check on every cell. */
#ifndef BRISK_CLI_SINK_H
#define BRISK_CLI_SINK_H

#include "brisk/base.h"

#define BK_SINK_BYTES 65536

typedef struct bk_sink {
    int file;         /* an open descriptor, the caller's */
    const char *name; /* for messages; kept */
    bk_status status; /* of the first failure */
    size_t used;
    char buffer[BK_SINK_BYTES];
} bk_sink;

void bk_sink_open(bk_sink *sink, int file, const char *name);
void bk_sink_bytes(bk_sink *sink, const char *bytes, size_t count);
void bk_sink_text(bk_sink *sink, const char *text);
void bk_sink_print(bk_sink *sink, const char *format, ...) BK_PRINTF(2, 3);
/* Writes what is buffered. BK_FILE with the name and the system's reason where this or an earlier write has
 * failed. */
bk_status bk_sink_finish(bk_sink *sink);

/* Room for any number of the two functions below, with its NUL. */
#define BK_NUMBER_BYTES 40
/* The decimal with the fewest digits that strtod reads as value: "0.037", "-0", "1e+300", "nan", "inf",
 * "-inf". Returns its length. 20 ns for a decimal of few digits, 1 us for 17. */
size_t bk_shortest_real(char *out, double value);
/* The same for strtof. */
size_t bk_shortest_real_f32(char *out, float value);
size_t bk_decimal_integer(char *out, int64_t value);
size_t bk_decimal_unsigned(char *out, uint64_t value);

#endif
