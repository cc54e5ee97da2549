/* SPDX-License-Identifier: GPL-3.0-or-later
 * The file of a checkpoint: written whole or not at all, so that the older one stands until the new one is
 * safe; looked for and checked when a run begins; removed when its results are safe. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "sim/run.h"

/* Trials and stages that this process has computed: what would be lost without a checkpoint. */
static uint64_t gain_of(const bk_run *run)
{
    uint64_t gain = run->stages_computed;
    for (size_t i = 0; i < run->n_parts; i++) {
        gain += bk_part_done(run->parts[i]) - run->parts[i]->found_trials;
    }
    return gain;
}

bk_status bk_checkpoint_write(bk_run *run)
{
    const char *path = run->control->checkpoint;
    if (path == NULL || bk_rank() != 0 || run->mode == BK_RUN_REHEARSAL || run->mode == BK_RUN_MERGE) {
        return BK_OK;
    }
    const uint64_t gain = gain_of(run);
    bk_results *tree = bk_checkpoint_tree(run);
    const bk_status status =
        tree == NULL ? bk_error_status() : bk_results_write_as(tree, path, true, BK_FILE_CHECKPOINT);
    bk_results_destroy(tree);
    if (status == BK_OK) {
        run->checkpoint_gain = gain;
    }
    return status == BK_OK ? BK_OK : bk_fail_within("checkpoint");
}

bool bk_checkpoint_gained(const bk_run *run) { return gain_of(run) > run->checkpoint_gain; }

void bk_checkpoint_rescue(bk_run *run)
{
    char message[2000];
    const bk_status status = bk_error_status();
    if (run->control->checkpoint == NULL || !bk_checkpoint_gained(run)) {
        return;
    }
    (void)snprintf(message, sizeof message, "%s", bk_error_message());
    if (bk_checkpoint_write(run) != BK_OK) {
        bk_run_say(run, "no checkpoint of what was finished: %s", bk_error_message());
    }
    (void)bk_fail(status, "%s", message);
}

/* ---- At the beginning and at the end ---- */

static void name_part(char *text, size_t size, uint64_t shard, uint64_t shards)
{
    if (shards == 0) {
        (void)snprintf(text, size, "a whole run");
    } else {
        (void)snprintf(text, size, "shard %llu/%llu", (unsigned long long)shard, (unsigned long long)shards);
    }
}

static bk_status check_shard(const bk_run *run, const bk_group *root, const char *what)
{
    uint64_t shard = 0;
    uint64_t shards = 0;
    (void)bk_group_unsigned(&shard, root, "shard");
    (void)bk_group_unsigned(&shards, root, "shards");
    const uint64_t own = run->mode == BK_RUN_SHARD ? run->control->shard : 0;
    const uint64_t of = run->mode == BK_RUN_SHARD ? run->control->shards : 0;
    if (shard != own || shards != of) {
        char theirs[64];
        char ours[64];
        name_part(theirs, sizeof theirs, shard, shards);
        name_part(ours, sizeof ours, own, of);
        return bk_fail(BK_INVALID, "%s belongs to %s, and this run is %s", what, theirs, ours);
    }
    return BK_OK;
}

static bk_status take_checkpoint(bk_run *run, const char *path)
{
    char what[600];
    (void)snprintf(what, sizeof what, "the checkpoint %.500s", path);
    run->checkpoint = bk_results_read_as(path, BK_FILE_CHECKPOINT);
    if (run->checkpoint == NULL) {
        return bk_fail_within("--resume");
    }
    const bk_group *root = bk_results_root(run->checkpoint);
    BK_TRY(bk_results_check_digest(run->checkpoint));
    BK_TRY(bk_run_check_origin(run, run->checkpoint, what));
    BK_TRY(check_shard(run, root, what));
    run->sources = bk_allocate(1, sizeof *run->sources);
    if (run->sources == NULL) {
        return bk_error_status();
    }
    run->sources[0] = (bk_source){run->checkpoint, path};
    run->n_sources = 1;
    const char *commit = bk_group_text(root, "git_commit");
    if (commit != NULL && strcmp(commit, bk_build()->git_commit) != 0) {
        bk_run_say(run, "note: the checkpoint was written by another build of brisk (commit %.12s); going on",
                   commit[0] == '\0' ? "unknown" : commit);
    }
    return BK_OK;
}

bk_status bk_checkpoint_open(bk_run *run)
{
    const bk_run_control *control = run->control;
    const char *path = control->checkpoint;
    if (path == NULL || run->mode == BK_RUN_REHEARSAL || run->mode == BK_RUN_MERGE) {
        return BK_OK;
    }
    if (access(path, F_OK) != 0) {
        if (errno != ENOENT && errno != ENOTDIR) {
            return bk_fail(BK_FILE, "cannot look at the checkpoint %s: %s", path, strerror(errno));
        }
        if (control->resume) {
            bk_run_say(run, "there is no checkpoint %s: starting afresh", path);
        }
        return BK_OK;
    }
    if (control->resume) {
        return take_checkpoint(run, path);
    }
    if (!control->force) {
        return bk_fail(
            BK_FILE, "%s holds an unfinished run: go on with it by --resume, or discard it by --force", path);
    }
    return BK_OK;
}

bk_status bk_run_forget_checkpoint(const bk_run_control *control)
{
    if (control == NULL || control->checkpoint == NULL || bk_rank() != 0) {
        return BK_OK;
    }
    bk_text part = {0};
    bk_text_append(&part, "%s.part", control->checkpoint);
    bk_status status = bk_text_status(&part);
    const char *const paths[] = {control->checkpoint, bk_text_string(&part)};
    for (size_t i = 0; status == BK_OK && i < 2; i++) {
        if (unlink(paths[i]) != 0 && errno != ENOENT && errno != ENOTDIR) {
            status = bk_fail(BK_FILE, "cannot remove %s: %s", paths[i], strerror(errno));
        }
    }
    bk_text_clear(&part);
    return status;
}
