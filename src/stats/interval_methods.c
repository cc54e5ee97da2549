/* SPDX-License-Identifier: GPL-3.0-or-later
 * The table of interval methods: what each computes, under which assumption, and what it promises.
 * A new method is one row here, its number in brisk/interval.h, and its function. */
#include <string.h>

#include "stats/interval.h"

#define ESTIMATED_VARIANCE "variance estimated: no finite-sample guarantee"
#define INDEPENDENT_01     "independent 0/1 losses with one probability of error"
#define INDEPENDENT_MEAN   "independent losses with one mean, in an order that does not depend on them"
#define ONE_DISTRIBUTION   "independent losses of one distribution; many of them, enough resamples"
#define MANY_01            "independent 0/1 losses with one probability of error; many errors and many right answers"
#define ANY_DISTRIBUTION                                                                                    \
    "covers the true risk in at least the stated share of all test sets, whatever the distribution of the " \
    "losses in [a, b]"
#define IN_THE_LIMIT "its coverage tends to the level as the test set grows; no promise at any given size"
#define IN_THE_LIMIT_FASTER                                                                                  \
    "its coverage tends to the level faster than that of the percentile interval as the test set grows; no " \
    "promise at any given size"

#define IID          BK_NEEDS_INDEPENDENCE
#define COUNT_METHOD (BK_NEEDS_01_DATA | IID)
#define RESAMPLED    (BK_NEEDS_VALUES | BK_NEEDS_RESAMPLES)

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
            .promise = ANY_DISTRIBUTION,
            .needs = BK_NEEDS_RANGE,
            .holds_estimate = true,
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
            .needs = IID,
            .holds_estimate = true,
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
            .needs = BK_NEEDS_RANGE | IID,
            .holds_estimate = true,
        },
    [BK_METHOD_EMPIRICAL_BERNSTEIN] =
        {
            .name = "empirical-bernstein",
            .long_name = "Maurer and Pontil's empirical Bernstein bound",
            .formula =
                "R +- (sqrt(2 v L / m) + 7 (b - a) L / (3 (m - 1))), L = ln(4 / (1 - level)) on two sides "
                "as published, v = sample variance with m - 1",
            .assumption = "independent losses in [a, b]",
            .reference = "Maurer & Pontil (2009), Empirical Bernstein bounds and sample variance "
                         "penalization, COLT, theorem 4, used for each of the two sides",
            .guarantee = BK_GUARANTEE_FINITE_SAMPLE,
            .promise = ANY_DISTRIBUTION,
            .needs = BK_NEEDS_RANGE | IID,
            .holds_estimate = true,
        },
    [BK_METHOD_KL_CHERNOFF] =
        {
            .name = "kl-chernoff",
            .long_name = "Chernoff's bound in relative entropy",
            .formula = "all p with m kl(R, p) <= ln(2 / (1 - level)), "
                       "kl(R, p) = R ln(R / p) + (1 - R) ln((1 - R) / (1 - p)), losses taken to [0, 1]",
            .assumption = "independent losses in [a, b]",
            .reference =
                "Chernoff (1952), Ann. Math. Statist. 23; Hoeffding (1963), J. Amer. Statist. Assoc. 58, "
                "eq. 2.1",
            .guarantee = BK_GUARANTEE_FINITE_SAMPLE,
            .promise = ANY_DISTRIBUTION,
            .needs = BK_NEEDS_RANGE | IID,
            .holds_estimate = true,
        },
    [BK_METHOD_CLOPPER_PEARSON] =
        {
            .name = "clopper-pearson",
            .long_name = "Clopper and Pearson's exact interval",
            .formula = "quantiles of Beta(k, m - k + 1) at (1 - level) / 2 and of Beta(k + 1, m - k) at "
                       "(1 + level) / 2",
            .assumption = INDEPENDENT_01,
            .reference = "Clopper & Pearson (1934), Biometrika 26",
            .guarantee = BK_GUARANTEE_EXACT,
            .promise =
                "covers the true risk in at least the stated share of all test sets, whatever the risk is",
            .needs = COUNT_METHOD,
            .holds_estimate = true,
        },
    [BK_METHOD_MID_P] =
        {
            .name = "mid-p",
            .long_name = "Mid-p interval",
            .formula = "the p at which P(X > k) + P(X = k) / 2, and P(X < k) + P(X = k) / 2, are "
                       "(1 - level) / 2, X ~ Binomial(m, p)",
            .assumption = INDEPENDENT_01,
            .reference = "Lancaster (1961), J. Amer. Statist. Assoc. 56; Berry & Armitage (1995), The "
                         "Statistician 44",
            .guarantee = BK_GUARANTEE_ASYMPTOTIC,
            .promise = IN_THE_LIMIT,
            .needs = COUNT_METHOD,
            .holds_estimate = true,
        },
    [BK_METHOD_WILSON] =
        {
            .name = "wilson",
            .long_name = "Wilson's score interval",
            .formula = "the roots p of (k / m - p)^2 = z^2 p (1 - p) / m, z = Phi^-1((1 + level) / 2)",
            .assumption = MANY_01,
            .reference = "Wilson (1927), J. Amer. Statist. Assoc. 22",
            .guarantee = BK_GUARANTEE_ASYMPTOTIC,
            .promise = IN_THE_LIMIT,
            .needs = COUNT_METHOD,
            .holds_estimate = true,
        },
    [BK_METHOD_AGRESTI_COULL] =
        {
            .name = "agresti-coull",
            .long_name = "Agresti and Coull's interval",
            .formula = "q +- z sqrt(q (1 - q) / M), M = m + z^2, q = (k + z^2 / 2) / M, "
                       "z = Phi^-1((1 + level) / 2)",
            .assumption = MANY_01,
            .reference = "Agresti & Coull (1998), The American Statistician 52",
            .guarantee = BK_GUARANTEE_ASYMPTOTIC,
            .promise = IN_THE_LIMIT,
            .needs = COUNT_METHOD,
            .holds_estimate = true,
        },
    [BK_METHOD_JEFFREYS] =
        {
            .name = "jeffreys",
            .long_name = "Jeffreys interval",
            .formula =
                "quantiles of Beta(k + 1/2, m - k + 1/2) at (1 - level) / 2 and (1 + level) / 2; low is 0 "
                "at k = 0, high is 1 at k = m",
            .assumption = MANY_01,
            .reference = "Brown, Cai & DasGupta (2001), Statistical Science 16, section 4.1",
            .guarantee = BK_GUARANTEE_ASYMPTOTIC,
            .promise = IN_THE_LIMIT,
            .needs = COUNT_METHOD,
            .holds_estimate = true,
        },
    [BK_METHOD_WALD] =
        {
            .name = "wald",
            .long_name = "Normal approximation",
            .formula = "R +- z sqrt(w / m), w = variance with m, z = Phi^-1((1 + level) / 2)",
            .assumption = "independent losses of one distribution; so many that their mean is normal",
            .reference =
                "Laplace (1812), Theorie analytique des probabilites; Brown, Cai & DasGupta (2001) on "
                "what is wrong with it",
            .guarantee = BK_GUARANTEE_ASYMPTOTIC,
            .promise = IN_THE_LIMIT,
            .needs = IID,
            .holds_estimate = true,
        },
    [BK_METHOD_STUDENT_T] =
        {
            .name = "student-t",
            .long_name = "Student's t interval",
            .formula =
                "R +- t sqrt(v / m), v = sample variance with m - 1, t = quantile of Student's t with m - 1 "
                "degrees of freedom at (1 + level) / 2",
            .assumption = "independent losses of one distribution; normal, or many",
            .reference = "Student (1908), The probable error of a mean, Biometrika 6",
            .guarantee = BK_GUARANTEE_ASYMPTOTIC,
            .promise =
                "its coverage tends to the level as the test set grows, and is the level for normal losses",
            .needs = IID,
            .holds_estimate = true,
        },
    [BK_METHOD_BETTING] =
        {
            .name = "betting",
            .long_name = "Betting interval (hedged capital)",
            .formula =
                "all p against which no bet has won 2 / (1 - level): prod(1 + min(l_t, c / p) (x_t - p)) "
                "and prod(1 - min(l_t, c / (1 - p)) (x_t - p)), c = 1/2, "
                "l_t = sqrt(2 ln(2 / (1 - level)) / (m v_(t-1))), losses taken to [0, 1]",
            .assumption = INDEPENDENT_MEAN,
            .reference = "Waudby-Smith & Ramdas (2024), Estimating means of bounded random variables by "
                         "betting, J. R. Statist. Soc. B 86, theorem 3",
            .guarantee = BK_GUARANTEE_FINITE_SAMPLE,
            .promise = "covers the true risk in at least the stated share of all test sets, whatever the "
                       "distribution of the losses in [a, b], if their order is random",
            .needs = BK_NEEDS_RANGE | IID | BK_NEEDS_VALUES | BK_NEEDS_ORDER,
            .holds_estimate = false,
        },
    [BK_METHOD_BOOTSTRAP_PERCENTILE] =
        {
            .name = "bootstrap-percentile",
            .long_name = "Bootstrap percentile interval",
            .formula = "[q((1 - level) / 2), q((1 + level) / 2)], q = quantile of the replicates (type 7)",
            .assumption = ONE_DISTRIBUTION,
            .reference = "Efron & Tibshirani (1993), An introduction to the bootstrap, chapter 13",
            .guarantee = BK_GUARANTEE_ASYMPTOTIC,
            .promise = IN_THE_LIMIT,
            .needs = RESAMPLED,
            .holds_estimate = false,
        },
    [BK_METHOD_BOOTSTRAP_BASIC] =
        {
            .name = "bootstrap-basic",
            .long_name = "Basic (reflected) bootstrap interval",
            .formula = "[2 R - q((1 + level) / 2), 2 R - q((1 - level) / 2)], q = quantile of the replicates "
                       "(type 7)",
            .assumption = ONE_DISTRIBUTION,
            .reference = "Davison & Hinkley (1997), Bootstrap methods and their application, eq. 5.6",
            .guarantee = BK_GUARANTEE_ASYMPTOTIC,
            .promise = IN_THE_LIMIT,
            .needs = RESAMPLED,
            .holds_estimate = false,
        },
    [BK_METHOD_BOOTSTRAP_NORMAL] =
        {
            .name = "bootstrap-normal",
            .long_name = "Normal bootstrap interval, bias-corrected",
            .formula = "R - bias +- z s, bias = mean of the replicates - R, s = their standard deviation, "
                       "z = Phi^-1((1 + level) / 2)",
            .assumption = ONE_DISTRIBUTION,
            .reference = "Davison & Hinkley (1997), Bootstrap methods and their application, eq. 5.5",
            .guarantee = BK_GUARANTEE_ASYMPTOTIC,
            .promise = IN_THE_LIMIT,
            .needs = RESAMPLED,
            .holds_estimate = false,
        },
    [BK_METHOD_BOOTSTRAP_STUDENTIZED] =
        {
            .name = "bootstrap-studentized",
            .long_name = "Studentized bootstrap interval (bootstrap-t)",
            .formula = "[R - s q_t((1 + level) / 2), R - s q_t((1 - level) / 2)], q_t = quantile of "
                       "(R* - R) / s*, s = standard error of the data, s* of the resample",
            .assumption = ONE_DISTRIBUTION,
            .reference = "Davison & Hinkley (1997), Bootstrap methods and their application, eq. 5.7",
            .guarantee = BK_GUARANTEE_ASYMPTOTIC,
            .promise = IN_THE_LIMIT_FASTER,
            .needs = RESAMPLED,
            .holds_estimate = false,
        },
    [BK_METHOD_BOOTSTRAP_BCA] =
        {
            .name = "bootstrap-bca",
            .long_name = "Bias-corrected and accelerated bootstrap interval",
            .formula = "[q(A(z)), q(A(-z))], A(z) = Phi(z0 + (z0 + z) / (1 - a (z0 + z))), "
                       "z = Phi^-1((1 - level) / 2), z0 = Phi^-1(mid-rank of R among the replicates), "
                       "q = quantile of the replicates (type 7)",
            .assumption = ONE_DISTRIBUTION,
            .reference = "Efron (1987), Better bootstrap confidence intervals, J. Amer. Statist. Assoc. 82; "
                         "Efron & Tibshirani (1993), eqs. 14.9, 14.10, 14.14",
            .guarantee = BK_GUARANTEE_ASYMPTOTIC,
            .promise = IN_THE_LIMIT_FASTER,
            .needs = RESAMPLED,
            .holds_estimate = false,
        },
    [BK_METHOD_IDEAL_PERCENTILE] =
        {
            .name = "ideal-percentile",
            .long_name = "Ideal bootstrap percentile interval (infinitely many resamples)",
            .formula = "[Q((1 - level) / 2), Q((1 + level) / 2)], Q = inverse distribution function of "
                       "Binomial(m, k / m) / m",
            .assumption = MANY_01,
            .reference = "Efron & Tibshirani (1993), An introduction to the bootstrap, chapters 6 and 13",
            .guarantee = BK_GUARANTEE_ASYMPTOTIC,
            .promise = IN_THE_LIMIT,
            .needs = COUNT_METHOD,
            .holds_estimate = false,
        },
    [BK_METHOD_IDEAL_BASIC] =
        {
            .name = "ideal-basic",
            .long_name = "Ideal basic bootstrap interval (infinitely many resamples)",
            .formula =
                "[2 R - Q((1 + level) / 2), 2 R - Q((1 - level) / 2)], Q = inverse distribution function "
                "of Binomial(m, k / m) / m",
            .assumption = MANY_01,
            .reference = "Davison & Hinkley (1997), Bootstrap methods and their application, eq. 5.6",
            .guarantee = BK_GUARANTEE_ASYMPTOTIC,
            .promise = IN_THE_LIMIT,
            .needs = COUNT_METHOD,
            .holds_estimate = false,
        },
    [BK_METHOD_IDEAL_BCA] =
        {
            .name = "ideal-bca",
            .long_name = "Ideal bias-corrected and accelerated interval (infinitely many resamples)",
            .formula = "[Q(A(z)), Q(A(-z))], A(z) = Phi(z0 + (z0 + z) / (1 - a (z0 + z))), "
                       "z0 = Phi^-1(F(k - 1) + f(k) / 2), a = (m - 2 k) / (6 sqrt(m k (m - k))), F, f, Q of "
                       "Binomial(m, k / m)",
            .assumption = MANY_01,
            .reference = "Efron (1987), Better bootstrap confidence intervals, J. Amer. Statist. Assoc. 82",
            .guarantee = BK_GUARANTEE_ASYMPTOTIC,
            .promise = IN_THE_LIMIT_FASTER,
            .needs = COUNT_METHOD,
            .holds_estimate = false,
        },
};

