/* SPDX-License-Identifier: GPL-3.0-or-later
 * Of hash_kernels.c: what runs the kernels of matrices, networks and training. */
#ifndef BRISK_TESTS_KERNEL_NETWORK_H
#define BRISK_TESTS_KERNEL_NETWORK_H

#include "kernel_arguments.h"

/* Sums of columns, matrix products, the network. Two inputs and three have code of their own. */
#define MATRICES(type)                                                                                       \
    typedef void (*kind_columns_##type)(number_##type *, const number_##type *, size_t, size_t, size_t);     \
    static void columns_##type(size_t row, kind_columns_##type f)                                            \
    {                                                                                                        \
        f(y_##type, a_##type, columns, rows, columns);                                                       \
        add_##type(row, y_##type, columns);                                                                  \
    }                                                                                                        \
    typedef void (*kind_product_##type)(number_##type *, const number_##type *, size_t, size_t,              \
                                        const number_##type *, size_t, size_t, size_t, size_t);              \
    static void product_##type(size_t row, kind_product_##type f)                                            \
    {                                                                                                        \
        f(y_##type, a_##type, inner, 1, b_##type, columns, rows, inner, columns);                            \
        add_##type(row, y_##type, rows *columns);                                                            \
    }                                                                                                        \
    typedef void (*kind_network_##type)(number_##type *, const number_##type *, size_t, size_t, size_t,      \
                                        size_t, const number_##type *, const number_##type *,                \
                                        const number_##type *, number_##type);                               \
    static void network_##type(size_t row, kind_network_##type f)                                            \
    {                                                                                                        \
        f(y_##type, a_##type, points, points, 2, hidden, b_##type, c_##type, c_##type + hidden,              \
          (number_##type)0.25);                                                                              \
        add_##type(row, y_##type, points);                                                                   \
        f(y_##type, a_##type, points, points - points / 3, 3, hidden, b_##type, c_##type, c_##type + hidden, \
          (number_##type) - 0.5);                                                                            \
        add_##type(row, y_##type, points - points / 3);                                                      \
    }                                                                                                        \
    typedef void (*kind_layer_##type)(number_##type *, size_t, const number_##type *, size_t, size_t,        \
                                      size_t, size_t, const number_##type *, const number_##type *);         \
    static void layer_##type(size_t row, kind_layer_##type f)                                                \
    {                                                                                                        \
        const size_t units = 5;                                                                              \
        for (size_t inputs = 1; inputs <= 3; inputs++) {                                                     \
            const size_t part = points / inputs;                                                             \
            f(y_##type, part, a_##type, points, part, inputs, units, b_##type, c_##type);                    \
            add_##type(row, y_##type, units *part);                                                          \
        }                                                                                                    \
    }
MATRICES(f32)
MATRICES(f64)

/* Training: a block of 32 units, and the steps of the optimisers. */
#define TRAINING(type)                                                                                      \
    typedef void (*kind_forward_##type)(number_##type *, number_##type *, const number_##type *, size_t,    \
                                        size_t, size_t, size_t, const number_##type *);                     \
    static void forward_##type(size_t row, kind_forward_##type f)                                           \
    {                                                                                                       \
        const size_t batch = points < 40 ? points : 40, width = 32;                                         \
        for (size_t inputs = 1; inputs <= 3; inputs++) {                                                    \
            f(y_##type, y2_##type, a_##type, points, batch, inputs, width, b_##type);                       \
            add_##type(row, y_##type, batch *width);                                                        \
            add_##type(row, y2_##type, batch);                                                              \
        }                                                                                                   \
    }                                                                                                       \
    typedef void (*kind_backward_##type)(number_##type *, const number_##type *, const number_##type *,     \
                                         const number_##type *, size_t, size_t, size_t, size_t,             \
                                         const number_##type *);                                            \
    static void backward_##type(size_t row, kind_backward_##type f)                                         \
    {                                                                                                       \
        const size_t batch = points < 40 ? points : 40, width = 32;                                         \
        for (size_t inputs = 1; inputs <= 3; inputs++) {                                                    \
            f(y_##type, c_##type, c_##type + 7, a_##type, points, batch, inputs, width, b_##type);          \
            add_##type(row, y_##type, (inputs + 2) * width);                                                \
        }                                                                                                   \
    }                                                                                                       \
    typedef void (*kind_descent_##type)(number_##type *, const number_##type *, size_t, number_##type,      \
                                        number_##type);                                                     \
    static void descent_##type(size_t row, kind_descent_##type f)                                           \
    {                                                                                                       \
        memcpy(y_##type, b_##type, sizeof y_##type);                                                        \
        f(y_##type, a_##type, count, (number_##type)0.1, 0);                                                \
        f(y_##type, c_##type, count, (number_##type)0.1, (number_##type)0.03);                              \
        add_##type(row, y_##type, count);                                                                   \
    }                                                                                                       \
    typedef void (*kind_momentum_##type)(number_##type *, const number_##type *, number_##type *, size_t,   \
                                         number_##type, number_##type, number_##type, int, int);            \
    static void momentum_##type(size_t row, kind_momentum_##type f)                                         \
    {                                                                                                       \
        memcpy(y_##type, b_##type, sizeof y_##type);                                                        \
        for (int step = 0; step < 4; step++) {                                                              \
            f(y_##type, a_##type, y2_##type, count, (number_##type)0.1, (number_##type)(0.03 * (step % 2)), \
              (number_##type)0.9, step / 2, step == 0);                                                     \
        }                                                                                                   \
        add_##type(row, y_##type, count);                                                                   \
        add_##type(row, y2_##type, count);                                                                  \
    }                                                                                                       \
    typedef void (*kind_adam_##type)(                                                                       \
        number_##type *, const number_##type *, number_##type *, number_##type *, size_t, number_##type,    \
        number_##type, const number_##type *, const number_##type *, number_##type, number_##type);         \
    static void adam_##type(size_t row, kind_adam_##type f)                                                 \
    {                                                                                                       \
        static number_##type second[capacity];                                                              \
        const number_##type beta[] = {(number_##type)0.9, (number_##type)0.999};                            \
        const number_##type rest[] = {(number_##type)0.1, (number_##type)0.001};                            \
        memcpy(y_##type, b_##type, sizeof y_##type);                                                        \
        memset(y2_##type, 0, sizeof y2_##type);                                                             \
        memset(second, 0, sizeof second);                                                                   \
        for (int step = 0; step < 3; step++) {                                                              \
            f(y_##type, a_##type, y2_##type, second, count, (number_##type)0.01,                            \
              (number_##type)(0.03 * (step % 2)), beta, rest, (number_##type)0.7, (number_##type)1e-8);     \
        }                                                                                                   \
        add_##type(row, y_##type, count);                                                                   \
        add_##type(row, y2_##type, count);                                                                  \
        add_##type(row, second, count);                                                                     \
    }
TRAINING(f32)
TRAINING(f64)

#endif
