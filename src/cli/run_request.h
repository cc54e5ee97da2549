/* SPDX-License-Identifier: GPL-3.0-or-later
 * cli/run_request.h: what `run` was asked for, from the command line and the configuration file. */
#ifndef BRISK_CLI_RUN_REQUEST_H
#define BRISK_CLI_RUN_REQUEST_H

#include "cli/arguments.h"
#include "cli/progress_line.h"
#include "cli/run_settings.h"

/* One option of the command line; texts live as long as argv. */
typedef struct bk_given_option {
    const char *name;
    const char *value; /* NULL: a flag */
} bk_given_option;

typedef struct bk_run_request {
    bk_run_settings settings;
    const char *output;        /* NULL: not given */
    const char *configuration; /* path, NULL: none */
    int threads;               /* 0: all usable */
    bool force, reproducible, resume, dry_run, help;
    double checkpoint_every_s;
    double time_limit_s;    /* 0: none */
    unsigned shard, shards; /* 0: the whole run */
    bk_progress_mode progress;
    bk_given_option *given; /* [n_given], in the order of the command line */
    size_t n_given;
} bk_run_request;

/* Fills the request from the arguments behind `run EXPERIMENT`; the configuration file first, so that
 * the command line wins. Release with bk_run_request_clear, on failure too. */
bk_status bk_run_request_parse(bk_run_request *request, const bk_experiment *experiment,
                               const bk_program *program, int argc, char **argv);
void bk_run_request_clear(bk_run_request *request);

/* run_arguments.c: the options of every run, [count]. */
const bk_argument *bk_run_arguments(size_t *count);
/* Takes one of them that says how the run is carried out (all but what run_settings.h takes). */
bk_status bk_run_argument_take(bk_run_request *request, const char *name, const char *value);
/* -j, which merge has too. */
bk_status bk_take_threads(int *threads, const char *text);

#endif
