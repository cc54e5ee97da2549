/* SPDX-License-Identifier: GPL-3.0-or-later
 * brisk verify: whether a results file holds what its experiment gives when it is run again. */
#include <stdio.h>
#include <string.h>

#include "cli/stored_run.h"

typedef struct verify_command {
    bk_verify_request request;
    bool seed_given;
} verify_command;

static bk_status take_option(void *own, const char *name, const char *value)
{
    verify_command *command = own;
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
    command->request.exact = true;
    return BK_OK;
}

static bk_status check(void *own)
{
    verify_command *command = own;
    bool drawn;
    if (command->seed_given && command->request.sample == 0) {
        return bk_fail(BK_INVALID, "--sample-seed: it chooses the blocks of --sample, which is not given");
    }
    if (!command->seed_given && command->request.sample > 0) {
        BK_TRY(bk_take_seed(&command->request.sample_seed, &drawn, "random", "--sample"));
    }
    return BK_OK;
}

static bk_status compare(bk_text *page, const verify_command *command, bk_stored_run *run,
                         const bk_results *results)
{
    run->control.say = run->control.progress == NULL ? NULL : bk_progress_line_say;
    const bk_status status = bk_run_verify(page, results, run->settings.experiment, run->settings.options,
                                           run->settings.seed, &run->control, &command->request);
    bk_progress_line_close(&run->line);
    return status;
}

static void print_page(const char *path, const verify_command *command, const bk_text *page)
{
    /* Names out of somebody's file may hold what a terminal obeys; whether it was written, bk_finish_output
     * sees. */
    (void)bk_print_tame(stdout, bk_text_string(page));
    if (command->request.sample > 0) {
        printf("sample   --sample-seed %llu takes the same blocks again\n",
               (unsigned long long)command->request.sample_seed);
    }
    printf("%s is verified%s\n", path, command->request.sample > 0 ? " by a sample" : "");
}

static bk_status verify(const bk_file_request *request, bk_results *results)
{
    const verify_command *command = request->own;
    bk_stored_run run = {0};
    bk_text page = {0};
    /* A configuration that was changed is a difference before it is a mistake. */
    bk_status status = bk_results_check_digest(results);
    if (status == BK_OK || status == BK_INVALID) {
        status = bk_stored_run_open(&run, request, results);
        status = status == BK_OK ? compare(&page, command, &run, results) : status;
    }
    if (status == BK_OK) {
        print_page(request->path, command, &page);
    } else if (status == BK_MISMATCH) {
        (void)bk_fail_within("%s", request->path);
    }
    bk_text_clear(&page);
    bk_stored_run_close(&run);
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
    static const bk_file_command command = {
        .name = "verify",
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
        .long_run = true,
        .take = take_option,
        .check = check,
        .carry_out = verify};
    verify_command own = {0};
    return bk_file_command_run(&command, program, &own, argc, argv);
}
