/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "study.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

study_switches study;
study_counts study_seen;

void study_reset(void)
{
    study = (study_switches){.trials = 1000, .fail_at = UINT64_MAX};
    memset(&study_seen, 0, sizeof study_seen);
}

static bk_status first_trial(const void *context, uint64_t trial, void *scratch, double *outputs)
{
    const bk_run *run = context;
    (void)scratch;
    study_seen.trials++;
    if (trial == study.fail_at) {
        return bk_fail(BK_NOT_A_NUMBER, "a planted failure");
    }
    bk_stream stream = bk_stream_open(bk_run_seed(run), BK_PURPOSE_USER, trial);
    bk_fill_uniform_f64(&stream, outputs, 1);
    outputs[0] += trial == 100 ? study.shift : 0.0;
    outputs[1] = (double)(bk_stream_next(&stream) % 7);
    return BK_OK;
}

static bk_status second_trial(const void *context, uint64_t trial, void *scratch, double *outputs)
{
    const bk_run *run = context;
    (void)scratch;
    study_seen.trials++;
    bk_stream stream = bk_stream_open(bk_run_seed(run), BK_PURPOSE_USER + 1, trial);
    bk_fill_normal_f64(&stream, outputs, 1);
    return BK_OK;
}

static bk_status stage(void *context, bk_group *results)
{
    static const bk_field field = {
        .name = "square", .dtype = BK_F64, .rank = 1, .axes = {"point"}, .unit = "1", .long_name = "squares"};
    const double values[] = {1.0, 4.0, 9.0};
    const size_t n = 3;
    (void)context;
    study_seen.stages++;
    BK_TRY(bk_group_set_real(results, "answer", 42.0));
    return bk_group_add(bk_group_at(results, "inner"), &field, &n, values) == NULL ? bk_error_status()
                                                                                   : BK_OK;
}

static bk_status summarise(void *context, const bk_trials *trials, bk_group *results)
{
    (void)context;
    study_seen.summaries++;
    for (size_t i = 0; i < trials->n_outputs - (study.count_lost ? 1 : 0); i++) {
        BK_TRY(bk_trials_put(trials, i, results));
    }
    return BK_OK;
}

static bk_status run_study(bk_run *run)
{
    const bk_output outputs[] = {
        {.name = "uniform",
         .dtype = BK_F64,
         .low = 0.0,
         .high = study.no_range ? 0.0 : 1.0,
         .inexact = study.inexact},
        {.name = "count", .dtype = BK_U32, .unit = "points", .high = study.count_range ? 6.0 : 0.0}};
    const bk_output normal[] = {{.name = "normal", .dtype = BK_F64}};
    bk_group *results = bk_run_results(run);
    const bk_simulation first = {.trials = study.trials,
                                 .block_size = study.block_size,
                                 .outputs = outputs,
                                 .n_outputs = 2,
                                 .purpose = BK_PURPOSE_USER,
                                 .trial = first_trial,
                                 .summarise = summarise};
    const bk_simulation second = {.trials = study.trials / 3 + 1,
                                  .outputs = normal,
                                  .n_outputs = 1,
                                  .scratch_bytes = 100,
                                  .needs = study.needs,
                                  .trial = second_trial};
    BK_TRY(bk_stage(run, "squares", stage, NULL, bk_group_at(results, "stage")));
    if (study.extra) {
        BK_TRY(bk_group_set_real(bk_group_at(results, "stage"), "extra", 1.0));
    }
    BK_TRY(bk_simulate(run, "first part", &first, run, bk_group_at(results, "first")));
    return bk_simulate(run, "second", &second, run, bk_group_at(results, "second"));
}

static const bk_option options[] = {
    {"flavour", BK_OPTION_INTEGER, "1", "[0,9]", NULL, NULL, "changes the configuration and nothing else"}};

const bk_experiment study_experiment = {
    .name = "study", .summary = "a study", .options = options, .n_options = 1, .run = run_study};

bk_results *study_execute(const bk_run_control *control)
{
    bk_options *values = bk_options_create(options, 1);
    bk_results *results = bk_run_execute(&study_experiment, values, 1, control);
    bk_options_destroy(values);
    return results;
}

bk_status study_verify(bk_text *page, const bk_results *file, const bk_run_control *control,
                       const bk_verify_request *request)
{
    bk_options *values = bk_options_create(options, 1);
    if (values == NULL) {
        return bk_error_status();
    }
    const bk_status status = bk_run_verify(page, file, &study_experiment, values, 1, control, request);
    bk_options_destroy(values);
    return status;
}

bk_status study_replay(bk_results **replayed, const bk_results *file, const char *name, uint64_t trial)
{
    bk_options *values = bk_options_create(options, 1);
    if (values == NULL) {
        return bk_error_status();
    }
    const bk_status status = bk_run_replay(replayed, file, &study_experiment, values, 1, NULL, name, trial);
    bk_options_destroy(values);
    return status;
}

bk_results *study_merge(const bk_run_control *control, const bk_results *const *shards,
                        const char *const *names, size_t n)
{
    bk_options *values = bk_options_create(options, 1);
    bk_results *results = bk_run_merge(&study_experiment, values, 1, control, shards, names, n);
    bk_options_destroy(values);
    return results;
}

void study_digest(char *hex, const bk_results *results)
{
    hex[0] = '\0';
    if (results != NULL) {
        cr_assert_eq(bk_results_digest(results, hex), BK_OK);
    }
}

void study_run(char *hex, const bk_run_control *control)
{
    bk_results *results = study_execute(control);
    study_digest(hex, results);
    bk_results_destroy(results);
}

static uint64_t stop_from;

static bk_request ask(void *sink)
{
    (void)sink;
    return ++study_seen.polls >= stop_from ? BK_REQUEST_STOP : BK_REQUEST_NONE;
}

bk_run_control study_stop_after(uint64_t polls)
{
    stop_from = polls;
    study_seen.polls = 0;
    return (bk_run_control){.asked = ask};
}

const char *study_path(const char *name)
{
    static char folder[] = "/tmp/brisk-sim-XXXXXX";
    static char path[4][200];
    static unsigned next;
    static bool made;
    if (!made) {
        cr_assert_not_null(mkdtemp(folder));
        made = true;
    }
    next = (next + 1) % 4;
    (void)snprintf(path[next], sizeof path[next], "%s/%s", folder, name);
    return path[next];
}
