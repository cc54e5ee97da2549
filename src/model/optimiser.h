/* SPDX-License-Identifier: GPL-3.0-or-later
 * model/optimiser.h: the step that an optimiser takes, for parameters of any layout. */
#ifndef BRISK_MODEL_OPTIMISER_H
#define BRISK_MODEL_OPTIMISER_H

#include "brisk/model.h"

/* The numbers of one step. */
typedef struct bk_step {
    bk_training training;  /* with the defaults of adam filled in */
    size_t taken;          /* steps so far, this one included */
    double power1, power2; /* beta^taken */
} bk_step;

/* BK_INVALID for options outside their ranges. */
bk_status bk_step_check(const bk_training *training);
/* Before the first step. */
bk_step bk_step_start(const bk_training *training);
/* On to the next step: once an epoch, before the parameters. */
void bk_step_next(bk_step *step);
/* State arrays shaped like the parameters that the optimiser carries along: 0, 1 or 2; zero at the start. */
size_t bk_step_states(const bk_training *training);
/* One step of count weights of dtype in place; state[0 .. states - 1] are their state arrays. */
void bk_step_take(const bk_step *step, bk_dtype dtype, void *w, const void *gradient, void *const *state,
                  size_t count);

#endif