#define METHOD_ROWS (sizeof methods / sizeof methods[0])
_Static_assert(METHOD_ROWS == BK_METHOD_COUNT, "one row for each method");

size_t bk_interval_method_count(void) { return METHOD_ROWS; }

const bk_interval_method *bk_interval_method_row(size_t row)
{
    return row < METHOD_ROWS ? &methods[row] : NULL;
}

bool bk_interval_method_by_count(size_t row)
{
    return row < METHOD_ROWS && !(methods[row].needs & (BK_NEEDS_ORDER | BK_NEEDS_RESAMPLES));
}

bk_status bk_interval_method_number(size_t *number, const char *name)
{
    const char *names[METHOD_ROWS];
    for (size_t row = 0; row < METHOD_ROWS; row++) {
        names[row] = methods[row].name;
        if (strcmp(name, methods[row].name) == 0) {
            *number = row;
            return BK_OK;
        }
    }
    const char *nearest = bk_nearest_name(name, names, METHOD_ROWS);
    if (nearest) {
        return bk_fail(BK_INVALID, "unknown interval method \"%s\"; did you mean \"%s\"?", name, nearest);
    }
    return bk_fail(BK_INVALID, "unknown interval method \"%s\"; the first known one is \"%s\"", name,
                   names[0]);
}

const bk_interval_method *bk_interval_method_find(const char *name)
{
    size_t number;
    return bk_interval_method_number(&number, name) == BK_OK ? &methods[number] : NULL;
}
