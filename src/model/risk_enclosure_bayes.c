/* SPDX-License-Identifier: GPL-3.0-or-later
 * Two parallel planes between which the log odds of a mixture lie over a rectangle.
 *
 * Of each class the log density is, up to what the classes share, F(x) = ln sum_k exp(a_k(x)) with affine a_k
 * of gradient mean_k / variance. With p_k = exp(a_k) / sum, along a direction d the derivatives of F are the
 * mean, the variance and the third central moment of mean_k . d / variance under p. These numbers spread over
 * r = sum_i (range of the means' coordinate i) |d_i| / variance, so that the third is at most r r^2 / 4.
 *
 * Rounding: the exponents -|x - mean|^2 / (2 variance) have six roundings of E, their largest size within
 * reach, so with exp and log of the kernels (1.1 and 0.9 units in the last place) F is off by at most
 * (6 E + 8 + number of components) u, u = 2^-53, and each p_k by twice that of itself.
 */
#include <math.h>

#include "brisk/kernel.h"
#include "kernel/kernel.h"
#include "model/risk_enclosure.h"

#define LANES   BK_RISK_LANES
#define UNIT    0x1p-53
#define WIDENED 1.1

/* F, its gradient and its second derivatives (00, 01, 11) of one class at the centres of the cells. */
typedef struct log_density {
    double value[LANES], gradient[2][LANES], second[3][LANES];
} log_density;

/* The largest of the exponents, which is taken out of all. */
static void find_largest(double *largest, const bk_mixture *mixture, const double *means,
                         bk_risk_cell *const *cells, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        largest[i] = -INFINITY;
        for (size_t k = 0; k < mixture->components; k++) {
            const double a = cells[i]->centre[0] - means[2 * k], b = cells[i]->centre[1] - means[2 * k + 1];
            const double exponent = -0.5 * (a * a + b * b) / mixture->variance;
            largest[i] = exponent > largest[i] ? exponent : largest[i];
        }
    }
}

/* Gradients are those of the means less the first one, so that means far from 0 cost no digits. */
static void expand_class(log_density *class, const bk_mixture *mixture, const double *means,
                         bk_risk_cell *const *cells, size_t count)
{
    const bk_kernels *kernels = bk_kernels_in_use();
    double largest[LANES], term[LANES], sum[LANES] = {0.0};
    *class = (log_density){0};
    find_largest(largest, mixture, means, cells, count);
    for (size_t k = 0; k < mixture->components; k++) {
        const double u = (means[2 * k] - means[0]) / mixture->variance,
                     v = (means[2 * k + 1] - means[1]) / mixture->variance;
        for (size_t i = 0; i < count; i++) {
            const double a = cells[i]->centre[0] - means[2 * k], b = cells[i]->centre[1] - means[2 * k + 1];
            term[i] = -0.5 * (a * a + b * b) / mixture->variance - largest[i];
        }
        kernels->exp_f64(term, term, count);
        for (size_t i = 0; i < count; i++) {
            sum[i] += term[i];
            class->gradient[0][i] += term[i] * u;
            class->gradient[1][i] += term[i] * v;
            class->second[0][i] += term[i] * u * u;
            class->second[1][i] += term[i] * u * v;
            class->second[2][i] += term[i] * v * v;
        }
    }
    kernels->log_f64(term, sum, count);
    for (size_t i = 0; i < count; i++) {
        class->value[i] = largest[i] + term[i];
        for (size_t k = 0; k < 2; k++) {
            class->gradient[k][i] /= sum[i];
        }
        const double a = class->gradient[0][i], b = class->gradient[1][i];
        class->second[0][i] = class->second[0][i] / sum[i] - a * a;
        class->second[1][i] = class->second[1][i] / sum[i] - a * b;
        class->second[2][i] = class->second[2][i] / sum[i] - b * b;
    }
}

