/* SPDX-License-Identifier: GPL-3.0-or-later
 * Rules 16 to 30, numbered as in the reference: backward and grad. */
#include "rules.h"

RULES_SUITE(rules_backward);

static void rule_16(bk_dtype dtype)
{
    bk_tensor *w = leaf(dtype);
    cr_assert_eq(bk_backward(bk_neg(w), NULL, false), BK_SHAPE);
    says("a gradient can be started implicitly only from one element");
    bk_tensor *gradient;
    bk_tensor *y = bk_neg(w);
    cr_assert_eq(bk_grad(y, 1, &w, &gradient, false, false), BK_SHAPE);
}
Test(rules_backward, rule_16_backward_from_one_element_only) { RUN_BOTH(rule_16); }

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

static void rule_18(bk_dtype dtype)
{
    bk_tensor *a = bk_tensor_scalar(tape, dtype, 1);
    cr_assert_eq(bk_backward(bk_neg(a), NULL, false), BK_GRAPH);
    says("does not require a gradient and has no grad_fn");
}
Test(rules_backward, rule_18_backward_without_history) { RUN_BOTH(rule_18); }

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

/* However a gradient came through, it is one tensor's own: to change it changes no other one, nor the seed.
 */
static void rule_19_apart(bk_dtype dtype)
{
    const size_t row[2] = {1, 3}, wide[2] = {2, 3};
    for (int way = 0; way < 8; way++) {
        bk_tensor *a = leaf(dtype), *b = leaf(dtype), *seed = vector_of(tape, dtype, 3, three);
        bk_tensor *middle = bk_scale(a, 1);
        bk_tensor *both[2] = {middle, b};
        must(bk_tensor_retain_grad(middle));
        bk_tensor *m = bk_reshape(middle, 2, row);
        bk_tensor *outputs[8] = {bk_add(middle, b),
                                 bk_add(middle, middle),
                                 bk_sub(b, middle),
                                 bk_reshape(bk_transpose(bk_add(m, b)), 1, (size_t[1]){3}),
                                 bk_sum_axis(bk_expand(bk_add(middle, b), 2, wide), 0, false),
                                 bk_add(bk_cast(middle, dtype), bk_slice(b, 0, 0, 3, 1)),
                                 bk_select(bk_stack(2, both, 0), 0, 1),
                                 bk_maximum(bk_max_axes(m, 1, (int[1]){0}, false), b)};
        bk_tensor *output = outputs[way];
        must(bk_tensor_retain_grad(output));
        must(bk_backward(output, seed, false));
        bk_tensor *const leaves[4] = {a, b, middle, output};
        double before[4][3], after[3];
        for (int i = 0; i < 4; i++) {
            const bk_tensor *gradient = bk_tensor_grad(leaves[i]);
            memset(before[i], 0, sizeof before[i]);
            if (gradient != NULL) {
                read_doubles(gradient, before[i]);
            }
        }
        for (int i = 0; i < 4; i++) {
            bk_tensor *gradient = bk_tensor_grad(leaves[i]);
            if (gradient == NULL) {
                continue;
            }
            must(write_three(gradient, 7, 8, 9));
            for (int other = i + 1; other < 4; other++) {
                if (bk_tensor_grad(leaves[other]) != NULL) {
                    read_doubles(bk_tensor_grad(leaves[other]), after);
                    cr_assert_eq(memcmp(after, before[other], sizeof after), 0, "way %d: %d and %d", way, i,
                                 other);
                }
            }
        }
        expect(seed, three[0], three[1], three[2], 0);
        expect(a, three[0], three[1], three[2], 0);
    }
}
Test(rules_backward, rule_19_gradients_share_nothing) { RUN_BOTH(rule_19_apart); }

