/* SPDX-License-Identifier: GPL-3.0-or-later
 * Sorting by the 24 highest bits that differ and a last pass over neighbours, against the C library's sort:
 * values of one bootstrap, ties, and arrays where those bits tell nothing, so that all must be looked at. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "brisk/rng.h"
#include "stats/quantile.h"

#define MOST 20000

static double values[MOST], expected[MOST];

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void check(size_t n, const char *what)
{
    memcpy(expected, values, n * sizeof values[0]);
    qsort(expected, n, sizeof expected[0], by_value);
    cr_assert_eq(bk_sort_values(values, n), BK_OK);
    for (size_t i = 0; i < n; i++) {
        cr_assert_eq(values[i], expected[i], "%s: %zu of %zu", what, i, n);
    }
}

Test(sort, is_that_of_the_c_library)
{
    static const size_t sizes[] = {1, 2, 3, 100, 9999, MOST};
    bk_stream stream = bk_stream_open(1, BK_PURPOSE_USER, 0);
    for (size_t s = 0; s < sizeof sizes / sizeof sizes[0]; s++) {
        const size_t n = sizes[s];
        bk_fill_normal_f64(&stream, values, n);
        check(n, "normal");
        bk_fill_normal_f64(&stream, values, n);
        for (size_t i = 0; i < n; i++) {
            values[i] = 100 + 1e-9 * values[i];
        }
        check(n, "far from zero");
        for (size_t i = 0; i < n; i++) {
            values[i] = (double)(bk_stream_next(&stream) % 20) - 10;
        }
        check(n, "ties");
        for (size_t i = 0; i < n; i++) {
            values[i] = 0.25;
        }
        check(n, "equal");
    }
}

/* One value far away takes the high bits; the others differ below them and come in the worst order. */
Test(sort, looks_at_all_bits_where_the_highest_tell_nothing)
{
    for (size_t i = 0; i < MOST; i++) {
        values[i] = 1 - ldexp((double)i, -50);
    }
    values[MOST / 3] = -1e300;
    check(MOST, "descending");
    bk_stream stream = bk_stream_open(1, BK_PURPOSE_USER, 1);
    for (size_t i = 0; i < MOST; i++) {
        values[i] = 1 + ldexp((double)(bk_stream_next(&stream) >> 40), -50);
    }
    values[5] = INFINITY;
    values[6] = -INFINITY;
    check(MOST, "mixed");
}
