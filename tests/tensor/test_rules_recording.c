/* SPDX-License-Identifier: GPL-3.0-or-later
 * Rules 1 to 15, numbered as in the reference: what is recorded, what is saved, what in-place operations do.
 */
#include "rules.h"

RULES_SUITE(rules_recording);

Test(rules_recording, rule_01_only_floating_tensors_require_grad)
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
Test(rules_recording, rule_02_output_requires_grad_if_an_input_does) { RUN_BOTH(rule_02); }

Test(rules_recording, rule_03_leaf_has_no_grad_fn)
{
    bk_tensor *w = leaf(BK_F32);
    cr_assert(bk_tensor_is_leaf(w));
    cr_assert_null(bk_tensor_grad_fn(w));
    cr_assert_not(bk_tensor_is_leaf(bk_neg(w)));
}

Test(rules_recording, rule_04_requires_grad_switches_on_leaves_only)
{
    bk_tensor *w = leaf(BK_F64);
    bk_tensor *y = bk_exp(w);
    cr_assert_eq(bk_tensor_require_grad(y, false), BK_GRAPH);
    says("leaves only");
    must(bk_tensor_require_grad(y, true));
    must(bk_tensor_require_grad(w, false));
}

Test(rules_recording, rule_05_nothing_recorded_where_no_input_needs_grad)
{
    bk_tensor *a = vector_of(tape, BK_F64, 3, three);
    const size_t before = bk_tape_live_tensors(tape);
    bk_tensor *y = bk_exp(bk_mul(a, a));
    cr_assert_null(bk_tensor_grad_fn(y));
    cr_assert_eq(bk_tape_live_tensors(tape), before + 2); /* two results, nothing saved */
}

Test(rules_recording, rule_06_grad_fn_names)
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
Test(rules_recording, rule_07_stale_saved_value) { RUN_BOTH(rule_07); }

Test(rules_recording, rule_08_each_in_place_operation_bumps_the_version_once)
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
Test(rules_recording, rule_09_operations_save_only_what_they_need) { RUN_BOTH(rule_09); }

Test(rules_recording, rule_10_in_place_on_a_leaf_in_grad_mode)
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

Test(rules_recording, rule_11_in_place_on_a_leaf_without_grad_mode)
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
Test(rules_recording, rule_12_in_place_rewires_a_non_leaf) { RUN_BOTH(rule_12); }

Test(rules_recording, rule_12_relu_and_write_in_place)
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

Test(rules_recording, rule_13_detach_shares_storage_and_version)
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

Test(rules_recording, rule_15_grad_mode_nests_and_scopes_restore_it)
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
