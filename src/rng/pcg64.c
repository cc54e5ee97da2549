/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Streams: PCG64-DXSM seeded from an address. Filling many draws is the kernel's work; here are
 * opening, single draws and jumps.
 */
#include "brisk/rng.h"
#include "kernel/kernel.h"

__extension__ typedef unsigned __int128 u128;

/* The generator steps with the cheap multiplier; NumPy seeds with the full one. */
#define STEP_MULTIPLIER 0xda942042e4dd58b5U
static const uint64_t seed_multiplier[2] = {0x2360ed051fc65da4U, 0x4385df649fccf645U};

static u128 join(uint64_t high, uint64_t low) { return (u128)high << 64 | low; }

static void set_state(bk_stream *stream, u128 state)
{
    stream->state_high = (uint64_t)(state >> 64);
    stream->state_low = (uint64_t)state;
}

bk_stream bk_stream_from_sequence(const bk_seed_sequence *sequence)
{
    uint64_t words[4];
    bk_seed_sequence_generate_u64(sequence, words, 4);
    const u128 increment = join(words[2], words[3]) << 1 | 1U;
    const u128 state =
        (increment + join(words[0], words[1])) * join(seed_multiplier[0], seed_multiplier[1]) + increment;
    bk_stream stream = {.increment_high = (uint64_t)(increment >> 64), .increment_low = (uint64_t)increment};
    set_state(&stream, state);
    return stream;
}

/* The sequence of a seed and a purpose; a seed below 2^32 has a second word of 0, as padding would. */
static bk_seed_sequence open_purpose(uint64_t seed, uint32_t purpose)
{
    const uint32_t entropy[2] = {(uint32_t)seed, (uint32_t)(seed >> 32)};
    const bk_seed_sequence sequence = bk_seed_sequence_open(entropy, 2);
    return bk_seed_sequence_key(&sequence, &purpose, 1);
}

bk_stream bk_stream_open(uint64_t seed, uint32_t purpose, uint64_t index)
{
    bk_seed_sequence sequence = open_purpose(seed, purpose);
    sequence = bk_seed_sequence_child(&sequence, index);
    return bk_stream_from_sequence(&sequence);
}

bk_status bk_stream_open_nested(bk_stream *stream, uint64_t seed, uint32_t purpose, uint64_t index,
                                uint64_t sub)
{
    if (index > UINT32_MAX || sub > UINT32_MAX) {
        return bk_fail(BK_INVALID,
                       "nested stream (%llu, %lu, %llu, %llu): index and sub must be below 2^32, or the key "
                       "could be that of another stream",
                       (unsigned long long)seed, (unsigned long)purpose, (unsigned long long)index,
                       (unsigned long long)sub);
    }
    const uint32_t key[2] = {(uint32_t)index, (uint32_t)sub};
    bk_seed_sequence sequence = open_purpose(seed, purpose);
    sequence = bk_seed_sequence_key(&sequence, key, 2);
    *stream = bk_stream_from_sequence(&sequence);
    return BK_OK;
}

uint64_t bk_stream_next(bk_stream *stream)
{
    uint64_t high = stream->state_high;
    const uint64_t low = stream->state_low;
    set_state(stream,
              join(high, low) * STEP_MULTIPLIER + join(stream->increment_high, stream->increment_low));
    high ^= high >> 32;
    high *= STEP_MULTIPLIER;
    high ^= high >> 48;
    return high * (low | 1U);
}

void bk_stream_fill(bk_stream *stream, uint64_t *draws, size_t count)
{
    uint64_t state[2] = {stream->state_high, stream->state_low};
    const uint64_t increment[2] = {stream->increment_high, stream->increment_low};
    bk_kernels_in_use()->pcg64_fill(draws, state, increment, count);
    stream->state_high = state[0];
    stream->state_low = state[1];
}

/* count steps at once: x -> A x + C composed with itself by the binary digits of count. */
static void jump(bk_stream *stream, u128 count)
{
    u128 factor = 1, addend = 0;
    u128 power = STEP_MULTIPLIER, sum = join(stream->increment_high, stream->increment_low);
    for (; count != 0; count >>= 1) {
        if ((count & 1U) != 0) {
            factor *= power;
            addend = addend * power + sum;
        }
        sum *= power + 1U;
        power *= power;
    }
    set_state(stream, join(stream->state_high, stream->state_low) * factor + addend);
}

void bk_stream_advance(bk_stream *stream, uint64_t count) { jump(stream, count); }

void bk_stream_retreat(bk_stream *stream, uint64_t count) { jump(stream, -(u128)count); }
