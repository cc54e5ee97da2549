/* SPDX-License-Identifier: GPL-3.0-or-later
 * The true risk of a network under a mixture in the plane, by integration: along a line x1 = t the label
 * changes at a few places, between which the probability is a difference of normal distribution functions
 * (true_risk_line.c); over t the sum of the lines is integrated here. */
#include <math.h>
#include <string.h>

#include "model/mixture.h"
#include "model/network.h"
#include "model/true_risk.h"

/* Panels that the range of t is cut into at first, each an item of the parallel loop, and how often one may
 * be halved: where the boundary touches a line the sum of the lines goes like the root of the distance, and
 * halving alone gets near to it. */
#define PANELS  32
#define DEEPEST 30
/* Parts of a panel after which it is taken as it is, with its error: a rough sum of lines does not run for
 * ever. */
#define MOST_PARTS 2048

/* A resolution: points of a line that are looked at, and the error estimate up to which a panel is halved. */
typedef struct resolution {
    size_t scan;
    double tolerance;
} resolution;
static const resolution coarse = {256, 1e-9}, fine = {512, 1e-10};

/* ---- One panel ------------------------------------------------------------------------------------------
 */

/* Nodes of Kronrod's rule with 15 points on [-1, 1], its weights, and the weights of Gauss's rule with 7
 * among them (Piessens et al. 1983, QUADPACK, qk15); the other half is symmetric. */
static const double node[8] = {0.991455371120812639206854697526329, 0.949107912342758524526189684047851,
                               0.864864423359769072789712788640926, 0.741531185599394439863864773280788,
                               0.586087235467691130294144691258380, 0.405845151377397166906606412076961,
                               0.207784955007898467600689403773245, 0.0};
static const double kronrod[8] = {0.022935322010529224963732008058970, 0.063092092629978553290700663189204,
                                  0.104790010322250183839876322541518, 0.140653259715525918745189590510238,
                                  0.169004726639267902826583426598550, 0.190350578064785409913256402421014,
                                  0.204432940075298892414161999234649, 0.209482141084727828012999174891714};
static const double gauss[8] = {
    0.0, 0.129484966168869693270611432679082, 0.0, 0.279705391489276667901467771423780,
    0.0, 0.381830050505118944950369775488975, 0.0, 0.417959183673469387755102040816327};

/* The integral over a part of the range, of both classes. */
typedef struct integral {
    double value[2], error[2];
} integral;

static bk_status take_panel(integral *sum, bk_risk_lines *lines, double low, double high)
{
    double t[BK_RISK_LINES];
    double wrong[2][BK_RISK_LINES];
    const double middle = (low + high) / 2.0, half = (high - low) / 2.0;
    for (size_t i = 0; i < BK_RISK_LINES; i++) {
        t[i] = i < 8 ? middle - half * node[i] : middle + half * node[14 - i];
    }
    BK_TRY(bk_risk_lines_take(wrong, lines, t));
    for (size_t c = 0; c < 2; c++) {
        double with_15 = 0.0;
        double with_7 = 0.0;
        for (size_t i = 0; i < BK_RISK_LINES; i++) {
            with_15 += kronrod[i < 8 ? i : 14 - i] * wrong[c][i];
            with_7 += gauss[i < 8 ? i : 14 - i] * wrong[c][i];
        }
        sum->value[c] = half * with_15;
        sum->error[c] = half * fabs(with_15 - with_7);
    }
    return BK_OK;
}

/* Halves [low, high] until both rules agree in every part, and adds the parts from left to right. */
static bk_status integrate(integral *sum, bk_risk_lines *lines, double low, double high, double tolerance)
{
    double right[DEEPEST + 1]; /* right ends of the parts that are still to come, the next one last */
    size_t waiting = 1;
    size_t parts = 0;
    right[0] = high;
    *sum = (integral){{0}, {0}};
    while (waiting > 0) {
        const double end = right[waiting - 1];
        integral part;
        BK_TRY(take_panel(&part, lines, low, end));
        if (fmax(part.error[0], part.error[1]) > tolerance && waiting <= DEEPEST && parts < MOST_PARTS) {
            right[waiting++] = low + (end - low) / 2.0;
            continue;
        }
        for (size_t c = 0; c < 2; c++) {
            sum->value[c] += part.value[c];
            sum->error[c] += part.error[c];
        }
        low = end;
        waiting--;
        parts++;
    }
    return BK_OK;
}

/* ---- All panels -----------------------------------------------------------------------------------------
 */

