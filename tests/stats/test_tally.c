/* SPDX-License-Identifier: GPL-3.0-or-later
 * Tallies against a plain sorted array: any order, any number of keys, the limit, failures. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "brisk/stats.h"

typedef struct occurrence {
    uint64_t key, times;
} occurrence;

static int by_key(const void *a, const void *b)
{
    const uint64_t x = ((const occurrence *)a)->key;
    const uint64_t y = ((const occurrence *)b)->key;
    return (x > y) - (x < y);
}

/* Sorts and joins equal keys; those that never occur fall out. How many stay. */
static size_t count_plainly(occurrence *all, size_t n)
{
    qsort(all, n, sizeof *all, by_key);
    size_t distinct = 0;
    for (size_t i = 0; i < n; i++) {
        if (all[i].times == 0) {
            continue;
        }
        if (distinct > 0 && all[distinct - 1].key == all[i].key) {
            all[distinct - 1].times += all[i].times;
        } else {
            all[distinct++] = all[i];
        }
    }
    return distinct;
}

static void add_all(bk_tally *tally, const occurrence *all, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        cr_assert_eq(bk_tally_add(tally, all[i].key, all[i].times), BK_OK, "%s", bk_error_message());
    }
}

static void expect_content(const bk_tally *tally, const occurrence *expected, size_t distinct)
{
    cr_assert_eq(tally->distinct, distinct);
    uint64_t *key = malloc((distinct + 1) * sizeof *key);
    uint64_t *count = malloc((distinct + 1) * sizeof *count);
    key[distinct] = count[distinct] = 77;
    cr_assert_eq(bk_tally_sorted(key, count, tally), BK_OK);
    uint64_t total = 0;
    for (size_t i = 0; i < distinct; i++) {
        cr_assert(key[i] == expected[i].key && count[i] == expected[i].times, "%zu: %llu %llu times", i,
                  (unsigned long long)key[i], (unsigned long long)count[i]);
        total += count[i];
    }
    cr_assert(key[distinct] == 77 && count[distinct] == 77);
    cr_assert_eq(tally->total, total);
    free(key);
    free(count);
}

enum { KINDS = 5 };

/* Keys near each other, far apart, with equal low bits, of the extremes, all equal. */
static uint64_t key_of(size_t kind, uint64_t u)
{
    switch (kind) {
    case 0:
        return u % 1000;
    case 1:
        return u;
    case 2:
        return u % 4000 << 45;
    case 3:
        return u % 2 == 0 ? UINT64_MAX - u % 90 : u % 91;
    default:
        return 5;
    }
}

static void fill(occurrence *all, size_t n, size_t kind)
{
    bk_stream stream = bk_stream_open(1, BK_PURPOSE_USER + 46, kind);
    for (size_t i = 0; i < n; i++) {
        all[i].key = key_of(kind, bk_stream_next(&stream) >> 3);
        all[i].times = (bk_stream_next(&stream) >> 40) % 4;
    }
}

static void shuffle(occurrence *all, size_t n, uint64_t index)
{
    bk_stream stream = bk_stream_open(1, BK_PURPOSE_USER + 47, index);
    cr_assert_eq(bk_shuffle(&stream, all, n, sizeof *all), BK_OK);
}

Test(tally, counts_like_a_sorted_array_in_any_order)
{
    enum { N = 20000 };
    static occurrence all[N];
    static occurrence expected[N];
    for (size_t kind = 0; kind < KINDS; kind++) {
        for (size_t n = 0; n <= N; n = 3 * n + 1) {
            fill(all, n, kind);
            memcpy(expected, all, n * sizeof *all);
            const size_t distinct = count_plainly(expected, n);
            for (uint64_t order = 0; order < 3; order++) {
                bk_tally tally = {0};
                add_all(&tally, all, n);
                expect_content(&tally, expected, distinct);
                cr_assert(!tally.full && 2 * distinct <= tally.capacity + 1);
                bk_tally_clear(&tally);
                bk_tally_clear(&tally);
                cr_assert(tally.key == NULL && tally.total == 0);
                shuffle(all, n, order);
            }
        }
    }
}

Test(tally, grows_without_losing_a_key)
{
    enum { N = 5000 };
    bk_tally tally = {0};
    for (uint64_t i = 0; i < N; i++) {
        cr_assert_eq(bk_tally_add(&tally, i * i, i + 1), BK_OK);
        cr_assert(tally.distinct == i + 1 && tally.capacity > tally.distinct);
        cr_assert_eq(tally.capacity & (tally.capacity - 1), 0);
    }
    static occurrence expected[N];
    for (uint64_t i = 0; i < N; i++) {
        expected[i] = (occurrence){i * i, i + 1};
    }
    expect_content(&tally, expected, N);
    bk_tally_clear(&tally);
}

