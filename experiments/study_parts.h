/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the studies share: the lab's options of training, with a choice of networks and of sampling of their
 * own.
 */
#ifndef BRISK_EXPERIMENTS_STUDY_PARTS_H
#define BRISK_EXPERIMENTS_STUDY_PARTS_H

#include "lab_parts.h"

/* LAB_OPTIONS_TRAINING with other defaults of --hidden and --sampling. */
#define STUDY_OPTIONS_TRAINING(hidden_initial, sampling_initial)                                            \
    {.name = "hidden",                                                                                      \
     .type = BK_OPTION_INTEGER_LIST,                                                                        \
     .initial = (hidden_initial),                                                                           \
     .range = "[1,100000]",                                                                                 \
     .help = "numbers of hidden units, a network each"},                                                    \
        LAB_OPTION_ACTIVATION, LAB_OPTION_TRAIN_SIZE,                                                       \
        {.name = "learning-rate",                                                                           \
         .type = BK_OPTION_REAL,                                                                            \
         .initial = "0.1",                                                                                  \
         .range = "(0,1000000]",                                                                            \
         .help = "step length of gradient descent"},                                                        \
        {.name = "epochs",                                                                                  \
         .type = BK_OPTION_INTEGER,                                                                         \
         .initial = "1000",                                                                                 \
         .range = "[1,100000000]",                                                                          \
         .help = "steps of full-batch gradient descent"},                                                   \
        {.name = "dtype",                                                                                   \
         .type = BK_OPTION_CHOICE,                                                                          \
         .initial = "f32",                                                                                  \
         .choices = "f32,f64",                                                                              \
         .help = "precision of points, weights and scores"},                                                \
    {                                                                                                       \
        .name = "sampling", .type = BK_OPTION_CHOICE, .initial = (sampling_initial),                        \
        .choices = "balanced,iid",                                                                          \
        .help = "balanced: exactly half of the points of each class (the course's way); iid: each point's " \
                "class is drawn too"                                                                        \
    }

#define STUDY_OPTION_LEVEL                                                                \
    {                                                                                     \
        .name = "level", .type = BK_OPTION_REAL, .initial = "0.9", .range = "(0,1)",      \
        .help = "confidence level; a test rejects where its p-value is at most 1 - level" \
    }

/* bytes, rounded up so that what follows in a thread's scratch memory is aligned. */
static inline size_t study_align(size_t bytes) { return (bytes + 63) / 64 * 64; }

#endif
