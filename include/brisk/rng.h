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

/* What randomness is for. Numbers are frozen for ever (purposes.def); from BK_PURPOSE_NESTED on their streams
 * have a third key word (bk_stream_open_nested); a user's own start at BK_PURPOSE_USER and may have one. */
typedef enum bk_purpose {
#define BK_PURPOSE(name, name_text, number, text) BK_PURPOSE_##name = number,
#include "brisk/purposes.def"
#undef BK_PURPOSE
    BK_PURPOSE_NESTED = 512,
    BK_PURPOSE_USER = 1024
} bk_purpose;

typedef struct bk_purpose_facts {
    const char *name; /* "training-set" */
    uint32_t number;
    const char *text; /* what is drawn, and what the index counts */
} bk_purpose_facts;
BK_API size_t bk_purpose_count(void);
BK_API const bk_purpose_facts *bk_purpose_row(size_t row);

/* ---- Seed sequences (rng/seed_sequence.c) -------------------------------------------------------- */

/* NumPy's SeedSequence as a plain value: everything mixed in so far, and how many children were spawned.
 * A key word goes on mixing where the entropy ended, so entropy and key may have any length and nothing is
 * stored of them. */
typedef struct bk_seed_sequence {
    uint32_t pool[4];
    uint32_t hash_state;
    uint64_t children;
} bk_seed_sequence;

/* SeedSequence(entropy), entropy [count] little-endian 32-bit words, any count. No words are the same as a
 * word 0. NumPy makes one word of an integer below 2^32 and as many as it needs of a larger one. */
BK_API bk_seed_sequence bk_seed_sequence_open(const uint32_t *entropy, size_t count);
/* The sequence with key [count] appended to its spawn key, as words; no children spawned. */
BK_API bk_seed_sequence bk_seed_sequence_key(const bk_seed_sequence *sequence, const uint32_t *key,
                                             size_t count);
/* The sequence with the integer number appended to its spawn key: one word below 2^32, else two. */
BK_API bk_seed_sequence bk_seed_sequence_child(const bk_seed_sequence *sequence, uint64_t number);
/* spawn(count) of NumPy: children [count] get the numbers from parent->children on, which moves on by
 * count, so that no two calls give the same child. BK_OVERFLOW, nothing spawned, where the numbers would
 * pass 2^64 - 1. */
BK_API bk_status bk_seed_sequence_spawn(bk_seed_sequence *parent, bk_seed_sequence *children, size_t count);
/* generate_state(count), as 32-bit words or as 64-bit words (of two 32-bit words, low half first). */
BK_API void bk_seed_sequence_generate_u32(const bk_seed_sequence *sequence, uint32_t *words, size_t count);
BK_API void bk_seed_sequence_generate_u64(const bk_seed_sequence *sequence, uint64_t *words, size_t count);

/* ---- The stream: PCG64-DXSM (rng/pcg64.c, rng/seed_sequence.c) ---------------------------------- */

/* A position in a stream. A plain value: copy it to remember a position. No cache hides in it. Open or
 * restore it first: one of zeros draws zeros for ever. */
typedef struct bk_stream {
    uint64_t state_high, state_low;
    uint64_t increment_high, increment_low;
} bk_stream;

/* The stream at (seed, purpose, index). Purposes above 2^32 - 1 do not exist, so it cannot fail. An index of
 * 2^32 or more takes two key words and is the nested stream (low word, high word): do not use one purpose for
 * both. */
BK_API bk_stream bk_stream_open(uint64_t seed, uint32_t purpose, uint64_t index);
/* The stream of nested work, at (seed, purpose, index, sub). BK_INVALID unless index and sub are both
 * below 2^32 (a larger key word would take two words and could meet another address). */
BK_API bk_status bk_stream_open_nested(bk_stream *stream, uint64_t seed, uint32_t purpose, uint64_t index,
                                       uint64_t sub);
/* PCG64DXSM(sequence) of NumPy, for sequences that no address names. */
BK_API bk_stream bk_stream_from_sequence(const bk_seed_sequence *sequence);
/* Moves by count draws forwards, or back. The period is 2^128, so a retreat from the start is defined. A
 * jump costs as much as a few dozen draws. */
BK_API void bk_stream_advance(bk_stream *stream, uint64_t count);
BK_API void bk_stream_retreat(bk_stream *stream, uint64_t count);

/* The bytes of a saved stream with its final NUL. */
#define BK_STREAM_TEXT_SIZE 76
/* Writes the position as "pcg64dxsm STATE INCREMENT", each of the two as 32 hexadecimal digits (0-9, a-f);
 * these are the numbers that NumPy's bit_generator.state names "state" and "inc". */
