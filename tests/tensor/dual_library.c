/* SPDX-License-Identifier: GPL-3.0-or-later
 * Random graphs: the same computation with the library, and the comparison. */
#include <math.h>
#include <string.h>

#include "dual_graph.h"

/* ---- One node ---- */

static bk_tensor *apply_unary(const graph_node *node, bk_tensor *x)
{
    const graph_parameters *p = &node->parameters;
    switch (node->operation) {
    case GRAPH_SCALE:
        return bk_scale(x, p->constant);
    case GRAPH_ADD_CONSTANT:
        return bk_add_constant(x, p->constant);
    case GRAPH_POW_CONSTANT:
        return bk_pow_constant(x, p->constant);
    case GRAPH_CLAMP:
        return bk_clamp(x, p->has_low ? &p->low : NULL, p->has_high ? &p->high : NULL);
    default:
        break;
    }
    bk_tensor *(*const plain[GRAPH_OPERATIONS])(bk_tensor *) = {
        [GRAPH_NEG] = bk_neg,           [GRAPH_SQUARE] = bk_square,
        [GRAPH_EXP] = bk_exp,           [GRAPH_LOG] = bk_log,
        [GRAPH_TANH] = bk_tanh,         [GRAPH_RELU] = bk_relu,
        [GRAPH_SIGMOID] = bk_sigmoid,   [GRAPH_LOG_SIGMOID] = bk_log_sigmoid,
        [GRAPH_SQRT] = bk_sqrt,         [GRAPH_LOG1P] = bk_log1p,
        [GRAPH_ABS] = bk_abs,           [GRAPH_SIGN] = bk_sign,
        [GRAPH_SIN] = bk_sin,           [GRAPH_COS] = bk_cos,
        [GRAPH_SOFTPLUS] = bk_softplus,
    };
    return plain[node->operation](x);
}

static bk_tensor *apply_binary(bk_tape *tape, const graph_node *node, bk_tensor *a, bk_tensor *b)
{
    switch (node->operation) {
    case GRAPH_ADD:
        return bk_add(a, b);
    case GRAPH_SUB:
        return bk_sub(a, b);
    case GRAPH_MUL:
        return bk_mul(a, b);
    case GRAPH_DIV:
        return bk_div(a, b);
    case GRAPH_POW:
        return bk_pow(a, b);
    case GRAPH_MAXIMUM:
        return bk_maximum(a, b);
    case GRAPH_MINIMUM:
        return bk_minimum(a, b);
    case GRAPH_MATMUL:
        return bk_matmul(a, b);
    default: /* where */
        break;
    }
    bk_tensor *condition = bk_tensor_from(tape, BK_I64, node->rank, node->shape, node->parameters.index);
    bk_tensor *result = bk_where(condition, a, b);
    bk_tensor_release(condition);
    return result;
}

static bk_tensor *apply_in_place(const graph_node *node, bk_tensor *a, bk_tensor *b)
{
    bk_status status;
    switch (node->operation) {
    case GRAPH_ADD:
        status = bk_add_in_place(a, b);
        break;
    case GRAPH_SUB:
        status = bk_sub_in_place(a, b);
        break;
    case GRAPH_MUL:
        status = bk_mul_in_place(a, b);
        break;
    case GRAPH_DIV:
        status = bk_div_in_place(a, b);
        break;
    case GRAPH_RELU:
        status = bk_relu_in_place(a);
        break;
    case GRAPH_COPY:
        status = bk_copy_in_place(a, b);
        break;
    default:
        status = bk_add_scaled_in_place(a, b, node->parameters.constant);
        break;
    }
    return status == BK_OK ? a : NULL;
}

