/* SPDX-License-Identifier: GPL-3.0-or-later
 * Masses of a Gaussian mixture over rectangles and over what lies beyond a straight line in them, each with
 * a bound of its error.
 *
 * A component is the product of two normal distributions. A rectangle is a product of two differences of
 * tails. Beyond a line y = p + q (x - c), |q| <= 1, the mass is the integral over x, in standard deviations,
 * of f(x) = phi(x) (Phi(y_high) - Phi(y(x))): Gauss's rule with 3 nodes on pieces no longer than PIECE, whose
 * error is length^7 / 2016000 times the largest sixth derivative of f. By Leibniz's rule and the largest
 * values of the derivatives of phi (0.3990, 0.2420, 0.3990, 0.5506, 1.1969, 2.3072, 5.9842) that is at most
 * 26.2.
 */
#ifndef MATHLIB_STANDALONE /* pkg-config may have set it */
#define MATHLIB_STANDALONE
#endif
#include <Rmath.h>
#include <math.h>

#include "brisk/kernel.h"
#include "kernel/kernel.h"
#include "model/risk_enclosure.h"

#define PIECE             0.125
#define SIXTH_DERIVATIVE  26.5
#define GAUSS_3_ERROR     (1.0 / 2016000.0)
#define DENSITY_MOST      0.39895 /* of the standard normal */
#define TWO_PI            6.283185307179586
#define ONE_OVER_ROOT_2PI 0.3989422804014327

/* A tail of the normal distribution by pnorm_both (Cody 1969): against mpmath at 7801 arguments in [0, 39]
 * its error was below 8e-16 of the tail. Its argument carries four roundings, at most 2^-51 z, which moves a
 * tail by at most 2^-51 z (z + 1) of itself: for z up to 39, beyond which tails are 0, below 7e-13. Where a
 * tail is subnormal its error is below 1e-300. */
#define TAIL_ERROR 1e-12
#define TAIL_GRAIN 1e-300

/* A number and a bound of its error. */
typedef struct measured {
    double value, error;
} measured;

static measured product(measured a, measured b)
{
    const double value = a.value * b.value;
    return (measured){value, a.error * b.value + b.error * a.value + a.error * b.error + 1e-15 * value};
}

/* Both tails of the standard normal distribution at z. */
typedef struct tails {
    double z, below, above;
} tails;

static tails tails_at(double z)
{
    tails at = {.z = z};
    pnorm_both(z, &at.below, &at.above, 2, 0);
    return at;
}

/* P(a < Z < b) from the tails on the side where they are small, so that small masses keep their digits. */
static measured between(tails a, tails b)
{
    if (a.z >= 0.0) {
        return (measured){fmax(a.above - b.above, 0.0), TAIL_ERROR * (a.above + b.above) + TAIL_GRAIN};
    }
    if (b.z <= 0.0) {
        return (measured){fmax(b.below - a.below, 0.0), TAIL_ERROR * (a.below + b.below) + TAIL_GRAIN};
    }
    return (measured){1.0 - (a.below + b.above), TAIL_ERROR * (a.below + b.above) + 1e-15};
}

/* ---- What lies beyond a line ----------------------------------------------------------------------------
 */

/* The part of a cell where t + gradient . (x - centre) > 0, as pieces of the axis `along`: over a piece the
 * other coordinate goes over the whole side of the cell, or from the line p + q (x - centre) to its upper
 * end (up) or from its lower end to the line. */
typedef struct piece {
    double from, to;
    bool whole;
} piece;
typedef struct wedge {
    int along;
    bool up;
    double p, q;
    size_t count;
    piece pieces[3];
} wedge;

/* Where the line meets the lower and the upper side of the cell, in ascending order, inside (-half, half). */
static size_t crossings(double at[2], const wedge *part, double low, double high, double half)
{
    size_t count = 0;
    const double side[2] = {part->q > 0.0 ? low : high, part->q > 0.0 ? high : low};
    for (size_t i = 0; i < 2; i++) {
        const double place = (side[i] - part->p) / part->q;
        if (place > -half && place < half) { /* never for q = 0, which gives an infinity or NaN */
            at[count++] = place;
        }
    }
    return count;
}

