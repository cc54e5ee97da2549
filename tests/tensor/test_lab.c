/* SPDX-License-Identifier: GPL-3.0-or-later
 * Known answers of the assignment's Part 1, in both dtypes. */
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "brisk/tensor.h"
#include "tensor_tools.h"

typedef struct part1 {
    bk_tensor *w, *x, *t, *b, *a, *y, *l;
} part1;

/* l = (max(a w, 0) - t)^2 + w^2 with a = x + b. */
static part1 make_part1(bk_tape *tape, bk_dtype dtype, bool all)
{
    part1 p = {.w = bk_tensor_name(bk_tensor_scalar(tape, dtype, 1), "w"),
               .x = bk_tensor_name(bk_tensor_scalar(tape, dtype, 2), "x"),
               .t = bk_tensor_name(bk_tensor_scalar(tape, dtype, 3), "t"),
               .b = bk_tensor_name(bk_tensor_scalar(tape, dtype, 4), "b")};
    bk_tensor_require_grad(p.w, true);
    bk_tensor_require_grad(p.x, all);
    bk_tensor_require_grad(p.t, all);
    bk_tensor_require_grad(p.b, all);
    p.a = bk_tensor_name(bk_add(p.x, p.b), "a");
    p.y = bk_tensor_name(bk_relu(bk_mul(p.a, p.w)), "y");
    p.l = bk_tensor_name(bk_add(bk_square(bk_sub(p.y, p.t)), bk_square(p.w)), "l");
    return p;
}

Test(lab, part_1_values_and_all_gradients)
{
    for (int d = 0; d < 2; d++) {
        bk_tape *tape = bk_tape_create();
        part1 p = make_part1(tape, both_dtypes[d], true);
        cr_assert_eq(item(p.a), 6);
        cr_assert_eq(item(p.y), 6);
        cr_assert_eq(item(p.l), 10);
        bk_tensor *dy;
        must(bk_grad(p.l, 1, &p.y, &dy, true, false));
        cr_assert_eq(item(dy), 6);
        must(bk_backward(p.l, NULL, false));
        cr_assert_eq(item(bk_tensor_grad(p.w)), 38);
        cr_assert_eq(item(bk_tensor_grad(p.x)), 6);
        cr_assert_eq(item(bk_tensor_grad(p.b)), 6);
        cr_assert_eq(item(bk_tensor_grad(p.t)), -6);
        bk_grad_mode_set(false);
        must(bk_add_scaled_in_place(p.w, bk_tensor_grad(p.w), -0.1));
        bk_grad_mode_set(true);
        cr_assert_float_eq(item(p.w), -2.8, 1e-6);
        bk_tape_destroy(tape);
    }
}

Test(lab, part_1_grad_fn_where_only_w_requires_grad)
{
    bk_tape *tape = bk_tape_create();
    part1 p = make_part1(tape, BK_F32, false);
    cr_assert_null(bk_tensor_grad_fn(p.a));
    cr_assert_str_eq(bk_tensor_grad_fn(p.y), "Relu");
    cr_assert_str_eq(bk_tensor_grad_fn(p.l), "Add");
    must(bk_backward(p.l, NULL, false));
    cr_assert_eq(item(bk_tensor_grad(p.w)), 38);
    bk_tape_destroy(tape);
}

/* The maximum with a constant 0 instead of the ReLU: the same away from the tie. */
Test(lab, part_1_with_maximum)
{
    bk_tape *tape = bk_tape_create();
    bk_tensor *w = leaf_scalar(tape, BK_F64, 1);
    bk_tensor *zero = bk_tensor_scalar(tape, BK_F64, 0);
    bk_tensor *y = bk_maximum(bk_scale(w, 6), zero);
    cr_assert_str_eq(bk_tensor_grad_fn(y), "Max");
    must(bk_backward(bk_add(bk_square(bk_add_constant(y, -3)), bk_square(w)), NULL, false));
    cr_assert_eq(item(bk_tensor_grad(w)), 38);
    bk_tape_destroy(tape);
}

