/* SPDX-License-Identifier: GPL-3.0-or-later
 * Training through the tape. */
#include <math.h>

#include "model/loss.h"
#include "model/network.h"
#include "model/optimiser.h"
#include "model/training.h"

/* Networks serve as containers for values shaped like the weights. */
typedef struct workspace {
    bk_loss loss;
    bk_network *gradient;
    bk_network *state[2];
    bk_step step;
} workspace;

/* value = the loss at the present weights, and backward from it where its gradient is wanted. */
static bk_status evaluate(double *value, const bk_loss *loss, size_t epoch, bool gradient)
{
    bk_tensor *output = bk_loss_forward(loss, NULL);
    if (output == NULL) {
        return bk_error_status();
    }
    BK_TRY(bk_tensor_item(output, value));
    if (!isfinite(*value)) {
        return bk_training_diverged(*value, epoch);
    }
    return gradient ? bk_backward(output, NULL, false) : BK_OK;
}

/* A step of every parameter, and the gradients are forgotten. */
static bk_status step(workspace *work, bk_network *trained)
{
    bk_step_next(&work->step);
    for (size_t p = 0; p < bk_network_parameters(trained); p++) {
        const bk_parameter w = bk_network_parameter(trained, p);
        void *gradient = bk_network_parameter(work->gradient, p).values;
        void *state[2] = {NULL, NULL};
        for (size_t s = 0; s < bk_step_states(&work->step.training); s++) {
            state[s] = bk_network_parameter(work->state[s], p).values;
        }
        BK_TRY(bk_tensor_read(bk_tensor_grad(work->loss.parameter[p]), gradient));
        bk_tensor_zero_grad(work->loss.parameter[p], false);
        bk_step_take(&work->step, trained->dtype, w.values, gradient, state, w.count);
        BK_TRY(bk_loss_set(&work->loss, p, w.values));
    }
    return BK_OK;
}

/* One epoch; its handles go back to the tape, which uses their memory again in the next one. */
static bk_status run_epoch(double *value, workspace *work, bk_network *trained, size_t epoch)
{
    const bk_scope scope = bk_scope_open(work->loss.tape);
    bk_status status = evaluate(value, &work->loss, epoch, true);
    if (status == BK_OK) {
        status = step(work, trained);
    }
    bk_scope_close(scope);
    return status;
}

static bk_status descend(bk_training_result *result, workspace *work, const bk_training_task *task)
{
    const bk_training *training = task->training;
    size_t epoch = 0;
    bool stop = false;
    while (epoch < training->epochs && !stop) {
        double value;
        BK_TRY(run_epoch(&value, work, task->trained, epoch));
        if (task->loss != NULL) {
            task->loss[epoch] = value;
        }
        if (training->after_epoch != NULL) {
            BK_TRY(training->after_epoch(training->context, epoch, value, &stop));
        }
        BK_TRY(bk_training_check_weights(task->trained, epoch));
        epoch++;
    }
    (void)bk_grad_mode_set(false);
    BK_TRY(evaluate(&result->final_loss, &work->loss, epoch, false));
    result->epochs = epoch;
    result->stopped = stop && epoch < training->epochs;
    result->bytes = bk_tape_bytes(work->loss.tape);
    return BK_OK;
}

static bk_status prepare(workspace *work, const bk_training_task *task)
{
    BK_TRY(bk_loss_open(&work->loss, task->trained, task->training->loss, task->x, task->y, task->count));
    work->gradient = bk_network_create_like(task->trained);
    bk_status status = work->gradient == NULL ? bk_error_status() : BK_OK;
    for (size_t s = 0; s < bk_step_states(task->training) && status == BK_OK; s++) {
        work->state[s] = bk_network_create_like(task->trained);
        status = work->state[s] == NULL ? bk_error_status() : BK_OK;
    }
    return status;
}

bk_status bk_train_plain(bk_training_result *result, const bk_training_task *task)
{
    workspace work = {.step = bk_step_start(task->training)};
    const bool before = bk_grad_mode_set(true);
    bk_status status = prepare(&work, task);
    if (status == BK_OK) {
        status = descend(result, &work, task);
    }
    (void)bk_grad_mode_set(before);
    bk_loss_close(&work.loss);
    bk_network_destroy(work.gradient);
    bk_network_destroy(work.state[0]);
    bk_network_destroy(work.state[1]);
    return status;
}
