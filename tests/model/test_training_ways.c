/* SPDX-License-Identifier: GPL-3.0-or-later
 * The fused way of training gives the bits of the tape, for any number of threads. */
#include <criterion/criterion.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "brisk/tensor.h"
#include "support.h"

#define EPOCHS 4

/* What a training returned: losses, the last loss and all weights. */
typedef struct outcome {
    double loss[EPOCHS + 1];
    void *weights;
    size_t bytes;
} outcome;

/* One case of many: everything about it follows from its number. */
typedef struct example {
    size_t inputs, hidden, count;
    bk_activation activation;
    bk_dtype dtype;
    bk_training training;
} example;

static example example_of(size_t number)
{
    static const size_t hidden[] = {1, 5, 15, 16, 17, 63, 64, 65, 66, 100, 128, 200};
    static const size_t inputs[] = {2, 2, 1, 3, 5};
    static const size_t counts[] = {200, 1, 7, 16, 33, 129, 300};
    example e = {.inputs = inputs[number % 5],
                 .hidden = hidden[number % 12],
                 .count = counts[number % 7],
                 .activation = (bk_activation)(number % BK_ACTIVATION_COUNT),
                 .dtype = number / 3 % 2 == 0 ? BK_F32 : BK_F64,
                 .training = {.learning_rate = 0.3,
                              .epochs = EPOCHS,
                              .loss = (bk_loss_kind)(number / 2 % 2),
                              .optimiser = (bk_optimiser)(number / 4 % 3),
                              .momentum = 0.9,
                              .nesterov = number % 2 == 1,
                              .weight_decay = number / 5 % 3 == 0 ? 0.01 : 0.0}};
    e.training.learning_rate = e.training.optimiser == BK_OPTIMISER_ADAM ? 0.02 : 0.1 / (double)e.hidden;
    return e;
}

static outcome train(const example *e, bool plain)
{
    void *x = bk_allocate(e->inputs * e->count, bk_dtype_size(e->dtype));
    int8_t *y = bk_allocate(e->count, 1);
    bk_stream stream = bk_stream_open(7, BK_PURPOSE_USER, e->inputs);
    if (e->dtype == BK_F32) {
        bk_fill_normal_f32(&stream, x, e->inputs * e->count);
    } else {
        bk_fill_normal_f64(&stream, x, e->inputs * e->count);
    }
    for (size_t i = 0; i < e->count; i++) {
        y[i] = (bk_stream_next(&stream) & 1U) == 0 ? -1 : 1;
    }
    bk_network *network = bk_network_create(e->inputs, 1, &e->hidden, e->activation, e->dtype);
    bk_network_initialise(network, 3);
    bk_training training = e->training;
    training.plain = plain;
    outcome out;
    bk_training_result result;
    cr_assert_eq(bk_train(network, out.loss, &result, x, y, e->count, &training), BK_OK, "%s",
                 bk_error_message());
    cr_assert_eq(result.epochs, EPOCHS);
    out.loss[EPOCHS] = result.final_loss;
    out.weights = network_weights(network, &out.bytes);
    bk_network_destroy(network);
    bk_free(x);
    bk_free(y);
    return out;
}

static void expect_same(const outcome *found, const outcome *expected, size_t number, const char *what)
{
    cr_expect_arr_eq(found->loss, expected->loss, sizeof found->loss,
                     "%s: losses of case %zu: %.17g, not %.17g", what, number, found->loss[1],
                     expected->loss[1]);
    cr_expect_arr_eq(found->weights, expected->weights, expected->bytes, "%s: weights of case %zu", what,
                     number);
}

Test(training_ways, fused_training_gives_the_bits_of_the_tape)
{
    for (size_t number = 0; number < 420; number++) {
        const example e = example_of(number);
        outcome plain = train(&e, true), fused = train(&e, false);
        expect_same(&fused, &plain, number, "fused");
        bk_free(plain.weights);
        bk_free(fused.weights);
    }
}

/* Large enough for a team (choose_members of training_fused.c), small enough for the baseline's slow fma. */
static const example team_example = {.inputs = 2,
                                     .hidden = 301,
                                     .count = 230,
                                     .activation = BK_TANH,
                                     .dtype = BK_F32,
                                     .training = {.learning_rate = 0.01, .epochs = EPOCHS}};

