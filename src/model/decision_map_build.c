/* SPDX-License-Identifier: GPL-3.0-or-later
 * Fills a decision map: level by level, cells whose sign is proved are painted into the table and the others
 * cut into 2^inputs, until the cells of the table are reached or the number of evaluations is used up. What
 * is undecided then becomes a piece. A level is evaluated in batches by all threads; each batch writes its
 * own slots, so that the map does not depend on them. */
#include <math.h>
#include <string.h>

#include "model/decision_map.h"

/* Cells that a thread takes at once, and the work of a level, in cells times units, from which on threads
 * pay: some milliseconds, so that waiting for a core that is busy otherwise costs less than it saves. */
#define BATCH         256
#define PARALLEL_WORK ((size_t)1 << 21)

/* The cells of one level. */
typedef struct level {
    const bk_decision_map *map;
    const bk_certifier *certifier;
    size_t width; /* of a cell, in cells of the table */
    size_t count;
    uint32_t *cell; /* [count][inputs]: place in cells of this level */
    uint8_t *state; /* [count]: BK_MAP_MINUS, BK_MAP_PLUS, or BK_MAP_PIECE for undecided */
    double *piece;  /* [count][numbers] */
} level;

static size_t power(size_t base, size_t exponent)
{
    size_t result = 1;
    for (size_t i = 0; i < exponent; i++) {
        result *= base;
    }
    return result;
}

/* ---- Evaluation ---------------------------------------------------------------------------------------- */

/* One piece of an expansion. Computing the polynomial at a point in f64 takes fewer than 40 operations on
 * terms whose sizes sum to |value| + bound at most: 2^-46 of that is more than they lose. */
static void put_piece(double *piece, const bk_expansion *e, size_t cell, size_t inputs, const double *centre,
                      size_t stride, double bound)
{
    size_t at = 0;
    for (size_t i = 0; i < inputs; i++) {
        piece[at++] = centre[i * stride];
    }
    piece[at++] = e->value[cell];
    for (size_t i = 0; i < inputs; i++) {
        piece[at++] = e->slope[i][cell];
    }
    for (size_t k = 0; k < inputs * (inputs + 1) / 2; k++) {
        piece[at++] = e->curve[k][cell];
    }
    const double lost = 0x1p-46 * (fabs(e->value[cell]) + bound);
    piece[at] = (e->rest[cell] + e->rounding[cell] + lost) * (1.0 + 0x1p-20);
}

static bk_status evaluate(void *context, size_t item, int thread)
{
    (void)thread;
    const level *l = context;
    const bk_decision_map *map = l->map;
    const size_t inputs = map->inputs, numbers = bk_map_piece_numbers(inputs);
    const size_t end = (item + 1) * BATCH < l->count ? (item + 1) * BATCH : l->count;
    double centre[BK_MAP_INPUTS * BK_EXPANSION_CELLS], half_width[BK_MAP_INPUTS];
    bk_expansion expansion;
    for (size_t i = 0; i < inputs; i++) {
        half_width[i] = (0.5 * (double)l->width + BK_MAP_MARGIN) / map->scale[i];
    }
    for (size_t first = item * BATCH; first < end; first += BK_EXPANSION_CELLS) {
        const size_t n = end - first < BK_EXPANSION_CELLS ? end - first : BK_EXPANSION_CELLS;
        for (size_t k = 0; k < n; k++) {
            for (size_t i = 0; i < inputs; i++) {
                const double place = ((double)l->cell[(first + k) * inputs + i] + 0.5) * (double)l->width;
                centre[i * BK_EXPANSION_CELLS + k] = map->low[i] + place / map->scale[i];
            }
        }
        bk_certifier_expand(&expansion, l->certifier, centre, BK_EXPANSION_CELLS, half_width, n);
        for (size_t k = 0; k < n; k++) {
            const double bound = bk_expansion_bound(&expansion, k, inputs, half_width);
            const bool sure = fabs(expansion.value[k]) > (bound + expansion.rounding[k]) * (1.0 + 0x1p-40);
            l->state[first + k] = !sure                      ? BK_MAP_PIECE
                                  : expansion.value[k] > 0.0 ? BK_MAP_PLUS
                                                             : BK_MAP_MINUS;
            put_piece(l->piece + (first + k) * numbers, &expansion, k, inputs, centre + k, BK_EXPANSION_CELLS,
                      bound);
        }
    }
    return BK_OK;
}

static bk_status evaluate_all(level *l)
{
    const size_t batches = (l->count + BATCH - 1) / BATCH;
    size_t work;
    if (!bk_multiply_sizes(&work, l->count, l->map->network->hidden[0]) || work >= PARALLEL_WORK) {
        return bk_parallel_for(batches, evaluate, l);
    }
    for (size_t item = 0; item < batches; item++) {
        BK_TRY(evaluate(l, item, 0));
    }
    return BK_OK;
}

/* ---- The tree ------------------------------------------------------------------------------------------ */

static void clear_level(level *l)
{
    bk_free(l->cell);
    bk_free(l->state);
    bk_free(l->piece);
    l->cell = NULL;
    l->state = NULL;
    l->piece = NULL;
}

