/* SPDX-License-Identifier: GPL-3.0-or-later
 * Random graphs: one node from its inputs, with dual numbers and plain index arithmetic. */
#include <math.h>
#include <string.h>

#include "dual_graph.h"

/* ---- Index arithmetic ---- */

static size_t product(size_t rank, const size_t *shape)
{
    size_t size = 1;
    for (size_t d = 0; d < rank; d++) {
        size *= shape[d];
    }
    return size;
}

void graph_unravel(size_t index[4], size_t number, size_t rank, const size_t *shape)
{
    for (size_t d = rank; d-- > 0;) {
        index[d] = number % shape[d];
        number /= shape[d];
    }
}

size_t graph_ravel(const size_t index[4], size_t rank, const size_t *shape)
{
    size_t number = 0;
    for (size_t d = 0; d < rank; d++) {
        number = number * shape[d] + index[d];
    }
    return number;
}

/* The element of x that a broadcast element of y reads. */
static const dual *broadcast_element(const graph_node *x, const graph_node *y, size_t number)
{
    size_t index[4], own[4];
    graph_unravel(index, number, y->rank, y->shape);
    for (size_t d = 0; d < x->rank; d++) {
        own[d] = x->shape[d] == 1 ? 0 : index[y->rank - x->rank + d];
    }
    return &x->element[graph_ravel(own, x->rank, x->shape)];
}

static bool broadcast(graph_node *y, const graph_node *a, const graph_node *b)
{
    y->rank = a->rank > b->rank ? a->rank : b->rank;
    for (size_t back = 1; back <= y->rank; back++) {
        const size_t p = back <= a->rank ? a->shape[a->rank - back] : 1;
        const size_t q = back <= b->rank ? b->shape[b->rank - back] : 1;
        if (p != q && p != 1 && q != 1) {
            return false;
        }
        y->shape[y->rank - back] = p == 1 ? q : p;
    }
    return true;
}

bool graph_make_room(graph *g, graph_node *y)
{
    y->size = product(y->rank, y->shape);
    y->element = y->size <= GRAPH_ELEMENTS ? graph_elements(g, y->size) : NULL;
    return y->element != NULL;
}

/* ---- Elementwise ---- */

/* Away from poles, where a small error becomes a large one. */
static bool in_domain(const graph_node *y, const dual *a, const dual *b)
{
    const double e = y->parameters.constant;
    switch (y->operation) {
    case GRAPH_LOG:
    case GRAPH_SQRT:
    case GRAPH_POW:
        return a->value > 0.1;
    case GRAPH_LOG1P:
        return a->value > -0.8;
    case GRAPH_POW_CONSTANT:
        return e == floor(e) ? e >= 0 || fabs(a->value) > 0.2 : a->value > 0.1;
    case GRAPH_DIV:
        return fabs(b->value) > 0.2;
    default:
        return true;
    }
}

static void unary(dual *y, const dual *x, const graph_node *node)
{
    const graph_parameters *p = &node->parameters;
    static void (*const plain[GRAPH_OPERATIONS])(dual *, const dual *) = {
        [GRAPH_NEG] = dual_neg,           [GRAPH_SQUARE] = dual_square,
        [GRAPH_EXP] = dual_exp,           [GRAPH_LOG] = dual_log,
        [GRAPH_TANH] = dual_tanh,         [GRAPH_RELU] = dual_relu,
        [GRAPH_SIGMOID] = dual_sigmoid,   [GRAPH_LOG_SIGMOID] = dual_log_sigmoid,
        [GRAPH_SQRT] = dual_sqrt,         [GRAPH_LOG1P] = dual_log1p,
        [GRAPH_ABS] = dual_abs,           [GRAPH_SIGN] = dual_sign,
        [GRAPH_SIN] = dual_sin,           [GRAPH_COS] = dual_cos,
        [GRAPH_SOFTPLUS] = dual_softplus,
    };
    if (node->operation == GRAPH_SCALE) {
        dual_scale(y, x, p->constant);
    } else if (node->operation == GRAPH_ADD_CONSTANT) {
        dual_add_constant(y, x, p->constant);
    } else if (node->operation == GRAPH_POW_CONSTANT) {
        dual_pow_constant(y, x, p->constant);
    } else if (node->operation == GRAPH_CLAMP) {
        dual_clamp(y, x, p->has_low ? &p->low : NULL, p->has_high ? &p->high : NULL);
    } else {
        plain[node->operation](y, x);
    }
}

