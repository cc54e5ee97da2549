/* SPDX-License-Identifier: GPL-3.0-or-later
 * Parts of the driver under construction. */
#include "sim/run.h"

bool bk_run_is_partial(const bk_run *run)
{
    (void)run;
    return false;
}

bk_status bk_stage(bk_run *run, const char *name, bk_status (*compute)(void *context, bk_group *results),
                   void *context, bk_group *results)
{
    (void)run, (void)name;
    return compute(context, results);
}

bk_status bk_run_forget_checkpoint(const bk_run_control *control)
{
    (void)control;
    return BK_OK;
}

bk_results *bk_run_merge(const bk_experiment *experiment, const bk_options *options, uint64_t seed,
                         const bk_run_control *control, const bk_results *const *shards,
                         const char *const *names, size_t n)
{
    (void)experiment, (void)options, (void)seed, (void)control, (void)shards, (void)names, (void)n;
    (void)bk_fail(BK_UNSUPPORTED, "merge is under construction");
    return NULL;
}

bk_status bk_run_rehearse(bk_text *page, const bk_experiment *experiment, const bk_options *options,
                          uint64_t seed, const bk_run_control *control, double pilot_s)
{
    (void)page, (void)experiment, (void)options, (void)seed, (void)control, (void)pilot_s;
    return bk_fail(BK_UNSUPPORTED, "--dry-run is under construction");
}

bk_status bk_run_matches(const bk_results *results, const bk_experiment *experiment,
                         const bk_options *options, uint64_t seed, const bk_run_control *control)
{
    (void)results, (void)experiment, (void)options, (void)seed, (void)control;
    return bk_fail(BK_UNSUPPORTED, "--resume is under construction");
}