static double item_6(bool release, bool divide, bk_status *status)
{
    bk_tape *tape = bk_tape_create();
    bk_tensor *w = leaf_scalar(tape, BK_F64, 1);
    bk_tensor *x = bk_tensor_scalar(tape, BK_F64, 2);
    bk_tensor *b = bk_tensor_scalar(tape, BK_F64, 3);
    bk_tensor *a = bk_add(x, b);
    bk_tensor *y = bk_exp(w);
    bk_tensor *difference = bk_sub(y, a);
    bk_tensor *l = bk_square(difference);
    cr_assert_float_eq(item(l), 5.2062378143401979, 1e-14);
    if (divide) {
        must(bk_div_in_place(y, bk_tensor_scalar(tape, BK_F64, 2)));
    }
    if (release) {
        bk_tensor *gone[] = {y, a, x, b, difference};
        for (int i = 0; i < 5; i++) {
            bk_tensor_release(gone[i]);
        }
    }
    *status = bk_backward(l, NULL, false);
    const double gradient = *status == BK_OK ? item(bk_tensor_grad(w)) : 0;
    bk_tape_destroy(tape);
    return gradient;
}

Test(lab, item_6_del_changes_nothing)
{
    bk_status status;
    const double plain = item_6(false, false, &status);
    must(status);
    cr_assert_float_eq(plain, -12.404706086729152, 2e-15);
    cr_assert_eq(plain, item_6(true, false, &status));
    must(status);
}

Test(lab, item_6_division_in_place_is_stale)
{
    bk_status status;
    item_6(false, true, &status);
    cr_assert_eq(status, BK_STALE);
    says("exp saved its output [], which is at version 1, expected version 0");
}

Test(lab, item_5_step_in_grad_mode_grows_the_graph)
{
    bk_tape *tape = bk_tape_create();
    part1 p = make_part1(tape, BK_F32, false);
    must(bk_backward(p.l, NULL, false));
    bk_tensor *w = bk_sub(p.w, bk_scale(bk_tensor_grad(p.w), 0.1));
    cr_assert_not(bk_tensor_is_leaf(w));
    cr_assert_str_eq(bk_tensor_grad_fn(w), "Sub");
    must(bk_backward(bk_square(w), NULL, false));
    cr_assert_null(bk_tensor_grad(w));
    says("not a leaf");
    cr_assert_float_eq(item(bk_tensor_grad(p.w)), 38 + 2 * -2.8, 1e-5); /* went to the old leaf */
    bk_tape_destroy(tape);
}

Test(lab, drawing_of_part_1)
{
    bk_tape *tape = bk_tape_create();
    bk_text dot = {0}, again = {0};
    part1 p = make_part1(tape, BK_F32, false);
    must(bk_graph_write_dot(p.l, &dot));
    must(bk_graph_write_dot(p.l, &again));
    const char *text = bk_text_string(&dot);
    cr_assert_str_eq(text, bk_text_string(&again));
    const char *parts[] = {"digraph",
                           "<i>l</i> = <b>Add</b>",
                           "<i>y</i> = <b>Relu</b>",
                           "<b>w</b>",
                           "<b>t</b>",
                           "requires grad",
                           "no grad",
                           "saved: output",
                           "f32 []",
                           "peripheries=2"};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        cr_assert_not_null(strstr(text, parts[i]), "%s is missing in\n%s", parts[i], text);
    }
    cr_assert_null(strstr(text, "<b>x</b>")); /* a is a leaf here: x + b was not recorded */
    cr_assert_not_null(strstr(text, "<b>a</b>"));
    must(bk_graph_write_dot(p.x, &again)); /* a single leaf */
    bk_text_clear(&dot);
    bk_text_clear(&again);
    bk_tape_destroy(tape);
}
