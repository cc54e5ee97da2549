/* SPDX-License-Identifier: GPL-3.0-or-later
 * The loss of a network through the tape, and its gradient. */
#include "model/loss.h"
#include "model/network.h"

static const char *const loss_names[] = {[BK_LOSS_LOGISTIC] = "logistic", [BK_LOSS_SQUARED] = "squared"};
_Static_assert(sizeof loss_names / sizeof loss_names[0] == BK_LOSS_COUNT, "every loss has a name");

const char *bk_loss_name(bk_loss_kind loss)
{
    return (unsigned)loss < BK_LOSS_COUNT ? loss_names[loss] : "unknown";
}

bk_status bk_loss_parse(bk_loss_kind *loss, const char *name)
{
    size_t found = 0;
    BK_TRY(bk_find_name(&found, "loss", name, loss_names, BK_LOSS_COUNT));
    *loss = (bk_loss_kind)found;
    return BK_OK;
}

/* ---- Opening ------------------------------------------------------------------------------------------- */

void *bk_label_values(bk_dtype dtype, const int8_t *y, size_t count)
{
    void *values = bk_allocate(count, bk_dtype_size(dtype));
    for (size_t i = 0; values != NULL && i < count; i++) {
        if (dtype == BK_F32) {
            ((float *)values)[i] = (float)y[i];
        } else {
            ((double *)values)[i] = (double)y[i];
        }
    }
    return values;
}

bk_status bk_loss_check(const bk_network *network, bk_loss_kind kind, const void *x, const int8_t *y,
                        size_t count)
{
    if (count == 0) {
        return bk_fail(BK_INVALID, "the loss over 0 points does not exist; give at least one");
    }
    if ((unsigned)kind >= BK_LOSS_COUNT) {
        return bk_fail(BK_INVALID, "loss number %d does not exist", (int)kind);
    }
    BK_TRY(bk_network_check(network));
    BK_TRY(bk_points_check(network->dtype, x, network->inputs, count));
    return bk_labels_check(y, count);
}

static bk_status open_leaves(bk_loss *loss, const bk_network *network)
{
    const size_t parameters = bk_network_parameters(network);
    loss->parameter = bk_allocate(parameters, sizeof *loss->parameter);
    if (loss->parameter == NULL) {
        return bk_error_status();
    }
    for (size_t p = 0; p < parameters; p++) {
        const bk_parameter parameter = bk_network_parameter(network, p);
        bk_tensor *leaf =
            bk_tensor_from(loss->tape, network->dtype, parameter.rank, parameter.shape, parameter.values);
        if (leaf == NULL) {
            return bk_error_status();
        }
        char name[BK_PARAMETER_NAME];
        loss->parameter[p] = bk_tensor_name(leaf, bk_network_parameter_name(name, p));
        BK_TRY(bk_tensor_require_grad(leaf, true));
    }
    return BK_OK;
}

bk_status bk_loss_open(bk_loss *loss, const bk_network *network, bk_loss_kind kind, const void *x,
                       const int8_t *y, size_t count)
{
    *loss = (bk_loss){.tape = NULL, .network = network, .kind = kind};
    BK_TRY(bk_loss_check(network, kind, x, y, count));
    loss->tape = bk_tape_create();
    void *labels = bk_label_values(network->dtype, y, count);
    if (loss->tape == NULL || labels == NULL) {
        bk_free(labels);
        return bk_error_status();
    }
    const size_t shape[2] = {network->inputs, count};
    loss->x = bk_transpose(bk_tensor_from(loss->tape, network->dtype, 2, shape, x));
    loss->y = bk_tensor_from(loss->tape, network->dtype, 1, &count, labels);
    bk_free(labels);
    if (loss->x == NULL || loss->y == NULL) {
        return bk_error_status();
    }
    return open_leaves(loss, network);
}

void bk_loss_close(bk_loss *loss)
{
    bk_tape_destroy(loss->tape);
    bk_free((void *)loss->parameter);
    loss->tape = NULL;
    loss->parameter = NULL;
}

bk_status bk_loss_set(bk_loss *loss, size_t parameter, const void *values)
{
    const bool before = bk_grad_mode_set(false);
    const bk_status status = bk_tensor_write(loss->parameter[parameter], values);
    (void)bk_grad_mode_set(before);
    return status;
}

