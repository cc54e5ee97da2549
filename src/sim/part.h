/* SPDX-License-Identifier: GPL-3.0-or-later
 * sim/part.h: the finished blocks of one simulation and what they left, for the files of this room. */
#ifndef BRISK_SIM_PART_H
#define BRISK_SIM_PART_H

#include "brisk/sim.h"

#define BK_MOST_OUTPUTS  64
#define BK_LONGEST_BLOCK 65536
#define BK_NO_OUTPUT     SIZE_MAX

/* Blocks [first, end). */
typedef struct bk_block_range {
    uint64_t first, end;
} bk_block_range;

/* One look of a stopping rule. */
typedef struct bk_look {
    uint64_t blocks, trials;
    double mean, mcse, low, high, width;
    bool reached;
} bk_look;

/* Everything but the constants above is guarded by `lock`; the slots of a block are written by whoever
 * computes it, before the block is noted as finished. */
typedef struct bk_part {
    char *name;
    uint64_t trials, block_size, blocks;
    uint64_t own_trials; /* that this run has to have: all, or those of its shard */
    size_t n_outputs;
    const bk_output *outputs; /* of the experiment: valid while its bk_simulate is under way */
    bk_dtype dtype[BK_MOST_OUTPUTS];
    char *output_name[BK_MOST_OUTPUTS];
    bk_keep keep;
    size_t watched; /* the output of the stopping rule; BK_NO_OUTPUT: none */

    void **values;          /* [output] -> [trials] of its dtype; NULL in summary mode */
    uint64_t *digest;       /* [block] */
    double *block_mean;     /* [block] of the watched output; NULL: none */
    unsigned char *is_done; /* one bit a block */
    bk_fold_set folds[BK_MOST_OUTPUTS];
    bk_tally bins[BK_MOST_OUTPUTS];
    bk_tally frequencies[BK_MOST_OUTPUTS];
    uint64_t first_look; /* blocks at the rule's first look */
    bk_look *looks;      /* [n_looks], so far */
    size_t n_looks;
    uint64_t done_blocks, done_trials;
    uint64_t found_trials; /* of these, not computed in this process */
    bool broken; /* memory ran out half-way through a block: folds and tallies are wrong, values not */
    bk_mutex *lock;
} bk_part;

/* A part without blocks. Owned by the caller (bk_part_destroy); NULL on failure. */
bk_part *bk_part_create(const char *name, const bk_simulation *simulation, bk_keep keep, size_t watched);
void bk_part_destroy(bk_part *part);
/* Frees all but the name, where nobody will ask for the blocks again. */
void bk_part_forget(bk_part *part);

/* Trials of a block: all have block_size but the last one. */
uint64_t bk_part_trials_of(const bk_part *part, uint64_t block);
/* Finished trials so far; safe while threads take blocks. */
uint64_t bk_part_done(const bk_part *part);
bool bk_part_has(const bk_part *part, uint64_t block);
/* Takes a finished block; values [trial of the block][output]. Safe to call from several threads, for
 * different blocks. After a failure the block is not there, and the part is broken. */
bk_status bk_part_take(bk_part *part, uint64_t block, const double *values);
/* Keeps a look. */
bk_status bk_part_add_look(bk_part *part, const bk_look *look);
/* Notes blocks as finished whose folds and tallies are set by the caller. */
void bk_part_mark(bk_part *part, bk_block_range range);

/* The maximal ranges of blocks in [first, end) that are finished, or that are not. Owned by the caller
 * (bk_free). */
bk_status bk_part_ranges(bk_block_range **ranges, size_t *n, const bk_part *part, uint64_t first,
                         uint64_t end, bool finished);
/* The digest that verification compares: of words w (the 64 bits of each output as f64, trial by trial),
 * h = 0xcbf29ce484222325, then h = (h xor w) 0x9e3779b97f4a7c15, h = h xor (h >> 32). */
uint64_t bk_block_digest(const double *values, size_t n);

#endif
