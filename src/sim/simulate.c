/* SPDX-License-Identifier: GPL-3.0-or-later
 * bk_simulate: the one place that knows in which mode a run is. It takes finished blocks from a checkpoint or
 * from shards, computes those that are missing and belong to this run, and summarises when all are there. */
#include <math.h>
#include <string.h>

#include "sim/check.h"

static bk_status check_output_facts(const char *name, const bk_output *output)
{
    if (output->name == NULL || output->name[0] == '\0' || strlen(output->name) > 100) {
        return bk_fail(BK_INVALID, "simulation %s: an output's name has 1 to 100 bytes", name);
    }
    if (output->dtype != BK_F64 && output->dtype != BK_U32) {
        return bk_fail(BK_DTYPE, "simulation %s: output %s is %s; f64 and u32 (counts) are possible", name,
                       output->name, bk_dtype_name(output->dtype));
    }
    if (!(output->low <= output->high) || isinf(output->low) || isinf(output->high)) {
        return bk_fail(BK_INVALID,
                       "simulation %s: output %s has the range [%g, %g]; leave an unknown one out", name,
                       output->name, output->low, output->high);
    }
    return BK_OK;
}

/* A name that no group may have would be found when all trials are done. */
static bk_status try_names(const char *name, const bk_simulation *simulation)
{
    bk_results *scratch = bk_results_create();
    if (scratch == NULL) {
        return bk_error_status();
    }
    bk_status status = bk_group_at(bk_results_root(scratch), name) == NULL ? bk_error_status() : BK_OK;
    for (size_t i = 0; status == BK_OK && i < simulation->n_outputs; i++) {
        if (bk_group_at(bk_results_root(scratch), simulation->outputs[i].name) == NULL) {
            status = bk_error_status();
        }
    }
    bk_results_destroy(scratch);
    return status == BK_OK ? BK_OK : bk_fail_within("simulation %s and its outputs", name);
}

static bk_status check_simulation(const bk_run *run, const char *name, const bk_simulation *simulation)
{
    if (name == NULL || name[0] == '\0' || strlen(name) > 100 || strchr(name, '/') != NULL) {
        return bk_fail(BK_INVALID, "a simulation's name has 1 to 100 bytes and no '/'");
    }
    if (simulation->trials == 0) {
        return bk_fail(BK_INVALID, "simulation %s: there must be at least one trial", name);
    }
    if (simulation->block_size > BK_LONGEST_BLOCK) {
        return bk_fail(BK_INVALID, "simulation %s: blocks of %llu trials; at most %d are possible", name,
                       (unsigned long long)simulation->block_size, BK_LONGEST_BLOCK);
    }
    if (simulation->n_outputs == 0 || simulation->n_outputs > BK_MOST_OUTPUTS) {
        return bk_fail(BK_INVALID, "simulation %s: %zu outputs a trial; 1 to %d are possible", name,
                       simulation->n_outputs, BK_MOST_OUTPUTS);
    }
    for (size_t i = 0; i < simulation->n_outputs; i++) {
        BK_TRY(check_output_facts(name, &simulation->outputs[i]));
        for (size_t j = 0; j < i; j++) {
            if (strcmp(simulation->outputs[i].name, simulation->outputs[j].name) == 0) {
                return bk_fail(BK_INVALID, "simulation %s: two outputs are named %s", name,
                               simulation->outputs[i].name);
            }
        }
    }
    BK_TRY(try_names(name, simulation));
    for (size_t i = 0; i < run->n_parts; i++) {
        if (strcmp(run->parts[i]->name, name) == 0) {
            return bk_fail(BK_INVALID, "this run has two simulations named %s: give them different names",
                           name);
        }
    }
    return BK_OK;
}

/* The trials of the first so many blocks. */
static uint64_t trials_of_blocks(const bk_part *part, uint64_t blocks)
{
    return blocks == part->blocks ? part->trials : blocks * part->block_size;
}

/* The blocks that this run has to compute. */
bk_block_range bk_run_own_blocks(const bk_run *run, uint64_t blocks)
{
    const bk_run_control *control = run->control;
    if (control->shards == 0) {
        return (bk_block_range){0, blocks};
    }
    /* blocks i / n, without overflow. */
    const uint64_t whole = blocks / control->shards;
    const uint64_t rest = blocks % control->shards;
    const uint64_t i = control->shard - 1;
    return (bk_block_range){whole * i + rest * i / control->shards,
                            whole * (i + 1) + rest * (i + 1) / control->shards};
}

