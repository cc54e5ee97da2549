/* SPDX-License-Identifier: GPL-3.0-or-later
 * The assignment's gradient check: the errors it is known for, their order, direction and kinks. */
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "brisk/tensor.h"
#include "support.h"

/* Of one hidden layer. */
#define PARAMETERS 4

static bk_gradient_check run_check(bk_network *network, const points *sample, const double *epsilons,
                                   size_t count)
{
    size_t bytes;
    void *before = network_weights(network, &bytes);
    bk_gradient_check check;
    const bk_status status =
        bk_gradient_check_run(&check, network, sample->x, sample->y, sample->count, epsilons, count, 1);
    cr_assert_eq(status, BK_OK, "%s", bk_error_message());
    void *after = network_weights(network, &bytes);
    cr_expect_arr_eq(before, after, bytes, "weights are restored bit for bit");
    cr_expect(check.weights_restored);
    cr_expect_eq(check.epsilons, count);
    bk_free(before);
    bk_free(after);
    return check;
}

/* The assignment found 7e-11, 5e-11, 5e-11, 3e-11 at 1e-5 with other draws. */
Test(gradient_check, f64_errors_fall_with_the_square_of_epsilon)
{
    const double epsilons[4] = {1e-2, 1e-3, 1e-4, 1e-5};
    points sample = points_draw(BK_SAMPLING_BALANCED, BK_F64, 200, BK_PURPOSE_TRAINING_SET, 0);
    bk_network *network = network_new(500, BK_TANH, BK_F64);
    bk_gradient_check check = run_check(network, &sample, epsilons, 4);
    for (size_t p = 0; p < PARAMETERS; p++) {
        const double *error = check.error + 4 * p;
        char text[BK_PARAMETER_NAME];
        const char *name = bk_network_parameter_name(text, p);
        const double order = log10(error[0] / error[1]);
        cr_expect_lt(error[3], 1e-9, "%s: %g", name, error[3]);
        cr_expect_float_eq(order, 2.0, 0.1, "%s: order %g", name, order);
        for (size_t e = 0; e < 4; e++) {
            cr_expect_eq(check.kinks[4 * p + e], 0);
        }
    }
    bk_gradient_check_clear(&check);
    cr_expect_null(check.error);
    bk_network_destroy(network);
    points_free(&sample);
}

/* The assignment found 7.5e-4, 2.4e-4, 4.9e-4, 9.5e-5 with other draws: rounding of an f32 loss of size
 * L gives up to about 2^-24 L / 1e-4 = 6e-4 L. */
Test(gradient_check, f32_errors_are_those_of_rounding)
{
    const double epsilon = 1e-4;
    points sample = points_draw(BK_SAMPLING_BALANCED, BK_F32, 200, BK_PURPOSE_TRAINING_SET, 0);
    bk_network *network = network_new(500, BK_TANH, BK_F32);
    bk_gradient_check check = run_check(network, &sample, &epsilon, 1);
    double largest = 0.0;
    for (size_t p = 0; p < PARAMETERS; p++) {
        cr_expect_lt(check.error[p], 1e-2, "%s: %g",
                     bk_network_parameter_name((char[BK_PARAMETER_NAME]){0}, p), check.error[p]);
        largest = fmax(largest, check.error[p]);
    }
    cr_expect_gt(largest, 1e-6, "f32 was really used");
    bk_gradient_check_clear(&check);
    bk_network_destroy(network);
    points_free(&sample);
}

/* A mistake made elsewhere: a direction that is not of unit norm. <grad, u> is computed again here from the
 * draws of the documented address. */
Test(gradient_check, directions_are_the_documented_unit_vectors)
{
    const double epsilon = 1e-4;
    points sample = points_draw(BK_SAMPLING_BALANCED, BK_F64, 60, BK_PURPOSE_TRAINING_SET, 0);
    bk_network *network = network_new(11, BK_TANH, BK_F64);
    bk_network *gradient = network_new(11, BK_TANH, BK_F64);
    cr_assert_eq(bk_network_loss_gradient(NULL, gradient, network, BK_LOSS_LOGISTIC, sample.x, sample.y, 60),
                 BK_OK);
    bk_gradient_check check = run_check(network, &sample, &epsilon, 1);
    const double *slopes[PARAMETERS] = {gradient->weight[0], gradient->bias[0], gradient->weight[1],
                                        gradient->bias[1]};
    const size_t counts[PARAMETERS] = {22, 11, 11, 1};
    for (size_t p = 0; p < PARAMETERS; p++) {
        bk_stream stream = bk_stream_open(1, BK_PURPOSE_GRADIENT_DIRECTION, p);
        double squares = 0.0;
        double product = 0.0;
        for (size_t i = 0; i < counts[p]; i++) {
            const double v = 2.0 * ((double)(bk_stream_next(&stream) >> 11) * 0x1p-53) - 1.0;
            squares += v * v;
            product += slopes[p][i] * v;
        }
        cr_expect_float_eq(check.directional[p], product / sqrt(squares), 1e-14 * fabs(check.directional[p]));
        cr_expect_gt(fabs(check.directional[p] - product), 1e-3 * fabs(product), "a plain v would be seen");
    }
    bk_gradient_check_clear(&check);
    bk_network_destroy(network);
    bk_network_destroy(gradient);
    points_free(&sample);
}

