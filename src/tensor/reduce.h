/* SPDX-License-Identifier: GPL-3.0-or-later
 * tensor/reduce.h: what the reductions share. Axes are bits: bit d stands for axis d. */
#ifndef BRISK_TENSOR_REDUCE_H
#define BRISK_TENSOR_REDUCE_H

#include "tensor/graph.h"

#define BK_ALL_AXES ((1U << BK_MAX_RANK) - 1U)

/* *mask = the axes of a, all where count is 0; false, with the failure recorded, where a is not usable or has
 * no such axis. */
bool bk_resolve_axes(unsigned *mask, const char *word, bk_tensor *a, size_t count, const int *axes);
/* Applies a reduction over axes. */
bk_tensor *bk_reduce(bk_operation_id id, bk_tensor *a, size_t count, const int *axes, bool keepdim);
/* *y = reduced, which lacks the axes of the edge's shape (or has 1 there), broadcast back to that shape. */
bk_status bk_spread(bk_array *y, bk_pool *pool, const bk_array *reduced, const bk_edge *edge, unsigned axes);

#endif
