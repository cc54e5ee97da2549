/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * tensor/operation.h: the table of operations. A row says what an operation is called, what shape its result
 * has, how it computes, how its gradient does, and what it saves for that; apply (operations.c) does the rest
 * for all.
 *
 * To add one: a row in operations.def, bk_forward_NAME and bk_backward_NAME in the file of its family, a
 * public function that calls bk_apply, a row in tests/tensor/test_operations_table.c.
 */
#ifndef BRISK_TENSOR_OPERATION_H
#define BRISK_TENSOR_OPERATION_H

#include "tensor/array.h"

/* What an operation has besides its inputs. */
typedef struct bk_parameters {
    double constant, other; /* scale, add_constant, add_scaled, pow_constant; clamp's low and high */
    size_t start, step;     /* slice, select */
    size_t length;          /* slice */
    const size_t *shape;    /* reshape, expand; valid during the call alone */
    unsigned axis;          /* the one axis of slice, select, gather, ... */
    unsigned axes;          /* reductions: bit d stands for axis d */
    bk_dtype dtype;         /* cast */
    uint16_t rank;          /* reshape, expand */
    uint16_t count;         /* inputs of concatenate */
    bool keepdim;
    uint8_t order[BK_MAX_RANK]; /* permute: axis i of the result is axis order[i] of the input */
} bk_parameters;

/* *output (owned by the caller) from the inputs. */
typedef bk_status (*bk_forward)(bk_array *output, bk_pool *pool, const bk_array *const *input,
                                const bk_parameters *parameters);

struct bk_node;

/* One node's turn in a backward pass. gradient is that of the output, of its shape and dtype; backward
 * may take it over or overwrite it where nobody else sees it. result[i] is filled where needs[i], in the
 * output's dtype and with the broadcast shape: the caller sums and casts it to the input's. */
typedef struct bk_turn {
    bk_pool *pool;
    struct bk_node *node;
    bk_array gradient;
    bool *needs;      /* [inputs, at least 2] */
    bk_array *result; /* the same */
} bk_turn;

typedef bk_status (*bk_backward_rule)(bk_turn *turn);

/* When a value is saved: where the gradient of the first, of the second, of the third input is needed. */
enum { BK_NEVER = 0, BK_IF_FIRST = 1, BK_IF_SECOND = 2, BK_IF_THIRD = 4, BK_IF_ANY = 7 };

/* The shape of the result. Forward computes it; tests/tensor/test_operations_table.c holds every row to its
 * rule. */
typedef enum bk_shape_rule {
    BK_SHAPE_SAME,      /* the first input's */
    BK_SHAPE_BROADCAST, /* what the inputs broadcast to */
    BK_SHAPE_REDUCED,   /* the input's without the parameters' axes, or with 1 there */
    BK_SHAPE_MATRIX,    /* that of a product of matrices */
    BK_SHAPE_WINDOW,    /* what the parameters choose of the input or make of its shape */
    BK_SHAPE_INDEXED    /* what the index tensor, or the number of inputs, makes of it */
} bk_shape_rule;

typedef enum bk_operation_id {
#define BK_OPERATION(id, label, word, rule, first, second, third, output) BK_OPERATION_##id,
#include "tensor/operations.def"
#undef BK_OPERATION
    BK_OPERATION_COUNT
} bk_operation_id;

enum { BK_SLOT_FIRST, BK_SLOT_SECOND, BK_SLOT_THIRD, BK_SLOT_OUTPUT, BK_SLOTS };

typedef struct bk_operation {
    const char *label; /* bk_tensor_grad_fn */
    const char *word;  /* in messages */
    bk_forward forward;
    bk_backward_rule backward;
    bk_shape_rule rule;
    uint8_t save[BK_SLOTS]; /* BK_NEVER, BK_IF_... */
    uint8_t slots[8];       /* bit by bit what is saved where these inputs (bit by bit) need a gradient */
} bk_operation;

extern const bk_operation bk_operations[BK_OPERATION_COUNT];

#define BK_OPERATION(id, label, word, rule, first, second, third, output)               \
    bk_status bk_forward_##id(bk_array *y, bk_pool *pool, const bk_array *const *input, \
                              const bk_parameters *parameters);                         \
    bk_status bk_backward_##id(bk_turn *turn);
#include "tensor/operations.def"
#undef BK_OPERATION

/* Computes and, where a gradient is asked for, records. NULL inputs propagate. parameters may be NULL where
 * the operation has none. */
bk_tensor *bk_apply(bk_operation_id id, unsigned count, bk_tensor *const *inputs,
                    const bk_parameters *parameters);

static inline bk_tensor *bk_apply_1(bk_operation_id id, bk_tensor *a, const bk_parameters *parameters)
{
    return bk_apply(id, 1, &a, parameters);
}

static inline bk_tensor *bk_apply_2(bk_operation_id id, bk_tensor *a, bk_tensor *b,
                                    const bk_parameters *parameters)
{
    bk_tensor *const inputs[2] = {a, b};
    return bk_apply(id, 2, inputs, parameters);
}

/* Whether the inputs are there and of one tape; records the failure where not. */
bool bk_inputs_usable(const char *word, unsigned count, bk_tensor *const *inputs);

static inline bool bk_input_usable(const char *word, bk_tensor *a) { return bk_inputs_usable(word, 1, &a); }

/* *result = axis counted from 0 of a tensor that is usable; false, with the failure recorded, where it has no
 * such axis. */
bool bk_resolve_axis(unsigned *result, const char *word, const bk_tensor *a, int axis);

/* *found = index counted from 0; BK_SHAPE, with index, axis and size, where it is outside. (indexing.c) */
bk_status bk_resolve_index(size_t *found, const char *word, int64_t index, unsigned axis, size_t size);

/* ---- For backward rules (turn.c) ---- */

/* Moves the gradient to *y, or shares it where another input needs it still. */
static inline void bk_turn_pass(bk_array *y, bk_turn *turn, bool last)
{
    if (last) {
        bk_array_assign(y, &turn->gradient);
        turn->gradient.storage = NULL;
    } else {
        bk_array_share(y, &turn->gradient);
    }
}

/* A saved value in the output's dtype; BK_STALE where it was changed in place meanwhile. The caller
 * releases it. */
bk_status bk_turn_saved(bk_array *y, bk_turn *turn, unsigned slot);
/* The same in its own dtype. */
bk_status bk_turn_saved_as_it_is(bk_array *y, bk_turn *turn, unsigned slot);
/* result[input] = gradient OP the saved value of slot; last: nobody needs the gradient afterwards. */
bk_status bk_turn_with_saved(bk_turn *turn, unsigned input, bk_binary op, unsigned slot, bool last);
/* result[input] = -result[input], in place where nobody else sees it. */
bk_status bk_turn_negate(bk_turn *turn, unsigned input);
/* result[input] = gradient OP a constant. */
bk_status bk_turn_with_constant(bk_turn *turn, unsigned input, bk_binary op, double constant, bool last);

#endif
