/* SPDX-License-Identifier: GPL-3.0-or-later
 * The table of this instruction set. */
#include "kernel/loops/loop.h"

#include "kernel/kernel.h"

extern const bk_kernels BK_KERNEL_NAME(table);

const bk_kernels BK_KERNEL_NAME(table) = {
#define BK_KERNEL(result, name, parameters) .name = BK_KERNEL_NAME(name),
#include "kernel/kernels.def"
#undef BK_KERNEL
};
