/* SPDX-License-Identifier: GPL-3.0-or-later
 * What the programs of this folder share: hashes with names, gathered over many calls; arguments. */
#ifndef BRISK_TESTS_HASH_H
#define BRISK_TESTS_HASH_H

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "brisk/kernel.h"

/* FNV-1a over words of 64 bits, the last one filled up with zeros; each multiplied hash folded, so that high
 * bits of a word reach all bits of the hash. */
static inline uint64_t hash_bytes(uint64_t hash, const void *data, size_t size)
{
    for (size_t at = 0; at < size; at += sizeof(uint64_t)) {
        uint64_t word = 0;
        const size_t left = size - at;
        memcpy(&word, (const unsigned char *)data + at, left < sizeof word ? left : sizeof word);
        hash = (hash ^ word) * UINT64_C(0x100000001b3);
        hash ^= hash >> 29;
    }
    return hash;
}

static const uint64_t hash_start = UINT64_C(0xcbf29ce484222325);

/* SplitMix64: a reproducible sequence, nothing of the library's own. */
static inline uint64_t next_bits(uint64_t *state)
{
    *state += UINT64_C(0x9e3779b97f4a7c15);
    uint64_t z = *state;
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

/* The set that the only argument names; BK_ISA_COUNT where this build or machine lacks it. */
static inline bk_isa wanted_set(int argc, char **argv)
{
    for (int isa = 0; argc == 2 && isa < BK_ISA_COUNT; isa++) {
        if (strcmp(argv[1], bk_isa_name((bk_isa)isa)) == 0 && bk_kernel_available((bk_isa)isa)) {
            return (bk_isa)isa;
        }
    }
    (void)fprintf(stderr, "usage: %s SET, one of scalar, avx2, avx512, neon that this machine has\n",
                  argv[0]);
    return BK_ISA_COUNT;
}

#endif
