/* SPDX-License-Identifier: GPL-3.0-or-later
 * The test set that `fit` holds out of one file, and the sets as its results file keeps them.
 *
 * The rows are put into a random order and the first of them are the test set, without regard to their
 * classes: given the training set, the test points are then independent draws of the same population as
 * any later point, which is what the intervals of the test error rest on. Taking a fixed share of each
 * class would tie the number of test points of a class to the rest of the file. */
#include "fit_parts.h"

#include <stdio.h>

/* Numbers of a set up to which the file holds it. */
#define MOST_KEPT ((size_t)1 << 22)

bk_status fit_hold_out(uint8_t *is_test, size_t rows, double share, uint64_t seed)
{
    const double wanted = (double)rows * share + 0.5;
    const size_t tests = (size_t)wanted;
    if (tests == 0 || tests >= rows) {
        return bk_fail(
            BK_INVALID,
            "--test-share: %g of %zu rows leave %s; give another share or more rows, or the test set by "
            "--test",
            share, rows, tests == 0 ? "none to test on" : "none to train on");
    }
    uint64_t *order = bk_allocate(rows, sizeof *order);
    if (order == NULL) {
        return bk_error_status();
    }
    for (size_t row = 0; row < rows; row++) {
        order[row] = row;
        is_test[row] = 0;
    }
    bk_stream stream = bk_stream_open(seed, BK_PURPOSE_DATA_SPLIT, 0);
    const bk_status status = bk_shuffle(&stream, order, rows, sizeof *order);
    for (size_t i = 0; status == BK_OK && i < tests; i++) {
        is_test[order[i]] = 1;
    }
    bk_free(order);
    return status;
}

/* ---- The results file --------------------------------------------------------------------------------- */

static bk_status put_values(bk_group *group, const fit_data *data, const fit_set *set)
{
    static const bk_field x = {.name = "x",
                               .dtype = BK_F64,
                               .rank = 2,
                               .axes = {"point", "input"},
                               .unit = "",
                               .long_name = "inputs of the points, in the units of the file"};
    double *rows = bk_allocate(set->count * data->inputs, sizeof *rows);
    if (rows == NULL) {
        return bk_error_status();
    }
    for (size_t input = 0; input < data->inputs; input++) {
        for (size_t point = 0; point < set->count; point++) {
            rows[point * data->inputs + input] = set->x[input * set->count + point];
        }
    }
    const bk_status status = lab_put(group, &x, (size_t[]){set->count, data->inputs}, rows);
    bk_free(rows);
    return status;
}

static bk_status put_labels(bk_group *group, const fit_set *set)
{
    static const bk_field y = {.name = "y",
                               .dtype = BK_I32,
                               .rank = 1,
                               .axes = {"point"},
                               .unit = "1",
                               .long_name = "class of the points, -1 or +1"};
    int32_t *labels = bk_allocate(set->count, sizeof *labels);
    if (labels == NULL) {
        return bk_error_status();
    }
    uint64_t positive = 0;
    for (size_t i = 0; i < set->count; i++) {
        labels[i] = set->y[i];
        positive += set->y[i] > 0 ? 1 : 0;
    }
    bk_status status = lab_put(group, &y, &set->count, labels);
    bk_free(labels);
    if (status == BK_OK) {
        status = bk_group_set_unsigned(group, "positive_points", positive);
    }
    return status;
}

/* A digest of the points, for sets that are too large to be kept as well. */
static bk_status put_digest(bk_group *group, const fit_data *data, const fit_set *set)
{
    char hex[65];
    bk_results *alone = bk_results_create();
    bk_status status = alone == NULL ? bk_error_status() : put_values(bk_results_root(alone), data, set);
    if (status == BK_OK) {
        status = put_labels(bk_results_root(alone), set);
    }
    if (status == BK_OK) {
        status = bk_results_digest(alone, hex);
    }
    bk_results_destroy(alone);
    return status == BK_OK ? bk_group_set_text(group, "points_digest", hex) : status;
}

static bk_status put_set(bk_group *group, const fit_data *data, const fit_set *set)
{
    const bool kept = set->count <= MOST_KEPT / data->inputs;
    BK_TRY(bk_group_set_unsigned(group, "points", set->count));
    BK_TRY(bk_group_set_flag(group, "points_kept", kept));
    BK_TRY(put_digest(group, data, set));
    BK_TRY(put_labels(group, set));
    return kept ? put_values(group, data, set) : BK_OK;
}

static bk_status put_scale(bk_group *group, const fit_data *data)
{
    static const bk_field mean = {.name = "mean",
                                  .dtype = BK_F64,
                                  .rank = 1,
                                  .axes = {"input"},
                                  .unit = "",
                                  .long_name = "mean of the inputs over the training set"};
    static const bk_field sd = {.name = "sd",
                                .dtype = BK_F64,
                                .rank = 1,
                                .axes = {"input"},
                                .unit = "",
                                .long_name = "standard deviation of the inputs over the training set"};
    BK_TRY(bk_group_set_flag(group, "applied", data->standardise));
    BK_TRY(lab_put(group, &mean, &data->inputs, data->mean));
    return lab_put(group, &sd, &data->inputs, data->sd);
}

bk_status fit_put_data(bk_run *run, const fit_data *data)
{
    static const bk_field input = {.name = "input",
                                   .dtype = BK_TEXT,
                                   .rank = 1,
                                   .axes = {"input"},
                                   .unit = "",
                                   .long_name = "columns of the file that are inputs"};
    const bk_options *options = bk_run_options(run);
    bk_group *root = bk_run_results(run);
    bk_group *training = bk_group_at(root, "training_set"), *test = bk_group_at(root, "test_set");
    const char *source = bk_option_text(options, data->held_out ? "train" : "test");
    BK_TRY(lab_put(root, &input, &data->inputs, data->name));
    BK_TRY(bk_group_set_text(training, "source", bk_option_text(options, "train")));
    BK_TRY(bk_group_set_text(training, "layout", data->description));
    char label[256];
    (void)snprintf(label, sizeof label, "%.250s", data->label);
    BK_TRY(bk_group_set_text(training, "label", label));
    for (size_t i = 0; i < 2; i++) {
        (void)snprintf(label, sizeof label, "%.250s", data->class_text[i]);
        BK_TRY(bk_group_set_text(training, i == 0 ? "negative_class" : "positive_class", label));
    }
    BK_TRY(put_set(training, data, &data->training));
    BK_TRY(bk_group_set_text(test, "source", source));
    BK_TRY(bk_group_set_flag(test, "held_out", data->held_out));
    BK_TRY(put_set(test, data, &data->test));
    return put_scale(bk_group_at(root, "standardisation"), data);
}
