/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The parts of the training study: many trainings of one network, and what their test errors say about the
 * algorithm rather than about one network.
 */
#ifndef BRISK_EXPERIMENTS_TRAINING_STUDY_H
#define BRISK_EXPERIMENTS_TRAINING_STUDY_H

#include "study_parts.h"

/* What a training gives. */
enum {
    TRAINING_TEST_ERROR,      /* mean error rate of its test sets */
    TRAINING_ERROR_COUNT,     /* errors on the first of them: what one evaluation sees */
    TRAINING_WITHIN_VARIANCE, /* of the error rates of its test sets, with K - 1 */
    TRAINING_TRAIN_ERROR,
    TRAINING_FINAL_LOSS,
    TRAINING_OUTPUTS
};

/* One network of the study; the trials read it. */
typedef struct training_study {
    uint64_t seed;
    bk_dtype dtype;
    bk_sampling sampling;
    bk_activation activation;
    size_t hidden;
    size_t train_size, test_size, test_sets;
    bool fresh_points, fresh_weights; /* whether each training has its own, or that of training 0 */
    double level;
    bk_training training;
} training_study;

/* Writes what the trainings of one network say into results: variance components, intervals, and of each
 * output what bk_trials_put writes. context is a training_study. */
bk_status training_study_summarise(void *context, const bk_trials *trials, bk_group *results);
/* The page, from the file alone. */
bk_status training_study_report(const bk_group *root, bk_text *page);

#endif
