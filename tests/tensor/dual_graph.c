/* SPDX-License-Identifier: GPL-3.0-or-later
 * Random graphs: what is drawn, and how it is printed. A draw that does not fit is thrown away. */
#include "dual_graph.h"

#include <math.h>
#include <string.h>

const char *const graph_names[] = {
#define GRAPH_OPERATION(id, name, kind, keeps) name,
#include "dual_operations.def"
#undef GRAPH_OPERATION
    "leaf", "weighted_sum"};
const graph_kind graph_kinds[GRAPH_OPERATIONS] = {
#define GRAPH_OPERATION(id, name, kind, keeps) GRAPH_##kind,
#include "dual_operations.def"
#undef GRAPH_OPERATION
};
const bool graph_keeps[GRAPH_OPERATIONS] = {
#define GRAPH_OPERATION(id, name, kind, keeps) keeps,
#include "dual_operations.def"
#undef GRAPH_OPERATION
};

enum { POOL = GRAPH_NODES * GRAPH_ELEMENTS / 2 };
static dual pool[POOL];

dual *graph_elements(graph *g, size_t count)
{
    if (count > POOL - g->pool_used) {
        return NULL;
    }
    g->pool_used += count;
    return pool + g->pool_used - count;
}

/* ---- Draws ---- */

static uint64_t next(uint64_t *state)
{
    uint64_t z = (*state += 0x9E3779B97F4A7C15U);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
    return z ^ (z >> 31);
}

size_t graph_draw(graph *g, size_t bound) { return (size_t)(next(&g->state) % bound); }

double graph_uniform(graph *g) { return (double)(next(&g->state) >> 11) * 0x1p-52 - 1; }

bool graph_one_in(graph *g, size_t bound) { return graph_draw(g, bound) == 0; }

/* ---- Leaves ---- */

/* Shapes that broadcast with one another: ends of one base shape, some dimensions 1. */
static void draw_leaf_shape(graph *g, graph_node *leaf, const size_t base[4])
{
    leaf->rank = graph_draw(g, 4) + (graph_one_in(g, 8) ? 1 : 0);
    for (size_t d = 0; d < leaf->rank; d++) {
        const size_t size = base[4 - leaf->rank + d];
        leaf->shape[d] = graph_one_in(g, 4) ? 1 : size;
    }
}

/* Every other graph has eighths, so that values tie and are 0 exactly. */
static double draw_value(graph *g, bool eighths)
{
    return eighths ? floor(graph_uniform(g) * 16) / 8 : (double)(float)(2 * graph_uniform(g));
}

static bool draw_leaf(graph *g, const size_t base[4], bool eighths)
{
    graph_node *leaf = &g->node[g->count];
    *leaf = (graph_node){.operation = GRAPH_LEAF, .dtype = g->dtype};
    draw_leaf_shape(g, leaf, base);
    if (g->dtype == BK_F32 && graph_one_in(g, 8)) {
        leaf->dtype = BK_F64;
    }
    leaf->size = 1;
    for (size_t d = 0; d < leaf->rank; d++) {
        leaf->size *= leaf->shape[d];
    }
    leaf->requires_grad = g->count == 0 || !graph_one_in(g, 4);
    leaf->first_variable = duals.variables;
    const size_t added = leaf->requires_grad ? leaf->size : 0;
    if (leaf->size > 12 || duals.variables + added > DUAL_VARIABLES) {
        return false;
    }
    leaf->element = graph_elements(g, leaf->size);
    for (size_t i = 0; i < leaf->size; i++) {
        leaf->element[i].value = draw_value(g, eighths);
    }
    duals.variables += added;
    g->count++;
    return true;
}

static void draw_leaves(graph *g, bool may_tie)
{
    size_t base[4];
    for (size_t d = 0; d < 4; d++) {
        base[d] = graph_one_in(g, 100) ? 0 : 1 + graph_draw(g, 3);
    }
    const bool eighths = may_tie && graph_one_in(g, 2);
    const size_t wanted = 2 + graph_draw(g, 4);
    for (int tries = 0; g->count < wanted && (tries < 20 || g->count == 0); tries++) {
        (void)draw_leaf(g, base, eighths);
    }
    g->leaves = g->count;
    for (size_t k = 0; k < g->leaves; k++) { /* now that the number of variables is known */
        const graph_node *leaf = &g->node[k];
        for (size_t i = 0; i < leaf->size; i++) {
            const double value = leaf->element[i].value;
            if (leaf->requires_grad) {
                dual_variable(&leaf->element[i], value, leaf->first_variable + i);
            } else {
                dual_constant(&leaf->element[i], value);
            }
        }
    }
}

/* ---- Nodes ---- */

/* Mostly the latest node; in every fourth graph nearly always, for depth. */
static bool draw_input(graph *g, size_t *input)
{
    *input = graph_one_in(g, g->seed % 4 == 0 ? 12 : 3) ? graph_draw(g, g->count) : g->count - 1;
    return !g->node[*input].gone;
}

static bool same_shape(const graph_node *a, const graph_node *b)
{
    return a->rank == b->rank && memcmp(a->shape, b->shape, a->rank * sizeof *a->shape) == 0;
}

/* Whether the operation may overwrite its first input, by the rules of brisk/tensor.h. */
static bool may_be_in_place(const graph *g, const graph_node *y)
{
    const graph_node *target = &g->node[y->input[0]];
    const bool is_leaf_with_grad = target->operation == GRAPH_LEAF && target->requires_grad;
    const bool own_operand = y->inputs == 2 && y->input[0] == y->input[1];
    return !is_leaf_with_grad && !target->kept && target->dtype == y->dtype && same_shape(target, y) &&
           !(own_operand && y->operation != GRAPH_ADD && y->operation != GRAPH_SUB);
}

