/* SPDX-License-Identifier: GPL-3.0-or-later
 * sim/run.h: what a run is made of; for the files of this room. */
#ifndef BRISK_SIM_RUN_H
#define BRISK_SIM_RUN_H

#include <stdatomic.h>

#include "brisk/sim.h"
#include "sim/part.h"

typedef enum bk_run_mode {
    BK_RUN_WHOLE,
    BK_RUN_SHARD,     /* computes its range of blocks; the results are the parts */
    BK_RUN_MERGE,     /* computes no block: all come from the sources */
    BK_RUN_REHEARSAL, /* computes a few trials to see what they cost */
    BK_RUN_VERIFY,    /* computes all or some blocks and compares them with those of a file */
    BK_RUN_REPLAY     /* computes one trial */
} bk_run_mode;

/* A file whose blocks and stages the run may take: the checkpoint, or the shards. */
typedef struct bk_source {
    const bk_results *tree;
    const char *name; /* of the file, for messages */
} bk_source;

/* A finished stage. What its group held when it was finished is kept apart, because the experiment may put
 * more into the group later, which a resumed run then does again. */
typedef struct bk_finished_stage {
    char *name;
    bk_results *kept;        /* NULL: it came from a source, or no file will ask for it */
    const bk_group *results; /* in kept or in the source; NULL: no file will ask for it */
} bk_finished_stage;

/* What a rehearsal notes of a simulation. */
typedef struct bk_rehearsed {
    char *name;
    uint64_t trials, block_size;
    uint64_t own_trials; /* of the shard; all without shards */
    size_t n_outputs, scratch_bytes;
    size_t value_bytes; /* of the outputs of one trial, as they are kept */
    uint32_t purpose;
    double trial_s; /* a trial on one thread */
    double round_s; /* the whole simulation with all threads */
    uint64_t tried;
} bk_rehearsed;

struct bk_run {
    const bk_experiment *experiment;
    const bk_options *options;
    const bk_run_control *control;
    uint64_t seed;
    bk_results *results;
    bk_run_mode mode;

    bk_source *sources;
    size_t n_sources;
    bk_results *checkpoint; /* the tree of the only source, where that is a checkpoint; owned */

    /* Simulations and stages so far, in the order in which they ran. */
    bk_part **parts;
    size_t n_parts;
    bk_finished_stage *stages;
    size_t n_stages;
    size_t stages_computed; /* by this process */
    bool rule_used;         /* the stopping rule's output was found */

    struct bk_check *check; /* of a verification or a replay (check.h); NULL: neither */

    double pilot_s; /* of a rehearsal, for each simulation */
    bk_rehearsed *rehearsed;
    size_t n_rehearsed;

    /* What goes on beside the trials (attend.c). */
    bk_mutex *service; /* held by the thread that writes a checkpoint or tells progress */
    atomic_bool stopping, checkpoint_wanted;
    double started_s, last_checkpoint_s;
    uint64_t checkpoint_gain; /* what this process had gained when it wrote the last checkpoint */
    const char *stop_reason;
    bool failure_shared; /* all ranks know of the failure that ends this run */

    char stage[64]; /* whose progress is being told; "": nobody's */
    double stage_started_s, last_progress_s;
};

/* ---- progress.c */
/* Seconds of a clock that never jumps. For progress, checkpoints and /run alone: no result depends on it. */
double bk_clock_s(void);
/* Tells the progress of a stage to the command's sink, at most about 10 times a second and always at
 * the end. Call it from one thread at a time. part NULL: a stage without outputs. */
void bk_run_tell_progress(bk_run *run, const char *stage, uint64_t done, uint64_t total, const bk_part *part);

/* ---- configuration.c */
/* The configuration as INI text that `brisk run EXPERIMENT --config` accepts. */
bk_status bk_run_configuration(const bk_run *run, bk_text *text);
/* BK_INVALID naming every key in which two such texts differ; what: whose the first text is, "the checkpoint
 * a.h5.checkpoint". */
bk_status bk_configurations_match(const char *theirs, const char *ours, const char *what);
/* Whether a file of any kind comes from this experiment, seed, configuration and versions. */
bk_status bk_run_check_origin(const bk_run *run, const bk_results *tree, const char *what);
/* The root attributes and /config of a file of this run. */
bk_status bk_run_write_origin(const bk_run *run, bk_group *root);

/* ---- attend.c */
/* One thread's share in attending to what goes on beside the trials. Zero it at first. */
typedef struct bk_attendance {
    uint32_t left, step; /* trials until the clock is read again, and how many that was last time */
    double last_s;
    unsigned char apart[112]; /* threads write to theirs after every trial: no two in a pair of cache lines */
} bk_attendance;
/* To be called between trials, by any thread: asks for requests, looks at the time limit, tells progress,
 * writes a checkpoint where one is due. True: stop, the trials in hand are the last. */
