/* SPDX-License-Identifier: GPL-3.0-or-later
 * Bootstrap intervals from given replicates: percentile and BCa, each end with its Monte Carlo error. */
#include <math.h>

#include "stats/interval.h"
#include "stats/quantile.h"

static bk_status check_input(bk_method method, const bk_bootstrap_input *input)
{
    const char *name = bk_interval_method_row(method)->name;
    if (input->resamples == 0) {
        return bk_fail(BK_INVALID, "%s: no replicates (resamples = 0)", name);
    }
    if (!isfinite(input->estimate)) {
        return bk_fail(BK_INVALID, "%s: the estimate is %g; it must be finite", name, input->estimate);
    }
    if (!(input->range_low < input->range_high)) {
        return bk_fail(BK_INVALID, "%s: [%g, %g] is no range; give -inf and inf where it is unknown", name,
                       input->range_low, input->range_high);
    }
    for (size_t i = 0; i < input->resamples; i++) {
        if (!isfinite(input->replicates[i])) {
            return bk_fail(BK_INVALID, "%s: replicates[%zu] is %g; every replicate must be finite", name, i,
                           input->replicates[i]);
        }
    }
    return BK_OK;
}

static bk_status check_ranks(const bk_bootstrap_input *input)
{
    if (input->below >= 0 && input->equal >= 0 && input->below + input->equal <= (double)input->resamples) {
        return BK_OK;
    }
    return bk_fail(BK_INVALID,
                   "bootstrap-bca: %g replicates below and %g equal to the estimate do not fit %zu resamples",
                   input->below, input->equal, input->resamples);
}

static const char too_few[] = "fewer than 2 / (1 - level) resamples do not reach the ends of the interval: "
                              "draw more resamples";
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

/* Whole expected replicates at both ends; the slack keeps 2 / (1 - 0.95) from counting as 41. */
static bool enough_resamples(const bk_bootstrap_input *input, double level)
{
    return (double)input->resamples * (1 - level) >= 2 * (1 - 1e-9);
}

/* One end: the level A of its quantile, and the Monte Carlo standard deviation of A. */
typedef struct end {
    double level;
    double level_sd;
} end;

/* Of B sorted replicates, the part that quantile levels must stay in: 1 / (B + 1) from each side. */
static bool within_replicates(end e, size_t resamples)
{
    const double rank = ((double)resamples + 1) * e.level;
    return rank >= 1 && rank <= (double)resamples;
}

/* Sorts the replicates and reads both ends off. */
static bk_status set_ends(bk_interval *interval, const bk_bootstrap_input *input, end low, end high)
{
    double *sorted = bk_sorted_copy(input->replicates, input->resamples);
    if (!sorted) {
        return bk_fail_within("%s", interval->method);
    }
    const size_t count = input->resamples;
    bk_interval_set_ends(interval, bk_quantile_sorted(sorted, count, low.level),
                         bk_quantile_sorted(sorted, count, high.level), input->range_low, input->range_high);
    interval->mc_error_low = bk_quantile_spread(sorted, count, low.level, low.level_sd);
    interval->mc_error_high = bk_quantile_spread(sorted, count, high.level, high.level_sd);
    if (!(sorted[0] < sorted[count - 1])) {
        bk_interval_mark_degenerate(interval, equal_replicates);
    }
    bk_free(sorted);
    return BK_OK;
}

static end percentile_end(double level, double resamples)
{
    return (end){level, sqrt(level * (1 - level) / resamples)};
}

