/* SPDX-License-Identifier: GPL-3.0-or-later
 * Rules 34 to 36 and 41 to 44, numbered as in the reference: values and dtypes; and what has no number. */
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
    bk_tensor *whole = bk_cast(narrow, BK_I64); /* leaves the graph */
    cr_assert(bk_tensor_dtype(whole) == BK_I64 && !bk_tensor_requires_grad(whole));
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

static bk_tensor *soft(bk_tensor *x) { return bk_softmax(x, 0); }
static bk_tensor *log_soft(bk_tensor *x) { return bk_log_softmax(x, 0); }
static bk_tensor *log_sum_exp(bk_tensor *x) { return bk_logsumexp(x, 0, true); }

static void rule_42(bk_dtype dtype)
{
    const double values[] = {-1e4, -800, -100, -1, 0, 1, 100, 800, 1e4};
    enum { COUNT = sizeof values / sizeof *values };
    bk_tensor *(*const functions[])(bk_tensor *) = {bk_sigmoid, bk_tanh,  bk_log_sigmoid, bk_softplus,
                                                    soft,       log_soft, log_sum_exp};
    for (int f = 0; f < 7; f++) {
        bk_tensor *x = vector_of(tape, dtype, COUNT, values);
        must(bk_tensor_require_grad(x, true));
        bk_tensor *y = functions[f](x);
        must(bk_backward(bk_sum(y), NULL, false));
        double out[COUNT], slope[COUNT];
        read_doubles(y, out);
        read_doubles(bk_tensor_grad(x), slope);
        for (int i = 0; i < COUNT; i++) {
            out[i] = bk_tensor_size(y) == 1 ? out[0] : out[i];
            cr_assert(out[i] - out[i] == 0 && slope[i] - slope[i] == 0, "function %d at %g", f, values[i]);
        }
    }
}
Test(rules_values, rule_42_finite_for_all_finite_input) { RUN_BOTH(rule_42); }

static void expect_nan(size_t count, bk_tensor *const *results)
{
    for (size_t i = 0; i < count; i++) {
        double values[2];
        read_doubles(results[i], values);
        cr_assert(values[0] != values[0], "operation %zu", i);
    }
}

static void rule_43(bk_dtype dtype)
{
    const double low = -1, high = 1;
    bk_tensor *x = bk_tensor_scalar(tape, dtype, NAN), *one = bk_tensor_scalar(tape, dtype, 1);
    bk_tensor *of_one[] = {bk_relu(x),
                           bk_exp(x),
                           bk_log(x),
                           bk_tanh(x),
                           bk_sigmoid(x),
                           bk_sum(x),
                           bk_mean(x),
                           bk_square(x),
                           bk_log_sigmoid(x),
                           bk_neg(x),
                           bk_scale(x, 2),
                           bk_add_constant(x, 2),
                           bk_sqrt(x),
                           bk_log1p(x),
                           bk_abs(x),
                           bk_sign(x),
                           bk_sin(x),
                           bk_cos(x),
                           bk_softplus(x),
                           bk_pow_constant(x, 3),
                           bk_clamp(x, &low, &high)};
    expect_nan(sizeof of_one / sizeof *of_one, of_one);
    bk_tensor *of_two[] = {bk_add(x, one),     bk_sub(one, x),     bk_mul(x, one),
                           bk_div(one, x),     bk_maximum(x, one), bk_maximum(one, x),
                           bk_minimum(x, one), bk_minimum(one, x), bk_pow(x, one)};
    expect_nan(sizeof of_two / sizeof *of_two, of_two);
    const double pair[2] = {1, NAN};
    bk_tensor *v = vector_of(tape, dtype, 2, pair);
    bk_tensor *of_many[] = {bk_sum(v),
                            bk_mean(v),
                            bk_max(v),
                            bk_min(v),
                            bk_max_axis(v, 0, false, NULL),
                            bk_min_axis(v, 0, false, NULL),
                            bk_logsumexp(v, 0, false),
                            bk_softmax(v, 0),
                            bk_log_softmax(v, 0),
                            bk_matmul(v, v)};
    expect_nan(sizeof of_many / sizeof *of_many, of_many);
    bk_tensor *comparisons[] = {bk_equal(x, x), bk_less(x, one), bk_less_equal(x, x), bk_greater(x, one),
                                bk_greater_equal(x, x)};
    for (size_t i = 0; i < sizeof comparisons / sizeof *comparisons; i++) {
        cr_assert_eq(item(comparisons[i]), 0);
    }
    cr_assert_eq(item(bk_not_equal(x, x)), 1);
}
Test(rules_values, rule_43_nan_in_nan_out) { RUN_BOTH(rule_43); }

/* The branch not taken has no share: not its NaN, not its infinite slope. What happened before where can. */
static void rule_43_where(bk_dtype dtype)
{
    const int64_t mask[3] = {1, 0, -5};
    const size_t count = 3;
    bk_tensor *condition = bk_tensor_from(tape, BK_I64, 1, &count, mask);
    const double poisoned[3] = {HUGE_VAL, NAN, -HUGE_VAL};
    bk_tensor *w = leaf(dtype), *other = vector_of(tape, dtype, 3, poisoned);
    must(bk_tensor_require_grad(other, true));
    const double seed_values[3] = {3, HUGE_VAL, 5};
    bk_tensor *y = bk_where(condition, w, other), *seed = vector_of(tape, dtype, 3, seed_values);
    must(bk_backward(y, seed, false));
    expect(bk_tensor_grad(w), 3, 0, 5, 0);
    double slope[3];
    read_doubles(bk_tensor_grad(other), slope);
    cr_assert(slope[0] == 0 && slope[1] == HUGE_VAL && slope[2] == 0);
    /* sqrt(0) has slope infinity, and 0 times it is NaN, although where took the other branch. */
    bk_tensor *zero = bk_tensor_zeros(tape, dtype, 1, &count);
    must(bk_tensor_require_grad(zero, true));
    must(bk_backward(bk_sum(bk_where(condition, bk_scale(zero, 2), bk_sqrt(zero))), NULL, false));
    read_doubles(bk_tensor_grad(zero), slope);
    cr_assert(isnan(slope[0]) && slope[1] == HUGE_VAL && isnan(slope[2]));
}
Test(rules_values, rule_43_where_lets_no_nan_through) { RUN_BOTH(rule_43_where); }

