/* SPDX-License-Identifier: GPL-3.0-or-later
 * Rule 31 and what goes with it: long chains of every kind, forward, backward, dropped; graphs that nobody
 * uses leave nothing behind. */
#include "rules.h"

RULES_SUITE(rules_memory);

#if defined(__SANITIZE_ADDRESS__)
enum { LONG = 100000 };
#else
enum { LONG = 1000000 };
#endif

typedef bk_tensor *(*link)(bk_tensor *last, bk_tensor *first);

static bk_tensor *by_constant(bk_tensor *last, bk_tensor *first)
{
    (void)first;
    return bk_add_constant(last, 1e-6);
}

/* Saves its operands and its result, which both hold storages. */
static bk_tensor *by_saved_values(bk_tensor *last, bk_tensor *first) { return bk_tanh(bk_mul(last, first)); }

static bk_tensor *by_views(bk_tensor *last, bk_tensor *first)
{
    (void)first;
    const size_t one = 1;
    return bk_reshape(last, bk_tensor_rank(last) == 0 ? 1 : 0, &one);
}

/* The same tensor twice in each: two edges a node, 2^n paths. */
static bk_tensor *by_diamonds(bk_tensor *last, bk_tensor *first)
{
    (void)first;
    return bk_scale(bk_add(last, last), 0.5);
}

static bk_tensor *by_changes_in_place(bk_tensor *last, bk_tensor *first)
{
    (void)first;
    bk_tensor *factor = bk_tensor_scalar(tape, bk_tensor_dtype(last), 1);
    const bk_status status = bk_mul_in_place(last, factor);
    bk_tensor_release(factor);
    return status == BK_OK ? bk_tensor_retain(last) : NULL;
}

/* One handle at a time: the graph keeps the rest. */
static bk_tensor *chain(bk_tensor *w, link next, int length)
{
    bk_tensor *y = bk_add_constant(w, 0);
    for (int i = 0; i < length; i++) {
        const bk_scope scope = bk_scope_open(tape);
        bk_tensor *made = bk_scope_keep(next(y, w));
        bk_scope_close(scope);
        cr_assert_not_null(made, "%s", bk_error_message());
        bk_tensor_release(y);
        y = made;
    }
    return y;
}

static void expect_long_chain(link next, int length)
{
    bk_tensor *w = leaf_scalar(tape, BK_F64, 1);
    const size_t live = bk_tape_live_tensors(tape);
    bk_tensor_release(chain(w, next, length)); /* dropped unused */
    cr_assert_eq(bk_tape_live_tensors(tape), live);
    bk_tensor *y = chain(w, next, length), *gradient;
    must(bk_grad(bk_sum(y), 1, &w, &gradient, true, false));
    must(bk_backward(bk_sum(y), NULL, false));
    cr_assert_eq(item(gradient), item(bk_tensor_grad(w)));
    cr_assert_eq(bk_tensor_version(w), 0);
    bk_tensor_zero_grad(w, false);
}

Test(rules_memory, rule_31_chains_of_every_kind)
{
    static const link links[] = {by_constant, by_saved_values, by_views, by_diamonds, by_changes_in_place};
    for (size_t i = 0; i < sizeof links / sizeof *links; i++) {
        expect_long_chain(links[i], LONG / 10);
        bk_tape_destroy(tape); /* with the graph still on it */
        tape = bk_tape_create();
    }
}

Test(rules_memory, rule_31_a_million_operations_with_saved_values)
{
    expect_long_chain(by_saved_values, LONG);
}

/* Wide as well: a node with a hundred thousand users, and one operation after another on the sum of all. */
Test(rules_memory, a_tensor_with_many_users)
{
    bk_tensor *w = leaf_scalar(tape, BK_F64, 2);
    const size_t live = bk_tape_live_tensors(tape);
    const bk_scope scope = bk_scope_open(tape);
    bk_tensor *total = bk_tensor_scalar(tape, BK_F64, 0);
    for (int i = 0; i < LONG / 10; i++) {
        total = bk_add(total, bk_scale(w, 1));
    }
    must(bk_backward(total, NULL, false));
    cr_assert_eq(item(bk_tensor_grad(w)), LONG / 10);
    bk_tensor_zero_grad(w, false);
    bk_scope_close(scope);
    cr_assert_eq(bk_tape_live_tensors(tape), live);
}

/* Every operation's node, dropped without backward, after it, and after one that failed. */
static bk_tensor *many_operations(bk_tensor *w)
{
    const int both[2] = {0, 1};
    const size_t row[2] = {1, 3}, wide[2] = {2, 3};
    const double low = -1, high = 1;
    bk_tensor *m = bk_expand(bk_reshape(bk_clamp(bk_sin(bk_cos(w)), &low, &high), 2, row), 2, wide);
    bk_tensor *s = bk_log_softmax(bk_softmax(bk_mul(m, m), 0), 1);
    bk_tensor *pair[2] = {s, bk_sqrt(bk_abs(m))};
    bk_tensor *joined = bk_concatenate(2, pair, 0);
    bk_tensor *picked =
        bk_where(bk_greater(joined, bk_mean(joined)), bk_exp(joined), bk_log1p(bk_square(joined)));
    bk_tensor *product = bk_matmul(picked, bk_slice(bk_transpose(bk_stack(2, pair, 0)), 2, 0, 2, 1));
    bk_tensor *reduced =
        bk_add(bk_logsumexp_axes(product, 0, NULL, false), bk_max(bk_pow_constant(picked, 3)));
    return bk_add(reduced, bk_sum(bk_min_axes(bk_softplus(picked), 2, both, true)));
}

Test(rules_memory, a_dropped_graph_of_many_operations_leaves_nothing)
{
    bk_tensor *w = leaf(BK_F64);
    const size_t live = bk_tape_live_tensors(tape);
    size_t bytes = 0;
    for (int round = 0; round < 300; round++) {
        const bk_scope scope = bk_scope_open(tape);
        bk_tensor *l = many_operations(w);
        cr_assert_not_null(l, "%s", bk_error_message());
        if (round % 3 == 1) {
            must(bk_backward(l, NULL, round % 2 == 0));
        } else if (round % 3 == 2) {
            bk_tensor *gradient;
            must(bk_grad(l, 1, &w, &gradient, round % 2 == 0, false));
        }
        bk_scope_close(scope);
        bk_tensor_zero_grad(w, false);
        cr_assert_eq(bk_tape_live_tensors(tape), live, "round %d", round);
        bytes = round == 10 ? bk_tape_bytes(tape) : bytes;
    }
    cr_assert_eq(bk_tape_bytes(tape), bytes);
}
