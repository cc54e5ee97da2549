/* SPDX-License-Identifier: GPL-3.0-or-later
 * cli/bench.h: the stages of `brisk bench`, their limits and their measurement. */
#ifndef BRISK_CLI_BENCH_H
#define BRISK_CLI_BENCH_H

#include "brisk/rng.h"
#include "cli/program.h"
#include "kernel/kernel.h"
#include "kernel/limit.h"

#define BK_BENCH_VALUES 2048
#define BK_BENCH_POINTS 1024
#define BK_BENCH_HIDDEN 100
#define BK_BENCH_LOSSES 1000000

/* What stages work on; all but the losses small enough to stay in the caches next to the core. */
typedef struct bk_bench_data {
    const bk_program *program;
    const bk_kernels *kernels;      /* of the instruction set under measurement */
    const bk_limit_kernels *limits; /* and its calibration */
    size_t done;                    /* items of this call, set by stages whose number is not fixed */
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
    /* What the calibration works on. */
    float limit_f32[BK_LIMIT_WORK];
    double limit_f64[BK_LIMIT_WORK];
    uint64_t limit_u64[BK_LIMIT_WORK];
} bk_bench_data;

/* ---- Stages (bench_stages.c) ----------------------------------------------------------------------------
 */

/* The arithmetic that an item cannot do without, counted from its formula: fused multiply-adds (and plain
 * products), divisions (and square roots), doubles loaded from chosen places, 64-bit products of integers.
 * Sums are left out, because some cores have adders of their own. All zero: nothing is counted. */
typedef struct bk_bench_work {
    double fma_f32, fma_f64, divide_f32, divide_f64, load, multiply;
} bk_bench_work;

/* One row of the table: what is measured is one call of run, which handles `items` items. */
typedef struct bk_bench_stage {
    const char *name;
    const char *what; /* what one item is, for the human table */
    const char *item; /* "draw", "unit" */
    size_t items;
    bk_status (*run)(bk_bench_data *data);
    bool kernels; /* depends on the instruction set, so measured with each */
    bool wall;    /* uses threads: measured by the wall clock, not by the process's time */
    int threads;  /* of a wall stage: so many; 0: all */
    bool slow;    /* a call takes a second or so: fewer runs, and --quick leaves it out unless it is named */
    /* Instead of time: whatever it measures, in this unit ("bytes"). NULL: nanoseconds an item. */
    bk_status (*gauge)(bk_bench_data *data, double *value);
    const char *unit;
    const char *experiment; /* the program must have it; NULL: none is needed */
    bk_bench_work work;     /* of one item */
    const char *formula;    /* how work is counted, or why it is not */
} bk_bench_stage;

size_t bk_bench_stage_count(void);
const bk_bench_stage *bk_bench_stage_row(size_t row);
#define BK_BENCH_MAX_STAGES 64
/* Fills the buffers from fixed streams. */
void bk_bench_fill(bk_bench_data *data);

/* Resampling (bench_bootstrap.c). */
#define BK_BENCH_RESAMPLES       64
#define BK_BENCH_BCA_RESAMPLES   9999
#define BK_BENCH_LARGE_RESAMPLES 256
bk_status bk_bench_resample_1000(bk_bench_data *data);
bk_status bk_bench_resample_65536(bk_bench_data *data);
bk_status bk_bench_resample_million(bk_bench_data *data);
bk_status bk_bench_bootstrap_bca(bk_bench_data *data);
bk_status bk_bench_ideal_bca(bk_bench_data *data);

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
#define BK_BENCH_TRIALS       4096
#define BK_BENCH_WIDE_TRIALS  512
#define BK_BENCH_TEST_SIZE    1000
#define BK_BENCH_SHORT_NORMAL 8192
bk_status bk_bench_trials_loop(bk_bench_data *data);
bk_status bk_bench_trials_driver(bk_bench_data *data);
bk_status bk_bench_trials_100(bk_bench_data *data);
bk_status bk_bench_trials_500(bk_bench_data *data);
/* The same test sets through a decision map (bench_map.c). */
#define BK_BENCH_MAP_TRIALS   10000
#define BK_BENCH_MAP_LABELS   32768
#define BK_BENCH_DENSE_TRIALS 128
bk_status bk_bench_map_trial(bk_bench_data *data);
bk_status bk_bench_map_labels(bk_bench_data *data);
bk_status bk_bench_dense_trial(bk_bench_data *data);
/* Growth of the peak memory, in bytes a trial. */
bk_status bk_bench_memory_summary(bk_bench_data *data, double *bytes);
bk_status bk_bench_memory_all(bk_bench_data *data, double *bytes);