BK_API void bk_stream_save(const bk_stream *stream, char text[BK_STREAM_TEXT_SIZE]);
/* Reads it back. BK_INVALID, stream untouched, for anything but that form: another name, other digits or
 * another number of them, an even increment (not a stream of PCG64), bytes before or behind. */
BK_API bk_status bk_stream_restore(bk_stream *stream, const char *text);

/* The next 64 bits. */
BK_API uint64_t bk_stream_next(bk_stream *stream);
/* The next count draws, the same as count calls of bk_stream_next; vectorised. */
BK_API void bk_stream_fill(bk_stream *stream, uint64_t *draws, size_t count);

/* ---- Variates ------------------------------------------------------------------------------------
 *
 * Each transform from bits to values has a versioned name (bk_transform_row) that never gets another
 * meaning. A fill starts at a draw, not at a half of one. Transforms with a fixed number of draws make the
 * position of a value in its stream a formula. The others say "variable": there a fill still equals so many
 * fills of one value, and leaves the stream behind the last draw that it looked at.
 *
 * Parameters are checked before anything is drawn: BK_INVALID names the wrong one, and stream and output
 * are as before. A count of 0 draws nothing. One value at a time is a fill of one; for the parameter-free
 * transforms bk_next_* is shorter.
 *
 * +, -, *, /, sqrt and the project's own logarithm and exponential make every bit: the values are the
 * same on every machine. */

/* ---- Uniform and normal variates (rng/variates.c, rng/range.c) ------------------------------------ */

/* uniform-f64-v1: (u >> 11) 2^-53 in [0, 1), one draw each. */
BK_API void bk_fill_uniform_f64(bk_stream *stream, double *values, size_t count);
/* uniform-f32-v1: (u32 >> 8) 2^-24 in [0, 1), two from one draw (low half first). An odd count drops
 * the last half draw: ceil(count / 2) draws. */
BK_API void bk_fill_uniform_f32(bk_stream *stream, float *values, size_t count);
/* The same in [low, high): uniform-range-f64-v1, uniform-range-f32-v1: v = low + (high - low) u with u of
 * the transforms above and as many draws, difference, product and sum rounded each; a v that rounding
 * brought to high becomes the number below high. low < high, both finite, their difference finite. */
BK_API bk_status bk_fill_uniform_range_f64(bk_stream *stream, double *values, size_t count, double low,
                                           double high);
BK_API bk_status bk_fill_uniform_range_f32(bk_stream *stream, float *values, size_t count, float low,
                                           float high);
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
/* The first 2 count values of these two, pair by pair into two arrays: values 2i in first, 2i+1 in second. */
BK_API void bk_fill_normal_pairs_f32(bk_stream *stream, float *first, float *second, size_t count);
BK_API void bk_fill_normal_pairs_f64(bk_stream *stream, double *first, double *second, size_t count);
/* normal-scaled-f32-v1, normal-scaled-f64-v1: mean + sd z with z of the transforms above and as many draws;
 * product and sum rounded each. mean finite, sd finite and not negative, |mean| + 7 sd (f32) or
 * |mean| + 9 sd (f64) finite. */
BK_API bk_status bk_fill_normal_scaled_f32(bk_stream *stream, float *values, size_t count, float mean,
                                           float sd);
BK_API bk_status bk_fill_normal_scaled_f64(bk_stream *stream, double *values, size_t count, double mean,
                                           double sd);
/* exponential-inversion-f64-v1: -log(u) / rate, one draw each, u = (n + 1/2) 2^-53 with n the top 53 bits,
 * the sum rounded to double, at most 2^53 - 1: u is never 0 nor 1, so -log(u) is in [1.1e-16, 37.5].
 * rate in [1e-300, 1e300]. */
BK_API bk_status bk_fill_exponential_f64(bk_stream *stream, double *values, size_t count, double rate);
/* exponential-inversion-f32-v1: -log(u) / rate in double, rounded to float, u = (h + 1/2) 2^-32 with h the
 * 32-bit halves of the draws, low half first: ceil(count / 2) draws; -log(u) is in [1.1e-10, 22.9].
 * rate in [1e-36, 1e36]. */
BK_API bk_status bk_fill_exponential_f32(bk_stream *stream, float *values, size_t count, double rate);

/* One value, the first of a fill: one draw (the other half is dropped), bk_next_normal_f64 two. The
 * exponential has rate 1. */
