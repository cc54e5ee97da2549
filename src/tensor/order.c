/* SPDX-License-Identifier: GPL-3.0-or-later
 * The order of a backward pass. Nodes are numbered as they are recorded, so with the largest number first
 * every node comes after all that use its result. A heap holds the nodes seen; nothing recurses. */
#include "tensor/graph.h"

typedef struct heap {
    bk_pool *pool;
    bk_node **node;
    size_t count, capacity;
} heap;

static bk_status grow(heap *h)
{
    const size_t capacity = h->capacity == 0 ? 16 : 2 * h->capacity;
    bk_node **grown = bk_pool_take(h->pool, capacity * sizeof *grown);
    if (grown == NULL) {
        return bk_error_status();
    }
    for (size_t i = 0; i < h->count; i++) {
        grown[i] = h->node[i];
    }
    bk_pool_give(h->pool, h->node, h->capacity * sizeof *h->node);
    h->node = grown;
    h->capacity = capacity;
    return BK_OK;
}

static inline bk_status push(heap *h, bk_node *node)
{
    if (h->count == h->capacity) {
        BK_TRY(grow(h));
    }
    if (h->count == 0) {
        h->node[h->count++] = node;
        return BK_OK;
    }
    size_t at = h->count++;
    while (at > 0 && h->node[(at - 1) / 2]->sequence < node->sequence) {
        h->node[at] = h->node[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    h->node[at] = node;
    return BK_OK;
}

static bk_node *pop(heap *h)
{
    bk_node *top = h->node[0];
    bk_node *last = h->node[--h->count];
    size_t at = 0;
    for (size_t child = 1; child < h->count; child = 2 * at + 1) {
        if (child + 1 < h->count && h->node[child + 1]->sequence > h->node[child]->sequence) {
            child++;
        }
        if (h->node[child]->sequence <= last->sequence) {
            break;
        }
        h->node[at] = h->node[child];
        at = child;
    }
    h->node[at] = last;
    return top;
}

bk_status bk_graph_order(bk_node **first, bk_tape *tape, bk_node *root)
{
    const uint64_t number = ++tape->passes;
    heap h = {.pool = tape->pool};
    bk_node **end = first;
    bk_status status = BK_OK;
    if (root != NULL) {
        root->pass = number;
        status = push(&h, root);
    }
    while (h.count > 0 && status == BK_OK) {
        bk_node *node = h.count == 1 ? h.node[--h.count] : pop(&h);
        *end = node;
        end = &node->next;
        node->needed = true; /* a selective pass takes it back from some */
        for (unsigned i = 0; i < node->inputs && status == BK_OK; i++) {
            bk_node *input = node->edge[i].node;
            if (input != NULL && input->pass != number) {
                input->pass = number;
                status = push(&h, input);
            }
        }
    }
    *end = NULL;
    bk_pool_give(tape->pool, h.node, h.capacity * sizeof *h.node);
    return status;
}
