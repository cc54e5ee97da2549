/* SPDX-License-Identifier: GPL-3.0-or-later
 * What a bootstrap can be asked for: names of statistics, and refusal of data and options without a meaning.
 */
#include <float.h>
#include <math.h>
#include <string.h>

#include "stats/bootstrap_plan.h"

static const char *const statistic_names[] = {
    [BK_STATISTIC_MEAN] = "mean",
    [BK_STATISTIC_VARIANCE] = "variance",
    [BK_STATISTIC_SD] = "sd",
    [BK_STATISTIC_MEDIAN] = "median",
    [BK_STATISTIC_QUANTILE] = "quantile",
    [BK_STATISTIC_TRIMMED_MEAN] = "trimmed-mean",
    [BK_STATISTIC_RATIO] = "ratio",
    [BK_STATISTIC_DIFFERENCE] = "difference",
    [BK_STATISTIC_USER] = "user",
};
_Static_assert(sizeof statistic_names / sizeof statistic_names[0] == BK_STATISTIC_COUNT, "one name each");

const char *bk_statistic_name(bk_statistic statistic)
{
    return (size_t)statistic < BK_STATISTIC_COUNT ? statistic_names[statistic] : "unknown";
}

bk_status bk_statistic_find(bk_statistic *statistic, const char *name)
{
    for (size_t i = 0; i < BK_STATISTIC_COUNT; i++) {
        if (strcmp(name, statistic_names[i]) == 0) {
            *statistic = (bk_statistic)i;
            return BK_OK;
        }
    }
    const char *nearest = bk_nearest_name(name, statistic_names, BK_STATISTIC_COUNT);
    return bk_fail(BK_INVALID, "no statistic is called '%s'%s%s%s", name, nearest ? "; did you mean '" : "",
                   nearest ? nearest : "",
                   nearest ? "'?"
                           : "; known are mean, variance, sd, median, quantile, "
                             "trimmed-mean, ratio, difference");
}

bk_bootstrap_options bk_bootstrap_options_of(bk_statistic statistic)
{
    return (bk_bootstrap_options){.statistic = statistic, .parameter = 0.5, .resamples = 9999, .seed = 1};
}

size_t bk_bootstrap_points(const bk_bootstrap_data *data) { return data->n + data->n_y; }

/* Whether all |values| are at most so large and, where they must be, not negative. */
static bool are_fine(const double *values, size_t n, double largest, bool negative)
{
    unsigned bad = 0;
    for (size_t i = 0; i < n; i++) {
        bad |= !(fabs(values[i]) <= largest) || (!negative && values[i] < 0);
    }
    return bad == 0;
}

static bk_status check_values(const char *name, const double *values, size_t n, bool negative)
{
    const double largest = DBL_MAX / 4 / (double)n;
    if (are_fine(values, n, largest, negative)) {
        return BK_OK;
    }
    size_t i = 0;
    while (are_fine(values + i, 1, largest, negative)) {
        i++;
    }
    if (!(fabs(values[i]) <= largest)) {
        return bk_fail(
            BK_INVALID,
            "bootstrap: %s[%zu] = %g; values must be finite, and n of them within reach of a double", name, i,
            values[i]);
    }
    return bk_fail(BK_INVALID, "bootstrap: %s[%zu] = %g is negative", name, i, values[i]);
}

/* Labels below their count, none of which is empty. */
static bk_status check_labels(const char *name, const uint32_t *label, size_t n, size_t labels)
{
    if (labels == 0 || labels > n) {
        return bk_fail(BK_INVALID, "bootstrap: %zu labels of %s among %zu points; each label needs a point",
                       labels, name, n);
    }
    uint8_t *seen = bk_allocate(labels, 1);
    if (!seen) {
        return bk_error_status();
    }
    size_t found = 0;
    bk_status status = BK_OK;
    for (size_t i = 0; i < n && status == BK_OK; i++) {
        if (label[i] >= labels) {
            status = bk_fail(BK_INVALID, "bootstrap: %s[%zu] = %u, but there are %zu", name, i,
                             (unsigned)label[i], labels);
        } else if (!seen[label[i]]) {
            seen[label[i]] = 1;
            found++;
        }
    }
    if (status == BK_OK && found < labels) {
        size_t empty = 0;
        while (seen[empty]) {
            empty++;
        }
        status = bk_fail(BK_INVALID, "bootstrap: no point has %s %zu", name, empty);
    }
    bk_free(seen);
    return status;
}

static bk_status check_sizes(const bk_bootstrap_data *data, const bk_bootstrap_options *options)
{
    if (options->resamples == 0 || options->resamples > UINT32_MAX) {
        return bk_fail(BK_INVALID, "bootstrap: resamples = %zu; draw at least one and at most 2^32 - 1",
                       options->resamples);
    }
    if (data->n == 0) {
        return bk_fail(BK_INVALID, "bootstrap: no points (n = 0); give at least one");
    }
    if (data->n > UINT32_MAX || data->n_y > UINT32_MAX - data->n) {
        return bk_fail(BK_INVALID,
                       "bootstrap: %zu and %zu points are more than 2^32 - 1, the reach of a 32-bit index",
                       data->n, data->n_y);
    }
    if ((size_t)options->statistic >= BK_STATISTIC_COUNT) {
        return bk_fail(BK_INVALID, "bootstrap: statistic number %d does not exist", (int)options->statistic);
    }
    if (options->range_known && !(options->range_low < options->range_high)) {
        return bk_fail(BK_INVALID, "bootstrap: [%g, %g] is no range of the statistic", options->range_low,
                       options->range_high);
    }
    return BK_OK;
}

