/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * brisk/classification.h (part of brisk/stats.h): statistics of a two-class classifier for the bootstrap.
 *
 * None of them is a mean of losses, so that no closed-form interval applies: they are resampled.
 */
#ifndef BRISK_CLASSIFICATION_H
#define BRISK_CLASSIFICATION_H

#include "brisk/bootstrap.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The points: arrays kept, not copied. */
typedef struct bk_classification {
    const uint8_t *positive;  /* [n] 1: the point belongs to the positive class */
    const uint8_t *predicted; /* [n] 1: it is predicted positive; for f1 and balanced-accuracy */
    const double *score;      /* [n], finite; for auc */
    size_t n;
    size_t *order; /* [n] points by rising score; made by bk_classification_prepare where there are scores */
} bk_classification;
/* Sorts the scores; release with bk_classification_clear. BK_INVALID for n = 0, a score that is not finite
 * (its index is named); BK_MEMORY. O(n log n). */
BK_API bk_status bk_classification_prepare(bk_classification *points);
BK_API void bk_classification_clear(bk_classification *points);

/* Each is a bk_bootstrap_function whose context is a prepared bk_classification; NaN where a resample has no
 * value (0 / 0). O(n). f1                 2 TP / (2 TP + FP + FN), undefined without a positive point, label
 * or prediction balanced-accuracy  (TP / P + TN / N) / 2, undefined unless both classes are there auc P(score
 * of a positive > that of a negative) + P(equal) / 2, the same (Hanley & McNeil 1982) */
BK_API double bk_f1(const bk_resample *resample, double *standard_error, void *context);
BK_API double bk_balanced_accuracy(const bk_resample *resample, double *standard_error, void *context);
BK_API double bk_auc(const bk_resample *resample, double *standard_error, void *context);

typedef struct bk_classification_statistic {
    const char *name; /* "f1" */
    bk_bootstrap_function function;
    bool needs_scores;
} bk_classification_statistic;
/* NULL (no error recorded) where there is none of that name. */
BK_API const bk_classification_statistic *bk_classification_find(const char *name);

#ifdef __cplusplus
}
#endif
#endif
