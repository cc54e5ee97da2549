/* SPDX-License-Identifier: GPL-3.0-or-later
 * Rules 16 to 30, numbered as in the reference: backward and grad. */
#include "rules.h"

RULES_SUITE(rules_backward);

Test(rules_backward, rule_16_backward_from_one_element_only)
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
Test(rules_backward, rule_17_seed_has_shape_and_dtype_of_the_output) { RUN_BOTH(rule_17); }

Test(rules_backward, rule_18_backward_without_history)
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
Test(rules_backward, rule_19_leaves_accumulate) { RUN_BOTH(rule_19); }

Test(rules_backward, rule_20_zero_grad_in_two_modes)
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

Test(rules_backward, rule_21_gradient_of_a_non_leaf_on_request)
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
Test(rules_backward, rule_22_grad_touches_no_accumulated_gradient) { RUN_BOTH(rule_22); }

/* What does not lead to the inputs is neither run nor freed. */
Test(rules_backward, rule_22_grad_runs_only_what_it_needs)
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

Test(rules_backward, rule_23_unreached_input)
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
Test(rules_backward, rule_24_second_backward) { RUN_BOTH(rule_24); }

Test(rules_backward, rule_25_retain_graph_gives_twice_the_gradient)
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

Test(rules_backward, rule_26_graphs_that_saved_nothing_are_freed_too)
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
Test(rules_backward, rule_27_uses_add_up_and_a_node_runs_once) { RUN_BOTH(rule_27); }

Test(rules_backward, rule_29_released_handles_change_nothing)
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

Test(rules_backward, rule_30_step_in_grad_mode_keeps_history)
{
    bk_tensor *old = leaf(BK_F64), *w = old;
    for (int k = 0; k < 3; k++) {
        w = bk_sub(w, bk_scale(w, 0.5));
    }
    must(bk_backward(bk_sum(w), NULL, false));
    cr_assert_null(bk_tensor_grad(w));
    expect(bk_tensor_grad(old), 0.125, 0.125, 0.125, 0);
}
