/* SPDX-License-Identifier: GPL-3.0-or-later
 * Gradient descent: against NumPy's derivation by hand, and what training promises. */
#include <criterion/criterion.h>
#include <malloc.h>
#include <math.h>
#include <string.h>

#include "brisk/tensor.h"
#include "support.h"

static const bk_training lab_training = {.learning_rate = 0.1, .epochs = 1000};

/* ---- Against NumPy
 * ------------------------------------------------------------------------------------------ */

static void expect_relative(const double *found, const double *expected, size_t count, double tolerance,
                            const char *what)
{
    for (size_t i = 0; i < count; i++) {
        cr_expect_float_eq(found[i], expected[i], tolerance * fabs(expected[i]) + 1e-15,
                           "%s %zu: %.17g, not %.17g", what, i, found[i], expected[i]);
    }
}

/* Loss curve, first gradient and last weights of 5 units, f64, with weights and points of the data file. */
Test(training, five_units_follow_numpy)
{
    size_t numbers;
    double *table = read_numbers("model_training.txt", &numbers);
    const size_t count = (size_t)table[0];
    const size_t hidden = (size_t)table[1];
    const size_t epochs = (size_t)table[2];
    const size_t weights = 4 * hidden + 1;
    cr_assert_eq(numbers, 4 + 3 * count + 2 * (epochs + 1 + 2 * weights));
    const double *x = table + 4;
    int8_t y[64];
    for (size_t i = 0; i < count; i++) {
        y[i] = (int8_t)table[4 + 2 * count + i];
    }
    const double *expected = table + 4 + 3 * count;
    for (int a = BK_TANH; a <= BK_RELU; a++) {
        bk_network *network = network_new(hidden, (bk_activation)a, BK_F64);
        bk_network *gradient = network_new(hidden, (bk_activation)a, BK_F64);
        double loss[101];
        double first;
        size_t bytes;
        cr_assert_eq(bk_network_loss_gradient(&first, gradient, network, BK_LOSS_LOGISTIC, x, y, count),
                     BK_OK);
        const bk_training training = {.learning_rate = table[3], .epochs = epochs};
        bk_training_result result;
        cr_assert_eq(bk_train(network, loss, &result, x, y, count, &training), BK_OK, "%s",
                     bk_error_message());
        loss[epochs] = result.final_loss;
        cr_expect(result.epochs == epochs && !result.stopped);
        expect_relative(&first, expected, 1, 1e-13, "loss alone");
        expect_relative(loss, expected, epochs + 1, 1e-12, "loss of epoch");
        double *values = network_weights(gradient, &bytes);
        expect_relative(values, expected + epochs + 1, weights, 1e-12, "gradient");
        bk_free(values);
        values = network_weights(network, &bytes);
        expect_relative(values, expected + epochs + 1 + weights, weights, 1e-11, "last weight");
        bk_free(values);
        expected += epochs + 1 + 2 * weights;
        bk_network_destroy(network);
        bk_network_destroy(gradient);
    }
    bk_free(table);
}

/* ---- One step
 * ---------------------------------------------------------------------------------------------------- */

/* Mistakes made elsewhere: one parameter stepped twice, another never. */
Test(training, a_step_moves_each_parameter_once)
{
    points sample = points_draw(BK_SAMPLING_BALANCED, BK_F32, 50, BK_PURPOSE_TRAINING_SET, 0);
    for (int a = 0; a < BK_ACTIVATION_COUNT; a++) {
        bk_network *network = network_new(17, (bk_activation)a, BK_F32);
        bk_network *gradient = network_new(17, (bk_activation)a, BK_F32);
        cr_assert_eq(
            bk_network_loss_gradient(NULL, gradient, network, BK_LOSS_LOGISTIC, sample.x, sample.y, 50),
            BK_OK);
        size_t bytes;
        float *before = network_weights(network, &bytes);
        float *slope = network_weights(gradient, &bytes);
        const bk_training one = {.learning_rate = 0.1, .epochs = 1};
        double loss;
        bk_training_result result;
        cr_assert_eq(bk_train(network, &loss, &result, sample.x, sample.y, 50, &one), BK_OK);
        float *after = network_weights(network, &bytes);
        size_t moved = 0;
        for (size_t i = 0; i < bytes / sizeof *after; i++) {
            cr_expect_eq(after[i], fmaf(-0.1F, slope[i], before[i]), "weight %zu", i);
            moved += after[i] != before[i];
        }
        /* A ReLU unit that is off at every point has no gradient; no other weight stays. */
        cr_expect_gt(moved, bytes / sizeof *after * 3 / 4);
        cr_expect_lt(result.final_loss, loss);
        bk_free(before);
        bk_free(slope);
        bk_free(after);
        bk_network_destroy(network);
        bk_network_destroy(gradient);
    }
    points_free(&sample);
}

