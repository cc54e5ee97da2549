/* SPDX-License-Identifier: GPL-3.0-or-later
 * Stages of `brisk bench` that train, and that record and differentiate scalars on a tape. */
#include "brisk/model.h"
#include "brisk/tensor.h"
#include "cli/bench.h"

#define POINTS 200

static bk_status train_on(const void *x, const int8_t *y, size_t hidden, bk_dtype dtype)
{
    bk_network *network = bk_network_create(bk_mixture_lab.inputs, 1, &hidden, BK_TANH, dtype);
    if (network == NULL) {
        return bk_error_status();
    }
    bk_network_initialise(network, 1);
    const bk_training training = {.learning_rate = 0.1, .epochs = BK_BENCH_EPOCHS};
    const bk_status status = bk_train(network, NULL, NULL, x, y, POINTS, &training);
    bk_network_destroy(network);
    return status;
}

/* A stage's data are of no use here. */
static bk_status train(bk_bench_data *data, size_t hidden, bk_dtype dtype)
{
    (void)data;
    double x[2 * POINTS];
    int8_t y[POINTS];
    void *scratch = bk_allocate(bk_mixture_scratch_bytes(&bk_mixture_lab, POINTS, dtype), 1);
    bk_stream stream = bk_stream_open(1, BK_PURPOSE_TRAINING_SET, 0);
    bk_status status = scratch == NULL ? bk_error_status()
                                       : bk_mixture_sample(x, y, &bk_mixture_lab, BK_SAMPLING_BALANCED, dtype,
                                                           POINTS, &stream, scratch);
    bk_free(scratch);
    if (status == BK_OK) {
        status = train_on(x, y, hidden, dtype);
    }
    return status;
}

bk_status bk_bench_train_5_f32(bk_bench_data *data) { return train(data, 5, BK_F32); }
bk_status bk_bench_train_10_f32(bk_bench_data *data) { return train(data, 10, BK_F32); }
bk_status bk_bench_train_100_f32(bk_bench_data *data) { return train(data, 100, BK_F32); }
bk_status bk_bench_train_500_f32(bk_bench_data *data) { return train(data, 500, BK_F32); }
bk_status bk_bench_train_500_f64(bk_bench_data *data) { return train(data, 500, BK_F64); }

/* BK_BENCH_GRAPH sums and products in a chain, and the gradient of its end in both leaves. */
static bk_status run_graph(bk_tape *tape, bk_tensor *w, bk_tensor *b)
{
    const bk_scope scope = bk_scope_open(tape);
    bk_tensor *y = w;
    for (size_t i = 0; i < BK_BENCH_GRAPH / 2; i++) {
        y = bk_mul(y, w);
        y = bk_add(y, b);
    }
    const bk_status status = y == NULL ? bk_error_status() : bk_backward(y, NULL, false);
    bk_tensor_zero_grad(w, false);
    bk_tensor_zero_grad(b, false);
    bk_scope_close(scope);
    return status;
}

bk_status bk_bench_scalar_graph(bk_bench_data *data)
{
    (void)data;
    bk_tape *tape = bk_tape_create();
    bk_tensor *w = bk_tensor_scalar(tape, BK_F32, 0.5);
    bk_tensor *b = bk_tensor_scalar(tape, BK_F32, 0.25);
    bk_status status = w == NULL || b == NULL ? bk_error_status() : bk_tensor_require_grad(w, true);
    if (status == BK_OK) {
        status = bk_tensor_require_grad(b, true);
    }
    for (size_t run = 0; run < BK_BENCH_GRAPH_RUN && status == BK_OK; run++) {
        status = run_graph(tape, w, b);
    }
    bk_tape_destroy(tape);
    return status;
}