typedef struct work {
    const bk_network *network; /* f64 */
    const bk_mixture *mixture;
    resolution at;
    double low, high;        /* range of t */
    bk_risk_lines **lines;   /* [threads] */
    integral panels[PANELS]; /* slots */
} work;

static bk_status run_panel(void *context, size_t item, int thread)
{
    work *all = context;
    const double width = (all->high - all->low) / PANELS;
    const double low = all->low + width * (double)item;
    const double high = item + 1 == PANELS ? all->high : all->low + width * (double)(item + 1);
    return integrate(&all->panels[item], all->lines[thread], low, high, all->at.tolerance);
}

static bk_status create_lines(work *all, size_t threads)
{
    all->lines = bk_allocate(threads, sizeof *all->lines);
    for (size_t i = 0; all->lines != NULL && i < threads; i++) {
        all->lines[i] = bk_risk_lines_create(all->network, all->mixture, all->at.scan);
        if (all->lines[i] == NULL) {
            return bk_error_status();
        }
    }
    return all->lines == NULL ? bk_error_status() : BK_OK;
}

static bk_status integrate_all(integral *sum, const bk_network *network, const bk_mixture *mixture,
                               resolution at)
{
    work all = {.network = network, .mixture = mixture, .at = at};
    const size_t threads = (size_t)bk_threads();
    bk_risk_range(&all.low, &all.high, mixture, 1);
    bk_status status = create_lines(&all, threads);
    if (status == BK_OK) {
        status = bk_parallel_for(PANELS, run_panel, &all);
    }
    for (size_t i = 0; all.lines != NULL && i < threads; i++) {
        bk_risk_lines_destroy(all.lines[i]);
    }
    bk_free((void *)all.lines);
    *sum = (integral){{0}, {0}};
    for (size_t i = 0; i < PANELS; i++) {
        for (size_t c = 0; c < 2; c++) {
            sum->value[c] += all.panels[i].value[c];
            sum->error[c] += all.panels[i].error[c];
        }
    }
    return status;
}

/* ---- The network in f64 ---------------------------------------------------------------------------------
 */

static bk_network *in_f64(const bk_network *network)
{
    bk_network *wide =
        bk_network_create(network->inputs, network->layers, network->hidden, network->activation, BK_F64);
    if (wide == NULL) {
        return NULL;
    }
    for (size_t p = 0; p < bk_network_parameters(network); p++) {
        const bk_parameter from = bk_network_parameter(network, p), to = bk_network_parameter(wide, p);
        for (size_t i = 0; i < from.count; i++) {
            ((double *)to.values)[i] = network->dtype == BK_F32 ? (double)((const float *)from.values)[i]
                                                                : ((const double *)from.values)[i];
        }
    }
    return wide;
}

static bk_status check(const bk_network *network, const bk_mixture *mixture)
{
    BK_TRY(bk_network_check_shape(network));
    BK_TRY(bk_mixture_check(mixture));
    if (mixture->inputs != 2 || network->inputs != 2) {
        return bk_fail(BK_UNSUPPORTED,
                       "true risk: a network of %zu inputs under a mixture of %zu; it is integrated in the "
                       "plane, so both need 2 inputs. Estimate it on a large test set instead",
                       network->inputs, mixture->inputs);
    }
    return bk_network_check(network);
}

bk_status bk_network_risk(bk_risk *risk, const bk_network *network, const bk_mixture *mixture)
{
    BK_TRY(check(network, mixture));
    bk_network *wide = in_f64(network);
    if (wide == NULL) {
        return bk_fail_within("true risk");
    }
    integral first;
    integral second;
    bk_status status = integrate_all(&first, wide, mixture, coarse);
    if (status == BK_OK) {
        status = integrate_all(&second, wide, mixture, fine);
    }
    bk_network_destroy(wide);
    if (status != BK_OK) {
        return bk_fail_within("true risk");
    }
    double error[2];
    for (size_t c = 0; c < 2; c++) {
        /* Where the boundary has kinks both rules can be off by more than they differ. */
        error[c] = 4.0 * second.error[c] + fabs(second.value[c] - first.value[c]) + BK_RISK_TAIL;
    }
    *risk = (bk_risk){.risk = (second.value[0] + second.value[1]) / 2.0,
                      .error = (error[0] + error[1]) / 2.0,
                      .negative = second.value[0],
                      .negative_error = error[0],
                      .positive = second.value[1],
                      .positive_error = error[1]};
    return BK_OK;
}