/* ---- The lab's training
 * -------------------------------------------------------------------------------------------- */

Test(training, the_loss_falls)
{
    const bk_dtype dtypes[] = {BK_F32, BK_F64};
    for (size_t d = 0; d < 2; d++) {
        points sample = points_draw(BK_SAMPLING_BALANCED, dtypes[d], 200, BK_PURPOSE_TRAINING_SET, 0);
        for (int a = 0; a < BK_ACTIVATION_COUNT; a++) {
            for (size_t hidden = 5; hidden <= 100; hidden += 95) {
                bk_network *network = network_new(hidden, (bk_activation)a, dtypes[d]);
                double loss[1000];
                bk_training_result result;
                cr_assert_eq(bk_train(network, loss, &result, sample.x, sample.y, 200, &lab_training), BK_OK);
                const double final_loss = result.final_loss;
                cr_expect_lt(final_loss, (a == BK_SIGMOID ? 0.8 : 0.5) * loss[0], "%zu %s units: %g to %g",
                             hidden, bk_activation_name((bk_activation)a), loss[0], final_loss);
                cr_expect_lt(final_loss, loss[999]);
                double again;
                cr_assert_eq(bk_network_loss_gradient(&again, NULL, network, BK_LOSS_LOGISTIC, sample.x,
                                                      sample.y, 200),
                             BK_OK);
                cr_expect_eq(again, final_loss, "the last loss is that of the weights that are returned");
                bk_network_destroy(network);
            }
        }
        points_free(&sample);
    }
}

/* A published solution found 0.028 to 0.038 with other draws; 0.0168 is the Bayes error. */
Test(training, trained_networks_err_about_as_often_as_published_ones)
{
    enum { TEST = 30000 };
    points sample = points_draw(BK_SAMPLING_BALANCED, BK_F32, 200, BK_PURPOSE_TRAINING_SET, 0);
    points test = points_draw(BK_SAMPLING_BALANCED, BK_F32, TEST, BK_PURPOSE_ERROR_ESTIMATE, 0);
    static float score[TEST];
    const size_t sizes[] = {5, 10, 100, 500};
    for (size_t k = 0; k < 4; k++) {
        bk_network *network = network_new(sizes[k], BK_TANH, BK_F32);
        uint64_t untrained;
        uint64_t errors;
        cr_assert_eq(bk_network_score(score, network, test.x, TEST), BK_OK);
        cr_assert_eq(bk_network_errors(NULL, &untrained, BK_F32, score, test.y, TEST), BK_OK);
        cr_assert_eq(bk_train(network, NULL, NULL, sample.x, sample.y, 200, &lab_training), BK_OK);
        cr_assert_eq(bk_network_score(score, network, test.x, TEST), BK_OK);
        cr_assert_eq(bk_network_errors(NULL, &errors, BK_F32, score, test.y, TEST), BK_OK);
        const double rate = (double)errors / TEST;
        const double untrained_rate = (double)untrained / TEST;
        cr_expect(rate > 0.017 && rate < 0.08, "%zu units: %f", sizes[k], rate);
        cr_expect_gt(untrained_rate, 0.1, "untrained, %zu units: %f", sizes[k], untrained_rate);
        bk_network_destroy(network);
    }
    points_free(&sample);
    points_free(&test);
}

/* ---- Equal bits
 * ---------------------------------------------------------------------------------------------------- */

