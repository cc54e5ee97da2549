/* SPDX-License-Identifier: GPL-3.0-or-later
 * Option tables, configuration text, strict numbers, nearest names. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "brisk/base.h"

static const bk_option table[] = {
    {.name = "hidden",
     .type = BK_OPTION_INTEGER_LIST,
     .initial = "5,10",
     .range = "[1,1000]",
     .help = "units"},
    {.name = "activation",
     .type = BK_OPTION_CHOICE_LIST,
     .initial = "tanh",
     .choices = "tanh,relu",
     .help = "a"},
    {.name = "level", .type = BK_OPTION_REAL, .initial = "0.9", .range = "(0,1)", .help = "level"},
    {.name = "trials", .type = BK_OPTION_INTEGER, .initial = "100", .range = "[1,inf)", .help = "trials"},
    {.name = "sampling",
     .type = BK_OPTION_CHOICE,
     .initial = "balanced",
     .choices = "balanced,iid",
     .help = "s"},
    {.name = "title", .type = BK_OPTION_TEXT, .initial = "", .help = "text"},
};
#define ROWS (sizeof table / sizeof table[0])

static bk_options *fresh(void)
{
    bk_options *options = bk_options_create(table, ROWS);
    cr_assert_not_null(options, "%s", bk_error_message());
    return options;
}

Test(options, defaults_are_there)
{
    bk_options *options = fresh();
    cr_assert_eq(bk_option_list_length(options, "hidden"), 2);
    cr_assert_eq(bk_option_list_integer(options, "hidden", 1), 10);
    cr_assert_str_eq(bk_option_list_text(options, "activation", 0), "tanh");
    cr_assert_eq(bk_option_real(options, "level"), 0.9);
    cr_assert_eq(bk_option_integer(options, "trials"), 100);
    cr_assert_str_eq(bk_option_text(options, "sampling"), "balanced");
    cr_assert_str_eq(bk_option_text(options, "title"), "");
    bk_options_destroy(options);
}

Test(options, values_are_set_and_read_back)
{
    bk_options *options = fresh();
    cr_assert_eq(bk_options_set(options, "hidden", "7,500,1", "--hidden"), BK_OK);
    cr_assert_eq(bk_option_list_length(options, "hidden"), 3);
    cr_assert_eq(bk_option_list_integer(options, "hidden", 1), 500);
    cr_assert_eq(bk_options_set(options, "activation", "relu,tanh", "--activation"), BK_OK);
    cr_assert_str_eq(bk_option_list_text(options, "activation", 1), "tanh");
    cr_assert_eq(bk_options_set(options, "level", "1e-3", "--level"), BK_OK);
    cr_assert_eq(bk_option_real(options, "level"), 1e-3);
    cr_assert_str_eq(bk_option_value(options, "hidden"), "7,500,1");
    bk_options_destroy(options);
}

typedef struct bad_value {
    const char *name, *value, *part; /* what the message must hold */
} bad_value;

