/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * brisk/tensor.h: tensors that remember how they were computed, and the gradients that follow.
 *
 * The rules are PyTorch's. An expression is written as calls and checked once at its end: an
 * operation on a NULL input gives NULL and keeps the first error.
 *
 *     bk_tape *tape = bk_tape_create();
 *     bk_tensor *w = bk_tensor_scalar(tape, BK_F32, 1.0);
 *     bk_tensor_require_grad(w, true);
 *     bk_tensor *loss = bk_square(bk_sub(bk_exp(w), bk_tensor_scalar(tape, BK_F32, 5.0)));
 *     bk_backward(loss, NULL, false);
 *     double gradient; bk_tensor_item(bk_tensor_grad(w), &gradient);
 *     bk_tape_destroy(tape);
 *
 * A tape and its tensors belong to one thread at a time; different tapes are independent.
 *
 * A training step (parameters made before the loop, outside the scope):
 *
 *     bk_scope scope = bk_scope_open(tape);
 *     bk_tensor *loss = ...;
 *     status = bk_backward(loss, NULL, false);
 *     bk_grad_mode_set(false);
 *     bk_add_scaled_in_place(w, bk_tensor_grad(w), -learning_rate);
 *     bk_tensor_zero_grad(w, false);
 *     bk_scope_close(scope);
 *
 * Releasing a large intermediate result as soon as it has been used (bk_tensor_release) lets the next
 * one have its memory while it is in cache; the graph keeps what it needs.
 *
 * Bits: equal in every run, for every instruction set and compiler, as long as operations are made in the
 * same order. C leaves open which argument of a call is evaluated first: where two operations of one
 * argument list meet in a common leaf, make them one after the other, since the order of the operations is
 * that in which gradients are added and a drawing is numbered. A sum runs over 16 (f32) or 8 (f64)
 * lanes in blocks of 128 steps, block sums in f64; a matrix product is a chain of fma, that of a matrix
 * and a vector whose rows lie in order a sum in lanes. Costs are a few tens of nanoseconds an operation
 * and what its elements cost.
 */
#ifndef BRISK_TENSOR_H
#define BRISK_TENSOR_H

#include "brisk/base.h"