/* The derivative by hand agrees with the tape's; a planted wrong gradient would be seen by the check. */
Test(gradient_check, a_gradient_off_by_a_percent_would_be_seen)
{
    const double epsilon = 1e-5;
    points sample = points_draw(BK_SAMPLING_BALANCED, BK_F64, 60, BK_PURPOSE_TRAINING_SET, 0);
    bk_network *network = network_new(11, BK_TANH, BK_F64);
    bk_gradient_check check = run_check(network, &sample, &epsilon, 1);
    for (size_t p = 0; p < PARAMETERS; p++) {
        cr_expect_lt(check.error[p], 1e-4 * fabs(0.01 * check.directional[p]));
    }
    bk_gradient_check_clear(&check);
    bk_network_destroy(network);
    points_free(&sample);
}

/* Sign changes of pre-activations along the direction of w1 (p = 0) or b1 (p = 1), by hand. */
static uint64_t count_kinks(const bk_network *network, const points *sample, size_t p, double epsilon)
{
    const size_t n = network->hidden[0];
    const double *x = sample->x;
    const double *w1 = network->weight[0];
    const double *b1 = network->bias[0];
    double v[200];
    double norm = 0.0;
    bk_stream stream = bk_stream_open(1, BK_PURPOSE_GRADIENT_DIRECTION, p);
    const size_t count = p == 0 ? 2 * n : n;
    bk_fill_uniform_f64(&stream, v, count);
    for (size_t i = 0; i < count; i++) {
        v[i] = 2.0 * v[i] - 1.0;
        norm += v[i] * v[i];
    }
    norm = sqrt(norm);
    uint64_t kinks = 0;
    for (size_t j = 0; j < n; j++) {
        for (size_t i = 0; i < sample->count; i++) {
            const double x0 = x[i];
            const double x1 = x[sample->count + i];
            const double z = w1[2 * j] * x0 + w1[2 * j + 1] * x1 + b1[j];
            const double slope = (p == 0 ? v[2 * j] * x0 + v[2 * j + 1] * x1 : v[j]) / norm;
            kinks += (z + epsilon * slope > 0.0) != (z - epsilon * slope > 0.0);
        }
    }
    return kinks;
}

Test(gradient_check, relu_kinks_are_counted)
{
    const double epsilons[3] = {1e-1, 1e-2, 1e-7};
    points sample = points_draw(BK_SAMPLING_BALANCED, BK_F64, 200, BK_PURPOSE_TRAINING_SET, 0);
    bk_network *network = network_new(100, BK_RELU, BK_F64);
    bk_gradient_check check = run_check(network, &sample, epsilons, 3);
    for (size_t p = 0; p < 2; p++) {
        for (size_t e = 0; e < 3; e++) {
            cr_expect_eq(check.kinks[3 * p + e], count_kinks(network, &sample, p, epsilons[e]), "%s at %g",
                         bk_network_parameter_name((char[BK_PARAMETER_NAME]){0}, p), epsilons[e]);
        }
        cr_expect_gt(check.kinks[3 * p], 0);
        cr_expect_eq(check.kinks[3 * p + 2], 0);
        cr_expect_lt(check.error[3 * p + 2], 1e-8, "no kink, no error: %g", check.error[3 * p + 2]);
    }
    for (size_t p = 2; p < PARAMETERS; p++) { /* behind the activation the loss is smooth */
        cr_expect_eq(check.kinks[3 * p], 0);
        cr_expect_float_eq(log10(check.error[3 * p] / check.error[3 * p + 1]), 2.0, 0.1);
    }
    bk_gradient_check_clear(&check);
    bk_network_destroy(network);
    points_free(&sample);
}

