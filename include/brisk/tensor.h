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
 * is BK_GRAPH. Gradients have no history: rules of differentiation compute with values, not with tensors, so
 * that they may write over what nobody else sees. Second derivatives (create_graph in PyTorch) are therefore
 * not supported; bk_backward and bk_grad of a gradient are BK_UNSUPPORTED. Take differences of gradients. */
BK_API bk_status bk_grad(bk_tensor *output, size_t count, bk_tensor *const *inputs, bk_tensor **gradients,
                         bool retain_graph, bool allow_unused);
/* The same values without history; shares storage and version: a change in place through either is seen
 * through both, and a graph that saved the values reports it. */
BK_API bk_tensor *bk_detach(bk_tensor *tensor);

/* ---- Operations ---------------------------------------------------------------------------------------
 * Broadcasting as in NumPy (BK_SHAPE names both shapes); the gradient of a broadcast input is summed to
 * its shape. f32 with f64 gives f64, the gradient is cast back; integer inputs are cast to the floating
 * partner and are never in a graph; a division of integers gives f32, as do elementary functions, pow, scale
 * and add_constant of integers; other integer results are i64 and wrap round. NaN gives NaN.
 * An operation is recorded where grad mode is on and an input requires a gradient, and saves only what
 * its derivative needs: exp, tanh, relu, sigmoid, sqrt, softmax and log_softmax their output, other functions
 * of one input that input, add, sub, neg, scale, sums, means and views nothing, operations of several inputs
 * what the gradients asked for need. All elementary functions have the same bits on every machine; their
 * error bounds stand in src/kernel/loops/math_*.h. */

BK_API bk_tensor *bk_add(bk_tensor *a, bk_tensor *b);
BK_API bk_tensor *bk_sub(bk_tensor *a, bk_tensor *b);
BK_API bk_tensor *bk_mul(bk_tensor *a, bk_tensor *b);
BK_API bk_tensor *bk_div(bk_tensor *a, bk_tensor *b);
BK_API bk_tensor *bk_neg(bk_tensor *a);
BK_API bk_tensor *bk_square(bk_tensor *a);
/* a^b with the special values of C99's pow (x^0 = 1 and 1^y = 1 for every x and y, NaN among them; a
 * negative base with an exponent that is not whole gives NaN). da = g b a^(b-1), and 0 where b = 0, also at
 * a = 0. db = g a^b log a, and 0 where a = 0 and b >= 0; NaN where a < 0. */
BK_API bk_tensor *bk_pow(bk_tensor *a, bk_tensor *b);
/* a^exponent, the exponent rounded to a's dtype; an exponent of 2 is a product, exactly bk_square. */
BK_API bk_tensor *bk_pow_constant(bk_tensor *a, double exponent);
/* Rounded exactly; the slope at 0 is infinite (a zero gradient times it is NaN, not hidden). */
BK_API bk_tensor *bk_sqrt(bk_tensor *a);
BK_API bk_tensor *bk_exp(bk_tensor *a);
BK_API bk_tensor *bk_log(bk_tensor *a);
/* log(1 + a), accurate near 0. */
BK_API bk_tensor *bk_log1p(bk_tensor *a);
/* The slope of |a| at 0 is 0, that of the sign is 0 everywhere; sign(0) = 0. i64 stays i64. */
BK_API bk_tensor *bk_abs(bk_tensor *a);
BK_API bk_tensor *bk_sign(bk_tensor *a);
/* Of radians, reduced exactly for every finite a; infinity gives NaN. */
BK_API bk_tensor *bk_sin(bk_tensor *a);
BK_API bk_tensor *bk_cos(bk_tensor *a);
BK_API bk_tensor *bk_tanh(bk_tensor *a);
/* max(a, 0); the slope at 0 is 0. */
BK_API bk_tensor *bk_relu(bk_tensor *a);
BK_API bk_tensor *bk_sigmoid(bk_tensor *a);
/* log(1 + exp(a)) = -bk_log_sigmoid(-a): finite for all finite a, as is its gradient sigmoid(a). */
BK_API bk_tensor *bk_softplus(bk_tensor *a);
/* min(a, 0) - log(1 + exp(-|a|)): finite for all finite a, as is its gradient sigmoid(-a). */
BK_API bk_tensor *bk_log_sigmoid(bk_tensor *a);
/* Elementwise maximum and minimum; a tie shares the gradient in halves. */
BK_API bk_tensor *bk_maximum(bk_tensor *a, bk_tensor *b);
BK_API bk_tensor *bk_minimum(bk_tensor *a, bk_tensor *b);
/* min(max(a, low), high); NULL leaves a side open (both NULL, or a NaN bound, is BK_INVALID); low above high
 * gives high everywhere. The slope is 1 from low to high, both included, else 0. i64 stays i64 and takes
 * whole bounds up to 2^53. */
