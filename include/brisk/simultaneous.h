/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * brisk/simultaneous.h (part of brisk/stats.h): more than two models on the same test points.
 */
#ifndef BRISK_SIMULTANEOUS_H
#define BRISK_SIMULTANEOUS_H

#include "brisk/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Mean losses of models on common resamples: replicate r of every model comes from the same points. */
typedef struct bk_model_replicates {
    const double *estimate;          /* [models] mean losses of the data */
    const double *const *replicates; /* [models][resamples] */
    size_t models, resamples;
} bk_model_replicates;

/* One difference of mean losses, model a - model b. */
typedef struct bk_model_pair {
    size_t a, b;           /* set by the caller */
    double difference;     /* of the data */
    double standard_error; /* sd of the replicates' difference, with B - 1 */
    double low, high;      /* simultaneous: all pairs are covered at once with about the level */
    double adjusted_p;     /* of no difference, adjusted for all pairs: (1 + #{T >= t}) / (B + 1) */
} bk_model_pair;

/* Fills pairs [count] (a and b are given) by the single-step max-T bootstrap (Westfall & Young 1993; Hothorn,
 * Bretz & Westfall 2008): T = max over pairs of |d* - d| / se, ends d -+ c se with c the ceil(level (B +
 * 1))-th smallest T. A pair whose replicates all are equal (standard_error 0) is degenerate: its difference
 * is both ends, p is 1 where it is 0 (models that err alike) and NaN elsewhere, and it takes no part in the
 * maximum. critical gets c. BK_INVALID for a model beyond the
 * models, a = b, a level outside (0, 1) or resamples < 1 / (1 - level). Time O(resamples count). */
BK_API bk_status bk_max_t(double *critical, bk_model_pair *pairs, size_t count,
                          const bk_model_replicates *models, double level);

/* How much the mean loss of the model that looks best flatters it: the bootstrap's estimate (Efron &
 * Tibshirani 1993, section 17.6, applied to the choice among models) mean of (loss on the data - loss on the
 * resample) of the model that is best on the resample. best is the first model of least estimate. */
BK_API bk_status bk_best_of_models(size_t *best, double *optimism, const bk_model_replicates *models);

#ifdef __cplusplus
}
#endif
#endif
