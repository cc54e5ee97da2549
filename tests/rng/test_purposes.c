/* SPDX-License-Identifier: GPL-3.0-or-later
 * The table of purposes: no number and no name twice, frozen numbers. */
#include <string.h>

#include <criterion/criterion.h>

#include "brisk/rng.h"

Test(purposes, names_and_numbers_are_unique)
{
    cr_assert(bk_purpose_count() > 0 && bk_purpose_row(bk_purpose_count()) == NULL);
    for (size_t a = 0; a < bk_purpose_count(); a++) {
        const bk_purpose_facts *row = bk_purpose_row(a);
        cr_assert(row->number > 0 && row->number < BK_PURPOSE_USER);
        cr_assert(strlen(row->name) > 0 && strlen(row->text) > 0);
        cr_assert(strspn(row->name, "abcdefghijklmnopqrstuvwxyz-") == strlen(row->name), "%s", row->name);
        for (size_t b = 0; b < a; b++) {
            cr_assert(bk_purpose_row(b)->number != row->number);
            cr_assert(strcmp(bk_purpose_row(b)->name, row->name) != 0);
        }
    }
}

/* Every result ever computed depends on these. */
Test(purposes, numbers_are_frozen)
{
    cr_assert(BK_PURPOSE_TRAINING_SET == 1 && BK_PURPOSE_INITIAL_WEIGHTS == 2 &&
              BK_PURPOSE_ERROR_ESTIMATE == 3);
    cr_assert(BK_PURPOSE_TRIAL == 4 && BK_PURPOSE_TEST_SET == 5 && BK_PURPOSE_BOOTSTRAP == 6);
    cr_assert(BK_PURPOSE_GRADIENT_DIRECTION == 7);
    cr_assert(BK_PURPOSE_BETTING_ORDER == 8 && BK_PURPOSE_COVERAGE == 9);
    cr_assert(BK_PURPOSE_BOOTSTRAP_STRATUM == 512 && BK_PURPOSE_USER == 1024);
}
