/* SPDX-License-Identifier: GPL-3.0-or-later
 * The tree of a checkpoint: finished blocks and stages. A shard's file is the same tree.
 *
 *   /                 origin (experiment, seed, configuration, versions); shard, shards of a shard
 *   /part_N           one simulation: name, trials, block_size, keep;
 *                     first, end [range] of its finished blocks
 *     output_N/value [trial]                    the outputs of the finished trials (--keep all), or
 *     digest [block], block_mean [block],
 *     output_N/{node, bin, frequency}/...       their folds and tallies
 *     looks/...                                 of a stopping rule
 *   /stage_N          one finished stage: name; results/ as the stage left it
 */
#include <stdio.h>
#include <string.h>

#include "sim/run.h"

static bk_status add_column(bk_group *group, const char *name, const char *axis, bk_dtype dtype, size_t n,
                            const void *values)
{
    const bk_field field = {
        .name = name, .dtype = dtype, .rank = 1, .axes = {axis}, .unit = "1", .long_name = name};
    return bk_group_add(group, &field, &n, values) == NULL ? bk_error_status() : BK_OK;
}

/* ---- Of a part that keeps values: these, one finished range behind the other ---- */

static size_t trials_in(const bk_part *part, const bk_block_range *ranges, size_t n)
{
    size_t trials = 0;
    for (size_t i = 0; i < n; i++) {
        const uint64_t end = ranges[i].end == part->blocks ? part->trials : ranges[i].end * part->block_size;
        trials += (size_t)(end - ranges[i].first * part->block_size);
    }
    return trials;
}

static bk_status put_values(bk_group *group, const bk_part *part, size_t output, const bk_block_range *ranges,
                            size_t n)
{
    const size_t size = bk_dtype_size(part->dtype[output]);
    const size_t trials = trials_in(part, ranges, n);
    unsigned char *values = bk_allocate(trials, size);
    if (values == NULL) {
        return bk_error_status();
    }
    size_t at = 0;
    for (size_t i = 0; i < n; i++) {
        const size_t first = (size_t)(ranges[i].first * part->block_size);
        const size_t count = trials_in(part, &ranges[i], 1);
        memcpy(values + at * size, (const unsigned char *)part->values[output] + first * size, count * size);
        at += count;
    }
    const bk_status status = add_column(group, "value", "trial", part->dtype[output], trials, values);
    bk_free(values);
    return status;
}

/* ---- Of a part that keeps summaries: nodes, tallies and what each block left ---- */

static bk_status put_tally(bk_group *group, const bk_tally *tally)
{
    uint64_t *columns = bk_allocate(tally->distinct, 2 * sizeof *columns);
    if (columns == NULL) {
        return bk_error_status();
    }
    bk_status status = bk_tally_sorted(columns, columns + tally->distinct, tally);
    if (status == BK_OK) {
        status = bk_group_set_flag(group, "full", tally->full);
    }
    if (status == BK_OK) {
        status = bk_group_set_unsigned(group, "total", tally->total);
    }
    if (status == BK_OK) {
        status = add_column(group, "key", "tally", BK_U64, tally->distinct, columns);
    }
    if (status == BK_OK) {
        status = add_column(group, "count", "tally", BK_U64, tally->distinct, columns + tally->distinct);
    }
    bk_free(columns);
    return status;
}

static bk_status put_node_reals(bk_group *group, const bk_fold_set *folds, double *column)
{
    static const struct {
        const char *name;
        size_t offset;
    } members[] = {
        {"mean", offsetof(bk_summary, mean)},           {"sum_squares", offsetof(bk_summary, sum_squares)},
        {"sum_cubes", offsetof(bk_summary, sum_cubes)}, {"sum_fourths", offsetof(bk_summary, sum_fourths)},
        {"minimum", offsetof(bk_summary, minimum)},     {"maximum", offsetof(bk_summary, maximum)}};
    for (size_t m = 0; m < sizeof members / sizeof members[0]; m++) {
        for (size_t i = 0; i < folds->count; i++) {
            memcpy(&column[i], (const char *)&folds->node[i].summary + members[m].offset, sizeof column[i]);
        }
        BK_TRY(add_column(group, members[m].name, "node", BK_F64, folds->count, column));
    }
    return BK_OK;
}

static bk_status put_node_numbers(bk_group *group, const bk_fold_set *folds, uint64_t *column)
{
    for (size_t i = 0; i < folds->count; i++) {
        column[i] = folds->node[i].level;
    }
    BK_TRY(add_column(group, "level", "node", BK_U64, folds->count, column));
    for (size_t i = 0; i < folds->count; i++) {
        column[i] = folds->node[i].index;
    }
    BK_TRY(add_column(group, "index", "node", BK_U64, folds->count, column));
    for (size_t i = 0; i < folds->count; i++) {
        column[i] = folds->node[i].summary.count;
    }
    return add_column(group, "count", "node", BK_U64, folds->count, column);
}

