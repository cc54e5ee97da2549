/* SPDX-License-Identifier: GPL-3.0-or-later
 * Stages of `brisk bench` about the results file: which part of a run its writing takes, from the finished
 * results to a file that outlasts a power failure: digests, HDF5 with its compression, write, fsync, rename.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli/bench.h"

static double seconds_now(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* A new file in the folder for temporary files; path has `size` bytes. */
static bk_status make_file(char *path, size_t size)
{
    const char *folder = getenv("TMPDIR");
    const int length =
        snprintf(path, size, "%s/brisk-bench-XXXXXX", folder != NULL && *folder != '\0' ? folder : "/tmp");
    const int file = length > 0 && (size_t)length < size ? mkstemp(path) : -1;
    if (file < 0) {
        return bk_fail(BK_FILE,
                       "cannot make the temporary file %s: %s; set TMPDIR to a folder that you may "
                       "write to",
                       path, strerror(errno));
    }
    (void)close(file);
    return BK_OK;
}

/* Seconds that the results take to become a file. */
static bk_status time_file(double *seconds, bk_results *results)
{
    char path[4096];
    BK_TRY(make_file(path, sizeof path));
    const double start = seconds_now();
    const bk_status status = bk_results_write(results, path, true);
    *seconds = seconds_now() - start;
    (void)unlink(path);
    return status;
}

/* Percent of the time of an experiment with its defaults, but so many trials (NULL: its default). */
static bk_status share(double *percent, const bk_bench_data *data, const char *name, const char *trials)
{
    const bk_experiment *experiment = bk_program_experiment(data->program, name);
    bk_options *options =
        experiment == NULL ? NULL : bk_options_create(experiment->options, experiment->n_options);
    if (options == NULL) {
        return bk_error_status();
    }
    const double start = seconds_now();
    bk_status status = trials == NULL ? BK_OK : bk_options_set(options, "trials", trials, "bench");
    bk_results *results = status == BK_OK ? bk_run_execute(experiment, options, 1, NULL) : NULL;
    const double run = seconds_now() - start;
    double file = 0.0;
    status = results == NULL ? bk_error_status() : time_file(&file, results);
    *percent = 100.0 * file / (run + file);
    bk_results_destroy(results);
    bk_options_destroy(options);
    return status;
}

bk_status bk_bench_file_lab(bk_bench_data *data, double *percent)
{
    return share(percent, data, "lab", NULL);
}

bk_status bk_bench_file_trials(bk_bench_data *data, double *percent)
{
    return share(percent, data, "test-error", NULL);
}

bk_status bk_bench_file_million(bk_bench_data *data, double *percent)
{
    return share(percent, data, "test-error", "1000000");
}
