/* SPDX-License-Identifier: GPL-3.0-or-later
 * What backward passes do elementwise, and the step of gradient descent. */
#include "kernel/loops/loop.h"

#define BK_TYPE        float
#define BK_TYPED(name) name##_f32
#include "kernel/loops/array_gradient_body.h"
#undef BK_TYPE
#undef BK_TYPED

#define BK_TYPE        double
#define BK_TYPED(name) name##_f64
#include "kernel/loops/array_gradient_body.h"
#undef BK_TYPE
#undef BK_TYPED
