/* SPDX-License-Identifier: GPL-3.0-or-later
 * The brisk command: bk_main with our experiments. */
#include <brisk/brisk.h>

extern const bk_experiment lab_experiment;
extern const bk_experiment tensor_basics_experiment;
extern const bk_experiment gradient_check_experiment;
extern const bk_experiment training_experiment;
extern const bk_experiment test_error_experiment;
extern const bk_experiment coverage_study_experiment;
extern const bk_experiment training_study_experiment;
extern const bk_experiment power_study_experiment;
extern const bk_experiment loss_coverage_experiment;
extern const bk_experiment fit_experiment;
extern const bk_experiment pi_experiment;

int main(int argc, char **argv)
{
    static const bk_experiment *const experiments[] = {
        &lab_experiment,
        &tensor_basics_experiment,
        &gradient_check_experiment,
        &training_experiment,
        &test_error_experiment,
        &coverage_study_experiment,
        &training_study_experiment,
        &power_study_experiment,
        &loss_coverage_experiment,
        &fit_experiment,
        &pi_experiment,
    };
    return bk_main(argc, argv, experiments, sizeof experiments / sizeof experiments[0]);
}