Test(training_ways, threads_do_not_change_the_bits)
{
    static const int threads[] = {1, 2, 3, 7};
    for (int o = 0; o < BK_OPTIMISER_COUNT; o++) {
        for (int d = 0; d < 2; d++) {
            example e = team_example;
            e.dtype = d == 0 ? BK_F32 : BK_F64;
            e.training.optimiser = (bk_optimiser)o;
            e.training.momentum = 0.5;
            outcome plain = train(&e, true);
            for (size_t t = 0; t < 4; t++) {
                cr_assert_eq(bk_set_threads(threads[t]), BK_OK);
                outcome fused = train(&e, false);
                expect_same(&fused, &plain, (size_t)threads[t], "threads");
                bk_free(fused.weights);
            }
            bk_free(plain.weights);
        }
    }
}

static void *train_team(size_t *bytes)
{
    bk_set_threads(3);
    outcome fused = train(&team_example, false);
    *bytes = fused.bytes;
    return fused.weights;
}

Test(training_ways, teams_of_every_instruction_set_give_the_same_bits) { expect_equal_bits(train_team); }

/* ---- Many epochs, so that the pace changes between one thread and all ---- */

typedef struct watch {
    size_t calls, stop_at, fail_at;
} watch;

static bk_status count_calls(void *context, size_t epoch, double loss, bool *stop)
{
    watch *seen = context;
    (void)loss;
    cr_assert_eq(epoch, seen->calls);
    seen->calls++;
    *stop = epoch + 1 == seen->stop_at;
    return epoch + 1 == seen->fail_at ? bk_fail(BK_STOPPED, "failed in epoch %zu", epoch) : BK_OK;
}

#define LONG 700

/* Trains the team's example for up to LONG epochs; the loss of each, and the weights. */
static bk_status train_long(double *loss, bk_training_result *result, void **weights, size_t *bytes,
                            watch *seen, bool plain)
{
    const example e = team_example;
    points sample = points_draw(BK_SAMPLING_BALANCED, BK_F32, e.count, BK_PURPOSE_TRAINING_SET, 0);
    bk_network *network = network_new(e.hidden, BK_TANH, BK_F32);
    const bk_training training = {
        .learning_rate = 0.02, .epochs = LONG, .after_epoch = count_calls, .context = seen, .plain = plain};
    const bk_status status = bk_train(network, loss, result, sample.x, sample.y, sample.count, &training);
    *weights = network_weights(network, bytes);
    bk_network_destroy(network);
    points_free(&sample);
    return status;
}

Test(training_ways, a_long_training_and_an_early_stop_agree_with_the_tape)
{
    static double loss[2][LONG];
    bk_set_threads(2);
    for (size_t stop_at = 0; stop_at <= LONG; stop_at += 350) {
        bk_training_result result[2];
        void *weights[2];
        size_t bytes;
        for (int plain = 0; plain < 2; plain++) {
            watch seen = {.stop_at = stop_at};
            cr_assert_eq(train_long(loss[plain], &result[plain], &weights[plain], &bytes, &seen, plain == 1),
                         BK_OK);
            const size_t epochs = stop_at == 0 ? LONG : stop_at;
            cr_expect(seen.calls == epochs && result[plain].epochs == epochs);
            cr_expect_eq(result[plain].stopped, epochs < LONG);
        }
        cr_expect_arr_eq(loss[0], loss[1], result[0].epochs * sizeof **loss);
        cr_expect_arr_eq(weights[0], weights[1], bytes);
        cr_expect_eq(result[0].final_loss, result[1].final_loss);
        cr_expect_lt(result[0].final_loss, loss[0][0]);
        bk_free(weights[0]);
        bk_free(weights[1]);
    }
}

Test(training_ways, a_failing_callback_ends_a_team_with_its_message)
{
    bk_set_threads(2);
    for (size_t fail_at = 1; fail_at < 200; fail_at += 33) {
        watch seen = {.fail_at = fail_at};
        bk_training_result result = {.epochs = 99};
        void *weights;
        size_t bytes;
        cr_expect_eq(train_long(NULL, &result, &weights, &bytes, &seen, false), BK_STOPPED);
        char expected[64];
        snprintf(expected, sizeof expected, "failed in epoch %zu", fail_at - 1);
        cr_expect_str_eq(bk_error_message(), expected);
        cr_expect(seen.calls == fail_at && result.epochs == 99);
        size_t start_bytes;
        bk_network *start = network_new(team_example.hidden, BK_TANH, BK_F32);
        void *before = network_weights(start, &start_bytes);
        cr_expect_arr_eq(weights, before, bytes, "the weights are as before");
        bk_network_destroy(start);
        bk_free(before);
        bk_free(weights);
    }
}

