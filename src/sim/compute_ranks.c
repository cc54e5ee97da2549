/* SPDX-License-Identifier: GPL-3.0-or-later
 * Blocks spread over several processes. They work in rounds: a stretch of missing blocks, of which block b
 * belongs to rank b mod R; then everybody gets everybody's finished blocks, so that all ranks go on with the
 * same trials. A wish to stop and a failure are agreed on at the end of a round. */
#include <string.h>

#include "sim/compute.h"
#include "sim/ranks.h"

/* A round should be long against what the exchange costs and short against the patience of who waits. */
#define SHORT_ROUND_S 0.2
#define LONG_ROUND_S  0.8

/* What a rank sends: this, then its finished blocks, each as its number and its values. */
typedef struct message_head {
    uint64_t stop, checkpoint, blocks;
} message_head;

typedef struct round_work {
    uint64_t *blocks; /* own blocks of this round */
    size_t n;
    unsigned char *message;
    size_t message_bytes;
    double computed_s;
    bool stop; /* some rank was asked to stop, as all ranks know after the exchange */
} round_work;

bk_status bk_run_share(bk_run *run, bk_status mine, uint64_t order)
{
    const bk_status status = bk_ranks_share_failure(mine, order);
    run->failure_shared = run->failure_shared || status != BK_OK;
    return status;
}

static size_t values_of(const bk_computation *work, uint64_t block)
{
    return (size_t)bk_part_trials_of(work->part, block) * work->part->n_outputs;
}

static bk_status choose_own(round_work *own, const bk_computation *work, uint64_t first, uint64_t count)
{
    own->blocks = bk_allocate((size_t)count, sizeof *own->blocks);
    if (own->blocks == NULL) {
        return bk_error_status();
    }
    for (uint64_t i = 0; i < count; i++) {
        const uint64_t block = bk_block_in_gaps(work, first + i);
        if (block % (uint64_t)bk_ranks() == (uint64_t)bk_rank()) {
            own->blocks[own->n++] = block;
        }
    }
    return BK_OK;
}

static bk_status allocate_slots(bk_computation *work, const round_work *own)
{
    size_t bytes;
    if (!bk_multiply_sizes(&bytes, work->slot_size, sizeof *work->slots)) {
        return bk_fail(BK_OVERFLOW, "%s: a block exceeds the address space", work->part->name);
    }
    work->slots = bk_allocate(own->n, bytes);
    work->slot_filled = bk_allocate(own->n, 1);
    work->blocks = own->blocks;
    return work->slots == NULL || work->slot_filled == NULL ? bk_error_status() : BK_OK;
}

static void free_slots(bk_computation *work)
{
    bk_free(work->slots);
    bk_free(work->slot_filled);
    work->slots = NULL;
    work->slot_filled = NULL;
    work->blocks = NULL;
}

/* ---- The exchange ---- */

static bk_status pack(round_work *own, const bk_computation *work)
{
    message_head head = {.stop = atomic_load(&work->run->stopping) ? 1 : 0,
                         .checkpoint = atomic_load(&work->run->checkpoint_wanted) ? 1 : 0};
    own->message_bytes = sizeof head;
    for (size_t i = 0; work->slot_filled != NULL && i < own->n; i++) {
        if (work->slot_filled[i]) {
            own->message_bytes += sizeof(uint64_t) + values_of(work, own->blocks[i]) * sizeof(double);
            head.blocks++;
        }
    }
    own->message = bk_allocate(own->message_bytes, 1);
    if (own->message == NULL) {
        return bk_error_status();
    }
    unsigned char *at = own->message;
    memcpy(at, &head, sizeof head);
    at += sizeof head;
    for (size_t i = 0; work->slot_filled != NULL && i < own->n; i++) {
        if (work->slot_filled[i]) {
            const size_t bytes = values_of(work, own->blocks[i]) * sizeof(double);
            memcpy(at, &own->blocks[i], sizeof own->blocks[i]);
            memcpy(at + sizeof own->blocks[i], work->slots + i * work->slot_size, bytes);
            at += sizeof own->blocks[i] + bytes;
        }
    }
    return BK_OK;
}

