/* SPDX-License-Identifier: GPL-3.0-or-later
 * cli/input.h: the losses of a file, for the commands interval and compare. */
#ifndef BRISK_CLI_INPUT_H
#define BRISK_CLI_INPUT_H

#include "brisk/data.h"
#include "cli/arguments.h"

typedef enum bk_loss_kind { BK_LOSS_ZERO_ONE, BK_LOSS_BRIER, BK_LOSS_LOG } bk_loss_kind;

/* What the command line says about the input. Texts are kept. */
typedef struct bk_input_request {
    const char *column, *label, *prediction, *score, *positive;
    const char *group, *strata, *weights, *denominator;
    bk_loss_kind loss;
    bool loss_given, threshold_given, range_given;
    double threshold;
    double range_low, range_high;
    bk_data_layout layout;
} bk_input_request;

/* The rows of these options, for the tables of the commands. */
#define BK_INPUT_ARGUMENTS                                                                               \
    {"column", 0, "NAME|NUMBER", "column of the losses", "What is read:"},                               \
        {"label", 0, "COLUMN", "true labels, instead of losses; with one of the next two", NULL},        \
        {"prediction", 0, "COLUMN", "predicted labels", NULL},                                           \
        {"score", 0, "COLUMN", "scores: probabilities of the positive class, or any numbers", NULL},     \
        {"loss", 0, "zero-one|brier|log", "of labels and scores (default zero-one)", NULL},              \
        {"threshold", 0, "T",                                                                            \
         "a score above it predicts the positive class (default 1/2 for scores in "                      \
         "[0,1], else 0)",                                                                               \
         NULL},                                                                                          \
        {"positive", 0, "VALUE", "the positive label (default: the larger of two numbers)", NULL},       \
        {"range", 0, "A:B", "least and greatest possible loss (default 0:1 for 0/1 data, else unknown)", \
         NULL},                                                                                          \
        {"delimiter", 0, "NAME|C", "comma, tab, semicolon, blank or a character (default: found out)",   \
         NULL},                                                                                          \
    {                                                                                                    \
        "header", 0, "auto|yes|no", "whether the first row names the columns (default auto)", NULL       \
    }

/* Takes the option if it is one of the above; taken says so. */
bk_status bk_input_take(bk_input_request *request, bool *taken, const char *name, const char *value);

/* The losses of one source. */
typedef struct bk_input {
    bk_data *data;
    size_t n;
    const double *losses; /* [n] */
    double *computed;     /* the same where they were computed from labels, else NULL */
    bool label_known;     /* column 0 of data holds true labels */
    bool zero_one;        /* every loss is 0 or 1, and could be nothing else */
    uint64_t errors;      /* how many are 1, then */
    bool range_known;
    double range_low, range_high;
    const char *range_reason; /* "given by --range", "0/1 data", "the Brier score" */
    /* Of labels: 1 for the positive class; NULL where there are none, or they have no positive class. */
    uint8_t *positive, *predicted;
    const double *scores;       /* or NULL */
    const double *weights;      /* or NULL */
    const double *denominators; /* or NULL */
    const uint32_t *group;      /* or NULL */
    const uint32_t *stratum;    /* or NULL */
    size_t group_count, stratum_count;
    size_t strata_column; /* of data */
    char about[400];      /* what was read, as a sentence */
} bk_input;

/* Reads source; release with bk_input_clear, also after a failure. */
bk_status bk_input_read(bk_input *input, const char *source, const bk_input_request *request);
void bk_input_clear(bk_input *input);

#endif
