/* SPDX-License-Identifier: GPL-3.0-or-later
 * Stages of `brisk bench` about the driver: what it adds to short trials, and fresh test sets. */
#include <string.h>

#include "brisk/model.h"
#include "brisk/sim.h"
#include "cli/bench.h"

/* ---- Trials of some ten microseconds, in a plain loop and through the driver ---- */

static bk_status short_trial(const void *context, uint64_t trial, void *scratch, double *outputs)
{
    float *values = scratch;
    (void)context;
    bk_stream stream = bk_stream_open(1, BK_PURPOSE_USER, trial);
    bk_fill_normal_f32(&stream, values, BK_BENCH_SHORT_NORMAL);
    outputs[0] = (double)values[BK_BENCH_SHORT_NORMAL - 1];
    return BK_OK;
}

static bk_status run_short(bk_run *run)
{
    static const bk_output outputs[] = {{.name = "last", .dtype = BK_F64}};
    const bk_simulation simulation = {.trials = BK_BENCH_TRIALS,
                                      .outputs = outputs,
                                      .n_outputs = 1,
                                      .scratch_bytes = BK_BENCH_SHORT_NORMAL * sizeof(float),
                                      .trial = short_trial};
    return bk_simulate(run, "short", &simulation, NULL, bk_run_results(run));
}

bk_status bk_bench_trials_loop(bk_bench_data *data)
{
    double output = 0.0;
    float *values = bk_allocate(BK_BENCH_SHORT_NORMAL, sizeof *values);
    (void)data;
    if (values == NULL) {
        return bk_error_status();
    }
    for (uint64_t trial = 0; trial < BK_BENCH_TRIALS; trial++) {
        (void)short_trial(NULL, trial, values, &output);
    }
    bk_free(values);
    return BK_OK;
}

/* ---- Fresh test sets of a network, as in the lab ---- */

#define TEST_SIZE BK_BENCH_TEST_SIZE

typedef struct test_scratch {
    float x[2 * TEST_SIZE], score[TEST_SIZE];
    int8_t y[TEST_SIZE];
    unsigned char sampling[32 * TEST_SIZE]; /* more than bk_mixture_scratch_bytes asks for */
} test_scratch;

static bk_status fresh_test_set(const void *context, uint64_t trial, void *scratch, double *outputs)
{
    test_scratch *test = scratch;
    uint64_t errors = 0;
    bk_stream stream = bk_stream_open(1, BK_PURPOSE_TRIAL, trial);
    BK_TRY(bk_mixture_sample(test->x, test->y, &bk_mixture_lab, BK_SAMPLING_BALANCED, BK_F32, TEST_SIZE,
                             &stream, test->sampling));
    BK_TRY(bk_network_score(test->score, context, test->x, TEST_SIZE));
    BK_TRY(bk_network_errors(NULL, &errors, BK_F32, test->score, test->y, TEST_SIZE));
    outputs[0] = (double)errors;
    return BK_OK;
}

static bk_status run_fresh(bk_run *run, uint64_t trials, size_t hidden)
{
    static const bk_output outputs[] = {{.name = "errors", .dtype = BK_U32}};
    const bk_simulation simulation = {.trials = trials,
                                      .outputs = outputs,
                                      .n_outputs = 1,
                                      .scratch_bytes = sizeof(test_scratch),
                                      .trial = fresh_test_set};
    if (bk_mixture_scratch_bytes(&bk_mixture_lab, TEST_SIZE, BK_F32) > sizeof((test_scratch *)0)->sampling) {
        return bk_fail(BK_FAILED, "the scratch of the bench is too small");
    }
    bk_network *network = bk_network_create(2, 1, &hidden, BK_TANH, BK_F32);
    if (network == NULL) {
        return bk_error_status();
    }
    bk_network_initialise(network, 1);
    const bk_status status = bk_simulate(run, "fresh", &simulation, network, bk_run_results(run));
    bk_network_destroy(network);
    return status;
}

static bk_status run_100(bk_run *run) { return run_fresh(run, BK_BENCH_TRIALS, 100); }

static bk_status run_500(bk_run *run) { return run_fresh(run, BK_BENCH_WIDE_TRIALS, 500); }

/* ---- Running one of them ---- */

static bk_status execute(bk_status (*run)(bk_run *run))
{
    const bk_experiment experiment = {.name = "bench", .summary = "trials", .run = run};
    bk_options *options = bk_options_create(NULL, 0);
    bk_results *results = options == NULL ? NULL : bk_run_execute(&experiment, options, 1, NULL);
    const bk_status status = results == NULL ? bk_error_status() : BK_OK;
    bk_results_destroy(results);
    bk_options_destroy(options);
    return status;
}

bk_status bk_bench_trials_driver(bk_bench_data *data)
{
    (void)data;
    return execute(run_short);
}

bk_status bk_bench_trials_100(bk_bench_data *data)
{
    (void)data;
    return execute(run_100);
}

bk_status bk_bench_trials_500(bk_bench_data *data)
{
    (void)data;
    return execute(run_500);
}
