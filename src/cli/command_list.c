/* SPDX-License-Identifier: GPL-3.0-or-later
 * brisk list: the experiments, the options of one, the purposes of random streams. */
#include <stdio.h>
#include <string.h>

#include "brisk/rng.h"
#include "cli/arguments.h"
#include "cli/program.h"

typedef struct list_request {
    const char *experiment;
    bool purposes;
} list_request;

static bk_status take_argument(void *context, const char *name, const char *value)
{
    list_request *request = context;
    if (name != NULL) {
        request->purposes = true;
        return BK_OK;
    }
    if (request->experiment != NULL) {
        return bk_fail(BK_INVALID, "one experiment at a time: '%s' is too much", value);
    }
    request->experiment = value;
    return BK_OK;
}

static void print_purposes(void)
{
    printf("%8s  %-20s %s\n", "number", "purpose", "drawn");
    for (size_t row = 0; row < bk_purpose_count(); row++) {
        const bk_purpose_facts *facts = bk_purpose_row(row);
        printf("%8u  %-20s %s\n", facts->number, facts->name, facts->text);
    }
    printf("%8d  %-20s %s\n", BK_PURPOSE_USER, "and above", "free for your own experiments");
}

static void print_options(const bk_experiment *experiment)
{
    printf("%s: %s\n\n", experiment->name, experiment->summary);
    printf("  %-18s %-18s %-14s %s\n", "option", "default", "allowed", "meaning");
    for (size_t row = 0; row < experiment->n_options; row++) {
        const bk_option *option = &experiment->options[row];
        const char *allowed = option->choices != NULL ? option->choices : option->range;
        printf("  --%-16s %-18s %-14s %s%s%s%s\n", option->name,
               option->initial == NULL ? "(required)" : option->initial, allowed == NULL ? "" : allowed,
               option->help, option->unit == NULL ? "" : " (", option->unit == NULL ? "" : option->unit,
               option->unit == NULL ? "" : ")");
    }
}

int bk_command_list(const bk_program *program, int argc, char **argv)
{
    static const bk_argument table[] = {
        {"purposes", 0, NULL, "print what random streams are for, with the frozen numbers of their addresses",
         NULL}};
    char command[128];
    (void)snprintf(command, sizeof command, "%.100s list", program->name);
    list_request request = {0};
    const bk_argument_parser parser = {.command = command,
                                       .arguments = "[EXPERIMENT]",
                                       .before = "List the experiments, or the options of one.",
                                       .table = table,
                                       .count = 1,
                                       .handler = take_argument,
                                       .context = &request};
    bool help = false;
    if (bk_arguments_parse(&parser, argc, argv, &help) != BK_OK) {
        return bk_complain(program, "list");
    }
    if (help) {
        return bk_finish_output(program, "list");
    }
    if (request.purposes) {
        print_purposes();
    } else if (request.experiment != NULL) {
        const bk_experiment *experiment = bk_program_experiment(program, request.experiment);
        if (experiment == NULL) {
            return bk_complain(program, "list");
        }
        print_options(experiment);
    } else {
        for (size_t i = 0; i < program->count; i++) {
            printf("%-16s %s\n", program->experiments[i]->name, program->experiments[i]->summary);
        }
    }
    return bk_finish_output(program, "list");
}