static bk_tensor *apply_reduction(const graph_node *node, bk_tensor *x)
{
    const graph_parameters *p = &node->parameters;
    static bk_tensor *(*const all[GRAPH_OPERATIONS])(bk_tensor *) = {
        [GRAPH_SUM] = bk_sum, [GRAPH_MEAN] = bk_mean, [GRAPH_MAX] = bk_max, [GRAPH_MIN] = bk_min};
    static bk_tensor *(*const axis[GRAPH_OPERATIONS])(bk_tensor *, int, bool) = {
        [GRAPH_SUM_AXIS] = bk_sum_axis, [GRAPH_MEAN_AXIS] = bk_mean_axis, [GRAPH_LOGSUMEXP] = bk_logsumexp};
    static bk_tensor *(*const axes[GRAPH_OPERATIONS])(bk_tensor *, size_t, const int *,
                                                      bool) = {[GRAPH_SUM_AXES] = bk_sum_axes,
                                                               [GRAPH_MEAN_AXES] = bk_mean_axes,
                                                               [GRAPH_MAX_AXES] = bk_max_axes,
                                                               [GRAPH_MIN_AXES] = bk_min_axes,
                                                               [GRAPH_LOGSUMEXP_AXES] = bk_logsumexp_axes};
    if (all[node->operation] != NULL) {
        return all[node->operation](x);
    }
    if (axis[node->operation] != NULL) {
        return axis[node->operation](x, p->axis, p->keepdim);
    }
    if (axes[node->operation] != NULL) {
        return axes[node->operation](x, p->axes, p->order, p->keepdim);
    }
    switch (node->operation) {
    case GRAPH_MAX_AXIS:
        return bk_max_axis(x, p->axis, p->keepdim, NULL);
    case GRAPH_MIN_AXIS:
        return bk_min_axis(x, p->axis, p->keepdim, NULL);
    case GRAPH_SOFTMAX:
        return bk_softmax(x, p->axis);
    case GRAPH_LOG_SOFTMAX:
        return bk_log_softmax(x, p->axis);
    case GRAPH_SOFTMAX_AXES:
        return bk_softmax_axes(x, p->axes, p->order);
    default:
        return bk_log_softmax_axes(x, p->axes, p->order);
    }
}

static bk_tensor *apply_index(bk_tape *tape, const graph_node *node, bk_tensor *x)
{
    const graph_parameters *p = &node->parameters;
    const bool gather = node->operation == GRAPH_GATHER;
    bk_tensor *index =
        bk_tensor_from(tape, BK_I64, gather ? p->rank : 1, gather ? p->shape : &p->indices, p->index);
    bk_tensor *result = gather ? bk_gather(x, p->axis, index) : bk_index_select(x, p->axis, index);
    bk_tensor_release(index);
    return result;
}

static bk_tensor *apply_movement(bk_tape *tape, const graph_node *node, bk_tensor *x)
{
    const graph_parameters *p = &node->parameters;
    switch (node->operation) {
    case GRAPH_RESHAPE:
        return bk_reshape(x, p->rank, p->shape);
    case GRAPH_TRANSPOSE:
        return bk_transpose(x);
    case GRAPH_CAST:
        return bk_cast(x, node->dtype);
    case GRAPH_DETACH:
        return bk_detach(x);
    case GRAPH_TRANSPOSE_AXES:
        return bk_transpose_axes(x, p->axis, p->second_axis);
    case GRAPH_PERMUTE:
        return bk_permute(x, node->rank, p->order);
    case GRAPH_SLICE:
        return bk_slice(x, p->axis, p->start, p->stop, p->step);
    case GRAPH_SELECT:
        return bk_select(x, p->axis, p->index[0]);
    case GRAPH_EXPAND:
        return bk_expand(x, p->rank, p->shape);
    default:
        return apply_index(tape, node, x);
    }
}

static bk_tensor *weighted_sum(bk_tape *tape, bk_tensor *x)
{
    double weight[GRAPH_ELEMENTS];
    for (size_t i = 0; i < bk_tensor_size(x); i++) {
        weight[i] = graph_weight(i);
    }
    bk_tensor *wide = bk_tensor_from(tape, BK_F64, bk_tensor_rank(x), bk_tensor_shape(x), weight);
    bk_tensor *weights = bk_cast(wide, bk_tensor_dtype(x));
    bk_tensor *product = bk_mul(x, weights);
    bk_tensor *sum = bk_sum(product);
    bk_tensor_release(product);
    bk_tensor_release(weights);
    bk_tensor_release(wide);
    return sum;
}

