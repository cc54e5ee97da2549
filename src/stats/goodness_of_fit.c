/* SPDX-License-Identifier: GPL-3.0-or-later
 * Pearson's chi-square test of counts against the distribution that they should have. */
#include <math.h>

#include "brisk/stats.h"
#include "stats/distributions.h"

/* A cell is expected to hold at least so many (Cochran 1954), so that the chi-square distribution holds. */
#define LEAST_EXPECTED 5.0

static bk_status check(const uint64_t *value, const uint64_t *frequency, size_t n, const bk_count_law *law,
                       uint64_t *total)
{
    *total = 0;
    if (law->count == 0 || n == 0) {
        return bk_fail(BK_INVALID, "goodness of fit: no %s; give at least one",
                       n == 0 ? "counts" : "distribution of the count");
    }
    for (size_t i = 0; i < n; i++) {
        if (value[i] > law->m || (i > 0 && value[i] <= value[i - 1])) {
            return bk_fail(BK_INVALID,
                           "goodness of fit: value %zu is %llu; give ascending counts of at most m = %llu", i,
                           (unsigned long long)value[i], (unsigned long long)law->m);
        }
        if (*total > UINT64_MAX - frequency[i]) {
            return bk_fail(BK_OVERFLOW, "goodness of fit: the frequencies sum to 2^64 or more");
        }
        *total += frequency[i];
    }
    return BK_OK;
}

/* The cells from the lowest count on: each is closed as soon as it and what is left are both expected to hold
 * enough. What lies below the first count of the law belongs to the first cell, above the last to the last.
 */
bk_status bk_goodness_of_fit(bk_fit_test *test, const uint64_t *value, const uint64_t *frequency, size_t n,
                             const bk_count_law *law)
{
    uint64_t total;
    BK_TRY(check(value, frequency, n, law, &total));
    double mass = 0.0;
    for (size_t i = 0; i < law->count; i++) {
        mass += law->mass[i];
    }
    const double trials = (double)total;
    double left = trials * mass, expected = 0.0, chi_square = 0.0;
    uint64_t observed = 0;
    size_t cells = 0;
    size_t at = 0; /* the next of value */
    for (size_t i = 0; i < law->count; i++) {
        const bool last = i + 1 == law->count;
        expected += trials * law->mass[i];
        left -= trials * law->mass[i];
        for (; at < n && (last || value[at] <= law->first + i); at++) {
            observed += frequency[at];
        }
        if (last || (expected >= LEAST_EXPECTED && left >= LEAST_EXPECTED)) {
            const double difference = (double)observed - expected;
            chi_square += expected > 0.0 ? difference * difference / expected : 0.0;
            cells++;
            expected = 0.0;
            observed = 0;
        }
    }
    *test = (bk_fit_test){.cells = cells, .degrees_of_freedom = cells - 1, .chi_square = chi_square};
    test->p_value = cells > 1 ? bk_chi_square_above(chi_square, (double)(cells - 1)) : (double)NAN;
    return BK_OK;
}
