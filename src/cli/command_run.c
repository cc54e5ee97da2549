/* SPDX-License-Identifier: GPL-3.0-or-later
 * brisk run: an experiment from its options to its results file and the page about it. */
#include <stdio.h>
#include <string.h>

#include "brisk/kernel.h"
#include "cli/arguments.h"
#include "cli/program.h"
#include "cli/progress_line.h"
#include "cli/run_request.h"

/* Appends one argument so that a shell reads it back. */
static void append_quoted(bk_text *text, const char *argument)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_=+,./:@%";
    if (argument[0] != '\0' && argument[strspn(argument, plain)] == '\0') {
        bk_text_append(text, " %s", argument);
        return;
    }
    bk_text_append(text, " '");
    for (const char *c = argument; *c != '\0'; c++) {
        if (*c == '\'') {
            bk_text_append(text, "'\\''");
        } else {
            bk_text_append(text, "%c", *c);
        }
    }
    bk_text_append(text, "'");
}

static bk_status command_line_of(bk_text *text, const bk_program *program, int argc, char **argv)
{
    bk_text_append(text, "%s run", program->name);
    for (int i = 0; i < argc; i++) {
        append_quoted(text, argv[i]);
    }
    return bk_text_status(text);
}

static bk_status print_page(const bk_program *program, bk_results *results)
{
    bk_text page = {0};
    const bk_status status = bk_page_of_results(program, bk_results_root(results), &page);
    if (status == BK_OK) {
        (void)fputs(bk_text_string(&page), stdout);
    }
    bk_text_clear(&page);
    return status;
}

static bk_status execute(const bk_program *program, const bk_run_request *request, const char *output,
                         const char *command_line)
{
    bk_progress_line line = bk_progress_line_open();
    const bk_run_control control = {.say = request->silent ? NULL : bk_progress_line_say,
                                    .progress = request->silent ? NULL : bk_progress_line_show,
                                    .sink = &line,
                                    .command_line = command_line,
                                    .instruction_set = bk_isa_name(bk_kernel_isa()),
                                    .reproducible = request->reproducible};
    bk_results *results = bk_run_execute(request->experiment, request->options, request->seed, &control);
    bk_progress_line_close(&line);
    if (results == NULL) {
        return bk_error_status();
    }
    /* What was computed is told even where it could not be written. */
    const bk_status write_status = bk_results_write(results, output, request->force);
    char message[2000];
    (void)snprintf(message, sizeof message, "%s", bk_error_message());
    const bk_status page_status = print_page(program, results);
    if (write_status == BK_OK && page_status == BK_OK && !request->silent) {
        (void)fprintf(stderr, "results written to %s\n", output);
    }
    bk_results_destroy(results);
    return write_status != BK_OK ? bk_fail(write_status, "%s", message) : page_status;
}

/* Everything that can be wrong with the request is found before the work begins. */
static bk_status check_and_execute(const bk_program *program, const bk_run_request *request, int argc,
                                   char **argv)
{
    char standard_output[256];
    (void)snprintf(standard_output, sizeof standard_output, "%.200s.h5", request->experiment->name);
    const char *output = request->output == NULL ? standard_output : request->output;
    BK_TRY(bk_options_check(request->options));
    if (request->experiment->check != NULL) {
        BK_TRY(request->experiment->check(request->options));
    }
    BK_TRY(bk_set_threads(request->threads));
    BK_TRY(bk_results_check_target(output, request->force));
    bk_text command_line = {0};
    bk_status status = command_line_of(&command_line, program, argc, argv);
    if (status == BK_OK) {
        status = execute(program, request, output, bk_text_string(&command_line));
    }
    bk_text_clear(&command_line);
    return status;
}

static int help_without_experiment(const bk_program *program)
{
    printf(
        "Usage: %s run EXPERIMENT [--OPTION VALUE ...] [-o FILE.h5] [-j N] [--seed S] [--config FILE.ini]\n"
        "       [--force] [--reproducible] [--progress bar|none]\n\nExperiments:\n",
        program->name);
    for (size_t i = 0; i < program->count; i++) {
        printf("  %-16s %s\n", program->experiments[i]->name, program->experiments[i]->summary);
    }
    printf("\n'%s run EXPERIMENT --help' tells all options.\n", program->name);
    return bk_finish_output(program, "run");
}

int bk_command_run(const bk_program *program, int argc, char **argv)
{
    if (argc > 0 && (strcmp(argv[0], "--help") == 0 || strcmp(argv[0], "-h") == 0)) {
        return help_without_experiment(program);
    }
    if (argc == 0 || argv[0][0] == '-') {
        (void)bk_fail(BK_INVALID,
                      "which experiment? The name comes first: %s run EXPERIMENT [--OPTION VALUE ...]",
                      program->name);
        return bk_complain(program, "run");
    }
    bk_run_request request = {.seed = 1, .experiment = bk_program_experiment(program, argv[0])};
    if (request.experiment == NULL) {
        return bk_complain(program, "run");
    }
    bk_status status = bk_run_request_parse(&request, program, argc - 1, argv + 1);
    if (status == BK_OK && !request.help) {
        status = check_and_execute(program, &request, argc, argv);
    }
    bk_options_destroy(request.options);
    return status == BK_OK ? bk_finish_output(program, "run") : bk_complain(program, "run");
}
