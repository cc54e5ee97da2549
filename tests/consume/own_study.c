/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * An experiment of somebody else's: pi from points in a square, some hundred lines from a full command
 * with options, threads, progress and a results file. It names no header but the installed ones.
 */
#include <brisk/brisk.h>

/* Hits among the points of one trial, all drawn from the trial's own stream. */
static bk_status count_hits(const void *context, uint64_t trial, void *scratch, double *outputs)
{
    const bk_run *run = context;
    const size_t points = (size_t)bk_option_integer(bk_run_options(run), "points");
    double *coordinates = scratch;
    bk_stream stream = bk_stream_open(bk_run_seed(run), BK_PURPOSE_USER, trial);
    bk_fill_uniform_f64(&stream, coordinates, 2 * points);

    uint64_t hits = 0;
    for (size_t i = 0; i < points; i++) {
        const double x = coordinates[2 * i];
        const double y = coordinates[2 * i + 1];
        hits += x * x + y * y < 1.0;
    }
    outputs[0] = (double)hits;
    return BK_OK;
}

static bk_status store_estimate(void *context, const bk_trials *trials, bk_group *results)
{
    const bk_run *run = context;
    const double points = (double)bk_option_integer(bk_run_options(run), "points");
    const bk_summary *hits = &trials->summaries[0];
    BK_TRY(bk_group_set_real(results, "pi", 4.0 * hits->mean / points));
    return bk_group_set_real(results, "mcse", 4.0 * bk_summary_mcse(hits) / points);
}

static bk_status run_study(bk_run *run)
{
    static const bk_output outputs[] = {{.name = "hits", .dtype = BK_U32}};
    const bk_options *options = bk_run_options(run);
    const bk_simulation simulation = {
        .trials = (uint64_t)bk_option_integer(options, "trials"),
        .outputs = outputs,
        .n_outputs = 1,
        .scratch_bytes = (size_t)bk_option_integer(options, "points") * 2 * sizeof(double),
        .trial = count_hits,
        .summarise = store_estimate,
    };
    return bk_simulate(run, "hits", &simulation, run, bk_group_at(bk_run_results(run), "estimate"));
}

int main(int argc, char **argv)
{
    static const bk_option options[] = {
        {"trials", BK_OPTION_INTEGER, "1000", "[2,1000000]", NULL, "trials", "how often pi is estimated"},
        {"points", BK_OPTION_INTEGER, "100", "[1,1000000]", NULL, "points", "points a trial"},
    };
    static const bk_experiment study = {
        .name = "own-study",
        .summary = "pi from points in a square",
        .options = options,
        .n_options = sizeof options / sizeof options[0],
        .run = run_study,
    };
    static const bk_experiment *const experiments[] = {&study};
    return bk_main(argc, argv, experiments, 1);
}
