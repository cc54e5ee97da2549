/* SPDX-License-Identifier: GPL-3.0-or-later
 * cli/run_again.h: command lines as text that a shell reads back. */
#ifndef BRISK_CLI_RUN_AGAIN_H
#define BRISK_CLI_RUN_AGAIN_H

#include "cli/run_request.h"

/* Appends one argument, quoted where a shell needs it, with a blank before it unless text is empty. */
void bk_append_argument(bk_text *text, const char *argument);
/* "brisk COMMAND ARGUMENT ...", as it is stored in /run. */
bk_status bk_command_text(bk_text *text, const bk_program *program, const char *command, int argc,
                          char **argv);
/* Appends the command that goes on with a run that stopped: --resume once, the drawn seed in place of
 * "random", and --force only where keep_force (the file that it was for still stands there). */
void bk_append_run_again(bk_text *text, const bk_program *program, const bk_run_request *request,
                         bool keep_force);

#endif