BK_API double bk_next_uniform_f64(bk_stream *stream);
BK_API float bk_next_uniform_f32(bk_stream *stream);
BK_API double bk_next_normal_f64(bk_stream *stream);
BK_API float bk_next_normal_f32(bk_stream *stream);
BK_API double bk_next_exponential_f64(bk_stream *stream);
BK_API float bk_next_exponential_f32(bk_stream *stream);

/* ---- Whole numbers (rng/integers.c, rng/binomial.c, rng/poisson.c, rng/categorical.c) -------------- */

/* integer-multiply-high-32-v1: whole numbers in [0, bound), value i = (bound * h_i) >> 32 with h the
 * 32-bit halves of the draws, low half first; ceil(count / 2) draws. bound in [1, 2^32]; each value's
 * probability is off by less than 2^-32. BK_INVALID for another bound. */
BK_API bk_status bk_fill_integer_u32(bk_stream *stream, uint32_t *values, size_t count, uint64_t bound);
/* integer-multiply-high-64-v1: the high 64 bits of bound * u, one draw each; off by less than 2^-64. */
BK_API bk_status bk_fill_integer_u64(bk_stream *stream, uint64_t *values, size_t count, uint64_t bound);

/* integer-lemire-64-v1: whole numbers in [0, bound), bound at least 1, each exactly as probable as the
 * others (Lemire 2019): the high 64 bits of bound * u, and another draw where the low 64 bits are below
 * 2^64 mod bound. Variable: more than one draw with probability below bound / 2^64. */
BK_API bk_status bk_fill_integer_exact_u64(bk_stream *stream, uint64_t *values, size_t count, uint64_t bound);
/* bernoulli-v1: 1 where u < p, else 0, with u of uniform-f64-v1, one draw each. p in [0, 1]. */
BK_API bk_status bk_fill_bernoulli(bk_stream *stream, uint8_t *values, size_t count, double p);
/* Successes in trials attempts of probability p in [0, 1]; trials at most 2^53. With r = min(p, 1 - p),
 * for p above 1/2 as trials minus the failures:
 * binomial-inversion-v1 where trials * r < 10: one draw each; the first k whose distribution function,
 * summed up in double, is above u of uniform-f64-v1; the first k above the mean with a probability below
 * 2^-58 takes all that is left.
 * binomial-btrs-v1 elsewhere (Hormann 1993): rejection, two draws an attempt (u, v of the exponential, u less
 * 1/2), 1.1 to 1.5 attempts a value. Variable. */
BK_API bk_status bk_fill_binomial(bk_stream *stream, uint64_t *values, size_t count, uint64_t trials,
                                  double p);
/* Poisson variates; mean in [0, 2^50].
 * poisson-inversion-v1 where mean < 10: one draw each, summed up as the binomial is.
 * poisson-ptrs-v1 elsewhere (Hormann 1993): rejection, two draws an attempt. Variable. */
BK_API bk_status bk_fill_poisson(bk_stream *stream, uint64_t *values, size_t count, double mean);

/* An alias table for categorical draws (Walker 1977; Vose 1991). */
typedef struct bk_categorical bk_categorical;
/* weights [count], count in [1, 2^32), each finite and not negative, their sum finite and above 0. They need
 * not sum to one: category i has probability weights[i] / sum, so counts serve as well as probabilities, and
 * a list of probabilities with one missing is not found out: check its sum where that matters. Owned by the
 * caller (bk_categorical_destroy). NULL with BK_INVALID naming the first weight that is negative, NaN or
 * infinite, or the sum. O(count). */
BK_API bk_categorical *bk_categorical_create(const double *weights, size_t count);
BK_API void bk_categorical_destroy(bk_categorical *categorical);
/* categorical-alias-v1: one draw u each. The 128-bit product count * u has a column of the alias table in its
 * high and a place within the column in its low 64 bits. Each category's probability is off by less than
 * 2^-50 (measured: 4e-17 at most); one of weight 0 never occurs. */
BK_API void bk_fill_categorical(bk_stream *stream, const bk_categorical *categorical, uint32_t *values,
                                size_t count);

/* ---- Gamma and what is made of it (rng/gamma.c) ---------------------------------------------------- */

/* gamma-marsaglia-tsang-f64-v1 (2000): G / rate. An attempt takes three draws: two for a pair z, z' of
 * normal-box-muller-f64-v1, one for u = (n + 1/2) 2^-53 of the exponential; z and u decide; about 1.05
 * attempts a value. A shape below 1 is drawn as shape + 1, times u'^(1 / shape), with u' of a fourth draw of
 * each attempt. Variable. shape in [1e-300, 1e15], rate in [1e-280, 1e280]. A G too small for a double
 * is 0 (before the division by rate), which shapes below 0.05 make common. */
