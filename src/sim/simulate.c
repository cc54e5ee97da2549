/* SPDX-License-Identifier: GPL-3.0-or-later
 * The Monte Carlo driver: trials over blocks in parallel, results in fixed slots, folds in one fixed
 * tree. Nothing here depends on which thread computed what. */
#include <math.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "sim/run.h"

#define DEFAULT_BLOCK     64
#define MAX_OUTPUTS       64
#define SCRATCH_ALIGNMENT 64

typedef struct simulation_state {
    bk_run *run;
    const char *name;
    const bk_simulation *simulation;
    const void *context;
    uint64_t block_size;
    size_t blocks;
    void **values;          /* [output] -> [trials] of its dtype */
    bk_summary *summaries;  /* [output][block] */
    unsigned char *scratch; /* [thread][scratch_stride] */
    size_t scratch_stride;
    _Atomic uint64_t done;
} simulation_state;

static bk_status check_simulation(const char *name, const bk_simulation *simulation)
{
    if (simulation->trials == 0) {
        return bk_fail(BK_INVALID, "simulation %s: there must be at least one trial", name);
    }
    if (simulation->n_outputs == 0 || simulation->n_outputs > MAX_OUTPUTS) {
        return bk_fail(BK_INVALID, "simulation %s: %zu outputs a trial; 1 to %d are possible", name,
                       simulation->n_outputs, MAX_OUTPUTS);
    }
    for (size_t i = 0; i < simulation->n_outputs; i++) {
        const bk_dtype dtype = simulation->outputs[i].dtype;
        if (dtype != BK_F64 && dtype != BK_U32) {
            return bk_fail(BK_DTYPE, "simulation %s: output %s is %s; f64 and u32 (counts) are possible",
                           name, simulation->outputs[i].name, bk_dtype_name(dtype));
        }
    }
    return BK_OK;
}

/* Puts one output into its slot. A NaN is stored as one pattern, because its sign and payload depend
 * on compiler and machine. */
static bk_status store_output(const simulation_state *state, size_t output, uint64_t trial, double value)
{
    const bk_output *facts = &state->simulation->outputs[output];
    if (facts->dtype == BK_F64) {
        ((double *)state->values[output])[trial] = isnan(value) ? (double)NAN : value;
        return BK_OK;
    }
    if (!(value >= 0.0 && value <= (double)UINT32_MAX && value == floor(value))) {
        return bk_fail(BK_INVALID, "output %s is declared a count but is %g", facts->name, value);
    }
    ((uint32_t *)state->values[output])[trial] = (uint32_t)value;
    return BK_OK;
}

static bk_status run_trial(const simulation_state *state, uint64_t trial, void *scratch, bk_summary *folds)
{
    const bk_simulation *simulation = state->simulation;
    double outputs[MAX_OUTPUTS] = {0};
    bk_status status = simulation->trial(state->context, trial, scratch, outputs);
    for (size_t i = 0; status == BK_OK && i < simulation->n_outputs; i++) {
        status = store_output(state, i, trial, outputs[i]);
        bk_summary_add(&folds[i], outputs[i]);
    }
    return status == BK_OK ? BK_OK : bk_fail_within("%s, trial %llu", state->name, (unsigned long long)trial);
}

/* One block of trials, in index order: node (0, block) of the fold tree. */
static bk_status run_block(void *context, size_t block, int thread)
{
    simulation_state *state = context;
    const bk_simulation *simulation = state->simulation;
    const uint64_t first = (uint64_t)block * state->block_size;
    const uint64_t rest = simulation->trials - first;
    const uint64_t count = rest < state->block_size ? rest : state->block_size;
    void *scratch = state->scratch + (size_t)thread * state->scratch_stride;
    bk_summary folds[MAX_OUTPUTS];
    for (size_t i = 0; i < simulation->n_outputs; i++) {
        folds[i] = bk_summary_empty();
    }
    for (uint64_t i = 0; i < count; i++) {
        BK_TRY(run_trial(state, first + i, scratch, folds));
    }
    for (size_t i = 0; i < simulation->n_outputs; i++) {
        state->summaries[i * state->blocks + block] = folds[i];
    }
    const uint64_t done = atomic_fetch_add(&state->done, count) + count;
    if (thread == 0 && done < simulation->trials) {
        bk_run_tell_progress(state->run, state->name, done, simulation->trials);
    }
    return BK_OK;
}

