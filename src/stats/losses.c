/* SPDX-License-Identifier: GPL-3.0-or-later
 * What the closed forms know of losses: from a count, from values, with groups of dependent points. */
#include <math.h>
#include <stdlib.h>

#include "brisk/stats.h"

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
        .zero_one = true,
        .errors = k,
    };
}

/* Whether all values are 0 or 1, and how many are 1. A value that is not finite or out of range stops. */
static bk_status scan(bk_losses *losses, const double *values, size_t n)
{
    const double low = losses->range_known ? losses->range_low : -HUGE_VAL;
    const double high = losses->range_known ? losses->range_high : HUGE_VAL;
    uint64_t zeros = 0;
    uint64_t ones = 0;
    for (size_t i = 0; i < n; i++) {
        const double value = values[i];
        if (!isfinite(value)) {
            return bk_fail(BK_INVALID, "losses: value %zu (counted from 0) is %g; every loss must be finite",
                           i, value);
        }
        if (value < low || value > high) {
            return bk_fail(BK_INVALID,
                           "losses: value %zu (counted from 0) is %g, outside the range [%g, %g] of a loss",
                           i, value, low, high);
        }
        zeros += !(value < 0) && !(value > 0);
        ones += !(value < 1) && !(value > 1);
    }
    losses->zero_one = zeros + ones == n;
    losses->errors = losses->zero_one ? ones : 0;
    return BK_OK;
}

bk_status bk_losses_from_values(bk_losses *losses, const double *values, size_t n, double range_low,
                                double range_high)
{
    if (n == 0) {
        return bk_fail(BK_INVALID, "losses: there are none (n = 0); give at least one");
    }
    const bool known = range_low < range_high;
    if (!known && !(range_low <= 0 && range_low >= 0 && range_high <= 0 && range_high >= 0)) {
        return bk_fail(
            BK_INVALID,
            "losses: [%g, %g] is no range of losses; give a low end below the high one, or 0 and 0 "
            "where it is unknown",
            range_low, range_high);
    }
    if (!isfinite(range_high - range_low)) {
        return bk_fail(BK_INVALID, "losses: [%g, %g] is no finite range; give 0 and 0 where it is unknown",
                       range_low, range_high);
    }
    bk_losses made = {.n = n, .range_known = known, .range_low = range_low, .range_high = range_high};
    BK_TRY(scan(&made, values, n));
    if (made.zero_one) {
        const bk_losses counted = bk_losses_from_count(made.errors, n);
        made.mean = counted.mean;
        made.variance = counted.variance;
        if (!known) {
            made.range_known = true;
            made.range_high = 1;
        }
    } else {
        const bk_summary summary = bk_summarise(values, n);
        made.mean = summary.mean;
        made.variance = bk_summary_variance(&summary);
        if (!isfinite(made.mean) || (n > 1 && !isfinite(made.variance))) {
            double largest = 0;
            for (size_t i = 0; i < n; i++) {
                largest = fmax(largest, fabs(values[i]));
            }
            return bk_fail(BK_INVALID,
                           "losses: so large that mean or variance overflow (up to %g); scale them", largest);
        }
        /* Rounding may carry the mean of equal values past the outermost of them. */
        made.mean = fmin(fmax(made.mean, summary.minimum), summary.maximum);
    }
    made.values = values;
    *losses = made;
    return BK_OK;
}

static int compare_numbers(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a;
    const uint64_t y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

bk_status bk_losses_set_groups(bk_losses *losses, const uint64_t *group, size_t n)
{
    if (n != losses->n || n == 0) {
        return bk_fail(BK_INVALID, "losses: %zu groups for %llu losses; each loss needs the group it is in",
                       n, (unsigned long long)losses->n);
    }
    uint64_t *sorted = bk_allocate(n, sizeof *sorted);
    if (!sorted) {
        return bk_fail_within("losses: groups");
    }
    for (size_t i = 0; i < n; i++) {
        sorted[i] = group[i];
    }
    qsort(sorted, n, sizeof *sorted, compare_numbers);
    uint64_t groups = 0;
    double squares = 0;
    for (size_t first = 0, next; first < n; first = next) {
        next = first + 1;
        while (next < n && sorted[next] == sorted[first]) {
            next++;
        }
        const double share = (double)(next - first) / (double)n;
        squares += share * share;
        groups++;
    }
    bk_free(sorted);
    losses->groups = groups;
    losses->sampling = groups == n ? BK_SAMPLING_INDEPENDENT : BK_SAMPLING_GROUPED;
    losses->square_weights = squares;
    return BK_OK;
}
