/* SPDX-License-Identifier: GPL-3.0-or-later
 * Random graphs in print: a line for each node, with what its operation was told. */
#include <math.h>

#include "dual_graph.h"

static void print_shape(FILE *to, size_t rank, const size_t *shape)
{
    fprintf(to, "[");
    for (size_t d = 0; d < rank; d++) {
        fprintf(to, "%s%zu", d == 0 ? "" : ", ", shape[d]);
    }
    fprintf(to, "]");
}

static void print_order(FILE *to, const char *word, const int *order, size_t count)
{
    fprintf(to, "; %s", word);
    for (size_t i = 0; i < count; i++) {
        fprintf(to, " %d", order[i]);
    }
}

static void print_indices(FILE *to, const char *word, const int64_t *index, size_t count)
{
    fprintf(to, "; %s", word);
    for (size_t i = 0; i < count; i++) {
        fprintf(to, " %d", (int)index[i]);
    }
}

/* Those that the operation uses. */
static void print_parameters(FILE *to, const graph_node *y)
{
    const graph_parameters *p = &y->parameters;
    switch (graph_kinds[y->operation]) {
    case GRAPH_REDUCE_AXIS:
    case GRAPH_REDUCE_AXES:
        print_order(to, p->keepdim ? "kept axes" : "axes", p->order, p->axes);
        return;
    case GRAPH_JOIN:
        fprintf(to, "; axis %d", p->axis);
        return;
    default:
        break;
    }
    switch (y->operation) {
    case GRAPH_SCALE:
    case GRAPH_ADD_CONSTANT:
    case GRAPH_ADD_SCALED:
    case GRAPH_POW_CONSTANT:
        fprintf(to, "; %g", p->constant);
        break;
    case GRAPH_CLAMP:
        fprintf(to, "; %g to %g", p->has_low ? p->low : -HUGE_VAL, p->has_high ? p->high : HUGE_VAL);
        break;
    case GRAPH_WHERE:
        print_indices(to, "condition", p->index, y->size);
        break;
    case GRAPH_TRANSPOSE_AXES:
    case GRAPH_PERMUTE:
        print_order(to, "axes", p->order, y->rank);
        break;
    case GRAPH_SLICE:
        fprintf(to, "; axis %d, %d:%d:%d", p->axis, (int)p->start, (int)p->stop, (int)p->step);
        break;
    case GRAPH_SELECT:
    case GRAPH_INDEX_SELECT:
    case GRAPH_GATHER:
        fprintf(to, "; axis %d", p->axis);
        print_indices(to, "index", p->index, p->indices);
        break;
    default:
        break;
    }
}

void graph_print(const graph *g, FILE *to)
{
    fprintf(to, "graph %llu in %s; replay: BRISK_GRAPH=%s:%llu\n", (unsigned long long)g->seed,
            bk_dtype_name(g->dtype), bk_dtype_name(g->dtype), (unsigned long long)g->seed);
    for (size_t k = 0; k < g->count; k++) {
        const graph_node *y = &g->node[k];
        fprintf(to, "  n%zu = %s(", k, graph_names[y->operation]);
        for (size_t i = 0; i < y->inputs; i++) {
            fprintf(to, "%sn%zu", i == 0 ? "" : ", ", y->input[i]);
        }
        if (y->operation < GRAPH_LEAF) {
            print_parameters(to, y);
        }
        fprintf(to, ") %s ", bk_dtype_name(y->dtype));
        print_shape(to, y->rank, y->shape);
        fprintf(to, "%s%s depth %zu:", y->requires_grad ? " requires grad" : "",
                y->in_place ? " in place" : "", y->depth);
        for (size_t i = 0; i < y->size; i++) {
            fprintf(to, " %.9g", y->element[i].value);
        }
        fprintf(to, "\n");
    }
}
