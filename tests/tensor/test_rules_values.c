/* SPDX-License-Identifier: GPL-3.0-or-later
 * Rules 34 to 44, numbered as in the reference: values, kinks and dtypes; and what has no number. */
#include "rules.h"

RULES_SUITE(rules_values);

Test(rules_values, rule_34_sums_and_means_over_an_axis)
{
    const size_t shape[3] = {2, 3, 2};
    double values[12];
    for (int i = 0; i < 12; i++) {
        values[i] = i;
    }
    for (int d = 0; d < 2; d++) {
        bk_tensor *a = tensor_of(tape, both_dtypes[d], 3, shape, values);
        bk_tensor *s = bk_sum_axis(a, -2, true);
        double out[12];
        cr_assert_eq(bk_tensor_rank(s), 3);
        cr_assert_eq(bk_tensor_shape(s)[1], 1);
        read_doubles(s, out);
        const double wanted[4] = {6, 9, 24, 27};
        cr_assert_eq(memcmp(out, wanted, sizeof wanted), 0);
        bk_tensor *m = bk_mean_axis(a, 1, false);
        cr_assert_eq(bk_tensor_rank(m), 2);
        read_doubles(m, out);
        cr_assert_eq(out[3], 9);
        cr_assert_eq(item(bk_mean(a)), 5.5);
        cr_assert_eq(item(bk_sum(a)), 66);
    }
    cr_assert_null(bk_sum_axis(bk_tensor_zeros(tape, BK_F32, 1, shape), 1, false));
    says("has no axis 1");
    const size_t none[2] = {0, 4};
    bk_tensor *empty = bk_tensor_zeros(tape, BK_F64, 2, none);
    must(bk_tensor_require_grad(empty, true));
    bk_tensor *mean = bk_mean(empty);
    const double nan = item(mean);
    cr_assert(nan != nan);
    must(bk_backward(mean, NULL, false));
    cr_assert_eq(bk_tensor_size(bk_tensor_grad(empty)), 0);
    cr_assert_eq(item(bk_sum(empty)), 0);
    cr_assert_null(bk_mean(bk_tensor_scalar(tape, BK_I64, 1)));
    says("i64");
}

Test(rules_values, rule_35_promotion_and_gradients_cast_back)
{
    bk_tensor *narrow = leaf(BK_F32), *wide = leaf(BK_F64);
    bk_tensor *y = bk_mul(narrow, wide);
    cr_assert_eq(bk_tensor_dtype(y), BK_F64);
    must(bk_backward(bk_sum(y), NULL, false));
    cr_assert_eq(bk_tensor_dtype(bk_tensor_grad(narrow)), BK_F32);
    cr_assert_eq(bk_tensor_dtype(bk_tensor_grad(wide)), BK_F64);
    expect(bk_tensor_grad(narrow), 0.5, -1.25, 2, 0);
    cr_assert_eq(bk_tensor_dtype(bk_scale(narrow, 0.1)), BK_F32);
    cr_assert_eq(bk_tensor_dtype(bk_add_constant(narrow, 0.1)), BK_F32);
    cr_assert_null(bk_matmul(narrow, wide));
    cr_assert_eq(bk_error_status(), BK_DTYPE);
    says("f32 [3] times f64 [3]");
    bk_tensor *cast = bk_cast(narrow, BK_F64);
    bk_tensor_zero_grad(narrow, false);
    must(bk_backward(bk_sum(bk_scale(cast, 3)), NULL, false));
    cr_assert_eq(bk_tensor_dtype(bk_tensor_grad(narrow)), BK_F32);
    expect(bk_tensor_grad(narrow), 3, 3, 3, 0);
    cr_assert_null(bk_cast(narrow, BK_I64));
}

Test(rules_values, rule_36_integers)
{
    bk_tensor *seven = bk_tensor_scalar(tape, BK_I64, 7), *two = bk_tensor_scalar(tape, BK_I64, 2);
    cr_assert_eq(bk_tensor_dtype(bk_div(seven, two)), BK_F32);
    cr_assert_eq(item(bk_div(seven, two)), 3.5);
    cr_assert_eq(bk_tensor_dtype(bk_mul(seven, two)), BK_I64);
    cr_assert_eq(item(bk_sub(bk_maximum(seven, two), bk_neg(bk_square(two)))), 11);
    bk_tensor *w = leaf(BK_F64);
    bk_tensor *y = bk_mul(w, seven);
    cr_assert_eq(bk_tensor_dtype(y), BK_F64);
    must(bk_backward(bk_sum(y), NULL, false));
    expect(bk_tensor_grad(w), 7, 7, 7, 0);
    cr_assert_eq(bk_add_in_place(seven, bk_tensor_scalar(tape, BK_F64, 1)), BK_DTYPE);
    cr_assert_eq(bk_div_in_place(seven, two), BK_DTYPE);
    cr_assert_null(bk_matmul(vector_of(tape, BK_F32, 1, three), seven));
    cr_assert_null(bk_tensor_scalar(tape, BK_I64, 0.5));
}

