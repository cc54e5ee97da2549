/* SPDX-License-Identifier: GPL-3.0-or-later
 * Files for the tests of the data readers. */
#ifndef BRISK_TESTS_DATA_TOOLS_H
#define BRISK_TESTS_DATA_TOOLS_H

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "brisk/data.h"

/* Makes an empty folder and works in it. */
static inline void enter_folder(void)
{
    static char folder[] = "/tmp/brisk-data-XXXXXX";
    cr_assert_not_null(mkdtemp(folder));
    cr_assert_eq(chdir(folder), 0);
}

static inline void write_file(const char *name, const void *bytes, size_t size)
{
    FILE *file = fopen(name, "wb");
    cr_assert_not_null(file);
    cr_assert_eq(fwrite(bytes, 1, size, file), size);
    cr_assert_eq(fclose(file), 0);
}

static inline bk_data *read_column(const char *source, const char *wanted, bk_data_kind kind)
{
    const bk_data_column column = {wanted, kind, "--column"};
    bk_error_clear();
    return bk_data_read(source, &column, 1, NULL);
}

static inline void assert_refused(const char *source, const char *wanted, bk_status status,
                                  const char *message)
{
    bk_data *data = read_column(source, wanted, BK_DATA_NUMBER);
    cr_assert_null(data, "%s was read", source);
    cr_assert(strstr(bk_error_message(), message) != NULL, "expected '%s', got: %s", message,
              bk_error_message());
    cr_assert_eq(bk_error_status(), status, "%s: %s", bk_status_name(bk_error_status()), bk_error_message());
}

#endif
