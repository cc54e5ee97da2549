/* SPDX-License-Identifier: GPL-3.0-or-later
 * A run beside the file that it wrote: it agrees, whatever was kept and however it is compared, and a
 * difference is named by its address. The faults are planted in the run, so that the file is always whole. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "sim/part.h"
#include "study.h"

TestSuite(verify, .init = study_reset);

/* Before it is written, so that the digests of the file fit. */
typedef void change(bk_group *root);

/* The file of a run with the switches as they are, but for one change. */
static bk_results *forged_file(const bk_run_control *control, change *forge)
{
    const char *path = study_path("results.h5");
    bk_results *results = study_execute(control);
    cr_assert_not_null(results, "%s", bk_error_message());
    if (forge != NULL) {
        forge(bk_results_root(results));
    }
    cr_assert_eq(bk_results_write(results, path, true), BK_OK, "%s", bk_error_message());
    bk_results_destroy(results);
    results = bk_results_read(path);
    cr_assert_not_null(results, "%s", bk_error_message());
    return results;
}

static bk_results *file_of(const bk_run_control *control) { return forged_file(control, NULL); }

static const bk_verify_request everything = {.sample = 0};

static void agrees(const bk_results *file, const bk_run_control *control, const bk_verify_request *request,
                   const char *expected)
{
    bk_text page = {0};
    const bk_status status = study_verify(&page, file, control, request);
    cr_assert_eq(status, BK_OK, "%s", bk_error_message());
    cr_assert_not_null(strstr(bk_text_string(&page), expected), "no '%s' in\n%s", expected,
                       bk_text_string(&page));
    bk_text_clear(&page);
}

static void differs(const bk_results *file, const bk_run_control *control, const bk_verify_request *request,
                    const char *expected)
{
    bk_text page = {0};
    const bk_status status = study_verify(&page, file, control, request);
    cr_assert_eq(status, BK_MISMATCH, "%s: %s", expected, bk_status_name(status));
    cr_assert_not_null(strstr(bk_error_message(), expected), "no '%s' in\n%s", expected, bk_error_message());
    cr_assert_eq(page.length, 0);
    bk_text_clear(&page);
}

/* ---- Files that are right ---- */

static const bk_run_control kinds[] = {
    {.keep = BK_KEEP_ALL},
    {.keep = BK_KEEP_SUMMARY},
    {.keep = BK_KEEP_ALL, .reproducible = true},
    {.keep = BK_KEEP_ALL, .stop = {.kind = BK_STOP_MCSE, .output = "uniform", .target = 0.0085}},
    {.keep = BK_KEEP_SUMMARY,
     .stop = {.kind = BK_STOP_WIDTH, .output = "uniform", .target = 0.1, .level = 0.9}},
};
#define N_KINDS (sizeof kinds / sizeof kinds[0])

Test(verify, every_kind_of_file_agrees_on_any_number_of_threads)
{
    study.trials = 2000;
    for (size_t i = 0; i < N_KINDS; i++) {
        bk_results *file = file_of(&kinds[i]);
        for (int threads = 1; threads <= 3; threads++) {
            cr_assert_eq(bk_set_threads(threads), BK_OK);
            agrees(file, &kinds[i], &everything, "the same bits\n");
        }
        bk_results_destroy(file);
    }
}

Test(verify, every_kind_of_file_agrees_by_samples)
{
    study.trials = 2000;
    for (size_t i = 0; i < N_KINDS; i++) {
        bk_results *file = file_of(&kinds[i]);
        for (uint64_t sample = 1; sample <= 64; sample *= 4) {
            const bk_verify_request request = {.sample = sample, .sample_seed = sample};
            study_seen.trials = 0;
            agrees(file, &kinds[i], &request,
                   kinds[i].keep == BK_KEEP_ALL ? "the same bits\n" : "that may depend on all trials");
            /* No more than the sample was computed. */
            cr_assert_leq(study_seen.trials, 2 * sample * 64);
            cr_assert_geq(study_seen.trials, 64);
        }
        bk_results_destroy(file);
    }
}

Test(verify, another_stopping_rule_is_named)
{
    study.trials = 2000;
    bk_results *file = file_of(&kinds[3]);
    uint64_t trials = 0;
    const bk_group *root = bk_results_root(file);
    cr_assert(bk_group_unsigned(&trials, bk_group_find(root, "simulation/first part"), "trials"));
    cr_assert_lt(trials, 2000, "the rule has to end it early for this test");
    bk_run_control control = kinds[3];
    control.stop.target = 0.02;
    differs(file, &control, &everything,
            "/config/text is 'stop-mcse = uniform=0.0085' in the file, but 'stop-mcse = uniform=0.02'");
    bk_results_destroy(file);
}

