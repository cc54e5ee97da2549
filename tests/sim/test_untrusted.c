/* SPDX-License-Identifier: GPL-3.0-or-later
 * Checkpoints and shards with right digests and wrong content, as a changed program or an enemy writes them:
 * every dataset, attribute and group in turn is dropped, cut, made longer, given another type or other
 * values. Nothing may crash; what is refused is refused with the name of the file, and stays as it is. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "edge.h"

TestSuite(untrusted_blocks, .init = study_reset);

enum { MUTATIONS = 10 };

/* Which of the items met is changed, and how. */
typedef struct forgery {
    size_t target, met;
    int mutation;
    const char *emptied; /* all datasets of a group of this name; NULL: none */
    bool changed;        /* not every mutation has a meaning for every item */
} forgery;

static bool is_target(forgery *forger) { return forger->met++ == forger->target; }

/* ---- Datasets ---- */

/* values [n + 1] of 8 bytes each, or text. */
static void change_values(uint64_t *values, size_t n, bk_dtype dtype, int mutation)
{
    const size_t size = bk_dtype_size(dtype);
    switch (mutation) {
    case 4:
        memset(values, 0xff, n * size);
        break;
    case 5:
        memset(values, 0, n * size);
        break;
    case 6:
        ((unsigned char *)values)[0]++;
        break;
    case 7:
        ((unsigned char *)values)[n == 0 ? 0 : n * size - 1] ^= 0x41;
        break;
    case 8: /* the first two change places */
        for (size_t i = 0; n > 1 && i < size; i++) {
            unsigned char *bytes = (unsigned char *)values;
            const unsigned char kept = bytes[i];
            bytes[i] = bytes[size + i];
            bytes[size + i] = kept;
        }
        break;
    default:
        break;
    }
}

static void copy_numbers(forgery *forger, bk_group *to, const bk_dataset *from)
{
    const bool target = is_target(forger);
    const bool emptied = forger->emptied != NULL && strcmp(bk_group_name(to), forger->emptied) == 0;
    const int mutation = emptied ? 2 : target ? forger->mutation : -1;
    forger->changed = forger->changed || target;
    size_t n = bk_dataset_size(from);
    bk_dtype dtype = bk_dataset_dtype(from);
    uint64_t *values = calloc(n + 2, 8);
    memcpy(values, bk_dataset_values(from), n * bk_dtype_size(dtype));
    change_values(values, n, dtype, mutation);
    if (mutation == 1) {
        dtype = dtype == BK_U64 ? BK_F64 : dtype == BK_F64 ? BK_U64 : BK_F32;
    }
    n = mutation == 2 ? 0 : mutation == 3 ? n - (n > 0) : mutation == 9 ? n + 1 : n;
    const bk_field field = {
        .name = bk_dataset_name(from),
        .dtype = dtype,
        .rank = 1,
        .axes = {mutation == 2 || mutation == 3 || mutation == 9 ? "forged" : bk_dataset_axis(from, 0)},
        .unit = "1",
        .long_name = "forged"};
    if (mutation != 0) {
        cr_assert_not_null(bk_group_add(to, &field, &n, values), "%s", bk_error_message());
    }
    free(values);
}

static void copy_text(bk_group *to, const bk_dataset *from)
{
    const bk_field field = {.name = bk_dataset_name(from),
                            .dtype = BK_TEXT,
                            .rank = 0,
                            .axes = {NULL},
                            .unit = "",
                            .long_name = "text"};
    const char *text = bk_dataset_text(from, 0);
    cr_assert_not_null(bk_group_add(to, &field, NULL, &text));
}

/* ---- Attributes ---- */

