/* SPDX-License-Identifier: GPL-3.0-or-later
 * cli/coverage.h: what brisk coverage was asked for. */
#ifndef BRISK_CLI_COVERAGE_H
#define BRISK_CLI_COVERAGE_H

#include "brisk/stats.h"
#include "cli/method_list.h"
#include "cli/program.h"

#define BK_MAX_GRID 100001

typedef struct bk_coverage_command {
    uint64_t m[64];
    size_t m_count;
    double levels[64];
    size_t level_count;
    double *p; /* [p_count] */
    size_t p_count;
    double p_low, p_high; /* of --minimum */
    bool p_given, p_range, p_grid;
    bk_method_list method;
    bk_interval_request wanted; /* sides, resamples, order */
    bool balanced;
    double ratio; /* error rate of the positive class over that of the negative */
    uint64_t trials, seed;
    bool random_seed, minimum, json, csv;
    int threads;
} bk_coverage_command;

bk_status bk_coverage_command_parse(bk_coverage_command *command, const bk_program *program, int argc,
                                    char **argv, bool *help);

#endif