static void *train_all(size_t *bytes)
{
    enum { EPOCHS = 6 };
    char *all = bk_allocate(1 << 16, 1);
    *bytes = 0;
    for (int a = 0; a < BK_ACTIVATION_COUNT; a++) {
        for (int d = 0; d < 2; d++) {
            const bk_dtype dtype = d == 0 ? BK_F32 : BK_F64;
            points sample = points_draw(BK_SAMPLING_BALANCED, dtype, 38, BK_PURPOSE_TRAINING_SET, 0);
            bk_network *network = network_new(21, (bk_activation)a, dtype);
            double loss[EPOCHS + 1];
            const bk_training training = {.learning_rate = 0.3, .epochs = EPOCHS};
            bk_training_result result;
            cr_assert_eq(bk_train(network, loss, &result, sample.x, sample.y, 38, &training), BK_OK);
            loss[EPOCHS] = result.final_loss;
            size_t weight_bytes;
            void *weights = network_weights(network, &weight_bytes);
            memcpy(all + *bytes, weights, weight_bytes);
            *bytes += weight_bytes;
            memcpy(all + *bytes, loss, sizeof loss);
            *bytes += sizeof loss;
            bk_free(weights);
            bk_network_destroy(network);
            points_free(&sample);
        }
    }
    return all;
}

Test(training, every_instruction_set_gives_the_same_bits) { expect_equal_bits(train_all); }

Test(training, a_second_run_gives_the_same_bits)
{
    size_t bytes;
    size_t again_bytes;
    void *first = train_all(&bytes);
    void *again = train_all(&again_bytes);
    cr_assert_eq(bytes, again_bytes);
    cr_expect_arr_eq(first, again, bytes);
    bk_free(first);
    bk_free(again);
}

/* ---- Callback and memory
 * --------------------------------------------------------------------------------------------- */

typedef struct watch {
    size_t calls;
    size_t stop_after; /* with a failure */
    size_t end_after;  /* without one */
    double losses[200];
    size_t bytes_in_use[200];
} watch;

static bk_status note(void *context, size_t epoch, double loss, bool *stop)
{
    watch *seen = context;
    cr_assert_eq(epoch, seen->calls);
    const struct mallinfo2 memory = mallinfo2();
    seen->losses[epoch] = loss;
    seen->bytes_in_use[epoch] = memory.uordblks + memory.hblkhd;
    seen->calls++;
    *stop = seen->calls == seen->end_after;
    return seen->calls == seen->stop_after ? bk_fail(BK_STOPPED, "stopped by the test") : BK_OK;
}

Test(training, after_epoch_sees_each_loss_and_memory_is_flat)
{
    points sample = points_draw(BK_SAMPLING_BALANCED, BK_F32, 200, BK_PURPOSE_TRAINING_SET, 0);
    bk_network *network = network_new(50, BK_TANH, BK_F32);
    watch seen = {0};
    double loss[200];
    const bk_training training = {.learning_rate = 0.1, .epochs = 200, .after_epoch = note, .context = &seen};
    cr_assert_eq(bk_train(network, loss, NULL, sample.x, sample.y, 200, &training), BK_OK);
    cr_expect_eq(seen.calls, 200);
    for (size_t e = 0; e < 200; e++) {
        cr_expect_eq(seen.losses[e], loss[e]);
        if (e > 0) {
            cr_expect_eq(seen.bytes_in_use[e], seen.bytes_in_use[1], "epoch %zu", e);
        }
    }
    points_free(&sample);
    bk_network_destroy(network);
}

