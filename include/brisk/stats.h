/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * brisk/stats.h: from data to an estimate with an interval, and what the interval promises.
 *
 * A level is always the confidence level (0.9), never its complement; delta = 1 - level.
 */
#ifndef BRISK_STATS_H
#define BRISK_STATS_H

#include "brisk/base.h"
#include "brisk/bootstrap.h"
#include "brisk/classification.h"
#include "brisk/comparison.h"
#include "brisk/coverage.h"
#include "brisk/interval.h"
#include "brisk/plan.h"
#include "brisk/rng.h"
#include "brisk/simultaneous.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Summaries (stats/summary.c) ----------------------------------------------------------------- */

/* Moments of a set of numbers. Two summaries combine into that of the union (Chan, Golub & LeVeque
 * 1983, eq. 2.1), so that a fixed tree of combinations gives the same bits for any thread count.
 * A NaN among the values, or infinities, make every moment the one NaN pattern of brisk. */
typedef struct bk_summary {
    uint64_t count;
    double mean;             /* 0 while empty */
    double sum_squares;      /* of deviations from the mean */
    double minimum, maximum; /* inf, -inf while empty */
} bk_summary;
BK_API bk_summary bk_summary_empty(void);
/* One more value (Welford 1962): mean += d / count, sum_squares += d (value - new mean). */
BK_API void bk_summary_add(bk_summary *summary, double value);
/* The summary of a's values followed by b's. Not associative in its last bits: the tree below fixes
 * the order. An empty side leaves the other as it is. */
BK_API bk_summary bk_summary_combine(bk_summary a, bk_summary b);
/* Of values [count], by the fold tree over blocks of 64. The mean of whole-number counts comes from
 * this tree too, not from an integer sum, so that one number has one value wherever it is shown.
 * O(count). */
BK_API bk_summary bk_summarise(const double *values, size_t count);
/* sum_squares / (count - 1); NaN below two values. */
BK_API double bk_summary_variance(const bk_summary *summary);
BK_API double bk_summary_sd(const bk_summary *summary);
/* Monte Carlo standard error of the mean: sd / sqrt(count). */
BK_API double bk_summary_mcse(const bk_summary *summary);

/* ---- The fold tree (stats/fold.c) ----------------------------------------------------------------- */

/* Folds the summaries of blocks 0, 1, 2, ... as they come, in 64 slots:
 *   node(0, b) = summary of block b; node(k, i) = combine(node(k-1, 2i), node(k-1, 2i+1));
 *   the result folds the maximal nodes from left to right.
 * Slot k holds the one maximal node of level k, and is in use where bit k of blocks is set. Start
 * with bk_fold_empty(). A plain value: copy it to remember a position. */
#define BK_FOLD_BLOCK 64
typedef struct bk_fold_tree {
    uint64_t blocks;
    bk_summary node[64];
} bk_fold_tree;
BK_API bk_fold_tree bk_fold_empty(void);
/* Takes the summary of block number tree->blocks: blocks come in ascending order without a gap. Who
 * computes them in another order keeps the early ones until their turn. Amortised O(1). */
BK_API void bk_fold_add(bk_fold_tree *tree, bk_summary block);
/* The summary of all blocks so far; the tree goes on. At most 63 combinations. */
BK_API bk_summary bk_fold_result(const bk_fold_tree *tree);

/* ---- Histogram on a lattice (stats/histogram.c) ------------------------------------------------------ */

/* Bins of values k / m, k in [0, m]: edges lie halfway between lattice values and every bin holds
 * exactly levels of them, so that no bin looks higher only because it holds more values. first is a
 * multiple of levels, so that the bins of two histograms of one m and one levels lie on each other;
 * the last bin may therefore reach beyond 1 (its levels above m stay empty). The counts sum to n; the
 * first and the last bin are not empty. */
typedef struct bk_histogram {
    size_t bins;
    uint64_t m;
    uint64_t levels; /* lattice values a bin */
    uint64_t first;  /* lowest k of the first bin */
    double *edge;    /* [bins + 1], (first + i * levels - 1/2) / m */
    uint64_t *count; /* [bins] */
} bk_histogram;
/* Of counts [n] (each at most m). levels 0 chooses the smallest number of levels that gives at most 60
 * bins from the lowest to the highest count. Release with bk_histogram_clear. BK_INVALID for n = 0,
 * m outside [1, 2^52], levels above m + 1, a count above m (its index is named); BK_OVERFLOW where the
 * given levels make more than 2^24 bins. O(n + bins). */
BK_API bk_status bk_histogram_lattice(bk_histogram *histogram, const uint64_t *counts, size_t n, uint64_t m,
                                      uint64_t levels);
/* Frees edge and count and zeroes the rest; may be called twice. */
BK_API void bk_histogram_clear(bk_histogram *histogram);

#ifdef __cplusplus
}
#endif
#endif
