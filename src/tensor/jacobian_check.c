/* SPDX-License-Identifier: GPL-3.0-or-later
 * The gradient check as a function: defaults, validation, preparation, verdict. */
#include "tensor/jacobian_check.h"

#include <math.h>
#include <string.h>

/* ---- Defaults ---- */

static double epsilon_of(bk_dtype dtype)
{
    return dtype == BK_F32 ? 0x1p-23 : dtype == BK_F64 ? 0x1p-52 : (double)NAN;
}

double bk_jacobian_default_step(bk_difference difference, bk_dtype dtype)
{
    const double epsilon = epsilon_of(dtype);
    switch (difference) {
    case BK_DIFFERENCE_TWO_POINT:
        return cbrt(epsilon);
    case BK_DIFFERENCE_FOUR_POINT:
        return pow(epsilon, 0.2);
    case BK_DIFFERENCE_COMPLEX_STEP:
        return isnan(epsilon) ? epsilon : 0x1p-100;
    default:
        return (double)NAN;
    }
}

double bk_jacobian_default_tolerance(bk_difference difference, bk_dtype dtype)
{
    const double epsilon = epsilon_of(dtype);
    switch (difference) {
    case BK_DIFFERENCE_TWO_POINT:
        return 1000.0 * pow(epsilon, 2.0 / 3.0);
    case BK_DIFFERENCE_FOUR_POINT:
        return 1000.0 * pow(epsilon, 0.8);
    case BK_DIFFERENCE_COMPLEX_STEP:
        return 1000.0 * epsilon;
    default:
        return (double)NAN;
    }
}

/* ---- Between tensors and f64 ---- */

void bk_jacobian_widen(bk_jacobian_work *work, double *values, const bk_array *array)
{
    if (array->dtype == BK_F64) {
        bk_array_read(values, array);
        return;
    }
    bk_array_read(work->buffer, array);
    for (size_t i = 0; i < array->size; i++) {
        values[i] = array->dtype == BK_F32 ? (double)((const float *)work->buffer)[i]
                                           : (double)((const int64_t *)work->buffer)[i];
    }
}

const void *bk_jacobian_narrow(bk_jacobian_work *work, bk_dtype dtype, const double *values, size_t count)
{
    if (dtype == BK_F64) {
        return values;
    }
    for (size_t i = 0; i < count; i++) {
        ((float *)work->buffer)[i] = (float)values[i];
    }
    return work->buffer;
}

/* ---- The function ---- */

bk_tensor *bk_jacobian_call(bk_jacobian_work *work)
{
    bk_tensor *output = work->function(work->context, work->tape, work->input);
    if (output == NULL) {
        if (bk_error_status() == BK_OK) {
            (void)bk_fail(BK_FAILED, "the function returned NULL");
        }
        (void)bk_fail_within("jacobian check");
        return NULL;
    }
    const bk_array *array = &output->array;
    if (output->tape != work->tape) {
        (void)bk_fail(BK_GRAPH, "jacobian check: the function's output is on another tape than its inputs");
        return NULL;
    }
    if (work->base != NULL && !(array->dtype == work->output_dtype &&
                                bk_array_same_shape(array, work->output_rank, work->output_shape))) {
        char text[BK_TENSOR_TEXT], before[BK_SHAPE_TEXT];
        (void)bk_fail(BK_SHAPE,
                      "jacobian check: the function gave %s %s first and then %s; it must be the same "
                      "function in every call",
                      bk_dtype_name(work->output_dtype),
                      bk_shape_text(before, work->output_rank, work->output_shape),
                      bk_tensor_text(text, output));
        return NULL;
    }
    return output;
}

/* ---- Validation ---- */

static bk_status check_arguments(bk_tensor_function function, size_t count, bk_tensor *const *inputs)
{
    if (function == NULL || (inputs == NULL && count > 0)) {
        return bk_fail(BK_INVALID, "jacobian check: no %s", function == NULL ? "function" : "inputs");
    }
    bool any = false;
    for (size_t i = 0; i < count; i++) {
        if (inputs[i] == NULL) {
            return bk_error_status() != BK_OK ? bk_error_status()
                                              : bk_fail(BK_INVALID, "jacobian check: input %zu is NULL", i);
        }
        if (inputs[i]->tape != inputs[0]->tape) {
            return bk_fail(BK_GRAPH, "jacobian check: inputs 0 and %zu are on two tapes; make all on one", i);
        }
        any = any || inputs[i]->requires_grad;
    }
    return any ? BK_OK
               : bk_fail(BK_INVALID,
                         "jacobian check: none of the %zu inputs requires a gradient: call "
                         "bk_tensor_require_grad on those to check",
                         count);
}

