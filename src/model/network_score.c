/* SPDX-License-Identifier: GPL-3.0-or-later
 * Scores of a network, the errors they mean, and the checks of points and labels that come first. */
#include <math.h>
#include <string.h>

#include "brisk/kernel.h"
#include "kernel/kernel.h"
#include "model/network.h"

/* ---- Checks: one pass that vectorises, then a search only where it found something --------------------- */

static bool all_finite_f32(const float *values, size_t count)
{
    uint32_t bad = 0;
    for (size_t i = 0; i < count; i++) {
        uint32_t bits;
        memcpy(&bits, &values[i], sizeof bits);
        /* An exponent of all ones carries into the sign bit. */
        bad |= (bits & 0x7f800000U) + 0x00800000U;
    }
    return bad >> 31 == 0;
}

static bool all_finite_f64(const double *values, size_t count)
{
    uint64_t bad = 0;
    for (size_t i = 0; i < count; i++) {
        uint64_t bits;
        memcpy(&bits, &values[i], sizeof bits);
        bad |= (bits & 0x7ff0000000000000U) + 0x0010000000000000U;
    }
    return bad >> 63 == 0;
}

size_t bk_first_not_finite(bk_dtype dtype, const void *values, size_t count)
{
    if (dtype == BK_F32 ? all_finite_f32(values, count) : all_finite_f64(values, count)) {
        return count;
    }
    for (size_t i = 0; i < count; i++) {
        const double value =
            dtype == BK_F32 ? (double)((const float *)values)[i] : ((const double *)values)[i];
        if (!isfinite(value)) {
            return i;
        }
    }
    return count;
}

bk_status bk_points_check(bk_dtype dtype, const void *x, size_t inputs, size_t count)
{
    for (size_t j = 0; j < inputs; j++) {
        const void *row = (const char *)x + j * count * bk_dtype_size(dtype);
        const size_t point = bk_first_not_finite(dtype, row, count);
        if (point < count) {
            return bk_fail(BK_NOT_A_NUMBER, "input %zu of point %zu is not finite; leave such points out", j,
                           point);
        }
    }
    return BK_OK;
}

bk_status bk_labels_check(const int8_t *y, size_t count)
{
    unsigned bad = 0;
    for (size_t i = 0; i < count; i++) {
        bad |= (unsigned)(y[i] != 1) & (unsigned)(y[i] != -1);
    }
    if (bad == 0) {
        return BK_OK;
    }
    size_t point = 0;
    while (y[point] == 1 || y[point] == -1) {
        point++;
    }
    return bk_fail(BK_INVALID, "the label of point %zu is %d; labels are -1 and +1", point, (int)y[point]);
}

/* ---- Scores ------------------------------------------------------------------------------------------- */

/* Points that pass through all layers together, so that what a layer hands to the next stays in cache. */
#define BLOCK 64

/* The last hidden layer and the output. */
static void score_end(void *score, const bk_network *network, const void *h, size_t stride, size_t count)
{
    const bk_kernels *kernels = bk_kernels_in_use();
    const size_t k = network->layers - 1;
    const size_t inputs = bk_layer_inputs(network, k), hidden = network->hidden[k];
    const void *w1 = network->weight[k], *b1 = network->bias[k], *w2 = network->weight[k + 1];
    if (network->dtype == BK_F32) {
        const float b2 = *(const float *)network->bias[k + 1];
        (network->activation == BK_TANH ? kernels->mlp_tanh_f32
         : network->activation == BK_RELU
             ? kernels->mlp_relu_f32
             : kernels->mlp_sigmoid_f32)(score, h, stride, count, inputs, hidden, w1, b1, w2, b2);
    } else {
        const double b2 = *(const double *)network->bias[k + 1];
        (network->activation == BK_TANH ? kernels->mlp_tanh_f64
         : network->activation == BK_RELU
             ? kernels->mlp_relu_f64
             : kernels->mlp_sigmoid_f64)(score, h, stride, count, inputs, hidden, w1, b1, w2, b2);
    }
}