Test(options, bad_values_name_the_place_and_change_nothing)
{
    static const bad_value bad[] = {
        {"hidden", "0", "outside the allowed range [1,1000]"},
        {"hidden", "5,x", "'x' is not a whole number"},
        {"hidden", "5,,7", "'' is not a whole number"},
        {"hidden", "5,", "'' is not a whole number"},
        {"hidden", "5,5", "twice"},
        {"hidden", "5,05", "'05' is not a whole number"},
        {"hidden", "+5", "not a whole number"},
        {"title", ";a", "comment"},
        {"hidden", "", "empty"},
        {"hidden", "0x10", "not a whole number"},
        {"hidden", " 5", "not a whole number"},
        {"trials", "-3", "outside the allowed range"},
        {"trials", "99999999999999999999", "too large"},
        {"trials", "9007199254740993", "too large"},
        {"trials", "1e3", "not a whole number"},
        {"trials", "3 ", "not a whole number"},
        {"level", "1", "outside the allowed range (0,1)"},
        {"level", "0", "outside the allowed range (0,1)"},
        {"level", "nan", "not a number"},
        {"level", "inf", "not a number"},
        {"level", "0.5.5", "not a number"},
        {"level", "1e999", "too large"},
        {"activation", "sine", "'sine' is not one of tanh,relu"},
        {"activation", "tan", "'tan' is not one of tanh,relu"},
        {"activation", "tanh,tanh", "twice"},
        {"sampling", "balanced,iid", "is not one of"},
        {"title", "a\nb", "control character"},
        {"title", "a ;b", "comment"},
        {"hiden", "5", "did you mean 'hidden'?"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        bk_options *options = fresh();
        cr_assert_eq(bk_options_set(options, bad[i].name, bad[i].value, "study.ini:7"), BK_INVALID, "%s = %s",
                     bad[i].name, bad[i].value);
        cr_assert(strstr(bk_error_message(), bad[i].part) != NULL, "%s = %s says: %s", bad[i].name,
                  bad[i].value, bk_error_message());
        cr_assert(strncmp(bk_error_message(), "study.ini:7: ", 13) == 0, "%s", bk_error_message());
        cr_assert_eq(bk_option_list_integer(options, "hidden", 1), 10);
        cr_assert_eq(bk_option_integer(options, "trials"), 100);
        bk_options_destroy(options);
    }
}

Test(options, a_missing_required_option_and_wrong_readings_are_errors)
{
    static const bk_option required[] = {{.name = "train", .type = BK_OPTION_TEXT, .help = "CSV file"}};
    bk_options *options = bk_options_create(required, 1);
    cr_assert_eq(bk_options_check(options), BK_INVALID);
    cr_assert(strstr(bk_error_message(), "--train") != NULL);
    cr_assert_eq(bk_options_set(options, "train", "a.csv", "--train"), BK_OK);
    cr_assert_eq(bk_options_check(options), BK_OK);
    bk_error_clear();
    cr_assert_eq(bk_option_integer(options, "train"), 0);
    cr_assert_eq(bk_error_status(), BK_INVALID);
    bk_error_clear();
    cr_assert_str_eq(bk_option_text(options, "other"), "");
    cr_assert_eq(bk_error_status(), BK_INVALID);
    bk_options_destroy(options);
    bk_options_destroy(NULL);
    static const bk_option broken[] = {
        {.name = "n", .type = BK_OPTION_INTEGER, .initial = "zero", .help = "a default that is no number"}};
    cr_assert_null(bk_options_create(broken, 1));
}

static bk_status apply(void *context, const char *section, const char *key, const char *value, int line)
{
    char where[64];
    snprintf(where, sizeof where, "c.ini:%d", line);
    cr_assert_str_eq(section, "options");
    return bk_options_set(context, key, value, where);
}

Test(configuration, what_is_written_is_read_back)
{
    bk_options *options = fresh();
    cr_assert_eq(bk_options_set(options, "hidden", "3,4", "t"), BK_OK);
    cr_assert_eq(bk_options_set(options, "title", "a = b # c", "t"), BK_OK);
    bk_text text = {0};
    bk_text_append(&text, "[options]\n");
    bk_configuration_write(&text, options);
    bk_options *copy = fresh();
    cr_assert_eq(bk_configuration_read(bk_text_string(&text), "c.ini", apply, copy), BK_OK, "%s",
                 bk_error_message());
    for (size_t row = 0; row < ROWS; row++) {
        cr_assert_str_eq(bk_option_value(copy, table[row].name), bk_option_value(options, table[row].name));
    }
    bk_text_clear(&text);
    bk_options_destroy(options);
    bk_options_destroy(copy);
}

Test(configuration, bad_lines_are_named)
{
    static char long_line[300];
    snprintf(long_line, sizeof long_line, "[options]\ntitle = %0200d\n", 0);
    const char *const bad[][2] = {
        {"[options]\ntrials = 5\ntrials = 6\n", "c.ini:3: the key 'trials' is given a second time"},
        {"[options]\ntrials = 5\n  6\n", "c.ini:3: the line begins with a blank"},
        {"[options]\n\n# comment\nnonsense\n", "c.ini:4: neither"},
        {"[options]\nhiden = 5\n", "c.ini:2: there is no option 'hiden'; did you mean 'hidden'?"},
        {"[options]\ntrials = -1\n", "c.ini:2: -1 is outside"},
        {long_line, "c.ini:2: the line has 208 bytes"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        bk_options *options = fresh();
        cr_assert_eq(bk_configuration_read(bad[i][0], "c.ini", apply, options), BK_INVALID, "case %zu", i);
        cr_assert(strncmp(bk_error_message(), bad[i][1], strlen(bad[i][1])) == 0, "case %zu says: %s", i,
                  bk_error_message());
        bk_options_destroy(options);
    }
}

Test(configuration, comments_blank_lines_and_windows_line_ends_are_fine)
{
    bk_options *options = fresh();
    const char *text =
        "; a comment\r\n\r\n[options]\r\ntrials = 7\r\n  # indented comment\r\nlevel=0.5 ; inline\r\n";
    cr_assert_eq(bk_configuration_read(text, "c.ini", apply, options), BK_OK, "%s", bk_error_message());
    cr_assert_eq(bk_option_integer(options, "trials"), 7);
    cr_assert_eq(bk_option_real(options, "level"), 0.5);
    bk_options_destroy(options);
}

Test(parse, seeds_cover_64_bits_and_nothing_else)
{
    uint64_t seed = 5;
    cr_assert_eq(bk_parse_seed(&seed, "18446744073709551615", "--seed"), BK_OK);
    cr_assert_eq(seed, UINT64_MAX);
    static const char *const bad[] = {"18446744073709551616", "-1", "", "1.0", "0x1", " 1"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        cr_assert_eq(bk_parse_seed(&seed, bad[i], "--seed"), BK_INVALID, "%s", bad[i]);
        cr_assert_eq(seed, UINT64_MAX);
    }
}

Test(text, grows_and_remembers_failures)
{
    bk_text text = {0};
    cr_assert_str_eq(bk_text_string(&text), "");
    for (int i = 0; i < 1000; i++) {
        bk_text_append(&text, "%d,", i);
    }
    cr_assert_eq(text.length, 10 * 2 + 90 * 3 + 900 * 4);
    cr_assert_eq(strlen(bk_text_string(&text)), text.length);
    cr_assert_eq(bk_text_status(&text), BK_OK);
    bk_text_clear(&text);
    cr_assert_str_eq(bk_text_string(&text), "");
}

Test(text, the_nearest_name_is_near)
{
    static const char *const names[] = {"hidden", "trials", "test-size", "train-size"};
    cr_assert_str_eq(bk_nearest_name("trails", names, 4), "trials");
    cr_assert_str_eq(bk_nearest_name("testsize", names, 4), "test-size");
    cr_assert_null(bk_nearest_name("zzzzzzzz", names, 4));
    cr_assert_null(bk_nearest_name("x", NULL, 0));
}

Test(text, a_paragraph_is_broken_at_blanks)
{
    bk_text text = {0};
    bk_text_append_paragraph(&text, "  ", 10, "one two three incomprehensibility four");
    cr_assert_str_eq(bk_text_string(&text), "  one two\n  three\n  incomprehensibility\n  four\n");
    bk_text_clear(&text);
    bk_text_append_paragraph(&text, "", 10, "0123456789");
    cr_assert_str_eq(bk_text_string(&text), "0123456789\n");
    bk_text_clear(&text);
}
