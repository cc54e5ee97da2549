/* SPDX-License-Identifier: GPL-3.0-or-later
 * cli/interval_request.h: what brisk interval was asked for, and its answer. */
#ifndef BRISK_CLI_INTERVAL_REQUEST_H
#define BRISK_CLI_INTERVAL_REQUEST_H

#include "brisk/classification.h"
#include "brisk/stats.h"
#include "cli/input.h"
#include "cli/method_list.h"
#include "cli/program.h"

#define BK_MAX_LEVELS 32

typedef enum bk_bootstrap_kind { BK_KIND_AUTO, BK_KIND_RESAMPLE, BK_KIND_IDEAL } bk_bootstrap_kind;

typedef struct bk_interval_command {
    const char *source;
    bk_input_request input;
    const char *prior;
    bk_interval_request wanted; /* sides, variance, order, seed, resamples; level is levels[0] */
    double levels[BK_MAX_LEVELS];
    size_t level_count;
    bk_method_list
        method; /* none: what fits the data; one that came with a set is left out where it does not */
    bool resamples_given, random_seed, order_given;
    bk_bootstrap_kind kind;
    bk_statistic statistic;
    double parameter;
    const bk_classification_statistic *classification; /* NULL unless it is one of f1, ... */
    bk_quantile_rule quantile_rule;
    bk_tie_rule ties;
    bk_influence influence;
    bool json, csv, force, reproducible, keep_replicates, details;
    const char *output;
    int threads;
    double started_s; /* by bk_interval_clock_s */
} bk_interval_command;

/* Parses the arguments; help is set where only the help was printed. */
bk_status bk_interval_command_parse(bk_interval_command *command, const bk_program *program, int argc,
                                    char **argv, bool *help);

typedef struct bk_interval_answer {
    bk_interval *intervals; /* [count] */
    size_t count;
    size_t n;
    double estimate;
    bk_bootstrap *bootstrap; /* or NULL */
    bk_text notes;           /* lines */
} bk_interval_answer;

/* Computes all that was asked for; release with bk_interval_answer_clear, also after a failure. */
bk_status bk_interval_compute(bk_interval_answer *answer, const bk_interval_command *command,
                              const bk_input *input);
void bk_interval_answer_clear(bk_interval_answer *answer);

/* interval_output.c: on stdout. */
bk_status bk_interval_print(const bk_interval_answer *answer, const bk_interval_command *command,
                            const bk_input *input);

/* interval_file.c */
/* Seconds since some moment. */
double bk_interval_clock_s(void);
bk_status bk_interval_write(const bk_interval_answer *answer, const bk_interval_command *command,
                            const bk_input *input, const char *command_line);

#endif
