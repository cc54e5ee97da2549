/* SPDX-License-Identifier: GPL-3.0-or-later
 * Part 1 of the lab: scalars, dtypes, the computation graph of l = (max(a w, 0) - t)^2 + w^2 with
 * a = x + b, its gradients, and what becomes of released and of modified values. */
#include "lab_parts.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define N_LEAVES 4

/* The expression on one tape. The handles are released with the tape. */
typedef struct expression {
    bk_tensor *leaf[N_LEAVES]; /* w, x, t, b */
    bk_tensor *a, *y, *l;
} expression;

static const char *const leaf_names[N_LEAVES] = {"w", "x", "t", "b"};
static const double leaf_values[N_LEAVES] = {1.0, 2.0, 3.0, 4.0};
/* torch.tensor(1) is an integer, the others are given as f32. */
static const bk_dtype given_dtypes[N_LEAVES] = {BK_I64, BK_F32, BK_F32, BK_F32};

/* Makes a, y and l from the leaves. C leaves open which argument of a call is evaluated first, so the two
 * squares are made one after the other: the graph has the same numbers from every compiler. */
static bk_status evaluate(expression *e)
{
    bk_tensor *w = e->leaf[0];
    e->a = bk_tensor_name(bk_add(e->leaf[1], e->leaf[3]), "a");
    e->y = bk_tensor_name(bk_relu(bk_mul(e->a, w)), "y");
    bk_tensor *fit = bk_square(bk_sub(e->y, e->leaf[2]));
    bk_tensor *penalty = bk_square(w);
    e->l = bk_tensor_name(bk_add(fit, penalty), "l");
    return e->l == NULL ? bk_error_status() : BK_OK;
}

/* Builds the expression; the first require_grad leaves require gradients. */
static bk_status build(expression *e, bk_tape *tape, size_t require_grad)
{
    for (size_t i = 0; i < N_LEAVES; i++) {
        e->leaf[i] = bk_tensor_name(bk_tensor_scalar(tape, BK_F32, leaf_values[i]), leaf_names[i]);
        if (i < require_grad) {
            BK_TRY(bk_tensor_require_grad(e->leaf[i], true));
        }
    }
    return evaluate(e);
}

static bk_status set_item(bk_group *group, const char *name, const bk_tensor *tensor)
{
    double value = 0.0;
    BK_TRY(bk_tensor_item(tensor, &value));
    return bk_group_set_real(group, name, value);
}

static bk_status put_texts(bk_group *group, const char *name, const char *axis, const char *long_name,
                           const char *const *texts, size_t count)
{
    const bk_field field = {
        .name = name, .dtype = BK_TEXT, .rank = 1, .axes = {axis}, .unit = "", .long_name = long_name};
    return lab_put(group, &field, &count, texts);
}

static bk_status put_reals(bk_group *group, const char *name, const char *axis, const char *long_name,
                           const double *values, size_t count)
{
    const bk_field field = {
        .name = name, .dtype = BK_F64, .rank = 1, .axes = {axis}, .unit = "1", .long_name = long_name};
    return lab_put(group, &field, &count, values);
}

/* ---- Items 1 and 2: scalars, dtypes, who may require a gradient ---- */

static bk_status show_scalars(bk_group *group, bk_tape *tape)
{
    const char *given[N_LEAVES];
    const char *all_f32[N_LEAVES];
    for (size_t i = 0; i < N_LEAVES; i++) {
        given[i] = bk_dtype_name(bk_tensor_dtype(bk_tensor_scalar(tape, given_dtypes[i], leaf_values[i])));
        all_f32[i] = bk_dtype_name(bk_tensor_dtype(bk_tensor_scalar(tape, BK_F32, leaf_values[i])));
    }
    bk_group *scalars = bk_group_at(group, "scalar");
    BK_TRY(put_texts(scalars, "name", "name", "name of the scalar", leaf_names, N_LEAVES));
    BK_TRY(put_reals(scalars, "value", "name", "value of the scalar", leaf_values, N_LEAVES));
    BK_TRY(
        put_texts(scalars, "dtype_given", "name", "data type as given in the assignment", given, N_LEAVES));
    BK_TRY(put_texts(scalars, "dtype_f32", "name", "data type after the change to f32", all_f32, N_LEAVES));

    if (bk_tensor_require_grad(bk_tensor_scalar(tape, BK_I64, 1.0), true) == BK_OK) {
        return bk_fail(BK_FAILED, "an integer tensor was allowed to require a gradient");
    }
    const bk_status status = bk_group_set_text(group, "integer_requires_grad_error", bk_error_message());
    bk_error_clear();
    return status;
}

