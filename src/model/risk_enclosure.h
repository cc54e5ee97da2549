/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * model/risk_enclosure.h: the parts of the certified risk. The plane is cut into rectangles, each of which
 * knows two parallel planes between which the score lies over it (risk_enclosure_network.c for a network,
 * risk_enclosure_bayes.c for the log odds); risk_enclosure.c cuts them until the mass between the two zero
 * lines is small enough, and risk_enclosure_mass.c measures rectangles and what lies beyond a line in them.
 */
#ifndef BRISK_MODEL_RISK_ENCLOSURE_H
#define BRISK_MODEL_RISK_ENCLOSURE_H

#include "brisk/model.h"
#include "model/certify.h"

/* Rectangles whose planes are made together. */
#define BK_RISK_LANES BK_EXPANSION_CELLS
/* Where planes are widened for the rounding of sums and products of their numbers: so much of the sum of all
 * magnitudes, more than twice what a dozen roundings do. */
#define BK_RISK_SUM_ERROR 0x1p-48

/* A closed rectangle of the plane. Its numbers are multiples of one power of two, so that neighbours share
 * their sides exactly. For every x in it, as real numbers,
 *   score + gradient . (x - centre) + below <= s(x) <= score + gradient . (x - centre) + above. */
typedef struct bk_risk_cell {
    double centre[2], half[2];
    double score, gradient[2], below, above;
    double rounding;  /* a score of bk_network_score at a point of the cell is not further from s than this */
    double uncertain; /* bound of the mass between the planes' zero lines, the mean of both classes */
    unsigned depth;   /* how often it was halved */
    bool cut;         /* whether rounding, or the true score, makes labels of both kinds in it */
} bk_risk_cell;

/* Gives cells of equal size, at most BK_RISK_LANES, their planes and rounding. */
typedef void (*bk_risk_expand)(const void *context, bk_risk_cell *const *cells, size_t count);

/* A network with one hidden layer of 2 inputs. reach[2]: no coordinate of a cell is larger in magnitude. NULL
 * on failure; owned by the caller. */
typedef struct bk_risk_network bk_risk_network;
bk_risk_network *bk_risk_network_create(const bk_network *network, const double reach[2]);
void bk_risk_network_destroy(bk_risk_network *network);
/* context: a bk_risk_network. */
void bk_risk_network_expand(const void *context, bk_risk_cell *const *cells, size_t count);

/* The log odds of a mixture; reach as above. */
typedef struct bk_risk_odds {
    const bk_mixture *mixture;
    double reach[2];
} bk_risk_odds;
void bk_risk_odds_expand(const void *context, bk_risk_cell *const *cells, size_t count);

/* ---- Masses (risk_enclosure_mass.c) ----------------------------------------------------------------------
 */

/* The mixture as the masses need it. */
typedef struct bk_risk_plane {
    const bk_mixture *mixture;
    double deviation;
    double grain; /* bound of the rounding error of a line's place, in standard deviations */
} bk_risk_plane;

/* Sums of lower and upper bounds of masses, of both classes: errors[0] the points of class -1 with the label
 * +1, errors[1] the points of class +1 with the label -1. */
typedef struct bk_risk_sums {
    double low[2], high[2];
    double near_zero[2]; /* upper bounds of the mass where rounding may decide the label */
} bk_risk_sums;

/* Adds a cell in which every label is +1 (positive) or every one is -1. */
void bk_risk_add_whole(bk_risk_sums *sums, const bk_risk_plane *plane, const bk_risk_cell *cell,
                       bool positive);
/* Adds a cell of both labels by its planes. */
void bk_risk_add_cut(bk_risk_sums *sums, const bk_risk_plane *plane, const bk_risk_cell *cell);
/* peak [count] = bounds of the density in each cell, the mean of both classes. */
void bk_risk_peaks(double *peak, const bk_mixture *mixture, bk_risk_cell *const *cells, size_t count);

#endif
