/* SPDX-License-Identifier: GPL-3.0-or-later
 * The assignment's check of the gradient: along a random direction of one parameter, the symmetric
 * difference quotient of the loss agrees with <gradient, direction> to O(epsilon^2). */
#include <math.h>
#include <string.h>

#include "model/loss.h"
#include "model/network.h"

/* What one check works with. Networks serve as containers for values shaped like the weights. */
typedef struct workspace {
    bk_network *network; /* perturbed and restored */
    bk_network *saved;   /* its weights before the check */
    bk_network *gradient;
    bk_network *direction;
    bk_loss loss;
    size_t pairs;         /* units times points */
    void *pre_activation; /* [pairs]; NULL unless ReLU */
    uint8_t *active;      /* [pairs], of w + epsilon u; NULL unless ReLU */
} workspace;

static void release(workspace *work)
{
    bk_loss_close(&work->loss);
    bk_network_destroy(work->saved);
    bk_network_destroy(work->gradient);
    bk_network_destroy(work->direction);
    bk_free(work->pre_activation);
    bk_free(work->active);
}

/* Release it whether it succeeded or not. */
static bk_status prepare(workspace *work, bk_network *network, const void *x, const int8_t *y, size_t count)
{
    *work = (workspace){.network = network};
    BK_TRY(bk_loss_open(&work->loss, network, BK_LOSS_LOGISTIC, x, y, count));
    work->saved = bk_network_create_like(network);
    work->gradient = bk_network_create_like(network);
    work->direction = bk_network_create_like(network);
    if (work->saved == NULL || work->gradient == NULL || work->direction == NULL) {
        return bk_error_status();
    }
    BK_TRY(bk_network_copy(work->saved, network));
    BK_TRY(bk_network_loss_gradient(NULL, work->gradient, network, BK_LOSS_LOGISTIC, x, y, count));
    if (network->activation != BK_RELU) {
        return BK_OK;
    }
    if (!bk_multiply_sizes(&work->pairs, bk_network_units(network), count)) {
        return bk_fail(BK_OVERFLOW, "gradient check: %zu units times %zu points exceed the address space",
                       bk_network_units(network), count);
    }
    work->pre_activation = bk_allocate(work->pairs, bk_dtype_size(network->dtype));
    work->active = bk_allocate(work->pairs, 1);
    return work->pre_activation == NULL || work->active == NULL ? bk_error_status() : BK_OK;
}

static double value_at(bk_dtype dtype, const void *values, size_t i)
{
    return dtype == BK_F32 ? (double)((const float *)values)[i] : ((const double *)values)[i];
}

/* u = v / |v| with v uniform on [-1, 1)^n; the norm is summed in index order in f64, u rounded to dtype. */
static bk_status draw_direction(bk_parameter direction, bk_dtype dtype, uint64_t seed, size_t parameter)
{
    const bk_stream start = bk_stream_open(seed, BK_PURPOSE_GRADIENT_DIRECTION, parameter);
    bk_stream stream = start;
    double squares = 0.0;
    double uniform;
    for (size_t i = 0; i < direction.count; i++) {
        bk_fill_uniform_f64(&stream, &uniform, 1);
        const double v = 2.0 * uniform - 1.0;
        squares += v * v;
    }
    if (!(squares > 0.0)) {
        char name[BK_PARAMETER_NAME];
        return bk_fail(BK_NOT_A_NUMBER,
                       "gradient check: the direction drawn for %s is zero; take another seed",
                       bk_network_parameter_name(name, parameter));
    }
    const double norm = sqrt(squares);
    stream = start;
    for (size_t i = 0; i < direction.count; i++) {
        bk_fill_uniform_f64(&stream, &uniform, 1);
        const double u = (2.0 * uniform - 1.0) / norm;
        if (dtype == BK_F32) {
            ((float *)direction.values)[i] = (float)u;
        } else {
            ((double *)direction.values)[i] = u;
        }
    }
    return BK_OK;
}

static double inner_product(bk_parameter a, bk_parameter b, bk_dtype dtype)
{
    double sum = 0.0;
    for (size_t i = 0; i < a.count; i++) {
        sum += value_at(dtype, a.values, i) * value_at(dtype, b.values, i);
    }
    return sum;
}

/* w = saved + epsilon u, each operation rounded to dtype. */
static void perturb(bk_parameter w, bk_parameter saved, bk_parameter u, bk_dtype dtype, double epsilon)
{
    if (dtype == BK_F32) {
        const float step = (float)epsilon;
        for (size_t i = 0; i < w.count; i++) {
            ((float *)w.values)[i] = ((const float *)saved.values)[i] + step * ((const float *)u.values)[i];
        }
    } else {
        for (size_t i = 0; i < w.count; i++) {
            ((double *)w.values)[i] =
                ((const double *)saved.values)[i] + epsilon * ((const double *)u.values)[i];
        }
    }
}

/* The loss at the present leaves; for ReLU the pre-activations too. */
static bk_status forward(double *value, workspace *work)
{
    const bk_scope scope = bk_scope_open(work->loss.tape);
    bk_tensor *output = bk_loss_forward(&work->loss, work->pre_activation);
    bk_status status = output == NULL ? bk_error_status() : bk_tensor_item(output, value);
    bk_scope_close(scope);
    if (status == BK_OK && !isfinite(*value)) {
        status = bk_fail(BK_NOT_A_NUMBER,
                         "gradient check: the loss at a perturbed weight is %g; "
                         "take a smaller epsilon",
                         *value);
    }
    return status;
}

