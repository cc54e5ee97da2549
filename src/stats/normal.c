/* SPDX-License-Identifier: GPL-3.0-or-later
 * Phi and its inverse through Rmath, which exports plain names and prints warnings on stdout outside
 * its range: it is included here alone, and callers keep p inside (0, 1). */
#ifndef MATHLIB_STANDALONE /* pkg-config may have set it */
#define MATHLIB_STANDALONE
#endif
#include <Rmath.h>

#include "stats/interval.h"

double bk_normal_cdf(double z) { return pnorm(z, 0.0, 1.0, 1, 0); }

double bk_normal_quantile(double p) { return qnorm(p, 0.0, 1.0, 1, 0); }

double bk_normal_density_ratio(double z, double against) { return exp((against - z) * (against + z) / 2); }
