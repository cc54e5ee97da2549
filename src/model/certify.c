/* SPDX-License-Identifier: GPL-3.0-or-later
 * Proved bounds of a network's score on a cell.
 *
 * Notation: unit j has z_j(x) = b_j + W_j x, the score is s(x) = b + sum_j v_j act(z_j(x)), N units, D
 * inputs. On the cell |x_i - c_i| <= h_i the pre-activation moves by at most rho_j = sum_i |W_ji| h_i, and
 * the dense path's moves by delta_j more (below). u = 2^-53; U is the unit roundoff of the network's dtype
 * and eta its least subnormal number.
 *
 * 1. The rest. Taylor's theorem for each unit, at z = z_j(c) with |d| <= rho_j:
 *      |act(z + d) - act(z) - act'(z) d - act''(z)/2 d^2| <= rho_j^3/6 max |act'''|.
 *    tanh: with p = act' in (0, 1], act''' = p (4 - 6 p). |act'''| <= 2 everywhere, and <= 4 p: so
 *    |act'''| <= 4 min(1/2, largest p on the range). |act''| = 2 |t| p <= 2 p, so that log p changes by at
 * most 2 a unit of z: the largest p is at most p(z) e^(2 rho_j). sigmoid: act''' = p (1 - 6 p), p in (0,
 * 1/4]: |act'''| <= min(1/8, largest p); |act''| <= p, so the largest p is at most p(z) e^(rho_j). ReLU: the
 * chord's slope l = (z + rho)/(2 rho), cut to [0, 1], in the place of act' and 0 in that of act''. relu(z +
 * d) - relu(z) - l d is piecewise linear in d, so greatest at d = -rho, rho or the kink d = -z; there it is
 * (rho - |z|)/2, the same, and (rho - |z|)/2 |z|/rho. So it is at most max(0, rho - |z|)/2. In (z, l) this
 * greatest value changes by at most 2 |dz| + rho |dl|. The polynomial's terms are summed with their signs, in
 * which the curvatures of many units cancel.
 *
 * 2. This file's own rounding (noise), in f64, first order times a factor that covers the rest:
 *      z: D fused multiply-adds                              zeta_j = 1.01 D u Z_j, Z_j = |b_j| + |W_j| reach
 *      act(z): slope at most 1, own functions (documented error below 2.6 units of the last place;
 *      8 are allowed)                                        tau_j = zeta_j + 8 u (ReLU: zeta_j)
 *      act', act'': made of act(z)                           3 tau_j and 9 tau_j
 *      the sums over units of the value, of slopes times h, of curvatures times h^2
 *        N u V + sum_j |v_j| (tau_j + rho_j (3 tau_j + (N + 4) u) + rho_j^2/2 (9 tau_j + (N + 8) u))
 *      with V = |b| + sum_j |v_j| max |act|; ReLU: and |v_j| (2 zeta_j + 4 u rho_j).
 *    p comes with an error of at most 4 tau_j into the largest p (slack). Sums of numbers that are not
 *    negative, and this file's sums of such, have a relative error below (N + 99) u < 2^-21: INFLATE.
 *    Numbers of LIMIT = 2^100 at most and 2^30 units at most leave no overflow, and an underflow is below
 *    TINY. Where one is larger the bound is infinite.
 *
 * 3. The dense path's rounding. At a point x of dtype it computes, in dtype and in this order,
 *      z: D fused multiply-adds, each of error U |result| + eta:
 *                                  |computed z - z| <= delta_j = 1.01 D U Z_j + D eta
 *      act: own function, error below A units of the last place of a number of at most 1, so A U + eta: A is
 *      2.6 for f32 (every float has been tried), 8 are allowed for f64; 0 for ReLU
 *      S_k = fma(v_k, act_k, S_(k-1)): error at most U |computed S_k| + eta.
 *    With T = sum_j |v_j| (max act' delta_j + A U + eta) and e_k = |computed S_k - S_k(x)|:
 *      e_k <= U sum_(l<=k) (|S_l(x)| + e_l) + T + N eta; the largest e_k, E, satisfies
 *      E <= (U sum_l |S_l(x)| + T + N eta) / (1 - N U).
 *    |S_l(x)| <= |S_l(c)| + sum_(j<=l) |v_j| max act' rho_j, and unit j (from 0) is in N - j sums. max act'
 * is taken over z_j(c) +- (rho_j + delta_j), by the bound of part 1. Sums of at most 2^120 do not overflow in
 *    f32, so that the dense score is finite. */
