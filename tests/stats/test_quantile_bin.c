/* SPDX-License-Identifier: GPL-3.0-or-later
 * Bins over the whole range of doubles, and quantiles against NumPy's inverted_cdf (make_stats_quantile.py).
 */
#include <criterion/criterion.h>
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "brisk/stats.h"

enum { NAN_BIN = 1 << 19, MOST = 1024 };

static bool is_the_nan(double value)
{
    const double pattern = (double)NAN;
    return memcmp(&value, &pattern, sizeof value) == 0;
}

static double from_bits(uint64_t bits)
{
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* ---- Bins ---- */

Test(quantile_bin, the_ends_of_every_bin_belong_to_it_and_meet_the_next)
{
    double previous = (double)NAN;
    size_t bins = 0;
    for (uint64_t bin = 0; bin <= NAN_BIN; bin++) {
        double low;
        double high;
        bk_quantile_bin_ends(&low, &high, bin);
        if (isnan(low)) {
            cr_assert(is_the_nan(low) && is_the_nan(high), "bin %llu", (unsigned long long)bin);
            continue;
        }
        bins++;
        cr_assert(low <= high);
        cr_assert_eq(bk_quantile_bin(low), bin, "%a", low);
        cr_assert_eq(bk_quantile_bin(high), bin, "%a", high);
        cr_assert_eq(bk_quantile_bin(low / 2 + high / 2), bin);
        cr_assert(isnan(previous) || nextafter(previous, HUGE_VAL) == low, "a gap below %a", low);
        previous = high;
        const double nearest = fmin(fabs(low), fabs(high));
        cr_assert(isinf(low) || high - low <= fmax(nearest / 128, 0x1p-1029), "%a to %a", low, high);
    }
    /* 2047 exponents of 128 bins on both sides, and the infinities. */
    cr_assert_eq(bins, 2 * 2047 * 128 + 2);
    cr_assert_eq(previous, HUGE_VAL);
}

Test(quantile_bin, is_monotone)
{
    /* Neighbours of every boundary, and steps through all exponents. */
    uint64_t last = 0;
    for (uint64_t top = 0; top < 0x7ff; top++) {
        for (uint64_t mantissa = 0; mantissa < (uint64_t)1 << 52; mantissa += ((uint64_t)1 << 43) - 1) {
            const double value = -from_bits((0x7fe - top) << 52 | (((uint64_t)1 << 52) - 1 - mantissa));
            const uint64_t bin = bk_quantile_bin(value);
            cr_assert(bin >= last && bk_quantile_bin(-value) == NAN_BIN - 1 - bin, "%a", value);
            last = bin;
        }
    }
    cr_assert_eq(bk_quantile_bin(-HUGE_VAL), 127);
    cr_assert_eq(bk_quantile_bin(-DBL_MAX), 128);
}

Test(quantile_bin, zeros_infinities_subnormals_and_nan)
{
    cr_assert_eq(bk_quantile_bin(-0.0), bk_quantile_bin(0.0));
    cr_assert_eq(bk_quantile_bin(5e-324), bk_quantile_bin(0.0));
    cr_assert_eq(bk_quantile_bin(-5e-324), bk_quantile_bin(0.0) - 1);
    cr_assert_eq(bk_quantile_bin(0x1p-1029), bk_quantile_bin(0.0) + 1);
    cr_assert_eq(bk_quantile_bin(HUGE_VAL), bk_quantile_bin(DBL_MAX) + 1);
    cr_assert_eq(bk_quantile_bin((double)NAN), NAN_BIN);
    cr_assert_eq(bk_quantile_bin(-(double)NAN), NAN_BIN);
    cr_assert_eq(bk_quantile_bin(from_bits(UINT64_C(0x7ff0000000000001))), NAN_BIN);
    const uint64_t no_bins[] = {0, 126, NAN_BIN - 1, NAN_BIN, NAN_BIN + 1, UINT64_MAX};
    for (size_t i = 0; i < 6; i++) {
        double low = 0;
        double high = 0;
        bk_quantile_bin_ends(&low, &high, no_bins[i]);
        cr_assert(is_the_nan(low) && is_the_nan(high), "%zu", i);
    }
}

/* ---- Quantiles ---- */

typedef struct sample {
    char name[32];
    size_t n;
    double values[MOST];
    size_t rows;
    double probability[64], quantile[64];
} sample;

static bool read_sample(FILE *file, sample *s)
{
    if (fscanf(file, " case %31s %zu", s->name, &s->n) != 2) {
        return false;
    }
    cr_assert_leq(s->n, MOST);
    for (size_t i = 0; i < s->n; i++) {
        cr_assert_eq(fscanf(file, "%lf", &s->values[i]), 1);
    }
    s->rows = 0;
    while (fscanf(file, " expect %lf %lf", &s->probability[s->rows], &s->quantile[s->rows]) == 2) {
        s->rows++;
        cr_assert_lt(s->rows, 64);
    }
    return true;
}

static bool equal(double a, double b) { return a <= b && a >= b; }

static void expect_bracketed(const sample *s)
{
    bk_tally bins = {0};
    for (size_t i = 0; i < s->n; i++) {
        cr_assert_eq(bk_tally_add(&bins, bk_quantile_bin(s->values[i]), 1), BK_OK);
    }
    const bk_summary summary = bk_summarise(s->values, s->n);
    bk_quantile found[64];
    cr_assert_eq(
        bk_quantiles_of_bins(found, s->probability, s->rows, &bins, summary.minimum, summary.maximum), BK_OK);
    for (size_t i = 0; i < s->rows; i++) {
        const bk_quantile *q = &found[i];
        const double known = s->quantile[i];
        cr_assert_eq(q->probability, s->probability[i]);
        cr_assert(q->low <= known && known <= q->high, "%s at %g: %.17g not in [%.17g, %.17g]", s->name,
                  q->probability, known, q->low, q->high);
        cr_assert(q->low <= q->value && q->value <= q->high);
        cr_assert(equal(q->value, known) || fabs(q->value - known) <= fabs(known) / 256 + 0x1p-1029,
                  "%s at %g", s->name, q->probability);
        cr_assert(isnan(summary.minimum) || (q->low >= summary.minimum && q->high <= summary.maximum));
    }
    bk_tally_clear(&bins);
}

static void expect_exact(const sample *s)
{
    bk_tally counts = {0};
    for (size_t i = 0; i < s->n; i++) {
        cr_assert_eq(bk_tally_add(&counts, (uint64_t)s->values[i], 1), BK_OK);
    }
    bk_quantile found[64];
    cr_assert_eq(bk_quantiles_of_counts(found, s->probability, s->rows, &counts), BK_OK);
    for (size_t i = 0; i < s->rows; i++) {
        cr_assert(equal(found[i].value, s->quantile[i]) && equal(found[i].low, s->quantile[i]) &&
                      equal(found[i].high, s->quantile[i]),
                  "%s at %.17g: %.17g, not %.17g", s->name, found[i].probability, found[i].value,
                  s->quantile[i]);
    }
    bk_tally_clear(&counts);
}

Test(quantile, bins_bracket_and_counts_meet_numpy)
{
    FILE *file = fopen(BRISK_TEST_DATA "/stats_quantile.txt", "r");
    cr_assert_not_null(file);
    char line[128];
    cr_assert_not_null(fgets(line, sizeof line, file));
    static sample s;
    size_t cases = 0;
    size_t whole = 0;
    for (; read_sample(file, &s); cases++) {
        cr_assert_eq(s.rows, 27);
        expect_bracketed(&s);
        if (strncmp(s.name, "counts", 6) == 0) {
            expect_exact(&s);
            whole++;
        }
    }
    cr_assert(cases == 9 && whole == 4);
    (void)fclose(file);
}

static double quantile_of(const bk_tally *counts, double probability)
{
    bk_quantile quantile;
    cr_assert_eq(bk_quantiles_of_counts(&quantile, &probability, 1, counts), BK_OK);
    return quantile.value;
}

/* Ranks above 2^53, where neighbours are one double. */
Test(quantile, totals_above_2_to_the_53)
{
    const uint64_t half = (uint64_t)1 << 63;
    bk_tally counts = {0};
    cr_assert_eq(bk_tally_add(&counts, 10, half), BK_OK);
    cr_assert_eq(bk_tally_add(&counts, 20, half - 2), BK_OK);
    cr_assert_eq(bk_tally_add(&counts, 30, 1), BK_OK);
    cr_assert_eq(counts.total, UINT64_MAX);
    cr_assert_eq(quantile_of(&counts, 0), 10);
    cr_assert_eq(quantile_of(&counts, .5), 10);
    cr_assert_eq(quantile_of(&counts, nextafter(.5, 1)), 20);
    cr_assert_eq(quantile_of(&counts, nextafter(1, 0)), 20);
    cr_assert_eq(quantile_of(&counts, 1), 30);
    bk_tally_clear(&counts);
    /* The last occurrence of 2^53 + 1 is the maximum, though (double)total has lost it. */
    cr_assert_eq(bk_tally_add(&counts, 1, (uint64_t)1 << 53), BK_OK);
    cr_assert_eq(bk_tally_add(&counts, 2, 1), BK_OK);
    cr_assert_eq(quantile_of(&counts, 1), 2);
    cr_assert_eq(quantile_of(&counts, nextafter(1, 0)), 1);
    bk_tally_clear(&counts);
}

Test(quantile, of_nothing_and_of_nan)
{
    const double probabilities[] = {0, .5, 1};
    bk_quantile found[3];
    bk_tally tally = {0};
    cr_assert_eq(bk_quantiles_of_bins(found, probabilities, 3, &tally, HUGE_VAL, -HUGE_VAL), BK_OK);
    cr_assert(is_the_nan(found[1].low) && is_the_nan(found[1].high) && is_the_nan(found[1].value));
    cr_assert_eq(bk_quantiles_of_counts(found, probabilities, 3, &tally), BK_OK);
    cr_assert(is_the_nan(found[0].value) && found[2].probability == 1);
    cr_assert_eq(bk_quantiles_of_counts(NULL, NULL, 0, &tally), BK_OK);
    /* A NaN is larger than all numbers: half of the values are 1. */
    for (int i = 0; i < 4; i++) {
        cr_assert_eq(bk_tally_add(&tally, bk_quantile_bin(i % 2 == 0 ? 1 : (double)NAN), 1), BK_OK);
    }
    cr_assert_eq(bk_quantiles_of_bins(found, probabilities, 3, &tally, (double)NAN, (double)NAN), BK_OK);
    cr_assert(found[0].low == 1 && found[1].low == 1 && found[1].high < 1.008);
    cr_assert(is_the_nan(found[2].value) && is_the_nan(found[2].low) && is_the_nan(found[2].high));
    bk_tally_clear(&tally);
}

Test(quantile, refuses_bad_input_and_leaves_the_output)
{
    bk_tally tally = {0};
    cr_assert_eq(bk_tally_add(&tally, bk_quantile_bin(2), 7), BK_OK);
    bk_quantile found[2] = {{.value = 77}, {.value = 78}};
    const double bad[][2] = {{.5, -1e-300}, {.5, nextafter(1, 2)}, {.5, (double)NAN}, {.5, HUGE_VAL}};
    for (size_t i = 0; i < 4; i++) {
        cr_assert_eq(bk_quantiles_of_bins(found, bad[i], 2, &tally, 2, 2), BK_INVALID);
        cr_assert(strstr(bk_error_message(), "probabilities[1]"), "%s", bk_error_message());
        cr_assert_eq(bk_quantiles_of_counts(found, bad[i], 2, &tally), BK_INVALID);
    }
    cr_assert_eq(bk_quantiles_of_bins(found, bad[0], 1, &tally, 3, 2), BK_INVALID);
    cr_assert(strstr(bk_error_message(), "minimum 3"));
    cr_assert(found[0].value == 77 && found[1].value == 78);
    cr_assert_eq(bk_quantiles_of_bins(found, bad[0], 1, &tally, 2, 2), BK_OK);
    cr_assert(found[0].value == 2 && found[0].low == 2 && found[0].high == 2);
    bk_tally_clear(&tally);
}
