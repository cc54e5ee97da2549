/* SPDX-License-Identifier: GPL-3.0-or-later
 * Cells of 32-bit floats: as many digits as bring the float back, and not those of the double beside it. */
#include <criterion/criterion.h>
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/export.h"
#include "cli/replay_table.h"

Test(float_cells, a_replayed_float_has_its_own_digits)
{
    static const bk_field field = {
        .name = "x", .dtype = BK_F32, .rank = 1, .axes = {"point"}, .unit = "1", .long_name = "x"};
    const float values[] = {0.1f, -2.5f, 1.0f / 3.0f, (float)NAN, FLT_TRUE_MIN};
    bk_results *results = bk_results_create();
    bk_group *group = bk_group_at(bk_results_root(results), "point");
    bk_text csv = {0};
    cr_assert_not_null(bk_group_add(group, &field, (size_t[]){5}, values));
    cr_assert_eq(bk_replay_table(&csv, group), BK_OK);
    cr_assert_str_eq(bk_text_string(&csv), "x\n0.1\n-2.5\n0.33333334\n\n1e-45\n");
    bk_text_clear(&csv);
    bk_results_destroy(results);
}

/* Digits of a decimal, those of its exponent and zeros in front left out. */
static size_t digits_of(const char *text)
{
    size_t count = 0;
    for (const char *c = text; *c != '\0' && *c != 'e'; c++) {
        count += (*c >= '1' && *c <= '9') || (*c == '0' && count > 0);
    }
    return count;
}

/* The nearest decimal of one digit less does not come back. */
static bool is_shortest(const char *text, float value)
{
    const int digits = (int)digits_of(text) - 1;
    char shorter[BK_NUMBER_BYTES];
    if (digits < 1) {
        return true;
    }
    (void)snprintf(shorter, sizeof shorter, "%.*e", digits - 1, (double)value);
    return strtof(shorter, NULL) != value;
}

Test(float_cells, no_decimal_of_fewer_digits_comes_back)
{
    char text[BK_NUMBER_BYTES];
    uint32_t state = 1;
    for (size_t i = 0; i < 200000; i++) {
        float value;
        state = state * 1664525u + 1013904223u;
        /* Every other one is below FLT_MIN. */
        const uint32_t bits = i % 2 == 0 ? state : state & 0x807fffffu;
        memcpy(&value, &bits, sizeof value);
        if (!isfinite(value) || value == 0.0f) {
            continue;
        }
        (void)bk_shortest_real_f32(text, value);
        cr_assert(strtof(text, NULL) == value, "%a became %s", (double)value, text);
        cr_assert(strchr(text, 'e') == NULL || is_shortest(text, value), "%s is longer than it must be",
                  text);
    }
}