BK_API bk_tensor *bk_clamp(bk_tensor *a, const double *low, const double *high);

/* Comparisons: i64 tensors of 0 and 1, broadcast, never in a graph. With a NaN all are 0 but not_equal. */
BK_API bk_tensor *bk_equal(bk_tensor *a, bk_tensor *b);
BK_API bk_tensor *bk_not_equal(bk_tensor *a, bk_tensor *b);
BK_API bk_tensor *bk_less(bk_tensor *a, bk_tensor *b);
BK_API bk_tensor *bk_less_equal(bk_tensor *a, bk_tensor *b);
BK_API bk_tensor *bk_greater(bk_tensor *a, bk_tensor *b);
BK_API bk_tensor *bk_greater_equal(bk_tensor *a, bk_tensor *b);
/* a where condition (i64, else BK_DTYPE) is not 0, else b; the three broadcast. The gradient goes to the
 * selected branch alone: a NaN or infinite gradient does not leak through the other. A NaN that arises
 * *before* this operation, in the branch not taken, still turns its zero gradient into 0 * NaN: clamp its
 * input. */
BK_API bk_tensor *bk_where(bk_tensor *condition, bk_tensor *a, bk_tensor *b);

/* a [..., n, k] times b [..., k, m]: matrices in the last two axes, those before broadcast. a or b of rank 1
 * as in NumPy's matmul. Mixed dtypes (both named) and i64 are BK_DTYPE, rank 0 and sizes that differ
 * BK_SHAPE. Transposed operands cost no copy but where b's columns lie in order (b is copied once). */
BK_API bk_tensor *bk_matmul(bk_tensor *a, bk_tensor *b);

/* Reductions. An axis is counted from 0, or from the end from -1 (BK_SHAPE where there is none, or twice the
 * same); it goes, or stays with size 1 where keepdim. _axes takes count axes in any order; count 0 means all.
 */

/* Sum and mean over all elements (rank 0). The mean of nothing is NaN; of i64 it is BK_DTYPE. */
BK_API bk_tensor *bk_sum(bk_tensor *a);
BK_API bk_tensor *bk_mean(bk_tensor *a);
BK_API bk_tensor *bk_sum_axis(bk_tensor *a, int axis, bool keepdim);
BK_API bk_tensor *bk_mean_axis(bk_tensor *a, int axis, bool keepdim);
BK_API bk_tensor *bk_sum_axes(bk_tensor *a, size_t count, const int *axes, bool keepdim);
BK_API bk_tensor *bk_mean_axes(bk_tensor *a, size_t count, const int *axes, bool keepdim);
/* The largest and smallest element; those that tie share the gradient in equal parts. Of nothing: BK_SHAPE.
 */
BK_API bk_tensor *bk_max(bk_tensor *a);
BK_API bk_tensor *bk_min(bk_tensor *a);
BK_API bk_tensor *bk_max_axes(bk_tensor *a, size_t count, const int *axes, bool keepdim);
BK_API bk_tensor *bk_min_axes(bk_tensor *a, size_t count, const int *axes, bool keepdim);
/* The same over one axis with the position of the first such element (of the first NaN where there is one),
 * which alone gets the gradient. *index, an i64 tensor of the result's shape, is a new handle; NULL for index
 * where it is not wanted. */
BK_API bk_tensor *bk_max_axis(bk_tensor *a, int axis, bool keepdim, bk_tensor **index);
BK_API bk_tensor *bk_min_axis(bk_tensor *a, int axis, bool keepdim, bk_tensor **index);
/* log(sum(exp(a))), finite for all finite a; of nothing -infinity. */
BK_API bk_tensor *bk_logsumexp(bk_tensor *a, int axis, bool keepdim);
BK_API bk_tensor *bk_logsumexp_axes(bk_tensor *a, size_t count, const int *axes, bool keepdim);
/* exp(a) / sum(exp(a)) and its logarithm, of a's shape. Only infinities give NaN: +infinity, and slices of
 * -infinity alone. */
