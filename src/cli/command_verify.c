/* SPDX-License-Identifier: GPL-3.0-or-later
 * brisk verify: whether a results file holds what its experiment gives when it is run again. */
#include <stdio.h>
#include <string.h>

#include "cli/arguments.h"
#include "cli/run_finish.h"
#include "cli/run_request.h"
#include "cli/signals.h"
#include "cli/stored_settings.h"

typedef struct verify_command {
    const char *file;
    bk_verify_request request;
    bool seed_given;
    int threads;
    bk_progress_mode progress;
} verify_command;

static bk_status take_argument(void *context, const char *name, const char *value)
{
    verify_command *command = context;
    if (name == NULL) {
        if (command->file != NULL) {
            return bk_fail(BK_INVALID, "one file at a time: '%s' is too much", value);
        }
        command->file = value;
        return BK_OK;
    }
    if (strcmp(name, "sample") == 0) {
        int64_t sample = 0;
        BK_TRY(bk_parse_integer(&sample, value, "--sample"));
        if (sample < 1) {
            return bk_fail(BK_INVALID,
                           "--sample: %s is not at least 1; without it all blocks are computed again", value);
        }
        command->request.sample = (uint64_t)sample;
        return BK_OK;
    }
    if (strcmp(name, "sample-seed") == 0) {
        command->seed_given = true;
        return bk_parse_seed(&command->request.sample_seed, value, "--sample-seed");
    }
    if (strcmp(name, "threads") == 0) {
        return bk_take_threads(&command->threads, value);
    }
    if (strcmp(name, "progress") == 0) {
        return bk_take_progress(&command->progress, value);
    }
    command->request.exact = true;
    return BK_OK;
}

static bk_status check(verify_command *command)
{
    bool drawn;
    if (command->file == NULL) {
        return bk_fail(BK_INVALID, "which results file?");
    }
    if (command->seed_given && command->request.sample == 0) {
        return bk_fail(BK_INVALID, "--sample-seed: it chooses the blocks of --sample, which is not given");
    }
    if (!command->seed_given && command->request.sample > 0) {
        BK_TRY(bk_take_seed(&command->request.sample_seed, &drawn, "random", "--sample"));
    }
    return bk_set_threads(command->threads);
}

static bk_status compare(bk_text *page, const verify_command *command, const bk_run_settings *settings,
                         const bk_results *results)
{
    bk_progress_line line = bk_progress_line_open(command->progress);
    const bool silent = command->progress == BK_PROGRESS_NONE;
    const bk_run_control control = {.keep = settings->keep,
                                    .stop = settings->stop,
                                    .say = silent ? NULL : bk_progress_line_say,
                                    .progress = silent ? NULL : bk_progress_line_show,
                                    .sink = &line};
    const bk_status status = bk_run_verify(page, results, settings->experiment, settings->options,
                                           settings->seed, &control, &command->request);
    bk_progress_line_close(&line);
    return status;
}

static void print_page(const verify_command *command, const bk_text *page)
{
    /* Names out of somebody's file may hold what a terminal obeys; whether it was written, bk_finish_output
     * sees. */
    (void)bk_print_tame(stdout, bk_text_string(page));
    if (command->request.sample > 0) {
        printf("sample   --sample-seed %llu takes the same blocks again\n",
               (unsigned long long)command->request.sample_seed);
    }
    printf("%s is verified%s\n", command->file, command->request.sample > 0 ? " by a sample" : "");
}

static bk_status verify(const bk_program *program, verify_command *command)
{
    BK_TRY(check(command));
    bk_results *results = bk_results_read(command->file);
    if (results == NULL) {
        return bk_error_status();
    }
    bk_run_settings settings = {0};
    bk_text page = {0};
    /* A configuration that was changed is a difference before it is a mistake. */
    bk_status status = bk_results_check_digest(results);
    if (status == BK_OK || status == BK_INVALID) {
        status = bk_stored_settings(&settings, program, results, command->file, "results file");
        status = status == BK_OK ? compare(&page, command, &settings, results) : status;
    }
    if (status == BK_OK) {
        print_page(command, &page);
    } else if (status == BK_MISMATCH) {
        (void)bk_fail_within("%s", command->file);
    }
    bk_text_clear(&page);
    bk_run_settings_clear(&settings);
    bk_results_destroy(results);
    return status;
}

int bk_command_verify(const bk_program *program, int argc, char **argv)
{
    static const bk_argument table[] = {
        {"sample", 0, "K", "compute only K random blocks of each simulation again (default: all of them)",
         NULL},
        {"sample-seed", 0, "S", "which ones: the number that an earlier verification printed", NULL},
        {"exact", 0, NULL,
         "the same bits of what passes through libm too (ends of intervals, p-values): this machine wrote it",
         NULL},
        {"threads", 'j', "N", "threads to use (default: every CPU this process may use)", NULL},
        {"progress", 0, "bar|json|none", "progress on stderr (default bar); json is an object a line", NULL}};
    char name[128];
    (void)snprintf(name, sizeof name, "%.100s verify", program->name);
    verify_command command = {0};
    const bk_argument_parser parser = {
        .command = name,
        .arguments = "FILE.h5",
        .before =
            "Check the digests of a results file, run its experiment again with the options and seed that "
            "it names, and compare everything bit by bit. What passes through libm may differ by 1e-12 "
            "of its size, because that differs between machines; how much does is told.",
        .after =
            "The first difference is named, with exit code 4. With --sample the blocks are compared by their "
            "digests, and what follows from all trials only where the file keeps their values.",
        .table = table,
        .count = sizeof table / sizeof table[0],
        .handler = take_argument,
        .context = &command};
    bool help = false;
    bk_signals_install_pipe();
    bk_status status = bk_arguments_parse(&parser, argc, argv, &help);
    if (status == BK_OK && !help) {
        status = verify(program, &command);
    }
    const int code = status == BK_OK ? bk_finish_output(program, "verify")
                                     : bk_progress_complain(program, "verify", command.progress);
    bk_signals_restore();
    return code;
}
