/* SPDX-License-Identifier: GPL-3.0-or-later
 * cli/compare.h: what the parts of brisk compare share. */
#ifndef BRISK_CLI_COMPARE_H
#define BRISK_CLI_COMPARE_H

#include "brisk/stats.h"
#include "cli/input.h"
#include "cli/program.h"

#define BK_MAX_MODELS         64
#define BK_MAX_PAIR_INTERVALS 16

typedef struct bk_compare_command {
    const char *sources[BK_MAX_MODELS];
    size_t source_count;
    bk_input_request input;
    bk_interval_request wanted; /* level, seed, resamples */
    double margin;              /* 0: not asked for */
    bool random_seed, json, csv;
    int threads;
} bk_compare_command;

/* Two models, a and b, on the same points. */
typedef struct bk_compare_pair {
    double difference;
    bool counted; /* both have 0/1 losses of independent points: counts, test and share are there */
    bk_pair_counts counts;
    bk_mcnemar test;
    bk_interval share;
    bk_interval intervals[BK_MAX_PAIR_INTERVALS];
    size_t interval_count;
    bool margin_known;
    bk_margin margin;
} bk_compare_pair;

bk_status bk_compare_pair_compute(bk_compare_pair *pair, const bk_compare_command *command, const bk_input *a,
                                  const bk_input *b);
bk_status bk_compare_pair_print(const bk_compare_pair *pair, const bk_compare_command *command,
                                const bk_input *inputs);

/* More than two models. */
typedef struct bk_compare_many {
    double estimate[BK_MAX_MODELS];
    size_t models, best;
    double optimism;
    bk_model_pair *against_best; /* [models - 1], a = a model, b = the best */
    bk_model_pair *all;          /* [pairs] */
    size_t pairs;
    double critical_best, critical_all;
    double *holm_best, *holm_all; /* exact McNemar, adjusted within each family; NULL without 0/1 losses */
} bk_compare_many;
bk_status bk_compare_many_compute(bk_compare_many *many, const bk_compare_command *command,
                                  const bk_input *inputs);
bk_status bk_compare_many_print(const bk_compare_many *many, const bk_compare_command *command,
                                const bk_input *inputs);
void bk_compare_many_clear(bk_compare_many *many);

#endif