static void binary(dual *y, const dual *a, const dual *b, const graph_node *node, size_t number)
{
    switch (node->operation) {
    case GRAPH_ADD:
        dual_add_scaled(y, a, b, 1);
        break;
    case GRAPH_SUB:
        dual_add_scaled(y, a, b, -1);
        break;
    case GRAPH_ADD_SCALED:
        dual_add_scaled(y, a, b, node->parameters.constant);
        break;
    case GRAPH_MUL:
        dual_mul(y, a, b);
        break;
    case GRAPH_DIV:
        dual_div(y, a, b);
        break;
    case GRAPH_POW:
        dual_pow(y, a, b);
        break;
    case GRAPH_MAXIMUM:
        dual_extreme(y, a, b, 1);
        break;
    case GRAPH_MINIMUM:
        dual_extreme(y, a, b, -1);
        break;
    case GRAPH_WHERE:
        *y = node->parameters.index[number] != 0 ? *a : *b;
        break;
    default: /* copy */
        *y = *b;
        break;
    }
}

static bool elementwise(graph *g, graph_node *y)
{
    const graph_node *a = &g->node[y->input[0]];
    const graph_node *b = &g->node[y->input[y->inputs - 1]];
    if (!broadcast(y, a, b) || !graph_make_room(g, y)) {
        return false;
    }
    for (size_t i = 0; i < y->size; i++) {
        const dual *from_a = broadcast_element(a, y, i), *from_b = broadcast_element(b, y, i);
        if (!in_domain(y, from_a, from_b)) {
            return false;
        }
        if (y->inputs == 1) {
            unary(&y->element[i], from_a, y);
        } else {
            binary(&y->element[i], from_a, from_b, y, i);
        }
    }
    return true;
}

/* ---- Matrix products ---- */

static bool matrix_product(graph *g, graph_node *y)
{
    const graph_node *a = &g->node[y->input[0]], *b = &g->node[y->input[1]];
    if (a->rank == 0 || b->rank == 0 || a->dtype != b->dtype) {
        return false;
    }
    /* Vectors as matrices; batches in front broadcast. */
    graph_node left = *a, right = *b;
    if (a->rank == 1) {
        left.rank = 2, left.shape[0] = 1, left.shape[1] = a->shape[0];
    }
    if (b->rank == 1) {
        right.rank = 2, right.shape[1] = 1;
    }
    const size_t n = left.shape[left.rank - 2], inner = left.shape[left.rank - 1];
    const size_t m = right.shape[right.rank - 1];
    graph_node p = left, q = right, batch;
    p.rank -= 2, q.rank -= 2;
    if (right.shape[right.rank - 2] != inner || !broadcast(&batch, &p, &q)) {
        return false;
    }
    y->rank = batch.rank;
    memcpy(y->shape, batch.shape, sizeof y->shape);
    if (a->rank > 1) {
        y->shape[y->rank++] = n;
    }
    if (b->rank > 1) {
        y->shape[y->rank++] = m;
    }
    if (!graph_make_room(g, y)) {
        return false;
    }
    for (size_t i = 0; i < y->size; i++) {
        const dual *from_a[GRAPH_ELEMENTS], *from_b[GRAPH_ELEMENTS];
        const size_t which = i / (n * m), row = i / m % n, column = i % m;
        p.element = left.element, q.element = right.element;
        const size_t a_batch = (size_t)(broadcast_element(&p, &batch, which) - left.element);
        const size_t b_batch = (size_t)(broadcast_element(&q, &batch, which) - right.element);
        for (size_t k = 0; k < inner; k++) {
            from_a[k] = &left.element[(a_batch * n + row) * inner + k];
            from_b[k] = &right.element[(b_batch * inner + k) * m + column];
        }
        dual_dot(&y->element[i], from_a, from_b, inner);
    }
    return true;
}

/* ---- Reductions ---- */

static void reduce(dual *y, const dual *const *x, size_t count, graph_operation operation)
{
    switch (operation) {
    case GRAPH_SUM:
    case GRAPH_SUM_AXIS:
    case GRAPH_SUM_AXES:
        dual_sum(y, x, count, 1);
        break;
    case GRAPH_MEAN:
    case GRAPH_MEAN_AXIS:
    case GRAPH_MEAN_AXES:
        dual_sum(y, x, count, 1 / (double)count);
        break;
    case GRAPH_MAX:
    case GRAPH_MAX_AXES:
        dual_extreme_of(y, x, count, 1, false);
        break;
    case GRAPH_MIN:
    case GRAPH_MIN_AXES:
        dual_extreme_of(y, x, count, -1, false);
        break;
    case GRAPH_MAX_AXIS:
        dual_extreme_of(y, x, count, 1, true);
        break;
    case GRAPH_MIN_AXIS:
        dual_extreme_of(y, x, count, -1, true);
        break;
    default:
        dual_logsumexp(y, x, count);
        break;
    }
}

static bool is_softmax(graph_operation operation)
{
    return operation == GRAPH_SOFTMAX || operation == GRAPH_LOG_SOFTMAX || operation == GRAPH_SOFTMAX_AXES ||
           operation == GRAPH_LOG_SOFTMAX_AXES;
}

