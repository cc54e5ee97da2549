/* SPDX-License-Identifier: GPL-3.0-or-later
 * sim/check.h: a run beside the results file that it should have written: verification and replay. */
#ifndef BRISK_SIM_CHECK_H
#define BRISK_SIM_CHECK_H

#include "sim/run.h"

/* Inexact values may differ by this much of the larger of the two. */
#define BK_INEXACT_TOLERANCE 1e-12

/* What was compared. */
typedef struct bk_comparison {
    uint64_t datasets, attributes, values;
    uint64_t inexact; /* values that differ within the tolerance, */
    double largest;   /* and how far, relative, at most */
} bk_comparison;

/* What a file holds of one simulation. */
typedef struct bk_stored {
    const bk_group *group; /* /simulation/NAME */
    uint64_t trials, blocks;
    const uint64_t *digest;                    /* [blocks] */
    const bk_dataset *values[BK_MOST_OUTPUTS]; /* [output] -> [trials]; NULL: not kept */
    size_t kept;                               /* outputs whose values are */
} bk_stored;

typedef struct bk_check {
    const bk_results *file;
    bk_run run; /* beside it; has a pointer to this struct */
    bk_run_control control;
    char **inexact; /* [n_inexact] patterns of paths: the experiment's, and those of inexact outputs */
    size_t n_inexact;
    bool
        partial; /* a simulation was left without its summary: what the tree gets from then on says nothing */

    /* Of a verification. */
    bk_verify_request request;
    size_t simulations; /* met so far */
    bk_text lines;      /* a line for each */
    bk_comparison so_far;
    _Atomic uint64_t inexact_trials; /* values of trials that differ within the tolerance */
    _Atomic uint64_t unlike_digests; /* of this simulation: they differ, and nothing that is kept says which
                                        of their values does */

    /* Of a replay. */
    const char *name; /* NULL: the only one */
    uint64_t trial;
    bk_results *replayed;
    bool done;
    bk_text known; /* names that a replay could have asked for */
} bk_check;

/* ---- check.c */
/* Fills what a verification and a replay share, which is all but their requests: check->run is then ready for
 * bk_run_perform. check stays where it is; bk_check_clear in any case. */
bk_status bk_check_begin(bk_check *check, bk_run_mode mode, const bk_results *file,
                         const bk_experiment *experiment, const bk_options *options, uint64_t seed,
                         const bk_run_control *control);
void bk_check_clear(bk_check *check);
bk_status bk_check_add_inexact(bk_check *check, const char *pattern);
/* Whether a path may hold inexact values, and what they may be off by where that is more than the relative
 * tolerance; 0: nothing is said. */
bool bk_check_is_inexact(double *absolute, const bk_check *check, const char *path);
/* Whether two numbers of different bits are near enough; distance: how far apart, as the relative tolerance
 * counts it. */
bool bk_nearly_equal(double *distance, double a, double b, double absolute);
/* Called by bk_simulate in both modes before it computes anything. Where *whole, all blocks are then computed
 * that the part does not have, and summarised; else this simulation is over. */
bk_status bk_check_simulation(bool *whole, bk_run *run, bk_part *part, const bk_simulation *simulation,
                              const void *context, const bk_group *results);

/* Whether it needs the trials of a simulation that was left without its summary. */
bool bk_check_lacks(const bk_run *run, const bk_simulation *simulation);

/* ---- compare_trees.c */
/* Compares what ours holds with theirs, and where complete also whether theirs holds more. BK_MISMATCH names
 * the first difference. */
bk_status bk_compare_trees(bk_comparison *made, const bk_check *check, const bk_group *theirs,
                           const bk_group *ours, bool complete);
/* Appends value i of an array, as exactly as it is. */
void bk_append_value(bk_text *text, bk_dtype dtype, const void *values, size_t i);

/* ---- stored.c */
/* BK_MISMATCH where the file tells other facts of the simulation than this run. results: the group handed to
 * bk_simulate. */
bk_status bk_stored_find(bk_stored *stored, const bk_results *file, const bk_part *part,
                         const bk_simulation *simulation, const bk_group *results);
/* Takes all blocks of the file into the part, whose outputs must all be kept; they must have their digests.
 */
bk_status bk_stored_take(const bk_run *run, bk_part *part, const bk_stored *stored);
/* Whether a value has the bits that the file keeps. */
bool bk_stored_equal(const bk_stored *stored, size_t output, uint64_t trial, double value);

/* ---- verify_trials.c */
/* Recomputes random blocks and compares them. */
bk_status bk_verify_sample(bk_run *run, const bk_part *part, const bk_simulation *simulation,
                           const void *context, const bk_stored *stored);
/* Compares all blocks, which the part has. */
bk_status bk_verify_blocks(bk_run *run, const bk_part *part, const bk_simulation *simulation,
                           const bk_stored *stored, uint64_t blocks);

/* ---- replay_name.c */
/* Whether a replay may find this name (NULL: none was given) in the run of a file: BK_INVALID, with the
 * nearest name, where the file tells that it cannot, before anything runs. */
bk_status bk_replay_check_name(const bk_results *file, const char *name);

/* ---- verify.c, replay.c */
/* bk_verify_blocks with what the file holds, but where the tree so far differs, this is what is named. */
bk_status bk_verify_all(bk_run *run, const bk_part *part, const bk_simulation *simulation,
                        const bk_group *results, uint64_t blocks);
/* The two parts of bk_check_simulation. */
bk_status bk_verify_simulation(bool *whole, bk_run *run, bk_part *part, const bk_simulation *simulation,
                               const void *context, const bk_stored *stored);
bk_status bk_replay_simulation(bool *whole, bk_run *run, bk_part *part, const bk_simulation *simulation,
                               const void *context, const bk_stored *stored);

#endif
