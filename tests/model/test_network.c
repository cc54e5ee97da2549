/* SPDX-License-Identifier: GPL-3.0-or-later
 * The network: its memory and weights, its scores, the errors they mean. */
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "support.h"

Test(network, names_can_be_read_back)
{
    bk_activation activation = BK_TANH;
    cr_expect_eq(bk_activation_parse(&activation, "relu"), BK_OK);
    cr_expect_eq(activation, BK_RELU);
    cr_expect_eq(bk_activation_parse(&activation, "tanh"), BK_OK);
    cr_expect_eq(activation, BK_TANH);
    cr_expect_eq(bk_activation_parse(&activation, "sine"), BK_INVALID);
    cr_expect_not_null(strstr(bk_error_message(), "\"sine\""), "%s", bk_error_message());
    cr_expect_eq(bk_activation_parse(&activation, "rely"), BK_INVALID);
    cr_expect_not_null(strstr(bk_error_message(), "did you mean relu"), "%s", bk_error_message());
    cr_expect_eq(activation, BK_TANH, "untouched on failure");
    cr_expect_eq(bk_activation_parse(&activation, "sigmoid"), BK_OK);
    cr_expect_eq(activation, BK_SIGMOID);
    char name[BK_PARAMETER_NAME];
    cr_expect_str_eq(bk_network_parameter_name(name, 2), "w2");
    cr_expect_str_eq(bk_network_parameter_name(name, 9), "b5");
    bk_loss_kind loss = BK_LOSS_LOGISTIC;
    cr_expect_eq(bk_loss_parse(&loss, "squared"), BK_OK);
    cr_expect_eq(loss, BK_LOSS_SQUARED);
    cr_expect_eq(bk_loss_parse(&loss, "square"), BK_INVALID);
    cr_expect_not_null(strstr(bk_error_message(), "logistic and squared (did you mean squared?)"));
    bk_optimiser optimiser = BK_OPTIMISER_DESCENT;
    for (int o = 0; o < BK_OPTIMISER_COUNT; o++) {
        cr_expect_eq(bk_optimiser_parse(&optimiser, bk_optimiser_name((bk_optimiser)o)), BK_OK);
        cr_expect_eq(optimiser, (bk_optimiser)o);
    }
    cr_expect_eq(bk_optimiser_parse(&optimiser, "sgd"), BK_INVALID);
}

Test(network, what_cannot_be_created_is_refused)
{
    cr_expect_null(bk_network_create(2, 1, (size_t[]){0}, BK_TANH, BK_F32));
    cr_expect_eq(bk_error_status(), BK_INVALID);
    cr_expect_null(bk_network_create(0, 1, (size_t[]){5}, BK_TANH, BK_F32));
    cr_expect_eq(bk_error_status(), BK_INVALID);
    cr_expect_null(bk_network_create(2, 1, (size_t[]){5}, BK_TANH, BK_I64));
    cr_expect_eq(bk_error_status(), BK_DTYPE);
    cr_expect_null(bk_network_create(2, 1, (size_t[]){5}, BK_ACTIVATION_COUNT, BK_F32));
    cr_expect_eq(bk_error_status(), BK_INVALID);
    cr_expect_null(bk_network_create(SIZE_MAX / 2, 1, (size_t[]){5}, BK_TANH, BK_F32));
    cr_expect_eq(bk_error_status(), BK_OVERFLOW);
    cr_expect_null(bk_network_create(2, 0, NULL, BK_TANH, BK_F32));
    cr_expect_eq(bk_error_status(), BK_INVALID);
    cr_expect_null(bk_network_create(2, 3, (size_t[]){5, 0, 5}, BK_TANH, BK_F32));
    cr_expect_not_null(strstr(bk_error_message(), "hidden layer 2"), "%s", bk_error_message());
    cr_expect_null(bk_network_create(2, 2, (size_t[]){SIZE_MAX / 4, 5}, BK_TANH, BK_F32));
    cr_expect_eq(bk_error_status(), BK_OVERFLOW);
    bk_network_destroy(NULL);
}

