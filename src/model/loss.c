/* SPDX-License-Identifier: GPL-3.0-or-later
 * The logistic loss of a network through the tape, and its gradient. */
#include <string.h>

#include "model/loss.h"
#include "model/network.h"

static bk_status failed(void) { return bk_error_status(); }

/* y as a tensor of dtype. */
static bk_tensor *label_tensor(bk_tape *tape, bk_dtype dtype, const int8_t *y, size_t count)
{
    void *values = bk_allocate(count, bk_dtype_size(dtype));
    if (values == NULL) {
        return NULL;
    }
    for (size_t i = 0; i < count; i++) {
        if (dtype == BK_F32) {
            ((float *)values)[i] = (float)y[i];
        } else {
            ((double *)values)[i] = (double)y[i];
        }
    }
    bk_tensor *tensor = bk_tensor_from(tape, dtype, 1, &count, values);
    bk_free(values);
    return tensor;
}

bk_status bk_loss_open(bk_loss *loss, const bk_network *network, const void *x, const int8_t *y, size_t count)
{
    *loss = (bk_loss){.tape = NULL, .activation = network->activation};
    if (count == 0) {
        return bk_fail(BK_INVALID, "the loss over 0 points does not exist; give at least one");
    }
    BK_TRY(bk_network_check(network));
    BK_TRY(bk_points_check(network->dtype, x, network->inputs, count));
    BK_TRY(bk_labels_check(y, count));
    loss->tape = bk_tape_create();
    if (loss->tape == NULL) {
        return failed();
    }
    const size_t shape[2] = {network->inputs, count};
    loss->x = bk_transpose(bk_tensor_from(loss->tape, network->dtype, 2, shape, x));
    loss->y = label_tensor(loss->tape, network->dtype, y, count);
    if (loss->x == NULL || loss->y == NULL) {
        return failed();
    }
    for (size_t p = 0; p < BK_NETWORK_PARAMETERS; p++) {
        const bk_parameter parameter = bk_network_parameter(network, p);
        bk_tensor *leaf =
            bk_tensor_from(loss->tape, network->dtype, parameter.rank, parameter.shape, parameter.values);
        if (leaf == NULL) {
            return failed();
        }
        loss->parameter[p] = bk_tensor_name(leaf, bk_network_parameter_name(p));
        BK_TRY(bk_tensor_require_grad(leaf, true));
    }
    return BK_OK;
}

void bk_loss_close(bk_loss *loss)
{
    if (loss->tape != NULL) {
        bk_tape_destroy(loss->tape);
    }
    loss->tape = NULL;
}

bk_status bk_loss_set(bk_loss *loss, size_t parameter, const void *values)
{
    const bool before = bk_grad_mode_set(false);
    const bk_status status = bk_tensor_write(loss->parameter[parameter], values);
    (void)bk_grad_mode_set(before);
    return status;
}

bk_tensor *bk_loss_forward(const bk_loss *loss, bk_tensor **pre_activation)
{
    bk_tensor *const *parameter = loss->parameter;
    bk_tensor *before = bk_add(bk_matmul(loss->x, bk_transpose(parameter[0])), parameter[1]);
    bk_tensor *hidden = loss->activation == BK_TANH ? bk_tanh(before) : bk_relu(before);
    bk_tensor *score = bk_add(bk_matmul(hidden, parameter[2]), parameter[3]);
    if (pre_activation != NULL) {
        *pre_activation = before;
    }
    return bk_neg(bk_mean(bk_log_sigmoid(bk_mul(loss->y, score))));
}

/* ---- The gradient at the present weights ------------------------------------------------------------------
 */

static bk_status loss_gradient(double *value, bk_network *gradient, bk_loss *loss)
{
    bk_tensor *output = bk_loss_forward(loss, NULL);
    if (output == NULL) {
        return failed();
    }
    double result;
    BK_TRY(bk_tensor_item(output, &result));
    if (gradient != NULL) {
        BK_TRY(bk_backward(output, NULL, false));
        for (size_t p = 0; p < BK_NETWORK_PARAMETERS; p++) {
            BK_TRY(
                bk_tensor_read(bk_tensor_grad(loss->parameter[p]), bk_network_parameter(gradient, p).values));
        }
    }
    if (value != NULL) {
        *value = result;
    }
    return BK_OK;
}

bk_status bk_network_loss_gradient(double *value, bk_network *gradient, const bk_network *network,
                                   const void *x, const int8_t *y, size_t count)
{
    if (gradient != NULL) {
        BK_TRY(bk_network_check_same(gradient, network));
    }
    bk_loss loss;
    const bool before = bk_grad_mode_set(gradient != NULL);
    bk_status status = bk_loss_open(&loss, network, x, y, count);
    if (status == BK_OK) {
        status = loss_gradient(value, gradient, &loss);
    }
    bk_loss_close(&loss);
    (void)bk_grad_mode_set(before);
    return status;
}
