/* SPDX-License-Identifier: GPL-3.0-or-later
 * Student's t, beta and binomial through Rmath, which exports plain names: it is not included by headers. */
#ifndef MATHLIB_STANDALONE /* pkg-config may have set it */
#define MATHLIB_STANDALONE
#endif
#include "stats/distributions.h"

#include <Rmath.h>
#include <math.h>

double bk_student_upper_quantile(double tail, double df) { return qt(tail, df, 0, 0); }

/* qbeta is asked for the quantile next to 0 alone: near 1 a double is too coarse for it, and it says so on
 * stdout. */
static double beta_quantile(double tail, double a, double b, int low)
{
    return a <= b ? qbeta(tail, a, b, low, 0) : 1 - qbeta(tail, b, a, !low, 0);
}

double bk_beta_low_quantile(double tail, double a, double b) { return beta_quantile(tail, a, b, 1); }

double bk_beta_high_quantile(double tail, double a, double b) { return beta_quantile(tail, a, b, 0); }

double bk_beta_above(double x, double a, double b) { return pbeta(x, a, b, 0, 0); }

double bk_beta_below(double x, double a, double b) { return pbeta(x, a, b, 1, 0); }

double bk_binomial_mass(double k, double n, double p) { return dbinom_raw(k, n, p, 1 - p, 0); }

double bk_binomial_below(double k, double n, double p) { return k >= n ? 1 : pbeta(p, k + 1, n - k, 0, 0); }

double bk_binomial_above(double k, double n, double p) { return k >= n ? 0 : pbeta(p, k + 1, n - k, 1, 0); }

double bk_chi_square_above(double x, double df) { return pchisq(x, df, 0, 0); }

double bk_log1p_defect(double u) { return -log1pmx(u); }
