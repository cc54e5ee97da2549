/* SPDX-License-Identifier: GPL-3.0-or-later
 * model/training.h: the two ways of training, which give the same bits. */
#ifndef BRISK_MODEL_TRAINING_H
#define BRISK_MODEL_TRAINING_H

#include "brisk/model.h"

/* What both are told. trained holds the initial weights and then the last ones; on failure it is undefined.
 */
typedef struct bk_training_task {
    bk_network *trained;
    const void *x;
    const int8_t *y;
    size_t count;
    const bk_training *training;
    double *loss; /* may be NULL */
} bk_training_task;

/* Through the tape: any network. */
bk_status bk_train_plain(bk_training_result *result, const bk_training_task *task);
/* One hidden layer: fused, by blocks of units. */
bk_status bk_train_fused(bk_training_result *result, const bk_training_task *task);

/* The failure of a loss that is not finite. */
bk_status bk_training_diverged(double loss, size_t epoch);
/* BK_NOT_A_NUMBER where a weight is not finite after the step of epoch. */
bk_status bk_training_check_weights(const bk_network *trained, size_t epoch);

#endif
