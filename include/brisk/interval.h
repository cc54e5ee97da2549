/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * brisk/interval.h (part of brisk/stats.h): intervals for a mean loss, and what each promises.
 *
 * A level is always the confidence level (0.9), never its complement; delta = 1 - level.
 */
#ifndef BRISK_INTERVAL_H
#define BRISK_INTERVAL_H

#include "brisk/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- One interval (stats/interval.c) ------------------------------------------------------------------ */

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

/* LOWER: a lower confidence bound, [low, top of the range]; UPPER: an upper one, [bottom, high]. An
 * unknown range has ends -inf and inf. */
typedef enum bk_sides { BK_TWO_SIDED, BK_LOWER, BK_UPPER } bk_sides;
/* "two", "lower", "upper"; "unknown" outside the enum. */
BK_API const char *bk_sides_name(bk_sides sides);

/* One interval with everything that is needed to defend it. Where status is not OK or DEGENERATE,
 * low, high and half_width are NaN and reason says what to use instead. Strings live for ever. */
typedef struct bk_interval {
    const char *method; /* "hoeffding" */
    double low, high;   /* clipped to the range of the loss */
    double half_width;  /* the unclipped epsilon of estimate +- epsilon; where the method has none
                           (high - low) / 2, one-sided the distance from the estimate to the bound */
    double estimate;
    double level;
    bk_sides sides;
    bk_interval_status status;
    const char *reason; /* "" when status is OK */
    bk_guarantee guarantee;
    const char *assumption;             /* "independent losses in [a, b]" */
    bool clipped;                       /* an end lay outside the range of the loss */
    double mc_error_low, mc_error_high; /* Monte Carlo error of each end; NaN where nothing is simulated */
    uint64_t n;                         /* losses; 0 where only replicates are known */
    const char *promise;                /* the guarantee in plain words */
} bk_interval;

/* ---- The table of methods (stats/interval_methods.c) -------------------------------------------------- */

/* Rows of the table, in the order in which methods are shown. */
typedef enum bk_method {
    BK_METHOD_HOEFFDING,
    BK_METHOD_CHEBYSHEV,
    BK_METHOD_BERNSTEIN,
    BK_METHOD_EMPIRICAL_BERNSTEIN,
    BK_METHOD_KL_CHERNOFF,
    BK_METHOD_CLOPPER_PEARSON,
    BK_METHOD_MID_P,
    BK_METHOD_WILSON,
    BK_METHOD_AGRESTI_COULL,
    BK_METHOD_JEFFREYS,
    BK_METHOD_WALD,
    BK_METHOD_STUDENT_T,
    BK_METHOD_BETTING,
    BK_METHOD_BOOTSTRAP_PERCENTILE,
    BK_METHOD_BOOTSTRAP_BASIC,
    BK_METHOD_BOOTSTRAP_NORMAL,
    BK_METHOD_BOOTSTRAP_STUDENTIZED,
    BK_METHOD_BOOTSTRAP_BCA,
    BK_METHOD_IDEAL_PERCENTILE,
    BK_METHOD_IDEAL_BASIC,
    BK_METHOD_IDEAL_BCA,
    BK_METHOD_COUNT
} bk_method;

/* What a method needs beyond the mean of n losses. */
enum {
    BK_NEEDS_RANGE = 1,        /* the range [a, b] of a loss */
    BK_NEEDS_01_DATA = 2,      /* losses that are 0 or 1 */
    BK_NEEDS_INDEPENDENCE = 4, /* points that are independent and weigh the same: no groups, no weights */
    BK_NEEDS_VALUES = 8,       /* bk_losses.values, unless the losses are 0/1 and order does not matter */
    BK_NEEDS_ORDER = 16,       /* the ends depend on the order of the values */
    BK_NEEDS_RESAMPLES = 32,   /* simulates: the ends have a Monte Carlo error */
    BK_NEEDS_NO_SIDES = 64     /* two-sided only */
};

/* One row of the table that messages, documents and tests read. */
typedef struct bk_interval_method {
    const char *name;      /* "hoeffding" */
    const char *long_name; /* "Hoeffding's inequality" */
    const char *formula;   /* "R +- (b - a) sqrt(ln(2 / (1 - level)) / (2 m))" */
    const char *assumption;
    const char *reference; /* paper and equation */
    bk_guarantee guarantee;
    const char *promise; /* the guarantee in plain words */
    unsigned needs;      /* BK_NEEDS_*, or-ed */
    bool holds_estimate; /* low <= estimate <= high, two-sided, at any level of at least 1/2 */
} bk_interval_method;
BK_API size_t bk_interval_method_count(void);
/* Row in [0, count), NULL beyond; the table lives for ever. A row number is a bk_method. */
BK_API const bk_interval_method *bk_interval_method_row(size_t row);
/* The row of that name; NULL with BK_INVALID (the nearest name is given) where there is none. */
BK_API const bk_interval_method *bk_interval_method_find(const char *name);
/* The number of that name: the same failure, number untouched. */
BK_API bk_status bk_interval_method_number(size_t *number, const char *name);
/* Whether, for 0/1 losses, the interval is a function of (k, n) alone and nothing is drawn: its exact
 * coverage is a sum over the binomial. false beyond the table. */
