/* SPDX-License-Identifier: GPL-3.0-or-later
 * Which instruction set the kernels run on: chosen once, changed only by request. */
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/kernel.h"

extern const bk_kernels bk_kernel_table_scalar;
#ifdef BK_HAVE_KERNELS_AVX2
extern const bk_kernels bk_kernel_table_avx2;
#endif
#ifdef BK_HAVE_KERNELS_AVX512
extern const bk_kernels bk_kernel_table_avx512;
#endif
#ifdef BK_HAVE_KERNELS_NEON
extern const bk_kernels bk_kernel_table_neon;
#endif

static const bk_kernels *const compiled[BK_ISA_COUNT] = {
    [BK_ISA_SCALAR] = &bk_kernel_table_scalar,
#ifdef BK_HAVE_KERNELS_AVX2
    [BK_ISA_AVX2] = &bk_kernel_table_avx2,
#endif
#ifdef BK_HAVE_KERNELS_AVX512
    [BK_ISA_AVX512] = &bk_kernel_table_avx512,
#endif
#ifdef BK_HAVE_KERNELS_NEON
    [BK_ISA_NEON] = &bk_kernel_table_neon,
#endif
};

/* BK_ISA_COUNT: not chosen yet. Two threads that choose at the same time choose the same. */
static _Atomic int chosen = BK_ISA_COUNT;

bool bk_kernel_available(bk_isa isa)
{
    return isa >= 0 && isa < BK_ISA_COUNT && compiled[isa] != NULL && bk_cpu_supports(isa);
}

const bk_kernels *bk_kernels_of(bk_isa isa) { return bk_kernel_available(isa) ? compiled[isa] : NULL; }

static bk_isa widest(void)
{
    bk_isa best = BK_ISA_SCALAR;
    for (int isa = 0; isa < BK_ISA_COUNT; isa++) {
        if (bk_kernel_available((bk_isa)isa)) {
            best = (bk_isa)isa;
        }
    }
    return best;
}

bk_status bk_kernel_use(bk_isa isa)
{
    if (isa < 0 || isa >= BK_ISA_COUNT) {
        return bk_fail(BK_INVALID, "instruction set number %d does not exist", (int)isa);
    }
    if (compiled[isa] == NULL) {
        return bk_fail(BK_UNSUPPORTED, "this build has no kernels for the instruction set %s",
                       bk_isa_name(isa));
    }
    if (!bk_cpu_supports(isa)) {
        return bk_fail(BK_UNSUPPORTED,
                       "this machine cannot run the instruction set %s; the widest it can is %s",
                       bk_isa_name(isa), bk_isa_name(widest()));
    }
    atomic_store(&chosen, (int)isa);
    return BK_OK;
}

bk_status bk_kernel_use_environment(void)
{
    const char *name = getenv("BRISK_ISA");
    if (name == NULL || name[0] == '\0') {
        atomic_store(&chosen, (int)widest());
        return BK_OK;
    }
    for (int isa = 0; isa < BK_ISA_COUNT; isa++) {
        if (strcmp(name, bk_isa_name((bk_isa)isa)) == 0) {
            const bk_status status = bk_kernel_use((bk_isa)isa);
            return status == BK_OK ? BK_OK : bk_fail_within("BRISK_ISA=%s", name);
        }
    }
    return bk_fail(BK_INVALID, "BRISK_ISA=%s: unknown instruction set; known are scalar, avx2, avx512, neon",
                   name);
}

bk_isa bk_kernel_isa(void)
{
    int isa = atomic_load(&chosen);
    if (isa == BK_ISA_COUNT) {
        if (bk_kernel_use_environment() != BK_OK) {
            atomic_store(&chosen, (int)widest());
        }
        isa = atomic_load(&chosen);
    }
    return (bk_isa)isa;
}

const bk_kernels *bk_kernels_in_use(void) { return compiled[bk_kernel_isa()]; }
