/* SPDX-License-Identifier: GPL-3.0-or-later
 * Decision maps against the dense path: the same label for every point, however near the boundary, the edges
 * of cells or the end of the numbers it lies. */
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include "model/decision_map.h"
#include "support.h"

static const double low[3] = {-2.25, -2.25, -2.25}, high[3] = {2.25, 2.25, 2.25};

static void set(bk_dtype dtype, void *values, size_t i, double value)
{
    if (dtype == BK_F32) {
        ((float *)values)[i] = (float)value;
    } else {
        ((double *)values)[i] = value;
    }
}

static double uniform(bk_stream *stream, double from, double to)
{
    double value;
    bk_fill_uniform_f64(stream, &value, 1);
    return from + (to - from) * value;
}

static bk_network *draw_network(bk_stream *stream, size_t inputs, size_t hidden, bk_activation activation,
                                bk_dtype dtype, double size)
{
    bk_network *network = bk_network_create(inputs, 1, &hidden, activation, dtype);
    cr_assert_not_null(network);
    for (size_t p = 0; p < 4; p++) {
        for (size_t i = 0; i < parameter_count(network, p); i++) {
            set(dtype, parameter_values(network, p), i, size * uniform(stream, -1.0, 1.0));
        }
    }
    return network;
}

static bk_decision_map *make_map(const bk_network *network, const bk_decision_map_options *options)
{
    bk_decision_map *map = bk_decision_map_create(network, low, high, options);
    cr_assert_not_null(map, "%s", bk_error_message());
    return map;
}

/* Points of the dtype with labels of both kinds; free with points_free. */
static points new_points(size_t inputs, bk_dtype dtype, size_t count)
{
    points p = {
        .x = bk_allocate(inputs * count, bk_dtype_size(dtype)), .y = bk_allocate(count, 1), .count = count};
    for (size_t i = 0; i < count; i++) {
        p.y[i] = i % 3 == 0 ? 1 : -1;
    }
    return p;
}

/* Both ways agree on every point; returns how many went through the network. */
static uint64_t compare_ways(const bk_network *network, const bk_decision_map *map, const points *p)
{
    uint8_t *flags = bk_allocate(2 * p->count, 1);
    double *score = bk_allocate(p->count, sizeof *score);
    uint64_t dense = 7, looked_up = 8, alone = 9, scored = 0;
    cr_assert_eq(bk_network_score(score, network, p->x, p->count), BK_OK);
    cr_assert_eq(bk_network_errors(flags, &dense, network->dtype, score, p->y, p->count), BK_OK);
    cr_assert_eq(bk_decision_map_errors(flags + p->count, &looked_up, &scored, map, p->x, p->y, p->count),
                 BK_OK);
    cr_assert_eq(bk_decision_map_errors(NULL, &alone, NULL, map, p->x, p->y, p->count), BK_OK);
    cr_assert(dense == looked_up && dense == alone, "%zu errors, %zu by the map, %zu without flags",
              (size_t)dense, (size_t)looked_up, (size_t)alone);
    for (size_t i = 0; i < p->count; i++) {
        cr_assert_eq(flags[i], flags[p->count + i], "point %zu", i);
    }
    bk_free(flags);
    bk_free(score);
    return scored;
}

/* ---- The lab's networks -------------------------------------------------------------------------------- */

static bk_network *trained(size_t hidden, bk_activation activation, bk_dtype dtype, size_t epochs)
{
    bk_network *network = network_new(hidden, activation, dtype);
    points set = points_draw(BK_SAMPLING_BALANCED, dtype, 200, BK_PURPOSE_TRAINING_SET, 0);
    const bk_training training = {.learning_rate = 0.1, .epochs = epochs};
    cr_assert_eq(bk_train(network, NULL, NULL, set.x, set.y, set.count, &training), BK_OK, "%s",
                 bk_error_message());
    points_free(&set);
    return network;
}

