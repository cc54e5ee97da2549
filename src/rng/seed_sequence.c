/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * NumPy's SeedSequence (after O'Neill's seed_seq_fe): every word of entropy reaches every word of the
 * pool, so that neighbouring seeds and keys give unrelated streams.
 */
#include "brisk/rng.h"

#define POOL_WORDS 4

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

/* Words behind the first four, of the entropy or of the key. */
static void mix_in(bk_seed_sequence *sequence, const uint32_t *words, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        for (size_t target = 0; target < POOL_WORDS; target++) {
            sequence->pool[target] = mix(sequence->pool[target], hash_in(words[i], &sequence->hash_state));
        }
    }
}

/* The pool starts from four words whatever the entropy's length: NumPy pads short entropy with zeros where
 * a key follows, and without one a missing word counts as 0. */
bk_seed_sequence bk_seed_sequence_open(const uint32_t *entropy, size_t count)
{
    bk_seed_sequence sequence = {.hash_state = 0x43b0d7e5U};
    uint32_t *pool = sequence.pool;
    for (size_t i = 0; i < POOL_WORDS; i++) {
        pool[i] = hash_in(i < count ? entropy[i] : 0, &sequence.hash_state);
    }
    for (size_t source = 0; source < POOL_WORDS; source++) {
        for (size_t target = 0; target < POOL_WORDS; target++) {
            if (source != target) {
                pool[target] = mix(pool[target], hash_in(pool[source], &sequence.hash_state));
            }
        }
    }
    if (count > POOL_WORDS) {
        mix_in(&sequence, entropy + POOL_WORDS, count - POOL_WORDS);
    }
    return sequence;
}

bk_seed_sequence bk_seed_sequence_key(const bk_seed_sequence *sequence, const uint32_t *key, size_t count)
{
    bk_seed_sequence longer = *sequence;
    longer.children = 0;
    mix_in(&longer, key, count);
    return longer;
}

bk_seed_sequence bk_seed_sequence_child(const bk_seed_sequence *sequence, uint64_t number)
{
    const uint32_t words[2] = {(uint32_t)number, (uint32_t)(number >> 32)};
    return bk_seed_sequence_key(sequence, words, words[1] == 0 ? 1 : 2);
}

bk_status bk_seed_sequence_spawn(bk_seed_sequence *parent, bk_seed_sequence *children, size_t count)
{
    if (count > UINT64_MAX - parent->children) {
        return bk_fail(BK_OVERFLOW,
                       "spawning %zu children of a seed sequence that has %llu: the numbers would "
                       "pass 2^64 - 1",
                       count, (unsigned long long)parent->children);
    }
    for (size_t i = 0; i < count; i++) {
        children[i] = bk_seed_sequence_child(parent, parent->children + i);
    }
    parent->children += count;
    return BK_OK;
}

#define OUT_STATE      0x8b51f9ddU
#define OUT_MULTIPLIER 0x58f38dedU

void bk_seed_sequence_generate_u32(const bk_seed_sequence *sequence, uint32_t *words, size_t count)
{
    uint32_t state = OUT_STATE;
    for (size_t i = 0; i < count; i++) {
        words[i] = hash_word(sequence->pool[i % POOL_WORDS], &state, OUT_MULTIPLIER);
    }
}

void bk_seed_sequence_generate_u64(const bk_seed_sequence *sequence, uint64_t *words, size_t count)
{
    uint32_t state = OUT_STATE;
    for (size_t i = 0; i < count; i++) {
        const size_t place = 2 * i % POOL_WORDS;
        const uint32_t low = hash_word(sequence->pool[place], &state, OUT_MULTIPLIER);
        const uint32_t high = hash_word(sequence->pool[place + 1], &state, OUT_MULTIPLIER);
        words[i] = (uint64_t)high << 32 | low;
    }
}
