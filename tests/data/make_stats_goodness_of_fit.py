#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes stats_goodness_of_fit.txt: distributions of error counts and chi-square tests against them, with SciPy.

usage: make_stats_goodness_of_fit.py > stats_goodness_of_fit.txt

A case is a line "m balanced p_negative p_positive trials", a line of the masses of the counts 0 .. m (balanced: the
convolution of two binomials, else one of the mean of the rates), a line of n and the n pairs of count and frequency
of drawn counts (some cases draw from another rate), and a line "chi_square cells p_value", pooled here in whole
arrays and tested by scipy.stats.chisquare.
"""
import numpy as np
from scipy.stats import binom, chisquare

CASES = [  # m, balanced, p-, p+, trials, factor of the rates that are drawn from
    (100, 1, 0.03, 0.05, 2000, 1.0), (100, 0, 0.03, 0.05, 2000, 1.0), (100, 1, 0.03, 0.05, 2000, 1.1),
    (60, 1, 0.0, 0.4, 300, 1.0), (60, 0, 0.5, 0.5, 12, 1.0), (40, 1, 0.001, 0.002, 9, 1.0),
    (200, 1, 0.9, 0.02, 10000, 1.0), (20, 1, 0.0, 0.0, 50, 1.0), (30, 0, 0.2, 0.3, 100000, 1.0),
]


def masses(m, balanced, a, b):
    k = np.arange(m + 1)
    if not balanced:
        return binom.pmf(k, m, (a + b) / 2)
    half = np.arange(m // 2 + 1)
    return np.convolve(binom.pmf(half, m // 2, a), binom.pmf(half, m // 2, b))


def pooled(observed, expected):
    """Edges of the cells: closed from the left once both the cell and all that is right of it expect 5."""
    edges, start = [0], 0
    for k in range(len(expected)):
        if expected[start:k + 1].sum() >= 5 and expected[k + 1:].sum() >= 5:
            edges.append(k + 1)
            start = k + 1
    return np.add.reduceat(observed, edges), np.add.reduceat(expected, edges)


rng = np.random.default_rng(7)
print("# made by make_stats_goodness_of_fit.py")
for m, balanced, a, b, trials, factor in CASES:
    if balanced:
        counts = rng.binomial(m // 2, factor * a, trials) + rng.binomial(m // 2, factor * b, trials)
    else:
        counts = rng.binomial(m, factor * (a + b) / 2, trials)
    mass = masses(m, balanced, a, b)
    observed, expected = pooled(np.bincount(counts, minlength=m + 1), trials * mass)
    expected *= observed.sum() / expected.sum()  # SciPy wants equal sums to 1e-8
    result = chisquare(observed, expected) if len(observed) > 1 else (0.0, -1.0)
    value, frequency = np.unique(counts, return_counts=True)
    print(m, balanced, a, b, trials)
    for start in range(0, m + 1, 8):
        print(*(repr(float(v)) for v in mass[start:start + 8]))
    print(len(value))
    for pair in zip(value, frequency):
        print(*pair)
    print(repr(float(result[0])), len(observed), repr(float(result[1])))
