#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes stats_binomial.txt: intervals of 0/1 losses by SciPy (made with 1.10.1) and mpmath.

Rows "METHOD SIDES LEVEL K N LOW HIGH" for k <= n / 2; the test asks for k and, mirrored, for n - k.
clopper-pearson and jeffreys are SciPy's beta quantiles, as in statsmodels' proportion_confint (clopper-pearson for
k <= 500 made exact by sums of 40 digits), with the low end 0 at k = 0 that Brown, Cai & DasGupta give Jeffreys'. wilson and agresti-coull are evaluated with 40 digits;
SciPy's binomtest must give the same wilson within its rounding. mid-p solves its equation with sums of 40 digits
for k <= 500, and by SciPy's beta distribution above.
"""
import functools
import os

import mpmath
from scipy import optimize, stats

mpmath.mp.dps = 40
LEVELS = [0.5, 0.8, 0.9, 0.95, 0.99, 0.999, 1 - 1e-5, 1 - 1e-7]
METHODS = ["clopper-pearson", "mid-p", "wilson", "agresti-coull", "jeffreys"]


@functools.lru_cache(maxsize=None)
def normal_upper(tail):
    """z with P(Z > z) = tail."""
    start = float(stats.norm.isf(float(tail)))
    return mpmath.findroot(lambda z: mpmath.log(mpmath.erfc(z / mpmath.sqrt(2)) / 2) - mpmath.log(tail), start)


def wilson(k, n, tail):
    z, p = normal_upper(tail), mpmath.mpf(k) / n
    middle, root = p + z * z / (2 * n), z * mpmath.sqrt(p * (1 - p) / n + (z / (2 * n)) ** 2)
    return (middle - root) / (1 + z * z / n), (middle + root) / (1 + z * z / n)


def agresti_coull(k, n, tail):
    z = normal_upper(tail)
    m = n + z * z
    q = (k + z * z / 2) / m
    root = z * mpmath.sqrt(q * (1 - q) / m)
    return max(q - root, mpmath.mpf(0)), min(q + root, mpmath.mpf(1))


def sums(k, n, p, share):
    """P(X < k) + share P(X = k) by its terms."""
    term = mpmath.exp(n * mpmath.log1p(-p))
    ratio = p / (1 - p)
    total = mpmath.mpf(0)
    for i in range(k):
        total += term
        term *= ratio * (n - i) / (i + 1)
    return total + term * share


def mid_p(k, n, tail):
    exact_tail = mpmath.mpf(tail)
    cp_low, cp_high = clopper_pearson(k, n, tail)
    inner_low = float(stats.beta.ppf(tail, k + 1, n - k)) if k < n else 1.0
    inner_high = float(stats.beta.isf(tail, k, n - k + 1)) if k else 0.0
    if k == 0:
        return 0, 1 - (2 * exact_tail) ** (mpmath.mpf(1) / n) if tail < 0.5 else 0
    if k <= 500:
        def solve(f, a, b):
            # in log p: ends of any size to full accuracy
            x = mpmath.findroot(lambda s: mpmath.log(f(mpmath.exp(s))) - mpmath.log(exact_tail),
                                (mpmath.log(a), mpmath.log(b)), solver="anderson", tol=1e-25, maxsteps=200)
            return mpmath.exp(x)

        low = solve(lambda p: 1 - sums(k, n, p, mpmath.mpf(1) / 2), cp_low, inner_low)
        high = solve(lambda p: sums(k, n, p, mpmath.mpf(1) / 2), inner_high, cp_high)
        return low, high
    low = optimize.brentq(lambda p: stats.beta.cdf(p, k + 1, n - k) + stats.binom.pmf(k, n, p) / 2 - tail, cp_low, inner_low,
                          xtol=1e-300, rtol=1e-14)
    high = optimize.brentq(lambda p: stats.beta.sf(p, k, n - k + 1) + stats.binom.pmf(k, n, p) / 2 - tail, inner_high,
                           cp_high, xtol=1e-300, rtol=1e-14)
    return low, high


def clopper_pearson(k, n, tail):
    return (float(stats.beta.ppf(tail, k, n - k + 1)) if k else 0.0,
            float(stats.beta.isf(tail, k + 1, n - k)) if k < n else 1.0)


def jeffreys(k, n, tail):
    return (float(stats.beta.ppf(tail, k + 0.5, n - k + 0.5)) if k else 0.0,
            float(stats.beta.isf(tail, k + 0.5, n - k + 0.5)))


def exact_clopper_pearson(k, n, tail):
    """SciPy's ends, which are off by up to 6e-12 relative, made exact where the sums are short."""
    low, high = clopper_pearson(k, n, tail)
    if k > 500 or n < 1000:
        return low, high
    log_tail = mpmath.log(mpmath.mpf(tail))

    def polish(f, start):
        return mpmath.exp(mpmath.findroot(lambda s: mpmath.log(f(mpmath.exp(s))) - log_tail, mpmath.log(start)))

    return (polish(lambda p: 1 - sums(k, n, p, 0), low) if k else low,
            polish(lambda p: sums(k, n, p, 1), high) if k < n else high)


FORMULAS = {"clopper-pearson": exact_clopper_pearson, "mid-p": mid_p, "wilson": wilson,
            "agresti-coull": agresti_coull, "jeffreys": jeffreys}


def check(method, k, n, tail, ends):
    if method == "wilson" and tail < 0.5:
        theirs = stats.binomtest(k, n, 0.5 if n < 2000 else max(k, 1) / n).proportion_ci(1 - 2 * tail, method="wilson")
        assert abs(float(ends[0]) - theirs.low) < 1e-9 and abs(float(ends[1]) - theirs.high) < 1e-9, (k, n, tail)


def row(out, method, sides, level, k, n):
    tail = (1 - level) / 2 if sides == "two" else 1 - level
    low, high = ends = FORMULAS[method](k, n, tail)
    check(method, k, n, tail, ends)
    low = 0 if sides == "upper" else low
    high = 1 if sides == "lower" else high
    out.write(f"{method} {sides} {level!r} {k} {n} {float(low):.14g} {float(high):.14g}\n")


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    with open(os.path.join(here, "stats_binomial.txt"), "w", encoding="ascii") as out:
        out.write("# by make_stats_binomial.py: method sides level k n low high\n")
        for method in METHODS:
            for n in (1, 2, 10):
                for k in range(n // 2 + 1):
                    for level in LEVELS:
                        row(out, method, "two", level, k, n)
                    for level in (0.5, 0.9, 1 - 1e-7):
                        row(out, method, "lower", level, k, n)
                        row(out, method, "upper", level, k, n)
            for k in range(501):
                row(out, method, "two", 0.9, k, 1000)
                row(out, method, "two", (0.5, 0.95, 0.99, 1 - 1e-7)[k % 4], k, 1000)
            for n in (26492, 10**6, 10**9):
                for k in (0, 1, 2, 3, 10, 100, n // 10000, n // 100, n // 10, n // 2):
                    for level in (0.5, 0.9, 0.99, 1 - 1e-7):
                        row(out, method, "two", level, k, n)


if __name__ == "__main__":
    main()
