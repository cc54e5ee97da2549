/* SPDX-License-Identifier: GPL-3.0-or-later
 * cli/table.h: what the commands that print intervals and rows of numbers share. */
#ifndef BRISK_CLI_TABLE_H
#define BRISK_CLI_TABLE_H

#include <jansson.h>

#include "brisk/stats.h"

/* null for what is not finite. */
json_t *bk_json_number(double value);
/* One interval as an object of DESIGN's names; NULL where there is no memory. */
json_t *bk_json_interval(const bk_interval *interval);
/* Prints and releases root; failed: a part of it could not be made. */
bk_status bk_json_print(json_t *root, bool failed);

/* A field of CSV on stdout, quoted where it must be; empty for a number that is not finite. */
void bk_csv_text(const char *text, bool last);
void bk_csv_number(double value, bool last);
extern const char bk_csv_interval_header[];
void bk_csv_interval(const bk_interval *interval);

/* The table of intervals, then what each promises in words, then why one has no ends. */
void bk_table_intervals(const bk_interval *intervals, size_t count);
/* "90 %" of 0.9, as short as it is exact. */
const char *bk_table_percent(char *out, size_t size, double level);

#endif
