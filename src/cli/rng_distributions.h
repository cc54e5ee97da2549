/* SPDX-License-Identifier: GPL-3.0-or-later
 * cli/rng_distributions.h: the distributions of brisk rng, with the parameters they take. */
#ifndef BRISK_CLI_RNG_DISTRIBUTIONS_H
#define BRISK_CLI_RNG_DISTRIBUTIONS_H

#include "brisk/rng.h"

/* Even, because normals come in pairs and floats in halves of a draw. */
#define BK_RNG_CHUNK 4096

/* The parameters of all distributions. */
typedef enum bk_rng_parameter {
    BK_RNG_LOW,
    BK_RNG_HIGH,
    BK_RNG_MEAN,
    BK_RNG_SD,
    BK_RNG_RATE,
    BK_RNG_BOUND,
    BK_RNG_P,
    BK_RNG_N,
    BK_RNG_SHAPE,
    BK_RNG_ALPHA,
    BK_RNG_BETA,
    BK_RNG_DF,
    BK_RNG_PARAMETERS
} bk_rng_parameter;

/* Their options; n and bound are whole numbers of 64 bits. */
extern const char *const bk_rng_parameter_names[BK_RNG_PARAMETERS];

typedef union bk_rng_values {
    double f64[BK_RNG_CHUNK];
    float f32[BK_RNG_CHUNK];
    uint64_t u64[BK_RNG_CHUNK];
    uint32_t u32[BK_RNG_CHUNK];
    uint8_t u8[BK_RNG_CHUNK];
} bk_rng_values;

typedef struct bk_rng_request {
    uint64_t seed, index, sub, count, bound, trials;
    const char *purpose, *distribution, *dtype;
    double value[BK_RNG_PARAMETERS];
    bool given[BK_RNG_PARAMETERS];
    bool has_index, has_sub, has_count, raw;
} bk_rng_request;

typedef enum bk_rng_form {
    BK_RNG_FORM_F64,
    BK_RNG_FORM_F32,
    BK_RNG_FORM_U64,
    BK_RNG_FORM_U32,
    BK_RNG_FORM_U8,
    BK_RNG_FORM_RAW
} bk_rng_form;

typedef bk_status (*bk_rng_fill)(const bk_rng_request *request, bk_stream *stream, bk_rng_values *out,
                                 size_t count);

typedef struct bk_rng_distribution {
    const char *name;
    const char *transforms; /* their versioned names, for the help */
    bk_rng_form form;
    unsigned takes, needs; /* bits of parameters */
    bk_rng_fill fill;
    /* The version of half a draw a value (NULL where there is none), of f32 or u32. */
    bk_rng_fill fill_half;
    const char *half_transforms;
} bk_rng_distribution;

#define BK_RNG_BIT(which) (1U << (which))

#define BK_RNG_DISTRIBUTIONS 11
extern const bk_rng_distribution bk_rng_distributions[BK_RNG_DISTRIBUTIONS];
/* The draws themselves, for --raw. */
extern const bk_rng_distribution bk_rng_raw;

#endif
