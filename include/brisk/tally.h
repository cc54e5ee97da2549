/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * brisk/tally.h (part of brisk/stats.h): how often each value occurred, in whole numbers, so that the order
 * in which values come and the threads that bring them change nothing; and quantiles from such counts.
 */
#ifndef BRISK_TALLY_H
#define BRISK_TALLY_H

#include "brisk/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Tally (stats/tally.c) ----------------------------------------------------------------------------- */

/* Frequencies of distinct 64-bit keys: a hash table that grows. Start with {.limit = L} (0: no limit);
 * release with bk_tally_clear. */
typedef struct bk_tally {
    size_t limit; /* most distinct keys; one more, and the tally gives up: it is `full` and empty for good */
    size_t distinct; /* keys that occurred */
    uint64_t total;  /* occurrences */
    bool full;       /* whether it gave up depends on the keys alone, not on their order */
    size_t capacity; /* slots, a power of two */
    uint64_t *key;   /* [capacity] */
    uint64_t *count; /* [capacity]; 0: the slot is free */
} bk_tally;
/* times more occurrences of key (0: nothing happens). BK_MEMORY, and BK_OVERFLOW above 2^64 - 1 occurrences:
 * the tally is as before. Amortised O(1), some 8 ns while the table is in the cache. */
BK_API bk_status bk_tally_add(bk_tally *tally, uint64_t key, uint64_t times);
/* The keys in ascending order and how often each occurred: key [distinct], count [distinct], both of the
 * caller. BK_MEMORY. O(distinct log distinct). */
BK_API bk_status bk_tally_sorted(uint64_t *key, uint64_t *count, const bk_tally *tally);
BK_API void bk_tally_clear(bk_tally *tally);

/* ---- Quantiles from bins (stats/quantile_bin.c) ---------------------------------------------------------
 */

/* Numbers are put into fixed bins by sign, exponent and the first 7 bits of the mantissa: 128 bins from each
 * power of two to the next, so that a bin is at most 1/128 of its value wide (2^-1029 below 2^-1022). Bins
 * are numbered in the order of their values; -0 stands with 0, an infinity alone, a NaN in the last bin of
 * all. */
BK_API uint64_t bk_quantile_bin(double value);
/* The smallest and the largest number of a bin; NaN for the bin of NaN and numbers that are no bin. */
BK_API void bk_quantile_bin_ends(double *low, double *high, uint64_t bin);

/* A quantile that is known up to its bin: the order statistic x_(ceil(p n)), for p = 0 the smallest, lies in
 * [low, high]. It is the inverse of the empirical distribution function, NumPy's inverted_cdf: p n is rounded
 * to a double first. R's type 1 counts a p n that is 4e-16 above a whole number as that number. */
typedef struct bk_quantile {
    double probability;
    double value; /* the middle of the two, off by (high - low) / 2 at most */
    double low, high;
} bk_quantile;
/* quantiles [n] at probabilities [n] of a tally whose keys are bins of bk_quantile_bin, cut to [minimum,
 * maximum] of the values (NaN: not cut); NaN ends where the tally is empty, or gave up, and where the order
 * statistic is NaN (a NaN counts as larger than all numbers). BK_INVALID for a probability outside [0, 1] or
 * a minimum above the maximum of a tally that is not empty; BK_MEMORY. quantiles are then untouched.
 * O(distinct log distinct + n distinct). */
BK_API bk_status bk_quantiles_of_bins(bk_quantile *quantiles, const double *probabilities, size_t n,
                                      const bk_tally *bins, double minimum, double maximum);
/* The same of a tally whose keys are the values themselves (counts): low = high = value, without error up to
 * 2^53. */
BK_API bk_status bk_quantiles_of_counts(bk_quantile *quantiles, const double *probabilities, size_t n,
                                        const bk_tally *counts);

#ifdef __cplusplus
}
#endif
#endif
