/* SPDX-License-Identifier: GPL-3.0-or-later
 * Stages of `brisk bench` about memory: by how much the peak of a run grows with its trials. */
#define _GNU_SOURCE
#include <math.h>
#include <stdio.h>

#include "brisk/sim.h"
#include "cli/bench.h"

#define FEW  UINT64_C(100000)
#define MANY UINT64_C(2000000)

static bk_status tiny_trial(const void *context, uint64_t trial, void *scratch, double *outputs)
{
    (void)context;
    (void)scratch;
    bk_stream stream = bk_stream_open(1, BK_PURPOSE_USER, trial);
    bk_fill_uniform_f64(&stream, outputs, 1);
    return BK_OK;
}

static bk_status run_tiny(bk_run *run, uint64_t trials)
{
    static const bk_output outputs[] = {{.name = "value", .dtype = BK_F64}};
    const bk_simulation simulation = {
        .trials = trials, .outputs = outputs, .n_outputs = 1, .trial = tiny_trial};
    return bk_simulate(run, "tiny", &simulation, NULL, bk_run_results(run));
}

static bk_status run_few(bk_run *run) { return run_tiny(run, FEW); }

static bk_status run_many(bk_run *run) { return run_tiny(run, MANY); }

/* The peak of resident memory since it was last reset; NaN where the system does not tell. */
static double peak_bytes(void)
{
    double kilobytes = (double)NAN;
    char line[256];
    FILE *file = fopen("/proc/self/status", "re");
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        (void)sscanf(line, "VmHWM: %lf", &kilobytes);
    }
    if (file != NULL) {
        (void)fclose(file);
    }
    return 1024.0 * kilobytes;
}

static bool reset_peak(void)
{
    FILE *file = fopen("/proc/self/clear_refs", "we");
    const bool written = file != NULL && fputs("5", file) >= 0;
    return file != NULL && fclose(file) == 0 && written;
}

/* The peak of one run; NaN where it cannot be had. */
static bk_status peak_of(double *bytes, bk_status (*run)(bk_run *run), bk_keep keep)
{
    const bk_experiment experiment = {.name = "bench", .summary = "memory", .run = run};
    const bk_run_control control = {.keep = keep};
    bk_options *options = bk_options_create(NULL, 0);
    const bool reset = reset_peak();
    bk_results *results = options == NULL ? NULL : bk_run_execute(&experiment, options, 1, &control);
    const bk_status status = results == NULL ? bk_error_status() : BK_OK;
    *bytes = reset ? peak_bytes() : (double)NAN;
    bk_results_destroy(results);
    bk_options_destroy(options);
    return status;
}

static bk_status growth(double *bytes, bk_keep keep)
{
    double few, many;
    BK_TRY(peak_of(&few, run_few, keep));
    BK_TRY(peak_of(&many, run_many, keep));
    const double more = (many - few) / (double)(MANY - FEW);
    *bytes = more < 0.0 ? 0.0 : more;
    return BK_OK;
}

bk_status bk_bench_memory_summary(bk_bench_data *data, double *bytes)
{
    (void)data;
    return growth(bytes, BK_KEEP_SUMMARY);
}

bk_status bk_bench_memory_all(bk_bench_data *data, double *bytes)
{
    (void)data;
    return growth(bytes, BK_KEEP_ALL);
}
