/* SPDX-License-Identifier: GPL-3.0-or-later
 * Full-batch gradient descent through the tape. */
#include <math.h>

#include "model/loss.h"
#include "model/network.h"

/* value = the loss at the present weights, and backward from it where its gradient is wanted. */
static bk_status evaluate(double *value, const bk_loss *loss, size_t epoch, bool gradient)
{
    bk_tensor *output = bk_loss_forward(loss, NULL);
    if (output == NULL) {
        return bk_error_status();
    }
    BK_TRY(bk_tensor_item(output, value));
    if (!isfinite(*value)) {
        return bk_fail(BK_NOT_A_NUMBER, "training: the loss is %g in epoch %zu; take a smaller learning rate",
                       *value, epoch);
    }
    return gradient ? bk_backward(output, NULL, false) : BK_OK;
}

/* w = w - rate * gradient for every parameter, and the gradients are forgotten. */
static bk_status step(bk_loss *loss, double rate)
{
    const bool before = bk_grad_mode_set(false);
    bk_status status = BK_OK;
    for (size_t p = 0; p < BK_NETWORK_PARAMETERS && status == BK_OK; p++) {
        bk_tensor *leaf = loss->parameter[p];
        status = bk_add_scaled_in_place(leaf, bk_tensor_grad(leaf), -rate);
        bk_tensor_zero_grad(leaf, false);
    }
    (void)bk_grad_mode_set(before);
    return status;
}

/* One epoch; its handles go back to the tape, which uses their memory again in the next one. */
static bk_status run_epoch(double *value, bk_loss *loss, size_t epoch, double rate)
{
    const bk_scope scope = bk_scope_open(loss->tape);
    bk_status status = evaluate(value, loss, epoch, true);
    if (status == BK_OK) {
        status = step(loss, rate);
    }
    bk_scope_close(scope);
    return status;
}

/* Copies the leaves into network, where all of them are finite. */
static bk_status take_weights(bk_network *network, const bk_loss *loss, size_t epochs)
{
    bk_network *trained =
        bk_network_create(network->inputs, network->hidden, network->activation, network->dtype);
    if (trained == NULL) {
        return bk_error_status();
    }
    bk_status status = BK_OK;
    for (size_t p = 0; p < BK_NETWORK_PARAMETERS && status == BK_OK; p++) {
        status = bk_tensor_read(loss->parameter[p], bk_network_parameter(trained, p).values);
    }
    if (status == BK_OK && bk_network_check(trained) != BK_OK) {
        status = bk_fail_within("training: after epoch %zu", epochs - 1);
    }
    if (status == BK_OK) {
        status = bk_network_copy(network, trained);
    }
    bk_network_destroy(trained);
    return status;
}

static bk_status descend(bk_loss *graph, double *loss, double *final_loss, const bk_training *training)
{
    double value;
    for (size_t epoch = 0; epoch < training->epochs; epoch++) {
        BK_TRY(run_epoch(&value, graph, epoch, training->learning_rate));
        if (loss != NULL) {
            loss[epoch] = value;
        }
        if (training->after_epoch != NULL) {
            BK_TRY(training->after_epoch(training->context, epoch, value));
        }
    }
    (void)bk_grad_mode_set(false);
    BK_TRY(evaluate(&value, graph, training->epochs, false));
    *final_loss = value;
    return BK_OK;
}

bk_status bk_train(bk_network *network, double *loss, double *final_loss, const void *x, const int8_t *y,
                   size_t count, const bk_training *training)
{
    if (!isfinite(training->learning_rate) || !(training->learning_rate > 0.0)) {
        return bk_fail(BK_INVALID, "training: learning rate %g; give a finite number above 0",
                       training->learning_rate);
    }
    if (training->epochs == 0) {
        return bk_fail(BK_INVALID, "training: 0 epochs; give at least one");
    }
    bk_loss graph;
    double final;
    const bool before = bk_grad_mode_set(true);
    bk_status status = bk_loss_open(&graph, network, x, y, count);
    if (status == BK_OK) {
        status = descend(&graph, loss, &final, training);
    }
    if (status == BK_OK) {
        status = take_weights(network, &graph, training->epochs);
    }
    if (status == BK_OK && final_loss != NULL) {
        *final_loss = final;
    }
    bk_loss_close(&graph);
    (void)bk_grad_mode_set(before);
    return status;
}