/* ---- Forward ------------------------------------------------------------------------------------------- */

/* act(h w^T + b), [point, unit]. What it is applied to goes to *pre_activation, which moves on behind it,
 * where that is wanted. */
static bk_tensor *layer(const bk_loss *loss, bk_tensor *h, bk_tensor *w, bk_tensor *b, char **pre_activation)
{
    bk_tensor *product = bk_matmul(h, bk_transpose(w));
    bk_tensor *before = bk_add(product, b);
    if (*pre_activation != NULL && before != NULL) {
        if (bk_tensor_read(before, *pre_activation) != BK_OK) {
            return NULL;
        }
        *pre_activation += bk_tensor_size(before) * bk_dtype_size(bk_tensor_dtype(before));
    }
    switch (loss->network->activation) {
    case BK_TANH:
        return bk_tanh(before);
    case BK_RELU:
        return bk_relu(before);
    default:
        return bk_sigmoid(before);
    }
}

/* The sum over the units of the only hidden layer, block by block. */
static bk_tensor *score_of_blocks(const bk_loss *loss, char **pre_activation)
{
    bk_tensor *w1 = loss->parameter[0], *b1 = loss->parameter[1], *w2 = loss->parameter[2];
    const size_t units = loss->network->hidden[0];
    const size_t blocks = bk_unit_blocks(units);
    if (blocks == 1) {
        return bk_matmul(layer(loss, loss->x, w1, b1, pre_activation), w2);
    }
    bk_tensor *score = NULL;
    for (size_t block = 0; block < blocks; block++) {
        const int64_t start = (int64_t)(block * BK_UNIT_BLOCK);
        const int64_t stop = start + (int64_t)bk_block_units(units, block);
        bk_tensor *w = bk_slice(w1, 0, start, stop, 1);
        bk_tensor *b = bk_slice(b1, 0, start, stop, 1);
        bk_tensor *h = layer(loss, loss->x, w, b, pre_activation);
        bk_tensor *part = bk_matmul(h, bk_slice(w2, 0, start, stop, 1));
        if (part == NULL) {
            return NULL;
        }
        score = block == 0 ? part : bk_add(score, part);
    }
    return score;
}

static bk_tensor *score_of_layers(const bk_loss *loss, char **pre_activation)
{
    bk_tensor *h = loss->x;
    for (size_t k = 0; k < loss->network->layers; k++) {
        h = layer(loss, h, loss->parameter[2 * k], loss->parameter[2 * k + 1], pre_activation);
    }
    return bk_matmul(h, loss->parameter[2 * loss->network->layers]);
}

bk_tensor *bk_loss_forward(const bk_loss *loss, void *pre_activation)
{
    const size_t layers = loss->network->layers;
    char *next = pre_activation;
    bk_tensor *sum = layers == 1 ? score_of_blocks(loss, &next) : score_of_layers(loss, &next);
    bk_tensor *score = bk_add(sum, loss->parameter[2 * layers + 1]);
    if (loss->kind == BK_LOSS_SQUARED) {
        return bk_mean(bk_square(bk_sub(score, loss->y)));
    }
    return bk_neg(bk_mean(bk_log_sigmoid(bk_mul(loss->y, score))));
}

/* ---- The gradient at the present weights --------------------------------------------------------------- */

static bk_status loss_gradient(double *value, bk_network *gradient, bk_loss *loss)
{
    bk_tensor *output = bk_loss_forward(loss, NULL);
    if (output == NULL) {
        return bk_error_status();
    }
    double result;
    BK_TRY(bk_tensor_item(output, &result));
    if (gradient != NULL) {
        BK_TRY(bk_backward(output, NULL, false));
        for (size_t p = 0; p < bk_network_parameters(gradient); p++) {
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
                                   bk_loss_kind kind, const void *x, const int8_t *y, size_t count)
{
    if (gradient != NULL) {
        BK_TRY(bk_network_check_same(gradient, network));
    }
    bk_loss loss;
    const bool before = bk_grad_mode_set(gradient != NULL);
    bk_status status = bk_loss_open(&loss, network, kind, x, y, count);
    if (status == BK_OK) {
        status = loss_gradient(value, gradient, &loss);
    }
    bk_loss_close(&loss);
    (void)bk_grad_mode_set(before);
    return status;
}
