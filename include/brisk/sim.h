/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * brisk/sim.h: experiments, runs, and the Monte Carlo driver.
 *
 * An experiment is one file: a name, a table of options, and a function `run` that is executed from its
 * first line in every mode. It reads no clock and no environment; all randomness comes from streams
 * with addresses. bk_simulate alone knows how the trials come about.
 */
#ifndef BRISK_SIM_H
#define BRISK_SIM_H

#include "brisk/base.h"
#include "brisk/results.h"
#include "brisk/rng.h"
#include "brisk/stats.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Experiments ------------------------------------------------------------------------------------- */

typedef struct bk_run bk_run;

typedef struct bk_experiment {
    const char *name;         /* "lab" */
    const char *summary;      /* one line */
    const char *description;  /* some lines for --help; NULL: none */
    const bk_option *options; /* [n_options]; kept */
    size_t n_options;
    /* Checks that need more than one option (an even test size); NULL: none. Called before anything runs. */
    bk_status (*check)(const bk_options *options);
    bk_status (*run)(bk_run *run);
    /* Writes the page that `brisk run` prints at the end and `brisk show` at any time, from the file's
     * content alone; NULL: a plain listing. */
    bk_status (*report)(const bk_group *root, bk_text *page);
} bk_experiment;

/* ---- A run, as its experiment sees it --------------------------------------------------------------------
 */

BK_API uint64_t bk_run_seed(const bk_run *run);
BK_API const bk_options *bk_run_options(const bk_run *run);
/* The root of the results tree. */
BK_API bk_group *bk_run_results(bk_run *run);
/* Says on the log (stderr, through the command's sink) what the run does next: "training tanh_500". */
BK_API void bk_run_say(bk_run *run, const char *format, ...) BK_PRINTF(2, 3);
/* Progress of a serial stage; rate-limited, costs a clock read. */
BK_API void bk_run_progress(bk_run *run, const char *stage, uint64_t done, uint64_t total);

/* ---- Simulation
 * ---------------------------------------------------------------------------------------------- */

/* One named output of a trial. */
typedef struct bk_output {
    const char *name;
    bk_dtype dtype; /* BK_F64, or BK_U32 for counts */
} bk_output;

/* What all trials left: the slots of each output, and its fold. */
typedef struct bk_trials {
    uint64_t count;
    size_t n_outputs;
    const bk_output *outputs;
    const void *const *values;   /* [output] -> [count] of the output's dtype; NULL in summary mode */
    const bk_summary *summaries; /* [output], folded by the tree of brisk/stats.h over blocks */
    uint64_t block_size;         /* trials a block: the last bits of the folds depend on it */
} bk_trials;

/* A simulation: what one trial does, and what is made of them all. */
typedef struct bk_simulation {
    uint64_t trials;
    uint64_t block_size; /* trials a block; 0: 64. Part of the promise, so store it with what was folded */
    const bk_output *outputs;
    size_t n_outputs;
    size_t scratch_bytes; /* for each thread, 64-byte aligned, not cleared between trials */
    /* Computes trial number `trial`: reads context (shared, not to be changed), writes outputs
     * [n_outputs] (a count as a whole number). Draws from streams at (seed, purpose, trial) alone. */
    bk_status (*trial)(const void *context, uint64_t trial, void *scratch, double *outputs);
    /* Called once, when no block is missing. results is the group handed to bk_simulate. */
    bk_status (*summarise)(void *context, const bk_trials *trials, bk_group *results);
} bk_simulation;

/* Runs the trials in parallel over blocks and then summarise. name tells simulations of one run apart
 * (progress, checkpoints). Results are the same bits for any number of threads. A failed trial ends
 * the simulation with its status and "NAME, trial N: " before its message (the lowest one wins). */
BK_API bk_status bk_simulate(bk_run *run, const char *name, const bk_simulation *simulation, void *context,
                             bk_group *results);

/* ---- Running an experiment (what bk_main does)
 * --------------------------------------------------------------- */

typedef struct bk_progress {
    const char *stage;
    uint64_t done, total;
    double elapsed_s; /* of this stage */
    bool finished;
} bk_progress;

/* How a run is to be carried out; none of it changes a result. */
typedef struct bk_run_control {
    void (*say)(void *sink, const char *line);                 /* NULL: silent */
    void (*progress)(void *sink, const bk_progress *progress); /* NULL: silent */
    void *sink;
    const char *command_line;    /* stored in /run; NULL: not stored */
    const char *instruction_set; /* of the kernels, stored in /run; NULL: not stored */
    bool reproducible;           /* leave /run out: same bytes every time */
} bk_run_control;

/* Executes the experiment and returns its results tree, ready to be written: root attributes, /config,
 * /run and what the experiment put there. Owned by the caller (bk_results_destroy); NULL on failure. */
BK_API bk_results *bk_run_execute(const bk_experiment *experiment, const bk_options *options, uint64_t seed,
                                  const bk_run_control *control);

#ifdef __cplusplus
}
#endif
#endif
