/* SPDX-License-Identifier: GPL-3.0-or-later
 * Taking finished blocks from the files of a run: its checkpoint, or its shards. The files are whole and
 * their digests right by now, but they may still be of another program or contradict themselves, so
 * everything is checked before it is believed. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "sim/run.h"

/* What is being read, for messages. */
typedef struct restoring {
    bk_part *part;
    const bk_run *run;
    size_t source;
    const bk_group *group; /* of the part in the source */
    bk_block_range *ranges;
    size_t n_ranges;
    size_t blocks, trials; /* in all ranges */
} restoring;

static const char *file_of(const restoring *state) { return state->run->sources[state->source].name; }

static bk_status damaged(const restoring *state, const char *reason)
{
    return bk_fail(BK_FORMAT, "%s: the blocks of '%s' are damaged: %s", file_of(state), state->part->name,
                   reason);
}

/* A column of the given type; NULL with a failure where it is missing or has another length (SIZE_MAX: any).
 */
static const void *column(const restoring *state, const bk_group *group, const char *name, bk_dtype dtype,
                          size_t *n)
{
    const bk_dataset *dataset = bk_dataset_find(group, name);
    if (dataset == NULL || bk_dataset_dtype(dataset) != dtype || bk_dataset_rank(dataset) != 1 ||
        (*n != SIZE_MAX && bk_dataset_size(dataset) != *n)) {
        (void)bk_fail(BK_FORMAT, "%s: the blocks of '%s' are damaged: no proper %s/%s", file_of(state),
                      state->part->name, bk_group_path(group), name);
        return NULL;
    }
    *n = bk_dataset_size(dataset);
    return bk_dataset_values(dataset);
}

/* ---- What the part says of itself ---- */

static bk_status check_facts(const restoring *state)
{
    const bk_part *part = state->part;
    const char *keep = bk_group_text(state->group, "keep");
    uint64_t trials = 0;
    uint64_t block_size = 0;
    (void)bk_group_unsigned(&trials, state->group, "trials");
    (void)bk_group_unsigned(&block_size, state->group, "block_size");
    if (trials != part->trials || block_size != part->block_size || keep == NULL ||
        strcmp(keep, part->keep == BK_KEEP_ALL ? "all" : "summary") != 0) {
        return bk_fail(
            BK_INVALID,
            "%s: '%s' has %llu trials in blocks of %llu there, %llu in blocks of %llu here: the program "
            "has changed",
            file_of(state), part->name, (unsigned long long)trials, (unsigned long long)block_size,
            (unsigned long long)part->trials, (unsigned long long)part->block_size);
    }
    return BK_OK;
}

static const bk_group *output_group(const restoring *state, size_t output)
{
    char name[32];
    (void)snprintf(name, sizeof name, "output_%zu", output);
    return bk_group_find(state->group, name);
}

static bk_status check_outputs(const restoring *state)
{
    const bk_part *part = state->part;
    for (size_t i = 0; i <= part->n_outputs; i++) {
        const bk_group *group = output_group(state, i);
        if (i == part->n_outputs && group == NULL) {
            break;
        }
        const char *name = bk_group_text(group, "name");
        const char *dtype = bk_group_text(group, "dtype");
        if (i == part->n_outputs || name == NULL || strcmp(name, part->output_name[i]) != 0 ||
            dtype == NULL || strcmp(dtype, bk_dtype_name(part->dtype[i])) != 0) {
            return bk_fail(BK_INVALID, "%s: '%s' has other outputs there than here: the program has changed",
                           file_of(state), part->name);
        }
    }
    return BK_OK;
}

static bk_status read_ranges(restoring *state)
{
    size_t n = SIZE_MAX;
    const uint64_t *first = column(state, state->group, "first", BK_U64, &n);
    const uint64_t *end = first == NULL ? NULL : column(state, state->group, "end", BK_U64, &n);
    if (end == NULL) {
        return bk_error_status();
    }
    const bk_part *part = state->part;
    state->ranges = bk_allocate(n, sizeof *state->ranges);
    if (state->ranges == NULL) {
        return bk_error_status();
    }
    for (size_t i = 0; i < n; i++) {
        if (first[i] >= end[i] || end[i] > part->blocks || (i > 0 && first[i] <= end[i - 1])) {
            return damaged(state, "their ranges are out of order");
        }
        state->ranges[i] = (bk_block_range){first[i], end[i]};
        const uint64_t last = end[i] == part->blocks ? part->trials : end[i] * part->block_size;
        state->blocks += (size_t)(end[i] - first[i]);
        state->trials += (size_t)(last - first[i] * part->block_size);
    }
    state->n_ranges = n;
    return BK_OK;
}