/* w1 row by row, b1, w2, b2 are draws 0, 1, 2, ... of the address (seed, initial-weights, hidden). */
Test(network, initial_weights_are_the_streams_uniforms)
{
    const bk_dtype dtypes[] = {BK_F32, BK_F64};
    for (size_t d = 0; d < 2; d++) {
        bk_network *network = bk_network_create(3, 1, (size_t[]){7}, BK_TANH, dtypes[d]);
        bk_network_initialise(network, 11);
        bk_stream stream = bk_stream_open(11, BK_PURPOSE_INITIAL_WEIGHTS, 7);
        size_t bytes;
        void *weights = network_weights(network, &bytes);
        cr_assert_eq(bytes, 36 * bk_dtype_size(dtypes[d]));
        for (size_t i = 0; i < 36; i++) {
            const double expected = 2.0 * ((double)(bk_stream_next(&stream) >> 11) * 0x1p-53) - 1.0;
            cr_expect_eq(network_value(network, weights, i), d == 0 ? (double)(float)expected : expected);
        }
        bk_free(weights);
        bk_network_destroy(network);
    }
}

Test(network, copies_fit_or_are_refused)
{
    bk_network *from = network_new(5, BK_TANH, BK_F32);
    bk_network *to = bk_network_create(2, 1, (size_t[]){5}, BK_TANH, BK_F32);
    cr_assert_eq(bk_network_copy(to, from), BK_OK);
    size_t bytes;
    void *a = network_weights(from, &bytes);
    void *b = network_weights(to, &bytes);
    cr_expect_arr_eq(a, b, bytes);
    bk_network *other = network_new(6, BK_TANH, BK_F32);
    cr_expect_eq(bk_network_copy(to, other), BK_SHAPE);
    bk_network *wide = network_new(5, BK_TANH, BK_F64);
    cr_expect_eq(bk_network_copy(to, wide), BK_DTYPE);
    bk_network *relu = network_new(5, BK_RELU, BK_F32);
    cr_expect_eq(bk_network_copy(to, relu), BK_SHAPE);
    bk_free(a);
    bk_free(b);
    bk_network_destroy(from);
    bk_network_destroy(to);
    bk_network_destroy(other);
    bk_network_destroy(wide);
    bk_network_destroy(relu);
}

Test(network, check_names_the_weight_that_is_not_finite)
{
    bk_network *network = network_new(5, BK_TANH, BK_F32);
    cr_expect_eq(bk_network_check(network), BK_OK);
    ((float *)network->weight[1])[3] = INFINITY;
    cr_expect_eq(bk_network_check(network), BK_NOT_A_NUMBER);
    cr_expect_not_null(strstr(bk_error_message(), "weight 3 of w2"), "%s", bk_error_message());
    bk_network_destroy(network);
    network = network_new(5, BK_RELU, BK_F64);
    ((double *)network->weight[0])[9] = NAN;
    cr_expect_eq(bk_network_check(network), BK_NOT_A_NUMBER);
    cr_expect_not_null(strstr(bk_error_message(), "weight 9 of w1"), "%s", bk_error_message());
    bk_network_destroy(network);
}

/* ---- Scores
 * ------------------------------------------------------------------------------------------------ */

