/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * tensor/jacobian_check.h: what the parts of the gradient check share.
 *
 * A probe is a direction in the space of one input: in the full check one element of it, in the directional
 * check a vector u. A row is a number read off the output: in the full check one element of it, in the
 * directional check the product with v. Both sides fill a table of probes by rows. */
#ifndef BRISK_TENSOR_JACOBIAN_CHECK_H
#define BRISK_TENSOR_JACOBIAN_CHECK_H

#include "tensor/graph.h"

typedef struct bk_checked_input {
    size_t position; /* among the inputs of the function */
    bk_tensor *leaf; /* a copy of the user's */
    size_t first;    /* its first element among those of all checked inputs */
    double *value;   /* where to check, [size of leaf] */
    double *moved;   /* scratch for the values at a sample, [size of leaf] */
} bk_checked_input;

typedef struct bk_jacobian_work {
    bk_arena *arena;
    bk_tape *tape;
    bk_tensor_function function;
    void *context;
    bk_jacobian_options options; /* with the defaults filled in */
    size_t count;
    bk_tensor **input; /* what the function gets, [count] */
    bk_checked_input *checked;
    size_t n_checked;
    size_t inputs, outputs; /* elements, as in bk_jacobian_check */
    bk_dtype output_dtype, coarsest;
    size_t output_rank;
    size_t output_shape[BK_MAX_RANK];
    size_t probes, rows;
    double *v;         /* the seed of the linear and directional checks, [outputs] */
    double *direction; /* directional: u of all probes, one after the other; NULL: full */
    double *backward;  /* [probes, rows] */
    bool repeatable, linear;
    void *buffer;         /* room for the values of any input or of the output */
    size_t buffer_size;   /* of 8 bytes each */
    double *base;         /* the output at the point itself, [outputs] */
    double *sample[4];    /* at x - 2h, x - h, x + h, x + 2h along a probe, [outputs] */
    double *quotient[3];  /* measured, left, right, [outputs] */
    const double **real;  /* complex step: [count] */
    double **imaginary;   /* complex step: [count] */
    double *complex_real; /* complex step: [outputs] */
} bk_jacobian_work;

/* ---- jacobian_check.c ---- */

/* Values of array as f64, through the work's buffer. */
void bk_jacobian_widen(bk_jacobian_work *work, double *values, const bk_array *array);
/* values rounded to dtype, in the buffer. */
const void *bk_jacobian_narrow(bk_jacobian_work *work, bk_dtype dtype, const double *values, size_t count);
/* The function's output at the present leaves, checked; NULL with the failure recorded. */
bk_tensor *bk_jacobian_call(bk_jacobian_work *work);
/* The input and the element (full) or direction (directional) of a probe. */
size_t bk_jacobian_probe(const bk_jacobian_work *work, size_t probe, size_t *number);

/* ---- jacobian_check_backward.c ---- */

/* Fills backward, repeatable and linear. */
bk_status bk_jacobian_backward(bk_jacobian_work *work);

/* ---- jacobian_check_measure.c ---- */

/* Everything of *result for the step h. */
bk_status bk_jacobian_measure(bk_jacobian_step *result, bk_jacobian_work *work, double h);

#endif
