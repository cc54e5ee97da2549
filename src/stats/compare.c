/* SPDX-License-Identifier: GPL-3.0-or-later
 * Two models on the same points: their paired difference, McNemar's tests, Holm's adjustment. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "stats/compare.h"
#include "stats/distributions.h"

bk_status bk_check_pairs(const char *what, const bk_pair_counts *counts)
{
    if (counts->n == 0) {
        return bk_fail(BK_INVALID, "%s: no points (n = 0); give at least one", what);
    }
    if (counts->only_a > counts->n || counts->only_b > counts->n - counts->only_a) {
        return bk_fail(BK_INVALID, "%s: %llu and %llu points on which one model errs alone, among %llu", what,
                       (unsigned long long)counts->only_a, (unsigned long long)counts->only_b,
                       (unsigned long long)counts->n);
    }
    return BK_OK;
}

bk_losses bk_losses_from_pair_counts(const bk_pair_counts *counts)
{
    const double n = (double)counts->n;
    const double discordant = (double)counts->only_a + (double)counts->only_b;
    const double mean = ((double)counts->only_a - (double)counts->only_b) / n;
    return (bk_losses){
        .n = counts->n,
        .mean = mean,
        .variance = counts->n > 1 ? fmax(discordant / n - mean * mean, 0) * (n / (n - 1)) : (double)NAN,
        .range_known = true,
        .range_low = -1,
        .range_high = 1,
    };
}

/* One loss of a model: finite and in the range; 0/1 or not. */
static bk_status check_loss(bool *zero_one, double value, const char *model, size_t i, double low,
                            double high)
{
    if (!isfinite(value)) {
        return bk_fail(BK_INVALID,
                       "compare: loss %zu (counted from 0) of model %s is %g; every loss must be finite", i,
                       model, value);
    }
    if (value < low || value > high) {
        return bk_fail(BK_INVALID,
                       "compare: loss %zu (counted from 0) of model %s is %g, outside the range [%g, %g]", i,
                       model, value, low, high);
    }
    *zero_one = *zero_one && (value == 0 || value == 1);
    return BK_OK;
}

bk_status bk_losses_of_difference(bk_losses *losses, double *difference, bk_pair_counts *counts,
                                  const double *a, const double *b, size_t n, double low, double high)
{
    const bool known = low < high;
    if (n == 0 || (!known && !(low == 0 && high == 0)) || !isfinite(2 * high - 2 * low)) {
        return n == 0 ? bk_fail(BK_INVALID, "compare: no losses (n = 0); give at least one")
                      : bk_fail(BK_INVALID, "compare: [%g, %g] is no range; give 0 and 0 where it is unknown",
                                low, high);
    }
    bool zero_one = true;
    bk_pair_counts pairs = {.n = n};
    for (size_t i = 0; i < n; i++) {
        BK_TRY(check_loss(&zero_one, a[i], "A", i, known ? low : -HUGE_VAL, known ? high : HUGE_VAL));
        BK_TRY(check_loss(&zero_one, b[i], "B", i, known ? low : -HUGE_VAL, known ? high : HUGE_VAL));
        pairs.only_a += a[i] > b[i];
        pairs.only_b += a[i] < b[i];
        if (!isfinite(a[i] - b[i])) {
            return bk_fail(BK_INVALID, "compare: the difference of losses %zu overflows; scale them", i);
        }
    }
    for (size_t i = 0; i < n; i++) {
        difference[i] = a[i] - b[i];
    }
    bk_losses made;
    if (zero_one) {
        made = bk_losses_from_pair_counts(&pairs);
        made.values = difference;
    } else {
        BK_TRY(bk_losses_from_values(&made, difference, n, known ? low - high : 0, known ? high - low : 0));
        /* Differences that happen to be 0 and 1 are not 0/1 losses: -1 could occur. */
        made.zero_one = false;
        made.errors = 0;
        made.range_known = known;
        pairs = (bk_pair_counts){0};
    }
    if (counts) {
        *counts = pairs;
    }
    *losses = made;
    return BK_OK;
}

bk_status bk_mcnemar_test(bk_mcnemar *test, const bk_pair_counts *counts)
{
    BK_TRY(bk_check_pairs("mcnemar", counts));
    const double fewer = (double)(counts->only_a < counts->only_b ? counts->only_a : counts->only_b);
    const double discordant = (double)counts->only_a + (double)counts->only_b;
    bk_mcnemar made = {.exact = 1, .mid = 1};
    if (discordant > 0) {
        const double below = bk_binomial_below(fewer, discordant, 0.5);
        const double mass = bk_binomial_mass(fewer, discordant, 0.5);
        made.exact = fmin(1, 2 * below);
        /* Equal counts: the two halves of the middle add up to one. */
        made.mid = counts->only_a == counts->only_b ? 1 : fmin(1, 2 * below - mass);
    }
    *test = made;
    return BK_OK;
}

bk_status bk_interval_discordant_share(bk_interval *interval, const bk_pair_counts *counts,
                                       const bk_interval_request *request)
{
    BK_TRY(bk_check_pairs("discordant share", counts));
    const uint64_t discordant = counts->only_a + counts->only_b;
    if (discordant > 0) {
        const bk_losses losses = bk_losses_from_count(counts->only_a, discordant);
        return bk_interval_of_losses(interval, BK_METHOD_CLOPPER_PEARSON, &losses, request);
    }
    /* Checks the request on one point, then says that there is none. */
    const bk_losses one = bk_losses_from_count(0, 1);
    bk_interval made;
    BK_TRY(bk_interval_of_losses(&made, BK_METHOD_CLOPPER_PEARSON, &one, request));
    bk_interval_withhold(
        &made, BK_INTERVAL_UNDEFINED,
        "on no point does one model err alone, so there is no share: use tango or hoeffding for the "
        "difference");
    made.n = 0;
    made.estimate = (double)NAN;
    *interval = made;
    return BK_OK;
}

typedef struct ranked {
    double p;
    size_t index;
} ranked;

/* NaN behind all numbers, ties by index: a total order. */
static int compare_ranked(const void *a, const void *b)
{
    const ranked *x = a;
    const ranked *y = b;
    if (isnan(x->p) != isnan(y->p)) {
        return isnan(x->p) ? 1 : -1;
    }
    if (x->p < y->p || x->p > y->p) {
        return x->p < y->p ? -1 : 1;
    }
    return x->index < y->index ? -1 : x->index > y->index;
}

bk_status bk_holm_adjust(double *adjusted, const double *p, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (p[i] < 0 || p[i] > 1) {
            return bk_fail(BK_INVALID, "holm: p[%zu] = %g is outside [0, 1]", i, p[i]);
        }
    }
    ranked *order = bk_allocate(count, sizeof *order);
    if (!order) {
        return bk_fail_within("holm");
    }
    for (size_t i = 0; i < count; i++) {
        order[i] = (ranked){p[i], i};
    }
    qsort(order, count, sizeof *order, compare_ranked);
    double most = 0;
    for (size_t rank = 0; rank < count; rank++) {
        const double scaled = (double)(count - rank) * order[rank].p;
        if (scaled > most) {
            most = scaled > 1 ? 1 : scaled;
        }
        adjusted[order[rank].index] = isnan(order[rank].p) ? (double)NAN : most;
    }
    bk_free(order);
    return BK_OK;
}
