/* SPDX-License-Identifier: GPL-3.0-or-later
 * Files with many chunks: the same bytes for any number of threads, equal chunks packed once, memory for a
 * batch alone, and memory that runs out at the n-th request. */
#include "../refused_memory.h"
#include "results/chunk_store.h"
#include "sample.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

TestSuite(chunk_store, .fini = sample_folder_remove);

/* ---- Requests for memory, which the linker hands to these (tests/CMakeLists.txt) -------------------------
 */

static atomic_size_t requests;
static size_t refused = SIZE_MAX; /* the request that fails */

static bool serves(void)
{
    if (atomic_fetch_add(&requests, 1) != refused) {
        return true;
    }
    (void)bk_fail(BK_MEMORY, "out of memory: planted");
    return false;
}

/* ---- A tree of chunks ------------------------------------------------------------------------------------
 */

/* networks of count values each, of which all have one dataset in common. */
static bk_results *make_tree(size_t networks, size_t count)
{
    bk_results *results = bk_results_create();
    double *values = bk_allocate(count, sizeof *values);
    for (size_t n = 0; n < networks; n++) {
        char name[32];
        snprintf(name, sizeof name, "network/n%zu", n);
        bk_group *group = bk_group_at(bk_results_root(results), name);
        const bk_field shared = {"shared", BK_F64, 1, {"point"}, "1", "the same everywhere"};
        const bk_field own = {"own", BK_F64, 1, {"trial"}, "1", "different everywhere"};
        for (int which = 0; which < 2; which++) {
            for (size_t i = 0; i < count; i++) {
                values[i] = sin((double)(i % 1777) * (which == 0 ? 1.0 : 0.1 + (double)n));
            }
            bk_group_add(group, which == 0 ? &shared : &own, &count, values);
        }
    }
    bk_free(values);
    cr_assert_eq(bk_error_status(), BK_OK, "%s", bk_error_message());
    return results;
}

Test(chunk_store, same_bytes_for_any_number_of_threads)
{
    for (int threads = 1; threads <= 3; threads++) {
        cr_assert_eq(bk_set_threads(threads), BK_OK);
        bk_results *results = make_tree(5, 400000); /* more than one batch */
        cr_assert_eq(bk_results_write(results, sample_path(threads == 1 ? "a.h5" : "b.h5"), true), BK_OK,
                     "%s", bk_error_message());
        cr_assert(threads == 1 || sample_equal_files(sample_path("a.h5"), sample_path("b.h5")), "%d threads",
                  threads);
        bk_results_destroy(results);
    }
    bk_results *again = bk_results_read(sample_path("b.h5"));
    cr_assert_not_null(again, "%s", bk_error_message());
    cr_assert_eq(bk_results_check_digest(again), BK_OK, "%s", bk_error_message());
    bk_results_destroy(again);
}

Test(chunk_store, equal_chunks_are_packed_once)
{
    bk_results *results = make_tree(4, 20000);
    bk_chunk_store store;
    cr_assert_eq(bk_chunk_store_start(&store, results), BK_OK);
    cr_assert_eq(store.n_datasets, 8);
    bk_chunk_store_next(&store);
    cr_assert_eq(store.count, 8);
    cr_assert_eq(bk_chunk_store_pack(&store, 0), BK_OK);
    size_t packed = 0;
    for (size_t i = 0; i < store.count; i++) {
        packed += store.batch[i].bytes != NULL;
        cr_assert_not_null(bk_chunk_store_packed(&store, i)->bytes);
        cr_assert_eq(store.batch[i].twin, i % 2 == 0 ? 0 : i);
    }
    cr_assert_eq(packed, 5);
    bk_chunk_store_next(&store);
    cr_assert_eq(store.count, 0);
    bk_chunk_store_clear(&store);
    bk_results_destroy(results);
}

Test(chunk_store, a_batch_is_bounded_and_nothing_is_left_out)
{
    bk_results *results = make_tree(3, 3000000); /* 6 datasets of 23 chunks */
    bk_chunk_store store;
    cr_assert_eq(bk_chunk_store_start(&store, results), BK_OK);
    size_t chunks = 0;
    size_t present = 0;
    for (bk_chunk_store_next(&store); store.count > 0; bk_chunk_store_next(&store)) {
        size_t bytes = 0;
        for (size_t i = 0; i < store.count; i++) {
            bytes += store.datasets[store.batch[i].dataset].bytes;
            present += store.batch[i].chunk.present;
        }
        cr_assert_leq(bytes, BK_BATCH_BYTES);
        chunks += store.count;
    }
    cr_assert_eq(chunks, 6 * 23);
    cr_assert_eq(present, 6 * 3000000 * sizeof(double));
    bk_chunk_store_clear(&store);
    bk_results_destroy(results);
}

Test(chunk_store, memory_that_runs_out_is_an_error_and_the_old_file_stays, .timeout = 120)
{
    cr_assert_eq(bk_set_threads(2), BK_OK);
    bk_results *results = make_tree(2, 150000);
    cr_assert_eq(bk_results_write(results, sample_path("good.h5"), true), BK_OK, "%s", bk_error_message());
    size_t failures = 0;
    for (size_t n = 0;; n++) {
        sample_write(sample_path("a.h5"), "old", 3);
        bk_error_clear();
        atomic_store(&requests, 0);
        refused = n;
        const bk_status status = bk_results_write(results, sample_path("a.h5"), true);
        refused = SIZE_MAX;
        if (status == BK_OK) {
            break;
        }
        failures++;
        cr_assert_eq(status, BK_MEMORY, "request %zu: %s", n, bk_error_message());
        size_t size = 0;
        char *content = sample_read(sample_path("a.h5"), &size);
        /* The last request of all, for the name of the folder, comes when the new file has its name. */
        cr_assert((size == 3 && memcmp(content, "old", 3) == 0) ||
                  sample_equal_files(sample_path("a.h5"), sample_path("good.h5")));
        bk_free(content);
    }
    cr_assert_gt(failures, 20);
    cr_assert(sample_equal_files(sample_path("a.h5"), sample_path("good.h5")));
    bk_results_destroy(results);
}
