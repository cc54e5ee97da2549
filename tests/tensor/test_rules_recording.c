/* SPDX-License-Identifier: GPL-3.0-or-later
 * Rules 1 to 15, numbered as in the reference: what is recorded, what is saved, what in-place operations do.
 */
#include <pthread.h>

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

static void rule_03(bk_dtype dtype)
{
    bk_tensor *w = leaf(dtype);
    cr_assert(bk_tensor_is_leaf(w));
    cr_assert_null(bk_tensor_grad_fn(w));
    cr_assert_not(bk_tensor_is_leaf(bk_neg(w)));
}
Test(rules_recording, rule_03_leaf_has_no_grad_fn) { RUN_BOTH(rule_03); }

static void rule_04(bk_dtype dtype)
{
    bk_tensor *w = leaf(dtype);
    bk_tensor *y = bk_exp(w);
    cr_assert_eq(bk_tensor_require_grad(y, false), BK_GRAPH);
    says("leaves only");
    must(bk_tensor_require_grad(y, true));
    must(bk_tensor_require_grad(w, false));
}
Test(rules_recording, rule_04_requires_grad_switches_on_leaves_only) { RUN_BOTH(rule_04); }

static void rule_05(bk_dtype dtype)
{
    bk_tensor *a = vector_of(tape, dtype, 3, three);
    const size_t before = bk_tape_live_tensors(tape);
    bk_tensor *y = bk_exp(bk_mul(a, a));
    cr_assert_null(bk_tensor_grad_fn(y));
    cr_assert_eq(bk_tape_live_tensors(tape), before + 2); /* two results, nothing saved */
}
Test(rules_recording, rule_05_nothing_recorded_where_no_input_needs_grad) { RUN_BOTH(rule_05); }

typedef struct named {
    bk_tensor *tensor;
    const char *name;
} named;

static void expect_names(size_t count, const named *rows)
{
    for (size_t i = 0; i < count; i++) {
        cr_assert_not_null(rows[i].tensor, "%s: %s", rows[i].name, bk_error_message());
        cr_assert_str_eq(bk_tensor_grad_fn(rows[i].tensor), rows[i].name);
    }
}

#define EXPECT_NAMES(rows) expect_names(sizeof(rows) / sizeof *(rows), rows)

static void rule_06(bk_dtype dtype)
{
    bk_tensor *w = leaf(dtype);
    const double low = -1;
    const named one_input[] = {{bk_neg(w), "Neg"},
                               {bk_square(w), "Square"},
                               {bk_pow_constant(w, 3), "Pow"},
                               {bk_sqrt(w), "Sqrt"},
                               {bk_exp(w), "Exp"},
                               {bk_log(w), "Log"},
                               {bk_log1p(w), "Log1p"},
                               {bk_abs(w), "Abs"},
                               {bk_sign(w), "Sign"},
                               {bk_sin(w), "Sin"},
                               {bk_cos(w), "Cos"},
                               {bk_tanh(w), "Tanh"},
                               {bk_relu(w), "Relu"},
                               {bk_sigmoid(w), "Sigmoid"},
                               {bk_softplus(w), "Softplus"},
                               {bk_log_sigmoid(w), "LogSigmoid"},
                               {bk_clamp(w, &low, NULL), "Clamp"},
                               {bk_scale(w, 2), "Scale"},
                               {bk_add_constant(w, 2), "AddConstant"},
                               {bk_cast(w, dtype == BK_F32 ? BK_F64 : BK_F32), "Cast"}};
    EXPECT_NAMES(one_input);
    bk_tensor *condition = bk_greater(w, bk_tensor_scalar(tape, dtype, 0));
    const named two_inputs[] = {{bk_add(w, w), "Add"},      {bk_sub(w, w), "Sub"},
                                {bk_mul(w, w), "Mul"},      {bk_div(w, w), "Div"},
                                {bk_pow(w, w), "Pow"},      {bk_maximum(w, w), "Max"},
                                {bk_minimum(w, w), "Min"},  {bk_where(condition, w, w), "Where"},
                                {bk_matmul(w, w), "MatMul"}};
    EXPECT_NAMES(two_inputs);
}
Test(rules_recording, rule_06_grad_fn_names) { RUN_BOTH(rule_06); }

