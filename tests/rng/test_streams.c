/* SPDX-License-Identifier: GPL-3.0-or-later
 * Streams are NumPy's, draw for draw (data/make_rng_streams.py), and jumps are steps. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include "brisk/kernel.h"
#include "brisk/rng.h"

static void check_stream(bk_stream stream, const uint64_t state[4], const uint64_t draws[4])
{
    cr_assert(stream.state_high == state[0] && stream.state_low == state[1]);
    cr_assert(stream.increment_high == state[2] && stream.increment_low == state[3]);
    for (int i = 0; i < 4; i++) {
        cr_assert(bk_stream_next(&stream) == draws[i]);
    }
}

Test(streams, published_states_and_draws)
{
    check_stream(
        bk_stream_open(1, 0, 0),
        (uint64_t[]){0x221539b9f00d7e8d, 0x599ce96741c14844, 0xb63e204cf1aa480c, 0xfca9e8c7da5ceba9},
        (uint64_t[]){0x25d3abfbe744d656, 0xb99eccc8f78d2be5, 0x15d4f9bd1c1a0c67, 0xed1094ce38fd5adb});
    check_stream(
        bk_stream_open(1, 3, 7),
        (uint64_t[]){0xfb7b8354f1212a52, 0x6077d1d5703576f9, 0x7b0927181b06c718, 0xb2729b79e5a58c89},
        (uint64_t[]){0xa72dfd8db2b670c8, 0xd4da926e348ebc32, 0xc2a529ce3619db4f, 0x18e6c8707eba99fe});
    check_stream(
        bk_stream_open(UINT64_C(12345678901234567890), 2, UINT64_C(4294967296)),
        (uint64_t[]){0xb26ce194e98c6b3a, 0xbeaf5bb9ad844667, 0xcf5516cfd17bf00a, 0x6b930e590f8d4bcf},
        (uint64_t[]){0xbbf1292d7f08dcef, 0xb6172b8b923b1ac7, 0x3ff76d8677ead555, 0xd999f352bb29a492});
    bk_stream stream = bk_stream_open(12345, 0, 0);
    cr_assert(bk_stream_next(&stream) == 0xb7696446fc6fbfc4);
}

/* Streams without a key exist in NumPy alone; their states, entered by hand, test the generator. */
Test(streams, draws_and_jumps_of_streams_without_key)
{
    const bk_stream starts[2] = {
        {0x1aa1b5345996452d, 0x09585eb7a69561e3, 0x418ddadb3af71a82, 0x588133bc447873a9},
        {0xdcbf51eca8a06d6d, 0xa11c0e6f95be4591, 0x6f01e045569d93c4, 0x40ac10dd049310b5}};
    const uint64_t draws[2][4] = {
        {0xd97e4a147f788a70, 0x8dfa7bce56e3a253, 0x13556ed9f53d3c10, 0x55dbf1c241341e98},
        {0xdf1ddcf1e22521fe, 0xc71b2f9c706cf151, 0x6922a8cc24ad96b2, 0x82738c549beccc30}};
    const uint64_t thousandth[2] = {0xc0a277e3b2bfc3de, 0x4955c92aaa231578};
    const uint64_t after_jump[2] = {0x2f632837335136c9, 0xc6178772036c9585};
    for (int s = 0; s < 2; s++) {
        bk_stream stream = starts[s];
        for (int i = 0; i < 4; i++) {
            cr_assert(bk_stream_next(&stream) == draws[s][i]);
        }
        bk_stream_advance(&stream, 995);
        cr_assert(bk_stream_next(&stream) == thousandth[s]);
        stream = starts[s];
        bk_stream_advance(&stream, 1000000000);
        cr_assert(bk_stream_next(&stream) == after_jump[s]);
    }
}

Test(streams, thousands_of_addresses)
{
    FILE *file = fopen(BRISK_TEST_DATA "/rng_streams.txt", "r");
    cr_assert(file != NULL);
    uint64_t seed, index, first, fifth;
    uint32_t purpose;
    char sub[32];
    int rows = 0;
    while (fscanf(file, "%" SCNx64 " %" SCNx32 " %" SCNx64 " %31s %" SCNx64 " %" SCNx64, &seed, &purpose,
                  &index, sub, &first, &fifth) == 6) {
        bk_stream stream = bk_stream_open(seed, purpose, index);
        if (strcmp(sub, "-") != 0) {
            cr_assert(bk_stream_open_nested(&stream, seed, purpose, index, strtoull(sub, NULL, 16)) == BK_OK);
        }
        uint64_t draws[5];
        bk_stream_fill(&stream, draws, 5);
        cr_assert(draws[0] == first && draws[4] == fifth, "row %d", rows);
        rows++;
    }
    (void)fclose(file);
    cr_assert(rows == 2655);
}

