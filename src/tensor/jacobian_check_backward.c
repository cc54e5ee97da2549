/* SPDX-License-Identifier: GPL-3.0-or-later
 * The gradient check, one side: what backward says, row by row, and whether it says the same twice and is
 * linear in its seed. */
#include <math.h>
#include <string.h>

#include "tensor/jacobian_check.h"

/* gradient [inputs] = seed' J, the checked inputs one after the other. */
static bk_status pull_back(double *gradient, bk_jacobian_work *work, bk_tensor *output, const double *seed)
{
    const bk_array *shape = &output->array;
    bk_tensor *start = bk_tensor_from(work->tape, shape->dtype, shape->rank, shape->shape,
                                      bk_jacobian_narrow(work, shape->dtype, seed, work->outputs));
    const bk_status status = start == NULL ? bk_error_status() : bk_backward(output, start, true);
    bk_tensor_release(start);
    if (status != BK_OK) {
        return bk_fail_within("jacobian check");
    }
    for (size_t c = 0; c < work->n_checked; c++) {
        bk_tensor *leaf = work->checked[c].leaf;
        double *values = gradient + work->checked[c].first;
        if (leaf->grad == NULL) { /* not reached: no derivative */
            memset(values, 0, leaf->array.size * sizeof *values);
            continue;
        }
        const bk_array *array = &leaf->grad->array;
        if (array->dtype != leaf->array.dtype ||
            !bk_array_same_shape(array, leaf->array.rank, leaf->array.shape)) {
            char text[BK_TENSOR_TEXT], other[BK_TENSOR_TEXT];
            return bk_fail(BK_FAILED, "jacobian check: the gradient of input %zu, %s, is %s",
                           work->checked[c].position, bk_tensor_text(text, leaf),
                           bk_tensor_text(other, leaf->grad));
        }
        bk_jacobian_widen(work, values, array);
        bk_tensor_zero_grad(leaf, false);
    }
    return BK_OK;
}

static bool same_bits(const double *a, const double *b, size_t count)
{
    return count == 0 || memcmp(a, b, count * sizeof *a) == 0;
}

/* b = 2 a: exact, but where an intermediate result was subnormal. */
static bool is_double(const double *a, const double *b, size_t count, bk_dtype dtype)
{
    const double smallest = dtype == BK_F32 ? 0x1p-126 : 0x1p-1022;
    for (size_t i = 0; i < count; i++) {
        const bool both_nan = isnan(a[i]) && isnan(b[i]);
        if (!both_nan && b[i] != 2.0 * a[i] && !(fabs(b[i] - 2.0 * a[i]) <= smallest)) {
            return false;
        }
    }
    return true;
}

/* The gradient of the seed v, three times: v, v again, 2 v. */
static bk_status pull_back_v(double *gradient, bk_jacobian_work *work, bk_tensor *output)
{
    double *again = bk_arena_allocate(work->arena, work->inputs, sizeof *again);
    double *seed = bk_arena_allocate(work->arena, work->outputs, sizeof *seed);
    if (again == NULL || seed == NULL) {
        return bk_error_status();
    }
    BK_TRY(pull_back(gradient, work, output, work->v));
    BK_TRY(pull_back(again, work, output, work->v));
    work->repeatable = same_bits(gradient, again, work->inputs);
    for (size_t r = 0; r < work->outputs; r++) {
        seed[r] = 2.0 * work->v[r];
    }
    BK_TRY(pull_back(again, work, output, seed));
    work->linear = is_double(gradient, again, work->inputs, work->coarsest);
    return BK_OK;
}

static void read_directions(bk_jacobian_work *work, const double *gradient)
{
    const double *u = work->direction;
    for (size_t p = 0; p < work->probes; p++) {
        size_t number;
        const bk_checked_input *checked = &work->checked[bk_jacobian_probe(work, p, &number)];
        const size_t size = checked->leaf->array.size;
        double sum = 0.0;
        for (size_t i = 0; i < size; i++) {
            sum += u[i] * gradient[checked->first + i];
        }
        work->backward[p] = sum;
        u += size;
    }
}

/* The rows, each from a seed with a single 1, weighted by v add up to the gradient of v. */
static bk_status read_rows(bk_jacobian_work *work, bk_tensor *output, const double *gradient)
{
    const size_t inputs = work->inputs, rows = work->rows;
    double *row = bk_arena_allocate(work->arena, inputs, sizeof *row);
    double *sum = bk_arena_allocate(work->arena, inputs, sizeof *sum);
    double *magnitude = bk_arena_allocate(work->arena, inputs, sizeof *magnitude);
    double *seed = bk_arena_allocate(work->arena, rows, sizeof *seed);
    if (row == NULL || sum == NULL || magnitude == NULL || seed == NULL) {
        return bk_error_status();
    }
    for (size_t r = 0; r < rows; r++) {
        seed[r] = 1.0;
        BK_TRY(pull_back(row, work, output, seed));
        seed[r] = 0.0;
        for (size_t i = 0; i < inputs; i++) {
            work->backward[i * rows + r] = row[i];
            sum[i] += work->v[r] * row[i];
            magnitude[i] += fabs(work->v[r] * row[i]);
        }
    }
    const bk_jacobian_options *options = &work->options;
    for (size_t i = 0; i < inputs; i++) {
        const double tolerance = options->absolute_tolerance + options->relative_tolerance * magnitude[i];
        /* What is not finite meets zeros of the seeds and need not add up. */
        if (isfinite(sum[i]) && isfinite(gradient[i]) && fabs(sum[i] - gradient[i]) > tolerance) {
            work->linear = false;
        }
    }
    return BK_OK;
}

bk_status bk_jacobian_backward(bk_jacobian_work *work)
{
    double *gradient = bk_arena_allocate(work->arena, work->inputs, sizeof *gradient);
    if (gradient == NULL) {
        return bk_error_status();
    }
    const bk_scope scope = bk_scope_open(work->tape);
    bk_tensor *output = bk_jacobian_call(work);
    bk_status status = output == NULL ? bk_error_status() : BK_OK;
    if (status == BK_OK) {
        status = pull_back_v(gradient, work, output);
    }
    if (status == BK_OK && work->direction != NULL) {
        read_directions(work, gradient);
    } else if (status == BK_OK) {
        status = read_rows(work, output, gradient);
    }
    bk_scope_close(scope);
    return status;
}
