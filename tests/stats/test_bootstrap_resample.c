/* SPDX-License-Identifier: GPL-3.0-or-later
 * What a resample holds: both ways of drawing against a plain reading of their definition (stats/resample.h),
 * the same bits on every instruction set, and the multinomial law by chi-square with planted faults.
 * Statistical tests have fixed seeds and an error probability of 1e-9 each. */
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#ifndef MATHLIB_STANDALONE /* pkg-config may have set it */
#define MATHLIB_STANDALONE
#endif
#include <Rmath.h>

#include "brisk/kernel.h"
#include "brisk/stats.h"
#include "kernel/loops/binomial_table.h"
#include "stats/resample.h"

/* ---- The plain reading ------------------------------------------------------------------------------ */

static void plain_index(uint32_t *index, bk_stream *stream, size_t n)
{
    size_t drawn = 0;
    while (drawn < n) {
        const size_t missing = n - drawn;
        uint64_t word = 0;
        for (size_t q = 0; q < missing; q++) {
            word = q % 4 == 0 ? bk_stream_next(stream) : word >> 16;
            const uint64_t product = (word & 0xffff) * n;
            if (product % 65536 >= 65536 % n) {
                index[drawn++] = (uint32_t)(product >> 16);
            }
        }
    }
}

static size_t plain_split(bk_stream *stream, size_t count)
{
    size_t left = 0;
    for (; count >= 1024; count -= 1024) {
        const uint64_t word = bk_stream_next(stream);
        const size_t column = word >> 55;
        const bool own = (word << 9 >> 9) < binomial_share[column];
        left += BK_BINOMIAL_FIRST + (own ? column : binomial_alias[column]);
    }
    for (uint64_t word = 0, bit = 0; bit < count; bit++) {
        word = bit % 64 == 0 ? bk_stream_next(stream) : word >> 1;
        left += word & 1;
    }
    return left;
}

static uint32_t *plain_leaf(uint32_t *index, bk_stream *stream, size_t first, size_t size, size_t count)
{
    while (count > 0) {
        const size_t now = count < 48 ? count : 48, words = (now + 11) / 12;
        uint64_t word[4];
        for (size_t w = 0; w < words; w++) {
            word[w] = bk_stream_next(stream);
        }
        for (size_t i = 0; i < now; i++) {
            const size_t field = i / (4 * words), quarter = i % (4 * words);
            const uint64_t bits = word[quarter / 4] >> 16 * (quarter % 4) >> 5 * field & 31;
            *index++ = (uint32_t)(first + bits % size);
        }
        count -= now;
    }
    return index;
}

static uint32_t *plain_patch(uint32_t *index, bk_stream *stream, size_t first, size_t size, size_t count)
{
    static size_t node[128], half[128];
    size_t nodes = 1;
    node[0] = count;
    for (; size / nodes > 32; nodes *= 2) {
        for (size_t i = 0; i < nodes; i++) {
            half[2 * i] = plain_split(stream, node[i]);
            half[2 * i + 1] = node[i] - half[2 * i];
        }
        memcpy(node, half, sizeof node);
    }
    for (size_t i = 0; i < nodes; i++) {
        index = plain_leaf(index, stream, first + i * (size / nodes), size / nodes, node[i]);
    }
    return index;
}

static uint32_t *plain_block(uint32_t *index, bk_stream *stream, size_t first, size_t size, size_t count)
{
    if (size <= 2048) {
        return plain_patch(index, stream, first, size, count);
    }
    const size_t left = plain_split(stream, count);
    index = plain_block(index, stream, first, size / 2, left);
    return plain_block(index, stream, first + size / 2, size / 2, count - left);
}

/* Throws count draws onto [first, first + size), of which those below n count; returns those that fell
 * beyond. */