Test(streams, a_nested_address_beyond_32_bits_is_refused)
{
    bk_stream stream = bk_stream_open(1, 2, 3);
    const bk_stream before = stream;
    cr_assert(bk_stream_open_nested(&stream, 1, 512, UINT64_C(1) << 32, 0) == BK_INVALID);
    cr_assert(strstr(bk_error_message(), "2^32") != NULL);
    cr_assert(bk_stream_open_nested(&stream, 1, 512, 0, UINT64_C(1) << 32) == BK_INVALID);
    cr_assert(memcmp(&stream, &before, sizeof stream) == 0);
}

Test(streams, advance_is_so_many_steps_and_retreat_undoes_it)
{
    bk_stream stepped = bk_stream_open(77, 1024, 1);
    const bk_stream start = stepped;
    for (uint64_t n = 0; n < 300; n++) {
        bk_stream jumped = start;
        bk_stream_advance(&jumped, n);
        cr_assert(memcmp(&jumped, &stepped, sizeof jumped) == 0);
        bk_stream_retreat(&jumped, n);
        cr_assert(memcmp(&jumped, &start, sizeof jumped) == 0);
        (void)bk_stream_next(&stepped);
    }
    const uint64_t far[] = {UINT64_C(1) << 32, UINT64_C(1) << 63, UINT64_MAX, UINT64_C(999999999999)};
    for (int i = 0; i < 4; i++) {
        bk_stream whole = start, halves = start;
        bk_stream_advance(&whole, far[i]);
        bk_stream_advance(&halves, far[i] / 2);
        bk_stream_advance(&halves, far[i] - far[i] / 2);
        cr_assert(memcmp(&whole, &halves, sizeof whole) == 0);
        bk_stream_retreat(&whole, far[i]);
        cr_assert(memcmp(&whole, &start, sizeof whole) == 0);
    }
}

Test(streams, a_fill_is_single_draws_on_every_instruction_set)
{
    static uint64_t draws[600];
    for (int isa = 0; isa < BK_ISA_COUNT; isa++) {
        if (!bk_kernel_available((bk_isa)isa)) {
            continue;
        }
        cr_assert(bk_kernel_use((bk_isa)isa) == BK_OK);
        for (size_t count = 0; count < 600; count += count < 80 ? 1 : 37) {
            bk_stream filled = bk_stream_open(count, 1025, 9), single = filled;
            bk_stream_fill(&filled, draws, count);
            for (size_t i = 0; i < count; i++) {
                cr_assert(draws[i] == bk_stream_next(&single));
            }
            cr_assert(memcmp(&filled, &single, sizeof filled) == 0);
        }
    }
}

/* The contrast r00 + r11 - r01 - r10 of neighbouring addresses, modulo 2^64, is uniform where the four
 * draws are unrelated. 16 bins, 20000 contrasts: chi-square with 15 degrees of freedom exceeds 60 with
 * probability 2.3e-7. The planted generator is linear in seed and index, so that contrasts vanish. */
static double contrast_chi_square(bool planted)
{
    double count[16] = {0};
    for (uint64_t i = 0; i < 20000; i++) {
        uint64_t r[2][2];
        for (uint64_t a = 0; a < 2; a++) {
            for (uint64_t b = 0; b < 2; b++) {
                bk_stream stream = bk_stream_open(i / 100 + a, 1024, i % 100 + b);
                r[a][b] = planted ? (i / 100 + a) * 0x9e3779b97f4a7c15 + (i % 100 + b) * 0xbf58476d1ce4e5b9
                                  : bk_stream_next(&stream);
            }
        }
        count[(r[0][0] + r[1][1] - r[0][1] - r[1][0]) >> 60] += 1.0;
    }
    double sum = 0.0;
    for (int bin = 0; bin < 16; bin++) {
        sum += (count[bin] - 1250.0) * (count[bin] - 1250.0) / 1250.0;
    }
    return sum;
}

Test(streams, neighbouring_seeds_and_indices_are_unrelated)
{
    cr_assert(contrast_chi_square(false) < 60.0);
    cr_assert(contrast_chi_square(true) > 60.0);
}