BK_API bk_status bk_fill_gamma(bk_stream *stream, double *values, size_t count, double shape, double rate);
/* beta-gamma-f64-v1: X / (X + Y) of two gamma variates, attempts for X (shape alpha) first, then for Y. Where
 * a shape is below 1, attempts for both take four draws, and the quotient is taken from logarithms: with
 * d = log X - log Y and e = exp(-|d|) it is e / (1 + e) for d < 0, else 1 / (1 + e). So it never is 0 / 0 and
 * small values are kept down to the smallest double: only what is nearer to 0 or to 1 than to any other
 * double becomes 0 or 1, which shapes below 0.01 make common. The relative error is below
 * 2^-52 (4 + |log X| + |log Y|). For a value near 1 with all its digits, draw its complement: beta and alpha
 * exchanged. Variable. alpha and beta in [1e-300, 1e15]. */
BK_API bk_status bk_fill_beta(bk_stream *stream, double *values, size_t count, double alpha, double beta);
/* student-t-f64-v1: z' sqrt((df / 2) / G), G a gamma variate of shape df / 2 and z' the normal of its
 * accepted attempt that did not decide. Variable. df (degrees of freedom) in [0.25, 1e15]. */
BK_API bk_status bk_fill_student_t(bk_stream *stream, double *values, size_t count, double df);

/* ---- Vectors, orders and samples (rng/multivariate_normal.c, rng/permutation.c) -------------------- */

/* Normal vectors of one mean and covariance. */
typedef struct bk_multivariate_normal bk_multivariate_normal;
/* mean [dimension], covariance [dimension, dimension] symmetric and positive definite, of which the lower
 * triangle is used. Owned by the caller (bk_multivariate_normal_destroy). NULL with BK_INVALID naming the
 * number that is not finite, the pair that differs, or the row at which the Cholesky factor does not exist.
 */
BK_API bk_multivariate_normal *bk_multivariate_normal_create(const double *mean, const double *covariance,
                                                             size_t dimension);
BK_API void bk_multivariate_normal_destroy(bk_multivariate_normal *distribution);
/* The Cholesky factor, row-major [dimension, dimension] with zeros above the diagonal; lives with it. */
BK_API const double *bk_multivariate_normal_factor(const bk_multivariate_normal *distribution);
/* multivariate-normal-cholesky-f64-v1: values [count, dimension]; x_i = mean_i + (L_i0 z_0 + ... + L_ii z_i),
 * summed up from the left, z one fill of normal-box-muller-f64-v1 a vector: 2 ceil(dimension / 2) draws. */
BK_API void bk_fill_multivariate_normal(bk_stream *stream, const bk_multivariate_normal *distribution,
                                        double *values, size_t count);

/* shuffle-fisher-yates-v1: puts items [count] of size bytes each into a random order. For i = count - 1 down
 * to 1, item i changes places with item j, the i + 1 bounded integer-multiply-high-64-v1; count - 1 draws.
 * The probability of an order is off by less than count^2 / 2^64 relative. size at least 1. */
BK_API bk_status bk_shuffle(bk_stream *stream, void *items, size_t count, size_t size);
/* count indices in [0, population), with replacement: integer-multiply-high-64-v1, one draw each.
 * population at least 1. */
BK_API bk_status bk_sample_with_replacement(bk_stream *stream, uint64_t *indices, size_t count,
                                            uint64_t population);
/* sample-floyd-v1: count different indices in [0, population), every ordered sample equally probable (within
 * 2^-64 population relative a draw): Floyd's method (Bentley & Floyd 1987), for j = population - count up to
 * population - 1 the j + 1 bounded integer-multiply-high-64-v1, or j where it is taken; then
 * shuffle-fisher-yates-v1. 2 count - 1 draws, memory and time proportional to count. BK_INVALID for
 * count > population. */
BK_API bk_status bk_sample_without_replacement(bk_stream *stream, uint64_t *indices, size_t count,
                                               uint64_t population);

/* ---- The table of transforms (rng/transforms.c) ---------------------------------------------------- */

typedef struct bk_transform_facts {
    const char *name;   /* "uniform-f64-v1" */
    const char *draws;  /* 64-bit draws a value: "1", "1/2", "variable" */
    const char *domain; /* of its parameters */
} bk_transform_facts;
BK_API size_t bk_transform_count(void);
BK_API const bk_transform_facts *bk_transform_row(size_t row);
/* The versioned names of all transforms from bits to variates, separated by blanks; every results file
 * records them. Lives for ever. */
BK_API const char *bk_transform_names(void);

#ifdef __cplusplus
}
#endif
#endif
