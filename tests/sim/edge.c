/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "edge.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

/* These tests write thousands of files, and none of them has to survive the machine. */
int __wrap_fsync(int file);
int __wrap_fsync(int file)
{
    (void)file;
    return 0;
}

edge_switches edge;
bk_output edge_outputs[64];
_Atomic uint64_t edge_computed;

static bk_status trial(const void *context, uint64_t number, void *scratch, double *values)
{
    const bk_run *run = context;
    (void)scratch;
    edge_computed++;
    bk_stream stream = bk_stream_open(bk_run_seed(run), BK_PURPOSE_USER, number);
    for (size_t i = 0; i < edge.simulation.n_outputs; i++) {
        values[i] = (double)(bk_stream_next(&stream) % 5);
    }
    return BK_OK;
}

static bk_status compute_stage(void *context, bk_group *results)
{
    static const bk_field field = {.name = "loss",
                                   .dtype = BK_F64,
                                   .rank = 1,
                                   .axes = {"epoch"},
                                   .unit = "1",
                                   .long_name = "loss of each epoch"};
    static const double loss[] = {3.0, 2.0, 1.0};
    const size_t n = 3;
    (void)context;
    study_seen.stages++;
    if (edge.stage_fails != BK_OK) {
        return edge.stage_fails;
    }
    return bk_group_add(results, &field, &n, loss) == NULL ? bk_error_status() : BK_OK;
}

static bk_status run_edge(bk_run *run)
{
    if (edge.before != NULL) {
        BK_TRY(edge.before(run));
    }
    if (edge.stage_name != NULL) {
        bk_group *group = bk_group_at(bk_run_results(run), "network/small");
        BK_TRY(bk_stage(run, edge.stage_name, compute_stage, NULL, group));
    }
    if (edge.after != NULL) {
        BK_TRY(edge.after(run));
    }
    if (edge.run_fails != BK_OK) {
        return edge.run_fails;
    }
    return bk_simulate(run, edge.name, &edge.simulation, run,
                       edge.no_group ? NULL : bk_group_at(bk_run_results(run), "results"));
}

const bk_experiment edge_experiment = {.name = "edge", .summary = "edges", .run = run_edge};

/* Made before a test lets memory run out. */
static bk_options *options;

void edge_start(uint64_t trials, uint64_t block_size, size_t n_outputs)
{
    static char names[64][16];
    for (size_t i = 0; i < 64; i++) {
        (void)snprintf(names[i], sizeof names[i], "output %zu", i);
        edge_outputs[i] = (bk_output){.name = names[i], .dtype = i % 2 == 0 ? BK_F64 : BK_U32};
    }
    edge = (edge_switches){.name = "edge",
                           .simulation = {.trials = trials,
                                          .block_size = block_size,
                                          .outputs = edge_outputs,
                                          .n_outputs = n_outputs,
                                          .trial = trial}};
    edge_computed = 0;
    options = options == NULL ? bk_options_create(NULL, 0) : options;
    bk_error_clear();
}

bk_results *edge_execute(const bk_run_control *control)
{
    return bk_run_execute(&edge_experiment, options, 1, control);
}

bk_results *edge_merge(const bk_run_control *control, const bk_results *const *shards, size_t n)
{
    static const char *const names[] = {"1", "2", "3", "4", "5", "6", "7", "8", "9"};
    return bk_run_merge(&edge_experiment, options, 1, control, shards, names, n);
}

void edge_digest(char *hex, bk_results *results)
{
    cr_assert_not_null(results, "%s", bk_error_message());
    study_digest(hex, results);
    bk_results_destroy(results);
}

bk_results *edge_through_file(bk_results *tree, bk_file_kind kind)
{
    const char *path = study_path("edge.h5");
    cr_assert_not_null(tree, "%s", bk_error_message());
    cr_assert_eq(bk_results_write_as(tree, path, true, kind), BK_OK, "%s", bk_error_message());
    bk_results_destroy(tree);
    bk_results *read = bk_results_read_as(path, kind);
    cr_assert_not_null(read, "%s", bk_error_message());
    return read;
}

void edge_merges_into_whole(unsigned shards, bk_keep keep)
{
    char whole[65];
    char merged[65];
    bk_results *trees[9];
    bk_run_control control = {.reproducible = true, .keep = keep};
    edge_digest(whole, edge_execute(&control));
    for (unsigned i = 0; i < shards; i++) {
        control.shard = i + 1;
        control.shards = shards;
        trees[i] = edge_through_file(edge_execute(&control), BK_FILE_SHARD);
    }
    control.shard = control.shards = 0;
    edge_digest(merged, edge_merge(&control, (const bk_results *const *)trees, shards));
    cr_assert_str_eq(merged, whole);
    for (unsigned i = 0; i < shards; i++) {
        bk_results_destroy(trees[i]);
    }
}
