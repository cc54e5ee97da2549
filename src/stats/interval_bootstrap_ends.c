/* SPDX-License-Identifier: GPL-3.0-or-later
 * The ends of the five resampled intervals, read off sorted replicates, each with its Monte Carlo error. */
#include "stats/ladder.h"

#include <math.h>

#include "stats/quantile.h"

static const char too_few[] =
    "fewer than 2 / (1 - level) resamples (one-sided half as many) do not reach the ends of the "
    "interval: draw more resamples";
static const char beyond_replicates[] = "an end lies beyond the outermost replicates: draw more resamples";
static const char equal_replicates[] =
    "all replicates are equal, so that the width says nothing of the risk: use "
    "hoeffding, or for 0/1 losses Clopper and Pearson's exact interval";
static const char no_bias_correction[] =
    "every replicate lies on one side of the estimate, so that the bias correction "
    "z0 is infinite: use bootstrap-percentile or hoeffding";
static const char no_acceleration[] =
    "all losses are equal, so that the acceleration a is 0 / 0: use hoeffding, or for 0/1 "
    "losses Clopper and Pearson's exact interval";
static const char past_pole[] =
    "the acceleration is too large for this level, 1 - a (z0 + z) is not positive: use "
    "bootstrap-percentile or hoeffding";
static const char flat_jackknife[] = "leaving out points does not change the statistic, so that the "
                                     "acceleration a is 0 / 0 and was taken as 0: "
                                     "compare with bootstrap-percentile";
static const char left_out[] =
    "some resamples have no value of the statistic and were left out (the facts of the "
    "bootstrap count them)";
static const char few_groups[] =
    "fewer than 30 groups were resampled: too few for the bootstrap's normal limit, expect "
    "coverage below the level";
static const char one_replicate[] = "one replicate has no standard deviation: draw more resamples";
static const char no_errors[] =
    "the resamples have no standard errors: ask for them (studentized; mean, difference or a "
    "function that sets them), or use bootstrap-bca";
static const char no_variance[] =
    "an end falls on resamples of variance 0, whose pivots are infinite: use bootstrap-bca or for 0/1 losses "
    "Clopper and Pearson's exact interval";

static double tail_of(const bk_interval *interval)
{
    return interval->sides == BK_TWO_SIDED ? (1 - interval->level) / 2 : 1 - interval->level;
}

/* Whole expected replicates at each end; the slack keeps 2 / (1 - 0.95) from counting as 41. */
static bool enough_resamples(double count, double tail) { return count * tail >= 1 - 1e-9; }

/* Of B sorted replicates, the part that quantile levels must stay in: 1 / (B + 1) from each side. The slack
 * is that of levels like 1 / 40 in doubles. */
static bool within_replicates(double level, size_t count)
{
    const double rank = ((double)count + 1) * level;
    return rank >= 1 - 1e-9 && rank <= (double)count + 1e-9;
}

double bk_ladder_z0(const bk_ladder *ladder)
{
    const double ties = ladder->ties == BK_TIES_MID ? ladder->equal / 2 : 0;
    const double u = (ladder->below + ties) / (double)ladder->count;
    return u > 0 ? u < 1 ? bk_normal_quantile(u) : HUGE_VAL : -HUGE_VAL;
}

/* A = Phi(z1), z1 = z0 + w / (1 - a w), w = z0 + z. Its Monte Carlo error has two sources, the empirical
 * distribution G at the end and the estimated z0 = Phi^-1(u), which are correlated. With
 * c = dA / du = phi(z1) (1 + (1 - a w)^-2) / phi(z0):
 *   B sd^2 = A (1 - A) + c^2 var(u) - 2 c (min(A, u) - A u),
 * var(u) = u (1 - u) - ties / 4, because a tied replicate counts one half in u. The order statistics
 * alone, the first term, would understate the error. */
static bk_quantile_end bca_end(const bk_ladder *ladder, double z0, double z, double pole)
{
    const double resamples = (double)ladder->count;
    const bool mid = ladder->ties == BK_TIES_MID;
    const double u = (ladder->below + (mid ? ladder->equal / 2 : 0)) / resamples;
    const double z1 = z0 + (z0 + z) / pole;
    const double level = bk_normal_cdf(z1);
    const double c = bk_normal_density_ratio(z1, z0) * (1 + 1 / (pole * pole));
    const double rank_variance = u * (1 - u) - (mid ? ladder->equal / (4 * resamples) : 0);
    const double covariance = (level < u ? level : u) - level * u;
    const double variance = level * (1 - level) + c * c * rank_variance - 2 * c * covariance;
    return (bk_quantile_end){level, variance > 0 ? sqrt(variance / resamples) : 0};
}

