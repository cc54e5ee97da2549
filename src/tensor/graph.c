/* SPDX-License-Identifier: GPL-3.0-or-later
 * Nodes of the graph: recording an operation, saving values, freeing. */
#include "tensor/graph.h"
#include "tensor/scalar.h"

bool bk_records(unsigned count, bk_tensor *const *inputs)
{
    for (unsigned i = 0; i < count; i++) {
        if (inputs[i]->requires_grad) {
            return bk_grad_mode();
        }
    }
    return false;
}

static inline void set_edge(bk_edge *edge, bk_tensor *input)
{
    const bk_array *array = &input->array;
    edge->node = input->node;
    edge->leaf = NULL;
    edge->dtype = array->dtype;
    edge->rank = array->rank;
    if (array->rank > 0) {
        memcpy(edge->shape, array->shape, sizeof edge->shape);
    }
    if (input->node != NULL) {
        input->node->references++;
        return;
    }
    edge->name = input->name;
    edge->serial = input->serial;
    if (input->requires_grad) {
        edge->leaf = input;
        input->references++;
    }
}

/* The slots to fill, bit by bit. */
static inline unsigned slots_to_save(const bk_operation *operation, unsigned count, bk_tensor *const *inputs)
{
    unsigned needs = 0;
    for (unsigned i = 0; i < count && i < BK_SLOT_OUTPUT; i++) {
        needs |= (unsigned)inputs[i]->requires_grad << i;
    }
    return operation->slots[needs];
}

/* Bytes that a saved window needs: a scalar's has no dimensions. */
static inline size_t saved_bytes(const bk_array *array)
{
    return array->rank == 0 ? offsetof(bk_saved, array) + offsetof(bk_array, shape) : sizeof(bk_saved);
}

/* Whether scalar.c will run it: all of rank 0 and one dtype. */
static inline bool is_scalar(const bk_node *node, bk_operation_id id)
{
    bool scalar = node->rank == 0 && bk_scalar_rules[id];
    for (unsigned i = 0; scalar && i < node->inputs; i++) {
        scalar = node->edge[i].rank == 0 && node->edge[i].dtype == node->dtype;
    }
    return scalar;
}

/* Saves array in slot where the bit of slots says so; where the next one goes. */
static inline char *save(bk_node *node, unsigned slots, unsigned slot, char *at, const bk_array *array)
{
    if ((slots >> slot & 1U) == 0 || array == NULL) {
        return at;
    }
    bk_saved *saved = (bk_saved *)(void *)at;
    bk_array_share(&saved->array, array);
    saved->version = array->storage->version;
    node->saved[slot] = saved;
    node->tape->live++;
    return at + saved_bytes(array);
}

/* output is now the result of node. */
static void attach(bk_tensor *output, bk_node *node)
{
    if (output->node != NULL) { /* an operation in place: earlier users keep the old node */
        output->node->output = NULL;
        bk_node_unreference(output->node);
    }
    node->output = output;
    output->node = node;
    output->requires_grad = true;
}

/* Where the parts of a node's block begin: node and edges, what has shape, parameters, saved values. */
typedef struct layout {
    size_t wide, parameters, saved, bytes;
} layout;

static inline void set_fields(bk_node *node, const bk_tensor *output, bk_operation_id id, unsigned count)
{
    bk_tape *tape = output->tape;
    node->operation = &bk_operations[id];
    node->tape = tape;
    node->references = 1;
    node->sequence = ++tape->nodes;
    node->name = NULL;
    node->dtype = output->array.dtype;
    node->rank = output->array.rank;
    node->inputs = (uint16_t)count;
    node->freed = node->needed = node->captured = node->has_number = node->saves = false;
    node->pass = 0;
    node->wide = NULL;
    node->parameters = NULL;
    node->saved[0] = node->saved[1] = node->saved[2] = node->saved[3] = NULL;
}

/* The four values that may be saved; NULL where there is none such. */
static inline void candidates(const bk_array *value[BK_SLOTS], const bk_tensor *output, unsigned count,
                              bk_tensor *const *inputs, const bk_array *original)
{
    value[BK_SLOT_FIRST] = original != NULL ? original : count > 0 ? &inputs[0]->array : NULL;
    value[BK_SLOT_SECOND] = count > 1 ? &inputs[1]->array : NULL;
    value[BK_SLOT_THIRD] = count > 2 ? &inputs[2]->array : NULL;
    value[BK_SLOT_OUTPUT] = &output->array;
}