static void expect_scores(size_t inputs, size_t layers, const size_t *hidden, bk_activation activation,
                          bk_dtype dtype)
{
    enum { COUNT = 141 };
    bk_network *network = bk_network_create(inputs, layers, hidden, activation, dtype);
    bk_network_initialise(network, 5);
    const size_t size = bk_dtype_size(dtype);
    void *x = bk_allocate(inputs * COUNT, size);
    bk_stream stream = bk_stream_open(1, BK_PURPOSE_USER, inputs);
    if (dtype == BK_F32) {
        bk_fill_normal_f32(&stream, x, inputs * COUNT);
    } else {
        bk_fill_normal_f64(&stream, x, inputs * COUNT);
    }
    void *score = bk_allocate(COUNT, size);
    cr_assert_eq(bk_network_score(score, network, x, COUNT), BK_OK);
    const double tolerance =
        (dtype == BK_F32 ? 6e-8 : 1.2e-16) * 8.0 * (double)(bk_network_units(network) + inputs);
    for (size_t p = 0; p < COUNT; p++) {
        double point[4];
        for (size_t j = 0; j < inputs; j++) {
            point[j] = network_value(network, x, j * COUNT + p);
        }
        cr_expect_float_eq(network_value(network, score, p), naive_score(network, point), tolerance);
    }
    bk_free(score);
    bk_free(x);
    bk_network_destroy(network);
}

Test(network, scores_agree_with_plain_double_arithmetic)
{
    for (size_t inputs = 1; inputs <= 4; inputs++) {
        for (int a = 0; a < BK_ACTIVATION_COUNT; a++) {
            for (int d = 0; d < 2; d++) {
                const bk_dtype dtype = d == 0 ? BK_F32 : BK_F64;
                expect_scores(inputs, 1, (size_t[]){1}, (bk_activation)a, dtype);
                expect_scores(inputs, 1, (size_t[]){37}, (bk_activation)a, dtype);
                expect_scores(inputs, 2, (size_t[]){7, 5}, (bk_activation)a, dtype);
                expect_scores(inputs, 4, (size_t[]){3, 1, 6, 2}, (bk_activation)a, dtype);
            }
        }
    }
}

Test(network, a_points_score_does_not_depend_on_its_neighbours)
{
    enum { COUNT = 131 };
    static const size_t hidden[] = {13, 9};
    for (int a = 0; a < 2 * BK_ACTIVATION_COUNT; a++) {
        bk_network *network = network_deep(1 + (size_t)a / BK_ACTIVATION_COUNT, hidden,
                                           (bk_activation)(a % BK_ACTIVATION_COUNT), BK_F32);
        points sample = points_draw(BK_SAMPLING_IID, BK_F32, COUNT, BK_PURPOSE_USER, 0);
        const float *x = sample.x;
        float all[COUNT];
        cr_assert_eq(bk_network_score(all, network, x, COUNT), BK_OK);
        for (size_t start = 0; start < COUNT; start += 7) {
            for (size_t count = 1; start + count <= COUNT && count <= 70; count += 3) {
                float part[2 * 70];
                float score[70];
                memcpy(part, x + start, count * sizeof *part);
                memcpy(part + count, x + COUNT + start, count * sizeof *part);
                cr_assert_eq(bk_network_score(score, network, part, count), BK_OK);
                cr_assert_arr_eq(score, all + start, count * sizeof *score);
            }
        }
        points_free(&sample);
        bk_network_destroy(network);
    }
}

static void *score_all(size_t *bytes)
{
    enum { COUNT = 117 };
    static const size_t hidden[] = {19, 6, 10};
    *bytes = 2 * BK_ACTIVATION_COUNT * COUNT * (sizeof(float) + sizeof(double));
    char *all = bk_allocate(*bytes, 1);
    char *at = all;
    for (int a = 0; a < 2 * BK_ACTIVATION_COUNT; a++) {
        for (int d = 0; d < 2; d++) {
            const bk_dtype dtype = d == 0 ? BK_F32 : BK_F64;
            bk_network *network = network_deep(a < BK_ACTIVATION_COUNT ? 1 : 3, hidden,
                                               (bk_activation)(a % BK_ACTIVATION_COUNT), dtype);
            points sample = points_draw(BK_SAMPLING_IID, dtype, COUNT, BK_PURPOSE_USER, 0);
            double score[COUNT];
            cr_assert_eq(bk_network_score(score, network, sample.x, COUNT), BK_OK);
            memcpy(at, score, COUNT * bk_dtype_size(dtype));
            at += COUNT * bk_dtype_size(dtype);
            points_free(&sample);
            bk_network_destroy(network);
        }
    }
    return all;
}

