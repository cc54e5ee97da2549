/* SPDX-License-Identifier: GPL-3.0-or-later
 * Training against PyTorch: loss curves and last weights of networks with one and two hidden layers, all
 * activations, losses and optimisers, from stored weights (tests/data/make_model_training_torch.py). */
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "support.h"

#define TOLERANCE 1e-9 /* relative; 100 steps in f64 of differently ordered sums */

static void set_weights(bk_network *network, const double *weights)
{
    for (size_t p = 0; p < bk_network_parameters(network); p++) {
        const size_t count = parameter_count(network, p);
        memcpy(parameter_values(network, p), weights, count * sizeof *weights);
        weights += count;
    }
}

/* The largest relative difference; numbers below 1e-3 count as 1e-3. */
static double largest_difference(const double *found, const double *expected, size_t count)
{
    double largest = 0.0;
    for (size_t i = 0; i < count; i++) {
        const double difference = fabs(found[i] - expected[i]) / fmax(fabs(expected[i]), 1e-3);
        largest = difference > largest || isnan(difference) ? difference : largest;
    }
    return largest;
}

typedef struct torch_points {
    size_t count, epochs;
    const double *x;
    int8_t y[64];
} torch_points;

/* Trains one case from row (its description); returns where the next begins. */
static const double *check_case(const torch_points *set, const double *const start[3], const double *row,
                                bool plain)
{
    const size_t layers = (size_t)row[0];
    const double *initial = start[layers];
    size_t hidden[2];
    for (size_t k = 0; k < layers; k++) {
        hidden[k] = (size_t)initial[k];
    }
    const bk_training training = {.loss = (bk_loss_kind)row[2],
                                  .optimiser = (bk_optimiser)row[3],
                                  .learning_rate = row[4],
                                  .momentum = row[5],
                                  .nesterov = row[6] != 0.0,
                                  .weight_decay = row[7],
                                  .epochs = set->epochs,
                                  .plain = plain};
    bk_network *network = bk_network_create(2, layers, hidden, (bk_activation)row[1], BK_F64);
    set_weights(network, initial + layers);
    double loss[128];
    bk_training_result result;
    cr_assert_eq(bk_train(network, loss, &result, set->x, set->y, set->count, &training), BK_OK, "%s",
                 bk_error_message());
    loss[set->epochs] = result.final_loss;
    size_t bytes;
    double *last = network_weights(network, &bytes);
    const double *expected = row + 8;
    const double of_loss = largest_difference(loss, expected, set->epochs + 1);
    const double of_weights = largest_difference(last, expected + set->epochs + 1, bytes / sizeof *last);
    cr_expect(of_loss < TOLERANCE && of_weights < TOLERANCE,
              "%zu layers of %s, %s, %s, decay %g: losses off by %g, weights by %g", layers,
              bk_activation_name((bk_activation)row[1]), bk_loss_name(training.loss),
              bk_optimiser_name(training.optimiser), training.weight_decay, of_loss, of_weights);
    bk_free(last);
    bk_network_destroy(network);
    return expected + set->epochs + 1 + bytes / sizeof(double);
}

static void check_all_cases(bool plain)
{
    size_t numbers;
    double *table = read_numbers("model_training_torch.txt", &numbers);
    torch_points set = {.count = (size_t)table[0], .epochs = (size_t)table[1], .x = table + 3};
    const size_t cases = (size_t)table[2];
    cr_assert(set.count <= 64 && set.epochs < 128 && cases == 72);
    const double *at = table + 3 + 2 * set.count;
    for (size_t i = 0; i < set.count; i++) {
        set.y[i] = (int8_t)at[i];
    }
    at += set.count;
    const double *start[3] = {NULL, at + 1, NULL};
    at += 1 + 1 + 4 * 6 + 1;
    cr_assert_eq(*at, 2.0);
    start[2] = at + 1;
    at += 1 + 2 + (3 * 5 + 6 * 4 + 5);
    for (size_t c = 0; c < cases; c++) {
        at = check_case(&set, start, at, plain);
    }
    cr_assert_eq((size_t)(at - table), numbers);
    bk_free(table);
}

Test(training_torch, losses_and_weights_are_pytorchs) { check_all_cases(false); }

Test(training_torch, and_so_are_the_tapes) { check_all_cases(true); }
