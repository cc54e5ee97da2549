/* SPDX-License-Identifier: GPL-3.0-or-later
 * Histogram of counts: bins of equally many lattice values, edges between these values. */
#include "brisk/stats.h"

#define MOST_BINS_BY_DEFAULT 60
#define MOST_BINS            ((uint64_t)1 << 24)

typedef struct count_range {
    uint64_t lowest, highest;
} count_range;

/* name: what the caller calls his counts. */
static bk_status find_range(count_range *range, const uint64_t *counts, size_t n, uint64_t m,
                            const char *name)
{
    count_range found = {counts[0], counts[0]};
    for (size_t i = 0; i < n; i++) {
        if (counts[i] > m) {
            return bk_fail(BK_INVALID,
                           "histogram: %s[%zu] = %llu is above m = %llu; a count of errors among m losses "
                           "is at most m",
                           name, i, (unsigned long long)counts[i], (unsigned long long)m);
        }
        found.lowest = counts[i] < found.lowest ? counts[i] : found.lowest;
        found.highest = counts[i] > found.highest ? counts[i] : found.highest;
    }
    *range = found;
    return BK_OK;
}

/* Bins begin at multiples of levels. */
static uint64_t bins_needed(count_range range, uint64_t levels)
{
    return range.highest / levels - range.lowest / levels + 1;
}

/* The smallest number of levels that is enough; its lower bound is off by a few at most, because an
 * unlucky alignment costs one bin. */
static uint64_t choose_levels(count_range range)
{
    const uint64_t span = range.highest - range.lowest + 1;
    uint64_t levels = (span + MOST_BINS_BY_DEFAULT - 1) / MOST_BINS_BY_DEFAULT;
    while (bins_needed(range, levels) > MOST_BINS_BY_DEFAULT) {
        levels++;
    }
    return levels;
}

/* frequency NULL: each count stands for itself once. */
static bk_status fill(bk_histogram *histogram, const uint64_t *counts, const uint64_t *frequency, size_t n)
{
    histogram->edge = bk_allocate(histogram->bins + 1, sizeof(double));
    histogram->count = bk_allocate(histogram->bins, sizeof(uint64_t));
    if (!histogram->edge || !histogram->count) {
        bk_histogram_clear(histogram);
        return bk_fail_within("histogram");
    }
    for (size_t i = 0; i <= histogram->bins; i++) {
        const uint64_t k = histogram->first + i * histogram->levels;
        histogram->edge[i] = ((double)k - 0.5) / (double)histogram->m;
    }
    for (size_t i = 0; i < n; i++) {
        histogram->count[(counts[i] - histogram->first) / histogram->levels] +=
            frequency == NULL ? 1 : frequency[i];
    }
    return BK_OK;
}

static bk_status make_histogram(bk_histogram *histogram, const uint64_t *counts, const uint64_t *frequency,
                                size_t n, uint64_t m, uint64_t levels)
{
    if (n == 0) {
        return bk_fail(BK_INVALID, "histogram: no counts (n = 0); give at least one");
    }
    if (m == 0 || m > (uint64_t)1 << 52) {
        return bk_fail(BK_INVALID, "histogram: m = %llu is outside [1, 2^52]", (unsigned long long)m);
    }
    if (levels > m + 1) {
        return bk_fail(BK_INVALID, "histogram: %llu levels a bin, but only m + 1 = %llu values exist",
                       (unsigned long long)levels, (unsigned long long)(m + 1));
    }
    count_range range = {0, 0};
    BK_TRY(find_range(&range, counts, n, m, frequency == NULL ? "counts" : "value"));
    bk_histogram made = {.m = m, .levels = levels > 0 ? levels : choose_levels(range)};
    const uint64_t bins = bins_needed(range, made.levels);
    if (bins > MOST_BINS) {
        return bk_fail(BK_OVERFLOW, "histogram: %llu levels a bin make %llu bins; give more levels, or 0",
                       (unsigned long long)levels, (unsigned long long)bins);
    }
    made.bins = (size_t)bins;
    made.first = range.lowest - range.lowest % made.levels;
    BK_TRY(fill(&made, counts, frequency, n));
    *histogram = made;
    return BK_OK;
}

bk_status bk_histogram_lattice(bk_histogram *histogram, const uint64_t *counts, size_t n, uint64_t m,
                               uint64_t levels)
{
    return make_histogram(histogram, counts, NULL, n, m, levels);
}

bk_status bk_histogram_frequencies(bk_histogram *histogram, const uint64_t *value, const uint64_t *frequency,
                                   size_t n, uint64_t m, uint64_t levels)
{
    uint64_t total = 0;
    for (size_t i = 0; i < n; i++) {
        if (frequency[i] > UINT64_MAX - total) {
            return bk_fail(BK_OVERFLOW,
                           "histogram: the frequencies up to frequency[%zu] sum to more than 2^64 - 1; make "
                           "a histogram of each part",
                           i);
        }
        total += frequency[i];
        if (frequency[i] == 0) {
            return bk_fail(BK_INVALID, "histogram: frequency[%zu] is 0; leave out what did not occur", i);
        }
    }
    return make_histogram(histogram, value, frequency, n, m, levels);
}

void bk_histogram_clear(bk_histogram *histogram)
{
    bk_free(histogram->edge);
    bk_free(histogram->count);
    *histogram = (bk_histogram){0};
}