Test(decision_map, trained_networks)
{
    static const size_t hidden[] = {5, 10, 100, 500};
    for (size_t i = 0; i < 4; i++) {
        for (int kind = 0; kind < 2 * BK_ACTIVATION_COUNT; kind++) {
            const bk_dtype dtype = kind % 2 == 0 ? BK_F32 : BK_F64;
            bk_network *network = trained(hidden[i], (bk_activation)(kind / 2), dtype, 200);
            bk_decision_map *map = make_map(network, NULL);
            uint64_t scored = 0, tried = 0;
            for (uint64_t trial = 0; trial < 20; trial++) {
                points p = points_draw(BK_SAMPLING_BALANCED, dtype, 1500, BK_PURPOSE_TRIAL, trial);
                scored += compare_ways(network, map, &p);
                tried += p.count;
                points_free(&p);
            }
            /* The point of it: next to none needs the network. */
            cr_assert(scored * 1000 <= tried, "%zu of %zu points", (size_t)scored, (size_t)tried);
            bk_decision_map_destroy(map);
            bk_network_destroy(network);
        }
    }
}

/* ---- Random networks, points at the boundary and at the edges ------------------------------------------ */

static double score_of(const bk_network *network, const double *x)
{
    double narrow[3], score;
    float narrow_score;
    for (size_t i = 0; i < network->inputs; i++) {
        set(network->dtype, narrow, i, x[i]);
    }
    if (network->dtype == BK_F64) {
        cr_assert_eq(bk_network_score(&score, network, narrow, 1), BK_OK);
        return score;
    }
    cr_assert_eq(bk_network_score(&narrow_score, network, narrow, 1), BK_OK);
    return (double)narrow_score;
}

/* Halves the way between two points until the next step would not move: a point at the boundary where the
 * signs of the ends differ. */
static void bisect(const bk_network *network, double *x, double *to)
{
    const bool sign = score_of(network, x) > 0.0;
    for (int step = 0; step < 60; step++) {
        double middle[3];
        for (size_t i = 0; i < network->inputs; i++) {
            middle[i] = 0.5 * (x[i] + to[i]);
        }
        memcpy((score_of(network, middle) > 0.0) == sign ? x : to, middle, sizeof middle);
    }
}

static double next(bk_dtype dtype, double x, double towards)
{
    return dtype == BK_F32 ? (double)nextafterf((float)x, (float)towards) : nextafter(x, towards);
}

/* Every sixth coordinate: any, at a cell's edge, the numbers beside that, at the box's ends, far out. */
static double awkward(bk_stream *stream, const bk_decision_map *map, size_t input, bk_dtype dtype,
                      size_t kind)
{
    const double cell = floor(uniform(stream, -1.0, (double)map->side + 2.0));
    const double edge = map->low[input] + cell / map->scale[input];
    switch (kind % 6) {
    case 0:
        return uniform(stream, low[input], high[input]);
    case 1:
        return edge;
    case 2:
        return next(dtype, edge, -1e30);
    case 3:
        return next(dtype, edge, 1e30);
    case 4:
        return cell < 100.0 ? low[input] : next(dtype, high[input], cell < 200.0 ? 1e30 : -1e30);
    default:
        return uniform(stream, -1.0, 1.0) * pow(10.0, uniform(stream, -3.0, 36.0));
    }
}

static void random_points(points *p, bk_stream *stream, const bk_network *network, const bk_decision_map *map)
{
    for (size_t point = 0; point < p->count; point++) {
        double x[3], to[3];
        const size_t kind = point % 2 == 0 ? 0 : (size_t)uniform(stream, 0.0, 216.0);
        for (size_t i = 0; i < network->inputs; i++) {
            x[i] = awkward(stream, map, i, network->dtype, i == 0 ? kind : i == 1 ? kind / 6 : kind / 36);
            to[i] = uniform(stream, low[i], high[i]);
        }
        if (point % 16 == 0) {
            bisect(network, x, to);
        }
        for (size_t i = 0; i < network->inputs; i++) {
            const double step = point % 32 == 0 ? 0.0 : (double)(point % 5) * 1e-7;
            set(network->dtype, p->x, i * p->count + point, x[i] + (point % 16 == 0 ? step : 0.0));
        }
    }
}

Test(decision_map, random_networks)
{
    for (uint64_t seed = 0; seed < 20; seed++) {
        for (size_t inputs = 1; inputs <= 3; inputs++) {
            for (int kind = 0; kind < 2 * BK_ACTIVATION_COUNT; kind++) {
                bk_stream stream = bk_stream_open(seed, BK_PURPOSE_USER, 6 * inputs + (uint64_t)kind);
                const bk_dtype dtype = kind % 2 == 0 ? BK_F32 : BK_F64;
                bk_network *network =
                    draw_network(&stream, inputs, (size_t)uniform(&stream, 1.0, 60.0),
                                 (bk_activation)(kind / 2), dtype, pow(2.0, uniform(&stream, -2.0, 4.0)));
                const bk_decision_map_options options = {.side = inputs == 3 ? 16 : 0};
                bk_decision_map *map = make_map(network, &options);
                points p = new_points(inputs, dtype, 3000);
                random_points(&p, &stream, network, map);
                (void)compare_ways(network, map, &p);
                points_free(&p);
                bk_decision_map_destroy(map);
                bk_network_destroy(network);
            }
        }
    }
}

