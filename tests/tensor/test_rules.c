/* SPDX-License-Identifier: GPL-3.0-or-later
 * The rules of the graph, numbered as in the reference. Each makes its tape and, where it has a sense,
 * runs in both dtypes. */
#include "tensor_tools.h"

static bk_tape *tape;

static void open_tape(void) { tape = bk_tape_create(); }
static void close_tape(void) { bk_tape_destroy(tape); }

TestSuite(rules, .init = open_tape, .fini = close_tape);

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

static void expect(const bk_tensor *tensor, double a, double b, double c, double tolerance)
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

Test(rules, rule_01_only_floating_tensors_require_grad)
{
    bk_tensor *w = bk_tensor_scalar(tape, BK_I64, 1);
    cr_assert_eq(bk_tensor_require_grad(w, true), BK_DTYPE);
    says("only floating tensors can require gradients; this one is i64");
    cr_assert_not(bk_tensor_requires_grad(w));
}

static void rule_02(bk_dtype dtype)
{
    bk_tensor *a = vector_of(tape, dtype, 3, three);
    cr_assert_not(bk_tensor_requires_grad(a));
    cr_assert_not(bk_tensor_requires_grad(bk_add(a, a)));
    bk_tensor *w = leaf(dtype);
    cr_assert(bk_tensor_requires_grad(bk_add(a, w)));
    const bool before = bk_grad_mode_set(false);
    cr_assert_not(bk_tensor_requires_grad(bk_add(a, w)));
    bk_grad_mode_set(before);
}
Test(rules, rule_02_output_requires_grad_if_an_input_does) { RUN_BOTH(rule_02); }

Test(rules, rule_03_leaf_has_no_grad_fn)
{
    bk_tensor *w = leaf(BK_F32);
    cr_assert(bk_tensor_is_leaf(w));
    cr_assert_null(bk_tensor_grad_fn(w));
    cr_assert_not(bk_tensor_is_leaf(bk_neg(w)));
}

Test(rules, rule_04_requires_grad_switches_on_leaves_only)
{
    bk_tensor *w = leaf(BK_F64);
    bk_tensor *y = bk_exp(w);
    cr_assert_eq(bk_tensor_require_grad(y, false), BK_GRAPH);
    says("leaves only");
    must(bk_tensor_require_grad(y, true));
    must(bk_tensor_require_grad(w, false));
}

Test(rules, rule_05_nothing_recorded_where_no_input_needs_grad)
{
    bk_tensor *a = vector_of(tape, BK_F64, 3, three);
    const size_t before = bk_tape_live_tensors(tape);
    bk_tensor *y = bk_exp(bk_mul(a, a));
    cr_assert_null(bk_tensor_grad_fn(y));
    cr_assert_eq(bk_tape_live_tensors(tape), before + 2); /* two results, nothing saved */
}

