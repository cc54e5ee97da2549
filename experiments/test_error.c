/* SPDX-License-Identifier: GPL-3.0-or-later
 * Part 3 of the lab: how a measured test error fluctuates. Fresh test sets, drawn again and again, show
 * the truth; one fixed test set with bootstrap and concentration inequalities is what practice has. */
#include "test_error.h"

#include <stdio.h>

/* ---- Fresh test sets ---- */

test_error_scratch test_error_layout(const lab_networks *networks, size_t test_size)
{
    const size_t element = bk_dtype_size(networks->dtype);
    test_error_scratch layout;
    layout.y = lab_align(bk_mixture_lab.inputs * test_size * element);
    layout.score = layout.y + lab_align(test_size);
    layout.sampling = layout.score + lab_align(test_size * element);
    layout.bytes = layout.sampling + bk_mixture_scratch_bytes(&bk_mixture_lab, test_size, networks->dtype);
    return layout;
}

bk_status test_error_draw(const test_error_context *context, uint64_t trial, void *scratch)
{
    const lab_networks *networks = context->networks;
    const test_error_scratch layout = test_error_layout(networks, context->test_size);
    unsigned char *bytes = scratch;
    bk_stream stream = bk_stream_open(context->seed, BK_PURPOSE_TRIAL, trial);
    return bk_mixture_sample(bytes, (int8_t *)(bytes + layout.y), &bk_mixture_lab, networks->sampling,
                             networks->dtype, context->test_size, &stream, bytes + layout.sampling);
}

static bk_status run_trial(const void *context, uint64_t trial, void *scratch, double *outputs)
{
    const test_error_context *shared = context;
    const lab_networks *networks = shared->networks;
    const test_error_scratch layout = test_error_layout(networks, shared->test_size);
    unsigned char *bytes = scratch;
    void *x = bytes;
    int8_t *y = (int8_t *)(bytes + layout.y);
    void *score = bytes + layout.score;
    BK_TRY(test_error_draw(shared, trial, scratch));
    for (size_t i = 0; i < networks->count; i++) {
        uint64_t errors = 0;
        if (shared->maps[i] != NULL) {
            BK_TRY(bk_decision_map_errors(NULL, &errors, NULL, shared->maps[i], x, y, shared->test_size));
        } else {
            BK_TRY(bk_network_score(score, networks->network[i], x, shared->test_size));
            BK_TRY(bk_network_errors(NULL, &errors, networks->dtype, score, y, shared->test_size));
        }
        outputs[i] = (double)errors;
    }
    return BK_OK;
}

/* From the frequencies of the counts, which the driver has whether it keeps the values or not. */
static bk_status make_histogram(bk_histogram *histogram, const bk_trials *trials, size_t output,
                                uint64_t test_size)
{
    const bk_tally *tally = &trials->frequencies[output];
    uint64_t *columns = bk_allocate(tally->distinct, 2 * sizeof *columns);
    if (columns == NULL) {
        return bk_error_status();
    }
    bk_status status = bk_tally_sorted(columns, columns + tally->distinct, tally);
    if (status == BK_OK) {
        status = bk_histogram_frequencies(histogram, columns, columns + tally->distinct, tally->distinct,
                                          test_size, 0);
    }
    bk_free(columns);
    return status;
}

static bk_status put_histogram(bk_group *group, const bk_trials *trials, size_t output, uint64_t test_size)
{
    static const bk_field edge = {.name = "edge",
                                  .dtype = BK_F64,
                                  .rank = 1,
                                  .axes = {"edge"},
                                  .unit = "1",
                                  .long_name = "edges of the bins, error rate"};
    static const bk_field count = {.name = "count",
                                   .dtype = BK_U64,
                                   .rank = 1,
                                   .axes = {"bin"},
                                   .unit = "1",
                                   .long_name = "test sets in the bin"};
    bk_histogram histogram = {0};
    bk_status status = make_histogram(&histogram, trials, output, test_size);
    if (status == BK_OK) {
        status = bk_group_set_unsigned(group, "levels", histogram.levels);
    }
    if (status == BK_OK) {
        const size_t edges = histogram.bins + 1;
        status = lab_put(group, &edge, &edges, histogram.edge);
    }
    if (status == BK_OK) {
        status = lab_put(group, &count, &histogram.bins, histogram.count);
    }
    bk_histogram_clear(&histogram);
    return status;
}