/* A map that is wrong about one cell, or too sure of its polynomials, is found out by these points. */
Test(decision_map, a_planted_fault_is_found)
{
    bk_stream stream = bk_stream_open(1, BK_PURPOSE_USER, 99);
    bk_network *network = draw_network(&stream, 2, 30, BK_TANH, BK_F32, 2.0);
    bk_decision_map *map = make_map(network, NULL);
    points p = new_points(2, BK_F32, 6000);
    random_points(&p, &stream, network, map);
    float *score = bk_allocate(p.count, sizeof *score);
    uint64_t dense, looked_up;
    cr_assert(map->pieces > 0);
    const size_t numbers = bk_map_piece_numbers(2);
    for (size_t k = 0; k < map->pieces; k++) {
        map->piece[(k + 1) * numbers - 1] = 0.0;
    }
    /* Labels that are the dense ones: every error is the map's. */
    cr_assert_eq(bk_network_score(score, network, p.x, p.count), BK_OK);
    for (size_t i = 0; i < p.count; i++) {
        p.y[i] = score[i] > 0.0F ? 1 : -1;
    }
    cr_assert_eq(bk_network_errors(NULL, &dense, BK_F32, score, p.y, p.count), BK_OK);
    cr_assert_eq(bk_decision_map_errors(NULL, &looked_up, NULL, map, p.x, p.y, p.count), BK_OK);
    cr_assert(dense == 0 && looked_up > 0);
    bk_free(score);
    points_free(&p);
    bk_decision_map_destroy(map);
    bk_network_destroy(network);
}

/* ---- Networks without a boundary, or with nothing else ------------------------------------------------- */

static void compare_with_random_points(const bk_network *network)
{
    static const bk_decision_map_options choices[] = {{0}, {.side = 2}, {.evaluations = 1}};
    for (size_t i = 0; i < sizeof choices / sizeof choices[0]; i++) {
        bk_stream stream = bk_stream_open(1, BK_PURPOSE_USER, 50);
        bk_decision_map *map = make_map(network, &choices[i]);
        const size_t most = choices[i].evaluations > 0 ? choices[i].evaluations : 16384;
        cr_assert(bk_decision_map_describe(map).evaluated <= 256 + most);
        points p = new_points(network->inputs, network->dtype, 2000);
        random_points(&p, &stream, network, map);
        (void)compare_ways(network, map, &p);
        points_free(&p);
        bk_decision_map_destroy(map);
    }
}

static void fill(const bk_network *network, size_t parameter, double value)
{
    for (size_t i = 0; i < parameter_count(network, parameter); i++) {
        set(network->dtype, parameter_values(network, parameter), i, value);
    }
}

Test(decision_map, constant_scores)
{
    static const double biases[] = {0.0, -0.0, 1e-45, -1e-45, 1e-30, 1.0, -3.0, 1e30};
    for (size_t b = 0; b < sizeof biases / sizeof biases[0]; b++) {
        for (int dtype = 0; dtype < 2; dtype++) {
            bk_stream stream = bk_stream_open(1, BK_PURPOSE_USER, 51);
            bk_network *network = draw_network(&stream, 2, 4, BK_TANH, dtype == 0 ? BK_F32 : BK_F64, 1.0);
            fill(network, 2, 0.0);
            fill(network, 3, biases[b]);
            compare_with_random_points(network);
            fill(network, 0, 0.0);
            fill(network, 1, 0.0);
            compare_with_random_points(network);
            bk_network_destroy(network);
        }
    }
}

