/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The parts of the experiment `fit`: somebody's data, networks trained on them, and what a test says of each
 * and of their differences.
 */
#ifndef BRISK_EXPERIMENTS_FIT_PARTS_H
#define BRISK_EXPERIMENTS_FIT_PARTS_H

#include "lab_parts.h"

#define FIT_MOST_NETWORKS 64

/* ---- Tables (fit_table.c) ---- */

/* The columns of a file that are used, and the texts that its labels are. */
typedef struct fit_columns {
    size_t inputs;
    const char **name;    /* [inputs] */
    size_t *number;       /* [inputs]: in the file, from 1 */
    const char *label;    /* name of the label column */
    size_t label_number;  /* of it */
    size_t columns;       /* of the file */
    size_t first;         /* number of the first of them: 2 behind row names */
    bool named;           /* by a header */
    const char **skipped; /* [columns]: columns that are there and not used */
    size_t skipped_count;
} fit_columns;

/* A file as it was read. Zero it first; fit_table_clear. */
typedef struct fit_table {
    bk_data *data; /* inputs in the order of the columns, then the label */
    size_t inputs, rows;
} fit_table;

/* Which columns of the training file are inputs and which is the label. All memory is the arena's. */
bk_status fit_find_columns(fit_columns *columns, bk_arena *arena, const bk_options *options);
/* The columns of the test file that stand for those of the training file: by name where both have a header,
 * else by position. */
bk_status fit_match_columns(fit_columns *columns, bk_arena *arena, const char *source,
                            const fit_columns *training);
/* Reads them; option says for what. */
bk_status fit_read_table(fit_table *table, const char *source, const fit_columns *columns,
                         const char *option);
void fit_table_clear(fit_table *table);
/* A text of the file for messages and pages: cut, and without what a terminal would obey. Returns out. */
#define FIT_SHOWN 64
const char *fit_shown(char out[FIT_SHOWN], const char *text);

/* ---- Data (fit_data.c, fit_split.c) ---- */

typedef struct fit_set {
    size_t count;
    double *x; /* [input][count], in the units of the file */
    int8_t *y; /* [count] */
} fit_set;

/* All memory is the arena's. */
typedef struct fit_data {
    bk_arena *arena;
    size_t inputs;
    const char **name; /* [inputs] */
    const char *label;
    const char *class_text[2]; /* what stands for -1 and for +1 */
    const char *description;   /* how the training file was understood */
    bool held_out;             /* the test set is a part of the training file */
    fit_set training, test;
    bool standardise;
    double *mean, *sd; /* [inputs], of the training set */
} fit_data;

/* Reads the files, gives the labels their signs, holds out a test set where there is no file of one, and
 * finds means and standard deviations. */
bk_status fit_read(fit_data *data, bk_run *run);
/* Which rows [rows] are the test set: a share of them, drawn without regard to classes. */
bk_status fit_hold_out(uint8_t *is_test, size_t rows, double share, uint64_t seed);
/* /input, /training_set, /test_set and /standardisation. */
bk_status fit_put_data(bk_run *run, const fit_data *data);
/* The points of a set as the networks see them: standardised, [input][count] of dtype; bk_free. NULL on
 * failure: out of memory, or a value that dtype does not hold. */
void *fit_points(const fit_data *data, const fit_set *set, bk_dtype dtype);

/* ---- Networks (fit_train.c) ---- */

/* Zero it first; fit_networks_clear. */
typedef struct fit_networks {
    bk_dtype dtype;
    size_t count;
    bk_network *network[FIT_MOST_NETWORKS];
    bk_group *group[FIT_MOST_NETWORKS];
    const char *name[FIT_MOST_NETWORKS];
} fit_networks;
/* Trains them all; writes of each its initial and last weights, losses and training error. */
bk_status fit_train(bk_run *run, fit_networks *networks, const fit_data *data);
void fit_networks_clear(fit_networks *networks);

/* ---- The test (fit_test.c) ---- */

/* What every network did on the test set. Memory is the arena's. */
typedef struct fit_test {
    size_t count;                               /* points */
    double *error[FIT_MOST_NETWORKS];           /* [count], 0 or 1 */
    double *nll[FIT_MOST_NETWORKS];             /* [count], -log sigmoid(y s) */
    const double *replicate[FIT_MOST_NETWORKS]; /* [resamples] error rates, living with the bootstrap */
    bk_bootstrap *bootstrap[FIT_MOST_NETWORKS];
} fit_test;
/* Scores the test set with every network; writes errors, intervals and resamples. */
bk_status fit_measure(bk_run *run, fit_test *test, const fit_networks *networks, const fit_data *data);
void fit_test_clear(fit_test *test);

/* ---- Comparison (fit_compare.c) and the page (fit_report.c) ---- */

/* Writes /comparison: every pair of networks on the same points. Nothing for one network. */
bk_status fit_compare(bk_run *run, const fit_networks *networks, const fit_test *test, bk_arena *arena);
bk_status fit_report(const bk_group *root, bk_text *page);

#endif
