/* SPDX-License-Identifier: GPL-3.0-or-later
 * What holds for all transforms: equal bits on every instruction set and with every compiler (frozen sums),
 * a fill is so many fills of one, the stated number of draws, one table of names. */
#include <stdio.h>
#include <string.h>

#include <criterion/criterion.h>

#include "brisk/kernel.h"
#include "brisk/rng.h"

enum { n = 3001, kinds = 24 };

typedef union values {
    double f64[n];
    float f32[n];
    uint64_t u64[n];
    uint8_t u8[n];
} values;

/* One transform at one set of parameters. draws: 1 a value, 2 for halves, 3 for pairs, 0 variable. */
typedef struct kind {
    const char *name;
    size_t size;
    int draws;
    uint64_t frozen; /* FNV-1a over n values */
} kind;

static const kind table[kinds] = {
    {"uniform-f64-v1", 8, 1, UINT64_C(0x0984063b51fea88c)},
    {"uniform-f32-v1", 4, 2, UINT64_C(0x3741d82f4177e84e)},
    {"uniform-range-f64-v1", 8, 1, UINT64_C(0x10b42dff1e0f6938)},
    {"uniform-range-f32-v1", 4, 2, UINT64_C(0x72d8830a3a48d3cd)},
    {"normal-box-muller-f32-v1", 4, 2, UINT64_C(0xbb4e1bb21e7db203)},
    {"normal-box-muller-f64-v1", 8, 3, UINT64_C(0x5fce72db5c6bfeda)},
    {"normal-scaled-f32-v1", 4, 2, UINT64_C(0xe87d4258323e4f5a)},
    {"normal-scaled-f64-v1", 8, 3, UINT64_C(0x0e4d9e1620b53f26)},
    {"exponential-inversion-f64-v1", 8, 1, UINT64_C(0xdbe6c60b1356d79f)},
    {"exponential-inversion-f32-v1", 4, 2, UINT64_C(0xaaa3bdb7bdd6f9b0)},
    {"integer-multiply-high-64-v1", 8, 1, UINT64_C(0xfe2e03dc13e75aa4)},
    {"integer-lemire-64-v1", 8, 0, UINT64_C(0x900a1d46b82e9010)},
    {"bernoulli-v1", 1, 1, UINT64_C(0x6adf748bdcf73cbb)},
    {"binomial-inversion-v1", 8, 1, UINT64_C(0x0f75bd5a3c5f820b)},
    {"binomial-btrs-v1", 8, 0, UINT64_C(0x017c09dd70d12db5)},
    {"binomial-btrs-v1", 8, 0, UINT64_C(0x50ea70f240ec6fd8)},
    {"poisson-inversion-v1", 8, 1, UINT64_C(0xd27f8fd580ee09e3)},
    {"poisson-ptrs-v1", 8, 0, UINT64_C(0xb266ba6ff55a9d75)},
    {"poisson-ptrs-v1", 8, 0, UINT64_C(0x919022dcbf18577c)},
    {"gamma-marsaglia-tsang-f64-v1", 8, 0, UINT64_C(0xc1d370e88dbbec74)},
    {"gamma-marsaglia-tsang-f64-v1", 8, 0, UINT64_C(0x74d0be1175fe1480)},
    {"beta-gamma-f64-v1", 8, 0, UINT64_C(0x0dcfe7907ba0e93b)},
    {"beta-gamma-f64-v1", 8, 0, UINT64_C(0xde50c830e65859cd)},
    {"student-t-f64-v1", 8, 0, UINT64_C(0x3e837e6775fa1cc9)},
};

