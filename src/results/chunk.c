/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Cutting a dataset into chunks.
 */
#include "results/chunk.h"

bool bk_dataset_has_chunks(const bk_dataset *dataset)
{
    return dataset->dtype != BK_TEXT && dataset->size * bk_dtype_size(dataset->dtype) > BK_CONTIGUOUS_BYTES;
}

void bk_chunks_cut(bk_chunks *chunks, const bk_dataset *dataset)
{
    chunks->dataset = dataset;
    chunks->axis = 0;
    chunks->slice = chunks->bytes = bk_dtype_size(dataset->dtype);
    for (size_t axis = dataset->rank; axis-- > 0;) {
        /* At least 1 as long as all faster axes are whole. A chunk that got less than an axis has more than
         * half of the bytes it may have, so that slower axes get length 1, and it stays one piece. */
        const size_t fit = BK_CHUNK_BYTES / chunks->bytes;
        chunks->shape[axis] = dataset->shape[axis] < fit ? dataset->shape[axis] : fit;
        if (chunks->shape[axis] > 1 || axis + 1 == dataset->rank) {
            chunks->axis = axis;
            chunks->slice = chunks->bytes;
        }
        chunks->bytes *= chunks->shape[axis];
    }
    const size_t length = chunks->shape[chunks->axis];
    chunks->along = (dataset->shape[chunks->axis] + length - 1) / length;
    chunks->count = chunks->along;
    for (size_t axis = 0; axis < chunks->axis; axis++) {
        chunks->count *= dataset->shape[axis];
    }
}

void bk_chunks_get(bk_chunk *chunk, const bk_chunks *chunks, size_t number)
{
    const bk_dataset *dataset = chunks->dataset;
    const size_t length = chunks->shape[chunks->axis];
    const size_t first = number % chunks->along * length;
    const size_t left = dataset->shape[chunks->axis] - first;
    size_t outer = number / chunks->along;
    const size_t entry = outer * dataset->shape[chunks->axis] + first;
    for (size_t axis = 0; axis < dataset->rank; axis++) {
        chunk->start[axis] = 0;
    }
    chunk->start[chunks->axis] = first;
    for (size_t axis = chunks->axis; axis-- > 0;) {
        chunk->start[axis] = outer % dataset->shape[axis];
        outer /= dataset->shape[axis];
    }
    chunk->values = (const char *)dataset->values + entry * chunks->slice;
    chunk->present = (left < length ? left : length) * chunks->slice;
}