/* Whole experiments of the program, every point through the network (bench_experiment.c). */
bk_status bk_bench_coverage_study(bk_bench_data *data);
bk_status bk_bench_lab(bk_bench_data *data);
/* Percent of the time of such a run that its file takes (bench_file.c). */
bk_status bk_bench_file_lab(bk_bench_data *data, double *percent);
bk_status bk_bench_file_trials(bk_bench_data *data, double *percent);
bk_status bk_bench_file_million(bk_bench_data *data, double *percent);

/* ---- Limits (bench_limit.c) -----------------------------------------------------------------------------
 */

/* Nanoseconds of one operation on one core, each kind alone. */
typedef struct bk_bench_speed {
    double fma_f32, fma_f64, divide_f32, divide_f64, load, multiply_vector, multiply_word;
} bk_bench_speed;

/* The calibration: stages whose results are the members of a speed, in their order. */
size_t bk_bench_unit_count(void);
const bk_bench_stage *bk_bench_unit_row(size_t row);

/* What bounds an item from below. */
typedef struct bk_bench_limit {
    double ns;            /* of one item on all threads of the stage; NaN: nothing is counted */
    const char *bound_by; /* "divisions"; NULL where nothing is counted */
} bk_bench_limit;
bk_bench_limit bk_bench_limit_of(const bk_bench_work *work, const bk_bench_speed *speed, bk_isa isa,
                                 int threads);

/* ---- Measurement (bench_measure.c) ----------------------------------------------------------------------
 */

/* Nanoseconds an item, over all runs: of processor time, or of wall time where the stage says so. */
typedef struct bk_bench_timing {
    const bk_bench_stage *stage;
    bk_isa isa;
    int threads;
    size_t runs;
    double median, min, max;
    bk_bench_limit limit;
} bk_bench_timing;

typedef struct bk_bench_request {
    const bk_program *program;
    bool named; /* the stages of wanted alone; else all */
    bool wanted[BK_BENCH_MAX_STAGES];
    int threads;
    bool quick;
    size_t runs;    /* of each timing, interleaved with the others; odd */
    double seconds; /* a run takes at least this long */
} bk_bench_request;

#define BK_BENCH_MAX_TIMINGS 256
typedef struct bk_bench_report {
    bk_bench_timing timing[BK_BENCH_MAX_TIMINGS]; /* in the table's order */
    size_t count;
    bool calibrated[BK_ISA_COUNT];
    bk_bench_speed speed[BK_ISA_COUNT];
} bk_bench_report;

/* Whether the program has what the stage needs. */
bool bk_bench_stage_exists(const bk_bench_stage *stage, const bk_program *program);
/* Measures with the instruction sets of this machine. The instruction set and the number of threads are
 * afterwards what they were. */
bk_status bk_bench_measure(bk_bench_report *report, const bk_bench_request *request);

/* ---- Output (bench_output.c) ----------------------------------------------------------------------------
 */

void bk_bench_print_table(const bk_bench_report *report, const bk_bench_request *request);
bk_status bk_bench_print_json(const bk_bench_report *report, const bk_bench_request *request);

#endif
