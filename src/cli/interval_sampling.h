/* SPDX-License-Identifier: GPL-3.0-or-later
 * cli/interval_sampling.h: how the points came about, for closed forms and bootstrap alike. */
#ifndef BRISK_CLI_INTERVAL_SAMPLING_H
#define BRISK_CLI_INTERVAL_SAMPLING_H

#include "cli/interval_request.h"

/* The losses of the input with their sampling; *prior [strata] is owned by the caller (bk_free), NULL
 * without. */
bk_status bk_interval_losses(bk_losses *losses, double **prior, const bk_interval_command *command,
                             const bk_input *input);

#endif
