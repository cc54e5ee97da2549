/* SPDX-License-Identifier: GPL-3.0-or-later
 * Tango's score statistic for the difference of two paired proportions (Tango 1998, Statistics in Medicine
 * 17): its interval, and tests against a margin. With b = only_a, c = only_b, n points, and a supposed
 * difference d, s(d) = (b - c - n d) / sqrt(n (2 q + d (1 - d))), q the likeliest share of points on which B
 * errs alone: the root of A q^2 + B q + C = 0 with A = 2 n, B = (2 n - b + c) d - b - c, C = -c d (1 - d). s
 * falls from above to below as d goes from -1 to 1. */
#include <math.h>

#include "stats/compare.h"
#include "stats/distributions.h"

typedef struct score_problem {
    double b, c, n;
    double z;
} score_problem;

/* (b - c - n d) and the variance n (2 q + d (1 - d)) under it. */
static double variance_at(const score_problem *s, double d)
{
    const double linear = (2 * s->n - s->b + s->c) * d - s->b - s->c;
    const double constant = -s->c * d * (1 - d);
    const double root = sqrt(fmax(linear * linear - 8 * s->n * constant, 0));
    /* Of the two forms of the larger root the one without cancellation. */
    const double q = linear <= 0         ? (root - linear) / (4 * s->n)
                     : root + linear > 0 ? -2 * constant / (root + linear)
                                         : 0;
    return s->n * fmax(2 * fmax(q, 0) + d * (1 - d), 0);
}

/* The statistic itself where the variance is 0: infinite, or 0 where the difference is met. */
static double statistic(const score_problem *s, double d)
{
    const double deviation = s->b - s->c - s->n * d;
    const double variance = variance_at(s, d);
    return variance > 0    ? deviation / sqrt(variance)
           : deviation > 0 ? HUGE_VAL
           : deviation < 0 ? -HUGE_VAL
                           : 0;
}

/* deviation - z sqrt(variance): the root of s(d) = z without a division. */
static double excess(double d, const void *context)
{
    const score_problem *s = context;
    return s->b - s->c - s->n * d - s->z * sqrt(variance_at(s, d));
}

double bk_tango_end(double only_a, double only_b, double n, double z)
{
    if (z < 0) {
        /* By exchanging the models, so that the two ends are mirror images. */
        return -bk_tango_end(only_b, only_a, n, -z);
    }
    const score_problem problem = {only_a, only_b, n, z};
    const double estimate = (only_a - only_b) / n;
    /* At -1 the excess is 0 or positive; where all points are B's alone the end is -1 itself. The estimate is
     * a root that does not count where the variance is 0 there, so the search ends just below (the least step
     * must survive squaring). */
    const double below = fmin(nextafter(estimate, -2), estimate - 1e-100);
    return estimate <= -1 ? -1 : bk_find_root(excess, &problem, -1, below);
}

bk_status bk_interval_tango(bk_interval *interval, const bk_pair_counts *counts,
                            const bk_interval_request *request)
{
    BK_TRY(bk_check_pairs("tango", counts));
    const bk_losses losses = bk_losses_from_pair_counts(counts);
    bk_interval made;
    /* Hoeffding's interval of the same difference lends the checks of the request. */
    BK_TRY(bk_interval_of_losses(&made, BK_METHOD_HOEFFDING, &losses, request));
    made.method = "tango";
    made.guarantee = BK_GUARANTEE_ASYMPTOTIC;
    made.assumption = "independent points of one distribution, 0/1 losses of both models on each";
    made.promise = "its coverage tends to the level as the test set grows; no promise at any given size";
    const double z = -bk_normal_quantile(bk_tail_of(request));
    const double b = (double)counts->only_a;
    const double c = (double)counts->only_b;
    const double n = (double)counts->n;
    bk_interval_set_ends(&made, bk_tango_end(b, c, n, z), bk_tango_end(b, c, n, -z), -1, 1);
    *interval = made;
    return BK_OK;
}

static bk_status check_margin(double size)
{
    if (size > 0 && isfinite(size)) {
        return BK_OK;
    }
    return bk_fail(BK_INVALID,
                   "margin: %g is no margin; give the largest difference that does not matter, above 0",
                   size);
}

static void decide(bk_margin *margin)
{
    margin->not_worse = margin->upper < margin->margin;
    margin->better = margin->upper < 0;
    margin->equivalent = margin->not_worse && margin->lower > -margin->margin;
}

bk_status bk_margin_from_bounds(bk_margin *margin, const bk_interval *lower, const bk_interval *upper,
                                double size)
{
    BK_TRY(check_margin(size));
    if (lower->sides != BK_LOWER || upper->sides != BK_UPPER ||
        !(lower->level <= upper->level && lower->level >= upper->level)) {
        return bk_fail(BK_INVALID,
                       "margin: give a lower and an upper bound of one level, not %s at %g and %s at %g",
                       bk_sides_name(lower->sides), lower->level, bk_sides_name(upper->sides), upper->level);
    }
    /* NaN bounds compare false: no claim without an interval. */
    bk_margin made = {.margin = size,
                      .lower = lower->low,
                      .upper = upper->high,
                      .p_not_worse = (double)NAN,
                      .p_equivalent = (double)NAN};
    decide(&made);
    *margin = made;
    return BK_OK;
}

bk_status bk_margin_tango(bk_margin *margin, const bk_pair_counts *counts, double size, double level)
{
    BK_TRY(check_margin(size));
    if (!(size < 1)) {
        return bk_fail(BK_INVALID, "margin: %g; a difference of two error rates is below 1", size);
    }
    bk_interval lower;
    bk_interval upper;
    bk_interval_request request = bk_interval_request_of(level);
    request.sides = BK_LOWER;
    BK_TRY(bk_interval_tango(&lower, counts, &request));
    request.sides = BK_UPPER;
    BK_TRY(bk_interval_tango(&upper, counts, &request));
    bk_margin made;
    BK_TRY(bk_margin_from_bounds(&made, &lower, &upper, size));
    const score_problem problem = {(double)counts->only_a, (double)counts->only_b, (double)counts->n, 0};
    /* Is the difference as large as the margin? As small as minus the margin? */
    made.p_not_worse = bk_normal_cdf(statistic(&problem, size));
    const double p_above = bk_normal_cdf(-statistic(&problem, -size));
    made.p_equivalent = fmax(made.p_not_worse, p_above);
    *margin = made;
    return BK_OK;
}
