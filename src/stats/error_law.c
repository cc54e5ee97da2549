/* SPDX-License-Identifier: GPL-3.0-or-later
 * The table of a binomial law, and inversion by it. */
#include "stats/error_law.h"

#define NEGLIGIBLE 0x1p-75

typedef struct binomial {
    double n, odds; /* of an error: k / (n - k) */
} binomial;

/* P(j + 1) / P(j). */
static double step_up(const binomial *b, double j) { return (b->n - j) / (j + 1) * b->odds; }
/* P(j - 1) / P(j). */
static double step_down(const binomial *b, double j) { return j / (b->n - j + 1) / b->odds; }

/* How many values below k, or above it, are not negligible beside it. */
static uint64_t reach(const binomial *b, uint64_t k, bool up)
{
    double term = 1, j = (double)k;
    uint64_t steps = 0;
    for (;;) {
        term *= up ? step_up(b, j) : step_down(b, j);
        if (!(term > NEGLIGIBLE)) {
            return steps;
        }
        j += up ? 1 : -1;
        steps++;
    }
}

/* 2^64 share, at most 2^64 - 1. */
static uint64_t word_of(double share)
{
    const double scaled = share * 0x1p64;
    return scaled < 0x1p64 ? (uint64_t)scaled : UINT64_MAX;
}

/* Probabilities beside that of k, then their sums from below, then words. */
static void tabulate(bk_error_law *law, double *beside, const binomial *b, uint64_t k)
{
    const size_t middle = (size_t)(k - law->first);
    beside[middle] = 1;
    for (size_t i = middle; i > 0; i--) {
        beside[i - 1] = beside[i] * step_down(b, (double)(law->first + i));
    }
    for (size_t i = middle; i + 1 < law->size; i++) {
        beside[i + 1] = beside[i] * step_up(b, (double)(law->first + i));
    }
    double sum = 0;
    for (size_t i = 0; i < law->size; i++) {
        sum += beside[i];
        beside[i] = sum;
    }
    for (size_t i = 0; i < law->size; i++) {
        law->below[i] = word_of(beside[i] / sum);
    }
}

bk_status bk_error_law_make(bk_error_law *law, uint64_t k, uint64_t n)
{
    bk_error_law made = {.first = k, .size = 1};
    const binomial b = {.n = (double)n, .odds = (double)k / (double)(n - k)};
    const bool varies = k > 0 && k < n;
    if (varies) {
        made.first = k - reach(&b, k, false);
        made.size = (size_t)(k + reach(&b, k, true) - made.first) + 1;
    }
    made.below = bk_allocate(made.size, sizeof *made.below);
    double *beside = bk_allocate(made.size, sizeof *beside);
    if (!made.below || !beside) {
        bk_free(beside);
        bk_error_law_clear(&made);
        return bk_error_status();
    }
    if (varies) {
        tabulate(&made, beside, &b, k);
    }
    bk_free(beside);
    *law = made;
    return BK_OK;
}

void bk_error_law_clear(bk_error_law *law)
{
    bk_free(law->below);
    law->below = NULL;
    law->size = 0;
}

uint64_t bk_error_law_draw(const bk_error_law *law, uint64_t word)
{
    size_t from = 0, until = law->size - 1; /* the last one takes what is left */
    while (from < until) {
        const size_t middle = from + (until - from) / 2;
        if (word < law->below[middle]) {
            until = middle;
        } else {
            from = middle + 1;
        }
    }
    return law->first + from;
}
