/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * stats/distributions.h: distribution functions through Rmath with arguments kept in its range (beyond it
 * prints warnings on stdout), and the one root finder.
 */
#ifndef STATS_DISTRIBUTIONS_H
#define STATS_DISTRIBUTIONS_H

#include <stdbool.h>

/* The t with P(T > t) = tail, tail in (0, 1), df >= 1. */
double bk_student_upper_quantile(double tail, double df);
/* The x with P(X < x) = tail (low) or P(X > x) = tail (high), X ~ Beta(a, b), a and b at least 1/2, tail in
 * (0, 1). Relative error below 1e-12. */
double bk_beta_low_quantile(double tail, double a, double b);
double bk_beta_high_quantile(double tail, double a, double b);
/* P(X > x) and P(X < x) of Beta(a, b). */
double bk_beta_above(double x, double a, double b);
double bk_beta_below(double x, double a, double b);
/* P(X = k), P(X <= k), P(X > k), X ~ Bin(n, p), p in [0, 1], k in [0, n]. */
double bk_binomial_mass(double k, double n, double p);
double bk_binomial_below(double k, double n, double p);
double bk_binomial_above(double k, double n, double p);
/* P(X > x), X chi-square of df degrees of freedom, df >= 1. */
double bk_chi_square_above(double x, double df);
/* u - log(1 + u) without cancellation; u > -1. */
double bk_log1p_defect(double u);

/* A continuous function of one variable with what it needs to know. */
typedef double (*bk_function)(double x, const void *context);
/* The x in [low, high] at which function changes its sign, to 4 ulp of x: Chandrupatla's method (1997),
 * which never leaves the bracket, by halves of the exponent while the ends are orders of magnitude apart, so
 * that tiny roots are found relatively too. Where both ends have one sign, the end nearer to zero. 0 <= low
 * <= high, or any signs with low <= high (then to 4 ulp of the larger end). */
double bk_find_root(bk_function function, const void *context, double low, double high);

#endif
