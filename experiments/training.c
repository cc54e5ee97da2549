/* SPDX-License-Identifier: GPL-3.0-or-later
 * Part 2, step 3 of the lab: trained networks, their decision boundaries, test error and generalisation
 * gap on a test set whose size Hoeffding's inequality chooses. */
#include "lab_parts.h"

#include <stdio.h>
#include <string.h>

#define GRID        200
#define GRID_MARGIN 0.5

/* The probability of being off by more than 1 % is to be below 0.01. */
#define HOEFFDING_EPSILON 0.01
#define HOEFFDING_DELTA   0.01

/* ---- Errors ---- */

/* The test set that all networks are measured on. */
typedef struct error_estimate {
    uint64_t hoeffding_size; /* smallest that the inequality allows */
    size_t size;             /* the same, rounded up to even where sampling is balanced */
    void *x;
    int8_t *y;
    void *score; /* [size], scratch */
} error_estimate;

static bk_status count_errors(const bk_network *network, void *score, const void *x, const int8_t *y,
                              size_t count, double *rate)
{
    uint64_t errors = 0;
    BK_TRY(bk_network_score(score, network, x, count));
    BK_TRY(bk_network_errors(NULL, &errors, network->dtype, score, y, count));
    *rate = (double)errors / (double)count;
    return BK_OK;
}

static bk_status draw_estimate(error_estimate *estimate, const lab_networks *networks, uint64_t seed)
{
    BK_TRY(bk_plan_hoeffding(&estimate->hoeffding_size, HOEFFDING_EPSILON, HOEFFDING_DELTA));
    estimate->size = (size_t)estimate->hoeffding_size;
    if (networks->sampling == BK_SAMPLING_BALANCED) {
        estimate->size += estimate->size % 2;
    }
    const size_t larger = estimate->size > networks->train_size ? estimate->size : networks->train_size;
    estimate->score = bk_allocate(larger, bk_dtype_size(networks->dtype));
    if (estimate->score == NULL) {
        return bk_error_status();
    }
    return lab_draw_points(&estimate->x, &estimate->y, seed, BK_PURPOSE_ERROR_ESTIMATE, networks->sampling,
                           networks->dtype, estimate->size);
}

static bk_status put_errors(bk_group *group, const bk_network *network, const lab_networks *networks,
                            const error_estimate *estimate)
{
    double train_error = 0.0;
    double test_error = 0.0;
    BK_TRY(
        count_errors(network, estimate->score, networks->x, networks->y, networks->train_size, &train_error));
    BK_TRY(count_errors(network, estimate->score, estimate->x, estimate->y, estimate->size, &test_error));
    BK_TRY(bk_group_set_real(group, "train_error", train_error));
    BK_TRY(bk_group_set_real(group, "test_error", test_error));
    BK_TRY(bk_group_set_real(group, "generalization_gap", test_error - train_error));
    BK_TRY(bk_group_set_unsigned(group, "hoeffding_test_size", estimate->size));
    BK_TRY(bk_group_set_real(group, "hoeffding_epsilon", HOEFFDING_EPSILON));
    return bk_group_set_real(group, "hoeffding_delta", HOEFFDING_DELTA);
}

/* ---- Decision boundary ---- */

/* The grid that the boundary is drawn on, the same for all networks: the training data's range -+ 0.5. */
typedef struct decision_grid {
    double x0[GRID], x1[GRID];
    double *points;      /* [input][GRID * GRID], x1 slow, x0 fast */
    double *bayes_score; /* [GRID * GRID] */
    void *typed_points;  /* the points in the networks' dtype */
    void *score;         /* [GRID * GRID] of dtype */
} decision_grid;

static void grid_axis(double *axis, const lab_networks *networks, size_t input)
{
    double low = 0.0;
    double high = 0.0;
    for (size_t i = 0; i < networks->train_size; i++) {
        const size_t at = input * networks->train_size + i;
        const double value = networks->dtype == BK_F32 ? (double)((const float *)networks->x)[at]
                                                       : ((const double *)networks->x)[at];
        low = i == 0 || value < low ? value : low;
        high = i == 0 || value > high ? value : high;
    }
    low -= GRID_MARGIN;
    high += GRID_MARGIN;
    for (size_t i = 0; i < GRID; i++) {
        axis[i] = low + (high - low) * (double)i / (double)(GRID - 1);
    }
}

static bk_status make_grid(decision_grid *grid, const lab_networks *networks)
{
    const size_t count = (size_t)GRID * GRID;
    grid_axis(grid->x0, networks, 0);
    grid_axis(grid->x1, networks, 1);
    grid->points = bk_allocate(2 * count, sizeof(double));
    grid->bayes_score = bk_allocate(count, sizeof(double));
    grid->typed_points = bk_allocate(2 * count, bk_dtype_size(networks->dtype));
    grid->score = bk_allocate(count, bk_dtype_size(networks->dtype));
    if (grid->points == NULL || grid->bayes_score == NULL || grid->typed_points == NULL ||
        grid->score == NULL) {
        return bk_error_status();
    }
    for (size_t i = 0; i < count; i++) {
        grid->points[i] = grid->x0[i % GRID];
        grid->points[count + i] = grid->x1[i / GRID];
    }
    for (size_t i = 0; i < 2 * count; i++) {
        if (networks->dtype == BK_F32) {
            ((float *)grid->typed_points)[i] = (float)grid->points[i];
        } else {
            ((double *)grid->typed_points)[i] = grid->points[i];
        }
    }
    return bk_mixture_log_odds(grid->bayes_score, &bk_mixture_lab, grid->points, count);
}

