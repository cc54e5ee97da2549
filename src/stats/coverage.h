/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * stats/coverage.h: what the parts of exact coverage share: the table of intervals and the comparison of an
 * end with p.
 */
#ifndef STATS_COVERAGE_H
#define STATS_COVERAGE_H

#include "brisk/coverage.h"

#define BK_COVERAGE_LARGEST_M (UINT64_C(1) << 32)

/* Counts are tabulated in blocks of so many, each computed when it is first needed. */
#define BK_COVERAGE_BLOCK 128
typedef struct bk_coverage_block {
    bool filled;
    double low[BK_COVERAGE_BLOCK], high[BK_COVERAGE_BLOCK]; /* NaN: no interval */
} bk_coverage_block;

struct bk_coverage_table {
    const char *name;
    size_t method; /* BK_METHOD_COUNT: ends were given */
    uint64_t m;
    bk_interval_request request;
    size_t blocks_count;
    bk_coverage_block **blocks; /* [blocks_count], NULL where not needed yet */
    char *own_name;
};

/* BK_INVALID for sets that are none. */
bk_status bk_test_sets_check(const bk_test_sets *sets);

/* Makes sure that in every table the counts first[r] .. first[r] + count[r] - 1 of all ranges are there;
 * parallel.
 */
bk_status bk_coverage_table_fill(bk_coverage_table *const *tables, size_t tables_count, const uint64_t *first,
                                 const size_t *count, size_t ranges);

static inline double bk_table_low(const bk_coverage_table *table, uint64_t k)
{
    return table->blocks[k / BK_COVERAGE_BLOCK]->low[k % BK_COVERAGE_BLOCK];
}
static inline double bk_table_high(const bk_coverage_table *table, uint64_t k)
{
    return table->blocks[k / BK_COVERAGE_BLOCK]->high[k % BK_COVERAGE_BLOCK];
}

/* p with the width within which an end counts as p: an end of a lattice method is j / m rounded, and p may
 * be rounded otherwise. Exact where they are equal; other ends never come so near by accident. */
typedef struct bk_near {
    double below, above;
} bk_near;
static inline bk_near bk_near_of(double p) { return (bk_near){p * (1 - 1e-15), p * (1 + 1e-15)}; }
/* -1, 0, 1 for an end below, at and above p. */
static inline int bk_near_compare(double end, bk_near p) { return (end > p.above) - (end < p.below); }

/* The probability of the runs of counts [flips[0], flips[1]), [flips[2], flips[3]), ..., K ~ Bin(m, p). */
double bk_coverage_of_runs(const uint64_t *flips, size_t count, uint64_t m, double p);
/* The p strictly inside (from, to) at which that sum is stationary, ascending; at most count - 1 of them.
 * *found of them are written to points [count]. BK_UNSUPPORTED for more than 64 flips. */
bk_status bk_coverage_stationary(double *points, size_t *found, const uint64_t *flips, size_t count,
                                 uint64_t m, double from, double to);

#endif
