/* SPDX-License-Identifier: GPL-3.0-or-later
 * The binomial law of resampled 0/1 losses: its table beside Rmath's, inversion at its edges, a bootstrap by
 * it from the first words of NumPy's streams, its law beside that of index draws by chi-square with a planted
 * fault (fixed seed, error probability 1e-9), and when it is not used. */
#include "sixteen_points.h"
#include "stats/error_law.h"

#ifndef MATHLIB_STANDALONE /* pkg-config may have set it */
#define MATHLIB_STANDALONE
#endif
#include <Rmath.h>

static const struct {
    uint64_t k, n;
} cases[] = {{1, 2},      {1, 1000}, {87, 1000},      {500, 1000},
             {999, 1000}, {3, 7},    {12345, 100003}, {999999, 4000000}};

Test(error_law, table_is_the_distribution_function)
{
    for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++) {
        const double n = (double)cases[c].n, p = (double)cases[c].k / n;
        bk_error_law law;
        cr_assert_eq(bk_error_law_make(&law, cases[c].k, cases[c].n), BK_OK);
        /* Rmath's own error, 1e-12 relative or so, comes on top of the stated one. */
        const double bound = 0x1p-50 * sqrt(n) + 1e-12;
        for (size_t i = 0; i < law.size; i++) {
            const double below = (double)law.below[i] * 0x1p-64;
            cr_assert_float_eq(below, pbinom((double)(law.first + i), n, p, 1, 0), bound,
                               "k = %g of %g, value %g", n * p, n, (double)(law.first + i));
        }
        cr_assert(pbinom((double)law.first - 1, n, p, 1, 0) < 1e-19);
        cr_assert(pbinom((double)(law.first + law.size - 1), n, p, 0, 0) < 1e-19);
        bk_error_law_clear(&law);
    }
}

Test(error_law, inversion_at_the_edges)
{
    bk_error_law law;
    cr_assert_eq(bk_error_law_make(&law, 1, 2), BK_OK);
    /* 1/4, 1/2, 1/4. */
    cr_assert_eq(law.size, 3);
    cr_assert(law.below[0] == UINT64_C(1) << 62 && law.below[1] == UINT64_C(3) << 62);
    const struct {
        uint64_t word, errors;
    } known[] = {{0, 0},
                 {(UINT64_C(1) << 62) - 1, 0},
                 {UINT64_C(1) << 62, 1},
                 {(UINT64_C(3) << 62) - 1, 1},
                 {UINT64_C(3) << 62, 2},
                 {UINT64_MAX, 2}};
    for (size_t i = 0; i < 6; i++) {
        cr_assert_eq(bk_error_law_draw(&law, known[i].word), known[i].errors, "word %zu", i);
    }
    bk_error_law_clear(&law);
    for (uint64_t k = 0; k <= 5; k += 5) {
        cr_assert_eq(bk_error_law_make(&law, k, 5), BK_OK);
        cr_assert(bk_error_law_draw(&law, 0) == k && bk_error_law_draw(&law, UINT64_MAX) == k);
        bk_error_law_clear(&law);
    }
}

static bk_bootstrap *of_errors(const double *x, size_t n, bool binomial, size_t resamples)
{
    const bk_bootstrap_data data = {.x = x, .n = n};
    bk_bootstrap_options options = bk_bootstrap_options_of(BK_STATISTIC_MEAN);
    options.binomial = binomial;
    options.resamples = resamples;
    options.keep_replicates = true;
    return bk_bootstrap_create(&data, &options);
}

/* The first words of the streams (1, 6, r) by NumPy: random_raw() of PCG64DXSM(SeedSequence(1, spawn_key=(6,
 * r))). */
