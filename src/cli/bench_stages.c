/* SPDX-License-Identifier: GPL-3.0-or-later
 * The stages of `brisk bench`: a function each, and one row of the table. */
#include "cli/bench.h"

static bk_status raw(bk_bench_data *data)
{
    bk_stream_fill(&data->stream, data->draws, BK_BENCH_VALUES);
    return BK_OK;
}

static bk_status uniform_f32(bk_bench_data *data)
{
    bk_fill_uniform_f32(&data->stream, data->values_f32, BK_BENCH_VALUES);
    return BK_OK;
}

static bk_status uniform_f64(bk_bench_data *data)
{
    bk_fill_uniform_f64(&data->stream, data->values_f64, BK_BENCH_VALUES);
    return BK_OK;
}

static bk_status normal_f32(bk_bench_data *data)
{
    bk_fill_normal_f32(&data->stream, data->values_f32, BK_BENCH_VALUES);
    return BK_OK;
}

static bk_status normal_f32_transform(bk_bench_data *data)
{
    data->kernels->normal_f32(data->values_f32, data->draws, BK_BENCH_VALUES);
    return BK_OK;
}

static bk_status normal_f64(bk_bench_data *data)
{
    bk_fill_normal_f64(&data->stream, data->values_f64, BK_BENCH_VALUES);
    return BK_OK;
}

static bk_status integer_u32(bk_bench_data *data)
{
    return bk_fill_integer_u32(&data->stream, data->values_u32, BK_BENCH_VALUES, 1000);
}

#define STREAMS 64

static bk_status stream_open(bk_bench_data *data)
{
    for (uint64_t index = 0; index < STREAMS; index++) {
        data->draws[index] = bk_stream_open(1, BK_PURPOSE_USER, index).state_low;
    }
    return BK_OK;
}

static bk_status tanh_unit_f32(bk_bench_data *data)
{
    data->kernels->mlp_tanh_f32(data->values_f32, data->x_f32, BK_BENCH_POINTS, BK_BENCH_POINTS, 2,
                                BK_BENCH_HIDDEN, data->w1_f32, data->b1_f32, data->w2_f32, 0.5F);
    return BK_OK;
}

static bk_status tanh_unit_f64(bk_bench_data *data)
{
    data->kernels->mlp_tanh_f64(data->values_f64, data->x_f64, BK_BENCH_POINTS, BK_BENCH_POINTS, 2,
                                BK_BENCH_HIDDEN, data->w1_f64, data->b1_f64, data->w2_f64, 0.5);
    return BK_OK;
}

#define UNITS  ((size_t)BK_BENCH_POINTS * BK_BENCH_HIDDEN)
#define POINTS 200 /* of the training set */

/* Of one hidden unit at one point: z takes 2 multiply-adds, tanh 9 (f64: 17), the score 1; backward 6. */
#define TANH_F32     12.0
#define TANH_F64     20.0
#define BACKWARD     6.0
#define TANH_FORMULA "a unit at a point: 12 multiply-adds (z 2, tanh 9, score 1) and a division"

/* Of two normals by Box and Muller: f32 24 multiply-adds, a division and a square root, and one draw; f64 36
 * and two draws. A draw of PCG64-DXSM takes 4 products of 64 bits: 2 in its step, 2 in its output. */
#define DRAW       4.0
#define NORMAL_F32 12.0
#define NORMAL_F64 18.0

/* Of `points` fresh test points with `hidden` units: two normals, half a draw for the component, 2
 * multiply-adds to place the point; then the units. */
#define FRESH(points, hidden)                                                      \
    {                                                                              \
        .fma_f32 = (points) * (2.0 * NORMAL_F32 + 2.0 + TANH_F32 * (hidden)),      \
        .divide_f32 = (points) * (2.0 + (hidden)), .multiply = (points)*1.5 * DRAW \
    }
#define NORMALS(count)                                                                       \
    {                                                                                        \
        .fma_f32 = (count)*NORMAL_F32, .divide_f32 = (count), .multiply = (count)*DRAW / 2.0 \
    }
