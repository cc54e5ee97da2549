/* SPDX-License-Identifier: GPL-3.0-or-later
 * The smallest experiment: pi from points in a square. CONTRIBUTING.md goes through it line by line. */
#include <brisk/brisk.h>

/* One trial: the share of points of the unit square that lie in the quarter circle, times 4. */
static bk_status estimate_pi(const void *context, uint64_t trial, void *scratch, double *outputs)
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
    outputs[0] = 4.0 * (double)hits / (double)points;
    return BK_OK;
}

static bk_status run_pi(bk_run *run)
{
    static const bk_output output = {
        .name = "pi", .dtype = BK_F64, .long_name = "estimate of pi", .low = 0.0, .high = 4.0};
    const bk_options *options = bk_run_options(run);
    const bk_simulation simulation = {
        .trials = (uint64_t)bk_option_integer(options, "trials"),
        .outputs = &output,
        .n_outputs = 1,
        .scratch_bytes = (size_t)bk_option_integer(options, "points") * 2 * sizeof(double),
        .purpose = BK_PURPOSE_USER,
        .trial = estimate_pi,
    };
    return bk_simulate(run, "pi", &simulation, run, bk_run_results(run));
}

static const bk_option options[] = {
    {.name = "trials",
     .type = BK_OPTION_INTEGER,
     .initial = "10000",
     .range = "[2,1000000000]",
     .help = "how often pi is estimated"},
    {.name = "points",
     .type = BK_OPTION_INTEGER,
     .initial = "100",
     .range = "[1,10000000]",
     .unit = "points",
     .help = "points an estimate"},
};

const bk_experiment pi_experiment = {
    .name = "pi",
    .summary = "The smallest experiment: pi from points in a square",
    .options = options,
    .n_options = sizeof options / sizeof options[0],
    .run = run_pi,
};
