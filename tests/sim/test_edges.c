/* SPDX-License-Identifier: GPL-3.0-or-later
 * The driver at its edges: the smallest and largest blocks, empty shards, functions that fail without a word,
 * names that no file can hold, rules and modes that do not go together. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "edge.h"

TestSuite(edges, .init = study_reset);

static void fails(const bk_run_control *control, bk_status status, const char *text)
{
    bk_results *results = edge_execute(control);
    cr_assert_null(results, "no failure; expected '%s'", text);
    cr_assert_eq(bk_error_status(), status, "%s", bk_error_message());
    cr_assert_not_null(strstr(bk_error_message(), text), "no '%s' in: %s", text, bk_error_message());
}

/* ---- Sizes ---- */

Test(edges, more_shards_than_blocks_merge_into_the_whole)
{
    static const uint64_t trials[] = {1, 2, 64, 65, 200};
    for (size_t i = 0; i < 5; i++) {
        edge_start(trials[i], 0, 2);
        edge_merges_into_whole(9, BK_KEEP_ALL);
        edge_merges_into_whole(9, BK_KEEP_SUMMARY);
    }
}

Test(edges, the_smallest_and_the_largest_blocks_and_64_outputs)
{
    static const struct {
        uint64_t trials, block_size;
        size_t n_outputs;
    } sizes[] = {{1, 1, 64}, {7, 1, 64}, {1, 65536, 1}, {70000, 65536, 2}, {130, 64, 64}};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        edge_start(sizes[i].trials, sizes[i].block_size, sizes[i].n_outputs);
        edge_merges_into_whole(3, BK_KEEP_SUMMARY);
        edge_merges_into_whole(3, BK_KEEP_ALL);
    }
    edge_start(10, 65537, 1);
    fails(NULL, BK_INVALID, "at most 65536 are possible");
    edge_start(10, 0, 65);
    fails(NULL, BK_INVALID, "1 to 64 are possible");
}

Test(edges, more_trials_than_memory_holds_are_refused_at_once)
{
    for (int keep = 0; keep < 2; keep++) {
        const bk_run_control control = {.keep = keep == 0 ? BK_KEEP_ALL : BK_KEEP_SUMMARY};
        edge_start(UINT64_C(1) << 53, 1, 1);
        fails(&control, BK_MEMORY, "simulation edge: ");
    }
}

/* ---- Distinct counts above the limit, in no shard but in all together, and in one shard already ---- */

static bk_status distinct(const void *context, uint64_t number, void *scratch, double *values)
{
    (void)context;
    (void)scratch;
    values[0] = (double)(number % 70000);
    return BK_OK;
}

Test(edges, frequencies_give_up_alike_in_shards_and_in_the_whole)
{
    static const uint64_t trials[] = {60000, 100000, 150000};
    for (size_t i = 0; i < 3; i++) {
        edge_start(trials[i], 4096, 1);
        edge_outputs[0].dtype = BK_U32;
        edge.simulation.trial = distinct;
        edge_merges_into_whole(2, BK_KEEP_SUMMARY);
        edge_merges_into_whole(5, BK_KEEP_SUMMARY);
    }
}

/* ---- Functions that fail without a word ---- */

static bk_status wordless(const void *context, uint64_t number, void *scratch, double *values)
{
    (void)context;
    (void)scratch;
    values[0] = 0.0;
    return number == 3 ? BK_FAILED : BK_OK;
}

static bk_status wordless_summary(void *context, const bk_trials *trials, bk_group *results)
{
    (void)context;
    (void)trials;
    (void)results;
    return BK_FAILED;
}

Test(edges, a_failure_without_a_message_is_a_failure)
{
    for (int threads = 1; threads <= 8; threads += 7) {
        cr_assert_eq(bk_set_threads(threads), BK_OK);
        edge_start(1000, 1, 1);
        edge.simulation.trial = wordless;
        fails(NULL, BK_FAILED, "edge, trial 3: ");
        edge_start(10, 0, 1);
        edge.stage_name = "stage";
        edge.stage_fails = BK_FAILED;
        fails(NULL, BK_FAILED, "stage stage: ");
        edge_start(10, 0, 1);
        edge.run_fails = BK_FAILED;
        fails(NULL, BK_FAILED, "");
        edge_start(10, 0, 1);
        edge.simulation.summarise = wordless_summary;
        fails(NULL, BK_FAILED, "");
    }
}

/* ---- Names ---- */