static void rule_06_more(bk_dtype dtype)
{
    const size_t row[2] = {1, 3}, square[2] = {3, 3};
    const int order[2] = {1, 0}, both[2] = {0, 1};
    const int64_t numbers[1] = {0};
    const size_t one = 1;
    bk_tensor *w = leaf(dtype), *m = bk_reshape(w, 2, row);
    bk_tensor *index = bk_tensor_from(tape, BK_I64, 1, &one, numbers), *pair[2] = {w, w};
    const named reductions[] = {{bk_sum(w), "Sum"},
                                {bk_mean(w), "Mean"},
                                {bk_sum_axis(w, 0, false), "Sum"},
                                {bk_mean_axis(w, 0, false), "Mean"},
                                {bk_sum_axes(m, 2, both, false), "Sum"},
                                {bk_mean_axes(m, 2, both, false), "Mean"},
                                {bk_max(w), "Max"},
                                {bk_min(w), "Min"},
                                {bk_max_axes(m, 2, both, false), "Max"},
                                {bk_min_axes(m, 2, both, false), "Min"},
                                {bk_max_axis(w, 0, false, NULL), "Max"},
                                {bk_min_axis(w, 0, false, NULL), "Min"},
                                {bk_logsumexp(w, 0, false), "LogSumExp"},
                                {bk_softmax(w, 0), "Softmax"},
                                {bk_log_softmax(w, 0), "LogSoftmax"}};
    EXPECT_NAMES(reductions);
    const named windows[] = {{m, "Reshape"},
                             {bk_transpose(m), "Transpose"},
                             {bk_transpose_axes(m, 0, 1), "Permute"},
                             {bk_permute(m, 2, order), "Permute"},
                             {bk_slice(w, 0, 1, BK_TO_END, 1), "Slice"},
                             {bk_select(w, 0, 1), "Index"},
                             {bk_expand(w, 2, square), "Expand"},
                             {bk_index_select(w, 0, index), "IndexSelect"},
                             {bk_gather(w, 0, index), "Gather"},
                             {bk_concatenate(2, pair, 0), "Concatenate"},
                             {bk_stack(2, pair, 0), "Concatenate"}};
    EXPECT_NAMES(windows);
}
Test(rules_recording, rule_06_grad_fn_names_of_reductions_and_views) { RUN_BOTH(rule_06_more); }

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

/* Positions and conditions are saved values as well, although they are never in a graph. */
static void rule_07_indices(bk_dtype dtype)
{
    const size_t count = 3;
    const int64_t numbers[3] = {0, 2, 1};
    for (int user = 0; user < 3; user++) {
        bk_tensor *w = leaf(dtype), *index = bk_tensor_from(tape, BK_I64, 1, &count, numbers);
        bk_tensor *results[3] = {bk_where(index, w, bk_neg(w)), bk_index_select(w, 0, index),
                                 bk_gather(w, 0, index)};
        bk_tensor *l = bk_sum(results[user]);
        must(bk_backward(l, NULL, true));
        bk_tensor_zero_grad(w, false);
        must(bk_mul_in_place(index, bk_tensor_scalar(tape, BK_I64, 1)));
        cr_assert_eq(bk_backward(l, NULL, true), BK_STALE, "%d", user);
        says("which is at version 1, expected version 0");
        cr_assert_null(bk_tensor_grad(w));
    }
}
Test(rules_recording, rule_07_stale_index_or_condition) { RUN_BOTH(rule_07_indices); }

static void rule_08(bk_dtype dtype)
{
    bk_tensor *a = vector_of(tape, dtype, 3, three);
    bk_tensor *two = bk_tensor_scalar(tape, dtype, 2);
    must(bk_add_in_place(a, two));
    must(bk_sub_in_place(a, two));
    must(bk_mul_in_place(a, two));
    bk_grad_mode_set(false);
    must(bk_div_in_place(a, two));
    must(bk_relu_in_place(a));
    must(bk_add_scaled_in_place(a, two, 3));
    must(write_three(a, 1, 2, 3));
    cr_assert_eq(bk_tensor_version(a), 7);
    expect(a, 1, 2, 3, 0);
}
Test(rules_recording, rule_08_each_in_place_operation_bumps_the_version_once) { RUN_BOTH(rule_08); }

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

static bk_tensor *cubed(bk_tensor *a) { return bk_pow_constant(a, 3); }
static bk_tensor *clamped(bk_tensor *a)
{
    const double low = 0;
    return bk_clamp(a, &low, NULL);
}
static bk_tensor *scaled(bk_tensor *a) { return bk_scale(a, 2); }
static bk_tensor *shifted(bk_tensor *a) { return bk_add_constant(a, 2); }
static bk_tensor *soft(bk_tensor *a) { return bk_softmax(a, 0); }
static bk_tensor *log_soft(bk_tensor *a) { return bk_log_softmax(a, 0); }
static bk_tensor *log_sum(bk_tensor *a) { return bk_logsumexp(a, 0, true); }
static bk_tensor *largest(bk_tensor *a) { return bk_max_axis(a, 0, true, NULL); }
static bk_tensor *part(bk_tensor *a) { return bk_slice(a, 0, 1, BK_TO_END, 1); }
static bk_tensor *twice(bk_tensor *a) { return bk_concatenate(2, (bk_tensor *[]){a, a}, 0); }

