/* SPDX-License-Identifier: GPL-3.0-or-later
 * One hidden layer of a deep perceptron at a block of points. */
#include "kernel/loops/math_f32.h"
#include "kernel/loops/math_f64.h"

/* Units that share the loads of the points; with AVX2 they fill eight vectors of sums. */
#define GROUP 4

#define BK_TYPE        float
#define BK_TYPED(name) name##_f32
#define BK_LANES       BK_LANES_F32
#define BK_NAN         __builtin_nanf("")
#include "kernel/loops/network_layer_body.h"
#undef BK_TYPE
#undef BK_TYPED
#undef BK_LANES
#undef BK_NAN

#define BK_TYPE        double
#define BK_TYPED(name) name##_f64
#define BK_LANES       BK_LANES_F64
#define BK_NAN         __builtin_nan("")
#include "kernel/loops/network_layer_body.h"