Test(training, after_epoch_can_stop_and_the_weights_are_as_before)
{
    points sample = points_draw(BK_SAMPLING_BALANCED, BK_F32, 200, BK_PURPOSE_TRAINING_SET, 0);
    bk_network *network = network_new(5, BK_TANH, BK_F32);
    size_t bytes;
    void *before = network_weights(network, &bytes);
    watch seen = {.stop_after = 3};
    bk_training_result result = {.final_loss = 42.0};
    const bk_training training = {.learning_rate = 0.1, .epochs = 200, .after_epoch = note, .context = &seen};
    cr_expect_eq(bk_train(network, NULL, &result, sample.x, sample.y, 200, &training), BK_STOPPED);
    cr_expect_str_eq(bk_error_message(), "stopped by the test");
    cr_expect_eq(seen.calls, 3);
    cr_expect_eq(result.final_loss, 42.0);
    void *after = network_weights(network, &bytes);
    cr_expect_arr_eq(before, after, bytes);
    cr_expect(bk_grad_mode());
    bk_free(before);
    bk_free(after);
    points_free(&sample);
    bk_network_destroy(network);
}

/* ---- What goes wrong
 * --------------------------------------------------------------------------------------------------- */

static void expect_refused(bk_status expected, const char *message, bk_network *network, const points *sample,
                           double rate, size_t epochs)
{
    size_t bytes;
    void *before = network_weights(network, &bytes);
    const bk_training training = {.learning_rate = rate, .epochs = epochs};
    cr_expect_eq(bk_train(network, NULL, NULL, sample->x, sample->y, sample->count, &training), expected);
    cr_expect_not_null(strstr(bk_error_message(), message), "%s", bk_error_message());
    void *after = network_weights(network, &bytes);
    cr_expect_arr_eq(before, after, bytes);
    bk_free(before);
    bk_free(after);
}

Test(training, bad_input_is_refused)
{
    points sample = points_draw(BK_SAMPLING_BALANCED, BK_F32, 20, BK_PURPOSE_TRAINING_SET, 0);
    bk_network *network = network_new(5, BK_TANH, BK_F32);
    expect_refused(BK_INVALID, "learning rate", network, &sample, 0.0, 10);
    expect_refused(BK_INVALID, "learning rate", network, &sample, -0.1, 10);
    expect_refused(BK_INVALID, "learning rate", network, &sample, NAN, 10);
    expect_refused(BK_INVALID, "0 epochs", network, &sample, 0.1, 0);
    sample.y[13] = 0;
    expect_refused(BK_INVALID, "label of point 13 is 0", network, &sample, 0.1, 10);
    sample.y[13] = 1;
    ((float *)sample.x)[20 + 7] = INFINITY;
    expect_refused(BK_NOT_A_NUMBER, "input 1 of point 7", network, &sample, 0.1, 10);
    ((float *)sample.x)[20 + 7] = 0.5F;
    ((float *)network->bias[0])[2] = NAN;
    expect_refused(BK_NOT_A_NUMBER, "weight 2 of b1", network, &sample, 0.1, 10);
    sample.count = 0;
    expect_refused(BK_INVALID, "0 points", network, &sample, 0.1, 10);
    points_free(&sample);
    bk_network_destroy(network);
}

