/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * brisk/cli.h: the command. A program whose main is one call of bk_main is a full brisk command with
 * its own experiments.
 */
#ifndef BRISK_CLI_H
#define BRISK_CLI_H

#include "brisk/base.h"
#include "brisk/sim.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Runs the command line and returns the exit code (0 ok, 1 failed, 2 bad usage or input, 3 file
 * trouble, 4 verification mismatch, 5 stopped early with a checkpoint).
 * While `run` and `merge` work, the first SIGINT, SIGTERM or SIGHUP asks them to stop, one that comes later
 * than 0.3 s after it ends the process, SIGUSR1 asks for a checkpoint and SIGPIPE is ignored; a signal that
 * was ignored before stays so, and the handlers of before are back when bk_main returns. SIGXFSZ is ignored
 * from the first call on. */
BK_API int bk_main(int argc, char **argv, const bk_experiment *const *experiments, size_t count);

#ifdef __cplusplus
}
#endif
#endif
