/* SPDX-License-Identifier: GPL-3.0-or-later
 * Bad input, call by call: the status, a message that names what is wrong, nothing left behind, inputs as
 * they were, and a tape that still computes. */
#include "rules.h"

RULES_SUITE(rules_errors);

/* What the mistakes are made with. */
typedef struct material {
    bk_tensor *w;       /* f64 [3], requires grad */
    bk_tensor *matrix;  /* f64 [2, 3], requires grad */
    bk_tensor *narrow;  /* f32 [3] */
    bk_tensor *whole;   /* i64 [2]: 0, 7 */
    bk_tensor *none;    /* f64 [0, 3] */
    bk_tensor *foreign; /* f64 [3], of another tape */
} material;

typedef struct mistake {
    const char *name;
    bk_status (*make)(const material *m);
    bk_status status;
    const char *message; /* has these two parts */
    const char *more;
} mistake;

/* A call that returns a tensor: NULL with the failure recorded. */
static bk_status of(const bk_tensor *result) { return result == NULL ? bk_error_status() : BK_OK; }

static const size_t four[1] = {4}, two_three[2] = {2, 3};
static const double low = 1, nan_bound = NAN;

/* ---- Shapes ---- */

#define MISTAKE(name, call)                  \
    static bk_status name(const material *m) \
    {                                        \
        (void)m;                             \
        return call;                         \
    }
MISTAKE(add_shapes, of(bk_add(m->matrix, bk_tensor_zeros(tape, BK_F64, 1, four))))
MISTAKE(where_shapes, of(bk_where(m->whole, m->w, m->w)))
MISTAKE(pow_shapes, of(bk_pow(bk_tensor_zeros(tape, BK_F64, 1, four), m->w)))
MISTAKE(in_place_shapes, bk_add_in_place(bk_scale(m->w, 2), m->matrix))
MISTAKE(copy_shapes, bk_copy_in_place(bk_scale(m->w, 2), m->matrix))
MISTAKE(matmul_shapes, of(bk_matmul(m->matrix, m->matrix)))
MISTAKE(matmul_rank, of(bk_matmul(bk_sum(m->w), m->w)))
MISTAKE(reshape_size, of(bk_reshape(m->matrix, 1, four)))
MISTAKE(reshape_rank, of(bk_reshape(m->matrix, 5, four)))
MISTAKE(expand_shape, of(bk_expand(m->matrix, 1, four)))
MISTAKE(concatenate_shapes, of(bk_concatenate(2, (bk_tensor *[]){m->matrix, m->none}, 1)))
MISTAKE(concatenate_nothing, of(bk_concatenate(0, NULL, 0)))
MISTAKE(stack_shapes, of(bk_stack(2, (bk_tensor *[]){m->matrix, m->w}, 0)))
MISTAKE(seed_shape, bk_backward(bk_scale(m->w, 2), m->matrix, false))
MISTAKE(item_of_many, bk_tensor_item(m->w, &(double){0}))
MISTAKE(extreme_of_nothing, of(bk_max(m->none)))
MISTAKE(extreme_of_nothing_axis, of(bk_min_axis(m->none, 0, false, NULL)))
MISTAKE(rank_5, of(bk_tensor_zeros(tape, BK_F64, 5, (size_t[5]){1, 1, 1, 1, 1})))
MISTAKE(stack_to_rank_5,
        of(bk_stack(1, (bk_tensor *[]){bk_tensor_zeros(tape, BK_F64, 4, (size_t[4]){1, 1, 1, 1})}, 0)))

