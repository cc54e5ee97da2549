/* SPDX-License-Identifier: GPL-3.0-or-later
 * A rehearsal: the experiment runs up to its trials, tries some of them, and a page says what the whole would
 * take. Nothing of it is kept. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "sim/run.h"

/* ---- Some trials ---- */

typedef struct pilot {
    const char *name;
    const bk_simulation *simulation;
    const void *context;
    unsigned char *scratch;
    size_t stride;
    uint64_t each; /* trials of an item */
} pilot;

static bk_status run_item(void *context, size_t item, int thread)
{
    const pilot *work = context;
    double outputs[BK_MOST_OUTPUTS];
    for (uint64_t i = 0; i < work->each; i++) {
        const uint64_t trial = (item * work->each + i) % work->simulation->trials;
        BK_TRY(bk_compute_trial(work->name, work->simulation, work->context, trial,
                                work->scratch + (size_t)thread * work->stride, outputs));
    }
    return BK_OK;
}

static bk_status measure(bk_rehearsed *facts, pilot *work, double pilot_s)
{
    const uint64_t threads = (uint64_t)bk_threads();
    double started = bk_clock_s();
    work->each = 1;
    BK_TRY(run_item(work, 0, 0));
    facts->trial_s = bk_clock_s() - started;
    facts->tried = 1;
    /* All threads together, because they share the machine's memory and clock. */
    const double fit = facts->trial_s > 0.0 ? pilot_s / facts->trial_s : 1e6;
    const uint64_t most = facts->trials / threads;
    work->each = fit < 1.0 ? 1 : fit < 1e6 ? (uint64_t)fit : 1000000;
    work->each = work->each > most && most > 0 ? most : work->each;
    if (fit >= 1.0) {
        started = bk_clock_s();
        BK_TRY(bk_parallel_for((size_t)threads, run_item, work));
        const double wall_s = bk_clock_s() - started;
        facts->tried = work->each * threads;
        facts->trial_s = wall_s / (double)work->each;
        facts->round_s = wall_s / (double)facts->tried * (double)facts->own_trials;
    } else {
        facts->round_s = facts->trial_s * ceil((double)facts->own_trials / (double)threads);
    }
    return BK_OK;
}

bk_status bk_rehearse_simulation(bk_run *run, const char *name, const bk_simulation *simulation,
                                 const void *context)
{
    bk_rehearsed *grown =
        bk_reallocate(run->rehearsed, run->n_rehearsed, run->n_rehearsed + 1, sizeof *grown);
    if (grown == NULL) {
        return bk_error_status();
    }
    run->rehearsed = grown;
    bk_rehearsed facts = {.name = bk_copy_text(name),
                          .trials = simulation->trials,
                          .block_size = simulation->block_size == 0 ? BK_FOLD_BLOCK : simulation->block_size,
                          .n_outputs = simulation->n_outputs,
                          .scratch_bytes = simulation->scratch_bytes,
                          .purpose = simulation->purpose};
    if (facts.name == NULL) {
        return bk_error_status();
    }
    const bk_block_range own = bk_run_own_blocks(run, (facts.trials - 1) / facts.block_size + 1);
    const uint64_t last = own.end * facts.block_size;
    facts.own_trials = (last < facts.trials ? last : facts.trials) - own.first * facts.block_size;
    for (size_t i = 0; i < simulation->n_outputs; i++) {
        facts.value_bytes += bk_dtype_size(simulation->outputs[i].dtype);
    }
    pilot work = {.name = name, .simulation = simulation, .context = context};
    work.scratch = bk_allocate_scratch(&work.stride, simulation->scratch_bytes);
    const bk_status status = work.scratch == NULL ? bk_error_status() : measure(&facts, &work, run->pilot_s);
    bk_free(work.scratch);
    grown[run->n_rehearsed++] = facts;
    return status;
}

/* ---- The page ---- */

static void append_bytes(bk_text *page, double bytes)
{
    static const char *const units[] = {"B", "kB", "MB", "GB", "TB"};
    size_t unit = 0;
    while (bytes >= 1000.0 && unit < 4) {
        bytes /= 1000.0;
        unit++;
    }
    bk_text_append(page, unit == 0 ? "%.0f %s" : "%.3g %s", bytes, units[unit]);
}

static void append_seconds(bk_text *page, double seconds)
{
    if (seconds < 1e-3) {
        bk_text_append(page, "%.3g us", 1e6 * seconds);
    } else if (seconds < 1.0) {
        bk_text_append(page, "%.3g ms", 1e3 * seconds);
    } else if (seconds < 120.0) {
        bk_text_append(page, "%.3g s", seconds);
    } else if (seconds < 7200.0) {
        bk_text_append(page, "%.3g min", seconds / 60.0);
    } else if (seconds < 48.0 * 3600.0) {
        bk_text_append(page, "%.3g h", seconds / 3600.0);
    } else {
        bk_text_append(page, "%.3g days", seconds / 86400.0);
    }
}