/* What each operation of one input keeps: a change of that before backward is noticed, any other is not. */
static void rule_09_kept(bk_dtype dtype)
{
    enum { NOTHING = 0, INPUT = 1, OUTPUT = 2 };
    static const struct {
        bk_tensor *(*function)(bk_tensor *);
        int keeps;
    } rows[] = {{bk_neg, NOTHING},    {scaled, NOTHING},  {shifted, NOTHING},       {bk_sign, NOTHING},
                {bk_sum, NOTHING},    {bk_mean, NOTHING}, {largest, NOTHING},       {part, NOTHING},
                {twice, NOTHING},     {bk_square, INPUT}, {cubed, INPUT},           {bk_log, INPUT},
                {bk_log1p, INPUT},    {bk_abs, INPUT},    {bk_sin, INPUT},          {bk_cos, INPUT},
                {bk_softplus, INPUT}, {clamped, INPUT},   {bk_log_sigmoid, INPUT},  {bk_sqrt, OUTPUT},
                {bk_exp, OUTPUT},     {bk_tanh, OUTPUT},  {bk_relu, OUTPUT},        {bk_sigmoid, OUTPUT},
                {soft, OUTPUT},       {log_soft, OUTPUT}, {log_sum, INPUT | OUTPUT}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        for (int changed = INPUT; changed <= OUTPUT; changed++) {
            bk_tensor *x = bk_scale(leaf(dtype), 1);
            bk_tensor *y = rows[i].function(x);
            bk_tensor *l = bk_sum(y);
            bk_grad_mode_set(false);
            must(bk_mul_in_place(changed == INPUT ? x : y, bk_tensor_scalar(tape, dtype, 1)));
            bk_grad_mode_set(true);
            cr_assert_eq(bk_backward(l, NULL, false), rows[i].keeps & changed ? BK_STALE : BK_OK,
                         "row %zu, %s", i, changed == INPUT ? "input" : "output");
        }
    }
}
Test(rules_recording, rule_09_what_each_operation_keeps) { RUN_BOTH(rule_09_kept); }

static void rule_10(bk_dtype dtype)
{
    bk_tensor *w = bk_tensor_name(leaf(dtype), "w");
    cr_assert_eq(bk_add_in_place(w, w), BK_GRAPH);
    says(dtype == BK_F32 ? "w (f32 [3]) is a leaf that requires" : "w (f64 [3]) is a leaf that requires");
    cr_assert_eq(bk_relu_in_place(w), BK_GRAPH);
    cr_assert_eq(bk_add_scaled_in_place(w, w, 1), BK_GRAPH);
    cr_assert_eq(write_three(w, 0, 0, 0), BK_GRAPH);
    expect(w, three[0], three[1], three[2], 0);
    cr_assert_eq(bk_tensor_version(w), 0);
}
Test(rules_recording, rule_10_in_place_on_a_leaf_in_grad_mode) { RUN_BOTH(rule_10); }

static void rule_11(bk_dtype dtype)
{
    bk_tensor *w = leaf(dtype);
    bk_grad_mode_set(false);
    must(bk_sub_in_place(w, bk_tensor_scalar(tape, dtype, 1)));
    bk_grad_mode_set(true);
    expect(w, -0.5, -2.25, 1, 0);
    cr_assert(bk_tensor_is_leaf(w));
    cr_assert(bk_tensor_requires_grad(w));
}
Test(rules_recording, rule_11_in_place_on_a_leaf_without_grad_mode) { RUN_BOTH(rule_11); }

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

static void rule_12_more(bk_dtype dtype)
{
    bk_tensor *w = leaf(dtype);
    bk_tensor *y = bk_scale(w, 3);
    must(bk_relu_in_place(y));
    must(bk_backward(bk_sum(y), NULL, false));
    expect(bk_tensor_grad(w), 3, 0, 3, 0);
    bk_tensor *z = bk_scale(w, 3);
    must(write_three(z, 1, 2, 3));
    bk_tensor_zero_grad(w, false);
    must(bk_backward(bk_sum(z), NULL, false));
    cr_assert_null(bk_tensor_grad(w)); /* the new values depend on nothing */
}
Test(rules_recording, rule_12_relu_and_write_in_place) { RUN_BOTH(rule_12_more); }

