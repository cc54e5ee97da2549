/* SPDX-License-Identifier: GPL-3.0-or-later
 * The whole lab in one file: backpropagation and the distribution of the test error. */
#include "lab_parts.h"

static const bk_option options[] = {LAB_OPTIONS_TRAINING, LAB_OPTIONS_TEST_ERROR};

static size_t largest_hidden(const bk_options *values)
{
    int64_t largest = 1;
    for (size_t i = 0; i < bk_option_list_length(values, "hidden"); i++) {
        const int64_t hidden = bk_option_list_integer(values, "hidden", i);
        largest = hidden > largest ? hidden : largest;
    }
    return (size_t)largest;
}

static bk_status run_parts(bk_run *run, lab_networks *networks)
{
    BK_TRY(lab_run_tensor_basics(run));
    BK_TRY(lab_run_gradient_check(run, largest_hidden(bk_run_options(run))));
    BK_TRY(lab_train(run, networks));
    BK_TRY(lab_run_training(run, networks));
    return lab_run_test_error(run, networks);
}

static bk_status run_lab(bk_run *run)
{
    lab_networks networks = {0};
    const bk_status status = run_parts(run, &networks);
    lab_networks_clear(&networks);
    return status;
}

static bk_status report_lab(const bk_group *root, bk_text *page)
{
    BK_TRY(lab_report_tensor_basics(root, page));
    BK_TRY(lab_report_gradient_check(root, page));
    BK_TRY(lab_report_training(root, page));
    return lab_report_test_error(root, page);
}

static const char *const inexact[] = {LAB_INEXACT_GRADIENT_CHECK, LAB_INEXACT_TEST_ERROR, NULL};

const bk_experiment lab_experiment = {
    .name = "lab",
    .summary = "The whole lab: tensors, gradient check, training, and the distribution of the test error",
    .description =
        "The defaults are the assignment's. Gradients are checked on a network of the largest number of "
        "hidden units. All networks share the training set, the test sets and the resamples.",
    .options = options,
    .n_options = sizeof options / sizeof options[0],
    .check = lab_check_options,
    .run = run_lab,
    .report = report_lab,
    .inexact = inexact,
};
