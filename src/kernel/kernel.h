/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * kernel/kernel.h: the table of hot loops, for the rooms that use them. Not installed.
 *
 * Every kernel is one plain C body in loops/, compiled once for each instruction set. A kernel trusts
 * its arguments: callers check shapes and NaN. All sets give the same bits; what makes that true
 * stands in loops/loop.h.
 */
#ifndef BRISK_KERNEL_KERNEL_H
#define BRISK_KERNEL_KERNEL_H

#include "brisk/base.h"
#include "brisk/kernel.h"

/* One function pointer for each row of the .def files. */
typedef struct bk_kernels {
#define BK_KERNEL(result, name, parameters) result(*name) parameters;
#include "kernel/kernels.def"
#undef BK_KERNEL
} bk_kernels;

/* The kernels of the instruction set in use; chosen at the first call (brisk/kernel.h). */
const bk_kernels *bk_kernels_in_use(void);
/* Those of one set, NULL where bk_kernel_available(isa) is false; for tests and benchmarks. */
const bk_kernels *bk_kernels_of(bk_isa isa);

#endif