#include "model/certify.h"

#include <math.h>
#include <string.h>

#include "kernel/kernel.h"
#include "model/network.h"

#define UNIT      0x1p-53
#define INFLATE   (1.0 + 0x1p-20)
#define OUTWARD   (1.0 + 0x1p-40)
#define LIMIT     0x1p+100
#define LIMIT_SUM 0x1p+120
#define TINY      0x1p-700
#define MAX_UNITS ((size_t)1 << 30)
/* Units whose shapes are made together, on the stack. */
#define CHUNK 64
/* Rows of the kernel's sums before the slopes. */
enum { VALUE, RUN, THIRD, SLIP, SLOPE, MAX_ROWS = SLOPE + 3 + 6 };

struct bk_certifier {
    size_t inputs, units;
    bk_activation activation;
    double reach[BK_CERTIFIER_INPUTS];
    double *w1, *b1, *w2; /* [unit, input], [unit], [unit] */
    double *size;         /* [unit]: |v| */
    double *reached;      /* [unit]: Z */
    double b2, sum;       /* sum: V */
    double unit, least;   /* U and eta of the dtype */
    double activations;   /* sum |v| (A U + eta) + N eta */
    bool hopeless;        /* a number is beyond what part 2 allows */
};

/* ---- Creation ------------------------------------------------------------------------------------------ */

static bk_status check(const bk_network *network, const double *reach)
{
    BK_TRY(bk_network_check(network));
    if (network->layers != 1 || network->inputs > BK_CERTIFIER_INPUTS) {
        return bk_fail(BK_UNSUPPORTED,
                       "scores are bounded on cells for one hidden layer and 1 to %d inputs, not for %zu and "
                       "%zu; send the points through the network",
                       BK_CERTIFIER_INPUTS, network->layers, network->inputs);
    }
    for (size_t i = 0; i < network->inputs; i++) {
        if (!(reach[i] >= 0.0) || !isfinite(reach[i])) {
            return bk_fail(BK_INVALID, "the reach of input %zu is %g; give a finite number of at least 0", i,
                           reach[i]);
        }
    }
    return BK_OK;
}

static double weight(const bk_network *network, const void *values, size_t i)
{
    return network->dtype == BK_F32 ? (double)((const float *)values)[i] : ((const double *)values)[i];
}

static void fill(bk_certifier *c, const bk_network *network)
{
    const bool smooth = network->activation != BK_RELU;
    const double ulps = !smooth ? 0.0 : network->dtype == BK_F32 ? 2.6 : 8.0;
    c->unit = network->dtype == BK_F32 ? 0x1p-24 : UNIT;
    c->least = network->dtype == BK_F32 ? 0x1p-149 : 0x1p-1074;
    c->b2 = weight(network, network->bias[1], 0);
    c->sum = fabs(c->b2);
    double largest = c->sum;
    for (size_t j = 0; j < c->units; j++) {
        c->b1[j] = weight(network, network->bias[0], j);
        c->w2[j] = weight(network, network->weight[1], j);
        c->size[j] = fabs(c->w2[j]);
        double reached = fabs(c->b1[j]);
        for (size_t i = 0; i < c->inputs; i++) {
            const double w = weight(network, network->weight[0], j * c->inputs + i);
            c->w1[j * c->inputs + i] = w;
            largest = fmax(largest, fabs(w));
            reached += fabs(w) * c->reach[i];
        }
        c->reached[j] = reached * OUTWARD;
        largest = fmax(largest, fmax(c->reached[j], c->size[j]));
        c->sum += c->size[j] * (smooth ? 1.0 : c->reached[j]);
        c->activations += c->size[j] * (ulps * c->unit + c->least) + c->least;
    }
    c->sum *= INFLATE;
    c->activations *= INFLATE;
    c->hopeless = !(largest <= LIMIT) || !(c->sum <= LIMIT_SUM) || c->units > MAX_UNITS ||
                  !((double)c->units * c->unit <= 0.5);
}