Test(edges, names_that_no_file_can_hold_are_refused_before_the_first_trial)
{
    static const char *const bad[] = {"..", ".", "a\nb", "\xff", "\x7f"};
    char longest[102];
    memset(longest, 'x', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    for (size_t i = 0; i < 5; i++) {
        edge_start(10, 0, 1);
        edge.name = bad[i];
        fails(NULL, BK_INVALID, "simulation");
        edge_start(10, 0, 1);
        edge_outputs[0].name = bad[i];
        fails(NULL, BK_INVALID, "simulation");
        cr_assert_eq(edge_computed, 0);
    }
    edge_start(10, 0, 1);
    edge_outputs[0].name = longest;
    fails(NULL, BK_INVALID, "1 to 100 bytes");
    edge_start(10, 0, 1);
    edge.stage_name = longest;
    fails(NULL, BK_INVALID, "1 to 100 bytes");
    edge.stage_name = "\xff";
    fails(NULL, BK_INVALID, "not UTF-8");
    edge_start(10, 0, 1);
    edge.no_group = true;
    fails(NULL, BK_INVALID, "group of its results is NULL");
    cr_assert_eq(edge_computed, 0);
}

Test(edges, names_with_odd_characters_are_kept)
{
    edge_start(300, 0, 2);
    edge.name = "a = b; # [c] 'd' \"e\" %s \xc3\xbc";
    edge.stage_name = " x/y; # = %d";
    edge_outputs[0].name = "%n [run] = 1";
    edge_merges_into_whole(2, BK_KEEP_SUMMARY);
    edge_merges_into_whole(2, BK_KEEP_ALL);
}

/* ---- Rules and modes that do not go together ---- */

Test(edges, shards_with_a_stopping_rule_are_refused_at_the_merge)
{
    const bk_stop_rule rule = {.kind = BK_STOP_MCSE, .target = 1e-9};
    bk_run_control control = {.reproducible = true, .shard = 1, .shards = 1};
    edge_start(300, 0, 1);
    bk_results *shard = edge_execute(&control);
    cr_assert_not_null(shard);
    /* Such a shard is never written: it is forged out of the configuration of a run with the rule. */
    control = (bk_run_control){.reproducible = true, .stop = rule};
    bk_results *whole = edge_execute(&control);
    cr_assert_not_null(whole, "%s", bk_error_message());
    bk_results *forged = bk_results_create();
    bk_group *root = bk_results_root(forged);
    cr_assert_eq(bk_group_copy(bk_group_at(root, "config"), bk_group_find(bk_results_root(whole), "config")),
                 BK_OK);
    cr_assert_eq(bk_group_copy(bk_group_at(root, "part_0"), bk_group_find(bk_results_root(shard), "part_0")),
                 BK_OK);
    for (size_t i = 0; i < bk_group_attribute_count(bk_results_root(shard)); i++) {
        const bk_attribute attribute = bk_group_attribute(bk_results_root(shard), i);
        if (attribute.dtype == BK_TEXT) {
            (void)bk_group_set_text(root, attribute.name, *(const char *const *)attribute.values);
        } else if (attribute.dtype == BK_U64) {
            (void)bk_group_set_unsigned(root, attribute.name, *(const uint64_t *)attribute.values);
        }
    }
    bk_results *read = edge_through_file(forged, BK_FILE_SHARD);
    bk_results_destroy(shard);
    bk_results_destroy(whole);
    const bk_results *const shards[] = {read};
    cr_assert_null(edge_merge(&control, shards, 1));
    cr_assert_eq(bk_error_status(), BK_INVALID, "%s", bk_error_message());
    cr_assert_not_null(strstr(bk_error_message(), "stopping rule"), "%s", bk_error_message());
    bk_results_destroy(read);
}

Test(edges, a_rule_on_fewer_blocks_than_its_first_look_looks_once)
{
    static const uint64_t trials[] = {2, 64, 65, 200};
    for (size_t i = 0; i < 4; i++) {
        for (int kind = 0; kind < 3; kind++) {
            const bk_run_control control = {
                .stop = {.kind = kind == 0 ? BK_STOP_MCSE : BK_STOP_WIDTH, .target = 0.001, .level = 0.9}};
            edge_start(trials[i], 0, 1);
            edge_outputs[0].high = kind == 2 ? 4.0 : 0.0;
            bk_results *results = edge_execute(&control);
            cr_assert_not_null(results, "%s", bk_error_message());
            const bk_dataset *looks =
                bk_dataset_find(bk_results_root(results), "simulation/edge/stop/trials");
            cr_assert_eq(bk_dataset_size(looks), 1);
            cr_assert_eq(bk_dataset_real(looks, 0), (double)trials[i]);
            bk_results_destroy(results);
        }
    }
}

Test(edges, no_control_is_the_plain_one)
{
    const bk_run_control shard = {.shard = 1, .shards = 1};
    edge_start(100, 0, 1);
    bk_results *tree = edge_through_file(edge_execute(&shard), BK_FILE_SHARD);
    const bk_results *const shards[] = {tree};
    bk_results *merged = edge_merge(NULL, shards, 1);
    cr_assert_not_null(merged, "%s", bk_error_message());
    bk_options *options = bk_options_create(NULL, 0);
    cr_assert_eq(bk_run_matches(merged, &edge_experiment, options, 1, NULL), BK_OK, "%s", bk_error_message());
    bk_options_destroy(options);
    cr_assert_eq(bk_run_forget_checkpoint(NULL), BK_OK);
    bk_results_destroy(merged);
    bk_results_destroy(tree);
}
