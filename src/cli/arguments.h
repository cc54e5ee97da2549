/* SPDX-License-Identifier: GPL-3.0-or-later
 * cli/arguments.h: command-line arguments. argp parses and formats the help; what it would let pass
 * (abbreviations) or say badly (unknown options) is checked first. */
#ifndef BRISK_CLI_ARGUMENTS_H
#define BRISK_CLI_ARGUMENTS_H

#include "brisk/base.h"

typedef struct bk_argument {
    const char *name;  /* long name without dashes */
    char letter;       /* short name, 0: none */
    const char *value; /* what the value is called in the help, NULL: a flag */
    const char *help;
    const char *heading; /* NULL, or a heading that this and the following options stand under */
} bk_argument;

/* Gets each option (name, value or NULL) and each other argument (NULL, text) in order. */
typedef bk_status (*bk_argument_handler)(void *context, const char *name, const char *value);

typedef struct bk_argument_parser {
    const char *command;   /* "brisk run lab" */
    const char *arguments; /* what follows the options in the usage line */
    const char *before;    /* text before the options in the help; NULL: none */
    const char *after;     /* and behind them */
    const bk_argument *table;
    size_t count;
    bk_argument_handler handler;
    void *context;
} bk_argument_parser;

/* Parses argc arguments (no program name among them). --help prints the help on stdout, sets help and
 * hands out nothing. BK_INVALID for unknown or abbreviated options (the nearest is named), missing or
 * superfluous values; else the first failure of the handler. */
bk_status bk_arguments_parse(const bk_argument_parser *parser, int argc, char **argv, bool *help);

/* Calls take for each item of a list "A,B,C"; BK_INVALID for an empty item. option is named in messages. */
typedef bk_status (*bk_argument_item)(void *context, const char *item);
bk_status bk_arguments_each(const char *list, const char *option, bk_argument_item take, void *context);

#endif