/* ---- Blocks that are there already: only shards can overlap ---- */

static const bk_group *find_named(const bk_results *tree, const char *kind, const char *name)
{
    const bk_group *root = bk_results_root((bk_results *)tree);
    for (size_t i = 0; i < bk_group_group_count(root); i++) {
        const bk_group *group = bk_group_child(root, i);
        const char *text = bk_group_text(group, "name");
        if (strncmp(bk_group_name(group), kind, strlen(kind)) == 0 && text != NULL &&
            strcmp(text, name) == 0) {
            return group;
        }
    }
    return NULL;
}

/* The file that brought a block before. */
static const char *owner_of(const restoring *state, uint64_t block)
{
    for (size_t s = 0; s < state->source; s++) {
        const bk_group *group = find_named(state->run->sources[s].tree, "part_", state->part->name);
        const bk_dataset *first = bk_dataset_find(group, "first");
        const bk_dataset *end = bk_dataset_find(group, "end");
        for (size_t i = 0; i < bk_dataset_size(first) && i < bk_dataset_size(end); i++) {
            if ((double)block >= bk_dataset_real(first, i) && (double)block < bk_dataset_real(end, i)) {
                return state->run->sources[s].name;
            }
        }
    }
    return "another file";
}

static bk_status refuse_overlap(const restoring *state)
{
    for (size_t i = 0; i < state->n_ranges; i++) {
        for (uint64_t block = state->ranges[i].first; block < state->ranges[i].end; block++) {
            if (bk_part_has(state->part, block)) {
                return bk_fail(BK_INVALID, "%s and %s overlap: both have trial %llu of '%s'",
                               owner_of(state, block), file_of(state),
                               (unsigned long long)(block * state->part->block_size), state->part->name);
            }
        }
    }
    return BK_OK;
}

/* ---- Values: every block is taken as if it had been computed just now ---- */

static bk_status take_range(const restoring *state, const void *const *columns, bk_block_range range,
                            size_t *at, double *values)
{
    bk_part *part = state->part;
    for (uint64_t block = range.first; block < range.end; block++) {
        const size_t count = (size_t)bk_part_trials_of(part, block);
        for (size_t output = 0; output < part->n_outputs; output++) {
            for (size_t i = 0; i < count; i++) {
                values[i * part->n_outputs + output] =
                    part->dtype[output] == BK_U32 ? (double)((const uint32_t *)columns[output])[*at + i]
                                                  : ((const double *)columns[output])[*at + i];
            }
        }
        BK_TRY(bk_part_take(part, block, values));
        *at += count;
    }
    return BK_OK;
}

static bk_status take_values(const restoring *state)
{
    const bk_part *part = state->part;
    const void *columns[BK_MOST_OUTPUTS];
    size_t values_bytes;
    for (size_t i = 0; i < part->n_outputs; i++) {
        size_t n = state->trials;
        columns[i] = column(state, output_group(state, i), "value", part->dtype[i], &n);
        if (columns[i] == NULL) {
            return bk_error_status();
        }
    }
    if (!bk_multiply_sizes(&values_bytes, (size_t)part->block_size, part->n_outputs * sizeof(double))) {
        return damaged(state, "a block is too large");
    }
    double *values = bk_allocate(1, values_bytes);
    bk_status status = values == NULL ? bk_error_status() : BK_OK;
    size_t at = 0;
    for (size_t i = 0; status == BK_OK && i < state->n_ranges; i++) {
        status = take_range(state, columns, state->ranges[i], &at, values);
    }
    bk_free(values);
    return status;
}

/* ---- Summaries ---- */

