/* SPDX-License-Identifier: GPL-3.0-or-later
 * cli/signals.h: what signals ask of a long run. */
#ifndef BRISK_CLI_SIGNALS_H
#define BRISK_CLI_SIGNALS_H

#include "brisk/sim.h"

/* From here on the first SIGINT, SIGTERM or SIGHUP asks the run to stop, a second one ends the process as
 * ever; SIGUSR1 asks for a checkpoint; SIGPIPE is ignored, so that a broken pipe is an error of the write
 * that meets it. A signal that was ignored before (nohup) stays ignored. */
void bk_signals_install(void);
/* SIGPIPE alone: for work that has no checkpoint, and that any other signal may end at any time. */
void bk_signals_install_pipe(void);
/* As it was before the installation. */
void bk_signals_restore(void);

/* bk_run_control.asked; sink is a bk_progress_line, on which a request to stop is confirmed once. */
bk_request bk_signals_asked(void *sink);

#endif
