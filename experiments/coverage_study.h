/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The coverage study: what its files share. Methods and levels make a table of rows for each network; row
 * (method, level) has number method * n_levels + level.
 */
#ifndef BRISK_EXPERIMENTS_COVERAGE_STUDY_H
#define BRISK_EXPERIMENTS_COVERAGE_STUDY_H

#include "lab_parts.h"

#define STUDY_MOST_LEVELS 8
/* Trials a network that the zip plot shows. */
#define STUDY_SAMPLE 100

/* What all trials share. Methods whose interval is a function of the error count are "by count": their
 * intervals are computed once a count when all trials are there. The others draw (resamples, an order), so
 * every trial computes theirs. */
typedef struct coverage_study {
    bk_run *run;
    const lab_networks *networks;
    uint64_t seed;
    size_t test_size, resamples;
    size_t n_methods;
    size_t method[BK_METHOD_COUNT]; /* rows of the library's table, those by count first */
    size_t n_by_count;
    size_t n_levels;
    double level[STUDY_MOST_LEVELS];
    bk_risk *risk; /* [network] */
} coverage_study;

/* Where the interval of a trial lies, as a whole number: one of the four, and flags. */
enum {
    STUDY_COVERS,
    STUDY_MISS_LOW,  /* the true risk lies below the interval */
    STUDY_MISS_HIGH, /* above */
    STUDY_NO_INTERVAL,
    STUDY_PLACES,
    STUDY_DEGENERATE = 4, /* flag: it has ends, with a reservation */
    STUDY_UNDECIDED = 8,  /* flag: an end is nearer to the true risk than that is known */
    STUDY_OUTCOMES = 16
};
unsigned study_outcome(const bk_interval *interval, const bk_risk *risk);

/* Methods, levels and sizes from the options; BK_INVALID where they do not go together. */
bk_status study_read_options(coverage_study *study, const bk_options *options);

/* ---- One trial (coverage_study_trial.c) -----------------------------------------------------------------
 */

/* Outputs of a trial: the error count of each network, then for each network, method that draws and level
 * three: covered, outcome, width (0 where there is no interval). */
#define STUDY_MOST_OUTPUTS 64
size_t study_n_outputs(const coverage_study *study);
/* Number of the first of the three; drawn counts from the first method that draws. */
size_t study_output(const coverage_study *study, size_t network, size_t drawn, size_t level);

size_t study_scratch_bytes(const coverage_study *study);
/* Error counts [network] on test set number trial, which is the lab's, and the seed of what methods draw on
 * it: the stream's next draw behind the test set. */
bk_status study_draw(uint64_t *counts, uint64_t *seed, const coverage_study *study, uint64_t trial,
                     void *scratch);
/* Intervals [method that draws] of errors at one level. */
bk_status study_intervals(bk_interval *intervals, const coverage_study *study, uint64_t errors, double level,
                          uint64_t seed);
/* All trials; summarise is called with the study. */
bk_status study_simulate(coverage_study *study,
                         bk_status (*summarise)(void *context, const bk_trials *trials, bk_group *results));

/* ---- Intervals by count (coverage_study_count.c) --------------------------------------------------------
 */

/* The error counts of one network that occurred, and all intervals by count of them. */
typedef struct study_counts {
    size_t distinct;
    uint64_t *value, *trials; /* [distinct], ascending; how many trials had it */
    double *low, *high;       /* [row][distinct], rows of methods by count alone; NaN: no interval */
    uint8_t *status;          /* [row][distinct], a bk_interval_status */
    uint8_t *outcome;         /* [row][distinct] */
} study_counts;
bk_status study_counts_of(study_counts *counts, const coverage_study *study, const bk_trials *trials,
                          size_t network);
void study_counts_clear(study_counts *counts);

/* One row of the answer. Shares of all trials, each with its Monte Carlo standard error; exact values are NaN
 * where the method draws. */
typedef struct study_row {
    uint64_t covered; /* trials */
    double coverage, coverage_mcse;
    double miss_low, miss_low_mcse, miss_high, miss_high_mcse;
    double undefined, undefined_mcse, degenerate, degenerate_mcse, undecided;
    double mean_width, mean_width_mcse; /* of the intervals that have ends; NaN below one and two of them */
    double exact_coverage, exact_miss_low, exact_miss_high, exact_undefined, exact_mean_width;
} study_row;
/* rows [method * n_levels] of one network, without the exact values. */
void study_rows_of(study_row *rows, const coverage_study *study, const study_counts *counts,
                   const bk_trials *trials, size_t network);
/* Fills in the exact values of rows [network][method * n_levels]. */
bk_status study_rows_exact(study_row *const *rows, const coverage_study *study);

/* ---- The sample of the zip plot (coverage_study_sample.c) -----------------------------------------------
 */

/* Trials evenly spaced in the order of |error rate - true risk|. */
typedef struct study_sample {
    size_t size;
    uint64_t trial[STUDY_SAMPLE];
    uint32_t count[STUDY_SAMPLE];
    double rank[STUDY_SAMPLE];     /* share of the trials that lie nearer to the true risk */
    double estimate[STUDY_SAMPLE]; /* error rate */
    double distance[STUDY_SAMPLE]; /* (estimate - risk) / sqrt(risk (1 - risk) / test_size) */
    double *low, *high;            /* [row][size] */
    uint8_t *status, *covers;      /* [row][size] */
} study_sample;
/* samples [network]; zero them first. */
bk_status study_sample_all(study_sample *samples, const coverage_study *study, const study_counts *counts,
                           const bk_trials *trials);
void study_sample_clear(study_sample *sample);

/* ---- Writing and the page (coverage_study_output.c, coverage_study_report.c) -----------------------------
 */

bk_status study_put(bk_group *group, const coverage_study *study, const study_counts *counts,
                    const study_row *rows, const study_sample *sample);
bk_status study_report(const bk_group *root, bk_text *page);

#endif
