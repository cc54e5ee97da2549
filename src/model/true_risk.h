/* SPDX-License-Identifier: GPL-3.0-or-later
 * model/true_risk.h: lines through the plane on which the true risk is integrated. */
#ifndef BRISK_MODEL_TRUE_RISK_H
#define BRISK_MODEL_TRUE_RISK_H

#include "brisk/model.h"

/* Lines that are taken together, so that the network scores many points at a time. */
#define BK_RISK_LINES 15

/* Standard deviations beyond the outermost means at which the plane ends; outside of them is less probability
 * than BK_RISK_TAIL. */
#define BK_RISK_REACH 8.0
#define BK_RISK_TAIL  1e-14

/* The range of one input. */
void bk_risk_range(double *low, double *high, const bk_mixture *mixture, size_t input);

/* Buffers of one thread. network is f64 with 2 inputs; network and mixture are kept. */
typedef struct bk_risk_lines bk_risk_lines;
bk_risk_lines *bk_risk_lines_create(const bk_network *network, const bk_mixture *mixture, size_t scan);
void bk_risk_lines_destroy(bk_risk_lines *lines);

/* wrong [class][line]: the density at x1 = t[line] of the points of the class that get the other label. */
bk_status bk_risk_lines_take(double wrong[2][BK_RISK_LINES], bk_risk_lines *lines,
                             const double t[BK_RISK_LINES]);

#endif