Test(training, bad_options_are_refused)
{
    points sample = points_draw(BK_SAMPLING_BALANCED, BK_F32, 20, BK_PURPOSE_TRAINING_SET, 0);
    bk_network *network = network_new(5, BK_TANH, BK_F32);
    static const struct {
        bk_training training;
        const char *message;
    } bad[] = {
        {{.learning_rate = 0.1, .epochs = 1, .weight_decay = -1.0}, "weight decay -1"},
        {{.learning_rate = 0.1, .epochs = 1, .weight_decay = NAN}, "weight decay"},
        {{.learning_rate = 0.1, .epochs = 1, .optimiser = BK_OPTIMISER_MOMENTUM, .momentum = 1.0},
         "momentum 1"},
        {{.learning_rate = 0.1, .epochs = 1, .optimiser = BK_OPTIMISER_ADAM, .beta1 = 0.9}, "epsilon"},
        {{.learning_rate = 0.1, .epochs = 1, .optimiser = BK_OPTIMISER_ADAM, .beta2 = 1.0, .epsilon = 1e-8},
         "betas"},
        {{.learning_rate = 0.1, .epochs = 1, .optimiser = BK_OPTIMISER_ADAM, .epsilon = -1.0},
         "epsilon is -1"},
        {{.learning_rate = 0.1, .epochs = 1, .optimiser = BK_OPTIMISER_COUNT}, "optimiser number 3"},
        {{.learning_rate = 0.1, .epochs = 1, .loss = BK_LOSS_COUNT}, "loss number 2"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        bk_training_result result = {.epochs = 7};
        cr_expect_eq(bk_train(network, NULL, &result, sample.x, sample.y, 20, &bad[i].training), BK_INVALID);
        cr_expect_not_null(strstr(bk_error_message(), bad[i].message), "%s", bk_error_message());
        cr_expect_eq(result.epochs, 7);
    }
    points_free(&sample);
    bk_network_destroy(network);
}

/* The same bits with every instruction set, two hidden layers, every optimiser. */
static void *train_deep(size_t *bytes)
{
    static const size_t hidden[] = {9, 5};
    double *all = bk_allocate(64, sizeof *all);
    *bytes = 64 * sizeof *all;
    points sample = points_draw(BK_SAMPLING_BALANCED, BK_F64, 24, BK_PURPOSE_TRAINING_SET, 0);
    for (int o = 0; o < BK_OPTIMISER_COUNT; o++) {
        bk_network *network = network_deep(2, hidden, (bk_activation)o, BK_F64);
        const bk_training training = {.learning_rate = 0.05,
                                      .epochs = 5,
                                      .optimiser = (bk_optimiser)o,
                                      .momentum = 0.9,
                                      .loss = BK_LOSS_SQUARED};
        cr_assert_eq(bk_train(network, all + 16 * o, NULL, sample.x, sample.y, 24, &training), BK_OK);
        memcpy(all + 16 * o + 5, network->weight[1], 11 * sizeof *all);
        bk_network_destroy(network);
    }
    points_free(&sample);
    return all;
}

Test(training, deep_networks_train_to_the_same_bits_everywhere) { expect_equal_bits(train_deep); }

Test(training, divergence_is_an_error_that_names_the_epoch)
{
    points sample = points_draw(BK_SAMPLING_BALANCED, BK_F32, 200, BK_PURPOSE_TRAINING_SET, 0);
    bk_network *network = network_new(20, BK_TANH, BK_F32);
    expect_refused(BK_NOT_A_NUMBER, "in epoch 1; take a smaller learning rate", network, &sample, 3e38, 10);
    points_free(&sample);
    bk_network_destroy(network);
}

/* One point, so far on its right side that the loss is 0 while a weight has overflowed. */
Test(training, a_weight_that_overflows_under_a_finite_loss_is_an_error)
{
    bk_network *network = bk_network_create(2, 1, (size_t[]){1}, BK_RELU, BK_F64);
    *(double *)network->weight[0] = 1.0;
    double x[2] = {100.0, 0.0};
    int8_t y = 1;
    const points sample = {.x = x, .y = &y, .count = 1};
    expect_refused(BK_NOT_A_NUMBER, "after epoch 0: weight 0 of w2", network, &sample, 1e308, 1);
    bk_network_destroy(network);
}

/* tanh bounds the gradient, so that a rate of 1e6 throws the weights far out without overflow; either way
 * nothing that is not finite comes back. */
Test(training, a_huge_rate_never_returns_weights_that_are_not_finite)
{
    points sample = points_draw(BK_SAMPLING_BALANCED, BK_F32, 200, BK_PURPOSE_TRAINING_SET, 0);
    for (int a = 0; a < BK_ACTIVATION_COUNT; a++) {
        for (double rate = 1e6; rate < 1e38; rate *= 1e8) {
            bk_network *network = network_new(10, (bk_activation)a, BK_F32);
            const bk_training training = {.learning_rate = rate, .epochs = 20};
            bk_training_result result = {.final_loss = 0.0};
            const bk_status status = bk_train(network, NULL, &result, sample.x, sample.y, 200, &training);
            cr_expect(status == BK_OK || status == BK_NOT_A_NUMBER, "%s", bk_error_message());
            cr_expect(isfinite(result.final_loss));
            cr_expect_eq(bk_network_check(network), BK_OK);
            bk_network_destroy(network);
        }
    }
    points_free(&sample);
}
