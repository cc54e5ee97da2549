/* SPDX-License-Identifier: GPL-3.0-or-later
 * Creation of decision maps: checks, the grid in the network's dtype, memory. */
#include "model/decision_map.h"

#include <math.h>

#include "model/network.h"

/* Grids whose table stays in the second-level cache, and cells to evaluate at most: what the lab's
 * networks need several times over. */
static const size_t default_side[BK_MAP_INPUTS] = {4096, 256, 64};
static const size_t default_evaluations[BK_MAP_INPUTS] = {8192, 16384, 49152};

bool bk_decision_map_applies(const bk_network *network)
{
    return network->layers == 1 && network->inputs >= 1 && network->inputs <= BK_MAP_INPUTS;
}

bool bk_decision_map_pays(const bk_network *network, double points)
{
    if (!bk_decision_map_applies(network)) {
        return false;
    }
    /* Nanoseconds on one core of Zen 4: a unit at a point in f32, and what comes with every point; a point
     * through the map; a unit of a cell when the map is made, and how many cells that takes. Only the ratios
     * count. */
    static const double unit_ns[BK_ACTIVATION_COUNT] = {0.16, 0.03, 0.27};
    static const double cells[BK_MAP_INPUTS] = {300.0, 2000.0, 15000.0};
    const double units = (double)network->hidden[0];
    const double dense = 0.5 + units * unit_ns[network->activation] * (network->dtype == BK_F32 ? 1.0 : 4.0);
    const double saved = points * (dense - 1.0), spent = cells[network->inputs - 1] * (units * 1.5 + 50.0);
    return saved > 2.0 * spent;
}

static bk_status check_box(const double *low, const double *high, size_t inputs)
{
    for (size_t i = 0; i < inputs; i++) {
        const double width = high[i] - low[i];
        const double far = fmax(fabs(low[i]), fabs(high[i]));
        if (!(width > 0.0) || !isfinite(width) || !(width >= 0x1p-20 * far)) {
            return bk_fail(BK_INVALID,
                           "decision map: input %zu from %g to %g; give finite ends, low below high, not "
                           "closer than a millionth of their size",
                           i, low[i], high[i]);
        }
    }
    return BK_OK;
}

static bk_status check_options(const bk_decision_map_options *options, size_t inputs)
{
    const size_t most = inputs == 3 ? 256 : BK_MAP_SIDE;
    if (options->side < 2 || options->side > most || (options->side & (options->side - 1)) != 0) {
        return bk_fail(BK_INVALID, "decision map: %zu cells a side; give a power of two from 2 to %zu",
                       options->side, most);
    }
    if (options->evaluations > BK_MAP_PIECES) {
        return bk_fail(BK_INVALID, "decision map: %zu evaluations; give at most %d", options->evaluations,
                       BK_MAP_PIECES);
    }
    return BK_OK;
}

/* The grid: low ends and cells a unit length, rounded to dtype first and then taken as exact. */
static bk_status set_grid(bk_decision_map *map, const double *low, const double *high)
{
    for (size_t i = 0; i < map->inputs; i++) {
        const double scale = (double)map->side / (high[i] - low[i]);
        map->low_f32[i] = fabs(low[i]) < 0x1p+120 ? (float)low[i] : 0.0F;
        map->scale_f32[i] = scale < 0x1p+120 ? (float)scale : 0.0F;
        const bool single = map->network->dtype == BK_F32;
        map->low[i] = single ? (double)map->low_f32[i] : low[i];
        map->scale[i] = single ? (double)map->scale_f32[i] : scale;
        if (!(map->scale[i] > 0x1p-120) || !(map->scale[i] < 0x1p+120) || !(fabs(low[i]) < 0x1p+120)) {
            return bk_fail(BK_INVALID, "decision map: input %zu from %g to %g; give a box of ordinary size",
                           i, low[i], high[i]);
        }
    }
    return BK_OK;
}

static bk_status prepare(bk_decision_map *map, const bk_network *network, const double *low,
                         const double *high, const bk_decision_map_options *options)
{
    map->network = network;
    map->inputs = network->inputs;
    bk_decision_map_options chosen = options != NULL ? *options : (bk_decision_map_options){0};
    chosen.side = chosen.side == 0 ? default_side[map->inputs - 1] : chosen.side;
    chosen.evaluations = chosen.evaluations == 0 ? default_evaluations[map->inputs - 1] : chosen.evaluations;
    BK_TRY(check_box(low, high, map->inputs));
    BK_TRY(check_options(&chosen, map->inputs));
    map->side = chosen.side;
    BK_TRY(set_grid(map, low, high));
    map->cells = map->side;
    for (size_t i = 1; i < map->inputs; i++) {
        map->cells *= map->side;
    }
    map->table = bk_allocate(map->cells + 1, sizeof *map->table);
    if (map->table == NULL) {
        return bk_error_status();
    }
    map->table[map->cells] = BK_MAP_OUTSIDE;
    return bk_decision_map_build(map, chosen.evaluations);
}

bk_decision_map *bk_decision_map_create(const bk_network *network, const double *low, const double *high,
                                        const bk_decision_map_options *options)
{
    if (bk_network_check(network) != BK_OK) {
        return NULL;
    }
    if (!bk_decision_map_applies(network)) {
        (void)bk_fail(BK_UNSUPPORTED,
                      "decision maps are for networks with one hidden layer and 1 to %d inputs, not %zu and "
                      "%zu; use bk_network_score",
                      BK_MAP_INPUTS, network->layers, network->inputs);
        return NULL;
    }
    bk_decision_map *map = bk_allocate(1, sizeof *map);
    if (map == NULL) {
        return NULL;
    }
    if (prepare(map, network, low, high, options) != BK_OK) {
        bk_decision_map_destroy(map);
        return NULL;
    }
    return map;
}

void bk_decision_map_destroy(bk_decision_map *map)
{
    if (map != NULL) {
        bk_free(map->table);
        bk_free(map->piece);
        bk_free(map);
    }
}

bk_decision_map_facts bk_decision_map_describe(const bk_decision_map *map)
{
    size_t undecided = 0;
    for (size_t k = 0; k < map->cells; k++) {
        undecided += map->table[k] >= BK_MAP_PIECE;
    }
    return (bk_decision_map_facts){
        .side = map->side,
        .evaluated = map->evaluated,
        .pieces = map->pieces,
        .undecided = (double)undecided / (double)map->cells,
        .bytes = sizeof *map + (map->cells + 1) * sizeof *map->table +
                 map->pieces * bk_map_piece_numbers(map->inputs) * sizeof *map->piece,
    };
}
