/* SPDX-License-Identifier: GPL-3.0-or-later
 * The gradient check, other side: difference quotients and complex steps, and the comparison. */
#include <math.h>
#include <string.h>

#include "tensor/jacobian_check.h"

/* ---- The function at other points ---- */

static bk_status set_leaf(bk_jacobian_work *work, const bk_checked_input *checked, const double *values)
{
    const bk_array *array = &checked->leaf->array;
    const bool mode = bk_grad_mode_set(false);
    const bk_status status =
        bk_tensor_write(checked->leaf, bk_jacobian_narrow(work, array->dtype, values, array->size));
    (void)bk_grad_mode_set(mode);
    return status;
}

/* output [outputs] = f at the present leaves. */
static bk_status evaluate(double *output, bk_jacobian_work *work)
{
    const bk_scope scope = bk_scope_open(work->tape);
    const bk_tensor *result = bk_jacobian_call(work);
    if (result != NULL) {
        bk_jacobian_widen(work, output, &result->array);
    }
    bk_scope_close(scope);
    return result == NULL ? bk_error_status() : BK_OK;
}

static double rounded(bk_dtype dtype, double x) { return dtype == BK_F32 ? (double)(float)x : x; }

/* One probe: what moves, and along what. */
typedef struct probe {
    bk_checked_input *input;
    size_t number;   /* of the element, or of the direction */
    const double *u; /* NULL: the element alone */
} probe;

static probe find_probe(const bk_jacobian_work *work, size_t p)
{
    probe found;
    found.input = &work->checked[bk_jacobian_probe(work, p, &found.number)];
    found.u = NULL;
    if (work->direction != NULL) {
        const size_t size = found.input->leaf->array.size;
        found.u = work->direction + found.input->first * work->options.directions + found.number * size;
    }
    return found;
}

/* output = f(x + t u). *x: where the element really is, rounded to its dtype (full); t (directional). */
static bk_status sample_at(double *output, double *x, bk_jacobian_work *work, const probe *at, double t)
{
    bk_checked_input *input = at->input;
    const bk_array *array = &input->leaf->array;
    memcpy(input->moved, input->value, array->size * sizeof *input->moved);
    if (at->u == NULL) {
        *x = rounded(array->dtype, input->value[at->number] + t);
        input->moved[at->number] = *x;
    } else {
        *x = t;
        for (size_t i = 0; i < array->size; i++) {
            input->moved[i] += t * at->u[i];
        }
    }
    BK_TRY(set_leaf(work, input, input->moved));
    return evaluate(output, work);
}

/* ---- Quotients ---- */

/* Divides by the distance of the points as they were after rounding, not by 2h. */
static bk_status measure_differences(bk_jacobian_work *work, const probe *at, double h)
{
    const bool four = work->options.difference == BK_DIFFERENCE_FOUR_POINT;
    const double at_0 = at->u == NULL ? at->input->value[at->number] : 0.0;
    double x[4] = {at_0, at_0, at_0, at_0};
    static const double factor[4] = {-2.0, -1.0, 1.0, 2.0};
    bk_status status = BK_OK;
    for (int k = 0; k < 4 && status == BK_OK; k++) {
        if (four || k == 1 || k == 2) {
            status = sample_at(work->sample[k], &x[k], work, at, factor[k] * h);
        }
    }
    const bk_status restored = set_leaf(work, at->input, at->input->value);
    if (status != BK_OK || restored != BK_OK) {
        return bk_error_status();
    }
    for (size_t r = 0; r < work->outputs; r++) {
        const double near = (work->sample[2][r] - work->sample[1][r]) / (x[2] - x[1]);
        work->quotient[0][r] =
            !four ? near : (4.0 * near - (work->sample[3][r] - work->sample[0][r]) / (x[3] - x[0])) / 3.0;
        work->quotient[1][r] = (work->base[r] - work->sample[1][r]) / (at_0 - x[1]);
        work->quotient[2][r] = (work->sample[2][r] - work->base[r]) / (x[2] - at_0);
    }
    return BK_OK;
}

