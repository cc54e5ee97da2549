/* SPDX-License-Identifier: GPL-3.0-or-later
 * Normals with the two of a pair apart are those of the plain fill, bit for bit, and leave the stream where
 * it does: for every instruction set, around the lengths of vectors, blocks and chunks of draws. */
#include <criterion/criterion.h>
#include <string.h>

#include "brisk/kernel.h"
#include "brisk/rng.h"

enum { most = 2100 };
static const size_t lengths[] = {0,  1,   2,   3,   4,   5,   7,   8,   9,    15,   16,   17,   31,   33,
                                 64, 127, 128, 129, 255, 511, 512, 513, 1000, 1023, 1024, 1025, 1536, most};

static void compare_f32(size_t count)
{
    static float plain[2 * most], first[most + 1], second[most + 1];
    bk_stream stream = bk_stream_open(7, BK_PURPOSE_USER, count), apart = stream;
    first[count] = second[count] = 77.0F;
    bk_fill_normal_f32(&stream, plain, 2 * count);
    bk_fill_normal_pairs_f32(&apart, first, second, count);
    for (size_t i = 0; i < count; i++) {
        cr_assert(memcmp(&first[i], &plain[2 * i], sizeof(float)) == 0, "first of pair %zu of %zu", i, count);
        cr_assert(memcmp(&second[i], &plain[2 * i + 1], sizeof(float)) == 0, "second of %zu of %zu", i,
                  count);
    }
    cr_assert(first[count] == 77.0F && second[count] == 77.0F, "nothing behind the last pair is written");
    cr_assert(memcmp(&stream, &apart, sizeof stream) == 0);
}

static void compare_f64(size_t count)
{
    static double plain[2 * most], first[most + 1], second[most + 1];
    bk_stream stream = bk_stream_open(7, BK_PURPOSE_USER, count), apart = stream;
    first[count] = second[count] = 77.0;
    bk_fill_normal_f64(&stream, plain, 2 * count);
    bk_fill_normal_pairs_f64(&apart, first, second, count);
    for (size_t i = 0; i < count; i++) {
        cr_assert(memcmp(&first[i], &plain[2 * i], sizeof(double)) == 0, "first of pair %zu of %zu", i,
                  count);
        cr_assert(memcmp(&second[i], &plain[2 * i + 1], sizeof(double)) == 0, "second of %zu of %zu", i,
                  count);
    }
    cr_assert(first[count] == 77.0 && second[count] == 77.0, "nothing behind the last pair is written");
    cr_assert(memcmp(&stream, &apart, sizeof stream) == 0);
}

Test(normal_pairs, are_the_plain_normals)
{
    for (int isa = 0; isa < BK_ISA_COUNT; isa++) {
        if (!bk_kernel_available((bk_isa)isa)) {
            continue;
        }
        cr_assert_eq(bk_kernel_use((bk_isa)isa), BK_OK);
        for (size_t l = 0; l < sizeof lengths / sizeof lengths[0]; l++) {
            compare_f32(lengths[l]);
            compare_f64(lengths[l]);
        }
    }
}
