/* SPDX-License-Identifier: GPL-3.0-or-later
 * map_against_dense SEEDS TRIALS: the errors of networks on fresh test sets of 1000 points through their
 * decision maps, point by point beside those of the dense path: for each seed the lab's eight networks (5,
 * 10, 100, 500 units, tanh and ReLU, trained as the lab trains them), and once as many of each size and of 1
 * unit with hostile weights. Both ways count the same, or refuse alike. A planted fault must be found. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/decision_map.h"
#include "model/network.h"

#define POINTS 1000

static const size_t sizes[] = {5, 10, 100, 500, 1};
static const bk_activation activations[] = {BK_TANH, BK_RELU};

static uint64_t seed_in_use, points_compared, points_scored, refusals;
static float x[2 * POINTS], score[POINTS];
static int8_t y[POINTS];
static uint8_t dense_flag[POINTS], map_flag[POINTS];
static void *sampling;

static void stop(const char *where)
{
    (void)fprintf(stderr, "%s: %s\n", where, bk_error_message());
    exit(1);
}

static void draw(uint32_t purpose, uint64_t index, size_t count)
{
    bk_stream stream = bk_stream_open(seed_in_use, purpose, index);
    if (bk_mixture_sample(x, y, &bk_mixture_lab, BK_SAMPLING_BALANCED, BK_F32, count, &stream, sampling) !=
        BK_OK) {
        stop("sample");
    }
}

/* Whether both ways say the same of so many test sets. */
static bool ways_agree(const bk_network *network, const bk_decision_map *map, uint64_t trials)
{
    for (uint64_t trial = 0; trial < trials; trial++) {
        uint64_t dense = 0, looked_up = 0, scored = 0;
        draw(BK_PURPOSE_TRIAL, trial, POINTS);
        if (bk_network_score(score, network, x, POINTS) != BK_OK) {
            stop("score");
        }
        const bk_status plain = bk_network_errors(dense_flag, &dense, BK_F32, score, y, POINTS);
        const bk_status quick = bk_decision_map_errors(map_flag, &looked_up, &scored, map, x, y, POINTS);
        if (plain != quick || dense != looked_up ||
            (plain == BK_OK && memcmp(dense_flag, map_flag, POINTS) != 0)) {
            return false;
        }
        refusals += plain != BK_OK;
        points_compared += POINTS;
        points_scored += scored;
    }
    return true;
}

static bk_decision_map *map_of(const bk_network *network)
{
    static const double low[2] = {-2.25, -2.25}, high[2] = {2.25, 2.25};
    return bk_decision_map_create(network, low, high, NULL);
}

static void compare(const bk_network *network, uint64_t trials, const char *kind)
{
    bk_decision_map *map = map_of(network);
    if (map == NULL) {
        stop("map");
    }
    if (!ways_agree(network, map, trials)) {
        (void)fprintf(stderr, "%s, seed %llu, %zu units of %s: the ways differ\n", kind,
                      (unsigned long long)seed_in_use, network->hidden[0],
                      bk_activation_name(network->activation));
        exit(1);
    }
    bk_decision_map_destroy(map);
}

static bk_network *new_network(size_t hidden, bk_activation activation)
{
    bk_network *network = bk_network_create(2, 1, &hidden, activation, BK_F32);
    if (network == NULL) {
        stop("network");
    }
    bk_network_initialise(network, seed_in_use);
    return network;
}

static bk_network *trained(size_t hidden, bk_activation activation)
{
    const bk_training training = {.learning_rate = 0.1, .epochs = 1000};
    bk_network *network = new_network(hidden, activation);
    draw(BK_PURPOSE_TRAINING_SET, 0, 200);
    if (bk_train(network, NULL, NULL, x, y, 200, &training) != BK_OK) {
        stop("training");
    }
    return network;
}

/* ---- Hostile weights ----------------------------------------------------------------------------------- */

static void scale(void *values, size_t count, float factor)
{
    for (size_t i = 0; i < count; i++) {
        ((float *)values)[i] *= factor;
    }
}

/* The hidden weights, the output's, or both, times a factor. ReLU units of 3e38 are infinite, and a
 * difference of such has no sign: both ways refuse. */
static void compare_scaled(size_t hidden, bk_activation activation, float factor, uint64_t trials)
{
    for (int which = 1; which <= 3; which++) {
        bk_network *network = new_network(hidden, activation);
        scale(network->weight[0], 2 * hidden, which & 1 ? factor : 1.0F);
        scale(network->bias[0], hidden, which & 1 ? factor : 1.0F);
        scale(network->weight[1], hidden, which & 2 ? factor : 1.0F);
        compare(network, trials, "scaled weights");
        bk_network_destroy(network);
    }
}