static bool decide_in_place(graph *g, graph_node *y, bool single)
{
    switch (y->operation) {
    case GRAPH_COPY:
    case GRAPH_ADD_SCALED:
        y->in_place = true;
        return single ? same_shape(&g->node[y->input[0]], y) : may_be_in_place(g, y);
    case GRAPH_ADD:
    case GRAPH_SUB:
    case GRAPH_MUL:
    case GRAPH_DIV:
    case GRAPH_RELU:
        y->in_place = graph_one_in(g, 2) && may_be_in_place(g, y);
        return true;
    default:
        return true;
    }
}

static void settle(graph *g, graph_node *y)
{
    for (size_t k = 0; k < y->inputs; k++) {
        graph_node *input = &g->node[y->input[k]];
        y->requires_grad = y->requires_grad || (input->requires_grad && y->operation != GRAPH_DETACH);
        y->depth = input->depth + 1 > y->depth ? input->depth + 1 : y->depth;
        input->kept = input->kept || graph_keeps[y->operation];
    }
    y->kept = graph_keeps[y->operation];
    g->node[y->input[0]].gone = y->in_place;
    g->count++;
}

static bool draw_node(graph *g, graph_operation operation, bool single)
{
    graph_node *y = &g->node[g->count];
    *y = (graph_node){.operation = operation, .inputs = 1};
    const graph_kind kind = graph_kinds[y->operation];
    if (kind == GRAPH_BINARY || kind == GRAPH_MATRIX) {
        y->inputs = 2;
    } else if (kind == GRAPH_JOIN) {
        y->inputs = 1 + graph_draw(g, GRAPH_INPUTS);
    }
    y->dtype = BK_F32;
    for (size_t k = 0; k < y->inputs; k++) {
        if (!draw_input(g, &y->input[k])) {
            return false;
        }
        y->dtype = g->node[y->input[k]].dtype == BK_F64 ? BK_F64 : y->dtype;
        if (g->node[y->input[k]].depth >= GRAPH_DEPTH - 2) { /* this node and two of the loss follow */
            return false;
        }
    }
    if (y->operation == GRAPH_COPY || y->operation == GRAPH_ADD_SCALED) {
        y->dtype = g->node[y->input[0]].dtype;
    }
    if (!graph_draw_parameters(g, y) || !graph_evaluate(g, y) || !decide_in_place(g, y, single)) {
        return false;
    }
    settle(g, y);
    return true;
}

static void append(graph *g, graph_operation operation, size_t first, size_t second)
{
    graph_node *y = &g->node[g->count];
    *y = (graph_node){.operation = operation,
                      .inputs = operation == GRAPH_ADD ? 2 : 1,
                      .input = {first, second},
                      .loss = true};
    const bool wide = g->node[first].dtype == BK_F64 || (y->inputs == 2 && g->node[second].dtype == BK_F64);
    y->dtype = wide ? BK_F64 : BK_F32;
    (void)graph_evaluate(g, y);
    for (size_t k = 0; k < y->inputs; k++) {
        const graph_node *input = &g->node[y->input[k]];
        y->requires_grad = y->requires_grad || input->requires_grad;
        y->depth = input->depth + 1 > y->depth ? input->depth + 1 : y->depth;
    }
    g->count++;
}

/* Weighted sums of the last node and another one, and of the first leaf where nothing else has a gradient. */
static void append_loss(graph *g)
{
    size_t other = graph_draw(g, g->count);
    const size_t last = g->count - 1;
    if (g->node[other].gone || !(g->node[other].requires_grad || g->node[last].requires_grad)) {
        other = 0;
    }
    append(g, GRAPH_WEIGHTED_SUM, last, 0);
    append(g, GRAPH_WEIGHTED_SUM, other, 0);
    append(g, GRAPH_ADD, g->count - 2, g->count - 1);
}

static void begin(graph *g, uint64_t seed, bk_dtype dtype)
{
    g->seed = seed;
    g->state = seed * 2 + (dtype == BK_F32);
    g->dtype = dtype;
    g->count = g->leaves = g->pool_used = 0;
    g->faulty = GRAPH_OPERATIONS;
    g->fault = 0;
    duals = (dual_context){.epsilon = dtype == BK_F32 ? 0x1p-23 : 0x1p-52};
    (void)next(&g->state);
}

bool graph_make_single(graph *g, uint64_t seed, graph_operation operation, double apart)
{
    begin(g, seed, BK_F64);
    draw_leaves(g, false);
    duals.epsilon = apart; /* with errors of 1, what is nearer to a kink than 2 apart counts as on it */
    for (size_t k = 0; k < g->leaves; k++) {
        for (size_t i = 0; i < g->node[k].size; i++) {
            g->node[k].element[i].error = 1;
        }
    }
    for (int tries = 0; tries < 2000; tries++) {
        if (draw_node(g, operation, true) && g->node[g->count - 1].requires_grad) {
            return true;
        }
        g->count = g->leaves;
    }
    return false;
}

void graph_make(graph *g, uint64_t seed, bk_dtype dtype, graph_operation faulty, double fault)
{
    begin(g, seed, dtype);
    g->faulty = faulty;
    g->fault = fault;
    draw_leaves(g, true);
    const size_t wanted = g->leaves + 1 + graph_draw(g, 45);
    for (int tries = 0; g->count < wanted && tries < 600 && g->pool_used + 2 * GRAPH_ELEMENTS < POOL;
         tries++) {
        (void)draw_node(g, (graph_operation)graph_draw(g, GRAPH_OPERATIONS), false);
    }
    append_loss(g);
}
