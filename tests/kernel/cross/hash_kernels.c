/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * hash_kernels SET: runs every kernel of one instruction set (scalar, avx2, avx512, neon) over fixed
 * arguments of many lengths and prints a line "kernel hash" for each. The lines of all sets, compilers and
 * processors must be equal. The type of a kernel says what runs it, so that a new kernel of a known type is
 * run without a change here. A plain program, for machines without Criterion. Exit code 0; 1 where a kernel
 * has a type that is unknown here; 3 where this machine or build lacks the set.
 */
#include "kernel_arrays.h"
#include "kernel_draws.h"
#include "kernel_map.h"
#include "kernel_network.h"

static void run_unknown(size_t row, ...) { unknown[row] = true; }

/* What runs a kernel of this type. */
#define BOTH(name)  kind_##name##_f32 : name##_f32, kind_##name##_f64 : name##_f64
#define THREE(name) BOTH(name), kind_##name##_i64 : name##_i64
#define RUNNER(kernel)                                                                                      \
    _Generic((kernel), THREE(unary), THREE(binary), BOTH(compare), THREE(two), THREE(three), THREE(limits), \
             THREE(reduce), BOTH(where), BOTH(two_limits), BOTH(scaled), BOTH(pair), BOTH(columns),         \
             BOTH(product), BOTH(network), BOTH(layer), BOTH(forward), BOTH(backward), BOTH(descent),       \
             BOTH(momentum), BOTH(adam), BOTH(pairs), BOTH(place), kind_reduce_wide_f32                     \
             : reduce_wide_f32, kind_f32_to_f64                                                             \
             : f32_to_f64, kind_f64_to_f32                                                                  \
             : f64_to_f32, kind_i64_to_f32                                                                  \
             : i64_to_f32, kind_i64_to_f64                                                                  \
             : i64_to_f64, kind_draws_to_f32                                                                \
             : draws_to_f32, kind_draws_to_f64                                                              \
             : draws_to_f64, kind_fill                                                                      \
             : fill, kind_integers_u32                                                                      \
             : integers_u32, kind_integers_u64                                                              \
             : integers_u64, kind_resample_sums                                                             \
             : resample_sums, kind_resample_counts                                                          \
             : resample_counts, kind_expand                                                                 \
             : expand, kind_map_index_f32                                                                   \
             : map_index_f32, kind_map_index_f64                                                            \
             : map_index_f64, default                                                                       \
             : run_unknown)

static void run_round(const bk_kernels *kernels, size_t round)
{
    set_lengths(round);
    if (round <= long_rounds) {
        make_arguments(round);
    }
#define BK_KERNEL(result, name, parameters) RUNNER(kernels->name)(row_##name, kernels->name);
#include "kernel/kernels.def"
#undef BK_KERNEL
}

int main(int argc, char **argv)
{
    const bk_isa isa = wanted_set(argc, argv);
    if (isa == BK_ISA_COUNT) {
        return 3;
    }
    for (size_t row = 0; row < row_count; row++) {
        hashes[row] = hash_start;
    }
    for (size_t round = 0; round < rounds; round++) {
        run_round(bk_kernels_of(isa), round);
    }
    int code = 0;
    for (size_t row = 0; row < row_count; row++) {
        if (unknown[row]) {
            (void)fprintf(stderr, "hash_kernels.c runs no kernels of the type of %s\n", names[row]);
            code = 1;
        }
        printf("%-22s %016llx\n", names[row], (unsigned long long)hashes[row]);
    }
    return code;
}
