/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Part 3 of the lab: what its run and the replay of one of its trials share.
 */
#ifndef BRISK_EXPERIMENTS_TEST_ERROR_H
#define BRISK_EXPERIMENTS_TEST_ERROR_H

#include "lab_parts.h"

/* ---- Fresh test sets ---- */

/* What all trials share. All networks see the same test set in a trial. */
typedef struct test_error_context {
    bk_run *run;
    const lab_networks *networks;
    bk_decision_map **maps; /* [network]; NULL: through the network */
    uint64_t seed;
    size_t test_size;
    double *trials_mean; /* [network], set by summarise: mean error rate */
} test_error_context;

/* Where the parts of a thread's scratch begin, each at a multiple of 64 bytes; points x are at 0. */
typedef struct test_error_scratch {
    size_t y, score, sampling, bytes;
} test_error_scratch;
test_error_scratch test_error_layout(const lab_networks *networks, size_t test_size);

/* The test set of a trial into scratch. */
bk_status test_error_draw(const test_error_context *context, uint64_t trial, void *scratch);

/* describe of the simulation (test_error_replay.c): the test set, and of one network its scores, errors and
 * intervals. */
bk_status test_error_describe(const void *context, uint64_t trial, size_t output, void *scratch,
                              bk_group *results);

/* ---- One test set, and what one network says of it ---- */

#define TEST_ERROR_INTERVALS 5

/* Zero it first; x and y are whoever's, the rest is made by test_error_prepare. */
typedef struct test_error_set {
    size_t size, resamples;
    double level;
    uint64_t seed;
    void *x;
    int8_t *y;
    void *score;      /* [size] */
    uint8_t *error;   /* [size] */
    uint64_t *counts; /* [resamples] */
    double *means;    /* [resamples] */
} test_error_set;

bk_status test_error_prepare(test_error_set *test, const bk_run *run, const lab_networks *networks);
/* Frees x and y too. */
void test_error_clear(test_error_set *test);

/* Scores, errors and resampled counts. */
bk_status test_error_measure(uint64_t *errors, test_error_set *test, const bk_network *network);
/* intervals [TEST_ERROR_INTERVALS]; fills test->means on the way. */
bk_status test_error_intervals(bk_interval *intervals, const test_error_set *test, uint64_t errors);

/* Error rate and count, points, scores and errors; the table of intervals. */
bk_status test_error_put_set(bk_group *group, const test_error_set *test, bk_dtype dtype, uint64_t errors);
bk_status test_error_put_intervals(bk_group *group, const bk_interval *intervals);

#endif
