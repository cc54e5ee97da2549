/* SPDX-License-Identifier: GPL-3.0-or-later
 * Pages grow without losing what they hold, and the new ones are zero. */
#include <criterion/criterion.h>
#include <stdint.h>
#include <string.h>

#include "brisk/base.h"

Test(pages, growing_keeps_the_old_and_zeroes_the_new)
{
    size_t count = 0, capacity = 0;
    uint64_t *pages = NULL;
    for (size_t next = 3; next < 4000000; next = next * 5 / 2) {
        uint64_t *grown = bk_pages_resize(pages, capacity, next, sizeof *pages);
        cr_assert_not_null(grown, "%s", bk_error_message());
        pages = grown;
        for (size_t i = 0; i < count; i++) {
            cr_assert_eq(pages[i], i + 1);
        }
        capacity = next;
        for (; count < capacity; count++) {
            cr_assert_eq(pages[count], 0);
            pages[count] = count + 1;
        }
    }
    pages = bk_pages_resize(pages, capacity, 10, sizeof *pages);
    cr_assert_not_null(pages);
    cr_assert_eq(pages[9], 10);
    bk_pages_free(pages, 10, sizeof *pages);
    bk_pages_free(NULL, 0, sizeof *pages);
}

Test(pages, what_cannot_be_had_leaves_the_memory_as_it_was)
{
    double *pages = bk_pages_resize(NULL, 0, 1000, sizeof *pages);
    cr_assert_not_null(pages);
    pages[999] = 7.0;
    cr_assert_null(bk_pages_resize(pages, 1000, SIZE_MAX / 4, sizeof *pages));
    cr_assert_eq(bk_error_status(), BK_OVERFLOW);
    cr_assert_null(bk_pages_resize(pages, 1000, (size_t)1 << 59, sizeof *pages));
    cr_assert_eq(bk_error_status(), BK_MEMORY, "%s", bk_error_message());
    cr_assert_null(bk_pages_resize(pages, 1000, 0, sizeof *pages));
    cr_assert_eq(pages[999], 7.0);
    bk_pages_free(pages, 1000, sizeof *pages);
}
