/* SPDX-License-Identifier: GPL-3.0-or-later
 * The test of `fit`: what every network does on the test set, and what that says of its risk. Two losses
 * of a point count: 0 or 1 for a wrong label, and the negative log-likelihood -log sigmoid(y s), which has
 * no known range. Replicate r of every network's bootstrap comes from the same points. */
#include "fit_parts.h"

/* ---- Losses of the points ----------------------------------------------------------------------------- */

/* nll [count] = -log sigmoid(y s), in f64 whatever the precision of the scores. */
static bk_status compute_nll(double *nll, bk_dtype dtype, const void *score, const int8_t *y, size_t count)
{
    bk_tape *tape = bk_tape_create();
    double *margin = bk_allocate(count, sizeof *margin);
    bk_status status = tape == NULL || margin == NULL ? bk_error_status() : BK_OK;
    if (status == BK_OK) {
        for (size_t i = 0; i < count; i++) {
            const double s = dtype == BK_F32 ? (double)((const float *)score)[i] : ((const double *)score)[i];
            margin[i] = y[i] > 0 ? s : -s;
        }
        bk_tensor *log_likelihood = bk_log_sigmoid(bk_tensor_from(tape, BK_F64, 1, &count, margin));
        status = log_likelihood == NULL ? bk_error_status() : bk_tensor_read(log_likelihood, nll);
    }
    for (size_t i = 0; status == BK_OK && i < count; i++) {
        nll[i] = 0.0 - nll[i];
    }
    bk_free(margin);
    bk_tape_destroy(tape);
    return status;
}

static bk_status put_points(bk_group *group, const fit_test *test, size_t i, bk_dtype dtype,
                            const void *score, const uint8_t *error)
{
    static const bk_field score_field = {.name = "score",
                                         .dtype = BK_F64,
                                         .rank = 1,
                                         .axes = {"point"},
                                         .unit = "1",
                                         .long_name = "score of the network"};
    static const bk_field error_field = {.name = "error",
                                         .dtype = BK_U8,
                                         .rank = 1,
                                         .axes = {"point"},
                                         .unit = "1",
                                         .long_name = "1 where the point is misclassified"};
    static const bk_field nll_field = {.name = "nll",
                                       .dtype = BK_F64,
                                       .rank = 1,
                                       .axes = {"point"},
                                       .unit = "nat",
                                       .long_name = "negative log-likelihood of the point's label"};
    BK_TRY(lab_put_floats(group, &score_field, &test->count, dtype, score));
    BK_TRY(lab_put(group, &error_field, &test->count, error));
    return lab_put(group, &nll_field, &test->count, test->nll[i]);
}

/* Scores the points; fills error and nll of network i and writes them. */
static bk_status score_points(fit_test *test, size_t i, const fit_networks *networks, const fit_data *data,
                              const void *points, void *score, uint8_t *error)
{
    const bk_network *network = networks->network[i];
    uint64_t errors = 0;
    test->error[i] = bk_arena_allocate(data->arena, test->count, sizeof(double));
    test->nll[i] = bk_arena_allocate(data->arena, test->count, sizeof(double));
    if (test->error[i] == NULL || test->nll[i] == NULL) {
        return bk_error_status();
    }
    BK_TRY(bk_network_score(score, network, points, test->count));
    BK_TRY(bk_network_errors(error, &errors, network->dtype, score, data->test.y, test->count));
    BK_TRY(compute_nll(test->nll[i], network->dtype, score, data->test.y, test->count));
    for (size_t k = 0; k < test->count; k++) {
        test->error[i][k] = (double)error[k];
    }
    bk_group *group = networks->group[i];
    const double rate = (double)errors / (double)test->count;
    BK_TRY(bk_group_set_real(group, "test_error", rate));
    BK_TRY(bk_group_set_real(group, "generalization_gap", rate - bk_group_real(group, "train_error")));
    BK_TRY(bk_group_set_unsigned(bk_group_at(group, "test_set"), "error_count", errors));
    return put_points(bk_group_at(group, "test_set"), test, i, network->dtype, score, error);
}

/* ---- Intervals ---------------------------------------------------------------------------------------- */

static bk_bootstrap *resample(const bk_losses *losses, const bk_interval_request *request)
{
    bk_bootstrap_options options = bk_bootstrap_options_of(BK_STATISTIC_MEAN);
    const bk_bootstrap_data data = {.x = losses->values, .n = (size_t)losses->n};
    options.resamples = request->resamples;
    options.seed = request->seed;
    options.studentized = true;
    options.keep_replicates = true;
    options.range_known = losses->range_known;
    options.range_low = losses->range_low;
    options.range_high = losses->range_high;
    return bk_bootstrap_create(&data, &options);
}

