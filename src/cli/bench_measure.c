/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Timing of stages. Runs of all stages are interleaved, so that a slow minute of the machine falls on
 * all alike, and what is reported is the median. The clock is the processor time of the process: it
 * stands still while other programs have the core. A stage that uses all threads goes by the wall clock.
 */
#define _GNU_SOURCE
#include <stdlib.h>
#include <time.h>

#include "cli/bench.h"

/* One stage with one instruction set. */
typedef struct timed {
    bk_bench_timing timing;
    size_t calls;    /* of one run */
    double *samples; /* [runs] */
} timed;

static double seconds_now(const bk_bench_stage *stage)
{
    struct timespec now;
    (void)clock_gettime(stage->wall ? CLOCK_MONOTONIC : CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* The seconds of `calls` calls. */
static bk_status run_calls(const timed *subject, bk_bench_data *data, double *seconds)
{
    const bk_status chosen = bk_kernel_use(subject->timing.isa);
    if (chosen != BK_OK) {
        return chosen;
    }
    data->kernels = bk_kernels_in_use();
    const double start = seconds_now(subject->timing.stage);
    for (size_t call = 0; call < subject->calls; call++) {
        const bk_status status = subject->timing.stage->run(data);
        if (status != BK_OK) {
            return bk_fail_within("stage %s", subject->timing.stage->name);
        }
    }
    *seconds = seconds_now(subject->timing.stage) - start;
    return BK_OK;
}

/* Doubles the calls of a run until it takes long enough; the first run warms the caches. */
static bk_status calibrate(timed *subject, bk_bench_data *data, double least)
{
    for (;;) {
        double seconds = 0.0;
        const bk_status status = run_calls(subject, data, &seconds);
        if (status != BK_OK || seconds >= least) {
            return status;
        }
        subject->calls *= 2;
    }
}

static int compare(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static bk_status measure_all(timed *subjects, size_t count, bk_bench_effort effort, bk_bench_data *data)
{
    bk_status status = BK_OK;
    for (size_t i = 0; i < count && status == BK_OK; i++) {
        status = calibrate(&subjects[i], data, effort.seconds);
    }
    for (size_t run = 0; run < effort.runs; run++) {
        for (size_t i = 0; i < count && status == BK_OK; i++) {
            double seconds = 0.0;
            status = run_calls(&subjects[i], data, &seconds);
            subjects[i].samples[run] =
                1e9 * seconds / ((double)subjects[i].calls * (double)subjects[i].timing.stage->items);
        }
    }
    for (size_t i = 0; i < count && status == BK_OK; i++) {
        qsort(subjects[i].samples, effort.runs, sizeof(double), compare);
        subjects[i].timing.min = subjects[i].samples[0];
        subjects[i].timing.median = subjects[i].samples[effort.runs / 2];
        subjects[i].timing.max = subjects[i].samples[effort.runs - 1];
    }
    return status;
}

/* One subject for each stage and instruction set, in the table's order. */
static size_t list_subjects(const bk_bench_stage *only, timed *subjects, size_t capacity)
{
    size_t count = 0;
    for (size_t row = 0; row < bk_bench_stage_count(); row++) {
        const bk_bench_stage *stage = bk_bench_stage_row(row);
        for (int isa = 0; isa < BK_ISA_COUNT; isa++) {
            const bool wanted = only == NULL || only == stage;
            const bool measured =
                stage->kernels ? bk_kernel_available((bk_isa)isa) : (bk_isa)isa == bk_kernel_isa();
            if (wanted && measured && count < capacity) {
                subjects[count++] = (timed){.timing = {.stage = stage, .isa = (bk_isa)isa}, .calls = 1};
            }
        }
    }
    return count;
}

bk_status bk_bench_measure(const bk_bench_stage *only, bk_bench_effort effort, bk_bench_timing *timings,
                           size_t capacity, size_t *count)
{
    bk_bench_data *data = bk_allocate(1, sizeof *data);
    timed *subjects = bk_allocate(capacity, sizeof *subjects);
    double *samples = bk_allocate(capacity * effort.runs, sizeof *samples);
    bk_status status = BK_OK;
    if (data == NULL || subjects == NULL || samples == NULL) {
        status = bk_error_status();
    } else {
        const bk_isa before = bk_kernel_isa();
        const size_t found = list_subjects(only, subjects, capacity);
        for (size_t i = 0; i < found; i++) {
            subjects[i].samples = samples + i * effort.runs;
        }
        bk_bench_fill(data);
        status = measure_all(subjects, found, effort, data);
        /* Also where a stage failed; the set was in use before, so that it can be had again. */
        (void)bk_kernel_use(before);
        for (size_t i = 0; i < found && status == BK_OK; i++) {
            timings[i] = subjects[i].timing;
            *count = found;
        }
    }
    bk_free(samples);
    bk_free(subjects);
    bk_free(data);
    return status;
}