BK_API bool bk_interval_method_by_count(size_t row);

/* ---- What is known of the losses (stats/losses.c) ------------------------------------------------------ */

/* How the points came about. Everything but INDEPENDENT leaves Hoeffding's inequality and the bootstrap
 * (which draws accordingly); methods with BK_NEEDS_INDEPENDENCE answer needs-independence. */
typedef enum bk_point_sampling {
    BK_SAMPLING_INDEPENDENT, /* n independent points, each of weight 1 / n */
    BK_SAMPLING_GROUPED,     /* points of one group may depend on each other; groups are independent */
    BK_SAMPLING_STRATIFIED,  /* independent points; each stratum has a prior of its own */
    BK_SAMPLING_WEIGHTED,    /* independent points of fixed, different weights */
    BK_SAMPLING_COUNT
} bk_point_sampling;

/* Losses as the closed forms see them. Zero is a good default for everything from zero_one on. */
typedef struct bk_losses {
    uint64_t n;
    double mean;     /* the estimate of the risk (weighted where the points are) */
    double variance; /* with n - 1; NaN for n = 1 */
    bool range_known;
    double range_low, range_high;
    bool zero_one;        /* every loss is 0 or 1 (then the range is [0, 1] and known) */
    uint64_t errors;      /* ones among them, where zero_one */
    const double *values; /* [n] in the order of the file; kept, not copied; NULL where unknown */
    bk_point_sampling sampling;
    double square_weights; /* sum over independent units of the squared weight in the mean: sum n_g^2 / n^2
                              for groups, sum prior_s^2 / n_s for strata, sum w_i^2 for weights that sum
                              to 1. Not read for independent points, where it is 1 / n. */
    uint64_t groups;       /* of BK_SAMPLING_GROUPED */
} bk_losses;

/* Of k errors among n 0/1 losses; variance k (n - k) / (n (n - 1)). Cannot fail: k above n is refused
 * by the interval that is handed the result, as a mean outside the range. */
BK_API bk_losses bk_losses_from_count(uint64_t k, uint64_t n);
/* Of values [n] (kept, not copied). 0/1 data is recognised, its range is then [0, 1] unless a wider one is
 * given. Range unknown unless range_low < range_high (give 0, 0 where it is). BK_INVALID for n = 0, a
 * value that is not finite or outside the given range (its index is named), a reversed or infinite range.
 * O(n). */
BK_API bk_status bk_losses_from_values(bk_losses *losses, const double *values, size_t n, double range_low,
                                       double range_high);
/* Says that points with equal group [n] belong together: sampling, square_weights and groups are set.
 * Groups are any numbers below 2^64; with one point a group the points stay INDEPENDENT. BK_INVALID
 * unless n is losses->n; BK_MEMORY. O(n log n). */
BK_API bk_status bk_losses_set_groups(bk_losses *losses, const uint64_t *group, size_t n);

/* ---- Asking for intervals (stats/interval_request.c) --------------------------------------------------- */

/* Betting depends on the order of the losses. SHUFFLED puts them into the order that bk_shuffle makes
 * with the stream (seed, betting-order, 0), so that a file sorted by class does no harm. */
typedef enum bk_data_order { BK_ORDER_SHUFFLED, BK_ORDER_FILE } bk_data_order;

/* What is wanted. Start with bk_interval_request_of(level). */
typedef struct bk_interval_request {
    double level;
    bk_sides sides;
    bool variance_known; /* of one loss, or an upper bound of it: chebyshev and bernstein then promise */
    double variance;
    bk_data_order order;
    uint64_t seed;    /* 1 */
    size_t resamples; /* 9999 */
} bk_interval_request;
BK_API bk_interval_request bk_interval_request_of(double level);

/* One interval by any method of the table. What the data cannot give is no failure but a status of the
 * interval (range-unknown, needs-01-data, needs-independence, degenerate, undefined, too-few-resamples)
 * with a reason. BK_INVALID (the message begins with the method's name) for a level outside (0, 1), n = 0,
 * a mean that is not finite or lies outside a known range, an empty range, a negative or NaN variance with
 * n > 1, a row beyond the table; BK_MEMORY for betting and resampling. Methods of
 * bk_interval_method_by_count allocate nothing and take 0.1 us to a few us. Of 0/1 losses the bootstrap
 * methods draw the number of errors of a resample from its binomial law (bk_bootstrap_options.binomial). */
BK_API bk_status bk_interval_of_losses(bk_interval *interval, size_t method, const bk_losses *losses,
                                       const bk_interval_request *request);
/* intervals [count] by methods [count]: the bootstrap methods among them share one set of resamples. All
 * or nothing: on failure no interval is written. */
