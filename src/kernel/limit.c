/* SPDX-License-Identifier: GPL-3.0-or-later
 * The calibration kernels of each instruction set. */
#include "kernel/limit.h"

extern const bk_limit_kernels bk_kernel_limits_scalar;
#ifdef BK_HAVE_KERNELS_AVX2
extern const bk_limit_kernels bk_kernel_limits_avx2;
#endif
#ifdef BK_HAVE_KERNELS_AVX512
extern const bk_limit_kernels bk_kernel_limits_avx512;
#endif
#ifdef BK_HAVE_KERNELS_NEON
extern const bk_limit_kernels bk_kernel_limits_neon;
#endif

static const bk_limit_kernels *const compiled[BK_ISA_COUNT] = {
    [BK_ISA_SCALAR] = &bk_kernel_limits_scalar,
#ifdef BK_HAVE_KERNELS_AVX2
    [BK_ISA_AVX2] = &bk_kernel_limits_avx2,
#endif
#ifdef BK_HAVE_KERNELS_AVX512
    [BK_ISA_AVX512] = &bk_kernel_limits_avx512,
#endif
#ifdef BK_HAVE_KERNELS_NEON
    [BK_ISA_NEON] = &bk_kernel_limits_neon,
#endif
};

const bk_limit_kernels *bk_limit_kernels_of(bk_isa isa)
{
    return bk_kernel_available(isa) ? compiled[isa] : NULL;
}
