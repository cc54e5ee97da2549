/* SPDX-License-Identifier: GPL-3.0-or-later
 * What the tests of the rules share: a tape for each test, a leaf of three values, both dtypes. Suites
 * name their tape functions with RULES_SUITE. */
#ifndef BRISK_TESTS_TENSOR_RULES_H
#define BRISK_TESTS_TENSOR_RULES_H

#include "tensor_tools.h"

static bk_tape *tape;

static void open_tape(void) { tape = bk_tape_create(); }
static void close_tape(void) { bk_tape_destroy(tape); }

#define RULES_SUITE(name) TestSuite(name, .init = open_tape, .fini = close_tape)

#define RUN_BOTH(body) \
    do {               \
        body(BK_F32);  \
        body(BK_F64);  \
    } while (0)

static const double three[3] = {0.5, -1.25, 2};

static bk_tensor *leaf(bk_dtype dtype)
{
    bk_tensor *tensor = vector_of(tape, dtype, 3, three);
    must(bk_tensor_require_grad(tensor, true));
    return tensor;
}

static inline double epsilon_of(bk_dtype dtype) { return dtype == BK_F32 ? 0x1p-23 : 0x1p-52; }

/* Overwrites the values, whatever the dtype. */
static inline bk_status write_three(bk_tensor *tensor, double a, double b, double c)
{
    const double wide[3] = {a, b, c};
    const float narrow[3] = {(float)a, (float)b, (float)c};
    return bk_tensor_write(tensor, bk_tensor_dtype(tensor) == BK_F64 ? (const void *)wide : narrow);
}

static inline void expect(const bk_tensor *tensor, double a, double b, double c, double tolerance)
{
    double values[3];
    cr_assert_eq(bk_tensor_size(tensor), 3);
    read_doubles(tensor, values);
    const double wanted[3] = {a, b, c};
    for (int i = 0; i < 3; i++) {
        cr_assert_float_eq(values[i], wanted[i], tolerance, "[%d]: %.17g, not %.17g", i, values[i],
                           wanted[i]);
    }
}

#endif
