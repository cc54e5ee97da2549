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
    /* What passes through libm or Rmath (ends of intervals, p-values, risks) and so may differ in its last
     * bits on another machine: paths of datasets ("/network*low") and, behind an @, of attributes
     * ("/network*@true_risk*"), a star for any characters; ends with NULL. NULL: nothing does. A verification
     * takes these numbers within 1e-12 of their size, or, behind a
     * path that ends with ~1e-13, within that (what is left of a difference); all else must be the same bits.
     */
    const char *const *inexact;
} bk_experiment;

/* ---- A run, as its experiment sees it -------------------------------------------------------------------
 */

BK_API uint64_t bk_run_seed(const bk_run *run);
BK_API const bk_options *bk_run_options(const bk_run *run);
/* The root of the results tree. */
BK_API bk_group *bk_run_results(bk_run *run);
/* Says on the log (stderr, through the command's sink) what the run does next: "training tanh_500". */
BK_API void bk_run_say(bk_run *run, const char *format, ...) BK_PRINTF(2, 3);
/* Progress of a serial stage; rate-limited, costs a clock read. */
BK_API void bk_run_progress(bk_run *run, const char *stage, uint64_t done, uint64_t total);
/* Whether trials are missing by intention (a shard, a rehearsal, a verification by samples): summarise is
 * then not called, and what follows a simulation may be left out, because nobody will see it. */
BK_API bool bk_run_is_partial(const bk_run *run);

/* A long serial stage whose results the checkpoint keeps: compute writes into results, a new and empty group.
 * In a resumed run its content comes from the checkpoint and compute is not called; so whatever the run needs
 * afterwards is read from results, in both cases; what is put into results after bk_stage has returned is not
 * kept, a resumed run does it again. name (1 to 100 bytes) tells stages and simulations of one run apart. */
BK_API bk_status bk_stage(bk_run *run, const char *name,
                          bk_status (*compute)(void *context, bk_group *results), void *context,
                          bk_group *results);

/* ---- Simulation -----------------------------------------------------------------------------------------
 */

/* One named output of a trial. A zero member means what its comment says. */
typedef struct bk_output {
    const char *name;      /* 1 to 100 bytes, as a group may be named */
    bk_dtype dtype;        /* BK_F64, or BK_U32 for counts */
    const char *unit;      /* "s"; NULL: "1" */
    const char *long_name; /* as an axis label would say it; NULL: the name */
    double low, high; /* every value lies in [low, high], which is checked; equal: unknown. A stopping rule
                         on the width of an interval needs it for its guarantee. */
    bool inexact;     /* it passes through libm or Rmath (bk_experiment.inexact) */
    const char *kept; /* the dataset [trial], by its path below the results of the simulation, in which
                         summarise keeps its values; NULL: that of bk_trials_put, where there is one */
} bk_output;

/* What all trials left. */
typedef struct bk_trials {
    uint64_t count; /* of trials: those asked for, or fewer where a stopping rule ended the simulation */
    size_t n_outputs;
    const bk_output *outputs;
    const void *const *values;   /* [output] -> [count] of the output's dtype; NULL with --keep summary */
    const bk_summary *summaries; /* [output], folded by the tree of brisk/stats.h over blocks */
    const bk_tally *bins;        /* [output], keys of bk_quantile_bin */
    const bk_tally *frequencies; /* [output], the exact frequency of each count; full where more than
                                    BK_MOST_FREQUENCIES different ones occurred or the output is f64 */
    uint64_t block_size;         /* trials a block: the last bits of the folds depend on it */
} bk_trials;
#define BK_MOST_FREQUENCIES 65536