BK_API bk_tensor *bk_softmax(bk_tensor *a, int axis);
BK_API bk_tensor *bk_log_softmax(bk_tensor *a, int axis);
BK_API bk_tensor *bk_softmax_axes(bk_tensor *a, size_t count, const int *axes);
BK_API bk_tensor *bk_log_softmax_axes(bk_tensor *a, size_t count, const int *axes);

/* Views: share storage and version with a, views of views included. reshape keeps the row-major order
 * (BK_SHAPE for another number of elements) and copies where a is not row-major. transpose swaps the last two
 * axes, transpose_axes any two, permute makes axis i of the result from axis axes[i] of a. */
BK_API bk_tensor *bk_reshape(bk_tensor *a, size_t rank, const size_t *shape);
BK_API bk_tensor *bk_transpose(bk_tensor *a);
BK_API bk_tensor *bk_transpose_axes(bk_tensor *a, int first, int second);
BK_API bk_tensor *bk_permute(bk_tensor *a, size_t rank, const int *axes);
/* Elements start, start + step, ... before stop of the axis. As in Python, a negative start or stop counts
 * from the end, and both are cut to the axis: BK_TO_END as stop takes all. A step below 1 is BK_INVALID. */
#define BK_TO_END INT64_MAX
BK_API bk_tensor *bk_slice(bk_tensor *a, int axis, int64_t start, int64_t stop, int64_t step);
/* The slice at one index of the axis (negative from the end), which goes; outside is BK_SHAPE. */
BK_API bk_tensor *bk_select(bk_tensor *a, int axis, int64_t index);
/* a broadcast to shape without a copy; the gradient is summed back. Not for changes in place. */
BK_API bk_tensor *bk_expand(bk_tensor *a, size_t rank, const size_t *shape);

/* Indexed by an i64 tensor (else BK_DTYPE); each index from -size to size - 1, else BK_SHAPE with index, axis
 * and size. The gradient adds up what an element was used for, in the index's order. index_select: the slices
 * that index (rank 0 or 1) names, in its order. gather: index has a's rank; result[i][j][k] =
 * a[index[i][j][k]][j][k] for axis 0. Along other axes index may be shorter than a. */
BK_API bk_tensor *bk_index_select(bk_tensor *a, int axis, bk_tensor *index);
BK_API bk_tensor *bk_gather(bk_tensor *a, int axis, bk_tensor *index);

/* One after the other along an axis they have; and along a new axis, all of one shape. 1 to BK_MAX_INPUTS
 * tensors; dtypes are promoted. */
#define BK_MAX_INPUTS 1024
BK_API bk_tensor *bk_concatenate(size_t count, bk_tensor *const *tensors, int axis);
BK_API bk_tensor *bk_stack(size_t count, bk_tensor *const *tensors, int axis);

/* To BK_F32 or BK_F64, the gradient is cast back; to BK_I64, out of the graph: towards 0, BK_INVALID where a
 * value is NaN or outside of i64. A view where the dtype is a's. */
BK_API bk_tensor *bk_cast(bk_tensor *a, bk_dtype dtype);
/* a factor, a + constant; the constant is rounded to a's dtype and takes part in no type promotion. */
BK_API bk_tensor *bk_scale(bk_tensor *a, double factor);
BK_API bk_tensor *bk_add_constant(bk_tensor *a, double constant);

/* In place: target becomes target OP b. On success the version of target's storage rises by one; in
 * grad mode target becomes the result of the operation, earlier users keep the old node. BK_GRAPH on a
 * leaf that requires grad in grad mode, and where the change would be recorded but the target shares its
 * values with a view (for a detached alias: where any view of the values is there), or is its own operand and
 * the derivative needs the old value. BK_INVALID on an expanded target. BK_SHAPE where b does not broadcast
 * to target; target's dtype stays (f64 into f32 is rounded, floating into i64 BK_DTYPE). */
