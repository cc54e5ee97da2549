/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * brisk/stats.h: from data to an estimate with an interval, and what the interval promises.
 *
 * A level is always the confidence level (0.9), never its complement; delta = 1 - level.
 */
#ifndef BRISK_STATS_H
#define BRISK_STATS_H

#include "brisk/base.h"
#include "brisk/rng.h"

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

/* ---- Intervals (stats/interval*.c) --------------------------------------------------------------------- */

typedef enum bk_guarantee {
    BK_GUARANTEE_EXACT,         /* coverage at least the level for every p, iid 0/1 losses */
    BK_GUARANTEE_FINITE_SAMPLE, /* coverage at least the level under the stated assumption */
    BK_GUARANTEE_ASYMPTOTIC,    /* coverage tends to the level */
    BK_GUARANTEE_NONE,          /* the formula's variance is estimated: no promise */
    BK_GUARANTEE_COUNT
} bk_guarantee;
/* "exact", "finite-sample", "asymptotic", "none"; "unknown" for a number outside the enum. */
BK_API const char *bk_guarantee_name(bk_guarantee guarantee);

typedef enum bk_interval_status {
    BK_INTERVAL_OK,
    BK_INTERVAL_DEGENERATE,
    BK_INTERVAL_UNDEFINED,
    BK_INTERVAL_RANGE_UNKNOWN,
    BK_INTERVAL_NEEDS_01_DATA,
    BK_INTERVAL_NEEDS_INDEPENDENCE,
    BK_INTERVAL_TOO_FEW_RESAMPLES,
    BK_INTERVAL_STATUS_COUNT
} bk_interval_status;
/* "ok", "degenerate", "undefined", "range-unknown", "needs-01-data", ...; "unknown" outside the enum. */
BK_API const char *bk_interval_status_name(bk_interval_status status);

typedef enum bk_sides { BK_TWO_SIDED, BK_LOWER, BK_UPPER } bk_sides;
/* "two", "lower", "upper"; "unknown" outside the enum. */
BK_API const char *bk_sides_name(bk_sides sides);

/* One interval with everything that is needed to defend it. Where status is not OK or DEGENERATE,
 * low, high and half_width are NaN and reason says what to use instead. Strings live for ever. */
typedef struct bk_interval {
    const char *method; /* "hoeffding" */
    double low, high;   /* clipped to the range of the loss */
    double half_width;  /* the unclipped epsilon of estimate +- epsilon; (high - low) / 2 where the method has
                           none */
    double estimate;
    double level;
    bk_sides sides;
    bk_interval_status status;
    const char *reason; /* "" when status is OK */
    bk_guarantee guarantee;
    const char *assumption;             /* "independent losses in [a, b]" */
    bool clipped;                       /* an end lay outside the range of the loss */
    double mc_error_low, mc_error_high; /* Monte Carlo error of each end; NaN where nothing is simulated */
} bk_interval;

/* What a method is, one row of the table that messages, documents and tests read
 * (stats/interval_methods.c). */
typedef struct bk_interval_method {
    const char *name;      /* "hoeffding" */
    const char *long_name; /* "Hoeffding's inequality" */
    const char *formula;   /* "R +- (b - a) sqrt(ln(2 / (1 - level)) / (2 m))" */
    const char *assumption;
    const char *reference; /* paper and equation */
    bk_guarantee guarantee;
    const char *promise; /* the guarantee in plain words */
} bk_interval_method;
BK_API size_t bk_interval_method_count(void);
/* Row in [0, count), NULL beyond; the table lives for ever. */
BK_API const bk_interval_method *bk_interval_method_row(size_t row);
/* The row of that name; NULL with BK_INVALID (the nearest name is given) where there is none. */
BK_API const bk_interval_method *bk_interval_method_find(const char *name);

/* The losses that a closed-form interval needs to know of. */
typedef struct bk_losses {
    uint64_t n;
    double mean;
    double variance; /* with n - 1; NaN for n = 1 */
    bool range_known;
    double range_low, range_high;
} bk_losses;
/* Of k errors among n 0/1 losses; variance k (n - k) / (n (n - 1)). Cannot fail: k above n is refused
 * by the interval that is handed the result, as a mean outside the range. */
BK_API bk_losses bk_losses_from_count(uint64_t k, uint64_t n);

/* Closed forms, two-sided, estimate +- epsilon; O(1). BK_INVALID for a level outside (0, 1), n = 0, a
 * mean that is not finite or lies outside a known range, an empty range, a negative or NaN variance
 * with n > 1. What the data cannot give is no failure but a status of the interval:
 *   RANGE_UNKNOWN  hoeffding and bernstein without a range
 *   DEGENERATE     chebyshev and bernstein where all losses are equal (variance 0): the ends are there
 *   UNDEFINED      chebyshev and bernstein for n = 1 */
/* epsilon = (b - a) sqrt(ln(2 / delta) / (2 n)) (Hoeffding 1963, theorem 2). */
BK_API bk_status bk_interval_hoeffding(bk_interval *interval, const bk_losses *losses, double level);
/* The assignment's: the sample variance v stands in for the true one, so nothing is guaranteed.
 * epsilon = sqrt(v / (n delta)). */
BK_API bk_status bk_interval_chebyshev(bk_interval *interval, const bk_losses *losses, double level);
/* The same reservation. epsilon = h + sqrt(h^2 + 2 v L / n), h = c L / (3 n), L = ln(2 / delta),
 * c = b - a, which bounds |loss - risk|: the positive root of n t^2 - (2 c L / 3) t - 2 v L = 0. */