static bk_status fill(int k, bk_stream *stream, void *out, size_t count)
{
    switch (k) {
    case 0:
        bk_fill_uniform_f64(stream, out, count);
        return BK_OK;
    case 1:
        bk_fill_uniform_f32(stream, out, count);
        return BK_OK;
    case 2:
        return bk_fill_uniform_range_f64(stream, out, count, -1.5, 0.1);
    case 3:
        return bk_fill_uniform_range_f32(stream, out, count, -1.5F, 0.1F);
    case 4:
        bk_fill_normal_f32(stream, out, count);
        return BK_OK;
    case 5:
        bk_fill_normal_f64(stream, out, count);
        return BK_OK;
    case 6:
        return bk_fill_normal_scaled_f32(stream, out, count, 3.0F, 0.3F);
    case 7:
        return bk_fill_normal_scaled_f64(stream, out, count, 3.0, 0.3);
    case 8:
        return bk_fill_exponential_f64(stream, out, count, 0.3);
    case 9:
        return bk_fill_exponential_f32(stream, out, count, 0.3);
    case 10:
        return bk_fill_integer_u64(stream, out, count, 1000);
    case 11:
        return bk_fill_integer_exact_u64(stream, out, count, UINT64_C(0xc000000000000001));
    case 12:
        return bk_fill_bernoulli(stream, out, count, 0.3);
    case 13:
        return bk_fill_binomial(stream, out, count, 20, 0.7);
    case 14:
        return bk_fill_binomial(stream, out, count, 100, 0.3);
    case 15:
        return bk_fill_binomial(stream, out, count, 1000000000000, 0.9);
    case 16:
        return bk_fill_poisson(stream, out, count, 4.5);
    case 17:
        return bk_fill_poisson(stream, out, count, 12.5);
    case 18:
        return bk_fill_poisson(stream, out, count, 1e12);
    case 19:
        return bk_fill_gamma(stream, out, count, 0.4, 3.0);
    case 20:
        return bk_fill_gamma(stream, out, count, 3.0, 3.0);
    case 21:
        return bk_fill_beta(stream, out, count, 0.4, 3.0);
    case 22:
        return bk_fill_beta(stream, out, count, 4.0, 3.0);
    default:
        return bk_fill_student_t(stream, out, count, 3.0);
    }
}

static uint64_t sum_of(const void *data, size_t bytes)
{
    uint64_t sum = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < bytes; i++) {
        sum = (sum ^ ((const unsigned char *)data)[i]) * UINT64_C(0x100000001b3);
    }
    return sum;
}

/* The position after the fill counts too: its bytes are summed up with the values. */
static uint64_t frozen_sum(int k)
{
    static values out;
    bk_stream stream = bk_stream_open(20240613, 1033, (uint64_t)k);
    cr_assert(fill(k, &stream, &out, n) == BK_OK);
    const uint64_t next = bk_stream_next(&stream);
    return sum_of(&out, n * table[k].size) ^ next;
}

Test(transforms, frozen_bits_on_every_instruction_set)
{
    for (int isa = 0; isa < BK_ISA_COUNT; isa++) {
        if (!bk_kernel_available((bk_isa)isa)) {
            continue;
        }
        cr_assert(bk_kernel_use((bk_isa)isa) == BK_OK);
        for (int k = 0; k < kinds; k++) {
            const uint64_t sum = frozen_sum(k);
            cr_expect(sum == table[k].frozen, "row %d gives 0x%016llx: %s on %s", k, (unsigned long long)sum,
                      table[k].name, bk_isa_name((bk_isa)isa));
        }
    }
}

Test(transforms, a_fill_is_so_many_fills_of_one)
{
    static values all, part;
    static const size_t lengths[] = {0, 1, 2, 1023, 1024, 1025, 2500};
    for (int k = 0; k < kinds; k++) {
        const bk_stream start = bk_stream_open(20240613, 1034, (uint64_t)k);
        bk_stream whole = start, single = start;
        cr_assert(fill(k, &whole, &all, n) == BK_OK);
        const size_t size = table[k].size;
        if (table[k].draws == 0 || table[k].draws == 1) {
            for (size_t i = 0; i < n; i++) {
                cr_assert(fill(k, &single, (char *)&part + i * size, 1) == BK_OK);
            }
            cr_assert(memcmp(&all, &part, n * size) == 0, "%s", table[k].name);
            cr_assert(memcmp(&whole, &single, sizeof whole) == 0, "%s", table[k].name);
        }
        for (size_t l = 0; l < sizeof lengths / sizeof lengths[0]; l++) {
            memset(&part, 0x55, sizeof part);
            bk_stream stream = start, counted = start;
            cr_assert(fill(k, &stream, &part, lengths[l]) == BK_OK);
            cr_assert(memcmp(&all, &part, lengths[l] * size) == 0, "%s, %zu values", table[k].name,
                      lengths[l]);
            cr_assert(((unsigned char *)&part)[lengths[l] * size] == 0x55, "%s writes too far",
                      table[k].name);
            const uint64_t pairs = (lengths[l] + 1) / 2;
            bk_stream_advance(&counted,
                              table[k].draws == 1 ? lengths[l] : pairs * (uint64_t)(table[k].draws - 1));
            cr_assert(table[k].draws == 0 || memcmp(&counted, &stream, sizeof stream) == 0, "%s, %zu values",
                      table[k].name, lengths[l]);
        }
    }
}

