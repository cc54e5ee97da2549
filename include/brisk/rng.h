/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * brisk/rng.h: streams of random numbers with addresses, and the variates drawn from them.
 *
 * A stream belongs to a work item. Its address (seed, purpose, index) determines every bit:
 * it is NumPy's PCG64DXSM(SeedSequence(seed, spawn_key=(purpose, index))).
 */
#ifndef BRISK_RNG_H
#define BRISK_RNG_H

#include "brisk/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Addresses --------------------------------------------------------------------------------- */

/* What randomness is for. Numbers are frozen for ever (purposes.def); a user's own start at
 * BK_PURPOSE_USER. */
typedef enum bk_purpose {
#define BK_PURPOSE(name, name_text, number, text) BK_PURPOSE_##name = number,
#include "brisk/purposes.def"
#undef BK_PURPOSE
    BK_PURPOSE_USER = 1024
} bk_purpose;

typedef struct bk_purpose_facts {
    const char *name; /* "training-set" */
    uint32_t number;
    const char *text; /* what is drawn, and what the index counts */
} bk_purpose_facts;
BK_API size_t bk_purpose_count(void);
BK_API const bk_purpose_facts *bk_purpose_row(size_t row);

/* ---- The stream: PCG64-DXSM (rng/pcg64.c, rng/seed_sequence.c) ---------------------------------- */

/* A position in a stream. A plain value: copy it to remember a position. No cache hides in it. */
typedef struct bk_stream {
    uint64_t state_high, state_low;
    uint64_t increment_high, increment_low;
} bk_stream;

/* The stream at (seed, purpose, index). Purposes above 2^32 - 1 do not exist, so it cannot fail. */
BK_API bk_stream bk_stream_open(uint64_t seed, uint32_t purpose, uint64_t index);
/* The stream of nested work, at (seed, purpose, index, sub). BK_INVALID unless index and sub are both
 * below 2^32 (a larger key word would take two words and could meet another address). */
BK_API bk_status bk_stream_open_nested(bk_stream *stream, uint64_t seed, uint32_t purpose, uint64_t index,
                                       uint64_t sub);
/* Moves by count draws forwards, or back. The period is 2^128, so a retreat from the start is defined. A
 * jump costs as much as a few dozen draws. */
BK_API void bk_stream_advance(bk_stream *stream, uint64_t count);
BK_API void bk_stream_retreat(bk_stream *stream, uint64_t count);

/* The next 64 bits. */
BK_API uint64_t bk_stream_next(bk_stream *stream);
/* The next count draws, the same as count calls of bk_stream_next; vectorised. */
BK_API void bk_stream_fill(bk_stream *stream, uint64_t *draws, size_t count);

/* ---- Variates: a fixed number of draws each, so that a position is a formula (rng/variates.c) ----- */

/* uniform-f64-v1: (u >> 11) 2^-53 in [0, 1), one draw each. */
BK_API void bk_fill_uniform_f64(bk_stream *stream, double *values, size_t count);
/* uniform-f32-v1: (u32 >> 8) 2^-24 in [0, 1), two from one draw (low half first). An odd count drops
 * the last half draw: ceil(count / 2) draws. */
BK_API void bk_fill_uniform_f32(bk_stream *stream, float *values, size_t count);
/* normal-box-muller-f32-v1: standard normals, values 2i and 2i+1 from draw i; ceil(count / 2) draws. With l
 * the low and h the high 32 bits of the draw:
 *   t = l + 1/2, rounded once to float (ties to even), at most 2^32 - 256 (the float below 2^32);
 *   u = t 2^-32, so u is in [2^-33, 1 - 2^-24]; radius = sqrt(-2 log u), in [3.4e-4, 6.764];
 *   value 2i = radius cos(2 pi h 2^-32), value 2i+1 = radius sin(2 pi h 2^-32).
 * The logarithm, the angle (its distance from the nearest quarter turn rounded once to float), sine and
 * cosine and the products are floats: a replay in double agrees to 3e-7 relative. */
BK_API void bk_fill_normal_f32(bk_stream *stream, float *values, size_t count);
/* normal-box-muller-f64-v1: standard normals, values 2i and 2i+1 from draws 2i and 2i+1 (an odd count uses
 * one draw more than values). With l and h the top 53 bits of the two draws: t = l + 1/2 rounded to double,
 * at most 2^53 - 1; u = t 2^-53; radius = sqrt(-2 log u), up to 8.652; value 2i = radius cos(2 pi h 2^-53),
 * value 2i+1 = radius sin(2 pi h 2^-53). */
BK_API void bk_fill_normal_f64(bk_stream *stream, double *values, size_t count);
/* integer-multiply-high-32-v1: whole numbers in [0, bound), value i = (bound * h_i) >> 32 with h the
 * 32-bit halves of the draws, low half first; ceil(count / 2) draws. bound in [1, 2^32]; each value's
 * probability is off by less than 2^-32. BK_INVALID for another bound. */
BK_API bk_status bk_fill_integer_u32(bk_stream *stream, uint32_t *values, size_t count, uint64_t bound);
/* integer-multiply-high-64-v1: the high 64 bits of bound * u, one draw each; off by less than 2^-64. */
BK_API bk_status bk_fill_integer_u64(bk_stream *stream, uint64_t *values, size_t count, uint64_t bound);

/* An alias table for categorical draws (Walker 1977; Vose 1991). */
typedef struct bk_categorical bk_categorical;
/* weights [count], finite, not negative, sum above 0 (they need not sum to one). Owned by the caller
 * (bk_categorical_destroy). NULL with BK_INVALID naming the weight. O(count). */
BK_API bk_categorical *bk_categorical_create(const double *weights, size_t count);
BK_API void bk_categorical_destroy(bk_categorical *categorical);
/* categorical-alias-v1: one draw u each. The 128-bit product count * u has a column of the alias table in its
 * high and a place within the column in its low 64 bits. Each category's probability is off by less than
 * 2^-50; one of weight 0 never occurs. */
BK_API void bk_fill_categorical(bk_stream *stream, const bk_categorical *categorical, uint32_t *values,
                                size_t count);

/* The versioned names of all transforms from bits to variates, separated by blanks; every results file
 * records them. Lives for ever. */
BK_API const char *bk_transform_names(void);

#ifdef __cplusplus
}
#endif
#endif
