/* SPDX-License-Identifier: GPL-3.0-or-later
 * Comparisons, choices and extremes of tensors. */
#include "kernel/loops/loop.h"

#define BK_TYPE        float
#define BK_WRAP        float
#define BK_IS_NAN(x)   ((x) != (x))
#define BK_LANES       BK_LANES_F32
#define BK_TYPED(name) name##_f32
#include "kernel/loops/array_choose_body.h"
#undef BK_TYPE
#undef BK_WRAP
#undef BK_IS_NAN
#undef BK_LANES
#undef BK_TYPED

#define BK_TYPE        double
#define BK_WRAP        double
#define BK_IS_NAN(x)   ((x) != (x))
#define BK_LANES       BK_LANES_F64
#define BK_TYPED(name) name##_f64
#include "kernel/loops/array_choose_body.h"
#undef BK_TYPE
#undef BK_WRAP
#undef BK_IS_NAN
#undef BK_LANES
#undef BK_TYPED

#define BK_TYPE        int64_t
#define BK_WRAP        uint64_t
#define BK_IS_NAN(x)   0
#define BK_LANES       BK_LANES_F64
#define BK_TYPED(name) name##_i64
#include "kernel/loops/array_choose_body.h"
#undef BK_TYPE
#undef BK_WRAP
#undef BK_IS_NAN
#undef BK_LANES
#undef BK_TYPED