/* A simulation: what one trial does, and what is made of them all. */
typedef struct bk_simulation {
    uint64_t trials;
    uint64_t block_size; /* trials a block, at most 65536; 0: 64. Part of the promise, and stored */
    const bk_output *outputs;
    size_t n_outputs;
    size_t scratch_bytes; /* for each thread, 64-byte aligned, not cleared between trials */
    /* What the streams of the trials are opened for, (seed, purpose, trial); told by --dry-run and stored in
     * the file; 0: not told. */
    uint32_t purpose;
    /* The name of the simulation of this run whose trials the context depends on; NULL: none. Such a
     * simulation is refused in shards, which do not have these trials. */
    const char *needs;
    /* Computes trial number `trial`: reads context (shared, not to be changed), writes outputs
     * [n_outputs] (a count as a whole number). Draws from streams at (seed, purpose, trial) alone. */
    bk_status (*trial)(const void *context, uint64_t trial, void *scratch, double *outputs);
    /* Called once, when no block is missing. results is the group handed to bk_simulate. NULL: every output
     * is put there by bk_trials_put. */
    bk_status (*summarise)(void *context, const bk_trials *trials, bk_group *results);
    /* For `brisk replay`: puts what trial number `trial` was (its points, its intervals) into results, an
     * empty group that takes groups of columns, each of which can become a table. output: the number of the
     * output that was asked for by name, or BK_WHOLE_TRIAL. An output can be asked for by name where the file
     * has a group or dataset of its name. NULL: the outputs are all that can be told of a trial. */
    bk_status (*describe)(const void *context, uint64_t trial, size_t output, void *scratch,
                          bk_group *results);
} bk_simulation;
#define BK_WHOLE_TRIAL SIZE_MAX

/* Runs the trials in parallel over blocks (those that the run has to compute and does not have yet) and then
 * summarise. name tells simulations of one run apart (progress, checkpoints, the file's /simulation/NAME): a
 * name that a group may have. Results are the same bits for any number of threads, shards, ranks and
 * interruptions. A failed trial ends the simulation with its status and "NAME, trial N: " before its message
 * (the lowest one wins). BK_STOPPED where the run was asked to stop; its checkpoint is written by then. */
BK_API bk_status bk_simulate(bk_run *run, const char *name, const bk_simulation *simulation, void *context,
                             bk_group *results);

/* ---- What to make of the trials (sim/trials.c) ---- */

/* The group results/NAME of one output: attributes count, mean, sd, mcse, variance, minimum, maximum,
 * skewness, excess_kurtosis; quantile/{probability, value, low, high}; frequency/{value, count} of counts;
 * and the values of the trials, "trial_value", where they were kept. Identical with --keep all and --keep
 * summary but for the last. */
BK_API bk_status bk_trials_put(const bk_trials *trials, size_t output, bk_group *results);
/* Its frequencies alone, value and count [value], into group. BK_INVALID where they are not known. */
BK_API bk_status bk_trials_put_frequencies(const bk_trials *trials, size_t output, bk_group *group);
/* Quantiles [n] of one output, from bins (or, of counts, exactly while their frequencies are known). */
BK_API bk_status bk_trials_quantiles(bk_quantile *quantiles, const double *probabilities, size_t n,
                                     const bk_trials *trials, size_t output);

/* ---- Running an experiment (what bk_main does) ----------------------------------------------------------
 */

typedef struct bk_progress {
    const char *stage;
    uint64_t done, total;
    uint64_t found;   /* of done: taken from a checkpoint, so they cost no time here */
    double elapsed_s; /* of this stage */
    bool finished;
    const char *output;    /* the output that estimate is the mean of so far; NULL: none yet */
    double estimate, mcse; /* its running mean and Monte Carlo standard error (NaN below two trials) */
} bk_progress;

/* What the person or system that runs us wants now. */
typedef enum bk_request { BK_REQUEST_NONE, BK_REQUEST_CHECKPOINT, BK_REQUEST_STOP } bk_request;

typedef enum bk_keep { BK_KEEP_ALL, BK_KEEP_SUMMARY } bk_keep;
typedef enum bk_stop_kind { BK_STOP_NEVER, BK_STOP_MCSE, BK_STOP_WIDTH } bk_stop_kind;

/* Ends a simulation before its last trial once an estimate is precise enough. It is looked at after fixed
 * numbers of blocks alone: 16, 20, 25, ..., each a quarter more than the last, rounded down (64, 80, ... for
 * the asymptotic sequence).
 * BK_STOP_MCSE: the Monte Carlo standard error of the mean is at most target. A rule of precision: no
 * interval with a guarantee follows from it.
 * BK_STOP_WIDTH: the confidence sequence of the mean at `level`, over the block means in block order, is at
 * most target wide: bk_sequence_betting where the output has a range, else bk_sequence_asymptotic (which may
 * miss the mean of very skewed values more often). It holds at the look that ends the simulation too. */
