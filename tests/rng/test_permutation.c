/* SPDX-License-Identifier: GPL-3.0-or-later
 * Random orders and samples: every order and every ordered sample is equally frequent, the documented draws,
 * and no index twice. Chi-square thresholds are exceeded with probability 1e-10. */
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include "brisk/rng.h"

enum { repetitions = 240000 };

/* Chi-square of the codes (digits of base 5) that occurred against equal frequencies of all. */
static double chi_square(const int *counts, int cells, int expected_cells)
{
    const double expected = (double)repetitions / expected_cells;
    double sum = 0.0;
    int occupied = 0;
    for (int i = 0; i < cells; i++) {
        if (counts[i] > 0) {
            sum += (counts[i] - expected) * (counts[i] - expected) / expected;
            occupied++;
        }
    }
    return sum + (expected_cells - occupied) * expected;
}

static int code_of(const uint64_t *items, int count)
{
    int code = 0;
    for (int i = 0; i < count; i++) {
        code = 5 * code + (int)items[i];
    }
    return code;
}

/* The fault: an item changes places with any other, not with one of those that are left. */
static double shuffle_statistic(bool faulty)
{
    static int counts[625];
    memset(counts, 0, sizeof counts);
    bk_stream stream = bk_stream_open(20240615, 1038, 0);
    for (int r = 0; r < repetitions; r++) {
        uint64_t items[4] = {0, 1, 2, 3};
        if (faulty) {
            for (int i = 0; i < 4; i++) {
                uint64_t j;
                cr_assert(bk_fill_integer_u64(&stream, &j, 1, 4) == BK_OK);
                const uint64_t held = items[i];
                items[i] = items[j];
                items[j] = held;
            }
        } else {
            cr_assert(bk_shuffle(&stream, items, 4, sizeof items[0]) == BK_OK);
        }
        counts[code_of(items, 4)]++;
    }
    return chi_square(counts, 625, 24);
}

Test(permutation, all_orders_of_four)
{
    const double threshold = 95.1; /* 23 degrees of freedom */
    cr_assert(shuffle_statistic(false) < threshold);
    cr_assert(shuffle_statistic(true) > threshold);
}

/* The fault: Floyd's set in the order in which it arises. */
static double sample_statistic(bool faulty)
{
    static int counts[125];
    memset(counts, 0, sizeof counts);
    bk_stream stream = bk_stream_open(20240615, 1038, 1);
    for (int r = 0; r < repetitions; r++) {
        uint64_t items[3];
        for (uint64_t i = 0; faulty && i < 3; i++) {
            uint64_t t;
            cr_assert(bk_fill_integer_u64(&stream, &t, 1, 3 + i) == BK_OK);
            const bool taken = (i > 0 && items[0] == t) || (i > 1 && items[1] == t);
            items[i] = taken ? 2 + i : t;
        }
        if (!faulty) {
            cr_assert(bk_sample_without_replacement(&stream, items, 3, 5) == BK_OK);
        }
        counts[code_of(items, 3)]++;
    }
    return chi_square(counts, 125, 60);
}

Test(permutation, all_ordered_samples_of_three_from_five)
{
    const double threshold = 156.3; /* 59 degrees of freedom */
    cr_assert(sample_statistic(false) < threshold);
    cr_assert(sample_statistic(true) > threshold);
}

Test(permutation, shuffle_is_the_documented_formula)
{
    enum { most = 300 };
    for (size_t size = 1; size <= 130; size += 43) {
        unsigned char items[most * 130], expected[most * 130], held[130];
        for (size_t i = 0; i < sizeof items; i++) {
            items[i] = expected[i] = (unsigned char)(i / size * 7 + i % size);
        }
        bk_stream stream = bk_stream_open(1, 1038, size), same = stream;
        cr_assert(bk_shuffle(&stream, items, most, size) == BK_OK);
        for (size_t i = most - 1; i >= 1; i--) {
            uint64_t j;
            cr_assert(bk_fill_integer_u64(&same, &j, 1, i + 1) == BK_OK);
            memcpy(held, expected + i * size, size);
            memmove(expected + i * size, expected + j * size, size);
            memcpy(expected + j * size, held, size);
        }
        cr_assert(memcmp(items, expected, most * size) == 0);
        cr_assert(memcmp(&stream, &same, sizeof same) == 0);
    }
    bk_stream stream = bk_stream_open(1, 1038, 2), before = stream;
    cr_assert(bk_shuffle(&stream, NULL, 0, 4) == BK_OK && bk_shuffle(&stream, "x", 1, 1) == BK_OK);
    cr_assert(memcmp(&stream, &before, sizeof stream) == 0);
}

static int compare(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

Test(permutation, samples_hold_no_index_twice)
{
    static uint64_t indices[20000];
    const uint64_t populations[] = {20000, 20001, 40000, 1000000, UINT64_C(1) << 40, UINT64_MAX};
    for (int p = 0; p < 6; p++) {
        bk_stream stream = bk_stream_open(1, 1039, (uint64_t)p), counted = stream;
        cr_assert(bk_sample_without_replacement(&stream, indices, 20000, populations[p]) == BK_OK);
        bk_stream_advance(&counted, 2 * 20000 - 1);
        cr_assert(memcmp(&counted, &stream, sizeof stream) == 0);
        qsort(indices, 20000, sizeof indices[0], compare);
        for (int i = 0; i < 20000; i++) {
            cr_assert(indices[i] < populations[p] && (i == 0 || indices[i] > indices[i - 1]));
        }
    }
    bk_stream stream = bk_stream_open(1, 1039, 9), before = stream;
    cr_assert(bk_sample_without_replacement(&stream, indices, 0, 0) == BK_OK);
    cr_assert(memcmp(&before, &stream, sizeof stream) == 0);
}

Test(permutation, with_replacement_is_the_bounded_integer)
{
    uint64_t a[100], b[100];
    bk_stream stream = bk_stream_open(1, 1039, 10), same = stream;
    cr_assert(bk_sample_with_replacement(&stream, a, 100, 77) == BK_OK);
    cr_assert(bk_fill_integer_u64(&same, b, 100, 77) == BK_OK);
    cr_assert(memcmp(a, b, sizeof a) == 0);
}
