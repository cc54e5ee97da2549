/* SPDX-License-Identifier: GPL-3.0-or-later
 * Decimal text becomes the nearest f64: the fast ways give the bits of strtod, which glibc rounds exactly. */
#include <criterion/criterion.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "results/data.h"

static uint64_t state = 88172645463325252U;

static uint64_t draw(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

static void check(const char *text)
{
    double value = -7.0;
    cr_assert_eq(bk_number_parse(&value, text, strlen(text)), BK_NUMBER_FINITE, "%s", text);
    const double expected = strtod(text, NULL);
    cr_assert_eq(memcmp(&value, &expected, sizeof value), 0, "%s: %.17g, not %.17g", text, value, expected);
}

Test(data_number, equals_strtod_for_numbers_as_programs_write_them)
{
    static const char *const formats[] = {"%.17g", "%.18e",  "%.16f", "%.6f", "%.3g",
                                          "%.20f", "%+.15e", "%.30g", "%.0f"};
    char text[400];
    for (int i = 0; i < 10000; i++) {
        const double uniform = (double)(draw() >> 11) / 9007199254740992.0;
        uint64_t bits = draw();
        double any;
        memcpy(&any, &bits, sizeof any);
        const double values[] = {uniform, -uniform * 1e3, uniform * 1e-7, uniform * 1e19, any};
        for (size_t v = 0; v < 5; v++) {
            if (values[v] != values[v] || values[v] - values[v] != 0.0) {
                continue;
            }
            snprintf(text, sizeof text, formats[draw() % 9], values[v]);
            check(text);
        }
    }
}

Test(data_number, equals_strtod_halfway_between_doubles)
{
    char text[64];
    for (int i = 0; i < 10000; i++) {
        /* 54 bits with the lowest set are halfway between two doubles; 64 bits try both sides of it. */
        const uint64_t half = (draw() >> 10) | (UINT64_C(1) << 53) | 1;
        const uint64_t wide = (half << 10) + (draw() % 3) - 1;
        snprintf(text, sizeof text, "%" PRIu64, half);
        check(text);
        snprintf(text, sizeof text, "%" PRIu64 ".%d", half, (int)(draw() % 2));
        check(text);
        snprintf(text, sizeof text, "%" PRIu64 "e-%d", wide, (int)(draw() % 40));
        check(text);
        snprintf(text, sizeof text, "%" PRIu64 "e%d", draw() >> (draw() % 64), (int)(draw() % 60) - 30);
        check(text);
        /* j / 2^k in decimals ends with 5 and lies exactly on a double or halfway. */
        snprintf(text, sizeof text, "%.*f", (int)(draw() % 25),
                 (double)(draw() >> 11) / 1048576.0 / 1048576.0);
        check(text);
    }
}

/* A quotient of 63 bits is halfway but for its remainder once in 1024 times. */
Test(data_number, equals_strtod_where_only_the_remainder_decides)
{
    char text[64];
    for (int i = 0; i < 100000; i++) {
        const uint64_t digits = UINT64_C(1000000000000000000) + draw() % UINT64_C(9000000000000000000);
        snprintf(text, sizeof text, "%" PRIu64 "e-%d", digits, 1 + (int)(draw() % 27));
        check(text);
    }
}

Test(data_number, odd_spellings_are_numbers)
{
    static const char *const good[] = {"0",
                                       "-0",
                                       "+1",
                                       ".5",
                                       "5.",
                                       "-.5e1",
                                       "1e5",
                                       "1E+05",
                                       "1e-05",
                                       "00012",
                                       "0.000000000000000000000000000000000001",
                                       "18446744073709551616",
                                       "36893488147419103232",
                                       "1844674407370955161600000000000000000000",
                                       "9999999999999999999",
                                       "9007199254740993",
                                       "9007199254740993.0",
                                       "1e-400",
                                       "4.9e-324",
                                       "2.2250738585072011e-308",
                                       "1e22",
                                       "1e23",
                                       "1e-22",
                                       "1e-23",
                                       "123456789012345678901234567890",
                                       "0.1e-99999999999",
                                       "0e99999999999"};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        check(good[i]);
    }
}

Test(data_number, what_is_no_finite_number_is_told_apart)
{
    static const struct {
        const char *text;
        bk_number_kind kind;
    } cases[] = {
        {"", BK_NUMBER_NONE},         {"abc", BK_NUMBER_NONE},       {"1x", BK_NUMBER_NONE},
        {"0x10", BK_NUMBER_NONE},     {"1e", BK_NUMBER_NONE},        {"1e+", BK_NUMBER_NONE},
        {".", BK_NUMBER_NONE},        {"-", BK_NUMBER_NONE},         {"+-1", BK_NUMBER_NONE},
        {"1,5", BK_NUMBER_NONE},      {"1 2", BK_NUMBER_NONE},       {"1.2.3", BK_NUMBER_NONE},
        {"NA", BK_NUMBER_NONE},       {"e5", BK_NUMBER_NONE},        {"nan", BK_NUMBER_NAN},
        {"-NaN", BK_NUMBER_NAN},      {"inf", BK_NUMBER_INFINITE},   {"+Infinity", BK_NUMBER_INFINITE},
        {"-INF", BK_NUMBER_INFINITE}, {"1e309", BK_NUMBER_INFINITE}, {"1e99999999999", BK_NUMBER_INFINITE},
        {"nano", BK_NUMBER_NONE},     {"--inf", BK_NUMBER_NONE}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        double value = -7.0;
        cr_assert_eq(bk_number_parse(&value, cases[i].text, strlen(cases[i].text)), cases[i].kind, "'%s'",
                     cases[i].text);
        cr_assert_eq(value, -7.0, "'%s' touched the value", cases[i].text);
    }
}
