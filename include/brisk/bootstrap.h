/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * brisk/bootstrap.h (part of brisk/stats.h): resampling of any statistic, and intervals from the replicates.
 *
 * In short: bk_bootstrap_create draws and keeps what every method needs, bk_bootstrap_interval reads any
 * number of intervals off it, bk_bootstrap_facts and bk_bootstrap_describe say what R's boot prints.
 */
#ifndef BRISK_BOOTSTRAP_H
#define BRISK_BOOTSTRAP_H

#include "brisk/base.h"
#include "brisk/interval.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- What is resampled (stats/bootstrap_plan.c) ---------------------------------------------------------
 */

typedef enum bk_statistic {
    BK_STATISTIC_MEAN,
    BK_STATISTIC_VARIANCE, /* with n - 1 */
    BK_STATISTIC_SD,
    BK_STATISTIC_MEDIAN,
    BK_STATISTIC_QUANTILE,     /* type 7, at the level `parameter` in [0, 1] */
    BK_STATISTIC_TRIMMED_MEAN, /* without floor(parameter n) values at each end; parameter in [0, 1/2) */
    BK_STATISTIC_RATIO,        /* mean of x / mean of y */
    BK_STATISTIC_DIFFERENCE,   /* mean of x - mean of y */
    BK_STATISTIC_USER,         /* `function` */
    BK_STATISTIC_COUNT
} bk_statistic;
/* "mean", "variance", "sd", "median", "quantile", "trimmed-mean", "ratio", "difference", "user"; "unknown".
 */
BK_API const char *bk_statistic_name(bk_statistic statistic);
/* The statistic of that name; BK_INVALID (the nearest name is given), statistic untouched. */
BK_API bk_status bk_statistic_find(bk_statistic *statistic, const char *name);

/* The points, all arrays kept and not copied until bk_bootstrap_create returns. What is not used stays 0. */
typedef struct bk_bootstrap_data {
    const double *x; /* [n]; may be NULL for a user's statistic */
    size_t n;
    const double *y;         /* RATIO: denominators [n]; DIFFERENCE: [n] in pairs with x, else [n_y] */
    size_t n_y;              /* of a second, independent sample; 0: y is paired with x */
    const double *weight;    /* [n], at least 0: MEAN and RATIO weigh x (and y) */
    const uint32_t *stratum; /* [n], each below strata: every stratum is resampled within itself */
    size_t strata;
    const double
        *prior; /* [strata], sum 1: MEAN and RATIO become sum prior_s (mean in s); NULL: the pooled points */
    const uint32_t
        *group; /* [n], each below groups: whole groups are drawn, which keeps dependence inside them */
    size_t groups;
} bk_bootstrap_data;

/* One resample as a user's statistic sees it. Both forms say the same. */
typedef struct bk_resample {
    size_t n;              /* points of the data; of two samples those of x, then those of y */
    const uint32_t *count; /* [n] how often each point was drawn */
    size_t drawn;          /* n but for groups */
    const uint32_t *index; /* [drawn] points with repetition, in no promised order */
} bk_resample;
/* Value of the statistic; not finite where the resample has none. *standard_error is NaN and may be set to an
 * estimate from this same resample, which the studentized interval needs. Called by several threads at once;
 * also with each point once (the data), and with blocks of points left out (the jackknife). */
typedef double (*bk_bootstrap_function)(const bk_resample *resample, double *standard_error, void *context);

/* How quantiles are read off the replicates: type 7 as SciPy, or at rank (B + 1) A on the normal scale as R
 * boot. */
typedef enum bk_quantile_rule { BK_QUANTILE_TYPE_7, BK_QUANTILE_R_BOOT } bk_quantile_rule;
/* z0 from (below + equal / 2) / B as SciPy, or from below / B as R boot. */
typedef enum bk_tie_rule { BK_TIES_MID, BK_TIES_STRICT } bk_tie_rule;
/* a from the jackknife as SciPy, or from the regression of the replicates on the counts as R boot. */
typedef enum bk_influence { BK_INFLUENCE_JACKKNIFE, BK_INFLUENCE_REGRESSION } bk_influence;

/* Start with bk_bootstrap_options_of(statistic). */
typedef struct bk_bootstrap_options {
    bk_statistic statistic;
    double parameter; /* of QUANTILE and TRIMMED_MEAN */
    bk_bootstrap_function function;
    void *context;
    size_t resamples; /* 9999 */
    uint64_t seed;    /* 1 */
    bk_quantile_rule quantile_rule;
    bk_tie_rule ties;
    bk_influence influence;
    bool studentized; /* standard errors of the resamples too (MEAN, DIFFERENCE, USER) */
    /* MEAN of one sample of 0/1 losses without groups or weights: the number of errors of a replicate is
     * drawn from its law, Binomial(n, k / n), by inversion of the first word of its stream, instead of n
     * draws. The replicates' law is the same, not their bits, and they do not belong to resamples that other
     * statistics or models share. Of no effect on other data, or with BK_INFLUENCE_REGRESSION. */
    bool binomial;
    bool keep_replicates; /* for bk_bootstrap_replicates */
    bool range_known;     /* of the statistic: ends are clipped to it */
    double range_low, range_high;
} bk_bootstrap_options;
BK_API bk_bootstrap_options bk_bootstrap_options_of(bk_statistic statistic);

