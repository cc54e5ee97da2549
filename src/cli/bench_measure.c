/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Timing of stages. Runs of all stages and of the calibration are interleaved, so that a slow minute of the
 * machine falls on all alike, and what is reported is the median. The clock is the processor time of the
 * process: it stands still while other programs have the core. A stage that uses threads goes by the wall
 * clock.
 */
#define _GNU_SOURCE
#include <stdlib.h>
#include <time.h>

#include "cli/bench.h"

#define SLOW_RUNS 5

/* One stage with one instruction set; or a unit of the calibration. */
typedef struct timed {
    bk_bench_timing timing;
    size_t calls;    /* of one run */
    double *samples; /* [runs] */
    size_t unit;     /* row of the calibration, where is_unit */
    bool is_unit;
} timed;

static double seconds_now(const bk_bench_stage *stage)
{
    struct timespec now;
    (void)clock_gettime(stage->wall ? CLOCK_MONOTONIC : CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* One run: its seconds, and what it found: nanoseconds an item, or whatever the stage gauges. */
static bk_status run_once(double *seconds, double *value, const timed *subject, bk_bench_data *data)
{
    const bk_bench_stage *stage = subject->timing.stage;
    size_t items = 0;
    BK_TRY(bk_kernel_use(subject->timing.isa));
    BK_TRY(bk_set_threads(subject->timing.threads));
    data->kernels = bk_kernels_in_use();
    data->limits = bk_limit_kernels_of(subject->timing.isa);
    bk_status status = BK_OK;
    const double start = seconds_now(stage);
    for (size_t call = 0; call < subject->calls && status == BK_OK; call++) {
        data->done = stage->items;
        status = stage->gauge != NULL ? stage->gauge(data, value) : stage->run(data);
        items += data->done;
    }
    *seconds = seconds_now(stage) - start;
    if (stage->gauge == NULL) {
        *value = 1e9 * *seconds / (double)items;
    }
    return status == BK_OK ? BK_OK : bk_fail_within("stage %s", stage->name);
}

/* Doubles the calls of a run until it takes long enough; the first run warms the caches. */
static bk_status find_calls(timed *subject, bk_bench_data *data, double least)
{
    double seconds = 0.0, value = 0.0;
    while (!subject->timing.stage->slow && seconds < least) {
        BK_TRY(run_once(&seconds, &value, subject, data));
        subject->calls *= seconds < least ? 2 : 1;
    }
    return BK_OK;
}

static int compare(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static bk_status measure_all(timed *subjects, size_t count, const bk_bench_request *request,
                             bk_bench_data *data)
{
    for (size_t i = 0; i < count; i++) {
        BK_TRY(find_calls(&subjects[i], data, request->seconds));
    }
    for (size_t run = 0; run < request->runs; run++) {
        for (size_t i = 0; i < count; i++) {
            double seconds;
            if (run < subjects[i].timing.runs) {
                BK_TRY(run_once(&seconds, &subjects[i].samples[run], &subjects[i], data));
            }
        }
    }
    for (size_t i = 0; i < count; i++) {
        bk_bench_timing *timing = &subjects[i].timing;
        qsort(subjects[i].samples, timing->runs, sizeof(double), compare);
        timing->min = subjects[i].samples[0];
        timing->median = subjects[i].samples[timing->runs / 2];
        timing->max = subjects[i].samples[timing->runs - 1];
    }
    return BK_OK;
}

/* ---- What is to be measured ---- */

static timed subject_of(const bk_bench_stage *stage, bk_isa isa, const bk_bench_request *request)
{
    const size_t slow_runs = request->quick || request->runs < SLOW_RUNS ? 1 : SLOW_RUNS;
    const int threads = !stage->wall ? 1 : stage->threads > 0 ? stage->threads : request->threads;
    return (timed){.timing = {.stage = stage,
                              .isa = isa,
                              .threads = threads,
                              .runs = stage->slow ? slow_runs : request->runs},
                   .calls = 1};
}

static bool wanted(const bk_bench_request *request, size_t row)
{
    const bk_bench_stage *stage = bk_bench_stage_row(row);
    return (request->named ? request->wanted[row] : !(request->quick && stage->slow)) &&
           bk_bench_stage_exists(stage, request->program);
}

/* One subject for each stage and instruction set, in the table's order; then the calibration of these sets.
 */
static size_t list_subjects(const bk_bench_request *request, timed *subjects, size_t capacity)
{
    size_t count = 0;
    bool used[BK_ISA_COUNT] = {false};
    for (size_t row = 0; row < bk_bench_stage_count(); row++) {
        const bk_bench_stage *stage = bk_bench_stage_row(row);
        for (int isa = 0; isa < BK_ISA_COUNT; isa++) {
            const bool measured =
                stage->kernels ? bk_kernel_available((bk_isa)isa) : (bk_isa)isa == bk_kernel_isa();
            if (wanted(request, row) && measured && count < capacity) {
                subjects[count++] = subject_of(stage, (bk_isa)isa, request);
                used[isa] = true;
            }
        }
    }
    for (int isa = 0; isa < BK_ISA_COUNT; isa++) {
        for (size_t unit = 0; used[isa] && unit < bk_bench_unit_count() && count < capacity; unit++) {
            subjects[count] = subject_of(bk_bench_unit_row(unit), (bk_isa)isa, request);
            subjects[count].unit = unit;
            subjects[count++].is_unit = true;
        }
    }
    return count;
}

/* A unit at its quickest, so that no limit comes out too high. */
static void report_all(bk_bench_report *report, const timed *subjects, size_t count)
{
    *report = (bk_bench_report){.count = 0};
    for (size_t i = 0; i < count; i++) {
        const bk_bench_timing *timing = &subjects[i].timing;
        if (subjects[i].is_unit) {
            double *speed = (double *)&report->speed[timing->isa];
            speed[subjects[i].unit] = timing->min;
            report->calibrated[timing->isa] = true;
        } else {
            report->timing[report->count++] = *timing;
        }
    }
    for (size_t i = 0; i < report->count; i++) {
        bk_bench_timing *timing = &report->timing[i];
        timing->limit = bk_bench_limit_of(&timing->stage->work, &report->speed[timing->isa], timing->isa,
                                          timing->threads);
    }
}

bk_status bk_bench_measure(bk_bench_report *report, const bk_bench_request *request)
{
    bk_bench_data *data = bk_allocate(1, sizeof *data);
    timed *subjects = bk_allocate(BK_BENCH_MAX_TIMINGS, sizeof *subjects);
    double *samples = bk_allocate(BK_BENCH_MAX_TIMINGS * request->runs, sizeof *samples);
    bk_status status = bk_error_status();
    if (data != NULL && subjects != NULL && samples != NULL) {
        const bk_isa isa = bk_kernel_isa();
        const int threads = bk_threads();
        const size_t count = list_subjects(request, subjects, BK_BENCH_MAX_TIMINGS);
        for (size_t i = 0; i < count; i++) {
            subjects[i].samples = samples + i * request->runs;
        }
        data->program = request->program;
        bk_bench_fill(data);
        status = measure_all(subjects, count, request, data);
        /* Also where a stage failed; both were in use before, so that they can be had again. */
        (void)bk_kernel_use(isa);
        (void)bk_set_threads(threads);
        if (status == BK_OK) {
            report_all(report, subjects, count);
        }
    }
    bk_free(samples);
    bk_free(subjects);
    bk_free(data);
    return status;
}