/* Weights that overflow in one block of many: the error is the tape's, whoever had the block. */
Test(training_ways, a_weight_that_overflows_is_the_same_error)
{
    enum { HIDDEN = 400, COUNT = 200 };
    points sample = points_draw(BK_SAMPLING_BALANCED, BK_F32, COUNT, BK_PURPOSE_TRAINING_SET, 0);
    char message[2][256];
    for (int plain = 0; plain < 2; plain++) {
        bk_network *network = network_new(HIDDEN, BK_RELU, BK_F32);
        for (size_t j = 0; j < HIDDEN; j++) {
            ((float *)network->weight[1])[j] =
                j == 333 ? 1e-3F : 0.0F; /* the gradient of w1 is 0 elsewhere */
        }
        const bk_training training = {.learning_rate = 3e38, .epochs = 5, .plain = plain == 1};
        bk_set_threads(2);
        cr_expect_eq(bk_train(network, NULL, NULL, sample.x, sample.y, COUNT, &training), BK_NOT_A_NUMBER);
        snprintf(message[plain], sizeof message[plain], "%s", bk_error_message());
        bk_network_destroy(network);
    }
    cr_expect_str_eq(message[0], message[1]);
    points_free(&sample);
}

/* Inside a parallel loop every training runs alone, with the same bits. */
static bk_status train_item(void *context, size_t item, int thread)
{
    (void)thread;
    ((outcome *)context)[item] = train(&team_example, false);
    return BK_OK;
}

Test(training_ways, a_training_inside_a_parallel_loop_has_the_same_bits)
{
    outcome found[4];
    bk_set_threads(2);
    cr_assert_eq(bk_parallel_for(4, train_item, found), BK_OK);
    outcome expected = train(&team_example, false);
    for (size_t i = 0; i < 4; i++) {
        expect_same(&found[i], &expected, i, "item");
        bk_free(found[i].weights);
    }
    bk_free(expected.weights);
}

/* ---- Memory ---- */

/* All memory of the library comes from bk_allocate, which calls aligned_alloc: this one, which counts. */
static atomic_size_t allocations;

void *aligned_alloc(size_t alignment, size_t size)
{
    void *memory = NULL;
    atomic_fetch_add(&allocations, 1);
    return posix_memalign(&memory, alignment, size) == 0 ? memory : NULL;
}

/* Allocations before each epoch's end. */
typedef struct heap {
    size_t calls;
    size_t allocations[64];
} heap;

static bk_status note_heap(void *context, size_t epoch, double loss, bool *stop)
{
    heap *seen = context;
    (void)loss;
    (void)stop;
    seen->allocations[epoch] = atomic_load(&allocations);
    seen->calls++;
    return BK_OK;
}

Test(training_ways, nothing_is_allocated_after_the_first_epoch_and_memory_is_as_stated)
{
    static const size_t hidden[] = {200, 30};
    points sample = points_draw(BK_SAMPLING_BALANCED, BK_F32, 200, BK_PURPOSE_TRAINING_SET, 0);
    bk_set_threads(2);
    for (int way = 0; way < 3; way++) { /* fused; through the tape; two layers */
        for (int o = 0; o < BK_OPTIMISER_COUNT; o++) {
            heap seen = {0};
            bk_network *network = network_deep(way == 2 ? 2 : 1, hidden, BK_TANH, BK_F32);
            const bk_training training = {.learning_rate = 0.01,
                                          .epochs = 64,
                                          .optimiser = (bk_optimiser)o,
                                          .after_epoch = note_heap,
                                          .context = &seen,
                                          .plain = way == 1};
            bk_training_result result;
            cr_assert_eq(bk_train(network, NULL, &result, sample.x, sample.y, 200, &training), BK_OK);
            cr_expect_eq(seen.calls, 64);
            cr_expect_gt(seen.allocations[0], 10);
            for (size_t e = 1; e < 64; e++) {
                cr_expect_eq(seen.allocations[e], seen.allocations[0], "way %d, optimiser %d, epoch %zu", way,
                             o, e);
            }
            if (way == 0) {
                const size_t width = 208, blocks = 4, members = 2;
                const size_t copies = 2 + (size_t)o;
                cr_expect_eq(result.bytes,
                             4 * (width * (200 + copies * 4) + 2 * blocks * 200 + 4 * members * 200),
                             "%zu bytes", result.bytes);
            }
            cr_expect_gt(result.bytes, 4 * 200 * 200);
            bk_network_destroy(network);
        }
    }
    points_free(&sample);
}