/* ---- The bootstrap (stats/bootstrap_run.c) ---------------------------------------------------------------
 */

typedef struct bk_bootstrap bk_bootstrap;
/* Draws and computes. Replicate r comes from the stream (seed, bootstrap, r), with strata or two samples from
 * (seed, bootstrap-stratum, r, stratum), by resample-halve-v1 (stats/resample.h): all statistics of n points
 * see the same resamples, and the bits depend on nothing else. The jackknife is in
 * closed form but for USER, QUANTILE and its kin with groups, where at most 1000 blocks of points are left
 * out in turn (all single points up to n = 1000). Owned by the caller (bk_bootstrap_destroy). NULL with
 * BK_INVALID for resamples = 0 or above 2^32 - 1, no points, more than 2^32 - 1, a value that is not finite
 * (its index is named) or too large to be summed, a label beyond its count, an empty group or stratum, a
 * combination that has no meaning; BK_MEMORY; BK_OVERFLOW.
 * Time O(resamples n): a draw of the mean of some 1000 points costs a core 0.25 ns with AVX-512, 0.6 with
 * AVX2, above 2 without either, where at least 32 resamples are drawn; memory O(n threads + resamples). */
BK_API bk_bootstrap *bk_bootstrap_create(const bk_bootstrap_data *data, const bk_bootstrap_options *options);
BK_API void bk_bootstrap_destroy(bk_bootstrap *bootstrap);
/* [resamples] in the order of the streams, living with the bootstrap; NULL unless kept. */
BK_API const double *bk_bootstrap_replicates(const bk_bootstrap *bootstrap);

/* What R's boot prints, and what intervals are read from. */
typedef struct bk_bootstrap_facts {
    double original;       /* the statistic of the data */
    double bias;           /* mean of the replicates - original */
    double standard_error; /* sd of the replicates, with B - 1 */
    double original_error; /* standard error of the data's own statistic, for studentized; else NaN */
    double z0, acceleration;
    bool flat_jackknife; /* leaving points out changes nothing (a median with ties): a was 0 / 0 and is taken
                            as 0 */
    size_t resamples;
    size_t undefined;     /* replicates that were not finite and are left out of everything */
    size_t zero_variance; /* studentized: resamples of variance 0 */
    size_t below, equal;  /* replicates against the original, equal within `tolerance` */
    double tolerance;     /* rounding: 2^-40 of the largest |x| (means) or of the largest |replicate| */
    size_t n, groups;     /* points; groups or 0 */
} bk_bootstrap_facts;
BK_API bk_bootstrap_facts bk_bootstrap_facts_of(const bk_bootstrap *bootstrap);
/* Appends a page: the facts, and the five intervals at the level with the order statistics they used. */
BK_API void bk_bootstrap_describe(bk_text *text, const bk_bootstrap *bootstrap, double level);

/* ---- Intervals (stats/interval_bootstrap.c, stats/interval_bootstrap_ends.c)
 * ------------------------------- */

/* Which order statistics an interval read: ranks among the sorted replicates, 1 to B, in between where it
 * interpolated; NaN where an end is no quantile. */
typedef struct bk_bootstrap_orders {
    double low, high;
    bool unstable; /* within the ten outermost on its side */
    bool extreme;  /* the outermost itself */
} bk_bootstrap_orders;

/* Any of the five resampled methods at any level, from one set of replicates; orders may be NULL. BK_INVALID
 * for another method or a level outside (0, 1). O(1). Status of the interval: TOO_FEW_RESAMPLES  B < 2 /
 * delta (one-sided 1 / delta), or an end beyond the outermost replicates DEGENERATE         all replicates
 * equal up to rounding; a taken as 0 (flat_jackknife); replicates left out as undefined; fewer than 30
 * groups: the ends are there UNDEFINED          bca: z0 infinite, a not finite, 1 - a (z0 + z) <= 0;
 * studentized: no standard errors, or an end that falls on resamples of variance 0; fewer than two replicates
 * half_width is (high - low) / 2; one-sided the distance from the estimate to the bound. mc_error of an end
 * is the standard deviation of the replicates' quantile when its level A moves by a normal of sd s
 * (stats/quantile.c), s^2 = A (1 - A) / B, for bca with that of z0 (stats/interval_bootstrap_ends.c); normal:
 * by the delta method.
 *
 * With q the quantile of the replicates, t the original, tail = delta / 2 [delta], z = Phi^-1(tail):
 *   percentile   [q(tail), q(1 - tail)]
 *   basic        [2 t - q(1 - tail), 2 t - q(tail)]
 *   normal       t - bias +- standard_error z, bias-corrected
 *   studentized  [t - e s(1 - tail), t - e s(tail)], s the quantile of (replicate - t) / (its standard
 * error), e = original_error bca          [q(A(z)), q(A(-z))], A(z) = Phi(z0 + (z0 + z) / (1 - a (z0 + z)))
 * (Efron & Tibshirani 1993, chapters 12 to 14; Davison & Hinkley 1997, chapter 5). */
