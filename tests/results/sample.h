/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the tests of the results room share: a tree with something of everything, a fresh folder, bytes
 * of files.
 */
#ifndef BRISK_TESTS_SAMPLE_H
#define BRISK_TESTS_SAMPLE_H

#include "brisk/results.h"

/* A folder of its own for one test (removed by sample_folder_remove); ends without slash. */
const char *sample_folder(void);
void sample_folder_remove(void);
/* "FOLDER/name"; a few of them may be in use at once. */
const char *sample_path(const char *name);
/* Names in the folder, without "." and "..". */
size_t sample_folder_count(void);

/* Every data type, ranks 0 to 3, coordinates, indices, long text, a large compressed dataset, /run. */
bk_results *sample_tree(void);

/* All bytes of a file (bk_free); NULL where it cannot be read. */
void *sample_read(const char *path, size_t *size);
void sample_write(const char *path, const void *bytes, size_t size);
/* Whether two files have the same bytes. */
bool sample_equal_files(const char *a, const char *b);
bool sample_exists(const char *path);

/* Runs tests/results/SCRIPT with Debian's Python and up to two arguments. -1: a package is missing. */
int sample_python(const char *script, const char *first, const char *second);

#endif
