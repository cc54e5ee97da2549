/* SPDX-License-Identifier: GPL-3.0-or-later
 * Who lives how long: scopes, handles, graphs, and memory that does not grow. */
#include "training_case.h"

Test(memory, nothing_is_allocated_after_the_first_epoch)
{
    training_case c = training_case_make(BK_F32, 100, 50);
    double first = 0, last = 0;
    const size_t live = bk_tape_live_tensors(c.tape);
    first = training_case_epoch(&c, true);
    const size_t bytes = bk_tape_bytes(c.tape);
    for (int epoch = 0; epoch < 50; epoch++) {
        last = training_case_epoch(&c, true);
        cr_assert_eq(bk_tape_bytes(c.tape), bytes, "epoch %d", epoch);
        cr_assert_eq(bk_tape_live_tensors(c.tape), live);
    }
    cr_assert_lt(last, first);
    bk_tape_destroy(c.tape);
}

Test(memory, scopes_keep_and_nest)
{
    bk_tape *tape = bk_tape_create();
    bk_tensor *outside = bk_tensor_scalar(tape, BK_F64, 1);
    bk_scope outer = bk_scope_open(tape);
    bk_tensor *middle = bk_tensor_scalar(tape, BK_F64, 2);
    bk_scope inner = bk_scope_open(tape);
    bk_tensor *kept = bk_scope_keep(bk_add(outside, middle));
    bk_tensor *twice = bk_tensor_retain(bk_scope_keep(bk_neg(outside)));
    bk_neg(kept);
    cr_assert_eq(bk_tape_live_tensors(tape), 5);
    bk_scope_keep(bk_tensor_retain(middle)); /* the newer of its handles is kept */
    bk_scope_close(inner);
    cr_assert_eq(bk_tape_live_tensors(tape), 4);
    cr_assert_eq(item(kept) + item(twice), 2);
    bk_scope_keep(kept);
    bk_scope_close(outer);
    cr_assert_eq(bk_tape_live_tensors(tape), 2);
    cr_assert_eq(item(kept), 3);
    bk_scope swapped = bk_scope_open(tape);
    bk_tensor *both = bk_tensor_scalar(tape, BK_F64, 7);
    bk_scope_keep(bk_tensor_retain(both));
    bk_scope_close(swapped); /* one handle went, the kept one stayed */
    cr_assert_eq(item(both), 7);
    bk_tensor_release(both);
    cr_assert_eq(bk_tape_live_tensors(tape), 2);
    bk_tensor_release(kept);
    bk_tensor_release(NULL);
    cr_assert_eq(bk_tape_live_tensors(tape), 1);
    cr_assert_eq(item(outside), 1);
    bk_tape_destroy(tape);
}

Test(memory, a_retained_tensor_outlives_one_release)
{
    bk_tape *tape = bk_tape_create();
    bk_tensor *a = bk_tensor_scalar(tape, BK_F32, 4);
    cr_assert_eq(bk_tensor_retain(a), a);
    bk_scope scope = bk_scope_open(tape);
    bk_tensor_retain(a); /* the scope's own handle */
    bk_scope_close(scope);
    bk_tensor_release(a);
    cr_assert_eq(item(a), 4);
    bk_tensor_release(a);
    cr_assert_eq(bk_tape_live_tensors(tape), 0);
    bk_tape_destroy(tape);
}

Test(memory, a_dropped_graph_is_freed)
{
    bk_tape *tape = bk_tape_create();
    bk_tensor *w = leaf_scalar(tape, BK_F64, 1);
    const size_t live = bk_tape_live_tensors(tape);
    bk_scope scope = bk_scope_open(tape);
    bk_tensor *y = w;
    for (int i = 0; i < 100; i++) {
        y = bk_mul(bk_exp(bk_neg(y)), w);
    }
    bk_scope_close(scope); /* no backward */
    cr_assert_eq(bk_tape_live_tensors(tape), live);
    /* A failed backward leaves nothing behind either. */
    scope = bk_scope_open(tape);
    bk_tensor *e = bk_exp(w);
    bk_tensor *l = bk_mul(e, bk_tanh(e));
    must(bk_add_in_place(e, bk_tensor_scalar(tape, BK_F64, 1)));
    cr_assert_eq(bk_backward(l, NULL, false), BK_STALE);
    bk_scope_close(scope);
    cr_assert_eq(bk_tape_live_tensors(tape), live);
    bk_tape_destroy(tape);
}

/* Rule 31: no recursion anywhere, forward, backward, drawing order or freeing. */
Test(memory, rule_31_chain_of_a_million_operations)
{
    bk_tape *tape = bk_tape_create();
    bk_tensor *w = leaf_scalar(tape, BK_F64, 1);
    const size_t live = bk_tape_live_tensors(tape);
    bk_tensor *y = bk_add_constant(w, 0);
    for (int i = 1; i < 1000000; i++) {
        bk_tensor *next = bk_add_constant(y, 1e-6);
        bk_tensor_release(y);
        y = next;
    }
    must(bk_backward(y, NULL, false));
    cr_assert_eq(item(bk_tensor_grad(w)), 1);
    bk_tensor_release(y);
    bk_tensor_zero_grad(w, false);
    cr_assert_eq(bk_tape_live_tensors(tape), live);
    bk_tape_destroy(tape);
}

Test(memory, names_are_kept_once)
{
    bk_tape *tape = bk_tape_create();
    bk_tensor *a = bk_tensor_scalar(tape, BK_F32, 1);
    bk_tensor_name(a, "weights");
    const size_t bytes = bk_tape_bytes(tape);
    for (int i = 0; i < 10000; i++) {
        bk_tensor_name(a, "weights");
    }
    cr_assert_eq(bk_tape_bytes(tape), bytes);
    bk_tape_destroy(tape);
}

