/* SPDX-License-Identifier: GPL-3.0-or-later
 * Resampling: replicates as NumPy draws them, the law of the counts, bits for any thread count, the ideal
 * bootstrap's ends, and whether the Monte Carlo error that is reported is the one that happens.
 * Statistical tests have fixed seeds and an error probability of 1e-9 each, and a planted fault beside. */
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

#define MOST_RESAMPLES 100000

static uint8_t *errors_spread(size_t n, size_t k)
{
    uint8_t *error = bk_allocate(n, 1);
    for (size_t i = 0; i < k; i++) {
        error[(2 * i + 1) * n / (2 * k)] = 1;
    }
    return error;
}

Test(bootstrap, replicates_equal_numpys)
{
    FILE *file = fopen(BRISK_TEST_DATA "/stats_resamples.txt", "r");
    cr_assert_not_null(file);
    static uint8_t error[5001];
    static double losses[5001];
    for (unsigned i = 0; i < 5001; i++) {
        error[i] = i % 5 == 2;
        losses[i] = (37 * i) % 101 / 64.0;
    }
    size_t n, replicate, lines = 0;
    unsigned long long seed, count;
    double mean;
    while (fscanf(file, "%zu %llu %zu %llu %lf", &n, &seed, &replicate, &count, &mean) == 5) {
        uint64_t counts[130];
        double means[130];
        cr_assert_eq(bk_bootstrap_count(counts, replicate + 1, error, n, seed), BK_OK);
        cr_assert_eq(bk_bootstrap_mean(means, replicate + 1, losses, n, seed), BK_OK);
        cr_assert_eq(counts[replicate], count, "n %zu seed %llu replicate %zu", n, seed, replicate);
        cr_assert_eq(means[replicate], mean);
        lines++;
    }
    fclose(file);
    cr_assert_eq(lines, 40);
}

Test(bootstrap, mean_of_inexact_losses_sums_in_the_order_it_states)
{
    enum { N = 4099, REPLICATES = 200 };
    static double losses[N];
    static uint32_t index[N];
    for (size_t i = 0; i < N; i++) {
        losses[i] = 1.0 / (double)(3 + i);
    }
    double means[REPLICATES];
    cr_assert_eq(bk_bootstrap_mean(means, REPLICATES, losses, N, 9), BK_OK);
    for (size_t r = 0; r < REPLICATES; r++) {
        bk_stream stream = bk_stream_open(9, BK_PURPOSE_BOOTSTRAP, r);
        cr_assert_eq(bk_fill_integer_u32(&stream, index, N, N), BK_OK);
        double lane[8] = {0};
        for (size_t i = 0; i < N; i++) {
            lane[i % 8] += losses[index[i]];
        }
        const double sum =
            ((lane[0] + lane[4]) + (lane[2] + lane[6])) + ((lane[1] + lane[5]) + (lane[3] + lane[7]));
        cr_assert_eq(means[r], sum / N);
    }
}

Test(bootstrap, same_bits_for_1_2_and_7_threads)
{
    enum { N = 777, REPLICATES = 1001 };
    static uint64_t counts[3][REPLICATES];
    static double means[3][REPLICATES];
    static double losses[N];
    uint8_t *error = errors_spread(N, 70);
    for (size_t i = 0; i < N; i++) {
        losses[i] = 1.0 / (double)(3 + i);
    }
    const int threads[] = {1, 2, 7};
    for (size_t t = 0; t < 3; t++) {
        cr_assert_eq(bk_set_threads(threads[t]), BK_OK);
        cr_assert_eq(bk_bootstrap_count(counts[t], REPLICATES, error, N, 3), BK_OK);
        cr_assert_eq(bk_bootstrap_mean(means[t], REPLICATES, losses, N, 3), BK_OK);
        cr_assert_eq(memcmp(counts[t], counts[0], sizeof counts[0]), 0);
        cr_assert_eq(memcmp(means[t], means[0], sizeof means[0]), 0);
    }
    bk_free(error);
}