static const mistake shapes[] = {
    {"add", add_shapes, BK_SHAPE, "[2, 3]", "[4]"},
    {"where", where_shapes, BK_SHAPE, "[2]", "[3]"},
    {"pow", pow_shapes, BK_SHAPE, "[4]", "[3]"},
    {"add_in_place", in_place_shapes, BK_SHAPE, "[2, 3]", "[3]"},
    {"copy_in_place", copy_shapes, BK_SHAPE, "[2, 3]", "[3]"},
    {"matmul", matmul_shapes, BK_SHAPE, "[2, 3] and [2, 3]", "3 columns against 2 rows"},
    {"matmul", matmul_rank, BK_SHAPE, "[]", "[3]"},
    {"reshape", reshape_size, BK_SHAPE, "[2, 3]", "[4]"},
    {"reshape", reshape_rank, BK_SHAPE, "5", "4"},
    {"expand", expand_shape, BK_SHAPE, "[2, 3]", "[4]"},
    {"concatenate", concatenate_shapes, BK_SHAPE, "[2, 3]", "[0, 3]"},
    {"concatenate", concatenate_nothing, BK_INVALID, "concatenate", "0"},
    {"stack", stack_shapes, BK_SHAPE, "[2, 3]", "[3]"},
    {"seed", seed_shape, BK_SHAPE, "[2, 3]", "[3]"},
    {"item", item_of_many, BK_SHAPE, "[3]", "3 elements"},
    {"max of nothing", extreme_of_nothing, BK_SHAPE, "max", "[0, 3]"},
    {"min_axis of nothing", extreme_of_nothing_axis, BK_SHAPE, "min", "[0, 3]"},
    {"rank 5", rank_5, BK_SHAPE, "5", "4"},
    {"stack to rank 5", stack_to_rank_5, BK_SHAPE, "stack", "4"},
};

/* ---- Axes and positions ---- */

MISTAKE(sum_axis_2, of(bk_sum_axis(m->matrix, 2, false)))
MISTAKE(mean_axis_below, of(bk_mean_axis(m->matrix, -3, false)))
MISTAKE(axis_of_scalar, of(bk_logsumexp(bk_sum(m->w), 0, false)))
MISTAKE(softmax_axis, of(bk_softmax(m->matrix, 5)))
MISTAKE(axis_twice, of(bk_sum_axes(m->matrix, 2, (int[2]){0, -2}, false)))
MISTAKE(axes_out, of(bk_max_axes(m->matrix, 1, (int[1]){2}, false)))
MISTAKE(permute_twice, of(bk_permute(m->matrix, 2, (int[2]){1, 1})))
MISTAKE(permute_rank, of(bk_permute(m->matrix, 1, (int[1]){0})))
MISTAKE(transpose_axis, of(bk_transpose_axes(m->matrix, 0, 2)))
MISTAKE(slice_axis, of(bk_slice(m->w, 1, 0, 1, 1)))
MISTAKE(slice_step, of(bk_slice(m->w, 0, 0, 1, 0)))
MISTAKE(select_out, of(bk_select(m->w, 0, 3)))
MISTAKE(select_below, of(bk_select(m->w, 0, -4)))
MISTAKE(index_out, of(bk_index_select(m->w, 0, m->whole)))
MISTAKE(gather_out, of(bk_gather(m->w, 0, m->whole)))
MISTAKE(gather_rank, of(bk_gather(m->matrix, 0, m->whole)))
MISTAKE(index_rank, of(bk_index_select(m->w, 0, bk_tensor_zeros(tape, BK_I64, 2, two_three))))
MISTAKE(concatenate_axis, of(bk_concatenate(1, (bk_tensor *[]){m->w}, 1)))

static const mistake positions[] = {
    {"sum_axis", sum_axis_2, BK_SHAPE, "[2, 3]", "no axis 2"},
    {"mean_axis", mean_axis_below, BK_SHAPE, "[2, 3]", "no axis -3"},
    {"logsumexp", axis_of_scalar, BK_SHAPE, "[]", "axis 0"},
    {"softmax", softmax_axis, BK_SHAPE, "[2, 3]", "axis 5"},
    {"sum_axes twice", axis_twice, BK_SHAPE, "sum", "twice"},
    {"max_axes", axes_out, BK_SHAPE, "[2, 3]", "axis 2"},
    {"permute twice", permute_twice, BK_SHAPE, "permute", "twice"},
    {"permute rank", permute_rank, BK_SHAPE, "permute", "[2, 3]"},
    {"transpose_axes", transpose_axis, BK_SHAPE, "[2, 3]", "axis 2"},
    {"slice axis", slice_axis, BK_SHAPE, "[3]", "axis 1"},
    {"slice step", slice_step, BK_INVALID, "slice", "0"},
    {"select", select_out, BK_SHAPE, "index 3", "axis 0 of size 3"},
    {"select below", select_below, BK_SHAPE, "index -4", "axis 0 of size 3"},
    {"index_select", index_out, BK_SHAPE, "7", "3"},
    {"gather", gather_out, BK_SHAPE, "7", "3"},
    {"gather rank", gather_rank, BK_SHAPE, "[2, 3]", "[2]"},
    {"index_select rank", index_rank, BK_SHAPE, "index_select", "[2, 3]"},
    {"concatenate axis", concatenate_axis, BK_SHAPE, "[3]", "axis 1"},
};

