/* SPDX-License-Identifier: GPL-3.0-or-later
 * A name that a replay cannot find is told by the file, before its experiment runs. */
#include <criterion/criterion.h>
#include <string.h>

#include "sim/check.h"
#include "study.h"

TestSuite(replay_name, .init = study_reset);

static void refused_at_once(const bk_results *file, const char *name, const char *text)
{
    bk_results *replayed = NULL;
    study_seen.stages = 0;
    study_seen.trials = 0;
    cr_assert_eq(study_replay(&replayed, file, name, 0), BK_INVALID);
    cr_assert_null(replayed);
    cr_assert_not_null(strstr(bk_error_message(), text), "no '%s' in %s", text, bk_error_message());
    cr_assert_eq(study_seen.stages, 0, "'%s' was refused after the work before the trials", name);
    cr_assert_eq(study_seen.trials, 0);
}

Test(replay_name, nothing_runs_for_a_name_that_the_file_does_not_have)
{
    bk_results *file = study_execute(NULL);
    cr_assert_not_null(file, "%s", bk_error_message());
    refused_at_once(file, "third", "there is no 'third'; the file has first part, second");
    refused_at_once(file, "first prat", "there is no 'first prat'; did you mean 'first part'?");
    refused_at_once(file, "unifrom", "there is no 'unifrom'; did you mean 'uniform'?");
    refused_at_once(file, NULL, "which of first part, second?");
    bk_results *replayed = NULL;
    cr_assert_eq(study_replay(&replayed, file, "second", 0), BK_OK, "%s", bk_error_message());
    bk_results_destroy(replayed);
    bk_results_destroy(file);
}

/* By a tree of its own: the name of an output may be several steps of a path, or that of a dataset. */
Test(replay_name, what_a_trial_gives_is_a_group_or_a_dataset_of_its_name)
{
    static const bk_field field = {
        .name = "height", .dtype = BK_F64, .rank = 1, .axes = {"trial"}, .unit = "m", .long_name = "height"};
    const double values[] = {1.0, 2.0};
    bk_results *file = bk_results_create();
    bk_group *root = bk_results_root(file);
    (void)bk_group_at(root, "simulation/walks/stop");
    (void)bk_group_at(root, "run");
    cr_assert_not_null(bk_group_add(bk_group_at(root, "network/tanh_5"), &field, (size_t[]){2}, values));
    const struct {
        const char *name;
        bk_status status;
    } cases[] = {{"walks", BK_OK},         {"tanh_5", BK_OK},      {"network/tanh_5", BK_OK},
                 {"height", BK_OK},        {"stop", BK_INVALID},   {"run", BK_INVALID},
                 {"anh_5", BK_INVALID},    {"tanh_", BK_INVALID},  {"", BK_INVALID},
                 {"k/tanh_5", BK_INVALID}, {"/walks", BK_INVALID}, {"simulation/walks", BK_INVALID}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        cr_assert_eq(bk_replay_check_name(file, cases[i].name), cases[i].status, "'%s'", cases[i].name);
    }
    bk_results_destroy(file);
}