static wedge wedge_of(const bk_risk_cell *cell, double t, double g0, double g1)
{
    const int across = fabs(g1) >= fabs(g0) ? 1 : 0;
    const double g_across = across == 1 ? g1 : g0, g_along = across == 1 ? g0 : g1;
    wedge part = {.along = 1 - across, .up = g_across > 0.0};
    const double half = cell->half[1 - across], middle = cell->centre[1 - across];
    if (g_across == 0.0) {
        part.count = t > 0.0 ? 1 : 0;
        part.pieces[0] = (piece){middle - half, middle + half, true};
        return part;
    }
    part.p = cell->centre[across] - t / g_across;
    part.q = -g_along / g_across;
    const double low = cell->centre[across] - cell->half[across],
                 high = cell->centre[across] + cell->half[across];
    double at[4] = {-half};
    size_t ends = 1 + crossings(at + 1, &part, low, high, half);
    at[ends++] = half;
    for (size_t i = 0; i + 1 < ends; i++) {
        const double line = part.p + part.q * (at[i] + (at[i + 1] - at[i]) / 2.0);
        const bool whole = part.up ? line <= low : line >= high;
        const bool none = part.up ? line >= high : line <= low;
        if (!none) {
            part.pieces[part.count++] = (piece){middle + at[i], middle + at[i + 1], whole};
        }
    }
    return part;
}

/* The rectangle of a cell as seen by a component: tails at its sides. */
typedef struct window {
    const double *mean;
    tails low[2], high[2];
    measured mass;
} window;

static window window_of(const bk_risk_plane *plane, const bk_risk_cell *cell, const double *mean)
{
    window view = {.mean = mean};
    measured side[2];
    for (size_t k = 0; k < 2; k++) {
        view.low[k] = tails_at((cell->centre[k] - cell->half[k] - mean[k]) / plane->deviation);
        view.high[k] = tails_at((cell->centre[k] + cell->half[k] - mean[k]) / plane->deviation);
        side[k] = between(view.low[k], view.high[k]);
    }
    view.mass = product(side[0], side[1]);
    return view;
}

/* The integral over [from, from + length], in standard deviations: Gauss's rule. origin is where the line
 * has the place p. */
static measured gauss_3(const wedge *part, const bk_risk_plane *plane, const window *view, double from,
                        double length, double origin)
{
    static const double node[3] = {-0.7745966692414834, 0.0, 0.7745966692414834};
    static const double weight[3] = {5.0 / 18.0, 8.0 / 18.0, 5.0 / 18.0};
    const int across = 1 - part->along;
    const double p = (part->p - view->mean[across]) / plane->deviation;
    measured sum = {0.0, 0.0};
    for (size_t i = 0; i < 3; i++) {
        const double z = from + length * (0.5 + 0.5 * node[i]);
        const tails line = tails_at(p + part->q * (z - origin));
        const measured strip =
            part->up ? between(line, view->high[across]) : between(view->low[across], line);
        const double factor = weight[i] * length * ONE_OVER_ROOT_2PI * exp(-0.5 * z * z);
        sum.value += factor * strip.value;
        sum.error += factor * strip.error;
    }
    const double square = length * length;
    /* exp carries z^2 / 2 roundings, as a tail does. */
    sum.error +=
        TAIL_ERROR * sum.value + SIXTH_DERIVATIVE * GAUSS_3_ERROR * square * square * square * length;
    return sum;
}

static measured mass_of(const wedge *part, const bk_risk_plane *plane, const bk_risk_cell *cell,
                        const window *view)
{
    const double mean = view->mean[part->along];
    /* A line that is off by the grain moves the strip below it by the density times the grain; so far, too,
     * it may be off where it was taken to miss a side of the cell. The nodes' rounding is far below it. */
    measured sum = {0.0, DENSITY_MOST * plane->grain * 2.0 * cell->half[part->along] / plane->deviation};
    for (size_t i = 0; i < part->count; i++) {
        const piece *one = &part->pieces[i];
        const double from = (one->from - mean) / plane->deviation, to = (one->to - mean) / plane->deviation;
        measured mass = {0.0, 0.0};
        if (one->whole) {
            const int across = 1 - part->along;
            mass = product(between(tails_at(from), tails_at(to)),
                           between(view->low[across], view->high[across]));
        } else {
            const double origin = (cell->centre[part->along] - mean) / plane->deviation;
            const double steps = fmax(ceil((to - from) / PIECE), 1.0), length = (to - from) / steps;
            for (double k = 0.0; k < steps; k += 1.0) {
                const measured step = gauss_3(part, plane, view, from + k * length, length, origin);
                mass.value += step.value;
                mass.error += step.error;
            }
        }
        sum.value += mass.value;
        sum.error += mass.error;
    }
    return sum;
}

/* ---- Cells -----------------------------------------------------------------------------------------------
 */

static double low_of(measured mass) { return fmax(mass.value - mass.error, 0.0); }

static double high_of(measured mass, const window *view)
{
    return fmin(mass.value + mass.error, view->mass.value + view->mass.error);
}

