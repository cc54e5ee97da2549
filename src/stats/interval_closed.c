/* SPDX-License-Identifier: GPL-3.0-or-later
 * Intervals in closed form: Hoeffding, Chebyshev, Bernstein. */
#include "stats/interval.h"

#include <math.h>

bk_losses bk_losses_from_count(uint64_t k, uint64_t n)
{
    const double errors = (double)k;
    const double points = (double)n;
    return (bk_losses){
        .n = n,
        .mean = errors / points,
        .variance = n > 1 ? errors / points * ((points - errors) / (points - 1)) : (double)NAN,
        .range_known = true,
        .range_low = 0,
        .range_high = 1,
    };
}

static bk_status check_losses(bk_method method, const bk_losses *losses)
{
    const char *name = bk_interval_method_row(method)->name;
    if (losses->n == 0) {
        return bk_fail(BK_INVALID, "%s: no losses (n = 0); give at least one", name);
    }
    if (!isfinite(losses->mean)) {
        return bk_fail(BK_INVALID, "%s: the mean loss is %g; losses must be finite", name, losses->mean);
    }
    if (losses->n > 1 && !(losses->variance >= 0)) {
        return bk_fail(BK_INVALID,
                       "%s: the variance of the losses is %g; give the sample variance with n - 1", name,
                       losses->variance);
    }
    if (!losses->range_known) {
        return BK_OK;
    }
    if (!(losses->range_low < losses->range_high) || !isfinite(losses->range_high - losses->range_low)) {
        return bk_fail(BK_INVALID,
                       "%s: [%g, %g] is no range of losses; give a finite low end below the high one", name,
                       losses->range_low, losses->range_high);
    }
    if (losses->mean < losses->range_low || losses->mean > losses->range_high) {
        return bk_fail(BK_INVALID, "%s: the mean loss %g lies outside the range [%g, %g] of a loss", name,
                       losses->mean, losses->range_low, losses->range_high);
    }
    return BK_OK;
}

static bk_status begin(bk_interval *interval, bk_method method, const bk_losses *losses, double level)
{
    BK_TRY(bk_check_level(method, level));
    BK_TRY(check_losses(method, losses));
    *interval = bk_interval_begin(method, losses->mean, level);
    return BK_OK;
}

/* Sets estimate +- epsilon, clipped where the range is known. */
static void set_symmetric(bk_interval *interval, double epsilon, const bk_losses *losses)
{
    const double low = losses->range_known ? losses->range_low : -HUGE_VAL;
    const double high = losses->range_known ? losses->range_high : HUGE_VAL;
    bk_interval_set_symmetric(interval, epsilon, low, high);
}

bk_status bk_interval_hoeffding(bk_interval *interval, const bk_losses *losses, double level)
{
    bk_interval made;
    BK_TRY(begin(&made, BK_METHOD_HOEFFDING, losses, level));
    if (!losses->range_known) {
        bk_interval_withhold(&made, BK_INTERVAL_RANGE_UNKNOWN,
                             "Hoeffding's inequality needs the range [a, b] of a loss: give it, or use "
                             "bootstrap-bca, which needs none and promises less");
    } else {
        const double range = losses->range_high - losses->range_low;
        const double delta = 1 - level;
        set_symmetric(&made, range * sqrt(log(2 / delta) / (2 * (double)losses->n)), losses);
    }
    *interval = made;
    return BK_OK;
}

/* The two methods that put the sample variance in the place of the true one share its two limits. */
static const char one_loss[] = "one loss has no sample variance: use hoeffding, or test on more points";
static const char equal_losses[] =
    "all losses are equal, so that the sample variance is 0 and the width says nothing of "
    "the risk: use hoeffding, or for 0/1 losses Clopper and Pearson's exact interval";

bk_status bk_interval_chebyshev(bk_interval *interval, const bk_losses *losses, double level)
{
    bk_interval made;
    BK_TRY(begin(&made, BK_METHOD_CHEBYSHEV, losses, level));
    if (losses->n == 1) {
        bk_interval_withhold(&made, BK_INTERVAL_UNDEFINED, one_loss);
    } else {
        const double delta = 1 - level;
        set_symmetric(&made, sqrt(losses->variance / ((double)losses->n * delta)), losses);
        if (!(losses->variance > 0)) {
            bk_interval_mark_degenerate(&made, equal_losses);
        }
    }
    *interval = made;
    return BK_OK;
}

/* Positive root t of n t^2 - (2 c L / 3) t - 2 v L = 0. */
static double bernstein_epsilon(double n, double variance, double bound, double delta)
{
    const double log_term = log(2 / delta);
    const double half_linear = bound * log_term / (3 * n);
    return half_linear + sqrt(half_linear * half_linear + 2 * variance * log_term / n);
}

bk_status bk_interval_bernstein(bk_interval *interval, const bk_losses *losses, double level)
{
    bk_interval made;
    BK_TRY(begin(&made, BK_METHOD_BERNSTEIN, losses, level));
    if (losses->n == 1) {
        bk_interval_withhold(&made, BK_INTERVAL_UNDEFINED, one_loss);
    } else if (!losses->range_known) {
        bk_interval_withhold(&made, BK_INTERVAL_RANGE_UNKNOWN,
                             "Bernstein's inequality needs the range [a, b] of a loss: give it, or use "
                             "bootstrap-bca, which needs none");
    } else {
        const double bound = losses->range_high - losses->range_low;
        set_symmetric(&made, bernstein_epsilon((double)losses->n, losses->variance, bound, 1 - level),
                      losses);
        if (!(losses->variance > 0)) {
            bk_interval_mark_degenerate(&made, equal_losses);
        }
    }
    *interval = made;
    return BK_OK;
}
