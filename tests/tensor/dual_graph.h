/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Random graphs, evaluated twice: with dual numbers as they are drawn (dual_graph.c, dual_shapes.c), and with
 * the library (dual_library.c). A graph follows from its seed and dtype alone. */
#ifndef BRISK_TEST_DUAL_GRAPH_H
#define BRISK_TEST_DUAL_GRAPH_H

#include <stdint.h>
#include <stdio.h>

#include "brisk/tensor.h"
#include "dual_numbers.h"

typedef enum graph_operation {
#define GRAPH_OPERATION(id, name, kind, keeps) GRAPH_##id,
#include "dual_operations.def"
#undef GRAPH_OPERATION
    GRAPH_OPERATIONS,
    GRAPH_LEAF = GRAPH_OPERATIONS,
    GRAPH_WEIGHTED_SUM /* to one number, with weights by element */
} graph_operation;

typedef enum graph_kind {
    GRAPH_UNARY,
    GRAPH_BINARY,
    GRAPH_MATRIX,
    GRAPH_REDUCE_ALL,
    GRAPH_REDUCE_AXIS,
    GRAPH_REDUCE_AXES,
    GRAPH_MOVE,
    GRAPH_JOIN
} graph_kind;

enum { GRAPH_DEPTH = 30, GRAPH_NODES = 56, GRAPH_ELEMENTS = 40, GRAPH_INPUTS = 3 };

/* What an operation has besides inputs; each uses some. */
typedef struct graph_parameters {
    double constant, low, high;
    bool has_low, has_high, keepdim;
    int axis, second_axis;
    size_t axes;           /* how many of order are axes to reduce */
    int order[4];          /* axes to reduce, or the order of permute */
    size_t rank, shape[4]; /* of reshape, expand, gather's index */
    int64_t start, stop, step;
    int64_t index[GRAPH_ELEMENTS]; /* of select (first), index_select, gather; where's condition */
    size_t indices;
} graph_parameters;

typedef struct graph_node {
    graph_operation operation;
    size_t inputs, input[GRAPH_INPUTS];
    graph_parameters parameters;
    bk_dtype dtype;
    size_t rank, shape[4], size;
    size_t depth;
    size_t first_variable; /* of a leaf that requires a gradient */
    bool requires_grad;
    bool in_place; /* done on the first input, which is gone then */
    bool kept;     /* its values are kept for backward, or shared with a view */
    bool gone;
    bool loss; /* of the last nodes, which are to be there whatever their size */
    dual *element;
} graph_node;

typedef struct graph {
    uint64_t seed, state;
    bk_dtype dtype;
    size_t leaves, count;
    size_t pool_used;
    graph_operation faulty; /* whose slopes are wrong by the fault (GRAPH_OPERATIONS: none) */
    double fault;
    graph_node node[GRAPH_NODES];
} graph;

extern const char *const graph_names[];
extern const graph_kind graph_kinds[GRAPH_OPERATIONS];
extern const bool graph_keeps[GRAPH_OPERATIONS];

/* Numbers of the graph's own sequence: [0, bound), and [-1, 1). */
size_t graph_draw(graph *g, size_t bound);
double graph_uniform(graph *g);
bool graph_one_in(graph *g, size_t bound);
/* (dual_parameters.c) The parameters of the node, whose operation and inputs are there; false where there are
 * none that fit. */
bool graph_draw_parameters(graph *g, graph_node *y);

/* Draws a graph from its seed; the last node is the loss, of rank 0, and requires a gradient. */
void graph_make(graph *g, uint64_t seed, bk_dtype dtype, graph_operation faulty, double fault);
/* Leaves in f64 and one operation, drawn until it fits; no kink and no pole within `apart` of a value. False
 * where nothing fitted. */
bool graph_make_single(graph *g, uint64_t seed, graph_operation operation, double apart);
/* (dual_print.c) */
void graph_print(const graph *g, FILE *to);

/* (dual_shapes.c) Shape and elements of the node from its inputs; false where it does not fit, or leaves the
 * range where rounding is understood. */
bool graph_evaluate(graph *g, graph_node *node);
dual *graph_elements(graph *g, size_t count);
double graph_weight(size_t element);
bool graph_make_room(graph *g, graph_node *y);
void graph_unravel(size_t index[4], size_t number, size_t rank, const size_t *shape);
size_t graph_ravel(const size_t index[4], size_t rank, const size_t *shape);
/* (dual_movement.c) */
bool graph_movement(graph *g, graph_node *y);
bool graph_join(graph *g, graph_node *y);

/* (dual_library.c) The same computation on a tape. True where values and gradients agree; else prints what
 * does not. *strict: the largest |difference| / (64 epsilon magnitude), which drift may carry above 1. */
bool graph_agrees(const graph *g, double *strict, FILE *to);
/* One value is changed in place, unrecorded, between the operations and backward: either backward notices and
 * gives no gradient, or the value does not matter and the gradients agree as before. which picks the node. */
typedef enum graph_change { GRAPH_WRONG, GRAPH_REFUSED, GRAPH_NOTICED, GRAPH_UNAFFECTED } graph_change;
graph_change graph_after_change(const graph *g, size_t which, FILE *to);
/* The loss and the gradients of all variables, zero where not reached; how many numbers. */
size_t graph_gradients(const graph *g, double numbers[DUAL_VARIABLES + 1]);
/* One node from tensors by number. */
bk_tensor *graph_apply(bk_tape *tape, const graph_node *node, bk_tensor *const *made);

#endif