bk_certifier *bk_certifier_create(const bk_network *network, const double *reach)
{
    if (check(network, reach) != BK_OK) {
        return NULL;
    }
    const size_t units = network->hidden[0];
    bk_certifier *certifier = bk_allocate(1, sizeof *certifier);
    double *values = bk_allocate(units, (network->inputs + 4) * sizeof *values);
    if (certifier == NULL || values == NULL) {
        bk_free(certifier);
        bk_free(values);
        return NULL;
    }
    *certifier = (bk_certifier){.inputs = network->inputs, .units = units, .activation = network->activation};
    for (size_t i = 0; i < network->inputs; i++) {
        certifier->reach[i] = reach[i] * INFLATE; /* so that a cell may touch the reach, rounded */
    }
    certifier->b1 = values;
    certifier->w2 = values + units;
    certifier->size = values + 2 * units;
    certifier->reached = values + 3 * units;
    certifier->w1 = values + 4 * units;
    fill(certifier, network);
    return certifier;
}

void bk_certifier_destroy(bk_certifier *certifier)
{
    if (certifier != NULL) {
        bk_free(certifier->b1); /* the start of the one block that holds all numbers */
        bk_free(certifier);
    }
}

/* ---- Expansion ----------------------------------------------------------------------------------------- */

/* The shapes (certify.def) of units first to first + count, for cells of these half widths. Returns their
 * part of the noise. */
static double prepare(double *restrict shape, const bk_certifier *c, const double *half_width, size_t first,
                      size_t count)
{
    const bool tanh_units = c->activation == BK_TANH, relu = c->activation == BK_RELU;
    const double inputs = (double)c->inputs, units = (double)c->units;
    double grow[CHUNK], noise = 0.0;
    for (size_t k = 0; k < count; k++) {
        const size_t j = first + k;
        double rho = 0.0;
        for (size_t i = 0; i < c->inputs; i++) {
            rho += fabs(c->w1[j * c->inputs + i]) * half_width[i];
        }
        rho *= OUTWARD;
        const double delta = (1.01 * inputs * c->unit * c->reached[j] + inputs * c->least) * OUTWARD;
        const double zeta = 1.01 * inputs * UNIT * c->reached[j];
        const double tau = relu ? zeta : zeta + 8.0 * UNIT;
        noise += c->size[j] *
                 (tau + rho * (3.0 * tau + (units + 4.0) * UNIT) +
                  0.5 * rho * rho * (9.0 * tau + (units + 8.0) * UNIT) + 2.0 * zeta + 4.0 * UNIT * rho);
        shape[4 * k] = c->size[j] * (relu ? 0.5 : rho * rho * rho * (tanh_units ? 4.0 / 6.0 : 1.0 / 6.0));
        shape[4 * k + 1] = c->size[j] * (delta + c->unit * (units - (double)j) * rho);
        shape[4 * k + 2] = rho;
        shape[4 * k + 3] = relu ? rho + delta + 2.0 * zeta : 4.0 * tau;
        grow[k] = (tanh_units ? 2.0 : 1.0) * (rho + delta);
    }
    if (!relu) {
        bk_kernels_in_use()->exp_f64(grow, grow, count);
        for (size_t k = 0; k < count; k++) {
            shape[4 * k + 2] = grow[k] * OUTWARD;
            shape[4 * k + 3] *= grow[k] * OUTWARD;
        }
    }
    return noise;
}

/* Adds all units to sums [MAX_ROWS][BK_EXPANSION_CELLS]; returns the noise. */
static double add_units(double *sums, const bk_certifier *c, const double *points, const double *half_width,
                        size_t count)
{
    const bk_kernels *kernels = bk_kernels_in_use();
    double shape[4 * CHUNK], noise = (double)c->units * UNIT * c->sum;
    for (size_t first = 0; first < c->units; first += CHUNK) {
        const size_t n = c->units - first < CHUNK ? c->units - first : CHUNK;
        noise += prepare(shape, c, half_width, first, n);
        (c->activation == BK_TANH   ? kernels->expand_tanh
         : c->activation == BK_RELU ? kernels->expand_relu
                                    : kernels->expand_sigmoid)(sums, points, BK_EXPANSION_CELLS, count,
                                                               c->inputs, n, c->w1 + first * c->inputs,
                                                               c->b1 + first, c->w2 + first, shape);
    }
    return 1.01 * noise * INFLATE + TINY;
}

/* Whether the cell is one that the proof speaks of. */
static bool within_reach(const bk_certifier *c, const double *points, const double *half_width, size_t cell)
{
    for (size_t i = 0; i < c->inputs; i++) {
        if (!(fabs(points[i * BK_EXPANSION_CELLS + cell]) + half_width[i] <= c->reach[i])) {
            return false;
        }
    }
    return !c->hopeless;
}