static const char *grad_fn_name(const bk_tensor *tensor)
{
    const char *name = bk_tensor_grad_fn(tensor);
    return name == NULL ? "none" : name;
}

static bk_status put_graph(bk_group *group, const char *name, const char *long_name, bk_tensor *output)
{
    const bk_field field = {.name = name, .dtype = BK_TEXT, .rank = 0, .unit = "", .long_name = long_name};
    bk_text dot = {0};
    bk_status status = bk_graph_write_dot(output, &dot);
    if (status == BK_OK) {
        const char *text = bk_text_string(&dot);
        status = lab_put(group, &field, NULL, &text);
    }
    bk_text_clear(&dot);
    return status;
}

static bk_status show_graph(bk_group *group, bk_tape *tape)
{
    static const char *const names[] = {"y", "l", "a"};
    expression only_w = {0};
    expression all = {0};
    BK_TRY(build(&only_w, tape, 1));
    BK_TRY(build(&all, tape, N_LEAVES));
    const char *with_w[] = {grad_fn_name(only_w.y), grad_fn_name(only_w.l), grad_fn_name(only_w.a)};
    const char *with_all[] = {grad_fn_name(all.y), grad_fn_name(all.l), grad_fn_name(all.a)};
    bk_group *functions = bk_group_at(group, "grad_fn");
    BK_TRY(put_texts(functions, "tensor", "tensor", "name of the result", names, 3));
    BK_TRY(put_texts(functions, "operation", "tensor", "recorded operation where only w requires a gradient",
                     with_w, 3));
    BK_TRY(put_texts(functions, "operation_all_leaves", "tensor",
                     "recorded operation where all leaves require a gradient", with_all, 3));
    BK_TRY(set_item(group, "value_a", only_w.a));
    BK_TRY(set_item(group, "value_y", only_w.y));
    BK_TRY(set_item(group, "value_l", only_w.l));
    bk_group *graph = bk_group_at(group, "graph");
    BK_TRY(put_graph(graph, "dot", "computation graph where only w requires a gradient, as Graphviz DOT",
                     only_w.l));
    return put_graph(graph, "dot_all_leaves",
                     "computation graph where all leaves require a gradient, as Graphviz DOT", all.l);
}

/* ---- Items 3 and 4: gradients ---- */

static bk_status read_gradients(const expression *e, double *gradients)
{
    for (size_t i = 0; i < N_LEAVES; i++) {
        BK_TRY(bk_tensor_item(bk_tensor_grad(e->leaf[i]), &gradients[i]));
    }
    return BK_OK;
}

