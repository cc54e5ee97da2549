/* SPDX-License-Identifier: GPL-3.0-or-later
 * Parts of log probabilities without cancellation (rng/saddle.c; Loader 2000). */
#ifndef BRISK_RNG_SADDLE_H
#define BRISK_RNG_SADDLE_H

/* log(k!) - log(sqrt(2 pi k) (k / e)^k) for a whole number k >= 1; 0 for k = 0, where the callers' other
 * terms are what log(0!) needs. Absolute error below 1e-15. */
double bk_stirling_error(double k);
/* x log(x / m) + m - x for x >= 0, m > 0: how far x deviates from a mean m. Not negative. */
double bk_deviance(double x, double m);

#endif