static size_t plain_path(size_t *block, bk_stream *stream, size_t first, size_t size, size_t count, size_t n)
{
    if (count == 0 || first >= n) {
        return count;
    }
    if (first + size <= n) {
        block[(size_t)log2((double)size)] += count;
        return 0;
    }
    const size_t left = plain_split(stream, count);
    const size_t middle = first + size / 2;
    if (middle <= n) {
        block[(size_t)log2((double)(size / 2))] += left;
        return plain_path(block, stream, middle, size / 2, count - left, n);
    }
    return count - left + plain_path(block, stream, first, size / 2, left, n);
}

static void plain_splitting(uint32_t *index, bk_stream *stream, size_t n)
{
    size_t block[64] = {0}, size = 1, falling = n;
    while (size < n) {
        size *= 2;
    }
    while (falling > 0) {
        falling = plain_path(block, stream, 0, size, falling, n);
    }
    size_t first = 0;
    for (size_t height = 64; height-- > 0;) {
        if (n >> height & 1) {
            index = plain_block(index, stream, first, (size_t)1 << height, block[height]);
            first += (size_t)1 << height;
        }
    }
}

static void plain_resample(uint32_t *index, uint64_t seed, uint64_t replicate, size_t n)
{
    bk_stream stream = bk_stream_open(seed, BK_PURPOSE_BOOTSTRAP, replicate);
    if (n <= 16384) {
        plain_index(index, &stream, n);
    } else {
        plain_splitting(index, &stream, n);
    }
}

static const size_t sizes[] = {1,     2,     3,     7,     8,     23,     100,   511,
                               512,   513,   1000,  2049,  4097,  10007,  16384, 16385,
                               17000, 20000, 32768, 40961, 65535, 100003, 131072};

Test(resample, indices_are_those_of_the_definition)
{
    static uint32_t fast[131072 + 64], plain[131072];
    for (size_t s = 0; s < sizeof sizes / sizeof sizes[0]; s++) {
        const size_t n = sizes[s];
        for (uint64_t replicate = 0; replicate < 3; replicate++) {
            bk_stream stream = bk_stream_open(9, BK_PURPOSE_BOOTSTRAP, replicate);
            bk_resample_indices(fast, &stream, n);
            plain_resample(plain, 9, replicate, n);
            cr_assert_eq(memcmp(fast, plain, n * sizeof *plain), 0, "n = %zu, replicate %zu", n,
                         (size_t)replicate);
        }
    }
}

/* Sums in the order that resample.h states: lanes restart with each round, or each patch. */
static double plain_sum(const uint32_t *index, const double *x, size_t n, uint64_t replicate)
{
    double lane[8] = {0};
    if (n <= 16384) {
        bk_stream stream = bk_stream_open(9, BK_PURPOSE_BOOTSTRAP, replicate);
        for (size_t drawn = 0; drawn < n;) {
            const size_t missing = n - drawn;
            uint64_t word = 0;
            for (size_t q = 0; q < missing; q++) {
                word = q % 4 == 0 ? bk_stream_next(&stream) : word >> 16;
                const uint64_t product = (word & 0xffff) * n;
                if (product % 65536 >= 65536 % n) {
                    lane[q % 8] += x[product >> 16];
                    drawn++;
                }
            }
        }
    } else {
        size_t patch = SIZE_MAX, i = 0;
        for (size_t d = 0; d < n; d++) {
            /* Blocks begin at multiples of their size, so patches are told apart by 2048s and, below, by
             * blocks. */
            size_t here = index[d] / 2048;
            if (here == n / 2048) {
                size_t first = n / 2048 * 2048, height = 10;
                while (index[d] >= first + (n >> height & 1 ? (size_t)1 << height : 0)) {
                    first += n >> height & 1 ? (size_t)1 << height : 0;
                    height--;
                }
                here = 1000000 + height;
            }
            i = here == patch ? i + 1 : 0;
            patch = here;
            lane[i % 8] += x[index[d]];
        }
    }
    return ((lane[0] + lane[4]) + (lane[2] + lane[6])) + ((lane[1] + lane[5]) + (lane[3] + lane[7]));
}

