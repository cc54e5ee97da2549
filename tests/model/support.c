/* SPDX-License-Identifier: GPL-3.0-or-later
 * What the tests of the model room share. */
#include "support.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

points points_draw_from(const bk_mixture *mixture, bk_sampling sampling, bk_dtype dtype, size_t count,
                        bk_stream *stream)
{
    points sample = {.x = bk_allocate(mixture->inputs * count, bk_dtype_size(dtype)),
                     .y = bk_allocate(count, 1),
                     .count = count};
    void *scratch = bk_allocate(bk_mixture_scratch_bytes(mixture, count, dtype), 1);
    cr_assert(sample.x != NULL && sample.y != NULL && scratch != NULL);
    const bk_status status =
        bk_mixture_sample(sample.x, sample.y, mixture, sampling, dtype, count, stream, scratch);
    cr_assert_eq(status, BK_OK, "%s", bk_error_message());
    bk_free(scratch);
    return sample;
}

points points_draw(bk_sampling sampling, bk_dtype dtype, size_t count, uint32_t purpose, uint64_t index)
{
    bk_stream stream = bk_stream_open(1, purpose, index);
    return points_draw_from(&bk_mixture_lab, sampling, dtype, count, &stream);
}

void points_free(points *sample)
{
    bk_free(sample->x);
    bk_free(sample->y);
}

bk_network *network_deep(size_t layers, const size_t *hidden, bk_activation activation, bk_dtype dtype)
{
    bk_network *network = bk_network_create(2, layers, hidden, activation, dtype);
    cr_assert_not_null(network, "%s", bk_error_message());
    bk_network_initialise(network, 1);
    return network;
}

bk_network *network_new(size_t hidden, bk_activation activation, bk_dtype dtype)
{
    return network_deep(1, &hidden, activation, dtype);
}

size_t parameter_count(const bk_network *network, size_t parameter)
{
    const size_t k = parameter / 2;
    const size_t units = k == network->layers ? 1 : network->hidden[k];
    const size_t inputs = k == 0 ? network->inputs : network->hidden[k - 1];
    return parameter % 2 == 1 ? units : units * inputs;
}

void *parameter_values(const bk_network *network, size_t parameter)
{
    return parameter % 2 == 1 ? network->bias[parameter / 2] : network->weight[parameter / 2];
}

void *network_weights(const bk_network *network, size_t *bytes)
{
    *bytes = 0;
    for (size_t p = 0; p < bk_network_parameters(network); p++) {
        *bytes += parameter_count(network, p) * bk_dtype_size(network->dtype);
    }
    char *weights = bk_allocate(*bytes, 1);
    char *at = weights;
    for (size_t p = 0; p < bk_network_parameters(network); p++) {
        const size_t size = parameter_count(network, p) * bk_dtype_size(network->dtype);
        memcpy(at, parameter_values(network, p), size);
        at += size;
    }
    return weights;
}

double network_value(const bk_network *network, const void *values, size_t i)
{
    return network->dtype == BK_F32 ? (double)((const float *)values)[i] : ((const double *)values)[i];
}

static double plain_activation(bk_activation activation, double z)
{
    return activation == BK_TANH   ? tanh(z)
           : activation == BK_RELU ? (z > 0.0 ? z : 0.0)
                                   : 1.0 / (1.0 + exp(-z));
}

double naive_score(const bk_network *network, const double *x)
{
    double h[2][200];
    memcpy(h[0], x, network->inputs * sizeof *x);
    size_t inputs = network->inputs;
    for (size_t k = 0; k <= network->layers; k++) {
        const size_t units = k == network->layers ? 1 : network->hidden[k];
        cr_assert(units <= 200 && inputs <= 200);
        for (size_t j = 0; j < units; j++) {
            double z = network_value(network, network->bias[k], j);
            for (size_t i = 0; i < inputs; i++) {
                z += network_value(network, network->weight[k], j * inputs + i) * h[k % 2][i];
            }
            h[(k + 1) % 2][j] = k == network->layers ? z : plain_activation(network->activation, z);
        }
        inputs = units;
    }
    return h[(network->layers + 1) % 2][0];
}

double *read_numbers(const char *name, size_t *count)
{
    char path[1024];
    snprintf(path, sizeof path, "%s/%s", BRISK_TEST_DATA, name);
    FILE *file = fopen(path, "r");
    cr_assert_not_null(file, "cannot open %s", path);
    double *values = bk_allocate(65536, sizeof *values);
    char line[512];
    *count = 0;
    while (fgets(line, sizeof line, file) != NULL) {
        const char *at = line;
        while (line[0] != '#') {
            char *end;
            const double value = strtod(at, &end);
            if (end == at) {
                break;
            }
            cr_assert_lt(*count, 65536);
            values[(*count)++] = value;
            at = end;
        }
    }
    fclose(file);
    return values;
}

void expect_equal_bits(isa_body body)
{
    void *first = NULL;
    size_t first_bytes = 0;
    for (int isa = 0; isa < BK_ISA_COUNT; isa++) {
        if (!bk_kernel_available((bk_isa)isa)) {
            continue;
        }
        cr_assert_eq(bk_kernel_use((bk_isa)isa), BK_OK);
        size_t bytes;
        void *result = body(&bytes);
        if (first == NULL) {
            first = result;
            first_bytes = bytes;
            continue;
        }
        cr_assert_eq(bytes, first_bytes);
        cr_expect_arr_eq(result, first, bytes, "%s differs from the first set", bk_isa_name((bk_isa)isa));
        bk_free(result);
    }
    bk_free(first);
}
