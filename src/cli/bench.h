/* SPDX-License-Identifier: GPL-3.0-or-later
 * cli/bench.h: the stages of `brisk bench` and their measurement. */
#ifndef BRISK_CLI_BENCH_H
#define BRISK_CLI_BENCH_H

#include "brisk/rng.h"
#include "kernel/kernel.h"

#define BK_BENCH_VALUES 2048
#define BK_BENCH_POINTS 1024
#define BK_BENCH_HIDDEN 100
#define BK_BENCH_LOSSES 65536

/* What stages work on; small enough to stay in the caches next to the core. */
typedef struct bk_bench_data {
    const bk_kernels *kernels; /* of the instruction set under measurement */
    bk_stream stream;
    uint64_t draws[BK_BENCH_VALUES];
    float values_f32[BK_BENCH_VALUES];
    double values_f64[BK_BENCH_VALUES];
    uint32_t values_u32[BK_BENCH_VALUES];
    /* A perceptron with two inputs: points [2, point], weights. */
    float x_f32[2 * BK_BENCH_POINTS], w1_f32[2 * BK_BENCH_HIDDEN], b1_f32[BK_BENCH_HIDDEN],
        w2_f32[BK_BENCH_HIDDEN];
    double x_f64[2 * BK_BENCH_POINTS], w1_f64[2 * BK_BENCH_HIDDEN], b1_f64[BK_BENCH_HIDDEN],
        w2_f64[BK_BENCH_HIDDEN];
    double losses[BK_BENCH_LOSSES]; /* exponential */
} bk_bench_data;

/* One row of the table: what is measured is one call of run, which handles `items` items. */
typedef struct bk_bench_stage {
    const char *name;
    const char *what; /* what one item takes, for the human table */
    const char *item; /* "draw", "unit" */
    size_t items;
    bool kernels; /* depends on the instruction set, so measured with each */
    bk_status (*run)(bk_bench_data *data);
    bool wall; /* uses all threads: measured by the wall clock, not by the process's time */
} bk_bench_stage;

/* Training of the lab's network from its initial weights, and scalars on a tape (bench_training.c). */
#define BK_BENCH_EPOCHS    250
#define BK_BENCH_GRAPH     100
#define BK_BENCH_GRAPH_RUN 100 /* graphs a call */
bk_status bk_bench_train_5_f32(bk_bench_data *data);
bk_status bk_bench_train_10_f32(bk_bench_data *data);
bk_status bk_bench_train_100_f32(bk_bench_data *data);
bk_status bk_bench_train_500_f32(bk_bench_data *data);
bk_status bk_bench_train_500_f64(bk_bench_data *data);
bk_status bk_bench_scalar_graph(bk_bench_data *data);

/* Trials through the driver (bench_driver.c). */
#define BK_BENCH_TRIALS 4096
bk_status bk_bench_trials_loop(bk_bench_data *data);
bk_status bk_bench_trials_driver(bk_bench_data *data);
bk_status bk_bench_trials_one_thread(bk_bench_data *data);
bk_status bk_bench_trials_two_threads(bk_bench_data *data);

size_t bk_bench_stage_count(void);
const bk_bench_stage *bk_bench_stage_row(size_t row);
/* Fills the buffers from a fixed stream. */
void bk_bench_fill(bk_bench_data *data);

/* Nanoseconds an item, over all runs: of processor time, or of wall time where the stage says so. */
typedef struct bk_bench_timing {
    const bk_bench_stage *stage;
    bk_isa isa;
    double median, min, max;
} bk_bench_timing;

typedef struct bk_bench_effort {
    size_t runs;    /* of each timing, interleaved with the others; odd */
    double seconds; /* a run takes at least this long */
} bk_bench_effort;

/* Measures a stage (NULL: all) with the instruction sets of this machine. timings [capacity] gets count
 * rows, in the table's order. The instruction set in use is afterwards what it was. */
bk_status bk_bench_measure(const bk_bench_stage *only, bk_bench_effort effort, bk_bench_timing *timings,
                           size_t capacity, size_t *count);

#endif
