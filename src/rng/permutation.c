/* SPDX-License-Identifier: GPL-3.0-or-later
 * Random orders and samples of indices. */
#include <string.h>

#include "brisk/rng.h"
#include "rng/draw.h"

static void swap(unsigned char *a, unsigned char *b, size_t size)
{
    unsigned char held[64];
    for (size_t done = 0; done < size; done += sizeof held) {
        const size_t now = bk_smaller(size - done, sizeof held);
        memcpy(held, a + done, now);
        memcpy(a + done, b + done, now);
        memcpy(b + done, held, now);
    }
}

bk_status bk_shuffle(bk_stream *stream, void *items, size_t count, size_t size)
{
    size_t bytes;
    if (size == 0) {
        return bk_fail(BK_INVALID, "shuffle: size is 0, an item has at least 1 byte");
    }
    if (!bk_multiply_sizes(&bytes, count, size)) {
        return bk_fail(BK_OVERFLOW, "shuffle: %zu items of %zu bytes do not fit in memory", count, size);
    }
    unsigned char *item = items;
    bk_stream own = *stream;
    for (size_t i = count; i-- > 1;) {
        const size_t j = (size_t)bk_multiply_high(bk_stream_next(&own), (uint64_t)i + 1);
        if (i != j) {
            swap(item + i * size, item + j * size, size);
        }
    }
    *stream = own;
    return BK_OK;
}

bk_status bk_sample_with_replacement(bk_stream *stream, uint64_t *indices, size_t count, uint64_t population)
{
    if (population == 0) {
        return bk_fail(BK_INVALID, "sample with replacement: population is 0, it must be at least 1");
    }
    return bk_fill_integer_u64(stream, indices, count, population);
}

/* A set of numbers below 2^64 - 1 in open addressing, at most half full. A slot holds number + 1, 0: free. */
typedef struct number_set {
    uint64_t *slots;
    int shift; /* 64 - log2(number of slots) */
} number_set;

static bk_status make_set(number_set *set, size_t count)
{
    size_t slots = 2;
    set->shift = 63;
    while (slots / 2 < count) {
        if (!bk_multiply_sizes(&slots, slots, 2)) {
            return bk_fail(BK_OVERFLOW, "sample without replacement: count is %zu, too large", count);
        }
        set->shift--;
    }
    set->slots = bk_allocate(slots, sizeof *set->slots);
    return set->slots == NULL ? bk_error_status() : BK_OK;
}

/* Whether the number is new; it is in the set afterwards. */
static bool add(number_set *set, uint64_t number)
{
    const size_t last = (size_t)(UINT64_MAX >> set->shift);
    size_t slot = (size_t)(number * 0x9e3779b97f4a7c15U >> set->shift);
    while (set->slots[slot] != 0) {
        if (set->slots[slot] == number + 1) {
            return false;
        }
        slot = slot == last ? 0 : slot + 1;
    }
    set->slots[slot] = number + 1;
    return true;
}

bk_status bk_sample_without_replacement(bk_stream *stream, uint64_t *indices, size_t count,
                                        uint64_t population)
{
    if (count > population) {
        return bk_fail(BK_INVALID,
                       "sample without replacement: count is %zu, it must be at most the population, %llu",
                       count, (unsigned long long)population);
    }
    number_set taken;
    BK_TRY(make_set(&taken, count));
    for (size_t i = 0; i < count; i++) {
        const uint64_t j = population - count + i;
        const uint64_t candidate = bk_multiply_high(bk_stream_next(stream), j + 1);
        if (add(&taken, candidate)) {
            indices[i] = candidate;
        } else {
            (void)add(&taken, j);
            indices[i] = j;
        }
    }
    bk_free(taken.slots);
    return bk_shuffle(stream, indices, count, sizeof *indices);
}
