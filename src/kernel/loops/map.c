/* SPDX-License-Identifier: GPL-3.0-or-later
 * Cells of points in a grid (map.def). */
#include "kernel/loops/loop.h"

#define INLINE static inline __attribute__((always_inline))

/* The select comes before the conversion, which knows no NaN and nothing beyond 2^31. */
#define BK_MAP_INDEX(name, type)                                                                           \
    INLINE void name##_of(uint32_t *restrict index, const type *restrict x, size_t stride, size_t count,   \
                          const size_t inputs, const type *low, const type *scale, uint32_t side)          \
    {                                                                                                      \
        const type end = (type)side, low_0 = low[0], scale_0 = scale[0];                                   \
        const type low_1 = inputs > 1 ? low[1] : 0, scale_1 = inputs > 1 ? scale[1] : 0;                   \
        const type low_2 = inputs > 2 ? low[2] : 0, scale_2 = inputs > 2 ? scale[2] : 0;                   \
        const uint32_t cells = inputs == 1 ? side : inputs == 2 ? side * side : side * side * side;        \
        _Pragma("omp simd") for (size_t l = 0; l < count; l++)                                             \
        {                                                                                                  \
            const type t_0 = (x[l] - low_0) * scale_0;                                                     \
            const type t_1 = inputs > 1 ? (x[stride + l] - low_1) * scale_1 : 0;                           \
            const type t_2 = inputs > 2 ? (x[2 * stride + l] - low_2) * scale_2 : 0;                       \
            const int in = (t_0 >= 0) & (t_0 < end) & (t_1 >= 0) & (t_1 < end) & (t_2 >= 0) & (t_2 < end); \
            uint32_t cell = (uint32_t)(int32_t)(in ? t_0 : 0);                                             \
            cell = inputs > 1 ? cell * side + (uint32_t)(int32_t)(in ? t_1 : 0) : cell;                    \
            cell = inputs > 2 ? cell * side + (uint32_t)(int32_t)(in ? t_2 : 0) : cell;                    \
            index[l] = in ? cell : cells;                                                                  \
        }                                                                                                  \
    }                                                                                                      \
    void BK_KERNEL_NAME(name)(uint32_t * index, const type *x, size_t stride, size_t count, size_t inputs, \
                              const type *low, const type *scale, uint32_t side)                           \
    {                                                                                                      \
        if (inputs == 1) {                                                                                 \
            name##_of(index, x, stride, count, 1, low, scale, side);                                       \
        } else if (inputs == 2) {                                                                          \
            name##_of(index, x, stride, count, 2, low, scale, side);                                       \
        } else {                                                                                           \
            name##_of(index, x, stride, count, 3, low, scale, side);                                       \
        }                                                                                                  \
    }

BK_MAP_INDEX(map_index_f32, float)
BK_MAP_INDEX(map_index_f64, double)