static bk_status check_options(const bk_jacobian_options *options)
{
    if ((int)options->difference < 0 || options->difference >= BK_DIFFERENCE_COUNT) {
        return bk_fail(BK_INVALID, "jacobian check: difference %d does not exist", (int)options->difference);
    }
    if (options->difference == BK_DIFFERENCE_COMPLEX_STEP && options->complex_function == NULL) {
        return bk_fail(BK_INVALID, "jacobian check: a complex step needs complex_function, the same function "
                                   "of complex numbers; brisk has no complex tensors");
    }
    for (size_t s = 0; s < options->n_steps; s++) {
        if (!(options->steps[s] > 0.0) || !isfinite(options->steps[s])) {
            return bk_fail(BK_INVALID, "jacobian check: step %zu is %g; give finite numbers above 0", s,
                           options->steps[s]);
        }
    }
    const double tolerance[2] = {options->absolute_tolerance, options->relative_tolerance};
    for (int i = 0; i < 2; i++) {
        if (!(tolerance[i] >= 0.0) || !isfinite(tolerance[i])) {
            return bk_fail(BK_INVALID,
                           "jacobian check: the %s tolerance is %g; give a finite number, 0 or above",
                           i == 0 ? "absolute" : "relative", tolerance[i]);
        }
    }
    return BK_OK;
}

/* ---- Preparation ---- */

static double *numbers(bk_jacobian_work *work, size_t count)
{
    return bk_arena_allocate(work->arena, count, sizeof(double));
}

/* Copies of the inputs that require a gradient; the others as they are. */
static bk_status copy_inputs(bk_jacobian_work *work, bk_tensor *const *inputs)
{
    size_t largest = 1;
    for (size_t i = 0; i < work->count; i++) {
        work->n_checked += inputs[i]->requires_grad;
        largest = inputs[i]->array.size > largest ? inputs[i]->array.size : largest;
    }
    work->input = bk_arena_allocate(work->arena, work->count, sizeof *work->input);
    work->checked = bk_arena_allocate(work->arena, work->n_checked, sizeof *work->checked);
    work->buffer = bk_arena_allocate(work->arena, largest, sizeof(double));
    work->buffer_size = largest;
    if (work->input == NULL || work->checked == NULL || work->buffer == NULL) {
        return bk_error_status();
    }
    size_t c = 0;
    for (size_t i = 0; i < work->count; i++) {
        const bk_array *array = &inputs[i]->array;
        work->input[i] = inputs[i];
        if (!inputs[i]->requires_grad) {
            continue;
        }
        bk_checked_input *checked = &work->checked[c++];
        *checked = (bk_checked_input){.position = i,
                                      .first = work->inputs,
                                      .value = numbers(work, array->size),
                                      .moved = numbers(work, array->size)};
        if (checked->value == NULL || checked->moved == NULL) {
            return bk_error_status();
        }
        bk_array_read(work->buffer, array);
        checked->leaf = bk_tensor_from(work->tape, array->dtype, array->rank, array->shape, work->buffer);
        BK_TRY(bk_tensor_require_grad(checked->leaf, true));
        bk_jacobian_widen(work, checked->value, array);
        work->input[i] = checked->leaf;
        work->inputs += array->size;
        work->coarsest = array->dtype == BK_F32 ? BK_F32 : work->coarsest;
    }
    return BK_OK;
}

