/* SPDX-License-Identifier: GPL-3.0-or-later
 * Random graphs: operations that move elements about, with plain index arithmetic. */
#include <math.h>
#include <string.h>

#include "dual_graph.h"

/* y's shape; false where the parameters do not fit. */
static bool moved_shape(graph_node *y, const graph_node *x)
{
    const graph_parameters *p = &y->parameters;
    y->rank = x->rank;
    memcpy(y->shape, x->shape, sizeof y->shape);
    switch (y->operation) {
    case GRAPH_RESHAPE:
    case GRAPH_EXPAND:
    case GRAPH_GATHER:
        y->rank = p->rank;
        memcpy(y->shape, p->shape, sizeof y->shape);
        return true;
    case GRAPH_TRANSPOSE:
    case GRAPH_TRANSPOSE_AXES:
    case GRAPH_PERMUTE:
        for (size_t d = 0; d < x->rank; d++) {
            y->shape[d] = x->shape[p->order[d]];
        }
        return true;
    case GRAPH_SLICE:
        y->shape[p->axis] = (size_t)((p->stop - p->start + p->step - 1) / p->step);
        return true;
    case GRAPH_INDEX_SELECT:
        y->shape[p->axis] = p->indices;
        return true;
    case GRAPH_SELECT:
        y->rank--;
        memmove(y->shape + p->axis, x->shape + p->axis + 1, (y->rank - (size_t)p->axis) * sizeof *y->shape);
        return true;
    default: /* cast, detach */
        return true;
    }
}

static size_t from_end(int64_t index, size_t size)
{
    return (size_t)(index < 0 ? index + (int64_t)size : index);
}

/* The element of x that becomes element number of y. */
static size_t moved_from(const graph_node *y, const graph_node *x, size_t number)
{
    const graph_parameters *p = &y->parameters;
    size_t to[4], from[4];
    graph_unravel(to, number, y->rank, y->shape);
    memcpy(from, to, sizeof from);
    switch (y->operation) {
    case GRAPH_EXPAND:
        for (size_t d = 0; d < x->rank; d++) {
            from[d] = x->shape[d] == 1 ? 0 : to[y->rank - x->rank + d];
        }
        break;
    case GRAPH_TRANSPOSE:
    case GRAPH_TRANSPOSE_AXES:
    case GRAPH_PERMUTE:
        for (size_t d = 0; d < x->rank; d++) {
            from[p->order[d]] = to[d];
        }
        break;
    case GRAPH_SLICE:
        from[p->axis] = (size_t)p->start + to[p->axis] * (size_t)p->step;
        break;
    case GRAPH_INDEX_SELECT:
        from[p->axis] = from_end(p->index[to[p->axis]], x->shape[p->axis]);
        break;
    case GRAPH_GATHER:
        from[p->axis] = from_end(p->index[number], x->shape[p->axis]);
        break;
    case GRAPH_SELECT:
        memmove(from + p->axis + 1, to + p->axis, (y->rank - (size_t)p->axis) * sizeof *from);
        from[p->axis] = from_end(p->index[0], x->shape[p->axis]);
        break;
    default: /* reshape, cast, detach */
        return number;
    }
    return graph_ravel(from, x->rank, x->shape);
}

bool graph_movement(graph *g, graph_node *y)
{
    const graph_node *x = &g->node[y->input[0]];
    if (!moved_shape(y, x) || !graph_make_room(g, y)) {
        return false;
    }
    for (size_t i = 0; i < y->size; i++) {
        y->element[i] = x->element[moved_from(y, x, i)];
        if (y->operation == GRAPH_DETACH) {
            const double error = y->element[i].error;
            dual_constant(&y->element[i], y->element[i].value);
            y->element[i].error = error;
        } else if (y->operation == GRAPH_CAST && y->dtype == BK_F32 && x->dtype == BK_F64) {
            y->element[i].error += fabs(y->element[i].value);
        }
    }
    return true;
}

/* One after the other along an axis; stack makes it anew. */
bool graph_join(graph *g, graph_node *y)
{
    const bool stack = y->operation == GRAPH_STACK;
    const graph_node *first = &g->node[y->input[0]];
    const size_t axis = (size_t)y->parameters.axis;
    if (first->rank + stack > 4 || (!stack && first->rank == 0)) {
        return false;
    }
    size_t along = 0, before = 1, after = 1;
    for (size_t k = 0; k < y->inputs; k++) {
        const graph_node *x = &g->node[y->input[k]];
        bool fits = x->rank == first->rank;
        for (size_t d = 0; fits && d < x->rank; d++) {
            fits = x->shape[d] == first->shape[d] || (!stack && d == axis);
        }
        if (!fits) {
            return false;
        }
        along += stack ? 1 : x->shape[axis];
    }
    y->rank = first->rank + stack;
    for (size_t d = 0; d < y->rank; d++) {
        y->shape[d] = d == axis ? along : first->shape[d - (stack && d > axis)];
        before *= d < axis ? y->shape[d] : 1;
        after *= d > axis ? y->shape[d] : 1;
    }
    if (!graph_make_room(g, y)) {
        return false;
    }
    dual *to = y->element;
    for (size_t b = 0; b < before; b++) {
        for (size_t k = 0; k < y->inputs; k++) {
            const graph_node *x = &g->node[y->input[k]];
            const size_t run = (stack ? 1 : x->shape[axis]) * after;
            for (size_t i = 0; i < run; i++) {
                *to++ = x->element[b * run + i];
            }
        }
    }
    return true;
}
