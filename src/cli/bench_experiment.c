/* SPDX-License-Identifier: GPL-3.0-or-later
 * Stages of `brisk bench` that carry out a whole experiment, in memory: all of it but the file. */
#include <string.h>

#include "cli/bench.h"

/* Sets an option where the experiment has it. */
static bk_status set_if_there(bk_options *options, const char *name, const char *value)
{
    for (size_t row = 0; row < bk_options_count(options); row++) {
        if (strcmp(bk_options_row(options, row)->name, name) == 0) {
            return bk_options_set(options, name, value, "bench");
        }
    }
    return BK_OK;
}

/* With its defaults, but with every point through the network, so that the arithmetic of the stage is known.
 */
static bk_status execute(const bk_bench_data *data, const char *name)
{
    const bk_experiment *experiment = bk_program_experiment(data->program, name);
    bk_options *options =
        experiment == NULL ? NULL : bk_options_create(experiment->options, experiment->n_options);
    if (options == NULL) {
        return bk_error_status();
    }
    bk_status status = set_if_there(options, "evaluation", "dense");
    if (status == BK_OK) {
        bk_results *results = bk_run_execute(experiment, options, 1, NULL);
        status = results == NULL ? bk_error_status() : BK_OK;
        bk_results_destroy(results);
    }
    bk_options_destroy(options);
    return status;
}

bk_status bk_bench_coverage_study(bk_bench_data *data) { return execute(data, "coverage-study"); }

bk_status bk_bench_lab(bk_bench_data *data) { return execute(data, "lab"); }

bool bk_bench_stage_exists(const bk_bench_stage *stage, const bk_program *program)
{
    bool found = stage->experiment == NULL;
    for (size_t i = 0; i < program->count && !found; i++) {
        found = strcmp(program->experiments[i]->name, stage->experiment) == 0;
    }
    return found;
}
