/* SPDX-License-Identifier: GPL-3.0-or-later
 * Two steps of a decision map's proof that draws hardly ever lean on: points lie in the cells they are sent
 * to, and a score near 0 is not trusted where the dense path's rounding could turn it over. */
#include <math.h>

#include <criterion/criterion.h>

#include "kernel/kernel.h"
#include "model/decision_map.h"
#include "support.h"

static double uniform(bk_stream *stream, double from, double to)
{
    double value;
    bk_fill_uniform_f64(stream, &value, 1);
    return from + (to - from) * value;
}

/* How far outside its cell, in cells, a point that is sent to cell number `index` of a 1-dimensional map
 * lies; below 0: inside. */
static double outside(const bk_decision_map *map, double x, uint32_t index)
{
    const long double place = ((long double)x - (long double)map->low[0]) * (long double)map->scale[0];
    const long double below = (long double)index - place, above = place - (long double)(index + 1);
    return (double)(below > above ? below : above);
}

/* The worst of all numbers next to a map's edges. */
static double worst_edge(const bk_decision_map *map, bool single)
{
    double worst = -1.0;
    for (uint32_t cell = 0; cell <= map->side; cell++) {
        double x = map->low[0] + (double)cell / map->scale[0];
        x = single ? (double)(float)x : x;
        for (int step = 0; step < 7; step++) {
            uint32_t index;
            float narrow = (float)x;
            if (single) {
                bk_kernels_in_use()->map_index_f32(&index, &narrow, 1, 1, 1, map->low_f32, map->scale_f32,
                                                   (uint32_t)map->side);
            } else {
                bk_kernels_in_use()->map_index_f64(&index, &x, 1, 1, 1, map->low, map->scale,
                                                   (uint32_t)map->side);
            }
            if (index < map->side) {
                worst = fmax(worst, outside(map, x, index));
            }
            const double towards = step < 3 ? -HUGE_VAL : HUGE_VAL;
            x = step == 3 ? map->low[0] + (double)cell / map->scale[0] : x;
            x = single ? (double)nextafterf((float)x, (float)towards) : nextafter(x, towards);
        }
    }
    return worst;
}

Test(decision_map_proof, points_lie_in_their_cells)
{
    bk_stream stream = bk_stream_open(1, BK_PURPOSE_USER, 70);
    const size_t hidden = 1;
    double worst[2] = {-1.0, -1.0};
    for (size_t round = 0; round < 60; round++) {
        const bool single = round % 2 == 0;
        bk_network *network = bk_network_create(1, 1, &hidden, BK_TANH, single ? BK_F32 : BK_F64);
        const double size = pow(10.0, uniform(&stream, -9.0, 9.0)), from = size * uniform(&stream, -1.0, 1.0);
        const double to = from + size * pow(10.0, uniform(&stream, -5.0, 3.0));
        const bk_decision_map_options options = {.side = round % 3 == 0 ? 4096 : 256, .evaluations = 1};
        *(single ? (float *)network->bias[1] : &(float){0.0F}) = 1.0F;
        bk_decision_map *map = bk_decision_map_create(network, &from, &to, &options);
        cr_assert_not_null(map, "%s", bk_error_message());
        worst[round % 2] = fmax(worst[round % 2], worst_edge(map, single));
        bk_decision_map_destroy(map);
        bk_network_destroy(network);
    }
    /* Cells are certified that much larger than they are; exactly their size would not do. */
    cr_assert(worst[0] > 1e-5 && worst[0] < 0.52 * BK_MAP_MARGIN, "%g of a cell", worst[0]);
    cr_assert(worst[1] > 1e-14 && worst[1] < 1e-9, "%g of a cell", worst[1]);
}

/* s = b + v tanh(c) - v tanh(c) = b, small: the dense path computes b and the rounding of v tanh(c) + b,
 * which is as often below -b as above. */
Test(decision_map_proof, rounding_can_turn_a_score_over)
{
    static const double low[2] = {-1.0, -1.0}, high[2] = {1.0, 1.0};
    const size_t hidden = 2, count = 40;
    size_t turned = 0;
    for (size_t round = 0; round < 40; round++) {
        bk_network *network = bk_network_create(2, 1, &hidden, BK_TANH, BK_F32);
        float *b1 = network->bias[0], *w2 = network->weight[1], *b2 = network->bias[1];
        b1[0] = b1[1] = 0.3F + 0.01F * (float)round;
        w2[0] = 1e6F;
        w2[1] = -1e6F;
        *b2 = 1e-3F;
        bk_decision_map *map = bk_decision_map_create(network, low, high, NULL);
        float x[80] = {0.25F}, score[40];
        int8_t y[40];
        for (size_t i = 0; i < count; i++) {
            y[i] = 1;
        }
        uint64_t dense, looked_up;
        cr_assert_eq(bk_network_score(score, network, x, count), BK_OK);
        cr_assert_eq(bk_network_errors(NULL, &dense, BK_F32, score, y, count), BK_OK);
        cr_assert_eq(bk_decision_map_errors(NULL, &looked_up, NULL, map, x, y, count), BK_OK);
        cr_assert_eq(dense, looked_up);
        turned += dense > 0;
        bk_decision_map_destroy(map);
        bk_network_destroy(network);
    }
    cr_assert(turned > 8 && turned < 32, "%zu of 40 networks", turned);
}
