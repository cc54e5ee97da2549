/* SPDX-License-Identifier: GPL-3.0-or-later
 * Of hash_kernels.c: what runs the kernels of raw draws, whole numbers and resampling. */
#ifndef BRISK_TESTS_KERNEL_DRAWS_H
#define BRISK_TESTS_KERNEL_DRAWS_H

#include "kernel_arguments.h"

/* Raw draws and whole numbers. */
typedef void (*kind_fill)(uint64_t *, uint64_t *, const uint64_t *, size_t);
static void fill(size_t row, kind_fill f)
{
    static uint64_t raw[capacity];
    const uint64_t increment[2] = {draws[0], draws[1] | 1U};
    uint64_t state[2] = {draws[2], draws[5]};
    f(raw, state, increment, count);
    hashes[row] = hash_bytes(hashes[row], raw, count * sizeof raw[0]);
    hashes[row] = hash_bytes(hashes[row], state, sizeof state);
}

typedef void (*kind_integers_u32)(uint32_t *, const uint64_t *, size_t, uint64_t);
static void integers_u32(size_t row, kind_integers_u32 f)
{
    static uint32_t integers[capacity];
    f(integers, draws, count, 1000003);
    hashes[row] = hash_bytes(hashes[row], integers, count * sizeof integers[0]);
}

typedef void (*kind_integers_u64)(uint64_t *, const uint64_t *, size_t, uint64_t);
static void integers_u64(size_t row, kind_integers_u64 f)
{
    static uint64_t integers[capacity];
    f(integers, draws, count, UINT64_C(12345678901234567));
    hashes[row] = hash_bytes(hashes[row], integers, count * sizeof integers[0]);
}

/* Resampling: sums over count things and pairs of them, in quarters of draws or split. */
typedef size_t (*kind_resample_16)(double *, const double *, size_t, const uint64_t *, size_t);
static void resample_16(size_t row, kind_resample_16 f)
{
    static double things[2 * (capacity + 1)];
    double lanes[16] = {0};
    const size_t n = count / 2 + 1;
    memcpy(things, a_f64, count * sizeof things[0]);
    memset(things + n, 0, (n + 2) * sizeof things[0]);         /* behind the things there is nothing, ... */
    memcpy(things + n + 1, b_f64, (n - 1) * sizeof things[0]); /* ... in single file and in pairs */
    const uint64_t none = f(lanes, things, n, draws, 2 * count);
    hashes[row] = hash_bytes(hashes[row], &none, sizeof none);
    add_f64(row, lanes, 16);
}

typedef size_t (*kind_resample_index_16)(uint32_t *, size_t, const uint64_t *, size_t);
static void resample_index_16(size_t row, kind_resample_index_16 f)
{
    static uint32_t index[2 * capacity];
    const size_t found = 2 * count - f(index, count + 1, draws, 2 * count);
    hashes[row] = hash_bytes(hashes[row], index, found * sizeof index[0]);
}

enum { resamples = 5 };
static uint64_t resample_state[2 * resamples], resample_increment[2 * resamples];
static void start_resamples(void)
{
    for (size_t i = 0; i < 2 * resamples; i++) {
        resample_state[i] = draws[i];
        resample_increment[i] = draws[i + 1] | 1U;
    }
}

typedef void (*kind_resample_split)(double *, const double *, size_t, uint64_t *, const uint64_t *, size_t);
static void resample_split(size_t row, kind_resample_split f)
{
    double lanes[16 * resamples] = {0};
    start_resamples();
    f(lanes, a_f64, count < 2 ? 1 : count / 2, resample_state, resample_increment, resamples);
    add_f64(row, lanes, 16 * resamples);
}

typedef void (*kind_resample_index_split)(uint32_t *, size_t, uint64_t *, const uint64_t *);
static void resample_index_split(size_t row, kind_resample_index_split f)
{
    static uint32_t index[capacity + 1];
    start_resamples();
    f(index, count + 1, resample_state, resample_increment);
    hashes[row] = hash_bytes(hashes[row], index, (count + 1) * sizeof index[0]);
}

#endif
