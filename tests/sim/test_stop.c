/* SPDX-License-Identifier: GPL-3.0-or-later
 * Stopping rules: where they look, that nothing beyond the look is computed, and that a stopped simulation is
 * the same whatever happened on the way. */
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "study.h"

TestSuite(stop, .init = study_reset);

static const bk_group *stop_group(const bk_results *results)
{
    return bk_group_find(bk_results_root((bk_results *)results), "simulation/first part/stop");
}

static uint64_t trials_of(const bk_results *results)
{
    uint64_t trials = 0;
    (void)bk_group_unsigned(
        &trials, bk_group_find(bk_results_root((bk_results *)results), "simulation/first part"), "trials");
    return trials;
}

Test(stop, a_precision_rule_ends_at_the_first_look_that_reaches_it)
{
    const bk_run_control control = {.stop = {.kind = BK_STOP_MCSE, .output = "uniform", .target = 0.006}};
    study.trials = 20000;
    cr_assert_eq(bk_set_threads(3), BK_OK);
    bk_results *results = study_execute(&control);
    cr_assert_not_null(results, "%s", bk_error_message());
    /* sd of a uniform is 0.2887: 0.006 needs about 2315 trials, which is 37 blocks; looks are at 16, 20, 25,
     * 31, 38 blocks. */
    cr_assert_eq(trials_of(results), 38 * 64);
    cr_assert_eq(study_seen.trials, 38 * 64 + 20000 / 3 + 1);
    const bk_dataset *mcse = bk_dataset_find(stop_group(results), "mcse");
    cr_assert_eq(bk_dataset_size(mcse), 5);
    cr_assert_gt(bk_dataset_real(mcse, 3), 0.006);
    cr_assert_leq(bk_dataset_real(mcse, 4), 0.006);
    cr_assert_eq(bk_group_real(stop_group(results), "reached"), 1.0);
    cr_assert_not_null(strstr(bk_group_text(stop_group(results), "promise"), "no coverage"));
    const bk_dataset *values = bk_dataset_find(bk_results_root(results), "first/uniform/trial_value");
    cr_assert_eq(bk_dataset_size(values), 38 * 64);
    bk_results_destroy(results);
}

Test(stop, a_width_rule_holds_the_mean_in_its_sequence)
{
    const bk_run_control control = {
        .stop = {.kind = BK_STOP_WIDTH, .output = "uniform", .target = 0.05, .level = 0.95}};
    study.trials = 200000;
    cr_assert_eq(bk_set_threads(2), BK_OK);
    bk_results *results = study_execute(&control);
    cr_assert_not_null(results, "%s", bk_error_message());
    const bk_group *group = stop_group(results);
    const bk_dataset *low = bk_dataset_find(group, "low");
    const bk_dataset *high = bk_dataset_find(group, "high");
    const size_t last = bk_dataset_size(low) - 1;
    cr_assert_lt(trials_of(results), 200000);
    for (size_t i = 0; i <= last; i++) {
        const double width = bk_dataset_real(high, i) - bk_dataset_real(low, i);
        cr_assert_eq(width <= 0.05, i == last);
        cr_assert(bk_dataset_real(low, i) < 0.5 && bk_dataset_real(high, i) > 0.5);
    }
    cr_assert_str_eq(bk_group_text(group, "method"), "betting-sequence");
    cr_assert_str_eq(bk_group_text(group, "guarantee"), "finite-sample");
    bk_results_destroy(results);
}

Test(stop, without_a_range_the_sequence_is_labelled_asymptotic)
{
    const bk_run_control control = {
        .stop = {.kind = BK_STOP_WIDTH, .output = "uniform", .target = 0.05, .level = 0.95}};
    study.trials = 200000;
    study.no_range = true;
    bk_results *results = study_execute(&control);
    cr_assert_not_null(results, "%s", bk_error_message());
    cr_assert_str_eq(bk_group_text(stop_group(results), "guarantee"), "asymptotic");
    cr_assert_lt(trials_of(results), 200000);
    bk_results_destroy(results);
}

Test(stop, a_target_out_of_reach_takes_all_trials_and_says_so)
{
    const bk_run_control control = {.stop = {.kind = BK_STOP_MCSE, .output = "count", .target = 1e-9}};
    bk_results *results = study_execute(&control);
    cr_assert_not_null(results, "%s", bk_error_message());
    cr_assert_eq(trials_of(results), 1000);
    cr_assert_eq(bk_group_real(stop_group(results), "reached"), 0.0);
    bk_results_destroy(results);
}

Test(stop, interrupted_and_resumed_it_stops_at_the_same_trial)
{
    bk_run_control control = {
        .stop = {.kind = BK_STOP_WIDTH, .output = "uniform", .target = 0.05, .level = 0.9},
        .reproducible = true};
    char whole[65];
    char hex[65] = "";
    study.trials = 200000;
    study_run(whole, &control);
    for (int keep = 0; keep < 2; keep++) {
        control.keep = keep == 0 ? BK_KEEP_ALL : BK_KEEP_SUMMARY;
        control.checkpoint = NULL;
        study_run(whole, &control);
        for (hex[0] = '\0'; hex[0] == '\0';) {
            bk_run_control part = study_stop_after(2000);
            part.keep = control.keep;
            part.stop = control.stop;
            part.reproducible = part.resume = true;
            part.checkpoint = study_path(keep == 0 ? "a.h5.checkpoint" : "b.h5.checkpoint");
            bk_results *results = study_execute(&part);
            cr_assert(results != NULL || bk_error_status() == BK_STOPPED, "%s", bk_error_message());
            study_digest(hex, results);
            bk_results_destroy(results);
        }
        cr_assert_str_eq(hex, whole);
    }
}

static void refused(bk_run_control control, const char *text)
{
    cr_assert_null(study_execute(&control));
    cr_assert_eq(bk_error_status(), BK_INVALID, "%s", bk_error_message());
    cr_assert_not_null(strstr(bk_error_message(), text), "no '%s' in: %s", text, bk_error_message());
}

Test(stop, rules_that_make_no_sense_are_refused)
{
    const bk_stop_rule rule = {.kind = BK_STOP_MCSE, .output = "uniform", .target = 0.1, .level = 0.9};
    bk_run_control control = {.stop = rule};
    control.stop.output = "unifrom";
    refused(control, "its outputs are uniform, count");
    control.stop.output = NULL;
    refused(control, "must name an output of 'first part' (NAME=X), one of uniform, count");
    control.stop = rule;
    control.stop.target = 0.0;
    refused(control, "target is 0");
    control.stop.target = (double)NAN;
    refused(control, "target is nan");
    control.stop = rule;
    control.stop.kind = BK_STOP_WIDTH;
    control.stop.level = 1.0;
    refused(control, "level is 1");
    control.stop = rule;
    control.shard = control.shards = 1;
    refused(control, "leave out the rule or the shards");
}
