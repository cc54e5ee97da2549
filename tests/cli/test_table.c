/* SPDX-License-Identifier: GPL-3.0-or-later
 * Levels in words, and JSON that never holds what is not a number. */
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "cli/table.h"

Test(table, percents_are_short_and_exact)
{
    static const struct {
        double level;
        const char *text;
    } cases[] = {{0.9, "90 %"},
                 {0.95, "95 %"},
                 {0.99, "99 %"},
                 {0.999, "99.9 %"},
                 {0.5, "50 %"},
                 {0.975, "97.5 %"},
                 {0.9999999, "99.99999 %"},
                 {0.1, "10 %"},
                 {0.07, "7 %"},
                 {0.123456, "12.3456 %"},
                 {1 - 0x1p-53, "99.99999999999999 %"},
                 {1e-20, "1e-18 %"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[64];
        cr_assert_str_eq(bk_table_percent(text, sizeof text, cases[i].level), cases[i].text);
    }
}

Test(table, what_is_not_finite_is_null)
{
    const double values[] = {NAN, HUGE_VAL, -HUGE_VAL};
    for (size_t i = 0; i < 3; i++) {
        json_t *value = bk_json_number(values[i]);
        cr_assert(json_is_null(value));
        json_decref(value);
    }
    json_t *half = bk_json_number(0.5);
    cr_assert_eq(json_real_value(half), 0.5);
    json_decref(half);
}

Test(table, an_interval_without_ends_is_whole_json)
{
    const bk_interval interval = {.method = "wilson",
                                  .low = NAN,
                                  .high = NAN,
                                  .half_width = NAN,
                                  .estimate = 0.25,
                                  .level = 0.9,
                                  .status = BK_INTERVAL_NEEDS_01_DATA,
                                  .reason = "a \"reason\"",
                                  .guarantee = BK_GUARANTEE_ASYMPTOTIC,
                                  .assumption = "",
                                  .mc_error_low = NAN,
                                  .mc_error_high = NAN,
                                  .promise = ""};
    json_t *object = bk_json_interval(&interval);
    cr_assert_not_null(object);
    cr_assert_eq(json_object_size(object), 14);
    cr_assert(json_is_null(json_object_get(object, "low")));
    cr_assert_str_eq(json_string_value(json_object_get(object, "status")), "needs-01-data");
    cr_assert_str_eq(json_string_value(json_object_get(object, "sides")), "two");
    cr_assert(json_is_false(json_object_get(object, "clipped")));
    json_decref(object);
}