Test(error_law, replicates_come_from_first_words_of_streams)
{
    static const uint64_t first[] = {UINT64_C(0x29c85d30aa4ec93c), UINT64_C(0x177213a293d71d7f),
                                     UINT64_C(0xb162c1dedde003ff), UINT64_C(0x18564c7166823021),
                                     UINT64_C(0x14bde24471c5679e), UINT64_C(0x91dd769b1b9a395b),
                                     UINT64_C(0x74b99faff7028c40), UINT64_C(0x8b4ec43ddfd9044f)};
    static const double x[] = {1, 0};
    bk_bootstrap *bootstrap = of_errors(x, 2, true, 8);
    cr_assert_not_null(bootstrap);
    for (size_t r = 0; r < 8; r++) {
        const double errors = first[r] < UINT64_C(1) << 62 ? 0 : first[r] < UINT64_C(3) << 62 ? 1 : 2;
        cr_assert_eq(bk_bootstrap_replicates(bootstrap)[r], errors / 2, "r = %zu", r);
    }
    bk_bootstrap_destroy(bootstrap);
}

enum { N = 1000, K = 87, RESAMPLES = 40000 };
static double x[N];

static void make_errors(void)
{
    for (size_t i = 0; i < N; i++) {
        x[i] = i % 11 == 3 && i < 11 * K ? 1 : 0;
    }
}

/* Chi-square of replicates times N against Binomial(N, k / N). */
static bool is_binomial(const double *replicates, double k)
{
    static double observed[N + 1];
    memset(observed, 0, sizeof observed);
    for (size_t r = 0; r < RESAMPLES; r++) {
        observed[(size_t)(replicates[r] * N + .5)]++;
    }
    double chi_square = 0, expected = 0, seen = 0, left = RESAMPLES;
    int cells = 0;
    for (size_t j = 0; j <= N; j++) {
        const double here = RESAMPLES * dbinom((double)j, N, k / N, 0);
        expected += here;
        seen += observed[j];
        left -= here;
        if ((expected >= 10 && left >= 10) || j == N) {
            chi_square += (seen - expected) * (seen - expected) / expected;
            expected = seen = 0;
            cells++;
        }
    }
    return chi_square < qchisq(1e-9, cells - 1, 0, 0);
}

Test(error_law, both_bootstraps_have_the_law)
{
    make_errors();
    bk_bootstrap *by_law = of_errors(x, N, true, RESAMPLES), *by_draws = of_errors(x, N, false, RESAMPLES);
    cr_assert(by_law && by_draws);
    cr_assert(is_binomial(bk_bootstrap_replicates(by_law), K));
    cr_assert(is_binomial(bk_bootstrap_replicates(by_draws), K));
    cr_assert_not(is_binomial(bk_bootstrap_replicates(by_law), K + 1), "one error more is not seen");
    cr_assert_neq(memcmp(bk_bootstrap_replicates(by_law), bk_bootstrap_replicates(by_draws), RESAMPLES), 0);
    bk_bootstrap_destroy(by_law);
    bk_bootstrap_destroy(by_draws);
}

Test(error_law, studentized_knows_the_standard_errors_of_counts)
{
    make_errors();
    const bk_bootstrap_data data = {.x = x, .n = N};
    bk_bootstrap_options options = bk_bootstrap_options_of(BK_STATISTIC_MEAN);
    options.resamples = RESAMPLES;
    options.studentized = true;
    bk_bootstrap *by_draws = made(&data, options);
    options.binomial = true;
    bk_bootstrap *by_law = made(&data, options);
    const bk_interval a = read(by_draws, BK_METHOD_BOOTSTRAP_STUDENTIZED, .9, BK_TWO_SIDED);
    const bk_interval b = read(by_law, BK_METHOD_BOOTSTRAP_STUDENTIZED, .9, BK_TWO_SIDED);
    cr_assert_float_eq(a.low, b.low, 6 * (a.mc_error_low + b.mc_error_low));
    cr_assert_float_eq(a.high, b.high, 6 * (a.mc_error_high + b.mc_error_high));
    bk_bootstrap_destroy(by_draws);
    bk_bootstrap_destroy(by_law);
}

Test(error_law, of_no_effect_elsewhere)
{
    make_errors();
    x[5] = .5;
    bk_bootstrap *by_law = of_errors(x, N, true, 99), *by_draws = of_errors(x, N, false, 99);
    cr_assert(by_law && by_draws);
    cr_assert_eq(
        memcmp(bk_bootstrap_replicates(by_law), bk_bootstrap_replicates(by_draws), 99 * sizeof(double)), 0);
    bk_bootstrap_destroy(by_law);
    bk_bootstrap_destroy(by_draws);
}