static void rule_44(bk_dtype dtype)
{
    const size_t row[2] = {1, 3};
    bk_tensor *w = leaf(dtype);
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
    cr_assert_float_eq(values[0], 2 * 1.6487212707001282, 8 * epsilon_of(dtype));
    cr_assert_eq(bk_backward(l, NULL, false), BK_STALE);
}
Test(rules_values, rule_44_views_share_the_version) { RUN_BOTH(rule_44); }

/* A change through the base is seen by whatever was saved of a view, and the other way round; each view of
 * a view has the version too. */
static void rule_44_every_view(bk_dtype dtype)
{
    const size_t row[2] = {1, 3}, wide[2] = {2, 3};
    const int order[2] = {1, 0};
    for (int kind = 0; kind < 7; kind++) {
        bk_tensor *base = vector_of(tape, dtype, 3, three);
        bk_tensor *m = bk_reshape(base, 2, row);
        bk_tensor *views[7] = {m,
                               bk_transpose(m),
                               bk_permute(m, 2, order),
                               bk_slice(base, 0, 0, 2, 1),
                               bk_select(m, 1, 1),
                               bk_expand(base, 2, wide),
                               bk_slice(bk_transpose(m), 0, 0, BK_TO_END, 2)};
        bk_tensor *w = leaf_scalar(tape, dtype, 2);
        bk_tensor *l = bk_sum(bk_mul(w, views[kind])); /* saves the view */
        must(bk_mul_in_place(base, bk_tensor_scalar(tape, dtype, 3)));
        cr_assert_eq(bk_tensor_version(views[kind]), 1);
        cr_assert_eq(bk_backward(l, NULL, false), BK_STALE, "view %d", kind);
        says("version 1, expected version 0");
        if (kind != 5) {
            must(bk_mul_in_place(views[kind], bk_tensor_scalar(tape, dtype, 0)));
            double values[3];
            read_doubles(base, values);
            cr_assert_eq(bk_tensor_version(base), 2);
            cr_assert(values[0] == 0 || kind == 4);
            cr_assert(values[1] == 0 || kind == 6);
        }
    }
}
Test(rules_values, rule_44_every_view_of_views) { RUN_BOTH(rule_44_every_view); }

/* target[i] OP operand[i] for operands that lie in the same memory, from copies made before. */
static void expect_from_copies(int operation, bk_tensor *target, bk_tensor *operand)
{
    double before[24], other[24], after[24];
    const size_t size = bk_tensor_size(target);
    read_doubles(target, before);
    read_doubles(operand, other);
    switch (operation) {
    case 0:
        must(bk_add_in_place(target, operand));
        break;
    case 1:
        must(bk_mul_in_place(target, operand));
        break;
    case 2:
        must(bk_copy_in_place(target, operand));
        break;
    default:
        must(bk_add_scaled_in_place(target, operand, 2));
        break;
    }
    read_doubles(target, after);
    for (size_t i = 0; i < size; i++) {
        const double wanted[4] = {before[i] + other[i], before[i] * other[i], other[i],
                                  before[i] + 2 * other[i]};
        cr_assert_eq(after[i], wanted[operation], "operation %d, [%zu]: %g, not %g", operation, i, after[i],
                     wanted[operation]);
    }
}

/* Two windows on the same values that overlap: the operand is what it was before the change. */
static void rule_44_overlap(bk_dtype dtype)
{
    const size_t square[2] = {4, 6};
    double values[24];
    for (int i = 0; i < 24; i++) {
        values[i] = (i * 7) % 24 - 11; /* whole numbers: exact */
    }
    bk_grad_mode_set(false);
    for (int operation = 0; operation < 4; operation++) {
        bk_tensor *line = vector_of(tape, dtype, 24, values);
        expect_from_copies(operation, bk_slice(line, 0, 1, 24, 1), bk_slice(line, 0, 0, 23, 1));
        line = vector_of(tape, dtype, 24, values);
        expect_from_copies(operation, bk_slice(line, 0, 0, 23, 1), bk_slice(line, 0, 1, 24, 1));
        line = vector_of(tape, dtype, 24, values);
        expect_from_copies(operation, bk_slice(line, 0, 0, 24, 2), bk_slice(line, 0, 0, 12, 1));
        bk_tensor *m = tensor_of(tape, dtype, 2, square, values);
        bk_tensor *corner = bk_slice(m, 1, 0, 4, 1);
        expect_from_copies(operation, corner, bk_transpose(corner));
        m = tensor_of(tape, dtype, 2, square, values);
        expect_from_copies(operation, bk_slice(m, 1, 1, 5, 1), bk_transpose(bk_slice(m, 1, 0, 4, 1)));
    }
    bk_grad_mode_set(true);
}
Test(rules_values, rule_44_windows_that_overlap) { RUN_BOTH(rule_44_overlap); }

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
