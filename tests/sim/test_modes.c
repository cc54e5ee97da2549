/* SPDX-License-Identifier: GPL-3.0-or-later
 * One result, however it came about: any number of threads, stopped and resumed anywhere, in shards, with
 * values kept or not. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "study.h"

TestSuite(modes, .init = study_reset);

static char whole[65];

static void run_whole(void)
{
    const bk_run_control plain = {.reproducible = true};
    cr_assert_eq(bk_set_threads(1), BK_OK);
    study_run(whole, &plain);
    cr_assert_eq(strlen(whole), 64, "%s", bk_error_message());
}

Test(modes, any_number_of_threads_gives_the_same_tree)
{
    static const int threads[] = {2, 3, 8};
    run_whole();
    for (size_t i = 0; i < 3; i++) {
        char hex[65];
        const bk_run_control plain = {.reproducible = true};
        cr_assert_eq(bk_set_threads(threads[i]), BK_OK);
        study_run(hex, &plain);
        cr_assert_str_eq(hex, whole, "%d threads", threads[i]);
    }
}

Test(modes, a_changed_trial_changes_the_digest)
{
    char hex[65];
    run_whole();
    study.shift = -1e-9;
    const bk_run_control plain = {.reproducible = true};
    study_run(hex, &plain);
    cr_assert_str_neq(hex, whole);
}

/* Stops after a few more polls each time, resumes with another number of threads, until the run is done. */
static void stop_and_resume(char *hex, bk_keep keep, uint64_t polls, const char *path)
{
    uint64_t rounds = 0;
    for (hex[0] = '\0'; hex[0] == '\0'; rounds++) {
        bk_run_control control = study_stop_after(rounds < 200 ? polls : UINT64_MAX);
        control.reproducible = true;
        control.keep = keep;
        control.checkpoint = path;
        control.resume = true;
        cr_assert_eq(bk_set_threads((int)(rounds % 3) + 1), BK_OK);
        bk_results *results = study_execute(&control);
        cr_assert(results != NULL || bk_error_status() == BK_STOPPED, "%s", bk_error_message());
        study_digest(hex, results);
        bk_results_destroy(results);
        if (hex[0] != '\0') {
            cr_assert_eq(bk_run_forget_checkpoint(&control), BK_OK);
        }
        cr_assert_eq(access(path, F_OK) == 0, hex[0] == '\0');
    }
    cr_assert_gt(rounds, 1);
}

Test(modes, stopped_and_resumed_at_any_poll_it_is_the_same_run)
{
    run_whole();
    for (uint64_t polls = 1; polls < 1500; polls = polls * 5 / 3 + 1) {
        char hex[65];
        stop_and_resume(hex, BK_KEEP_ALL, polls, study_path("run.h5.checkpoint"));
        cr_assert_str_eq(hex, whole, "stopped after %llu polls", (unsigned long long)polls);
    }
}

Test(modes, a_summary_run_resumes_too)
{
    char summary[65];
    const bk_run_control plain = {.reproducible = true, .keep = BK_KEEP_SUMMARY};
    study.trials = 5000;
    study_run(summary, &plain);
    for (uint64_t polls = 70; polls < 5000; polls *= 3) {
        char hex[65];
        stop_and_resume(hex, BK_KEEP_SUMMARY, polls, study_path("summary.h5.checkpoint"));
        cr_assert_str_eq(hex, summary, "stopped after %llu polls", (unsigned long long)polls);
    }
}

/* Whether two groups have the same attributes, bit for bit. */
static bool same_attributes(const bk_group *a, const bk_group *b)
{
    if (bk_group_attribute_count(a) != bk_group_attribute_count(b)) {
        return false;
    }
    for (size_t i = 0; i < bk_group_attribute_count(a); i++) {
        const bk_attribute x = bk_group_attribute(a, i);
        const bk_attribute y = bk_group_attribute(b, i);
        if (strcmp(x.name, y.name) != 0 || x.dtype != y.dtype ||
            (x.dtype != BK_TEXT && memcmp(x.values, y.values, bk_dtype_size(x.dtype)) != 0)) {
            return false;
        }
    }
    return true;
}

