/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * results/chunk_store.h: the packed chunks of all datasets of a tree, a batch after the other.
 */
#ifndef BRISK_RESULTS_CHUNK_STORE_H
#define BRISK_RESULTS_CHUNK_STORE_H

#include "results/chunk.h"

#include <stdatomic.h>

/* Chunks of one batch, and bytes of values: memory for so much at most, whatever the tree holds. */
#define BK_BATCH_CHUNKS 256
#define BK_BATCH_BYTES  ((size_t)16 << 20)

typedef struct bk_packed_chunk {
    size_t dataset; /* in bk_chunk_store.datasets */
    bk_chunk chunk;
    size_t twin;          /* the first chunk of the batch with the same content, often itself */
    unsigned char *bytes; /* as in the file; NULL where there is a twin */
    size_t size;
} bk_packed_chunk;

typedef struct bk_chunk_store {
    bk_chunks *datasets; /* those that have chunks, in the order of the file */
    size_t n_datasets;
    size_t next_dataset, next_number; /* the first chunk of the next batch */
    bk_packed_chunk *batch;           /* [BK_BATCH_CHUNKS] */
    size_t count;
    struct bk_packer **packers; /* one a thread */
    int n_packers;
    atomic_size_t next; /* chunk of the batch to be packed */
} bk_chunk_store;

/* On failure too, bk_chunk_store_clear is due. */
bk_status bk_chunk_store_start(bk_chunk_store *store, const bk_results *results);
void bk_chunk_store_clear(bk_chunk_store *store);

/* Drops the batch and lays out the next; count is 0 when there is none. */
void bk_chunk_store_next(bk_chunk_store *store);

/* Packs chunks of the batch until none is left; called by any number of threads below n_packers at once, each
 * with its own number. Batch, order and bytes are the same for any number of them. */
bk_status bk_chunk_store_pack(bk_chunk_store *store, int thread);

/* When all threads are done with the batch: after the last one the scratch memory goes. */
void bk_chunk_store_settle(bk_chunk_store *store);

/* The packed bytes of a chunk of the batch. */
const bk_packed_chunk *bk_chunk_store_packed(const bk_chunk_store *store, size_t item);

#endif
