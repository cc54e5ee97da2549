/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * model/risk_enclosure.h: the parts of the certified risk. The plane is cut into rectangles, each of which
 * knows two parallel planes between which the score lies over it (risk_enclosure_network.c for a network,
 * risk_enclosure_bayes.c for the log odds); risk_enclosure.c cuts them until the mass between the two zero
 * lines is small enough, and risk_enclosure_mass.c measures rectangles and what lies beyond a line in them.
 * risk_enclosure_estimate.c finds the boundary itself in the rectangles that are left, for the best estimate.
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
    double curve[3];  /* 00 01 11: with these terms of second order the middle plane comes near s */
    double peak;      /* bound of the density in it, the mean of both classes */
    double rounding;  /* a score of bk_network_score at a point of the cell is not further from s than this */
    double uncertain; /* bound of the mass between the planes' zero lines, the mean of both classes */
    unsigned depth;   /* how often it was halved */
    bool cut;         /* whether rounding, or the true score, makes labels of both kinds in it */
    bool rough;       /* whether the zero lines are an eighth of its side apart or more */
} bk_risk_cell;

/* Gives cells of equal size, at most BK_RISK_LANES, their planes and rounding. */
typedef void (*bk_risk_expand)(const void *context, bk_risk_cell *const *cells, size_t count);
/* score [count] of points x [input][count] in f64, the true one but for rounding. */
typedef void (*bk_risk_score)(double *score, const void *context, const double *x, size_t count);

/* A network with one hidden layer of 2 inputs. reach[2]: no coordinate of a cell is larger in magnitude. NULL
 * on failure; owned by the caller. */
typedef struct bk_risk_network bk_risk_network;
bk_risk_network *bk_risk_network_create(const bk_network *network, const double reach[2]);
void bk_risk_network_destroy(bk_risk_network *network);
/* context: a bk_risk_network. */
void bk_risk_network_expand(const void *context, bk_risk_cell *const *cells, size_t count);
void bk_risk_network_score(double *score, const void *context, const double *x, size_t count);

/* The log odds of a mixture; reach as above. */
typedef struct bk_risk_odds {
    const bk_mixture *mixture;
    double reach[2];
} bk_risk_odds;
void bk_risk_odds_expand(const void *context, bk_risk_cell *const *cells, size_t count);
void bk_risk_odds_score(double *score, const void *context, const double *x, size_t count);

/* ---- Masses (risk_enclosure_mass.c) ----------------------------------------------------------------------
 */

/* The mixture as the masses need it. */
typedef struct bk_risk_plane {
    const bk_mixture *mixture;
    double deviation;
    double grain; /* bound of the rounding error of a line's place, in standard deviations */
} bk_risk_plane;

/* An estimate of the mass of wrong labels. */
typedef struct bk_risk_estimate {
    double mass[2]; /* [class] */
    double error;   /* an estimate of how far their mean is off, no bound */
} bk_risk_estimate;

/* Sums of lower and upper bounds of masses, of both classes: errors[0] the points of class -1 with the label
 * +1, errors[1] the points of class +1 with the label -1. */
typedef struct bk_risk_sums {
    double low[2], high[2];
    double near_zero[2]; /* upper bounds of the mass where rounding may decide the label */
    bk_risk_estimate estimate;
} bk_risk_sums;

/* Adds a cell in which every label is +1 (positive) or every one is -1. */
void bk_risk_add_whole(bk_risk_sums *sums, const bk_risk_plane *plane, const bk_risk_cell *cell,
                       bool positive);
/* Adds a cell of both labels by its planes. */
void bk_risk_add_cut(bk_risk_sums *sums, const bk_risk_plane *plane, const bk_risk_cell *cell);
/* A line across a cell, at a distance from its centre along the other axis. On it the label changes at a
 * distance from the centre across. It stands for all lines of a length (of the rule of integration). */
typedef struct bk_risk_line {
    double along, across, length;
} bk_risk_line;
/* Adds the mass of the wrong labels on lines of a cell, which run along input `axis`; up: the label is +1
 * above. */
void bk_risk_add_lines(double estimate[2], const bk_risk_plane *plane, const bk_risk_cell *cell, int axis,
                       bool up, const bk_risk_line *lines, size_t count);
/* peak [count] = bounds of the density in each cell, the mean of both classes. */
void bk_risk_peaks(double *peak, const bk_mixture *mixture, bk_risk_cell *const *cells, size_t count);

/* ---- The estimate (risk_enclosure_estimate.c) -----------------------------------------------------------
 */

/* Adds cells of both labels. tolerance: error of a part of a cell above which it is halved. */
void bk_risk_estimate_add(bk_risk_estimate *estimate, const bk_risk_plane *plane, const bk_risk_cell *cells,
                          size_t count, double tolerance, bk_risk_score score, const void *context);

#endif