/* s = act(w x) - act(0): zero on the line x_0 = 0, and everywhere where w = 0. */
Test(decision_map, zero_on_a_line)
{
    for (int kind = 0; kind < 2 * BK_ACTIVATION_COUNT; kind++) {
        bk_stream stream = bk_stream_open(1, BK_PURPOSE_USER, 52);
        const bk_activation activation = (bk_activation)(kind / 2);
        bk_network *network = draw_network(&stream, 2, 1, activation, kind % 2 == 0 ? BK_F32 : BK_F64, 1.0);
        fill(network, 0, 0.0);
        fill(network, 1, 0.0);
        fill(network, 2, 1.0);
        fill(network, 3, activation == BK_SIGMOID ? -0.5 : 0.0);
        compare_with_random_points(network);
        set(network->dtype, network->weight[0], 0, 1.0);
        compare_with_random_points(network);
        set(network->dtype, network->weight[0], 0, 1e6);
        compare_with_random_points(network);
        bk_network_destroy(network);
    }
}

/* Sums that overflow on the way, or nearly. At points far out such a network has no score; here it has. */
Test(decision_map, huge_and_tiny_weights)
{
    static const double sizes[] = {1e6, 1e18, 1e30, 1e36, 1e-20, 1e-42};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        for (int kind = 0; kind < 2 * BK_ACTIVATION_COUNT; kind++) {
            bk_stream stream = bk_stream_open(1, BK_PURPOSE_USER, 53 + i);
            bk_network *network = draw_network(&stream, 2, 7, (bk_activation)(kind / 2),
                                               kind % 2 == 0 ? BK_F32 : BK_F64, sizes[i]);
            bk_decision_map *map = make_map(network, NULL);
            points p = new_points(2, network->dtype, 2000);
            for (size_t k = 0; k < 2 * p.count; k++) {
                set(network->dtype, p.x, k, uniform(&stream, -2.5, 2.5));
            }
            /* ReLU of 1e36 is infinite in f32 and a difference of such is no number: both ways say so. */
            double *score = bk_allocate(p.count, sizeof *score);
            uint64_t errors = 0;
            cr_assert_eq(bk_network_score(score, network, p.x, p.count), BK_OK);
            if (bk_network_errors(NULL, &errors, network->dtype, score, p.y, p.count) == BK_OK) {
                (void)compare_ways(network, map, &p);
            } else {
                char *message = bk_copy_text(bk_error_message());
                cr_assert_eq(bk_decision_map_errors(NULL, &errors, NULL, map, p.x, p.y, p.count),
                             BK_NOT_A_NUMBER);
                cr_assert_str_eq(bk_error_message(), message);
                bk_free(message);
            }
            bk_free(score);
            points_free(&p);
            bk_decision_map_destroy(map);
            bk_network_destroy(network);
        }
    }
}

/* ---- Failures ------------------------------------------------------------------------------------------ */

/* A point without a score is named, a wrong label too, and nothing is written. */
Test(decision_map, points_and_labels_without_answer)
{
    for (int dtype = 0; dtype < 2; dtype++) {
        bk_network *network = network_new(10, BK_TANH, dtype == 0 ? BK_F32 : BK_F64);
        bk_decision_map *map = make_map(network, NULL);
        points p = points_draw(BK_SAMPLING_IID, network->dtype, 5000, BK_PURPOSE_TRIAL, 3);
        uint8_t *flags = bk_allocate(p.count, 1);
        uint64_t errors = 77, scored = 78;
        memset(flags, 5, p.count);
        set(network->dtype, p.x, 3000, NAN);
        set(network->dtype, p.x, p.count + 2999, -INFINITY);
        cr_assert_eq(bk_decision_map_errors(flags, &errors, &scored, map, p.x, p.y, p.count),
                     BK_NOT_A_NUMBER);
        cr_assert(strstr(bk_error_message(), "the score of point 2999 is not a number") != NULL, "%s",
                  bk_error_message());
        p.y[4000] = 0;
        cr_assert_eq(bk_decision_map_errors(flags, &errors, &scored, map, p.x, p.y, p.count), BK_INVALID);
        cr_assert(strstr(bk_error_message(), "the label of point 4000 is 0") != NULL);
        cr_assert(errors == 77 && scored == 78);
        for (size_t i = 0; i < p.count; i++) {
            cr_assert_eq(flags[i], 5);
        }
        cr_assert_eq(bk_decision_map_errors(flags, &errors, &scored, map, p.x, p.y, 0), BK_OK);
        cr_assert(errors == 0 && scored == 0);
        bk_free(flags);
        points_free(&p);
        bk_decision_map_destroy(map);
        bk_network_destroy(network);
    }
}