/* Gradients that arrive expanded (of a sum), or with an expanded seed, have memory of their own as well. */
static void rule_19_expanded(bk_dtype dtype)
{
    bk_tensor *w = leaf(dtype), *one = bk_tensor_scalar(tape, dtype, 1);
    for (int k = 1; k <= 3; k++) {
        must(bk_backward(bk_sum(w), NULL, false));
        expect(bk_tensor_grad(w), k, k, k, 0);
    }
    must(bk_add_in_place(bk_tensor_grad(w), bk_tensor_grad(w)));
    must(bk_add_scaled_in_place(bk_tensor_grad(w), w, 2));
    expect(bk_tensor_grad(w), 7, 3.5, 10, 0);
    bk_tensor_zero_grad(w, false);
    const size_t three_of[1] = {3};
    bk_tensor *seed = bk_expand(one, 1, three_of);
    must(bk_backward(w, seed, false)); /* of the leaf itself */
    must(write_three(bk_tensor_grad(w), 1, 2, 3));
    must(bk_backward(bk_reshape(w, 1, three_of), seed, false));
    expect(bk_tensor_grad(w), 2, 3, 4, 0);
    cr_assert_eq(item(one), 1);
}
Test(rules_backward, rule_19_expanded_gradients) { RUN_BOTH(rule_19_expanded); }

static void rule_20(bk_dtype dtype)
{
    bk_tensor *w = leaf(dtype);
    bk_tensor_zero_grad(w, true);
    cr_assert_null(bk_tensor_grad(w)); /* never reached: still none */
    must(bk_backward(bk_sum(w), NULL, false));
    bk_tensor_zero_grad(w, true);
    expect(bk_tensor_grad(w), 0, 0, 0, 0);
    bk_tensor_zero_grad(w, false);
    cr_assert_null(bk_tensor_grad(w));
}
Test(rules_backward, rule_20_zero_grad_in_two_modes) { RUN_BOTH(rule_20); }

static void rule_21(bk_dtype dtype)
{
    bk_tensor *w = leaf(dtype);
    bk_tensor *y = bk_scale(w, 2);
    bk_tensor *l = bk_sum(bk_square(y));
    must(bk_backward(l, NULL, true));
    cr_assert_null(bk_tensor_grad(y));
    says("call bk_tensor_retain_grad before");
    must(bk_tensor_retain_grad(y));
    must(bk_backward(l, NULL, false));
    expect(bk_tensor_grad(y), 2, -5, 8, 0);
}
Test(rules_backward, rule_21_gradient_of_a_non_leaf_on_request) { RUN_BOTH(rule_21); }

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

/* The same input twice, the output itself, a leaf as output. */
static void rule_22_corners(bk_dtype dtype)
{
    bk_tensor *w = leaf_scalar(tape, dtype, 3), *gradients[3];
    bk_tensor *l = bk_square(w);
    bk_tensor *inputs[3] = {w, l, w};
    must(bk_grad(l, 3, inputs, gradients, false, false));
    cr_assert(item(gradients[0]) == 6 && item(gradients[1]) == 1 && item(gradients[2]) == 6);
    cr_assert_neq(gradients[0], gradients[2]);
    must(bk_mul_in_place(gradients[0], gradients[0]));
    cr_assert(item(gradients[0]) == 36 && item(gradients[2]) == 6);
    must(bk_grad(w, 1, &w, gradients, false, false));
    cr_assert_eq(item(gradients[0]), 1);
    must(bk_backward(w, NULL, false));
    cr_assert_eq(item(bk_tensor_grad(w)), 1);
    must(bk_grad(bk_exp(w), 0, NULL, NULL, false, false)); /* of nothing */
}
Test(rules_backward, rule_22_corners_of_grad) { RUN_BOTH(rule_22_corners); }

/* What does not lead to the inputs is neither run nor freed. */
static void rule_22_more(bk_dtype dtype)
{
    bk_tensor *w = leaf(dtype);
    bk_tensor *e = bk_exp(w);
    bk_tensor *y = bk_scale(e, 2);
    bk_tensor *l = bk_sum(y);
    must(bk_add_in_place(e, e));
    bk_tensor *gradient;
    must(bk_grad(l, 1, &y, &gradient, false, false)); /* the stale exp is not on the way */
    expect(gradient, 1, 1, 1, 0);
}
Test(rules_backward, rule_22_grad_runs_only_what_it_needs) { RUN_BOTH(rule_22_more); }

