/* SPDX-License-Identifier: GPL-3.0-or-later
 * The public bootstrap of any statistic: plan, draw, keep the ladder and the facts, answer with intervals. */
#include <math.h>

#include "stats/bootstrap_run.h"
#include "stats/ladder.h"

#define FEW_GROUPS 30

struct bk_bootstrap {
    bk_ladder ladder;
    bk_bootstrap_facts facts;
    double *replicates; /* NULL unless kept */
};

void bk_bootstrap_destroy(bk_bootstrap *bootstrap)
{
    if (bootstrap) {
        bk_ladder_clear(&bootstrap->ladder);
        bk_free(bootstrap->replicates);
        bk_free(bootstrap);
    }
}

const double *bk_bootstrap_replicates(const bk_bootstrap *bootstrap) { return bootstrap->replicates; }

bk_bootstrap_facts bk_bootstrap_facts_of(const bk_bootstrap *bootstrap) { return bootstrap->facts; }

/* Equality up to rounding, judged against the largest value that went in, or came out. */
static double tolerance_of(const bk_bootstrap_plan *plan, const bk_ladder *ladder)
{
    double scale = plan->scale;
    if (plan->form != BK_FORM_MEAN && ladder->count > 0) {
        const double lowest = fabs(ladder->sorted[0]), highest = fabs(ladder->sorted[ladder->count - 1]);
        scale = fabs(plan->original);
        scale = lowest > scale ? lowest : scale;
        scale = highest > scale ? highest : scale;
    }
    return ldexp(scale, -40);
}

/* a by regression on the counts of all replicates, which are drawn once more. */
static bk_status regression(double *acceleration, const bk_bootstrap_plan *plan, const double *replicates)
{
    if (plan->data.group || plan->samples_count > 1) {
        return bk_fail(
            BK_INVALID,
            "bootstrap: influence by regression is for one sample without groups; use the jackknife");
    }
    const size_t n = plan->points, resamples = plan->options.resamples;
    size_t cells;
    if (!bk_multiply_sizes(&cells, n, resamples)) {
        return bk_fail(BK_OVERFLOW, "bootstrap: %zu counts of %zu resamples do not fit in memory", n,
                       resamples);
    }
    uint32_t *counts = n <= 2000 ? bk_allocate(cells, sizeof *counts) : NULL;
    double *influence = bk_allocate(n, sizeof *influence);
    bk_status status = n > 2000 || (counts && influence) ? BK_OK : bk_error_status();
    for (size_t r = 0; r < resamples && status == BK_OK && counts; r++) {
        status = bk_bootstrap_counts_of(counts + r * n, plan, r);
    }
    if (status == BK_OK) {
        status = bk_influence_regression(influence, replicates, counts, resamples, n);
    }
    if (status == BK_OK) {
        *acceleration = bk_acceleration_influence(influence, &n, 1);
    }
    bk_free(counts);
    bk_free(influence);
    return status;
}

static bk_status set_acceleration(bk_bootstrap *made, const bk_bootstrap_plan *plan, const double *replicates)
{
    bk_ladder *ladder = &made->ladder;
    ladder->acceleration = (double)NAN;
    const bool varies =
        ladder->count > 0 && ladder->sorted[ladder->count - 1] - ladder->sorted[0] > ladder->tolerance;
    if (!varies) {
        return BK_OK; /* what the jackknife found would be rounding */
    }
    if (plan->options.influence == BK_INFLUENCE_REGRESSION) {
        return regression(&ladder->acceleration, plan, replicates);
    }
    BK_TRY(bk_bootstrap_jackknife(&ladder->acceleration, &ladder->flat_jackknife, plan));
    if (ladder->flat_jackknife) {
        ladder->acceleration = 0;
    }
    return BK_OK;
}