/* Takes the blocks of one rank's message. */
static bk_status unpack(const bk_computation *work, message_head *all, const unsigned char *message)
{
    message_head head;
    memcpy(&head, message, sizeof head);
    all->stop |= head.stop;
    all->checkpoint |= head.checkpoint;
    message += sizeof head;
    for (uint64_t i = 0; i < head.blocks; i++) {
        uint64_t block;
        memcpy(&block, message, sizeof block);
        message += sizeof block;
        const size_t count = values_of(work, block);
        memcpy(work->buffers, message, count * sizeof(double));
        message += count * sizeof(double);
        BK_TRY(bk_part_take(work->part, block, work->buffers));
    }
    return BK_OK;
}

static bk_status exchange(const bk_computation *work, round_work *own)
{
    size_t *sizes = bk_allocate((size_t)bk_ranks(), sizeof *sizes);
    void *bytes = NULL;
    bk_status status = bk_run_share(work->run, sizes == NULL ? bk_error_status() : BK_OK, UINT64_MAX - 1);
    if (status == BK_OK) {
        status = bk_ranks_gather(&bytes, sizes, own->message, own->message_bytes);
    }
    message_head all = {0};
    size_t at = 0;
    for (int rank = 0; status == BK_OK && rank < bk_ranks(); rank++) {
        status = unpack(work, &all, (const unsigned char *)bytes + at);
        at += sizes[rank];
    }
    bk_free(bytes);
    bk_free(sizes);
    own->stop = all.stop != 0;
    if (own->stop && !atomic_exchange(&work->run->stopping, true)) {
        work->run->stop_reason = "another rank was asked to stop";
    }
    atomic_store(&work->run->checkpoint_wanted, all.checkpoint != 0);
    return status;
}

/* ---- A round ---- */

/* What this rank computed is shared even where one of them failed: the checkpoint keeps it. */
static bk_status compute_and_share(bk_computation *work, round_work *own)
{
    const double started = bk_clock_s();
    const bk_status computed = bk_parallel_for(own->n, bk_compute_item, work);
    own->computed_s = bk_clock_s() - started;
    /* The message of a failure must outlive the exchange. */
    char message[2000];
    strncpy(message, bk_error_message(), sizeof message - 1);
    message[sizeof message - 1] = '\0';
    BK_TRY(bk_run_share(work->run, pack(own, work), UINT64_MAX - 1));
    BK_TRY(bk_run_share(work->run, exchange(work, own), UINT64_MAX - 1));
    return bk_run_share(work->run, computed == BK_OK ? BK_OK : bk_fail(computed, "%s", message),
                        atomic_load(&work->failed_trial));
}

static bk_status run_round(bool *stop, double *computed_s, bk_computation *work, uint64_t first,
                           uint64_t count)
{
    round_work own = {0};
    bk_status status = choose_own(&own, work, first, count);
    if (status == BK_OK) {
        status = allocate_slots(work, &own);
    }
    status = bk_run_share(work->run, status, UINT64_MAX - 1);
    if (status == BK_OK) {
        status = compute_and_share(work, &own);
    }
    *stop = own.stop;
    *computed_s = own.computed_s;
    free_slots(work);
    bk_free(own.message);
    bk_free(own.blocks);
    return status;
}

bk_status bk_compute_with_ranks(bk_computation *work, uint64_t n_missing)
{
    const uint64_t least = (uint64_t)bk_ranks() * (uint64_t)bk_threads();
    uint64_t agreed[2] = {least, 0}; /* blocks a round, at least */
    bool stop = false;
    for (uint64_t first = 0; first < n_missing && !stop;) {
        /* A rank that has failed elsewhere meets the others here. */
        BK_TRY(bk_run_share(work->run, BK_OK, 0));
        BK_TRY(bk_ranks_agree(agreed, 2));
        const uint64_t count = n_missing - first < agreed[0] ? n_missing - first : agreed[0];
        /* Without the exchange: where that is slow, shorter rounds would make it worse. */
        double passed = 0.0;
        BK_TRY(run_round(&stop, &passed, work, first, count));
        first += count;
        /* Rank 0 writes; the others wait for it in the next exchange. */
        bk_run_serve(work->run, bk_clock_s(), work->part, true);
        if (passed < SHORT_ROUND_S) {
            agreed[0] *= 2;
        } else if (passed > LONG_ROUND_S && agreed[0] / 2 >= least) {
            agreed[0] /= 2;
        }
    }
    return BK_OK;
}

bk_status bk_ranks_all_well(bk_status mine) { return bk_ranks_share_failure(mine, 0); }

bk_status bk_ranks_take_first(uint64_t *value) { return bk_ranks_agree(value, 1); }