BK_API bk_status bk_add_in_place(bk_tensor *target, bk_tensor *b);
BK_API bk_status bk_sub_in_place(bk_tensor *target, bk_tensor *b);
BK_API bk_status bk_mul_in_place(bk_tensor *target, bk_tensor *b);
BK_API bk_status bk_div_in_place(bk_tensor *target, bk_tensor *b);
BK_API bk_status bk_relu_in_place(bk_tensor *target);
/* target takes b's values; its own history ends here. */
BK_API bk_status bk_copy_in_place(bk_tensor *target, bk_tensor *b);
/* target[i] = fma(factor, b[i], target[i]): a step of gradient descent in one pass over the values,
 * rounded once. With grad mode off: bk_add_scaled_in_place(w, bk_tensor_grad(w), -learning_rate). */
BK_API bk_status bk_add_scaled_in_place(bk_tensor *target, bk_tensor *b, double factor);

/* ---- Drawing ------------------------------------------------------------------------------------------ */

/* Appends the graph that leads to output as Graphviz DOT: operations as boxes, with the name of the result,
 * dtype, shape and what was saved; leaves as ellipses with name, dtype and shape, those that require grad
 * green and bold, those that do not grey with dashed edges; the output with a double line. The same
 * program gives the same text. */
BK_API bk_status bk_graph_write_dot(bk_tensor *output, bk_text *dot);
/* The same with more of the saved values, any of these or'ed: the version at which each was saved (and the
 * one it has now, where it was changed since), and its elements (of large ones the first four). */
enum { BK_DRAW_VERSIONS = 1, BK_DRAW_VALUES = 2 };
BK_API bk_status bk_graph_write_dot_detailed(bk_tensor *output, bk_text *dot, unsigned details);

/* ---- Gradient check (tensor/jacobian_check*.c) ---------------------------------------------------------
 * Compares what bk_backward says of a function with difference quotients of the same function.
 *
 *     static bk_tensor *f(void *context, bk_tape *tape, bk_tensor *const *inputs)
 *     {
 *         return bk_tanh(bk_matmul(inputs[0], inputs[1]));
 *     }
 *     bk_jacobian_check check;
 *     status = bk_jacobian_check_run(&check, f, NULL, 2, inputs, NULL);
 *     if (status == BK_OK && !check.passed) { bk_jacobian_check_report(&check, &text); ... }
 *     bk_jacobian_check_clear(&check);
 */

/* The function to check: a floating tensor made on tape from inputs [count], the same whenever it is called
 * with the same values. It is called in a scope of its own. NULL is a failure of it. */
typedef bk_tensor *(*bk_tensor_function)(void *context, bk_tape *tape, bk_tensor *const *inputs);

/* The same function of complex numbers, in f64: input i is real[i][k] + i imaginary[i][k], row-major; writes
 * the output's elements. It has to be analytic: no comparisons, no |z|, no conjugates. */
typedef bk_status (*bk_complex_function)(void *context, double *output_real, double *output_imaginary,
                                         const double *const *real, const double *const *imaginary);

/* How a derivative is measured along a direction u, at step h:
 *   two-point    (f(x + hu) - f(x - hu)) / 2h                         truncation error O(h^2)
 *   four-point   (8 (f(x + hu) - f(x - hu)) - (f(x + 2hu) - f(x - 2hu))) / 12h         O(h^4)
 *   complex-step Im f(x + ihu) / h: no difference, so no cancellation at however small a step. brisk has no
 *                complex tensors: it takes complex_function (Squire and Trapp, SIAM Review 40, 1998). */
typedef enum bk_difference {
    BK_DIFFERENCE_TWO_POINT,
    BK_DIFFERENCE_FOUR_POINT,
    BK_DIFFERENCE_COMPLEX_STEP,
    BK_DIFFERENCE_COUNT
} bk_difference;

/* {0} is the default of everything; NULL stands for it. */
typedef struct bk_jacobian_options {
    bk_difference difference;
    /* false: the full Jacobian, element by element, at step h max(1, |x|).
     * true: as in the assignment, for each input v'Ju with u uniform on [-1, 1)^n and normalised, at step h;
     * v is 1 for an output of one element, else uniform on [-1, 1)^m. */
    bool directional;
    size_t directions; /* u drawn for each input; 0: one */
    uint64_t seed;     /* of u and v (SplitMix64) */
    /* h, [n_steps]; n_steps 0: one of bk_jacobian_default_step. */
    const double *steps;
    size_t n_steps;
    /* A derivative is right where |backward - measured| <= absolute + relative max(|backward|, |measured|).
     * Both 0: 1000 times the rounding error to expect (bk_jacobian_default_tolerance), twice. */
    double absolute_tolerance, relative_tolerance;
    bk_complex_function complex_function;
} bk_jacobian_options;

