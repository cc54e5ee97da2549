/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * model/loss.h: the loss of a network on a set of points, as a graph on a tape. Training, the gradient
 * and the gradient check all go through it.
 *
 * The failure convention of these functions is that of the library, except that the tape may hold more
 * handles after a failure; bk_loss_close takes them all.
 */
#ifndef BRISK_MODEL_LOSS_H
#define BRISK_MODEL_LOSS_H

#include "brisk/model.h"
#include "brisk/tensor.h"

typedef struct bk_loss {
    bk_tape *tape;
    bk_activation activation;
    bk_tensor *x;                                /* [point, input] */
    bk_tensor *y;                                /* [point], -1 or +1 in the network's dtype */
    bk_tensor *parameter[BK_NETWORK_PARAMETERS]; /* leaves that require a gradient */
} bk_loss;

/* Checks network, points and labels, and puts them on a tape. Close it whether it succeeded or not. */
bk_status bk_loss_open(bk_loss *loss, const bk_network *network, const void *x, const int8_t *y,
                       size_t count);
void bk_loss_close(bk_loss *loss);
/* Overwrites the leaf of one parameter with values of its dtype. */
bk_status bk_loss_set(bk_loss *loss, size_t parameter, const void *values);

/* -(1/n) sum log sigmoid(y s(x)); NULL on failure. pre_activation (may be NULL) becomes the hidden layer's
 * [point, hidden] before the activation. */
bk_tensor *bk_loss_forward(const bk_loss *loss, bk_tensor **pre_activation);

#endif
