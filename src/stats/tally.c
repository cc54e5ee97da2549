/* SPDX-License-Identifier: GPL-3.0-or-later
 * Frequencies of distinct keys in a hash table with open addressing. Its content is a set of whole numbers:
 * whatever way keys come in, the sorted view is the same. */
#include <stdlib.h>

#include "brisk/tally.h"

#define FIRST_CAPACITY 64

/* Splits neighbouring keys apart (Steele, Lea & Flood 2014, the mix of SplitMix64). */
static uint64_t scatter(uint64_t key)
{
    key = (key ^ (key >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    key = (key ^ (key >> 27)) * UINT64_C(0x94d049bb133111eb);
    return key ^ (key >> 31);
}

/* The slot of key, or the free one where it belongs. There is always a free slot. */
static size_t slot_of(const bk_tally *tally, uint64_t key)
{
    size_t slot = (size_t)scatter(key) & (tally->capacity - 1);
    while (tally->count[slot] != 0 && tally->key[slot] != key) {
        slot = (slot + 1) & (tally->capacity - 1);
    }
    return slot;
}

static bk_status grow(bk_tally *tally)
{
    bk_tally larger = *tally;
    larger.capacity = tally->capacity == 0 ? FIRST_CAPACITY : 2 * tally->capacity;
    larger.key = bk_allocate(larger.capacity, sizeof *larger.key);
    larger.count = bk_allocate(larger.capacity, sizeof *larger.count);
    if (larger.key == NULL || larger.count == NULL) {
        bk_free(larger.key);
        bk_free(larger.count);
        return bk_fail_within("tally: a table of %zu keys", larger.capacity);
    }
    for (size_t i = 0; i < tally->capacity; i++) {
        if (tally->count[i] != 0) {
            const size_t slot = slot_of(&larger, tally->key[i]);
            larger.key[slot] = tally->key[i];
            larger.count[slot] = tally->count[i];
        }
    }
    bk_free(tally->key);
    bk_free(tally->count);
    *tally = larger;
    return BK_OK;
}

static void give_up(bk_tally *tally)
{
    const size_t limit = tally->limit;
    const uint64_t total = tally->total;
    bk_tally_clear(tally);
    tally->limit = limit;
    tally->total = total;
    tally->full = true;
}

bk_status bk_tally_add(bk_tally *tally, uint64_t key, uint64_t times)
{
    if (times > UINT64_MAX - tally->total) {
        return bk_fail(BK_OVERFLOW,
                       "tally: %llu occurrences and %llu more are above 2^64 - 1; use a tally for each part",
                       (unsigned long long)tally->total, (unsigned long long)times);
    }
    if (times == 0) {
        return BK_OK;
    }
    if (!tally->full && 2 * tally->distinct >= tally->capacity) {
        BK_TRY(grow(tally));
    }
    tally->total += times;
    if (tally->full) {
        return BK_OK;
    }
    const size_t slot = slot_of(tally, key);
    if (tally->count[slot] == 0) {
        if (tally->limit > 0 && tally->distinct == tally->limit) {
            give_up(tally);
            return BK_OK;
        }
        tally->key[slot] = key;
        tally->distinct++;
    }
    tally->count[slot] += times;
    return BK_OK;
}

typedef struct pair {
    uint64_t key, count;
} pair;

static int by_key(const void *a, const void *b)
{
    const uint64_t x = ((const pair *)a)->key;
    const uint64_t y = ((const pair *)b)->key;
    return (x > y) - (x < y);
}

bk_status bk_tally_sorted(uint64_t *key, uint64_t *count, const bk_tally *tally)
{
    pair *pairs = bk_allocate(tally->distinct, sizeof *pairs);
    if (pairs == NULL) {
        return bk_fail_within("tally: sorting");
    }
    size_t n = 0;
    for (size_t i = 0; i < tally->capacity; i++) {
        if (tally->count[i] != 0) {
            pairs[n++] = (pair){tally->key[i], tally->count[i]};
        }
    }
    qsort(pairs, n, sizeof *pairs, by_key);
    for (size_t i = 0; i < n; i++) {
        key[i] = pairs[i].key;
        count[i] = pairs[i].count;
    }
    bk_free(pairs);
    return BK_OK;
}

void bk_tally_clear(bk_tally *tally)
{
    bk_free(tally->key);
    bk_free(tally->count);
    *tally = (bk_tally){0};
}
