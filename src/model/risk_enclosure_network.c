/* SPDX-License-Identifier: GPL-3.0-or-later
 * Two parallel planes between which the score of a network lies over a rectangle: those of the expansion of
 * second order that the certifier proves (model/certify.h), the quadratic form enclosed by its range. Where
 * steep units leave nothing of that expansion, the range of every unit by itself may still tell the sign. */
#include <math.h>

#include "brisk/kernel.h"
#include "kernel/kernel.h"
#include "model/network.h"
#include "model/risk_enclosure.h"

#define UNIT 0x1p-53
/* Units whose ranges are made together. */
#define BLOCK ((size_t)64)

struct bk_risk_network {
    bk_certifier *certifier;
    bool smooth; /* not ReLU, whose chords are no worse than its ranges */
    bk_activation activation;
    size_t units;
    double *w1, *b1, *w2; /* [unit, input], [unit], [unit] */
    double *slack;        /* [unit]: more than the rounding of a pre-activation within reach */
    double b2, noise;     /* noise: bound of what rounding does to a sum of ranges */
};

void bk_risk_network_destroy(bk_risk_network *network)
{
    if (network != NULL) {
        bk_certifier_destroy(network->certifier);
        bk_free(network->w1);
        bk_free(network);
    }
}

static double weight(const bk_network *network, const void *values, size_t i)
{
    return network->dtype == BK_F32 ? (double)((const float *)values)[i] : ((const double *)values)[i];
}

/* z = b1 + w1 . x and the way from the centre have at most six roundings of Z = |b1| + |w1| . reach. The
 * activations, at most 1, are right to 8 u (loops/math_f64.h: below 2.6). */
static void fill(bk_risk_network *to, const bk_network *from, const double *reach)
{
    double sum = fabs(weight(from, from->bias[1], 0));
    to->b2 = weight(from, from->bias[1], 0);
    for (size_t j = 0; j < to->units; j++) {
        to->w1[2 * j] = weight(from, from->weight[0], 2 * j);
        to->w1[2 * j + 1] = weight(from, from->weight[0], 2 * j + 1);
        to->b1[j] = weight(from, from->bias[0], j);
        to->w2[j] = weight(from, from->weight[1], j);
        to->slack[j] =
            16.0 * UNIT *
            (fabs(to->b1[j]) + fabs(to->w1[2 * j]) * reach[0] + fabs(to->w1[2 * j + 1]) * reach[1]);
        sum += fabs(to->w2[j]);
    }
    to->noise = 2.0 * ((double)to->units + 16.0) * UNIT * sum;
}

bk_risk_network *bk_risk_network_create(const bk_network *network, const double reach[2])
{
    const size_t units = network->hidden[0];
    bk_risk_network *made = bk_allocate(1, sizeof *made);
    if (made == NULL) {
        return NULL;
    }
    made->certifier = bk_certifier_create(network, reach);
    made->w1 = made->certifier == NULL ? NULL : bk_allocate(units, 5 * sizeof *made->w1);
    if (made->w1 == NULL) {
        bk_risk_network_destroy(made);
        return NULL;
    }
    made->smooth = network->activation != BK_RELU;
    made->activation = network->activation;
    made->units = units;
    made->b1 = made->w1 + 2 * units;
    made->w2 = made->w1 + 3 * units;
    made->slack = made->w1 + 4 * units;
    fill(made, network, reach);
    return made;
}

/* ---- Planes
 * ------------------------------------------------------------------------------------------------
 */

static void set_constant(bk_risk_cell *cell, double low, double high)
{
    cell->score = cell->gradient[0] = cell->gradient[1] = 0.0;
    cell->curve[0] = cell->curve[1] = cell->curve[2] = 0.0;
    cell->below = low;
    cell->above = high;
}

