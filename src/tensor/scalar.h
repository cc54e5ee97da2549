/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * tensor/scalar.h: gradients of rank 0. On its way through a graph such a gradient is a number in its node,
 * not an array; where a node's inputs are of rank 0 too, its rule is a line of arithmetic (scalar.c) with the
 * bits of the rule on arrays. A graph of scalars so costs a third of what arrays of one element would.
 */
#ifndef BRISK_TENSOR_SCALAR_H
#define BRISK_TENSOR_SCALAR_H

#include "tensor/graph.h"

/* The operations that have such a rule. */
extern const bool bk_scalar_rules[BK_OPERATION_COUNT];
/* result[i] = the gradient of input i, of those that need one; false where a saved value was changed since:
 * the rule on arrays says so. */
bool bk_scalar_rule(double result[2], const bk_node *node, double gradient);

static inline double bk_scalar_read(const bk_array *x)
{
    return x->dtype == BK_F32 ? (double)*(const float *)x->data : *(const double *)x->data;
}

/* a + b in dtype; the sum of two floats is exact enough in double to be rounded to the right float. */
static inline double bk_scalar_add(bk_dtype dtype, double a, double b)
{
    return dtype == BK_F32 ? (double)(float)(a + b) : a + b;
}

static inline void bk_scalar_collect(bk_node *node, double gradient)
{
    node->number = node->has_number ? bk_scalar_add(node->dtype, node->number, gradient) : gradient;
    node->has_number = true;
}

#endif
