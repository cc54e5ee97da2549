/* SPDX-License-Identifier: GPL-3.0-or-later
 * Networks trained on somebody's own table, with the error of each on a test set and everything that can be
 * said of how far to trust it. */
#include "fit_parts.h"

#include <string.h>
#include <sys/stat.h>

static const bk_option options[] = {
    {.name = "train",
     .type = BK_OPTION_TEXT,
     .initial = NULL,
     .help =
         "file of the training points: CSV, TSV, text (also compressed by gzip), .npy, or FILE.h5:/DATASET"},
    {.name = "test",
     .type = BK_OPTION_TEXT,
     .initial = "",
     .help = "file of the test points, with the same columns; not given: a share of the training file"},
    {.name = "test-share",
     .type = BK_OPTION_REAL,
     .initial = "0.25",
     .range = "(0,1)",
     .help = "share of the rows that is held out for the test where there is no --test; drawn at random, "
             "without regard to classes"},
    {.name = "label",
     .type = BK_OPTION_TEXT,
     .initial = "",
     .help = "column of the labels, by name or number from 1; not given: the last one"},
    {.name = "ignore",
     .type = BK_OPTION_TEXT,
     .initial = "",
     .help = "columns that are no inputs, by name or number, separated by commas"},
    {.name = "standardise",
     .type = BK_OPTION_CHOICE,
     .initial = "yes",
     .choices = "yes,no",
     .help = "take from each input its mean and divide by its standard deviation, both of the training set"},
    {.name = "hidden",
     .type = BK_OPTION_INTEGER_LIST,
     .initial = "10,50",
     .range = "[1,100000]",
     .help = "numbers of hidden units, a network each"},
    {.name = "activation",
     .type = BK_OPTION_CHOICE_LIST,
     .initial = "tanh",
     .choices = "tanh,relu,sigmoid",
     .help = "activations of the hidden units, a network each"},
    {.name = "loss",
     .type = BK_OPTION_CHOICE,
     .initial = "logistic",
     .choices = "logistic",
     .help = "training loss: the mean of -log sigmoid(y s) of labels y and scores s"},
    {.name = "optimiser",
     .type = BK_OPTION_CHOICE,
     .initial = "descent",
     .choices = "descent,momentum,adam",
     .help = "how the weights follow the gradient of the whole training set"},
    {.name = "learning-rate",
     .type = BK_OPTION_REAL,
     .initial = "0.1",
     .range = "(0,1000000]",
     .help = "step length"},
    {.name = "momentum",
     .type = BK_OPTION_REAL,
     .initial = "0.9",
     .range = "[0,1)",
     .help = "share of the last step that is kept, of --optimiser momentum alone"},
    {.name = "weight-decay",
     .type = BK_OPTION_REAL,
     .initial = "0",
     .range = "[0,1000000]",
     .help = "this much of every weight is added to its gradient"},
    {.name = "epochs",
     .type = BK_OPTION_INTEGER,
     .initial = "1000",
     .range = "[1,100000000]",
     .help = "steps of training"},
    {.name = "dtype",
     .type = BK_OPTION_CHOICE,
     .initial = "f64",
     .choices = "f32,f64",
     .help = "precision of points, weights and scores"},
    {.name = "resamples",
     .type = BK_OPTION_INTEGER,
     .initial = "9999",
     .range = "[1,100000000]",
     .help = "bootstrap resamples of the test set"},
    {.name = "level",
     .type = BK_OPTION_REAL,
     .initial = "0.9",
     .range = "(0,1)",
     .help = "confidence level of the intervals"},
};

static bk_status check_source(const bk_options *values, const char *name)
{
    /* A run is executed again to go on or to be verified; a pipe is read once, and opening one may wait for
     * ever. */
    const char *path = bk_option_text(values, name);
    struct stat found;
    if (strcmp(path, "-") == 0) {
        return bk_fail(BK_INVALID, "--%s: standard input can be read only once; give the name of a file",
                       name);
    }
    if (stat(path, &found) == 0 && !S_ISREG(found.st_mode) && !S_ISDIR(found.st_mode)) {
        return bk_fail(BK_INVALID, "--%s: %s is no ordinary file; a run reads its data more than once", name,
                       path);
    }
    return BK_OK;
}

static bk_status check_options(const bk_options *values)
{
    BK_TRY(check_source(values, "train"));
    BK_TRY(check_source(values, "test"));
    if (bk_option_text(values, "train")[0] == '\0') {
        return bk_fail(BK_INVALID, "--train: the name of the file is empty");
    }
    const size_t networks =
        bk_option_list_length(values, "hidden") * bk_option_list_length(values, "activation");
    if (networks > FIT_MOST_NETWORKS) {
        return bk_fail(BK_INVALID, "--hidden and --activation ask for %zu networks; one run holds at most %d",
                       networks, FIT_MOST_NETWORKS);
    }
    return BK_OK;
}

static bk_status run_parts(bk_run *run, fit_data *data, fit_networks *networks, fit_test *test)
{
    BK_TRY(fit_read(data, run));
    BK_TRY(fit_put_data(run, data));
    BK_TRY(fit_train(run, networks, data));
    BK_TRY(fit_measure(run, test, networks, data));
    return fit_compare(run, networks, test, data->arena);
}

static bk_status run_fit(bk_run *run)
{
    fit_data data = {.arena = bk_arena_create()};
    fit_networks networks = {0};
    fit_test test = {0};
    const bk_status status = data.arena == NULL ? bk_error_status() : run_parts(run, &data, &networks, &test);
    fit_test_clear(&test);
    fit_networks_clear(&networks);
    bk_arena_destroy(data.arena);
    return status;
}

static const char *const inexact[] = {LAB_INEXACT_INTERVALS("/network/*interval"),
                                      "/comparison/low",
                                      "/comparison/high",
                                      "/comparison/mcnemar_*",
                                      "/comparison/nll_low",
                                      "/comparison/nll_high",
                                      NULL};

const bk_experiment fit_experiment = {
    .name = "fit",
    .summary = "Networks trained on your own table, their test errors with every interval, and their "
               "differences",
    .description =
        "Every column but the label is an input, a number. Labels are two numbers (the larger one is +1) or "
        "two texts (the second in byte order is +1). The columns of --test are found by their names where "
        "both files have a header. Initial weights are uniform in [-1, 1), 2 u - 1 with uniform-f64-v1 of "
        "the "
        "stream (seed, initial-weights, hidden units). All networks share the data and the resamples.",
    .options = options,
    .n_options = sizeof options / sizeof options[0],
    .check = check_options,
    .run = run_fit,
    .report = fit_report,
    .inexact = inexact,
};
