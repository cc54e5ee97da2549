/* SPDX-License-Identifier: GPL-3.0-or-later
 * Training: a block of hidden units forward and backward, and the steps of the optimisers. */
#include "kernel/loops/math_f32.h"
#include "kernel/loops/math_f64.h"

/* Points that a forward pass keeps in the first-level cache between its loops. */
#define CHUNK 16
/* As of the sums of array_reduce.c. */
#define BLOCK_STEPS 128

#define BK_TYPE        float
#define BK_TYPED(name) name##_f32
#define BK_BITS        uint32_t
#define BK_LANES       BK_LANES_F32
#define BK_SQRT        __builtin_sqrtf
#define BK_LARGEST     0x1.fffffep+127F
#include "kernel/loops/training_block_body.h"
#include "kernel/loops/training_step_body.h"
#undef BK_TYPE
#undef BK_TYPED
#undef BK_BITS
#undef BK_LANES
#undef BK_SQRT
#undef BK_LARGEST

#define BK_TYPE        double
#define BK_TYPED(name) name##_f64
#define BK_BITS        uint64_t
#define BK_LANES       BK_LANES_F64
#define BK_SQRT        __builtin_sqrt
#define BK_LARGEST     0x1.fffffffffffffp+1023
#include "kernel/loops/training_block_body.h"
#include "kernel/loops/training_step_body.h"
