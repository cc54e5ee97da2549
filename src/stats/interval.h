/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * stats/interval.h: what all interval methods share. A method begins with bk_interval_begin, then
 * either sets its ends or withholds them with a status and a reason.
 */
#ifndef STATS_INTERVAL_H
#define STATS_INTERVAL_H

#include "brisk/interval.h"

/* BK_INVALID (message begins with the method's name) unless level is in (0, 1). */
bk_status bk_check_level(bk_method method, double level);
/* A two-sided interval of the method with status OK, the facts of its table row, and NaN ends so far. */
bk_interval bk_interval_begin(bk_method method, double estimate, double level);
/* Ends and half_width, then the ends clipped to the range. A one-sided interval's other end is that of the
 * range, whatever is given for it. */
void bk_interval_set_ends(bk_interval *interval, double low, double high, double range_low,
                          double range_high);
/* estimate +- epsilon: half_width is epsilon itself. */
void bk_interval_set_symmetric(bk_interval *interval, double epsilon, double range_low, double range_high);
/* The ends stay, but the reader must know why they may say little. */
void bk_interval_mark_degenerate(bk_interval *interval, const char *reason);
/* No ends: they become NaN, status and reason stand in their place. */
void bk_interval_withhold(bk_interval *interval, bk_interval_status status, const char *reason);

/* The probability of one tail: delta / 2, one-sided delta. */
double bk_tail_of(const bk_interval_request *request);

/* The methods behind the table: interval has begun (estimate, level, sides, n), losses and request are
 * checked, what the row's needs can tell is settled. */
bk_status bk_method_hoeffding(bk_interval *, const bk_losses *, const bk_interval_request *);
bk_status bk_method_chebyshev(bk_interval *, const bk_losses *, const bk_interval_request *);
bk_status bk_method_bernstein(bk_interval *, const bk_losses *, const bk_interval_request *);
bk_status bk_method_empirical_bernstein(bk_interval *, const bk_losses *, const bk_interval_request *);
bk_status bk_method_kl_chernoff(bk_interval *, const bk_losses *, const bk_interval_request *);
bk_status bk_method_clopper_pearson(bk_interval *, const bk_losses *, const bk_interval_request *);
bk_status bk_method_mid_p(bk_interval *, const bk_losses *, const bk_interval_request *);
bk_status bk_method_wilson(bk_interval *, const bk_losses *, const bk_interval_request *);
bk_status bk_method_agresti_coull(bk_interval *, const bk_losses *, const bk_interval_request *);
bk_status bk_method_jeffreys(bk_interval *, const bk_losses *, const bk_interval_request *);
bk_status bk_method_wald(bk_interval *, const bk_losses *, const bk_interval_request *);
bk_status bk_method_student_t(bk_interval *, const bk_losses *, const bk_interval_request *);
bk_status bk_method_betting(bk_interval *, const bk_losses *, const bk_interval_request *);

/* All bootstrap and ideal rows of one request at once: intervals [count] have begun, methods [count] are
 * their rows (stats/interval_bootstrap_methods.c). */
bk_status bk_methods_bootstrap(bk_interval *intervals, const size_t *methods, size_t count,
                               const bk_losses *losses, const bk_interval_request *request);

/* Distributions through Rmath, in whose range arguments are kept (stats/normal.c, stats/distributions.c). */
double bk_normal_cdf(double z);
double bk_normal_quantile(double p);                      /* p in (0, 1) */
double bk_normal_density_ratio(double z, double against); /* phi(z) / phi(against) */

#endif
