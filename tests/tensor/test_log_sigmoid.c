/* SPDX-License-Identifier: GPL-3.0-or-later
 * log(sigmoid(x)) and its slope: the table to 1 ulp, no NaN and no jump in [-1e4, 1e4], the ends. */
#include <stdio.h>

#include "tensor_tools.h"

static bk_tape *tape;

static void open_tape(void) { tape = bk_tape_create(); }
static void close_tape(void) { bk_tape_destroy(tape); }

TestSuite(log_sigmoid, .init = open_tape, .fini = close_tape);

enum { MOST = 4096 };

/* Values and slopes of count points. */
static void evaluate(bk_dtype dtype, size_t count, const double *x, double *value, double *slope)
{
    const bk_scope scope = bk_scope_open(tape);
    bk_tensor *leaf = vector_of(tape, dtype, count, x);
    must(bk_tensor_require_grad(leaf, true));
    bk_tensor *y = bk_log_sigmoid(leaf);
    must(bk_backward(bk_sum(y), NULL, false));
    read_doubles(y, value);
    read_doubles(bk_tensor_grad(leaf), slope);
    bk_scope_close(scope);
}

static double ulps(double x, double wanted)
{
    const double ulp = nextafter(fabs(wanted), HUGE_VAL) - fabs(wanted);
    return x == wanted ? 0 : fabs(x - wanted) / ulp;
}

/* The first lines are the table. The slope elsewhere has the error bound of the kernel behind it. */
Test(log_sigmoid, table_to_1_ulp)
{
    static double x[MOST], value[MOST], slope[MOST], wanted[MOST], wanted_slope[MOST];
    FILE *file = fopen(BRISK_TEST_DATA "/tensor_log_sigmoid.txt", "r");
    cr_assert_not_null(file);
    size_t count = 0;
    while (count < MOST &&
           fscanf(file, "%la %la %la", &x[count], &wanted[count], &wanted_slope[count]) == 3) {
        count++;
    }
    fclose(file);
    cr_assert_eq(count, 825);
    evaluate(BK_F64, count, x, value, slope);
    for (size_t i = 0; i < count; i++) {
        const double most = i < 11 ? 1 : 2;
        cr_assert_leq(ulps(value[i], wanted[i]), 1, "value at %a: %a, not %a", x[i], value[i], wanted[i]);
        cr_assert_leq(ulps(slope[i], wanted_slope[i]), most, "slope at %a: %a, not %a", x[i], slope[i],
                      wanted_slope[i]);
    }
}

/* f32 near its ends: exact where exp(-x) is subnormal, so that nothing was flushed to zero. */
Test(log_sigmoid, subnormal_values_of_f32)
{
    const double x[5] = {88, 95.5, 100, 103, 105};
    double value[5], slope[5];
    evaluate(BK_F32, 5, x, value, slope);
    for (int i = 0; i < 5; i++) {
        const double wanted = exp(-x[i]); /* log1p(z) = z and z / (1 + z) = z for so small a z */
        cr_assert_float_eq(value[i], -wanted, 0x1p-149 * 0.75, "%g: %a", x[i], value[i]);
        cr_assert_float_eq(slope[i], wanted, 0x1p-149 * 0.75, "%g: %a", x[i], slope[i]);
    }
    cr_assert(value[3] < 0 && slope[3] > 0 && value[4] == 0 && slope[4] == 0);
}

/* Everywhere: finite, value at most 0, slope in [0, 1], neither ever turns back by more than an ulp. */
static void sweep(bk_dtype dtype, double from, double to, size_t blocks)
{
    static double x[MOST], value[MOST], slope[MOST];
    const double epsilon = dtype == BK_F32 ? 0x1p-23 : 0x1p-52;
    double last = -HUGE_VAL, last_slope = 2;
    for (size_t b = 0; b < blocks; b++) {
        for (size_t i = 0; i < MOST; i++) {
            x[i] = from + (to - from) * (double)(b * MOST + i) / (double)(blocks * MOST - 1);
        }
        evaluate(dtype, MOST, x, value, slope);
        for (size_t i = 0; i < MOST; i++) {
            cr_assert(value[i] <= 0 && value[i] > -HUGE_VAL && slope[i] >= 0 && slope[i] <= 1,
                      "%s at %.17g: value %g, slope %g", bk_dtype_name(dtype), x[i], value[i], slope[i]);
            cr_assert(value[i] >= last - 2 * epsilon * fabs(last), "value turns back at %.17g", x[i]);
            cr_assert(slope[i] <= last_slope * (1 + 2 * epsilon), "slope turns back at %.17g", x[i]);
            last = value[i];
            last_slope = slope[i];
        }
    }
}

Test(log_sigmoid, no_nan_anywhere)
{
    for (int d = 0; d < 2; d++) {
        sweep(both_dtypes[d], -1e4, 1e4, 300);
        sweep(both_dtypes[d], -800, 800, 150);
        sweep(both_dtypes[d], -40, 40, 150);
        sweep(both_dtypes[d], -1e-3, 1e-3, 20);
    }
}

Test(log_sigmoid, zeros_infinities_nan_and_the_largest_numbers)
{
    const double x[8] = {0.0, -0.0, HUGE_VAL, -HUGE_VAL, NAN, 3e38, -3e38, -0x1p-149};
    for (int d = 0; d < 2; d++) {
        double value[8], slope[8];
        evaluate(both_dtypes[d], 8, x, value, slope);
        const double log_2 = both_dtypes[d] == BK_F32 ? (double)0.693147180559945309f : 0.693147180559945309;
        for (int i = 0; i < 2; i++) {
            cr_assert(value[i] == -log_2 && slope[i] == 0.5);
        }
        cr_assert(value[2] == 0 && slope[2] == 0);
        cr_assert(value[3] == -HUGE_VAL && slope[3] == 1);
        cr_assert(value[4] != value[4] && slope[4] != slope[4]);
        cr_assert(value[5] == 0 && slope[5] == 0);
        cr_assert(value[6] == (both_dtypes[d] == BK_F32 ? (double)-3e38f : -3e38) && slope[6] == 1);
        cr_assert(value[7] == -log_2 && slope[7] == 0.5);
    }
}
