/* SPDX-License-Identifier: GPL-3.0-or-later
 * Checkpoints: when they are written, when they are refused, and that a bad one changes nothing. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "study.h"

TestSuite(checkpoint, .init = study_reset);

/* Leaves the checkpoint of a run that was stopped half-way, at a new path. */
static const char *stopped_run(const char *name)
{
    bk_run_control control = study_stop_after(500);
    control.checkpoint = study_path(name);
    cr_assert_null(study_execute(&control));
    cr_assert_eq(bk_error_status(), BK_STOPPED, "%s", bk_error_message());
    cr_assert_eq(bk_status_exit_code(bk_error_status()), 5);
    cr_assert_eq(access(control.checkpoint, F_OK), 0);
    return control.checkpoint;
}

static char *read_file(const char *path, size_t *size)
{
    FILE *file = fopen(path, "rb");
    cr_assert_not_null(file);
    cr_assert_eq(fseek(file, 0, SEEK_END), 0);
    *size = (size_t)ftell(file);
    rewind(file);
    char *bytes = malloc(*size + 1);
    cr_assert_eq(fread(bytes, 1, *size, file), *size);
    fclose(file);
    return bytes;
}

static void write_file(const char *path, const char *bytes, size_t size)
{
    FILE *file = fopen(path, "wb");
    cr_assert_not_null(file);
    cr_assert_eq(fwrite(bytes, 1, size, file), size);
    fclose(file);
}

static void refused(const bk_run_control *control, bk_status status, const char *text)
{
    size_t before_size;
    size_t after_size;
    char *before = read_file(control->checkpoint, &before_size);
    cr_assert_null(study_execute(control));
    cr_assert_eq(bk_error_status(), status, "%s", bk_error_message());
    cr_assert_not_null(strstr(bk_error_message(), text), "no '%s' in: %s", text, bk_error_message());
    char *after = read_file(control->checkpoint, &after_size);
    cr_assert(before_size == after_size && memcmp(before, after, after_size) == 0,
              "the checkpoint has changed");
    free(before);
    free(after);
}

Test(checkpoint, one_in_the_way_is_refused_unless_forced)
{
    bk_run_control control = {.checkpoint = stopped_run("way.h5.checkpoint")};
    refused(&control, BK_FILE, "go on with it by --resume, or discard it by --force");
    control.force = true;
    bk_results *results = study_execute(&control);
    cr_assert_not_null(results, "%s", bk_error_message());
    bk_results_destroy(results);
}

Test(checkpoint, another_seed_is_named)
{
    const bk_run_control control = {.checkpoint = stopped_run("seed.h5.checkpoint"), .resume = true};
    bk_options *values = bk_options_create(study_experiment.options, 1);
    cr_assert_null(bk_run_execute(&study_experiment, values, 2, &control));
    cr_assert_eq(bk_error_status(), BK_INVALID);
    cr_assert_not_null(strstr(bk_error_message(), "seed (there: 1, here: 2)"), "%s", bk_error_message());
    bk_options_destroy(values);
}

Test(checkpoint, every_differing_key_is_named)
{
    bk_run_control control = {
        .checkpoint = stopped_run("keys.h5.checkpoint"), .resume = true, .keep = BK_KEEP_SUMMARY};
    bk_options *values = bk_options_create(study_experiment.options, 1);
    cr_assert_eq(bk_options_set(values, "flavour", "7", "test"), BK_OK);
    cr_assert_null(bk_run_execute(&study_experiment, values, 1, &control));
    cr_assert_eq(bk_error_status(), BK_INVALID);
    cr_assert_not_null(
        strstr(bk_error_message(), "keep (there: all, here: summary), flavour (there: 1, here: 7)"), "%s",
        bk_error_message());
    control.keep = BK_KEEP_ALL;
    control.stop = (bk_stop_rule){.kind = BK_STOP_MCSE, .output = "uniform", .target = 0.25};
    refused(&control, BK_INVALID, "stop-mcse (there: not given, here: uniform=0.25)");
    bk_options_destroy(values);
}

