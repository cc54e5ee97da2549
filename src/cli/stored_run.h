/* SPDX-License-Identifier: GPL-3.0-or-later
 * cli/stored_run.h: the run that a results file is of, ready to be done again: verify and replay. */
#ifndef BRISK_CLI_STORED_RUN_H
#define BRISK_CLI_STORED_RUN_H

#include "cli/file_command.h"
#include "cli/stored_settings.h"

typedef struct bk_stored_run {
    bk_run_settings settings;
    bk_progress_line line;
    bk_run_control control; /* has a pointer to the line: the struct stays where it is */
} bk_stored_run;

/* Reads it from the file. BK_INVALID where this program does not have the experiment, BK_FORMAT where the
 * file's configuration is none of it. bk_stored_run_close in any case. */
bk_status bk_stored_run_open(bk_stored_run *run, const bk_file_request *request, const bk_results *results);
void bk_stored_run_close(bk_stored_run *run);

#endif
