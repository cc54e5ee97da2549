/* SPDX-License-Identifier: GPL-3.0-or-later
 * The loss and its slope in the scores. Each function is the chain of kernels that the tape runs for the same
 * expression (loss.c) and its gradient. */
#include "model/score_loss.h"

#include <string.h>

#include "kernel/kernel.h"

static void fold_f32(const bk_score_loss *loss, const float *part, size_t parts, float b2)
{
    const bk_kernels *kernels = bk_kernels_in_use();
    float *score = loss->score;
    memcpy(score, part, loss->count * sizeof *score);
    for (size_t b = 1; b < parts; b++) {
        kernels->add_f32(score, score, 1, part + b * loss->count, 1, loss->count);
    }
    kernels->add_f32(score, score, 1, &b2, 0, loss->count);
}

/* -mean(log_sigmoid(y s)); the slope is g sigmoid(-y s) y with g = -1 / n. */
static double logistic_f32(const bk_score_loss *loss)
{
    const bk_kernels *kernels = bk_kernels_in_use();
    const size_t n = loss->count;
    float *margin = loss->margin, *term = loss->term, *slope = loss->slope;
    const float g = (float)-1 / (float)n;
    kernels->mul_f32(margin, loss->y, 1, loss->score, 1, n);
    kernels->log_sigmoid_f32(term, margin, n);
    const double mean = kernels->sum_f32(term, n) / (double)n;
    kernels->neg_f32(slope, margin, n);
    kernels->sigmoid_f32(slope, slope, n);
    kernels->mul_f32(slope, slope, 1, &g, 0, n);
    kernels->mul_f32(slope, slope, 1, loss->y, 1, n);
    return -(double)(float)mean;
}

/* mean((s - y)^2); the slope is 2 (s - y) g with g = 1 / n. */
static double squared_f32(const bk_score_loss *loss)
{
    const bk_kernels *kernels = bk_kernels_in_use();
    const size_t n = loss->count;
    float *difference = loss->margin, *term = loss->term, *slope = loss->slope;
    const float g = (float)1 / (float)n;
    kernels->sub_f32(difference, loss->score, 1, loss->y, 1, n);
    kernels->square_f32(term, difference, n);
    const double mean = kernels->sum_f32(term, n) / (double)n;
    kernels->add_f32(slope, difference, 1, difference, 1, n);
    kernels->mul_f32(slope, slope, 1, &g, 0, n);
    return (double)(float)mean;
}

static void fold_f64(const bk_score_loss *loss, const double *part, size_t parts, double b2)
{
    const bk_kernels *kernels = bk_kernels_in_use();
    double *score = loss->score;
    memcpy(score, part, loss->count * sizeof *score);
    for (size_t b = 1; b < parts; b++) {
        kernels->add_f64(score, score, 1, part + b * loss->count, 1, loss->count);
    }
    kernels->add_f64(score, score, 1, &b2, 0, loss->count);
}

/* -mean(log_sigmoid(y s)); the slope is g sigmoid(-y s) y with g = -1 / n. */
static double logistic_f64(const bk_score_loss *loss)
{
    const bk_kernels *kernels = bk_kernels_in_use();
    const size_t n = loss->count;
    double *margin = loss->margin, *term = loss->term, *slope = loss->slope;
    const double g = (double)-1 / (double)n;
    kernels->mul_f64(margin, loss->y, 1, loss->score, 1, n);
    kernels->log_sigmoid_f64(term, margin, n);
    const double mean = kernels->sum_f64(term, n) / (double)n;
    kernels->neg_f64(slope, margin, n);
    kernels->sigmoid_f64(slope, slope, n);
    kernels->mul_f64(slope, slope, 1, &g, 0, n);
    kernels->mul_f64(slope, slope, 1, loss->y, 1, n);
    return -(double)(double)mean;
}

/* mean((s - y)^2); the slope is 2 (s - y) g with g = 1 / n. */
static double squared_f64(const bk_score_loss *loss)
{
    const bk_kernels *kernels = bk_kernels_in_use();
    const size_t n = loss->count;
    double *difference = loss->margin, *term = loss->term, *slope = loss->slope;
    const double g = (double)1 / (double)n;
    kernels->sub_f64(difference, loss->score, 1, loss->y, 1, n);
    kernels->square_f64(term, difference, n);
    const double mean = kernels->sum_f64(term, n) / (double)n;
    kernels->add_f64(slope, difference, 1, difference, 1, n);
    kernels->mul_f64(slope, slope, 1, &g, 0, n);
    return (double)(double)mean;
}

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
