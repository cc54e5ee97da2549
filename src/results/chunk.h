/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * results/chunk.h: how a large dataset is cut into chunks.
 */
#ifndef BRISK_RESULTS_CHUNK_H
#define BRISK_RESULTS_CHUNK_H

#include "results/tree.h"

/* Up to this size a dataset lies in one piece; above it, in compressed chunks of at most a MiB (the size
 * of every reader's default chunk cache). */
#define BK_CONTIGUOUS_BYTES ((size_t)64 << 10)
#define BK_CHUNK_BYTES      ((size_t)1 << 20)

/* The chunks of one dataset. Every chunk is one piece of the values in memory: it holds whole slices of the
 * slowest axis, as many as fit; where one slice is too large, slices of the next axis, and so on. */
typedef struct bk_chunks {
    const bk_dataset *dataset;
    size_t shape[BK_MAX_AXES]; /* of a chunk */
    size_t axis;  /* that is cut; chunks have length 1 along slower axes, and all of the faster */
    size_t slice; /* bytes of one entry of that axis */
    size_t bytes; /* of a whole chunk */
    size_t along; /* chunks along that axis */
    size_t count; /* chunks of the dataset */
} bk_chunks;

/* One chunk: where it begins, and which of its bytes the dataset has; the last one along the axis may be
 * longer than the dataset and has zeros behind. */
typedef struct bk_chunk {
    size_t start[BK_MAX_AXES];
    const void *values;
    size_t present; /* bytes of values */
} bk_chunk;

/* Whether the dataset is stored in chunks. Texts are not: they lie in HDF5's heap, and only their addresses
 * would be compressed. */
bool bk_dataset_has_chunks(const bk_dataset *dataset);

/* For a dataset that has chunks. */
void bk_chunks_cut(bk_chunks *chunks, const bk_dataset *dataset);
void bk_chunks_get(bk_chunk *chunk, const bk_chunks *chunks, size_t number);

#endif
