/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Chunks are packed on all threads, but handed to HDF5 in the order of the tree: the bytes of the file do not
 * depend on threads. Equal chunks are packed once; networks that share a grid share what depends on it alone.
 */
#include "results/chunk_store.h"
#include "results/chunk_filters.h"

#include <string.h>

static size_t count_datasets(const bk_group *group)
{
    size_t count = 0;
    for (size_t i = 0; i < group->datasets.count; i++) {
        count += bk_dataset_has_chunks(group->datasets.items[i]);
    }
    for (size_t i = 0; i < group->groups.count; i++) {
        count += count_datasets(group->groups.items[i]);
    }
    return count;
}

/* In the order in which the writer makes them. */
static void collect_datasets(bk_chunk_store *store, const bk_group *group)
{
    for (size_t i = 0; i < group->items.count; i++) {
        const bk_item *item = group->items.items[i];
        if (item->dataset != NULL && bk_dataset_has_chunks(item->dataset)) {
            bk_chunks_cut(&store->datasets[store->n_datasets++], item->dataset);
        }
    }
    for (size_t i = 0; i < group->groups.count; i++) {
        collect_datasets(store, group->groups.items[i]);
    }
}

static size_t element_of(const bk_chunk_store *store, size_t dataset)
{
    return bk_dtype_size(store->datasets[dataset].dataset->dtype);
}

/* Here and not where they are used: what this thread freed before is taken again, while another thread would
 * touch fresh memory. */
static bk_status make_packers(bk_chunk_store *store)
{
    size_t chunks = 0;
    size_t bytes = 0;
    size_t plane = 0;
    for (size_t i = 0; i < store->n_datasets; i++) {
        const size_t this_bytes = store->datasets[i].bytes;
        const size_t this_plane = this_bytes / element_of(store, i);
        bytes = bytes < this_bytes ? this_bytes : bytes;
        plane = plane < this_plane ? this_plane : plane;
        chunks += store->datasets[i].count;
    }
    const int threads = bk_threads();
    const int wanted = chunks < (size_t)threads ? (int)chunks : threads;
    store->packers = bk_allocate((size_t)wanted, sizeof *store->packers);
    if (store->packers == NULL) {
        return bk_error_status();
    }
    while (store->n_packers < wanted) {
        bk_packer *packer = bk_packer_create(bytes, plane);
        if (packer == NULL) {
            return bk_error_status();
        }
        store->packers[store->n_packers++] = packer;
    }
    return BK_OK;
}

bk_status bk_chunk_store_start(bk_chunk_store *store, const bk_results *results)
{
    memset(store, 0, sizeof *store);
    const size_t count = count_datasets(results->root);
    if (count == 0) {
        return BK_OK;
    }
    store->datasets = bk_allocate(count, sizeof *store->datasets);
    store->batch = bk_allocate(BK_BATCH_CHUNKS, sizeof *store->batch);
    if (store->datasets == NULL || store->batch == NULL) {
        return bk_error_status();
    }
    collect_datasets(store, results->root);
    return make_packers(store);
}

static void drop_batch(bk_chunk_store *store)
{
    for (size_t i = 0; i < store->count; i++) {
        if (store->batch[i].bytes != NULL) {
            bk_pages_free(store->batch[i].bytes, store->batch[i].size, 1);
            store->batch[i].bytes = NULL;
        }
    }
    store->count = 0;
}

static void drop_packers(bk_chunk_store *store)
{
    for (int i = 0; i < store->n_packers; i++) {
        bk_packer_destroy(store->packers[i]);
    }
    store->n_packers = 0;
}

void bk_chunk_store_settle(bk_chunk_store *store)
{
    if (store->next_dataset == store->n_datasets) {
        drop_packers(store);
    }
}

void bk_chunk_store_clear(bk_chunk_store *store)
{
    drop_batch(store);
    drop_packers(store);
    bk_free(store->packers);
    bk_free(store->batch);
    bk_free(store->datasets);
}

/* Most chunks differ in their first bytes, so that looking at all pairs costs next to nothing. */
static size_t find_twin(const bk_chunk_store *store, size_t item)
{
    const bk_packed_chunk *mine = &store->batch[item];
    for (size_t i = 0; i < item; i++) {
        const bk_packed_chunk *other = &store->batch[i];
        if (other->twin == i && other->chunk.present == mine->chunk.present &&
            store->datasets[other->dataset].bytes == store->datasets[mine->dataset].bytes &&
            element_of(store, other->dataset) == element_of(store, mine->dataset) &&
            memcmp(other->chunk.values, mine->chunk.values, mine->chunk.present) == 0) {
            return i;
        }
    }
    return item;
}

void bk_chunk_store_next(bk_chunk_store *store)
{
    size_t bytes = 0;
    drop_batch(store);
    atomic_store(&store->next, 0);
    while (store->next_dataset < store->n_datasets && store->count < BK_BATCH_CHUNKS) {
        const bk_chunks *chunks = &store->datasets[store->next_dataset];
        if (bytes > 0 && bytes + chunks->bytes > BK_BATCH_BYTES) {
            break;
        }
        bk_packed_chunk *item = &store->batch[store->count];
        item->dataset = store->next_dataset;
        bk_chunks_get(&item->chunk, chunks, store->next_number);
        item->twin = find_twin(store, store->count);
        store->count++;
        bytes += chunks->bytes;
        if (++store->next_number == chunks->count) {
            store->next_dataset++;
            store->next_number = 0;
        }
    }
}

static bk_status pack_one(bk_chunk_store *store, bk_packed_chunk *item, bk_packer *packer)
{
    const unsigned char *packed = NULL;
    BK_TRY(bk_pack_chunk(&packed, &item->size, packer, item->chunk.values, item->chunk.present,
                         store->datasets[item->dataset].bytes, element_of(store, item->dataset),
                         BK_PACK_QUICK));
    item->bytes = bk_packer_take(packer, item->size);
    return item->bytes == NULL ? bk_error_status() : BK_OK;
}

bk_status bk_chunk_store_pack(bk_chunk_store *store, int thread)
{
    for (;;) {
        const size_t item = atomic_fetch_add(&store->next, 1);
        if (item >= store->count) {
            return BK_OK;
        }
        if (store->batch[item].twin == item) {
            const bk_status status = pack_one(store, &store->batch[item], store->packers[thread]);
            if (status != BK_OK) {
                atomic_store(&store->next, store->count); /* the others may stop */
                return status;
            }
        }
    }
}

const bk_packed_chunk *bk_chunk_store_packed(const bk_chunk_store *store, size_t item)
{
    return &store->batch[store->batch[item].twin];
}
