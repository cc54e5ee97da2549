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

/* Pairs of normals, and points at the means of their components. */
#define PAIRS_AND_PLACES(type)                                                                          \
    typedef void (*kind_pairs_##type)(number_##type *, number_##type *, const uint64_t *, size_t);      \
    static void pairs_##type(size_t row, kind_pairs_##type f)                                           \
    {                                                                                                   \
        f(y_##type, y2_##type, draws, count);                                                           \
        add_##type(row, y_##type, count);                                                               \
        add_##type(row, y2_##type, count);                                                              \
    }                                                                                                   \
    typedef void (*kind_place_##type)(number_##type *, const uint32_t *, size_t, const number_##type *, \
                                      size_t, number_##type);                                           \
    static void place_##type(size_t row, kind_place_##type f)                                           \
    {                                                                                                   \
        static uint32_t component[capacity];                                                            \
        for (size_t means = 1; means <= 7; means++) {                                                   \
            for (size_t i = 0; i < count; i++) {                                                        \
                component[i] = (uint32_t)(draws[i] % means);                                            \
            }                                                                                           \
            memcpy(y_##type, a_##type, count * sizeof y_##type[0]);                                     \
            f(y_##type, component, count, b_##type, means, c_##type[0]);                                \
            add_##type(row, y_##type, count);                                                           \
        }                                                                                               \
    }
PAIRS_AND_PLACES(f32)
PAIRS_AND_PLACES(f64)

/* Resampling: sums over things and over pairs of them, and how often each was drawn; as many draws as things,
 * and so many more that what is rare in a bootstrap happens. */
enum { resamples = 37 };
static uint64_t resample_state[2 * resamples], resample_increment[2 * resamples];
static size_t start_resamples(void)
{
    for (size_t i = 0; i < 2 * resamples; i++) {
        resample_state[i] = draws[i];
        resample_increment[i] = draws[i + 1] | 1U;
    }
    return count < 2 ? 1 : count / 2;
}

typedef void (*kind_resample_sums)(double *, const double *, size_t, size_t, const uint64_t *,
                                   const uint64_t *, size_t);
static void resample_sums(size_t row, kind_resample_sums f)
{
    static double things[capacity + 16];
    static double lanes[16 * resamples];
    const size_t n = start_resamples();
    memcpy(things, a_f64, 2 * n * sizeof things[0]);
    memset(things + n, 0, 8 * sizeof things[0]); /* for singles; pairs may use what follows them */
    for (size_t times = 1; times < 40; times += 24) {
        f(lanes, things, n, times * n, resample_state, resample_increment, resamples);
        add_f64(row, lanes, 16 * resamples);
    }
}

typedef void (*kind_resample_counts)(uint32_t *, size_t, size_t, const uint64_t *, const uint64_t *, size_t);
static void resample_counts(size_t row, kind_resample_counts f)
{
    static uint32_t counts[(capacity + 1) * resamples];
    const size_t n = start_resamples();
    for (size_t times = 1; times < 40; times += 24) {
        f(counts, n, times * n, resample_state, resample_increment, resamples);
        hashes[row] = hash_bytes(hashes[row], counts, n * resamples * sizeof counts[0]);
    }
}

#endif