static double tree_bytes(const bk_group *group)
{
    double bytes = 0.0;
    for (size_t i = 0; i < bk_group_dataset_count(group); i++) {
        const bk_dataset *dataset = bk_group_dataset(group, i);
        bytes += (double)bk_dataset_size(dataset) * (double)bk_dtype_size(bk_dataset_dtype(dataset));
    }
    for (size_t i = 0; i < bk_group_group_count(group); i++) {
        bytes += tree_bytes(bk_group_child(group, i));
    }
    return bytes;
}

/* What stands in any file, and beside the values of an output: attributes, quantiles, tables of contents. */
#define FILE_BYTES   15e3
#define OUTPUT_BYTES 3e3

static double kept_bytes(const bk_run *run, const bk_rehearsed *facts)
{
    const double blocks = ceil((double)facts->own_trials / (double)facts->block_size);
    const double values =
        run->control->keep == BK_KEEP_ALL ? (double)facts->own_trials * (double)facts->value_bytes : 0.0;
    return values + 8.0 * blocks;
}

static void append_simulation(bk_text *page, const bk_run *run, const bk_rehearsed *facts)
{
    const unsigned long long blocks = (unsigned long long)((facts->trials - 1) / facts->block_size + 1);
    bk_text_append(page, "simulation '%s'\n", facts->name);
    bk_text_append(page, "  trials          %llu, in %llu blocks of %llu; %zu output%s each\n",
                   (unsigned long long)facts->trials, blocks, (unsigned long long)facts->block_size,
                   facts->n_outputs, facts->n_outputs == 1 ? "" : "s");
    if (facts->own_trials < facts->trials) {
        bk_text_append(page, "  of this shard   %llu trials\n", (unsigned long long)facts->own_trials);
    }
    if (facts->purpose != 0) {
        bk_text_append(page, "  streams         (seed %llu, purpose %lu, index 0 to %llu)\n",
                       (unsigned long long)run->seed, (unsigned long)facts->purpose,
                       (unsigned long long)(facts->trials - 1));
    } else {
        bk_text_append(
            page, "  streams         one or more a trial (this experiment does not tell their purpose)\n");
    }
    bk_text_append(page, "  memory          ");
    append_bytes(page, kept_bytes(run, facts));
    bk_text_append(page, " of results, ");
    append_bytes(page, (double)facts->scratch_bytes * bk_threads());
    bk_text_append(page, " of scratch\n  time            ");
    append_seconds(page, facts->round_s);
    bk_text_append(page, " on %d thread%s (", bk_threads(), bk_threads() == 1 ? "" : "s");
    append_seconds(page, facts->trial_s);
    bk_text_append(page, " a trial and thread, from %llu trials)\n\n", (unsigned long long)facts->tried);
}

static void append_totals(bk_text *page, const bk_run *run, double before_s)
{
    double seconds = before_s;
    double bytes = FILE_BYTES + tree_bytes(bk_results_root(run->results));
    for (size_t i = 0; i < run->n_rehearsed; i++) {
        seconds += run->rehearsed[i].round_s;
        bytes += kept_bytes(run, &run->rehearsed[i]) + OUTPUT_BYTES * (double)run->rehearsed[i].n_outputs;
    }
    bk_text_append(page, "in all\n  time            about ");
    append_seconds(page, seconds);
    bk_text_append(page, ", of it ");
    append_seconds(page, before_s);
    bk_text_append(page, " beside the trials%s\n  file            about ",
                   run->control->stop.kind == BK_STOP_NEVER ? "" : "; a stopping rule may end it earlier");
    append_bytes(page, bytes);
    bk_text_append(page, " before compression; what is made of the trials comes on top, in time and file\n"
                         "  memory          about ");
    /* The tree, the image of the file and HDF5's copy of it stand in memory together when the file is
     * written. */
    append_bytes(page, 4.0 * bytes + 2e7);
    bk_text_append(page, " when the file is written\n");
}

bk_status bk_run_rehearse(bk_text *page, const bk_experiment *experiment, const bk_options *options,
                          uint64_t seed, const bk_run_control *control, double pilot_s)
{
    bk_run run = {.experiment = experiment,
                  .options = options,
                  .control = control,
                  .seed = seed,
                  .mode = BK_RUN_REHEARSAL,
                  .pilot_s = pilot_s};
    const double started = bk_clock_s();
    bk_status status = bk_run_perform(&run);
    if (status == BK_OK) {
        double before_s = bk_clock_s() - started;
        for (size_t i = 0; i < run.n_rehearsed; i++) {
            before_s -= run.rehearsed[i].trial_s * (double)run.rehearsed[i].tried / (double)bk_threads();
        }
        bk_text_append(page, "%s: a rehearsal, nothing is written\n\n", experiment->name);
        for (size_t i = 0; i < run.n_rehearsed; i++) {
            append_simulation(page, &run, &run.rehearsed[i]);
        }
        append_totals(page, &run, before_s > 0.0 ? before_s : 0.0);
        status = bk_text_status(page);
    }
    bk_run_clear(&run);
    return status;
}