Test(transforms, next_is_the_first_of_a_fill)
{
    for (uint64_t i = 0; i < 500; i++) {
        bk_stream a = bk_stream_open(i, 1035, 0), b = a;
        double wide;
        float single;
        bk_fill_uniform_f64(&a, &wide, 1);
        cr_assert(bk_next_uniform_f64(&b) == wide);
        bk_fill_uniform_f32(&a, &single, 1);
        cr_assert(bk_next_uniform_f32(&b) == single);
        bk_fill_normal_f64(&a, &wide, 1);
        cr_assert(bk_next_normal_f64(&b) == wide);
        bk_fill_normal_f32(&a, &single, 1);
        cr_assert(bk_next_normal_f32(&b) == single);
        cr_assert(bk_fill_exponential_f64(&a, &wide, 1, 1.0) == BK_OK);
        cr_assert(bk_next_exponential_f64(&b) == wide);
        cr_assert(bk_fill_exponential_f32(&a, &single, 1, 1.0) == BK_OK);
        cr_assert(bk_next_exponential_f32(&b) == single);
        cr_assert(memcmp(&a, &b, sizeof a) == 0);
    }
}

/* The ends of the half step: the smallest and the largest draw stay away from 0 and 1. */
Test(transforms, the_exponential_formula)
{
    static double wide[1000];
    static float single[2000];
    static uint64_t draws[1000];
    bk_stream stream = bk_stream_open(3, 1036, 0);
    bk_stream_fill(&stream, draws, 1000);
    stream = bk_stream_open(3, 1036, 0);
    cr_assert(bk_fill_exponential_f64(&stream, wide, 1000, 2.0) == BK_OK);
    stream = bk_stream_open(3, 1036, 0);
    cr_assert(bk_fill_exponential_f32(&stream, single, 2000, 2.0) == BK_OK);
    for (int i = 0; i < 1000; i++) {
        const double u = ((double)(draws[i] >> 11) + 0.5) * 0x1p-53;
        double logarithm = __builtin_log(u);
        cr_assert(__builtin_fabs(wide[i] + logarithm / 2.0) <= 4e-16 * wide[i]);
        for (int half = 0; half < 2; half++) {
            logarithm = __builtin_log(((double)(uint32_t)(draws[i] >> 32 * half) + 0.5) * 0x1p-32);
            const double y = (double)single[2 * i + half];
            cr_assert(__builtin_fabs(y + logarithm / 2.0) <= 6.1e-8 * y);
        }
    }
}

Test(transforms, one_table_of_names)
{
    const char *names = bk_transform_names();
    for (size_t row = 0; row < bk_transform_count(); row++) {
        const bk_transform_facts *facts = bk_transform_row(row);
        cr_assert(strncmp(names, facts->name, strlen(facts->name)) == 0);
        names += strlen(facts->name);
        cr_assert(*names == (row + 1 == bk_transform_count() ? '\0' : ' '));
        names += *names == ' ' ? 1 : 0;
        cr_assert(facts->draws[0] != '\0' && facts->domain[0] != '\0');
        for (size_t other = 0; other < row; other++) {
            cr_assert(strcmp(facts->name, bk_transform_row(other)->name) != 0);
        }
    }
    cr_assert(bk_transform_row(bk_transform_count()) == NULL);
    for (int k = 0; k < kinds; k++) {
        cr_assert(strstr(bk_transform_names(), table[k].name) != NULL, "%s", table[k].name);
    }
}