static bk_status put_nodes(bk_group *group, const bk_fold_set *folds)
{
    uint64_t *numbers = bk_allocate(folds->count, sizeof *numbers);
    double *reals = bk_allocate(folds->count, sizeof *reals);
    bk_status status = numbers == NULL || reals == NULL ? bk_error_status() : BK_OK;
    if (status == BK_OK) {
        status = put_node_numbers(group, folds, numbers);
    }
    if (status == BK_OK) {
        status = put_node_reals(group, folds, reals);
    }
    bk_free(numbers);
    bk_free(reals);
    return status;
}

static bk_status put_output_summary(bk_group *group, const bk_part *part, size_t output)
{
    BK_TRY(put_nodes(bk_group_at(group, "node"), &part->folds[output]));
    BK_TRY(put_tally(bk_group_at(group, "bin"), &part->bins[output]));
    return put_tally(bk_group_at(group, "frequency"), &part->frequencies[output]);
}

/* One number of each finished block. */
static bk_status put_of_blocks(bk_group *group, const char *name, bk_dtype dtype, const void *values,
                               const bk_part *part, const bk_block_range *ranges, size_t n)
{
    unsigned char *column = bk_allocate((size_t)part->done_blocks, 8);
    if (column == NULL) {
        return bk_error_status();
    }
    size_t at = 0;
    for (size_t i = 0; i < n; i++) {
        const size_t count = (size_t)(ranges[i].end - ranges[i].first);
        memcpy(column + 8 * at, (const unsigned char *)values + 8 * (size_t)ranges[i].first, 8 * count);
        at += count;
    }
    const bk_status status = add_column(group, name, "block", dtype, at, column);
    bk_free(column);
    return status;
}

/* ---- Looks of a stopping rule ---- */

static bk_status put_looks(bk_group *group, const bk_part *part)
{
    static const struct {
        const char *name;
        size_t offset;
    } reals[] = {{"mean", offsetof(bk_look, mean)},
                 {"mcse", offsetof(bk_look, mcse)},
                 {"low", offsetof(bk_look, low)},
                 {"high", offsetof(bk_look, high)}};
    double *column = bk_allocate(part->n_looks, sizeof *column);
    bk_status status = column == NULL ? bk_error_status() : BK_OK;
    for (size_t m = 0; status == BK_OK && m < sizeof reals / sizeof reals[0]; m++) {
        for (size_t i = 0; i < part->n_looks; i++) {
            memcpy(&column[i], (const char *)&part->looks[i] + reals[m].offset, sizeof column[i]);
        }
        status = add_column(group, reals[m].name, "look", BK_F64, part->n_looks, column);
    }
    bk_free(column);
    if (status == BK_OK && part->n_looks > 0) {
        status = bk_group_set_flag(group, "reached", part->looks[part->n_looks - 1].reached);
    }
    return status;
}

/* ---- A part ---- */

static bk_status put_ranges(bk_group *group, const bk_block_range *ranges, size_t n)
{
    uint64_t *columns = bk_allocate(n, 2 * sizeof *columns);
    if (columns == NULL) {
        return bk_error_status();
    }
    for (size_t i = 0; i < n; i++) {
        columns[i] = ranges[i].first;
        columns[n + i] = ranges[i].end;
    }
    bk_status status = add_column(group, "first", "range", BK_U64, n, columns);
    if (status == BK_OK) {
        status = add_column(group, "end", "range", BK_U64, n, columns + n);
    }
    bk_free(columns);
    return status;
}

static bk_status put_part_facts(bk_group *group, const bk_part *part)
{
    BK_TRY(bk_group_set_text(group, "name", part->name));
    BK_TRY(bk_group_set_unsigned(group, "trials", part->trials));
    BK_TRY(bk_group_set_unsigned(group, "block_size", part->block_size));
    return bk_group_set_text(group, "keep", part->keep == BK_KEEP_ALL ? "all" : "summary");
}

static bk_group *put_output(bk_group *group, const bk_part *part, size_t output)
{
    char name[32];
    (void)snprintf(name, sizeof name, "output_%zu", output);
    bk_group *added = bk_group_at(group, name);
    if (bk_group_set_text(added, "name", part->output_name[output]) != BK_OK ||
        bk_group_set_text(added, "dtype", bk_dtype_name(part->dtype[output])) != BK_OK) {
        return NULL;
    }
    return added;
}

