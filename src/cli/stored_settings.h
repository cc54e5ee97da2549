/* SPDX-License-Identifier: GPL-3.0-or-later
 * cli/stored_settings.h: what a file of ours says of the run that it is of. */
#ifndef BRISK_CLI_STORED_SETTINGS_H
#define BRISK_CLI_STORED_SETTINGS_H

#include "cli/run_settings.h"

/* Fills settings from the experiment, configuration and seed that a file names; what: "shard", "results
 * file". BK_INVALID where this program does not have the experiment. Release with bk_run_settings_clear, also
 * after a failure. */
bk_status bk_stored_settings(bk_run_settings *settings, const bk_program *program, const bk_results *results,
                             const char *file, const char *what);

#endif