/* One epoch of what the fused steps of training do not touch. */
static double wide_epoch(bk_tape *tape, bk_tensor *w, bk_tensor *index)
{
    bk_scope scope = bk_scope_open(tape);
    static const double low = -1, high = 1;
    bk_tensor *x = bk_clamp(w, &low, &high);
    bk_tensor *parts[6] = {bk_slice(x, 1, 0, BK_TO_END, 2),
                           bk_slice(x, 1, 1, BK_TO_END, 2),
                           bk_sin(bk_slice(x, 1, 0, 3, 1)),
                           bk_index_select(x, 1, index),
                           bk_pow(bk_slice(bk_exp(x), 1, 2, 5, 1), bk_slice(x, 1, 0, 3, 1)),
                           bk_where(bk_greater(bk_slice(x, 1, 0, 3, 1), bk_slice(x, 1, 3, 6, 1)),
                                    bk_slice(x, 1, 1, 4, 1), bk_slice(x, 1, 2, 5, 1))};
    bk_tensor *joined = bk_softmax(bk_concatenate(6, parts, 0), 1);
    bk_tensor *batch = bk_stack(2, (bk_tensor *const[2]){joined, bk_neg(joined)}, 0);
    bk_tensor *product = bk_matmul(batch, bk_transpose_axes(batch, 1, 2));
    bk_tensor *l =
        bk_add(bk_logsumexp_axes(product, 0, NULL, false), bk_mean(bk_max_axis(product, 2, true, NULL)));
    must(bk_backward(l, NULL, false));
    bk_grad_mode_set(false);
    must(bk_add_scaled_in_place(w, bk_tensor_grad(w), -0.1));
    const double loss = item(l);
    bk_tensor_zero_grad(w, false);
    bk_scope_close(scope);
    return loss;
}

Test(memory, no_operation_allocates_after_the_first_epoch)
{
    bk_tape *tape = bk_tape_create();
    const size_t shape[2] = {4, 6}, three = 3;
    double values[24];
    uint64_t state = 17;
    for (int i = 0; i < 24; i++) {
        values[i] = 1.5 * pseudo(&state);
    }
    bk_tensor *w = tensor_of(tape, BK_F32, 2, shape, values);
    must(bk_tensor_require_grad(w, true));
    bk_tensor *index = bk_tensor_from(tape, BK_I64, 1, &three, (const int64_t[3]){2, -1, 2});
    const size_t live = bk_tape_live_tensors(tape);
    const double first = wide_epoch(tape, w, index);
    const size_t bytes = bk_tape_bytes(tape);
    double last = first;
    for (int epoch = 0; epoch < 30; epoch++) {
        last = wide_epoch(tape, w, index);
        cr_assert_eq(bk_tape_bytes(tape), bytes, "epoch %d", epoch);
        cr_assert_eq(bk_tape_live_tensors(tape), live);
    }
    cr_assert_lt(last, first);
    bk_tape_destroy(tape);
}

/* Views of views, changed through any of them; a copy in place ends a history. */
Test(memory, views_share_values_and_version)
{
    bk_tape *tape = bk_tape_create();
    const size_t shape[3] = {2, 3, 4};
    double values[24];
    for (int i = 0; i < 24; i++) {
        values[i] = i;
    }
    bk_tensor *base = tensor_of(tape, BK_F64, 3, shape, values);
    bk_tensor *view =
        bk_select(bk_slice(bk_permute(base, 3, (const int[3]){2, 0, 1}), 0, 1, BK_TO_END, 2), 1, 1);
    double seen[24]; /* view [i, j] = base [1, j, 1 + 2 i] */
    read_doubles(view, seen);
    const double wanted[6] = {13, 17, 21, 15, 19, 23};
    cr_assert_eq(memcmp(seen, wanted, sizeof wanted), 0);
    must(bk_copy_in_place(view, bk_tensor_scalar(tape, BK_F64, -1)));
    must(bk_add_in_place(bk_select(view, 0, 0), bk_tensor_scalar(tape, BK_F64, 0.5)));
    cr_assert(bk_tensor_version(base) == 2 && bk_tensor_version(view) == 2);
    read_doubles(base, seen);
    for (int i = 0; i < 24; i++) {
        const bool hit = i >= 12 && i % 2 == 1;
        cr_assert_eq(seen[i], hit ? (i % 4 == 1 ? -0.5 : -1) : i, "element %d", i);
    }
    bk_tensor *wide = bk_expand(bk_tensor_scalar(tape, BK_F64, 1), 1, (const size_t[1]){3});
    cr_assert_eq(bk_relu_in_place(wide), BK_INVALID);
    says("was expanded");
    must(bk_copy_in_place(base, bk_expand(bk_select(base, 0, 0), 3, shape))); /* overlapping values */
    read_doubles(base, seen);
    cr_assert(seen[12] == 0 && seen[23] == 11);
    bk_tape_destroy(tape);
}

Test(memory, a_copy_in_place_takes_the_history_of_its_source)
{
    bk_tape *tape = bk_tape_create();
    bk_tensor *w = leaf_scalar(tape, BK_F32, 3), *v = leaf_scalar(tape, BK_F64, 5);
    bk_tensor *y = bk_scale(v, 2);
    must(bk_copy_in_place(y, bk_square(w)));
    cr_assert_str_eq(bk_tensor_grad_fn(y), "Copy");
    must(bk_backward(bk_scale(y, 7), NULL, false));
    cr_assert(item(y) == 9 && item(bk_tensor_grad(w)) == 42 && bk_tensor_grad(v) == NULL);
    cr_assert_eq(bk_copy_in_place(w, v), BK_GRAPH);
    says("leaf that requires a gradient");
    bk_tape_destroy(tape);
}
