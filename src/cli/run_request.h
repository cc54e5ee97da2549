/* SPDX-License-Identifier: GPL-3.0-or-later
 * cli/run_request.h: what `run` was asked for, from the command line and the configuration file. */
#ifndef BRISK_CLI_RUN_REQUEST_H
#define BRISK_CLI_RUN_REQUEST_H

#include "cli/program.h"

typedef struct bk_run_request {
    const bk_experiment *experiment;
    bk_options *options; /* of the experiment */
    uint64_t seed;
    const char *output;        /* NULL: not given */
    const char *configuration; /* path, NULL: none */
    int threads;               /* 0: all usable */
    bool force;
    bool reproducible;
    bool silent; /* --progress none */
    bool help;
} bk_run_request;

/* Fills the request from the arguments behind `run EXPERIMENT`; the configuration file first, so that
 * the command line wins. Free options with bk_options_destroy, on failure too. */
bk_status bk_run_request_parse(bk_run_request *request, const bk_program *program, int argc, char **argv);

#endif