static void copy_attribute(forgery *forger, bk_group *to, const bk_attribute *from)
{
    const int mutation = is_target(forger) ? forger->mutation : -1;
    forger->changed = forger->changed || mutation == 0 || mutation == 1 || (mutation >= 4 && mutation <= 6);
    if (mutation == 0) {
        return;
    }
    if (from->dtype == BK_TEXT || mutation == 1) {
        const char *text = from->dtype == BK_TEXT && mutation < 1 ? *(const char *const *)from->values : "x";
        cr_assert_eq(bk_group_set_text(to, from->name, text), BK_OK);
    } else if (from->dtype == BK_U64) {
        uint64_t value = *(const uint64_t *)from->values;
        value = mutation == 4 ? UINT64_MAX : mutation == 5 ? 0 : mutation == 6 ? value + 1 : value;
        cr_assert_eq(bk_group_set_unsigned(to, from->name, value), BK_OK);
    } else if (from->dtype == BK_U8) {
        const bool value = *(const uint8_t *)from->values == 1;
        cr_assert_eq(bk_group_set_flag(to, from->name, mutation == 4 ? !value : value), BK_OK);
    }
}

static void copy_forged(forgery *forger, bk_group *to, const bk_group *from)
{
    for (size_t i = 0; i < bk_group_attribute_count(from); i++) {
        const bk_attribute attribute = bk_group_attribute(from, i);
        copy_attribute(forger, to, &attribute);
    }
    for (size_t i = 0; i < bk_group_dataset_count(from); i++) {
        const bk_dataset *dataset = bk_group_dataset(from, i);
        if (bk_dataset_dtype(dataset) == BK_TEXT) {
            copy_text(to, dataset);
        } else {
            copy_numbers(forger, to, dataset);
        }
    }
    for (size_t i = 0; i < bk_group_group_count(from); i++) {
        const bk_group *child = bk_group_child(from, i);
        const bool dropped = is_target(forger) && forger->mutation == 0;
        forger->changed = forger->changed || dropped;
        if (!dropped) {
            copy_forged(forger, bk_group_at(to, bk_group_name(child)), child);
        }
    }
}

/* Writes the file with item `target` changed; false where that changes nothing. *there: it has such an item.
 */
static bool forge(bool *there, const char *path, const bk_results *from, size_t target, int mutation,
                  bk_file_kind kind)
{
    forgery forger = {.target = target, .mutation = mutation};
    bk_results *forged = bk_results_create();
    copy_forged(&forger, bk_results_root(forged), bk_results_root((bk_results *)from));
    if (forger.changed) {
        cr_assert_eq(bk_results_write_as(forged, path, true, kind), BK_OK, "%s", bk_error_message());
    }
    bk_results_destroy(forged);
    *there = target < forger.met;
    return forger.changed;
}

/* ---- What becomes of it ---- */

static void expect_refused_or_taken(bk_results *results, size_t target, int mutation)
{
    if (results == NULL) {
        const bk_status status = bk_error_status();
        cr_assert(status == BK_FORMAT || status == BK_INVALID, "item %zu, mutation %d: %s: %s", target,
                  mutation, bk_status_name(status), bk_error_message());
        cr_assert_not_null(strstr(bk_error_message(), "forged"), "item %zu, mutation %d: no file in: %s",
                           target, mutation, bk_error_message());
        return;
    }
    /* What was taken is at least of the right size. */
    cr_assert_eq(bk_group_real(bk_group_find(bk_results_root(results), "results/output 0"), "count"), 100.0,
                 "item %zu, mutation %d", target, mutation);
    bk_results_destroy(results);
}

/* The tree of the checkpoint of a run that stopped in its block 18 of 20. */
static bk_results *stopped_run(const bk_run_control *control)
{
    const char *path = study_path("whole.checkpoint");
    edge_start(100, 5, 2);
    edge.stage_name = "training";
    bk_run_control first = study_stop_after(92);
    first.keep = control->keep;
    first.stop = control->stop;
    first.checkpoint = path;
    first.force = true;
    cr_assert_eq(bk_set_threads(1), BK_OK);
    cr_assert_null(edge_execute(&first));
    cr_assert_eq(bk_error_status(), BK_STOPPED);
    bk_results *tree = bk_results_read_as(path, BK_FILE_CHECKPOINT);
    cr_assert_not_null(tree, "%s", bk_error_message());
    return tree;
}

