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

#include <string.h>

#include "brisk/tensor.h"
#include "tensor/pool.h"

/* The values follow behind: a few in the same cache line, more from the next one on. */
typedef struct bk_storage {
    size_t references; /* arrays on it */
    uint32_t tensors;  /* tensors on it that are views of one another; detached aliases do not count */
    uint32_t views;    /* of these, those that were made as views of another tensor or alias */
    uint64_t version;  /* how often it was changed in place */
    size_t bytes;      /* of the values */
    void *data;
    uint64_t few[3];
} bk_storage;

typedef struct bk_array {
    bk_storage *storage; /* NULL: no array */
    void *data;
    size_t size; /* elements */
    bk_dtype dtype;
    uint16_t rank;
    bool contiguous; /* row-major without gaps */
    size_t shape[BK_MAX_RANK];
    size_t stride[BK_MAX_RANK]; /* in elements; 0 along a broadcast dimension */
} bk_array;

/* *y = *x, without touching dimensions that x does not have: a scalar is half a cache line. */
static inline void bk_array_assign(bk_array *y, const bk_array *x)
{
    y->storage = x->storage;
    y->data = x->data;
    y->size = x->size;
    y->dtype = x->dtype;
    y->rank = x->rank;
    y->contiguous = x->contiguous;
    for (unsigned d = 0; d < x->rank; d++) {
        y->shape[d] = x->shape[d];
        y->stride[d] = x->stride[d];
    }
}

/* ---- array.c: making, sharing, views ---- */

/* One uninitialised value. Fields are written in place: a copy that the processor has to gather from several
 * fresh writes would cost more than all the rest. */
static inline bk_status bk_array_create_one(bk_array *y, bk_pool *pool, bk_dtype dtype)
{
    bk_storage *storage = (bk_storage *)bk_pool_take(pool, sizeof *storage);
    if (storage == NULL) {
        return bk_error_status();
    }
    storage->references = 1;
    storage->tensors = storage->views = 0;
    storage->version = 0;
    storage->bytes = dtype == BK_F32 ? sizeof(float) : sizeof(double);
    storage->data = storage->few;
    y->storage = storage;
    y->data = storage->few;
    y->size = 1;
    y->dtype = dtype;
    y->rank = 0;
    y->contiguous = true;
    return BK_OK;
}
/* Uninitialised values. */
bk_status bk_array_create(bk_array *y, bk_pool *pool, bk_dtype dtype, size_t rank, const size_t *shape);
static inline void bk_array_release(bk_pool *pool, bk_array *x)
{
    bk_storage *storage = x->storage;
    if (storage != NULL) {
        x->storage = NULL;
        if (--storage->references == 0) {
            bk_pool_give(pool, storage,
                         storage->data == storage->few ? sizeof *storage : sizeof *storage + storage->bytes);
        }
    }
}
/* The same window again. */
static inline void bk_array_share(bk_array *y, const bk_array *x)
{
    bk_array_assign(y, x);
    y->storage->references++;
}
/* Whether x alone sees its storage, so that its values may be overwritten. */
static inline bool bk_array_is_unique(const bk_array *x)
{
    return x->contiguous && x->storage->references == 1;
}
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
/* Axis i of y is axis order[i] of x. */
void bk_array_permuted(bk_array *y, const bk_array *x, const uint8_t *order);
/* Every step-th element of an axis, length of them from start on; the axis stays. */
void bk_array_sliced(bk_array *y, const bk_array *x, unsigned axis, size_t start, size_t step, size_t length);
/* The last two axes, offset elements further on; borrowed: y holds no reference of its own. */
void bk_array_matrix(bk_array *y, const bk_array *x, size_t offset);
/* Without an axis of size 1. */
void bk_array_dropped(bk_array *y, const bk_array *x, unsigned axis);
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
    BK_BINARY_MAX,
    BK_BINARY_MIN,
    BK_BINARY_POW
} bk_binary;
/* Comparisons: results are i64. */
typedef enum bk_comparison {
    BK_COMPARE_EQUAL,
    BK_COMPARE_NOT_EQUAL,
    BK_COMPARE_LESS,
    BK_COMPARE_LESS_EQUAL
} bk_comparison;
typedef enum bk_map {
    BK_MAP_NEG,
    BK_MAP_SQUARE,
    BK_MAP_RELU,
    BK_MAP_ABS,
    BK_MAP_SIGN, /* up to here integers stay integers */
    BK_MAP_SQRT,
    BK_MAP_EXP,
    BK_MAP_LOG,
    BK_MAP_LOG1P,
    BK_MAP_SIN,
    BK_MAP_COS,
    BK_MAP_TANH,
    BK_MAP_SIGMOID,
    BK_MAP_SOFTPLUS,
    BK_MAP_LOG_SIGMOID
} bk_map;
typedef enum bk_chain {
    BK_CHAIN_TANH,
    BK_CHAIN_SIGMOID,
    BK_CHAIN_RELU,
    BK_CHAIN_SQUARE,
    BK_CHAIN_SQRT
} bk_chain;

