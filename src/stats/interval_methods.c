/* SPDX-License-Identifier: GPL-3.0-or-later
 * The table of interval methods: what each computes, under which assumption, and what it promises.
 * A new method is one row here, its number in stats/interval.h, and its function. */
#include "stats/interval.h"

#include <string.h>

#define ESTIMATED_VARIANCE "variance estimated: no finite-sample guarantee"

static const bk_interval_method methods[] = {
    [BK_METHOD_HOEFFDING] =
        {
            .name = "hoeffding",
            .long_name = "Hoeffding's inequality",
            .formula = "R +- (b - a) sqrt(ln(2 / (1 - level)) / (2 m))",
            .assumption = "independent losses in [a, b]",
            .reference = "Hoeffding (1963), Probability inequalities for sums of bounded random variables, "
                         "J. Amer. Statist. Assoc. 58, theorem 2",
            .guarantee = BK_GUARANTEE_FINITE_SAMPLE,
            .promise = "covers the true risk in at least the stated share of all test sets, whatever the "
                       "distribution of the losses in [a, b]",
        },
    [BK_METHOD_CHEBYSHEV] =
        {
            .name = "chebyshev",
            .long_name = "Chebyshev's inequality with the sample variance",
            .formula = "R +- sqrt(v / (m (1 - level))), v = sample variance with m - 1",
            .assumption = "independent losses whose sample variance is their true variance",
            .reference = "Chebyshev (1867), Des valeurs moyennes, J. Math. Pures Appl. 12; v put in for the "
                         "variance as in the assignment",
            .guarantee = BK_GUARANTEE_NONE,
            .promise = ESTIMATED_VARIANCE,
        },
    [BK_METHOD_BERNSTEIN] =
        {
            .name = "bernstein",
            .long_name = "Bernstein's inequality with the sample variance",
            .formula =
                "R +- (h + sqrt(h^2 + 2 v L / m)), h = c L / (3 m), L = ln(2 / (1 - level)), c = b - a, "
                "v = sample variance with m - 1",
            .assumption = "independent losses in [a, b] whose sample variance is their true variance",
            .reference =
                "Boucheron, Lugosi & Massart (2013), Concentration inequalities, corollary 2.11, solved for "
                "the deviation; v put in for the variance as in the assignment",
            .guarantee = BK_GUARANTEE_NONE,
            .promise = ESTIMATED_VARIANCE,
        },
    [BK_METHOD_BOOTSTRAP_PERCENTILE] =
        {
            .name = "bootstrap-percentile",
            .long_name = "Bootstrap percentile interval",
            .formula = "[q((1 - level) / 2), q((1 + level) / 2)], q = quantile of the replicates (type 7)",
            .assumption = "independent losses of one distribution; many of them, enough resamples",
            .reference = "Efron & Tibshirani (1993), An introduction to the bootstrap, chapter 13",
            .guarantee = BK_GUARANTEE_ASYMPTOTIC,
            .promise = "its coverage tends to the level as the test set grows; no promise at any given size",
        },
    [BK_METHOD_BOOTSTRAP_BCA] =
        {
            .name = "bootstrap-bca",
            .long_name = "Bias-corrected and accelerated bootstrap interval",
            .formula = "[q(A(z)), q(A(-z))], A(z) = Phi(z0 + (z0 + z) / (1 - a (z0 + z))), "
                       "z = Phi^-1((1 - level) / 2), z0 = Phi^-1(mid-rank of R among the replicates), "
                       "q = quantile of the replicates (type 7)",
            .assumption = "independent losses of one distribution; many of them, enough resamples",
            .reference = "Efron (1987), Better bootstrap confidence intervals, J. Amer. Statist. Assoc. 82; "
                         "Efron & Tibshirani (1993), eqs. 14.9, 14.10, 14.14",
            .guarantee = BK_GUARANTEE_ASYMPTOTIC,
            .promise =
                "its coverage tends to the level faster than that of the percentile interval as the test "
                "set grows; no promise at any given size",
        },
};

#define METHOD_ROWS (sizeof methods / sizeof methods[0])
_Static_assert(METHOD_ROWS == BK_METHOD_COUNT, "one row for each method");

size_t bk_interval_method_count(void) { return METHOD_ROWS; }

const bk_interval_method *bk_interval_method_row(size_t row)
{
    return row < METHOD_ROWS ? &methods[row] : NULL;
}

const bk_interval_method *bk_interval_method_find(const char *name)
{
    const char *names[METHOD_ROWS];
    for (size_t row = 0; row < METHOD_ROWS; row++) {
        names[row] = methods[row].name;
        if (strcmp(name, methods[row].name) == 0) {
            return &methods[row];
        }
    }
    const char *nearest = bk_nearest_name(name, names, METHOD_ROWS);
    if (nearest) {
        bk_fail(BK_INVALID, "unknown interval method \"%s\"; did you mean \"%s\"?", name, nearest);
    } else {
        bk_fail(BK_INVALID, "unknown interval method \"%s\"; the first known one is \"%s\"", name, names[0]);
    }
    return NULL;
}
