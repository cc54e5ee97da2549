/* SPDX-License-Identifier: GPL-3.0-or-later
 * Of hash_kernels.c: what runs kernels on arrays, element by element or to one number. kind_NAME is the type
 * of the kernels, NAME runs one of them. */
#ifndef BRISK_TESTS_KERNEL_ARRAYS_H
#define BRISK_TESTS_KERNEL_ARRAYS_H

#include "kernel_arguments.h"

/* Elementwise, one argument: moderate numbers, then wild ones. */
#define UNARY(type)                                                                    \
    typedef void (*kind_unary_##type)(number_##type *, const number_##type *, size_t); \
    static void unary_##type(size_t row, kind_unary_##type f)                          \
    {                                                                                  \
        f(y_##type, a_##type, count);                                                  \
        add_##type(row, y_##type, count);                                              \
        f(y_##type, wild_##type, count);                                               \
        add_##type(row, y_##type, count);                                              \
    }
UNARY(f32)
UNARY(f64)
UNARY(i64)

/* Elementwise with steps: 1 and 1, 0 and 1, 2 and 3; and matrix times vector, whose type is the same. */
#define BINARY(name, type, to)                                                         \
    typedef void (*kind_##name##_##type)(number_##to *, const number_##type *, size_t, \
                                         const number_##type *, size_t, size_t);       \
    static void name##_##type(size_t row, kind_##name##_##type f)                      \
    {                                                                                  \
        const size_t part = count / 3;                                                 \
        if (strncmp(names[row], "matvec", 6) == 0) {                                   \
            f(y_##to, a_##type, columns, b_##type, rows, columns);                     \
            add_##to(row, y_##to, rows);                                               \
            return;                                                                    \
        }                                                                              \
        f(y_##to, a_##type, 1, b_##type, 1, part);                                     \
        f(y_##to + part, a_##type, 0, b_##type, 1, part);                              \
        f(y_##to + 2 * part, a_##type, 2, b_##type, 3, part);                          \
        add_##to(row, y_##to, 3 * part);                                               \
        f(y_##to, wild_##type, 1, b_##type, 1, count);                                 \
        add_##to(row, y_##to, count);                                                  \
        f(y_##to, wild_##type, 1, wild_##type + capacity - count, 1, count);           \
        add_##to(row, y_##to, count);                                                  \
    }
BINARY(binary, f32, f32)
BINARY(binary, f64, f64)
BINARY(binary, i64, i64)
BINARY(compare, f32, i64)
BINARY(compare, f64, i64)

/* Conversions, and draws to values. */
#define CONVERT(from, to, input, source)                                         \
    typedef void (*kind_##from##_to_##to)(number_##to *, const input *, size_t); \
    static void from##_to_##to(size_t row, kind_##from##_to_##to f)              \
    {                                                                            \
        f(y_##to, source, count);                                                \
        add_##to(row, y_##to, count);                                            \
    }
CONVERT(f32, f64, float, wild_f32)
CONVERT(f64, f32, double, wild_f64)
CONVERT(i64, f32, int64_t, a_i64)
CONVERT(i64, f64, int64_t, a_i64)
CONVERT(draws, f32, uint64_t, draws)
CONVERT(draws, f64, uint64_t, draws)

/* Elementwise, two arguments and three; a condition and two; between two limits; a factor. */
#define SEVERAL(type)                                                                                        \
    typedef void (*kind_two_##type)(number_##type *, const number_##type *, const number_##type *, size_t);  \
    static void two_##type(size_t row, kind_two_##type f)                                                    \
    {                                                                                                        \
        f(y_##type, a_##type, b_##type, count);                                                              \
        add_##type(row, y_##type, count);                                                                    \
        f(y_##type, b_##type, wild_##type, count);                                                           \
        add_##type(row, y_##type, count);                                                                    \
    }                                                                                                        \
    typedef void (*kind_three_##type)(number_##type *, const number_##type *, const number_##type *,         \
                                      const number_##type *, size_t);                                        \
    static void three_##type(size_t row, kind_three_##type f)                                                \
    {                                                                                                        \
        f(y_##type, c_##type, a_##type, b_##type, count);                                                    \
        add_##type(row, y_##type, count);                                                                    \
    }                                                                                                        \
    typedef void (*kind_limits_##type)(number_##type *, const number_##type *, number_##type, number_##type, \
                                       size_t);                                                              \
    static void limits_##type(size_t row, kind_limits_##type f)                                              \
    {                                                                                                        \
        f(y_##type, a_##type, b_##type[2] < 0 ? b_##type[2] : -b_##type[2], 1, count);                       \
        add_##type(row, y_##type, count);                                                                    \
        f(y_##type, wild_##type, -1, 1, count);                                                              \
        add_##type(row, y_##type, count);                                                                    \
    }
SEVERAL(f32)
SEVERAL(f64)
SEVERAL(i64)

#define NUMBERS(type)                                                                                     \
    typedef void (*kind_where_##type)(number_##type *, const int64_t *, const number_##type *,            \
                                      const number_##type *, size_t);                                     \
    static void where_##type(size_t row, kind_where_##type f)                                             \
    {                                                                                                     \
        f(y_##type, c_i64, a_##type, wild_##type, count);                                                 \
        add_##type(row, y_##type, count);                                                                 \
    }                                                                                                     \
    typedef void (*kind_two_limits_##type)(number_##type *, const number_##type *, const number_##type *, \
                                           number_##type, number_##type, size_t);                         \
    static void two_limits_##type(size_t row, kind_two_limits_##type f)                                   \
    {                                                                                                     \
        f(y_##type, a_##type, b_##type, (number_##type) - 0.3, (number_##type)0.7, count);                \
        add_##type(row, y_##type, count);                                                                 \
    }                                                                                                     \
    typedef void (*kind_scaled_##type)(number_##type *, number_##type, const number_##type *, size_t);    \
    static void scaled_##type(size_t row, kind_scaled_##type f)                                           \
    {                                                                                                     \
        memcpy(y_##type, b_##type, sizeof y_##type);                                                      \
        f(y_##type, (number_##type)0.7, a_##type, count);                                                 \
        add_##type(row, y_##type, count);                                                                 \
    }                                                                                                     \
    /* Sine and cosine of turns, of moderate size. */                                                     \
    typedef void (*kind_pair_##type)(number_##type *, number_##type *, const number_##type *, size_t);    \
    static void pair_##type(size_t row, kind_pair_##type f)                                               \
    {                                                                                                     \
        f(y_##type, y2_##type, a_##type, count);                                                          \
        add_##type(row, y_##type, count);                                                                 \
        add_##type(row, y2_##type, count);                                                                \
    }
NUMBERS(f32)
NUMBERS(f64)

/* Of a whole array to one number of type OUT. */
#define REDUCE(name, type, out)                                                  \
    typedef number_##out (*kind_##name##_##type)(const number_##type *, size_t); \
    static void name##_##type(size_t row, kind_##name##_##type f)                \
    {                                                                            \
        for (size_t part = 1; part <= 3 && count >= 3; part += 2) {              \
            number_##out value = f(a_##type, count / part);                      \
            add_##out(row, &value, 1);                                           \
            value = f(wild_##type, count / part);                                \
            add_##out(row, &value, 1);                                           \
        }                                                                        \
    }
REDUCE(reduce, f32, f32)
REDUCE(reduce_wide, f32, f64)
REDUCE(reduce, f64, f64)
REDUCE(reduce, i64, i64)

#endif