void bk_certifier_expand(bk_expansion *expansion, const bk_certifier *certifier, const double *centre,
                         size_t stride, const double *half_width, size_t count)
{
    const bk_certifier *c = certifier;
    const size_t curves = c->inputs * (c->inputs + 1) / 2, row = BK_EXPANSION_CELLS;
    double points[BK_CERTIFIER_INPUTS * BK_EXPANSION_CELLS], sums[MAX_ROWS * BK_EXPANSION_CELLS] = {0};
    for (size_t i = 0; i < BK_CERTIFIER_INPUTS && i < c->inputs; i++) {
        memcpy(points + i * row, centre + i * stride, count * sizeof *centre);
    }
    for (size_t cell = 0; cell < count; cell++) {
        sums[VALUE * row + cell] = c->b2;
    }
    const double noise = add_units(sums, c, points, half_width, count);
    for (size_t cell = 0; cell < count; cell++) {
        const bool good = within_reach(c, points, half_width, cell);
        const double rest = sums[THIRD * row + cell] * INFLATE + noise;
        const double rounding =
            (c->unit * sums[RUN * row + cell] + sums[SLIP * row + cell] + c->activations) * INFLATE /
                (1.0 - (double)c->units * c->unit) +
            noise;
        /* Infinite where it is not a number, too. */
        expansion->rest[cell] = good && rest < HUGE_VAL ? rest : HUGE_VAL;
        expansion->rounding[cell] = good && rounding < HUGE_VAL ? rounding : HUGE_VAL;
        expansion->value[cell] = sums[VALUE * row + cell];
    }
    for (size_t i = 0; i < BK_CERTIFIER_INPUTS && i < c->inputs; i++) {
        memcpy(expansion->slope[i], sums + (SLOPE + i) * row, count * sizeof *sums);
    }
    for (size_t k = 0; k < curves; k++) {
        memcpy(expansion->curve[k], sums + (SLOPE + c->inputs + k) * row, count * sizeof *sums);
    }
}

double bk_expansion_bound(const bk_expansion *expansion, size_t cell, size_t inputs, const double *half_width)
{
    double bound = expansion->rest[cell];
    size_t k = 0;
    for (size_t i = 0; i < inputs; i++) {
        bound += fabs(expansion->slope[i][cell]) * half_width[i];
        for (size_t other = i; other < inputs; other++) {
            bound += fabs(expansion->curve[k++][cell]) * half_width[i] * half_width[other];
        }
    }
    bound *= INFLATE;
    return bound < HUGE_VAL ? bound : HUGE_VAL;
}

/* ---- Cells --------------------------------------------------------------------------------------------- */

void bk_certifier_cells(double *value, double *bound, double *rounding, const bk_certifier *certifier,
                        const double *centre, const double *half_width, size_t count)
{
    bk_expansion expansion;
    for (size_t first = 0; first < count; first += BK_EXPANSION_CELLS) {
        const size_t n = count - first < BK_EXPANSION_CELLS ? count - first : BK_EXPANSION_CELLS;
        bk_certifier_expand(&expansion, certifier, centre + first, count, half_width, n);
        memcpy(value + first, expansion.value, n * sizeof *value);
        for (size_t cell = 0; cell < n; cell++) {
            bound[first + cell] = bk_expansion_bound(&expansion, cell, certifier->inputs, half_width);
        }
        if (rounding != NULL) {
            memcpy(rounding + first, expansion.rounding, n * sizeof *rounding);
        }
    }
}

void bk_certifier_cell(double *value, double *bound, const bk_certifier *certifier, const double *centre,
                       const double *half_width)
{
    bk_certifier_cells(value, bound, NULL, certifier, centre, half_width, 1);
}

double bk_certifier_rounding(const bk_certifier *certifier, const double *low, const double *high)
{
    double centre[BK_CERTIFIER_INPUTS], half_width[BK_CERTIFIER_INPUTS];
    bk_expansion expansion;
    for (size_t i = 0; i < certifier->inputs; i++) {
        centre[i] = 0.5 * low[i] + 0.5 * high[i];
        half_width[i] = fmax(high[i] - centre[i], centre[i] - low[i]) * OUTWARD;
    }
    bk_certifier_expand(&expansion, certifier, centre, 1, half_width, 1);
    return expansion.rounding[0];
}