static const bk_field error_count = {.name = "error_count",
                                     .dtype = BK_U32,
                                     .rank = 1,
                                     .axes = {"trial"},
                                     .unit = "1",
                                     .long_name = "errors on each fresh test set"};

/* The facts of all trials stand on error_count. */
static bk_status put_kept(bk_group *group, const bk_trials *trials, size_t output, uint64_t test_size)
{
    const double m = (double)test_size;
    const bk_summary *summary = &trials->summaries[output];
    const size_t count = (size_t)trials->count;
    bk_dataset *dataset = bk_group_add(group, &error_count, &count, trials->values[output]);
    BK_TRY(bk_dataset_set_real(dataset, "mean", summary->mean / m));
    if (trials->count > 1) {
        BK_TRY(bk_dataset_set_real(dataset, "sd", bk_summary_sd(summary) / m));
        BK_TRY(bk_dataset_set_real(dataset, "mcse", bk_summary_mcse(summary) / m));
    }
    BK_TRY(bk_dataset_set_integer(dataset, "test_size", (int64_t)test_size));
    return bk_dataset_set_integer(dataset, "block_size", (int64_t)trials->block_size);
}

/* Without values they stand on the group, beside the frequency of each count. */
static bk_status put_folded(bk_group *group, const bk_trials *trials, size_t output, uint64_t test_size)
{
    const double m = (double)test_size;
    const bk_summary *summary = &trials->summaries[output];
    BK_TRY(bk_group_set_unsigned(group, "trials", trials->count));
    BK_TRY(bk_group_set_real(group, "mean", summary->mean / m));
    if (trials->count > 1) {
        BK_TRY(bk_group_set_real(group, "sd", bk_summary_sd(summary) / m));
        BK_TRY(bk_group_set_real(group, "mcse", bk_summary_mcse(summary) / m));
    }
    BK_TRY(bk_group_set_integer(group, "test_size", (int64_t)test_size));
    BK_TRY(bk_group_set_integer(group, "block_size", (int64_t)trials->block_size));
    return trials->frequencies[output].full
               ? BK_OK
               : bk_trials_put_frequencies(trials, output, bk_group_at(group, "frequency"));
}

static bk_status summarise_trials(void *context, const bk_trials *trials, bk_group *results)
{
    const test_error_context *shared = context;
    (void)results;
    for (size_t i = 0; i < trials->n_outputs; i++) {
        bk_group *group = bk_group_at(lab_network_group(shared->run, shared->networks, i), "trials");
        shared->trials_mean[i] = trials->summaries[i].mean / (double)shared->test_size;
        BK_TRY(trials->values != NULL ? put_kept(group, trials, i, shared->test_size)
                                      : put_folded(group, trials, i, shared->test_size));
        if (!trials->frequencies[i].full) {
            BK_TRY(put_histogram(bk_group_at(group, "histogram"), trials, i, shared->test_size));
        }
        BK_TRY(lab_put_truth(shared->run, shared->networks, i, trials, shared->test_size));
    }
    return BK_OK;
}

static bk_status simulate_trials(bk_run *run, test_error_context *context)
{
    const lab_networks *networks = context->networks;
    bk_output *outputs = bk_allocate(networks->count, sizeof *outputs);
    char(*kept)[64] = bk_allocate(networks->count, sizeof *kept);
    if (outputs == NULL || kept == NULL) {
        bk_free(outputs);
        bk_free(kept);
        return bk_error_status();
    }
    for (size_t i = 0; i < networks->count; i++) {
        (void)snprintf(kept[i], sizeof kept[i], "network/%s/trials/error_count", networks->name[i]);
        outputs[i] = (bk_output){.name = networks->name[i],
                                 .dtype = BK_U32,
                                 .unit = "errors",
                                 .long_name = "errors on a fresh test set",
                                 .low = 0.0,
                                 .high = (double)context->test_size,
                                 .kept = kept[i]};
    }
    const bk_simulation simulation = {
        .trials = (uint64_t)bk_option_integer(bk_run_options(run), "trials"),
        .outputs = outputs,
        .n_outputs = networks->count,
        .scratch_bytes = test_error_layout(networks, context->test_size).bytes,
        .purpose = BK_PURPOSE_TRIAL,
        .trial = run_trial,
        .summarise = summarise_trials,
        .describe = test_error_describe,
    };
    const bk_status status = bk_simulate(run, "fresh test sets", &simulation, context, bk_run_results(run));
    bk_free(outputs);
    bk_free(kept);
    return status;
}