Test(resample, means_are_the_sums_of_the_definition_bit_for_bit)
{
    static uint32_t index[131072];
    static double x[131072];
    for (size_t i = 0; i < 131072; i++) {
        x[i] = 1.0 / (double)(3 + i);
    }
    for (size_t s = 0; s < sizeof sizes / sizeof sizes[0]; s++) {
        const size_t n = sizes[s];
        const bk_bootstrap_data data = {.x = x, .n = n};
        bk_bootstrap_options options = bk_bootstrap_options_of(BK_STATISTIC_MEAN);
        options.resamples = 9;
        options.seed = 9;
        options.keep_replicates = true;
        bk_bootstrap *bootstrap = bk_bootstrap_create(&data, &options);
        options.studentized = true; /* pairs: another kernel, the same means */
        bk_bootstrap *paired = bk_bootstrap_create(&data, &options);
        cr_assert(bootstrap && paired, "%s", bk_error_message());
        for (size_t r = 0; r < 9; r++) {
            plain_resample(index, 9, r, n);
            const double mean = plain_sum(index, x, n, r) / (double)n;
            cr_assert_eq(bk_bootstrap_replicates(bootstrap)[r], mean, "n = %zu r = %zu", n, r);
            cr_assert_eq(bk_bootstrap_replicates(paired)[r], mean, "n = %zu r = %zu", n, r);
        }
        bk_bootstrap_destroy(bootstrap);
        bk_bootstrap_destroy(paired);
    }
}

Test(resample, same_bits_on_every_instruction_set_and_thread_count)
{
    static double x[40000], expected[2][40];
    for (size_t i = 0; i < 40000; i++) {
        x[i] = 1.0 / (double)(3 + i);
    }
    const size_t n[] = {1777, 40000};
    for (size_t s = 0; s < 2; s++) {
        const bk_bootstrap_data data = {.x = x, .n = n[s]};
        bk_bootstrap_options options = bk_bootstrap_options_of(BK_STATISTIC_MEAN);
        options.resamples = 40;
        options.keep_replicates = true;
        bool first = true;
        for (int isa = 0; isa < BK_ISA_COUNT; isa++) {
            for (int threads = 1; threads <= 3 && bk_kernel_available((bk_isa)isa); threads++) {
                cr_assert_eq(bk_kernel_use((bk_isa)isa), BK_OK);
                cr_assert_eq(bk_set_threads(threads), BK_OK);
                bk_bootstrap *bootstrap = bk_bootstrap_create(&data, &options);
                cr_assert_not_null(bootstrap);
                if (first) {
                    memcpy(expected[s], bk_bootstrap_replicates(bootstrap), sizeof expected[s]);
                    first = false;
                }
                cr_assert_eq(memcmp(bk_bootstrap_replicates(bootstrap), expected[s], sizeof expected[s]), 0);
                bk_bootstrap_destroy(bootstrap);
            }
        }
    }
}

/* ---- The law ------------------------------------------------------------------------------------------ */

#define ERROR_PROBABILITY 1e-9

Test(resample_law, alias_table_is_the_binomial)
{
    static double made[1025];
    for (size_t c = 0; c < 512; c++) {
        const double own = (double)binomial_share[c] * 0x1p-55;
        if (BK_BINOMIAL_FIRST + c <= 1024) {
            made[BK_BINOMIAL_FIRST + c] += own / 512;
        }
        made[BK_BINOMIAL_FIRST + binomial_alias[c]] += (1 - own) / 512;
    }
    for (size_t j = 0; j <= 1024; j++) {
        cr_assert_float_eq(made[j], dbinom((double)j, 1024, .5, 0), 1e-16 + 1e-12 * made[j], "j = %zu", j);
    }
}

/* How often values [begin, end) are drawn in each of `resamples` resamples of n: Binomial(n, (end - begin) /
 * n). */
