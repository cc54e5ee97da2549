/* SPDX-License-Identifier: GPL-3.0-or-later
 * What a resample holds: counts made with NumPy from the definition (stats/resample.h), sums as sums of
 * counts times values, the same bits on every instruction set, all ways in which few draws can fall, and the
 * multinomial law by chi-square with planted faults. Statistical tests have fixed seeds and an error
 * probability of 1e-9 each. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#ifndef MATHLIB_STANDALONE /* pkg-config may have set it */
#define MATHLIB_STANDALONE
#endif
#include <Rmath.h>

#include "brisk/kernel.h"
#include "brisk/stats.h"
#include "kernel/kernel.h"
#include "kernel/loops/binomial_table.h"
#include "stats/resample.h"

enum { TOGETHER = 37 };
static uint64_t state[2 * TOGETHER], increment[2 * TOGETHER];

/* The streams (9, bootstrap, 0), ... */
static void open_streams(void)
{
    for (size_t r = 0; r < TOGETHER; r++) {
        const bk_stream stream = bk_stream_open(9, BK_PURPOSE_BOOTSTRAP, r);
        state[2 * r] = stream.state_high;
        state[2 * r + 1] = stream.state_low;
        increment[2 * r] = stream.increment_high;
        increment[2 * r + 1] = stream.increment_low;
    }
}

/* ---- Against NumPy ---------------------------------------------------------------------------------------
 */

static uint64_t hash_of(const uint32_t *counts, size_t n)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < 4 * n; i++) {
        hash = (hash ^ (counts[i / 4] >> 8 * (i % 4) & 0xff)) * UINT64_C(0x100000001b3);
    }
    return hash;
}

/* Alone, and as one of three. */
Test(resample, counts_are_those_of_numpy)
{
    static uint32_t counts[3 * 40961];
    FILE *file = fopen(BRISK_TEST_DATA "/stats_resample_halve.txt", "r");
    cr_assert_not_null(file);
    open_streams();
    size_t n, draws, replicate, lines = 0;
    unsigned long long hash;
    while (fscanf(file, "%zu %zu %zu %llx", &n, &draws, &replicate, &hash) == 4) {
        cr_assert(n <= 40961 && replicate < 3);
        for (int isa = 0; isa < BK_ISA_COUNT; isa++) {
            const bk_kernels *kernels = bk_kernels_of((bk_isa)isa);
            if (kernels != NULL) {
                kernels->resample_counts(counts, n, draws, state + 2 * replicate, increment + 2 * replicate,
                                         1);
                cr_assert_eq(hash_of(counts, n), hash, "%s: n = %zu, %zu draws, replicate %zu",
                             bk_isa_name((bk_isa)isa), n, draws, replicate);
                kernels->resample_counts(counts, n, draws, state, increment, 3);
                cr_assert_eq(hash_of(counts + n * replicate, n), hash, "of three: n = %zu, %zu draws", n,
                             draws);
            }
        }
        lines++;
    }
    fclose(file);
    cr_assert_eq(lines, 460);
}

/* ---- Sums
 * -------------------------------------------------------------------------------------------------- */

static double things[2 * 20016], lanes[16 * TOGETHER];
static uint32_t drawn_counts[TOGETHER * 20011];

/* Lane l of column c of resample r by its drawn_counts. */
static double plain_lane(size_t n, size_t r, size_t width, size_t l, size_t column)
{
    double sum = 0;
    for (size_t i = l; i < n; i += 8) {
        sum += (double)drawn_counts[n * r + i] * things[width * i + column];
    }
    return sum;
}

static void check_lanes(size_t n, size_t width, const char *name)
{
    for (size_t r = 0; r < TOGETHER; r++) {
        for (size_t i = 0; i < 8 * width; i++) {
            cr_assert_eq(lanes[8 * width * r + i], plain_lane(n, r, width, i / width, i % width),
                         "%s: n = %zu, width %zu, resample %zu, lane %zu", name, n, width, r, i);
        }
    }
}

static void check_sums(const bk_kernels *kernels, const char *name, size_t n, size_t draws)
{
    for (size_t width = 1; width <= 2; width++) {
        for (size_t i = 0; i < sizeof things / sizeof things[0]; i++) {
            things[i] = (double)NAN; /* what lies behind the last one must not count */
        }
        for (size_t i = 0; i < width * n; i++) {
            things[i] = 1.0 / (double)(3 + i) - (i % 5 == 0 ? 0.25 : 0);
        }
        kernels->resample_counts(drawn_counts, n, draws, state, increment, TOGETHER);
        (width == 1 ? kernels->resample_sums : kernels->resample_pairs)(lanes, things, n, draws, state,
                                                                        increment, TOGETHER);
        check_lanes(n, width, name);
    }
}

Test(resample, sums_are_those_of_the_counts_bit_for_bit)
{
    static const size_t sizes[] = {1, 2, 3, 7, 8, 9, 23, 64, 100, 127, 128, 250, 1000, 1024, 4097, 20011};
    open_streams();
    for (int isa = 0; isa < BK_ISA_COUNT; isa++) {
        const bk_kernels *kernels = bk_kernels_of((bk_isa)isa);
        for (size_t s = 0; s < sizeof sizes / sizeof sizes[0] && kernels != NULL; s++) {
            check_sums(kernels, bk_isa_name((bk_isa)isa), sizes[s], sizes[s]);
        }
    }
}