#define BK_ONE_(type)                         \
    do {                                      \
        const type first = *(const type *)a;  \
        const type second = *(const type *)b; \
        if (op == BK_BINARY_MUL) {            \
            *(type *)y = first * second;      \
        } else if (op == BK_BINARY_ADD) {     \
            *(type *)y = first + second;      \
        } else if (op == BK_BINARY_SUB) {     \
            *(type *)y = first - second;      \
        } else {                              \
            *(type *)y = first / second;      \
        }                                     \
    } while (0)

/* One element: the arithmetic that the kernels do, without the way to them; op up to BK_BINARY_DIV, f32 or
 * f64. */
static inline void bk_array_binary_one(bk_binary op, bk_dtype dtype, void *y, const void *a, const void *b)
{
    if (dtype == BK_F32) {
        BK_ONE_(float);
    } else {
        BK_ONE_(double);
    }
}

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
/* min(max(x, low), high); bounds of i64 are whole. And gradient becomes 0 where value is outside. */
bk_status bk_array_clamp(bk_array *y, bk_pool *pool, const bk_array *x, double low, double high);
bk_status bk_array_chain_clamp(bk_array *gradient, bk_pool *pool, const bk_array *value, double low,
                               double high);
/* gradient becomes gradient OP b; b broadcasts to it. */
bk_status bk_array_update(bk_array *gradient, bk_pool *pool, bk_binary op, const bk_array *b);
/* A rank-0 array of one value. */
bk_status bk_array_scalar(bk_array *y, bk_pool *pool, bk_dtype dtype, double value);
/* y = a COMPARED with b, broadcast, i64. */
bk_status bk_array_compare(bk_array *y, bk_pool *pool, bk_comparison op, const bk_array *a, const bk_array *b,
                           const char *word);
/* y = condition (i64) != 0 ? a : b in dtype, broadcast to shape, which they must fit. */
bk_status bk_array_where(bk_array *y, bk_pool *pool, bk_dtype dtype, size_t rank, const size_t *shape,
                         const bk_array *condition, const bk_array *a, const bk_array *b);
/* x in dtype, broadcast to shape (must fit), row-major; x's own window where it is all that already. */
bk_status bk_array_full(bk_array *y, bk_pool *pool, const bk_array *x, bk_dtype dtype, size_t rank,
                        const size_t *shape);
/* x in another dtype; its own window where dtype is x's. To BK_I64 with a check (BK_INVALID). */
bk_status bk_array_cast(bk_array *y, bk_pool *pool, const bk_array *x, bk_dtype dtype);

/* ---- reduction.c ---- */

/* All elements, rank 0; divided by their number where mean. */
bk_status bk_array_sum(bk_array *y, bk_pool *pool, const bk_array *x, bool mean);
/* The shape without the axes of the mask (or with 1 there); false where the mask names none. */
bool bk_array_is_reduced(size_t *rank, size_t shape[BK_MAX_RANK], const bk_array *x, unsigned axes,
                         bool keepdim);
/* x as row-major [extent 0, extent 1, extent 2], the axes of the mask being the middle one: x's own window
 * where they lie side by side, else a copy with them at the end. */
bk_status bk_array_group(bk_array *y, size_t extent[3], bk_pool *pool, const bk_array *x, unsigned axes);
/* Over the axes of the mask. */
bk_status bk_array_sum_axes(bk_array *y, bk_pool *pool, const bk_array *x, unsigned axes, bool keepdim,
                            bool mean);
/* Turns x into what a gradient of a broadcast input has to be: summed to shape and cast to dtype. */
bk_status bk_array_unbroadcast(bk_array *x, bk_pool *pool, bk_dtype dtype, size_t rank, const size_t *shape);

/* ---- extreme.c ---- */

/* The largest or smallest over the axes of the mask; BK_SHAPE where there is none. */
bk_status bk_array_extreme(bk_array *y, bk_pool *pool, const bk_array *x, unsigned axes, bool keepdim,
                           bool smallest, const char *word);

/* ---- indexing.c ---- */

/* y = the element of x at index along the axis, at index's place along the others; index is i64 and of x's
 * rank. */
bk_status bk_array_gather(bk_array *y, bk_pool *pool, const bk_array *x, unsigned axis,
                          const bk_array *index);
/* Its transpose: zeros of shape, with values (of index's shape) added in the order of index. */
bk_status bk_array_scatter(bk_array *y, bk_pool *pool, size_t rank, const size_t *shape, unsigned axis,
                           const bk_array *index, const bk_array *values);

/* ---- product.c ---- */

/* c [..., m, n] = a [..., m, k] b [..., k, n], both of rank 2 or more and one floating dtype, any strides;
 * the dimensions before the last two broadcast (they must fit). */
bk_status bk_array_matmul(bk_array *c, bk_pool *pool, const bk_array *a, const bk_array *b);

#endif
