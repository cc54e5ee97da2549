/* SPDX-License-Identifier: GPL-3.0-or-later
 * Of hash_kernels.c: the rows of the tables with their hashes, and the lengths and arguments of a round. */
#ifndef BRISK_TESTS_KERNEL_ARGUMENTS_H
#define BRISK_TESTS_KERNEL_ARGUMENTS_H

#include <math.h>

#include "hash.h"
#include "kernel/kernel.h"

/* Above the block lengths of all kernels, and a multiple of none. The first rounds are as long as that, the
 * others have every length up to past the longest block, for the ends of the loops. */
enum { capacity = 1531, long_rounds = 5, rounds = long_rounds + 140 };
static size_t count, rows, columns, inner, hidden, points;

static void set_lengths(size_t round)
{
    const bool is_long = round < long_rounds;
    const size_t length = is_long ? capacity - round : round - long_rounds;
    count = length;
    points = is_long ? 200 + round : length;
    rows = is_long ? 37 : 1 + length % 11;
    columns = is_long ? 41 : length;
    inner = is_long ? 29 : 1 + length % 7;
    hidden = is_long ? 13 : 1 + length % 5;
}

/* The rows of the tables. */
enum {
#define BK_KERNEL(result, name, parameters) row_##name,
#include "kernel/kernels.def"
#undef BK_KERNEL
    row_count
};
static const char *const names[] = {
#define BK_KERNEL(result, name, parameters) #name,
#include "kernel/kernels.def"
#undef BK_KERNEL
};
/* Of each row, gathered over the rounds. */
static uint64_t hashes[row_count];
static bool unknown[row_count];

/* Sign and payload of a NaN are free: all become one. */
static void add_f32(size_t row, float *y, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        y[i] = isnan(y[i]) ? NAN : y[i];
    }
    hashes[row] = hash_bytes(hashes[row], y, n * sizeof y[0]);
}

static void add_f64(size_t row, double *y, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        y[i] = isnan(y[i]) ? NAN : y[i];
    }
    hashes[row] = hash_bytes(hashes[row], y, n * sizeof y[0]);
}

static void add_i64(size_t row, const int64_t *y, size_t n)
{
    hashes[row] = hash_bytes(hashes[row], y, n * sizeof y[0]);
}

/* ---- Arguments ---- */

/* a, b, c: numbers of moderate size; wild: any bit pattern, and the special ones. */
static float a_f32[capacity], b_f32[capacity], c_f32[capacity], wild_f32[capacity], y_f32[capacity],
    y2_f32[capacity];
static double a_f64[capacity], b_f64[capacity], c_f64[capacity], wild_f64[capacity], y_f64[capacity],
    y2_f64[capacity];
static int64_t a_i64[capacity], b_i64[capacity], c_i64[capacity], wild_i64[capacity], y_i64[capacity];
static uint64_t draws[2 * capacity];

static double moderate(uint64_t *state)
{
    return (double)(int64_t)next_bits(state) * (next_bits(state) % 3 == 0 ? 0x1p-60 : 0x1p-63);
}

static void make_arguments(size_t round)
{
    static const double special[] = {0.0, -0.0,      INFINITY,  -INFINITY, NAN,   1.0,  -1.0,
                                     0.5, 0x1p-1074, 0x1p-1022, 0x1p-149,  88.72, 9.02, -745.13};
    static const int64_t extreme[] = {0, INT64_MIN, INT64_MAX};
    uint64_t state = 1 + round;
    for (size_t i = 0; i < capacity; i++) {
        a_f64[i] = moderate(&state);
        b_f64[i] = i % 7 == 0 ? a_f64[i] : moderate(&state);
        c_f64[i] = moderate(&state);
        a_f32[i] = (float)a_f64[i];
        b_f32[i] = (float)b_f64[i];
        c_f32[i] = (float)c_f64[i];
        a_i64[i] = (int64_t)next_bits(&state);
        b_i64[i] = i % 7 == 0 ? a_i64[i] : (int64_t)next_bits(&state);
        c_i64[i] = i % 3 == 0 ? 0 : a_i64[i];
        wild_i64[i] = i % 5 == 0 ? extreme[i % 3] : (int64_t)next_bits(&state);
        const uint64_t bits = next_bits(&state);
        const uint32_t half = (uint32_t)next_bits(&state);
        memcpy(&wild_f64[i], &bits, sizeof bits);
        memcpy(&wild_f32[i], &half, sizeof half);
    }
    for (size_t i = 0; i < sizeof special / sizeof special[0]; i++) {
        wild_f64[10 * i] = special[i];
        wild_f32[10 * i] = (float)special[i];
    }
    for (size_t i = 0; i < 2 * capacity; i++) {
        draws[i] = next_bits(&state);
    }
    draws[3] = 0;
    draws[4] = UINT64_MAX;
}

typedef float number_f32;
typedef double number_f64;
typedef int64_t number_i64;

#endif