Test(bootstrap, same_bits_on_every_instruction_set)
{
    enum { N = 2777, REPLICATES = 20 };
    static double losses[N];
    double expected[REPLICATES], means[REPLICATES];
    for (size_t i = 0; i < N; i++) {
        losses[i] = 1.0 / (double)(3 + i);
    }
    cr_assert_eq(bk_kernel_use(BK_ISA_SCALAR), BK_OK);
    cr_assert_eq(bk_bootstrap_mean(expected, REPLICATES, losses, N, 5), BK_OK);
    for (int isa = 0; isa < BK_ISA_COUNT; isa++) {
        if (bk_kernel_available((bk_isa)isa)) {
            cr_assert_eq(bk_kernel_use((bk_isa)isa), BK_OK);
            cr_assert_eq(bk_bootstrap_mean(means, REPLICATES, losses, N, 5), BK_OK);
            cr_assert_eq(memcmp(means, expected, sizeof means), 0, "%s", bk_isa_name((bk_isa)isa));
        }
    }
}

Test(bootstrap, refuses_bad_input_and_leaves_the_output)
{
    const uint8_t error[] = {0, 1, 2};
    const double losses[] = {0, 1, (double)NAN};
    const double large[] = {1e308, 1e308, 1e308};
    uint64_t counts[] = {77};
    double means[] = {77};
    cr_assert_eq(bk_bootstrap_count(counts, 1, error, 3, 1), BK_INVALID);
    cr_assert(strstr(bk_error_message(), "error[2] = 2"));
    cr_assert_eq(bk_bootstrap_count(counts, 0, error, 2, 1), BK_INVALID);
    cr_assert_eq(bk_bootstrap_count(counts, 1, error, 0, 1), BK_INVALID);
    cr_assert_eq(bk_bootstrap_count(counts, 1, error, ((size_t)1 << 32) + 1, 1), BK_INVALID);
    cr_assert(strstr(bk_error_message(), "2^32"));
    cr_assert_eq(bk_bootstrap_mean(means, 1, losses, 3, 1), BK_INVALID);
    cr_assert(strstr(bk_error_message(), "losses[2]"));
    cr_assert_eq(bk_bootstrap_mean(means, 1, large, 3, 1), BK_INVALID);
    cr_assert_eq(bk_bootstrap_mean(means, 0, losses, 2, 1), BK_INVALID);
    cr_assert_eq(bk_bootstrap_mean(means, 1, losses, 0, 1), BK_INVALID);
    cr_assert(counts[0] == 77 && means[0] == 77);
}

/* ---- The law of the counts ------------------------------------------------------------------------ */

#define ERROR_PROBABILITY 1e-9

/* Chi-square of counts [resamples] against Binomial(n, k / n), cells of at least 10 expected (neighbours
 * pooled); true where it stays below the limit that a right sampler exceeds with ERROR_PROBABILITY. */
static bool counts_are_binomial(const uint64_t *counts, size_t resamples, size_t n, size_t k)
{
    uint64_t *observed = bk_allocate(n + 1, sizeof *observed);
    for (size_t i = 0; i < resamples; i++) {
        observed[counts[i]]++;
    }
    double chi_square = 0, cell_expected = 0, cell_observed = 0, left = (double)resamples;
    int cells = 0;
    for (size_t j = 0; j <= n; j++) {
        const double expected = (double)resamples * dbinom((double)j, (double)n, (double)k / (double)n, 0);
        cell_expected += expected;
        cell_observed += (double)observed[j];
        left -= expected;
        if ((cell_expected >= 10 && left >= 10) || j == n) {
            chi_square += (cell_observed - cell_expected) * (cell_observed - cell_expected) / cell_expected;
            cell_expected = cell_observed = 0;
            cells++;
        }
    }
    bk_free(observed);
    return chi_square < qchisq(ERROR_PROBABILITY, cells - 1, 0, 0);
}

Test(law, resampled_counts_are_binomial)
{
    static uint64_t counts[MOST_RESAMPLES];
    const struct {
        size_t n, k;
    } cases[] = {{20, 5}, {50, 1}, {1000, 10}, {1000, 100}, {1000, 500}};
    for (size_t i = 0; i < 5; i++) {
        uint8_t *error = errors_spread(cases[i].n, cases[i].k);
        const size_t resamples = cases[i].n == 1000 ? 20000 : MOST_RESAMPLES;
        cr_assert_eq(bk_bootstrap_count(counts, resamples, error, cases[i].n, 20240501), BK_OK);
        cr_assert(counts_are_binomial(counts, resamples, cases[i].n, cases[i].k), "case %zu", i);
        bk_free(error);
    }
}