static bk_status take_tally(const restoring *state, const bk_group *group, const char *name, bk_tally *tally,
                            uint64_t trials)
{
    const uint64_t tallied = tally->total;
    const bk_group *from = bk_group_find(group, name);
    uint64_t total = 0;
    size_t n = SIZE_MAX;
    const uint64_t *key = column(state, from, "key", BK_U64, &n);
    const uint64_t *count = key == NULL ? NULL : column(state, from, "count", BK_U64, &n);
    if (count == NULL || !bk_group_unsigned(&total, from, "total")) {
        return count == NULL ? bk_error_status() : damaged(state, "a tally has no total");
    }
    const bool full = bk_group_real(from, "full") == 1.0;
    uint64_t sum = 0;
    for (size_t i = 0; i < n; i++) {
        if (count[i] == 0 || count[i] > total - sum || (i > 0 && key[i] <= key[i - 1])) {
            return damaged(state, "a tally contradicts itself");
        }
        sum += count[i];
    }
    /* Only frequencies have a limit at which they give up. */
    if ((full && (n > 0 || tally->limit == 0)) || (!full && sum != total)) {
        return damaged(state, "a tally contradicts its total");
    }
    for (size_t i = 0; i < n; i++) {
        BK_TRY(bk_tally_add(tally, key[i], count[i]));
    }
    if (full && !tally->full) {
        /* It gave up there, so it gives up here: more keys than the limit occurred in both together. */
        const uint64_t before = tally->total;
        bk_tally_clear(tally);
        tally->limit = BK_MOST_FREQUENCIES;
        tally->full = true;
        tally->total = before;
    }
    tally->total += full ? total : 0;
    return tally->total - tallied == trials ? BK_OK : damaged(state, "a tally does not hold all trials");
}

static bool range_holds(const restoring *state, uint64_t first, uint64_t last)
{
    for (size_t i = 0; i < state->n_ranges; i++) {
        if (first >= state->ranges[i].first && last < state->ranges[i].end) {
            return true;
        }
    }
    return false;
}

/* Whether a node stands for blocks of the ranges and for all their trials. */
static bool node_fits(const restoring *state, const bk_fold_node *node)
{
    const bk_part *part = state->part;
    if (node->level > 63 || node->index > (part->blocks - 1) >> node->level) {
        return false;
    }
    const uint64_t first = node->index << node->level;
    const uint64_t last = first + (((uint64_t)1 << node->level) - 1);
    if (last >= part->blocks || !range_holds(state, first, last)) {
        return false;
    }
    const uint64_t end = last + 1 == part->blocks ? part->trials : (last + 1) * part->block_size;
    return node->summary.count == end - first * part->block_size;
}

static bk_status take_nodes(const restoring *state, const bk_group *group, bk_fold_set *folds)
{
    static const char *const names[] = {"mean",        "sum_squares", "sum_cubes",
                                        "sum_fourths", "minimum",     "maximum"};
    const bk_group *from = bk_group_find(group, "node");
    size_t n = SIZE_MAX;
    const double *reals[6];
    const uint64_t *level = column(state, from, "level", BK_U64, &n);
    const uint64_t *index = level == NULL ? NULL : column(state, from, "index", BK_U64, &n);
    const uint64_t *count = index == NULL ? NULL : column(state, from, "count", BK_U64, &n);
    for (size_t i = 0; count != NULL && i < 6; i++) {
        reals[i] = column(state, from, names[i], BK_F64, &n);
        count = reals[i] == NULL ? NULL : count;
    }
    if (count == NULL) {
        return bk_error_status();
    }
    uint64_t trials = 0;
    for (size_t i = 0; i < n; i++) {
        const bk_fold_node node = {.level = level[i] > 63 ? 64 : (unsigned)level[i],
                                   .index = index[i],
                                   .summary = {.count = count[i],
                                               .mean = reals[0][i],
                                               .sum_squares = reals[1][i],
                                               .sum_cubes = reals[2][i],
                                               .sum_fourths = reals[3][i],
                                               .minimum = reals[4][i],
                                               .maximum = reals[5][i]}};
        if (!node_fits(state, &node)) {
            return damaged(state, "a node does not fit its blocks");
        }
        trials += node.summary.count;
        const bk_status status = bk_fold_set_add(folds, node);
        if (status != BK_OK) {
            return status == BK_INVALID ? damaged(state, "nodes overlap") : status;
        }
    }
    return trials == state->trials ? BK_OK : damaged(state, "nodes are missing");
}

static bk_status take_of_blocks(const restoring *state, const char *name, bk_dtype dtype, void *values)
{
    size_t n = state->blocks;
    const unsigned char *from = column(state, state->group, name, dtype, &n);
    if (from == NULL) {
        return bk_error_status();
    }
    for (size_t i = 0; i < state->n_ranges; i++) {
        const size_t count = (size_t)(state->ranges[i].end - state->ranges[i].first);
        memcpy((unsigned char *)values + 8 * (size_t)state->ranges[i].first, from, 8 * count);
        from += 8 * count;
    }
    return BK_OK;
}

