/* SPDX-License-Identifier: GPL-3.0-or-later
 * A statistic from how often each point counts: a walk over the points in ascending order, or a user's
 * function. */
#include <math.h>

#include "stats/bootstrap_plan.h"

/* The order statistics of the counted values at ranks low and low + 1 (from 0), by one walk. */
static double quantile_of(const bk_bootstrap_plan *plan, const uint32_t *count, uint64_t total, double level)
{
    const double position = level * (double)(total - 1);
    const uint64_t low = (uint64_t)position;
    const double share = position - (double)low;
    uint64_t passed = 0;
    size_t i = 0;
    for (;; i++) {
        passed += count[plan->ascending[i]];
        if (passed > low) {
            break;
        }
    }
    const double below = plan->data.x[plan->ascending[i]];
    if (share == 0 || passed > low + 1) {
        return below;
    }
    for (i++; count[plan->ascending[i]] == 0; i++) {
    }
    return below + share * (plan->data.x[plan->ascending[i]] - below);
}

/* Mean of the counted values without `cut` at each end. */
static double trimmed_mean_of(const bk_bootstrap_plan *plan, const uint32_t *count, uint64_t total,
                              double share)
{
    const uint64_t cut = (uint64_t)(share * (double)total);
    const uint64_t end = total - cut;
    uint64_t passed = 0;
    double sum = 0;
    for (size_t i = 0; i < plan->points && passed < end; i++) {
        const uint32_t point = plan->ascending[i];
        const uint64_t from = passed > cut ? passed : cut;
        passed += count[point];
        const uint64_t to = passed < end ? passed : end;
        if (to > from) {
            sum += (double)(to - from) * plan->data.x[point];
        }
    }
    return sum / (double)(end - cut);
}

/* Variance with n - 1, in two passes. */
static double variance_of(const bk_bootstrap_plan *plan, const uint32_t *count, uint64_t total)
{
    const double *x = plan->data.x;
    double sum = 0, squares = 0;
    for (size_t i = 0; i < plan->points; i++) {
        sum += (double)count[i] * x[i];
    }
    const double mean = sum / (double)total;
    for (size_t i = 0; i < plan->points; i++) {
        squares += (double)count[i] * ((x[i] - mean) * (x[i] - mean));
    }
    return total > 1 ? squares / (double)(total - 1) : (double)NAN;
}

/* The user's form of a resample. */
static bk_status call_user(double *value, double *error, const bk_bootstrap_plan *plan, bk_counting *scratch,
                           uint64_t total)
{
    if (total > scratch->room) {
        const size_t room = (size_t)total + (size_t)total / 4;
        uint32_t *grown = bk_reallocate(scratch->index, scratch->room, room, sizeof *grown);
        if (!grown) {
            return bk_error_status();
        }
        scratch->index = grown;
        scratch->room = room;
    }
    size_t drawn = 0;
    for (size_t i = 0; i < plan->points; i++) {
        for (uint32_t c = 0; c < scratch->count[i]; c++) {
            scratch->index[drawn++] = (uint32_t)i;
        }
    }
    const bk_resample resample = {
        .n = plan->points, .count = scratch->count, .drawn = drawn, .index = scratch->index};
    *value = plan->options.function(&resample, error, plan->options.context);
    return BK_OK;
}

bk_status bk_bootstrap_value(double *value, double *error, const bk_bootstrap_plan *plan,
                             bk_counting *scratch)
{
    const uint32_t *count = scratch->count;
    uint64_t total = 0;
    for (size_t i = 0; i < plan->points; i++) {
        total += count[i];
    }
    *error = (double)NAN;
    *value = (double)NAN;
    if (total == 0) {
        return BK_OK;
    }
    switch (plan->options.statistic) {
    case BK_STATISTIC_MEDIAN:
        *value = quantile_of(plan, count, total, 0.5);
        return BK_OK;
    case BK_STATISTIC_QUANTILE:
        *value = quantile_of(plan, count, total, plan->options.parameter);
        return BK_OK;
    case BK_STATISTIC_TRIMMED_MEAN:
        *value = trimmed_mean_of(plan, count, total, plan->options.parameter);
        return BK_OK;
    case BK_STATISTIC_VARIANCE:
        *value = variance_of(plan, count, total);
        return BK_OK;
    case BK_STATISTIC_SD:
        *value = sqrt(variance_of(plan, count, total));
        return BK_OK;
    default:
        return call_user(value, error, plan, scratch, total);
    }
}
