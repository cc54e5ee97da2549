/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * brisk/kernel.h: which instruction set the hot loops run on. Every set gives the same bits; the
 * choice changes speed alone.
 */
#ifndef BRISK_KERNEL_H
#define BRISK_KERNEL_H

#include "brisk/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The instruction set in use. The first call of any kernel chooses: BRISK_ISA=scalar|avx2|avx512|neon
 * where that variable is set, else the widest that was compiled and that the CPU supports. */
BK_API bk_isa bk_kernel_isa(void);
/* Whether kernels for it were compiled and the CPU can run them. */
BK_API bool bk_kernel_available(bk_isa isa);
/* Forces an instruction set; BK_UNSUPPORTED (message names what is missing) leaves the choice as it
 * was. Not while other threads run kernels. */
BK_API bk_status bk_kernel_use(bk_isa isa);
/* Applies BRISK_ISA; BK_INVALID for an unknown name, BK_UNSUPPORTED for a set this machine lacks.
 * bk_main calls it first, so that a wrong BRISK_ISA ends the command with a message. A library user
 * who skips it gets the widest set when the variable is unusable. */
BK_API bk_status bk_kernel_use_environment(void);

#ifdef __cplusplus
}
#endif
#endif