/* ---- Differences ---- */

Test(verify, a_trial_is_named_by_its_address)
{
    bk_results *file = file_of(NULL);
    study.shift = -1e-9;
    differs(file, NULL, &everything,
            "'first part', trial 100 (block 1, stream (seed 1, purpose 1024, index 100)");
    differs(file, NULL, &everything, "uniform is ");
    differs(file, NULL, &everything, "(/first/uniform/trial_value [trial 100])");
    const bk_verify_request all = {.sample = 1000};
    differs(file, NULL, &all, "trial 100 (block 1");
    bk_results_destroy(file);
}

Test(verify, without_values_the_block_is_named)
{
    const bk_run_control summary = {.keep = BK_KEEP_SUMMARY};
    const bk_verify_request all = {.sample = 1000};
    bk_results *file = file_of(&summary);
    study.shift = -1e-9;
    differs(file, &summary, &everything, "'first part', block 1 (trials 64 to 127");
    differs(file, &summary, &all, "'first part', block 1 (trials 64 to 127");
    bk_results_destroy(file);
}

/* 16 blocks, one of them wrong: a sample of 4 finds it where it takes it, one time in four. Of 200 samples 50
 * are expected; 20 to 90 has a probability of failure below 1e-6. */
Test(verify, a_sample_finds_what_it_looks_at)
{
    const bk_run_control summary = {.keep = BK_KEEP_SUMMARY};
    bk_results *file = file_of(&summary);
    int found = 0;
    study.shift = -1e-9;
    for (uint64_t seed = 0; seed < 200; seed++) {
        const bk_verify_request request = {.sample = 4, .sample_seed = seed};
        bk_text page = {0};
        const bk_status status = study_verify(&page, file, &summary, &request);
        cr_assert(status == BK_OK || status == BK_MISMATCH);
        found += status == BK_MISMATCH;
        bk_text_clear(&page);
        page = (bk_text){0};
        /* The same seed takes the same blocks. */
        cr_assert_eq(study_verify(&page, file, &summary, &request), status);
        bk_text_clear(&page);
    }
    cr_assert(found > 20 && found < 90, "%d of 200", found);
    bk_results_destroy(file);
}

Test(verify, what_stands_before_the_trials_is_named_first)
{
    bk_results *file = file_of(NULL);
    study.shift = -1e-9;
    study.extra = true;
    differs(file, NULL, &everything, "the attribute /stage@extra is missing in the file");
    study.shift = 0.0;
    differs(file, NULL, &everything, "the attribute /stage@extra is missing in the file");
    bk_results_destroy(file);
    file = file_of(NULL);
    study.extra = false;
    differs(file, NULL, &everything, "/stage@extra is in the file, but the run does not make it");
    bk_results_destroy(file);
}

Test(verify, another_number_of_trials_is_told_before_any_is_computed)
{
    bk_results *file = file_of(NULL);
    study.trials = 1001;
    study_seen.trials = 0;
    differs(file, NULL, &everything, "/simulation/first part@trials_asked is 1000 in the file, but 1001");
    cr_assert_eq(study_seen.trials, 0);
    bk_results_destroy(file);
}

/* ---- Values that pass through libm ---- */

Test(verify, an_inexact_output_may_be_off_by_its_tolerance_and_no_more)
{
    const bk_verify_request exact = {.exact = true};
    const bk_verify_request sample = {.sample = 1000};
    const bk_run_control summary = {.keep = BK_KEEP_SUMMARY};
    study.inexact = true;
    bk_results *file = file_of(NULL);
    bk_results *folded = file_of(&summary);
    /* The value of trial 100 is between 0.1 and 1. */
    study.shift = -2e-14;
    agrees(file, NULL, &everything, "that pass through libm");
    agrees(file, NULL, &sample, "the same bits\n");
    agrees(folded, &summary, &everything, "that pass through libm");
    agrees(folded, &summary, &sample,
           "digests of 1 of 16 blocks differ; they cover values that pass through libm and "
           "cannot be judged without --exact");
    differs(file, NULL, &exact, "trial 100");
    differs(folded, &summary, &exact, "block 1");
    study.shift = -1e-11;
    differs(file, NULL, &everything, "trial 100");
    study.shift = -2e-14;
    study.inexact = false;
    differs(file, NULL, &everything, "trial 100");
    bk_results_destroy(file);
    bk_results_destroy(folded);
}

/* ---- Digests and values that were made to fit each other ---- */

static uint64_t *digests_of(bk_group *root)
{
    return (uint64_t *)bk_dataset_values(bk_dataset_find(root, "simulation/first part/block_digest"));
}

