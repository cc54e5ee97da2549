/* SPDX-License-Identifier: GPL-3.0-or-later
 * Optimisers: their options, and their steps on a kernel. */
#include "model/optimiser.h"

#include <math.h>

#include "kernel/kernel.h"
#include "model/network.h"

static const char *const optimiser_names[] = {
    [BK_OPTIMISER_DESCENT] = "descent", [BK_OPTIMISER_MOMENTUM] = "momentum", [BK_OPTIMISER_ADAM] = "adam"};
_Static_assert(sizeof optimiser_names / sizeof optimiser_names[0] == BK_OPTIMISER_COUNT,
               "every optimiser has a name");

const char *bk_optimiser_name(bk_optimiser optimiser)
{
    return (unsigned)optimiser < BK_OPTIMISER_COUNT ? optimiser_names[optimiser] : "unknown";
}

bk_status bk_optimiser_parse(bk_optimiser *optimiser, const char *name)
{
    size_t found = 0;
    BK_TRY(bk_find_name(&found, "optimiser", name, optimiser_names, BK_OPTIMISER_COUNT));
    *optimiser = (bk_optimiser)found;
    return BK_OK;
}

/* ---- Options ------------------------------------------------------------------------------------------- */

static bool is_fraction(double value) { return value >= 0.0 && value < 1.0; }

static bk_status check_adam(const bk_training *training)
{
    if (training->epsilon == 0.0) {
        return training->beta1 == 0.0 && training->beta2 == 0.0
                   ? BK_OK
                   : bk_fail(BK_INVALID,
                             "training: adam with betas %g and %g and epsilon 0; give epsilon too",
                             training->beta1, training->beta2);
    }
    if (!is_fraction(training->beta1) || !is_fraction(training->beta2)) {
        return bk_fail(BK_INVALID, "training: adam's betas are %g and %g; both must be in [0, 1)",
                       training->beta1, training->beta2);
    }
    return training->epsilon > 0.0 && isfinite(training->epsilon)
               ? BK_OK
               : bk_fail(BK_INVALID, "training: adam's epsilon is %g; give a finite number above 0",
                         training->epsilon);
}

bk_status bk_step_check(const bk_training *training)
{
    if (!isfinite(training->learning_rate) || !(training->learning_rate > 0.0)) {
        return bk_fail(BK_INVALID, "training: learning rate %g; give a finite number above 0",
                       training->learning_rate);
    }
    if (!isfinite(training->weight_decay) || training->weight_decay < 0.0) {
        return bk_fail(BK_INVALID, "training: weight decay %g; give a finite number, at least 0",
                       training->weight_decay);
    }
    switch (training->optimiser) {
    case BK_OPTIMISER_DESCENT:
        return BK_OK;
    case BK_OPTIMISER_MOMENTUM:
        return is_fraction(training->momentum)
                   ? BK_OK
                   : bk_fail(BK_INVALID, "training: momentum %g; it must be in [0, 1)", training->momentum);
    case BK_OPTIMISER_ADAM:
        return check_adam(training);
    default:
        return bk_fail(BK_INVALID, "optimiser number %d does not exist", (int)training->optimiser);
    }
}

/* ---- Steps --------------------------------------------------------------------------------------------- */

bk_step bk_step_start(const bk_training *training)
{
    bk_step step = {.training = *training, .power1 = 1.0, .power2 = 1.0};
    if (training->epsilon == 0.0) {
        step.training.beta1 = 0.9;
        step.training.beta2 = 0.999;
        step.training.epsilon = 1e-8;
    }
    return step;
}

void bk_step_next(bk_step *step)
{
    step->taken++;
    /* Not pow, whose last bits differ between machines. */
    step->power1 *= step->training.beta1;
    step->power2 *= step->training.beta2;
}

size_t bk_step_states(const bk_training *training)
{
    return training->optimiser == BK_OPTIMISER_DESCENT    ? 0
           : training->optimiser == BK_OPTIMISER_MOMENTUM ? 1
                                                          : 2;
}

static void take_f32(const bk_step *step, float *w, const float *gradient, void *const *state, size_t count)
{
    const bk_kernels *kernels = bk_kernels_in_use();
    const bk_training *training = &step->training;
    const float rate = (float)training->learning_rate, decay = (float)training->weight_decay;
    if (training->optimiser == BK_OPTIMISER_DESCENT) {
        kernels->step_descent_f32(w, gradient, count, rate, decay);
    } else if (training->optimiser == BK_OPTIMISER_MOMENTUM) {
        kernels->step_momentum_f32(w, gradient, state[0], count, rate, decay, (float)training->momentum,
                                   training->nesterov, step->taken == 1);
    } else {
        const float beta[2] = {(float)training->beta1, (float)training->beta2};
        const float rest[2] = {(float)(1.0 - training->beta1), (float)(1.0 - training->beta2)};
        kernels->step_adam_f32(w, gradient, state[0], state[1], count,
                               (float)(training->learning_rate / (1.0 - step->power1)), decay, beta, rest,
                               (float)sqrt(1.0 - step->power2), (float)training->epsilon);
    }
}

static void take_f64(const bk_step *step, double *w, const double *gradient, void *const *state, size_t count)
{
    const bk_kernels *kernels = bk_kernels_in_use();
    const bk_training *training = &step->training;
    const double rate = (double)training->learning_rate, decay = (double)training->weight_decay;
    if (training->optimiser == BK_OPTIMISER_DESCENT) {
        kernels->step_descent_f64(w, gradient, count, rate, decay);
    } else if (training->optimiser == BK_OPTIMISER_MOMENTUM) {
        kernels->step_momentum_f64(w, gradient, state[0], count, rate, decay, (double)training->momentum,
                                   training->nesterov, step->taken == 1);
    } else {
        const double beta[2] = {(double)training->beta1, (double)training->beta2};
        const double rest[2] = {(double)(1.0 - training->beta1), (double)(1.0 - training->beta2)};
        kernels->step_adam_f64(w, gradient, state[0], state[1], count,
                               (double)(training->learning_rate / (1.0 - step->power1)), decay, beta, rest,
                               (double)sqrt(1.0 - step->power2), (double)training->epsilon);
    }
}

void bk_step_take(const bk_step *step, bk_dtype dtype, void *w, const void *gradient, void *const *state,
                  size_t count)
{
    if (dtype == BK_F32) {
        take_f32(step, w, gradient, state, count);
    } else {
        take_f64(step, w, gradient, state, count);
    }
}
