/* SPDX-License-Identifier: GPL-3.0-or-later
 * A full command with one experiment whose trials take as long as they are told: for the tests of signals,
 * time limits, crashes and ranks. `slow-study run slow --trial-us 1000 --trials 5000`. A busy trial computes,
 * an idle one sleeps, so that ten seconds can pass without work. */
#include <time.h>

#include <brisk/brisk.h>

static bk_status trial(const void *context, uint64_t number, void *scratch, double *outputs)
{
    const bk_run *run = context;
    const int64_t microseconds = bk_option_integer(bk_run_options(run), "trial-us");
    (void)scratch;
    if ((int64_t)number == bk_option_integer(bk_run_options(run), "fail-at")) {
        return bk_fail(BK_NOT_A_NUMBER, "a planted failure");
    }
    bk_stream stream = bk_stream_open(bk_run_seed(run), BK_PURPOSE_USER, number);
    bk_fill_uniform_f64(&stream, outputs, 1);
    outputs[1] = (double)(bk_stream_next(&stream) % 1000);
    struct timespec pause = {.tv_sec = (time_t)(microseconds / 1000000),
                             .tv_nsec = (long)(microseconds % 1000000 * 1000)};
    /* A signal that another thread handled may end the sleep early: a trial is not over before its time. */
    while (microseconds > 0 && nanosleep(&pause, &pause) != 0) {
    }
    return BK_OK;
}

static bk_status run_slow(bk_run *run)
{
    static const bk_output outputs[] = {
        {.name = "uniform", .dtype = BK_F64, .low = 0.0, .high = 1.0},
        {.name = "count", .dtype = BK_U32},
    };
    const bk_options *options = bk_run_options(run);
    const bk_simulation simulation = {
        .trials = (uint64_t)bk_option_integer(options, "trials"),
        .block_size = (uint64_t)bk_option_integer(options, "block-size"),
        .outputs = outputs,
        .n_outputs = 2,
        .purpose = BK_PURPOSE_USER,
        .trial = trial,
    };
    return bk_simulate(run, "slow", &simulation, run, bk_run_results(run));
}

int main(int argc, char **argv)
{
    static const bk_option options[] = {
        {"trials", BK_OPTION_INTEGER, "1000", "[1,10000000000]", NULL, "trials", "number of trials"},
        {"trial-us", BK_OPTION_INTEGER, "0", "[0,100000000]", NULL, "us", "time that a trial sleeps"},
        {"block-size", BK_OPTION_INTEGER, "64", "[1,65536]", NULL, "trials", "trials a block"},
        {"fail-at", BK_OPTION_INTEGER, "-1", "[-1,10000000000]", NULL, NULL, "the trial that fails"},
    };
    static const bk_experiment slow = {
        .name = "slow",
        .summary = "trials that take their time",
        .options = options,
        .n_options = sizeof options / sizeof options[0],
        .run = run_slow,
    };
    static const bk_experiment *const experiments[] = {&slow};
    return bk_main(argc, argv, experiments, 1);
}