/* ---- Dtypes and values ---- */

MISTAKE(matmul_mixed, of(bk_matmul(m->w, m->narrow)))
MISTAKE(matmul_whole, of(bk_matmul(m->whole, m->whole)))
MISTAKE(whole_requires_grad, bk_tensor_require_grad(m->whole, true))
MISTAKE(condition_floating, of(bk_where(m->w, m->w, m->w)))
MISTAKE(index_floating, of(bk_index_select(m->w, 0, m->w)))
MISTAKE(gather_floating, of(bk_gather(m->w, 0, m->narrow)))
MISTAKE(floating_into_whole, bk_add_in_place(m->whole, bk_tensor_scalar(tape, BK_F64, 1)))
MISTAKE(whole_divided, bk_div_in_place(m->whole, m->whole))
MISTAKE(mean_of_whole, of(bk_mean(m->whole)))
MISTAKE(seed_dtype, bk_backward(bk_scale(m->w, 2), m->narrow, false))
MISTAKE(dtype_u8, of(bk_tensor_zeros(tape, BK_U8, 0, NULL)))
MISTAKE(cast_to_text, of(bk_cast(m->w, BK_TEXT)))
MISTAKE(cast_nan, of(bk_cast(bk_tensor_scalar(tape, BK_F64, NAN), BK_I64)))
MISTAKE(cast_large, of(bk_cast(bk_tensor_scalar(tape, BK_F64, 1e19), BK_I64)))
MISTAKE(half_as_whole, of(bk_tensor_scalar(tape, BK_I64, 0.5)))
MISTAKE(clamp_nothing, of(bk_clamp(m->w, NULL, NULL)))
MISTAKE(clamp_nan, of(bk_clamp(m->w, &low, &nan_bound)))
MISTAKE(no_values, of(bk_tensor_from(tape, BK_F64, 1, four, NULL)))
MISTAKE(write_no_values, bk_tensor_write(m->narrow, NULL))
MISTAKE(no_shape, of(bk_tensor_zeros(tape, BK_F64, 1, NULL)))

static const mistake types[] = {
    {"matmul f64 f32", matmul_mixed, BK_DTYPE, "f64 [3]", "f32 [3]"},
    {"matmul i64", matmul_whole, BK_DTYPE, "i64", "bk_cast"},
    {"require_grad", whole_requires_grad, BK_DTYPE, "only floating tensors can require gradients", "i64"},
    {"where", condition_floating, BK_DTYPE, "where", "f64"},
    {"index_select", index_floating, BK_DTYPE, "index_select", "f64"},
    {"gather", gather_floating, BK_DTYPE, "gather", "f32"},
    {"f64 into i64", floating_into_whole, BK_DTYPE, "f64", "i64"},
    {"i64 divided", whole_divided, BK_DTYPE, "f32", "i64"},
    {"mean of i64", mean_of_whole, BK_DTYPE, "mean", "i64"},
    {"seed", seed_dtype, BK_DTYPE, "f32 [3]", "f64 [3]"},
    {"u8", dtype_u8, BK_DTYPE, "u8", "f64"},
    {"cast to text", cast_to_text, BK_DTYPE, "cast", "text"},
    {"cast of NaN", cast_nan, BK_INVALID, "cast", "nan"},
    {"cast of 1e19", cast_large, BK_INVALID, "cast", "1e+19"},
    {"0.5 as i64", half_as_whole, BK_INVALID, "i64", "0.5"},
    {"clamp to nothing", clamp_nothing, BK_INVALID, "clamp", "bound"},
    {"clamp to NaN", clamp_nan, BK_INVALID, "clamp", "NaN"},
    {"no values", no_values, BK_INVALID, "no values", "4"},
    {"write no values", write_no_values, BK_INVALID, "no values", "3"},
    {"no shape", no_shape, BK_INVALID, "shape", "1"},
};