/* The complex function has to be the same function: its real part at the point tells. */
static bk_status compare_real_parts(const bk_jacobian_work *work)
{
    for (size_t r = 0; r < work->outputs; r++) {
        const double real = work->complex_real[r], base = work->base[r];
        const double tolerance =
            work->options.absolute_tolerance + work->options.relative_tolerance * fabs(base);
        if (!(fabs(real - base) <= tolerance) && !(real == base || (isnan(real) && isnan(base)))) {
            return bk_fail(BK_INVALID,
                           "jacobian check: complex_function is another function: its real part is %.17g at "
                           "output element %zu, where the function gives %.17g",
                           real, r, base);
        }
    }
    return BK_OK;
}

static bk_status measure_complex(bk_jacobian_work *work, const probe *at, double h)
{
    const size_t size = at->input->leaf->array.size;
    double *imaginary = work->imaginary[at->input->position];
    for (size_t i = 0; i < size; i++) {
        imaginary[i] = at->u != NULL ? h * at->u[i] : i == at->number ? h : 0.0;
    }
    const bk_status status =
        work->options.complex_function(work->context, work->complex_real, work->quotient[0], work->real,
                                       (const double *const *)work->imaginary);
    memset(imaginary, 0, size * sizeof *imaginary);
    if (status != BK_OK) {
        return status;
    }
    BK_TRY(compare_real_parts(work));
    for (size_t r = 0; r < work->outputs; r++) {
        work->quotient[0][r] /= h;
        work->quotient[1][r] = (double)NAN;
        work->quotient[2][r] = (double)NAN;
    }
    return BK_OK;
}

/* ---- Comparison ---- */

static bk_element element_of(size_t number, size_t rank, const size_t *shape)
{
    bk_element element = {.number = number, .rank = rank};
    for (size_t d = rank; d-- > 0;) {
        element.index[d] = number % shape[d];
        number /= shape[d];
    }
    return element;
}

/* quotient [outputs] read off in direction v, where the check is directional. */
static double read_row(const bk_jacobian_work *work, const double *quotient, size_t row)
{
    if (work->direction == NULL) {
        return quotient[row];
    }
    double sum = 0.0;
    for (size_t r = 0; r < work->outputs; r++) {
        sum += work->v[r] * quotient[r];
    }
    return sum;
}

static void compare(bk_jacobian_step *result, const bk_jacobian_work *work, const probe *at, size_t row,
                    double backward)
{
    const double measured = read_row(work, work->quotient[0], row);
    const bool same = backward == measured || (isnan(backward) && isnan(measured));
    const double distance = fabs(backward - measured);
    const double error = same ? 0.0 : isfinite(distance) ? distance : HUGE_VAL;
    const double larger = fabs(backward) > fabs(measured) ? fabs(backward) : fabs(measured);
    const double tolerance = work->options.absolute_tolerance + work->options.relative_tolerance * larger;
    const double excess = error == 0.0 || error == HUGE_VAL ? error : error / tolerance;
    result->error = error > result->error ? error : result->error;
    result->wrong += excess > 1.0;
    if (excess <= result->excess) {
        return;
    }
    const bk_array *input = &at->input->leaf->array;
    result->excess = excess;
    result->input = at->input->position;
    result->element = at->u == NULL ? element_of(at->number, input->rank, input->shape)
                                    : (bk_element){.number = at->number};
    result->output = work->direction == NULL ? element_of(row, work->output_rank, work->output_shape)
                                             : (bk_element){.number = 0};
    result->backward = backward;
    result->measured = measured;
    result->left = read_row(work, work->quotient[1], row);
    result->right = read_row(work, work->quotient[2], row);
}

bk_status bk_jacobian_measure(bk_jacobian_step *result, bk_jacobian_work *work, double h)
{
    bk_jacobian_step step = {.step = h, .excess = -1.0}; /* so that the first element is noted */
    for (size_t p = 0; p < work->probes; p++) {
        const probe at = find_probe(work, p);
        if (at.input->leaf->array.size == 0) {
            continue;
        }
        const double x = at.u == NULL ? fabs(at.input->value[at.number]) : 0.0;
        const double scaled = x > 1.0 && isfinite(x) ? h * x : h;
        BK_TRY(work->options.difference == BK_DIFFERENCE_COMPLEX_STEP
                   ? measure_complex(work, &at, h)
                   : measure_differences(work, &at, scaled));
        for (size_t row = 0; row < work->rows; row++) {
            compare(&step, work, &at, row, work->backward[p * work->rows + row]);
        }
    }
    step.excess = step.excess < 0.0 ? 0.0 : step.excess;
    *result = step;
    return BK_OK;
}