static bk_status show_gradients(bk_group *group, bk_tape *tape)
{
    double once[N_LEAVES];
    double twice[N_LEAVES];
    double after_reset[N_LEAVES];
    expression e = {0};
    BK_TRY(build(&e, tape, N_LEAVES));
    bk_tensor *gradient = NULL;
    BK_TRY(bk_grad(e.l, 1, &e.y, &gradient, true, false));
    BK_TRY(set_item(group, "dl_dy", gradient));

    BK_TRY(bk_backward(e.l, NULL, true));
    BK_TRY(read_gradients(&e, once));
    BK_TRY(bk_backward(e.l, NULL, false));
    BK_TRY(read_gradients(&e, twice));
    if (bk_backward(e.l, NULL, false) == BK_OK) {
        return bk_fail(BK_FAILED, "a backward through a freed graph was allowed");
    }
    BK_TRY(bk_group_set_text(group, "second_backward_error", bk_error_message()));
    bk_error_clear();

    for (size_t i = 0; i < N_LEAVES; i++) {
        bk_tensor_zero_grad(e.leaf[i], false);
    }
    BK_TRY(evaluate(&e));
    BK_TRY(bk_backward(e.l, NULL, false));
    BK_TRY(read_gradients(&e, after_reset));

    bk_group *gradients = bk_group_at(group, "gradient");
    BK_TRY(put_texts(gradients, "leaf", "leaf", "leaf of the graph", leaf_names, N_LEAVES));
    BK_TRY(put_reals(gradients, "once", "leaf", "gradient of l after one backward", once, N_LEAVES));
    BK_TRY(
        put_reals(gradients, "twice", "leaf", "gradient accumulated by a second backward", twice, N_LEAVES));
    return put_reals(gradients, "after_reset", "leaf", "gradient after a reset and another backward",
                     after_reset, N_LEAVES);
}

/* ---- Item 5: the step ---- */

static bk_status show_step(bk_group *group, bk_tape *tape)
{
    expression e = {0};
    BK_TRY(build(&e, tape, 1));
    BK_TRY(bk_backward(e.l, NULL, false));
    bk_tensor *w = e.leaf[0];
    /* In grad mode the step makes a new tensor with a history. */
    bk_tensor *stepped = bk_sub(w, bk_scale(bk_tensor_grad(w), 0.1));
    if (stepped == NULL) {
        return bk_error_status();
    }
    char text[300];
    (void)snprintf(
        text, sizeof text,
        "w - 0.1 dl/dw is a new tensor: %s, grad_fn %s, its gradient is %s; later gradients go to the old w",
        bk_tensor_is_leaf(stepped) ? "a leaf" : "not a leaf", grad_fn_name(stepped),
        bk_tensor_grad(stepped) == NULL ? "none" : "set");
    BK_TRY(bk_group_set_text(group, "step_in_grad_mode", text));
    const bool before = bk_grad_mode_set(false);
    const bk_status status = bk_sub_in_place(w, bk_scale(bk_tensor_grad(w), 0.1));
    (void)bk_grad_mode_set(before);
    BK_TRY(status);
    if (!bk_tensor_is_leaf(w) || !bk_tensor_requires_grad(w)) {
        return bk_fail(BK_FAILED, "the step without grad mode left w no leaf");
    }
    return set_item(group, "w_after_step", w);
}

/* ---- Item 6: released handles, and a value changed in place ---- */

static bk_status gradient_of_exponential(bk_tape *tape, bk_dtype dtype, bool release, double *gradient)
{
    bk_tensor *w = bk_tensor_scalar(tape, dtype, 1.0);
    BK_TRY(bk_tensor_require_grad(w, true));
    bk_tensor *x = bk_tensor_scalar(tape, dtype, 2.0);
    bk_tensor *b = bk_tensor_scalar(tape, dtype, 3.0);
    bk_tensor *a = bk_add(x, b);
    bk_tensor *y = bk_exp(w);
    bk_tensor *l = bk_square(bk_sub(y, a));
    if (release) {
        bk_tensor_release(y);
        bk_tensor_release(a);
        bk_tensor_release(x);
        bk_tensor_release(b);
    }
    BK_TRY(bk_backward(l, NULL, false));
    return bk_tensor_item(bk_tensor_grad(w), gradient);
}

