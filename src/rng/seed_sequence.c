/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * NumPy's SeedSequence (after O'Neill's seed_seq_fe): every word of entropy reaches every word of the
 * pool, so that neighbouring seeds and keys give unrelated streams.
 */
#include "rng/seed_sequence.h"

/* A hash whose multiplier moves on with every use. */
static uint32_t hash_word(uint32_t value, uint32_t *state, uint32_t multiplier)
{
    value ^= *state;
    *state *= multiplier;
    value *= *state;
    return value ^ value >> 16;
}

static uint32_t hash_in(uint32_t value, uint32_t *state) { return hash_word(value, state, 0x931e8875U); }

static uint32_t mix(uint32_t a, uint32_t b)
{
    const uint32_t value = 0xca01f9ddU * a - 0x4973f715U * b;
    return value ^ value >> 16;
}

void bk_seed_pool(uint32_t pool[BK_SEED_POOL_WORDS], const uint32_t *words, size_t count)
{
    uint32_t state = 0x43b0d7e5U;
    for (size_t i = 0; i < BK_SEED_POOL_WORDS; i++) {
        pool[i] = hash_in(i < count ? words[i] : 0, &state);
    }
    for (size_t source = 0; source < BK_SEED_POOL_WORDS; source++) {
        for (size_t target = 0; target < BK_SEED_POOL_WORDS; target++) {
            if (source != target) {
                pool[target] = mix(pool[target], hash_in(pool[source], &state));
            }
        }
    }
    for (size_t source = BK_SEED_POOL_WORDS; source < count; source++) {
        for (size_t target = 0; target < BK_SEED_POOL_WORDS; target++) {
            pool[target] = mix(pool[target], hash_in(words[source], &state));
        }
    }
}

void bk_seed_words(uint32_t *words, size_t count, const uint32_t pool[BK_SEED_POOL_WORDS])
{
    uint32_t state = 0x8b51f9ddU;
    for (size_t i = 0; i < count; i++) {
        words[i] = hash_word(pool[i % BK_SEED_POOL_WORDS], &state, 0x58f38dedU);
    }
}

size_t bk_seed_split(uint32_t words[2], uint64_t value)
{
    words[0] = (uint32_t)value;
    words[1] = (uint32_t)(value >> 32);
    return words[1] == 0 ? 1 : 2;
}