/* Ranges of the means' coordinates, over the variance. */
static void find_spread(double spread[2], const bk_mixture *mixture, const double *means)
{
    for (size_t i = 0; i < 2; i++) {
        double low = means[i], high = means[i];
        for (size_t k = 1; k < mixture->components; k++) {
            low = fmin(low, means[2 * k + i]);
            high = fmax(high, means[2 * k + i]);
        }
        spread[i] = (high - low) / mixture->variance;
    }
}

/* Bound of the rounding of F, relative to which all others stand. */
static double rounding_of(const bk_risk_odds *odds)
{
    const bk_mixture *mixture = odds->mixture;
    double most = 0.0;
    for (size_t k = 0; k < 2 * mixture->components; k++) {
        const double a = odds->reach[0] + fabs(mixture->means[2 * k]),
                     b = odds->reach[1] + fabs(mixture->means[2 * k + 1]);
        most = fmax(most, 0.5 * (a * a + b * b) / mixture->variance);
    }
    return (6.0 * most + 8.0 + (double)mixture->components) * UNIT;
}

static void set_planes(bk_risk_cell *cell, const double second[3], double (*spread)[2], double rounding,
                       double step)
{
    const double h0 = cell->half[0], h1 = cell->half[1];
    const double first = 0.5 * second[0] * h0 * h0, last = 0.5 * second[2] * h1 * h1;
    const double mixed = fabs(second[1]) * h0 * h1;
    cell->curve[0] = 0.5 * second[0];
    cell->curve[1] = second[1];
    cell->curve[2] = 0.5 * second[2];
    double error = 2.0 * rounding + 4.0 * UNIT * (fabs(cell->score) + step);
    for (size_t c = 0; c < 2; c++) {
        const double r = spread[c][0] * h0 + spread[c][1] * h1;
        /* p off by 2 rounding and the sums behind it move a mean by as much of r, a variance of r^2. */
        error += r * r * r / 24.0 + 8.0 * rounding * (r + r * r);
    }
    const double sum =
        fabs(cell->gradient[0]) * h0 + fabs(cell->gradient[1]) * h1 + mixed + fabs(first) + fabs(last);
    error = WIDENED * error + BK_RISK_SUM_ERROR * (sum + fabs(cell->score));
    cell->below = fmin(first, 0.0) + fmin(last, 0.0) - mixed - error;
    cell->above = fmax(first, 0.0) + fmax(last, 0.0) + mixed + error;
    cell->rounding = 0.0;
}

void bk_risk_odds_expand(const void *context, bk_risk_cell *const *cells, size_t count)
{
    const bk_risk_odds *odds = context;
    const bk_mixture *mixture = odds->mixture;
    const double *means[2] = {mixture->means, mixture->means + 2 * mixture->components};
    log_density class[2];
    double spread[2][2];
    for (size_t c = 0; c < 2; c++) {
        expand_class(&class[c], mixture, means[c], cells, count);
        find_spread(spread[c], mixture, means[c]);
    }
    const double rounding = rounding_of(odds);
    const double apart[2] = {(means[1][0] - means[0][0]) / mixture->variance,
                             (means[1][1] - means[0][1]) / mixture->variance};
    for (size_t i = 0; i < count; i++) {
        bk_risk_cell *cell = cells[i];
        double second[3];
        cell->score = class[1].value[i] - class[0].value[i];
        for (size_t k = 0; k < 2; k++) {
            cell->gradient[k] = apart[k] + (class[1].gradient[k][i] - class[0].gradient[k][i]);
        }
        for (size_t k = 0; k < 3; k++) {
            second[k] = class[1].second[k][i] - class[0].second[k][i];
        }
        const double step = fabs(apart[0]) * cell->half[0] + fabs(apart[1]) * cell->half[1];
        set_planes(cell, second, spread, rounding, step);
    }
}

/* Cannot fail: the mixture was checked. */
void bk_risk_odds_score(double *score, const void *context, const double *x, size_t count)
{
    const bk_risk_odds *odds = context;
    (void)bk_mixture_log_odds(score, odds->mixture, x, count);
}