static bk_status take_summaries(const restoring *state)
{
    bk_part *part = state->part;
    BK_TRY(take_of_blocks(state, "digest", BK_U64, part->digest));
    if (part->block_mean != NULL) {
        BK_TRY(take_of_blocks(state, "block_mean", BK_F64, part->block_mean));
    }
    for (size_t i = 0; i < part->n_outputs; i++) {
        const bk_group *group = output_group(state, i);
        const uint64_t counted = part->dtype[i] == BK_U32 ? state->trials : 0;
        BK_TRY(take_nodes(state, group, &part->folds[i]));
        BK_TRY(take_tally(state, group, "bin", &part->bins[i], state->trials));
        BK_TRY(take_tally(state, group, "frequency", &part->frequencies[i], counted));
    }
    for (size_t i = 0; i < state->n_ranges; i++) {
        bk_part_mark(part, state->ranges[i]);
    }
    return BK_OK;
}

/* ---- Looks ---- */

/* Looks are where the rule looks, and their blocks are there. */
static bk_status take_looks(const restoring *state)
{
    bk_part *part = state->part;
    const bk_group *from = bk_group_find(state->group, "looks");
    size_t n = SIZE_MAX;
    const double *mean = column(state, from, "mean", BK_F64, &n);
    const double *mcse = mean == NULL ? NULL : column(state, from, "mcse", BK_F64, &n);
    const double *low = mcse == NULL ? NULL : column(state, from, "low", BK_F64, &n);
    const double *high = low == NULL ? NULL : column(state, from, "high", BK_F64, &n);
    if (high == NULL) {
        return bk_error_status();
    }
    uint64_t blocks = 0;
    for (size_t i = 0; i < n; i++) {
        blocks = bk_stop_next_look(part, blocks);
        if (!range_holds(state, 0, blocks - 1) || (i + 1 < n && blocks == part->blocks)) {
            return damaged(state, "the stopping rule's looks do not fit");
        }
        const bk_look look = {.blocks = blocks,
                              .trials = blocks == part->blocks ? part->trials : blocks * part->block_size,
                              .mean = mean[i],
                              .mcse = mcse[i],
                              .low = low[i],
                              .high = high[i],
                              .width = high[i] - low[i],
                              .reached = i + 1 == n && bk_group_real(from, "reached") == 1.0};
        BK_TRY(bk_part_add_look(part, &look));
    }
    /* No block behind the next look is ever computed; the folds would see too much there. */
    const bool ended = n > 0 && part->looks[n - 1].reached;
    const uint64_t next = ended ? blocks : bk_stop_next_look(part, blocks);
    if (state->n_ranges > 0 && state->ranges[state->n_ranges - 1].end > next) {
        return damaged(state, "blocks lie behind the stopping rule's next look");
    }
    return BK_OK;
}

/* ---- All sources ---- */

static bk_status restore_from(restoring *state)
{
    BK_TRY(check_facts(state));
    BK_TRY(check_outputs(state));
    BK_TRY(read_ranges(state));
    BK_TRY(refuse_overlap(state));
    BK_TRY(state->part->keep == BK_KEEP_ALL ? take_values(state) : take_summaries(state));
    return state->part->block_mean != NULL ? take_looks(state) : BK_OK;
}

bk_status bk_part_restore(bk_part *part, const bk_run *run)
{
    bk_status status = BK_OK;
    for (size_t s = 0; status == BK_OK && s < run->n_sources; s++) {
        restoring state = {.part = part, .run = run, .source = s};
        state.group = find_named(run->sources[s].tree, "part_", part->name);
        if (state.group != NULL) {
            status = restore_from(&state);
        }
        bk_free(state.ranges);
    }
    part->found_trials = part->done_trials;
    return status;
}

const bk_group *bk_stage_find(const bk_run *run, const char *name)
{
    for (size_t s = 0; s < run->n_sources; s++) {
        const bk_group *stage = find_named(run->sources[s].tree, "stage_", name);
        if (stage != NULL) {
            return bk_group_find(stage, "results");
        }
    }
    return NULL;
}