static bool same_column(const bk_group *a, const bk_group *b, const char *path)
{
    const bk_dataset *x = bk_dataset_find(a, path);
    const bk_dataset *y = bk_dataset_find(b, path);
    return x != NULL && y != NULL && bk_dataset_size(x) == bk_dataset_size(y) &&
           memcmp(bk_dataset_values(x), bk_dataset_values(y), bk_dataset_size(x) * 8) == 0;
}

Test(modes, summaries_have_the_same_bits_whether_values_are_kept_or_not)
{
    static const char *const groups[] = {"first/uniform", "first/count", "second/normal"};
    const bk_run_control all = {0};
    const bk_run_control summary = {.keep = BK_KEEP_SUMMARY};
    cr_assert_eq(bk_set_threads(3), BK_OK);
    bk_results *kept = study_execute(&all);
    bk_results *folded = study_execute(&summary);
    cr_assert(kept != NULL && folded != NULL, "%s", bk_error_message());
    for (size_t i = 0; i < 3; i++) {
        const bk_group *a = bk_group_find(bk_results_root(kept), groups[i]);
        const bk_group *b = bk_group_find(bk_results_root(folded), groups[i]);
        cr_assert(same_attributes(a, b), "%s", groups[i]);
        cr_assert(same_column(a, b, "quantile/low") && same_column(a, b, "quantile/high"));
        cr_assert_not_null(bk_dataset_find(a, "trial_value"));
        cr_assert_null(bk_dataset_find(b, "trial_value"));
    }
    const bk_group *a = bk_group_find(bk_results_root(kept), "first/count");
    const bk_group *b = bk_group_find(bk_results_root(folded), "first/count");
    cr_assert(same_column(a, b, "frequency/value") && same_column(a, b, "frequency/count"));
    cr_assert(
        same_column(bk_results_root(kept), bk_results_root(folded), "simulation/first part/block_digest"));
    bk_results_destroy(kept);
    bk_results_destroy(folded);
}

Test(modes, the_stage_is_computed_once)
{
    bk_run_control control = study_stop_after(500);
    control.checkpoint = study_path("stage.h5.checkpoint");
    control.resume = true;
    cr_assert_null(study_execute(&control));
    cr_assert_eq(study_seen.stages, 1);
    control.asked = NULL;
    bk_results *results = study_execute(&control);
    cr_assert_not_null(results, "%s", bk_error_message());
    cr_assert_eq(study_seen.stages, 1);
    cr_assert_eq(bk_group_real(bk_group_find(bk_results_root(results), "stage"), "answer"), 42.0);
    cr_assert_eq(bk_dataset_real(bk_dataset_find(bk_results_root(results), "stage/inner/square"), 2), 9.0);
    bk_results_destroy(results);
}

Test(modes, only_missing_trials_are_computed)
{
    bk_run_control control = study_stop_after(500);
    control.checkpoint = study_path("missing.h5.checkpoint");
    control.resume = true;
    cr_assert_eq(bk_set_threads(1), BK_OK);
    cr_assert_null(study_execute(&control));
    /* The stage polls once, so that poll 500 comes behind trial 498, in the eighth block of 64. */
    cr_assert_eq(study_seen.trials, 499);
    study_seen.trials = 0;
    control.asked = NULL;
    bk_results *results = study_execute(&control);
    cr_assert_not_null(results);
    cr_assert_eq(study_seen.trials, 1000 - 7 * 64 + 334);
    cr_assert_eq(study_seen.summaries, 1);
    bk_results_destroy(results);
}

/* ---- Shards ---- */

