/* SPDX-License-Identifier: GPL-3.0-or-later
 * A bootstrap on one page, in the words that users of R's boot know. */
#include <math.h>

#include "brisk/bootstrap.h"

static void facts(bk_text *text, const bk_bootstrap_facts *f)
{
    bk_text_append(text, "points %zu", f->n);
    if (f->groups > 0) {
        bk_text_append(text, " in %zu groups", f->groups);
    }
    bk_text_append(text, ", resamples %zu\n\n", f->resamples);
    bk_text_append(text, "%-16s %-16s %-16s\n", "original", "bias", "std. error");
    bk_text_append(text, "%-16.9g %-16.9g %-16.9g\n\n", f->original, f->bias, f->standard_error);
    bk_text_append(text, "z0 %.6g (%zu replicates below, %zu equal), acceleration a %.6g%s\n", f->z0,
                   f->below, f->equal, f->acceleration,
                   f->flat_jackknife ? " (0 / 0: leaving out points changes nothing)" : "");
    if (f->undefined > 0) {
        bk_text_append(text, "Warning: %zu resamples have no value of the statistic and were left out.\n",
                       f->undefined);
    }
    if (f->zero_variance > 0) {
        bk_text_append(text,
                       "Warning: %zu resamples have variance 0; their studentized values are infinite.\n",
                       f->zero_variance);
    }
    if (f->groups > 0 && f->groups < 30) {
        bk_text_append(text, "Warning: %zu groups are few; expect coverage below the level.\n", f->groups);
    }
}

static void interval_line(bk_text *text, const bk_interval *interval, const bk_bootstrap_orders *orders)
{
    if (isnan(interval->low) || isnan(interval->high)) {
        bk_text_append(text, "%-22s %s: %s\n", interval->method, bk_interval_status_name(interval->status),
                       interval->reason);
        return;
    }
    bk_text_append(text, "%-22s %-14.9g %-14.9g", interval->method, interval->low, interval->high);
    if (!isnan(orders->low)) {
        bk_text_append(text, " %-10.7g %-10.7g", orders->low, orders->high);
    }
    bk_text_append(text, "%s\n",
                   orders->extreme    ? " Warning: the outermost replicate is an end"
                   : orders->unstable ? " may be unstable: within the ten outermost"
                                      : "");
    if (interval->status != BK_INTERVAL_OK) {
        bk_text_append(text, "    %s: %s\n", bk_interval_status_name(interval->status), interval->reason);
    }
}

void bk_bootstrap_describe(bk_text *text, const bk_bootstrap *bootstrap, double level)
{
    const bk_bootstrap_facts f = bk_bootstrap_facts_of(bootstrap);
    facts(text, &f);
    bk_text_append(text, "\nlevel %g\n%-22s %-14s %-14s %s\n", level, "method", "low", "high",
                   "order statistics");
    for (int method = BK_METHOD_BOOTSTRAP_PERCENTILE; method <= BK_METHOD_BOOTSTRAP_BCA; method++) {
        bk_interval interval;
        bk_bootstrap_orders orders;
        const bk_status status =
            bk_bootstrap_interval(&interval, &orders, bootstrap, (bk_method)method, level, BK_TWO_SIDED);
        if (status != BK_OK) {
            bk_text_append(text, "%s\n", bk_error_message());
            return;
        }
        interval_line(text, &interval, &orders);
    }
}
