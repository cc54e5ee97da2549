/* SPDX-License-Identifier: GPL-3.0-or-later
 * An interruption leaves no trace: the results file has the bytes of a run in one piece, whatever the values
 * are and whatever the experiment does around its stages. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "edge.h"

TestSuite(traces, .init = study_reset);

/* ---- Bits ---- */

/* Stops at every poll count from `polls`, resumes; the file's bytes at the end go to path. */
static void interrupted(char *hex, bk_keep keep, uint64_t polls, const char *path)
{
    bk_results *results = NULL;
    for (int i = 0; results == NULL; i++) {
        bk_run_control control = study_stop_after(i < 100 ? polls : UINT64_MAX);
        control.keep = keep;
        control.resume = control.reproducible = true;
        control.checkpoint = study_path("edge.checkpoint");
        results = edge_execute(&control);
        cr_assert(results != NULL || bk_error_status() == BK_STOPPED, "%s", bk_error_message());
        if (results != NULL) {
            cr_assert_gt(i, 0, "it was not interrupted");
            cr_assert_eq(bk_run_forget_checkpoint(&control), BK_OK);
        }
    }
    cr_assert_eq(bk_results_write(results, path, true), BK_OK, "%s", bk_error_message());
    edge_digest(hex, results);
}

static bool same_files(const char *a, const char *b)
{
    FILE *files[] = {fopen(a, "rb"), fopen(b, "rb")};
    int bytes[2] = {0, 0};
    while (bytes[0] == bytes[1] && bytes[0] != EOF) {
        bytes[0] = getc(files[0]);
        bytes[1] = getc(files[1]);
    }
    fclose(files[0]);
    fclose(files[1]);
    return bytes[0] == bytes[1];
}

/* Digest and bytes are those of a run in one piece. */
static void interruption_leaves_no_trace(void)
{
    for (int keep = 0; keep < 2; keep++) {
        const bk_run_control plain = {.reproducible = true,
                                      .keep = keep == 0 ? BK_KEEP_ALL : BK_KEEP_SUMMARY};
        char whole[65];
        char hex[65];
        char whole_path[200];
        char path[200];
        (void)snprintf(whole_path, sizeof whole_path, "%s", study_path("whole.h5"));
        (void)snprintf(path, sizeof path, "%s", study_path("resumed.h5"));
        bk_results *results = edge_execute(&plain);
        cr_assert_not_null(results, "%s", bk_error_message());
        cr_assert_eq(bk_results_write(results, whole_path, true), BK_OK);
        edge_digest(whole, results);
        interrupted(hex, plain.keep, 150, path);
        cr_assert_str_eq(hex, whole);
        cr_assert(same_files(whole_path, path), "the bytes of the file differ");
    }
}

static bk_status minus_zero(const void *context, uint64_t number, void *scratch, double *values)
{
    (void)context;
    (void)scratch;
    values[0] = ceil(-(double)(number % 2) / 2.0); /* 0 and -0 */
    return BK_OK;
}

Test(traces, minus_zero_as_a_count_survives_a_checkpoint)
{
    edge_start(300, 0, 1);
    edge_outputs[0].dtype = BK_U32;
    edge.simulation.trial = minus_zero;
    interruption_leaves_no_trace();
}

static bk_status odd_reals(const void *context, uint64_t number, void *scratch, double *values)
{
    static const double odd[] = {-0.0, 0.0, (double)NAN, (double)INFINITY, 5e-324, -1.7e308};
    (void)context;
    (void)scratch;
    values[0] = number % 6 == 2 ? -odd[2] : odd[number % 6];
    return BK_OK;
}

Test(traces, odd_reals_survive_a_checkpoint)
{
    edge_start(300, 0, 1);
    edge.simulation.trial = odd_reals;
    interruption_leaves_no_trace();
}

/* ---- Stages ---- */

static bk_status add_to_stage(bk_run *run)
{
    return bk_group_set_real(bk_group_at(bk_run_results(run), "network/small"), "test_error", 0.25);
}

static bk_status add_number(bk_run *run)
{
    static const bk_field field = {
        .name = "note", .dtype = BK_F64, .rank = 0, .axes = {NULL}, .unit = "1", .long_name = "a note"};
    const double value = 7.0;
    bk_group *group = bk_group_at(bk_run_results(run), "network/small");
    BK_TRY(add_to_stage(run));
    return bk_group_add(group, &field, NULL, &value) == NULL ? bk_error_status() : BK_OK;
}

Test(traces, what_is_added_to_a_stage_later_is_added_again_after_a_resume)
{
    edge_start(300, 0, 1);
    edge.stage_name = "training";
    edge.after = add_number;
    interruption_leaves_no_trace();
    cr_assert_eq(study_seen.stages, 4, "each run in one piece, and the first of each resumed one");
}

static bk_status add_epochs(bk_run *run)
{
    static const bk_field field = {
        .name = "epoch", .dtype = BK_F64, .rank = 1, .axes = {"epoch"}, .unit = "1", .long_name = "epoch"};
    static const double epochs[] = {10.0, 20.0, 30.0};
    const size_t n = 3;
    bk_group *group = bk_group_at(bk_run_results(run), "network");
    return bk_group_add(group, &field, &n, epochs) == NULL ? bk_error_status() : BK_OK;
}

Test(traces, an_axis_of_a_stage_that_stands_for_something_above_does_so_after_a_resume)
{
    edge_start(300, 0, 1);
    edge.stage_name = "training";
    edge.before = add_epochs;
    interruption_leaves_no_trace();
    edge_merges_into_whole(2, BK_KEEP_ALL);
}