Test(law, planted_faults_are_seen)
{
    static uint64_t counts[MOST_RESAMPLES];
    uint8_t *error = errors_spread(20, 5);
    uint32_t index[20];
    /* An index that never reaches the last point. */
    for (size_t r = 0; r < MOST_RESAMPLES; r++) {
        bk_stream stream = bk_stream_open(20240501, BK_PURPOSE_BOOTSTRAP, r);
        cr_assert_eq(bk_fill_integer_u32(&stream, index, 20, 19), BK_OK);
        counts[r] = 0;
        for (size_t i = 0; i < 20; i++) {
            counts[r] += error[index[i]];
        }
    }
    cr_assert_not(counts_are_binomial(counts, MOST_RESAMPLES, 20, 5));
    /* Every second replicate a copy of the one before keeps the mean and not the law of the sample. */
    cr_assert_eq(bk_bootstrap_count(counts, MOST_RESAMPLES, error, 20, 20240501), BK_OK);
    cr_assert(counts_are_binomial(counts, MOST_RESAMPLES, 20, 5));
    for (size_t r = 0; r < MOST_RESAMPLES; r++) {
        counts[r] = counts[r - r % 50];
    }
    cr_assert_not(counts_are_binomial(counts, MOST_RESAMPLES, 20, 5));
    bk_free(error);
}

/* ---- Ends ------------------------------------------------------------------------------------------ */

typedef struct both_intervals {
    bk_interval percentile, bca;
} both_intervals;

static both_intervals of_errors(size_t n, size_t k, size_t resamples, uint64_t seed)
{
    static uint64_t counts[MOST_RESAMPLES];
    static double means[MOST_RESAMPLES];
    uint8_t *error = errors_spread(n, k);
    bk_bootstrap_input input;
    both_intervals both;
    cr_assert_eq(bk_bootstrap_count(counts, resamples, error, n, seed), BK_OK);
    cr_assert_eq(bk_bootstrap_input_count(&input, means, counts, resamples, k, n), BK_OK);
    cr_assert_eq(bk_interval_bootstrap_percentile(&both.percentile, &input, .9), BK_OK);
    cr_assert_eq(bk_interval_bootstrap_bca(&both.bca, &input, .9), BK_OK);
    bk_free(error);
    return both;
}

Test(ends, lie_within_two_steps_of_the_ideal_bootstrap)
{
    const struct {
        size_t k;
        double bca_low, bca_high, percentile_low, percentile_high;
    } ideal[] = {{1, 0, .004, 0, .003},
                 {10, .006, .016, .005, .015},
                 {50, .040, .062, .039, .062},
                 {100, .085, .116, .085, .116}};
    const double step = 2.0 / 1000 + 1e-12;
    for (size_t i = 0; i < 4; i++) {
        for (uint64_t seed = 1; seed <= 5; seed++) {
            const both_intervals both = of_errors(1000, ideal[i].k, 9999, seed);
            cr_assert_float_eq(both.bca.low, ideal[i].bca_low, step);
            cr_assert_float_eq(both.bca.high, ideal[i].bca_high, step);
            cr_assert_float_eq(both.percentile.low, ideal[i].percentile_low, step);
            cr_assert_float_eq(both.percentile.high, ideal[i].percentile_high, step);
        }
    }
}

Test(ends, degenerate_samples_have_their_status)
{
    cr_assert_eq(of_errors(1, 1, 100, 1).bca.status, BK_INTERVAL_UNDEFINED);
    cr_assert_eq(of_errors(1, 1, 100, 1).percentile.status, BK_INTERVAL_DEGENERATE);
    cr_assert_eq(of_errors(1000, 1000, 100, 1).bca.status, BK_INTERVAL_UNDEFINED);
    cr_assert_eq(of_errors(1000, 0, 100, 1).percentile.status, BK_INTERVAL_DEGENERATE);
    cr_assert_eq(of_errors(1000, 30, 19, 1).bca.status, BK_INTERVAL_TOO_FEW_RESAMPLES);
}