typedef struct bk_stop_rule {
    bk_stop_kind kind;
    const char *output; /* NULL: the only one */
    double target;      /* above 0, in the unit of the output */
    double level;       /* of WIDTH, in (0, 1) */
} bk_stop_rule;

/* How a run is to be carried out. keep and stop belong to the configuration and are stored with it; nothing
 * else here changes a result. Zero is a good default for everything. */
typedef struct bk_run_control {
    bk_keep keep;
    bk_stop_rule stop;

    void (*say)(void *sink, const char *line);                 /* NULL: silent */
    void (*progress)(void *sink, const bk_progress *progress); /* NULL: silent. One call at a time, from any
                                                                  thread */
    void *sink;
    /* Asked between trials, from any thread: quick, and safe to call at once. A request to stop stays; one
     * for a checkpoint is given once. NULL: nobody asks. */
    bk_request (*asked)(void *sink);

    const char *checkpoint;    /* path of the checkpoint file; NULL: none is ever written or read */
    double checkpoint_every_s; /* 0: only when asked or stopped */
    double time_limit_s;       /* then the run stops as if asked; 0: none */
    bool resume;               /* begin with what the checkpoint holds */
    bool force;                /* replace a checkpoint that is in the way */
    unsigned shard, shards;    /* compute part shard (1 to shards) of the blocks only; 0: all */

    /* Called once with the finished tree, while the run still has its trials: writes it. A failure is that of
     * the run, and leaves a checkpoint. NULL: the caller writes, and a failure then costs what came since the
     * last checkpoint. Not called by bk_run_merge and bk_run_rehearse. */
    bk_status (*finish)(void *context, bk_results *results);
    void *finish_context;

    const char *command_line;    /* stored in /run; NULL: not stored */
    const char *instruction_set; /* of the kernels, stored in /run; NULL: not stored */
    bool reproducible;           /* leave /run out: same bytes every time */
} bk_run_control;

/* Executes the experiment and returns its results tree, ready to be written: root attributes, /config,
 * /run, /simulation and what the experiment put there; of a shard, the tree for bk_results_write_as with
 * BK_FILE_SHARD. Owned by the caller (bk_results_destroy); NULL on failure.
 *
 * With a checkpoint path: an existing checkpoint is BK_FILE unless resume or force; resume begins with it, or
 * afresh (and says so) where there is none. BK_INVALID names the keys in which its configuration differs from
 * this run's, its seed, experiment or versions; BK_FORMAT a damaged file. BK_STOPPED where the run stopped
 * early: the checkpoint is written, and any failure leaves one too. When all is done the caller writes the
 * results and then calls bk_run_forget_checkpoint. */
BK_API bk_results *bk_run_execute(const bk_experiment *experiment, const bk_options *options, uint64_t seed,
                                  const bk_run_control *control);
/* Removes the checkpoint of a run whose results are safe; no failure where there is none. */
BK_API bk_status bk_run_forget_checkpoint(const bk_run_control *control);

/* Puts the shards [n] of one run together (trees of their files, names[n] for messages) and executes the
 * experiment on them: the tree that one run over all blocks would have given. BK_INVALID where they do not
 * belong together (what differs is named), overlap, or leave a gap (what is missing is named). keep of
 * control must be that of the shards, and there is no stopping rule. */
BK_API bk_results *bk_run_merge(const bk_experiment *experiment, const bk_options *options, uint64_t seed,
                                const bk_run_control *control, const bk_results *const *shards,
                                const char *const *names, size_t n);

/* Rehearses the run: executes it with some trials of each simulation, for about pilot_s seconds each, and
 * writes a page on what the whole would take: trials, blocks, streams, memory, file size, time. */
BK_API bk_status bk_run_rehearse(bk_text *page, const bk_experiment *experiment, const bk_options *options,
                                 uint64_t seed, const bk_run_control *control, double pilot_s);

