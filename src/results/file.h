/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * results/file.h: whole files, read and written with our own loops; for the results room alone.
 */
#ifndef BRISK_RESULTS_FILE_H
#define BRISK_RESULTS_FILE_H

#include "brisk/base.h"

/* A larger file is refused before it is read. */
#define BK_MAX_FILE_BYTES (UINT64_C(8) << 30)

/* BK_FILE "cannot STEP PATH: the reason in errno". */
bk_status bk_file_trouble(const char *step, const char *path);

/* Writes bytes to path whole or not at all (protocol in file_write.c). */
bk_status bk_file_write(const char *path, const void *bytes, size_t size, bool force);

/* Reads a regular file; *bytes is owned by the caller (bk_free). */
bk_status bk_file_read(void **bytes, size_t *size, const char *path);

#endif
