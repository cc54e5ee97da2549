/* SPDX-License-Identifier: GPL-3.0-or-later
 * cli/run_job.h: carrying out what `run` was asked for. */
#ifndef BRISK_CLI_RUN_JOB_H
#define BRISK_CLI_RUN_JOB_H

#include "cli/run_request.h"

typedef struct bk_run_job {
    const bk_program *program;
    const bk_run_request *request;
    bk_text output;     /* path of the results, or of the shard */
    bk_text checkpoint; /* and of the checkpoint */
    bk_text command_line;
    bk_text advice; /* after a failure: where the checkpoint is and how to go on */
    bk_progress_line line;
    bk_run_control control;
    bk_claim *claim;   /* on the output, while the run works */
    bool written;      /* the results are safe */
    bk_status after;   /* what failed afterwards, */
    char reason[2000]; /* and why */
} bk_run_job;

/* arguments: all behind `run`. Release with bk_run_job_clear, also after a failure. */
bk_status bk_run_job_prepare(bk_run_job *job, const bk_program *program, const bk_run_request *request,
                             int argc, char **argv);
/* Executes the run and writes its file. */
bk_status bk_run_job_carry_out(bk_run_job *job);
void bk_run_job_clear(bk_run_job *job);

#endif
