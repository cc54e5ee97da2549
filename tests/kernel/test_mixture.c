/* SPDX-License-Identifier: GPL-3.0-or-later
 * Points moved to the means of their components: the formula, value by value, for every number of means, of
 * which some are chosen by selects, every length, and every instruction set. */
#include <criterion/criterion.h>
#include <math.h>

#include "support.h"

enum { most = 70, most_means = 9 };

Test(mixture_kernel, every_point_goes_to_its_own_mean)
{
    uint64_t state = 31;
    for (int isa = 0; isa < BK_ISA_COUNT; isa++) {
        const bk_kernels *kernels = bk_kernels_of((bk_isa)isa);
        for (size_t length = 0; kernels != NULL && length <= most; length++) {
            for (size_t means = 1; means <= most_means; means++) {
                float x[most + 1], normal[most], mean[most_means];
                double xd[most + 1], meand[most_means];
                uint32_t component[most];
                for (size_t k = 0; k < means; k++) {
                    meand[k] = (double)(int64_t)test_bits(&state) * 0x1p-61;
                    mean[k] = (float)meand[k];
                }
                for (size_t i = 0; i < length; i++) {
                    component[i] = (uint32_t)(test_bits(&state) % means);
                    xd[i] = (double)(int64_t)test_bits(&state) * 0x1p-62;
                    x[i] = normal[i] = (float)xd[i];
                }
                x[length] = 77.0F;
                xd[length] = 77.0;
                kernels->place_f32(x, component, length, mean, means, 0.2236068F);
                for (size_t i = 0; i < length; i++) {
                    cr_assert_eq(x[i], fmaf(0.2236068F, normal[i], mean[component[i]]),
                                 "%zu of %zu, %zu means", i, length, means);
                }
                double expected[most];
                for (size_t i = 0; i < length; i++) {
                    expected[i] = fma(0.22360679774997896, xd[i], meand[component[i]]);
                }
                kernels->place_f64(xd, component, length, meand, means, 0.22360679774997896);
                for (size_t i = 0; i < length; i++) {
                    cr_assert_eq(xd[i], expected[i], "%zu of %zu, %zu means", i, length, means);
                }
                cr_assert(x[length] == 77.0F && xd[length] == 77.0);
            }
        }
    }
}