bool bk_run_attend(bk_run *run, bk_attendance *attendance, const bk_part *part);
/* Does what is due now: a checkpoint (where it may be written now) and progress of part (NULL: none). One
 * thread does it; the others go on at once. */
void bk_run_serve(bk_run *run, double now, const bk_part *part, bool checkpoints);
/* The same at the end of a stage, where a checkpoint that is due is written too. */
bool bk_run_pause(bk_run *run);
/* BK_STOPPED with a message, after a checkpoint. */
bk_status bk_run_stopped(bk_run *run);

/* ---- checkpoint_tree.c, checkpoint.c */
/* The tree of a checkpoint or shard: origin, finished blocks, finished stages. Owned by the caller. */
bk_results *bk_checkpoint_tree(bk_run *run);
/* Writes it to control->checkpoint; nothing where there is no path, or on ranks other than 0. */
bk_status bk_checkpoint_write(bk_run *run);
/* Whether this process has computed anything since it wrote the last one. */
bool bk_checkpoint_gained(const bk_run *run);
/* The same after a failure, whose message and status stay those of the thread; where nothing was gained since
 * the last one, none is written. */
void bk_checkpoint_rescue(bk_run *run);
/* Looks for the checkpoint before the work begins: makes it the source of the run, or refuses it. */
bk_status bk_checkpoint_open(bk_run *run);

/* ---- restore.c */
/* Takes all blocks that the sources have of a part. */
bk_status bk_part_restore(bk_part *part, const bk_run *run);
/* The results of a stage in the sources; NULL (no error): in none. */
const bk_group *bk_stage_find(const bk_run *run, const char *name);

/* ---- compute.c */
/* Computes the blocks of [first, end) that are missing. BK_STOPPED where the run was asked to stop. */
bk_status bk_compute_blocks(bk_run *run, bk_part *part, const bk_simulation *simulation, const void *context,
                            uint64_t first, uint64_t end);
/* One trial into outputs [n_outputs], which are checked. */
bk_status bk_compute_trial(const char *name, const bk_simulation *simulation, const void *context,
                           uint64_t trial, void *scratch, double *outputs);
/* Whether a trial may give this value, which is brought to its one pattern; BK_INVALID names the output. */
bk_status bk_check_output(const bk_output *output, double *value);
/* Scratch memory of all threads, 64-byte aligned pieces of *stride bytes. Owned by the caller (bk_free). */
unsigned char *bk_allocate_scratch(size_t *stride, size_t bytes);

/* ---- stop.c */
/* The output that the stopping rule watches in this simulation; BK_NO_OUTPUT: none. */
bk_status bk_stop_watches(size_t *output, bk_run *run, const char *name, const bk_simulation *simulation);
/* Blocks at the first look of the rule at this output. */
uint64_t bk_stop_first_look(const bk_stop_rule *rule, const bk_output *output);
/* The number of blocks at which the rule looks after `blocks` (0: none yet); at most all of the part. */
uint64_t bk_stop_next_look(const bk_part *part, uint64_t blocks);
bk_status bk_stop_look(bk_look *look, const bk_part *part, const bk_stop_rule *rule, uint64_t blocks);
bk_status bk_stop_put(bk_group *group, const bk_part *part, const bk_stop_rule *rule);

/* ---- compute_ranks.c */
/* bk_ranks_share_failure, noting that the others know. Whatever the ranks say to each other begins with it: a
 * rank that fails by itself calls it once at its end, and meets the others there. */
bk_status bk_run_share(bk_run *run, bk_status mine, uint64_t order);

/* ---- simulate.c */
/* The blocks of so many that this run has to compute: all, or those of its shard. */
bk_block_range bk_run_own_blocks(const bk_run *run, uint64_t blocks);

/* ---- rehearse.c */
bk_status bk_rehearse_simulation(bk_run *run, const char *name, const bk_simulation *simulation,
                                 const void *context);

/* ---- run.c */
/* Runs the experiment from its first line, with what surrounds it. */
bk_status bk_run_perform(bk_run *run);
void bk_run_clear(bk_run *run);
/* status, with a message of its own: a function of an experiment may return a bare status, and then the
 * thread's message is that of an earlier failure, or none, which bk_fail_within would take for a success. */
bk_status bk_own_failure(bk_status status);
/* control, or where it is NULL one that is all zero. */
const bk_run_control *bk_control_or_plain(const bk_run_control *control);

#endif