static bk_status check_statistic(const bk_bootstrap_data *data, const bk_bootstrap_options *options)
{
    const bk_statistic statistic = options->statistic;
    const char *name = bk_statistic_name(statistic);
    const bool user = statistic == BK_STATISTIC_USER;
    const bool second = statistic == BK_STATISTIC_RATIO || statistic == BK_STATISTIC_DIFFERENCE;
    if (user && !options->function) {
        return bk_fail(BK_INVALID, "bootstrap: a user's statistic needs a function");
    }
    if (!user && !data->x) {
        return bk_fail(BK_INVALID, "bootstrap: the %s needs values x", name);
    }
    if (second && !data->y) {
        return bk_fail(BK_INVALID, "bootstrap: the %s needs values y", name);
    }
    if (data->n_y > 0 && statistic != BK_STATISTIC_DIFFERENCE && !user) {
        return bk_fail(
            BK_INVALID,
            "bootstrap: a second, independent sample is for the difference or a user's statistic, not "
            "the %s",
            name);
    }
    if (statistic == BK_STATISTIC_QUANTILE && !(options->parameter >= 0 && options->parameter <= 1)) {
        return bk_fail(BK_INVALID, "bootstrap: the quantile's level is %g; it must be in [0, 1]",
                       options->parameter);
    }
    if (statistic == BK_STATISTIC_TRIMMED_MEAN && !(options->parameter >= 0 && options->parameter < 0.5)) {
        return bk_fail(BK_INVALID, "bootstrap: the trimmed share is %g; it must be in [0, 1/2)",
                       options->parameter);
    }
    return BK_OK;
}

/* Weights, strata, priors, groups: which go together. */
static bk_status check_design(const bk_bootstrap_data *data, const bk_bootstrap_options *options)
{
    const bk_statistic statistic = options->statistic;
    const bool weighs = statistic == BK_STATISTIC_MEAN || statistic == BK_STATISTIC_RATIO ||
                        (statistic == BK_STATISTIC_DIFFERENCE && data->n_y == 0);
    if ((data->weight || data->prior) && !weighs) {
        return bk_fail(
            BK_INVALID,
            "bootstrap: weights and priors are for the mean, ratio and paired difference, not the %s",
            bk_statistic_name(statistic));
    }
    if (data->prior && !data->stratum) {
        return bk_fail(BK_INVALID, "bootstrap: priors without strata");
    }
    if (data->stratum && data->group) {
        return bk_fail(BK_INVALID,
                       "bootstrap: strata and groups together are not supported; resample groups alone");
    }
    if (data->n_y > 0 && (data->stratum || data->group)) {
        return bk_fail(BK_INVALID, "bootstrap: two independent samples cannot have strata or groups");
    }
    return BK_OK;
}

static bk_status check_prior(const bk_bootstrap_data *data)
{
    double sum = 0;
    for (size_t s = 0; s < data->strata; s++) {
        if (!(data->prior[s] >= 0 && data->prior[s] <= 1)) {
            return bk_fail(BK_INVALID, "bootstrap: prior[%zu] = %g is no probability", s, data->prior[s]);
        }
        sum += data->prior[s];
    }
    if (fabs(sum - 1) > 1e-9) {
        return bk_fail(BK_INVALID, "bootstrap: the priors sum to %.12g; they must sum to 1", sum);
    }
    return BK_OK;
}

static bk_status check_weight(const bk_bootstrap_data *data)
{
    BK_TRY(check_values("weight", data->weight, data->n, false));
    double sum = 0;
    for (size_t i = 0; i < data->n; i++) {
        sum += data->weight[i];
    }
    return sum > 0 ? BK_OK : bk_fail(BK_INVALID, "bootstrap: all weights are 0");
}

bk_status bk_bootstrap_check(const bk_bootstrap_data *data, const bk_bootstrap_options *options)
{
    BK_TRY(check_sizes(data, options));
    BK_TRY(check_statistic(data, options));
    BK_TRY(check_design(data, options));
    const size_t n_y = data->n_y > 0 ? data->n_y : data->n;
    if (data->x) {
        BK_TRY(check_values("x", data->x, data->n, true));
    }
    if (data->y) {
        BK_TRY(check_values("y", data->y, n_y, true));
    }
    if (data->weight) {
        BK_TRY(check_weight(data));
    }
    if (data->stratum) {
        BK_TRY(check_labels("stratum", data->stratum, data->n, data->strata));
    }
    if (data->prior) {
        BK_TRY(check_prior(data));
    }
    return data->group ? check_labels("group", data->group, data->n, data->groups) : BK_OK;
}
