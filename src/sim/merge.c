/* SPDX-License-Identifier: GPL-3.0-or-later
 * Putting shards together: the experiment is executed once more, and its simulations find all their blocks in
 * the shards' files. */
#include <stdio.h>
#include <string.h>

#include "sim/run.h"

/* Every shard of the run there once. A file says which one it is. */
static bk_status check_numbers(const bk_results *const *shards, const char *const *names, size_t n)
{
    uint64_t all = 0;
    for (size_t i = 0; i < n; i++) {
        uint64_t shard = 0;
        uint64_t of = 0;
        const bk_group *root = bk_results_root((bk_results *)shards[i]);
        if (!bk_group_unsigned(&shard, root, "shard") || !bk_group_unsigned(&of, root, "shards") ||
            shard < 1 || shard > of) {
            return bk_fail(BK_FORMAT, "%s does not say which shard it is", names[i]);
        }
        if (i > 0 && of != all) {
            return bk_fail(BK_INVALID, "%s is a shard of %llu, %s one of %llu: they do not belong together",
                           names[0], (unsigned long long)all, names[i], (unsigned long long)of);
        }
        all = of;
        for (size_t j = 0; j < i; j++) {
            uint64_t other = 0;
            (void)bk_group_unsigned(&other, bk_results_root((bk_results *)shards[j]), "shard");
            if (other == shard) {
                return bk_fail(BK_INVALID, "%s and %s are both shard %llu/%llu", names[j], names[i],
                               (unsigned long long)shard, (unsigned long long)of);
            }
        }
    }
    return BK_OK;
}

/* The shards that no file has, by number: the gap that a user can fill. */
static bk_status name_missing(const bk_results *const *shards, size_t n)
{
    uint64_t of = 0;
    bk_text text = {0};
    size_t named = 0;
    (void)bk_group_unsigned(&of, bk_results_root((bk_results *)shards[0]), "shards");
    for (uint64_t wanted = 1; wanted <= of && named < 20; wanted++) {
        bool there = false;
        for (size_t i = 0; i < n && !there; i++) {
            uint64_t shard = 0;
            (void)bk_group_unsigned(&shard, bk_results_root((bk_results *)shards[i]), "shard");
            there = shard == wanted;
        }
        if (!there) {
            bk_text_append(&text, "%s%llu/%llu", named++ == 0 ? "" : ", ", (unsigned long long)wanted,
                           (unsigned long long)of);
        }
    }
    const bk_status status =
        named == 0 ? BK_OK : bk_fail(BK_INVALID, "shards are missing: %s", bk_text_string(&text));
    bk_text_clear(&text);
    return status;
}

static bk_status check_shards(const bk_run *run)
{
    for (size_t i = 0; i < run->n_sources; i++) {
        BK_TRY(bk_run_check_origin(run, run->sources[i].tree, run->sources[i].name));
        if (bk_results_check_digest(run->sources[i].tree) != BK_OK) {
            return bk_fail_within("%s", run->sources[i].name);
        }
    }
    return BK_OK;
}

static bk_status merge(bk_run *run, const bk_results *const *shards, const char *const *names, size_t n)
{
    if (n == 0) {
        return bk_fail(BK_INVALID, "there are no shards to merge");
    }
    run->sources = bk_allocate(n, sizeof *run->sources);
    if (run->sources == NULL) {
        return bk_error_status();
    }
    for (size_t i = 0; i < n; i++) {
        run->sources[i] = (bk_source){shards[i], names[i]};
    }
    run->n_sources = n;
    BK_TRY(check_shards(run));
    BK_TRY(check_numbers(shards, names, n));
    BK_TRY(name_missing(shards, n));
    return bk_run_perform(run);
}

bk_results *bk_run_merge(const bk_experiment *experiment, const bk_options *options, uint64_t seed,
                         const bk_run_control *control, const bk_results *const *shards,
                         const char *const *names, size_t n)
{
    bk_run run = {.experiment = experiment,
                  .options = options,
                  .control = bk_control_or_plain(control),
                  .seed = seed,
                  .mode = BK_RUN_MERGE};
    bk_results *results = NULL;
    if (merge(&run, shards, names, n) == BK_OK) {
        results = run.results;
        run.results = NULL;
    }
    bk_run_clear(&run);
    return results;
}
