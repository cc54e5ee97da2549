/* SPDX-License-Identifier: GPL-3.0-or-later
 * Seed sequences equal NumPy's (data/make_rng_seed_sequences.py): entropy and keys of any length, children.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <criterion/criterion.h>

#include "brisk/rng.h"

static size_t read_words(FILE *file, uint32_t *words)
{
    size_t count;
    cr_assert(fscanf(file, "%zu", &count) == 1 && count <= 300);
    for (size_t i = 0; i < count; i++) {
        cr_assert(fscanf(file, "%" SCNx32, &words[i]) == 1);
    }
    return count;
}

/* Compares the sequence with the rest of the line. */
static void check_outputs(FILE *file, const bk_seed_sequence *sequence, int row)
{
    uint32_t words[7], expected_word;
    uint64_t wide[5], expected;
    bk_seed_sequence_generate_u32(sequence, words, 7);
    bk_seed_sequence_generate_u64(sequence, wide, 5);
    for (int i = 0; i < 7; i++) {
        cr_assert(fscanf(file, "%" SCNx32, &expected_word) == 1 && words[i] == expected_word, "row %d", row);
    }
    for (int i = 0; i < 5; i++) {
        cr_assert(fscanf(file, "%" SCNx64, &expected) == 1 && wide[i] == expected, "row %d", row);
    }
    bk_stream stream = bk_stream_from_sequence(sequence);
    cr_assert(fscanf(file, "%" SCNx64, &expected) == 1 && bk_stream_next(&stream) == expected, "row %d", row);
}

Test(seed_sequence, equals_numpy)
{
    FILE *file = fopen(BRISK_TEST_DATA "/rng_seed_sequences.txt", "r");
    cr_assert(file != NULL);
    uint32_t entropy[300], key[300];
    for (int row = 0; row < 181; row++) {
        const size_t entropy_count = read_words(file, entropy);
        const size_t key_count = read_words(file, key);
        int child;
        cr_assert(fscanf(file, "%d", &child) == 1);
        bk_seed_sequence sequence = bk_seed_sequence_open(entropy, entropy_count);
        sequence = bk_seed_sequence_key(&sequence, key, key_count);
        if (child >= 0) {
            bk_seed_sequence children[8];
            cr_assert(bk_seed_sequence_spawn(&sequence, children, (size_t)child + 1) == BK_OK);
            sequence = children[child];
        }
        check_outputs(file, &sequence, row);
    }
    char more[2];
    cr_assert(fscanf(file, "%1s", more) != 1);
    (void)fclose(file);
}

Test(seed_sequence, published_vectors)
{
    uint32_t words[4];
    uint64_t wide[2];
    bk_seed_sequence sequence = bk_seed_sequence_open((uint32_t[]){42}, 1);
    bk_seed_sequence_generate_u32(&sequence, words, 4);
    cr_assert(words[0] == 3444837047 && words[1] == 2669555309 && words[2] == 2046530742 &&
              words[3] == 3581440988);
    sequence = bk_seed_sequence_open((uint32_t[]){3735928559, 195939070, 229505742, 305419896}, 4);
    bk_seed_sequence_generate_u64(&sequence, wide, 2);
    cr_assert(wide[0] == UINT64_C(2477551240072187391) && wide[1] == UINT64_C(9577394838764454085));
}

/* An address is a sequence, a second call of spawn goes on where the first ended, and children spawn. */
Test(seed_sequence, addresses_and_generations)
{
    const bk_seed_sequence seed = bk_seed_sequence_open((uint32_t[]){7}, 1);
    bk_seed_sequence key = bk_seed_sequence_child(&seed, 1024);
    key = bk_seed_sequence_child(&key, UINT64_C(5) << 32 | 9);
    const bk_stream opened = bk_stream_from_sequence(&key);
    const bk_stream addressed = bk_stream_open(7, 1024, UINT64_C(5) << 32 | 9);
    cr_assert(memcmp(&opened, &addressed, sizeof opened) == 0);

    bk_seed_sequence once = seed, twice = seed, all[6], part[6];
    cr_assert(bk_seed_sequence_spawn(&once, all, 6) == BK_OK);
    cr_assert(bk_seed_sequence_spawn(&twice, part, 2) == BK_OK);
    cr_assert(bk_seed_sequence_spawn(&twice, part + 2, 4) == BK_OK);
    for (uint64_t i = 0; i < 6; i++) {
        const bk_seed_sequence child = bk_seed_sequence_child(&seed, i);
        cr_assert(memcmp(all[i].pool, part[i].pool, sizeof part[i].pool) == 0);
        cr_assert(memcmp(all[i].pool, child.pool, sizeof child.pool) == 0);
        cr_assert(all[i].children == 0);
    }
    bk_seed_sequence grandchild;
    cr_assert(bk_seed_sequence_spawn(&all[1], &grandchild, 1) == BK_OK);
    const bk_seed_sequence direct = bk_seed_sequence_key(&seed, (uint32_t[]){1, 0}, 2);
    cr_assert(memcmp(grandchild.pool, direct.pool, sizeof direct.pool) == 0);
}

Test(seed_sequence, numbers_of_children_end)
{
    bk_seed_sequence parent = bk_seed_sequence_open(NULL, 0), children[3] = {0};
    parent.children = UINT64_MAX - 2;
    const bk_seed_sequence before = parent;
    cr_assert(bk_seed_sequence_spawn(&parent, children, 3) == BK_OVERFLOW);
    cr_assert(memcmp(&parent, &before, sizeof parent) == 0 && children[0].hash_state == 0);
    cr_assert(bk_seed_sequence_spawn(&parent, children, 2) == BK_OK);
}
