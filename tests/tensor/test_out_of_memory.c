/* SPDX-License-Identifier: GPL-3.0-or-later
 * Memory that runs out at the n-th request, for every n until a call gets through: each failure is clean,
 * changes no gradient, leaves nothing behind, and the same call works afterwards. The linker hands the tape's
 * requests to __wrap_bk_arena_allocate (tests/CMakeLists.txt); each is one that memory could run out at,
 * because a new tape has no freed blocks. */
#include "rules.h"

RULES_SUITE(out_of_memory);

void *__real_bk_arena_allocate(bk_arena *arena, size_t count, size_t size);
void *__wrap_bk_arena_allocate(bk_arena *arena, size_t count, size_t size);

/* Requests that are still served. */
static size_t served = SIZE_MAX;

void *__wrap_bk_arena_allocate(bk_arena *arena, size_t count, size_t size)
{
    if (served == 0) {
        (void)bk_fail(BK_MEMORY, "out of memory: planted");
        return NULL;
    }
    served -= served == SIZE_MAX ? 0 : 1;
    return __real_bk_arena_allocate(arena, count, size);
}

/* On a new tape, without freed blocks that requests would be served from. */
static void start_over(void)
{
    served = SIZE_MAX;
    close_tape();
    open_tape();
}

enum { LEAVES = 4 };

/* Leaf 0 has a gradient of before; the sum depends on all leaves. */
static bk_tensor *sum_of_leaves(bk_tensor **leaves)
{
    for (size_t i = 0; i < LEAVES; i++) {
        leaves[i] = leaf(BK_F64);
    }
    must(bk_backward(bk_sum(leaves[0]), NULL, false));
    bk_tensor *product = bk_mul(leaves[0], bk_exp(leaves[1]));
    return bk_sum(bk_add(product, bk_mul(leaves[2], leaves[3])));
}

/* leaves[0]'s gradient of before is ones. */
static void expect_no_new_gradient(bk_tensor **leaves, uint64_t version)
{
    expect(bk_tensor_grad(leaves[0]), 1, 1, 1, 0);
    cr_assert_eq(bk_tensor_version(bk_tensor_grad(leaves[0])), version);
    for (size_t i = 1; i < LEAVES; i++) {
        cr_assert_null(bk_tensor_grad(leaves[i]), "leaf %zu has a new gradient, others have not", i);
    }
}

static void expect_new_gradients(bk_tensor **leaves)
{
    double e[3];
    for (size_t i = 0; i < 3; i++) {
        e[i] = exp(three[i]);
    }
    expect(bk_tensor_grad(leaves[0]), 1 + e[0], 1 + e[1], 1 + e[2], 1e-14);
    expect(bk_tensor_grad(leaves[1]), three[0] * e[0], three[1] * e[1], three[2] * e[2], 1e-14);
    expect(bk_tensor_grad(leaves[2]), three[0], three[1], three[2], 0);
    expect(bk_tensor_grad(leaves[3]), three[0], three[1], three[2], 0);
}

Test(out_of_memory, backward_changes_all_gradients_or_none)
{
    bk_status status = BK_MEMORY;
    size_t failures = 0;
    for (size_t n = 0; status != BK_OK; n++) {
        bk_tensor *leaves[LEAVES];
        start_over();
        bk_tensor *sum = sum_of_leaves(leaves);
        const uint64_t version = bk_tensor_version(bk_tensor_grad(leaves[0]));
        const size_t live = bk_tape_live_tensors(tape);
        served = n;
        status = bk_backward(sum, NULL, false);
        served = SIZE_MAX;
        if (status != BK_OK) {
            failures++;
            cr_assert_eq(status, BK_MEMORY);
            says("planted");
            cr_assert_eq(bk_tape_live_tensors(tape), live);
            expect_no_new_gradient(leaves, version);
            must(bk_backward(sum, NULL, false)); /* nothing was freed */
        }
        expect_new_gradients(leaves);
    }
    cr_assert_geq(failures, LEAVES, "each new gradient is a request");
}