static void rule_37(bk_dtype dtype)
{
    const double values[3] = {-1, 0, 1};
    bk_tensor *w = vector_of(tape, dtype, 3, values);
    must(bk_tensor_require_grad(w, true));
    must(bk_backward(bk_sum(bk_relu(w)), NULL, false));
    expect(bk_tensor_grad(w), 0, 0, 1, 0);
}
Test(rules_values, rule_37_relu_has_slope_0_at_0) { RUN_BOTH(rule_37); }

static void rule_38(bk_dtype dtype)
{
    const double other[3] = {0.5, 0, 3};
    bk_tensor *a = leaf(dtype), *b = vector_of(tape, dtype, 3, other);
    must(bk_tensor_require_grad(b, true));
    must(bk_backward(bk_sum(bk_maximum(a, b)), NULL, false));
    expect(bk_tensor_grad(a), 0.5, 0, 0, 0);
    expect(bk_tensor_grad(b), 0.5, 1, 1, 0);
}
Test(rules_values, rule_38_a_tie_shares_the_gradient) { RUN_BOTH(rule_38); }

/* x, log(sigmoid(x)), its derivative: 17 digits, mpmath. */
static const double log_sigmoid_table[][3] = {{-104, -104, 1},
                                              {-20, -20.000000002061154, .99999999793884638},
                                              {-5, -5.0067153484891181, .99330714907571514},
                                              {-1, -1.3132616875182228, .73105857863000488},
                                              {-0.5, -.97407698418010668, .62245933120185456},
                                              {0, -.69314718055994531, .5},
                                              {0.5, -.47407698418010668, .37754066879814544},
                                              {1, -.31326168751822283, .26894142136999512},
                                              {5, -.0067153484891180686, .0066928509242848556},
                                              {20, -2.0611536203143807e-9, 2.0611536181902036e-9},
                                              {50, -1.9287498479639178e-22, 1.9287498479639178e-22}};

static void rule_41(bk_dtype dtype)
{
    const double tolerance = dtype == BK_F32 ? 4e-7 : 1e-15;
    for (size_t i = 0; i < sizeof log_sigmoid_table / sizeof *log_sigmoid_table; i++) {
        const double *row = log_sigmoid_table[i];
        bk_tensor *x = leaf_scalar(tape, dtype, row[0]);
        bk_tensor *y = bk_log_sigmoid(x);
        must(bk_backward(y, NULL, false));
        cr_assert_float_eq(item(y), row[1], tolerance * -row[1], "x = %g: %.17g", row[0], item(y));
        cr_assert_float_eq(item(bk_tensor_grad(x)), row[2], tolerance * row[2], "x = %g", row[0]);
    }
    const double ends[3] = {-HUGE_VAL, HUGE_VAL, NAN};
    bk_tensor *x = vector_of(tape, dtype, 3, ends);
    must(bk_tensor_require_grad(x, true));
    bk_tensor *y = bk_log_sigmoid(x);
    must(bk_backward(bk_sum(y), NULL, false));
    double value[3], slope[3];
    read_doubles(y, value);
    read_doubles(bk_tensor_grad(x), slope);
    cr_assert(value[0] == -HUGE_VAL && value[1] == 0 && value[2] != value[2]);
    cr_assert(slope[0] == 1 && slope[1] == 0 && slope[2] != slope[2]);
}
Test(rules_values, rule_41_log_sigmoid) { RUN_BOTH(rule_41); }

static void rule_42(bk_dtype dtype)
{
    const double values[] = {-1e4, -800, -100, -1, 0, 1, 100, 800, 1e4};
    enum { COUNT = sizeof values / sizeof *values };
    bk_tensor *(*const functions[])(bk_tensor *) = {bk_sigmoid, bk_tanh, bk_log_sigmoid};
    for (int f = 0; f < 3; f++) {
        bk_tensor *x = vector_of(tape, dtype, COUNT, values);
        must(bk_tensor_require_grad(x, true));
        bk_tensor *y = functions[f](x);
        must(bk_backward(bk_sum(y), NULL, false));
        double out[COUNT], slope[COUNT];
        read_doubles(y, out);
        read_doubles(bk_tensor_grad(x), slope);
        for (int i = 0; i < COUNT; i++) {
            cr_assert(out[i] - out[i] == 0 && slope[i] - slope[i] == 0, "function %d at %g", f, values[i]);
        }
    }
}
Test(rules_values, rule_42_finite_for_all_finite_input) { RUN_BOTH(rule_42); }

