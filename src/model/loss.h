/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * model/loss.h: the loss of a network on a set of points, as a graph on a tape. The plain way of training,
 * the gradient and the gradient check all go through it.
 *
 * The failure convention of these functions is that of the library, except that the tape may hold more
 * handles after a failure; bk_loss_close takes them all.
 */
#ifndef BRISK_MODEL_LOSS_H
#define BRISK_MODEL_LOSS_H

#include "brisk/model.h"
#include "brisk/tensor.h"

/* Units of the only hidden layer that are computed together: their part of the score is summed before the
 * blocks are added in order, so that threads can share a network by blocks and leave its bits alone. */
#define BK_UNIT_BLOCK 64
/* The last block takes a single unit that is left over: products with one column sum in another order. */
static inline size_t bk_unit_blocks(size_t units)
{
    return units <= BK_UNIT_BLOCK ? 1 : (units + BK_UNIT_BLOCK - 2) / BK_UNIT_BLOCK;
}
static inline size_t bk_block_units(size_t units, size_t block)
{
    return block + 1 < bk_unit_blocks(units) ? BK_UNIT_BLOCK : units - block * BK_UNIT_BLOCK;
}

typedef struct bk_loss {
    bk_tape *tape;
    const bk_network *network; /* its shape alone */
    bk_loss_kind kind;
    bk_tensor *x;          /* [point, input] */
    bk_tensor *y;          /* [point], -1 or +1 in the network's dtype */
    bk_tensor **parameter; /* leaves that require a gradient */
} bk_loss;

/* Checks network, points and labels, and puts them on a tape. network is kept. Close it whether it succeeded
 * or not. */
bk_status bk_loss_open(bk_loss *loss, const bk_network *network, bk_loss_kind kind, const void *x,
                       const int8_t *y, size_t count);
void bk_loss_close(bk_loss *loss);
/* The checks alone. */
bk_status bk_loss_check(const bk_network *network, bk_loss_kind kind, const void *x, const int8_t *y,
                        size_t count);
/* Labels as numbers of dtype; owned by the caller. NULL on failure. */
void *bk_label_values(bk_dtype dtype, const int8_t *y, size_t count);
/* Overwrites the leaf of one parameter with values of its dtype. */
bk_status bk_loss_set(bk_loss *loss, size_t parameter, const void *values);

/* The loss; NULL on failure. pre_activation (may be NULL) of the network's dtype receives what the
 * activations are applied to, count numbers for each unit of all hidden layers. */
bk_tensor *bk_loss_forward(const bk_loss *loss, void *pre_activation);

#endif
