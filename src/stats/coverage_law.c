/* SPDX-License-Identifier: GPL-3.0-or-later
 * The distribution of the error count of a test set: a binomial, or the sum of two. */
#include <math.h>

#include "stats/coverage.h"
#include "stats/distributions.h"

/* Below this a count is left out. Beyond the count the masses fall off faster than geometrically, with a
 * ratio of at most 1 - 10 / sd so far out, and sd is at most 2^15: all together less than 2 * 3277 * 1e-26.
 */
#define LEFT_OUT 1e-26

bk_test_sets bk_test_sets_iid(uint64_t m, double p)
{
    return (bk_test_sets){.m = m, .p = p, .balanced = false, .p_negative = p, .p_positive = p};
}

bk_test_sets bk_test_sets_balanced(uint64_t m, double p_negative, double p_positive)
{
    return (bk_test_sets){.m = m,
                          .p = p_negative + (p_positive - p_negative) / 2,
                          .balanced = true,
                          .p_negative = p_negative,
                          .p_positive = p_positive};
}

/* The last count from the mode towards end (0 or n) that is not left out. */
static double edge(double mode, double end, double n, double p)
{
    double inside = mode, outside = end;
    if (bk_binomial_mass(end, n, p) >= LEFT_OUT) {
        return end;
    }
    while (fabs(outside - inside) > 1) {
        const double middle = floor((inside + outside) / 2);
        if (bk_binomial_mass(middle, n, p) >= LEFT_OUT) {
            inside = middle;
        } else {
            outside = middle;
        }
    }
    return inside;
}

static bk_status binomial(bk_count_law *law, uint64_t trials, double p)
{
    const double n = (double)trials;
    const double mode = fmin(floor((n + 1) * p), n);
    const double low = edge(mode, 0, n, p), high = edge(mode, n, n, p);
    const size_t count = (size_t)(high - low) + 1;
    double *mass = bk_allocate(count, sizeof *mass);
    if (!mass) {
        return bk_fail_within("coverage");
    }
    for (size_t i = 0; i < count; i++) {
        mass[i] = bk_binomial_mass(low + (double)i, n, p);
    }
    *law = (bk_count_law){.m = trials, .first = (uint64_t)low, .count = count, .mass = mass};
    return BK_OK;
}

/* The count of two independent parts. */
static bk_status convolve(bk_count_law *law, const bk_count_law *a, const bk_count_law *b)
{
    const size_t count = a->count + b->count - 1;
    double *mass = bk_allocate(count, sizeof *mass);
    if (!mass) {
        return bk_fail_within("coverage");
    }
    for (size_t i = 0; i < a->count; i++) {
        for (size_t j = 0; j < b->count; j++) {
            mass[i + j] += a->mass[i] * b->mass[j];
        }
    }
    *law = (bk_count_law){.m = a->m + b->m, .first = a->first + b->first, .count = count, .mass = mass};
    return BK_OK;
}

static bk_status check_rate(const char *what, double rate)
{
    if (rate >= 0 && rate <= 1) {
        return BK_OK;
    }
    return bk_fail(BK_INVALID, "coverage: %s = %g is outside [0, 1]; it is a probability, 1 %% is 0.01", what,
                   rate);
}

bk_status bk_test_sets_check(const bk_test_sets *sets)
{
    if (sets->m < 1 || sets->m > BK_COVERAGE_LARGEST_M) {
        return bk_fail(BK_INVALID, "coverage: m = %llu test points; give 1 to 2^32",
                       (unsigned long long)sets->m);
    }
    if (!sets->balanced) {
        return check_rate("p", sets->p);
    }
    if (sets->m % 2 != 0) {
        return bk_fail(BK_INVALID, "coverage: m = %llu is odd; a balanced test set has half of each class",
                       (unsigned long long)sets->m);
    }
    BK_TRY(check_rate("the error rate of the negatives", sets->p_negative));
    return check_rate("the error rate of the positives", sets->p_positive);
}

bk_status bk_count_law_of(bk_count_law *law, const bk_test_sets *sets)
{
    BK_TRY(bk_test_sets_check(sets));
    if (!sets->balanced) {
        return binomial(law, sets->m, sets->p);
    }
    bk_count_law negative = {0}, positive = {0};
    bk_status status = binomial(&negative, sets->m / 2, sets->p_negative);
    if (status == BK_OK) {
        status = binomial(&positive, sets->m / 2, sets->p_positive);
    }
    if (status == BK_OK) {
        status = convolve(law, &negative, &positive);
    }
    bk_count_law_clear(&negative);
    bk_count_law_clear(&positive);
    return status;
}

void bk_count_law_clear(bk_count_law *law)
{
    bk_free(law->mass);
    *law = (bk_count_law){0};
}