static void rule_43(bk_dtype dtype)
{
    bk_tensor *x = bk_tensor_scalar(tape, dtype, NAN), *one = bk_tensor_scalar(tape, dtype, 1);
    bk_tensor *results[] = {bk_add(x, one),    bk_mul(x, one), bk_maximum(x, one), bk_maximum(one, x),
                            bk_relu(x),        bk_exp(x),      bk_log(x),          bk_tanh(x),
                            bk_sigmoid(x),     bk_sum(x),      bk_mean(x),         bk_square(x),
                            bk_log_sigmoid(x), bk_neg(x),      bk_scale(x, 2),     bk_div(one, x)};
    for (size_t i = 0; i < sizeof results / sizeof *results; i++) {
        const double value = item(results[i]);
        cr_assert(value != value, "operation %zu", i);
    }
}
Test(rules_values, rule_43_nan_in_nan_out) { RUN_BOTH(rule_43); }

Test(rules_values, rule_44_views_share_the_version)
{
    const size_t row[2] = {1, 3};
    bk_tensor *w = leaf(BK_F64);
    bk_tensor *y = bk_exp(w);
    bk_tensor *l = bk_sum(y);
    bk_tensor *view = bk_transpose(bk_reshape(y, 2, row));
    cr_assert_eq(bk_add_in_place(view, view), BK_GRAPH); /* recorded changes through a view are refused */
    says("shares its values with a view");
    cr_assert_eq(bk_add_in_place(y, y), BK_GRAPH);
    bk_grad_mode_set(false);
    must(bk_add_in_place(view, view));
    bk_grad_mode_set(true);
    cr_assert_eq(bk_tensor_version(y), 1);
    double values[3];
    read_doubles(y, values);
    cr_assert_float_eq(values[0], 2 * 1.6487212707001282, 1e-14);
    cr_assert_eq(bk_backward(l, NULL, false), BK_STALE);
}

/* ---- What is not numbered ---- */

Test(rules_values, null_propagates_and_keeps_the_first_error)
{
    const size_t two = 2;
    bk_tensor *bad = bk_add(leaf(BK_F32), bk_tensor_zeros(tape, BK_F32, 1, &two));
    cr_assert_null(bad);
    cr_assert_eq(bk_error_status(), BK_SHAPE);
    says("add: shapes [3] and [2] do not broadcast");
    cr_assert_null(bk_mean(bk_neg(bk_matmul(bad, bad))));
    cr_assert_eq(bk_backward(bad, NULL, false), BK_SHAPE);
    cr_assert_eq(bk_add_in_place(bad, bad), BK_SHAPE);
    says("add: shapes [3] and [2]");
    bk_error_clear();
    cr_assert_null(bk_exp(NULL));
    cr_assert_eq(bk_error_status(), BK_INVALID);
}

Test(rules_values, tensors_of_two_tapes)
{
    bk_tape *other = bk_tape_create();
    cr_assert_null(bk_add(leaf(BK_F32), bk_tensor_scalar(other, BK_F32, 1)));
    cr_assert_eq(bk_error_status(), BK_GRAPH);
    says("two tapes");
    bk_tape_destroy(other);
}

Test(rules_values, in_place_needs_an_operand_that_fits)
{
    const size_t shape[2] = {2, 3};
    bk_tensor *a = vector_of(tape, BK_F32, 3, three);
    cr_assert_eq(bk_add_in_place(a, bk_tensor_zeros(tape, BK_F32, 2, shape)), BK_SHAPE);
    says("[2, 3]");
    cr_assert_eq(bk_tensor_version(a), 0);
    bk_tensor *w = bk_neg(leaf(BK_F32));
    cr_assert_eq(bk_mul_in_place(w, w), BK_GRAPH); /* its gradient would need the old value */
    bk_tensor *wide = vector_of(tape, BK_F64, 3, three);
    must(bk_mul_in_place(a, wide)); /* computed in f64, stored in f32 */
    expect(a, 0.25, 1.5625, 4, 0);
}

Test(rules_values, shapes_and_sizes_out_of_range)
{
    const size_t huge[2] = {SIZE_MAX / 2, 4};
    cr_assert_null(bk_tensor_zeros(tape, BK_F32, 2, huge));
    cr_assert_eq(bk_error_status(), BK_OVERFLOW);
    cr_assert_null(bk_tensor_zeros(tape, BK_F32, 5, huge));
    cr_assert_eq(bk_error_status(), BK_SHAPE);
    cr_assert_null(bk_tensor_zeros(tape, BK_U8, 0, NULL));
    cr_assert_eq(bk_error_status(), BK_DTYPE);
    const size_t four = 4;
    cr_assert_null(bk_reshape(leaf(BK_F32), 1, &four));
    says("has 3 elements, which shape [4] does not hold");
    double value;
    cr_assert_eq(bk_tensor_item(leaf(BK_F32), &value), BK_SHAPE);
    const size_t a[2] = {200, 2}, b[2] = {3, 500};
    cr_assert_null(bk_matmul(bk_tensor_zeros(tape, BK_F32, 2, a), bk_tensor_zeros(tape, BK_F32, 2, b)));
    says("[200, 2] and [3, 500] do not fit: 2 columns against 3 rows");
}