/* What changes while threads work is copied under the lock; values of finished blocks change no more. */
static bk_status put_summary_part(bk_group *group, const bk_part *part, const bk_block_range *ranges,
                                  size_t n)
{
    if (part->broken) {
        return bk_fail(BK_MEMORY, "memory ran out within a block of %s: what is finished is not certain",
                       part->name);
    }
    BK_TRY(put_of_blocks(group, "digest", BK_U64, part->digest, part, ranges, n));
    if (part->block_mean != NULL) {
        BK_TRY(put_of_blocks(group, "block_mean", BK_F64, part->block_mean, part, ranges, n));
    }
    for (size_t i = 0; i < part->n_outputs; i++) {
        BK_TRY(put_output_summary(put_output(group, part, i), part, i));
    }
    return BK_OK;
}

static bk_status put_part(bk_group *group, const bk_part *part)
{
    bk_block_range *ranges = NULL;
    size_t n = 0;
    BK_TRY(put_part_facts(group, part));
    bk_mutex_take(part->lock);
    bk_status status = bk_part_ranges(&ranges, &n, part, 0, part->blocks, true);
    if (status == BK_OK && part->keep == BK_KEEP_SUMMARY) {
        status = put_summary_part(group, part, ranges, n);
    }
    bk_mutex_release(part->lock);
    if (status == BK_OK) {
        status = put_ranges(group, ranges, n);
    }
    if (status == BK_OK && part->block_mean != NULL) {
        status = put_looks(bk_group_at(group, "looks"), part);
    }
    for (size_t i = 0; status == BK_OK && part->keep == BK_KEEP_ALL && i < part->n_outputs; i++) {
        status = put_values(put_output(group, part, i), part, i, ranges, n);
    }
    bk_free(ranges);
    return status;
}

/* ---- The whole ---- */

static bk_status put_stage(bk_group *group, const bk_finished_stage *stage)
{
    BK_TRY(bk_group_set_text(group, "name", stage->name));
    return bk_group_copy(bk_group_at(group, "results"), stage->results);
}

static bk_status put_own(bk_run *run, bk_group *root)
{
    char name[32];
    for (size_t i = 0; i < run->n_parts; i++) {
        (void)snprintf(name, sizeof name, "part_%zu", i);
        BK_TRY(put_part(bk_group_at(root, name), run->parts[i]));
    }
    for (size_t i = 0; i < run->n_stages; i++) {
        (void)snprintf(name, sizeof name, "stage_%zu", i);
        BK_TRY(put_stage(bk_group_at(root, name), &run->stages[i]));
    }
    return BK_OK;
}

static bool run_has(const bk_run *run, const char *kind, const char *name)
{
    const bool part = strncmp(kind, "part_", 5) == 0;
    for (size_t i = 0; i < (part ? run->n_parts : run->n_stages); i++) {
        if (strcmp(part ? run->parts[i]->name : run->stages[i].name, name) == 0) {
            return true;
        }
    }
    return false;
}

/* What a resumed run has not come to again yet must not be lost. */
static bk_status put_not_reached(const bk_run *run, bk_group *root)
{
    const bk_group *source = run->checkpoint == NULL ? NULL : bk_results_root(run->checkpoint);
    size_t n = 0;
    for (size_t i = 0; i < bk_group_group_count(source); i++) {
        const bk_group *group = bk_group_child(source, i);
        const char *name = bk_group_text(group, "name");
        const bool part = strncmp(bk_group_name(group), "part_", 5) == 0;
        if (name != NULL && !run_has(run, bk_group_name(group), name)) {
            char copy[48];
            (void)snprintf(copy, sizeof copy, "%s_%zu", part ? "part" : "stage",
                           (part ? run->n_parts : run->n_stages) + n++);
            BK_TRY(bk_group_copy(bk_group_at(root, copy), group));
        }
    }
    return BK_OK;
}

static bk_status fill_tree(bk_run *run, bk_group *root)
{
    BK_TRY(bk_run_write_origin(run, root));
    if (run->mode == BK_RUN_SHARD) {
        BK_TRY(bk_group_set_unsigned(root, "shard", run->control->shard));
        BK_TRY(bk_group_set_unsigned(root, "shards", run->control->shards));
    }
    BK_TRY(put_own(run, root));
    return put_not_reached(run, root);
}

bk_results *bk_checkpoint_tree(bk_run *run)
{
    bk_results *tree = bk_results_create();
    if (tree != NULL && fill_tree(run, bk_results_root(tree)) != BK_OK) {
        bk_results_destroy(tree);
        return NULL;
    }
    return tree;
}
