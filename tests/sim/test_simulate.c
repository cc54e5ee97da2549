/* SPDX-License-Identifier: GPL-3.0-or-later
 * The driver: fixed slots, the fold tree, equal bits for any number of threads, errors with the index of
 * their trial, and what a run leaves in its tree. */
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "brisk/sim.h"

#define MOST_TRIALS 5000

/* What summarise saw. */
typedef struct seen {
    uint64_t trials;
    double real[MOST_TRIALS];
    uint32_t count[MOST_TRIALS];
    bk_summary summaries[2];
    int calls;
} seen;

static seen last;
static uint64_t fail_from = UINT64_MAX;
static double bad_count = -1.0;

static bk_status trial(const void *context, uint64_t index, void *scratch, double *outputs)
{
    const uint64_t *seed = context;
    memset(scratch, 0x5a, 100);
    if (index >= fail_from) {
        return bk_fail(BK_NOT_A_NUMBER, "no number");
    }
    bk_stream stream = bk_stream_open(*seed, BK_PURPOSE_USER, index);
    bk_fill_uniform_f64(&stream, outputs, 1);
    outputs[1] = bad_count >= 0.0 ? bad_count : (double)(bk_stream_next(&stream) % 100);
    return BK_OK;
}

static bk_status remember(void *context, const bk_trials *trials, bk_group *results)
{
    (void)context;
    (void)results;
    last.calls++;
    last.trials = trials->count;
    memcpy(last.real, trials->values[0], (size_t)trials->count * sizeof last.real[0]);
    memcpy(last.count, trials->values[1], (size_t)trials->count * sizeof last.count[0]);
    memcpy(last.summaries, trials->summaries, sizeof last.summaries);
    return BK_OK;
}

static uint64_t wanted_trials;
static uint64_t wanted_block;

static bk_status run_simulation(bk_run *run)
{
    static const bk_output outputs[] = {{.name = "uniform", .dtype = BK_F64},
                                        {.name = "count", .dtype = BK_U32}};
    const bk_simulation simulation = {.trials = wanted_trials,
                                      .block_size = wanted_block,
                                      .outputs = outputs,
                                      .n_outputs = 2,
                                      .scratch_bytes = 100,
                                      .trial = trial,
                                      .summarise = remember};
    uint64_t seed = bk_run_seed(run);
    return bk_simulate(run, "study", &simulation, &seed, bk_run_results(run));
}

static const bk_experiment experiment = {.name = "study", .summary = "a study", .run = run_simulation};

static bk_results *execute(uint64_t trials, uint64_t seed, const bk_run_control *control)
{
    memset(&last, 0, sizeof last);
    wanted_trials = trials;
    bk_options *options = bk_options_create(NULL, 0);
    bk_results *results = bk_run_execute(&experiment, options, seed, control);
    bk_options_destroy(options);
    return results;
}

Test(simulate, every_slot_holds_its_own_trial)
{
    bk_set_threads(2);
    bk_results *results = execute(1000, 9, NULL);
    cr_assert_not_null(results, "%s", bk_error_message());
    cr_assert_eq(last.calls, 1);
    for (uint64_t i = 0; i < 1000; i++) {
        bk_stream stream = bk_stream_open(9, BK_PURPOSE_USER, i);
        double expected;
        bk_fill_uniform_f64(&stream, &expected, 1);
        cr_assert_eq(last.real[i], expected, "trial %llu", (unsigned long long)i);
        cr_assert_eq(last.count[i], bk_stream_next(&stream) % 100);
    }
    bk_results_destroy(results);
}

Test(simulate, same_bits_for_any_number_of_threads)
{
    static const int threads[] = {1, 2, 3, 7};
    static const uint64_t trials[] = {1, 63, 64, 65, 1000, 4999};
    for (size_t n = 0; n < 6; n++) {
        static seen first;
        for (size_t t = 0; t < 4; t++) {
            bk_set_threads(threads[t]);
            bk_results *results = execute(trials[n], 3, NULL);
            cr_assert_not_null(results, "%s", bk_error_message());
            if (t == 0) {
                first = last;
            }
            cr_assert_eq(memcmp(&first, &last, sizeof last), 0, "%d threads, %llu trials", threads[t],
                         (unsigned long long)trials[n]);
            bk_results_destroy(results);
        }
        /* The driver's tree over blocks of 64 is the one of bk_summarise. */
        const bk_summary direct = bk_summarise(last.real, (size_t)trials[n]);
        cr_assert_eq(memcmp(&direct, &last.summaries[0], sizeof direct), 0);
    }
}