static void rule_13(bk_dtype dtype)
{
    bk_tensor *w = leaf(dtype);
    bk_tensor *y = bk_exp(w);
    bk_tensor *l = bk_sum(y);
    bk_tensor *alias = bk_detach(y);
    cr_assert_not(bk_tensor_requires_grad(alias));
    must(bk_add_in_place(alias, bk_tensor_scalar(tape, dtype, 1)));
    cr_assert_eq(bk_tensor_version(y), 1);
    double values[3], seen[3];
    read_doubles(alias, values);
    read_doubles(y, seen);
    cr_assert_eq(memcmp(values, seen, sizeof values), 0);
    cr_assert_eq(bk_backward(l, NULL, false), BK_STALE);
}
Test(rules_recording, rule_13_detach_shares_storage_and_version) { RUN_BOTH(rule_13); }

/* The view would show the new values and know nothing of their gradient. The source itself is no view. */
static void rule_13_views(bk_dtype dtype)
{
    bk_tensor *w = leaf_scalar(tape, dtype, 2), *x = bk_detach(bk_exp(leaf_scalar(tape, dtype, 0)));
    const size_t shape[1] = {1};
    bk_tensor *alias = bk_detach(x);
    bk_tensor *view = bk_reshape(alias, 1, shape);
    cr_assert_not_null(view);
    bk_tensor_release(x);
    cr_assert_eq(bk_mul_in_place(alias, w), BK_GRAPH);
    cr_assert_not_null(strstr(bk_error_message(), "view"));
    bk_tensor_release(view);
    must(bk_mul_in_place(alias, w));
    must(bk_backward(alias, NULL, false));
    cr_assert_eq(item(bk_tensor_grad(w)), 1);
}
Test(rules_recording, rule_13_a_detached_alias_with_a_view) { RUN_BOTH(rule_13_views); }

/* There is no alias with a counter of its own (PyTorch's .data): whatever shares storage shares the version.
 */
static void rule_14(bk_dtype dtype)
{
    const size_t row[2] = {1, 3};
    for (int alias = 0; alias < 5; alias++) {
        bk_tensor *y = bk_exp(leaf(dtype));
        bk_tensor *l = bk_sum(y);
        bk_tensor *aliases[5] = {bk_detach(y), bk_tensor_retain(y), bk_reshape(y, 2, row), bk_cast(y, dtype),
                                 bk_detach(bk_slice(y, 0, 1, 2, 1))};
        bk_grad_mode_set(false);
        must(bk_add_in_place(aliases[alias], bk_tensor_scalar(tape, dtype, 1)));
        bk_grad_mode_set(true);
        for (int other = 0; other < 5; other++) {
            cr_assert_eq(bk_tensor_version(aliases[other]), 1, "%d through %d", other, alias);
        }
        cr_assert_eq(bk_tensor_version(y), 1);
        cr_assert_eq(bk_backward(l, NULL, false), BK_STALE);
    }
}
Test(rules_recording, rule_14_every_alias_shares_the_version) { RUN_BOTH(rule_14); }

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

static void rule_15_errors(bk_dtype dtype)
{
    bk_scope scope = bk_scope_open(tape);
    bk_grad_mode_set(false);
    bk_tensor *w = leaf(dtype);
    bk_tensor *y = bk_exp(w);
    cr_assert_not(bk_tensor_requires_grad(y)); /* made while it was off */
    cr_assert_null(bk_matmul(y, bk_tensor_scalar(tape, dtype, 1)));
    cr_assert_eq(bk_backward(y, NULL, false), BK_GRAPH);
    cr_assert_not(bk_grad_mode()); /* an error changes nothing */
    bk_scope_close(scope);
    cr_assert(bk_grad_mode()); /* and a scope that is left because of one restores it */
}
Test(rules_recording, rule_15_grad_mode_after_errors) { RUN_BOTH(rule_15_errors); }

/* Thread-local: a thread starts with grad mode on, whatever the one that made it has, and changes its own. */
static void *switch_grad_mode(void *seen)
{
    ((int *)seen)[0] = bk_grad_mode();
    bk_grad_mode_set(true);
    ((int *)seen)[1] = bk_grad_mode();
    return NULL;
}

Test(rules_recording, rule_15_grad_mode_belongs_to_the_thread)
{
    int seen[2] = {-1, -1};
    pthread_t thread;
    bk_grad_mode_set(false);
    cr_assert_eq(pthread_create(&thread, NULL, switch_grad_mode, seen), 0);
    cr_assert_eq(pthread_join(thread, NULL), 0);
    cr_assert(seen[0] == 1 && seen[1] == 1);
    cr_assert_not(bk_grad_mode());
    bk_grad_mode_set(true);
}