static bk_results *one_shard(unsigned shard, unsigned shards, bk_keep keep)
{
    const bk_run_control control = {.shard = shard, .shards = shards, .reproducible = true, .keep = keep};
    bk_results *tree = study_execute(&control);
    cr_assert_not_null(tree, "%s", bk_error_message());
    /* Through a file, as users do it. */
    const char *path = study_path("shard.h5");
    cr_assert_eq(bk_results_write_as(tree, path, true, BK_FILE_SHARD), BK_OK, "%s", bk_error_message());
    bk_results_destroy(tree);
    bk_results *read = bk_results_read_as(path, BK_FILE_SHARD);
    cr_assert_not_null(read, "%s", bk_error_message());
    return read;
}

static const char *const names[] = {"a.h5", "b.h5", "c.h5", "d.h5", "e.h5", "f.h5", "g.h5", "h.h5"};

static void merge_shards(char *hex, unsigned shards, bk_keep keep)
{
    bk_results *trees[8];
    for (unsigned i = 0; i < shards; i++) {
        cr_assert_eq(bk_set_threads((int)(i % 3) + 1), BK_OK);
        trees[(i * 3 + 1) % shards] = one_shard(i + 1, shards, keep);
    }
    const bk_run_control control = {.reproducible = true, .keep = keep};
    study_seen.trials = 0;
    bk_results *results = study_merge(&control, (const bk_results *const *)trees, names, shards);
    cr_assert_not_null(results, "%s", bk_error_message());
    cr_assert_eq(study_seen.trials, 0);
    study_digest(hex, results);
    bk_results_destroy(results);
    for (unsigned i = 0; i < shards; i++) {
        bk_results_destroy(trees[i]);
    }
}

Test(modes, one_and_eight_shards_merge_into_the_whole)
{
    char hex[65];
    run_whole();
    merge_shards(hex, 1, BK_KEEP_ALL);
    cr_assert_str_eq(hex, whole);
    merge_shards(hex, 8, BK_KEEP_ALL);
    cr_assert_str_eq(hex, whole);
}

Test(modes, shards_without_values_merge_too)
{
    char hex[65];
    char summary[65];
    const bk_run_control plain = {.reproducible = true, .keep = BK_KEEP_SUMMARY};
    study_run(summary, &plain);
    merge_shards(hex, 8, BK_KEEP_SUMMARY);
    cr_assert_str_eq(hex, summary);
}

static void refused(const bk_results *const *shards, size_t n, const char *text)
{
    const bk_run_control control = {.reproducible = true};
    cr_assert_null(study_merge(&control, shards, names, n));
    cr_assert_eq(bk_error_status(), BK_INVALID, "%s", bk_error_message());
    cr_assert_not_null(strstr(bk_error_message(), text), "no '%s' in: %s", text, bk_error_message());
}

Test(modes, shards_that_do_not_make_one_run_are_refused)
{
    bk_results *first = one_shard(1, 3, BK_KEEP_ALL);
    bk_results *second = one_shard(2, 3, BK_KEEP_ALL);
    bk_results *third = one_shard(3, 3, BK_KEEP_ALL);
    bk_results *half = one_shard(1, 2, BK_KEEP_ALL);
    const bk_results *const gap[] = {first, third};
    refused(gap, 2, "shards are missing: 2/3");
    const bk_results *const twice[] = {first, second, first};
    refused(twice, 3, "a.h5 and c.h5 are both shard 1/3");
    const bk_results *const mixed[] = {first, half};
    refused(mixed, 2, "do not belong together");
    refused(gap, 0, "no shards");
    bk_results *folded = one_shard(2, 3, BK_KEEP_SUMMARY);
    const bk_results *const kinds[] = {first, folded, third};
    refused(kinds, 3, "keep (there: summary, here: all)");
    bk_results *trees[] = {first, second, third, half, folded};
    for (size_t i = 0; i < 5; i++) {
        bk_results_destroy(trees[i]);
    }
}