Test(resample, means_and_moments_come_from_the_counts)
{
    static double x[3001];
    static uint32_t count[3001];
    for (size_t i = 0; i < 3001; i++) {
        x[i] = (double)(i * 37 % 1009) / 64; /* sums are exact */
    }
    const bk_bootstrap_data data = {.x = x, .n = 3001};
    bk_bootstrap_options options = bk_bootstrap_options_of(BK_STATISTIC_MEAN);
    options.resamples = 70;
    options.seed = 9;
    options.keep_replicates = true;
    bk_bootstrap *bootstrap = bk_bootstrap_create(&data, &options);
    options.studentized = true; /* pairs: another kernel, the same means */
    bk_bootstrap *paired = bk_bootstrap_create(&data, &options);
    options.statistic = BK_STATISTIC_MEDIAN;
    options.studentized = false;
    bk_bootstrap *median = bk_bootstrap_create(&data, &options);
    cr_assert(bootstrap && paired && median, "%s", bk_error_message());
    for (size_t r = 0; r < 70; r++) {
        const bk_stream stream = bk_stream_open(9, BK_PURPOSE_BOOTSTRAP, r);
        bk_resample_counts(count, 1, &stream, 3001);
        double sum = 0, below = 0, upto = 0;
        const double middle = bk_bootstrap_replicates(median)[r];
        for (size_t i = 0; i < 3001; i++) {
            sum += count[i] * x[i];
            below += x[i] < middle ? count[i] : 0;
            upto += x[i] <= middle ? count[i] : 0;
        }
        cr_assert_eq(bk_bootstrap_replicates(bootstrap)[r], sum / 3001, "r = %zu", r);
        cr_assert_eq(bk_bootstrap_replicates(paired)[r], sum / 3001, "r = %zu", r);
        cr_assert(below <= 1500 && upto > 1500, "r = %zu", r);
    }
    bk_bootstrap_destroy(bootstrap);
    bk_bootstrap_destroy(paired);
    bk_bootstrap_destroy(median);
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

/* Every way in which n draws fall on n things, of all streams alike: 0 2, 1 1, 2 0 for two. */
static bool ways_are_multinomial(const uint64_t *seen, size_t ways, const double *probability, double draws)
{
    double chi_square = 0;
    for (size_t i = 0; i < ways; i++) {
        const double d = (double)seen[i] - draws * probability[i];
        chi_square += d * d / (draws * probability[i]);
    }
    return chi_square < qchisq(ERROR_PROBABILITY, (double)ways - 1, 0, 0);
}

/* Ways of n = 2 to 4 by their counts in base 5; fault: that many of 1000 resamples are those of their
 * neighbour's first two things exchanged. */
static bool small_ways(size_t n, size_t fault)
{
    static uint64_t seen[625], met[625];
    static double probability[625];
    static const double factorial[] = {1, 1, 2, 6, 24};
    enum { STREAMS = 200000 };
    size_t ways = 0;
    memset(seen, 0, sizeof seen);
    for (size_t r = 0; r < STREAMS; r++) {
        uint32_t count[4] = {0};
        const bk_stream stream = bk_stream_open(20240502, BK_PURPOSE_BOOTSTRAP, r);
        bk_resample_counts(count, 1, &stream, n);
        if (r % 1000 < fault && count[0] < count[1]) {
            const uint32_t swap = count[0];
            count[0] = count[1];
            count[1] = swap;
        }
        seen[count[0] + 5 * count[1] + 25 * count[2] + 125 * count[3]]++;
    }
    for (size_t code = 0; code < 625; code++) {
        const size_t digit[] = {code % 5, code / 5 % 5, code / 25 % 5, code / 125};
        if (digit[0] + digit[1] + digit[2] + digit[3] == n && (n > 2 || code < 25) && (n > 3 || code < 125)) {
            probability[ways] = factorial[n] / pow((double)n, (double)n);
            for (size_t i = 0; i < 4; i++) {
                probability[ways] /= factorial[digit[i]];
            }
            met[ways++] = seen[code];
        }
    }
    return ways_are_multinomial(met, ways, probability, STREAMS);
}

Test(resample_law, few_draws_fall_in_every_way)
{
    for (size_t n = 2; n <= 4; n++) {
        cr_assert(small_ways(n, 0), "n = %zu", n);
        cr_assert_not(small_ways(n, 60), "n = %zu: a fault in 6 of 100 resamples", n);
    }
}

enum { RESAMPLES = 4000, MOST = 20011 };
static uint64_t pooled[MOST], low[RESAMPLES], leaf[RESAMPLES], last[RESAMPLES];

/* In one resample of 8, draws of things `fault` + 1, 2 fault + 1, ... are turned to the one before; 0: none.
 */
static void draw_all(size_t n, uint32_t fault)
{
    static uint32_t drawn[32 * MOST];
    memset(pooled, 0, sizeof pooled);
    for (size_t r = 0; r < RESAMPLES; r++) {
        if (r % 32 == 0) {
            bk_stream streams[32];
            for (size_t i = 0; i < 32; i++) {
                streams[i] = bk_stream_open(20240501, BK_PURPOSE_BOOTSTRAP, r + i);
            }
            bk_resample_counts(drawn, 32, streams, n);
        }
        low[r] = leaf[r] = last[r] = 0;
        for (size_t i = 0; i < n; i++) {
            const uint32_t count = drawn[n * (r % 32) + i];
            const size_t to = fault > 0 && i % fault == 1 && r % 8 == 0 ? i - 1 : i;
            pooled[to] += count;
            low[r] += to < n / 3 ? count : 0;
            leaf[r] += to >= 64 && to < 96 ? count : 0;
            last[r] += to == n - 1 ? count : 0;
        }
    }
}

Test(resample_law, counts_are_multinomial)
{
    const size_t n[] = {100, 1000, 3001, 16384, MOST};
    for (size_t s = 0; s < 5; s++) {
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