/* The loss at w + epsilon u for one parameter. The weights are restored in the network and on the tape. */
static bk_status loss_along(double *value, workspace *work, size_t parameter, double epsilon)
{
    const bk_dtype dtype = work->network->dtype;
    const bk_parameter w = bk_network_parameter(work->network, parameter);
    const bk_parameter saved = bk_network_parameter(work->saved, parameter);
    perturb(w, saved, bk_network_parameter(work->direction, parameter), dtype, epsilon);
    bk_status status = bk_loss_set(&work->loss, parameter, w.values);
    if (status == BK_OK) {
        status = forward(value, work);
    }
    memcpy(w.values, saved.values, w.count * bk_dtype_size(dtype));
    if (status == BK_OK) {
        status = bk_loss_set(&work->loss, parameter, w.values);
    }
    return status;
}

/* active[i] = pre-activation i is above 0, where ReLU's derivative is 1. Returns how many changed. */
static uint64_t note_active(workspace *work)
{
    if (work->active == NULL) {
        return 0;
    }
    uint64_t changed = 0;
    for (size_t i = 0; i < work->pairs; i++) {
        const uint8_t active = value_at(work->network->dtype, work->pre_activation, i) > 0.0;
        changed += (uint64_t)(active != work->active[i]);
        work->active[i] = active;
    }
    return changed;
}

static bk_status check_epsilon(double *error, uint64_t *kinks, workspace *work, size_t parameter,
                               double directional, double epsilon)
{
    double plus;
    double minus;
    BK_TRY(loss_along(&plus, work, parameter, epsilon));
    (void)note_active(work);
    BK_TRY(loss_along(&minus, work, parameter, -epsilon));
    *kinks = note_active(work);
    *error = fabs((plus - minus) / (2.0 * epsilon) - directional);
    return BK_OK;
}

static bk_status check_parameter(bk_gradient_check *result, workspace *work, size_t parameter,
                                 const double *epsilons, size_t n_epsilons, uint64_t seed)
{
    const bk_dtype dtype = work->network->dtype;
    const bk_parameter direction = bk_network_parameter(work->direction, parameter);
    BK_TRY(draw_direction(direction, dtype, seed, parameter));
    const double directional =
        inner_product(bk_network_parameter(work->gradient, parameter), direction, dtype);
    result->directional[parameter] = directional;
    for (size_t e = 0; e < n_epsilons; e++) {
        const size_t slot = parameter * n_epsilons + e;
        BK_TRY(check_epsilon(&result->error[slot], &result->kinks[slot], work, parameter, directional,
                             epsilons[e]));
    }
    return BK_OK;
}

static bool same_weights(const bk_network *a, const bk_network *b)
{
    for (size_t p = 0; p < bk_network_parameters(a); p++) {
        const bk_parameter one = bk_network_parameter(a, p);
        if (memcmp(one.values, bk_network_parameter(b, p).values, one.count * bk_dtype_size(a->dtype)) != 0) {
            return false;
        }
    }
    return true;
}

static bk_status run(bk_gradient_check *result, workspace *work, const double *epsilons, size_t n_epsilons,
                     uint64_t seed)
{
    const size_t parameters = bk_network_parameters(work->network);
    size_t slots;
    if (!bk_multiply_sizes(&slots, parameters, n_epsilons)) {
        return bk_fail(BK_OVERFLOW, "gradient check: %zu epsilons exceed the address space", n_epsilons);
    }
    result->parameters = parameters;
    result->epsilons = n_epsilons;
    result->directional = bk_allocate(parameters, sizeof *result->directional);
    result->error = bk_allocate(slots, sizeof *result->error);
    result->kinks = bk_allocate(slots, sizeof *result->kinks);
    if (result->error == NULL || result->kinks == NULL || result->directional == NULL) {
        return bk_error_status();
    }
    for (size_t p = 0; p < parameters; p++) {
        BK_TRY(check_parameter(result, work, p, epsilons, n_epsilons, seed));
    }
    result->weights_restored = same_weights(work->network, work->saved);
    return BK_OK;
}

bk_status bk_gradient_check_run(bk_gradient_check *check, bk_network *network, const void *x, const int8_t *y,
                                size_t count, const double *epsilons, size_t n_epsilons, uint64_t seed)
{
    if (n_epsilons == 0) {
        return bk_fail(BK_INVALID, "gradient check: no epsilon; give at least one");
    }
    for (size_t e = 0; e < n_epsilons; e++) {
        if (!isfinite(epsilons[e]) || !(epsilons[e] > 0.0)) {
            return bk_fail(BK_INVALID,
                           "gradient check: epsilon number %zu is %g; give finite numbers above 0", e,
                           epsilons[e]);
        }
    }
    workspace work;
    bk_gradient_check result = {0};
    const bool before = bk_grad_mode_set(true);
    bk_status status = prepare(&work, network, x, y, count);
    (void)bk_grad_mode_set(false); /* from here on only losses are needed */
    if (status == BK_OK) {
        status = run(&result, &work, epsilons, n_epsilons, seed);
    }
    (void)bk_grad_mode_set(before);
    release(&work);
    if (status == BK_OK) {
        *check = result;
    } else {
        bk_gradient_check_clear(&result);
    }
    return status;
}

void bk_gradient_check_clear(bk_gradient_check *check)
{
    bk_free(check->error);
    bk_free(check->directional);
    bk_free(check->kinks);
    *check = (bk_gradient_check){0};
}
