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
    *low = number_of(first);
    *high = number_of(first | (((uint64_t)1 << DROPPED_BITS) - 1));
    /* The bins of the infinities hold them alone, beside bit patterns of NaN. */
    if (isnan(*low)) {
        *low = *high;
    }
    if (isnan(*high)) {
        *high = *low;
    }
}

/* The key at which the frequencies, summed up, reach ceil(p total). */
static uint64_t key_at(double probability, const uint64_t *key, const uint64_t *count, size_t n,
                       uint64_t total)
{
    const double wanted = ceil(probability * (double)total);
    uint64_t seen = 0;
    for (size_t i = 0; i < n; i++) {
        seen += count[i];
        if ((double)seen >= wanted) {
            return key[i];
        }
    }
    return key[n - 1];
}

static bk_quantile between(double probability, double low, double high)
{
    return (bk_quantile){
        .probability = probability, .value = low + (high - low) / 2.0, .low = low, .high = high};
}

static bk_status check_probabilities(const double *probabilities, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (!(probabilities[i] >= 0.0 && probabilities[i] <= 1.0)) {
            return bk_fail(BK_INVALID, "quantile: probability %g is outside [0, 1]", probabilities[i]);
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
        return bk_error_status();
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
                key_at(probabilities[i], sorted->key, sorted->count, tally->distinct, tally->total);
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
    const double range[] = {minimum, maximum};
    return quantiles_of(quantiles, probabilities, n, bins, range);
}

bk_status bk_quantiles_of_counts(bk_quantile *quantiles, const double *probabilities, size_t n,
                                 const bk_tally *counts)
{
    return quantiles_of(quantiles, probabilities, n, counts, NULL);
}