Test(simulate, the_mean_is_right_and_the_block_size_moves_only_the_last_bits)
{
    bk_set_threads(2);
    wanted_block = 10;
    bk_results_destroy(execute(5000, 1, NULL));
    const double mean_of_tens = last.summaries[0].mean;
    wanted_block = 0;
    bk_results_destroy(execute(5000, 1, NULL));
    double sum = 0.0;
    for (size_t i = 0; i < 5000; i++) {
        sum += last.real[i];
    }
    cr_assert_float_eq(last.summaries[0].mean, sum / 5000.0, 1e-13);
    cr_assert_float_eq(mean_of_tens, sum / 5000.0, 1e-13);
    cr_assert_eq(last.summaries[0].count, 5000);
}

Test(simulate, a_failing_trial_is_named_and_the_lowest_wins)
{
    fail_from = 130;
    for (int threads = 1; threads <= 3; threads++) {
        bk_set_threads(threads);
        bk_error_clear();
        cr_assert_null(execute(5000, 1, NULL));
        cr_assert_eq(bk_error_status(), BK_NOT_A_NUMBER);
        cr_assert_str_eq(bk_error_message(), "study, trial 130: no number");
        cr_assert_eq(last.calls, 0, "summarise was called although trials are missing");
    }
}

Test(simulate, a_count_must_be_a_count)
{
    static const double bad[] = {0.5, 4294967296.0, INFINITY};
    for (size_t i = 0; i < 3; i++) {
        bad_count = bad[i];
        cr_assert_null(execute(10, 1, NULL));
        cr_assert_eq(bk_error_status(), BK_INVALID);
        cr_assert(strstr(bk_error_message(), "output count is declared a count") != NULL, "%s",
                  bk_error_message());
    }
}

Test(simulate, no_trials_and_too_many_are_errors)
{
    cr_assert_null(execute(0, 1, NULL));
    cr_assert_eq(bk_error_status(), BK_INVALID);
    cr_assert_null(execute(UINT64_MAX, 1, NULL));
    cr_assert(bk_error_status() == BK_OVERFLOW || bk_error_status() == BK_MEMORY, "%s", bk_error_message());
}

Test(run, the_tree_tells_where_it_comes_from)
{
    const bk_run_control control = {.command_line = "study --x", .instruction_set = "scalar"};
    bk_results *results = execute(10, UINT64_MAX, &control);
    const bk_group *root = bk_results_root(results);
    cr_assert_str_eq(bk_group_text(root, "experiment"), "study");
    cr_assert_str_eq(bk_group_text(root, "brisk_version"), BK_VERSION);
    bool found = false;
    for (size_t i = 0; i < bk_group_attribute_count(root); i++) {
        const bk_attribute attribute = bk_group_attribute(root, i);
        if (strcmp(attribute.name, "seed") == 0) {
            found = attribute.dtype == BK_U64 && *(const uint64_t *)attribute.values == UINT64_MAX;
        }
    }
    cr_assert(found, "the seed is stored with all its 64 bits");
    const bk_dataset *configuration = bk_dataset_find(root, "config/text");
    cr_assert_not_null(configuration);
    cr_assert(strstr(bk_dataset_text(configuration, 0), "seed = 18446744073709551615\n") != NULL);
    cr_assert_not_null(bk_group_find(root, "run"));
    cr_assert_str_eq(bk_dataset_text(bk_dataset_find(root, "run/command_line"), 0), "study --x");
    bk_results_destroy(results);
    const bk_run_control reproducible = {.reproducible = true};
    results = execute(10, 1, &reproducible);
    cr_assert_null(bk_group_find(bk_results_root(results), "run"));
    bk_results_destroy(results);
}

static int progress_calls;
static uint64_t progress_last;

static void count_progress(void *sink, const bk_progress *progress)
{
    (void)sink;
    progress_calls++;
    cr_assert(progress->done >= progress_last || progress->done == 0);
    progress_last = progress->done;
    cr_assert_eq(progress->finished, progress->done == progress->total);
}

Test(run, progress_begins_never_falls_and_ends)
{
    const bk_run_control control = {.progress = count_progress};
    bk_set_threads(2);
    bk_results_destroy(execute(5000, 1, &control));
    cr_assert_geq(progress_calls, 1);
    cr_assert_eq(progress_last, 5000);
}