bk_tensor *graph_apply(bk_tape *tape, const graph_node *node, bk_tensor *const *made)
{
    bk_tensor *x[GRAPH_INPUTS];
    for (size_t k = 0; k < node->inputs; k++) {
        x[k] = made[node->input[k]];
    }
    if (node->operation == GRAPH_WEIGHTED_SUM) {
        return weighted_sum(tape, x[0]);
    }
    if (node->in_place) {
        return apply_in_place(node, x[0], node->inputs == 2 ? x[1] : NULL);
    }
    switch (graph_kinds[node->operation]) {
    case GRAPH_UNARY:
        return apply_unary(node, x[0]);
    case GRAPH_BINARY:
    case GRAPH_MATRIX:
        return apply_binary(tape, node, x[0], x[1]);
    case GRAPH_MOVE:
        return apply_movement(tape, node, x[0]);
    case GRAPH_JOIN:
        return node->operation == GRAPH_STACK ? bk_stack(node->inputs, x, node->parameters.axis)
                                              : bk_concatenate(node->inputs, x, node->parameters.axis);
    default:
        return apply_reduction(node, x[0]);
    }
}

/* ---- The graph ---- */

static void read_values(const bk_tensor *tensor, double *values)
{
    float narrow[GRAPH_ELEMENTS];
    const bool wide = bk_tensor_dtype(tensor) == BK_F64;
    (void)bk_tensor_read(tensor, wide ? (void *)values : narrow);
    for (size_t i = 0; i < bk_tensor_size(tensor) && !wide; i++) {
        values[i] = (double)narrow[i];
    }
}

static bk_tensor *make_leaf(bk_tape *tape, const graph_node *node)
{
    double values[GRAPH_ELEMENTS];
    for (size_t i = 0; i < node->size; i++) {
        values[i] = node->element[i].value;
    }
    bk_tensor *wide = bk_tensor_from(tape, BK_F64, node->rank, node->shape, values);
    bk_tensor *leaf = bk_cast(wide, node->dtype);
    bk_tensor_release(wide);
    (void)bk_tensor_require_grad(leaf, node->requires_grad);
    return leaf;
}

/* Shape, dtype, whether it is in the graph, and values. */
static bool node_agrees(const graph *g, size_t k, const bk_tensor *tensor, FILE *to)
{
    const graph_node *node = &g->node[k];
    if (tensor == NULL) {
        fprintf(to, "n%zu failed: %s\n", k, bk_error_message());
        return false;
    }
    bool same = bk_tensor_dtype(tensor) == node->dtype && bk_tensor_rank(tensor) == node->rank;
    for (size_t d = 0; same && d < node->rank; d++) {
        same = bk_tensor_shape(tensor)[d] == node->shape[d];
    }
    if (!same || bk_tensor_requires_grad(tensor) != node->requires_grad) {
        fprintf(to, "n%zu: another shape, dtype (%s) or requires_grad (%d)\n", k,
                bk_dtype_name(bk_tensor_dtype(tensor)), bk_tensor_requires_grad(tensor));
        return false;
    }
    double values[GRAPH_ELEMENTS];
    read_values(tensor, values);
    for (size_t i = 0; i < node->size; i++) {
        const dual *wanted = &node->element[i];
        const double tolerance = 2 * duals.epsilon * wanted->error;
        if (!(fabs(values[i] - wanted->value) <= tolerance)) {
            fprintf(to, "n%zu element %zu: the library has %.17g, dual numbers %.17g (tolerance %.3g)\n", k,
                    i, values[i], wanted->value, tolerance);
            return false;
        }
    }
    return true;
}

