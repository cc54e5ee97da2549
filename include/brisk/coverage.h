/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * brisk/coverage.h (part of brisk/stats.h): how often an interval for an error rate keeps its promise.
 *
 * Where the interval is a function of the error count k alone, its coverage at risk p is a finite sum,
 * P(p is inside the interval of K), K the count of a test set of m points; nothing is simulated. Intervals
 * are closed. An end within 1e-15 p of p counts as p itself, so that p = j / m meets the ends of lattice
 * methods however it was computed; there coverage jumps, which the limits from the left and the right show.
 */
#ifndef BRISK_COVERAGE_H
#define BRISK_COVERAGE_H

#include "brisk/interval.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Test sets and their error counts (stats/coverage_law.c) ------------------------------------------- */

/* How the errors of a test set of m points come about: iid, K ~ Bin(m, p); balanced (exactly half of each
 * class), K ~ Bin(m / 2, p_negative) + Bin(m / 2, p_positive), whose risk is the mean of the two. */
typedef struct bk_test_sets {
    uint64_t m;
    double p; /* the risk */
    bool balanced;
    double p_negative, p_positive; /* error rate of each class; both p where not balanced */
} bk_test_sets;
BK_API bk_test_sets bk_test_sets_iid(uint64_t m, double p);
BK_API bk_test_sets bk_test_sets_balanced(uint64_t m, double p_negative, double p_positive);

/* P(K = first + i) = mass[i], i in [0, count); every other count in [0, m] is left out. */
typedef struct bk_count_law {
    uint64_t m, first;
    size_t count;
    double *mass;
} bk_count_law;
/* Counts of probability below 1e-26 (of a class, where balanced) are left out at both ends, together less
 * than 1e-20; the others are right to about 2e-13 relative (Loader's saddle-point form). O(sqrt(m)), balanced
 * O(m). BK_INVALID for m outside [1, 2^32], an odd m that is balanced, a rate outside [0, 1]; BK_MEMORY. The
 * caller clears it. */
BK_API bk_status bk_count_law_of(bk_count_law *law, const bk_test_sets *sets);
BK_API void bk_count_law_clear(bk_count_law *law);

/* ---- Coverage (stats/coverage_table.c, stats/coverage.c) -------------------------------------------------
 */

/* One row of an answer. */
typedef struct bk_coverage {
    const char *method; /* "wilson" */
    uint64_t m;
    double p, level;
    bk_sides sides;
    double coverage;                      /* P(low <= p <= high) */
    double coverage_left, coverage_right; /* its limits at p from below and above; NaN where p is 0, 1 */
    double mean_width;                    /* of the clipped intervals that have ends; NaN where none has */
    double miss_low, miss_high;           /* P(p < low), P(p > high) */
    double undefined;                     /* P(no ends); counts against coverage */
    const char *kind;                     /* "exact" or "simulated" */
    double standard_error;                /* of coverage; NaN where exact */
    uint64_t trials;                      /* 0 where exact */
} bk_coverage;

/* The intervals of k = 0 .. m errors by one method, computed once for each count that is asked for. Not for
 * use by two threads at once. */
typedef struct bk_coverage_table bk_coverage_table;
/* Owned by the caller (bk_coverage_table_destroy). Of the request, level, sides and a known variance are
 * used. NULL with BK_UNSUPPORTED for a method whose interval is no function of the count
 * (bk_interval_method_by_count; bk_coverage_simulate is for those), BK_INVALID for a level outside (0, 1),
 * sides or variance that are none, m outside [1, 2^32]; BK_MEMORY. */
BK_API bk_coverage_table *bk_coverage_table_create(size_t method, uint64_t m,
                                                   const bk_interval_request *request);
/* The same for anybody's interval: low [m + 1] and high [m + 1] are copied, NaN (both) where there is no
 * interval. name is copied. BK_INVALID for one NaN of two or low above high. */
BK_API bk_coverage_table *bk_coverage_table_of_ends(const char *name, const double *low, const double *high,
                                                    uint64_t m, double level);
BK_API void bk_coverage_table_destroy(bk_coverage_table *table);

/* Exact coverage of one table under any distribution of the count at any risk p in [0, 1]: the masses of law
 * are taken as they are, in order from the smaller to the larger (they need not come from
 * bk_count_law_of). BK_INVALID for another m, counts beyond it, a mass that is negative or not finite. */
BK_API bk_status bk_coverage_of_pmf(bk_coverage *coverage, bk_coverage_table *table, const bk_count_law *law,
                                    double p);
/* rows [sets_count * tables_count], rows[s * tables_count + t] that of tables[t] at sets[s]; each of the
 * sets is summed up once for all tables. All tables have the m of all sets. Parallel over sets; bits do not
 * depend on the number of threads. All or nothing. Five microseconds a row for m = 1000 and, once, the
 * intervals. */
BK_API bk_status bk_coverage_exact(bk_coverage *rows, bk_coverage_table *const *tables, size_t tables_count,
                                   const bk_test_sets *sets, size_t sets_count);

/* ---- The infimum (stats/coverage_minimum.c) ---------------------------------------------------------------
 */

typedef enum bk_approach { BK_APPROACH_AT, BK_APPROACH_LEFT, BK_APPROACH_RIGHT } bk_approach;
/* "at", "left", "right"; "unknown" outside the enum. */
BK_API const char *bk_approach_name(bk_approach approach);

/* Where coverage is least: its limit as p comes to that point from the left (from below), from the right, or
 * its value at the point. */
typedef struct bk_coverage_minimum {
    double infimum;
    double p;
    bk_approach approach;
} bk_coverage_minimum;
/* The infimum of exact coverage over all p in [p_low, p_high], iid: not a minimum over a grid, but over the
 * limits at every end of an interval in the range and over every local minimum between two ends. The infimum
 * over (0, 1) is that over [0, 1]. Absolute error about 1e-13. BK_INVALID unless 0 <= p_low <= p_high <= 1;
 * BK_UNSUPPORTED for ends so irregular that the covering counts fall into more than 32 runs; BK_MEMORY.
 * O(e log e) plus some microseconds for each of the e ends in the range. */
BK_API bk_status bk_coverage_infimum(bk_coverage_minimum *minimum, bk_coverage_table *table, double p_low,
                                     double p_high);

/* ---- Simulation (stats/coverage_simulate.c)
 * ---------------------------------------------------------------- */

/* Coverage of any method by trials fresh test sets of 0/1 losses: trial t draws from the stream (seed,
 * coverage, t) alone: the losses in the order of the test set (balanced: negatives first), then the seed of
 * what the method itself draws (resamples, the order of betting), whatever request->seed says. kind is
 * "simulated", standard_error sqrt(c (1 - c) / trials) with c = (hits + 1/2) / (trials + 1), so that no miss
 * at all is no certainty. Parallel over trials; bits do not depend on the number of threads. BK_INVALID for 0
 * trials or more than 2^32, and as above. The cost of trials intervals. */
BK_API bk_status bk_coverage_simulate(bk_coverage *row, size_t method, const bk_test_sets *sets,
                                      const bk_interval_request *request, uint64_t trials, uint64_t seed);

#ifdef __cplusplus
}
#endif
#endif
