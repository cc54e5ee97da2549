# SPDX-License-Identifier: GPL-3.0-or-later
"""rng_distributions.txt: bins, probabilities and moments of the distributions of brisk/rng.h.

A case is one line NAME A B WRONG_A WRONG_B BINS THRESHOLD MEAN VARIANCE KURTOSIS, a line with the
BINS - 1 edges (bin b is edge b-1 <= value < edge b) and one with the BINS probabilities. A and B are the
parameters; WRONG_A and WRONG_B those of the planted fault. THRESHOLD is what chi-square of BINS - 1
degrees of freedom exceeds with probability 1e-10. KURTOSIS is the excess; nan where the variance of
the sample variance is not finite. Floats in hexadecimal.
Beta distributions of tiny shapes, whose quantiles are no doubles, have edges from the smallest double to 1,
with probabilities in 60 digits and the rounding of the values to doubles taken into account.
Run: /usr/bin/python3 make_rng_distributions.py > rng_distributions.txt
"""

import mpmath
import numpy
from scipy import stats

BINS = 64

CASES = [
    ("uniform_f64", stats.uniform(-2.5, 9.5), -2.5, 7.0, -2.5, 7.1),
    ("uniform_f32", stats.uniform(-2.5, 9.5), -2.5, 7.0, -2.4, 7.0),
    ("normal_f64", stats.norm(3, 0.5), 3, 0.5, 3, 0.515),
    ("normal_f32", stats.norm(-3, 2), -3, 2, -3.06, 2),
    ("exponential_f64", stats.expon(scale=1 / 2.5), 2.5, 0, 2.57, 0),
    ("exponential_f32", stats.expon(scale=4), 0.25, 0, 0.257, 0),
    ("gamma", stats.gamma(0.3), 0.3, 1, 0.31, 1),
    ("gamma", stats.gamma(1, scale=0.5), 1, 2, 1, 2.06),
    ("gamma", stats.gamma(2.5, scale=2), 2.5, 0.5, 2.55, 0.5),
    ("gamma", stats.gamma(40), 40, 1, 40, 1.005),
    ("gamma", stats.gamma(1e8), 1e8, 1, 1.00001e8, 1),
    ("beta", stats.beta(0.5, 0.5), 0.5, 0.5, 0.5, 0.52),
    ("beta", stats.beta(2, 3), 2, 3, 3, 2),
    ("beta", stats.beta(0.3, 4), 0.3, 4, 0.31, 4),
    ("beta", stats.beta(30, 10), 30, 10, 30, 10.1),
    ("student_t", stats.t(1), 1, 0, 1.06, 0),
    ("student_t", stats.t(2.5), 2.5, 0, 2.8, 0),
    ("student_t", stats.t(5), 5, 0, 4.4, 0),
    ("student_t", stats.t(30), 30, 0, 15, 0),
    ("bernoulli", stats.bernoulli(0.3), 0.3, 0, 0.307, 0),
    ("integer", stats.randint(0, 10), 10, 0, 9, 0),
    ("integer", stats.randint(0, 1000), 1000, 0, 990, 0),
    ("integer_exact", stats.randint(0, 7), 7, 0, 8, 0),
    ("binomial", stats.binom(5, 0.3), 5, 0.3, 5, 0.305),
    ("binomial", stats.binom(10, 0.99), 10, 0.99, 9, 0.99),
    ("binomial", stats.binom(100, 0.05), 100, 0.05, 99, 0.05),
    ("binomial", stats.binom(20, 0.5), 20, 0.5, 19, 0.5),
    ("binomial", stats.binom(100, 0.3), 100, 0.3, 99, 0.3),
    ("binomial", stats.binom(1000, 0.75), 1000, 0.75, 999, 0.75),
    ("binomial", stats.binom(10**7, 0.4), 1e7, 0.4, 1e7, 0.400005),
    ("poisson", stats.poisson(0.1), 0.1, 0, 0.104, 0),
    ("poisson", stats.poisson(3), 3, 0, 3.06, 0),
    ("poisson", stats.poisson(9.99), 9.99, 0, 10.09, 0),
    ("poisson", stats.poisson(10), 10, 0, 9.9, 0),
    ("poisson", stats.poisson(25.5), 25.5, 0, 25.7, 0),
    ("poisson", stats.poisson(1e6), 1e6, 0, 1e6 + 40, 0),
]


def hexadecimal(values):
    return " ".join(float(v).hex() for v in values)


for name, law, a, b, wrong_a, wrong_b in CASES:
    quantiles = law.ppf(numpy.arange(1, BINS) / BINS)
    if isinstance(law.dist, stats.rv_discrete):
        # An edge behind each quantile; the last is the largest value where its bin would be empty.
        edges = numpy.unique(quantiles) + 1
        edges = edges[law.sf(edges - 1) > 1e-4]
        below = law.cdf(edges - 1)
    else:
        edges = quantiles
        below = law.cdf(edges)
    probabilities = numpy.diff(numpy.concatenate([[0], below, [1]]))
    assert (probabilities > 1e-4).all() and abs(probabilities.sum() - 1) < 1e-12
    mean, variance, _, kurtosis = (float(m) for m in law.stats("mvsk"))
    if name == "student_t":
        mean, variance = (mean if a > 2 else numpy.nan), (variance if a > 8 else numpy.nan)
        kurtosis = kurtosis if a > 8 else numpy.nan
    bins = len(probabilities)
    threshold = stats.chi2.isf(1e-10, bins - 1)
    print(name, hexadecimal([a, b, wrong_a, wrong_b]), bins, hexadecimal([threshold, mean, variance, kurtosis]))
    print(hexadecimal(edges))
    print(hexadecimal(probabilities))

mpmath.mp.dps = 60
EDGES = [5e-324, 1e-322, 1e-318, 1e-313, 5.6e-309, 2.0**-1022, 1e-300, 1e-200, 1e-100, 1e-30, 1e-10, 1e-3, 0.5,
         1 - 1e-3, 1 - 1e-10, 1.0]


def beta_below(a, b, edge):
    """The probability that a beta variate, rounded to the nearest double, is below edge."""
    border = (mpmath.mpf(edge) + mpmath.mpf(numpy.nextafter(edge, 0))) / 2
    if border < 0.5:
        return mpmath.betainc(a, b, 0, border, regularized=True)
    return 1 - mpmath.betainc(b, a, 0, 1 - border, regularized=True)


for a, b, wrong_a, wrong_b in [(0.001, 1.0, 0.00103, 1.0), (0.001, 0.001, 0.00103, 0.001), (1.0, 0.001, 1.0, 0.00107),
                               (0.002, 30.0, 0.00206, 30.0)]:
    edges, below = [], [mpmath.mpf(0)]
    for edge in EDGES:
        p = beta_below(a, b, edge)
        if p - below[-1] > 1e-4 and 1 - p > 1e-4:
            edges.append(edge)
            below.append(p)
    probabilities = numpy.diff(numpy.array([*below, mpmath.mpf(1)])).astype(float)
    mean, variance, _, kurtosis = (float(m) for m in stats.beta(a, b).stats("mvsk"))
    bins = len(probabilities)
    threshold = stats.chi2.isf(1e-10, bins - 1)
    print("beta", hexadecimal([a, b, wrong_a, wrong_b]), bins, hexadecimal([threshold, mean, variance, kurtosis]))
    print(hexadecimal(edges))
    print(hexadecimal(probabilities))
