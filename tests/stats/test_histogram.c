/* SPDX-License-Identifier: GPL-3.0-or-later
 * The lattice histogram: edges between values, equal levels, nothing lost. */
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "brisk/stats.h"

/* Everything a histogram promises, checked against the counts it was made of. */
static void check_invariants(const bk_histogram *h, const uint64_t *counts, size_t n)
{
    uint64_t total = 0;
    cr_assert_geq(h->levels, 1);
    cr_assert_eq(h->first % h->levels, 0);
    for (size_t bin = 0; bin < h->bins; bin++) {
        uint64_t expected = 0;
        for (size_t i = 0; i < n; i++) {
            const double value = (double)counts[i] / (double)h->m;
            expected += value > h->edge[bin] && value < h->edge[bin + 1];
        }
        cr_assert_eq(h->count[bin], expected, "bin %zu", bin);
        total += h->count[bin];
        const double width = (h->edge[bin + 1] - h->edge[bin]) * (double)h->m;
        cr_assert_float_eq(width, (double)h->levels, 1e-9 * (double)h->levels);
    }
    cr_assert_eq(total, n);
    cr_assert(h->count[0] > 0 && h->count[h->bins - 1] > 0);
    for (size_t edge = 0; edge <= h->bins; edge++) {
        /* The students' mistake: an edge on a lattice value. */
        const double level = h->edge[edge] * (double)h->m;
        cr_assert_float_eq(fabs(level - floor(level)), 0.5, 1e-6, "edge %zu lies at level %g", edge, level);
    }
}

Test(histogram, known_bins)
{
    const uint64_t counts[] = {3, 4, 4, 7, 8};
    bk_histogram h;
    cr_assert_eq(bk_histogram_lattice(&h, counts, 5, 10, 2), BK_OK);
    cr_assert_eq(h.first, 2);
    cr_assert_eq(h.bins, 4);
    const uint64_t expected[] = {1, 2, 1, 1};
    for (size_t i = 0; i < 4; i++) {
        cr_assert_eq(h.count[i], expected[i]);
    }
    cr_assert_float_eq(h.edge[0], 0.15, 1e-15);
    cr_assert_float_eq(h.edge[4], 0.95, 1e-15);
    check_invariants(&h, counts, 5);
    bk_histogram_clear(&h);
    bk_histogram_clear(&h);
    cr_assert_null(h.edge);
}

Test(histogram, every_bin_has_its_levels_even_beyond_m)
{
    const uint64_t counts[] = {0, 10};
    bk_histogram h;
    cr_assert_eq(bk_histogram_lattice(&h, counts, 2, 10, 4), BK_OK);
    cr_assert_eq(h.bins, 3);
    cr_assert_float_eq(h.edge[3], 1.15, 1e-15);
    check_invariants(&h, counts, 2);
    bk_histogram_clear(&h);
}

Test(histogram, invariants_hold_for_many_spreads)
{
    uint64_t counts[300];
    for (uint64_t m = 1; m < 4000; m = m * 3 + 1) {
        for (uint64_t spread = 0; spread <= m; spread = spread * 2 + 1) {
            for (size_t i = 0; i < 300; i++) {
                counts[i] = m - spread + (i * 7919 + 13) % (spread + 1);
            }
            bk_histogram h;
            cr_assert_eq(bk_histogram_lattice(&h, counts, 300, m, 0), BK_OK);
            cr_assert_leq(h.bins, 60);
            if (spread < 60) {
                cr_assert_eq(h.levels, 1);
            }
            check_invariants(&h, counts, 300);
            bk_histogram_clear(&h);
        }
    }
}

Test(histogram, levels_0_takes_the_smallest_that_fit)
{
    uint64_t counts[2];
    for (uint64_t low = 0; low < 200; low += 7) {
        for (uint64_t high = low; high < 700; high += 11) {
            counts[0] = high;
            counts[1] = low;
            bk_histogram chosen;
            cr_assert_eq(bk_histogram_lattice(&chosen, counts, 2, 1000, 0), BK_OK);
            for (uint64_t levels = 1; levels < chosen.levels; levels++) {
                bk_histogram finer;
                cr_assert_eq(bk_histogram_lattice(&finer, counts, 2, 1000, levels), BK_OK);
                cr_assert_gt(finer.bins, 60);
                bk_histogram_clear(&finer);
            }
            bk_histogram_clear(&chosen);
        }
    }
}