static bool region_is_binomial(const uint64_t *counts, size_t resamples, size_t n, double p)
{
    uint64_t *observed = bk_allocate(n + 1, sizeof *observed);
    for (size_t r = 0; r < resamples; r++) {
        observed[counts[r]]++;
    }
    double chi_square = 0, cell_expected = 0, cell_observed = 0, left = (double)resamples;
    int cells = 0;
    for (size_t j = 0; j <= n; j++) {
        const double expected = (double)resamples * dbinom((double)j, (double)n, p, 0);
        cell_expected += expected;
        cell_observed += (double)observed[j];
        left -= expected;
        if ((cell_expected >= 10 && left >= 10) || j == n) {
            const double d = cell_observed - cell_expected;
            chi_square += d * d / cell_expected;
            cell_expected = cell_observed = 0;
            cells++;
        }
    }
    bk_free(observed);
    return chi_square < qchisq(ERROR_PROBABILITY, cells - 1, 0, 0);
}

/* Chi-square of the pooled counts of single values: each as probable as the others. */
static bool values_are_uniform(const uint64_t *pooled, size_t n, double draws)
{
    double chi_square = 0;
    for (size_t i = 0; i < n; i++) {
        const double d = (double)pooled[i] - draws / (double)n;
        chi_square += d * d / (draws / (double)n);
    }
    return chi_square < qchisq(ERROR_PROBABILITY, (double)n - 1, 0, 0);
}

enum { RESAMPLES = 4000, MOST = 20011 };
static uint64_t pooled[MOST], low[RESAMPLES], leaf[RESAMPLES], last[RESAMPLES];

/* `fault` of indices are turned to the value below; 0: none. */
static void draw_all(size_t n, uint32_t fault)
{
    static uint32_t index[MOST];
    memset(pooled, 0, sizeof pooled);
    for (size_t r = 0; r < RESAMPLES; r++) {
        bk_stream stream = bk_stream_open(20240501, BK_PURPOSE_BOOTSTRAP, r);
        bk_resample_indices(index, &stream, n);
        low[r] = leaf[r] = last[r] = 0;
        for (size_t d = 0; d < n; d++) {
            const uint32_t i = fault > 0 && index[d] % fault == 1 && r % 8 == 0 ? index[d] - 1 : index[d];
            pooled[i]++;
            low[r] += i < n / 3;
            leaf[r] += i >= 64 && i < 96;
            last[r] += i == n - 1;
        }
    }
}

Test(resample_law, both_ways_of_drawing_are_multinomial)
{
    const size_t n[] = {1000, 3001, 16385, MOST};
    for (size_t s = 0; s < 4; s++) {
        draw_all(n[s], 0);
        cr_assert(values_are_uniform(pooled, n[s], (double)n[s] * RESAMPLES), "n = %zu", n[s]);
        cr_assert(region_is_binomial(low, RESAMPLES, n[s], (double)(n[s] / 3) / (double)n[s]), "n = %zu",
                  n[s]);
        cr_assert(region_is_binomial(leaf, RESAMPLES, n[s], 32 / (double)n[s]), "n = %zu", n[s]);
        cr_assert(region_is_binomial(last, RESAMPLES, n[s], 1 / (double)n[s]), "n = %zu", n[s]);
    }
}

Test(resample_law, planted_faults_are_seen)
{
    /* One value in 16, in one resample of 8, goes to its neighbour. */
    draw_all(MOST, 16);
    cr_assert_not(values_are_uniform(pooled, MOST, (double)MOST * RESAMPLES));
    /* A binomial that keeps its mean and loses a fifth of its variance... */
    draw_all(MOST, 0);
    for (size_t r = 0; r < RESAMPLES; r++) {
        const double centre = (double)(MOST / 3);
        low[r] = (uint64_t)(centre + ((double)low[r] - centre) * .9);
    }
    cr_assert_not(region_is_binomial(low, RESAMPLES, MOST, (double)(MOST / 3) / (double)MOST));
    /* ... and draws that share a word with their neighbour's resample. */
    for (size_t r = 0; r < RESAMPLES; r++) {
        leaf[r] = leaf[r - r % 50];
    }
    cr_assert_not(region_is_binomial(leaf, RESAMPLES, MOST, 32 / (double)MOST));
}
