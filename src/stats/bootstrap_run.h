/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * stats/bootstrap_run.h: drawing what a plan says.
 */
#ifndef STATS_BOOTSTRAP_RUN_H
#define STATS_BOOTSTRAP_RUN_H

#include "stats/bootstrap_plan.h"

/* All replicates [resamples], and standard errors [resamples] (NULL: none). */
bk_status bk_bootstrap_draw(double *replicates, double *errors, const bk_bootstrap_plan *plan);
/* How often one replicate draws each point: counts [points]. */
bk_status bk_bootstrap_counts_of(uint32_t *counts, const bk_bootstrap_plan *plan, size_t replicate);
/* Sets plan->original and plan->original_error. */
bk_status bk_bootstrap_original(bk_bootstrap_plan *plan);

#endif