/* The output at the point itself: its shape, dtype and values. */
static bk_status first_call(bk_jacobian_work *work)
{
    const bk_scope scope = bk_scope_open(work->tape);
    const bk_tensor *output = bk_jacobian_call(work);
    bk_status status = output == NULL ? bk_error_status() : BK_OK;
    if (status == BK_OK && output->array.dtype == BK_I64) {
        status = bk_fail(BK_DTYPE, "jacobian check: the function's output is i64; only floating results have "
                                   "gradients");
    } else if (status == BK_OK && !output->requires_grad) {
        status = bk_fail(BK_GRAPH, "jacobian check: the function's output does not depend on an input that "
                                   "requires a gradient");
    }
    if (status == BK_OK) {
        const bk_array *array = &output->array;
        work->output_dtype = array->dtype;
        work->output_rank = array->rank;
        memcpy(work->output_shape, array->shape, sizeof work->output_shape);
        work->outputs = array->size;
        work->coarsest = array->dtype == BK_F32 ? BK_F32 : work->coarsest;
        void *buffer = bk_arena_allocate(work->arena, array->size, sizeof(double));
        double *base = numbers(work, array->size);
        if (buffer == NULL || base == NULL) {
            status = bk_error_status();
        } else {
            work->buffer = array->size > work->buffer_size ? buffer : work->buffer;
            bk_jacobian_widen(work, base, array);
            work->base = base;
        }
    }
    bk_scope_close(scope);
    return status;
}

/* SplitMix64 (Steele, Lea and Flood 2014), to [-1, 1). */
static void fill_uniform(uint64_t *state, double *values, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        uint64_t z = (*state += 0x9E3779B97F4A7C15U);
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
        z ^= z >> 31;
        values[i] = (double)(z >> 11) * 0x1p-52 - 1.0;
    }
}

static void normalise(double *u, size_t count)
{
    double squares = 0.0;
    for (size_t i = 0; i < count; i++) {
        squares += u[i] * u[i];
    }
    for (size_t i = 0; i < count && squares > 0.0; i++) {
        u[i] /= sqrt(squares);
    }
}

static bk_status draw_directions(bk_jacobian_work *work)
{
    uint64_t state = work->options.seed;
    work->v = numbers(work, work->outputs);
    if (work->v == NULL) {
        return bk_error_status();
    }
    fill_uniform(&state, work->v, work->outputs);
    if (work->outputs == 1) {
        work->v[0] = 1.0;
    }
    if (!work->options.directional) {
        work->probes = work->inputs;
        work->rows = work->outputs;
        return BK_OK;
    }
    size_t total;
    if (!bk_multiply_sizes(&total, work->inputs, work->options.directions)) {
        return bk_fail(BK_OVERFLOW, "jacobian check: %zu directions of %zu elements are too many",
                       work->options.directions, work->inputs);
    }
    work->probes = work->n_checked * work->options.directions;
    work->rows = 1;
    work->direction = numbers(work, total);
    if (work->direction == NULL) {
        return bk_error_status();
    }
    fill_uniform(&state, work->direction, total);
    for (size_t c = 0; c < work->n_checked; c++) {
        const size_t size = work->checked[c].leaf->array.size;
        double *u = work->direction + work->checked[c].first * work->options.directions;
        for (size_t d = 0; d < work->options.directions; d++) {
            normalise(u + d * size, size);
        }
    }
    return BK_OK;
}

static bk_status make_tables(bk_jacobian_work *work)
{
    size_t derivatives;
    if (!bk_multiply_sizes(&derivatives, work->probes, work->rows)) {
        return bk_fail(BK_OVERFLOW,
                       "jacobian check: %zu inputs times %zu outputs are too many; check "
                       "directions instead",
                       work->probes, work->rows);
    }
    double **const tables[] = {&work->sample[0],   &work->sample[1],   &work->sample[2],
                               &work->sample[3],   &work->quotient[0], &work->quotient[1],
                               &work->quotient[2], &work->complex_real};
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        *tables[i] = numbers(work, work->outputs);
        if (*tables[i] == NULL) {
            return bk_error_status();
        }
    }
    work->backward = numbers(work, derivatives);
    return work->backward == NULL ? bk_error_status() : BK_OK;
}