Test(checkpoint, another_experiment_is_named)
{
    bk_experiment other = study_experiment;
    other.name = "other";
    const bk_run_control control = {.checkpoint = stopped_run("other.h5.checkpoint"), .resume = true};
    bk_options *values = bk_options_create(study_experiment.options, 1);
    cr_assert_null(bk_run_execute(&other, values, 1, &control));
    cr_assert_eq(bk_error_status(), BK_INVALID);
    cr_assert_not_null(strstr(bk_error_message(), "experiment there is 'study', here 'other'"), "%s",
                       bk_error_message());
    bk_options_destroy(values);
}

Test(checkpoint, a_changed_program_is_noticed)
{
    const bk_run_control control = {.checkpoint = stopped_run("program.h5.checkpoint"), .resume = true};
    study.trials = 1001;
    refused(&control, BK_INVALID,
            "'first part' has 1000 trials in blocks of 64 there, 1001 in blocks of 64 here");
}

Test(checkpoint, another_shard_is_refused)
{
    const bk_run_control control = {
        .checkpoint = stopped_run("shard.h5.checkpoint"), .resume = true, .shard = 1, .shards = 2};
    refused(&control, BK_INVALID, "belongs to a whole run, and this run is shard 1/2");
}

Test(checkpoint, a_results_file_is_no_checkpoint)
{
    const bk_run_control plain = {0};
    bk_results *results = study_execute(&plain);
    const char *path = study_path("results.h5");
    cr_assert_eq(bk_results_write(results, path, false), BK_OK, "%s", bk_error_message());
    bk_results_destroy(results);
    const bk_run_control control = {.checkpoint = path, .resume = true};
    refused(&control, BK_FORMAT, "it is a results file, not the checkpoint of a run");
}

Test(checkpoint, a_checkpoint_is_no_results_file)
{
    cr_assert_null(bk_results_read(stopped_run("kind.h5.checkpoint")));
    cr_assert_eq(bk_error_status(), BK_FORMAT);
    cr_assert_not_null(strstr(bk_error_message(), "finish it with run --resume"), "%s", bk_error_message());
}

Test(checkpoint, damage_of_every_class_is_refused)
{
    const char *path = stopped_run("damage.h5.checkpoint");
    size_t size;
    char *bytes = read_file(path, &size);
    const bk_run_control control = {.checkpoint = path, .resume = true};
    write_file(path, bytes, 0);
    refused(&control, BK_FORMAT, "it is empty");
    for (size_t cut = 1; cut < size; cut = cut * 3 + 1) {
        write_file(path, bytes, cut);
        refused(&control, BK_FORMAT, "damage.h5.checkpoint");
    }
    write_file(path, bytes, size - 1);
    refused(&control, BK_FORMAT, "damage.h5.checkpoint");
    for (size_t at = 0; at < size; at += size / 97 + 1) {
        bytes[at] = (char)(bytes[at] ^ 0x10);
        write_file(path, bytes, size);
        refused(&control, BK_FORMAT, "damage.h5.checkpoint");
        bytes[at] = (char)(bytes[at] ^ 0x10);
    }
    write_file(path, bytes, size);
    bk_results *results = study_execute(&control);
    cr_assert_not_null(results, "%s", bk_error_message());
    bk_results_destroy(results);
    free(bytes);
}

Test(checkpoint, a_failed_trial_leaves_what_was_finished)
{
    char whole[65];
    const bk_run_control plain = {.reproducible = true};
    study_run(whole, &plain);
    bk_run_control control = {
        .checkpoint = study_path("failed.h5.checkpoint"), .resume = true, .reproducible = true};
    study.fail_at = 700;
    cr_assert_eq(bk_set_threads(2), BK_OK);
    cr_assert_null(study_execute(&control));
    cr_assert_eq(bk_error_status(), BK_NOT_A_NUMBER);
    cr_assert_str_eq(bk_error_message(), "first part, trial 700: a planted failure");
    cr_assert_eq(access(control.checkpoint, F_OK), 0);
    study.fail_at = UINT64_MAX;
    study_seen.trials = 0;
    char hex[65];
    study_run(hex, &control);
    cr_assert_str_eq(hex, whole);
    cr_assert_leq(study_seen.trials, 1000 - 640 + 334);
}

