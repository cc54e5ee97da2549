/* SPDX-License-Identifier: GPL-3.0-or-later
 * Bounded integers with rejection: exhaustively on words of 8 bits, from every word and pair of words, and
 * the 64-bit instance against NumPy and at its edges. */
#include <string.h>

#include <criterion/criterion.h>

#include "brisk/rng.h"
#include "rng/bounded.h"

/* A source that gives two words and then says it is empty. */
typedef struct source {
    uint8_t words[2];
    int used;
} source;

static int emptied;

static uint8_t next_word(source *s)
{
    if (s->used == 2) {
        emptied++;
        return 255; /* the largest word is never surplus, so the loop ends */
    }
    return s->words[s->used++];
}

BK_DEFINE_BOUNDED(bounded_u8, uint8_t, uint16_t, 8, source, next_word)

/* The planted faults: the surplus as an int (numpy#14774: 0 - bound is negative, its remainder too), and
 * one surplus word too few. */
static uint8_t promoted(source *s, uint8_t bound)
{
    uint16_t product = (uint16_t)(next_word(s) * bound);
    const int surplus = (0 - bound) % bound;
    while ((uint8_t)product < surplus) {
        product = (uint16_t)(next_word(s) * bound);
    }
    return (uint8_t)(product >> 8);
}

static uint8_t one_less(source *s, uint8_t bound)
{
    uint16_t product = (uint16_t)(next_word(s) * bound);
    const int surplus = 256 % bound - 1;
    while ((uint8_t)product < surplus) {
        product = (uint16_t)(next_word(s) * bound);
    }
    return (uint8_t)(product >> 8);
}

/* Whether every value of [0, bound) is given by exactly floor(256 / bound) first words, and the others lead
 * to the second word, which then decides in the same way. */
static bool exact(uint8_t (*draw)(source *, uint8_t), uint8_t bound)
{
    int counts[256] = {0}, alone[256];
    for (int word = 0; word < 256; word++) {
        source s = {{(uint8_t)word, 255}, 0};
        const uint8_t value = draw(&s, bound);
        alone[word] = s.used == 1 ? value : -1;
        if (value >= bound) {
            return false;
        }
        counts[value] += s.used == 1 ? 1 : 0;
    }
    for (int value = 0; value < 256; value++) {
        if (counts[value] != (value < bound ? 256 / bound : 0)) {
            return false;
        }
    }
    for (int pair = 0; pair < 65536; pair++) {
        source s = {{(uint8_t)(pair >> 8), (uint8_t)pair}, 0};
        const int first = alone[pair >> 8], second = alone[pair & 255];
        emptied = 0;
        const int value = draw(&s, bound);
        const int expected = first >= 0 ? first : second >= 0 ? second : (255 * bound) >> 8;
        if (value != expected || s.used != (first >= 0 ? 1 : 2) ||
            (emptied > 0) != (first < 0 && second < 0)) {
            return false;
        }
    }
    return true;
}

Test(bounded, every_word_and_bound_of_8_bits)
{
    int promoted_passes = 0, less_passes = 0;
    for (int bound = 1; bound < 256; bound++) {
        cr_assert(exact(bounded_u8, (uint8_t)bound), "bound %d", bound);
        promoted_passes += exact(promoted, (uint8_t)bound) ? 1 : 0;
        less_passes += exact(one_less, (uint8_t)bound) ? 1 : 0;
    }
    /* Divisors of 256 have no surplus; the low half of an even bound's product is never the odd number that
     * is missing. */
    cr_assert(promoted_passes == 8, "%d", promoted_passes);
    cr_assert(less_passes == 128, "%d", less_passes);
}

/* Generator(PCG64DXSM(SeedSequence(9, spawn_key=(1030, 8)))).integers(0, bound, 4, dtype=uint64); above
 * 2^32 NumPy takes one 64-bit draw an attempt by the same method. */
Test(bounded, equals_numpy_above_32_bits)
{
    static const uint64_t bounds[4] = {UINT64_C(0x8000000000000001), UINT64_C(0xc000000000000000),
                                       UINT64_C(10000000000000000000), UINT64_C(0x123456789a)};
    static const uint64_t expected[4][4] = {
        {UINT64_C(0x65745dfaf7ca038c), UINT64_C(0x2bb3d1aeed12b5f5), UINT64_C(0x7cb48d30c704d149),
         UINT64_C(0x3d4cb4c38eb6c9fd)},
        {UINT64_C(0x98b92506cf930e22), UINT64_C(0xb5e498983f8d45fc), UINT64_C(0x474c1208142dfa7a),
         UINT64_C(0x418dba86639c10f0)},
        {UINT64_C(0x8378f51d8eb3e895), UINT64_C(0x2e65ee9b1ce3ddc5), UINT64_C(0x33889f7961a03da6),
         UINT64_C(0x8734ab09e301a16f)},
        {UINT64_C(0xe7afd1031), UINT64_C(0x113f03783e), UINT64_C(0x6161c1383), UINT64_C(0x6c29111d4)},
    };
    for (int b = 0; b < 4; b++) {
        bk_stream stream = bk_stream_open(9, 1030, 8);
        uint64_t values[4];
        cr_assert(bk_fill_integer_exact_u64(&stream, values, 4, bounds[b]) == BK_OK);
        cr_assert(memcmp(values, expected[b], sizeof values) == 0, "bound %llu",
                  (unsigned long long)bounds[b]);
    }
}

/* Half of all words are surplus at 2^63 + 1, so a value takes two draws on average. */
Test(bounded, rejections_are_as_many_as_they_should_be)
{
    enum { n = 100000 };
    static uint64_t values[n];
    bk_stream stream = bk_stream_open(9, 1030, 9), counted = stream;
    cr_assert(bk_fill_integer_exact_u64(&stream, values, n, (UINT64_C(1) << 63) + 1) == BK_OK);
    int draws = 0;
    while (memcmp(&counted, &stream, sizeof stream) != 0) {
        (void)bk_stream_next(&counted);
        draws++;
        cr_assert(draws < 3 * n);
    }
    /* Negative binomial: n rejections on average, standard deviation sqrt(2 n); 6.5 of them 8e-11. */
    cr_assert(draws > 2 * n - 2907 && draws < 2 * n + 2907, "%d draws", draws);
}