/* ---- Sizes that overflow ---- */

#define HUGE_SIZE ((size_t)1 << (8 * sizeof(size_t) - 2))
MISTAKE(zeros_overflow, of(bk_tensor_zeros(tape, BK_F64, 2, (size_t[2]){HUGE_SIZE, 8})))
MISTAKE(zeros_bytes, of(bk_tensor_zeros(tape, BK_F64, 1, (size_t[1]){HUGE_SIZE})))
MISTAKE(expand_then_reshape, of(bk_reshape(m->w, 2, (size_t[2]){HUGE_SIZE, 8})))
MISTAKE(expand_overflow, of(bk_expand(m->w, 3, (size_t[3]){HUGE_SIZE, 8, 3})))
MISTAKE(add_of_expanded, of(bk_add(bk_expand(bk_sum(m->w), 2, (size_t[2]){HUGE_SIZE / 8, 1}),
                                   bk_expand(bk_sum(m->w), 2, (size_t[2]){1, HUGE_SIZE / 8}))))
MISTAKE(outer_product_overflow, of(bk_matmul(bk_expand(bk_sum(m->w), 2, (size_t[2]){HUGE_SIZE / 8, 1}),
                                             bk_expand(bk_sum(m->w), 2, (size_t[2]){1, HUGE_SIZE / 8}))))

static const mistake sizes[] = {
    {"zeros", zeros_overflow, BK_OVERFLOW, "", ""},
    {"zeros in bytes", zeros_bytes, BK_OVERFLOW, "", ""},
    {"reshape", expand_then_reshape, BK_SHAPE, "reshape", "3 elements"},
    {"expand", expand_overflow, BK_OVERFLOW, "", ""},
    {"add", add_of_expanded, BK_OVERFLOW, "", ""},
    {"matmul", outer_product_overflow, BK_OVERFLOW, "", ""},
};

/* ---- Graphs and tapes ---- */

static bk_status backward_twice(const material *m)
{
    bk_tensor *l = bk_sum(bk_exp(m->w));
    must(bk_backward(l, NULL, false));
    bk_tensor_zero_grad(m->w, false);
    return bk_backward(l, NULL, false);
}

static bk_status grad_twice(const material *m)
{
    bk_tensor *w = m->w, *gradient = NULL, *l = bk_sum(bk_exp(w));
    must(bk_grad(l, 1, &w, &gradient, false, false));
    bk_tensor_release(gradient);
    return bk_grad(l, 1, &w, &gradient, false, false);
}

static bk_status stale(const material *m)
{
    bk_tensor *y = bk_exp(m->w);
    bk_tensor *l = bk_sum(y);
    must(bk_add_in_place(y, y));
    return bk_backward(l, NULL, false);
}

static bk_status unreached(const material *m)
{
    bk_tensor *inputs[2] = {m->w, m->matrix}, *gradients[2];
    return bk_grad(bk_sum(m->w), 2, inputs, gradients, false, false);
}

static bk_status grad_without_gradient(const material *m)
{
    bk_tensor *narrow = m->narrow, *gradient;
    return bk_grad(bk_sum(m->w), 1, &narrow, &gradient, false, false);
}

static bk_status expanded_in_place(const material *m)
{
    return bk_add_in_place(bk_expand(m->narrow, 2, two_three), m->narrow);
}

