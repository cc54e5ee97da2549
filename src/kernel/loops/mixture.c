/* SPDX-License-Identifier: GPL-3.0-or-later
 * Points of a mixture (mixture.def). A mean is chosen by compares and selects where there are few: compilers
 * make neither a permute nor, in time, a gather of a load from a chosen place. */
#include "kernel/loops/loop.h"

#define INLINE static inline __attribute__((always_inline))

/* Means that are chosen by selects: those of the lab, of one class and of both. */
#define BK_PLACE(name, type, fma)                                                                  \
    INLINE void name##_few(type *restrict x, const uint32_t *restrict component, size_t count,     \
                           const type *mean, const size_t means, type deviation)                   \
    {                                                                                              \
        const type m_0 = mean[0], m_1 = mean[1], m_2 = mean[2], m_3 = means > 3 ? mean[3] : 0,     \
                   m_4 = means > 3 ? mean[4] : 0, m_5 = means > 3 ? mean[5] : 0;                   \
        _Pragma("omp simd") for (size_t i = 0; i < count; i++)                                     \
        {                                                                                          \
            const int32_t c = (int32_t)component[i];                                               \
            type m = c > 0 ? m_1 : m_0;                                                            \
            m = c > 1 ? m_2 : m;                                                                   \
            m = means > 3 ? (c > 2 ? m_3 : m) : m;                                                 \
            m = means > 3 ? (c > 3 ? m_4 : m) : m;                                                 \
            m = means > 3 ? (c > 4 ? m_5 : m) : m;                                                 \
            x[i] = fma(deviation, x[i], m);                                                        \
        }                                                                                          \
    }                                                                                              \
    void BK_KERNEL_NAME(name)(type * x, const uint32_t *component, size_t count, const type *mean, \
                              size_t means, type deviation)                                        \
    {                                                                                              \
        if (means == 3) {                                                                          \
            name##_few(x, component, count, mean, 3, deviation);                                   \
        } else if (means == 6) {                                                                   \
            name##_few(x, component, count, mean, 6, deviation);                                   \
        } else {                                                                                   \
            for (size_t i = 0; i < count; i++) {                                                   \
                x[i] = fma(deviation, x[i], mean[component[i]]);                                   \
            }                                                                                      \
        }                                                                                          \
    }

BK_PLACE(place_f32, float, bk_fma_f32)
BK_PLACE(place_f64, double, bk_fma_f64)
