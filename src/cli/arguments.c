/* SPDX-License-Identifier: GPL-3.0-or-later
 * Command-line arguments through argp, strictly. */
#define _GNU_SOURCE
#include "cli/arguments.h"

#include <argp.h>
#include <stdio.h>
#include <string.h>

/* Keys of options without a letter begin above every character. */
#define FIRST_KEY 0x1000

typedef struct parsing {
    const bk_argument_parser *parser;
    bk_status status;
} parsing;

static const bk_argument help_argument = {"help", 'h', NULL, "print this help and exit", NULL};

/* Row `row` of the table, with --help behind the last one. */
static const bk_argument *argument_row(const bk_argument_parser *parser, size_t row)
{
    return row < parser->count ? &parser->table[row] : &help_argument;
}

static const bk_argument *find_long(const bk_argument_parser *parser, const char *name, size_t length)
{
    for (size_t row = 0; row <= parser->count; row++) {
        const bk_argument *argument = argument_row(parser, row);
        if (strlen(argument->name) == length && strncmp(argument->name, name, length) == 0) {
            return argument;
        }
    }
    return NULL;
}

static const bk_argument *find_letter(const bk_argument_parser *parser, char letter)
{
    for (size_t row = 0; row <= parser->count; row++) {
        if (argument_row(parser, row)->letter == letter) {
            return argument_row(parser, row);
        }
    }
    return NULL;
}

static bk_status unknown_option(const bk_argument_parser *parser, const char *token, size_t length)
{
    const char **names = bk_allocate(parser->count + 1, sizeof *names);
    if (names == NULL) {
        return bk_error_status();
    }
    for (size_t row = 0; row <= parser->count; row++) {
        names[row] = argument_row(parser, row)->name;
    }
    char word[128];
    (void)snprintf(word, sizeof word, "%.*s", (int)(length < 100 ? length : 100), token + 2);
    const char *nearest = bk_nearest_name(word, names, parser->count + 1);
    bk_free((void *)names);
    if (nearest == NULL) {
        return bk_fail(BK_INVALID, "unknown option --%s", word);
    }
    return bk_fail(BK_INVALID, "unknown option --%s; did you mean --%s?", word, nearest);
}

/* Checks one token that starts with "--"; takes_next tells whether its value is the next token. */
static bk_status check_long(const bk_argument_parser *parser, const char *token, bool *takes_next, bool *help)
{
    const size_t length = strcspn(token + 2, "=");
    const bool has_value = token[2 + length] == '=';
    const bk_argument *argument = find_long(parser, token + 2, length);
    if (argument == NULL) {
        return unknown_option(parser, token, length);
    }
    if (argument->value == NULL && has_value) {
        return bk_fail(BK_INVALID, "--%s takes no value", argument->name);
    }
    *help = *help || argument == &help_argument;
    *takes_next = argument->value != NULL && !has_value;
    return BK_OK;
}

/* Checks one token of short options, "-j" or "-j4". */
static bk_status check_short(const bk_argument_parser *parser, const char *token, bool *takes_next,
                             bool *help)
{
    for (const char *letter = token + 1; *letter != '\0'; letter++) {
        const bk_argument *argument = find_letter(parser, *letter);
        if (argument == NULL) {
            return bk_fail(BK_INVALID, "unknown option -%c in '%s'", *letter, token);
        }
        *help = *help || argument == &help_argument;
        if (argument->value != NULL) {
            if (letter[1] == '=') {
                return bk_fail(BK_INVALID, "'%s': write -%c %s or --%s=%s", token, *letter, argument->value,
                               argument->name, argument->value);
            }
            *takes_next = letter[1] == '\0';
            return BK_OK;
        }
    }
    return BK_OK;
}

static bk_status check_tokens(const bk_argument_parser *parser, int argc, char **argv, bool *help)
{
    for (int i = 0; i < argc; i++) {
        const char *token = argv[i];
        bool takes_next = false;
        if (strcmp(token, "--") == 0) {
            return BK_OK;
        }
        if (strncmp(token, "--", 2) == 0) {
            BK_TRY(check_long(parser, token, &takes_next, help));
        } else if (token[0] == '-' && token[1] != '\0') {
            BK_TRY(check_short(parser, token, &takes_next, help));
        }
        if (takes_next && i + 1 == argc) {
            return bk_fail(BK_INVALID, "%s needs a value", token);
        }
        i += takes_next ? 1 : 0;
    }
    return BK_OK;
}

