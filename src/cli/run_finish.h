/* SPDX-License-Identifier: GPL-3.0-or-later
 * cli/run_finish.h: from a tree of results to its file and the page about it. */
#ifndef BRISK_CLI_RUN_FINISH_H
#define BRISK_CLI_RUN_FINISH_H

#include "cli/program.h"
#include "cli/progress_line.h"

/* bk_complain, but as an object where stderr holds JSON. */
int bk_progress_complain(const bk_program *program, const char *command, bk_progress_mode mode);

/* Writes results to path (written tells whether they are safe there) and prints the page about them, also
 * where they could not be written. */
bk_status bk_run_finish(bool *written, const bk_program *program, bk_results *results, const char *path,
                        bool force, bk_progress_line *line);

#endif
