/* SPDX-License-Identifier: GPL-3.0-or-later
 * The multilayer perceptron: its memory and its weights. */
#include <stdio.h>
#include <string.h>

#include "model/network.h"

/* ---- Names ------------------------------------------------------------------------------------------- */

static const char *const activation_names[] = {
    [BK_TANH] = "tanh", [BK_RELU] = "relu", [BK_SIGMOID] = "sigmoid"};
_Static_assert(sizeof activation_names / sizeof activation_names[0] == BK_ACTIVATION_COUNT,
               "every activation has a name");

const char *bk_activation_name(bk_activation activation)
{
    const bool known = (unsigned)activation < BK_ACTIVATION_COUNT;
    return known ? activation_names[activation] : "unknown";
}

bk_status bk_find_name(size_t *found, const char *what, const char *name, const char *const *names,
                       size_t count)
{
    bk_text known = {0};
    for (size_t i = 0; i < count; i++) {
        if (strcmp(name, names[i]) == 0) {
            bk_text_clear(&known);
            *found = i;
            return BK_OK;
        }
        bk_text_append(&known, "%s%s", i == 0 ? "" : i + 1 < count ? ", " : " and ", names[i]);
    }
    const char *nearest = bk_nearest_name(name, names, count);
    const bk_status status = bk_fail(BK_INVALID, "unknown %s \"%s\"; known are %s%s%s%s", what, name,
                                     bk_text_string(&known), nearest != NULL ? " (did you mean " : "",
                                     nearest != NULL ? nearest : "", nearest != NULL ? "?)" : "");
    bk_text_clear(&known);
    return status;
}

bk_status bk_activation_parse(bk_activation *activation, const char *name)
{
    size_t found = 0;
    BK_TRY(bk_find_name(&found, "activation", name, activation_names, BK_ACTIVATION_COUNT));
    *activation = (bk_activation)found;
    return BK_OK;
}

const char *bk_network_parameter_name(char name[BK_PARAMETER_NAME], size_t parameter)
{
    (void)snprintf(name, BK_PARAMETER_NAME, "%c%zu", parameter % 2 == 0 ? 'w' : 'b', parameter / 2 + 1);
    return name;
}

/* ---- Shape -------------------------------------------------------------------------------------------- */

size_t bk_network_parameters(const bk_network *network) { return 2 * (network->layers + 1); }

size_t bk_network_units(const bk_network *network)
{
    size_t units = 0;
    for (size_t k = 0; k < network->layers; k++) {
        units += network->hidden[k];
    }
    return units;
}

bk_parameter bk_network_parameter(const bk_network *network, size_t parameter)
{
    const size_t k = parameter / 2;
    const bool last = k == network->layers;
    if (parameter % 2 == 1) {
        const size_t units = last ? 1 : network->hidden[k];
        return (bk_parameter){network->bias[k], units, last ? 0 : 1, {units, 0}};
    }
    const size_t inputs = bk_layer_inputs(network, k);
    if (last) {
        return (bk_parameter){network->weight[k], inputs, 1, {inputs, 0}};
    }
    return (bk_parameter){network->weight[k], network->hidden[k] * inputs, 2, {network->hidden[k], inputs}};
}

bk_status bk_network_check_shape(const bk_network *network)
{
    if (network->dtype != BK_F32 && network->dtype != BK_F64) {
        return bk_fail(BK_DTYPE, "a network computes in f32 or f64, not %s", bk_dtype_name(network->dtype));
    }
    if (network->inputs == 0 || network->layers == 0) {
        return bk_fail(BK_INVALID, "a network of %zu inputs and %zu hidden layers; give at least one of each",
                       network->inputs, network->layers);
    }
    for (size_t k = 0; k < network->layers; k++) {
        if (network->hidden[k] == 0) {
            return bk_fail(BK_INVALID, "hidden layer %zu of a network has 0 units; give at least one", k + 1);
        }
    }
    if ((unsigned)network->activation >= BK_ACTIVATION_COUNT) {
        return bk_fail(BK_INVALID, "activation number %d does not exist", (int)network->activation);
    }
    return BK_OK;
}

/* "2 inputs and 5, 10 tanh units" */
static void describe(bk_text *text, const bk_network *network)
{
    bk_text_append(text, "%zu inputs and ", network->inputs);
    for (size_t k = 0; k < network->layers; k++) {
        bk_text_append(text, "%s%zu", k == 0 ? "" : ", ", network->hidden[k]);
    }
    bk_text_append(text, " %s units", bk_activation_name(network->activation));
}

