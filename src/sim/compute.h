/* SPDX-License-Identifier: GPL-3.0-or-later
 * sim/compute.h: what the threads of one process work with while they compute blocks, for the two ways to
 * spread blocks: over threads alone, or over ranks as well. */
#ifndef BRISK_SIM_COMPUTE_H
#define BRISK_SIM_COMPUTE_H

#include "sim/run.h"

typedef struct bk_computation {
    bk_run *run;
    bk_part *part;
    const bk_simulation *simulation;
    const void *context;

    /* Item number i of the parallel loop is blocks[i]; or, where blocks is NULL, block i of the gaps. */
    const uint64_t *blocks;
    const bk_block_range *gaps;
    const uint64_t *before; /* [gap]: blocks in the gaps before it */
    size_t n_gaps;

    /* Where a finished block goes: into slot i, or, where slots is NULL, to the part at once. */
    double *slots; /* [item][slot_size] */
    unsigned char *slot_filled;
    size_t slot_size; /* numbers of one block, padded to whole cache lines */

    unsigned char *scratch; /* [thread][scratch_stride] */
    size_t scratch_stride;
    double *buffers;               /* [thread][slot_size] */
    bk_attendance *attendance;     /* [thread] */
    _Atomic uint64_t failed_trial; /* the lowest one; UINT64_MAX: none */
} bk_computation;

/* Body of the parallel loop. */
bk_status bk_compute_item(void *context, size_t item, int thread);
/* The block that is number `item` of the gaps. */
uint64_t bk_block_in_gaps(const bk_computation *work, uint64_t item);

/* compute_ranks.c: n_missing blocks in the gaps, spread over the ranks in rounds. */
bk_status bk_compute_with_ranks(bk_computation *work, uint64_t n_missing);

#endif