static bk_status show_saved_values(bk_group *group, bk_tape *tape)
{
    double with_handles[2];
    double released[2];
    static const bk_dtype dtypes[] = {BK_F32, BK_F64};
    static const char *const names[] = {"f32", "f64"};
    for (size_t i = 0; i < 2; i++) {
        BK_TRY(gradient_of_exponential(tape, dtypes[i], false, &with_handles[i]));
        BK_TRY(gradient_of_exponential(tape, dtypes[i], true, &released[i]));
    }
    bk_group *saved = bk_group_at(group, "released_handles");
    BK_TRY(put_texts(saved, "dtype", "dtype", "precision", names, 2));
    BK_TRY(put_reals(saved, "gradient_kept", "dtype", "gradient with all handles kept", with_handles, 2));
    BK_TRY(put_reals(saved, "gradient_released", "dtype", "gradient with handles released before backward",
                     released, 2));

    bk_tensor *w = bk_tensor_scalar(tape, BK_F32, 1.0);
    BK_TRY(bk_tensor_require_grad(w, true));
    bk_tensor *y = bk_exp(w);
    bk_tensor *l = bk_square(bk_sub(y, bk_tensor_scalar(tape, BK_F32, 5.0)));
    BK_TRY(bk_div_in_place(y, bk_tensor_scalar(tape, BK_F32, 2.0)));
    if (bk_backward(l, NULL, false) == BK_OK) {
        return bk_fail(BK_FAILED, "a value changed in place went unnoticed");
    }
    const bk_status status = bk_group_set_text(group, "in_place_error", bk_error_message());
    bk_error_clear();
    return status;
}

/* ---- The questions ---- */

static const char *const question_items[] = {"1.2", "1.5", "1.6"};
static const char *const questions[] = {
    "What is the grad_fn of y, l and a?",
    "What if the step were w = w - 0.1 w.grad, and w were used further?",
    "Is the gradient right after del, why is del redundant, and why is y /= 2 an error?"};
static const char *const answers[] = {
    "An operation is recorded only if one of its inputs requires a gradient. Only w does, so y (through a w) "
    "and l "
    "have a grad_fn, while a = x + b has none: nothing that leads to it is to be differentiated.",
    "In grad mode the difference is itself recorded. The name w then means a result that is no leaf: it has "
    "a "
    "history that grows with every step, backward puts no gradient into it (its grad stays none), and "
    "gradients go "
    "on to accumulate in the first w. The step has to change the values of the leaf outside the graph: in "
    "place, "
    "with grad mode off.",
    "Yes. Each operation in the graph owns what its derivative needs: exp its result, the square its "
    "argument, the "
    "subtraction nothing. del gives up names, not values, so it changes nothing, and what the graph saved is "
    "freed "
    "by backward. y /= 2 changes in place the very value that exp saved, since the derivative of exp is exp "
    "itself. "
    "The version of that value no longer is the one recorded, and backward refuses to compute a wrong "
    "gradient."};

static bk_status show_answers(bk_group *group)
{
    bk_group *question = bk_group_at(group, "question");
    BK_TRY(put_texts(question, "item", "item", "item of Part 1", question_items, 3));
    BK_TRY(put_texts(question, "question", "item", "question of the assignment", questions, 3));
    return put_texts(question, "answer", "item", "answer", answers, 3);
}

bk_status lab_run_tensor_basics(bk_run *run)
{
    bk_tape *tape = bk_tape_create();
    if (tape == NULL) {
        return bk_error_status();
    }
    bk_group *group = bk_group_at(bk_run_results(run), "tensor_basics");
    bk_status (*const items[])(bk_group *, bk_tape *) = {show_scalars, show_graph, show_gradients, show_step,
                                                         show_saved_values};
    bk_status status = BK_OK;
    for (size_t i = 0; status == BK_OK && i < sizeof items / sizeof items[0]; i++) {
        status = items[i](group, tape);
    }
    bk_tape_destroy(tape);
    return status == BK_OK ? show_answers(group) : status;
}

static bk_status run_alone(bk_run *run) { return lab_run_tensor_basics(run); }

const bk_experiment tensor_basics_experiment = {
    .name = "tensor-basics",
    .summary = "Part 1 of the lab: the computation graph of a few scalars, and its gradients",
    .run = run_alone,
    .report = lab_report_tensor_basics,
};