MISTAKE(without_history, bk_backward(bk_sum(m->narrow), NULL, false))
MISTAKE(many_elements, bk_backward(bk_exp(m->w), NULL, false))
MISTAKE(leaf_in_place, bk_relu_in_place(m->w))
MISTAKE(leaf_copied_into, bk_copy_in_place(m->w, m->w))
MISTAKE(turn_off_result, bk_tensor_require_grad(bk_exp(m->w), false))
MISTAKE(retain_without, bk_tensor_retain_grad(m->narrow))
MISTAKE(no_gradient_yet, of(bk_tensor_grad(m->w)))
MISTAKE(two_tapes, of(bk_add(m->w, m->foreign)))
MISTAKE(two_tapes_where, of(bk_where(bk_greater(m->w, m->w), m->w, m->foreign)))
MISTAKE(two_tapes_stack, of(bk_stack(2, (bk_tensor *[]){m->w, m->foreign}, 0)))
MISTAKE(two_tapes_in_place, bk_add_in_place(bk_scale(m->w, 1), m->foreign))
MISTAKE(two_tapes_seed, bk_backward(bk_scale(m->w, 1), m->foreign, false))
MISTAKE(null_operand, of(bk_concatenate(2, (bk_tensor *[]){m->w, NULL}, 0)))
MISTAKE(null_where, of(bk_where(m->whole, NULL, m->w)))

static const mistake graphs[] = {
    {"backward twice", backward_twice, BK_GRAPH, "a second time", "retain_graph"},
    {"grad twice", grad_twice, BK_GRAPH, "a second time", "retain_graph"},
    {"stale", stale, BK_STALE, "exp saved its output [3]", "version 1, expected version 0"},
    {"unreached", unreached, BK_GRAPH, "does not depend on input 1", "allow_unused"},
    {"no gradient asked for", grad_without_gradient, BK_GRAPH, "input 0", "does not require a gradient"},
    {"without history", without_history, BK_GRAPH, "does not require a gradient", "no grad_fn"},
    {"many elements", many_elements, BK_SHAPE, "[3]", "bk_sum"},
    {"leaf in place", leaf_in_place, BK_GRAPH, "f64 [3]", "leaf"},
    {"copy into a leaf", leaf_copied_into, BK_GRAPH, "f64 [3]", "leaf"},
    {"turn off", turn_off_result, BK_GRAPH, "Exp", "leaves only"},
    {"retain_grad", retain_without, BK_GRAPH, "retain_grad", "does not require"},
    {"gradient", no_gradient_yet, BK_GRAPH, "f64 [3]", "no gradient"},
    {"expanded in place", expanded_in_place, BK_INVALID, "[2, 3]", "expand"},
    {"two tapes", two_tapes, BK_GRAPH, "two tapes", "[3]"},
    {"where on two tapes", two_tapes_where, BK_GRAPH, "two tapes", ""},
    {"stack on two tapes", two_tapes_stack, BK_GRAPH, "two tapes", ""},
    {"in place on two tapes", two_tapes_in_place, BK_GRAPH, "two tapes", ""},
    {"seed of another tape", two_tapes_seed, BK_GRAPH, "two tapes", ""},
    {"NULL", null_operand, BK_INVALID, "concatenate", "NULL"},
    {"NULL in where", null_where, BK_INVALID, "where", "NULL"},
};

/* ---- The harness ---- */

static material make_material(bk_tape *other)
{
    const double six[6] = {1, 2, 3, 4, 5, 6};
    const int64_t numbers[2] = {0, 7};
    const size_t two = 2, nothing[2] = {0, 3}, count = 3;
    material m = {.w = leaf(BK_F64),
                  .matrix = bk_tensor_from(tape, BK_F64, 2, two_three, six),
                  .narrow = vector_of(tape, BK_F32, 3, three),
                  .whole = bk_tensor_from(tape, BK_I64, 1, &two, numbers),
                  .none = bk_tensor_zeros(tape, BK_F64, 2, nothing),
                  .foreign = bk_tensor_zeros(other, BK_F64, 1, &count)};
    must(bk_tensor_require_grad(m.matrix, true));
    return m;
}

