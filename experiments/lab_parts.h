/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The parts of the lab, shared by the experiments that run one of them and by `lab`, which runs all into
 * one file. Ground truth is bk_mixture_lab throughout.
 */
#ifndef BRISK_EXPERIMENTS_LAB_PARTS_H
#define BRISK_EXPERIMENTS_LAB_PARTS_H

#include <brisk/brisk.h>

/* bytes, rounded up so that what follows in a thread's scratch memory is aligned. */
static inline size_t lab_align(size_t bytes) { return (bytes + 63) / 64 * 64; }

/* ---- Options ------------------------------------------------------------------------------------------ */

#define LAB_OPTION_SAMPLING(sampling_initial)                                                               \
    {                                                                                                       \
        .name = "sampling", .type = BK_OPTION_CHOICE, .initial = (sampling_initial),                        \
        .choices = "balanced,iid",                                                                          \
        .help = "balanced: exactly half of the points of each class (the course's way); iid: each point's " \
                "class is drawn too"                                                                        \
    }
#define LAB_OPTION_TRAIN_SIZE                                                                       \
    {                                                                                               \
        .name = "train-size", .type = BK_OPTION_INTEGER, .initial = "200", .range = "[2,10000000]", \
        .unit = "points", .help = "size of the training set"                                        \
    }
#define LAB_OPTION_ACTIVATION                                                                     \
    {                                                                                             \
        .name = "activation", .type = BK_OPTION_CHOICE_LIST, .initial = "tanh",                   \
        .choices = "tanh,relu,sigmoid", .help = "activations of the hidden units, a network each" \
    }
/* With the networks and the sampling that an experiment takes by default. */
#define LAB_OPTIONS_TRAINING_OF(hidden_initial, sampling_initial) \
    {.name = "hidden",                                            \
     .type = BK_OPTION_INTEGER_LIST,                              \
     .initial = (hidden_initial),                                 \
     .range = "[1,100000]",                                       \
     .help = "numbers of hidden units, a network each"},          \
        LAB_OPTION_ACTIVATION, LAB_OPTION_TRAIN_SIZE,             \
        {.name = "learning-rate",                                 \
         .type = BK_OPTION_REAL,                                  \
         .initial = "0.1",                                        \
         .range = "(0,1000000]",                                  \
         .help = "step length of gradient descent"},              \
        {.name = "epochs",                                        \
         .type = BK_OPTION_INTEGER,                               \
         .initial = "1000",                                       \
         .range = "[1,100000000]",                                \
         .help = "steps of full-batch gradient descent"},         \
        {.name = "dtype",                                         \
         .type = BK_OPTION_CHOICE,                                \
         .initial = "f32",                                        \
         .choices = "f32,f64",                                    \
         .help = "precision of points, weights and scores"},      \
        LAB_OPTION_SAMPLING(sampling_initial)
#define LAB_OPTIONS_TRAINING LAB_OPTIONS_TRAINING_OF("5,10,100,500", "balanced")
#define LAB_OPTIONS_TEST_ERROR                                                                               \
    {.name = "trials",                                                                                       \
     .type = BK_OPTION_INTEGER,                                                                              \
     .initial = "10000",                                                                                     \
     .range = "[1,1000000000]",                                                                              \
     .help = "fresh test sets to draw"},                                                                     \
        {.name = "test-size",                                                                                \
         .type = BK_OPTION_INTEGER,                                                                          \
         .initial = "1000",                                                                                  \
         .range = "[1,100000000]",                                                                           \
         .unit = "points",                                                                                   \
         .help = "size of a test set"},                                                                      \
        {.name = "resamples",                                                                                \
         .type = BK_OPTION_INTEGER,                                                                          \
         .initial = "9999",                                                                                  \
         .range = "[1,100000000]",                                                                           \
         .help = "bootstrap resamples of the one fixed test set"},                                           \
        {.name = "level",                                                                                    \
         .type = BK_OPTION_REAL,                                                                             \
         .initial = "0.9",                                                                                   \
         .range = "(0,1)",                                                                                   \
         .help = "confidence level of the intervals (the assignment's alpha)"},                              \
    {                                                                                                        \
        .name = "evaluation", .type = BK_OPTION_CHOICE, .initial = "auto", .choices = "auto,dense,map",      \
        .help = "dense sends every point of a test set through the network; map looks labels up where they " \
                "are proved, the same bits; auto takes whichever is quicker"                                 \
    }

/* A check of these options together: sets of even size where sampling is balanced, a number of networks
 * that one run can hold. Options that an experiment lacks are passed over. */
bk_status lab_check_options(const bk_options *options);

/* ---- The networks of a run -------------------------------------------------------------------------------
 */

/* The training set and the trained networks. Zero it first; lab_networks_clear frees it. */
typedef struct lab_networks {
    bk_dtype dtype;
    bk_sampling sampling;
    size_t train_size;
    void *x;   /* [input][train_size] of dtype */
    int8_t *y; /* [train_size] */
    size_t count;
    bk_network **network; /* [count] */
    char (*name)[32];     /* [count], "tanh_500" */
} lab_networks;
void lab_networks_clear(lab_networks *networks);