/* Whether results that were read are those of this experiment with this configuration; BK_INVALID names the
 * differing keys. */
BK_API bk_status bk_run_matches(const bk_results *results, const bk_experiment *experiment,
                                const bk_options *options, uint64_t seed, const bk_run_control *control);

/* ---- Checking a results file ------------------------------------------------------------------------------
 */

typedef struct bk_verify_request {
    uint64_t sample;      /* recompute so many random blocks of each simulation; 0: all */
    uint64_t sample_seed; /* of (sample_seed, verify-sample, number of the simulation), which chooses them */
    bool exact;           /* the same bits of inexact values too: the file is of this machine */
} bk_verify_request;

/* Checks the digests of a results file (bk_results_read), executes its experiment again with options, seed,
 * keep and stop of control, which are those that the file names, and compares all but /run and the versions:
 * bit by bit, but for what is declared inexact. BK_MISMATCH names the first difference by dataset and index,
 * of trials also by block, stream and output. page says what was compared. request NULL: one that is all
 * zero.
 *
 * With sample, the digests of the chosen blocks are compared, and their values where the file keeps them.
 * Where it keeps those of all outputs, what follows from all trials is then computed from the file's values
 * and compared too; else the page says what was left out. (What the tree holds when such a simulation is met
 * is compared as it is then: an experiment should not set an attribute again later.) Digests of blocks that
 * cover inexact values which the file does not keep are counted on the page, not judged, unless exact.
 *
 * Cost: the run's, on this process alone (no ranks), and as much memory beside the file's tree. */
BK_API bk_status bk_run_verify(bk_text *page, const bk_results *file, const bk_experiment *experiment,
                               const bk_options *options, uint64_t seed, const bk_run_control *control,
                               const bk_verify_request *request);

/* One trial of a results file, computed again by itself: the run goes as far as the trial's simulation.
 * name: an output, where the simulation can describe a trial as one output sees it (a network of the lab), or
 * else a simulation; NULL where there is only one. BK_INVALID names what there is, and the nearest.
 *
 * *replayed (bk_results_destroy) has attributes that say which trial it is, a group "output" with the columns
 * output, value, kept (1 where the file holds the value), stored, and what describe puts. It is there on
 * BK_OK, and on BK_MISMATCH, which names an output that the file holds another value of; else NULL. */
BK_API bk_status bk_run_replay(bk_results **replayed, const bk_results *file, const bk_experiment *experiment,
                               const bk_options *options, uint64_t seed, const bk_run_control *control,
                               const char *name, uint64_t trial);

/* ---- Several processes (sim/mpi.c) ----------------------------------------------------------------------
 */

/* Whether this library can run on several processes (MPI), and whether a launcher (mpirun, srun) started this
 * process as one of several. */
BK_API bool bk_ranks_possible(void);
BK_API bool bk_ranks_launched(void);
/* Joins the processes that were launched together; call it once, before bk_run_execute. BK_UNSUPPORTED
 * without MPI. Until then, and without it, there is one rank, number 0. */
BK_API bk_status bk_ranks_start(void);
BK_API void bk_ranks_end(void);
/* Ends all ranks at once, for a failure that the others cannot know of; returns where there is one rank only.
 */
BK_API void bk_ranks_abort(int exit_code);
/* Whether a call failed for MPI's sake, bk_ranks_start among them. The ranks then know nothing of each other
 * any more: every later call fails at once, and bk_ranks_end ends all processes with exit code 1. So the rank
 * that finds out says so, whatever its number, and then calls bk_ranks_end. */
BK_API bool bk_ranks_broken(void);
/* Whether all ranks did well so far: every rank calls it with its own status, and gets the failure of the
 * lowest rank that failed, with its message; BK_OK where none did. With one rank, mine. */
BK_API bk_status bk_ranks_all_well(bk_status mine);
/* Rank 0's value to every rank: a seed that was drawn. */
BK_API bk_status bk_ranks_take_first(uint64_t *value);
BK_API int bk_rank(void);
BK_API int bk_ranks(void);

#ifdef __cplusplus
}
#endif
#endif