/* Whether it gives up depends on the keys alone, and nothing but the total is left of it then. */
Test(tally, the_limit_is_a_number_of_keys_not_an_order)
{
    enum { N = 900 };
    static occurrence all[N];
    static occurrence expected[N];
    fill(all, N, 0);
    memcpy(expected, all, sizeof all);
    const size_t distinct = count_plainly(expected, N);
    uint64_t total = 0;
    for (size_t i = 0; i < N; i++) {
        total += all[i].times;
    }
    for (size_t limit = 1; limit < 2 * distinct; limit += limit + 2 < distinct || limit > distinct ? 31 : 1) {
        for (uint64_t order = 0; order < 4; order++) {
            shuffle(all, N, 100 + order);
            bk_tally tally = {.limit = limit};
            add_all(&tally, all, N);
            cr_assert_eq(tally.full, distinct > limit, "limit %zu, %zu keys", limit, distinct);
            cr_assert_eq(tally.total, total);
            cr_assert_eq(tally.limit, limit);
            if (tally.full) {
                cr_assert(tally.distinct == 0 && tally.capacity == 0 && tally.key == NULL);
                cr_assert_eq(bk_tally_sorted(NULL, NULL, &tally), BK_OK);
            } else {
                expect_content(&tally, expected, distinct);
            }
            bk_tally_clear(&tally);
        }
    }
}

Test(tally, stays_full_for_good)
{
    bk_tally tally = {.limit = 2};
    for (uint64_t i = 0; i < 100; i++) {
        cr_assert_eq(bk_tally_add(&tally, i % 2, 1), BK_OK);
    }
    cr_assert_eq(bk_tally_add(&tally, 9, 0), BK_OK);
    cr_assert_not(tally.full, "no occurrence, no key");
    cr_assert_eq(bk_tally_add(&tally, 9, 3), BK_OK);
    cr_assert(tally.full && tally.total == 103);
    cr_assert_eq(bk_tally_add(&tally, 0, 1), BK_OK);
    cr_assert(tally.full && tally.total == 104 && tally.distinct == 0 && tally.key == NULL);
    bk_tally_clear(&tally);
    bk_tally never = {.full = true}; /* by whoever wants none */
    cr_assert_eq(bk_tally_add(&never, 1, 1), BK_OK);
    cr_assert(never.full && never.key == NULL);
}

static bool same_table(const bk_tally *a, const bk_tally *b)
{
    return a->distinct == b->distinct && a->total == b->total && a->full == b->full && a->key == b->key &&
           a->count == b->count && a->capacity == b->capacity && a->limit == b->limit;
}

Test(tally, refuses_more_occurrences_than_it_can_count)
{
    bk_tally tally = {0};
    cr_assert_eq(bk_tally_add(&tally, 3, UINT64_MAX - 5), BK_OK);
    cr_assert_eq(bk_tally_add(&tally, 4, 5), BK_OK);
    const bk_tally before = tally;
    cr_assert_eq(bk_tally_add(&tally, 3, 1), BK_OVERFLOW);
    cr_assert(strstr(bk_error_message(), "2^64"), "%s", bk_error_message());
    cr_assert_eq(bk_tally_add(&tally, 8, UINT64_MAX), BK_OVERFLOW);
    cr_assert_eq(bk_tally_add(&tally, 8, 0), BK_OK);
    cr_assert(same_table(&before, &tally));
    bk_tally_clear(&tally);
}

/* Tables that no memory holds: their sizes are refused before anything in them is read. */
Test(tally, is_as_before_where_memory_fails)
{
    const size_t large = SIZE_MAX / 8;
    bk_tally tally = {.capacity = large, .distinct = large / 2 + 1, .total = 5};
    const bk_tally before = tally;
    cr_assert_eq(bk_tally_add(&tally, 3, 1), BK_OVERFLOW);
    cr_assert(strstr(bk_error_message(), "tally: "), "%s", bk_error_message());
    cr_assert(same_table(&before, &tally));
    uint64_t key = 77;
    uint64_t count = 78;
    cr_assert_eq(bk_tally_sorted(&key, &count, &tally), BK_OVERFLOW);
    cr_assert(strstr(bk_error_message(), "tally: ") && key == 77 && count == 78);
    const double median = .5;
    bk_quantile quantile = {.probability = 3};
    cr_assert_eq(bk_quantiles_of_counts(&quantile, &median, 1, &tally), BK_OVERFLOW);
    cr_assert_eq(quantile.probability, 3);
}