/* count is a constant at the calls that matter, so that no loop is left. */
static inline __attribute__((always_inline)) bk_status record(bk_tensor *output, bk_operation_id id,
                                                              const unsigned count, bk_tensor *const *inputs,
                                                              const bk_array *original,
                                                              const bk_parameters *parameters)
{
    const unsigned slots = slots_to_save(&bk_operations[id], count, inputs);
    const bool is_wide = output->array.rank > 0;
    const bk_array *value[BK_SLOTS];
    candidates(value, output, count, inputs, original);
    layout at = {.wide = sizeof(bk_node) + count * sizeof(bk_edge)};
    at.parameters = at.wide + (is_wide ? sizeof(bk_node_wide) : 0);
    at.saved = at.parameters + (parameters != NULL ? sizeof(bk_parameters) : 0);
    at.bytes = at.saved;
    for (unsigned slot = 0; slots != 0 && slot < BK_SLOTS; slot++) {
        at.bytes += (slots >> slot & 1U) != 0 && value[slot] != NULL ? saved_bytes(value[slot]) : 0;
    }
    char *block = bk_pool_take(output->tape->pool, at.bytes);
    if (block == NULL) {
        return bk_error_status();
    }
    bk_node *node = (bk_node *)(void *)block;
    set_fields(node, output, id, count);
    node->bytes = at.bytes;
    if (is_wide) {
        node->wide = (bk_node_wide *)(void *)(block + at.wide);
        node->wide->gradient.storage = NULL;
        memcpy(node->wide->shape, output->array.shape, sizeof node->wide->shape);
    }
    if (parameters != NULL) {
        node->parameters = (bk_parameters *)(void *)(block + at.parameters);
        *node->parameters = *parameters;
        node->parameters->shape = NULL;
    }
    for (unsigned i = 0; i < count; i++) {
        set_edge(&node->edge[i], inputs[i]);
    }
    node->scalar = is_scalar(node, id);
    node->saves = slots != 0;
    char *next = block + at.saved;
    for (unsigned slot = 0; slots != 0 && slot < BK_SLOTS; slot++) {
        next = save(node, slots, slot, next, value[slot]);
    }
    attach(output, node);
    return BK_OK;
}

bk_status bk_record(bk_tensor *output, bk_operation_id id, unsigned count, bk_tensor *const *inputs,
                    const bk_array *original, const bk_parameters *parameters)
{
    switch (count) {
    case 1:
        return record(output, id, 1, inputs, original, parameters);
    case 2:
        return record(output, id, 2, inputs, original, parameters);
    default:
        return record(output, id, count, inputs, original, parameters);
    }
}

void bk_node_drop_saved(bk_node *node)
{
    if (!node->saves) {
        return;
    }
    node->saves = false;
    for (unsigned slot = 0; slot < BK_SLOTS; slot++) {
        bk_saved *saved = node->saved[slot];
        if (saved != NULL) {
            bk_array_release(node->tape->pool, &saved->array);
            node->tape->live--;
            node->saved[slot] = NULL;
        }
    }
}

static void free_node(bk_node *node)
{
    bk_node_drop_saved(node);
    for (unsigned i = 0; i < node->inputs; i++) {
        if (node->edge[i].node != NULL) {
            bk_node_unreference(node->edge[i].node);
        }
        if (node->edge[i].leaf != NULL) {
            bk_tensor_unreference(node->edge[i].leaf);
        }
    }
    bk_pool_give(node->tape->pool, node, node->bytes);
}

void bk_node_unreference(bk_node *node)
{
    if (--node->references > 0) {
        return;
    }
    bk_tape *tape = node->tape;
    node->next = tape->dead;
    tape->dead = node;
    if (tape->freeing) {
        return;
    }
    tape->freeing = true;
    while (tape->dead != NULL) {
        bk_node *first = tape->dead;
        tape->dead = first->next;
        free_node(first);
    }
    tape->freeing = false;
}