/* Makes all nodes. Every other graph gives handles back as soon as nothing follows. */
static bool build(const graph *g, bk_tape *tape, bk_tensor **made, FILE *to)
{
    size_t last_use[GRAPH_NODES] = {0};
    for (size_t k = 0; k < g->count; k++) {
        for (size_t i = 0; i < g->node[k].inputs; i++) {
            last_use[g->node[k].input[i]] = k;
        }
    }
    for (size_t k = 0; k < g->count; k++) {
        const graph_node *node = &g->node[k];
        made[k] = node->operation == GRAPH_LEAF ? make_leaf(tape, node) : graph_apply(tape, node, made);
        if (!node_agrees(g, k, made[k], to)) {
            return false;
        }
        if (node->in_place) {
            made[node->input[0]] = NULL; /* its handle is the result's now */
        }
        for (size_t i = 0; i < node->inputs && g->seed % 2 == 1; i++) {
            const size_t input = node->input[i];
            if (last_use[input] == k && input >= g->leaves) {
                bk_tensor_release(made[input]);
                made[input] = NULL;
            }
        }
    }
    return true;
}

static bool leaf_agrees(const graph *g, size_t k, const bk_tensor *gradient, int passes, double *strict,
                        FILE *to)
{
    const graph_node *leaf = &g->node[k];
    const dual *loss = g->node[g->count - 1].element;
    double values[GRAPH_ELEMENTS] = {0}; /* not reached: zero */
    if (gradient != NULL) {
        if (bk_tensor_dtype(gradient) != leaf->dtype || bk_tensor_size(gradient) != leaf->size) {
            fprintf(to, "the gradient of n%zu has another dtype or size\n", k);
            return false;
        }
        read_values(gradient, values);
    }
    bool fine = true;
    for (size_t i = 0; i < leaf->size; i++) {
        const size_t v = leaf->first_variable + i;
        const double value = values[i] / passes, difference = fabs(value - loss->slope[v]);
        const double allowed = duals.epsilon * 64 * loss->magnitude[v];
        *strict = difference > *strict * allowed ? difference / allowed : *strict;
        if (!(difference <= allowed + duals.epsilon * loss->drift[v])) {
            fprintf(to,
                    "gradient of n%zu element %zu: the library has %.17g, dual numbers %.17g\n"
                    "  difference %.3g, 64 eps magnitude %.3g, eps drift %.3g\n",
                    k, i, value, loss->slope[v], difference, allowed, duals.epsilon * loss->drift[v]);
            fine = false;
        }
    }
    return fine;
}

/* By the graph's number: bk_backward, the same twice (which gives exactly twice the gradient), bk_grad. */
static bool gradients_agree(const graph *g, bk_tensor *const *made, double *strict, FILE *to)
{
    bk_tensor *loss = made[g->count - 1], *inputs[GRAPH_NODES], *gradients[GRAPH_NODES];
    size_t leaf[GRAPH_NODES], count = 0;
    for (size_t k = 0; k < g->leaves; k++) {
        if (g->node[k].requires_grad) {
            leaf[count] = k;
            inputs[count++] = made[k];
        }
    }
    const bool by_grad = g->seed % 3 == 0;
    const int passes = g->seed % 3 == 1 ? 2 : 1;
    bk_status status = BK_OK;
    for (int pass = 1; pass <= passes && status == BK_OK; pass++) {
        status = by_grad ? bk_grad(loss, count, inputs, gradients, false, true)
                         : bk_backward(loss, NULL, pass < passes);
    }
    if (status != BK_OK) {
        fprintf(to, "%s failed: %s\n", by_grad ? "bk_grad" : "bk_backward", bk_error_message());
        return false;
    }
    bool fine = true;
    for (size_t i = 0; i < count; i++) {
        const bk_tensor *gradient = by_grad ? gradients[i] : bk_tensor_grad(inputs[i]);
        fine = leaf_agrees(g, leaf[i], gradient, passes, strict, to) && fine;
    }
    return fine;
}

/* Drawn before and after the backward pass, which frees what was saved. */
static bool can_be_drawn(bk_tensor *loss, FILE *to)
{
    bk_text dot = {0};
    const bk_status status = bk_graph_write_dot_detailed(loss, &dot, BK_DRAW_VERSIONS | BK_DRAW_VALUES);
    const bool fine = status == BK_OK && bk_text_status(&dot) == BK_OK && dot.length > 0;
    if (!fine) {
        fprintf(to, "the graph could not be drawn: %s\n", bk_error_message());
    }
    bk_text_clear(&dot);
    return fine;
}