/* Draws count points of the purpose's stream (seed, purpose, 0); x [input][count] and y [count] are then
 * owned by the caller (bk_free). */
bk_status lab_draw_points(void **x, int8_t **y, uint64_t seed, uint32_t purpose, bk_sampling sampling,
                          bk_dtype dtype, size_t count);
/* Draws the training set and trains every network; writes /training_set and of each network its weights
 * and losses. */
bk_status lab_train(bk_run *run, lab_networks *networks);
/* The group /network/NAME. */
bk_group *lab_network_group(bk_run *run, const lab_networks *networks, size_t i);

/* Decision maps of the networks that --evaluation takes them for (test_error_map.c), NULL for the others:
 * [network], owned by the caller (lab_maps_destroy). NULL on failure. */
bk_decision_map **lab_maps_create(const bk_options *options, const lab_networks *networks);
void lab_maps_destroy(bk_decision_map **maps, size_t count);

/* What the trials of network i fluctuate around (test_error_truth.c): its certified risk, the distribution of
 * the error count of test_size points, and a test of the trials against it; with the first network the Bayes
 * risk. The lines of the page about them. */
bk_status lab_put_truth(bk_run *run, const lab_networks *networks, size_t i, const bk_trials *trials,
                        size_t test_size);
void lab_report_truth(const bk_group *network, bk_text *page);
void lab_report_bayes_risk(const bk_group *networks, bk_text *page);

/* ---- The parts --------------------------------------------------------------------------------------------
 */

bk_status lab_run_tensor_basics(bk_run *run);
/* The gradient check of networks of `hidden` units. */
bk_status lab_run_gradient_check(bk_run *run, size_t hidden);
/* Decision boundaries, test error and generalisation gap of the trained networks. */
bk_status lab_run_training(bk_run *run, const lab_networks *networks);
/* Fresh test sets, bootstrap and intervals. */
bk_status lab_run_test_error(bk_run *run, const lab_networks *networks);

/* The page of each part, from the file alone; nothing where the file lacks the part. */
bk_status lab_report_tensor_basics(const bk_group *root, bk_text *page);
bk_status lab_report_gradient_check(const bk_group *root, bk_text *page);
bk_status lab_report_training(const bk_group *root, bk_text *page);
bk_status lab_report_test_error(const bk_group *root, bk_text *page);

/* ---- Writing (lab_output.c)
 * --------------------------------------------------------------------------------- */

/* bk_group_add as a status. */
bk_status lab_put(bk_group *group, const bk_field *field, const size_t *shape, const void *values);
/* The same for values [product of shape] of dtype f32 or f64, stored as f64. */
bk_status lab_put_floats(bk_group *group, const bk_field *field, const size_t *shape, bk_dtype dtype,
                         const void *values);
/* A set of points: x [point, input] and y [point]. */
bk_status lab_put_points(bk_group *group, bk_dtype dtype, const void *x, const int8_t *y, size_t count);
/* The weights of a network with one hidden layer: w1, b1, w2, b2. */
bk_status lab_put_weights(bk_group *group, const bk_network *network);

/* ---- What passes through libm, so that another machine may write other last bits ---- */

/* The ends of a table of intervals, by its path. */
#define LAB_INEXACT_INTERVALS(table) \
    table "/low", table "/high", table "/half_width", table "/mc_error_low", table "/mc_error_high"
/* Risks, what they say of the trials, and intervals. The rounding mass is a difference of distribution
 * functions. */
#define LAB_INEXACT_TEST_ERROR                                                                      \
    "/network@bayes_risk*", "/network@bayes_risk_error~1e-13", "/network/*@true_risk*",             \
        "/network/*@true_risk*_error~1e-13", "/network/*@true_risk_rounding_mass~1e-13",            \
        "/network/*/trials@chi_square", "/network/*/trials@p_value", "/network/*/trials/exact_pmf", \
        LAB_INEXACT_INTERVALS("/network/*/interval")
/* The logarithm of a ratio of errors. */
#define LAB_INEXACT_GRADIENT_CHECK "/gradient_check/*/order"

/* ---- Tables of intervals (interval_table.c) ----
 */

/* What the intervals of a table are for; clipped names the column of that name. */
typedef struct lab_estimate {
    const char *long_name; /* "error rate R_T of the test set" */
    const char *unit;
    const char *clipped; /* "1 where an end was cut at 0 or 1" */
} lab_estimate;
/* The table of intervals [count], a row each, in an empty group. */
bk_status lab_put_intervals(bk_group *group, const bk_interval *intervals, size_t count,
                            const lab_estimate *estimate);
/* A cell of a table, as a number (NaN where there is none) or a text ("?"). */
double lab_cell(const bk_group *table, const char *column, size_t row);
const char *lab_text_cell(const bk_group *table, const char *column, size_t row);
/* Says what column (texts, one a method) says, methods of the same words together. */
void lab_report_words(const bk_group *table, const char *column, const char *title, bk_text *page);

#endif