static void set_facts(bk_bootstrap *made, const bk_bootstrap_plan *plan)
{
    const bk_ladder *ladder = &made->ladder;
    made->facts = (bk_bootstrap_facts){
        .original = plan->original,
        .bias = ladder->mean - plan->original,
        .standard_error = ladder->sd,
        .original_error = plan->original_error,
        .z0 = ladder->count > 0 ? bk_ladder_z0(ladder) : (double)NAN,
        .acceleration = ladder->acceleration,
        .flat_jackknife = ladder->flat_jackknife,
        .resamples = plan->options.resamples,
        .undefined = ladder->drawn - ladder->count,
        .zero_variance = ladder->zero_variance,
        .below = (size_t)ladder->below,
        .equal = (size_t)ladder->equal,
        .tolerance = ladder->tolerance,
        .n = plan->points,
        .groups = plan->data.group ? plan->data.groups : 0,
    };
}

static bk_status climb(bk_bootstrap *made, const bk_bootstrap_plan *plan, const double *replicates,
                       const double *errors)
{
    bk_ladder *ladder = &made->ladder;
    *ladder = (bk_ladder){
        .estimate = plan->original,
        .estimate_error = plan->original_error,
        .few_groups = plan->data.group && plan->data.groups < FEW_GROUPS,
        .range_low = plan->options.range_known ? plan->options.range_low : -HUGE_VAL,
        .range_high = plan->options.range_known ? plan->options.range_high : HUGE_VAL,
        .quantile_rule = plan->options.quantile_rule,
        .ties = plan->options.ties,
        .n = plan->points,
    };
    BK_TRY(bk_ladder_sort(ladder, replicates, plan->options.resamples));
    ladder->tolerance = tolerance_of(plan, ladder);
    bk_ladder_rank(ladder);
    if (errors) {
        BK_TRY(bk_ladder_set_pivots(ladder, replicates, errors, plan->options.resamples));
    }
    BK_TRY(set_acceleration(made, plan, replicates));
    set_facts(made, plan);
    return BK_OK;
}

static bk_status run(bk_bootstrap *made, bk_bootstrap_plan *plan)
{
    BK_TRY(bk_bootstrap_original(plan));
    if (!isfinite(plan->original)) {
        return bk_fail(BK_INVALID, "bootstrap: the %s of the data is %g; it must be finite",
                       bk_statistic_name(plan->options.statistic), plan->original);
    }
    made->replicates = bk_allocate(plan->options.resamples, sizeof *made->replicates);
    double *errors = plan->has_errors ? bk_allocate(plan->options.resamples, sizeof *errors) : NULL;
    bk_status status = made->replicates && (errors || !plan->has_errors) ? BK_OK : bk_error_status();
    if (status == BK_OK) {
        status = bk_bootstrap_draw(made->replicates, errors, plan);
    }
    if (status == BK_OK) {
        status = climb(made, plan, made->replicates, errors);
    }
    bk_free(errors);
    if (!plan->options.keep_replicates) {
        bk_free(made->replicates);
        made->replicates = NULL;
    }
    return status;
}

bk_bootstrap *bk_bootstrap_create(const bk_bootstrap_data *data, const bk_bootstrap_options *options)
{
    bk_bootstrap_plan plan;
    if (bk_bootstrap_plan_make(&plan, data, options) != BK_OK) {
        return NULL;
    }
    bk_bootstrap *made = bk_allocate(1, sizeof *made);
    if (made && run(made, &plan) != BK_OK) {
        bk_bootstrap_destroy(made);
        made = NULL;
    }
    bk_bootstrap_plan_clear(&plan);
    return made;
}

bk_status bk_bootstrap_interval(bk_interval *interval, bk_bootstrap_orders *orders,
                                const bk_bootstrap *bootstrap, bk_method method, double level, bk_sides sides)
{
    if (method < BK_METHOD_BOOTSTRAP_PERCENTILE || method > BK_METHOD_BOOTSTRAP_BCA) {
        return bk_fail(BK_INVALID, "method number %d is not one of the resampled intervals", (int)method);
    }
    BK_TRY(bk_check_level(method, level));
    bk_interval made = bk_interval_begin(method, bootstrap->facts.original, level);
    made.sides = sides;
    bk_ladder_interval(&made, orders, &bootstrap->ladder, method);
    *interval = made;
    return BK_OK;
}