/* ---- One fixed test set ---- */

bk_status test_error_put_set(bk_group *group, const test_error_set *test, bk_dtype dtype, uint64_t errors)
{
    static const bk_field score = {.name = "score",
                                   .dtype = BK_F64,
                                   .rank = 1,
                                   .axes = {"point"},
                                   .unit = "1",
                                   .long_name = "score of the network"};
    static const bk_field error = {.name = "error",
                                   .dtype = BK_U8,
                                   .rank = 1,
                                   .axes = {"point"},
                                   .unit = "1",
                                   .long_name = "1 where the point is misclassified"};
    BK_TRY(bk_group_set_real(group, "error_rate", (double)errors / (double)test->size));
    BK_TRY(bk_group_set_unsigned(group, "error_count", errors));
    BK_TRY(bk_group_set_unsigned(group, "test_size", test->size));
    BK_TRY(lab_put_points(group, dtype, test->x, test->y, test->size));
    BK_TRY(lab_put_floats(group, &score, &test->size, dtype, test->score));
    return lab_put(group, &error, &test->size, test->error);
}

static bk_status put_bootstrap(bk_group *group, const test_error_set *test, double estimate,
                               double trials_mean)
{
    static const bk_field field = {.name = "mean",
                                   .dtype = BK_F64,
                                   .rank = 1,
                                   .axes = {"resample"},
                                   .unit = "1",
                                   .long_name = "test error of each resample"};
    const bk_summary summary = bk_summarise(test->means, test->resamples);
    BK_TRY(lab_put(group, &field, &test->resamples, test->means));
    BK_TRY(bk_group_set_real(group, "mean", summary.mean));
    if (test->resamples > 1) {
        const double sd = bk_summary_sd(&summary);
        BK_TRY(bk_group_set_real(group, "sd", sd));
        if (sd > 0.0) {
            BK_TRY(bk_group_set_real(group, "centre_distance_sd", (estimate - trials_mean) / sd));
        }
    }
    return bk_group_set_text(
        group, "note",
        "the bootstrap distribution is centred on the error rate R_T of its test set, not on the "
        "true risk");
}

bk_status test_error_intervals(bk_interval *intervals, const test_error_set *test, uint64_t errors)
{
    const bk_losses losses = bk_losses_from_count(errors, test->size);
    bk_bootstrap_input input;
    BK_TRY(bk_bootstrap_input_count(&input, test->means, test->counts, test->resamples, errors, test->size));
    BK_TRY(bk_interval_hoeffding(&intervals[0], &losses, test->level));
    BK_TRY(bk_interval_chebyshev(&intervals[1], &losses, test->level));
    BK_TRY(bk_interval_bernstein(&intervals[2], &losses, test->level));
    BK_TRY(bk_interval_bootstrap_percentile(&intervals[3], &input, test->level));
    return bk_interval_bootstrap_bca(&intervals[4], &input, test->level);
}

bk_status test_error_put_intervals(bk_group *group, const bk_interval *intervals)
{
    static const lab_estimate error_rate = {.long_name = "error rate R_T of the test set",
                                            .unit = "1",
                                            .clipped = "1 where an end was cut at 0 or 1"};
    return lab_put_intervals(group, intervals, TEST_ERROR_INTERVALS, &error_rate);
}

bk_status test_error_measure(uint64_t *errors, test_error_set *test, const bk_network *network)
{
    BK_TRY(bk_network_score(test->score, network, test->x, test->size));
    BK_TRY(bk_network_errors(test->error, errors, network->dtype, test->score, test->y, test->size));
    return bk_bootstrap_count(test->counts, test->resamples, test->error, test->size, test->seed);
}

