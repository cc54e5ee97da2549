/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The backward pass: nodes in the order of order.c. Gradients meet in that order, input by input, so that
 * their bits are the same in every run. Nothing recurses.
 *
 * Leaves receive their sums in pending arrays; only a pass that succeeded adds them to .grad and frees
 * saved values. What that takes memory for is made before any gradient changes, so that a pass that runs out
 * of it there changes none. */
#include "tensor/graph.h"
#include "tensor/scalar.h"

typedef struct pass {
    bk_tape *tape;
    bk_pool *pool;
    bool selective;     /* bk_grad: only what leads to the inputs */
    bk_node *first;     /* the nodes of the graph, largest number first */
    bk_tensor *touched; /* tensors with a pending gradient, the latest first */
    bk_tensor *made;    /* gradients that nobody has yet, in the order in which they are wanted */
    bk_tensor *latest;  /* of them */
} pass;

/* ---- What has to run ---- */

static bool leads_on(const pass *p, const bk_edge *edge)
{
    if (edge->node != NULL) {
        return edge->node->needed;
    }
    return edge->leaf != NULL && (!p->selective || edge->leaf->wanted);
}

static bk_node *reversed(bk_node *list)
{
    bk_node *result = NULL;
    while (list != NULL) {
        bk_node *next = list->next;
        list->next = result;
        result = list;
        list = next;
    }
    return result;
}

/* Marks the nodes to run: for bk_backward all, for bk_grad those on a way from the output to an input,
 * found from the inputs up. */
static void mark_needed(pass *p)
{
    if (!p->selective) {
        return;
    }
    p->first = reversed(p->first);
    for (bk_node *node = p->first; node != NULL; node = node->next) {
        node->needed = node->captured;
        for (unsigned i = 0; i < node->inputs; i++) {
            node->needed = node->needed || leads_on(p, &node->edge[i]);
        }
    }
    p->first = reversed(p->first);
}

/* Whether the rule of node runs. One that a selective pass only takes a gradient from lies not between output
 * and inputs: it keeps what it saved, and may have been freed before. */
static bool runs_rule(const pass *p, const bk_node *node)
{
    bool any = node->needed && !p->selective;
    for (unsigned i = 0; i < node->inputs && node->needed && !any; i++) {
        any = leads_on(p, &node->edge[i]);
    }
    return any;
}

/* ---- Gradients on their way ---- */

/* Adds gradient, whose reference it takes over, to sum. */
static bk_status accumulate(pass *p, bk_array *sum, bk_array *gradient)
{
    if (sum->storage == NULL) {
        bk_array_assign(sum, gradient);
        return BK_OK;
    }
    const bk_status status = bk_array_update(sum, p->pool, BK_BINARY_ADD, gradient);
    bk_array_release(p->pool, gradient);
    return status;
}

static bk_status accumulate_node(pass *p, bk_node *node, bk_array *gradient)
{
    if (node->rank > 0) {
        return accumulate(p, &node->wide->gradient, gradient);
    }
    bk_scalar_collect(node, bk_scalar_read(gradient));
    bk_array_release(p->pool, gradient);
    return BK_OK;
}

static bk_status accumulate_tensor(pass *p, bk_tensor *tensor, bk_array *gradient)
{
    if (tensor->pending == NULL) {
        tensor->pending = bk_pool_take(p->pool, sizeof *tensor->pending);
        if (tensor->pending == NULL) {
            bk_array_release(p->pool, gradient);
            return bk_error_status();
        }
        tensor->pending->storage = NULL;
        tensor->touched = p->touched;
        p->touched = tensor;
    }
    return accumulate(p, tensor->pending, gradient);
}

static void drop_pending(bk_pool *pool, bk_tensor *tensor)
{
    if (tensor->pending != NULL) {
        bk_array_release(pool, tensor->pending);
        bk_pool_give(pool, tensor->pending, sizeof *tensor->pending);
        tensor->pending = NULL;
    }
}

static bk_status deliver(pass *p, const bk_edge *edge, bk_array *gradient)
{
    if (gradient->rank > 0 || edge->rank > 0 || gradient->dtype != edge->dtype) {
        const bk_status status =
            bk_array_unbroadcast(gradient, p->pool, edge->dtype, edge->rank, edge->shape);
        if (status != BK_OK) {
            bk_array_release(p->pool, gradient);
            return status;
        }
    }
    return edge->node != NULL ? accumulate_node(p, edge->node, gradient)
                              : accumulate_tensor(p, edge->leaf, gradient);
}

