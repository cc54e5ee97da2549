/* SPDX-License-Identifier: GPL-3.0-or-later
 * Shortest numbers and the checked writer. */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/sink.h"

/* Significant digits of a decimal: what stands before an exponent, without zeros at the ends. */
static size_t digits_of(const char *text)
{
    size_t count = 0, zeros = 0;
    for (const char *c = text; *c != '\0' && *c != 'e'; c++) {
        if (*c >= '1' && *c <= '9') {
            count += zeros + 1;
            zeros = 0;
        } else if (*c == '0' && count > 0) {
            zeros++;
        }
    }
    return count;
}

static size_t fewest_digits(double value)
{
    char text[64];
    for (int digits = 1; digits < 17; digits++) {
        (void)snprintf(text, sizeof text, "%.*e", digits - 1, value);
        if (strtod(text, NULL) == value) {
            return digits_of(text);
        }
    }
    return 17;
}

static void check_real(double value)
{
    char text[BK_NUMBER_BYTES];
    const size_t length = bk_shortest_real(text, value);
    const double back = strtod(text, NULL);
    cr_assert_eq(length, strlen(text));
    cr_assert_lt(length, (size_t)BK_NUMBER_BYTES);
    cr_assert(memcmp(&back, &value, sizeof value) == 0, "%a became %s", value, text);
    if (value != 0.0) {
        cr_assert_leq(digits_of(text), fewest_digits(value), "%s is not the shortest of %a", text, value);
    }
}

static double from_bits(uint64_t bits)
{
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

Test(sink, reals_come_back)
{
    static const double special[] = {0.0,
                                     -0.0,
                                     1.0,
                                     -1.0,
                                     0.1,
                                     0.3,
                                     1e15,
                                     1e16,
                                     1e22,
                                     1e23,
                                     DBL_MAX,
                                     DBL_MIN,
                                     5e-324,
                                     123456.7,
                                     1e-9,
                                     1e-10,
                                     2e-9,
                                     0.5,
                                     1e9,
                                     123456789.125,
                                     1e-5,
                                     9.5e-7,
                                     999999.9,
                                     1.0 / 3,
                                     2.0 / 3,
                                     0.1 + 0.2,
                                     1e14,
                                     999999999999999.0,
                                     9007199254740993.0,
                                     4.35,
                                     0.285,
                                     1.005};
    for (size_t i = 0; i < sizeof special / sizeof special[0]; i++) {
        check_real(special[i]);
        check_real(-special[i]);
    }
    /* Bit patterns of every exponent, by a multiplicative generator that needs no room of ours. */
    uint64_t state = 1;
    for (size_t i = 0; i < 200000; i++) {
        state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        const double value = from_bits(state);
        if (isfinite(value)) {
            check_real(value);
        }
    }
    /* Error rates and decimals of few digits. */
    for (size_t k = 0; k <= 1000; k++) {
        check_real((double)k / 1000.0);
        check_real((double)k / 997.0);
        check_real((double)k * 0.01);
        check_real((double)k * 1e-7);
    }
}

Test(sink, known_decimals)
{
    static const struct {
        double value;
        const char *text;
    } known[] = {{0.037, "0.037"},
                 {1000.0, "1000"},
                 {-2.5, "-2.5"},
                 {-0.0, "-0"},
                 {1e300, "1e+300"},
                 {1e-12, "1e-12"},
                 {0.1 + 0.2, "0.30000000000000004"},
                 {(double)INFINITY, "inf"},
                 {-(double)INFINITY, "-inf"},
                 {(double)NAN, "nan"}};
    char text[BK_NUMBER_BYTES];
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        cr_assert_eq(bk_shortest_real(text, known[i].value), strlen(known[i].text));
        cr_assert_str_eq(text, known[i].text);
    }
}

Test(sink, floats_come_back)
{
    char text[BK_NUMBER_BYTES];
    uint32_t state = 1;
    for (size_t i = 0; i < 100000; i++) {
        float value;
        state = state * 1664525u + 1013904223u;
        memcpy(&value, &state, sizeof value);
        if (isfinite(value)) {
            (void)bk_shortest_real_f32(text, value);
            const float back = strtof(text, NULL);
            cr_assert(memcmp(&back, &value, sizeof value) == 0, "%a became %s", (double)value, text);
        }
    }
    (void)bk_shortest_real_f32(text, 0.1f);
    cr_assert_str_eq(text, "0.1");
}

Test(sink, integers)
{
    char text[BK_NUMBER_BYTES], expected[BK_NUMBER_BYTES];
    static const int64_t values[] = {0, 1, -1, 9, 10, -10, 99, 100, INT64_MAX, INT64_MIN, INT64_MIN + 1};
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        (void)snprintf(expected, sizeof expected, "%" PRId64, values[i]);
        cr_assert_eq(bk_decimal_integer(text, values[i]), strlen(expected));
        cr_assert_str_eq(text, expected);
        (void)snprintf(expected, sizeof expected, "%" PRIu64, (uint64_t)values[i]);
        cr_assert_eq(bk_decimal_unsigned(text, (uint64_t)values[i]), strlen(expected));
        cr_assert_str_eq(text, expected);
    }
}

/* More than a buffer, in pieces of all lengths, arrives as it was. */
Test(sink, what_is_written_arrives)
{
    static bk_sink sink;
    char path[] = "/tmp/brisk-sink-XXXXXX";
    const int file = mkstemp(path);
    cr_assert_geq(file, 0);
    bk_sink_open(&sink, file, path);
    static char sent[400000], came[400001];
    size_t count = 0;
    for (size_t length = 0; count + length <= sizeof sent; length = (length + 7) % 1000) {
        for (size_t i = 0; i < length; i++) {
            sent[count + i] = (char)('a' + (count + i) % 23);
        }
        bk_sink_bytes(&sink, sent + count, length);
        count += length;
    }
    cr_assert_eq(bk_sink_finish(&sink), BK_OK);
    cr_assert_eq(pread(file, came, sizeof came, 0), (ssize_t)count);
    cr_assert(memcmp(sent, came, count) == 0);
    (void)close(file);
    (void)unlink(path);
}

/* Each byte counts: a failure in the middle stays, whatever is written after it. */
Test(sink, a_full_disk_is_told)
{
    static bk_sink sink;
    const int file = open("/dev/full", O_WRONLY | O_CLOEXEC);
    if (file < 0) {
        cr_skip_test("no /dev/full");
    }
    bk_sink_open(&sink, file, "the table");
    for (size_t i = 0; i < 20000; i++) {
        bk_sink_text(&sink, "a line\n");
    }
    cr_assert_eq(bk_sink_finish(&sink), BK_FILE);
    cr_assert(strstr(bk_error_message(), "the table") != NULL);
    bk_sink_open(&sink, file, "the table");
    bk_sink_text(&sink, "few bytes");
    cr_assert_eq(bk_sink_finish(&sink), BK_FILE);
    (void)close(file);
}
