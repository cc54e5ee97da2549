/* SPDX-License-Identifier: GPL-3.0-or-later
 * model/score_loss.h: the loss and its slope in the scores, by kernels, with the bits of the tape. */
#ifndef BRISK_MODEL_SCORE_LOSS_H
#define BRISK_MODEL_SCORE_LOSS_H

#include "brisk/model.h"

/* Scratch of one thread; all [count] of dtype. */
typedef struct bk_score_loss {
    bk_dtype dtype;
    bk_loss_kind kind;
    size_t count;
    const void *y; /* labels of dtype */
    void *score, *slope, *margin, *term;
} bk_score_loss;

/* score = the sum of the parts [parts][count] in order, plus b2 (one number of dtype). */
void bk_score_loss_fold(bk_score_loss *loss, const void *part, size_t parts, const void *b2);
/* The loss at score; slope = d loss / d score, and *slope_b2 (one number of dtype) their sum. */
double bk_score_loss_slope(bk_score_loss *loss, void *slope_b2);

#endif