BK_API bk_status bk_interval_bernstein(bk_interval *interval, const bk_losses *losses, double level);

/* ---- Bootstrap (stats/bootstrap*.c) ----------------------------------------------------------------------
 */

/* Resampled means of 0/1 losses with k = errors among n, as counts [resamples] of errors. Replicate r
 * draws n indices, integer-multiply-high-32-v1, from the stream (seed, bootstrap, r). error [n] is 0
 * or 1. Parallel over replicates; 8 KiB a thread. BK_INVALID for resamples = 0, n outside [1, 2^32],
 * an error other than 0 or 1 (its index is named). O(resamples n), 2 ns a draw and core with AVX2. */
BK_API bk_status bk_bootstrap_count(uint64_t *counts, size_t resamples, const uint8_t *error, size_t n,
                                    uint64_t seed);
/* The same for real losses [n]; means [resamples]. Draw i of a resample goes to lane i mod 8, the lanes
 * are added as ((0+4)+(2+6)) + ((1+5)+(3+7)), the sum is divided by n. BK_INVALID too for a loss that
 * is not finite or so large that a sum could overflow (its index is named). */
BK_API bk_status bk_bootstrap_mean(double *means, size_t resamples, const double *losses, size_t n,
                                   uint64_t seed);

/* What a bootstrap interval is computed from. */
typedef struct bk_bootstrap_input {
    const double *replicates; /* [resamples], in any order; not changed */
    size_t resamples;
    double estimate;              /* the statistic of the data */
    double below, equal;          /* replicates below and equal to the estimate, counted exactly */
    double acceleration;          /* a of BCa; see bk_acceleration_mean */
    double range_low, range_high; /* of the statistic; -inf, inf where unknown */
} bk_bootstrap_input;
/* The input of an error rate, from the counts of bk_bootstrap_count: writes means [resamples] =
 * counts / n, which the input keeps (not copied), and compares counts with k as integers. BK_INVALID for
 * resamples = 0, n = 0, k or a count above n. O(resamples). */
BK_API bk_status bk_bootstrap_input_count(bk_bootstrap_input *input, double *means, const uint64_t *counts,
                                          size_t resamples, uint64_t k, uint64_t n);
/* The input of a mean, from the means of bk_bootstrap_mean (kept) and its losses. A replicate is tied
 * with the estimate where they differ by at most 2^-40 of the largest |loss|: resamples that hold the
 * same values in another order differ by rounding. The range is left unknown. O(resamples + n). */
BK_API bk_status bk_bootstrap_input_mean(bk_bootstrap_input *input, const double *means, size_t resamples,
                                         const double *losses, size_t n);

/* a of the mean by the jackknife, in closed form: sum d^3 / (6 (sum d^2)^1.5) (Efron & Tibshirani
 * 1993, eq. 14.15). NaN where it does not exist: n = 0, all losses equal, a loss that is not finite.
 * O(n). */
BK_API double bk_acceleration_mean(const double *losses, size_t n);
/* The same of k errors among n 0/1 losses, (n - 2k) / (6 sqrt(n k (n - k))); NaN for k = 0, k >= n. O(1). */
BK_API double bk_acceleration_count(uint64_t k, uint64_t n);

/* Both: quantiles by linear interpolation (type 7), z0 by mid-ranks: SciPy's conventions.
 * BK_INVALID for a level outside (0, 1), resamples = 0, a replicate or estimate that is not finite, an
 * empty range, ranks that do not fit the resamples; BK_MEMORY. Status of the interval:
 *   TOO_FEW_RESAMPLES  resamples < 2 / delta, or an end (A of BCa) beyond the outermost replicates
 *   DEGENERATE         percentile: all replicates are equal; the ends are there
 *   UNDEFINED          bca: z0 infinite, a not finite, 1 - a (z0 + z) <= 0
 * half_width is (high - low) / 2. mc_error of an end is the standard deviation of the replicates'
 * quantile when its level A moves by a normal of sd s, so that it is s / density where the replicates
 * are dense and follows the steps where they lie on a lattice (stats/quantile.c);
 * percentile: s^2 = A (1 - A) / B; bca: with that of z0, see stats/interval_bootstrap.c. O(resamples). */
BK_API bk_status bk_interval_bootstrap_percentile(bk_interval *interval, const bk_bootstrap_input *input,
                                                  double level);
/* Ends at A = Phi(z0 + (z0 + z) / (1 - a (z0 + z))), z = Phi^-1(delta / 2) and Phi^-1(1 - delta / 2)
 * (Efron 1987; Efron & Tibshirani 1993, eqs. 14.9, 14.10). */
BK_API bk_status bk_interval_bootstrap_bca(bk_interval *interval, const bk_bootstrap_input *input,
                                           double level);

/* ---- Planning (stats/plan.c)
 * ------------------------------------------------------------------------------- */

/* The smallest n with 2 exp(-2 n epsilon^2) <= delta (Hoeffding, losses in [0, 1]): 26492 for 0.01 and
 * 0.01. Settled by that inequality itself on both sides of n, in double arithmetic. BK_INVALID unless
 * both are in (0, 1); BK_OVERFLOW above 2^53. O(1). */
BK_API bk_status bk_plan_hoeffding(uint64_t *n, double epsilon, double delta);

#ifdef __cplusplus
}
#endif
#endif
