/* SPDX-License-Identifier: GPL-3.0-or-later
 * Bootstrap intervals from given replicates: checks, then a ladder for one interval. */
#include <math.h>

#include "stats/ladder.h"

static bk_status check_replicates(const char *name, const bk_bootstrap_input *input)
{
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
    if (!(input->tolerance >= 0)) {
        return bk_fail(BK_INVALID, "%s: the tolerance is %g; it must not be negative", name,
                       input->tolerance);
    }
    for (size_t i = 0; i < input->resamples; i++) {
        if (!isfinite(input->replicates[i])) {
            return bk_fail(BK_INVALID, "%s: replicates[%zu] is %g; every replicate must be finite", name, i,
                           input->replicates[i]);
        }
    }
    return BK_OK;
}

static bk_status check_ranks(const char *name, const bk_bootstrap_input *input)
{
    if (input->below >= 0 && input->equal >= 0 && input->below + input->equal <= (double)input->resamples) {
        return BK_OK;
    }
    return bk_fail(BK_INVALID,
                   "%s: %g replicates below and %g equal to the estimate do not fit %zu resamples", name,
                   input->below, input->equal, input->resamples);
}

static bk_status check_errors(const char *name, const bk_bootstrap_input *input)
{
    for (size_t i = 0; input->standard_errors && i < input->resamples; i++) {
        if (!(input->standard_errors[i] >= 0)) {
            return bk_fail(BK_INVALID, "%s: standard_errors[%zu] is %g; none may be negative", name, i,
                           input->standard_errors[i]);
        }
    }
    return BK_OK;
}

static bk_status check_input(bk_method method, const bk_bootstrap_input *input)
{
    if (method < BK_METHOD_BOOTSTRAP_PERCENTILE || method > BK_METHOD_BOOTSTRAP_BCA) {
        return bk_fail(BK_INVALID, "method number %d is not one of the resampled intervals", (int)method);
    }
    const char *name = bk_interval_method_row(method)->name;
    BK_TRY(check_replicates(name, input));
    if (method == BK_METHOD_BOOTSTRAP_BCA) {
        BK_TRY(check_ranks(name, input));
    }
    return method == BK_METHOD_BOOTSTRAP_STUDENTIZED ? check_errors(name, input) : BK_OK;
}

static bk_status fill_ladder(bk_ladder *ladder, const bk_bootstrap_input *input, bk_method method)
{
    BK_TRY(bk_ladder_sort(ladder, input->replicates, input->resamples));
    if (method == BK_METHOD_BOOTSTRAP_STUDENTIZED && input->standard_errors) {
        return bk_ladder_set_pivots(ladder, input->replicates, input->standard_errors, input->resamples);
    }
    return BK_OK;
}

bk_status bk_interval_bootstrap(bk_interval *interval, bk_bootstrap_orders *orders,
                                const bk_bootstrap_input *input, bk_method method, double level,
                                bk_sides sides)
{
    BK_TRY(check_input(method, input));
    BK_TRY(bk_check_level(method, level));
    bk_ladder ladder = {
        .estimate = input->estimate,
        .below = input->below,
        .equal = input->equal,
        .tolerance = input->tolerance,
        .acceleration = input->acceleration,
        .range_low = input->range_low,
        .range_high = input->range_high,
        .quantile_rule = input->quantile_rule,
        .ties = input->ties,
        .estimate_error = input->estimate_error,
    };
    const bk_status status = fill_ladder(&ladder, input, method);
    if (status == BK_OK) {
        bk_interval made = bk_interval_begin(method, input->estimate, level);
        made.sides = sides;
        bk_ladder_interval(&made, orders, &ladder, method);
        *interval = made;
    }
    bk_ladder_clear(&ladder);
    return status;
}

bk_status bk_interval_bootstrap_percentile(bk_interval *interval, const bk_bootstrap_input *input,
                                           double level)
{
    return bk_interval_bootstrap(interval, NULL, input, BK_METHOD_BOOTSTRAP_PERCENTILE, level, BK_TWO_SIDED);
}

bk_status bk_interval_bootstrap_bca(bk_interval *interval, const bk_bootstrap_input *input, double level)
{
    return bk_interval_bootstrap(interval, NULL, input, BK_METHOD_BOOTSTRAP_BCA, level, BK_TWO_SIDED);
}