/* With eps = 2^-23 (f32) or 2^-52 (f64): eps^(1/3) for two points, eps^(1/5) for four, which balance rounding
 * against truncation where f and its derivatives are of order 1 (Nocedal and Wright, Numerical Optimization,
 * section 8.1); 2^-100 for the complex step. NaN for a dtype or a difference that is none of these. */
BK_API double bk_jacobian_default_step(bk_difference difference, bk_dtype dtype);
/* 1000 eps^(2/3), 1000 eps^(4/5), 1000 eps: what the step above leaves is of the order of the power. */
BK_API double bk_jacobian_default_tolerance(bk_difference difference, bk_dtype dtype);

/* An element of a tensor: its number in row-major order, and its index along each axis. */
typedef struct bk_element {
    size_t number;
    size_t rank;
    size_t index[BK_MAX_RANK];
} bk_element;

/* What one step h found. The worst element is the one whose error is the largest multiple of what is
 * tolerated there; a NaN that the other side has not is worse than any number. */
typedef struct bk_jacobian_step {
    double step;
    double error;       /* the largest |backward - measured| */
    double excess;      /* worst error / tolerated error: at most 1 where all is right */
    size_t wrong;       /* derivatives beyond the tolerance */
    size_t input;       /* the worst: of output element `output` by element `element` of this input; */
    bk_element element; /*   directional: number is that of the direction, rank 0 */
    bk_element output;  /*   directional: rank 0 */
    double backward;    /* the two values there */
    double measured;
    double left, right; /* (f(x) - f(x - hu)) / h and (f(x + hu) - f(x)) / h there: two numbers far apart
                         * are a kink within the step, not a wrong derivative. NaN for the complex step */
} bk_jacobian_step;

typedef struct bk_jacobian_check {
    bool passed;     /* right at one step at least, repeatable and linear */
    bool repeatable; /* two backward passes gave equal bits */
    bool linear;     /* so did twice the seed, halved, and the rows add up to the gradient of a seed */
    size_t best;     /* the step of smallest excess */
    size_t outputs;  /* elements of the output */
    size_t inputs;   /* elements of all checked inputs */
    bk_difference difference;
    bool directional;
    double absolute_tolerance, relative_tolerance; /* those used */
    size_t n_steps;
    bk_jacobian_step *steps; /* [n_steps], owned */
} bk_jacobian_check;

/* Checks function at inputs [count], all on one tape; those that require a gradient are checked, as copies:
 * the inputs, their gradients and versions stay as they are, and the tape has as many live tensors
 * afterwards as before. Steps and tolerances follow the coarsest dtype among the checked inputs and the
 * output. Fails, with *check untouched, where function does, and with BK_INVALID (no function, no input that
 * requires a gradient, a step or tolerance that is not a finite number above 0, a complex step without
 * complex_function or with one whose real part is another function), BK_DTYPE (an output that is not
 * floating), BK_SHAPE (an output whose shape changes from call to call), BK_GRAPH (an output that depends on
 * no checked input, or inputs of two tapes).
 * A derivative that is wrong is no failure: see passed. Costs one backward pass an output element and 2 or 4
 * calls an input element and step, and 8 bytes for each derivative; directional, 4 passes in all and 2 or 4
 * calls a direction and step. Release with bk_jacobian_check_clear. */
BK_API bk_status bk_jacobian_check_run(bk_jacobian_check *check, bk_tensor_function function, void *context,
                                       size_t count, bk_tensor *const *inputs,
                                       const bk_jacobian_options *options);
/* Appends a sentence for the verdict and a line for each step: which derivative is the worst, what backward
 * says of it, what was measured. */
BK_API void bk_jacobian_check_report(const bk_jacobian_check *check, bk_text *text);
BK_API void bk_jacobian_check_clear(bk_jacobian_check *check);

#ifdef __cplusplus
}
#endif
#endif