/* Every parameter of every layer: errors fall with the square of epsilon, or are rounding already. */
Test(gradient_check, all_layers_of_deep_networks_are_checked)
{
    static const size_t hidden[] = {12, 70, 9};
    const double epsilons[2] = {1e-2, 1e-3};
    points sample = points_draw(BK_SAMPLING_BALANCED, BK_F64, 60, BK_PURPOSE_TRAINING_SET, 0);
    for (int a = 0; a < BK_ACTIVATION_COUNT; a++) {
        for (size_t layers = 2; layers <= 3; layers++) {
            bk_network *network = network_deep(layers, hidden, (bk_activation)a, BK_F64);
            bk_gradient_check check = run_check(network, &sample, epsilons, 2);
            cr_assert_eq(check.parameters, 2 * (layers + 1));
            for (size_t p = 0; p < check.parameters; p++) {
                const double *error = check.error + 2 * p;
                if (check.kinks[2 * p] > 0) {
                    cr_expect_eq(a, BK_RELU);
                    continue;
                }
                cr_expect(error[1] < 1e-9 || fabs(log10(error[0] / error[1]) - 2.0) < 0.15,
                          "%s, %zu layers, parameter %zu: %g, %g", bk_activation_name((bk_activation)a),
                          layers, p, error[0], error[1]);
                cr_expect_lt(error[1], 1e-4);
            }
            for (size_t p = check.parameters - 2; p < check.parameters; p++) {
                cr_expect_eq(check.kinks[2 * p], 0);
            }
            bk_gradient_check_clear(&check);
            bk_network_destroy(network);
        }
    }
    points_free(&sample);
}

/* Blocks of units: the tape's gradient of 150 units is that of the whole, as differences see it. */
Test(gradient_check, more_units_than_a_block)
{
    const double epsilons[2] = {1e-2, 1e-3};
    points sample = points_draw(BK_SAMPLING_BALANCED, BK_F64, 40, BK_PURPOSE_TRAINING_SET, 0);
    bk_network *network = network_new(150, BK_SIGMOID, BK_F64);
    bk_gradient_check check = run_check(network, &sample, epsilons, 2);
    for (size_t p = 0; p < PARAMETERS; p++) {
        cr_expect_float_eq(log10(check.error[2 * p] / check.error[2 * p + 1]), 2.0, 0.1, "%zu", p);
    }
    bk_gradient_check_clear(&check);
    bk_network_destroy(network);
    points_free(&sample);
}

static void *check_all(size_t *bytes)
{
    const double epsilons[2] = {1e-2, 1e-4};
    *bytes = 4 * 8 * sizeof(double);
    double *all = bk_allocate(32, sizeof *all);
    for (int a = 0; a < 4; a++) {
        const bk_dtype dtype = a < 2 ? BK_F32 : BK_F64;
        points sample = points_draw(BK_SAMPLING_BALANCED, dtype, 30, BK_PURPOSE_TRAINING_SET, 0);
        bk_network *network = network_new(9, (bk_activation)(a % 2), dtype);
        bk_gradient_check check = run_check(network, &sample, epsilons, 2);
        memcpy(all + 8 * a, check.error, 8 * sizeof *all);
        bk_gradient_check_clear(&check);
        bk_network_destroy(network);
        points_free(&sample);
    }
    return all;
}

Test(gradient_check, every_instruction_set_gives_the_same_bits) { expect_equal_bits(check_all); }

Test(gradient_check, bad_input_is_refused_and_the_weights_stay)
{
    points sample = points_draw(BK_SAMPLING_BALANCED, BK_F32, 20, BK_PURPOSE_TRAINING_SET, 0);
    bk_network *network = network_new(5, BK_TANH, BK_F32);
    size_t bytes;
    void *before = network_weights(network, &bytes);
    bk_gradient_check check = {.epsilons = 42};
    const double epsilons[2] = {1e-3, 0.0};
    cr_expect_eq(bk_gradient_check_run(&check, network, sample.x, sample.y, 20, epsilons, 0, 1), BK_INVALID);
    cr_expect_eq(bk_gradient_check_run(&check, network, sample.x, sample.y, 20, epsilons, 2, 1), BK_INVALID);
    cr_expect_not_null(strstr(bk_error_message(), "number 1 is 0"), "%s", bk_error_message());
    const double far = 1e38; /* w1 overflows to infinity, the loss to no number */
    ((float *)network->weight[1])[0] = 3e38F;
    bk_free(before);
    before = network_weights(network, &bytes);
    cr_expect_eq(bk_gradient_check_run(&check, network, sample.x, sample.y, 20, &far, 1, 1), BK_NOT_A_NUMBER);
    cr_expect_eq(check.epsilons, 42, "untouched on failure");
    void *after = network_weights(network, &bytes);
    cr_expect_arr_eq(before, after, bytes);
    cr_expect(bk_grad_mode());
    bk_free(before);
    bk_free(after);
    bk_network_destroy(network);
    points_free(&sample);
}
