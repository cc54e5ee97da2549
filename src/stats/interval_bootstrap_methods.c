/* SPDX-License-Identifier: GPL-3.0-or-later
 * The bootstrap rows of the method table: one set of resamples of the mean for all that were asked for, and
 * the ideal bootstrap of an error count. */
#include "brisk/bootstrap.h"
#include "stats/interval.h"

static const char needs_labels[] = "groups, strata or weights change what is drawn, and here only the losses "
                                   "are known: use bk_bootstrap_create "
                                   "with them";

static bool is_ideal(size_t method) { return method >= BK_METHOD_IDEAL_PERCENTILE; }

/* k ones and n - k zeros, for 0/1 losses of which only the counts are known; NULL on failure. */
static double *values_of_count(const bk_losses *losses)
{
    double *values = bk_allocate(losses->n, sizeof *values);
    for (uint64_t i = 0; values && i < losses->errors; i++) {
        values[i] = 1;
    }
    return values;
}

static bk_bootstrap *resample(const bk_losses *losses, const double *values,
                              const bk_interval_request *request, bool studentized)
{
    const bk_bootstrap_data data = {.x = values, .n = losses->n};
    bk_bootstrap_options options = bk_bootstrap_options_of(BK_STATISTIC_MEAN);
    options.resamples = request->resamples;
    options.seed = request->seed;
    options.studentized = studentized;
    options.binomial = true;
    options.range_known = losses->range_known;
    options.range_low = losses->range_low;
    options.range_high = losses->range_high;
    return bk_bootstrap_create(&data, &options);
}

/* Fills the resampled rows. */
static bk_status read_resampled(bk_interval *intervals, const size_t *methods, size_t count,
                                const bk_bootstrap *bootstrap, const bk_interval_request *request)
{
    for (size_t i = 0; i < count; i++) {
        if (!is_ideal(methods[i])) {
            BK_TRY(bk_bootstrap_interval(&intervals[i], NULL, bootstrap, (bk_method)methods[i],
                                         request->level, request->sides));
        }
    }
    return BK_OK;
}

static bk_status resampled(bk_interval *intervals, const size_t *methods, size_t count,
                           const bk_losses *losses, const bk_interval_request *request)
{
    bool studentized = false;
    for (size_t i = 0; i < count; i++) {
        studentized = studentized || methods[i] == BK_METHOD_BOOTSTRAP_STUDENTIZED;
    }
    double *made = losses->values ? NULL : values_of_count(losses);
    const double *values = losses->values ? losses->values : made;
    bk_bootstrap *bootstrap = values ? resample(losses, values, request, studentized) : NULL;
    const bk_status status =
        bootstrap ? read_resampled(intervals, methods, count, bootstrap, request) : bk_error_status();
    bk_bootstrap_destroy(bootstrap);
    bk_free(made);
    return status;
}

bk_status bk_methods_bootstrap(bk_interval *intervals, const size_t *methods, size_t count,
                               const bk_losses *losses, const bk_interval_request *request)
{
    bool any_resampled = false;
    for (size_t i = 0; i < count; i++) {
        if (losses->sampling != BK_SAMPLING_INDEPENDENT) {
            bk_interval_withhold(&intervals[i], BK_INTERVAL_NEEDS_INDEPENDENCE, needs_labels);
        } else if (is_ideal(methods[i])) {
            BK_TRY(bk_interval_ideal(&intervals[i], (bk_method)methods[i], losses->errors, losses->n,
                                     request->level, request->sides));
        } else {
            any_resampled = true;
        }
    }
    return any_resampled ? resampled(intervals, methods, count, losses, request) : BK_OK;
}
