/* SPDX-License-Identifier: GPL-3.0-or-later
 * Intervals of 0/1 losses: Clopper & Pearson, mid-p, Wilson, Agresti & Coull, Jeffreys. Each has its lower
 * end as a function of (k, n); the upper one is 1 minus the lower end of the n - k right answers, so that the
 * two ends are mirror images to the last bit and small ends keep their relative accuracy. */
#include <math.h>

#include "stats/distributions.h"
#include "stats/interval.h"

/* Both ends for k errors among n, each with the probability tail beyond it. */
typedef struct ends {
    double low, high;
} ends;
typedef ends (*ends_function)(double k, double n, double tail);

/* Ends for k <= n / 2; the rest by the mirror. */
static void set_binomial(bk_interval *interval, const bk_losses *losses, const bk_interval_request *request,
                         ends_function function)
{
    const double n = (double)losses->n;
    const uint64_t right = losses->n - losses->errors;
    const double tail = bk_tail_of(request);
    ends found;
    if (losses->errors <= right) {
        found = function((double)losses->errors, n, tail);
    } else {
        const ends mirror = function((double)right, n, tail);
        found = (ends){1 - mirror.high, 1 - mirror.low};
    }
    bk_interval_set_ends(interval, found.low, found.high, 0, 1);
}

/* 1 - x^(1 / n) without cancellation. */
static double one_minus_root(double log_x, double n) { return -expm1(log_x / n); }

static ends clopper_pearson(double k, double n, double tail)
{
    ends e = {0, 1};
    if (k > 1) {
        e.low = bk_beta_low_quantile(tail, k, n - k + 1);
    } else if (k > 0) {
        e.low = one_minus_root(log1p(-tail), n);
    }
    if (k < 1) {
        e.high = one_minus_root(log(tail), n);
    } else if (k < n) {
        e.high = bk_beta_high_quantile(tail, k + 1, n - k);
    }
    return e;
}

bk_status bk_method_clopper_pearson(bk_interval *interval, const bk_losses *losses,
                                    const bk_interval_request *request)
{
    set_binomial(interval, losses, request, clopper_pearson);
    return BK_OK;
}

static ends jeffreys(double k, double n, double tail)
{
    return (ends){k > 0 ? bk_beta_low_quantile(tail, k + 0.5, n - k + 0.5) : 0,
                  k < n ? bk_beta_high_quantile(tail, k + 0.5, n - k + 0.5) : 1};
}

bk_status bk_method_jeffreys(bk_interval *interval, const bk_losses *losses,
                             const bk_interval_request *request)
{
    set_binomial(interval, losses, request, jeffreys);
    return BK_OK;
}

/* The mid-p probability of so many errors or more (or fewer), less the tail. */
typedef struct mid_p_problem {
    double k, n, tail;
} mid_p_problem;

static double mid_p_above(double p, const void *context)
{
    const mid_p_problem *problem = context;
    return log(
        (bk_binomial_above(problem->k, problem->n, p) + bk_binomial_mass(problem->k, problem->n, p) / 2) /
        problem->tail);
}

static double mid_p_below(double p, const void *context)
{
    const mid_p_problem *problem = context;
    return log(
        (bk_binomial_below(problem->k - 1, problem->n, p) + bk_binomial_mass(problem->k, problem->n, p) / 2) /
        problem->tail);
}

/* Each end lies between Clopper and Pearson's for k and the one for its neighbour, at which the whole or none
 * of the probability of k counts. */
static ends mid_p(double k, double n, double tail)
{
    const mid_p_problem problem = {k, n, tail};
    if (k < 1) {
        /* (1 - p)^n / 2 = tail */
        return (ends){0, tail < 0.5 ? one_minus_root(log(2 * tail), n) : 0};
    }
    const ends outer = clopper_pearson(k, n, tail);
    const double inner_low = k < n ? bk_beta_low_quantile(tail, k + 1, n - k) : 1;
    const double inner_high = bk_beta_high_quantile(tail, k, n - k + 1);
    return (ends){bk_find_root(mid_p_above, &problem, outer.low, inner_low),
                  bk_find_root(mid_p_below, &problem, inner_high, outer.high)};
}

bk_status bk_method_mid_p(bk_interval *interval, const bk_losses *losses, const bk_interval_request *request)
{
    set_binomial(interval, losses, request, mid_p);
    return BK_OK;
}

/* The larger root of (k / n - p)^2 = z^2 p (1 - p) / n is a sum of positive terms; the smaller one follows
 * from their product (k / n)^2 / (1 + z^2 / n). A tail above 1/2 (z < 0) changes the places of the two. */
static ends wilson(double k, double n, double tail)
{
    const double z = bk_normal_quantile(tail);
    const double p = k / n;
    const double square = z * z / n;
    const double root = sqrt(square * (p * (1 - p) + square / 4));
    const double larger = (p + square / 2 + root) / (1 + square);
    const double smaller = k > 0 ? p * (p / ((1 + square) * larger)) : 0;
    return z <= 0 ? (ends){smaller, larger} : (ends){larger, smaller};
}

bk_status bk_method_wilson(bk_interval *interval, const bk_losses *losses, const bk_interval_request *request)
{
    set_binomial(interval, losses, request, wilson);
    return BK_OK;
}

/* q -+ z sqrt(q (1 - q) / m); the difference by the product of the two, q (q - z^2 (1 - q) / m). */
static ends agresti_coull(double k, double n, double tail)
{
    const double z = bk_normal_quantile(tail);
    const double points = n + z * z;
    const double q = (k + z * z / 2) / points;
    const double larger = q + fabs(z) * sqrt(q * (1 - q) / points);
    const double smaller = larger > 0 ? q * ((k - z * z / 2 + z * z * q) / points) / larger : 0;
    return z <= 0 ? (ends){smaller, larger} : (ends){larger, smaller};
}

bk_status bk_method_agresti_coull(bk_interval *interval, const bk_losses *losses,
                                  const bk_interval_request *request)
{
    set_binomial(interval, losses, request, agresti_coull);
    return BK_OK;
}