Test(rules, rule_06_grad_fn_names)
{
    bk_tensor *w = leaf(BK_F32);
    const size_t row[2] = {1, 3};
    const struct {
        bk_tensor *tensor;
        const char *name;
    } rows[] = {{bk_add(w, w), "Add"},
                {bk_sub(w, w), "Sub"},
                {bk_mul(w, w), "Mul"},
                {bk_div(w, w), "Div"},
                {bk_neg(w), "Neg"},
                {bk_square(w), "Square"},
                {bk_exp(w), "Exp"},
                {bk_log(w), "Log"},
                {bk_tanh(w), "Tanh"},
                {bk_relu(w), "Relu"},
                {bk_sigmoid(w), "Sigmoid"},
                {bk_log_sigmoid(w), "LogSigmoid"},
                {bk_maximum(w, w), "Max"},
                {bk_matmul(w, w), "MatMul"},
                {bk_sum(w), "Sum"},
                {bk_mean(w), "Mean"},
                {bk_sum_axis(w, 0, false), "Sum"},
                {bk_mean_axis(w, 0, false), "Mean"},
                {bk_reshape(w, 2, row), "Reshape"},
                {bk_transpose(w), "Transpose"},
                {bk_cast(w, BK_F64), "Cast"},
                {bk_scale(w, 2), "Scale"},
                {bk_add_constant(w, 2), "AddConstant"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        cr_assert_str_eq(bk_tensor_grad_fn(rows[i].tensor), rows[i].name);
    }
}

static void rule_07(bk_dtype dtype)
{
    bk_tensor *w = leaf(dtype);
    bk_tensor *y = bk_exp(w);
    bk_tensor *l = bk_sum(y);
    must(bk_add_in_place(y, bk_tensor_scalar(tape, dtype, 1)));
    must(bk_add_in_place(y, bk_tensor_scalar(tape, dtype, 1)));
    cr_assert_eq(bk_backward(l, NULL, false), BK_STALE);
    says("exp saved its output [3], which is at version 2, expected version 0: it was changed in place");
    cr_assert_null(bk_tensor_grad(w)); /* a failed pass leaves no gradient */
}
Test(rules, rule_07_stale_saved_value) { RUN_BOTH(rule_07); }

Test(rules, rule_08_each_in_place_operation_bumps_the_version_once)
{
    bk_tensor *a = vector_of(tape, BK_F32, 3, three);
    bk_tensor *two = bk_tensor_scalar(tape, BK_F32, 2);
    const float values[3] = {1, 2, 3};
    must(bk_add_in_place(a, two));
    must(bk_sub_in_place(a, two));
    must(bk_mul_in_place(a, two));
    bk_grad_mode_set(false);
    must(bk_div_in_place(a, two));
    must(bk_relu_in_place(a));
    must(bk_add_scaled_in_place(a, two, 3));
    must(bk_tensor_write(a, values));
    cr_assert_eq(bk_tensor_version(a), 7);
    expect(a, 1, 2, 3, 0);
}

static void rule_09(bk_dtype dtype)
{
    bk_tensor *w = leaf(dtype);
    bk_tensor *y = bk_scale(w, 2);
    bk_tensor *c = vector_of(tape, dtype, 3, three);
    const size_t before = bk_tape_live_tensors(tape);
    bk_tensor *l = bk_sum(bk_add(y, c));
    cr_assert_eq(bk_tape_live_tensors(tape), before + 2); /* add and sum save nothing */
    must(bk_add_in_place(y, c));                          /* so this is legal */
    must(bk_backward(l, NULL, false));
    expect(bk_tensor_grad(w), 2, 2, 2, 0);
    /* mul saves the constant alone: changing w's side is legal, changing the constant is not. */
    bk_tensor_zero_grad(w, false);
    bk_tensor *z = bk_scale(w, 1);
    l = bk_sum(bk_mul(z, c));
    must(bk_add_in_place(z, c));
    must(bk_backward(l, NULL, true));
    expect(bk_tensor_grad(w), 0.5, -1.25, 2, 0);
    must(bk_add_in_place(c, c));
    cr_assert_eq(bk_backward(l, NULL, true), BK_STALE);
    says("mul saved its second input [3]");
}
Test(rules, rule_09_operations_save_only_what_they_need) { RUN_BOTH(rule_09); }

Test(rules, rule_10_in_place_on_a_leaf_in_grad_mode)
{
    bk_tensor *w = bk_tensor_name(leaf(BK_F32), "w");
    const float values[3] = {0};
    cr_assert_eq(bk_add_in_place(w, w), BK_GRAPH);
    says("w (f32 [3]) is a leaf that requires a gradient");
    cr_assert_eq(bk_relu_in_place(w), BK_GRAPH);
    cr_assert_eq(bk_add_scaled_in_place(w, w, 1), BK_GRAPH);
    cr_assert_eq(bk_tensor_write(w, values), BK_GRAPH);
    expect(w, three[0], three[1], three[2], 0);
    cr_assert_eq(bk_tensor_version(w), 0);
}

Test(rules, rule_11_in_place_on_a_leaf_without_grad_mode)
{
    bk_tensor *w = leaf(BK_F64);
    bk_grad_mode_set(false);
    must(bk_sub_in_place(w, bk_tensor_scalar(tape, BK_F64, 1)));
    bk_grad_mode_set(true);
    expect(w, -0.5, -2.25, 1, 0);
    cr_assert(bk_tensor_is_leaf(w));
    cr_assert(bk_tensor_requires_grad(w));
}

static void rule_12(bk_dtype dtype)
{
    bk_tensor *w = leaf(dtype);
    bk_tensor *y = bk_scale(w, 3);
    bk_tensor *early = bk_sum(bk_neg(y));
    must(bk_mul_in_place(y, bk_tensor_scalar(tape, dtype, 5)));
    cr_assert_str_eq(bk_tensor_grad_fn(y), "Mul");
    must(bk_backward(bk_sum(y), NULL, true));
    expect(bk_tensor_grad(w), 15, 15, 15, 0);
    bk_tensor_zero_grad(w, false);
    must(bk_backward(early, NULL, false)); /* still leads to the node before the change */
    expect(bk_tensor_grad(w), -3, -3, -3, 0);
    /* Both operands with gradient: the value before the change is what the derivative needs. */
    bk_tensor *v = leaf(dtype);
    bk_tensor_zero_grad(w, false);
    bk_tensor *z = bk_scale(w, 2);
    must(bk_mul_in_place(z, v));
    must(bk_backward(bk_sum(z), NULL, false));
    expect(bk_tensor_grad(v), 1, -2.5, 4, 0);
    expect(bk_tensor_grad(w), 1, -2.5, 4, 0);
    /* A constant becomes part of the graph. */
    bk_tensor *c = vector_of(tape, dtype, 3, three);
    bk_tensor_zero_grad(v, false);
    must(bk_add_scaled_in_place(c, v, 4));
    cr_assert_str_eq(bk_tensor_grad_fn(c), "AddScaled");
    must(bk_backward(bk_sum(c), NULL, false));
    expect(bk_tensor_grad(v), 4, 4, 4, 0);
}
Test(rules, rule_12_in_place_rewires_a_non_leaf) { RUN_BOTH(rule_12); }

Test(rules, rule_12_relu_and_write_in_place)
{
    bk_tensor *w = leaf(BK_F64);
    bk_tensor *y = bk_scale(w, 3);
    must(bk_relu_in_place(y));
    must(bk_backward(bk_sum(y), NULL, false));
    expect(bk_tensor_grad(w), 3, 0, 3, 0);
    bk_tensor *z = bk_scale(w, 3);
    must(bk_tensor_write(z, three));
    bk_tensor_zero_grad(w, false);
    must(bk_backward(bk_sum(z), NULL, false));
    cr_assert_null(bk_tensor_grad(w)); /* the new values depend on nothing */
}

Test(rules, rule_13_detach_shares_storage_and_version)
{
    bk_tensor *w = leaf(BK_F64);
    bk_tensor *y = bk_exp(w);
    bk_tensor *l = bk_sum(y);
    bk_tensor *alias = bk_detach(y);
    cr_assert_not(bk_tensor_requires_grad(alias));
    must(bk_add_in_place(alias, bk_tensor_scalar(tape, BK_F64, 1)));
    cr_assert_eq(bk_tensor_version(y), 1);
    double values[3], seen[3];
    read_doubles(alias, values);
    read_doubles(y, seen);
    cr_assert_eq(memcmp(values, seen, sizeof values), 0);
    cr_assert_eq(bk_backward(l, NULL, false), BK_STALE);
}

Test(rules, rule_15_grad_mode_nests_and_scopes_restore_it)
{
    cr_assert(bk_grad_mode());
    bk_scope outer = bk_scope_open(tape);
    bk_grad_mode_set(false);
    bk_scope inner = bk_scope_open(tape);
    bk_grad_mode_set(true);
    bk_scope_close(inner);
    cr_assert_not(bk_grad_mode());
    bk_scope_close(outer);
    cr_assert(bk_grad_mode());
}

Test(rules, rule_16_backward_from_one_element_only)
{
    bk_tensor *w = leaf(BK_F32);
    cr_assert_eq(bk_backward(bk_neg(w), NULL, false), BK_SHAPE);
    says("a gradient can be started implicitly only from one element");
    bk_tensor *gradient;
    bk_tensor *y = bk_neg(w);
    cr_assert_eq(bk_grad(y, 1, &w, &gradient, false, false), BK_SHAPE);
}

static void rule_17(bk_dtype dtype)
{
    bk_tensor *w = leaf(dtype);
    bk_tensor *y = bk_scale(w, 2);
    bk_tensor *scalar = bk_tensor_scalar(tape, dtype, 1);
    cr_assert_eq(bk_backward(y, scalar, false), BK_SHAPE);
    says("the seed");
    bk_tensor *other = vector_of(tape, dtype == BK_F32 ? BK_F64 : BK_F32, 3, three);
    cr_assert_eq(bk_backward(y, other, false), BK_DTYPE);
    bk_tensor *seed = vector_of(tape, dtype, 3, three);
    must(bk_backward(y, seed, false));
    expect(bk_tensor_grad(w), 1, -2.5, 4, 0);
    expect(seed, 0.5, -1.25, 2, 0); /* untouched */
}
Test(rules, rule_17_seed_has_shape_and_dtype_of_the_output) { RUN_BOTH(rule_17); }

Test(rules, rule_18_backward_without_history)
{
    bk_tensor *a = bk_tensor_scalar(tape, BK_F32, 1);
    cr_assert_eq(bk_backward(bk_neg(a), NULL, false), BK_GRAPH);
    says("does not require a gradient and has no grad_fn");
}

static void rule_19(bk_dtype dtype)
{
    bk_tensor *w = leaf(dtype);
    cr_assert_null(bk_tensor_grad(w));
    for (int k = 1; k <= 3; k++) {
        must(bk_backward(bk_sum(bk_scale(w, 2)), NULL, false));
        expect(bk_tensor_grad(w), 2 * k, 2 * k, 2 * k, 0);
    }
}
Test(rules, rule_19_leaves_accumulate) { RUN_BOTH(rule_19); }

Test(rules, rule_20_zero_grad_in_two_modes)
{
    bk_tensor *w = leaf(BK_F64);
    bk_tensor_zero_grad(w, true);
    cr_assert_null(bk_tensor_grad(w)); /* never reached: still none */
    must(bk_backward(bk_sum(w), NULL, false));
    bk_tensor_zero_grad(w, true);
    expect(bk_tensor_grad(w), 0, 0, 0, 0);
    bk_tensor_zero_grad(w, false);
    cr_assert_null(bk_tensor_grad(w));
}

Test(rules, rule_21_gradient_of_a_non_leaf_on_request)
{
    bk_tensor *w = leaf(BK_F64);
    bk_tensor *y = bk_scale(w, 2);
    bk_tensor *l = bk_sum(bk_square(y));
    must(bk_backward(l, NULL, true));
    cr_assert_null(bk_tensor_grad(y));
    says("call bk_tensor_retain_grad before");
    must(bk_tensor_retain_grad(y));
    must(bk_backward(l, NULL, false));
    expect(bk_tensor_grad(y), 2, -5, 8, 0);
}

static void rule_22(bk_dtype dtype)
{
    bk_tensor *w = leaf(dtype), *v = leaf(dtype);
    bk_tensor *y = bk_scale(w, 2);
    must(bk_tensor_retain_grad(y));
    bk_tensor *inputs[3] = {y, w, v}, *gradients[3];
    must(bk_grad(bk_sum(bk_mul(y, v)), 3, inputs, gradients, false, false));
    expect(gradients[0], 0.5, -1.25, 2, 0);
    expect(gradients[1], 1, -2.5, 4, 0);
    expect(gradients[2], 1, -2.5, 4, 0);
    cr_assert_null(bk_tensor_grad(w));
    cr_assert_null(bk_tensor_grad(v));
    cr_assert_null(bk_tensor_grad(y));
}
Test(rules, rule_22_grad_touches_no_accumulated_gradient) { RUN_BOTH(rule_22); }

/* What does not lead to the inputs is neither run nor freed. */
Test(rules, rule_22_grad_runs_only_what_it_needs)
{
    bk_tensor *w = leaf(BK_F64);
    bk_tensor *e = bk_exp(w);
    bk_tensor *y = bk_scale(e, 2);
    bk_tensor *l = bk_sum(y);
    must(bk_add_in_place(e, e));
    bk_tensor *gradient;
    must(bk_grad(l, 1, &y, &gradient, false, false)); /* the stale exp is not on the way */
    expect(gradient, 1, 1, 1, 0);
}

Test(rules, rule_23_unreached_input)
{
    bk_tensor *w = leaf(BK_F32), *v = bk_tensor_name(leaf(BK_F32), "v");
    bk_tensor *l = bk_sum(w);
    bk_tensor *inputs[2] = {w, v}, *gradients[2] = {l, l};
    cr_assert_eq(bk_grad(l, 2, inputs, gradients, true, false), BK_GRAPH);
    says("does not depend on input 1, v (f32 [3])");
    cr_assert_eq(gradients[0], l); /* untouched */
    must(bk_grad(l, 2, inputs, gradients, false, true));
    expect(gradients[0], 1, 1, 1, 0);
    cr_assert_null(gradients[1]);
}

static void rule_24(bk_dtype dtype)
{
    bk_tensor *w = leaf(dtype);
    bk_tensor *l = bk_sum(bk_exp(w));
    must(bk_backward(l, NULL, false));
    cr_assert_eq(bk_backward(l, NULL, false), BK_GRAPH);
    says("backward through the graph a second time (saved values were freed): pass retain_graph");
    bk_tensor_zero_grad(w, false);
    cr_assert_null(bk_tensor_grad(w));
}
Test(rules, rule_24_second_backward) { RUN_BOTH(rule_24); }

Test(rules, rule_25_retain_graph_gives_twice_the_gradient)
{
    bk_tensor *w = leaf(BK_F64);
    bk_tensor *l = bk_sum(bk_tanh(w));
    double once[3], twice[3];
    must(bk_backward(l, NULL, true));
    read_doubles(bk_tensor_grad(w), once);
    must(bk_backward(l, NULL, false));
    read_doubles(bk_tensor_grad(w), twice);
    for (int i = 0; i < 3; i++) {
        cr_assert_eq(twice[i], 2 * once[i]);
    }
}

Test(rules, rule_26_graphs_that_saved_nothing_are_freed_too)
{
    bk_tensor *w = leaf(BK_F64);
    bk_tensor *l = bk_sum(bk_add(w, w));
    must(bk_backward(l, NULL, false));
    cr_assert_eq(bk_backward(l, NULL, false), BK_GRAPH);
}

static void rule_27(bk_dtype dtype)
{
    bk_tensor *w = leaf(dtype);
    bk_tensor *y = bk_scale(w, 2); /* a diamond over y, itself used four times */
    bk_tensor *l = bk_sum(bk_add(bk_mul(y, y), bk_add(y, y)));
    must(bk_backward(l, NULL, false));
    expect(bk_tensor_grad(w), 8 * 0.5 + 4, 8 * -1.25 + 4, 8 * 2 + 4, 0);
}
Test(rules, rule_27_uses_add_up_and_a_node_runs_once) { RUN_BOTH(rule_27); }

Test(rules, rule_29_released_handles_change_nothing)
{
    bk_tensor *w = leaf(BK_F64);
    const size_t before = bk_tape_live_tensors(tape);
    bk_tensor *e = bk_exp(w), *y = bk_mul(e, e), *l = bk_sum(y);
    bk_tensor_release(e);
    bk_tensor_release(y);
    must(bk_backward(l, NULL, false));
    double values[3];
    read_doubles(bk_tensor_grad(w), values);
    cr_assert_float_eq(values[1], 2 * 0.0820849986238988, 1e-15); /* 2 exp(2 w) */
    bk_tensor_release(l);
    bk_tensor_zero_grad(w, false);
    cr_assert_eq(bk_tape_live_tensors(tape), before);
    /* A leaf whose handle is gone receives its gradient all the same. */
    bk_tensor *v = leaf(BK_F64);
    l = bk_sum(bk_mul(w, v));
    bk_tensor_release(v);
    must(bk_backward(l, NULL, false));
    expect(bk_tensor_grad(w), 0.5, -1.25, 2, 0);
}

Test(rules, rule_30_step_in_grad_mode_keeps_history)
{
    bk_tensor *old = leaf(BK_F64), *w = old;
    for (int k = 0; k < 3; k++) {
        w = bk_sub(w, bk_scale(w, 0.5));
    }
    must(bk_backward(bk_sum(w), NULL, false));
    cr_assert_null(bk_tensor_grad(w));
    expect(bk_tensor_grad(old), 0.125, 0.125, 0.125, 0);
}

Test(rules, rule_34_sums_and_means_over_an_axis)
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

Test(rules, rule_35_promotion_and_gradients_cast_back)
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

Test(rules, rule_36_integers)
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
Test(rules, rule_37_relu_has_slope_0_at_0) { RUN_BOTH(rule_37); }

static void rule_38(bk_dtype dtype)
{
    const double other[3] = {0.5, 0, 3};
    bk_tensor *a = leaf(dtype), *b = vector_of(tape, dtype, 3, other);
    must(bk_tensor_require_grad(b, true));
    must(bk_backward(bk_sum(bk_maximum(a, b)), NULL, false));
    expect(bk_tensor_grad(a), 0.5, 0, 0, 0);
    expect(bk_tensor_grad(b), 0.5, 1, 1, 0);
}
Test(rules, rule_38_a_tie_shares_the_gradient) { RUN_BOTH(rule_38); }

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
Test(rules, rule_41_log_sigmoid) { RUN_BOTH(rule_41); }

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
Test(rules, rule_42_finite_for_all_finite_input) { RUN_BOTH(rule_42); }

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
Test(rules, rule_43_nan_in_nan_out) { RUN_BOTH(rule_43); }

Test(rules, rule_44_views_share_the_version)
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

Test(rules, null_propagates_and_keeps_the_first_error)
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

Test(rules, tensors_of_two_tapes)
{
    bk_tape *other = bk_tape_create();
    cr_assert_null(bk_add(leaf(BK_F32), bk_tensor_scalar(other, BK_F32, 1)));
    cr_assert_eq(bk_error_status(), BK_GRAPH);
    says("two tapes");
    bk_tape_destroy(other);
}

Test(rules, in_place_needs_an_operand_that_fits)
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

Test(rules, shapes_and_sizes_out_of_range)
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
