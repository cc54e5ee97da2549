/* SPDX-License-Identifier: GPL-3.0-or-later
 * The loss and its slope in the scores. Each function is the chain of kernels that the tape runs for the same
 * expression (loss.c) and its gradient. */
#include "model/score_loss.h"

#include <string.h>

#include "kernel/kernel.h"

#define BK_TYPE        float
#define BK_TYPED(name) name##_f32
#include "model/score_loss_body.h"
#undef BK_TYPE
#undef BK_TYPED

#define BK_TYPE        double
#define BK_TYPED(name) name##_f64
#include "model/score_loss_body.h"
#undef BK_TYPE
#undef BK_TYPED

void bk_score_loss_fold(bk_score_loss *loss, const void *part, size_t parts, const void *b2)
{
    if (loss->dtype == BK_F32) {
        fold_f32(loss, part, parts, *(const float *)b2);
    } else {
        fold_f64(loss, part, parts, *(const double *)b2);
    }
}

double bk_score_loss_slope(bk_score_loss *loss, void *slope_b2)
{
    const bk_kernels *kernels = bk_kernels_in_use();
    const bool logistic = loss->kind == BK_LOSS_LOGISTIC;
    double value;
    if (loss->dtype == BK_F32) {
        value = logistic ? logistic_f32(loss) : squared_f32(loss);
        *(float *)slope_b2 = (float)kernels->sum_f32(loss->slope, loss->count);
    } else {
        value = logistic ? logistic_f64(loss) : squared_f64(loss);
        *(double *)slope_b2 = kernels->sum_f64(loss->slope, loss->count);
    }
    return value;
}