bk_status bk_interval_bootstrap_percentile(bk_interval *interval, const bk_bootstrap_input *input,
                                           double level)
{
    BK_TRY(bk_check_level(BK_METHOD_BOOTSTRAP_PERCENTILE, level));
    BK_TRY(check_input(BK_METHOD_BOOTSTRAP_PERCENTILE, input));
    bk_interval made = bk_interval_begin(BK_METHOD_BOOTSTRAP_PERCENTILE, input->estimate, level);
    if (!enough_resamples(input, level)) {
        bk_interval_withhold(&made, BK_INTERVAL_TOO_FEW_RESAMPLES, too_few);
    } else {
        const double tail = (1 - level) / 2;
        const double resamples = (double)input->resamples;
        BK_TRY(set_ends(&made, input, percentile_end(tail, resamples), percentile_end(1 - tail, resamples)));
    }
    *interval = made;
    return BK_OK;
}

/* A = Phi(z1), z1 = z0 + w / (1 - a w), w = z0 + z. Its Monte Carlo error has two sources, the empirical
 * distribution G at the end and the estimated z0 = Phi^-1(u), which are correlated. With
 * c = dA / du = phi(z1) (1 + (1 - a w)^-2) / phi(z0):
 *   B sd^2 = A (1 - A) + c^2 var(u) - 2 c (min(A, u) - A u),
 * var(u) = u (1 - u) - ties / 4, because a tied replicate counts one half in u. The order statistics
 * alone, the first term, would understate the error. */
static end bca_end(const bk_bootstrap_input *input, double u, double z0, double z, double pole)
{
    const double resamples = (double)input->resamples;
    const double z1 = z0 + (z0 + z) / pole;
    const double level = bk_normal_cdf(z1);
    const double c = bk_normal_density_ratio(z1, z0) * (1 + 1 / (pole * pole));
    const double rank_variance = u * (1 - u) - input->equal / (4 * resamples);
    const double covariance = (level < u ? level : u) - level * u;
    const double variance = level * (1 - level) + c * c * rank_variance - 2 * c * covariance;
    return (end){level, variance > 0 ? sqrt(variance / resamples) : 0};
}

/* The interval where z0 is finite and a exists. */
static bk_status bca_from_ranks(bk_interval *interval, const bk_bootstrap_input *input, double u,
                                double level)
{
    const double z0 = bk_normal_quantile(u);
    const double z = bk_normal_quantile((1 - level) / 2);
    const double pole_low = 1 - input->acceleration * (z0 + z);
    const double pole_high = 1 - input->acceleration * (z0 - z);
    if (!(pole_low > 0 && pole_high > 0)) {
        bk_interval_withhold(interval, BK_INTERVAL_UNDEFINED, past_pole);
        return BK_OK;
    }
    const end low = bca_end(input, u, z0, z, pole_low);
    const end high = bca_end(input, u, z0, -z, pole_high);
    if (!within_replicates(low, input->resamples) || !within_replicates(high, input->resamples)) {
        bk_interval_withhold(interval, BK_INTERVAL_TOO_FEW_RESAMPLES, beyond_replicates);
        return BK_OK;
    }
    return set_ends(interval, input, low, high);
}

bk_status bk_interval_bootstrap_bca(bk_interval *interval, const bk_bootstrap_input *input, double level)
{
    BK_TRY(bk_check_level(BK_METHOD_BOOTSTRAP_BCA, level));
    BK_TRY(check_input(BK_METHOD_BOOTSTRAP_BCA, input));
    BK_TRY(check_ranks(input));
    bk_interval made = bk_interval_begin(BK_METHOD_BOOTSTRAP_BCA, input->estimate, level);
    const double u = (input->below + input->equal / 2) / (double)input->resamples;
    if (!enough_resamples(input, level)) {
        bk_interval_withhold(&made, BK_INTERVAL_TOO_FEW_RESAMPLES, too_few);
    } else if (!isfinite(input->acceleration)) {
        bk_interval_withhold(&made, BK_INTERVAL_UNDEFINED, no_acceleration);
    } else if (!(u > 0 && u < 1)) {
        bk_interval_withhold(&made, BK_INTERVAL_UNDEFINED, no_bias_correction);
    } else {
        BK_TRY(bca_from_ranks(&made, input, u, level));
    }
    *interval = made;
    return BK_OK;
}