void bk_risk_add_whole(bk_risk_sums *sums, const bk_risk_plane *plane, const bk_risk_cell *cell,
                       bool positive)
{
    const size_t wrong = positive ? 0 : 1;
    const size_t components = plane->mixture->components;
    for (size_t k = 0; k < components; k++) {
        const window view = window_of(plane, cell, plane->mixture->means + 2 * (wrong * components + k));
        sums->low[wrong] += low_of(view.mass);
        sums->high[wrong] += view.mass.value + view.mass.error;
        sums->estimate.mass[wrong] += view.mass.value;
    }
}

void bk_risk_add_cut(bk_risk_sums *sums, const bk_risk_plane *plane, const bk_risk_cell *cell)
{
    const double g0 = cell->gradient[0], g1 = cell->gradient[1];
    const double lower = cell->score + cell->below, upper = cell->score + cell->above;
    const size_t components = plane->mixture->components;
    /* Where the label is certainly +1, where it may be; where it certainly is -1, where it may be, which
     * takes in a score that is 0 all over the cell. */
    const wedge part[2][2] = {
        {wedge_of(cell, lower, g0, g1), wedge_of(cell, upper, g0, g1)},
        {wedge_of(cell, -upper, -g0, -g1), wedge_of(cell, -lower + TAIL_GRAIN, -g0, -g1)}};
    /* Where no rounding makes the label -1, or +1. */
    const wedge sure[2] = {wedge_of(cell, lower - cell->rounding, g0, g1),
                           wedge_of(cell, -(upper + cell->rounding), -g0, -g1)};
    for (size_t c = 0; c < 2; c++) {
        for (size_t k = 0; k < components; k++) {
            const window view = window_of(plane, cell, plane->mixture->means + 2 * (c * components + k));
            sums->low[c] += low_of(mass_of(&part[c][0], plane, cell, &view));
            sums->high[c] += high_of(mass_of(&part[c][1], plane, cell, &view), &view);
            const double rest = view.mass.value + view.mass.error -
                                low_of(mass_of(&sure[0], plane, cell, &view)) -
                                low_of(mass_of(&sure[1], plane, cell, &view));
            sums->near_zero[c] += fmax(rest, 0.0);
        }
    }
}

/* ---- For the estimate: no bounds -------------------------------------------------------------------------
 */

void bk_risk_add_lines(double estimate[2], const bk_risk_plane *plane, const bk_risk_cell *cell, int axis,
                       bool up, const bk_risk_line *lines, size_t count)
{
    const size_t components = plane->mixture->components;
    const double half = cell->half[axis];
    for (size_t m = 0; m < 2 * components; m++) {
        const size_t class = m < components ? 0 : 1;
        const double *mean = plane->mixture->means + 2 * m;
        const double along = cell->centre[1 - axis] - mean[1 - axis],
                     across = cell->centre[axis] - mean[axis];
        const bool above = up == (class == 0); /* whether the wrong label is above the change */
        const tails side = tails_at((across + (above ? half : -half)) / plane->deviation);
        double sum = 0.0;
        for (size_t i = 0; i < count; i++) {
            const double z = (along + lines[i].along) / plane->deviation;
            const tails change = tails_at((across + lines[i].across) / plane->deviation);
            const measured mass = above ? between(change, side) : between(side, change);
            sum += lines[i].length * exp(-0.5 * z * z) * mass.value;
        }
        estimate[class] += sum * ONE_OVER_ROOT_2PI / plane->deviation;
    }
}

void bk_risk_peaks(double *peak, const bk_mixture *mixture, bk_risk_cell *const *cells, size_t count)
{
    double exponent[BK_RISK_LANES];
    double sum[BK_RISK_LANES] = {0.0};
    for (size_t k = 0; k < 2 * mixture->components; k++) {
        const double *mean = mixture->means + 2 * k;
        for (size_t i = 0; i < count; i++) {
            const double a = fmax(fabs(cells[i]->centre[0] - mean[0]) - cells[i]->half[0], 0.0);
            const double b = fmax(fabs(cells[i]->centre[1] - mean[1]) - cells[i]->half[1], 0.0);
            exponent[i] = -0.5 * (a * a + b * b) / mixture->variance;
        }
        bk_kernels_in_use()->exp_f64(exponent, exponent, count);
        for (size_t i = 0; i < count; i++) {
            sum[i] += exponent[i];
        }
    }
    /* Exponents below 745, rounded four times, move it by less than 1e-12; what is below 1e-300 is no matter.
     */
    const double factor = (1.0 + 1e-9) / (TWO_PI * mixture->variance * 2.0 * (double)mixture->components);
    for (size_t i = 0; i < count; i++) {
        peak[i] = factor * sum[i] + 1e-300;
    }
}