static void forged_checkpoints(bk_run_control control)
{
    char path[200];
    (void)snprintf(path, sizeof path, "%s", study_path("forged.checkpoint"));
    bk_results *from = stopped_run(&control);
    control.checkpoint = path;
    control.resume = control.reproducible = true;
    bool there = true;
    for (size_t target = 0; there; target++) {
        for (int mutation = 0; mutation < MUTATIONS && there; mutation++) {
            if (forge(&there, path, from, target, mutation, BK_FILE_CHECKPOINT)) {
                bk_error_clear();
                expect_refused_or_taken(edge_execute(&control), target, mutation);
            }
        }
    }
    bk_results_destroy(from);
}

Test(untrusted_blocks, forged_checkpoints_with_values, .timeout = 200)
{
    forged_checkpoints((bk_run_control){0});
}

Test(untrusted_blocks, forged_checkpoints_with_a_stopping_rule, .timeout = 200)
{
    const bk_stop_rule rule = {.kind = BK_STOP_MCSE, .output = "output 0", .target = 1e-6};
    forged_checkpoints((bk_run_control){.keep = BK_KEEP_SUMMARY, .stop = rule});
}

Test(untrusted_blocks, blocks_behind_the_next_look_are_refused)
{
    for (int keep = 0; keep < 2; keep++) {
        bk_run_control control = {.keep = keep == 0 ? BK_KEEP_ALL : BK_KEEP_SUMMARY,
                                  .stop = {.kind = BK_STOP_MCSE, .output = "output 0", .target = 1e-6}};
        bk_results *from = stopped_run(&control);
        bk_results *forged = bk_results_create();
        forgery forger = {.target = SIZE_MAX, .emptied = "looks"};
        copy_forged(&forger, bk_results_root(forged), bk_results_root(from));
        control.checkpoint = study_path("forged.checkpoint");
        control.resume = true;
        cr_assert_eq(bk_results_write_as(forged, control.checkpoint, true, BK_FILE_CHECKPOINT), BK_OK);
        cr_assert_null(edge_execute(&control));
        cr_assert_eq(bk_error_status(), BK_FORMAT);
        cr_assert_not_null(strstr(bk_error_message(), "next look"), "%s", bk_error_message());
        bk_results_destroy(forged);
        bk_results_destroy(from);
    }
}

static void merge_forged(const char *path, bk_keep keep, size_t target, int mutation)
{
    const bk_run_control control = {.keep = keep, .reproducible = true};
    const char *const names[] = {"forged.h5"};
    bk_results *shard = bk_results_read_as(path, BK_FILE_SHARD);
    cr_assert_not_null(shard, "%s", bk_error_message());
    bk_options *options = bk_options_create(NULL, 0);
    bk_results *results =
        bk_run_merge(&edge_experiment, options, 1, &control, (const bk_results *const[]){shard}, names, 1);
    /* What is missing is in no file. */
    if (results != NULL || (strstr(bk_error_message(), "leave a gap") == NULL &&
                            strstr(bk_error_message(), "are missing") == NULL)) {
        expect_refused_or_taken(results, target, mutation);
    }
    bk_options_destroy(options);
    bk_results_destroy(shard);
}

static void forged_shards(bk_keep keep)
{
    const bk_run_control control = {.shard = 1, .shards = 1, .keep = keep};
    char path[200];
    (void)snprintf(path, sizeof path, "%s", study_path("forged.h5"));
    edge_start(100, 5, 2);
    edge.stage_name = "training";
    bk_results *from = edge_through_file(edge_execute(&control), BK_FILE_SHARD);
    bool there = true;
    for (size_t target = 0; there; target++) {
        for (int mutation = 0; mutation < MUTATIONS && there; mutation++) {
            if (forge(&there, path, from, target, mutation, BK_FILE_SHARD)) {
                merge_forged(path, keep, target, mutation);
            }
        }
    }
    bk_results_destroy(from);
}

Test(untrusted_blocks, forged_shards, .timeout = 200)
{
    forged_shards(BK_KEEP_ALL);
    forged_shards(BK_KEEP_SUMMARY);
}
