/* SPDX-License-Identifier: GPL-3.0-or-later
 * The tests of the power study, and the probability of their verdicts by summation. A verdict is counted, so
 * the p-values here come from +, -, * and / alone, which make the same bits on every machine;
 * bk_mcnemar_test goes through a library of distribution functions. */
#include "power_study.h"

#include <math.h>
#include <string.h>

const char *const power_test_names[POWER_TESTS] = {"mcnemar-exact", "mcnemar-mid-p", "tango",
                                                   "empirical-bernstein"};

/* Below this share of the largest mass a binomial is cut off. */
#define SMALLEST 1e-300

bk_status power_rules_of(power_rules *rules, double level, uint64_t size)
{
    const double n = (double)size;
    /* The normal quantile z of the level, read off an interval that is z / 4 wide on each side. */
    const bk_losses half = bk_losses_from_count(2, 4);
    bk_interval wald = {0};
    BK_TRY(bk_interval_wald(&wald, &half, level));
    const double z = 4.0 * wald.half_width;
    /* Maurer and Pontil's interval of equal losses is 7 (b - a) L / (3 (n - 1)) wide on each side, b - a = 2;
     * there is none of one loss, and its NaN rejects nothing. */
    const bk_pair_counts none = {.n = size};
    const bk_losses equal = bk_losses_from_pair_counts(&none);
    bk_interval bernstein = {0};
    BK_TRY(bk_interval_empirical_bernstein(&bernstein, &equal, level));
    const double constant = bernstein.half_width;
    *rules = (power_rules){.size = n,
                           .delta = 1.0 - level,
                           .score = z * z,
                           .constant = constant,
                           .slope = 2.0 / n * (constant * 3.0 * (n - 1.0) / 14.0)};
    return BK_OK;
}

/* From the mode outwards by the ratio of neighbours, then divided by the sum. */
static power_binomial binomial_of(double *mass, uint64_t n, double p)
{
    const double trials = (double)n;
    const double peak = floor((trials + 1.0) * p);
    const uint64_t mode = peak < trials ? (uint64_t)peak : n;
    power_binomial row = {.first = mode, .last = mode, .mass = mass};
    mass[mode] = 1.0;
    for (uint64_t k = mode; k < n; k++) {
        const double next = mass[k] * ((trials - (double)k) * p) / (((double)k + 1.0) * (1.0 - p));
        if (!(next > SMALLEST)) {
            break;
        }
        mass[k + 1] = next;
        row.last = k + 1;
    }
    for (uint64_t k = mode; k > 0; k--) {
        const double next = mass[k] * ((double)k * (1.0 - p)) / ((trials - (double)k + 1.0) * p);
        if (!(next > SMALLEST)) {
            break;
        }
        mass[k - 1] = next;
        row.first = k - 1;
    }
    double sum = 0.0;
    for (uint64_t k = row.first; k <= row.last; k++) {
        sum += mass[k];
    }
    for (uint64_t k = row.first; k <= row.last; k++) {
        mass[k] /= sum;
    }
    return row;
}

static double mass_at(const power_binomial *row, uint64_t k)
{
    return k >= row->first && k <= row->last ? row->mass[k] : 0.0;
}

/* The verdict from the mass at the rarer count and the sum below it, both of Bin(a + b, 1/2). */
static power_verdict judge(const power_rules *rules, uint64_t a, uint64_t b, double below, double at)
{
    const double distance = a > b ? (double)(a - b) : (double)(b - a);
    const double discordant = (double)a + (double)b;
    const double mean = distance / rules->size;
    const double variance = (discordant / rules->size - mean * mean) * (rules->size / (rules->size - 1.0));
    power_verdict verdict = {.exact = fmin(1.0, 2.0 * (below + at)), .mid = fmin(1.0, 2.0 * below + at)};
    verdict.rejects[POWER_EXACT] = a != b && verdict.exact <= rules->delta;
    verdict.rejects[POWER_MID] = a != b && verdict.mid <= rules->delta;
    verdict.rejects[POWER_SCORE] = distance * distance > rules->score * discordant;
    verdict.rejects[POWER_BERNSTEIN] = mean > rules->constant + sqrt(rules->slope * fmax(variance, 0.0));
    return verdict;
}

power_verdict power_judge(const power_rules *rules, uint64_t a, uint64_t b, double *half)
{
    const power_binomial row = binomial_of(half, a + b, 0.5);
    const uint64_t rarer = a < b ? a : b;
    double below = 0.0;
    for (uint64_t k = row.first; k < rarer && k <= row.last; k++) {
        below += row.mass[k];
    }
    return judge(rules, a, b, below, mass_at(&row, rarer));
}

/* The lowest count of the rarer kind that has any mass in either row. */
static uint64_t lowest_of(const power_binomial *half, const power_binomial *row, uint64_t discordant)
{
    uint64_t lowest = half->first;
    lowest = row->first < lowest ? row->first : lowest;
    return discordant - row->last < lowest ? discordant - row->last : lowest;
}

/* Adds what `discordant` points contribute, which occur with probability `weight`. */
static void add_discordant(power_probabilities *sum, const power_rules *rules, uint64_t discordant,
                           double weight, double share_of_a, double *scratch)
{
    double *actual = scratch + discordant + 1;
    const power_binomial half = binomial_of(scratch, discordant, 0.5);
    const power_binomial row = binomial_of(actual, discordant, share_of_a);
    double below = 0.0;
    /* Counts of the rarer kind in ascending order; the other kind is the rest. */
    for (uint64_t rarer = lowest_of(&half, &row, discordant); 2 * rarer < discordant; rarer++) {
        const uint64_t other = discordant - rarer;
        const double at = mass_at(&half, rarer);
        const double a_rarer = mass_at(&row, rarer);
        const double b_rarer = mass_at(&row, other);
        const power_verdict verdict = judge(rules, rarer, other, below, at);
        below += at;
        for (size_t test = 0; test < POWER_TESTS; test++) {
            if (verdict.rejects[test]) {
                sum->a_better[test] += weight * a_rarer;
                sum->b_better[test] += weight * b_rarer;
                sum->equal[test] += weight * 2.0 * at;
            }
        }
    }
}

bk_status power_enumerate(power_probabilities *probabilities, const power_rules *rules, uint64_t size,
                          double share_a, double share_b)
{
    const double discordant = share_a + share_b;
    if (!(share_a >= 0.0 && share_b >= 0.0 && discordant <= 1.0)) {
        return bk_fail(BK_INVALID, "power-study: shares %g and %g of discordant points", share_a, share_b);
    }
    double *masses = bk_allocate((size_t)size + 1, 3 * sizeof *masses);
    if (masses == NULL) {
        return bk_fail_within("the power on %llu points", (unsigned long long)size);
    }
    power_probabilities sum;
    memset(&sum, 0, sizeof sum);
    const power_binomial counts = binomial_of(masses, size, discordant);
    for (uint64_t count = counts.first; count <= counts.last; count++) {
        if (count > 0 && counts.mass[count] > 1e-20) {
            add_discordant(&sum, rules, count, counts.mass[count], share_a / discordant, masses + size + 1);
        }
    }
    bk_free(masses);
    *probabilities = sum;
    return BK_OK;
}