#define FRESH_FORMULA \
    "a point: 26 multiply-adds, 2 divisions, 6 integer products to draw it; then 12 and a division a unit"
#define TRAINING(type, hidden, unit)                                                         \
    {                                                                                        \
        .fma_##type = POINTS * (double)(hidden) * (unit), .divide_##type = POINTS * (hidden) \
    }
#define TRAINING_FORMULA \
    "a unit at a point: 12 multiply-adds and a division forward, 6 back; the loss not counted"

/* The lab: four networks of 5, 10, 100, 500 units, 1000 epochs; 10000 test sets, which all four share. */
#define LAB_UNITS 615.0
#define LAB                                                                                            \
    {                                                                                                  \
        .fma_f32 = 1e3 * POINTS * LAB_UNITS * (TANH_F32 + BACKWARD) +                                  \
                   1e7 * (2.0 * NORMAL_F32 + 2.0 + TANH_F32 * LAB_UNITS),                              \
        .divide_f32 = 1e3 * POINTS * LAB_UNITS + 1e7 * (2.0 + LAB_UNITS), .multiply = 1e7 * 1.5 * DRAW \
    }

#define NOTHING_COUNTED "nothing is counted: "
#define FILE_FORMULA    NOTHING_COUNTED "digests, compression, write and fsync; at most 5 is asked for"