Test(network, every_instruction_set_gives_the_same_scores) { expect_equal_bits(score_all); }

/* ---- Errors
 * ------------------------------------------------------------------------------------------------- */

Test(network, a_label_is_plus_one_only_above_zero)
{
    const float score[6] = {0.0F, -0.0F, 1e-45F, -1e-45F, INFINITY, -INFINITY};
    const int8_t y[6] = {-1, -1, 1, -1, 1, -1};
    uint8_t error[6];
    uint64_t errors = 99;
    cr_assert_eq(bk_network_errors(error, &errors, BK_F32, score, y, 6), BK_OK);
    cr_expect_eq(errors, 0);
    const int8_t opposite[6] = {1, 1, -1, 1, -1, 1};
    cr_assert_eq(bk_network_errors(error, &errors, BK_F32, score, opposite, 6), BK_OK);
    cr_expect_eq(errors, 6);
    for (size_t i = 0; i < 6; i++) {
        cr_expect_eq(error[i], 1);
    }
    const double wide[3] = {0.0, 5e-324, -5e-324};
    cr_assert_eq(bk_network_errors(NULL, &errors, BK_F64, wide, (int8_t[]){1, 1, 1}, 3), BK_OK);
    cr_expect_eq(errors, 2);
    cr_assert_eq(bk_network_errors(error, NULL, BK_F64, wide, (int8_t[]){1, 1, 1}, 3), BK_OK);
    cr_expect(error[0] == 1 && error[1] == 0 && error[2] == 1);
}

Test(network, a_score_that_is_not_a_number_is_an_error_that_names_the_point)
{
    const float score[4] = {1.0F, -1.0F, NAN, 1.0F};
    const double wide[4] = {1.0, -1.0, 0.0, NAN};
    const int8_t y[4] = {1, 1, 1, 1};
    uint8_t error[4] = {7, 7, 7, 7};
    uint64_t errors = 99;
    cr_expect_eq(bk_network_errors(error, &errors, BK_F32, score, y, 4), BK_NOT_A_NUMBER);
    cr_expect_not_null(strstr(bk_error_message(), "point 2"), "%s", bk_error_message());
    cr_expect_eq(bk_network_errors(error, &errors, BK_F64, wide, y, 4), BK_NOT_A_NUMBER);
    cr_expect_not_null(strstr(bk_error_message(), "point 3"), "%s", bk_error_message());
    cr_expect(errors == 99 && error[0] == 7, "untouched on failure");
    cr_expect_eq(bk_network_errors(error, &errors, BK_I32, score, y, 4), BK_DTYPE);
    const int8_t bad[4] = {1, -1, 0, 1};
    cr_expect_eq(bk_network_errors(error, &errors, BK_F32, score, bad, 4), BK_INVALID);
    cr_expect_not_null(strstr(bk_error_message(), "point 2 is 0"), "%s", bk_error_message());
}

Test(network, a_point_that_is_not_finite_ends_as_an_error)
{
    static const size_t hidden[] = {5, 4, 3};
    for (int a = 0; a < 2 * BK_ACTIVATION_COUNT; a++) {
        bk_network *network = network_deep(a < BK_ACTIVATION_COUNT ? 1 : 3, hidden,
                                           (bk_activation)(a % BK_ACTIVATION_COUNT), BK_F32);
        const float x[2][3] = {{0.0F, 1.0F, 0.5F}, {0.0F, NAN, 1.0F}};
        float score[3];
        uint64_t errors;
        cr_assert_eq(bk_network_score(score, network, x, 3), BK_OK);
        cr_expect(isnan(score[1]) && !isnan(score[0]) && !isnan(score[2]));
        cr_expect_eq(bk_network_errors(NULL, &errors, BK_F32, score, (int8_t[]){1, 1, 1}, 3),
                     BK_NOT_A_NUMBER);
        bk_network_destroy(network);
    }
}
