/* SPDX-License-Identifier: GPL-3.0-or-later
 * Nodes of the graph: recording an operation, saving values, freeing. */
#include <string.h>

#include "tensor/graph.h"

static bool needs_gradient(const bk_tensor *tensor) { return tensor != NULL && tensor->requires_grad; }

bool bk_records(const bk_tensor *a, const bk_tensor *b)
{
    return bk_grad_mode() && (needs_gradient(a) || needs_gradient(b));
}

static size_t node_bytes(unsigned inputs) { return sizeof(bk_node) + inputs * sizeof(bk_edge); }

static void set_edge(bk_edge *edge, bk_tensor *input)
{
    const bk_array *array = &input->array;
    *edge =
        (bk_edge){.dtype = array->dtype, .rank = array->rank, .serial = input->serial, .name = input->name};
    memcpy(edge->shape, array->shape, sizeof edge->shape);
    if (input->node != NULL) {
        edge->node = input->node;
        edge->node->references++;
    } else if (input->requires_grad) {
        edge->leaf = input;
        input->references++;
    }
}

static bk_status save(bk_node *node, unsigned slot, const bk_array *array)
{
    bk_saved *saved = bk_pool_take(node->tape->pool, sizeof *saved);
    if (saved == NULL) {
        return bk_error_status();
    }
    bk_array_share(&saved->array, array);
    saved->version = array->storage->version;
    node->saved[slot] = saved;
    node->tape->live++;
    return BK_OK;
}

static bk_status save_what_backward_needs(bk_node *node, const bk_tensor *output, const bk_tensor *a,
                                          const bk_tensor *b, const bk_array *original)
{
    const bk_operation *operation = node->operation;
    const unsigned needs = (needs_gradient(a) ? BK_IF_FIRST : 0U) | (needs_gradient(b) ? BK_IF_SECOND : 0U);
    if ((operation->save_first & needs) != 0) {
        BK_TRY(save(node, BK_SLOT_FIRST, original != NULL ? original : &a->array));
    }
    if ((operation->save_second & needs) != 0) {
        BK_TRY(save(node, BK_SLOT_SECOND, &b->array));
    }
    return operation->save_output ? save(node, BK_SLOT_OUTPUT, &output->array) : BK_OK;
}

bk_status bk_record(bk_tensor *output, bk_operation_id id, bk_tensor *a, bk_tensor *b,
                    const bk_array *original, const bk_parameters *parameters)
{
    bk_tape *tape = output->tape;
    const unsigned inputs = (unsigned)(a != NULL) + (unsigned)(b != NULL);
    bk_node *node = bk_pool_take(tape->pool, node_bytes(inputs));
    if (node == NULL) {
        return bk_error_status();
    }
    *node = (bk_node){.operation = &bk_operations[id],
                      .tape = tape,
                      .references = 1,
                      .sequence = ++tape->nodes,
                      .dtype = output->array.dtype,
                      .rank = output->array.rank,
                      .inputs = inputs};
    memcpy(node->shape, output->array.shape, sizeof node->shape);
    if (parameters != NULL) {
        node->parameters = *parameters;
        node->parameters.shape = NULL;
    }
    if (a != NULL) {
        set_edge(&node->edge[0], a);
    }
    if (b != NULL) {
        set_edge(&node->edge[1], b);
    }
    const bk_status status = save_what_backward_needs(node, output, a, b, original);
    if (status != BK_OK) {
        bk_node_unreference(node);
        return status;
    }
    if (output->node != NULL) { /* an operation in place: earlier users keep the old node */
        output->node->output = NULL;
        bk_node_unreference(output->node);
    }
    node->output = output;
    output->node = node;
    output->requires_grad = true;
    return BK_OK;
}

void bk_node_drop_saved(bk_node *node)
{
    for (unsigned slot = 0; slot < BK_SLOTS; slot++) {
        bk_saved *saved = node->saved[slot];
        if (saved != NULL) {
            bk_array_release(node->tape->pool, &saved->array);
            bk_pool_give(node->tape->pool, saved, sizeof *saved);
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
        bk_tensor_unreference(node->edge[i].leaf);
    }
    bk_pool_give(node->tape->pool, node, node_bytes(node->inputs));
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