/* The same for a number, for an input of rank 0. */
static bk_status deliver_number(pass *p, const bk_edge *edge, double gradient)
{
    if (edge->node != NULL) {
        bk_scalar_collect(edge->node, gradient);
        return BK_OK;
    }
    bk_array *pending = edge->leaf->pending;
    if (pending != NULL && bk_array_is_unique(pending)) {
        if (edge->dtype == BK_F32) {
            *(float *)pending->data += (float)gradient;
        } else {
            *(double *)pending->data += gradient;
        }
        return BK_OK;
    }
    bk_array made;
    BK_TRY(bk_array_scalar(&made, p->pool, edge->dtype, gradient));
    return accumulate_tensor(p, edge->leaf, &made);
}

/* Runs a node of numbers; false where the rule on arrays has to (a value to be kept, or a stale one). */
static bool run_scalar(bk_status *status, pass *p, bk_node *node)
{
    double result[2];
    if (!node->scalar || (node->output != NULL && (node->captured || node->output->retain_grad)) ||
        !bk_scalar_rule(result, node, node->number)) {
        return false;
    }
    node->has_number = false;
    *status = BK_OK;
    for (unsigned i = 0; i < node->inputs && *status == BK_OK; i++) {
        if (leads_on(p, &node->edge[i])) {
            *status = deliver_number(p, &node->edge[i], result[i]);
        }
    }
    return true;
}

/* What a rule fills lies on the stack for operations of a few inputs. */
enum { FEW_INPUTS = 4 };

static size_t many_bytes(const bk_node *node) { return node->inputs * (sizeof(bk_array) + sizeof(bool)); }

/* A node's gradient is complete: keeps it for those who asked and runs the rule. */
static bk_status run_node(pass *p, bk_node *node, bk_array *gradient)
{
    bool few_needs[FEW_INPUTS];
    bk_array few_results[FEW_INPUTS];
    bk_turn turn = {.pool = p->pool, .node = node, .needs = few_needs, .result = few_results};
    if (node->inputs > FEW_INPUTS) {
        turn.result = bk_pool_take(p->pool, many_bytes(node));
        if (turn.result == NULL) {
            bk_array_release(p->pool, gradient);
            return bk_error_status();
        }
        turn.needs = (bool *)(void *)(turn.result + node->inputs);
    }
    bk_array_assign(&turn.gradient, gradient);
    gradient->storage = NULL;
    bk_status status = BK_OK;
    if (node->output != NULL && (p->selective ? node->captured : node->output->retain_grad)) {
        bk_array kept;
        bk_array_share(&kept, &turn.gradient);
        status = accumulate_tensor(p, node->output, &kept);
    }
    bool any = false;
    few_needs[0] = few_needs[1] = false; /* rules may look at two */
    for (unsigned i = 0; i < node->inputs; i++) {
        turn.needs[i] = leads_on(p, &node->edge[i]);
        turn.result[i].storage = NULL;
        any = any || turn.needs[i];
    }
    if (status == BK_OK && any) {
        status = node->operation->backward(&turn);
    }
    bk_array_release(p->pool, &turn.gradient);
    for (unsigned i = 0; i < node->inputs; i++) {
        if (status == BK_OK && turn.needs[i]) {
            status = deliver(p, &node->edge[i], &turn.result[i]);
        } else {
            bk_array_release(p->pool, &turn.result[i]);
        }
    }
    if (turn.result != few_results) {
        bk_pool_give(p->pool, turn.result, many_bytes(node));
    }
    return status;
}

static bk_status run(pass *p)
{
    for (bk_node *node = p->first; node != NULL; node = node->next) {
        if (node->freed && runs_rule(p, node)) {
            return bk_fail(BK_GRAPH,
                           "%s: backward through the graph a second time (saved values were freed): pass "
                           "retain_graph the first time, or compute the output again",
                           node->operation->word);
        }
    }
    for (bk_node *node = p->first; node != NULL; node = node->next) {
        bk_status status = BK_OK;
        if (node->has_number && !run_scalar(&status, p, node)) {
            bk_array gradient;
            status = bk_array_scalar(&gradient, p->pool, node->dtype, node->number);
            node->has_number = false;
            status = status != BK_OK ? status : run_node(p, node, &gradient);
        } else if (node->wide != NULL && node->wide->gradient.storage != NULL) {
            status = run_node(p, node, &node->wide->gradient);
        }
        BK_TRY(status);
    }
    return BK_OK;
}