static const bk_bench_stage stages[] = {
    {.name = "raw",
     .what = "64 random bits",
     .item = "draw",
     .items = BK_BENCH_VALUES,
     .run = raw,
     .kernels = true,
     .work = {.multiply = DRAW},
     .formula = "a draw: 4 integer products (2 in the step, 2 in the output)"},
    {.name = "uniform-f32",
     .what = "a uniform float, draw included",
     .item = "value",
     .items = BK_BENCH_VALUES,
     .run = uniform_f32,
     .kernels = true,
     .work = {.fma_f32 = 1.0, .multiply = DRAW / 2.0},
     .formula = "half a draw and a product"},
    {.name = "uniform-f64",
     .what = "a uniform double, draw included",
     .item = "value",
     .items = BK_BENCH_VALUES,
     .run = uniform_f64,
     .kernels = true,
     .work = {.fma_f64 = 1.0, .multiply = DRAW},
     .formula = "a draw and a product"},
    {.name = "normal-f32",
     .what = "a normal float, draw included",
     .item = "value",
     .items = BK_BENCH_VALUES,
     .run = normal_f32,
     .kernels = true,
     .work = {.fma_f32 = NORMAL_F32, .divide_f32 = 1.0, .multiply = DRAW / 2.0},
     .formula = "of two: a draw, 24 multiply-adds, a division and a square root"},
    {.name = "normal-f32-transform",
     .what = "a normal float out of drawn bits",
     .item = "value",
     .items = BK_BENCH_VALUES,
     .run = normal_f32_transform,
     .kernels = true,
     .work = {.fma_f32 = NORMAL_F32, .divide_f32 = 1.0},
     .formula = "of two: 24 multiply-adds, a division and a square root"},
    {.name = "normal-f64",
     .what = "a normal double, draw included",
     .item = "value",
     .items = BK_BENCH_VALUES,
     .run = normal_f64,
     .kernels = true,
     .work = {.fma_f64 = NORMAL_F64, .divide_f64 = 1.0, .multiply = DRAW},
     .formula = "of two: 2 draws, 36 multiply-adds, a division and a square root"},
    {.name = "integer-u32",
     .what = "a whole number below 1000, draw included",
     .item = "value",
     .items = BK_BENCH_VALUES,
     .run = integer_u32,
     .kernels = true,
     .work = {.multiply = DRAW / 2.0},
     .formula = "half a draw; the product by the bound is one of 32 bits and not counted"},
    {.name = "stream-open",
     .what = "a stream from its address",
     .item = "stream",
     .items = STREAMS,
     .run = stream_open,
     .formula = NOTHING_COUNTED "a hash, each step of which waits for the one before"},
    {.name = "resample-1000",
     .what = "a draw of resampled means of 1000 losses, all included",
     .item = "draw",
     .items = BK_BENCH_RESAMPLES * 1000,
     .run = bk_bench_resample_1000,
     .kernels = true,
     .work = {.fma_f64 = 1.0, .multiply = 0.33 * DRAW},
     .formula = "a product of a loss and its count, and a third of a draw: 330 words for 1000 losses"},
    {.name = "resample-65536",
     .what = "the same of 65536 losses",
     .item = "draw",
     .items = BK_BENCH_RESAMPLES * 65536,
     .run = bk_bench_resample_65536,
     .kernels = true,
     .work = {.fma_f64 = 1.0, .multiply = 0.33 * DRAW},
     .formula = "the same: 33 words for each 128 losses, and some 9 for halving what is above"},
    {.name = "resample-1e6",
     .what = "the same of a million losses, 256 resamples, all threads",
     .item = "draw",
     .items = (size_t)BK_BENCH_LARGE_RESAMPLES * BK_BENCH_LOSSES,
     .run = bk_bench_resample_million,
     .wall = true,
     .work = {.fma_f64 = 1.0, .multiply = 0.33 * DRAW},
     .formula = "as resample-65536"},
    {.name = "bootstrap-bca",
     .what = "a draw of BCa, 1000 losses, 9999 resamples, all included, all threads",
     .item = "draw",
     .items = BK_BENCH_BCA_RESAMPLES * 1000,
     .run = bk_bench_bootstrap_bca,
     .kernels = true,
     .wall = true,
     .work = {.fma_f64 = 1.0, .multiply = 0.33 * DRAW},
     .formula = "as resample-1000"},
    {.name = "ideal-bca",
     .what = "the ideal BCa of 87 errors among 1000",
     .item = "interval",
     .items = 1,
     .run = bk_bench_ideal_bca,
     .formula = NOTHING_COUNTED "a handful of distribution functions of Rmath"},
    {.name = "tanh-unit-f32",
     .what = "a hidden tanh unit at one point, 2 inputs, float",
     .item = "unit",
     .items = UNITS,
     .run = tanh_unit_f32,
     .kernels = true,
     .work = {.fma_f32 = TANH_F32, .divide_f32 = 1.0},
     .formula = TANH_FORMULA},
    {.name = "tanh-unit-f64",
     .what = "a hidden tanh unit at one point, 2 inputs, double",
     .item = "unit",
     .items = UNITS,
     .run = tanh_unit_f64,
     .kernels = true,
     .work = {.fma_f64 = TANH_F64, .divide_f64 = 1.0},
     .formula = "a unit at a point: 20 multiply-adds (z 2, tanh 17, score 1) and a division"},
    {.name = "scalar-graph",
     .what = "an operation of two scalars on a tape, forward and backward",
     .item = "operation",
     .items = (size_t)BK_BENCH_GRAPH * BK_BENCH_GRAPH_RUN,
     .run = bk_bench_scalar_graph,
     .formula = NOTHING_COUNTED "bookkeeping, no arithmetic to speak of"},
    {.name = "train-5-f32",
     .what = "an epoch of 5 tanh units, 200 points",
     .item = "epoch",
     .items = BK_BENCH_EPOCHS,
     .run = bk_bench_train_5_f32,
     .wall = true,
     .work = TRAINING(f32, 5, TANH_F32 + BACKWARD),
     .formula = TRAINING_FORMULA},
    {.name = "train-10-f32",
     .what = "an epoch of 10 tanh units, 200 points",
     .item = "epoch",
     .items = BK_BENCH_EPOCHS,
     .run = bk_bench_train_10_f32,
     .wall = true,
     .work = TRAINING(f32, 10, TANH_F32 + BACKWARD),
     .formula = TRAINING_FORMULA},
    {.name = "train-100-f32",
     .what = "an epoch of 100 tanh units, 200 points",
     .item = "epoch",
     .items = BK_BENCH_EPOCHS,
     .run = bk_bench_train_100_f32,
     .wall = true,
     .work = TRAINING(f32, 100, TANH_F32 + BACKWARD),
     .formula = TRAINING_FORMULA},
    {.name = "train-500-f32",
     .what = "an epoch of 500 tanh units, 200 points",
     .item = "epoch",
     .items = BK_BENCH_EPOCHS,
     .run = bk_bench_train_500_f32,
     .wall = true,
     .work = TRAINING(f32, 500, TANH_F32 + BACKWARD),
     .formula = TRAINING_FORMULA},
    {.name = "train-500-f64",
     .what = "the same in f64",
     .item = "epoch",
     .items = BK_BENCH_EPOCHS,
     .run = bk_bench_train_500_f64,
     .wall = true,
     .work = TRAINING(f64, 500, TANH_F64 + BACKWARD),
     .formula = "a unit at a point: 20 multiply-adds and a division forward, 6 back; the loss not counted"},
    {.name = "trials-loop",
     .what = "a trial that draws 8192 normals, in a plain loop",
     .item = "trial",
     .items = BK_BENCH_TRIALS,
     .run = bk_bench_trials_loop,
     .wall = true,
     .threads = 1,
     .work = NORMALS(BK_BENCH_SHORT_NORMAL),
     .formula = "8192 times normal-f32"},
    {.name = "trials-driver",
     .what = "the same through the driver on one thread, all included",
     .item = "trial",
     .items = BK_BENCH_TRIALS,
     .run = bk_bench_trials_driver,
     .wall = true,
     .threads = 1,
     .work = NORMALS(BK_BENCH_SHORT_NORMAL),
     .formula = "8192 times normal-f32"},
    {.name = "trials-1-thread",
     .what = "a fresh test set of 1000 points, 100 units, one thread",
     .item = "trial",
     .items = BK_BENCH_TRIALS,
     .run = bk_bench_trials_100,
     .wall = true,
     .threads = 1,
     .work = FRESH(BK_BENCH_TEST_SIZE, 100),
     .formula = FRESH_FORMULA},
    {.name = "trials-2-threads",
     .what = "the same on two threads",
     .item = "trial",
     .items = BK_BENCH_TRIALS,
     .run = bk_bench_trials_100,
     .wall = true,
     .threads = 2,
     .work = FRESH(BK_BENCH_TEST_SIZE, 100),
     .formula = FRESH_FORMULA},
    {.name = "trials-500",
     .what = "a fresh test set of 1000 points, 500 units, all threads",
     .item = "trial",
     .items = BK_BENCH_WIDE_TRIALS,
     .run = bk_bench_trials_500,
     .wall = true,
     .work = FRESH(BK_BENCH_TEST_SIZE, 500),
     .formula = FRESH_FORMULA},
    {.name = "dense-trial",
     .what = "a fresh test set of 1000 points through 500 units",
     .item = "trial",
     .items = BK_BENCH_DENSE_TRIALS,
     .run = bk_bench_dense_trial,
     .kernels = true,
     .work = FRESH(BK_BENCH_TEST_SIZE, 500),
     .formula = FRESH_FORMULA},
    {.name = "map-trial",
     .what = "the same through their decision map, its making included",
     .item = "trial",
     .items = BK_BENCH_MAP_TRIALS,
     .run = bk_bench_map_trial,
     .kernels = true,
     .work = FRESH(BK_BENCH_TEST_SIZE, 0),
     .formula =
         "a point: 26 multiply-adds, 2 divisions, 6 integer products to draw it; its label not counted"},
    {.name = "map-labels",
     .what = "1000 labels from the map and their errors, points drawn before",
     .item = "test set",
     .items = BK_BENCH_MAP_LABELS,
     .run = bk_bench_map_labels,
     .kernels = true,
     .work = {.load = BK_BENCH_TEST_SIZE},
     .formula = "a point: a number of the table"},
    {.name = "coverage-study",
     .what = "a test set of the experiment coverage-study: 10000, 100 units, dense",
     .item = "test set",
     .items = 10000,
     .run = bk_bench_coverage_study,
     .wall = true,
     .slow = true,
     .experiment = "coverage-study",
     .work = FRESH(BK_BENCH_TEST_SIZE, 100),
     .formula = FRESH_FORMULA "; training and intervals not counted"},
    {.name = "lab",
     .what = "the experiment lab, all of it but the file, dense",
     .item = "lab",
     .items = 1,
     .run = bk_bench_lab,
     .wall = true,
     .slow = true,
     .experiment = "lab",
     .work = LAB,
     .formula =
         "training (615 units) and trials (shared test sets, 615 units a point); bootstraps not counted"},
    {.name = "memory-summary",
     .what = "growth of the peak memory, --keep summary",
     .item = "trial",
     .items = 1,
     .wall = true,
     .slow = true,
     .gauge = bk_bench_memory_summary,
     .unit = "bytes",
     .formula = NOTHING_COUNTED "0 is the aim; the sum of each block of 64 trials takes 8 bytes"},
    {.name = "memory-all",
     .what = "the same, --keep all",
     .item = "trial",
     .items = 1,
     .wall = true,
     .slow = true,
     .gauge = bk_bench_memory_all,
     .unit = "bytes",
     .formula = NOTHING_COUNTED "a value takes 8 bytes, and once more in the results"},
    {.name = "file-lab",
     .what = "writing the file of the experiment lab, of the whole run",
     .item = "run",
     .items = 1,
     .wall = true,
     .slow = true,
     .gauge = bk_bench_file_lab,
     .unit = "percent",
     .experiment = "lab",
     .formula = FILE_FORMULA},
    {.name = "file-trials",
     .what = "the same of test-error, 10000 trials",
     .item = "run",
     .items = 1,
     .wall = true,
     .slow = true,
     .gauge = bk_bench_file_trials,
     .unit = "percent",
     .experiment = "test-error",
     .formula = FILE_FORMULA},
    {.name = "file-million",
     .what = "the same of test-error, a million trials",
     .item = "run",
     .items = 1,
     .wall = true,
     .slow = true,
     .gauge = bk_bench_file_million,
     .unit = "percent",
     .experiment = "test-error",
     .formula = FILE_FORMULA},
};
_Static_assert(sizeof stages / sizeof stages[0] <= BK_BENCH_MAX_STAGES, "room for every stage in a request");

