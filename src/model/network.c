/* SPDX-License-Identifier: GPL-3.0-or-later
 * The multilayer perceptron: its memory and its weights. */
#include <string.h>

#include "model/network.h"

/* ---- Names ------------------------------------------------------------------------------------------- */

static const char *const activation_names[] = {[BK_TANH] = "tanh", [BK_RELU] = "relu"};
_Static_assert(sizeof activation_names / sizeof activation_names[0] == BK_ACTIVATION_COUNT,
               "every activation has a name");

const char *bk_activation_name(bk_activation activation)
{
    const bool known = (unsigned)activation < BK_ACTIVATION_COUNT;
    return known ? activation_names[activation] : "unknown";
}

bk_status bk_activation_parse(bk_activation *activation, const char *name)
{
    for (size_t i = 0; i < BK_ACTIVATION_COUNT; i++) {
        if (strcmp(name, activation_names[i]) == 0) {
            *activation = (bk_activation)i;
            return BK_OK;
        }
    }
    const char *nearest = bk_nearest_name(name, activation_names, BK_ACTIVATION_COUNT);
    return bk_fail(BK_INVALID, "unknown activation \"%s\"; known are tanh and relu%s%s%s", name,
                   nearest != NULL ? " (did you mean " : "", nearest != NULL ? nearest : "",
                   nearest != NULL ? "?)" : "");
}

const char *bk_network_parameter_name(size_t parameter)
{
    static const char *const names[BK_NETWORK_PARAMETERS] = {"w1", "b1", "w2", "b2"};
    return parameter < BK_NETWORK_PARAMETERS ? names[parameter] : "unknown";
}

/* ---- Memory ------------------------------------------------------------------------------------------- */

bk_parameter bk_network_parameter(const bk_network *network, size_t parameter)
{
    const size_t hidden = network->hidden;
    const size_t inputs = network->inputs;
    switch (parameter) {
    case 0:
        return (bk_parameter){network->w1, hidden * inputs, 2, {hidden, inputs}};
    case 1:
        return (bk_parameter){network->b1, hidden, 1, {hidden, 0}};
    case 2:
        return (bk_parameter){network->w2, hidden, 1, {hidden, 0}};
    default:
        return (bk_parameter){network->b2, 1, 0, {0, 0}};
    }
}

bk_status bk_network_check_shape(const bk_network *network)
{
    if (network->dtype != BK_F32 && network->dtype != BK_F64) {
        return bk_fail(BK_DTYPE, "a network computes in f32 or f64, not %s", bk_dtype_name(network->dtype));
    }
    if (network->inputs == 0 || network->hidden == 0) {
        return bk_fail(BK_INVALID, "a network of %zu inputs and %zu hidden units; give at least one of each",
                       network->inputs, network->hidden);
    }
    if ((unsigned)network->activation >= BK_ACTIVATION_COUNT) {
        return bk_fail(BK_INVALID, "activation number %d does not exist", (int)network->activation);
    }
    return BK_OK;
}

bk_network *bk_network_create(size_t inputs, size_t hidden, bk_activation activation, bk_dtype dtype)
{
    const bk_network shape = {.inputs = inputs, .hidden = hidden, .activation = activation, .dtype = dtype};
    size_t weights; /* hidden * (inputs + 2) + 1 */
    if (bk_network_check_shape(&shape) != BK_OK) {
        return NULL;
    }
    if (!bk_add_sizes(&weights, inputs, 2) || !bk_multiply_sizes(&weights, weights, hidden) ||
        !bk_add_sizes(&weights, weights, 1)) {
        (void)bk_fail(BK_OVERFLOW, "a network of %zu inputs and %zu hidden units exceeds the address space",
                      inputs, hidden);
        return NULL;
    }
    bk_network *network = bk_allocate(1, sizeof *network);
    char *values = bk_allocate(weights, bk_dtype_size(dtype));
    if (network == NULL || values == NULL) {
        bk_free(network);
        bk_free(values);
        return NULL;
    }
    *network = shape;
    const size_t size = bk_dtype_size(dtype);
    network->w1 = values;
    network->b1 = values + hidden * inputs * size;
    network->w2 = values + hidden * (inputs + 1) * size;
    network->b2 = values + hidden * (inputs + 2) * size;
    return network;
}

void bk_network_destroy(bk_network *network)
{
    if (network == NULL) {
        return;
    }
    bk_free(network->w1); /* the start of the one block that holds all weights */
    bk_free(network);
}

/* ---- Weights --------------------------------------------------------------------------------------------
 */

void bk_network_initialise(bk_network *network, uint64_t seed)
{
    bk_stream stream = bk_stream_open(seed, BK_PURPOSE_INITIAL_WEIGHTS, network->hidden);
    for (size_t p = 0; p < BK_NETWORK_PARAMETERS; p++) {
        const bk_parameter parameter = bk_network_parameter(network, p);
        for (size_t i = 0; i < parameter.count; i++) {
            double uniform;
            bk_fill_uniform_f64(&stream, &uniform, 1);
            const double weight = 2.0 * uniform - 1.0;
            if (network->dtype == BK_F32) {
                ((float *)parameter.values)[i] = (float)weight;
            } else {
                ((double *)parameter.values)[i] = weight;
            }
        }
    }
}

bk_status bk_network_check_same(const bk_network *a, const bk_network *b)
{
    if (a->dtype != b->dtype) {
        return bk_fail(BK_DTYPE, "one network computes in %s, the other in %s", bk_dtype_name(a->dtype),
                       bk_dtype_name(b->dtype));
    }
    if (a->inputs != b->inputs || a->hidden != b->hidden || a->activation != b->activation) {
        return bk_fail(BK_SHAPE,
                       "a network of %zu inputs and %zu %s units, the other of %zu inputs and %zu %s units",
                       a->inputs, a->hidden, bk_activation_name(a->activation), b->inputs, b->hidden,
                       bk_activation_name(b->activation));
    }
    return BK_OK;
}

bk_status bk_network_copy(bk_network *to, const bk_network *from)
{
    BK_TRY(bk_network_check_same(to, from));
    for (size_t p = 0; p < BK_NETWORK_PARAMETERS; p++) {
        const bk_parameter target = bk_network_parameter(to, p);
        memmove(target.values, bk_network_parameter(from, p).values, target.count * bk_dtype_size(to->dtype));
    }
    return BK_OK;
}

bk_status bk_network_check(const bk_network *network)
{
    BK_TRY(bk_network_check_shape(network));
    for (size_t p = 0; p < BK_NETWORK_PARAMETERS; p++) {
        const bk_parameter parameter = bk_network_parameter(network, p);
        const size_t i = bk_first_not_finite(network->dtype, parameter.values, parameter.count);
        if (i < parameter.count) {
            return bk_fail(BK_NOT_A_NUMBER, "weight %zu of %s is not finite; initialise the network again", i,
                           bk_network_parameter_name(p));
        }
    }
    return BK_OK;
}
