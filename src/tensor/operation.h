/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * tensor/operation.h: the table of operations. A row says what an operation is called, how it computes,
 * how its gradient does, and what it saves for that; apply (operations.c) does the rest for all.
 *
 * To add one: a row in operations.def, bk_forward_NAME and bk_backward_NAME in the file of its family, a
 * public function that calls bk_apply.
 */
#ifndef BRISK_TENSOR_OPERATION_H
#define BRISK_TENSOR_OPERATION_H

#include "tensor/array.h"

/* What an operation has besides its inputs. */
typedef struct bk_parameters {
    double constant; /* scale, add_constant, add_scaled */
    size_t axis;
    bool keepdim;
    bk_dtype dtype;      /* cast */
    unsigned rank;       /* reshape */
    const size_t *shape; /* reshape; valid during the call alone */
} bk_parameters;

/* *output (owned by the caller) from inputs; input[1] is NULL for operations of one input. */
typedef bk_status (*bk_forward)(bk_array *output, bk_pool *pool, const bk_array *const input[2],
                                const bk_parameters *parameters);

struct bk_node;

/* One node's turn in a backward pass. gradient is that of the output, of its shape and dtype; backward
 * may take it over or overwrite it where nobody else sees it. result[i] is filled where needs[i], in the
 * output's dtype and with the broadcast shape: the caller sums and casts it to the input's. */
typedef struct bk_turn {
    bk_pool *pool;
    struct bk_node *node;
    bk_array gradient;
    bool needs[2];
    bk_array result[2];
} bk_turn;

typedef bk_status (*bk_backward_rule)(bk_turn *turn);

/* When an input is saved: where the gradient of the first, of the second input is needed. */
enum { BK_NEVER = 0, BK_IF_FIRST = 1, BK_IF_SECOND = 2, BK_IF_ANY = 3 };

typedef enum bk_operation_id {
#define BK_OPERATION(id, label, word, first, second, output) BK_OPERATION_##id,
#include "tensor/operations.def"
#undef BK_OPERATION
    BK_OPERATION_COUNT
} bk_operation_id;

typedef struct bk_operation {
    const char *label; /* bk_tensor_grad_fn */
    const char *word;  /* in messages */
    bk_forward forward;
    bk_backward_rule backward;
    unsigned save_first, save_second; /* BK_NEVER, BK_IF_... */
    bool save_output;
} bk_operation;

extern const bk_operation bk_operations[BK_OPERATION_COUNT];

#define BK_OPERATION(id, label, word, first, second, output)                              \
    bk_status bk_forward_##id(bk_array *y, bk_pool *pool, const bk_array *const input[2], \
                              const bk_parameters *parameters);                           \
    bk_status bk_backward_##id(bk_turn *turn);
#include "tensor/operations.def"
#undef BK_OPERATION

/* Computes and, where a gradient is asked for, records. NULL inputs propagate; b is NULL for operations
 * of one input (takes_two false). */
bk_tensor *bk_apply(bk_operation_id id, bk_tensor *a, bk_tensor *b, bool takes_two,
                    const bk_parameters *parameters);
/* Whether the inputs are there and of one tape; records the failure where not. */
bool bk_inputs_usable(const char *word, const bk_tensor *a, const bk_tensor *b, bool takes_two);

/* ---- For backward rules (turn.c) ---- */

/* Moves the gradient to *y, or shares it where the other input needs it still. */
void bk_turn_pass(bk_array *y, bk_turn *turn, bool last);
/* A saved value in the output's dtype; BK_STALE where it was changed in place meanwhile. The caller
 * releases it. */
bk_status bk_turn_saved(bk_array *y, bk_turn *turn, unsigned slot);
/* result[input] = gradient OP the saved value of slot; last: nobody needs the gradient afterwards. */
bk_status bk_turn_with_saved(bk_turn *turn, unsigned input, bk_binary op, unsigned slot, bool last);
/* The same with a constant. */
bk_status bk_turn_with_constant(bk_turn *turn, unsigned input, bk_binary op, double constant, bool last);

#endif
