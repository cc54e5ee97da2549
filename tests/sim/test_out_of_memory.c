/* SPDX-License-Identifier: GPL-3.0-or-later
 * Memory that runs out at the n-th request, for n = 1, 2, ... until the run gets through: each failure is
 * clean, no checkpoint that was there is lost, and what is resumed ends in the same digest. The linker hands
 * requests to the functions below (tests/CMakeLists.txt). Under the address sanitizer a leak fails the test.
 */
#include <criterion/criterion.h>
#include <math.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../refused_memory.h"
#include "edge.h"

TestSuite(out_of_memory, .init = study_reset);

void *__real_bk_pages_resize(void *memory, size_t old_count, size_t count, size_t size);
void *__wrap_bk_pages_resize(void *memory, size_t old_count, size_t count, size_t size);

/* Requests that are still served, of any thread; then one fails, or, with `for_good`, all do. */
static atomic_size_t served = SIZE_MAX;
static bool for_good;
static atomic_size_t refused;

static bool serves(void)
{
    size_t left = atomic_load(&served);
    for (;;) {
        if (left == SIZE_MAX) {
            return true;
        }
        const size_t next = left > 0 ? left - 1 : for_good ? 0 : SIZE_MAX;
        if (atomic_compare_exchange_weak(&served, &left, next)) {
            break;
        }
    }
    if (left > 0) {
        return true;
    }
    refused++;
    (void)bk_fail(BK_MEMORY, "out of memory: planted");
    return false;
}

void *__wrap_bk_pages_resize(void *memory, size_t old_count, size_t count, size_t size)
{
    return serves() ? __real_bk_pages_resize(memory, old_count, count, size) : NULL;
}

static void plant(size_t n, bool forever)
{
    served = n;
    for_good = forever;
    refused = 0;
    bk_error_clear();
}

static void harvest(void) { served = SIZE_MAX; }

static bk_status make_stage(bk_run *run)
{
    return bk_group_set_real(bk_group_at(bk_run_results(run), "network/small"), "test_error", 0.25);
}

/* New values all the time, so that the tallies grow on the way. */
static bk_status many_values(const void *context, uint64_t number, void *scratch, double *values)
{
    (void)context;
    (void)scratch;
    edge_computed++;
    values[0] = exp2((double)(number * 37 % 100));
    values[1] = (double)(number * 41 % 1000);
    return BK_OK;
}

/* 100 trials in blocks of 5, of two outputs, behind a stage. */
static void small_study(void)
{
    edge_start(100, 5, 2);
    edge.stage_name = "training";
    edge.after = make_stage;
    edge.simulation.trial = many_values;
    cr_assert_eq(bk_set_threads(1), BK_OK);
}

/* A failure that is not one of memory, or none where memory ran out and nobody was told, is a defect. */
static void expect_clean(const bk_results *results, size_t n)
{
    if (results == NULL) {
        cr_assert_eq(bk_error_status(), BK_MEMORY, "request %zu: %s, %s", n,
                     bk_status_name(bk_error_status()), bk_error_message());
        cr_assert_not_null(strstr(bk_error_message(), "planted"), "request %zu: %s", n, bk_error_message());
    }
}

/* ---- Whole runs and shards ---- */

static void whole_runs(bk_run_control control, bool forever)
{
    char whole[65];
    char hex[65] = "";
    edge_digest(whole, edge_execute(&control));
    size_t n = 0;
    for (; refused > 0 || hex[0] == '\0'; n++) {
        plant(n, forever);
        bk_results *results = edge_execute(&control);
        harvest();
        expect_clean(results, n);
        if (results != NULL) {
            cr_assert_eq(refused, 0, "request %zu: nobody was told", n);
            edge_digest(hex, results);
            cr_assert_str_eq(hex, whole, "request %zu", n);
        }
    }
    cr_assert_gt(n, 20);
}

Test(out_of_memory, a_whole_run_fails_cleanly)
{
    const bk_stop_rule rule = {.kind = BK_STOP_WIDTH, .output = "output 0", .target = 0.7, .level = 0.9};
    bk_run_control control = {.reproducible = true};
    small_study();
    for (int forever = 0; forever < 2; forever++) {
        control.keep = BK_KEEP_ALL;
        whole_runs(control, forever == 1);
        control.keep = BK_KEEP_SUMMARY;
        whole_runs(control, forever == 1);
        control.stop = rule;
        whole_runs(control, forever == 1);
        control.stop = (bk_stop_rule){0};
        control.shard = 2;
        control.shards = 3;
        whole_runs(control, forever == 1);
        control.shard = control.shards = 0;
    }
}

Test(out_of_memory, a_merge_fails_cleanly)
{
    small_study();
    for (int keep = 0; keep < 2; keep++) {
        bk_run_control control = {.reproducible = true, .keep = keep == 0 ? BK_KEEP_ALL : BK_KEEP_SUMMARY};
        bk_results *shards[2];
        char whole[65];
        char hex[65] = "";
        edge_digest(whole, edge_execute(&control));
        for (unsigned i = 0; i < 2; i++) {
            control.shard = i + 1;
            control.shards = 2;
            shards[i] = edge_through_file(edge_execute(&control), BK_FILE_SHARD);
        }
        control.shard = control.shards = 0;
        for (size_t n = 0; hex[0] == '\0'; n++) {
            plant(n, false);
            bk_results *results = edge_merge(&control, (const bk_results *const *)shards, 2);
            harvest();
            expect_clean(results, n);
            if (results != NULL) {
                edge_digest(hex, results);
            }
        }
        cr_assert_str_eq(hex, whole);
        bk_results_destroy(shards[0]);
        bk_results_destroy(shards[1]);
    }
}