BK_API bk_status bk_bootstrap_interval(bk_interval *interval, bk_bootstrap_orders *orders,
                                       const bk_bootstrap *bootstrap, bk_method method, double level,
                                       bk_sides sides);

/* Efron's ideal bootstrap (B = infinity) of k errors among n 0/1 losses: replicates are Binomial(n, k / n) /
 * n, q is the smallest value whose distribution function reaches A. Methods BK_METHOD_IDEAL_*. DEGENERATE
 * (percentile, basic) and UNDEFINED (bca) for k = 0 and k = n. BK_INVALID for another method, n = 0 or above
 * 2^53, k > n, a level outside (0, 1). O(log n) distribution functions. */
BK_API bk_status bk_interval_ideal(bk_interval *interval, bk_method method, uint64_t k, uint64_t n,
                                   double level, bk_sides sides);

/* ---- Intervals from given replicates (stats/bootstrap_input.c)
 * --------------------------------------------- */

/* What a bootstrap interval is computed from; zero is a good default for everything from tolerance on. */
typedef struct bk_bootstrap_input {
    const double *replicates; /* [resamples], in any order; not changed */
    size_t resamples;
    double estimate;              /* the statistic of the data */
    double below, equal;          /* replicates below and equal to the estimate, counted exactly */
    double acceleration;          /* a of BCa; see bk_acceleration_mean */
    double range_low, range_high; /* of the statistic; -inf, inf where unknown */
    double tolerance;             /* replicates within it of each other are equal */
    bk_quantile_rule quantile_rule;
    bk_tie_rule ties;
    const double *standard_errors; /* [resamples], for studentized; NULL */
    double estimate_error;         /* standard error of the estimate, for studentized */
} bk_bootstrap_input;
/* As bk_bootstrap_interval, sorting the replicates. BK_INVALID too for resamples = 0, a replicate or estimate
 * that is not finite, an empty range, ranks that do not fit the resamples, standard errors that are negative.
 */
BK_API bk_status bk_interval_bootstrap(bk_interval *interval, bk_bootstrap_orders *orders,
                                       const bk_bootstrap_input *input, bk_method method, double level,
                                       bk_sides sides);
/* Two-sided, without orders. */
BK_API bk_status bk_interval_bootstrap_percentile(bk_interval *interval, const bk_bootstrap_input *input,
                                                  double level);
BK_API bk_status bk_interval_bootstrap_bca(bk_interval *interval, const bk_bootstrap_input *input,
                                           double level);

/* ---- Means by plain index draws (stats/bootstrap.c)
 * --------------------------------------------------------- */

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

/* ---- Acceleration (stats/acceleration*.c)
 * -------------------------------------------------------------------- */

/* a of the mean by the jackknife, in closed form: sum d^3 / (6 (sum d^2)^1.5) (Efron & Tibshirani
 * 1993, eq. 14.15). NaN where it does not exist: n = 0, all losses equal, a loss that is not finite.
 * O(n). */
BK_API double bk_acceleration_mean(const double *losses, size_t n);
/* The same of k errors among n 0/1 losses, (n - 2k) / (6 sqrt(n k (n - k))); NaN for k = 0, k >= n. O(1). */
BK_API double bk_acceleration_count(uint64_t k, uint64_t n);
/* a from influence values l [n] of S samples one behind the other, sample s with size[s] of them (sum n):
 * sum_s sum_i l^3 / n_s^3 / (6 (sum_s sum_i l^2 / n_s^2)^1.5); NaN where all are 0. For the jackknife l_i =
 * (n_s - 1) (mean of the delete-one values of s - the i-th). O(n). */
BK_API double bk_acceleration_influence(const double *influence, const size_t *size, size_t samples);
/* Influence values [n] by R boot's regression of replicates [resamples] on counts [resamples, n] / n, centred
 * to mean 0. BK_INVALID for n < 2 or above 2000, resamples <= n, or counts that leave the regression
 * singular. Time O(resamples n^2), memory O(n^2). */
BK_API bk_status bk_influence_regression(double *influence, const double *replicates, const uint32_t *counts,
                                         size_t resamples, size_t n);

#ifdef __cplusplus
}
#endif
#endif
