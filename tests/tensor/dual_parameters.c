/* SPDX-License-Identifier: GPL-3.0-or-later
 * Random graphs: what an operation has besides its inputs. */
#include <string.h>

#include "dual_graph.h"

static int draw_axis(graph *g, size_t rank)
{
    return (int)graph_draw(g, rank) - (graph_one_in(g, 2) ? (int)rank : 0);
}

static void shuffle(graph *g, int order[4], size_t rank)
{
    for (size_t d = 0; d < rank; d++) {
        order[d] = (int)d;
    }
    for (size_t d = rank; d-- > 1;) {
        const size_t other = graph_draw(g, d + 1);
        const int kept = order[d];
        order[d] = order[other];
        order[other] = kept;
    }
}

static void draw_numbers(graph *g, graph_parameters *p)
{
    static const double exponents[] = {-1, -0.5, 0, 0.5, 1, 1.5, 2, 3};
    p->low = -1 + (double)graph_draw(g, 6) / 4;
    p->high = p->low + (double)graph_draw(g, 6) / 4;
    p->has_low = !graph_one_in(g, 3);
    p->has_high = !p->has_low || !graph_one_in(g, 3);
    p->constant = exponents[graph_draw(g, sizeof exponents / sizeof *exponents)];
}

static bool draw_reduction(graph *g, graph_node *y, const graph_node *x)
{
    graph_parameters *p = &y->parameters;
    p->keepdim = graph_one_in(g, 2);
    if (graph_kinds[y->operation] == GRAPH_REDUCE_ALL) {
        p->keepdim = false;
        return true;
    }
    if (x->rank == 0) {
        return false;
    }
    if (graph_kinds[y->operation] == GRAPH_REDUCE_AXIS) {
        p->axes = 1;
        p->order[0] = p->axis = draw_axis(g, x->rank);
        return true;
    }
    shuffle(g, p->order, x->rank);
    p->axes = graph_draw(g, x->rank + 1); /* 0: all */
    return true;
}

static void draw_reshape(graph *g, graph_parameters *p, const graph_node *x)
{
    size_t rest = x->size;
    p->rank = graph_draw(g, 4) + 1;
    for (size_t d = 0; d < p->rank; d++) {
        size_t size = d + 1 == p->rank ? rest : 1 + graph_draw(g, 4);
        while (size > 0 && rest % size != 0) {
            size--;
        }
        p->shape[d] = size;
        rest = size == 0 ? 0 : rest / size;
    }
}

static bool draw_slice(graph *g, graph_parameters *p, const graph_node *x)
{
    const size_t size = x->shape[p->axis];
    p->start = size == 0 ? 0 : (int64_t)graph_draw(g, size);
    p->stop = p->start + (int64_t)graph_draw(g, size - (size_t)p->start + 1);
    p->step = 1 + (int64_t)graph_draw(g, 3);
    return true;
}

static bool draw_indices(graph *g, graph_node *y, const graph_node *x)
{
    graph_parameters *p = &y->parameters;
    const size_t size = x->shape[p->axis];
    if (size == 0) {
        return false;
    }
    p->rank = x->rank;
    memcpy(p->shape, x->shape, sizeof p->shape);
    p->indices = 1 + graph_draw(g, 4);
    if (y->operation == GRAPH_GATHER) {
        size_t total = 1;
        for (size_t d = 0; d < x->rank; d++) {
            p->shape[d] =
                d == (size_t)p->axis ? p->indices : x->shape[d] - (x->shape[d] > 1 && graph_one_in(g, 3));
            total *= p->shape[d];
        }
        p->indices = total;
    } else if (y->operation == GRAPH_SELECT) {
        p->indices = 1;
    }
    for (size_t i = 0; i < p->indices && i < GRAPH_ELEMENTS; i++) {
        p->index[i] = (int64_t)graph_draw(g, 2 * size) - (int64_t)size;
    }
    return p->indices <= GRAPH_ELEMENTS;
}

static bool draw_movement(graph *g, graph_node *y, const graph_node *x)
{
    graph_parameters *p = &y->parameters;
    const bool along_axis = y->operation == GRAPH_SLICE || y->operation == GRAPH_SELECT ||
                            y->operation == GRAPH_INDEX_SELECT || y->operation == GRAPH_GATHER;
    if (along_axis && x->rank == 0) {
        return false;
    }
    p->axis = along_axis ? (int)graph_draw(g, x->rank) : 0;
    for (size_t d = 0; d < x->rank; d++) {
        p->order[d] = (int)d;
    }
    switch (y->operation) {
    case GRAPH_RESHAPE:
        draw_reshape(g, p, x);
        return true;
    case GRAPH_TRANSPOSE:
    case GRAPH_TRANSPOSE_AXES:
        if (x->rank < 2) {
            return false;
        }
        p->axis = y->operation == GRAPH_TRANSPOSE ? (int)x->rank - 2 : (int)graph_draw(g, x->rank);
        p->second_axis = y->operation == GRAPH_TRANSPOSE ? (int)x->rank - 1 : (int)graph_draw(g, x->rank);
        p->order[p->axis] = p->second_axis;
        p->order[p->second_axis] = p->axis;
        return true;
    case GRAPH_PERMUTE:
        shuffle(g, p->order, x->rank);
        return true;
    case GRAPH_SLICE:
        return draw_slice(g, p, x);
    case GRAPH_EXPAND:
        p->rank = x->rank + (x->rank < 4 && graph_one_in(g, 2));
        for (size_t d = 0; d < p->rank; d++) {
            const size_t lead = p->rank - x->rank, size = d < lead ? 1 : x->shape[d - lead];
            p->shape[d] = size == 1 ? 1 + graph_draw(g, 3) : size;
        }
        return true;
    case GRAPH_CAST:
        y->dtype = g->dtype == BK_F64 ? BK_F64 : graph_one_in(g, 2) ? BK_F32 : BK_F64;
        return true;
    case GRAPH_DETACH:
        return graph_one_in(g, 4);
    default:
        return draw_indices(g, y, x);
    }
}

bool graph_draw_parameters(graph *g, graph_node *y)
{
    const graph_node *x = &g->node[y->input[0]];
    draw_numbers(g, &y->parameters);
    switch (graph_kinds[y->operation]) {
    case GRAPH_BINARY:
        for (size_t i = 0; i < GRAPH_ELEMENTS && y->operation == GRAPH_WHERE; i++) {
            y->parameters.index[i] = (int64_t)graph_draw(g, 3) - 1;
        }
        return true;
    case GRAPH_REDUCE_ALL:
    case GRAPH_REDUCE_AXIS:
    case GRAPH_REDUCE_AXES:
        return draw_reduction(g, y, x);
    case GRAPH_MOVE:
        return draw_movement(g, y, x);
    case GRAPH_JOIN:
        y->parameters.axis = (int)graph_draw(g, x->rank + 1);
        return y->operation == GRAPH_STACK || y->parameters.axis < (int)x->rank;
    default:
        return true;
    }
}