/* ---- Verification and replay ---- */

/* Memory that runs out is never taken for a difference. */
static void verifies(const bk_results *file, const bk_run_control *control, uint64_t sample)
{
    const bk_verify_request request = {.sample = sample, .sample_seed = 1};
    bk_status status = BK_MEMORY;
    size_t n = 0;
    for (; status != BK_OK; n++) {
        bk_text page = {0};
        plant(n, false);
        status = study_verify(&page, file, control, &request);
        harvest();
        cr_assert(status == BK_OK ? refused == 0 : status == BK_MEMORY && refused == 1, "request %zu: %s", n,
                  bk_error_message());
        bk_text_clear(&page);
    }
    cr_assert_gt(n, 50);
}

static void replays(const bk_results *file)
{
    bk_status status = BK_MEMORY;
    for (size_t n = 0; status != BK_OK; n++) {
        bk_results *replayed = NULL;
        plant(n, false);
        status = study_replay(&replayed, file, "second", 7);
        harvest();
        cr_assert(status == BK_OK ? refused == 0 : status == BK_MEMORY && replayed == NULL, "request %zu: %s",
                  n, bk_error_message());
        bk_results_destroy(replayed);
    }
}

Test(out_of_memory, a_verification_and_a_replay_fail_cleanly, .timeout = 300)
{
    cr_assert_eq(bk_set_threads(1), BK_OK);
    study.trials = 200;
    study.inexact = true;
    for (int keep = 0; keep < 2; keep++) {
        const bk_run_control control = {.keep = keep == 0 ? BK_KEEP_ALL : BK_KEEP_SUMMARY};
        bk_results *file = edge_through_file(study_execute(&control), BK_FILE_RESULTS);
        verifies(file, &control, 0);
        verifies(file, &control, 2);
        if (keep == 0) {
            replays(file);
        }
        bk_results_destroy(file);
    }
}

/* ---- Checkpoints ---- */

/* Goes on from the checkpoint, which must be there, and ends in the digest of the whole. */
static void resumes_to(const char *whole, bk_run_control control, size_t n)
{
    char hex[65];
    control.asked = NULL;
    control.resume = true;
    bk_results *results = edge_execute(&control);
    cr_assert_not_null(results, "request %zu: %s", n, bk_error_message());
    edge_digest(hex, results);
    cr_assert_str_eq(hex, whole, "request %zu", n);
}

static void copy_file(const char *to, const char *from)
{
    char buffer[1 << 16];
    FILE *in = fopen(from, "rb");
    FILE *out = fopen(to, "wb");
    size_t size;
    cr_assert(in != NULL && out != NULL);
    while ((size = fread(buffer, 1, sizeof buffer, in)) > 0) {
        cr_assert_eq(fwrite(buffer, 1, size, out), size);
    }
    fclose(in);
    fclose(out);
}

static uint64_t polls;

/* Two checkpoints on the way. */
static bk_request ask_for_checkpoints(void *sink)
{
    (void)sink;
    polls++;
    return polls == 5 || polls == 40 ? BK_REQUEST_CHECKPOINT : BK_REQUEST_NONE;
}

/* Resumes an old checkpoint while memory runs out: it, or a better one, is there afterwards. A periodic
 * checkpoint that fails is only told, so the run may get through all the same. */
static void checkpoint_survives(bk_run_control control, bool forever)
{
    char whole[65];
    char old[200];
    char path[200];
    edge_digest(whole, edge_execute(&control));
    (void)snprintf(old, sizeof old, "%s", study_path("old.checkpoint"));
    (void)snprintf(path, sizeof path, "%s", study_path("new.checkpoint"));
    bk_run_control first = study_stop_after(48);
    first.keep = control.keep;
    first.stop = control.stop;
    first.checkpoint = old;
    cr_assert_null(edge_execute(&first));
    cr_assert_eq(bk_error_status(), BK_STOPPED, "%s", bk_error_message());
    control.checkpoint = path;
    control.resume = true;
    control.asked = ask_for_checkpoints;
    bool through = false;
    size_t n = 0;
    for (; !through || refused > 0; n++) {
        copy_file(path, old);
        polls = 0;
        plant(n, forever);
        bk_results *results = edge_execute(&control);
        harvest();
        through = results != NULL;
        expect_clean(results, n);
        bk_results_destroy(results);
        edge_computed = 0;
        resumes_to(whole, control, n);
        cr_assert_leq(edge_computed, 55, "request %zu: finished blocks were lost", n);
    }
    cr_assert_gt(n, 100);
}

Test(out_of_memory, a_checkpoint_survives_with_values, .timeout = 300)
{
    const bk_run_control control = {.reproducible = true};
    small_study();
    checkpoint_survives(control, false);
}

Test(out_of_memory, a_checkpoint_survives_with_summaries, .timeout = 300)
{
    const bk_run_control control = {.reproducible = true, .keep = BK_KEEP_SUMMARY};
    small_study();
    checkpoint_survives(control, false);
}

Test(out_of_memory, a_checkpoint_survives_without_memory_ever_after, .timeout = 300)
{
    const bk_run_control control = {.reproducible = true, .keep = BK_KEEP_SUMMARY};
    small_study();
    checkpoint_survives(control, true);
}

Test(out_of_memory, a_checkpoint_survives_with_a_stopping_rule, .timeout = 300)
{
    const bk_run_control control = {
        .reproducible = true,
        .keep = BK_KEEP_SUMMARY,
        .stop = {.kind = BK_STOP_MCSE, .output = "output 0", .target = 0.01, .level = 0.9}};
    small_study();
    checkpoint_survives(control, false);
}
