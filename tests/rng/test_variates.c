/* SPDX-License-Identifier: GPL-3.0-or-later
 * Transforms from bits to variates: the documented formula, the documented number of draws, equal bits
 * on every instruction set. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include <criterion/criterion.h>

#include "brisk/rng.h"
#include "kernel/kernel.h"

/* Pairs of normals replayed in high precision (data/make_rng_variates.py). */
Test(variates, normals_are_the_documented_formula)
{
    FILE *file = fopen(BRISK_TEST_DATA "/rng_variates.txt", "r");
    cr_assert(file != NULL);
    static float single[800];
    static double wide[800];
    bk_stream stream = bk_stream_open(9, 1030, 5);
    bk_fill_normal_f32(&stream, single, 800);
    stream = bk_stream_open(9, 1030, 5);
    bk_fill_normal_f64(&stream, wide, 800);
    char name[32];
    double pair[2];
    for (int row = 0; row < 800; row++) {
        cr_assert(fscanf(file, "%31s %la %la", name, &pair[0], &pair[1]) == 3);
        for (int k = 0; k < 2; k++) {
            if (strcmp(name, "normal_f32") == 0) {
                const double y = (double)single[2 * row + k];
                cr_assert(fabs(y - pair[k]) <= 3e-7 * fabs(pair[k]), "%s %d: %a, not %a", name, row, y,
                          pair[k]);
            } else {
                const double y = wide[2 * (row - 400) + k];
                cr_assert(fabs(y - pair[k]) <= 6e-16 * fabs(pair[k]), "%s %d: %a, not %a", name, row, y,
                          pair[k]);
            }
        }
    }
    (void)fclose(file);
}

/* The ends: radius bits of zeros reach sqrt(-2 log 2^-33), of ones stay above zero. */
Test(variates, reach_of_the_normals)
{
    const uint64_t draws[] = {0, 0xffffffffU, UINT64_C(0x80000000) << 32, UINT64_C(0x40000000) << 32};
    float value[8];
    bk_kernels_in_use()->normal_f32(value, draws, 8);
    cr_assert(fabsf(value[0] - 6.763706F) < 1e-5F && value[1] == 0.0F);
    cr_assert(fabsf(value[2] - 3.4526698e-4F) < 1e-9F);
    cr_assert(value[4] == -value[0] && value[7] == value[0] && fabsf(value[6]) == 0.0F);
    const uint64_t pairs[] = {0, 0, UINT64_MAX, 0};
    double wide[4];
    bk_kernels_in_use()->normal_f64(wide, pairs, 4);
    cr_assert(fabs(wide[0] - 8.6521613196) < 1e-9 && wide[1] == 0.0);
    cr_assert(fabs(wide[2] - 0x1p-26) < 1e-20);
}

Test(variates, uniforms_are_the_documented_formula)
{
    const uint64_t draws[] = {0, UINT64_MAX, 0x0123456789abcdef, UINT64_C(1) << 11,
                              UINT64_C(0xff) << 32 | 0x100};
    double wide[5];
    float single[10];
    bk_kernels_in_use()->uniform_f64(wide, draws, 5);
    bk_kernels_in_use()->uniform_f32(single, draws, 10);
    for (int i = 0; i < 5; i++) {
        cr_assert(wide[i] == (double)(draws[i] >> 11) / 0x1p+53);
        cr_assert(single[2 * i] == (float)((uint32_t)draws[i] >> 8) / 0x1p+24F);
        cr_assert(single[2 * i + 1] == (float)(draws[i] >> 40) / 0x1p+24F);
    }
    cr_assert(wide[1] < 1.0 && single[2] < 1.0F);
}

enum { most = 5000 };

typedef struct results {
    float uniform_f32[most], normal_f32[most];
    double uniform_f64[most], normal_f64[most];
    uint32_t small[most];
    uint64_t large[most];
    uint64_t next[6];
} results;

/* Everything at one length, and the draw that follows each fill. */
static void fill_all(results *r, size_t count)
{
    bk_stream stream = bk_stream_open(5, 1026, count);
    bk_fill_uniform_f32(&stream, r->uniform_f32, count);
    r->next[0] = bk_stream_next(&stream);
    bk_fill_normal_f32(&stream, r->normal_f32, count);
    r->next[1] = bk_stream_next(&stream);
    bk_fill_uniform_f64(&stream, r->uniform_f64, count);
    r->next[2] = bk_stream_next(&stream);
    bk_fill_normal_f64(&stream, r->normal_f64, count);
    r->next[3] = bk_stream_next(&stream);
    cr_assert(bk_fill_integer_u32(&stream, r->small, count, 1000) == BK_OK);
    r->next[4] = bk_stream_next(&stream);
    cr_assert(bk_fill_integer_u64(&stream, r->large, count, UINT64_C(1) << 40) == BK_OK);
    r->next[5] = bk_stream_next(&stream);
}

static const size_t lengths[] = {0, 1, 2, 3, 7, 16, 17, 63, 64, 65, 1023, 1024, 1025, 2047, 2048, 2049, 4999};

Test(variates, equal_bits_on_every_instruction_set)
{
    static results plain, other;
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        cr_assert(bk_kernel_use(BK_ISA_SCALAR) == BK_OK);
        fill_all(&plain, lengths[i]);
        for (int isa = 1; isa < BK_ISA_COUNT; isa++) {
            if (bk_kernel_available((bk_isa)isa)) {
                cr_assert(bk_kernel_use((bk_isa)isa) == BK_OK);
                fill_all(&other, lengths[i]);
                cr_assert(memcmp(&plain, &other, sizeof plain) == 0, "length %zu on %s", lengths[i],
                          bk_isa_name((bk_isa)isa));
            }
        }
    }
}

/* The position after a fill is a formula, and a shorter fill is the start of a longer one. */
Test(variates, number_of_draws_and_prefixes)
{
    static results r, longest;
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        const size_t n = lengths[i], pairs = (n + 1) / 2;
        const uint64_t used[6] = {pairs, pairs, n, 2 * pairs, pairs, n};
        fill_all(&r, n);
        bk_stream stream = bk_stream_open(5, 1026, n);
        for (int k = 0; k < 6; k++) {
            bk_stream_advance(&stream, used[k]);
            cr_assert(bk_stream_next(&stream) == r.next[k], "fill %d of %zu values", k, n);
        }
        bk_stream first = bk_stream_open(6, 1026, 0), second = first;
        bk_fill_normal_f32(&first, r.normal_f32, n);
        bk_fill_normal_f32(&second, longest.normal_f32, most);
        cr_assert(memcmp(r.normal_f32, longest.normal_f32, n * sizeof(float)) == 0);
        first = second = bk_stream_open(6, 1026, 1);
        bk_fill_normal_f64(&first, r.normal_f64, n);
        bk_fill_normal_f64(&second, longest.normal_f64, most);
        cr_assert(memcmp(r.normal_f64, longest.normal_f64, n * sizeof(double)) == 0);
    }
}