bool graph_agrees(const graph *g, double *strict, FILE *to)
{
    static bk_tape *tape; /* one for all graphs: what one leaves behind, the next would see */
    if (tape == NULL) {
        tape = bk_tape_create();
    }
    bk_tensor *made[GRAPH_NODES] = {NULL};
    const bk_scope scope = bk_scope_open(tape);
    bk_error_clear();
    *strict = 0;
    bool fine = build(g, tape, made, to);
    const bool draw = fine && g->seed % 16 == 0;
    fine = fine && (!draw || can_be_drawn(made[g->count - 1], to)) && gradients_agree(g, made, strict, to) &&
           (!draw || can_be_drawn(made[g->count - 1], to));
    bk_scope_close(scope);
    if (bk_tape_live_tensors(tape) != 0) {
        fprintf(to, "%zu tensors are left over\n", bk_tape_live_tensors(tape));
        fine = false;
    }
    if (!fine) {
        bk_tape_destroy(tape);
        tape = NULL;
    }
    return fine;
}

/* Changes the values of one node in place, unrecorded. False where the library refuses, as for an expanded
 * one. */
static bool change_one(const graph *g, bk_tape *tape, bk_tensor *const *made, size_t which)
{
    for (size_t tries = 0; tries < g->count; tries++) {
        bk_tensor *tensor = made[(which + tries) % g->count];
        if (tensor != NULL) {
            const bool mode = bk_grad_mode_set(false);
            bk_tensor *factor = bk_tensor_scalar(tape, bk_tensor_dtype(tensor), 1.5);
            const bk_status status = bk_mul_in_place(tensor, factor);
            bk_grad_mode_set(mode);
            return status == BK_OK;
        }
    }
    return false;
}

graph_change graph_after_change(const graph *g, size_t which, FILE *to)
{
    bk_tape *tape = bk_tape_create();
    bk_tensor *made[GRAPH_NODES] = {NULL};
    double strict = 0;
    graph_change result = GRAPH_WRONG;
    if (!build(g, tape, made, to)) {
        result = GRAPH_WRONG;
    } else if (!change_one(g, tape, made, which)) {
        result = GRAPH_REFUSED;
    } else if (bk_backward(made[g->count - 1], NULL, true) == BK_STALE) {
        result = GRAPH_NOTICED;
        for (size_t k = 0; k < g->leaves; k++) { /* a pass that failed gives no gradient */
            result = bk_tensor_grad(made[k]) != NULL ? GRAPH_WRONG : result;
        }
    } else {
        for (size_t k = 0; k < g->leaves; k++) {
            bk_tensor_zero_grad(made[k], false);
        }
        result = gradients_agree(g, made, &strict, to) ? GRAPH_UNAFFECTED : GRAPH_WRONG;
    }
    bk_tape_destroy(tape);
    return result;
}

size_t graph_gradients(const graph *g, double numbers[DUAL_VARIABLES + 1])
{
    bk_tape *tape = bk_tape_create();
    bk_tensor *made[GRAPH_NODES] = {NULL};
    size_t at = 0;
    if (build(g, tape, made, stderr) && bk_backward(made[g->count - 1], NULL, false) == BK_OK) {
        (void)bk_tensor_item(made[g->count - 1], &numbers[at++]);
        for (size_t k = 0; k < g->leaves; k++) {
            const bk_tensor *gradient = g->node[k].requires_grad ? bk_tensor_grad(made[k]) : NULL;
            if (gradient != NULL) {
                read_values(gradient, numbers + at);
            } else if (g->node[k].requires_grad) {
                memset(numbers + at, 0, g->node[k].size * sizeof *numbers);
            }
            at += g->node[k].requires_grad ? g->node[k].size : 0;
        }
    }
    bk_tape_destroy(tape);
    return at;
}