/* ---- Beginning and end ---- */

static bk_status check_output(const char *word, bk_tensor *output, const bk_tensor *seed)
{
    char text[BK_TENSOR_TEXT], other[BK_TENSOR_TEXT];
    if (!bk_input_usable(word, output)) {
        return bk_error_status();
    }
    if (output->gradient && output->node == NULL) {
        return bk_fail(
            BK_UNSUPPORTED,
            "%s: %s is a gradient, and gradients have no history: second derivatives (create_graph) "
            "are not supported; take differences of gradients instead",
            word, bk_tensor_text(text, output));
    }
    if (!output->requires_grad) {
        return bk_fail(
            BK_GRAPH,
            "%s: %s does not require a gradient and has no grad_fn: no leaf that it was computed from "
            "requires one, or grad mode was off",
            word, bk_tensor_text(text, output));
    }
    if (seed == NULL) {
        return output->array.size == 1
                   ? BK_OK
                   : bk_fail(
                         BK_SHAPE,
                         "%s: a gradient can be started implicitly only from one element; %s has %zu: pass a "
                         "seed of its shape, or reduce it with bk_sum or bk_mean",
                         word, bk_tensor_text(text, output), output->array.size);
    }
    if (seed->tape != output->tape) {
        return bk_fail(BK_GRAPH, "%s: output and seed are on two tapes", word);
    }
    if (!bk_array_same_shape(&seed->array, output->array.rank, output->array.shape)) {
        return bk_fail(BK_SHAPE, "%s: the seed, %s, has not the shape of the output, %s", word,
                       bk_tensor_text(other, seed), bk_tensor_text(text, output));
    }
    return seed->array.dtype == output->array.dtype
               ? BK_OK
               : bk_fail(BK_DTYPE, "%s: the seed, %s, has not the dtype of the output, %s", word,
                         bk_tensor_text(other, seed), bk_tensor_text(text, output));
}

static bk_status start(pass *p, bk_tensor *output, const bk_tensor *seed)
{
    bk_array gradient;
    if (seed != NULL) {
        bk_array_share(&gradient, &seed->array);
    } else {
        BK_TRY(bk_array_create(&gradient, p->pool, output->array.dtype, output->array.rank,
                               output->array.shape));
        bk_array_fill(&gradient, 1.0);
    }
    return output->node != NULL ? accumulate_node(p, output->node, &gradient)
                                : accumulate_tensor(p, output, &gradient);
}

/* Keeps a new gradient, NULL where there was no memory for it, until all are there. */
static bk_status keep_made(pass *p, bk_tensor *made)
{
    if (made == NULL) {
        return bk_error_status();
    }
    made->gradient = true;
    if (p->made == NULL) {
        p->made = made;
    } else {
        p->latest->touched = made;
    }
    p->latest = made;
    return BK_OK;
}

static bk_tensor *next_made(pass *p)
{
    bk_tensor *made = p->made;
    p->made = made->touched;
    made->touched = NULL;
    return made;
}

/* A .grad for each tensor that has none: what is pending becomes its values. */
static bk_status make_grads(pass *p)
{
    for (bk_tensor *tensor = p->touched; tensor != NULL; tensor = tensor->touched) {
        bk_array grad;
        if (tensor->grad == NULL) {
            BK_TRY(bk_array_own(tensor->pending, p->pool));
            bk_array_share(&grad, tensor->pending);
            BK_TRY(keep_made(p, bk_tensor_make_hidden(p->tape, &grad, false)));
        }
    }
    return BK_OK;
}

/* Adds what is pending to .grad; the first time it becomes .grad. Nothing here can fail. */
static void commit(pass *p)
{
    for (bk_tensor *tensor = p->touched; tensor != NULL; tensor = tensor->touched) {
        if (tensor->grad == NULL) {
            tensor->grad = next_made(p);
        } else {
            bk_array *grad = &tensor->grad->array;
            bk_array_binary_into(grad, BK_BINARY_ADD, grad, tensor->pending);
            grad->storage->version++;
        }
    }
}

