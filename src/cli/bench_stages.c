/* SPDX-License-Identifier: GPL-3.0-or-later
 * The stages of `brisk bench`: a function each, and one row of the table. */
#include "cli/bench.h"

#include "brisk/stats.h"

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

/* Resampled means of the first n losses; BCa too where an interval is asked for. On one thread: a second one
 * that waits for work would count as work. */
static bk_status resample(const bk_bench_data *data, size_t n, size_t resamples, bool interval)
{
    const bk_bootstrap_data points = {.x = data->losses, .n = n};
    bk_bootstrap_options options = bk_bootstrap_options_of(BK_STATISTIC_MEAN);
    options.resamples = resamples;
    const int threads = bk_threads();
    (void)bk_set_threads(1);
    bk_bootstrap *bootstrap = bk_bootstrap_create(&points, &options);
    (void)bk_set_threads(threads);
    bk_interval bca;
    const bk_status status =
        bootstrap == NULL ? bk_error_status()
        : interval ? bk_bootstrap_interval(&bca, NULL, bootstrap, BK_METHOD_BOOTSTRAP_BCA, 0.9, BK_TWO_SIDED)
                   : BK_OK;
    bk_bootstrap_destroy(bootstrap);
    return status;
}

static bk_status resample_1000(bk_bench_data *data) { return resample(data, 1000, 64, false); }

static bk_status resample_65536(bk_bench_data *data) { return resample(data, BK_BENCH_LOSSES, 64, false); }

#define BCA_RESAMPLES 9999

static bk_status bootstrap_bca(bk_bench_data *data) { return resample(data, 1000, BCA_RESAMPLES, true); }

static bk_status ideal_bca(bk_bench_data *data)
{
    (void)data;
    bk_interval interval;
    return bk_interval_ideal(&interval, BK_METHOD_IDEAL_BCA, 87, 1000, 0.9, BK_TWO_SIDED);
}

#define UNITS ((size_t)BK_BENCH_POINTS * BK_BENCH_HIDDEN)

static const bk_bench_stage stages[] = {
    {"raw", "64 random bits", "draw", BK_BENCH_VALUES, true, raw, false},
    {"uniform-f32", "a uniform float, draw included", "value", BK_BENCH_VALUES, true, uniform_f32, false},
    {"uniform-f64", "a uniform double, draw included", "value", BK_BENCH_VALUES, true, uniform_f64, false},
    {"normal-f32", "a normal float, draw included", "value", BK_BENCH_VALUES, true, normal_f32, false},
    {"normal-f32-transform", "a normal float out of drawn bits", "value", BK_BENCH_VALUES, true,
     normal_f32_transform, false},
    {"normal-f64", "a normal double, draw included", "value", BK_BENCH_VALUES, true, normal_f64, false},
    {"integer-u32", "a whole number below 1000, draw included", "value", BK_BENCH_VALUES, true, integer_u32,
     false},
    {"stream-open", "a stream from its address", "stream", STREAMS, false, stream_open, false},
    {"resample-1000", "a draw of resampled means of 1000 losses, all included", "draw", 64 * 1000, true,
     resample_1000, false},
    {"resample-65536", "the same of 65536 losses", "draw", 64 * BK_BENCH_LOSSES, true, resample_65536, false},
    {"bootstrap-bca", "a draw of BCa, 1000 losses, 9999 resamples, all included", "draw",
     BCA_RESAMPLES * 1000, true, bootstrap_bca, true},
    {"ideal-bca", "the ideal BCa of 87 errors among 1000", "interval", 1, false, ideal_bca, false},
    {"tanh-unit-f32", "a hidden tanh unit at one point, 2 inputs, float", "unit", UNITS, true, tanh_unit_f32,
     false},
    {"tanh-unit-f64", "a hidden tanh unit at one point, 2 inputs, double", "unit", UNITS, true, tanh_unit_f64,
     false},
    {"scalar-graph", "an operation of two scalars on a tape, forward and backward", "operation",
     (size_t)BK_BENCH_GRAPH *BK_BENCH_GRAPH_RUN, false, bk_bench_scalar_graph, false},
    {"train-5-f32", "an epoch of 5 tanh units, 200 points", "epoch", BK_BENCH_EPOCHS, false,
     bk_bench_train_5_f32, true},
    {"train-10-f32", "an epoch of 10 tanh units, 200 points", "epoch", BK_BENCH_EPOCHS, false,
     bk_bench_train_10_f32, true},
    {"train-100-f32", "an epoch of 100 tanh units, 200 points", "epoch", BK_BENCH_EPOCHS, false,
     bk_bench_train_100_f32, true},
    {"train-500-f32", "an epoch of 500 tanh units, 200 points", "epoch", BK_BENCH_EPOCHS, false,
     bk_bench_train_500_f32, true},
    {"train-500-f64", "the same in f64", "epoch", BK_BENCH_EPOCHS, false, bk_bench_train_500_f64, true},
    {"trials-loop", "a trial that draws 8192 normals, in a plain loop", "trial", BK_BENCH_TRIALS, false,
     bk_bench_trials_loop, true},
    {"trials-driver", "the same through the driver on one thread, all included", "trial", BK_BENCH_TRIALS,
     false, bk_bench_trials_driver, true},
    {"trials-1-thread", "a fresh test set of 1000 points, 100 units, one thread", "trial", BK_BENCH_TRIALS,
     false, bk_bench_trials_one_thread, true},
    {"trials-2-threads", "the same on two threads", "trial", BK_BENCH_TRIALS, false,
     bk_bench_trials_two_threads, true},
};

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
