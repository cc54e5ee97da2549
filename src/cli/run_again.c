/* SPDX-License-Identifier: GPL-3.0-or-later
 * Command lines as text: what was run, and what to type to go on with it. */
#include "cli/run_again.h"

#include <stdio.h>
#include <string.h>

void bk_append_argument(bk_text *text, const char *argument)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_=+,./:@%";
    const char *blank = text->length == 0 ? "" : " ";
    if (argument[0] != '\0' && argument[strspn(argument, plain)] == '\0') {
        bk_text_append(text, "%s%s", blank, argument);
        return;
    }
    bk_text_append(text, "%s'", blank);
    for (const char *c = argument; *c != '\0'; c++) {
        if (*c == '\'') {
            bk_text_append(text, "'\\''");
        } else {
            bk_text_append(text, "%c", *c);
        }
    }
    bk_text_append(text, "'");
}

bk_status bk_command_text(bk_text *text, const bk_program *program, const char *command, int argc,
                          char **argv)
{
    bk_append_argument(text, program->name);
    bk_append_argument(text, command);
    for (int i = 0; i < argc; i++) {
        bk_append_argument(text, argv[i]);
    }
    return bk_text_status(text);
}

static void append_option(bk_text *text, const char *name, const char *value)
{
    char word[160];
    if (strcmp(name, "output") == 0 || strcmp(name, "threads") == 0) {
        bk_append_argument(text, name[0] == 'o' ? "-o" : "-j");
    } else {
        (void)snprintf(word, sizeof word, "--%.150s", name);
        bk_append_argument(text, word);
    }
    if (value != NULL) {
        bk_append_argument(text, value);
    }
}

void bk_append_run_again(bk_text *text, const bk_program *program, const bk_run_request *request,
                         bool keep_force)
{
    char seed[24];
    (void)snprintf(seed, sizeof seed, "%llu", (unsigned long long)request->settings.seed);
    bk_append_argument(text, program->invoked);
    bk_append_argument(text, "run");
    bk_append_argument(text, request->settings.experiment->name);
    for (size_t i = 0; i < request->n_given; i++) {
        const char *name = request->given[i].name;
        const bool dropped = strcmp(name, "resume") == 0 || (strcmp(name, "force") == 0 && !keep_force) ||
                             (strcmp(name, "seed") == 0 && request->settings.random_seed);
        if (!dropped) {
            append_option(text, name, request->given[i].value);
        }
    }
    if (request->settings.random_seed) {
        append_option(text, "seed", seed);
    }
    append_option(text, "resume", NULL);
}