/* SciPy's test of its bootstrap against R's boot: 16 points, mean, B = 1e6. */
static const double sixteen[] = {10, 12, 12.5, 12.5, 13.9, 15, 21, 22, 23, 34, 50, 81, 89, 121, 134, 213};

static both_intervals of_sixteen(size_t resamples, double level, uint64_t seed)
{
    static double means[MOST_RESAMPLES];
    bk_bootstrap_input input;
    both_intervals both;
    cr_assert_eq(bk_bootstrap_mean(means, resamples, sixteen, 16, seed), BK_OK);
    cr_assert_eq(bk_bootstrap_input_mean(&input, means, resamples, sixteen, 16), BK_OK);
    cr_assert_eq(bk_interval_bootstrap_percentile(&both.percentile, &input, level), BK_OK);
    cr_assert_eq(bk_interval_bootstrap_bca(&both.bca, &input, level), BK_OK);
    return both;
}

/* Six Monte Carlo errors of ours and of the reference's B = 1e6, and its rounding. */
static void expect_near(double end, double mc_error, double known)
{
    cr_assert_float_eq(end, known, 6 * mc_error * sqrt(1.1) + .005, "%g +- %g is not %g", end, mc_error,
                       known);
}

Test(ends, of_sixteen_points_agree_with_r_and_scipy)
{
    const both_intervals both = of_sixteen(99999, .95, 1);
    expect_near(both.bca.low, both.bca.mc_error_low, 32.31);
    expect_near(both.bca.high, both.bca.mc_error_high, 91.43);
    expect_near(both.percentile.low, both.percentile.mc_error_low, 28.86);
    expect_near(both.percentile.high, both.percentile.mc_error_high, 84.21);
    cr_assert_lt(both.bca.mc_error_high, .35);
}

/* ---- The Monte Carlo error of an end is the spread over seeds -------------------------------------- */

typedef struct end_spread {
    bk_summary end;     /* over seeds */
    bk_summary squares; /* of the reported errors */
} end_spread;

static void add_end(end_spread *spread, double end, double mc_error)
{
    bk_summary_add(&spread->end, end);
    bk_summary_add(&spread->squares, mc_error * mc_error);
}

static void check_spread(const end_spread *spread, double step, const char *what)
{
    const double happened = bk_summary_sd(&spread->end);
    const double reported = sqrt(spread->squares.mean);
    cr_log_info("%s: happened %g reported %g", what, happened, reported);
    const bool both_stand_still = happened < step / 4 && reported < step / 4;
    cr_assert(both_stand_still || (reported < 2 * happened && happened < 2 * reported),
              "%s: %g happened, %g reported", what, happened, reported);
}

static void check_mc_error(size_t k, size_t resamples, double step)
{
    end_spread spread[4];
    for (size_t i = 0; i < 4; i++) {
        spread[i] = (end_spread){bk_summary_empty(), bk_summary_empty()};
    }
    for (uint64_t seed = 1; seed <= 200; seed++) {
        const both_intervals both =
            k > 0 ? of_errors(1000, k, resamples, seed) : of_sixteen(resamples, .9, seed);
        add_end(&spread[0], both.percentile.low, both.percentile.mc_error_low);
        add_end(&spread[1], both.percentile.high, both.percentile.mc_error_high);
        add_end(&spread[2], both.bca.low, both.bca.mc_error_low);
        add_end(&spread[3], both.bca.high, both.bca.mc_error_high);
    }
    const char *names[] = {"percentile low", "percentile high", "bca low", "bca high"};
    for (size_t i = 0; i < 4; i++) {
        check_spread(&spread[i], step, names[i]);
    }
}

Test(mc_error, is_the_spread_over_seeds_where_replicates_are_dense)
{
    check_mc_error(0, 999, 0);
    check_mc_error(0, 9999, 0);
}

Test(mc_error, is_the_spread_over_seeds_on_the_lattice)
{
    check_mc_error(1, 999, 1e-3);
    check_mc_error(10, 999, 1e-3);
    check_mc_error(100, 999, 1e-3);
}
