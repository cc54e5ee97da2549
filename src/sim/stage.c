/* SPDX-License-Identifier: GPL-3.0-or-later
 * Long serial stages that the checkpoint keeps. */
#include <string.h>

#include "sim/run.h"

static bk_status check_stage(const bk_run *run, const char *name, const bk_group *results)
{
    if (name == NULL || name[0] == '\0') {
        return bk_fail(BK_INVALID, "a stage has no name");
    }
    for (size_t i = 0; i < run->n_stages; i++) {
        if (strcmp(run->stages[i].name, name) == 0) {
            return bk_fail(BK_INVALID, "this run has two stages named %s: give them different names", name);
        }
    }
    if (results == NULL) {
        return bk_error_status() != BK_OK ? bk_error_status()
                                          : bk_fail(BK_INVALID, "stage %s: its group is NULL", name);
    }
    if (bk_group_group_count(results) + bk_group_dataset_count(results) + bk_group_attribute_count(results) >
        0) {
        return bk_fail(BK_INVALID, "stage %s: its group %s is not empty", name, bk_group_path(results));
    }
    return BK_OK;
}

static bk_status note_stage(bk_run *run, const char *name, const bk_group *results)
{
    bk_finished_stage *grown = bk_reallocate(run->stages, run->n_stages, run->n_stages + 1, sizeof *grown);
    if (grown == NULL) {
        return bk_error_status();
    }
    run->stages = grown;
    char *copy = bk_copy_text(name);
    if (copy == NULL) {
        return bk_error_status();
    }
    grown[run->n_stages++] = (bk_finished_stage){copy, results};
    return BK_OK;
}

bk_status bk_stage(bk_run *run, const char *name, bk_status (*compute)(void *context, bk_group *results),
                   void *context, bk_group *results)
{
    BK_TRY(check_stage(run, name, results));
    const bk_group *found = bk_stage_find(run, name);
    if (found != NULL) {
        BK_TRY(bk_group_copy(results, found));
    } else {
        const bk_status status = compute(context, results);
        if (status != BK_OK) {
            return bk_fail_within("stage %s", name);
        }
        run->stages_computed++;
    }
    BK_TRY(note_stage(run, name, results));
    /* Several ranks agree on a wish to stop in the next simulation. */
    return bk_run_pause(run) && bk_ranks() == 1 ? bk_run_stopped(run) : BK_OK;
}