static void wrong_digest(bk_group *root) { digests_of(root)[1] ^= 1; }

/* Another value of trial 3, with the digest that block 0 then has. */
static void put_value(bk_group *root, double value, uint32_t number)
{
    double block[2 * 64];
    double *uniform = (double *)bk_dataset_values(bk_dataset_find(root, "first/uniform/trial_value"));
    uint32_t *count = (uint32_t *)bk_dataset_values(bk_dataset_find(root, "first/count/trial_value"));
    uniform[3] = value;
    count[3] = number;
    for (size_t i = 0; i < 64; i++) {
        block[2 * i] = uniform[i];
        block[2 * i + 1] = count[i];
    }
    digests_of(root)[0] = bk_block_digest(block, 2 * 64);
}

static void out_of_range(bk_group *root) { put_value(root, 2.0, 0); }
static void not_a_number(bk_group *root) { put_value(root, (double)NAN, 0); }
static void too_many(bk_group *root) { put_value(root, 0.5, UINT32_MAX); }

/* A seed with which a sample of one block is not block 0, so that no trial tells. */
static bk_verify_request beside_block_0(const bk_results *file, const bk_run_control *control)
{
    bk_verify_request request = {.sample = 1};
    const double shift = study.shift;
    study.shift = -1e-9;
    for (;; request.sample_seed++) {
        bk_text page = {0};
        const bk_status status = study_verify(&page, file, control, &request);
        bk_text_clear(&page);
        if (status == BK_MISMATCH && strstr(bk_error_message(), "trial 100") != NULL) {
            break;
        }
        cr_assert_lt(request.sample_seed, 200);
    }
    study.shift = shift;
    return request;
}

Test(verify, values_that_the_run_takes_from_the_file_are_such_as_a_trial_may_give)
{
    bk_results *file = file_of(NULL);
    const bk_verify_request sample = beside_block_0(file, NULL);
    agrees(file, NULL, &sample, "the same bits\n");
    bk_results_destroy(file);
    file = forged_file(NULL, out_of_range);
    differs(file, NULL, &sample,
            "'first part', trial 3: output uniform is 2, outside its declared range [0, 1]");
    differs(file, NULL, &sample, "in the file (/first/uniform/trial_value [trial 3])");
    bk_results_destroy(file);
    file = forged_file(NULL, not_a_number);
    differs(file, NULL, &sample, "/first/uniform/trial_value [trial 3]");
    bk_results_destroy(file);
    study.count_range = true;
    file = forged_file(NULL, too_many);
    differs(file, NULL, &sample, "output count is 4.29497e+09, outside its declared range [0, 6]");
    bk_results_destroy(file);
}

Test(verify, a_digest_of_inexact_values_that_are_kept_is_that_of_the_file_s_values)
{
    const bk_verify_request sample = {.sample = 1000};
    study.inexact = true;
    bk_results *file = forged_file(NULL, wrong_digest);
    /* The value of trial 100, in this block, is off by less than its tolerance. */
    study.shift = -2e-14;
    differs(file, NULL, &everything, "block_digest [block 1] is not the digest of its values");
    differs(file, NULL, &sample, "block_digest [block 1] is not the digest of its values");
    bk_results_destroy(file);
}

Test(verify, a_digest_that_cannot_be_judged_is_counted_and_not_said_to_agree)
{
    const bk_verify_request sample = {.sample = 1000};
    const bk_verify_request exact = {.exact = true};
    const bk_run_control summary = {.keep = BK_KEEP_SUMMARY};
    study.inexact = true;
    bk_results *file = forged_file(&summary, wrong_digest);
    for (int sampled = 0; sampled < 2; sampled++) {
        bk_text page = {0};
        cr_assert_eq(study_verify(&page, file, &summary, sampled ? &sample : &everything), BK_OK, "%s",
                     bk_error_message());
        const char *text = bk_text_string(&page);
        cr_assert_not_null(
            strstr(text, "digests of 1 of 16 blocks differ; they cover values that pass through libm"), "%s",
            text);
        cr_assert_not_null(strstr(text, "--exact"), "%s", text);
        cr_assert_null(strstr(text, "'first part' (1000 trials) agree"), "%s", text);
        cr_assert_not_null(strstr(text, "all 6 blocks of 'second' (334 trials) agree"), "%s", text);
        bk_text_clear(&page);
    }
    differs(file, &summary, &exact, "block_digest [block 1] is not the digest of what its trials gave");
    study.inexact = false;
    differs(file, &summary, &everything, "block_digest [block 1] is not the digest of what its trials gave");
    bk_results_destroy(file);
}