/* Shards of other numbers of trials, forged to look like shards of one run, overlap or leave a gap. */
Test(modes, blocks_that_overlap_or_are_missing_are_named)
{
    bk_results *first = one_shard(1, 2, BK_KEEP_ALL);
    bk_results *second = one_shard(1, 2, BK_KEEP_ALL);
    cr_assert_eq(bk_group_set_unsigned(bk_results_root(second), "shard", 2), BK_OK);
    cr_assert_eq(bk_results_write_as(second, study_path("forged.h5"), true, BK_FILE_SHARD), BK_OK);
    const bk_results *const overlap[] = {first, second};
    refused(overlap, 2, "a.h5 and b.h5 overlap: both have trial 0 of 'first part'");
    bk_results *third = one_shard(3, 3, BK_KEEP_ALL);
    cr_assert_eq(bk_group_set_unsigned(bk_results_root(third), "shard", 2), BK_OK);
    cr_assert_eq(bk_group_set_unsigned(bk_results_root(third), "shards", 2), BK_OK);
    cr_assert_eq(bk_results_write_as(third, study_path("forged.h5"), true, BK_FILE_SHARD), BK_OK);
    const bk_results *const gap[] = {first, third};
    refused(gap, 2, "leave a gap: trials 512 to 639 of 'first part'");
    bk_results_destroy(first);
    bk_results_destroy(second);
    bk_results_destroy(third);
}

Test(modes, what_needs_all_trials_is_refused_in_shards)
{
    const bk_run_control control = {.shard = 1, .shards = 2};
    study.needs = "first part";
    cr_assert_null(study_execute(&control));
    cr_assert_eq(bk_error_status(), BK_UNSUPPORTED);
    cr_assert_not_null(strstr(bk_error_message(), "needs all trials of 'first part'"));
    const bk_run_control whole_run = {0};
    bk_results *results = study_execute(&whole_run);
    cr_assert_not_null(results);
    bk_results_destroy(results);
}

Test(modes, a_shard_that_does_not_exist_is_refused)
{
    const bk_run_control control = {.shard = 9, .shards = 8};
    cr_assert_null(study_execute(&control));
    cr_assert_eq(bk_error_status(), BK_INVALID);
    cr_assert_not_null(strstr(bk_error_message(), "shard 9 of 8 does not exist"));
}

Test(modes, a_shard_stops_and_resumes)
{
    bk_run_control control = study_stop_after(90);
    control.shard = 2;
    control.shards = 3;
    control.checkpoint = study_path("shard.h5.checkpoint");
    control.resume = true;
    bk_results *first = NULL;
    for (int i = 0; first == NULL; i++) {
        study_seen.polls = 0;
        first = study_execute(&control);
        cr_assert(first != NULL || bk_error_status() == BK_STOPPED, "%s", bk_error_message());
        cr_assert_lt(i, 100);
    }
    const bk_run_control direct = {.shard = 2, .shards = 3};
    bk_results *second = study_execute(&direct);
    char a[65];
    char b[65];
    study_digest(a, first);
    study_digest(b, second);
    cr_assert_str_eq(a, b);
    bk_results_destroy(first);
    bk_results_destroy(second);
}

/* ---- A rehearsal ---- */

Test(modes, a_rehearsal_tells_what_the_run_would_take)
{
    bk_text page = {0};
    bk_options *values = bk_options_create(study_experiment.options, 1);
    study.trials = 1000000;
    cr_assert_eq(bk_run_rehearse(&page, &study_experiment, values, 1, NULL, 0.01), BK_OK, "%s",
                 bk_error_message());
    bk_options_destroy(values);
    cr_assert_not_null(strstr(bk_text_string(&page), "1000000, in 15625 blocks of 64; 2 outputs each"));
    cr_assert_not_null(strstr(bk_text_string(&page), "purpose 1024, index 0 to 999999"));
    cr_assert_eq(study_seen.summaries, 0);
    cr_assert_lt(study_seen.trials, 900000);
    bk_text_clear(&page);
}
