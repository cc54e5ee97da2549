/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Sums of tensors. The order is part of the promise of equal bits:
 *   sum           blocks of 128 steps of all lanes; in a block element i goes to lane i modulo the lanes,
 *                 in order, and the lanes are folded in halves; the block sums are added up in f64.
 *   sum_columns   blocks of 128 rows, in a block from the first row to the last; the block sums are
 *                 added up in f64, and each total is rounded once. */
#include "kernel/loops/loop.h"

#define BLOCK_STEPS  ((size_t)128)
#define TILE_COLUMNS ((size_t)512)

#define BK_TYPE        float
#define BK_LANES       BK_LANES_F32
#define BK_TYPED(name) name##_f32
#include "kernel/loops/array_reduce_body.h"
#undef BK_TYPE
#undef BK_LANES
#undef BK_TYPED

#define BK_TYPE        double
#define BK_LANES       BK_LANES_F64
#define BK_TYPED(name) name##_f64
#include "kernel/loops/array_reduce_body.h"
#undef BK_TYPE
#undef BK_LANES
#undef BK_TYPED