size_t bk_bench_stage_count(void) { return sizeof stages / sizeof stages[0]; }

const bk_bench_stage *bk_bench_stage_row(size_t row)
{
    return row < bk_bench_stage_count() ? &stages[row] : NULL;
}

void bk_bench_fill(bk_bench_data *data)
{
    data->stream = bk_stream_open(1, BK_PURPOSE_USER, 0);
    bk_stream_fill(&data->stream, data->draws, BK_BENCH_VALUES);
    (void)bk_fill_exponential_f64(&data->stream, data->losses, BK_BENCH_LOSSES, 1.0);
    for (size_t i = 0; i < BK_LIMIT_WORK; i++) {
        data->limit_f32[i] = 1.0F;
        data->limit_f64[i] = 1.0;
        data->limit_u64[i] = data->draws[i] | 1U;
    }
    bk_fill_normal_f32(&data->stream, data->x_f32, sizeof data->x_f32 / sizeof data->x_f32[0]);
    bk_fill_normal_f32(&data->stream, data->w1_f32, sizeof data->w1_f32 / sizeof data->w1_f32[0]);
    bk_fill_normal_f32(&data->stream, data->b1_f32, BK_BENCH_HIDDEN);
    bk_fill_normal_f32(&data->stream, data->w2_f32, BK_BENCH_HIDDEN);
    for (size_t i = 0; i < sizeof data->x_f32 / sizeof data->x_f32[0]; i++) {
        data->x_f64[i] = (double)data->x_f32[i];
    }
    for (size_t j = 0; j < BK_BENCH_HIDDEN; j++) {
        data->w1_f64[2 * j] = (double)data->w1_f32[2 * j];
        data->w1_f64[2 * j + 1] = (double)data->w1_f32[2 * j + 1];
        data->b1_f64[j] = (double)data->b1_f32[j];
        data->w2_f64[j] = (double)data->w2_f32[j];
    }
}
