/* SPDX-License-Identifier: GPL-3.0-or-later
 * model/network.h: the four parameters of a network as a list. */
#ifndef BRISK_MODEL_NETWORK_H
#define BRISK_MODEL_NETWORK_H

#include "brisk/model.h"

/* One parameter: its values and its shape as a tensor. */
typedef struct bk_parameter {
    void *values; /* [count] of the network's dtype */
    size_t count;
    size_t rank; /* w1: 2, b1 and w2: 1, b2: 0 */
    size_t shape[2];
} bk_parameter;
bk_parameter bk_network_parameter(const bk_network *network, size_t parameter);

/* BK_INVALID or BK_DTYPE for a network that cannot be computed with. */
bk_status bk_network_check_shape(const bk_network *network);
/* BK_SHAPE or BK_DTYPE unless both have the same shape and dtype. */
bk_status bk_network_check_same(const bk_network *a, const bk_network *b);

/* The first value among count that is not finite, count where all are. */
size_t bk_first_not_finite(bk_dtype dtype, const void *values, size_t count);
/* BK_NOT_A_NUMBER names the first input of the first point that is not finite. */
bk_status bk_points_check(bk_dtype dtype, const void *x, size_t inputs, size_t count);
/* BK_INVALID names the first label that is neither -1 nor +1. */
bk_status bk_labels_check(const int8_t *y, size_t count);

#endif
