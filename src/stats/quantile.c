/* SPDX-License-Identifier: GPL-3.0-or-later
 * Sorting by radix, quantiles of type 7, and their Monte Carlo spread. */
#include "stats/quantile.h"

#include <math.h>
#include <string.h>

#include "stats/interval.h"

#define DIGITS  8 /* bytes of a key */
#define BUCKETS 256

/* The bits of a double that is a number as a whole number of the same order; 0 and -0 become one. */
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

/* By `digits` bytes from bit `low` up; returns whichever of the two holds the keys then. A byte that all keys
 * share needs no pass. */
static uint64_t *sort_by_digits(uint64_t *keys, uint64_t *spare, size_t count, unsigned low, unsigned digits)
{
    size_t digit_count[DIGITS][BUCKETS] = {{0}};
    for (size_t i = 0; i < count; i++) {
        for (unsigned digit = 0; digit < digits; digit++) {
            digit_count[digit][keys[i] >> (low + 8 * digit) & (BUCKETS - 1)]++;
        }
    }
    for (unsigned digit = 0; digit < digits; digit++) {
        const unsigned shift = low + 8 * digit;
        if (digit_count[digit][keys[0] >> shift & (BUCKETS - 1)] < count) {
            sort_by_digit(spare, keys, count, digit_count[digit], shift);
            uint64_t *sorted = spare;
            spare = keys;
            keys = sorted;
        }
    }
    return keys;
}

/* Sorts keys that nearly are; false, still with all keys, where they are not. */
static bool settle(uint64_t *keys, size_t count)
{
    size_t moves = 0;
    for (size_t i = 1; i < count && moves <= 8 * count; i++) {
        const uint64_t key = keys[i];
        size_t place = i;
        for (; place > 0 && keys[place - 1] > key; place--) {
            keys[place] = keys[place - 1];
            moves++;
        }
        keys[place] = key;
    }
    return moves <= 8 * count;
}

/* Returns whichever of the two holds the sorted keys. Replicates of one bootstrap differ in their 24 highest
 * bits that differ at all, but for a few that lie side by side. */
static const uint64_t *sort_keys(uint64_t *keys, uint64_t *spare, size_t count)
{
    uint64_t differing = 0;
    for (size_t i = 1; i < count; i++) {
        differing |= keys[i] ^ keys[0];
    }
    if (differing == 0) {
        return keys;
    }
    const unsigned bits = 64 - (unsigned)__builtin_clzll(differing);
    uint64_t *sorted = sort_by_digits(keys, spare, count, bits > 24 ? bits - 24 : 0, 3);
    if (bits <= 24 || settle(sorted, count)) {
        return sorted;
    }
    return sort_by_digits(sorted, sorted == keys ? spare : keys, count, 0, DIGITS);
}

bk_status bk_sort_values(double *values, size_t count)
{
    uint64_t *keys = bk_allocate(count, 2 * sizeof *keys);
    if (!keys) {
        return bk_error_status();
    }
    for (size_t i = 0; i < count; i++) {
        keys[i] = key_of(values[i]);
    }
    const uint64_t *ascending = count > 0 ? sort_keys(keys, keys + count, count) : keys;
    for (size_t i = 0; i < count; i++) {
        values[i] = value_of(ascending[i]);
    }
    bk_free(keys);
    return BK_OK;
}

/* Merges order[begin..middle) and order[middle..end) into merged. */
static void merge_runs(uint32_t *merged, const uint32_t *order, const double *values, size_t begin,
                       size_t middle, size_t end)
{
    size_t a = begin, b = middle;
    for (size_t i = begin; i < end; i++) {
        const bool first = b >= end || (a < middle && !(values[order[b]] < values[order[a]]));
        merged[i] = first ? order[a++] : order[b++];
    }
}

bk_status bk_sort_order(uint32_t *order, const double *values, size_t count)
{
    uint32_t *spare = bk_allocate(count, sizeof *spare);
    if (!spare) {
        return bk_error_status();
    }
    for (size_t i = 0; i < count; i++) {
        order[i] = (uint32_t)i;
    }
    for (size_t run = 1; run < count; run *= 2) {
        for (size_t begin = 0; begin < count; begin += 2 * run) {
            const size_t middle = count - begin < run ? count : begin + run;
            const size_t end = count - middle < run ? count : middle + run;
            merge_runs(spare, order, values, begin, middle, end);
        }
        memcpy(order, spare, count * sizeof *order);
    }
    bk_free(spare);
    return BK_OK;
}

double *bk_sorted_copy(const double *values, size_t count)
{
    double *sorted = bk_allocate(count, sizeof *sorted);
    if (!sorted) {
        return NULL;
    }
    memcpy(sorted, values, count * sizeof *sorted);
    if (bk_sort_values(sorted, count) != BK_OK) {
        bk_free(sorted);
        return NULL;
    }
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
    if (share == 0) {
        return sorted[below]; /* the next one may be infinite */
    }
    return sorted[below] + share * (sorted[below + 1] - sorted[below]);
}

double bk_quantile_rank(size_t count, double level, bk_quantile_rule rule)
{
    const double inside = level > 0 ? (level < 1 ? level : 1) : 0;
    if (rule == BK_QUANTILE_TYPE_7) {
        return 1 + inside * (double)(count - 1);
    }
    const double rank = inside * (double)(count + 1);
    return rank < 1 ? 1 : rank > (double)count ? (double)count : rank;
}

double bk_quantile_ruled(const double *sorted, size_t count, double level, bk_quantile_rule rule)
{
    if (rule == BK_QUANTILE_TYPE_7) {
        return bk_quantile_sorted(sorted, count, level);
    }
    const double rank = (double)(count + 1) * level;
    const size_t below = rank > 0 ? (size_t)rank : 0;
    if (below < 1) {
        return sorted[0];
    }
    if (below >= count) {
        return sorted[count - 1];
    }
    if ((double)below == rank) {
        return sorted[below - 1];
    }
    const double z = bk_normal_quantile(level);
    const double z_below = bk_normal_quantile((double)below / (double)(count + 1));
    const double z_above = bk_normal_quantile((double)(below + 1) / (double)(count + 1));
    return sorted[below - 1] + (z - z_below) / (z_above - z_below) * (sorted[below] - sorted[below - 1]);
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
    if (!isfinite(variance)) {
        return (double)NAN; /* the moves reach infinite values */
    }
    return variance > 0 ? sqrt(variance) : 0;
}
