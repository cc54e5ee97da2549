/* SPDX-License-Identifier: GPL-3.0-or-later
 * Executing an experiment: its run function, and around it what every results file says of its
 * origin. */
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "sim/check.h"
#include "sim/ranks.h"

uint64_t bk_run_seed(const bk_run *run) { return run->seed; }

const bk_options *bk_run_options(const bk_run *run) { return run->options; }

bk_group *bk_run_results(bk_run *run) { return bk_results_root(run->results); }

bool bk_run_is_partial(const bk_run *run)
{
    return run->mode == BK_RUN_SHARD || run->mode == BK_RUN_REHEARSAL ||
           (run->check != NULL && run->check->partial);
}

bk_status bk_own_failure(bk_status status)
{
    return bk_error_status() == status ? status : bk_fail(status, "%s", bk_status_text(status));
}

const bk_run_control *bk_control_or_plain(const bk_run_control *control)
{
    static const bk_run_control plain = {0};
    return control == NULL ? &plain : control;
}

/* ---- /run ---- */

static double cpu_seconds(void)
{
    struct rusage usage;
    if (getrusage(RUSAGE_SELF, &usage) != 0) {
        return 0.0;
    }
    return (double)usage.ru_utime.tv_sec + (double)usage.ru_stime.tv_sec +
           1e-6 * ((double)usage.ru_utime.tv_usec + (double)usage.ru_stime.tv_usec);
}

static bk_status write_how_it_was_run(bk_run *run, bk_group *group)
{
    static const bk_field command_line = {.name = "command_line",
                                          .dtype = BK_TEXT,
                                          .rank = 0,
                                          .axes = {NULL},
                                          .unit = "",
                                          .long_name = "command line of the run"};
    const bk_run_control *control = run->control;
    uint64_t found = 0;
    for (size_t i = 0; i < run->n_parts; i++) {
        found += run->parts[i]->found_trials;
    }
    BK_TRY(bk_group_set_integer(group, "threads", bk_threads()));
    BK_TRY(bk_group_set_integer(group, "ranks", bk_ranks()));
    BK_TRY(bk_group_set_unsigned(group, "resumed_trials", found));
    if (control->instruction_set != NULL) {
        BK_TRY(bk_group_set_text(group, "instruction_set", control->instruction_set));
    }
    if (control->command_line != NULL &&
        bk_group_add(group, &command_line, NULL, &control->command_line) == NULL) {
        return bk_error_status();
    }
    return BK_OK;
}

/* What differs from one execution to the next stands in /run alone, so that it can be left out. */
static bk_status write_run_facts(bk_run *run, const struct tm *start, double wall_s)
{
    bk_group *group = bk_group_at(bk_run_results(run), "run");
    const bk_build_facts *build = bk_build();
    char host[256] = "";
    char started[32] = "";
    if (gethostname(host, sizeof host - 1) != 0 || host[0] == '\0') {
        strcpy(host, "unknown");
    }
    (void)strftime(started, sizeof started, "%Y-%m-%dT%H:%M:%SZ", start);
    BK_TRY(bk_group_set_text(group, "start", started));
    BK_TRY(bk_group_set_real(group, "wall_s", wall_s));
    BK_TRY(bk_group_set_real(group, "cpu_s", cpu_seconds()));
    BK_TRY(bk_group_set_text(group, "host", host));
    BK_TRY(bk_group_set_text(group, "compiler", build->compiler));
    BK_TRY(bk_group_set_text(group, "flags", build->flags));
    BK_TRY(bk_group_set_text(group, "build_type", build->build_type));
    return write_how_it_was_run(run, group);
}

/* ---- Executing ---- */

static bk_status execute(bk_run *run)
{
    const time_t now = time(NULL);
    struct tm start = {0};
    (void)gmtime_r(&now, &start);
    BK_TRY(bk_run_write_origin(run, bk_run_results(run)));
    const bk_status ran = run->experiment->run(run);
    if (ran != BK_OK) {
        return bk_own_failure(ran);
    }
    if (run->control->stop.kind != BK_STOP_NEVER && !run->rule_used && run->mode == BK_RUN_WHOLE) {
        return bk_fail(BK_INVALID, "the stopping rule has nothing to stop: %s simulates nothing",
                       run->experiment->name);
    }
    if (!run->control->reproducible) {
        BK_TRY(write_run_facts(run, &start, bk_clock_s() - run->started_s));
    }
    return BK_OK;
}