static void refused(bk_status status, const bk_network *network, const double *from, const double *to,
                    size_t side, size_t evaluations)
{
    const bk_decision_map_options options = {.side = side, .evaluations = evaluations};
    cr_assert(bk_decision_map_create(network, from, to, &options) == NULL);
    cr_assert_eq(bk_error_status(), status, "%s", bk_error_message());
}

Test(decision_map, refuses)
{
    static const double empty[3] = {-2.25, 2.25, 2.25}, endless[3] = {INFINITY, 1.0, 1.0},
                        missing[3] = {1.0, NAN, 1.0}, wide[3] = {1e300, 1e300, 1e300},
                        from[3] = {1e9, 1e9, 1e9}, to[3] = {1e9 + 1.0, 1e9 + 1.0, 1e9 + 1.0};
    const size_t hidden[2] = {5, 5};
    bk_network *network = network_new(5, BK_TANH, BK_F32);
    refused(BK_INVALID, network, low, empty, 0, 0);
    refused(BK_INVALID, network, low, endless, 0, 0);
    refused(BK_INVALID, network, low, missing, 0, 0);
    refused(BK_INVALID, network, low, wide, 0, 0);
    refused(BK_INVALID, network, from, to, 0, 0);
    refused(BK_INVALID, network, low, high, 100, 0);
    refused(BK_INVALID, network, low, high, 1, 0);
    refused(BK_INVALID, network, low, high, 8192, 0);
    refused(BK_INVALID, network, low, high, 0, 65536);
    ((float *)network->weight[1])[2] = NAN;
    refused(BK_NOT_A_NUMBER, network, low, high, 0, 0);
    bk_network_destroy(network);
    network = network_deep(2, hidden, BK_TANH, BK_F32);
    cr_assert(!bk_decision_map_applies(network) && !bk_decision_map_pays(network, 1e12));
    refused(BK_UNSUPPORTED, network, low, high, 0, 0);
    bk_network_destroy(network);
    network = network_new(500, BK_TANH, BK_F32);
    cr_assert(bk_decision_map_pays(network, 1e7) && !bk_decision_map_pays(network, 1000.0));
    bk_network_destroy(network);
}

/* ---- The map itself ------------------------------------------------------------------------------------ */

static void *map_bits(size_t *bytes)
{
    bk_network *network = trained(100, BK_TANH, BK_F32, 50);
    bk_decision_map *map = make_map(network, NULL);
    const size_t table = (map->cells + 1) * sizeof *map->table;
    const size_t pieces = map->pieces * bk_map_piece_numbers(2) * sizeof *map->piece;
    *bytes = table + pieces;
    char *bits = bk_allocate(*bytes, 1);
    memcpy(bits, map->table, table);
    memcpy(bits + table, map->piece, pieces);
    const bk_decision_map_facts facts = bk_decision_map_describe(map);
    cr_assert(facts.side == 256 && facts.pieces == map->pieces && facts.bytes > *bytes);
    cr_assert(facts.undecided > 0.0 && facts.undecided < 0.05);
    cr_assert(facts.evaluated > 256 && facts.evaluated < 8000);
    bk_decision_map_destroy(map);
    bk_network_destroy(network);
    return bits;
}

Test(decision_map, the_same_with_every_instruction_set) { expect_equal_bits(map_bits); }

/* Large enough that the cells are shared among threads. */
Test(decision_map, the_same_with_any_number_of_threads)
{
    bk_stream stream = bk_stream_open(1, BK_PURPOSE_USER, 60);
    bk_network *network = draw_network(&stream, 2, 9000, BK_TANH, BK_F32, 1.0);
    const bk_decision_map_options options = {.side = 64};
    cr_assert_eq(bk_set_threads(1), BK_OK);
    bk_decision_map *alone = make_map(network, &options);
    cr_assert_eq(bk_set_threads(3), BK_OK);
    bk_decision_map *together = make_map(network, &options);
    cr_assert(alone->pieces == together->pieces && alone->pieces > 10);
    cr_assert_arr_eq(alone->table, together->table, (alone->cells + 1) * sizeof *alone->table);
    cr_assert_arr_eq(alone->piece, together->piece,
                     alone->pieces * bk_map_piece_numbers(2) * sizeof *alone->piece);
    bk_decision_map_destroy(alone);
    bk_decision_map_destroy(together);
    bk_network_destroy(network);
}
