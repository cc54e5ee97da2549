/* SPDX-License-Identifier: GPL-3.0-or-later
 * Replay: the experiment runs up to the simulation of one trial, computes that trial alone, and ends. */
#include <math.h>
#include <string.h>

#include "sim/check.h"

/* ---- Which trial ---- */

/* Whether this is the simulation that was asked for; output: as which of its outputs sees it. */
static bool is_asked_for(size_t *output, const bk_check *check, const bk_part *part,
                         const bk_simulation *simulation)
{
    *output = part->n_outputs == 1 ? 0 : BK_WHOLE_TRIAL;
    if (check->name == NULL) {
        return simulation->describe == NULL || part->n_outputs == 1;
    }
    if (strcmp(check->name, part->name) == 0) {
        return true;
    }
    for (size_t i = 0; simulation->describe != NULL && i < part->n_outputs; i++) {
        if (strcmp(check->name, part->output_name[i]) == 0) {
            *output = i;
            return true;
        }
    }
    return false;
}

static void note_names(bk_check *check, const bk_part *part, const bk_simulation *simulation)
{
    bk_text_append(&check->known, "%s%s", check->known.length == 0 ? "" : ", ", part->name);
    for (size_t i = 0; simulation->describe != NULL && i < part->n_outputs; i++) {
        bk_text_append(&check->known, ", %s", part->output_name[i]);
    }
}

/* ---- The trial as a tree ---- */

static bk_status put_address(bk_group *root, const bk_run *run, const bk_part *part,
                             const bk_simulation *simulation)
{
    const uint64_t trial = run->check->trial;
    BK_TRY(bk_group_set_text(root, "brisk_version", bk_build()->version));
    BK_TRY(bk_group_set_text(root, "replayed_experiment", run->experiment->name));
    BK_TRY(bk_group_set_unsigned(root, "seed", run->seed));
    BK_TRY(bk_group_set_text(root, "simulation", part->name));
    BK_TRY(bk_group_set_unsigned(root, "trial", trial));
    BK_TRY(bk_group_set_unsigned(root, "block", trial / part->block_size));
    return simulation->purpose == 0 ? BK_OK : bk_group_set_unsigned(root, "purpose", simulation->purpose);
}

static bk_status put_column(bk_group *group, const char *name, bk_dtype dtype, const char *unit,
                            const char *long_name, size_t count, const void *values)
{
    const bk_field field = {
        .name = name, .dtype = dtype, .rank = 1, .axes = {"output"}, .unit = unit, .long_name = long_name};
    return bk_group_add(group, &field, &count, values) == NULL ? bk_error_status() : BK_OK;
}

static bk_status put_outputs(bk_group *group, const bk_part *part, const bk_stored *stored, uint64_t trial,
                             const double *values)
{
    uint8_t kept[BK_MOST_OUTPUTS];
    double theirs[BK_MOST_OUTPUTS];
    const size_t n = part->n_outputs;
    for (size_t i = 0; i < n; i++) {
        kept[i] = stored->values[i] != NULL;
        theirs[i] = kept[i] ? bk_dataset_real(stored->values[i], (size_t)trial) : (double)NAN;
    }
    BK_TRY(put_column(group, "output", BK_TEXT, "", "output of a trial", n, part->output_name));
    BK_TRY(put_column(group, "value", BK_F64, "1", "its value, computed again", n, values));
    BK_TRY(put_column(group, "kept", BK_U8, "1", "1 where the file keeps the value", n, kept));
    return put_column(group, "stored", BK_F64, "1", "what the file keeps; NaN where it keeps nothing", n,
                      theirs);
}

/* The tree is there whatever is found. */
static bk_status compare_outputs(const bk_part *part, const bk_simulation *simulation,
                                 const bk_stored *stored, uint64_t trial, const double *values)
{
    for (size_t i = 0; i < part->n_outputs; i++) {
        double distance;
        if (stored->values[i] == NULL || bk_stored_equal(stored, i, trial, values[i])) {
            continue;
        }
        const double theirs = bk_dataset_real(stored->values[i], (size_t)trial);
        if (!simulation->outputs[i].inexact || !bk_nearly_equal(&distance, theirs, values[i], 0.0)) {
            return bk_fail(BK_MISMATCH,
                           "'%s', trial %llu: %s is %.17g in the file (%s), but %.17g when computed again",
                           part->name, (unsigned long long)trial, part->output_name[i], theirs,
                           bk_dataset_path(stored->values[i]), values[i]);
        }
    }
    return BK_OK;
}

