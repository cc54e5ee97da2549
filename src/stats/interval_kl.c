/* SPDX-License-Identifier: GPL-3.0-or-later
 * Chernoff's bound inverted: all p from which the mean R is not too far in relative entropy,
 * n kl(R, p) <= ln(1 / tail), kl(R, p) = R ln(R / p) + (1 - R) ln((1 - R) / (1 - p)). It holds for any losses
 * in [0, 1] (Hoeffding 1963, eq. 2.1), so for any range after scaling. */
#include <math.h>

#include "stats/distributions.h"
#include "stats/interval.h"

/* ln(r) + 1 / r - 1 >= 0 of r = R / p, that is -ln(p / R) + p / R - 1, without cancellation near 1. */
static double entropy_term(double ratio)
{
    return ratio > 0.5 ? bk_log1p_defect(ratio - 1) : ratio - 1 - log(ratio);
}

typedef struct kl_problem {
    double mean;  /* R in (0, 1/2] */
    double rest;  /* 1 - R */
    double limit; /* ln(1 / tail) / n */
} kl_problem;

/* kl(R, p) - limit: both terms are positive, since R (p / R - 1) + (1 - R) ((1 - p) / (1 - R) - 1) = 0. */
static double excess(double p, const void *context)
{
    const kl_problem *problem = context;
    const double rest_ratio = 1 + (problem->mean - p) / problem->rest;
    if (!(rest_ratio > 0)) {
        return HUGE_VAL;
    }
    const double far = (problem->mean - p) / problem->rest; /* (1 - p) / (1 - R) - 1 */
    const double second = far > -0.5 ? bk_log1p_defect(far) : far - log(rest_ratio);
    return problem->mean * entropy_term(p / problem->mean) + problem->rest * second - problem->limit;
}

typedef struct kl_ends {
    double low, high;
} kl_ends;

/* The two ends for a mean in [0, 1/2]. */
static kl_ends invert(double mean, double rest, double limit)
{
    if (!(mean > 0)) {
        return (kl_ends){0, -expm1(-limit)};
    }
    const kl_problem problem = {mean, rest, limit};
    /* kl(R, p) >= R ln(R / p) - R, so the lower end is not below this; it may underflow. */
    const double least = mean * exp(-limit / mean - 1);
    const double low = least > 0 ? bk_find_root(excess, &problem, least, mean) : 0;
    /* At 1 the excess is infinite, which interpolation survives by halving. */
    return (kl_ends){low, bk_find_root(excess, &problem, mean, 1)};
}

bk_status bk_method_kl_chernoff(bk_interval *interval, const bk_losses *losses,
                                const bk_interval_request *request)
{
    const double a = losses->range_low;
    const double b = losses->range_high;
    const double range = b - a;
    const double limit = -log(bk_tail_of(request)) / (double)losses->n;
    const bool counted = losses->zero_one && a == 0 && b == 1;
    const double n = (double)losses->n;
    const double below = counted ? (double)losses->errors / n : (losses->mean - a) / range;
    const double above = counted ? (double)(losses->n - losses->errors) / n : (b - losses->mean) / range;
    kl_ends ends;
    if (below <= above) {
        ends = invert(below, above, limit);
        bk_interval_set_ends(interval, a + range * ends.low, a + range * ends.high, a, b);
    } else {
        ends = invert(above, below, limit);
        bk_interval_set_ends(interval, b - range * ends.high, b - range * ends.low, a, b);
    }
    return BK_OK;
}
