/* SPDX-License-Identifier: GPL-3.0-or-later
 * Command-line arguments: exact names only, values where they belong, the nearest name in the message. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "cli/arguments.h"

static const bk_argument table[] = {
    {"output", 'o', "FILE", "where to", "Options:"},
    {"threads", 'j', "N", "how many", NULL},
    {"force", 0, NULL, "replace", NULL},
    {"test-size", 0, "N", "points", NULL},
};

static char record[500];

static bk_status take(void *context, const char *name, const char *value)
{
    (void)context;
    const size_t used = strlen(record);
    snprintf(record + used, sizeof record - used, "%s=%s;", name == NULL ? "" : name,
             value == NULL ? "" : value);
    return value != NULL && strcmp(value, "refused") == 0 ? bk_fail(BK_SHAPE, "refused") : BK_OK;
}

static bk_status parse(int argc, const char *const *argv, bool *help)
{
    static const bk_argument_parser parser = {.command = "brisk test",
                                              .arguments = "FILE",
                                              .before = "Test.",
                                              .table = table,
                                              .count = 4,
                                              .handler = take};
    char *copy[16];
    for (int i = 0; i < argc; i++) {
        copy[i] = (char *)argv[i];
    }
    record[0] = '\0';
    bk_error_clear();
    return bk_arguments_parse(&parser, argc, copy, help);
}

typedef struct example {
    int argc;
    const char *argv[8];
    const char *expected; /* the record, or a part of the message */
} example;

Test(arguments, forms_of_options_are_understood)
{
    static const example good[] = {
        {2, {"--output", "a"}, "output=a;"},
        {1, {"--output=a"}, "output=a;"},
        {1, {"--output="}, "output=;"},
        {2, {"-o", "a"}, "output=a;"},
        {1, {"-oa"}, "output=a;"},
        {4, {"-j", "4", "--force", "x"}, "threads=4;force=;=x;"},
        {2, {"--test-size", "-3"}, "test-size=-3;"},
        {2, {"--output", "--force"}, "output=--force;"},
        {1, {"-"}, "=-;"},
        {3, {"--", "--force", "-x"}, "=--force;=-x;"},
        {0, {NULL}, ""},
    };
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        bool help = true;
        cr_assert_eq(parse(good[i].argc, good[i].argv, &help), BK_OK, "case %zu: %s", i, bk_error_message());
        cr_assert_not(help);
        cr_assert_str_eq(record, good[i].expected, "case %zu", i);
    }
}

Test(arguments, mistakes_are_named)
{
    static const example bad[] = {
        {2, {"--outptu", "a"}, "unknown option --outptu; did you mean --output?"},
        {2, {"--out", "a"}, "unknown option --out; did you mean --output?"},
        {2, {"--test_size", "5"}, "did you mean --test-size?"},
        {1, {"--qqqqqqqq"}, "unknown option --qqqqqqqq"},
        {1, {"--output"}, "--output needs a value"},
        {1, {"-o"}, "-o needs a value"},
        {1, {"--force=1"}, "--force takes no value"},
        {1, {"-x"}, "unknown option -x"},
        {1, {"--usage"}, "unknown option --usage"},
        {1, {"--version"}, "unknown option --version"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        bool help = false;
        cr_assert_eq(parse(bad[i].argc, bad[i].argv, &help), BK_INVALID, "case %zu", i);
        cr_assert(strstr(bk_error_message(), bad[i].expected) != NULL, "case %zu says: %s", i,
                  bk_error_message());
        cr_assert_str_eq(record, "", "nothing is handed out before everything was checked");
    }
}

Test(arguments, the_handlers_first_failure_is_returned)
{
    static const example refused = {4, {"--output", "refused", "-j", "2"}, ""};
    bool help = false;
    cr_assert_eq(parse(refused.argc, refused.argv, &help), BK_SHAPE);
    cr_assert_str_eq(record, "output=refused;");
}

Test(arguments, help_is_printed_and_nothing_handed_out)
{
    static const example asked = {3, {"--force", "--help", "x"}, ""};
    bool help = false;
    cr_assert_eq(parse(asked.argc, asked.argv, &help), BK_OK);
    cr_assert(help);
    cr_assert_str_eq(record, "");
}