static bk_status add_part(bk_part **added, bk_run *run, const char *name, const bk_simulation *simulation)
{
    size_t watched = BK_NO_OUTPUT;
    BK_TRY(bk_stop_watches(&watched, run, name, simulation));
    bk_part **parts = bk_reallocate(run->parts, run->n_parts, run->n_parts + 1, sizeof *parts);
    if (parts == NULL) {
        return bk_error_status();
    }
    run->parts = parts;
    bk_part *part = bk_part_create(name, simulation, run->control->keep, watched);
    if (part == NULL) {
        return bk_error_status();
    }
    if (watched != BK_NO_OUTPUT) {
        part->first_look = bk_stop_first_look(&run->control->stop, &simulation->outputs[watched]);
    }
    const bk_block_range own = bk_run_own_blocks(run, part->blocks);
    part->own_trials = trials_of_blocks(part, own.end) - trials_of_blocks(part, own.first);
    const bk_status status = bk_part_restore(part, run);
    if (status != BK_OK) {
        bk_part_destroy(part);
        return status;
    }
    parts[run->n_parts++] = part;
    *added = part;
    return BK_OK;
}

/* ---- All blocks are there ---- */

static bk_status put_default(const bk_trials *trials, bk_group *results)
{
    for (size_t i = 0; i < trials->n_outputs; i++) {
        BK_TRY(bk_trials_put(trials, i, results));
    }
    return BK_OK;
}

static bk_status summarise(const bk_part *part, const bk_simulation *simulation, uint64_t blocks,
                           void *context, bk_group *results)
{
    bk_summary summaries[BK_MOST_OUTPUTS];
    for (size_t i = 0; i < part->n_outputs; i++) {
        summaries[i] = bk_fold_set_result(&part->folds[i]);
    }
    const bk_trials trials = {.count = trials_of_blocks(part, blocks),
                              .n_outputs = part->n_outputs,
                              .outputs = simulation->outputs,
                              .values = (const void *const *)part->values,
                              .summaries = summaries,
                              .bins = part->bins,
                              .frequencies = part->frequencies,
                              .block_size = part->block_size};
    return simulation->summarise == NULL ? put_default(&trials, results)
                                         : simulation->summarise(context, &trials, results);
}

/* What the file says of every simulation, whatever its experiment makes of it. */
static bk_status put_facts(bk_group **group, bk_run *run, const bk_part *part,
                           const bk_simulation *simulation, uint64_t blocks)
{
    static const bk_field digest = {.name = "block_digest",
                                    .dtype = BK_U64,
                                    .rank = 1,
                                    .axes = {"block"},
                                    .unit = "1",
                                    .long_name = "digest of the outputs of each block"};
    bk_group *simulations = bk_group_at(bk_run_results(run), "simulation");
    *group = bk_group_at(simulations, part->name);
    BK_TRY(bk_group_set_unsigned(*group, "trials", trials_of_blocks(part, blocks)));
    BK_TRY(bk_group_set_unsigned(*group, "trials_asked", part->trials));
    BK_TRY(bk_group_set_unsigned(*group, "block_size", part->block_size));
    if (simulation->purpose != 0) {
        BK_TRY(bk_group_set_unsigned(*group, "purpose", simulation->purpose));
    }
    const size_t n = (size_t)blocks;
    return bk_group_add(*group, &digest, &n, part->digest) == NULL ? bk_error_status() : BK_OK;
}

/* ---- With a stopping rule ---- */

/* From look to look: no block beyond the one that ends the simulation is ever computed. */
static bk_status compute_until_precise(uint64_t *blocks, bk_run *run, bk_part *part,
                                       const bk_simulation *simulation, const void *context)
{
    /* A resumed run goes on behind the looks it had: the folds hold no less than the last of them saw. */
    bk_look look = {0};
    if (part->n_looks > 0) {
        look = part->looks[part->n_looks - 1];
    }
    while (look.blocks < part->blocks && !look.reached) {
        const uint64_t next = bk_stop_next_look(part, look.blocks);
        BK_TRY(bk_compute_blocks(run, part, simulation, context, look.blocks, next));
        BK_TRY(bk_stop_look(&look, part, &run->control->stop, next));
        BK_TRY(bk_part_add_look(part, &look));
    }
    *blocks = look.blocks;
    if (look.reached && look.blocks < part->blocks) {
        bk_run_say(run, "%s: precise enough after %llu of %llu trials", part->name,
                   (unsigned long long)trials_of_blocks(part, look.blocks), (unsigned long long)part->trials);
    } else if (!look.reached) {
        bk_run_say(run, "%s: the stopping rule's target was not reached after all %llu trials", part->name,
                   (unsigned long long)part->trials);
    }
    return BK_OK;
}

/* ---- The modes ---- */