Test(histogram, refuses_bad_input_and_leaves_the_output)
{
    const uint64_t counts[] = {1, 5, 11};
    bk_histogram h = {.bins = 77};
    cr_assert_eq(bk_histogram_lattice(&h, counts, 3, 10, 0), BK_INVALID);
    cr_assert(strstr(bk_error_message(), "counts[2] = 11"));
    cr_assert_eq(bk_histogram_lattice(&h, counts, 0, 10, 0), BK_INVALID);
    cr_assert_eq(bk_histogram_lattice(&h, counts, 2, 0, 0), BK_INVALID);
    cr_assert_eq(bk_histogram_lattice(&h, counts, 2, ((uint64_t)1 << 52) + 1, 0), BK_INVALID);
    cr_assert_eq(bk_histogram_lattice(&h, counts, 2, 10, 12), BK_INVALID);
    const uint64_t wide[] = {0, (uint64_t)1 << 40};
    cr_assert_eq(bk_histogram_lattice(&h, wide, 2, (uint64_t)1 << 40, 1), BK_OVERFLOW);
    cr_assert_eq(h.bins, 77);
    cr_assert_null(h.edge);
    cr_assert_eq(bk_histogram_lattice(&h, wide, 2, (uint64_t)1 << 40, 0), BK_OK);
    cr_assert_leq(h.bins, 60);
    bk_histogram_clear(&h);
}

/* ---- Frequencies ---- */

static void expect_same(const bk_histogram *a, const bk_histogram *b)
{
    cr_assert(a->bins == b->bins && a->m == b->m && a->levels == b->levels && a->first == b->first);
    cr_assert_eq(memcmp(a->edge, b->edge, (a->bins + 1) * sizeof *a->edge), 0);
    cr_assert_eq(memcmp(a->count, b->count, a->bins * sizeof *a->count), 0);
}

Test(histogram, of_frequencies_is_that_of_the_counts)
{
    uint64_t counts[400];
    for (uint64_t m = 1; m < 4000; m = m * 3 + 1) {
        for (uint64_t levels = 0; levels <= m + 1 && levels < 50; levels = 2 * levels + 1) {
            uint64_t value[20];
            uint64_t frequency[20];
            size_t n = 0;
            for (size_t i = 0; i < 20; i++) { /* unsorted, values that come again */
                value[i] = i * 7919 % (m + 1) / (1 + i % 2);
                frequency[i] = 1 + i * 31 % 20;
                for (uint64_t k = 0; k < frequency[i]; k++) {
                    counts[n++] = value[i];
                }
            }
            bk_histogram plain;
            bk_histogram folded;
            cr_assert_eq(bk_histogram_lattice(&plain, counts, n, m, levels), BK_OK);
            cr_assert_eq(bk_histogram_frequencies(&folded, value, frequency, 20, m, levels), BK_OK);
            expect_same(&plain, &folded);
            check_invariants(&folded, counts, n);
            bk_histogram_clear(&plain);
            bk_histogram_clear(&folded);
        }
    }
}

Test(histogram, frequencies_refuse_bad_input_and_leave_the_output)
{
    const uint64_t value[] = {1, 5, 11};
    const uint64_t frequency[] = {2, 0, 1};
    const uint64_t huge[] = {UINT64_MAX - 2, 2, 1};
    bk_histogram h = {.bins = 77};
    cr_assert_eq(bk_histogram_frequencies(&h, value, frequency, 3, 20, 0), BK_INVALID);
    cr_assert(strstr(bk_error_message(), "frequency[1]"));
    cr_assert_eq(bk_histogram_frequencies(&h, value, huge, 3, 20, 0), BK_OVERFLOW);
    cr_assert(strstr(bk_error_message(), "frequency[2]"), "%s", bk_error_message());
    cr_assert_eq(bk_histogram_frequencies(&h, value + 1, huge + 1, 2, 10, 0), BK_INVALID);
    cr_assert(strstr(bk_error_message(), "value[1] = 11"), "%s", bk_error_message());
    cr_assert_eq(bk_histogram_frequencies(&h, value, frequency, 0, 10, 0), BK_INVALID);
    cr_assert_eq(bk_histogram_frequencies(&h, value, frequency, 1, 0, 0), BK_INVALID);
    cr_assert_eq(h.bins, 77);
    cr_assert_eq(bk_histogram_frequencies(&h, value, huge, 2, 20, 20), BK_OK);
    cr_assert_eq(h.count[0], UINT64_MAX);
    bk_histogram_clear(&h);
}
