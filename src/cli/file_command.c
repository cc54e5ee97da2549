/* SPDX-License-Identifier: GPL-3.0-or-later
 * A command about one results file, from its arguments to its exit code. */
#include "cli/file_command.h"

#include <stdio.h>
#include <string.h>

#include "cli/run_finish.h"
#include "cli/run_request.h"
#include "cli/signals.h"

typedef struct parsing {
    const bk_file_command *command;
    bk_file_request *request;
} parsing;

static bk_status take_argument(void *context, const char *name, const char *value)
{
    const parsing *state = context;
    bk_file_request *request = state->request;
    if (name == NULL) {
        if (request->path != NULL) {
            return bk_fail(BK_INVALID, "one file at a time: '%s' is too much", value);
        }
        request->path = value;
        return BK_OK;
    }
    if (strcmp(name, "threads") == 0) {
        return bk_take_threads(&request->threads, value);
    }
    if (strcmp(name, "progress") == 0) {
        return bk_take_progress(&request->progress, value);
    }
    return state->command->take(request->own, name, value);
}

static bk_status carry_out(const bk_file_command *command, const bk_file_request *request)
{
    if (request->path == NULL) {
        return bk_fail(BK_INVALID, "which results file? '%s --help' shows the usage", request->title);
    }
    BK_TRY(command->check == NULL ? BK_OK : command->check(request->own));
    BK_TRY(bk_set_threads(request->threads));
    bk_results *results = bk_results_read(request->path);
    if (results == NULL) {
        return bk_error_status();
    }
    const bk_status status = command->carry_out(request, results);
    bk_results_destroy(results);
    return status;
}

static int run(const bk_file_command *command, bk_file_request *request, int argc, char **argv)
{
    parsing state = {.command = command, .request = request};
    const bk_argument_parser parser = {.command = request->title,
                                       .arguments = command->arguments,
                                       .before = command->before,
                                       .after = command->after,
                                       .table = command->table,
                                       .count = command->count,
                                       .handler = take_argument,
                                       .context = &state};
    bool help = false;
    bk_status status = bk_arguments_parse(&parser, argc, argv, &help);
    if (status == BK_OK && !help) {
        status = carry_out(command, request);
    }
    return status == BK_OK ? bk_finish_output(request->program, command->name)
                           : bk_progress_complain(request->program, command->name, request->progress);
}

int bk_file_command_run(const bk_file_command *command, const bk_program *program, void *own, int argc,
                        char **argv)
{
    bk_file_request request = {.program = program, .own = own};
    (void)snprintf(request.title, sizeof request.title, "%.100s %s", program->name, command->name);
    if (!command->long_run) {
        return run(command, &request, argc, argv);
    }
    bk_signals_install_pipe();
    const int code = run(command, &request, argc, argv);
    bk_signals_restore();
    return code;
}
