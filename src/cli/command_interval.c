/* SPDX-License-Identifier: GPL-3.0-or-later
 * brisk interval: every confidence interval of a file of losses, each with what it promises. */
#include <stdio.h>

#include "cli/interval_request.h"

static bk_status answer_all(const bk_interval_command *command, const bk_program *program,
                            const char *command_line)
{
    bk_input input = {0};
    bk_interval_answer answer = {0};
    BK_TRY(bk_set_threads(command->threads));
    if (command->output != NULL) {
        BK_TRY(bk_results_check_target(command->output, command->force));
    }
    bk_status status = bk_input_read(&input, command->source, &command->input);
    if (status == BK_OK) {
        status = bk_interval_compute(&answer, command, &input);
    }
    if (status == BK_OK && command->random_seed) {
        (void)fprintf(stderr, "%s interval: seed %llu\n", program->name,
                      (unsigned long long)command->wanted.seed);
    }
    if (status == BK_OK) {
        status = bk_interval_print(&answer, command, &input);
    }
    if (status == BK_OK && command->output != NULL) {
        status = bk_interval_write(&answer, command, &input, command_line);
    }
    bk_interval_answer_clear(&answer);
    bk_input_clear(&input);
    return status;
}

int bk_command_interval(const bk_program *program, int argc, char **argv)
{
    bk_interval_command command;
    bk_text command_line = {0};
    bool help = false;
    bk_status status = bk_interval_command_parse(&command, program, argc, argv, &help);
    command.started_s = bk_interval_clock_s();
    if (status == BK_OK && !help) {
        bk_text_append(&command_line, "%s interval", program->name);
        for (int i = 0; i < argc; i++) {
            bk_text_append(&command_line, " %s", argv[i]);
        }
        status = bk_text_status(&command_line);
    }
    if (status == BK_OK && !help) {
        status = answer_all(&command, program, bk_text_string(&command_line));
    }
    bk_text_clear(&command_line);
    return status == BK_OK ? bk_finish_output(program, "interval") : bk_complain(program, "interval");
}
