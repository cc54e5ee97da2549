/* SPDX-License-Identifier: GPL-3.0-or-later
 * sim/ranks.h: what the driver says to the other processes of its run, and the seam behind which MPI is.
 *
 * All bk_ranks_ functions here are collective: every rank calls the same ones in the same order, from the
 * thread that called bk_ranks_start and outside parallel loops. With one rank they cost nothing. */
#ifndef BRISK_SIM_RANKS_H
#define BRISK_SIM_RANKS_H

#include "brisk/sim.h"

/* Rank 0's values [n] to every rank: how large the next round is, whether to stop, whether to checkpoint. */
bk_status bk_ranks_agree(uint64_t *values, size_t n);

/* Every rank gets the bytes of every rank, one after another in rank order: *bytes, owned by the caller
 * (bk_free), of sizes[0] + ... + sizes[ranks - 1] bytes. sizes [ranks] is undefined after a failure. A rank
 * without memory for them fails all ranks. */
bk_status bk_ranks_gather(void **bytes, size_t *sizes, const void *mine, size_t my_size);

/* Tells all ranks whether one of them failed: mine is this rank's status, its message that of the thread.
 * Returns on every rank the same: BK_OK where nobody failed, else status and message of the failure with the
 * lowest order (the number of its trial; below UINT64_MAX), of the lowest rank where orders are equal. */
bk_status bk_ranks_share_failure(bk_status mine, uint64_t order);

/* Fails on every rank with BK_INVALID unless all hold the same bytes: a run whose ranks were started with
 * different options, or from different checkpoints, must not begin. what names them: "configuration". */
bk_status bk_ranks_must_match(const void *bytes, size_t size, const char *what);

/* ---- The seam -------------------------------------------------------------------------------------------
 */

/* What ranks.c needs of MPI. Sizes may exceed what fits in an int: a long message goes in pieces. */
typedef struct bk_transport {
    size_t piece_bytes; /* the longest message, at most INT_MAX; a test lowers it */
    bk_status (*start)(int *rank, int *ranks);
    void (*end)(void);              /* waits for all ranks */
    void (*end_all)(int exit_code); /* returns where MPI does not run */
    bk_status (*broadcast)(void *bytes, size_t size, int root);
    /* mine, of sizes[rank] bytes, into everybody's `all`. */
    bk_status (*gather)(void *all, const size_t *sizes, const void *mine);
    /* sizes[r] of every rank r, from its sizes[rank]. */
    bk_status (*gather_sizes)(size_t *sizes);
    /* The lowest over ranks, element by element. */
    bk_status (*least)(uint64_t *values, size_t n);
} bk_transport;

/* NULL where brisk was built without MPI. The only thing that mpi.c defines: a program that links its own
 * mpi.o before libbrisk.a has MPI whatever the library was built with. */
bk_transport *bk_transport_mpi(void);

#endif
