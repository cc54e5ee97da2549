/* SPDX-License-Identifier: GPL-3.0-or-later
 * Lays a bootstrap out: units by sample, the columns that are summed over them, and the statistic of the
 * data. */
#include "stats/bootstrap_plan.h"

#include <math.h>

#include "stats/lanes.h"
#include "stats/quantile.h"
#include "stats/resample.h"

void bk_bootstrap_plan_clear(bk_bootstrap_plan *plan)
{
    bk_free(plan->samples);
    bk_free(plan->columns);
    bk_free(plan->unit_point);
    bk_free(plan->unit_start);
    bk_free(plan->ascending);
    bk_error_law_clear(&plan->law);
    plan->samples = NULL;
    plan->columns = NULL;
    plan->unit_point = plan->ascending = NULL;
    plan->unit_start = NULL;
}

/* Points in the order of their labels: unit_point, and start [labels + 1]. Counting sort, stable. */
static bk_status order_points(uint32_t *point, size_t *start, const uint32_t *label, size_t n, size_t labels)
{
    size_t *next = bk_allocate(labels, sizeof *next);
    if (!next) {
        return bk_error_status();
    }
    for (size_t i = 0; i < n; i++) {
        start[label[i] + 1]++;
    }
    for (size_t l = 0; l < labels; l++) {
        next[l] = start[l];
        start[l + 1] += start[l];
    }
    for (size_t i = 0; i < n; i++) {
        point[next[label[i]]++] = (uint32_t)i;
    }
    bk_free(next);
    return BK_OK;
}

static bk_status set_samples(bk_bootstrap_plan *plan, const size_t *start)
{
    plan->samples = bk_allocate(plan->samples_count, sizeof *plan->samples);
    if (!plan->samples) {
        return bk_error_status();
    }
    const bk_bootstrap_data *data = &plan->data;
    for (size_t s = 0; s < plan->samples_count; s++) {
        bk_sample *sample = &plan->samples[s];
        if (start) {
            sample->first = start[s];
            sample->n = start[s + 1] - start[s];
            sample->coefficient = data->prior ? data->prior[s] : (double)sample->n / (double)data->n;
        } else {
            sample->first = s == 0 ? 0 : data->n;
            sample->n = s == 1 ? data->n_y : data->group ? data->groups : data->n;
            sample->coefficient = s == 0 ? 1 : -1;
        }
    }
    return BK_OK;
}

/* Units and samples. */
static bk_status set_units(bk_bootstrap_plan *plan)
{
    const bk_bootstrap_data *data = &plan->data;
    plan->points = bk_bootstrap_points(data);
    plan->units = data->group ? data->groups : plan->points;
    plan->samples_count = data->stratum ? data->strata : data->n_y > 0 ? 2 : 1;
    if (!data->stratum && !data->group) {
        return set_samples(plan, NULL);
    }
    const uint32_t *label = data->stratum ? data->stratum : data->group;
    const size_t labels = data->stratum ? data->strata : data->groups;
    plan->unit_point = bk_allocate(plan->points, sizeof *plan->unit_point);
    size_t *start = bk_allocate(labels + 1, sizeof *start);
    bk_status status = plan->unit_point && start ? BK_OK : bk_error_status();
    if (status == BK_OK) {
        status = order_points(plan->unit_point, start, label, plan->points, labels);
    }
    if (status == BK_OK) {
        status = set_samples(plan, data->stratum ? start : NULL);
    }
    if (data->group) {
        plan->unit_start = start;
    } else {
        bk_free(start);
    }
    return status;
}

static void choose_form(bk_bootstrap_plan *plan)
{
    const bk_bootstrap_data *data = &plan->data;
    const bk_statistic statistic = plan->options.statistic;
    const bool ratio = statistic == BK_STATISTIC_RATIO || data->weight || data->group;
    plan->form = BK_FORM_COUNTS;
    if (statistic == BK_STATISTIC_MEAN || statistic == BK_STATISTIC_DIFFERENCE ||
        statistic == BK_STATISTIC_RATIO) {
        plan->form = !ratio ? BK_FORM_MEAN : data->prior ? BK_FORM_RATIO : BK_FORM_COMBINED;
    } else if ((statistic == BK_STATISTIC_VARIANCE || statistic == BK_STATISTIC_SD) &&
               plan->samples_count == 1 && !data->group) {
        plan->form = BK_FORM_MOMENTS;
    }
    plan->has_errors =
        plan->options.studentized && (plan->form == BK_FORM_MEAN || statistic == BK_STATISTIC_USER);
    plan->width = plan->form == BK_FORM_MEAN && !plan->has_errors ? 1 : 2;
}

/* The value of a point, and its denominator. */
static double numerator(const bk_bootstrap_plan *plan, size_t point)
{
    const bk_bootstrap_data *data = &plan->data;
    if (point >= data->n) {
        return data->y[point - data->n];
    }
    const bool paired = plan->options.statistic == BK_STATISTIC_DIFFERENCE && data->n_y == 0;
    const double value = paired ? data->x[point] - data->y[point] : data->x[point];
    return data->weight ? data->weight[point] * value : value;
}

static double denominator(const bk_bootstrap_plan *plan, size_t point)
{
    const bk_bootstrap_data *data = &plan->data;
    const double value = plan->options.statistic == BK_STATISTIC_RATIO ? data->y[point] : 1;
    return data->weight ? data->weight[point] * value : value;
}