static void expect_untouched(const material *m, const char *name)
{
    const bk_tensor *all[] = {m->w, m->matrix, m->narrow, m->whole, m->none, m->foreign};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        cr_assert_eq(bk_tensor_version(all[i]), 0, "%s changed input %zu", name, i);
        cr_assert(bk_tensor_is_leaf(all[i]));
        cr_assert_null(bk_tensor_grad(all[i]), "%s left a gradient", name);
    }
    expect(m->w, three[0], three[1], three[2], 0);
    cr_assert_not(bk_tensor_requires_grad(m->whole));
}

/* The tape still computes. */
static void expect_usable(const material *m)
{
    const bk_scope scope = bk_scope_open(tape);
    bk_error_clear();
    must(bk_backward(bk_sum(bk_mul(bk_matmul(m->matrix, m->w), bk_tensor_scalar(tape, BK_F64, 2))), NULL,
                     false));
    expect(bk_tensor_grad(m->w), 10, 14, 18, 0);
    bk_tensor_zero_grad(m->w, false);
    bk_tensor_zero_grad(m->matrix, false);
    bk_scope_close(scope);
}

static void make_mistakes(const mistake *rows, size_t count)
{
    bk_tape *other = bk_tape_create();
    const material m = make_material(other);
    const size_t live = bk_tape_live_tensors(tape);
    for (size_t i = 0; i < count; i++) {
        const mistake *row = &rows[i];
        for (int twice = 0; twice < 2; twice++) {
            const bk_scope scope = bk_scope_open(tape);
            bk_error_clear();
            const bk_status status = row->make(&m);
            cr_expect_eq(status, row->status, "%s: %s: %s", row->name, bk_status_name(status),
                         bk_error_message());
            cr_expect_eq(bk_error_status(), row->status, "%s", row->name);
            cr_expect(strstr(bk_error_message(), row->message) != NULL &&
                          strstr(bk_error_message(), row->more) != NULL,
                      "%s: the message is '%s'", row->name, bk_error_message());
            cr_expect(strlen(bk_error_message()) > 10, "%s", row->name);
            bk_scope_close(scope);
            cr_expect_eq(bk_tape_live_tensors(tape), live, "%s leaves %zu tensors", row->name,
                         bk_tape_live_tensors(tape) - live);
            expect_untouched(&m, row->name);
            expect_usable(&m);
        }
    }
    cr_assert_eq(bk_tape_live_tensors(other), 1);
    bk_tape_destroy(other);
}

#define MAKE_MISTAKES(rows) make_mistakes(rows, sizeof(rows) / sizeof *(rows))

Test(rules_errors, shapes_that_do_not_fit) { MAKE_MISTAKES(shapes); }
Test(rules_errors, axes_and_positions_out_of_range) { MAKE_MISTAKES(positions); }
Test(rules_errors, dtypes_and_values) { MAKE_MISTAKES(types); }
Test(rules_errors, sizes_that_overflow) { MAKE_MISTAKES(sizes); }
Test(rules_errors, graphs_and_tapes) { MAKE_MISTAKES(graphs); }

/* A failure in grad mode off, in a scope, under an open scope: every loop of it costs no memory. */
Test(rules_errors, a_loop_of_failures_costs_no_memory)
{
    bk_tensor *w = leaf(BK_F64), *other = bk_tensor_zeros(tape, BK_F64, 1, four);
    size_t bytes = 0;
    for (int i = 0; i < 20000; i++) {
        const bk_scope scope = bk_scope_open(tape);
        bk_tensor *e = bk_exp(w);
        bk_tensor *l = bk_sum(bk_mul(e, bk_tanh(e)));
        must(bk_add_in_place(e, e));
        cr_assert_eq(bk_backward(l, NULL, false), BK_STALE);
        cr_assert_null(bk_mean(bk_neg(bk_add(e, other))));
        bk_scope_close(scope);
        bytes = i == 10 ? bk_tape_bytes(tape) : bytes;
    }
    cr_assert_eq(bk_tape_bytes(tape), bytes);
}
