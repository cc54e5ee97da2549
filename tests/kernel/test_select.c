/* SPDX-License-Identifier: GPL-3.0-or-later
 * Choosing the instruction set. */
#include <stdlib.h>

#include <criterion/criterion.h>

#include "support.h"

Test(select, the_baseline_is_always_there)
{
    cr_assert(bk_kernel_available(BK_ISA_SCALAR));
    cr_assert(bk_kernels_of(BK_ISA_SCALAR) != NULL);
    cr_assert(!bk_kernel_available((bk_isa)-1) && !bk_kernel_available(BK_ISA_COUNT));
    cr_assert(bk_kernels_of(BK_ISA_COUNT) == NULL);
}

Test(select, every_row_of_the_tables_is_filled)
{
    for (int isa = 0; isa < BK_ISA_COUNT; isa++) {
        const bk_kernels *kernels = bk_kernels_of((bk_isa)isa);
        if (kernels != NULL) {
#define BK_KERNEL(result, name, parameters) cr_assert(kernels->name != NULL);
#include "kernel/kernels.def"
#undef BK_KERNEL
        }
    }
}

Test(select, a_choice_holds_and_a_refused_one_changes_nothing)
{
    for (int isa = 0; isa < BK_ISA_COUNT; isa++) {
        const bk_isa before = bk_kernel_isa();
        const bk_status status = bk_kernel_use((bk_isa)isa);
        if (bk_kernel_available((bk_isa)isa)) {
            cr_assert(status == BK_OK && bk_kernel_isa() == (bk_isa)isa);
            cr_assert(bk_kernels_in_use() == bk_kernels_of((bk_isa)isa));
        } else {
            cr_assert(status == BK_UNSUPPORTED && bk_kernel_isa() == before);
            cr_assert(strstr(bk_error_message(), bk_isa_name((bk_isa)isa)) != NULL);
        }
    }
    cr_assert(bk_kernel_use(BK_ISA_COUNT) == BK_INVALID);
}

Test(select, the_environment_decides)
{
    setenv("BRISK_ISA", "scalar", 1);
    cr_assert(bk_kernel_use_environment() == BK_OK && bk_kernel_isa() == BK_ISA_SCALAR);
    setenv("BRISK_ISA", "sse9", 1);
    cr_assert(bk_kernel_use_environment() == BK_INVALID);
    cr_assert(strstr(bk_error_message(), "sse9") != NULL);
    cr_assert(bk_kernel_isa() == BK_ISA_SCALAR);
    setenv("BRISK_ISA", "neon", 1);
    cr_assert(bk_kernel_available(BK_ISA_NEON) || bk_kernel_use_environment() == BK_UNSUPPORTED);
    unsetenv("BRISK_ISA");
    cr_assert(bk_kernel_use_environment() == BK_OK);
    cr_assert(bk_kernel_isa() != BK_ISA_SCALAR || !bk_kernel_available(BK_ISA_AVX2));
}

Test(select, an_unusable_variable_leaves_the_widest_to_a_library_user)
{
    setenv("BRISK_ISA", "sse9", 1);
    cr_assert(bk_kernels_in_use() != NULL);
    cr_assert(bk_kernel_isa() != BK_ISA_SCALAR || !bk_kernel_available(BK_ISA_AVX2));
}