static bk_status measure_network(bk_group *group, const bk_network *network, test_error_set *test,
                                 double trials_mean)
{
    uint64_t errors = 0;
    bk_interval intervals[TEST_ERROR_INTERVALS];
    BK_TRY(test_error_measure(&errors, test, network));
    BK_TRY(test_error_intervals(intervals, test, errors));
    BK_TRY(test_error_put_set(bk_group_at(group, "test_set"), test, network->dtype, errors));
    BK_TRY(put_bootstrap(bk_group_at(group, "bootstrap"), test, (double)errors / (double)test->size,
                         trials_mean));
    return test_error_put_intervals(bk_group_at(group, "interval"), intervals);
}

bk_status test_error_prepare(test_error_set *test, const bk_run *run, const lab_networks *networks)
{
    const bk_options *options = bk_run_options(run);
    test->size = (size_t)bk_option_integer(options, "test-size");
    test->resamples = (size_t)bk_option_integer(options, "resamples");
    test->level = bk_option_real(options, "level");
    test->seed = bk_run_seed(run);
    test->score = bk_allocate(test->size, bk_dtype_size(networks->dtype));
    test->error = bk_allocate(test->size, 1);
    test->counts = bk_allocate(test->resamples, sizeof *test->counts);
    test->means = bk_allocate(test->resamples, sizeof *test->means);
    if (test->score == NULL || test->error == NULL || test->counts == NULL || test->means == NULL) {
        return bk_fail_within("a test set of %zu points and %zu resamples", test->size, test->resamples);
    }
    return BK_OK;
}

void test_error_clear(test_error_set *test)
{
    bk_free(test->x);
    bk_free(test->y);
    bk_free(test->score);
    bk_free(test->error);
    bk_free(test->counts);
    bk_free(test->means);
}

bk_status lab_run_test_error(bk_run *run, const lab_networks *networks)
{
    test_error_context context = {.run = run, .networks = networks, .seed = bk_run_seed(run)};
    context.test_size = (size_t)bk_option_integer(bk_run_options(run), "test-size");
    context.trials_mean = bk_allocate(networks->count, sizeof *context.trials_mean);
    context.maps = lab_maps_create(bk_run_options(run), networks);
    test_error_set test = {0};
    bk_status status = context.trials_mean == NULL || context.maps == NULL ? bk_error_status() : BK_OK;
    if (status == BK_OK) {
        status = simulate_trials(run, &context);
    }
    if (status == BK_OK) {
        status = test_error_prepare(&test, run, networks);
    }
    if (status == BK_OK) {
        status = lab_draw_points(&test.x, &test.y, test.seed, BK_PURPOSE_TEST_SET, networks->sampling,
                                 networks->dtype, test.size);
    }
    /* Where the trials are not all here, nobody will see what would be made of them. */
    const size_t measured = bk_run_is_partial(run) ? 0 : networks->count;
    for (size_t i = 0; status == BK_OK && i < measured; i++) {
        bk_run_say(run, "bootstrap and intervals of %s", networks->name[i]);
        status = measure_network(lab_network_group(run, networks, i), networks->network[i], &test,
                                 context.trials_mean[i]);
    }
    test_error_clear(&test);
    lab_maps_destroy(context.maps, networks->count);
    bk_free(context.trials_mean);
    return status;
}

static const bk_option options[] = {LAB_OPTIONS_TRAINING, LAB_OPTIONS_TEST_ERROR};

static bk_status run_alone(bk_run *run)
{
    lab_networks networks = {0};
    bk_status status = lab_train(run, &networks);
    if (status == BK_OK) {
        status = lab_run_test_error(run, &networks);
    }
    lab_networks_clear(&networks);
    return status;
}

static const char *const inexact[] = {LAB_INEXACT_TEST_ERROR, NULL};

const bk_experiment test_error_experiment = {
    .name = "test-error",
    .summary = "Part 3 of the lab: the distribution of the test error, bootstrap and intervals",
    .options = options,
    .n_options = sizeof options / sizeof options[0],
    .check = lab_check_options,
    .run = run_alone,
    .report = lab_report_test_error,
    .inexact = inexact,
};
