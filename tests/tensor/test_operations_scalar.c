/* SPDX-License-Identifier: GPL-3.0-or-later
 * Graphs of scalars take a short way (tensor/scalar.h): its gradients have the bits of the long one, which
 * tensors of shape [1] go; values saved and changed are found on it too. */
#include "tensor_tools.h"

typedef bk_tensor *(*step)(bk_tensor *, bk_tensor *);

static bk_tensor *negated(bk_tensor *a, bk_tensor *b) { return bk_neg(bk_sub(b, a)); }
static bk_tensor *squared(bk_tensor *a, bk_tensor *b) { return bk_mul(bk_square(a), b); }
static bk_tensor *scaled(bk_tensor *a, bk_tensor *b) { return bk_add(bk_scale(a, 0.3), b); }
static bk_tensor *shifted(bk_tensor *a, bk_tensor *b) { return bk_mul(bk_add_constant(a, 0.7), b); }
static bk_tensor *raised(bk_tensor *a, bk_tensor *b) { return bk_exp(bk_mul(bk_tanh(a), b)); }
static bk_tensor *logged(bk_tensor *a, bk_tensor *b) { return bk_log(bk_add(bk_square(a), bk_exp(b))); }
static bk_tensor *bent(bk_tensor *a, bk_tensor *b) { return bk_relu(bk_sub(a, b)); }
static bk_tensor *squashed(bk_tensor *a, bk_tensor *b) { return bk_sigmoid(bk_div(a, b)); }
static bk_tensor *meant(bk_tensor *a, bk_tensor *b) { return bk_mul(bk_sin(a), bk_maximum(a, b)); }
static bk_tensor *divided(bk_tensor *a, bk_tensor *b)
{
    return bk_div(b, bk_add_constant(bk_square(a), 1.1));
}

/* A chain of steps chosen by seed on two leaves of rank 0 or of shape [1]; value and gradients. */
static void run(bk_dtype dtype, size_t rank, uint64_t seed, double out[3])
{
    static const step steps[] = {bk_add,  bk_sub, bk_mul, divided, negated,  squared, scaled,
                                 shifted, raised, logged, bent,    squashed, meant};
    bk_tape *tape = bk_tape_create();
    const size_t one = 1;
    uint64_t state = seed;
    double value[2];
    bk_tensor *leaf[2];
    for (int i = 0; i < 2; i++) {
        value[i] = pseudo(&state) + (i == 1 ? 2 : 0);
        leaf[i] = tensor_of(tape, dtype, rank, &one, &value[i]);
        must(bk_tensor_require_grad(leaf[i], true));
    }
    bk_tensor *y = leaf[0];
    for (int k = 0; k < 12; k++) {
        const size_t which = (size_t)((pseudo(&state) + 1) * 6.5) % (sizeof steps / sizeof *steps);
        y = steps[which](y, leaf[k % 3 == 0]);
        if (fabs(rank == 0 ? item(y) : item(bk_sum(y))) > 4) {
            y = bk_tanh(y);
        }
    }
    must(bk_backward(y, NULL, false));
    out[0] = item(y);
    for (int i = 0; i < 2; i++) {
        const bk_tensor *gradient = bk_tensor_grad(leaf[i]);
        out[1 + i] = gradient == NULL ? 0 : item(gradient);
    }
    bk_tape_destroy(tape);
}

Test(operations_scalar, the_short_way_has_the_bits_of_the_long_one)
{
    for (int d = 0; d < 2; d++) {
        int moving = 0;
        for (uint64_t seed = 1; seed <= 2000; seed++) {
            double brief[3], full[3];
            run(both_dtypes[d], 0, seed, brief);
            run(both_dtypes[d], 1, seed, full);
            for (int i = 0; i < 3; i++) {
                cr_assert(memcmp(&brief[i], &full[i], sizeof brief[i]) == 0, "%s, graph %llu, %d: %a and %a",
                          bk_dtype_name(both_dtypes[d]), (unsigned long long)seed, i, brief[i], full[i]);
            }
            moving += brief[1] != 0 && isfinite(brief[1]);
        }
        cr_assert_gt(moving, 800); /* a graph without gradient shows nothing */
    }
}

Test(operations_scalar, stale_values_are_found)
{
    bk_tape *tape = bk_tape_create();
    for (int d = 0; d < 2; d++) {
        bk_tensor *w = leaf_scalar(tape, both_dtypes[d], 3), *x = bk_tensor_scalar(tape, both_dtypes[d], 2);
        bk_tensor *y = bk_mul(w, x);
        must(bk_add_in_place(x, x));
        cr_assert_eq(bk_backward(y, NULL, false), BK_STALE);
        says("mul saved its second input [], which is at version 1, expected version 0");
        cr_assert_null(bk_tensor_grad(w));
    }
    bk_tape_destroy(tape);
}

/* Numbers and arrays meet in one graph: a scalar broadcast into a vector and summed back. */
Test(operations_scalar, scalars_and_vectors_mix)
{
    bk_tape *tape = bk_tape_create();
    bk_tensor *w = leaf_scalar(tape, BK_F64, 3);
    const double values[3] = {1, 2, 4};
    bk_tensor *v = vector_of(tape, BK_F64, 3, values);
    bk_tensor *square = bk_mul(w, w); /* 9, slope 6 */
    must(bk_tensor_retain_grad(square));
    bk_tensor *product = bk_mul(square, v);
    bk_tensor *l = bk_add(bk_sum(product), bk_scale(square, 10)); /* 17 w^2 */
    must(bk_backward(l, NULL, true));
    cr_assert_eq(item(bk_tensor_grad(w)), 17 * 6);
    cr_assert_eq(item(bk_tensor_grad(square)), 17);
    must(bk_backward(l, NULL, false));
    cr_assert_eq(item(bk_tensor_grad(w)), 2 * 17 * 6);
    bk_tensor *gradient;
    l = bk_mul(bk_mul(w, w), bk_tensor_scalar(tape, BK_F32, 0.5)); /* f32 with f64 */
    must(bk_grad(l, 1, &w, &gradient, false, false));
    cr_assert_eq(item(gradient), 3);
    cr_assert_eq(bk_backward(gradient, NULL, false), BK_UNSUPPORTED);
    says("second derivatives (create_graph) are not supported");
    bk_tape_destroy(tape);
}