const char *bk_ladder_bca_ends(bk_quantile_end ends[2], const bk_ladder *ladder, double tail)
{
    const double z0 = bk_ladder_z0(ladder);
    const double z = bk_normal_quantile(tail);
    if (!isfinite(ladder->acceleration)) {
        return no_acceleration;
    }
    if (!isfinite(z0)) {
        return no_bias_correction;
    }
    const double pole_low = 1 - ladder->acceleration * (z0 + z);
    const double pole_high = 1 - ladder->acceleration * (z0 - z);
    if (!(pole_low > 0 && pole_high > 0)) {
        return past_pole;
    }
    ends[0] = bca_end(ladder, z0, z, pole_low);
    ends[1] = bca_end(ladder, z0, -z, pole_high);
    return NULL;
}

static bk_quantile_end plain_end(double level, size_t count)
{
    return (bk_quantile_end){level, sqrt(level * (1 - level) / (double)count)};
}

/* Two quantiles of values [count], and what is known of them. */
typedef struct quantile_pair {
    double low, high;
    double error_low, error_high;
} quantile_pair;

static quantile_pair read_pair(const double *values, size_t count, bk_quantile_rule rule,
                               const bk_quantile_end ends[2])
{
    return (quantile_pair){
        .low = bk_quantile_ruled(values, count, ends[0].level, rule),
        .high = bk_quantile_ruled(values, count, ends[1].level, rule),
        .error_low = bk_quantile_spread(values, count, ends[0].level, ends[0].level_sd),
        .error_high = bk_quantile_spread(values, count, ends[1].level, ends[1].level_sd),
    };
}

static bool in_reach(const bk_interval *interval, const bk_quantile_end ends[2], size_t count)
{
    const bool low = interval->sides == BK_UPPER || within_replicates(ends[0].level, count);
    const bool high = interval->sides == BK_LOWER || within_replicates(ends[1].level, count);
    return low && high;
}

static void set_orders(bk_bootstrap_orders *orders, const bk_interval *interval,
                       const bk_quantile_end ends[2], size_t count, bk_quantile_rule rule)
{
    const double last = (double)count;
    double rank[2];
    for (int i = 0; i < 2; i++) {
        const bool unused = interval->sides == (i == 0 ? BK_UPPER : BK_LOWER);
        rank[i] = unused ? (double)NAN : bk_quantile_rank(count, ends[i].level, rule);
    }
    orders->low = rank[0];
    orders->high = rank[1];
    /* Comparisons with NaN, the unused end, are false. */
    orders->extreme = rank[0] < 2 || rank[1] > last - 1 || rank[1] < 2 || rank[0] > last - 1;
    orders->unstable = rank[0] < 11 || rank[1] > last - 10 || rank[1] < 11 || rank[0] > last - 10;
}

static void set_pair(bk_interval *interval, const bk_ladder *ladder, quantile_pair ends)
{
    bk_interval_set_ends(interval, ends.low, ends.high, ladder->range_low, ladder->range_high);
    interval->mc_error_low = interval->sides == BK_UPPER ? (double)NAN : ends.error_low;
    interval->mc_error_high = interval->sides == BK_LOWER ? (double)NAN : ends.error_high;
}

/* percentile, basic and bca: ends at quantiles of the replicates. */
static void from_replicates(bk_interval *interval, bk_bootstrap_orders *orders, const bk_ladder *ladder,
                            bk_method method)
{
    const double tail = tail_of(interval);
    bk_quantile_end ends[2] = {plain_end(tail, ladder->count), plain_end(1 - tail, ladder->count)};
    if (method == BK_METHOD_BOOTSTRAP_BCA) {
        const char *reason = bk_ladder_bca_ends(ends, ladder, tail);
        if (reason) {
            bk_interval_withhold(interval, BK_INTERVAL_UNDEFINED, reason);
            return;
        }
    }
    /* The lower end of basic is the mirrored upper quantile. */
    const bool mirrored = method == BK_METHOD_BOOTSTRAP_BASIC;
    bk_interval asked = *interval;
    if (mirrored && interval->sides != BK_TWO_SIDED) {
        asked.sides = interval->sides == BK_LOWER ? BK_UPPER : BK_LOWER;
    }
    if (!in_reach(&asked, ends, ladder->count)) {
        bk_interval_withhold(interval, BK_INTERVAL_TOO_FEW_RESAMPLES, beyond_replicates);
        return;
    }
    quantile_pair read = read_pair(ladder->sorted, ladder->count, ladder->quantile_rule, ends);
    if (mirrored) {
        const double centre = 2 * ladder->estimate;
        read = (quantile_pair){centre - read.high, centre - read.low, read.error_high, read.error_low};
    }
    set_orders(orders, &asked, ends, ladder->count, ladder->quantile_rule);
    set_pair(interval, ladder, read);
}