#ifdef __cplusplus
extern "C" {
#endif

#define BK_MAX_RANK 4

typedef struct bk_tape bk_tape;
typedef struct bk_tensor bk_tensor;

/* ---- Tape and handles --------------------------------------------------------------------------- */

/* The owner of tensors, graph and memory. Memory that tensors give back is used again, so that a
 * training loop allocates in its first epoch alone. */
BK_API bk_tape *bk_tape_create(void);
/* Frees everything made on the tape: its tensors must not be used any more. NULL is fine. */
BK_API void bk_tape_destroy(bk_tape *tape);
/* Bytes that the tape holds from the system; flat over epochs. */
BK_API size_t bk_tape_bytes(const bk_tape *tape);
/* Tensors that are alive: handles, and values that a graph has saved. */
BK_API size_t bk_tape_live_tensors(const bk_tape *tape);

/* Every function that returns a new bk_tensor gives one handle. bk_tensor_release gives it back (NULL
 * is fine); the graph keeps what it needs itself, so that releasing handles never changes a result. */
BK_API void bk_tensor_release(bk_tensor *tensor);
/* A second handle to the same tensor, of the scope that is open now. NULL for NULL, or out of memory. */
BK_API bk_tensor *bk_tensor_retain(bk_tensor *tensor);

/* A scope releases all handles made on the tape since it was opened, but those passed to
 * bk_scope_keep. Scopes nest: a handle that was kept belongs to the scope around. Closing one restores
 * the grad mode it was opened in. Do not release after the scope what it has released. */
typedef struct bk_scope {
    bk_tape *tape;
    size_t mark;
    bool grad_mode;
} bk_scope;
BK_API bk_scope bk_scope_open(bk_tape *tape);
/* Keeps the newest handle of tensor; returns tensor. NULL is fine. */
BK_API bk_tensor *bk_scope_keep(bk_tensor *tensor);
BK_API void bk_scope_close(bk_scope scope);

/* Grad mode of this thread (on at first). Sets it and returns what it was:
 *     bool before = bk_grad_mode_set(false); ...; bk_grad_mode_set(before); */
BK_API bool bk_grad_mode(void);
BK_API bool bk_grad_mode_set(bool on);

/* ---- Making and reading ---------------------------------------------------------------------------- */

/* dtype is BK_F32, BK_F64 or BK_I64 (else BK_DTYPE); rank 0 to BK_MAX_RANK (else BK_SHAPE); zero-size
 * dimensions are allowed. NULL on failure, as for every function below that returns a tensor. */
BK_API bk_tensor *bk_tensor_zeros(bk_tape *tape, bk_dtype dtype, size_t rank, const size_t *shape);
/* Copies values (of dtype, row-major) in. */
BK_API bk_tensor *bk_tensor_from(bk_tape *tape, bk_dtype dtype, size_t rank, const size_t *shape,
                                 const void *values);
/* Rank 0, value rounded to dtype. BK_I64 takes whole numbers up to 2^53 (else BK_INVALID). */
BK_API bk_tensor *bk_tensor_scalar(bk_tape *tape, bk_dtype dtype, double value);

/* Of a NULL tensor: BK_DTYPE_COUNT, 0, NULL, 0. The shape [rank] lives as long as the tensor. */
BK_API bk_dtype bk_tensor_dtype(const bk_tensor *tensor);
BK_API size_t bk_tensor_rank(const bk_tensor *tensor);
BK_API const size_t *bk_tensor_shape(const bk_tensor *tensor);
BK_API size_t bk_tensor_size(const bk_tensor *tensor);
/* The value of a one-element tensor; BK_SHAPE for any other. */
BK_API bk_status bk_tensor_item(const bk_tensor *tensor, double *value);
/* Copies the values, row-major, to values [bk_tensor_size] of the tensor's dtype. */
BK_API bk_status bk_tensor_read(const bk_tensor *tensor, void *values);
/* Overwrites the values from row-major values of the tensor's dtype: an in-place operation (bumps the
 * version; an error on a leaf that requires grad, in grad mode). */
BK_API bk_status bk_tensor_write(bk_tensor *tensor, const void *values);
/* A name for drawings and messages; copied; NULL takes it away. Returns tensor. Name a tensor when it is
 * made: a graph remembers the name that a tensor without gradient had when it was used. */
BK_API bk_tensor *bk_tensor_name(bk_tensor *tensor, const char *name);

/* ---- Gradients -------------------------------------------------------------------------------------- */

/* BK_DTYPE for integer tensors ("only floating tensors can require gradients; this one is i64"),
 * BK_GRAPH for turning it off on a result of an operation: on leaves alone. */
BK_API bk_status bk_tensor_require_grad(bk_tensor *tensor, bool on);
BK_API bool bk_tensor_requires_grad(const bk_tensor *tensor);
/* Not the result of a recorded operation. */
BK_API bool bk_tensor_is_leaf(const bk_tensor *tensor);
/* The operation that made it, "Add", "Mul", ..., NULL where nothing was recorded. */
BK_API const char *bk_tensor_grad_fn(const bk_tensor *tensor);
/* How often its storage was changed in place; shared by views and detached aliases. */
BK_API uint64_t bk_tensor_version(const bk_tensor *tensor);
/* The accumulated gradient, a view that lives as long as the tensor's gradient does (not a handle: do
 * not release it); NULL where there is none, with BK_GRAPH and a message that says why. */
BK_API bk_tensor *bk_tensor_grad(const bk_tensor *tensor);
/* Asks a non-leaf to keep the gradient of coming backward passes. BK_GRAPH where it requires none. */
BK_API bk_status bk_tensor_retain_grad(bk_tensor *tensor);
/* Forgets the gradient (to_zero false), or fills it with zeros; where there is none, nothing happens. */
BK_API void bk_tensor_zero_grad(bk_tensor *tensor, bool to_zero);

/* Adds d output / d leaf to the gradient of every leaf that requires one. seed NULL means 1 and needs
 * a one-element output; else same shape and dtype as output. Without retain_graph the saved values are
 * freed and a second backward is BK_GRAPH, also where nothing had been saved. Other errors: BK_GRAPH (no
 * history), BK_SHAPE and BK_DTYPE (seed), BK_STALE (names the operation, the shape, the version found and
 * the version expected). A pass that fails changes no gradient and frees nothing. */
BK_API bk_status bk_backward(bk_tensor *output, bk_tensor *seed, bool retain_graph);
/* gradients[i] = d output / d inputs[i], new handles; no accumulated gradient is touched, inputs need
 * not be leaves, and only what lies between is computed (and freed). output has one element. An input
 * that output does not depend on is BK_GRAPH, or NULL where allow_unused; one that requires no gradient
 * is BK_GRAPH. */
BK_API bk_status bk_grad(bk_tensor *output, size_t count, bk_tensor *const *inputs, bk_tensor **gradients,
                         bool retain_graph, bool allow_unused);
/* The same values without history; shares storage and version: a change in place through either is seen
 * through both, and a graph that saved the values reports it. */
BK_API bk_tensor *bk_detach(bk_tensor *tensor);

/* ---- Operations ---------------------------------------------------------------------------------------
 * Broadcasting as in NumPy (BK_SHAPE names both shapes); the gradient of a broadcast input is summed to
 * its shape. f32 with f64 gives f64, the gradient is cast back; integer inputs are cast to the floating
 * partner and are never in a graph; a division of integers gives f32, as do elementary functions, scale
 * and add_constant of integers; other integer results are i64 and wrap round. NaN gives NaN.
 * An operation is recorded where grad mode is on and an input requires a gradient, and saves only what
 * its derivative needs: exp, tanh, relu and sigmoid their output, log, square and log_sigmoid their
 * input, mul, div, maximum and matmul the operands that the gradients asked for need, others nothing. */

BK_API bk_tensor *bk_add(bk_tensor *a, bk_tensor *b);
BK_API bk_tensor *bk_sub(bk_tensor *a, bk_tensor *b);
BK_API bk_tensor *bk_mul(bk_tensor *a, bk_tensor *b);
BK_API bk_tensor *bk_div(bk_tensor *a, bk_tensor *b);
BK_API bk_tensor *bk_neg(bk_tensor *a);
BK_API bk_tensor *bk_square(bk_tensor *a);
BK_API bk_tensor *bk_exp(bk_tensor *a);
BK_API bk_tensor *bk_log(bk_tensor *a);
BK_API bk_tensor *bk_tanh(bk_tensor *a);
/* max(a, 0); the slope at 0 is 0. */
BK_API bk_tensor *bk_relu(bk_tensor *a);
BK_API bk_tensor *bk_sigmoid(bk_tensor *a);
/* min(a, 0) - log(1 + exp(-|a|)): finite for all finite a, as is its gradient sigmoid(-a). */
BK_API bk_tensor *bk_log_sigmoid(bk_tensor *a);
/* Elementwise maximum; a tie shares the gradient in halves. */
BK_API bk_tensor *bk_maximum(bk_tensor *a, bk_tensor *b);
/* a [n, k] times b [k, m]; a or b of rank 1 as in NumPy's matmul. Mixed dtypes (both named) and i64 are
 * BK_DTYPE, other ranks and sizes that differ BK_SHAPE. Transposed operands cost no copy but where b's
 * columns lie in order (b is copied once). */
BK_API bk_tensor *bk_matmul(bk_tensor *a, bk_tensor *b);
/* Sum and mean over all elements (rank 0). The mean of nothing is NaN; of i64 it is BK_DTYPE. */
BK_API bk_tensor *bk_sum(bk_tensor *a);
BK_API bk_tensor *bk_mean(bk_tensor *a);
/* Over one axis (negative counts from the end; BK_SHAPE where there is no such axis), which goes, or stays
 * with size 1 where keepdim. */
BK_API bk_tensor *bk_sum_axis(bk_tensor *a, int axis, bool keepdim);
BK_API bk_tensor *bk_mean_axis(bk_tensor *a, int axis, bool keepdim);
/* Views: share storage and version with a. reshape keeps the row-major order (BK_SHAPE for another number
 * of elements) and copies where a is not row-major; transpose swaps the last two axes. */
BK_API bk_tensor *bk_reshape(bk_tensor *a, size_t rank, const size_t *shape);
BK_API bk_tensor *bk_transpose(bk_tensor *a);
/* To BK_F32 or BK_F64; the gradient is cast back. A view where the dtype is a's. */
BK_API bk_tensor *bk_cast(bk_tensor *a, bk_dtype dtype);
/* a factor, a + constant; the constant is rounded to a's dtype and takes part in no type promotion. */
BK_API bk_tensor *bk_scale(bk_tensor *a, double factor);
BK_API bk_tensor *bk_add_constant(bk_tensor *a, double constant);

/* In place: target becomes target OP b. On success the version of target's storage rises by one; in
 * grad mode target becomes the result of the operation, earlier users keep the old node. BK_GRAPH on a
 * leaf that requires grad in grad mode, and where the change would be recorded but the target shares its
 * values with a view, or is its own operand and the derivative needs the old value. BK_SHAPE where b does
 * not broadcast to target; target's dtype stays (f64 into f32 is rounded, floating into i64 BK_DTYPE). */
BK_API bk_status bk_add_in_place(bk_tensor *target, bk_tensor *b);
BK_API bk_status bk_sub_in_place(bk_tensor *target, bk_tensor *b);
BK_API bk_status bk_mul_in_place(bk_tensor *target, bk_tensor *b);
BK_API bk_status bk_div_in_place(bk_tensor *target, bk_tensor *b);
BK_API bk_status bk_relu_in_place(bk_tensor *target);
/* target[i] = fma(factor, b[i], target[i]): a step of gradient descent in one pass over the values,
 * rounded once. With grad mode off: bk_add_scaled_in_place(w, bk_tensor_grad(w), -learning_rate). */
BK_API bk_status bk_add_scaled_in_place(bk_tensor *target, bk_tensor *b, double factor);

/* ---- Drawing ------------------------------------------------------------------------------------------ */

/* Appends the graph that leads to output as Graphviz DOT: operations as boxes, with the name of the result,
 * dtype, shape and what was saved; leaves as ellipses with name, dtype and shape, those that require grad
 * green and bold, those that do not grey with dashed edges; the output with a double line. The same
 * program gives the same text. */
BK_API bk_status bk_graph_write_dot(bk_tensor *output, bk_text *dot);

#ifdef __cplusplus
}
#endif
#endif