static bk_status allocate_slots(simulation_state *state)
{
    const bk_simulation *simulation = state->simulation;
    size_t folds;
    size_t stride;
    if (simulation->trials > SIZE_MAX || !bk_multiply_sizes(&folds, simulation->n_outputs, state->blocks) ||
        !bk_add_sizes(&stride, simulation->scratch_bytes, SCRATCH_ALIGNMENT)) {
        return bk_fail(BK_OVERFLOW, "%s: %llu trials exceed the address space", state->name,
                       (unsigned long long)simulation->trials);
    }
    state->scratch_stride = stride - stride % SCRATCH_ALIGNMENT;
    state->scratch = bk_allocate((size_t)bk_threads(), state->scratch_stride);
    state->summaries = bk_allocate(folds, sizeof *state->summaries);
    state->values = bk_allocate(simulation->n_outputs, sizeof *state->values);
    if (state->scratch == NULL || state->summaries == NULL || state->values == NULL) {
        return bk_fail_within("%s: %zu blocks of trials and the scratch of %d threads", state->name,
                              state->blocks, bk_threads());
    }
    for (size_t i = 0; i < simulation->n_outputs; i++) {
        state->values[i] =
            bk_allocate((size_t)simulation->trials, bk_dtype_size(simulation->outputs[i].dtype));
        if (state->values[i] == NULL) {
            return bk_fail_within("%s: slots of %llu trials", state->name,
                                  (unsigned long long)simulation->trials);
        }
    }
    return BK_OK;
}

static void free_slots(simulation_state *state)
{
    for (size_t i = 0; state->values != NULL && i < state->simulation->n_outputs; i++) {
        bk_free(state->values[i]);
    }
    bk_free((void *)state->values);
    bk_free(state->summaries);
    bk_free(state->scratch);
}

/* Folds the blocks and hands everything to the simulation. */
static bk_status put_all(const bk_trials *trials, bk_group *results)
{
    for (size_t i = 0; i < trials->n_outputs; i++) {
        BK_TRY(bk_trials_put(trials, i, results));
    }
    return BK_OK;
}

static bk_status tally_all(bk_tally *bins, bk_tally *frequencies, const simulation_state *state)
{
    const bk_simulation *simulation = state->simulation;
    for (size_t i = 0; i < simulation->n_outputs; i++) {
        frequencies[i].limit = BK_MOST_FREQUENCIES;
        frequencies[i].full = simulation->outputs[i].dtype != BK_U32;
        for (uint64_t t = 0; t < simulation->trials; t++) {
            const bool count = simulation->outputs[i].dtype == BK_U32;
            const double value = count ? ((uint32_t *)state->values[i])[t] : ((double *)state->values[i])[t];
            BK_TRY(bk_tally_add(&bins[i], bk_quantile_bin(value), 1));
            BK_TRY(bk_tally_add(&frequencies[i], count ? (uint64_t)value : 0, 1));
        }
    }
    return BK_OK;
}

static bk_status summarise(const simulation_state *state, void *context, bk_group *results)
{
    const bk_simulation *simulation = state->simulation;
    bk_summary summaries[MAX_OUTPUTS];
    bk_tally bins[MAX_OUTPUTS] = {{0}};
    bk_tally frequencies[MAX_OUTPUTS] = {{0}};
    bk_status status = tally_all(bins, frequencies, state);
    for (size_t i = 0; i < simulation->n_outputs; i++) {
        bk_fold_tree tree = bk_fold_empty();
        for (size_t block = 0; block < state->blocks; block++) {
            bk_fold_add(&tree, state->summaries[i * state->blocks + block]);
        }
        summaries[i] = bk_fold_result(&tree);
    }
    const bk_trials trials = {.count = simulation->trials,
                              .n_outputs = simulation->n_outputs,
                              .outputs = simulation->outputs,
                              .values = (const void *const *)state->values,
                              .summaries = summaries,
                              .bins = bins,
                              .frequencies = frequencies,
                              .block_size = state->block_size};
    if (status == BK_OK) {
        status = simulation->summarise == NULL ? put_all(&trials, results)
                                               : simulation->summarise(context, &trials, results);
    }
    for (size_t i = 0; i < simulation->n_outputs; i++) {
        bk_tally_clear(&bins[i]);
        bk_tally_clear(&frequencies[i]);
    }
    return status;
}

bk_status bk_simulate(bk_run *run, const char *name, const bk_simulation *simulation, void *context,
                      bk_group *results)
{
    BK_TRY(check_simulation(name, simulation));
    simulation_state state = {.run = run, .name = name, .simulation = simulation, .context = context};
    state.block_size = simulation->block_size == 0 ? DEFAULT_BLOCK : simulation->block_size;
    state.blocks = (size_t)((simulation->trials - 1) / state.block_size + 1);
    bk_status status = allocate_slots(&state);
    if (status == BK_OK) {
        bk_run_tell_progress(run, name, 0, simulation->trials);
        status = bk_parallel_for(state.blocks, run_block, &state);
    }
    if (status == BK_OK) {
        bk_run_tell_progress(run, name, simulation->trials, simulation->trials);
        status = summarise(&state, context, results);
    }
    free_slots(&state);
    return status;
}