static error_t handle(int key, char *value, struct argp_state *state)
{
    parsing *context = state->input;
    const bk_argument_parser *parser = context->parser;
    const char *name = NULL;
    if (key == ARGP_KEY_ARG) {
        name = NULL;
    } else if (key >= FIRST_KEY && (size_t)(key - FIRST_KEY) < parser->count) {
        name = parser->table[key - FIRST_KEY].name;
    } else if (key > ' ' && key < 0x7f && find_letter(parser, (char)key) != NULL) {
        name = find_letter(parser, (char)key)->name;
    } else {
        return ARGP_ERR_UNKNOWN;
    }
    if (context->status == BK_OK) {
        context->status = parser->handler(parser->context, name, value);
    }
    return 0;
}

/* argp's own table, two rows for an option that begins a heading. */
static struct argp_option *argp_table(const bk_argument_parser *parser)
{
    struct argp_option *rows = bk_allocate(2 * parser->count + 3, sizeof *rows);
    if (rows == NULL) {
        return NULL;
    }
    size_t used = 0;
    int group = 0;
    for (size_t row = 0; row <= parser->count; row++) {
        const bk_argument *argument = argument_row(parser, row);
        if (argument->heading != NULL) {
            group++;
            rows[used++] = (struct argp_option){.doc = argument->heading, .group = group};
        }
        rows[used++] =
            (struct argp_option){.name = argument->name,
                                 .key = argument->letter != 0 ? argument->letter : FIRST_KEY + (int)row,
                                 .arg = argument->value,
                                 .doc = argument->help,
                                 .group = argument == &help_argument ? -1 : group};
    }
    return rows;
}

static bk_status parse_or_help(const bk_argument_parser *parser, struct argp *argp, int argc, char **argv,
                               bool help)
{
    if (help) {
        argp_help(argp, stdout, ARGP_HELP_LONG | ARGP_HELP_USAGE | ARGP_HELP_DOC,
                  (char *)(size_t)parser->command);
        return BK_OK;
    }
    /* argp wants the program's name first. */
    char **with_name = bk_allocate((size_t)argc + 2, sizeof *with_name);
    if (with_name == NULL) {
        return bk_error_status();
    }
    with_name[0] = (char *)(size_t)parser->command;
    memcpy((void *)(with_name + 1), (void *)argv, (size_t)argc * sizeof *with_name);
    parsing context = {.parser = parser, .status = BK_OK};
    const unsigned flags = ARGP_NO_EXIT | ARGP_NO_HELP | ARGP_NO_ERRS;
    if (argp_parse(argp, argc + 1, with_name, flags, NULL, &context) != 0 && context.status == BK_OK) {
        context.status = bk_fail(BK_INVALID, "the arguments cannot be understood");
    }
    bk_free((void *)with_name);
    return context.status;
}

bk_status bk_arguments_parse(const bk_argument_parser *parser, int argc, char **argv, bool *help)
{
    *help = false;
    BK_TRY(check_tokens(parser, argc, argv, help));
    struct argp_option *rows = argp_table(parser);
    bk_text documentation = {0};
    bk_text_append(&documentation, "%s\v%s", parser->before == NULL ? "" : parser->before,
                   parser->after == NULL ? "" : parser->after);
    bk_status status = rows == NULL ? bk_error_status() : bk_text_status(&documentation);
    if (status == BK_OK) {
        struct argp argp = {.options = rows,
                            .parser = handle,
                            .args_doc = parser->arguments,
                            .doc = bk_text_string(&documentation)};
        status = parse_or_help(parser, &argp, argc, argv, *help);
    }
    bk_text_clear(&documentation);
    bk_free(rows);
    return status;
}

bk_status bk_arguments_each(const char *list, const char *option, bk_argument_item take, void *context)
{
    char item[128];
    const char *at = list;
    for (;;) {
        const size_t length = strcspn(at, ",");
        if (length == 0 || length >= sizeof item) {
            return bk_fail(BK_INVALID, "--%s: '%s' is no list of the form A,B,C", option, list);
        }
        memcpy(item, at, length);
        item[length] = '\0';
        BK_TRY(take(context, item));
        if (at[length] == '\0') {
            return BK_OK;
        }
        at += length + 1;
    }
}
