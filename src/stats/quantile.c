/* SPDX-License-Identifier: GPL-3.0-or-later
 * Sorting by radix, quantiles of type 7, and their Monte Carlo spread. */
#include "stats/quantile.h"

#include <math.h>
#include <string.h>

#define DIGITS  8 /* bytes of a key */
#define BUCKETS 256

/* The bits of a finite double as a whole number of the same order; 0 and -0 become one. */
static uint64_t key_of(double value)
{
    uint64_t bits;
    value += 0.0;
    memcpy(&bits, &value, sizeof bits);
    return bits >> 63 ? ~bits : bits | (uint64_t)1 << 63;
}

static double value_of(uint64_t key)
{
    const uint64_t bits = key >> 63 ? key & ~((uint64_t)1 << 63) : ~key;
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* One stable pass by the byte at shift; first [BUCKETS] holds how many keys have each byte. */
static void sort_by_digit(uint64_t *to, const uint64_t *from, size_t count, size_t *first, unsigned shift)
{
    size_t position = 0;
    for (size_t bucket = 0; bucket < BUCKETS; bucket++) {
        const size_t here = first[bucket];
        first[bucket] = position;
        position += here;
    }
    for (size_t i = 0; i < count; i++) {
        to[first[from[i] >> shift & (BUCKETS - 1)]++] = from[i];
    }
}

/* Returns whichever of the two holds the sorted keys. A byte that all keys share needs no pass:
 * replicates of one bootstrap share their high bytes. */
static const uint64_t *sort_keys(uint64_t *keys, uint64_t *spare, size_t count)
{
    size_t digit_count[DIGITS][BUCKETS] = {{0}};
    for (size_t i = 0; i < count; i++) {
        for (size_t digit = 0; digit < DIGITS; digit++) {
            digit_count[digit][keys[i] >> 8 * digit & (BUCKETS - 1)]++;
        }
    }
    for (unsigned digit = 0; digit < DIGITS; digit++) {
        if (digit_count[digit][keys[0] >> 8 * digit & (BUCKETS - 1)] < count) {
            sort_by_digit(spare, keys, count, digit_count[digit], 8 * digit);
            uint64_t *sorted = spare;
            spare = keys;
            keys = sorted;
        }
    }
    return keys;
}

double *bk_sorted_copy(const double *values, size_t count)
{
    double *sorted = bk_allocate(count, sizeof *sorted);
    uint64_t *keys = bk_allocate(count, 2 * sizeof *keys);
    if (!sorted || !keys) {
        bk_free(sorted);
        bk_free(keys);
        return NULL;
    }
    for (size_t i = 0; i < count; i++) {
        keys[i] = key_of(values[i]);
    }
    const uint64_t *ascending = count > 0 ? sort_keys(keys, keys + count, count) : keys;
    for (size_t i = 0; i < count; i++) {
        sorted[i] = value_of(ascending[i]);
    }
    bk_free(keys);
    return sorted;
}

double bk_quantile_sorted(const double *sorted, size_t count, double level)
{
    const double inside = level > 0 ? (level < 1 ? level : 1) : 0;
    const double position = inside * (double)(count - 1);
    const size_t below = (size_t)position;
    if (below + 1 >= count) {
        return sorted[count - 1];
    }
    const double share = position - (double)below;
    return sorted[below] + share * (sorted[below + 1] - sorted[below]);
}

double bk_quantile_spread(const double *sorted, size_t count, double level, double level_sd)
{
    /* The delta method would divide level_sd by the density of the replicates. On a lattice there is
     * none: the quantile stands still until its level crosses a step. So the moves are averaged over
     * the normal law itself, at 81 nodes up to 4 standard deviations. */
    const double center = bk_quantile_sorted(sorted, count, level);
    double weight = 0;
    double moved = 0;
    double moved_squares = 0;
    for (int node = -40; node <= 40; node++) {
        const double z = node / 10.0;
        const double w = exp(-z * z / 2);
        const double move = bk_quantile_sorted(sorted, count, level + z * level_sd) - center;
        weight += w;
        moved += w * move;
        moved_squares += w * move * move;
    }
    const double mean = moved / weight;
    const double variance = moved_squares / weight - mean * mean;
    return variance > 0 ? sqrt(variance) : 0;
}