static void finish(pass *p, bool free_saved)
{
    for (bk_node *node = p->first; node != NULL; node = node->next) {
        if (node->wide != NULL) {
            bk_array_release(p->pool, &node->wide->gradient);
        }
        node->has_number = false;
        if (free_saved && runs_rule(p, node)) {
            bk_node_drop_saved(node);
            node->freed = true;
        }
        node->captured = false;
    }
    while (p->touched != NULL) {
        bk_tensor *tensor = p->touched;
        p->touched = tensor->touched;
        drop_pending(p->pool, tensor);
        tensor->touched = NULL;
    }
    while (p->made != NULL) { /* of a pass that failed */
        bk_tensor *made = next_made(p);
        if (made->handle != NULL) {
            bk_tensor_release(made);
        } else {
            bk_tensor_unreference(made);
        }
    }
}

bk_status bk_backward(bk_tensor *output, bk_tensor *seed, bool retain_graph)
{
    BK_TRY(check_output("backward", output, seed));
    pass p = {.tape = output->tape, .pool = output->tape->pool};
    bk_status status = bk_graph_order(&p.first, p.tape, output->node);
    if (status == BK_OK) {
        mark_needed(&p);
        status = start(&p, output, seed);
    }
    if (status == BK_OK) {
        status = run(&p);
    }
    if (status == BK_OK) {
        status = make_grads(&p);
    }
    if (status == BK_OK) {
        commit(&p);
    }
    finish(&p, status == BK_OK && !retain_graph);
    return status;
}

/* ---- bk_grad ---- */

static bk_status check_inputs(bk_tensor *output, size_t count, bk_tensor *const *inputs)
{
    for (size_t i = 0; i < count; i++) {
        char text[BK_TENSOR_TEXT];
        if (!bk_inputs_usable("grad", 2, (bk_tensor *const[2]){output, inputs[i]})) {
            return bk_error_status();
        }
        if (!inputs[i]->requires_grad) {
            return bk_fail(BK_GRAPH, "grad: input %zu, %s, does not require a gradient", i,
                           bk_tensor_text(text, inputs[i]));
        }
    }
    return BK_OK;
}

/* New handles to what the inputs have pending. On failure gradients is untouched. */
static bk_status take_gradients(pass *p, size_t count, bk_tensor *const *inputs, bk_tensor **gradients,
                                bool allow_unused)
{
    for (size_t i = 0; i < count; i++) {
        if (inputs[i]->pending != NULL) {
            bk_array copy;
            BK_TRY(bk_array_copy(&copy, p->pool, inputs[i]->pending));
            BK_TRY(keep_made(p, bk_tensor_make(p->tape, &copy)));
        } else if (!allow_unused) {
            char text[BK_TENSOR_TEXT];
            return bk_fail(
                BK_GRAPH,
                "grad: the output does not depend on input %zu, %s: pass allow_unused to get NULL for it", i,
                bk_tensor_text(text, inputs[i]));
        }
    }
    for (size_t i = 0; i < count; i++) {
        gradients[i] = inputs[i]->pending != NULL ? next_made(p) : NULL;
    }
    return BK_OK;
}

bk_status bk_grad(bk_tensor *output, size_t count, bk_tensor *const *inputs, bk_tensor **gradients,
                  bool retain_graph, bool allow_unused)
{
    BK_TRY(check_output("grad", output, NULL));
    BK_TRY(check_inputs(output, count, inputs));
    pass p = {.tape = output->tape, .pool = output->tape->pool, .selective = true};
    for (size_t i = 0; i < count; i++) {
        inputs[i]->wanted = true;
        if (inputs[i]->node != NULL) {
            inputs[i]->node->captured = true;
        }
    }
    bk_status status = bk_graph_order(&p.first, p.tape, output->node);
    if (status == BK_OK) {
        mark_needed(&p);
        status = start(&p, output, NULL);
    }
    if (status == BK_OK) {
        status = run(&p);
    }
    if (status == BK_OK) {
        status = take_gradients(&p, count, inputs, gradients, allow_unused);
    }
    finish(&p, status == BK_OK && !retain_graph);
    for (size_t i = 0; i < count; i++) {
        inputs[i]->wanted = false;
        if (inputs[i]->node != NULL) {
            inputs[i]->node->captured = false;
        }
    }
    return status;
}