/* The elements of x that agree with number in the axes that stay. */
static size_t slice_of(const dual **slice, size_t *own, const graph_node *x, const bool gone[4],
                       size_t number)
{
    size_t here[4], there[4], count = 0;
    graph_unravel(here, number, x->rank, x->shape);
    for (size_t i = 0; i < x->size; i++) {
        graph_unravel(there, i, x->rank, x->shape);
        bool same = true;
        for (size_t d = 0; d < x->rank; d++) {
            same = same && (gone[d] || there[d] == here[d]);
        }
        if (same) {
            *own = i == number ? count : *own;
            slice[count++] = &x->element[i];
        }
    }
    return count;
}

static bool reduction(graph *g, graph_node *y)
{
    const graph_node *x = &g->node[y->input[0]];
    bool gone[4] = {false, false, false, false};
    const bool all = graph_kinds[y->operation] == GRAPH_REDUCE_ALL || y->parameters.axes == 0;
    for (size_t k = 0; k < y->parameters.axes; k++) {
        gone[(y->parameters.order[k] + (int)x->rank) % (int)x->rank] = true;
    }
    const bool soft = is_softmax(y->operation);
    y->rank = 0;
    for (size_t d = 0; d < x->rank; d++) {
        gone[d] = gone[d] || all;
        if (soft || !gone[d]) {
            y->shape[y->rank++] = x->shape[d];
        } else if (y->parameters.keepdim) {
            y->shape[y->rank++] = 1;
        }
    }
    if (x->size == 0 || !graph_make_room(g, y)) {
        return false;
    }
    size_t next = 0; /* results appear in the order of their first elements */
    for (size_t i = 0; i < x->size; i++) {
        const dual *slice[GRAPH_ELEMENTS];
        size_t own = 0;
        const size_t count = slice_of(slice, &own, x, gone, i);
        if (soft) {
            dual_softmax(&y->element[i], slice, count, own,
                         y->operation == GRAPH_LOG_SOFTMAX || y->operation == GRAPH_LOG_SOFTMAX_AXES);
        } else if (own == 0) {
            reduce(&y->element[next++], slice, count, y->operation);
        }
    }
    return true;
}

/* ---- A node ---- */

double graph_weight(size_t element) { return (double)((element * 7 + 3) % 16) / 16 - 0.40625; }

static bool weighted_sum(graph *g, graph_node *y)
{
    const graph_node *x = &g->node[y->input[0]];
    dual scaled[GRAPH_ELEMENTS];
    const dual *terms[GRAPH_ELEMENTS];
    y->rank = 0;
    if (!graph_make_room(g, y)) {
        return false;
    }
    for (size_t i = 0; i < x->size; i++) {
        dual_scale(&scaled[i], &x->element[i], graph_weight(i));
        terms[i] = &scaled[i];
    }
    dual_sum(y->element, terms, x->size, 1);
    return true;
}

static bool compute(graph *g, graph_node *y)
{
    if (y->operation == GRAPH_WEIGHTED_SUM) {
        return weighted_sum(g, y);
    }
    switch (graph_kinds[y->operation]) {
    case GRAPH_UNARY:
    case GRAPH_BINARY:
        return elementwise(g, y);
    case GRAPH_MATRIX:
        return matrix_product(g, y);
    case GRAPH_MOVE:
        return graph_movement(g, y);
    case GRAPH_JOIN:
        return graph_join(g, y);
    default:
        return reduction(g, y);
    }
}

/* The planted fault: slopes wrong by a factor, or, where they are 0, not quite. */
static void plant(const graph *g, graph_node *y)
{
    const graph_node *x = &g->node[y->input[0]];
    for (size_t i = 0; i < y->size; i++) {
        for (size_t v = 0; v < duals.variables; v++) {
            double *slope = &y->element[i].slope[v];
            const bool flat = y->operation == GRAPH_SIGN || y->operation == GRAPH_DETACH;
            *slope += g->fault * (flat ? x->element[i].slope[v] : *slope);
        }
    }
}

bool graph_evaluate(graph *g, graph_node *y)
{
    const size_t used = g->pool_used;
    const double limit = g->dtype == BK_F32 ? 300 : 3000;
    duals.ambiguous = false;
    bool fine = compute(g, y) && !duals.ambiguous;
    for (size_t i = 0; fine && !y->loss && i < y->size; i++) {
        fine = fabs(y->element[i].value) <= 100 && y->element[i].error <= limit;
        for (size_t v = 0; fine && v < duals.variables; v++) {
            fine = y->element[i].magnitude[v] <= 1e8;
        }
    }
    if (!fine) {
        g->pool_used = used;
        return false;
    }
    if (y->operation == g->faulty) {
        plant(g, y);
    }
    return true;
}
