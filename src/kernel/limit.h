/* SPDX-License-Identifier: GPL-3.0-or-later
 * kernel/limit.h: calibration kernels, for `brisk bench` alone. What they do stands in limit.def. */
#ifndef BRISK_KERNEL_LIMIT_H
#define BRISK_KERNEL_LIMIT_H

#include "brisk/base.h"
#include "brisk/kernel.h"

/* Elements of their array: 12 chains of 16 floats, and a power of two. */
#define BK_LIMIT_WORK 256

typedef struct bk_limit_kernels {
#define BK_LIMIT_KERNEL(name, parameters) size_t(*name) parameters;
#include "kernel/limit.def"
#undef BK_LIMIT_KERNEL
} bk_limit_kernels;

/* Those of one set, NULL where bk_kernel_available(isa) is false. */
const bk_limit_kernels *bk_limit_kernels_of(bk_isa isa);

#endif
