#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes stats_sequence.txt: confidence sequences in plain Python (SciPy 1.10.1 for roots and Lambert's W).

Rows "betting PATTERN N RANGE_LOW RANGE_HIGH LEVEL 0 LOW HIGH" and "asymptotic PATTERN N RANGE_LOW RANGE_HIGH LEVEL
OPTIMAL_N LOW HIGH". The N values of a pattern are x in [0, 1] by whole numbers and products (the test does the same),
then RANGE_LOW + (RANGE_HIGH - RANGE_LOW) x. A betting row is checked on a grid against its definition, the m with
max(K+(m), K-(m)) / 2 < 1 / delta; "empty" stands for ends where no m is left.
"""
import math
import os

from scipy.optimize import brentq
from scipy.special import lambertw


def unit(i):
    return ((i * 7919 + 13) % 1009) / 1008


def values_of(pattern, n):
    if pattern == "errors":  # about a tenth
        return [float((i * 61 + 7) % 97 < 10) for i in range(n)]
    if pattern == "even":
        return [unit(i) for i in range(n)]
    if pattern == "skewed":
        return [unit(i) * unit(i) * (unit(i) * unit(i)) for i in range(n)]
    if pattern == "zeros":
        return [0.0] * n
    if pattern == "ones":
        return [1.0] * n
    assert pattern == "drift"  # the mean is not one: no m may be left
    return [0.3 if i < n // 5 else 0.02 for i in range(n)]


def bets(x, delta):
    chosen = []
    for t in range(1, len(x) + 1):
        past = x[:t - 1]
        means = [(0.5 + math.fsum(x[:i])) / (i + 1) for i in range(1, t)]
        v = (0.25 + math.fsum((a - b) ** 2 for a, b in zip(past, means))) / t
        chosen.append(math.sqrt(2 * math.log(2 / delta) / (v * t * math.log(1 + t))))
    return chosen


def log_capital(x, lam, m, up):
    if up:
        return math.fsum(math.log1p((min(l, 0.5 / m) if m > 0 else l) * (a - m)) for a, l in zip(x, lam))
    return math.fsum(math.log1p(-(min(l, 0.5 / (1 - m)) if m < 1 else l) * (a - m)) for a, l in zip(x, lam))


def betting(x, delta, lam):
    limit = math.log(2 / delta)

    def plus(m):
        return log_capital(x, lam, m, True) - limit

    def minus(m):
        return log_capital(x, lam, m, False) - limit

    low = brentq(plus, 0, 1, xtol=1e-16, rtol=1e-15) if plus(0) > 0 else 0.0
    high = brentq(minus, 0, 1, xtol=1e-16, rtol=1e-15) if minus(1) > 0 else 1.0
    for m in (i / 400 for i in range(401)):
        kept = max(plus(m), minus(m)) < 0
        assert kept == (low < m < high) or min(abs(m - low), abs(m - high)) < 1e-12, (m, low, high)
    return low, high


def asymptotic(y, delta, optimal):
    n = len(y)
    mean = math.fsum(y) / n
    sd = math.sqrt(math.fsum((a - mean) ** 2 for a in y) / (n - 1))
    rho2 = (-lambertw(-delta * delta / math.e, -1).real - 1) / optimal
    s = n * rho2
    half = sd * math.sqrt(2 * (s + 1) / (n * s) * math.log(math.sqrt(s + 1) / delta))
    return mean - half, mean + half


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    ranges = ((0.0, 1.0), (-3.0, 5.0), (1000.0, 1000.5))
    levels = (0.5, 0.9, 0.95, 0.999, 1 - 1e-7)
    with open(os.path.join(here, "stats_sequence.txt"), "w", encoding="ascii") as out:
        out.write("# by make_stats_sequence.py: method pattern n range_low range_high level optimal_n low high\n")
        row = 0
        for pattern in ("errors", "even", "skewed", "zeros", "ones", "drift"):
            for n in (1, 2, 3, 7, 16, 20, 129, 500):
                x = values_of(pattern, n)
                for level in levels:
                    a, b = ranges[row % 3]
                    row += 1
                    delta = 1 - level
                    y = [a + (b - a) * v for v in x]
                    low, high = betting(x, delta, bets(x, delta))
                    ends = f"{a + (b - a) * low:.17g} {a + (b - a) * high:.17g}" if low <= high else "empty empty"
                    out.write(f"betting {pattern} {n} {a} {b} {level!r} 0 {ends}\n")
                    if n > 1 and min(y) < max(y):
                        for optimal in (1, 16, n, 10000):
                            low, high = asymptotic(y, delta, optimal)
                            out.write(f"asymptotic {pattern} {n} {a} {b} {level!r} {optimal} {low:.17g} {high:.17g}\n")


if __name__ == "__main__":
    main()
