/* SPDX-License-Identifier: GPL-3.0-or-later
 * Fixed bins of floating-point numbers, and quantiles from how often each was hit. A bin is the top of the
 * number's own bits (sign, exponent, 7 bits of the mantissa), turned so that bins come in the order of their
 * values. */
#include <math.h>
#include <string.h>

#include "brisk/tally.h"

#define DROPPED_BITS 45 /* of 52 bits of mantissa, 7 are kept */
#define SIGN         ((uint64_t)1 << 63)
#define NAN_BIN      ((uint64_t)1 << (64 - DROPPED_BITS))

uint64_t bk_quantile_bin(double value)
{
    if (isnan(value)) {
        return NAN_BIN;
    }
    uint64_t bits;
    const double number = value + 0.0; /* -0 becomes 0 */
    memcpy(&bits, &number, sizeof bits);
    bits = (bits & SIGN) != 0 ? ~bits : bits | SIGN;
    return bits >> DROPPED_BITS;
}

static double number_of(uint64_t ordered)
{
    const uint64_t bits = (ordered & SIGN) != 0 ? ordered & ~SIGN : ~ordered;
    double number;
    memcpy(&number, &bits, sizeof number);
    return number;
}

void bk_quantile_bin_ends(double *low, double *high, uint64_t bin)
{
    if (bin >= NAN_BIN) {
        *low = *high = (double)NAN;
        return;
    }
    const uint64_t first = bin << DROPPED_BITS;
    uint64_t last = first | (((uint64_t)1 << DROPPED_BITS) - 1);
    if (last == SIGN - 1) {
        last--; /* -0, which stands with 0 in the bin above: the last here is the negative number nearest to
                   it */
    }
    const double from = number_of(first);
    const double to = number_of(last);
    /* The bins of the infinities hold them alone, beside bit patterns of NaN; some bins hold nothing else. */
    *low = !isnan(from) ? from : isnan(to) ? (double)NAN : to;
    *high = !isnan(to) ? to : *low;
}

/* ceil(p total), at least 1; p total is rounded to a double as in NumPy's inverted_cdf. */
static uint64_t rank_of(double probability, uint64_t total)
{
    const double rank = ceil(probability * (double)total);
    if (!(rank >= 1.0)) {
        return 1;
    }
    return rank >= (double)total ? total
                                 : (uint64_t)rank; /* (double)total may have been rounded up to 2^64 */
}

/* The key at which the frequencies, summed up, reach the rank. */
static uint64_t key_at(uint64_t rank, const uint64_t *key, const uint64_t *count, size_t n)
{
    uint64_t seen = 0;
    size_t i = 0;
    while (i + 1 < n && seen + count[i] < rank) {
        seen += count[i++];
    }
    return key[i];
}

static bk_quantile between(double probability, double low, double high)
{
    /* Equal ends may be infinite, where their difference is NaN. */
    const double middle = low < high ? low + (high - low) / 2.0 : low;
    return (bk_quantile){.probability = probability, .value = middle, .low = low, .high = high};
}

static bk_status check_probabilities(const double *probabilities, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (!(probabilities[i] >= 0.0 && probabilities[i] <= 1.0)) {
            return bk_fail(BK_INVALID,
                           "quantile: probabilities[%zu] = %g is outside [0, 1]; the median is 0.5", i,
                           probabilities[i]);
        }
    }
    return BK_OK;
}

typedef struct sorted_tally {
    uint64_t *key, *count;
} sorted_tally;

static bk_status sort_tally(sorted_tally *sorted, const bk_tally *tally)
{
    sorted->key = bk_allocate(tally->distinct, sizeof *sorted->key);
    sorted->count = bk_allocate(tally->distinct, sizeof *sorted->count);
    if (sorted->key == NULL || sorted->count == NULL) {
        return bk_fail_within("quantile");
    }
    return bk_tally_sorted(sorted->key, sorted->count, tally);
}

static void fill_quantiles(bk_quantile *quantiles, const double *probabilities, size_t n,
                           const bk_tally *tally, const sorted_tally *sorted, const double *range)
{
    for (size_t i = 0; i < n; i++) {
        double low = (double)NAN;
        double high = (double)NAN;
        if (tally->distinct > 0) {
            const uint64_t key =
                key_at(rank_of(probabilities[i], tally->total), sorted->key, sorted->count, tally->distinct);
            if (range != NULL) {
                bk_quantile_bin_ends(&low, &high, key);
                low = low < range[0] ? range[0] : low;
                high = high > range[1] ? range[1] : high;
            } else {
                low = high = (double)key;
            }
        }
        quantiles[i] = between(probabilities[i], low, high);
    }
}

/* range NULL: keys are the values themselves. */
static bk_status quantiles_of(bk_quantile *quantiles, const double *probabilities, size_t n,
                              const bk_tally *tally, const double *range)
{
    BK_TRY(check_probabilities(probabilities, n));
    sorted_tally sorted = {0};
    const bk_status status = sort_tally(&sorted, tally);
    if (status == BK_OK) {
        fill_quantiles(quantiles, probabilities, n, tally, &sorted, range);
    }
    bk_free(sorted.key);
    bk_free(sorted.count);
    return status;
}

bk_status bk_quantiles_of_bins(bk_quantile *quantiles, const double *probabilities, size_t n,
                               const bk_tally *bins, double minimum, double maximum)
{
    if (bins->distinct > 0 && minimum > maximum) {
        return bk_fail(BK_INVALID,
                       "quantile: minimum %g is above maximum %g; give those of the values in the bins",
                       minimum, maximum);
    }
    const double range[] = {minimum, maximum};
    return quantiles_of(quantiles, probabilities, n, bins, range);
}

bk_status bk_quantiles_of_counts(bk_quantile *quantiles, const double *probabilities, size_t n,
                                 const bk_tally *counts)
{
    return quantiles_of(quantiles, probabilities, n, counts, NULL);
}