static bk_status make_level(level *l, size_t count)
{
    l->count = count;
    l->cell = bk_allocate(count, l->map->inputs * sizeof *l->cell);
    l->state = bk_allocate(count, sizeof *l->state);
    l->piece = bk_allocate(count, bk_map_piece_numbers(l->map->inputs) * sizeof *l->piece);
    return l->cell == NULL || l->state == NULL || l->piece == NULL ? bk_error_status() : BK_OK;
}

/* All cells of the coarsest level. */
static bk_status first_level(level *l)
{
    const size_t inputs = l->map->inputs, side = l->map->side / l->width;
    BK_TRY(make_level(l, power(side, inputs)));
    for (size_t k = 0; k < l->count; k++) {
        size_t rest = k;
        for (size_t i = inputs; i-- > 0; rest /= side) {
            l->cell[k * inputs + i] = (uint32_t)(rest % side);
        }
    }
    return BK_OK;
}

/* The undecided cells of l, cut in two along every input. */
static bk_status next_level(level *next, const level *l, size_t undecided)
{
    const size_t inputs = l->map->inputs, children = power(2, inputs);
    next->width = l->width / 2;
    BK_TRY(make_level(next, undecided * children));
    size_t at = 0;
    for (size_t k = 0; k < l->count; k++) {
        for (size_t child = 0; l->state[k] == BK_MAP_PIECE && child < children; child++, at++) {
            for (size_t i = 0; i < inputs; i++) {
                next->cell[at * inputs + i] = 2 * l->cell[k * inputs + i] + (uint32_t)(child >> i & 1);
            }
        }
    }
    return BK_OK;
}

/* Writes a cell's number over the cells of the table that it holds. */
static void paint(const level *l, size_t cell, uint16_t number)
{
    const bk_decision_map *map = l->map;
    const uint32_t *place = l->cell + cell * map->inputs;
    const size_t planes = map->inputs > 2 ? l->width : 1, rows = map->inputs > 1 ? l->width : 1;
    for (size_t p = 0; p < planes; p++) {
        for (size_t r = 0; r < rows; r++) {
            const size_t offset[BK_MAP_INPUTS] = {map->inputs > 2   ? p
                                                  : map->inputs > 1 ? r
                                                                    : 0,
                                                  map->inputs > 2 ? r : 0, 0};
            size_t index = 0;
            for (size_t i = 0; i < map->inputs; i++) {
                index = index * map->side + place[i] * l->width + offset[i];
            }
            for (size_t k = 0; k < l->width; k++) {
                map->table[index + k] = number;
            }
        }
    }
}

static void paint_certain(const level *l)
{
    for (size_t k = 0; k < l->count; k++) {
        if (l->state[k] != BK_MAP_PIECE) {
            paint(l, k, l->state[k]);
        }
    }
}

/* The undecided cells of the last level become pieces. */
static bk_status keep_pieces(bk_decision_map *map, const level *l, size_t undecided)
{
    const size_t numbers = bk_map_piece_numbers(map->inputs);
    map->piece = bk_allocate(undecided, numbers * sizeof *map->piece);
    if (map->piece == NULL) {
        return bk_error_status();
    }
    for (size_t k = 0; k < l->count; k++) {
        if (l->state[k] == BK_MAP_PIECE) {
            memcpy(map->piece + map->pieces * numbers, l->piece + k * numbers, numbers * sizeof *map->piece);
            paint(l, k, (uint16_t)(BK_MAP_PIECE + map->pieces));
            map->pieces++;
        }
    }
    return BK_OK;
}

static size_t count_undecided(const level *l)
{
    size_t count = 0;
    for (size_t k = 0; k < l->count; k++) {
        count += l->state[k] == BK_MAP_PIECE;
    }
    return count;
}

static bk_status build_levels(bk_decision_map *map, level *l, size_t evaluations)
{
    const size_t children = power(2, map->inputs);
    BK_TRY(first_level(l));
    for (;;) {
        BK_TRY(evaluate_all(l));
        map->evaluated += l->count;
        paint_certain(l);
        const size_t undecided = count_undecided(l);
        if (l->width == 1 || undecided == 0 || undecided * children > evaluations) {
            return keep_pieces(map, l, undecided);
        }
        evaluations -= undecided * children;
        level next = {.map = map, .certifier = l->certifier};
        const bk_status status = next_level(&next, l, undecided);
        clear_level(l);
        *l = next;
        BK_TRY(status);
    }
}

bk_status bk_decision_map_build(bk_decision_map *map, size_t evaluations)
{
    static const size_t first_side[BK_MAP_INPUTS] = {64, 16, 8};
    double reach[BK_MAP_INPUTS];
    for (size_t i = 0; i < map->inputs; i++) {
        const double high = map->low[i] + ((double)map->side + 1.0) / map->scale[i];
        reach[i] = fmax(fabs(map->low[i] - 1.0 / map->scale[i]), fabs(high));
    }
    bk_certifier *certifier = bk_certifier_create(map->network, reach);
    if (certifier == NULL) {
        return bk_error_status();
    }
    const size_t side = first_side[map->inputs - 1];
    level l = {.map = map, .certifier = certifier, .width = map->side > side ? map->side / side : 1};
    const bk_status status = build_levels(map, &l, evaluations);
    clear_level(&l);
    bk_certifier_destroy(certifier);
    return status;
}
