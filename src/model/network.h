/* SPDX-License-Identifier: GPL-3.0-or-later
 * model/network.h: the parameters of a network as a list. */
#ifndef BRISK_MODEL_NETWORK_H
#define BRISK_MODEL_NETWORK_H

#include "brisk/model.h"

/* One parameter: its values and its shape as a tensor. */
typedef struct bk_parameter {
    void *values; /* [count] of the network's dtype */
    size_t count;
    size_t rank; /* matrices 2, biases and the last weights 1, the last bias 0 */
    size_t shape[2];
} bk_parameter;
bk_parameter bk_network_parameter(const bk_network *network, size_t parameter);

/* The one of `names` that is called name; BK_INVALID with "unknown WHAT" and the nearest name for another. */
bk_status bk_find_name(size_t *found, const char *what, const char *name, const char *const *names,
                       size_t count);
/* Inputs of layer k: the network's, or the units of the layer before. */
static inline size_t bk_layer_inputs(const bk_network *network, size_t k)
{
    return k == 0 ? network->inputs : network->hidden[k - 1];
}

/* BK_INVALID or BK_DTYPE for a network that cannot be computed with. */
bk_status bk_network_check_shape(const bk_network *network);
/* BK_SHAPE or BK_DTYPE unless both have the same shape and dtype. */
bk_status bk_network_check_same(const bk_network *a, const bk_network *b);

/* The first value among count that is not finite, count where all are. */
size_t bk_first_not_finite(bk_dtype dtype, const void *values, size_t count);
/* BK_NOT_A_NUMBER names the first input of the first point that is not finite. */
bk_status bk_points_check(bk_dtype dtype, const void *x, size_t inputs, size_t count);
/* BK_NOT_A_NUMBER: the score of this point is NaN. */
bk_status bk_score_missing(size_t point);
/* BK_INVALID names the first label that is neither -1 nor +1. */
bk_status bk_labels_check(const int8_t *y, size_t count);

#endif