static bk_status check_control(const bk_run *run)
{
    const bk_run_control *control = run->control;
    const bk_stop_rule *rule = &control->stop;
    if (control->shards > 0 && (control->shard < 1 || control->shard > control->shards)) {
        return bk_fail(BK_INVALID, "shard %u of %u does not exist: shards are numbered from 1 to %u",
                       control->shard, control->shards, control->shards);
    }
    if (rule->kind == BK_STOP_NEVER) {
        return BK_OK;
    }
    if (control->shards > 0 || run->mode == BK_RUN_MERGE) {
        return bk_fail(BK_INVALID,
                       "a stopping rule needs the trials of all shards: leave out the rule or the shards");
    }
    if (!(rule->target > 0.0)) {
        return bk_fail(BK_INVALID, "the stopping rule's target is %g; it must be above 0", rule->target);
    }
    if (rule->kind == BK_STOP_WIDTH && !(rule->level > 0.0 && rule->level < 1.0)) {
        return bk_fail(BK_INVALID, "the stopping rule's level is %g; it must lie between 0 and 1",
                       rule->level);
    }
    return BK_OK;
}

/* Ranks that were started with different options, or read different checkpoints, would wait for each other
 * for ever. */
static bk_status ranks_match(const bk_run *run)
{
    if (bk_ranks() == 1) {
        return BK_OK;
    }
    bk_text text = {0};
    char digest[65] = "none";
    bk_status status = bk_run_configuration(run, &text);
    if (status == BK_OK && run->checkpoint != NULL) {
        status = bk_results_digest(run->checkpoint, digest);
    }
    bk_text_append(&text, "checkpoint = %s, shard %u of %u", digest, run->control->shard,
                   run->control->shards);
    if (status == BK_OK) {
        status = bk_text_status(&text);
    }
    status = bk_ranks_share_failure(status, 0);
    if (status == BK_OK) {
        status = bk_ranks_must_match(bk_text_string(&text), text.length, "configuration");
    }
    bk_text_clear(&text);
    return status;
}

static bk_status begin(bk_run *run)
{
    BK_TRY(bk_options_check(run->options));
    const bk_status checked = run->experiment->check == NULL ? BK_OK : run->experiment->check(run->options);
    if (checked != BK_OK) {
        return bk_own_failure(checked);
    }
    BK_TRY(check_control(run));
    run->service = bk_mutex_create();
    run->results = bk_results_create();
    if (run->service == NULL || run->results == NULL) {
        return bk_error_status();
    }
    run->started_s = run->last_checkpoint_s = bk_clock_s();
    return bk_checkpoint_open(run);
}

static bk_status perform(bk_run *run)
{
    /* All ranks have read the checkpoint before rank 0 writes a new one. */
    BK_TRY(bk_run_share(run, begin(run), 0));
    BK_TRY(ranks_match(run));
    bk_status status = execute(run);
    if (!run->failure_shared) {
        status = bk_run_share(run, status, 0);
    }
    if (status != BK_OK && status != BK_STOPPED) {
        bk_checkpoint_rescue(run);
    }
    return status;
}

bk_status bk_run_perform(bk_run *run)
{
    run->control = bk_control_or_plain(run->control);
    if (run->mode == BK_RUN_WHOLE && run->control->shards > 0) {
        run->mode = BK_RUN_SHARD;
    }
    atomic_init(&run->stopping, false);
    atomic_init(&run->checkpoint_wanted, false);
    return perform(run);
}

void bk_run_clear(bk_run *run)
{
    for (size_t i = 0; i < run->n_parts; i++) {
        bk_part_destroy(run->parts[i]);
    }
    for (size_t i = 0; i < run->n_stages; i++) {
        bk_free(run->stages[i].name);
        bk_results_destroy(run->stages[i].kept);
    }
    for (size_t i = 0; i < run->n_rehearsed; i++) {
        bk_free(run->rehearsed[i].name);
    }
    bk_free((void *)run->parts);
    bk_free(run->stages);
    bk_free(run->rehearsed);
    bk_free(run->sources);
    bk_results_destroy(run->checkpoint);
    bk_results_destroy(run->results);
    bk_mutex_destroy(run->service);
}

/* The tree that the caller gets: of a shard, its parts instead of results. */
static bk_results *take_results(bk_run *run)
{
    if (run->mode == BK_RUN_SHARD) {
        bk_results *shard = bk_checkpoint_tree(run);
        if (shard == NULL) {
            bk_checkpoint_rescue(run);
        }
        return shard;
    }
    bk_results *results = run->results;
    run->results = NULL;
    return results;
}

/* Whoever writes the results does so while the trials are still here, so that a full disk costs none of them.
 */
static bk_results *finish(bk_run *run, bk_results *results)
{
    const bk_run_control *control = run->control;
    if (results == NULL || control->finish == NULL) {
        return results;
    }
    if (control->finish(control->finish_context, results) != BK_OK) {
        bk_results_destroy(results);
        bk_checkpoint_rescue(run);
        return NULL;
    }
    return results;
}

bk_results *bk_run_execute(const bk_experiment *experiment, const bk_options *options, uint64_t seed,
                           const bk_run_control *control)
{
    bk_run run = {.experiment = experiment, .options = options, .control = control, .seed = seed};
    bk_results *results = bk_run_perform(&run) == BK_OK ? finish(&run, take_results(&run)) : NULL;
    bk_run_clear(&run);
    return results;
}
