/* SPDX-License-Identifier: GPL-3.0-or-later
 * From entropy and key to the seed of a generator (rng/seed_sequence.c). */
#ifndef BRISK_RNG_SEED_SEQUENCE_H
#define BRISK_RNG_SEED_SEQUENCE_H

#include <stddef.h>
#include <stdint.h>

#define BK_SEED_POOL_WORDS 4

/* Mixes words [count] into a pool. Where a key follows the entropy, the caller has padded the entropy
 * with zeros to the pool's size, as NumPy does. */
void bk_seed_pool(uint32_t pool[BK_SEED_POOL_WORDS], const uint32_t *words, size_t count);
/* The first count 32-bit words of the pool's output. */
void bk_seed_words(uint32_t *words, size_t count, const uint32_t pool[BK_SEED_POOL_WORDS]);
/* Writes value as little-endian 32-bit words, one below 2^32 and else two; how many. */
size_t bk_seed_split(uint32_t words[2], uint64_t value);

#endif