Test(checkpoint, a_failure_at_the_very_first_trial_leaves_none)
{
    const bk_run_control control = {.checkpoint = study_path("first.h5.checkpoint")};
    study.fail_at = 0;
    cr_assert_eq(bk_set_threads(1), BK_OK);
    cr_assert_null(study_execute(&control));
    /* The stage before it is worth keeping. */
    cr_assert_eq(access(control.checkpoint, F_OK), 0);
}

static int wishes;

static bk_request wish_for_checkpoint(void *sink)
{
    const char *path = sink;
    static uint64_t polls;
    if (++polls == 300) {
        return BK_REQUEST_CHECKPOINT;
    }
    if (polls > 300 && access(path, F_OK) == 0) {
        wishes++;
    }
    return BK_REQUEST_NONE;
}

Test(checkpoint, one_is_written_when_asked_and_the_run_goes_on)
{
    const char *path = study_path("asked.h5.checkpoint");
    const bk_run_control control = {.checkpoint = path, .asked = wish_for_checkpoint, .sink = (void *)path};
    bk_results *results = study_execute(&control);
    cr_assert_not_null(results, "%s", bk_error_message());
    cr_assert_gt(wishes, 0);
    cr_assert_eq(bk_run_forget_checkpoint(&control), BK_OK);
    cr_assert_neq(access(path, F_OK), 0);
    cr_assert_eq(bk_run_forget_checkpoint(&control), BK_OK);
    bk_results_destroy(results);
}

Test(checkpoint, a_time_limit_stops_the_run)
{
    const bk_run_control control = {.checkpoint = study_path("limit.h5.checkpoint"), .time_limit_s = 1e-9};
    cr_assert_null(study_execute(&control));
    cr_assert_eq(bk_error_status(), BK_STOPPED);
    cr_assert_not_null(strstr(bk_error_message(), "time limit"));
    cr_assert_eq(access(control.checkpoint, F_OK), 0);
}

static char said[500];

static void hear(void *sink, const char *line)
{
    (void)sink;
    (void)snprintf(said, sizeof said, "%s", line);
}

Test(checkpoint, resuming_without_one_starts_afresh_and_says_so)
{
    const bk_run_control control = {
        .checkpoint = study_path("none.h5.checkpoint"), .resume = true, .say = hear};
    bk_results *results = study_execute(&control);
    cr_assert_not_null(results);
    cr_assert_not_null(strstr(said, "starting afresh"), "%s", said);
    bk_results_destroy(results);
}

Test(checkpoint, a_folder_that_cannot_be_written_is_told_and_does_not_end_the_run)
{
    const bk_run_control control = {
        .checkpoint = "/proc/no/such.checkpoint", .checkpoint_every_s = 1e-6, .say = hear};
    bk_results *results = study_execute(&control);
    cr_assert_not_null(results, "%s", bk_error_message());
    cr_assert_not_null(strstr(said, "no checkpoint: "), "%s", said);
    bk_results_destroy(results);
}

Test(checkpoint, results_are_recognised_as_those_of_a_run)
{
    const bk_run_control control = {0};
    bk_options *values = bk_options_create(study_experiment.options, 1);
    bk_results *results = study_execute(&control);
    cr_assert_eq(bk_run_matches(results, &study_experiment, values, 1, &control), BK_OK, "%s",
                 bk_error_message());
    cr_assert_eq(bk_run_matches(results, &study_experiment, values, 5, &control), BK_INVALID);
    cr_assert_not_null(strstr(bk_error_message(), "seed (there: 1, here: 5)"));
    bk_options_destroy(values);
    bk_results_destroy(results);
}
