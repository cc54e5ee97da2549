/* SPDX-License-Identifier: GPL-3.0-or-later
 * A study whose trials take as long, and fail where, they are told to: tests/acceptance/mpi.sh runs it on
 * several ranks. It does what no experiment may (it sleeps, and asks which rank it is) to have at hand what
 * otherwise happens by bad luck. */
#include <brisk/brisk.h>
#include <time.h>

static void wait_us(int64_t microseconds)
{
    const struct timespec time = {.tv_sec = microseconds / 1000000, .tv_nsec = microseconds % 1000000 * 1000};
    (void)nanosleep(&time, NULL);
}

static bk_status trial(const void *context, uint64_t index, void *scratch, double *outputs)
{
    const bk_run *run = context;
    const bk_options *options = bk_run_options(run);
    (void)scratch;
    wait_us(bk_option_integer(options, "wait"));
    for (size_t i = 0; i < bk_option_list_length(options, "fail"); i++) {
        if (bk_option_list_integer(options, "fail", i) == (int64_t)index) {
            return bk_fail(BK_NOT_A_NUMBER, "the mean of nothing");
        }
    }
    bk_stream stream = bk_stream_open(bk_run_seed(run), BK_PURPOSE_USER, index);
    bk_fill_uniform_f64(&stream, outputs, 1);
    outputs[1] = (double)(bk_stream_next(&stream) % 100);
    return BK_OK;
}

static bk_status simulate(bk_run *run, const char *name)
{
    static const bk_output outputs[] = {{.name = "uniform", .dtype = BK_F64, .high = 1.0},
                                        {.name = "count", .dtype = BK_U32}};
    const bk_simulation simulation = {.trials = (uint64_t)bk_option_integer(bk_run_options(run), "trials"),
                                      .block_size = 8,
                                      .outputs = outputs,
                                      .n_outputs = 2,
                                      .trial = trial};
    bk_group *results = bk_group_at(bk_run_results(run), name);
    return results == NULL ? bk_error_status() : bk_simulate(run, name, &simulation, run, results);
}

/* What befalls one rank alone between two simulations. */
static bk_status trouble_of_one(const bk_run *run)
{
    const bk_options *options = bk_run_options(run);
    if (bk_ranks() > 1 && bk_rank() == bk_option_integer(options, "lone")) {
        return bk_fail(BK_MEMORY, "no memory here");
    }
    return BK_OK;
}

static bk_status run_study(bk_run *run)
{
    BK_TRY(simulate(run, "first"));
    BK_TRY(trouble_of_one(run));
    return simulate(run, "second");
}

int main(int argc, char **argv)
{
    static const bk_option options[] = {
        {.name = "trials",
         .type = BK_OPTION_INTEGER,
         .initial = "500",
         .range = "[1,inf)",
         .help = "trials of each simulation"},
        {.name = "wait",
         .type = BK_OPTION_INTEGER,
         .initial = "0",
         .range = "[0,inf)",
         .unit = "us",
         .help = "how long a trial waits"},
        {.name = "fail",
         .type = BK_OPTION_INTEGER_LIST,
         .initial = "-1",
         .range = "[-1,inf)",
         .help = "trials that fail"},
        {.name = "lone",
         .type = BK_OPTION_INTEGER,
         .initial = "-1",
         .range = "[-1,inf)",
         .help = "rank that fails by itself"},
    };
    static const bk_experiment study = {.name = "study",
                                        .summary = "Trials that wait and fail",
                                        .options = options,
                                        .n_options = 4,
                                        .run = run_study};
    static const bk_experiment *const experiments[] = {&study};
    return bk_main(argc, argv, experiments, 1);
}
