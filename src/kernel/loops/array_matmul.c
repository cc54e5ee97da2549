/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Matrix products of tensors. The transposed products of backward passes need no transposed copy: the
 * strides of a are free, and a product with b transposed is a matvec or a small copy (tensor/product.c). */
#include "kernel/loops/loop.h"

#define BK_TYPE        float
#define BK_LANES       BK_LANES_F32
#define BK_TYPED(name) name##_f32
#include "kernel/loops/array_matmul_body.h"
#undef BK_TYPE
#undef BK_LANES
#undef BK_TYPED

#define BK_TYPE        double
#define BK_LANES       BK_LANES_F64
#define BK_TYPED(name) name##_f64
#include "kernel/loops/array_matmul_body.h"
#undef BK_TYPE
#undef BK_LANES
#undef BK_TYPED