/* s = bias, everywhere; with the output's weights alone zero, and with all. */
static void compare_constant(size_t hidden, bk_activation activation, float bias, uint64_t trials)
{
    bk_network *network = new_network(hidden, activation);
    scale(network->weight[1], hidden, 0.0F);
    *(float *)network->bias[1] = bias;
    compare(network, trials, "a constant score");
    scale(network->weight[0], 2 * hidden, 0.0F);
    scale(network->bias[0], hidden, 0.0F);
    compare(network, trials, "all weights zero");
    bk_network_destroy(network);
}

/* Every unit zero on the line x_0 = x_1, so that the score is, too, but for what rounding leaves. */
static void compare_line(size_t hidden, bk_activation activation, uint64_t trials)
{
    bk_network *network = new_network(hidden, activation);
    float *w1 = network->weight[0];
    for (size_t j = 0; j < hidden; j++) {
        w1[2 * j + 1] = -w1[2 * j];
    }
    scale(network->bias[0], hidden, 0.0F);
    *(float *)network->bias[1] = 0.0F;
    compare(network, trials, "zero on a line");
    bk_network_destroy(network);
}

static void refuse_nan(size_t hidden, bk_activation activation, float bad)
{
    for (size_t p = 0; p < 4; p++) {
        bk_network *network = new_network(hidden, activation);
        ((float *)bk_network_parameter(network, p).values)[0] = bad;
        if (map_of(network) != NULL || bk_error_status() != BK_NOT_A_NUMBER) {
            (void)fprintf(stderr, "a map of a network with %g among its weights\n", (double)bad);
            exit(1);
        }
        bk_network_destroy(network);
    }
}

static void hostile(size_t hidden, bk_activation activation, uint64_t trials)
{
    static const float factors[] = {1e3F, 1e6F, 1e18F, 1e30F, 1e37F, 3e38F, 1e-20F, 1e-40F};
    static const float biases[] = {0.0F, -0.0F, 1e-45F, -1e-45F, 1.0F, -1e30F};
    for (size_t i = 0; i < sizeof factors / sizeof factors[0]; i++) {
        compare_scaled(hidden, activation, factors[i], trials);
    }
    for (size_t i = 0; i < sizeof biases / sizeof biases[0]; i++) {
        compare_constant(hidden, activation, biases[i], trials);
    }
    compare_line(hidden, activation, trials);
    refuse_nan(hidden, activation, NAN);
    refuse_nan(hidden, activation, INFINITY);
}

/* A map whose cells of class -1 next to the first of class +1 are taken for +1. */
static bool planted_fault_is_found(void)
{
    bk_network *network = trained(10, BK_TANH);
    bk_decision_map *map = map_of(network);
    for (size_t cell = 0; cell < map->cells; cell++) {
        const bool centre = cell / map->side == map->side / 2;
        map->table[cell] = centre && map->table[cell] == BK_MAP_MINUS ? BK_MAP_PLUS : map->table[cell];
    }
    const bool found = !ways_agree(network, map, 10);
    bk_decision_map_destroy(map);
    bk_network_destroy(network);
    return found;
}

int main(int argc, char **argv)
{
    const uint64_t seeds = argc == 3 ? strtoull(argv[1], NULL, 10) : 0;
    const uint64_t trials = argc == 3 ? strtoull(argv[2], NULL, 10) : 0;
    sampling = bk_allocate(bk_mixture_scratch_bytes(&bk_mixture_lab, POINTS, BK_F32), 1);
    if (seeds == 0 || trials == 0 || sampling == NULL) {
        (void)fprintf(stderr, "usage: map_against_dense SEEDS TRIALS\n");
        return 2;
    }
    for (size_t a = 0; a < 2; a++) {
        for (size_t s = 0; s < sizeof sizes / sizeof sizes[0]; s++) {
            for (seed_in_use = 1; seed_in_use <= seeds; seed_in_use++) {
                bk_network *network = trained(sizes[s], activations[a]);
                compare(network, trials, "trained as in the lab");
                bk_network_destroy(network);
            }
        }
    }
    printf("trained: %llu points alike, %llu of them through the network\n",
           (unsigned long long)points_compared, (unsigned long long)points_scored);
    seed_in_use = 1;
    for (size_t a = 0; a < 2; a++) {
        for (size_t s = 0; s < sizeof sizes / sizeof sizes[0]; s++) {
            hostile(sizes[s], activations[a], 2);
        }
    }
    if (refusals == 0) {
        (void)fprintf(stderr, "no test set was refused\n");
        return 1;
    }
    printf("hostile, too: %llu points in all, %llu test sets refused by both\n",
           (unsigned long long)points_compared, (unsigned long long)refusals);
    const bool found = planted_fault_is_found();
    printf("the planted fault is %sfound\n", found ? "" : "not ");
    bk_free(sampling);
    return found ? 0 : 1;
}