/* y [unit][BLOCK] = the outputs of hidden layer k. */
static void score_layer(void *y, const bk_network *network, size_t k, const void *x, size_t stride,
                        size_t count)
{
    const bk_kernels *kernels = bk_kernels_in_use();
    const size_t inputs = bk_layer_inputs(network, k), units = network->hidden[k];
    if (network->dtype == BK_F32) {
        (network->activation == BK_TANH   ? kernels->layer_tanh_f32
         : network->activation == BK_RELU ? kernels->layer_relu_f32
                                          : kernels->layer_sigmoid_f32)(
            y, BLOCK, x, stride, count, inputs, units, network->weight[k], network->bias[k]);
    } else {
        (network->activation == BK_TANH   ? kernels->layer_tanh_f64
         : network->activation == BK_RELU ? kernels->layer_relu_f64
                                          : kernels->layer_sigmoid_f64)(
            y, BLOCK, x, stride, count, inputs, units, network->weight[k], network->bias[k]);
    }
}

/* Two or more hidden layers: a block of points at a time. */
static bk_status score_deep(void *score, const bk_network *network, const void *x, size_t count)
{
    size_t most = 0;
    for (size_t k = 0; k + 1 < network->layers; k++) {
        most = network->hidden[k] > most ? network->hidden[k] : most;
    }
    const size_t size = bk_dtype_size(network->dtype);
    char *buffer = bk_allocate(most, 2 * BLOCK * size);
    if (buffer == NULL) {
        return bk_error_status();
    }
    for (size_t first = 0; first < count; first += BLOCK) {
        const size_t n = count - first < BLOCK ? count - first : BLOCK;
        const char *from = (const char *)x + first * size;
        size_t stride = count;
        for (size_t k = 0; k + 1 < network->layers; k++) {
            char *to = buffer + (k % 2) * most * BLOCK * size;
            score_layer(to, network, k, from, stride, n);
            from = to;
            stride = BLOCK;
        }
        score_end((char *)score + first * size, network, from, stride, n);
    }
    bk_free(buffer);
    return BK_OK;
}

bk_status bk_network_score(void *score, const bk_network *network, const void *x, size_t count)
{
    BK_TRY(bk_network_check_shape(network));
    if (network->layers > 1) {
        return score_deep(score, network, x, count);
    }
    score_end(score, network, x, count, count);
    return BK_OK;
}

/* ---- Errors
 * ------------------------------------------------------------------------------------------------- */

static bool any_nan(bk_dtype dtype, const void *score, size_t count)
{
    unsigned bad = 0;
    if (dtype == BK_F32) {
        const float *values = score;
        for (size_t i = 0; i < count; i++) {
            bad |= (unsigned)(values[i] != values[i]);
        }
    } else {
        const double *values = score;
        for (size_t i = 0; i < count; i++) {
            bad |= (unsigned)(values[i] != values[i]);
        }
    }
    return bad != 0;
}

static uint64_t note_errors_f32(uint8_t *error, const float *score, const int8_t *y, size_t count)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < count; i++) {
        const unsigned wrong = (unsigned)(score[i] > 0.0F) ^ (unsigned)(y[i] > 0);
        sum += wrong;
        if (error != NULL) {
            error[i] = (uint8_t)wrong;
        }
    }
    return sum;
}

static uint64_t note_errors_f64(uint8_t *error, const double *score, const int8_t *y, size_t count)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < count; i++) {
        const unsigned wrong = (unsigned)(score[i] > 0.0) ^ (unsigned)(y[i] > 0);
        sum += wrong;
        if (error != NULL) {
            error[i] = (uint8_t)wrong;
        }
    }
    return sum;
}

bk_status bk_score_missing(size_t point)
{
    return bk_fail(BK_NOT_A_NUMBER,
                   "the score of point %zu is not a number, so it has no label; "
                   "check the network's weights and the point",
                   point);
}

bk_status bk_network_errors(uint8_t *error, uint64_t *errors, bk_dtype dtype, const void *score,
                            const int8_t *y, size_t count)
{
    if (dtype != BK_F32 && dtype != BK_F64) {
        return bk_fail(BK_DTYPE, "scores are f32 or f64, not %s", bk_dtype_name(dtype));
    }
    BK_TRY(bk_labels_check(y, count));
    if (any_nan(dtype, score, count)) {
        size_t point = 0;
        while (dtype == BK_F32 ? !isnan(((const float *)score)[point])
                               : !isnan(((const double *)score)[point])) {
            point++;
        }
        return bk_score_missing(point);
    }
    const uint64_t sum =
        dtype == BK_F32 ? note_errors_f32(error, score, y, count) : note_errors_f64(error, score, y, count);
    if (errors != NULL) {
        *errors = sum;
    }
    return BK_OK;
}
