/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * model/decision_map.h: the parts of a decision map (brisk/model.h).
 *
 * A grid of side^inputs cells lies over the box. What a cell knows is one number of the table:
 *   BK_MAP_MINUS, BK_MAP_PLUS   the dense path's label of every point that is sent to the cell, proved
 *   BK_MAP_OUTSIDE              nothing; the table's last entry, where points outside the grid are sent
 *   BK_MAP_PIECE + k            piece k: a polynomial of second order and how far the dense path's score can
 * be from it; where the polynomial is further from 0 than that, its sign is the label Points that neither
 * settles go through the network.
 *
 * Which points are sent to a cell. low and scale are of the network's dtype (unit roundoff U <= 2^-24), and
 * the index kernel computes t = (x - low) * scale with two roundings, so that the exact t is within
 * 2.01 U t <= 2.01 2^-24 side of it; the side is at most 4096, so within 0.0005 of a cell. Cells are
 * certified with both sides moved outward by 2^-10 of a cell (0.00098), which covers that and the rounding of
 * a cell's centre, computed in f64: a box narrower than 2^-20 of its distance from 0 is refused, so that a
 * cell is at least 2^-32 of it and the centre right to 2^-19 of a cell.
 */
#ifndef BRISK_MODEL_DECISION_MAP_H
#define BRISK_MODEL_DECISION_MAP_H

#include "model/certify.h"

#define BK_MAP_INPUTS BK_CERTIFIER_INPUTS
#define BK_MAP_MARGIN 0x1p-10
#define BK_MAP_SIDE   4096
enum { BK_MAP_MINUS, BK_MAP_PLUS, BK_MAP_OUTSIDE, BK_MAP_PIECE };
/* Pieces that the table's numbers can tell apart. */
#define BK_MAP_PIECES (65536 - BK_MAP_PIECE)

/* Numbers of a piece: centre [inputs], value, slope [inputs], curve [inputs (inputs + 1) / 2], threshold. */
static inline size_t bk_map_piece_numbers(size_t inputs)
{
    return 2 + 2 * inputs + inputs * (inputs + 1) / 2;
}
#define BK_MAP_PIECE_NUMBERS 14

struct bk_decision_map {
    const bk_network *network; /* kept */
    size_t inputs, side, cells;
    double low[BK_MAP_INPUTS], scale[BK_MAP_INPUTS]; /* of the network's dtype */
    float low_f32[BK_MAP_INPUTS], scale_f32[BK_MAP_INPUTS];
    uint16_t *table; /* [cells + 1] */
    double *piece;   /* [pieces, bk_map_piece_numbers] */
    size_t pieces, evaluated;
};

/* Fills the table and the pieces of a map whose other members are set; at most `evaluations` cells are
 * evaluated after the first level. */
bk_status bk_decision_map_build(bk_decision_map *map, size_t evaluations);

#endif
