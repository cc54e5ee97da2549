/* SPDX-License-Identifier: GPL-3.0-or-later
 * brisk run: an experiment from its options to its results file and the page about it. */
#include <stdio.h>
#include <string.h>

#include "cli/program.h"
#include "cli/ranks.h"
#include "cli/run_finish.h"
#include "cli/run_job.h"
#include "cli/signals.h"

static int help_without_experiment(const bk_program *program)
{
    printf(
        "Usage: %s run EXPERIMENT [--OPTION VALUE ...] [-o FILE.h5] [-j N] [--seed S] [--config FILE.ini]\n"
        "       [--keep all|summary] [--stop-mcse [NAME=]X | --stop-width [NAME=]W [--stop-level L]]\n"
        "       [--resume] [--checkpoint-every S] [--time-limit S] [--shard I/N] [--dry-run]\n"
        "       [--force] [--reproducible] [--progress bar|json|none]\n\nExperiments:\n",
        program->name);
    for (size_t i = 0; i < program->count; i++) {
        printf("  %-16s %s\n", program->experiments[i]->name, program->experiments[i]->summary);
    }
    printf("\n'%s run EXPERIMENT --help' tells all options.\n", program->name);
    return bk_finish_output(program, "run");
}

/* A failure that all ranks have in common is told by one. */
static int complain(const bk_program *program, bk_progress_mode mode)
{
    return bk_ranks_first() || bk_ranks_broken() ? bk_progress_complain(program, "run", mode)
                                                 : bk_status_exit_code(bk_error_status());
}

/* What is wrong with the request itself is found before the work begins, and by every rank. */
static bk_status check_request(const bk_run_request *request)
{
    const bk_run_settings *settings = &request->settings;
    BK_TRY(bk_options_check(settings->options));
    if (settings->experiment->check != NULL) {
        BK_TRY(settings->experiment->check(settings->options));
    }
    BK_TRY(bk_ranks_check(request));
    return bk_set_threads(request->threads);
}

static int carry_out(const bk_program *program, const bk_run_request *request, int argc, char **argv)
{
    bk_run_job job;
    bk_status status = bk_run_job_prepare(&job, program, request, argc, argv);
    if (status == BK_OK) {
        status = bk_run_job_carry_out(&job);
    }
    int code = 0;
    if (status != BK_OK) {
        code = complain(program, request->progress);
        if (job.advice.length > 0) {
            bk_progress_line_tell(&job.line, bk_text_string(&job.advice));
        }
    } else {
        code = bk_finish_output(program, "run");
    }
    bk_run_job_clear(&job);
    return code;
}

static int run(const bk_program *program, int argc, char **argv)
{
    const bk_experiment *experiment = bk_program_experiment(program, argv[0]);
    if (experiment == NULL) {
        return complain(program, BK_PROGRESS_BAR);
    }
    bk_run_request request;
    int code = 0;
    bk_status status = bk_run_request_parse(&request, experiment, program, argc - 1, argv + 1);
    if (status == BK_OK && !request.help) {
        status = check_request(&request);
    }
    status = bk_ranks_all_well(status);
    if (status == BK_OK) {
        /* A drawn seed is rank 0's. */
        status = bk_ranks_take_first(&request.settings.seed);
    }
    if (status != BK_OK) {
        code = complain(program, request.progress);
    } else if (request.help) {
        code = bk_finish_output(program, "run");
    } else {
        code = carry_out(program, &request, argc, argv);
    }
    bk_run_request_clear(&request);
    return code;
}

int bk_command_run(const bk_program *program, int argc, char **argv)
{
    if (argc > 0 && (strcmp(argv[0], "--help") == 0 || strcmp(argv[0], "-h") == 0)) {
        return help_without_experiment(program);
    }
    int code = 0;
    if (bk_ranks_join() != BK_OK) {
        code = complain(program, BK_PROGRESS_BAR);
    } else if (argc == 0 || argv[0][0] == '-') {
        (void)bk_fail(BK_INVALID,
                      "which experiment? The name comes first: %s run EXPERIMENT [--OPTION VALUE ...]",
                      program->name);
        code = complain(program, BK_PROGRESS_BAR);
    } else {
        bk_signals_install();
        code = run(program, argc, argv);
        bk_signals_restore();
    }
    bk_ranks_end();
    return code;
}