/* Every method of the table whose needs the kind of losses can meet at all, in the order of the table. */
static bk_status put_table(bk_group *group, const bk_losses *losses, const bk_bootstrap *bootstrap,
                           const bk_interval_request *request, const lab_estimate *estimate)
{
    bk_interval interval[BK_METHOD_COUNT];
    size_t count = 0;
    for (size_t method = 0; method < bk_interval_method_count(); method++) {
        const unsigned needs = bk_interval_method_row(method)->needs;
        if ((needs & BK_NEEDS_01_DATA) && !losses->zero_one) {
            continue;
        }
        if (needs & BK_NEEDS_RESAMPLES) {
            BK_TRY(bk_bootstrap_interval(&interval[count], NULL, bootstrap, (bk_method)method, request->level,
                                         BK_TWO_SIDED));
        } else {
            BK_TRY(bk_interval_of_losses(&interval[count], method, losses, request));
        }
        count++;
    }
    return lab_put_intervals(group, interval, count, estimate);
}

static bk_status put_bootstrap(bk_group *group, const double *replicates, size_t resamples)
{
    static const bk_field field = {.name = "mean",
                                   .dtype = BK_F64,
                                   .rank = 1,
                                   .axes = {"resample"},
                                   .unit = "1",
                                   .long_name = "test error of each resample"};
    const bk_summary summary = bk_summarise(replicates, resamples);
    BK_TRY(lab_put(group, &field, &resamples, replicates));
    BK_TRY(bk_group_set_real(group, "mean", summary.mean));
    return resamples > 1 ? bk_group_set_real(group, "sd", bk_summary_sd(&summary)) : BK_OK;
}

static bk_status judge_error(fit_test *test, size_t i, bk_group *group, const bk_interval_request *request)
{
    static const lab_estimate estimate = {.long_name = "error rate R_T of the test set",
                                          .unit = "1",
                                          .clipped = "1 where an end was cut at 0 or 1"};
    bk_losses losses;
    BK_TRY(bk_losses_from_values(&losses, test->error[i], test->count, 0.0, 1.0));
    test->bootstrap[i] = resample(&losses, request);
    if (test->bootstrap[i] == NULL) {
        return bk_error_status();
    }
    test->replicate[i] = bk_bootstrap_replicates(test->bootstrap[i]);
    BK_TRY(put_bootstrap(bk_group_at(group, "bootstrap"), test->replicate[i], request->resamples));
    return put_table(bk_group_at(group, "interval"), &losses, test->bootstrap[i], request, &estimate);
}

static bk_status judge_nll(const fit_test *test, size_t i, bk_group *group,
                           const bk_interval_request *request)
{
    static const lab_estimate estimate = {.long_name = "mean negative log-likelihood of the test set",
                                          .unit = "nat",
                                          .clipped =
                                              "1 where an end was cut; never, for the range is unknown"};
    bk_losses losses;
    BK_TRY(bk_losses_from_values(&losses, test->nll[i], test->count, 0.0, 0.0));
    /* Losses that are 0 and 1 by chance are no counts. */
    losses.zero_one = false;
    losses.range_known = false;
    const bk_summary summary = bk_summarise(test->nll[i], test->count);
    BK_TRY(bk_group_set_real(group, "test_nll", summary.mean));
    if (test->count > 1) {
        BK_TRY(bk_group_set_real(group, "test_nll_standard_error", bk_summary_mcse(&summary)));
    }
    bk_bootstrap *bootstrap = resample(&losses, request);
    const bk_status status = bootstrap == NULL ? bk_error_status()
                                               : put_table(bk_group_at(group, "nll_interval"), &losses,
                                                           bootstrap, request, &estimate);
    bk_bootstrap_destroy(bootstrap);
    return status;
}

/* ---- All networks ------------------------------------------------------------------------------------- */

static bk_status measure_all(bk_run *run, fit_test *test, const fit_networks *networks, const fit_data *data,
                             const void *points, void *score, uint8_t *error)
{
    const bk_options *options = bk_run_options(run);
    bk_interval_request request = bk_interval_request_of(bk_option_real(options, "level"));
    request.seed = bk_run_seed(run);
    request.resamples = (size_t)bk_option_integer(options, "resamples");
    for (size_t i = 0; i < networks->count; i++) {
        bk_run_say(run, "testing %s: %zu points, %zu resamples", networks->name[i], test->count,
                   request.resamples);
        BK_TRY(score_points(test, i, networks, data, points, score, error));
        BK_TRY(judge_error(test, i, networks->group[i], &request));
        BK_TRY(judge_nll(test, i, networks->group[i], &request));
    }
    return BK_OK;
}

bk_status fit_measure(bk_run *run, fit_test *test, const fit_networks *networks, const fit_data *data)
{
    test->count = data->test.count;
    void *points = fit_points(data, &data->test, networks->dtype);
    void *score = bk_allocate(test->count, bk_dtype_size(networks->dtype));
    uint8_t *error = bk_allocate(test->count, 1);
    const bk_status status = points == NULL || score == NULL || error == NULL
                                 ? bk_error_status()
                                 : measure_all(run, test, networks, data, points, score, error);
    bk_free(points);
    bk_free(score);
    bk_free(error);
    return status;
}

void fit_test_clear(fit_test *test)
{
    for (size_t i = 0; i < FIT_MOST_NETWORKS; i++) {
        bk_bootstrap_destroy(test->bootstrap[i]);
    }
    *test = (fit_test){0};
}