/* d0^2 is in [0, h0^2] over the cell, so that the range of the quadratic form is not symmetric about 0. */
static void set_planes(bk_risk_cell *cell, const bk_expansion *expansion, size_t i)
{
    const double h0 = cell->half[0], h1 = cell->half[1], rest = expansion->rest[i];
    const double first = expansion->curve[0][i] * h0 * h0, last = expansion->curve[2][i] * h1 * h1;
    const double mixed = fabs(expansion->curve[1][i]) * h0 * h1;
    if (!isfinite(rest)) {
        set_constant(cell, -INFINITY, INFINITY);
        return;
    }
    cell->score = expansion->value[i];
    cell->gradient[0] = expansion->slope[0][i];
    cell->gradient[1] = expansion->slope[1][i];
    for (size_t k = 0; k < 3; k++) {
        cell->curve[k] = expansion->curve[k][i];
    }
    const double sum = fabs(cell->score) + fabs(cell->gradient[0]) * h0 + fabs(cell->gradient[1]) * h1 +
                       fabs(first) + fabs(last) + mixed + rest;
    const double all = rest + BK_RISK_SUM_ERROR * sum;
    cell->below = fmin(first, 0.0) + fmin(last, 0.0) - mixed - all;
    cell->above = fmax(first, 0.0) + fmax(last, 0.0) + mixed + all;
}

/* Whether the planes are further apart than the score moves between two corners by its gradient, and do not
 * tell its sign. */
static bool is_hopeless(const bk_risk_cell *cell)
{
    const double way = fabs(cell->gradient[0]) * cell->half[0] + fabs(cell->gradient[1]) * cell->half[1];
    return cell->above - cell->below > way && cell->score - way + cell->below <= cell->rounding &&
           cell->score + way + cell->above > -cell->rounding;
}

/* Every unit between its values at the ends of its pre-activation's range: activations ascend. */
static void try_ranges(bk_risk_cell *cell, const bk_risk_network *network)
{
    const bk_kernels *kernels = bk_kernels_in_use();
    double least[BLOCK], most[BLOCK], low = network->b2, high = network->b2;
    for (size_t first = 0; first < network->units; first += BLOCK) {
        const size_t n = network->units - first < BLOCK ? network->units - first : BLOCK;
        for (size_t k = 0; k < n; k++) {
            const double a = network->w1[2 * (first + k)], b = network->w1[2 * (first + k) + 1];
            const double z = network->b1[first + k] + a * cell->centre[0] + b * cell->centre[1];
            const double way = fabs(a) * cell->half[0] + fabs(b) * cell->half[1] + network->slack[first + k];
            least[k] = z - way;
            most[k] = z + way;
        }
        if (network->activation == BK_TANH) {
            kernels->tanh_f64(least, least, n);
            kernels->tanh_f64(most, most, n);
        } else {
            kernels->sigmoid_f64(least, least, n);
            kernels->sigmoid_f64(most, most, n);
        }
        for (size_t k = 0; k < n; k++) {
            const double w = network->w2[first + k];
            low += w * (w > 0.0 ? least[k] : most[k]);
            high += w * (w > 0.0 ? most[k] : least[k]);
        }
    }
    if (low - network->noise > cell->rounding || high + network->noise < -cell->rounding) {
        set_constant(cell, low - network->noise, high + network->noise);
    }
}

void bk_risk_network_expand(const void *context, bk_risk_cell *const *cells, size_t count)
{
    const bk_risk_network *network = context;
    double centre[2][BK_EXPANSION_CELLS] = {{0.0}};
    bk_expansion expansion;
    for (size_t i = 0; i < count; i++) {
        centre[0][i] = cells[i]->centre[0];
        centre[1][i] = cells[i]->centre[1];
    }
    bk_certifier_expand(&expansion, network->certifier, centre[0], BK_EXPANSION_CELLS, cells[0]->half, count);
    for (size_t i = 0; i < count; i++) {
        cells[i]->rounding = expansion.rounding[i] * (1.0 + 0x1p-40);
        set_planes(cells[i], &expansion, i);
        if (network->smooth && is_hopeless(cells[i])) {
            try_ranges(cells[i], network);
        }
    }
}

void bk_risk_network_score(double *score, const void *context, const double *x, size_t count)
{
    const bk_risk_network *network = context;
    const bk_kernels *kernels = bk_kernels_in_use();
    (network->activation == BK_TANH   ? kernels->mlp_tanh_f64
     : network->activation == BK_RELU ? kernels->mlp_relu_f64
                                      : kernels->mlp_sigmoid_f64)(
        score, x, count, count, 2, network->units, network->w1, network->b1, network->w2, network->b2);
}
