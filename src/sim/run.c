/* SPDX-License-Identifier: GPL-3.0-or-later
 * Executing an experiment: its run function, and around it what every results file says of its
 * origin. */
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "sim/run.h"

uint64_t bk_run_seed(const bk_run *run) { return run->seed; }

const bk_options *bk_run_options(const bk_run *run) { return run->options; }

bk_group *bk_run_results(bk_run *run) { return bk_results_root(run->results); }

bk_status bk_run_configuration(const bk_run *run, bk_text *text)
{
    bk_text_append(text, "[run]\nexperiment = %s\nseed = %llu\n\n[options]\n", run->experiment->name,
                   (unsigned long long)run->seed);
    bk_configuration_write(text, run->options);
    return bk_text_status(text);
}

/* Who made the file and from what: the same for every run of this build with this configuration. */
static bk_status write_origin(bk_run *run)
{
    bk_group *root = bk_run_results(run);
    const bk_build_facts *build = bk_build();
    BK_TRY(bk_group_set_text(root, "brisk_version", build->version));
    BK_TRY(bk_group_set_text(root, "git_commit", build->git_commit));
    BK_TRY(bk_group_set_flag(root, "git_dirty", build->git_dirty));
    BK_TRY(bk_group_set_text(root, "experiment", run->experiment->name));
    BK_TRY(bk_group_set_unsigned(root, "seed", run->seed));
    BK_TRY(bk_group_set_text(root, "rng", "PCG64DXSM(SeedSequence(seed, spawn_key=(purpose, index)))"));
    return bk_group_set_text(root, "transforms", bk_transform_names());
}

static bk_status write_configuration(bk_run *run)
{
    static const bk_field field = {.name = "text",
                                   .dtype = BK_TEXT,
                                   .rank = 0,
                                   .axes = {NULL},
                                   .unit = "",
                                   .long_name = "configuration, as brisk run --config reads it"};
    bk_text text = {0};
    bk_status status = bk_run_configuration(run, &text);
    if (status == BK_OK) {
        const char *value = bk_text_string(&text);
        bk_group *group = bk_group_at(bk_run_results(run), "config");
        status = bk_group_add(group, &field, NULL, &value) == NULL ? bk_error_status() : BK_OK;
    }
    bk_text_clear(&text);
    return status;
}

static double cpu_seconds(void)
{
    struct rusage usage;
    if (getrusage(RUSAGE_SELF, &usage) != 0) {
        return 0.0;
    }
    return (double)usage.ru_utime.tv_sec + (double)usage.ru_stime.tv_sec +
           1e-6 * ((double)usage.ru_utime.tv_usec + (double)usage.ru_stime.tv_usec);
}

/* What differs from one execution to the next stands in /run alone, so that it can be left out. */
static bk_status write_run_facts(bk_run *run, const struct tm *start, double wall_s)
{
    static const bk_field command_line = {.name = "command_line",
                                          .dtype = BK_TEXT,
                                          .rank = 0,
                                          .axes = {NULL},
                                          .unit = "",
                                          .long_name = "command line of the run"};
    bk_group *group = bk_group_at(bk_run_results(run), "run");
    const bk_run_control *control = run->control;
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
    BK_TRY(bk_group_set_integer(group, "threads", bk_threads()));
    BK_TRY(bk_group_set_text(group, "compiler", build->compiler));
    BK_TRY(bk_group_set_text(group, "flags", build->flags));
    BK_TRY(bk_group_set_text(group, "build_type", build->build_type));
    if (control->instruction_set != NULL) {
        BK_TRY(bk_group_set_text(group, "instruction_set", control->instruction_set));
    }
    if (control->command_line != NULL &&
        bk_group_add(group, &command_line, NULL, &control->command_line) == NULL) {
        return bk_error_status();
    }
    return BK_OK;
}

static bk_status execute(bk_run *run)
{
    const double started_s = bk_clock_s();
    const time_t now = time(NULL);
    struct tm start = {0};
    (void)gmtime_r(&now, &start);
    BK_TRY(write_origin(run));
    BK_TRY(write_configuration(run));
    BK_TRY(run->experiment->run(run));
    if (!run->control->reproducible) {
        BK_TRY(write_run_facts(run, &start, bk_clock_s() - started_s));
    }
    return BK_OK;
}

bk_results *bk_run_execute(const bk_experiment *experiment, const bk_options *options, uint64_t seed,
                           const bk_run_control *control)
{
    static const bk_run_control silent = {0};
    bk_run run = {.experiment = experiment,
                  .options = options,
                  .control = control == NULL ? &silent : control,
                  .seed = seed,
                  .results = NULL};
    if (bk_options_check(options) != BK_OK ||
        (experiment->check != NULL && experiment->check(options) != BK_OK)) {
        return NULL;
    }
    run.results = bk_results_create();
    if (run.results == NULL) {
        return NULL;
    }
    if (execute(&run) != BK_OK) {
        bk_results_destroy(run.results);
        return NULL;
    }
    return run.results;
}
