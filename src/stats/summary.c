/* SPDX-License-Identifier: GPL-3.0-or-later
 * Moments of a set of numbers: one value more, two sets joined, a whole array by the fold tree. */
#include "brisk/stats.h"

#include <float.h>
#include <math.h>

bk_summary bk_summary_empty(void) { return (bk_summary){.minimum = HUGE_VAL, .maximum = -HUGE_VAL}; }

/* A fresh NaN has a sign and payload that depend on the compiler; stored moments have one pattern. An
 * infinite mean would become NaN with the next value or not at all, depending on its place: it is NaN at
 * once. */
static void settle_nan(bk_summary *summary)
{
    if (!isfinite(summary->mean)) {
        summary->mean = summary->minimum = summary->maximum = (double)NAN;
        summary->sum_squares = summary->sum_cubes = summary->sum_fourths = (double)NAN;
    }
    double *powers[] = {&summary->sum_squares, &summary->sum_cubes, &summary->sum_fourths};
    for (size_t i = 0; i < 3; i++) {
        *powers[i] = isnan(*powers[i]) ? (double)NAN : *powers[i];
    }
}

/* Third and fourth power of the deviations with one value more (Pebay 2008, eqs. 2.6 and 2.9 for one value),
 * from the sums before it. n counts the value, step is its distance from the mean before over n. */
static void add_high_powers(bk_summary *summary, double deviation, double step, double n)
{
    const double square = deviation * step * (n - 1.0);
    summary->sum_fourths += square * (step * step) * (n * n - 3.0 * n + 3.0) +
                            6.0 * (step * step) * summary->sum_squares - 4.0 * step * summary->sum_cubes;
    summary->sum_cubes += square * step * (n - 2.0) - 3.0 * step * summary->sum_squares;
}

void bk_summary_add(bk_summary *summary, double value)
{
    const double deviation = value - summary->mean;
    summary->count++;
    const double n = (double)summary->count;
    const double step = deviation / n;
    if (summary->count > 1) { /* the first deviates from nothing, but the powers of a huge one overflow */
        add_high_powers(summary, deviation, step, n);
    }
    summary->mean += step;
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
    const double left = (double)a.count / (double)both.count;
    const double share = (double)b.count / (double)both.count;
    const double distance = b.mean - a.mean;
    const double product = distance * distance * ((double)a.count * share);
    both.mean = a.mean + distance * share;
    both.sum_squares = a.sum_squares + b.sum_squares + product;
    both.sum_cubes = a.sum_cubes + b.sum_cubes + product * distance * (left - share) +
                     3.0 * distance * (left * b.sum_squares - share * a.sum_squares);
    both.sum_fourths =
        a.sum_fourths + b.sum_fourths +
        product * (distance * distance) * (left * left - left * share + share * share) +
        6.0 * (distance * distance) * (left * left * b.sum_squares + share * share * a.sum_squares) +
        4.0 * distance * (left * b.sum_cubes - share * a.sum_cubes);
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

/* moment / scale where both are numbers that have not run out of bits, else the one NaN. */
static double coefficient(double moment, double scale)
{
    const bool in_range = scale >= DBL_MIN && isfinite(scale) && isfinite(moment);
    return in_range ? moment / scale : (double)NAN;
}

double bk_summary_skewness(const bk_summary *summary)
{
    const double n = (double)summary->count;
    const double variance = summary->sum_squares / n;
    return coefficient(summary->sum_cubes / n, variance * sqrt(variance));
}

double bk_summary_excess_kurtosis(const bk_summary *summary)
{
    const double n = (double)summary->count;
    const double variance = summary->sum_squares / n;
    return coefficient(summary->sum_fourths / n, variance * variance) - 3.0;
}
