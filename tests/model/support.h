/* SPDX-License-Identifier: GPL-3.0-or-later
 * What the tests of the model room share: points to work on, plain versions of what is tested. */
#ifndef BRISK_TESTS_MODEL_SUPPORT_H
#define BRISK_TESTS_MODEL_SUPPORT_H

#include "brisk/kernel.h"
#include "brisk/model.h"

/* Points and labels of one draw. */
typedef struct points {
    void *x;
    int8_t *y;
    size_t count;
} points;
/* Draws from the lab's mixture (or another); fails the test where that fails. */
points points_draw_from(const bk_mixture *mixture, bk_sampling sampling, bk_dtype dtype, size_t count,
                        bk_stream *stream);
points points_draw(bk_sampling sampling, bk_dtype dtype, size_t count, uint32_t purpose, uint64_t index);
void points_free(points *sample);

/* A network with its initial weights. */
bk_network *network_new(size_t hidden, bk_activation activation, bk_dtype dtype);
bk_network *network_deep(size_t layers, const size_t *hidden, bk_activation activation, bk_dtype dtype);
size_t parameter_count(const bk_network *network, size_t parameter);
void *parameter_values(const bk_network *network, size_t parameter);
/* The weights in one row: w1, b1, w2, ... Bytes of the network's dtype; free with bk_free. */
void *network_weights(const bk_network *network, size_t *bytes);
double network_value(const bk_network *network, const void *values, size_t i);
/* s(x) of one point [input] in plain double arithmetic with libm's functions; layers of up to 200 units. */
double naive_score(const bk_network *network, const double *x);

/* All numbers of a data file, lines that start with # left out; free with bk_free. */
double *read_numbers(const char *name, size_t *count);

/* Calls body under every instruction set of this machine and demands equal bytes of what it returns
 * (free'd with bk_free). */
typedef void *(*isa_body)(size_t *bytes);
void expect_equal_bits(isa_body body);

#endif