static void clear_grid(decision_grid *grid)
{
    bk_free(grid->points);
    bk_free(grid->bayes_score);
    bk_free(grid->typed_points);
    bk_free(grid->score);
}

static bk_status put_decision(bk_group *group, const bk_network *network, const decision_grid *grid)
{
    static const bk_field x0 = {.name = "x0",
                                .dtype = BK_F64,
                                .rank = 1,
                                .axes = {"x0"},
                                .unit = "1",
                                .long_name = "first coordinate"};
    static const bk_field x1 = {.name = "x1",
                                .dtype = BK_F64,
                                .rank = 1,
                                .axes = {"x1"},
                                .unit = "1",
                                .long_name = "second coordinate"};
    static const bk_field score = {.name = "score",
                                   .dtype = BK_F64,
                                   .rank = 2,
                                   .axes = {"x1", "x0"},
                                   .unit = "1",
                                   .long_name = "score of the network; its sign is the predicted class"};
    static const bk_field bayes = {.name = "bayes_score",
                                   .dtype = BK_F64,
                                   .rank = 2,
                                   .axes = {"x1", "x0"},
                                   .unit = "nat",
                                   .long_name = "log-odds of the true classes"};
    const size_t shape[] = {GRID, GRID};
    BK_TRY(bk_network_score(grid->score, network, grid->typed_points, (size_t)GRID * GRID));
    BK_TRY(lab_put(group, &x0, shape, grid->x0));
    BK_TRY(lab_put(group, &x1, shape, grid->x1));
    BK_TRY(lab_put_floats(group, &score, shape, network->dtype, grid->score));
    return lab_put(group, &bayes, shape, grid->bayes_score);
}

/* ---- The part ---- */

static bk_status describe_all(bk_run *run, const lab_networks *networks, const decision_grid *grid,
                              const error_estimate *estimate)
{
    for (size_t i = 0; i < networks->count; i++) {
        bk_group *group = lab_network_group(run, networks, i);
        BK_TRY(put_errors(group, networks->network[i], networks, estimate));
        BK_TRY(put_decision(bk_group_at(group, "decision"), networks->network[i], grid));
    }
    return BK_OK;
}

bk_status lab_run_training(bk_run *run, const lab_networks *networks)
{
    decision_grid grid = {0};
    error_estimate estimate = {0};
    bk_status status = make_grid(&grid, networks);
    if (status == BK_OK) {
        status = draw_estimate(&estimate, networks, bk_run_seed(run));
    }
    if (status == BK_OK) {
        bk_run_say(run, "measuring test errors on %zu points", estimate.size);
        status = describe_all(run, networks, &grid, &estimate);
    }
    clear_grid(&grid);
    bk_free(estimate.x);
    bk_free(estimate.y);
    bk_free(estimate.score);
    return status;
}

/* ---- The page ---- */

static const char *loss_went(const bk_group *group)
{
    if (bk_group_real(group, "loss_fell") > 0) {
        return "fell";
    }
    return bk_group_real(group, "initial_loss") == bk_group_real(group, "final_loss") ? "same" : "ROSE";
}

static void report_network(const bk_group *group, bk_text *page)
{
    bk_text_append(page, "     %-10s %9.5f -> %9.5f %-6s", bk_group_name(group),
                   bk_group_real(group, "initial_loss"), bk_group_real(group, "final_loss"),
                   loss_went(group));
    const double test_error = bk_group_real(group, "test_error");
    if (test_error == test_error) {
        bk_text_append(page, " %9.2f %% %9.2f %% %9.2f %%", 100.0 * bk_group_real(group, "train_error"),
                       100.0 * test_error, 100.0 * bk_group_real(group, "generalization_gap"));
    }
    bk_text_append(page, "\n");
}

bk_status lab_report_training(const bk_group *root, bk_text *page)
{
    const bk_group *networks = bk_group_find(root, "network");
    if (networks == NULL || bk_group_group_count(networks) == 0) {
        return BK_OK;
    }
    const bk_group *first = bk_group_child(networks, 0);
    const bk_dataset *loss = bk_dataset_find(first, "loss");
    const size_t epochs = loss == NULL ? 0 : bk_dataset_size(loss);
    bk_text_append(page, "PART 2, STEP 3. TRAINING (%zu epochs)\n\n", epochs);
    const double size = bk_group_real(first, "hoeffding_test_size");
    if (size == size) {
        bk_text_append(
            page,
            "     Test set of %.0f points: by Hoeffding's inequality 2 exp(-2 n eps^2) <= delta, the\n"
            "     test error is off by more than eps = %g with a probability below delta = %g.\n\n",
            size, bk_group_real(first, "hoeffding_epsilon"), bk_group_real(first, "hoeffding_delta"));
    }
    bk_text_append(page, "     %-10s %22s %8s %9s %11s %11s\n", "network", "training loss", "", "train err.",
                   "test error", "gap");
    for (size_t i = 0; i < bk_group_group_count(networks); i++) {
        report_network(bk_group_child(networks, i), page);
    }
    bk_text_append(page, "\n");
    return bk_text_status(page);
}

static const bk_option options[] = {LAB_OPTIONS_TRAINING};

static bk_status run_alone(bk_run *run)
{
    lab_networks networks = {0};
    bk_status status = lab_train(run, &networks);
    if (status == BK_OK) {
        status = lab_run_training(run, &networks);
    }
    lab_networks_clear(&networks);
    return status;
}

const bk_experiment training_experiment = {
    .name = "training",
    .summary = "Part 2 of the lab: networks trained by gradient descent, their boundaries and test errors",
    .options = options,
    .n_options = sizeof options / sizeof options[0],
    .check = lab_check_options,
    .run = run_alone,
    .report = lab_report_training,
};
