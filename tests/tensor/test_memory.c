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