BK_API bk_status bk_intervals_of_losses(bk_interval *intervals, const size_t *methods, size_t count,
                                        const bk_losses *losses, const bk_interval_request *request);

/* ---- The closed forms and betting (stats/interval_*.c) -------------------------------------------------
 *
 * Short forms of bk_interval_of_losses: two-sided, variance estimated, losses in shuffled order with
 * seed 1. The formulas, with delta = 1 - level (one-sided forms in brackets), R the mean, [a, b] the range,
 * v the variance with n - 1, p = k / n the share of errors of 0/1 losses, z = Phi^-1(1 - delta / 2):
 */
/* R +- (b - a) sqrt(ln(2 / delta) / (2 n)) [ln(1 / delta)]; with groups, strata or weights 1 / n becomes
 * square_weights (Hoeffding 1963, theorem 2). */
BK_API bk_status bk_interval_hoeffding(bk_interval *interval, const bk_losses *losses, double level);
/* The assignment's: the sample variance v stands in for the true one, so nothing is guaranteed, unless
 * the request gives the variance. R +- sqrt(v / (n delta)) [Cantelli: sqrt(v (1 / delta - 1) / n)].
 * DEGENERATE where v = 0, UNDEFINED for n = 1. */
BK_API bk_status bk_interval_chebyshev(bk_interval *interval, const bk_losses *losses, double level);
/* The same reservation. epsilon = h + sqrt(h^2 + 2 v L / n), h = c L / (3 n), L = ln(2 / delta)
 * [ln(1 / delta)], c = b - a, which bounds |loss - risk|: the positive root of
 * n t^2 - (2 c L / 3) t - 2 v L = 0. */
BK_API bk_status bk_interval_bernstein(bk_interval *interval, const bk_losses *losses, double level);
/* Maurer & Pontil 2009, theorem 4, on both sides: sqrt(2 v L / n) + 7 (b - a) L / (3 (n - 1)),
 * L = ln(4 / delta) as published [ln(2 / delta)]. UNDEFINED for n = 1. */
BK_API bk_status bk_interval_empirical_bernstein(bk_interval *interval, const bk_losses *losses,
                                                 double level);
/* {p: n kl(R, p) <= ln(2 / delta)} [ln(1 / delta)], losses taken to [0, 1]. */
BK_API bk_status bk_interval_kl_chernoff(bk_interval *interval, const bk_losses *losses, double level);
/* Quantiles of Beta(k, n - k + 1) at delta / 2 and of Beta(k + 1, n - k) at 1 - delta / 2 [delta]; low is
 * 0 at k = 0, high is 1 at k = n (Clopper & Pearson 1934). */
BK_API bk_status bk_interval_clopper_pearson(bk_interval *interval, const bk_losses *losses, double level);
/* The p at which P(X > k) + P(X = k) / 2 and P(X < k) + P(X = k) / 2 are delta / 2 [delta], X ~ Bin(n, p);
 * low is 0 at k = 0, high is 1 at k = n (Lancaster 1961; Berry & Armitage 1995). */
BK_API bk_status bk_interval_mid_p(bk_interval *interval, const bk_losses *losses, double level);
/* Roots p of (k / n - p)^2 = z^2 p (1 - p) / n (Wilson 1927). */
BK_API bk_status bk_interval_wilson(bk_interval *interval, const bk_losses *losses, double level);
/* q +- z sqrt(q (1 - q) / m), m = n + z^2, q = (k + z^2 / 2) / m (Agresti & Coull 1998). */
BK_API bk_status bk_interval_agresti_coull(bk_interval *interval, const bk_losses *losses, double level);
/* Quantiles of Beta(k + 1/2, n - k + 1/2); low is 0 at k = 0, high is 1 at k = n (Brown, Cai & DasGupta
 * 2001). */
BK_API bk_status bk_interval_jeffreys(bk_interval *interval, const bk_losses *losses, double level);
/* R +- z sqrt(w / n), w the variance with n, not n - 1 (Laplace 1812). DEGENERATE where w = 0. */
BK_API bk_status bk_interval_wald(bk_interval *interval, const bk_losses *losses, double level);
/* R +- t sqrt(v / n), t of n - 1 degrees of freedom (Student 1908). DEGENERATE where v = 0, UNDEFINED for
 * n = 1. */
BK_API bk_status bk_interval_student_t(bk_interval *interval, const bk_losses *losses, double level);
/* Hedged capital (Waudby-Smith & Ramdas 2024, theorem 3 and section 4.4): the m with
 * max(K+(m), K-(m)) / 2 < 1 / delta [the one-sided capital below 1 / delta], losses taken to [0, 1], c = 1/2,
 * prior mean 1/2 and variance 1/4, no running intersection; see stats/betting.h. Needs values, or 0/1
 * losses and BK_ORDER_SHUFFLED. It never promises low <= estimate <= high. O(n) times some 60. */
BK_API bk_status bk_interval_betting(bk_interval *interval, const bk_losses *losses, double level);

#ifdef __cplusplus
}
#endif
#endif