Test(verify, an_exact_output_that_is_not_kept_is_in_the_digest)
{
    study.inexact = true;
    study.count_lost = true;
    bk_results *file = forged_file(NULL, wrong_digest);
    /* The inexact output is kept, so that the digest has to fit all the same. */
    study.shift = -2e-14;
    differs(file, NULL, &everything, "block_digest [block 1] is not the digest of");
    bk_results_destroy(file);
    file = file_of(NULL);
    study.shift = 0.0;
    agrees(file, NULL, &everything, "(1000 trials) agree\n");
    bk_results_destroy(file);
}

/* ---- Simulations that need another one ---- */

Test(verify, a_simulation_that_needs_trials_which_are_not_there_is_left_out_and_told)
{
    const bk_verify_request sample = {.sample = 2, .sample_seed = 1};
    const bk_run_control summary = {.keep = BK_KEEP_SUMMARY};
    study.needs = "first part";
    bk_results *file = file_of(&summary);
    agrees(file, &summary, &sample, "none of 'second'");
    agrees(file, &summary, &everything, "the same bits\n");
    bk_results_destroy(file);
    file = file_of(NULL);
    agrees(file, NULL, &sample, "of 'second' (334 trials) agree\n");
    bk_results_destroy(file);
}

/* ---- Replay ---- */

static double output_of(const bk_results *replayed, const char *column, size_t i)
{
    return bk_dataset_real(bk_dataset_find(bk_results_root((bk_results *)replayed), column), i);
}

Test(verify, a_replayed_trial_is_that_of_the_file)
{
    bk_results *file = file_of(NULL);
    const bk_dataset *values = bk_dataset_find(bk_results_root(file), "first/uniform/trial_value");
    const bk_dataset *normals = bk_dataset_find(bk_results_root(file), "second/normal/trial_value");
    for (uint64_t trial = 0; trial < 1000; trial += 333) {
        bk_results *replayed = NULL;
        study_seen.trials = 0;
        cr_assert_eq(study_replay(&replayed, file, "first part", trial), BK_OK, "%s", bk_error_message());
        cr_assert_eq(study_seen.trials, 1);
        cr_assert_eq(output_of(replayed, "output/value", 0), bk_dataset_real(values, (size_t)trial));
        cr_assert_eq(output_of(replayed, "output/stored", 0), bk_dataset_real(values, (size_t)trial));
        bk_results_destroy(replayed);
        if (trial < 334) {
            cr_assert_eq(study_replay(&replayed, file, "second", trial), BK_OK, "%s", bk_error_message());
            cr_assert_eq(output_of(replayed, "output/value", 0), bk_dataset_real(normals, (size_t)trial));
            bk_results_destroy(replayed);
        }
    }
    bk_results_destroy(file);
}

Test(verify, a_replayed_trial_that_differs_is_shown_and_refused)
{
    bk_results *file = file_of(NULL);
    bk_results *replayed = NULL;
    study.shift = -1e-9;
    cr_assert_eq(study_replay(&replayed, file, "first part", 99), BK_OK);
    bk_results_destroy(replayed);
    cr_assert_eq(study_replay(&replayed, file, "first part", 100), BK_MISMATCH);
    cr_assert_not_null(replayed);
    cr_assert_not_null(strstr(bk_error_message(), "trial 100: uniform is"), "%s", bk_error_message());
    bk_results_destroy(replayed);
    bk_results_destroy(file);
}

static void refuses(const bk_results *file, const char *name, uint64_t trial, bk_status expected,
                    const char *text)
{
    bk_results *replayed = NULL;
    const bk_status status = study_replay(&replayed, file, name, trial);
    cr_assert_eq(status, expected, "%s: %s", text, bk_status_name(status));
    cr_assert_null(replayed);
    cr_assert_not_null(strstr(bk_error_message(), text), "no '%s' in %s", text, bk_error_message());
}

Test(verify, a_replay_says_what_there_is)
{
    const bk_run_control summary = {.keep = BK_KEEP_SUMMARY};
    bk_results *file = file_of(NULL);
    refuses(file, NULL, 0, BK_INVALID, "which of first part, second?");
    refuses(file, "third", 0, BK_INVALID, "there is no 'third'; the file has first part, second");
    refuses(file, "first part", 1000, BK_INVALID,
            "there is no trial 1000; 'first part' has the trials 0 to 999");
    bk_results_destroy(file);
    study.needs = "first part";
    file = file_of(&summary);
    refuses(file, "second", 0, BK_UNSUPPORTED, "needs all trials of 'first part'");
    bk_results_destroy(file);
}
