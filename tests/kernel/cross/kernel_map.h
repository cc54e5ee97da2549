/* SPDX-License-Identifier: GPL-3.0-or-later
 * Of hash_kernels.c: what runs the kernels of decision maps. */
#ifndef BRISK_TESTS_KERNEL_MAP_H
#define BRISK_TESTS_KERNEL_MAP_H

#include "kernel_arguments.h"

typedef void (*kind_expand)(double *, const double *, size_t, size_t, size_t, size_t, const double *,
                            const double *, const double *, const double *);
static void expand(size_t row, kind_expand f)
{
    const size_t cells = points < 100 ? points : 100, units = 5;
    double shape[4 * 5];
    for (size_t k = 0; k < 4 * units; k++) {
        shape[k] = k == 2 ? INFINITY : 0.5 + fabs(c_f64[100 + k]);
    }
    for (size_t inputs = 1; inputs <= 3; inputs++) {
        const size_t numbers = (4 + inputs + inputs * (inputs + 1) / 2) * cells;
        memset(y_f64, 0, numbers * sizeof y_f64[0]);
        f(y_f64, a_f64, cells, cells - cells / 4, inputs, units, b_f64, c_f64, c_f64 + units, shape);
        add_f64(row, y_f64, numbers);
    }
}

/* Half of the points are inside the grid; every bit pattern occurs as a coordinate. */
#define MAP_INDEX(type)                                                                              \
    typedef void (*kind_map_index_##type)(uint32_t *, const number_##type *, size_t, size_t, size_t, \
                                          const number_##type *, const number_##type *, uint32_t);   \
    static void map_index_##type(size_t row, kind_map_index_##type f)                                \
    {                                                                                                \
        static uint32_t index[capacity];                                                             \
        const number_##type low[3] = {(number_##type) - 0.5, (number_##type) - 0.7, 0},              \
                            scale[3] = {(number_##type)9.5, 13, (number_##type)15.5};                \
        for (size_t inputs = 1; inputs <= 3; inputs++) {                                             \
            const size_t part = points / inputs;                                                     \
            f(index, a_##type, part, part, inputs, low, scale, 16);                                  \
            hashes[row] = hash_bytes(hashes[row], index, part * sizeof index[0]);                    \
            f(index, wild_##type, part, part, inputs, low, scale, 16);                               \
            hashes[row] = hash_bytes(hashes[row], index, part * sizeof index[0]);                    \
        }                                                                                            \
    }
MAP_INDEX(f32)
MAP_INDEX(f64)

#endif