/* estimate - bias +- sd z. With s the sd of the replicates, B var(mean) = s^2, B var(sd) = s^2 (kurtosis - 1)
 * / 4, B cov(mean, sd) = s^2 skewness / 2; the end moves by minus the mean and z times the sd. */
static void normal(bk_interval *interval, const bk_ladder *ladder)
{
    if (ladder->count < 2) {
        bk_interval_withhold(interval, BK_INTERVAL_UNDEFINED, one_replicate);
        return;
    }
    const double z = bk_normal_quantile(1 - tail_of(interval));
    const double centre = 2 * ladder->estimate - ladder->mean;
    double error[2];
    for (int i = 0; i < 2; i++) {
        const double factor = i == 0 ? -z : z;
        const double variance = 1 + factor * factor * (ladder->kurtosis - 1) / 4 - factor * ladder->skewness;
        error[i] = variance > 0 ? ladder->sd * sqrt(variance / (double)ladder->count) : 0;
    }
    set_pair(interval, ladder,
             (quantile_pair){centre - z * ladder->sd, centre + z * ladder->sd, error[0], error[1]});
}

static bool all_equal(const bk_ladder *ladder)
{
    return ladder->sorted[ladder->count - 1] - ladder->sorted[0] <= ladder->tolerance;
}

static void studentized(bk_interval *interval, bk_bootstrap_orders *orders, const bk_ladder *ladder)
{
    const bool equal = all_equal(ladder) || ladder->estimate_error == 0;
    if (equal || !ladder->pivots || ladder->count_pivots == 0 || !(ladder->estimate_error > 0)) {
        bk_interval_withhold(interval, BK_INTERVAL_UNDEFINED, equal ? equal_replicates : no_errors);
        return;
    }
    const double tail = tail_of(interval);
    const size_t count = ladder->count_pivots;
    const bk_quantile_end ends[2] = {plain_end(tail, count), plain_end(1 - tail, count)};
    bk_interval asked = *interval;
    if (interval->sides != BK_TWO_SIDED) {
        asked.sides = interval->sides == BK_LOWER ? BK_UPPER : BK_LOWER;
    }
    if (!enough_resamples((double)count, tail) || !in_reach(&asked, ends, count)) {
        bk_interval_withhold(interval, BK_INTERVAL_TOO_FEW_RESAMPLES, beyond_replicates);
        return;
    }
    quantile_pair read = read_pair(ladder->pivots, count, ladder->quantile_rule, ends);
    const bool low_fails = interval->sides != BK_UPPER && !isfinite(read.high);
    const bool high_fails = interval->sides != BK_LOWER && !isfinite(read.low);
    if (low_fails || high_fails) {
        bk_interval_withhold(interval, BK_INTERVAL_UNDEFINED, no_variance);
        return;
    }
    const double error = ladder->estimate_error;
    set_orders(orders, &asked, ends, count, ladder->quantile_rule);
    set_pair(interval, ladder,
             (quantile_pair){ladder->estimate - error * read.high, ladder->estimate - error * read.low,
                             error * read.error_high, error * read.error_low});
}

/* Why the reader should look twice at ends that are there. */
static void mark(bk_interval *interval, const bk_ladder *ladder, bk_method method)
{
    if (all_equal(ladder)) {
        bk_interval_mark_degenerate(interval, equal_replicates);
    } else if (method == BK_METHOD_BOOTSTRAP_BCA && ladder->flat_jackknife) {
        bk_interval_mark_degenerate(interval, flat_jackknife);
    } else if (ladder->count < ladder->drawn) {
        bk_interval_mark_degenerate(interval, left_out);
    } else if (ladder->few_groups) {
        bk_interval_mark_degenerate(interval, few_groups);
    }
}

void bk_ladder_interval(bk_interval *interval, bk_bootstrap_orders *orders, const bk_ladder *ladder,
                        bk_method method)
{
    bk_bootstrap_orders read = {.low = (double)NAN, .high = (double)NAN};
    interval->n = ladder->n;
    if (!enough_resamples((double)ladder->count, tail_of(interval))) {
        bk_interval_withhold(interval, BK_INTERVAL_TOO_FEW_RESAMPLES, too_few);
    } else if (method == BK_METHOD_BOOTSTRAP_NORMAL) {
        normal(interval, ladder);
    } else if (method == BK_METHOD_BOOTSTRAP_STUDENTIZED) {
        studentized(interval, &read, ladder);
    } else {
        from_replicates(interval, &read, ladder, method);
    }
    if (interval->status == BK_INTERVAL_OK) {
        mark(interval, ladder, method);
    }
    if (orders) {
        *orders = read;
    }
}
