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
#include "brisk/sequence.h"
#include "brisk/simultaneous.h"
#include "brisk/tally.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Summaries (stats/summary.c) ----------------------------------------------------------------- */

/* Moments of a set of numbers. Two summaries combine into that of the union (Chan, Golub & LeVeque
 * 1983, eq. 2.1; third and fourth moment: Pebay 2008, eq. 3.1), so that a fixed tree of combinations
 * gives the same bits for any thread count.
 * A NaN or an infinity among the values, or finite ones more than 1.8e308 apart, make every number here but
 * the count the one NaN pattern of brisk. Sums of powers that overflow are infinite or that NaN. */
typedef struct bk_summary {
    uint64_t count;
    double mean;        /* 0 while empty */
    double sum_squares; /* of deviations from the mean */
    double sum_cubes;   /* their third and fourth powers */
    double sum_fourths;
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
/* Moment coefficients of the values themselves (divisor count, R's moments package): m3 / m2^(3/2) and
 * m4 / m2^2 - 3 with m_r = sum (x - mean)^r / count. NaN (one pattern) where all values are equal or there
 * are none, and where a power of the deviations leaves the range of doubles: m2^(3/2) or m2^2 below 2^-1022,
 * an infinite sum. */
BK_API double bk_summary_skewness(const bk_summary *summary);
BK_API double bk_summary_excess_kurtosis(const bk_summary *summary);

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

/* Any set of finished blocks, in whatever order they came, as its maximal nodes of the same tree: two
 * siblings become their parent as soon as both are there. A set that holds blocks 0 .. n - 1 has the nodes
 * of the tree above, and the same result to the bit. Start with {0}; release with bk_fold_set_clear. */
typedef struct bk_fold_node {
    uint64_t index; /* node(level, index) holds blocks index 2^level .. (index + 1) 2^level - 1 */
    unsigned level; /* 0 to 63 */
    bk_summary summary;
} bk_fold_node;
typedef struct bk_fold_set {
    size_t count, capacity;
    bk_fold_node *node; /* [count], in the order of their blocks */
} bk_fold_set;
/* Adds one node; blocks alone (level 0) or nodes of another set. BK_INVALID where a block of it is there
 * already, level is above 63 or its blocks do not fit in 64 bits; BK_MEMORY. The set is then as before.
 * O(count). */
BK_API bk_status bk_fold_set_add(bk_fold_set *set, bk_fold_node node);
/* The summary of all blocks in the set, its nodes combined from left to right. */
BK_API bk_summary bk_fold_set_result(const bk_fold_set *set);
BK_API void bk_fold_set_clear(bk_fold_set *set);

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
/* The same histogram of the counts that value [n] names, each frequency [n] times. Values may come in any
 * order and more than once. As above, and BK_INVALID for a frequency of 0, BK_OVERFLOW where they sum to 2^64
 * or more. */
BK_API bk_status bk_histogram_frequencies(bk_histogram *histogram, const uint64_t *value,
                                          const uint64_t *frequency, size_t n, uint64_t m, uint64_t levels);
/* Frees edge and count and zeroes the rest; may be called twice. */
BK_API void bk_histogram_clear(bk_histogram *histogram);

/* ---- Goodness of fit (stats/goodness_of_fit.c) -------------------------------------------------------- */

typedef struct bk_fit_test {
    double chi_square;         /* sum over cells of (observed - expected)^2 / expected */
    size_t cells;              /* after pooling */
    size_t degrees_of_freedom; /* cells - 1: nothing is estimated */
    double p_value;            /* P(a chi-square variate is above chi_square); NaN below two cells */
} bk_fit_test;
/* Pearson's test of counts against a distribution that was fixed before (bk_count_law_of): the count
 * value [n], ascending, occurred frequency [n] times. Neighbouring counts are pooled from the lowest on until
 * a cell is expected to hold at least 5 (Cochran 1954), the rest included in the last; counts that the law
 * leaves out belong to the first and the last cell. The p-value is that of the chi-square distribution, which
 * the statistic has in the limit. BK_INVALID for no counts, values that do not ascend or exceed the law's m;
 * BK_OVERFLOW. O(n + law). */
BK_API bk_status bk_goodness_of_fit(bk_fit_test *test, const uint64_t *value, const uint64_t *frequency,
                                    size_t n, const bk_count_law *law);

#ifdef __cplusplus
}
#endif
#endif
