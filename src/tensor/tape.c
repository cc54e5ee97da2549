/* SPDX-License-Identifier: GPL-3.0-or-later
 * The tape: memory, handles, scopes, grad mode, the life of tensors. */
#include <string.h>

#include "tensor/graph.h"

static _Thread_local bool grad_mode = true;

bool bk_grad_mode(void) { return grad_mode; }

bool bk_grad_mode_set(bool on)
{
    const bool before = grad_mode;
    grad_mode = on;
    return before;
}

/* ---- Tape ---- */

bk_tape *bk_tape_create(void)
{
    bk_tape *tape = bk_allocate(1, sizeof *tape);
    if (tape == NULL) {
        return NULL;
    }
    tape->pool = bk_pool_create();
    if (tape->pool == NULL) {
        bk_free(tape);
        return NULL;
    }
    return tape;
}

/* Tensors, nodes and names all lie in the pool. */
void bk_tape_destroy(bk_tape *tape)
{
    if (tape == NULL) {
        return;
    }
    bk_pool_destroy(tape->pool);
    bk_free(tape);
}

size_t bk_tape_bytes(const bk_tape *tape)
{
    return tape == NULL ? 0 : sizeof *tape + bk_pool_bytes(tape->pool);
}

size_t bk_tape_live_tensors(const bk_tape *tape) { return tape == NULL ? 0 : tape->live; }

/* ---- Tensors ---- */

/* All but array and handle. */
static void set_fields(bk_tensor *tensor, bk_tape *tape, bool detached)
{
    tensor->tape = tape;
    tensor->node = NULL;
    tensor->grad = NULL;
    tensor->handle = NULL;
    tensor->name = NULL;
    tensor->serial = ++tape->tensors;
    tensor->references = 1;
    tensor->requires_grad = tensor->retain_grad = tensor->gradient = tensor->wanted = false;
    tensor->detached = detached;
    tensor->pending = NULL;
    tensor->touched = NULL;
    tensor->first_handle.in_use = false;
    /* What a view was made from holds a reference too. */
    tensor->view = !detached && tensor->array.storage->references > 1;
    tensor->array.storage->tensors += !detached;
    tensor->array.storage->views += tensor->view;
    tape->live++;
}

void bk_tensor_begin(bk_tensor *tensor, bk_tape *tape)
{
    set_fields(tensor, tape, false);
    (void)bk_tensor_add_handle(tensor); /* the one that lies in the tensor needs no memory */
    tensor->references = 1;             /* the handle's */
}

bk_tensor *bk_tensor_make_hidden(bk_tape *tape, bk_array *array, bool detached)
{
    bk_tensor *tensor = bk_pool_take(tape->pool, sizeof *tensor);
    if (tensor == NULL) {
        bk_array_release(tape->pool, array);
        return NULL;
    }
    bk_array_assign(&tensor->array, array);
    array->storage = NULL;
    set_fields(tensor, tape, detached);
    return tensor;
}

bk_tensor *bk_tensor_make(bk_tape *tape, bk_array *array)
{
    bk_tensor *tensor = bk_pool_take(tape->pool, sizeof *tensor);
    if (tensor == NULL) {
        bk_array_release(tape->pool, array);
        return NULL;
    }
    bk_array_assign(&tensor->array, array);
    array->storage = NULL;
    bk_tensor_begin(tensor, tape);
    return tensor;
}

void bk_tensor_unreference(bk_tensor *tensor)
{
    if (tensor == NULL || --tensor->references > 0) {
        return;
    }
    bk_tape *tape = tensor->tape;
    if (tensor->node != NULL) {
        tensor->node->output = NULL;
        tensor->node->name = tensor->name;
        bk_node_unreference(tensor->node);
    }
    if (tensor->grad != NULL) {
        bk_tensor_unreference(tensor->grad);
    }
    tensor->array.storage->tensors -= !tensor->detached;
    tensor->array.storage->views -= tensor->view;
    bk_array_release(tape->pool, &tensor->array);
    bk_pool_give(tape->pool, tensor, sizeof *tensor);
    tape->live--;
}

/* ---- Handles ---- */

bool bk_tensor_add_handle(bk_tensor *tensor)
{
    bk_tape *tape = tensor->tape;
    bk_handle *handle = &tensor->first_handle;
    if (handle->in_use) {
        handle = bk_pool_take(tape->pool, sizeof *handle);
        if (handle == NULL) {
            return false;
        }
    }
    handle->older = tape->newest;
    handle->newer = NULL;
    handle->sibling = tensor->handle;
    handle->tensor = tensor;
    handle->number = tape->handles++;
    handle->kept = false;
    handle->in_use = true;
    if (tape->newest != NULL) {
        tape->newest->newer = handle;
    }
    tape->newest = handle;
    tensor->handle = handle;
    tensor->references++;
    return true;
}

/* handle is the newest of its tensor. */
static void give_back(bk_handle *handle)
{
    bk_tensor *tensor = handle->tensor;
    bk_tape *tape = tensor->tape;
    if (handle->newer != NULL) {
        handle->newer->older = handle->older;
    } else {
        tape->newest = handle->older;
    }
    if (handle->older != NULL) {
        handle->older->newer = handle->newer;
    }
    tensor->handle = handle->sibling;
    if (handle == &tensor->first_handle) {
        handle->in_use = false;
    } else {
        bk_pool_give(tape->pool, handle, sizeof *handle);
    }
    bk_tensor_unreference(tensor);
}

void bk_tensor_release(bk_tensor *tensor)
{
    if (tensor != NULL && tensor->handle != NULL) {
        give_back(tensor->handle);
    }
}

bk_tensor *bk_tensor_retain(bk_tensor *tensor)
{
    return tensor != NULL && bk_tensor_add_handle(tensor) ? tensor : NULL;
}

/* ---- Scopes ---- */

bk_scope bk_scope_open(bk_tape *tape)
{
    return (bk_scope){.tape = tape, .mark = tape == NULL ? 0 : tape->handles, .grad_mode = grad_mode};
}

bk_tensor *bk_scope_keep(bk_tensor *tensor)
{
    if (tensor != NULL && tensor->handle != NULL) {
        tensor->handle->kept = true;
    }
    return tensor;
}

void bk_scope_close(bk_scope scope)
{
    grad_mode = scope.grad_mode;
    if (scope.tape == NULL) {
        return;
    }
    bk_handle *handle = scope.tape->newest;
    while (handle != NULL && handle->number >= scope.mark) {
        bk_handle *older = handle->older;
        if (handle->kept) {
            handle->kept = false; /* belongs to the scope around this one from now on */
            handle = older;
            continue;
        }
        /* A kept handle of the same tensor is newer: swap roles, so that the newest goes. */
        bk_handle *newest = handle->tensor->handle;
        if (newest != handle) {
            bk_handle *after = newest;
            while (after->sibling != handle) {
                after = after->sibling;
            }
            after->sibling = handle->sibling;
            handle->sibling = newest;
            handle->tensor->handle = handle;
        }
        give_back(handle);
        handle = older;
    }
}
