/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * An experiment of your own, outside brisk's source tree: some 80 lines, and a full command with options,
 * threads, progress and a results file. Here: how bad is the worst of n losses that are uniform in [0, 1)?
 * Change the trial, and what is made of all trials; the rest can stay.
 *
 *     my-study list worst-loss
 *     my-study run worst-loss --losses 30 -o worst.h5
 *     my-study show worst.h5
 */
#include <brisk/brisk.h>

/* Name what your random numbers are for: one number from BK_PURPOSE_USER on for each kind. */
enum { PURPOSE_LOSSES = BK_PURPOSE_USER };

/* One trial. It may read the context and use the scratch memory of its thread; all its randomness comes from
 * the stream with its own address, so that it gives the same bits whenever and wherever it is computed. */
static bk_status worst_of_losses(const void *context, uint64_t trial, void *scratch, double *outputs)
{
    const bk_run *run = context;
    const size_t n = (size_t)bk_option_integer(bk_run_options(run), "losses");
    double *losses = scratch;
    bk_stream stream = bk_stream_open(bk_run_seed(run), PURPOSE_LOSSES, trial);
    bk_fill_uniform_f64(&stream, losses, n);
    double worst = losses[0];
    for (size_t i = 1; i < n; i++) {
        worst = losses[i] > worst ? losses[i] : worst;
    }
    outputs[0] = worst;
    return BK_OK;
}

/* Once, after the last trial. bk_trials_put writes moments, quantiles and the values of the trials; add what
 * only you know: here the true mean, n / (n + 1), and how many standard errors the trials are away from it.
 */
static bk_status summarise(void *context, const bk_trials *trials, bk_group *results)
{
    const bk_run *run = context;
    const double n = (double)bk_option_integer(bk_run_options(run), "losses");
    const bk_summary *worst = &trials->summaries[0];
    const double truth = n / (n + 1.0);
    BK_TRY(bk_trials_put(trials, 0, results));
    BK_TRY(bk_group_set_real(results, "true_mean", truth));
    return bk_group_set_real(results, "errors_off", (worst->mean - truth) / bk_summary_mcse(worst));
}

/* The experiment from its first line to its last. It reads no clock and no environment. */
static bk_status run_worst_loss(bk_run *run)
{
    static const bk_output outputs[] = {
        {.name = "worst", .dtype = BK_F64, .long_name = "worst loss", .low = 0.0, .high = 1.0}};
    const bk_options *options = bk_run_options(run);
    const bk_simulation simulation = {
        .trials = (uint64_t)bk_option_integer(options, "trials"),
        .outputs = outputs,
        .n_outputs = sizeof outputs / sizeof outputs[0],
        .scratch_bytes = (size_t)bk_option_integer(options, "losses") * sizeof(double),
        .purpose = PURPOSE_LOSSES,
        .trial = worst_of_losses,
        .summarise = summarise,
    };
    return bk_simulate(run, "worst", &simulation, run, bk_run_results(run));
}

/* Every option is checked, shown by --help, read from INI files and stored with the results. */
static const bk_option options[] = {
    {.name = "trials",
     .type = BK_OPTION_INTEGER,
     .initial = "1000",
     .range = "[2,1000000000]",
     .help = "how often losses are drawn"},
    {.name = "losses",
     .type = BK_OPTION_INTEGER,
     .initial = "10",
     .range = "[1,1000000]",
     .unit = "losses",
     .help = "losses a trial"},
};

static const bk_experiment worst_loss = {
    .name = "worst-loss",
    .summary = "How bad the worst of some losses is",
    .options = options,
    .n_options = sizeof options / sizeof options[0],
    .run = run_worst_loss,
};

int main(int argc, char **argv)
{
    static const bk_experiment *const experiments[] = {&worst_loss};
    return bk_main(argc, argv, experiments, sizeof experiments / sizeof experiments[0]);
}