static void rule_23(bk_dtype dtype)
{
    bk_tensor *w = leaf(dtype), *v = bk_tensor_name(leaf(dtype), "v");
    bk_tensor *l = bk_sum(w);
    bk_tensor *inputs[2] = {w, v}, *gradients[2] = {l, l};
    cr_assert_eq(bk_grad(l, 2, inputs, gradients, true, false), BK_GRAPH);
    says("does not depend on input 1, v (");
    cr_assert_eq(gradients[0], l); /* untouched */
    must(bk_grad(l, 2, inputs, gradients, false, true));
    expect(gradients[0], 1, 1, 1, 0);
    cr_assert_null(gradients[1]);
}
Test(rules_backward, rule_23_unreached_input) { RUN_BOTH(rule_23); }

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

static void rule_25(bk_dtype dtype)
{
    bk_tensor *w = leaf(dtype);
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
Test(rules_backward, rule_25_retain_graph_gives_twice_the_gradient) { RUN_BOTH(rule_25); }

static void rule_26(bk_dtype dtype)
{
    bk_tensor *w = leaf(dtype);
    bk_tensor *l = bk_sum(bk_add(w, w));
    must(bk_backward(l, NULL, false));
    cr_assert_eq(bk_backward(l, NULL, false), BK_GRAPH);
}
Test(rules_backward, rule_26_graphs_that_saved_nothing_are_freed_too) { RUN_BOTH(rule_26); }

static void rule_27(bk_dtype dtype)
{
    bk_tensor *w = leaf(dtype);
    bk_tensor *y = bk_scale(w, 2); /* a diamond over y, itself used four times */
    bk_tensor *l = bk_sum(bk_add(bk_mul(y, y), bk_add(y, y)));
    must(bk_backward(l, NULL, false));
    expect(bk_tensor_grad(w), 8 * 0.5 + 4, 8 * -1.25 + 4, 8 * 2 + 4, 0);
}
Test(rules_backward, rule_27_uses_add_up_and_a_node_runs_once) { RUN_BOTH(rule_27); }

static void rule_29(bk_dtype dtype)
{
    bk_tensor *w = leaf(dtype);
    const size_t before = bk_tape_live_tensors(tape);
    bk_tensor *e = bk_exp(w), *y = bk_mul(e, e), *l = bk_sum(y);
    bk_tensor_release(e);
    bk_tensor_release(y);
    must(bk_backward(l, NULL, false));
    double values[3];
    read_doubles(bk_tensor_grad(w), values);
    cr_assert_float_eq(values[1], 2 * 0.0820849986238988, 2 * epsilon_of(dtype)); /* 2 exp(2 w) */
    bk_tensor_release(l);
    bk_tensor_zero_grad(w, false);
    cr_assert_eq(bk_tape_live_tensors(tape), before);
    /* A leaf whose handle is gone receives its gradient all the same. */
    bk_tensor *v = leaf(dtype);
    l = bk_sum(bk_mul(w, v));
    bk_tensor_release(v);
    must(bk_backward(l, NULL, false));
    expect(bk_tensor_grad(w), 0.5, -1.25, 2, 0);
}
Test(rules_backward, rule_29_released_handles_change_nothing) { RUN_BOTH(rule_29); }

static void rule_30(bk_dtype dtype)
{
    bk_tensor *old = leaf(dtype), *w = old;
    for (int k = 0; k < 3; k++) {
        w = bk_sub(w, bk_scale(w, 0.5));
    }
    must(bk_backward(bk_sum(w), NULL, false));
    cr_assert_null(bk_tensor_grad(w));
    expect(bk_tensor_grad(old), 0.125, 0.125, 0.125, 0);
}
Test(rules_backward, rule_30_step_in_grad_mode_keeps_history) { RUN_BOTH(rule_30); }
