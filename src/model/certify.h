/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * model/certify.h: the score of a network with one hidden layer of 1 to 3 inputs on a whole cell, by a bound
 * that is proved (certify.c). "Score" is that of the stored weights in real arithmetic; what the dense path
 * (bk_network_score) computes in the network's dtype is within `rounding` of it.
 *
 * A cell is centre and half widths: all x with |x_i - centre_i| <= half_width_i. Half widths are at least 0.
 * A bound that cannot be had (a cell beyond the reach, weights so large that a sum could overflow) is
 * infinite, never too small. Bounds depend on the network, the reach and the cell alone: neither on the
 * other cells of a call, nor on the instruction set or the threads.
 */
#ifndef BRISK_MODEL_CERTIFY_H
#define BRISK_MODEL_CERTIFY_H

#include "brisk/model.h"

#define BK_CERTIFIER_INPUTS 3
#define BK_EXPANSION_CELLS  64

typedef struct bk_certifier bk_certifier;

/* reach [input]: cells lie in |x_i| <= reach_i. Copies the weights. BK_UNSUPPORTED for other networks,
 * BK_NOT_A_NUMBER for weights, BK_INVALID for a reach, that is not finite. NULL on failure. Reading it from
 * many threads at once is fine. */
bk_certifier *bk_certifier_create(const bk_network *network, const double *reach);
void bk_certifier_destroy(bk_certifier *certifier);

/* |s(x) - value| <= bound for every x of the cell. */
void bk_certifier_cell(double *value, double *bound, const bk_certifier *certifier, const double *centre,
                       const double *half_width);
/* count cells of equal size: value, bound, rounding [count] (rounding may be NULL: see below), centre
 * [input][count]. The quicker way: about 2 ns a cell and unit with AVX-512, and nothing is allocated. */
void bk_certifier_cells(double *value, double *bound, double *rounding, const bk_certifier *certifier,
                        const double *centre, const double *half_width, size_t count);

/* |what the dense path computes at x - s(x)| is at most this for every x of the network's dtype in the box;
 * where it is finite, so is what the dense path computes. */
double bk_certifier_rounding(const bk_certifier *certifier, const double *low, const double *high);

/* What lies behind these: with d = x - centre, for every x of the cell
 *   |s(x) - (value + sum_i slope_i d_i + sum_(i<=k) curve_ik d_i d_k)| <= rest,
 * curve in the order 00 01 02 11 12 22 (2 inputs: 00 01 11). */
typedef struct bk_expansion {
    double value[BK_EXPANSION_CELLS];
    double slope[BK_CERTIFIER_INPUTS][BK_EXPANSION_CELLS];
    double curve[BK_CERTIFIER_INPUTS * (BK_CERTIFIER_INPUTS + 1) / 2][BK_EXPANSION_CELLS];
    double rest[BK_EXPANSION_CELLS];
    double rounding[BK_EXPANSION_CELLS]; /* as above, for the cell */
} bk_expansion;
/* centre [input][stride], count <= BK_EXPANSION_CELLS. */
void bk_certifier_expand(bk_expansion *expansion, const bk_certifier *certifier, const double *centre,
                         size_t stride, const double *half_width, size_t count);
/* |s(x) - value| of cell `cell` of an expansion. */
double bk_expansion_bound(const bk_expansion *expansion, size_t cell, size_t inputs,
                          const double *half_width);

#endif