static bk_status make_complex_inputs(bk_jacobian_work *work)
{
    work->real = bk_arena_allocate(work->arena, work->count, sizeof *work->real);
    work->imaginary = bk_arena_allocate(work->arena, work->count, sizeof *work->imaginary);
    if (work->real == NULL || work->imaginary == NULL) {
        return bk_error_status();
    }
    for (size_t i = 0; i < work->count; i++) {
        const bk_array *array = &work->input[i]->array;
        double *values = numbers(work, array->size);
        work->imaginary[i] = numbers(work, array->size);
        if (values == NULL || work->imaginary[i] == NULL) {
            return bk_error_status();
        }
        bk_jacobian_widen(work, values, array);
        work->real[i] = values;
    }
    return BK_OK;
}

static void fill_defaults(bk_jacobian_options *options, double *step, bk_dtype dtype)
{
    if (options->n_steps == 0) {
        *step = bk_jacobian_default_step(options->difference, dtype);
        options->steps = step;
        options->n_steps = 1;
    }
    if (options->absolute_tolerance == 0.0 && options->relative_tolerance == 0.0) {
        options->absolute_tolerance = bk_jacobian_default_tolerance(options->difference, dtype);
        options->relative_tolerance = options->absolute_tolerance;
    }
}

size_t bk_jacobian_probe(const bk_jacobian_work *work, size_t probe, size_t *number)
{
    if (work->direction != NULL) {
        *number = probe % work->options.directions;
        return probe / work->options.directions;
    }
    size_t c = 0;
    while (probe - work->checked[c].first >= work->checked[c].leaf->array.size) {
        c++;
    }
    *number = probe - work->checked[c].first;
    return c;
}

/* ---- The check ---- */

static bk_status run(bk_jacobian_check *check, bk_jacobian_work *work, bk_tensor *const *inputs)
{
    BK_TRY(copy_inputs(work, inputs));
    BK_TRY(first_call(work));
    double step;
    fill_defaults(&work->options, &step, work->coarsest);
    BK_TRY(draw_directions(work));
    BK_TRY(make_tables(work));
    if (work->options.difference == BK_DIFFERENCE_COMPLEX_STEP) {
        BK_TRY(make_complex_inputs(work));
    }
    BK_TRY(bk_jacobian_backward(work));
    const bk_jacobian_options *options = &work->options;
    *check = (bk_jacobian_check){.repeatable = work->repeatable,
                                 .linear = work->linear,
                                 .outputs = work->outputs,
                                 .inputs = work->inputs,
                                 .difference = options->difference,
                                 .directional = options->directional,
                                 .absolute_tolerance = options->absolute_tolerance,
                                 .relative_tolerance = options->relative_tolerance,
                                 .n_steps = options->n_steps,
                                 .steps = bk_allocate(options->n_steps, sizeof *check->steps)};
    if (check->steps == NULL) {
        return bk_error_status();
    }
    for (size_t s = 0; s < options->n_steps; s++) {
        BK_TRY(bk_jacobian_measure(&check->steps[s], work, options->steps[s]));
        check->best = check->steps[s].excess < check->steps[check->best].excess ? s : check->best;
    }
    check->passed = check->steps[check->best].excess <= 1.0 && check->repeatable && check->linear;
    return BK_OK;
}

bk_status bk_jacobian_check_run(bk_jacobian_check *check, bk_tensor_function function, void *context,
                                size_t count, bk_tensor *const *inputs, const bk_jacobian_options *options)
{
    BK_TRY(check_arguments(function, count, inputs));
    bk_jacobian_work work = {.function = function,
                             .context = context,
                             .count = count,
                             .tape = inputs[0]->tape,
                             .coarsest = BK_F64};
    if (options != NULL) {
        BK_TRY(check_options(options));
        work.options = *options;
    }
    work.options.directions = work.options.directions == 0 ? 1 : work.options.directions;
    work.arena = bk_arena_create();
    if (work.arena == NULL) {
        return bk_error_status();
    }
    const bk_scope scope = bk_scope_open(work.tape);
    (void)bk_grad_mode_set(true);
    bk_jacobian_check result = {.steps = NULL};
    const bk_status status = run(&result, &work, inputs);
    bk_scope_close(scope);
    bk_arena_destroy(work.arena);
    if (status == BK_OK) {
        *check = result;
    } else {
        bk_free(result.steps);
    }
    return status;
}

void bk_jacobian_check_clear(bk_jacobian_check *check)
{
    bk_free(check->steps);
    *check = (bk_jacobian_check){.steps = NULL};
}