Test(out_of_memory, grad_gives_all_gradients_or_none)
{
    bk_status status = BK_MEMORY;
    size_t failures = 0;
    for (size_t n = 0; status != BK_OK; n++) {
        bk_tensor *leaves[LEAVES], *gradients[LEAVES];
        start_over();
        bk_tensor *sum = sum_of_leaves(leaves);
        for (size_t i = 0; i < LEAVES; i++) {
            gradients[i] = sum; /* outputs are untouched on failure */
        }
        const size_t live = bk_tape_live_tensors(tape);
        served = n;
        status = bk_grad(sum, LEAVES, leaves, gradients, false, false);
        served = SIZE_MAX;
        if (status != BK_OK) {
            failures++;
            cr_assert_eq(status, BK_MEMORY);
            cr_assert_eq(bk_tape_live_tensors(tape), live);
            for (size_t i = 0; i < LEAVES; i++) {
                cr_assert_eq(gradients[i], sum);
            }
            must(bk_grad(sum, LEAVES, leaves, gradients, false, false));
        }
        expect(gradients[2], three[0], three[1], three[2], 0);
    }
    cr_assert_geq(failures, LEAVES);
}

/* The second input is unused: the first one's gradient does not stay behind. */
Test(out_of_memory, grad_of_an_unused_input_leaves_nothing)
{
    bk_tensor *inputs[2] = {leaf(BK_F32), leaf(BK_F32)}, *gradients[2] = {inputs[1], inputs[0]};
    bk_tensor *sum = bk_sum(bk_square(inputs[0]));
    const size_t live = bk_tape_live_tensors(tape);
    cr_assert_eq(bk_grad(sum, 2, inputs, gradients, true, false), BK_GRAPH);
    says("does not depend on input 1");
    cr_assert_eq(bk_tape_live_tensors(tape), live);
    cr_assert(gradients[0] == inputs[1] && gradients[1] == inputs[0]);
}

/* Operations of all families, recorded and differentiated; NULL or a status where memory ran out. */
static bk_status record_and_differentiate(bk_tensor *w)
{
    const size_t row[2] = {1, 3}, wide[2] = {2, 3};
    const double low = -1, high = 1;
    bk_tensor *m = bk_expand(bk_reshape(bk_clamp(bk_sin(w), &low, &high), 2, row), 2, wide);
    bk_tensor *s = bk_log_softmax(bk_softmax(bk_mul(m, m), 0), 1);
    bk_tensor *pair[2] = {s, bk_sqrt(bk_abs(m))};
    bk_tensor *joined = bk_concatenate(2, pair, 0);
    bk_tensor *picked =
        bk_where(bk_greater(joined, bk_mean(joined)), bk_exp(joined), bk_log1p(bk_square(joined)));
    bk_tensor *product = bk_matmul(picked, bk_slice(bk_transpose(bk_stack(2, pair, 0)), 2, 0, 2, 1));
    bk_tensor *l = bk_add(bk_logsumexp_axes(product, 0, NULL, false), bk_max(bk_pow_constant(picked, 3)));
    return l == NULL ? bk_error_status() : bk_backward(l, NULL, false);
}

Test(out_of_memory, any_operation_fails_cleanly)
{
    bk_status status = BK_MEMORY;
    double wanted[3] = {0}, found[3];
    size_t n = 0;
    for (; status != BK_OK; n++) {
        start_over();
        bk_tensor *w = leaf(BK_F64);
        const size_t live = bk_tape_live_tensors(tape);
        bk_scope scope = bk_scope_open(tape);
        bk_error_clear();
        served = n;
        status = record_and_differentiate(w);
        served = SIZE_MAX;
        bk_scope_close(scope);
        if (status != BK_OK) {
            cr_assert_eq(status, BK_MEMORY, "request %zu: %s", n, bk_error_message());
            cr_assert_eq(bk_tape_live_tensors(tape), live, "request %zu", n);
            cr_assert_null(bk_tensor_grad(w));
            scope = bk_scope_open(tape);
            must(record_and_differentiate(w));
            bk_scope_close(scope);
        }
        read_doubles(bk_tensor_grad(w), n == 0 ? wanted : found);
        cr_assert(n == 0 || memcmp(found, wanted, sizeof wanted) == 0, "request %zu", n);
    }
    cr_assert_gt(n, 50);
}
