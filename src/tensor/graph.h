/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * tensor/graph.h: tape, tensors and the nodes of the graph behind them.
 *
 * Who keeps whom alive: a tensor owns its node; a node owns its input nodes, the leaves among its inputs
 * and what it saved (storages, not tensors). So a handle can go at any time, and there is no cycle.
 */
#ifndef BRISK_TENSOR_GRAPH_H
#define BRISK_TENSOR_GRAPH_H

#include "tensor/array.h"
#include "tensor/operation.h"

typedef struct bk_node bk_node;

/* A handle, in the order they were given; a tensor knows its own, newest first. */
typedef struct bk_handle {
    struct bk_handle *older, *newer;
    struct bk_handle *sibling; /* the tensor's handle before this one */
    bk_tensor *tensor;
    size_t number;
    bool kept;
    bool in_use; /* of the handle that lies in the tensor */
} bk_handle;

struct bk_tensor {
    bk_array array;
    bk_tape *tape;
    bk_node *node;     /* the operation that made it; NULL for a leaf */
    bk_tensor *grad;   /* owned; NULL: none */
    bk_handle *handle; /* the newest */
    const char *name;  /* belongs to the tape; NULL: none */
    uint64_t serial;   /* tells tensors apart in drawings */
    size_t references; /* handles, edges of nodes, the tensor whose gradient it is */
    bool requires_grad;
    bool retain_grad;
    bool detached; /* shares its storage, but is not a view: the graph does not follow changes */
    bool view;     /* made as a view of another tensor, or of a detached alias */
    bool gradient; /* made by a backward pass: says why it has no history itself */
    /* While a backward pass runs. */
    bool wanted;
    bk_array *pending;
    bk_tensor *touched;
    bk_handle first_handle; /* most tensors have one at a time */
};

/* One input of a node: another node, a leaf, or a tensor without gradient (both NULL). */
typedef struct bk_edge {
    bk_node *node;
    bk_tensor *leaf;
    const char *name; /* of an input without gradient, for drawings */
    uint64_t serial;
    bk_dtype dtype;
    uint16_t rank;
    size_t shape[BK_MAX_RANK];
} bk_edge;

/* A value kept for backward, with the version its storage had. The memory behind the array's rank is not
 * there. */
typedef struct bk_saved {
    uint64_t version;
    bk_array array;
} bk_saved;

/* What nodes of rank 1 and more have besides. */
typedef struct bk_node_wide {
    bk_array gradient; /* no storage: none */
    size_t shape[BK_MAX_RANK];
} bk_node_wide;

/* One block of memory: the node, its edges, then what it has of the rest. A graph of scalars is bound by the
 * memory it walks through, so that a node has no room for what it does not use. */
struct bk_node {
    const bk_operation *operation;
    bk_tape *tape;
    size_t references;
    uint64_t sequence; /* inputs have smaller ones */
    bk_tensor *output; /* not owned; NULL once the tensor is gone or has another node */
    const char *name;  /* the output's, kept when that goes */
    bk_dtype dtype;
    uint16_t rank;
    uint16_t inputs;
    bool saves; /* any value */
    bool freed; /* a backward pass has taken the saved values */
    /* While a backward pass runs. */
    bool needed;
    bool captured;
    bool scalar;     /* the node and its inputs are of rank 0 and one dtype, and scalar.c has a rule */
    bool has_number; /* the gradient so far, of a node of rank 0 */
    double number;
    uint64_t pass;
    bk_node *next;
    bk_saved *saved[BK_SLOTS]; /* NULL: not saved, or freed */
    size_t bytes;              /* of the block */
    bk_node_wide *wide;        /* NULL for rank 0 */
    bk_parameters *parameters; /* NULL for operations that have none */
    bk_edge edge[];            /* [inputs] */
};

struct bk_tape {
    bk_pool *pool;
    bk_handle *newest;
    size_t handles; /* given so far */
    uint64_t nodes, tensors, passes;
    size_t live;
    bk_node *dead; /* to be freed; a list instead of recursion, so that a long chain fits the stack */
    bool freeing;
    struct bk_name *names[64];
};

/* ---- tape.c ---- */

/* Fills in all but the array of a tensor's memory (of the pool, bk_tensor's size), and gives it one handle.
 */
void bk_tensor_begin(bk_tensor *tensor, bk_tape *tape);
/* A tensor on array, whose reference it takes over (released on failure too), with one handle. */
bk_tensor *bk_tensor_make(bk_tape *tape, bk_array *array);
/* The same with a reference of the caller's instead of a handle. */
bk_tensor *bk_tensor_make_hidden(bk_tape *tape, bk_array *array, bool detached);
void bk_tensor_unreference(bk_tensor *tensor);
/* A further handle; false where there is no memory. */
bool bk_tensor_add_handle(bk_tensor *tensor);

/* ---- tensor.c ---- */

/* "w (f32 [200, 2])", or without the name; returns text. */
#define BK_TENSOR_TEXT 200
const char *bk_tensor_text(char text[BK_TENSOR_TEXT], const bk_tensor *tensor);

/* ---- graph.c ---- */

/* Makes output the result of the operation on inputs. original: the value of the first input before an
 * operation in place, NULL otherwise. parameters may be NULL. */
bk_status bk_record(bk_tensor *output, bk_operation_id id, unsigned count, bk_tensor *const *inputs,
                    const bk_array *original, const bk_parameters *parameters);
void bk_node_unreference(bk_node *node);
void bk_node_drop_saved(bk_node *node);
/* *first = the nodes that lead to root and root itself, each once, users before their inputs, linked by
 * next; NULL for root NULL. On failure a part of them. (order.c) */
bk_status bk_graph_order(bk_node **first, bk_tape *tape, bk_node *root);
/* Whether an operation on these is to be recorded now. */
bool bk_records(unsigned count, bk_tensor *const *inputs);

#endif