/* Names what a set of shards lacks. */
static bk_status refuse_gaps(const bk_run *run, const bk_part *part)
{
    bk_block_range *gaps = NULL;
    size_t n = 0;
    BK_TRY(bk_part_ranges(&gaps, &n, part, 0, part->blocks, false));
    bk_text text = {0};
    for (size_t i = 0; i < n && i < 10; i++) {
        const uint64_t last = gaps[i].end == part->blocks ? part->trials : gaps[i].end * part->block_size;
        bk_text_append(&text, "%s%llu to %llu", i == 0 ? "" : ", ",
                       (unsigned long long)(gaps[i].first * part->block_size),
                       (unsigned long long)(last - 1));
    }
    bk_free(gaps);
    (void)run;
    const bk_status status =
        bk_fail(BK_INVALID, "the shards leave a gap: trials %s%s of '%s' are in none of them",
                bk_text_string(&text), n > 10 ? ", ..." : "", part->name);
    bk_text_clear(&text);
    return status;
}

static bk_status compute_part(uint64_t *blocks, bk_run *run, bk_part *part, const bk_simulation *simulation,
                              const void *context)
{
    *blocks = part->blocks;
    if (run->mode == BK_RUN_MERGE) {
        return part->done_blocks == part->blocks ? BK_OK : refuse_gaps(run, part);
    }
    if (part->watched != BK_NO_OUTPUT) {
        return compute_until_precise(blocks, run, part, simulation, context);
    }
    const bk_block_range own = bk_run_own_blocks(run, part->blocks);
    return bk_compute_blocks(run, part, simulation, context, own.first, own.end);
}

static bk_status finish_part(bk_run *run, const bk_part *part, const bk_simulation *simulation,
                             uint64_t blocks, void *context, bk_group *results)
{
    bk_group *group = NULL;
    BK_TRY(put_facts(&group, run, part, simulation, blocks));
    if (part->watched != BK_NO_OUTPUT) {
        BK_TRY(bk_stop_put(group, part, &run->control->stop));
    }
    return summarise(part, simulation, blocks, context, results);
}

/* Computes what is missing, or in a verification or replay what that takes; *whole: all blocks are there, and
 * the file that is checked agrees with them. */
static bk_status come_by_blocks(bool *whole, uint64_t *blocks, bk_run *run, bk_part *part,
                                const bk_simulation *simulation, const void *context, const bk_group *results)
{
    *whole = true;
    if (run->check != NULL) {
        const bk_status status = bk_check_simulation(whole, run, part, simulation, context, results);
        if (status != BK_OK || !*whole) {
            return status;
        }
    }
    if (part->done_trials < part->own_trials) {
        bk_run_tell_progress(run, part->name, part->done_trials, part->own_trials, part);
    }
    BK_TRY(compute_part(blocks, run, part, simulation, context));
    const uint64_t done = run->mode == BK_RUN_SHARD ? part->own_trials : trials_of_blocks(part, *blocks);
    bk_run_tell_progress(run, part->name, done, done, part);
    return run->mode == BK_RUN_VERIFY ? bk_verify_all(run, part, simulation, results, *blocks) : BK_OK;
}

static bk_status simulate(bk_run *run, const char *name, const bk_simulation *simulation, void *context,
                          bk_group *results)
{
    bk_part *part = NULL;
    bool whole = false;
    uint64_t blocks = 0;
    BK_TRY(add_part(&part, run, name, simulation));
    bk_status status = come_by_blocks(&whole, &blocks, run, part, simulation, context, results);
    if (status == BK_OK && whole && run->mode != BK_RUN_SHARD) {
        status = finish_part(run, part, simulation, blocks, context, results);
    }
    part->outputs = NULL;
    if (status != BK_OK) {
        return status;
    }
    if (run->mode != BK_RUN_SHARD && run->control->checkpoint == NULL) {
        bk_part_forget(part);
    }
    (void)bk_run_pause(run);
    return BK_OK;
}

bk_status bk_simulate(bk_run *run, const char *name, const bk_simulation *simulation, void *context,
                      bk_group *results)
{
    BK_TRY(check_simulation(run, name, simulation));
    if (results == NULL && simulation->summarise == NULL) {
        return bk_error_status() != BK_OK
                   ? bk_error_status()
                   : bk_fail(BK_INVALID, "simulation %s: the group of its results is NULL", name);
    }
    if (run->control->shards > 0 && simulation->needs != NULL) {
        return bk_fail(BK_UNSUPPORTED,
                       "simulation %s needs all trials of '%s', which a shard does not have: run %s without "
                       "--shard",
                       name, simulation->needs, run->experiment->name);
    }
    if (bk_check_lacks(run, simulation)) {
        return run->mode == BK_RUN_VERIFY
                   ? BK_OK
                   : bk_fail(BK_UNSUPPORTED,
                             "simulation %s needs all trials of '%s', which the file does not keep", name,
                             simulation->needs);
    }
    if (run->mode == BK_RUN_REHEARSAL) {
        size_t watched = BK_NO_OUTPUT;
        BK_TRY(bk_stop_watches(&watched, run, name, simulation));
        return bk_rehearse_simulation(run, name, simulation, context);
    }
    return simulate(run, name, simulation, context, results);
}