/* Sums of numerators and denominators of one unit. */
static void unit_sums(double sums[2], const bk_bootstrap_plan *plan, size_t unit)
{
    const size_t begin = plan->unit_start ? plan->unit_start[unit] : unit;
    const size_t end = plan->unit_start ? plan->unit_start[unit + 1] : unit + 1;
    sums[0] = sums[1] = 0;
    for (size_t i = begin; i < end; i++) {
        const size_t point = plan->unit_point ? plan->unit_point[i] : i;
        sums[0] += numerator(plan, point);
        sums[1] += denominator(plan, point);
    }
}

/* Columns of a sample: x; x and d^2; d and d^2; or u and v. */
static void fill_sample(bk_bootstrap_plan *plan, bk_sample *sample, double *column)
{
    double sums[2];
    const size_t width = plan->width;
    bk_lanes total = {{0}};
    for (size_t i = 0; i < sample->n; i++) {
        unit_sums(sums, plan, sample->first + i);
        column[width * i] = sums[0];
        total.lane[i % BK_LANES] += sums[0];
        const double size = fabs(sums[0]);
        if (plan->form == BK_FORM_MEAN && size > plan->scale) {
            plan->scale = size;
        }
        if (width == 2) {
            column[2 * i + 1] = sums[1];
        }
    }
    sample->columns = column;
    sample->total = bk_lanes_join(&total);
    sample->mean = sample->total / (double)sample->n;
    for (size_t i = 0;
         i < sample->n && (plan->form == BK_FORM_MEAN || plan->form == BK_FORM_MOMENTS) && width == 2; i++) {
        const double d = column[2 * i] - sample->mean;
        column[2 * i + 1] = d * d;
        column[2 * i] = plan->form == BK_FORM_MOMENTS ? d : column[2 * i];
    }
}

/* Where a unit's only number is the caller's value, a copy of large data would cost more than many
 * resamples of it. */
static bool is_as_given(const bk_bootstrap_plan *plan)
{
    const bk_bootstrap_data *data = &plan->data;
    const bool paired = plan->options.statistic == BK_STATISTIC_DIFFERENCE && data->n_y == 0;
    return plan->form == BK_FORM_MEAN && plan->width == 1 && !plan->unit_point && !data->weight && !paired;
}

static void take_sample(bk_bootstrap_plan *plan, bk_sample *sample)
{
    sample->columns = sample->first == 0 ? plan->data.x : plan->data.y;
    sample->total = bk_lanes_sum(sample->columns, sample->n);
    sample->mean = sample->total / (double)sample->n;
    const double largest = bk_lanes_largest(sample->columns, sample->n);
    plan->scale = largest > plan->scale ? largest : plan->scale;
}

static bk_status fill_columns(bk_bootstrap_plan *plan)
{
    size_t cells;
    if (is_as_given(plan)) {
        for (size_t s = 0; s < plan->samples_count; s++) {
            take_sample(plan, &plan->samples[s]);
        }
        return BK_OK;
    }
    if (!bk_multiply_sizes(&cells, plan->units, plan->width)) {
        return bk_fail(BK_OVERFLOW, "bootstrap: %zu units do not fit in memory", plan->units);
    }
    plan->columns = bk_allocate(cells, sizeof *plan->columns);
    if (!plan->columns) {
        return bk_error_status();
    }
    double *columns = plan->columns;
    for (size_t s = 0; s < plan->samples_count; s++) {
        fill_sample(plan, &plan->samples[s], columns);
        columns += plan->width * plan->samples[s].n;
    }
    return BK_OK;
}

/* The law of resampled error counts, where that is what is asked for and all losses are 0 or 1. */
static bk_status make_law(bk_bootstrap_plan *plan)
{
    const bk_bootstrap_data *data = &plan->data;
    uint64_t errors = 0;
    if (!plan->options.binomial || plan->options.statistic != BK_STATISTIC_MEAN || plan->samples_count > 1 ||
        plan->form != BK_FORM_MEAN || plan->options.influence == BK_INFLUENCE_REGRESSION) {
        return BK_OK;
    }
    for (size_t i = 0; i < data->n; i++) {
        if (data->x[i] != 0 && data->x[i] != 1) {
            return BK_OK;
        }
        errors += data->x[i] == 1;
    }
    return bk_error_law_make(&plan->law, errors, data->n);
}

/* Points by ascending x: the order of the sorted keys, found through pairs (value, point). */
static bk_status sort_points(bk_bootstrap_plan *plan)
{
    plan->ascending = bk_allocate(plan->points, sizeof *plan->ascending);
    if (!plan->ascending) {
        return bk_error_status();
    }
    return bk_sort_order(plan->ascending, plan->data.x, plan->points);
}

bk_status bk_bootstrap_plan_make(bk_bootstrap_plan *plan, const bk_bootstrap_data *data,
                                 const bk_bootstrap_options *options)
{
    BK_TRY(bk_bootstrap_check(data, options));
    *plan = (bk_bootstrap_plan){.data = *data, .options = *options, .original_error = (double)NAN};
    bk_status status = set_units(plan);
    if (status == BK_OK) {
        choose_form(plan);
        if (plan->form != BK_FORM_COUNTS) {
            status = fill_columns(plan);
            status = status == BK_OK ? make_law(plan) : status;
        } else if (options->statistic != BK_STATISTIC_USER) {
            status = sort_points(plan);
        }
    }
    if (status != BK_OK) {
        bk_bootstrap_plan_clear(plan);
    }
    return status;
}