static bk_status compute(bk_run *run, const bk_part *part, const bk_simulation *simulation,
                         const void *context, const bk_stored *stored, size_t output, void *scratch)
{
    bk_check *check = run->check;
    double values[BK_MOST_OUTPUTS];
    BK_TRY(bk_compute_trial(part->name, simulation, context, check->trial, scratch, values));
    check->replayed = bk_results_create();
    if (check->replayed == NULL) {
        return bk_error_status();
    }
    bk_group *root = bk_results_root(check->replayed);
    BK_TRY(put_address(root, run, part, simulation));
    BK_TRY(put_outputs(bk_group_at(root, "output"), part, stored, check->trial, values));
    if (simulation->describe != NULL) {
        const bk_status described = simulation->describe(context, check->trial, output, scratch, root);
        if (described != BK_OK) {
            return bk_own_failure(described);
        }
    }
    check->done = true;
    return compare_outputs(part, simulation, stored, check->trial, values);
}

static bk_status replay(bk_run *run, const bk_part *part, const bk_simulation *simulation,
                        const void *context, const bk_stored *stored, size_t output)
{
    const uint64_t trial = run->check->trial;
    if (trial >= stored->trials) {
        return bk_fail(BK_INVALID, "--trial: there is no trial %llu; '%s' has the trials 0 to %llu",
                       (unsigned long long)trial, part->name, (unsigned long long)(stored->trials - 1));
    }
    size_t stride;
    unsigned char *scratch = bk_allocate_scratch(&stride, simulation->scratch_bytes);
    bk_status status = scratch == NULL ? bk_error_status()
                                       : compute(run, part, simulation, context, stored, output, scratch);
    bk_free(scratch);
    /* Nobody needs what the experiment would do now. */
    return status == BK_OK ? bk_fail(BK_STOPPED, "the trial is replayed") : status;
}

bk_status bk_replay_simulation(bool *whole, bk_run *run, bk_part *part, const bk_simulation *simulation,
                               const void *context, const bk_stored *stored)
{
    bk_check *check = run->check;
    size_t output;
    *whole = false;
    if (is_asked_for(&output, check, part, simulation)) {
        return replay(run, part, simulation, context, stored, output);
    }
    note_names(check, part, simulation);
    BK_TRY(bk_text_status(&check->known));
    if (check->partial || stored->kept < part->n_outputs) {
        check->partial = true;
        return BK_OK;
    }
    /* What the experiment makes of its trials may be needed further on. */
    *whole = true;
    return bk_stored_take(run, part, stored);
}

/* ---- The whole ---- */

static bk_status refuse_name(const bk_check *check)
{
    BK_TRY(bk_text_status(&check->known));
    if (check->name == NULL) {
        return bk_fail(BK_INVALID, "--name: which of %s?", bk_text_string(&check->known));
    }
    return bk_fail(BK_INVALID, "--name: there is no '%s'; the file has %s", check->name,
                   bk_text_string(&check->known));
}

bk_status bk_run_replay(bk_results **replayed, const bk_results *file, const bk_experiment *experiment,
                        const bk_options *options, uint64_t seed, const bk_run_control *control,
                        const char *name, uint64_t trial)
{
    bk_check check = {.name = name, .trial = trial};
    *replayed = NULL;
    bk_status status = bk_replay_check_name(file, name);
    if (status == BK_OK) {
        status = bk_check_begin(&check, BK_RUN_REPLAY, file, experiment, options, seed, control);
    }
    if (status == BK_OK) {
        status = bk_run_perform(&check.run);
    }
    if (check.done) {
        *replayed = check.replayed;
        check.replayed = NULL;
        if (status != BK_MISMATCH) {
            bk_error_clear();
            status = BK_OK;
        }
    } else if (status == BK_OK) {
        status = refuse_name(&check);
    }
    bk_check_clear(&check);
    return status;
}
