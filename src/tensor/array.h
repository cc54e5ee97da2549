/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * tensor/array.h: values without history. An array is a strided window on a storage that it shares with
 * others; operations and their gradients compute with arrays, and only tensor.h's tensors know a graph.
 *
 * An array that a function fills ("y") owns one reference to its storage: bk_array_release gives it
 * back. A failed function leaves y alone.
 */
#ifndef BRISK_TENSOR_ARRAY_H
#define BRISK_TENSOR_ARRAY_H

#include "brisk/tensor.h"
#include "tensor/pool.h"

typedef struct bk_storage {
    size_t references; /* arrays on it */
    size_t tensors;    /* tensors on it that are views of one another; detached aliases do not count */
    uint64_t version;  /* how often it was changed in place */
    size_t bytes;
    void *data;
} bk_storage;

typedef struct bk_array {
    bk_storage *storage; /* NULL: no array */
    void *data;
    size_t size; /* elements */
    size_t shape[BK_MAX_RANK];
    size_t stride[BK_MAX_RANK]; /* in elements; 0 along a broadcast dimension */
    bk_dtype dtype;
    unsigned rank;
    bool contiguous; /* row-major without gaps */
} bk_array;

/* ---- array.c: making, sharing, views ---- */

/* Uninitialised values. */
bk_status bk_array_create(bk_array *y, bk_pool *pool, bk_dtype dtype, size_t rank, const size_t *shape);
void bk_array_release(bk_pool *pool, bk_array *x);
/* The same window again. */
void bk_array_share(bk_array *y, const bk_array *x);
/* Whether x alone sees its storage, so that its values may be overwritten. */
bool bk_array_is_unique(const bk_array *x);
bool bk_array_same_shape(const bk_array *x, size_t rank, const size_t *shape);
/* Row-major values: x's own window where it is contiguous, else a copy. */
bk_status bk_array_contiguous(bk_array *y, bk_pool *pool, const bk_array *x);
/* A row-major copy. */
bk_status bk_array_copy(bk_array *y, bk_pool *pool, const bk_array *x);
/* Turns x into a row-major array that nobody else sees. */
bk_status bk_array_own(bk_array *x, bk_pool *pool);
/* Views. Contiguous x, equal size; the last two axes swapped; x broadcast to shape (must fit). */
void bk_array_reshaped(bk_array *y, const bk_array *x, size_t rank, const size_t *shape);
void bk_array_transposed(bk_array *y, const bk_array *x);
void bk_array_expanded(bk_array *y, const bk_array *x, size_t rank, const size_t *shape);
void bk_array_fill(bk_array *x, double value);
/* Between x and row-major values of its dtype. */
void bk_array_read(void *rows, const bk_array *x);
void bk_array_write(bk_array *x, const void *rows);
/* "[200, 2]"; returns text. */
#define BK_SHAPE_TEXT 100
const char *bk_shape_text(char text[BK_SHAPE_TEXT], size_t rank, const size_t *shape);

/* ---- elementwise.c ---- */

typedef enum bk_binary {
    BK_BINARY_ADD,
    BK_BINARY_SUB,
    BK_BINARY_MUL,
    BK_BINARY_DIV,
    BK_BINARY_MAX
} bk_binary;
typedef enum bk_map {
    BK_MAP_NEG,
    BK_MAP_SQUARE,
    BK_MAP_RELU,
    BK_MAP_EXP,
    BK_MAP_LOG,
    BK_MAP_TANH,
    BK_MAP_SIGMOID,
    BK_MAP_LOG_SIGMOID
} bk_map;
typedef enum bk_chain { BK_CHAIN_TANH, BK_CHAIN_SIGMOID, BK_CHAIN_RELU, BK_CHAIN_SQUARE } bk_chain;

/* f32 with f64: f64; integer with floating: the floating one. */
bk_dtype bk_promote(bk_dtype a, bk_dtype b);
/* The shape that a and b broadcast to; false where they do not. */
bool bk_broadcast_shape(size_t *rank, size_t shape[BK_MAX_RANK], const bk_array *a, const bk_array *b);
/* y = a OP b in dtype, broadcast. word names the operation in messages. */
bk_status bk_array_binary(bk_array *y, bk_pool *pool, bk_binary op, bk_dtype dtype, const bk_array *a,
                          const bk_array *b, const char *word);
/* The same, broadcast to and written over y, which is contiguous, of dtype as a and b, and no alias of
 * them unless it is the same window. */
void bk_array_binary_into(bk_array *y, bk_binary op, const bk_array *a, const bk_array *b);
bk_status bk_array_map(bk_array *y, bk_pool *pool, bk_map op, const bk_array *x);
void bk_array_map_into(bk_array *y, bk_map op, const bk_array *x);
/* gradient becomes gradient times the derivative that value (dtype and shape of gradient) tells. */
bk_status bk_array_chain(bk_array *gradient, bk_pool *pool, bk_chain op, const bk_array *value);
/* The same for the maximum of x and other. */
bk_status bk_array_chain_max(bk_array *gradient, bk_pool *pool, const bk_array *x, const bk_array *other);
/* gradient becomes gradient OP b; b broadcasts to it. */
bk_status bk_array_update(bk_array *gradient, bk_pool *pool, bk_binary op, const bk_array *b);
/* A rank-0 array of one value. */
bk_status bk_array_scalar(bk_array *y, bk_pool *pool, bk_dtype dtype, double value);
/* x in another dtype; its own window where dtype is x's. To BK_F32 or BK_F64 alone. */
bk_status bk_array_cast(bk_array *y, bk_pool *pool, const bk_array *x, bk_dtype dtype);

/* ---- reduction.c ---- */

/* All elements, rank 0; divided by their number where mean. */
bk_status bk_array_sum(bk_array *y, bk_pool *pool, const bk_array *x, bool mean);
/* Over one axis. */
bk_status bk_array_sum_axis(bk_array *y, bk_pool *pool, const bk_array *x, size_t axis, bool keepdim,
                            bool mean);
/* Turns x into what a gradient of a broadcast input has to be: summed to shape and cast to dtype. */
bk_status bk_array_unbroadcast(bk_array *x, bk_pool *pool, bk_dtype dtype, size_t rank, const size_t *shape);

/* ---- product.c ---- */

/* c [m, n] = a [m, k] b [k, n], both of rank 2 and one floating dtype, any strides. */
bk_status bk_array_matmul(bk_array *c, bk_pool *pool, const bk_array *a, const bk_array *b);

#endif
