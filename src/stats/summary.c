/* SPDX-License-Identifier: GPL-3.0-or-later
 * Moments of a set of numbers: one value more, two sets joined, a whole array by the fold tree. */
#include "brisk/stats.h"

#include <math.h>

bk_summary bk_summary_empty(void) { return (bk_summary){.minimum = HUGE_VAL, .maximum = -HUGE_VAL}; }

/* A fresh NaN has a sign and payload that depend on the compiler; stored moments have one pattern. */
static void settle_nan(bk_summary *summary)
{
    if (isnan(summary->mean)) {
        summary->mean = summary->minimum = summary->maximum = (double)NAN;
    }
    if (isnan(summary->sum_squares)) {
        summary->sum_squares = (double)NAN;
    }
}

void bk_summary_add(bk_summary *summary, double value)
{
    const double deviation = value - summary->mean;
    summary->count++;
    summary->mean += deviation / (double)summary->count;
    summary->sum_squares += deviation * (value - summary->mean);
    summary->minimum = value < summary->minimum ? value : summary->minimum;
    summary->maximum = value > summary->maximum ? value : summary->maximum;
    settle_nan(summary);
}

bk_summary bk_summary_combine(bk_summary a, bk_summary b)
{
    if (a.count == 0) {
        return b;
    }
    if (b.count == 0) {
        return a;
    }
    bk_summary both = {.count = a.count + b.count};
    const double share = (double)b.count / (double)both.count;
    const double distance = b.mean - a.mean;
    both.mean = a.mean + distance * share;
    both.sum_squares = a.sum_squares + b.sum_squares + distance * distance * ((double)a.count * share);
    both.minimum = b.minimum < a.minimum ? b.minimum : a.minimum;
    both.maximum = b.maximum > a.maximum ? b.maximum : a.maximum;
    settle_nan(&both);
    return both;
}

bk_summary bk_summarise(const double *values, size_t count)
{
    bk_fold_tree tree = bk_fold_empty();
    for (size_t begin = 0; begin < count; begin += BK_FOLD_BLOCK) {
        const size_t length = count - begin < BK_FOLD_BLOCK ? count - begin : BK_FOLD_BLOCK;
        bk_summary block = bk_summary_empty();
        for (size_t i = 0; i < length; i++) {
            bk_summary_add(&block, values[begin + i]);
        }
        bk_fold_add(&tree, block);
    }
    return bk_fold_result(&tree);
}

double bk_summary_variance(const bk_summary *summary)
{
    return summary->count < 2 ? (double)NAN : summary->sum_squares / (double)(summary->count - 1);
}

double bk_summary_sd(const bk_summary *summary)
{
    return summary->count < 2 ? (double)NAN : sqrt(bk_summary_variance(summary));
}

double bk_summary_mcse(const bk_summary *summary)
{
    return summary->count < 2 ? (double)NAN : bk_summary_sd(summary) / sqrt((double)summary->count);
}
