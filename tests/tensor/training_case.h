/* SPDX-License-Identifier: GPL-3.0-or-later
 * A network like the lab's, one epoch at a time, for the tests of memory and of bits. */
#ifndef BRISK_TEST_TRAINING_CASE_H
#define BRISK_TEST_TRAINING_CASE_H

#include "tensor_tools.h"

typedef struct training_case {
    bk_tape *tape;
    bk_tensor *x, *y, *parameter[4]; /* w1 [2, hidden], b1 [hidden], w2 [hidden], b2 [] */
} training_case;

static inline training_case training_case_make(bk_dtype dtype, size_t points, size_t hidden)
{
    training_case c = {.tape = bk_tape_create()};
    static double values[4096];
    uint64_t state = 17;
    for (size_t i = 0; i < 4096; i++) {
        values[i] = pseudo(&state);
    }
    const size_t inputs[2] = {points, 2}, weights[2] = {2, hidden};
    c.x = tensor_of(c.tape, dtype, 2, inputs, values);
    c.y = vector_of(c.tape, dtype, points, values + 300);
    c.parameter[0] = tensor_of(c.tape, dtype, 2, weights, values + 700);
    c.parameter[1] = vector_of(c.tape, dtype, hidden, values + 1000);
    c.parameter[2] = vector_of(c.tape, dtype, hidden, values + 1500);
    c.parameter[3] = bk_tensor_scalar(c.tape, dtype, 0.1);
    for (int p = 0; p < 4; p++) {
        must(bk_tensor_require_grad(c.parameter[p], true));
    }
    return c;
}

/* One step of gradient descent; returns the loss before it. */
static inline double training_case_epoch(training_case *c, bool zero)
{
    bk_scope scope = bk_scope_open(c->tape);
    bk_tensor *hidden = bk_tanh(bk_add(bk_matmul(c->x, c->parameter[0]), c->parameter[1]));
    bk_tensor *score = bk_add(bk_matmul(hidden, c->parameter[2]), c->parameter[3]);
    bk_tensor *loss = bk_neg(bk_mean(bk_log_sigmoid(bk_mul(score, c->y))));
    must(bk_backward(loss, NULL, false));
    const double value = item(loss);
    bk_grad_mode_set(false);
    for (int p = 0; p < 4; p++) {
        must(bk_add_scaled_in_place(c->parameter[p], bk_tensor_grad(c->parameter[p]), -0.1));
        if (zero) {
            bk_tensor_zero_grad(c->parameter[p], false);
        }
    }
    bk_scope_close(scope);
    return value;
}

#endif