bk_status bk_network_check_same(const bk_network *a, const bk_network *b)
{
    if (a->dtype != b->dtype) {
        return bk_fail(BK_DTYPE, "one network computes in %s, the other in %s", bk_dtype_name(a->dtype),
                       bk_dtype_name(b->dtype));
    }
    if (a->inputs == b->inputs && a->layers == b->layers && a->activation == b->activation &&
        memcmp(a->hidden, b->hidden, a->layers * sizeof *a->hidden) == 0) {
        return BK_OK;
    }
    bk_text first = {0}, second = {0};
    describe(&first, a);
    describe(&second, b);
    const bk_status status = bk_fail(BK_SHAPE, "a network of %s, the other of %s", bk_text_string(&first),
                                     bk_text_string(&second));
    bk_text_clear(&first);
    bk_text_clear(&second);
    return status;
}

/* ---- Memory ------------------------------------------------------------------------------------------- */

/* The numbers of all parameters together. */
static bk_status count_weights(size_t *weights, const bk_network *network)
{
    size_t sum = 0;
    for (size_t k = 0; k <= network->layers; k++) {
        const size_t units = k < network->layers ? network->hidden[k] : 1;
        size_t layer;
        if (!bk_add_sizes(&layer, bk_layer_inputs(network, k), 1) ||
            !bk_multiply_sizes(&layer, layer, units) || !bk_add_sizes(&sum, sum, layer)) {
            return bk_fail(BK_OVERFLOW,
                           "a network of %zu inputs and %zu units in layer %zu exceeds the address space",
                           network->inputs, units, k + 1);
        }
    }
    *weights = sum;
    return BK_OK;
}

bk_network *bk_network_create(size_t inputs, size_t layers, const size_t *hidden, bk_activation activation,
                              bk_dtype dtype)
{
    if (hidden == NULL && layers > 0) {
        (void)bk_fail(BK_INVALID, "bk_network_create: hidden is NULL; give the units of %zu layers", layers);
        return NULL;
    }
    bk_network *network = bk_allocate(1, sizeof *network);
    if (network == NULL) {
        return NULL;
    }
    *network = (bk_network){.inputs = inputs, .layers = layers, .activation = activation, .dtype = dtype};
    network->hidden = bk_allocate(layers, sizeof *network->hidden);
    if (network->hidden != NULL && layers > 0) {
        memcpy(network->hidden, hidden, layers * sizeof *hidden);
    }
    size_t weights = 0;
    if (network->hidden == NULL || bk_network_check_shape(network) != BK_OK ||
        count_weights(&weights, network) != BK_OK) {
        bk_network_destroy(network);
        return NULL;
    }
    network->weight = bk_allocate(2 * (layers + 1), sizeof(void *));
    char *values = bk_allocate(weights, bk_dtype_size(dtype));
    if (network->weight == NULL || values == NULL) {
        bk_free(values);
        bk_network_destroy(network);
        return NULL;
    }
    network->bias = network->weight + layers + 1;
    for (size_t p = 0; p < bk_network_parameters(network); p++) {
        *(p % 2 == 0 ? &network->weight[p / 2] : &network->bias[p / 2]) = values;
        values += bk_network_parameter(network, p).count * bk_dtype_size(dtype);
    }
    return network;
}

bk_network *bk_network_create_like(const bk_network *network)
{
    return bk_network_create(network->inputs, network->layers, network->hidden, network->activation,
                             network->dtype);
}

void bk_network_destroy(bk_network *network)
{
    if (network == NULL) {
        return;
    }
    if (network->weight != NULL) {
        bk_free(network->weight[0]); /* the start of the one block that holds all weights */
    }
    bk_free((void *)network->weight);
    bk_free(network->hidden);
    bk_free(network);
}

/* ---- Weights ------------------------------------------------------------------------------------------ */

void bk_network_initialise(bk_network *network, uint64_t seed)
{
    bk_stream stream = bk_stream_open(seed, BK_PURPOSE_INITIAL_WEIGHTS, bk_network_units(network));
    for (size_t p = 0; p < bk_network_parameters(network); p++) {
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

bk_status bk_network_copy(bk_network *to, const bk_network *from)
{
    BK_TRY(bk_network_check_same(to, from));
    for (size_t p = 0; p < bk_network_parameters(to); p++) {
        const bk_parameter target = bk_network_parameter(to, p);
        memmove(target.values, bk_network_parameter(from, p).values, target.count * bk_dtype_size(to->dtype));
    }
    return BK_OK;
}

bk_status bk_network_check(const bk_network *network)
{
    BK_TRY(bk_network_check_shape(network));
    for (size_t p = 0; p < bk_network_parameters(network); p++) {
        const bk_parameter parameter = bk_network_parameter(network, p);
        const size_t i = bk_first_not_finite(network->dtype, parameter.values, parameter.count);
        if (i < parameter.count) {
            char name[BK_PARAMETER_NAME];
            return bk_fail(BK_NOT_A_NUMBER, "weight %zu of %s is not finite; initialise the network again", i,
                           bk_network_parameter_name(name, p));
        }
    }
    return BK_OK;
}
