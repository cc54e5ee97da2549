/* SPDX-License-Identifier: GPL-3.0-or-later
 * Confidence sequences: by bets sized for looks at any time, and by the normal approximation of the whole
 * path of means. */
#include "brisk/sequence.h"

#include <math.h>

#include "brisk/stats.h"
#include "stats/betting.h"
#include "stats/distributions.h"
#include "stats/interval.h"

static const bk_interval betting_facts = {
    .method = "betting-sequence",
    .guarantee = BK_GUARANTEE_FINITE_SAMPLE,
    .assumption = "values in [a, b], each of one and the same mean given those before it",
    .promise =
        "covers the mean at every look at once in at least the stated share of all sequences, whatever "
        "the distribution of the values in [a, b]",
};

static const bk_interval asymptotic_facts = {
    .method = "asymptotic-sequence",
    .guarantee = BK_GUARANTEE_ASYMPTOTIC,
    .assumption =
        "independent values of one distribution that has more than two moments; many of them at the "
        "first look",
    .promise =
        "its coverage of the mean at every look at once is at least the level in the limit of ever later "
        "first looks; no promise for looks at any given numbers of values",
};

/* The estimate, and the checks that both sequences share; a range that is not known is [-inf, inf]. */
static bk_status begin(bk_interval *interval, bk_summary *summary, const bk_interval *facts,
                       const double *values, size_t n, double range_low, double range_high, double level)
{
    const char *name = facts->method;
    if (!(level > 0 && level < 1)) {
        return bk_fail(BK_INVALID,
                       "%s: level = %g is outside (0, 1); it is the confidence level, 90 %% is 0.9", name,
                       level);
    }
    if (n == 0) {
        return bk_fail(BK_INVALID, "%s: no values (n = 0); give at least one", name);
    }
    for (size_t i = 0; i < n; i++) {
        if (!isfinite(values[i])) {
            return bk_fail(BK_INVALID, "%s: value %zu (counted from 0) is %g; every value must be finite",
                           name, i, values[i]);
        }
        if (values[i] < range_low || values[i] > range_high) {
            return bk_fail(BK_INVALID,
                           "%s: value %zu (counted from 0) is %g, outside the range [%g, %g] of a value",
                           name, i, values[i], range_low, range_high);
        }
    }
    *summary = bk_summarise(values, n);
    *interval = *facts;
    interval->low = interval->high = interval->half_width = (double)NAN;
    interval->mc_error_low = interval->mc_error_high = (double)NAN;
    /* Rounding may carry the mean of equal values past the outermost of them. */
    interval->estimate = fmin(fmax(summary->mean, summary->minimum), summary->maximum);
    interval->level = level;
    interval->sides = BK_TWO_SIDED;
    interval->status = BK_INTERVAL_OK;
    interval->reason = "";
    interval->n = n;
    return BK_OK;
}

/* The two capitals are hedged, (K+ + K-) / 2 by their larger one: each may grow to 2 / delta. */
static void set_by_bets(bk_interval *interval, bk_bets *bets, const double *values, double range_low,
                        double range_high)
{
    for (size_t i = 0; i < bets->n; i++) {
        bets->loss[i] = bk_bets_scale(values[i], range_low, range_high);
    }
    bk_bets_place(bets, BK_BETS_OPEN);
    const double low = bk_bets_low(bets);
    const double high = bk_bets_high(bets);
    if (low > high) {
        bk_interval_withhold(
            interval, BK_INTERVAL_UNDEFINED,
            "the bets above and below exclude every value between them: either this is one of "
            "the sequences that the level allows to fail, or the mean drifts with the order of "
            "the values; use more values, or look for the drift");
        return;
    }
    const double range = range_high - range_low;
    bk_interval_set_ends(interval, range_low + range * low, range_low + range * high, range_low, range_high);
}

bk_status bk_sequence_betting(bk_interval *interval, const double *values, size_t n, double range_low,
                              double range_high, double level)
{
    if (!(range_low < range_high) || !isfinite(range_high - range_low)) {
        return bk_fail(
            BK_INVALID,
            "betting-sequence: [%g, %g] is no range of values; give a finite low end below the high "
            "one, or use the asymptotic sequence where the range is unknown",
            range_low, range_high);
    }
    bk_interval made;
    bk_summary summary;
    BK_TRY(begin(&made, &summary, &betting_facts, values, n, range_low, range_high, level));
    const bk_interval_request request = bk_interval_request_of(level);
    bk_bets bets;
    if (bk_bets_allocate(&bets, n, -log(bk_tail_of(&request))) != BK_OK) {
        return bk_fail_within("betting-sequence");
    }
    set_by_bets(&made, &bets, values, range_low, range_high);
    bk_bets_clear(&bets);
    *interval = made;
    return BK_OK;
}

/* s - ln(1 + s) - 2 ln(1 / delta): falls below 0 where s is too small to be the best one. */
static double best_scale_defect(double s, const void *context)
{
    const double *log_term = context;
    return bk_log1p_defect(s) - 2 * *log_term;
}

/* n rho^2 of the sequence that is tightest at optimal_n. There optimal_n rho^2 = s with s - ln(1 + s) =
 * 2 ln(1 / delta), or s = -W_(-1)(-delta^2 / e) - 1 with Lambert's function. */
static double scale_at(size_t n, size_t optimal_n, double log_term)
{
    const double above = 4 * log_term + 4; /* s - ln(1 + s) is above 2 log_term here */
    const double best = bk_find_root(best_scale_defect, &log_term, 0, above);
    /* At levels around 1e-300 the root is lost; any small scale has the right limit. */
    return fmax(best, 0x1p-500) * ((double)n / (double)optimal_n);
}

static const char one_value[] = "one value has no sample variance: look later";
static const char equal_values[] =
    "all values are equal, so that the sample variance is 0 and the width says nothing of the mean: look "
    "later, or use the betting sequence where the range is known";

bk_status bk_sequence_asymptotic(bk_interval *interval, const double *values, size_t n, double level,
                                 size_t optimal_n)
{
    if (optimal_n == 0) {
        return bk_fail(BK_INVALID,
                       "asymptotic-sequence: optimal_n = 0; give the number of values at which the "
                       "interval shall be tightest");
    }
    bk_interval made;
    bk_summary summary;
    BK_TRY(begin(&made, &summary, &asymptotic_facts, values, n, -HUGE_VAL, HUGE_VAL, level));
    const double variance = bk_summary_variance(&summary);
    if (!isfinite(summary.mean) || (n > 1 && !isfinite(variance))) {
        return bk_fail(BK_INVALID,
                       "asymptotic-sequence: values so large that mean or variance overflow; scale "
                       "them");
    }
    if (n == 1) {
        bk_interval_withhold(&made, BK_INTERVAL_UNDEFINED, one_value);
        *interval = made;
        return BK_OK;
    }
    const double log_term = -log1p(-level);
    const double scale = scale_at(n, optimal_n, log_term);
    const double factor = (scale + 1) / scale * (log1p(scale) + 2 * log_term);
    bk_interval_set_symmetric(&made, sqrt(variance) * sqrt(factor / (double)n), -HUGE_VAL, HUGE_VAL);
    if (!(variance > 0)) {
        bk_interval_mark_degenerate(&made, equal_values);
    }
    *interval = made;
    return BK_OK;
}
