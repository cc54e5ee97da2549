/* SPDX-License-Identifier: GPL-3.0-or-later
 * Long serial stages that the checkpoint keeps. */
#include <string.h>

#include "sim/run.h"

/* A name that comes back changed from a file is never found again. */
static bk_status check_text(const char *name)
{
    bk_results *scratch = bk_results_create();
    if (scratch == NULL) {
        return bk_error_status();
    }
    bk_group *root = bk_results_root(scratch);
    bk_status status = bk_group_set_text(root, "name", name);
    if (status == BK_OK && strcmp(bk_group_text(root, "name"), name) != 0) {
        status = bk_fail(BK_INVALID, "a stage's name is not UTF-8");
    }
    bk_results_destroy(scratch);
    return status;
}

static bk_status check_stage(const bk_run *run, const char *name, const bk_group *results)
{
    if (name == NULL || name[0] == '\0' || strlen(name) > 100) {
        return bk_fail(BK_INVALID, "a stage's name has 1 to 100 bytes");
    }
    BK_TRY(check_text(name));
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

/* Copies what the stage left, where a checkpoint or a shard's file may ask for it. */
static bk_status keep_stage(bk_finished_stage *stage, const bk_run *run, const bk_group *results)
{
    if (run->control->checkpoint == NULL && run->mode != BK_RUN_SHARD) {
        return BK_OK;
    }
    stage->kept = bk_results_create();
    bk_group *copy = stage->kept == NULL ? NULL : bk_group_at(bk_results_root(stage->kept), "results");
    if (copy == NULL) {
        return bk_error_status();
    }
    stage->results = copy;
    return bk_group_copy(copy, results);
}

/* Takes hold of what stage owns, also on failure. */
static bk_status note_stage(bk_run *run, bk_finished_stage *stage)
{
    bk_finished_stage *grown = bk_reallocate(run->stages, run->n_stages, run->n_stages + 1, sizeof *grown);
    if (grown == NULL) {
        bk_free(stage->name);
        bk_results_destroy(stage->kept);
        return bk_error_status();
    }
    run->stages = grown;
    grown[run->n_stages++] = *stage;
    return BK_OK;
}

static bk_status compute_stage(bk_finished_stage *stage, const bk_run *run, const char *name,
                               bk_status (*compute)(void *context, bk_group *results), void *context,
                               bk_group *results)
{
    const bk_status status = compute(context, results);
    if (status != BK_OK) {
        (void)bk_own_failure(status);
        return bk_fail_within("stage %s", name);
    }
    return keep_stage(stage, run, results);
}

bk_status bk_stage(bk_run *run, const char *name, bk_status (*compute)(void *context, bk_group *results),
                   void *context, bk_group *results)
{
    BK_TRY(check_stage(run, name, results));
    bk_finished_stage stage = {.name = bk_copy_text(name), .results = bk_stage_find(run, name)};
    if (stage.name == NULL) {
        return bk_error_status();
    }
    const bool found = stage.results != NULL;
    const bk_status status = found ? bk_group_copy(results, stage.results)
                                   : compute_stage(&stage, run, name, compute, context, results);
    if (status != BK_OK) {
        bk_free(stage.name);
        bk_results_destroy(stage.kept);
        return status;
    }
    BK_TRY(note_stage(run, &stage));
    run->stages_computed += found ? 0 : 1;
    /* Several ranks agree on a wish to stop in the next simulation. */
    return bk_run_pause(run) && bk_ranks() == 1 ? bk_run_stopped(run) : BK_OK;
}
