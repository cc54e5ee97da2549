#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes stats_moments.txt: moments of sets of numbers, exact by fractions and held against SciPy (1.10.1).

Each case: "case NAME n", the values, then "expect MEAN SQUARES CUBES FOURTHS ABSOLUTE_CUBES SKEWNESS KURTOSIS": the mean,
the sums of the second, third and fourth power of the deviations, of their absolute third power (the scale of the third
one's rounding), and SciPy's skew and (excess) kurtosis of the values, "nan" where they are equal.
"""
import os
from fractions import Fraction

import numpy as np
from scipy import stats


def root(x):
    """sqrt of a fraction to well below a double's last bit."""
    shift = 400
    scaled = x.numerator * 4 ** shift // x.denominator
    guess = 1 << (scaled.bit_length() // 2 + 1)
    while True:
        better = (guess + scaled // guess) // 2
        if better >= guess:
            return Fraction(guess, 2 ** shift)
        guess = better


def check(name, values, skewness, kurtosis):
    """SciPy loses digits with a large mean: it gets the values without it, which subtracts exactly."""
    moved = np.array([float(Fraction(v) - Fraction(values[0])) for v in values])
    assert abs(stats.skew(moved) - skewness) < 1e-9 * (1 + abs(skewness)), name
    assert abs(stats.kurtosis(moved) - kurtosis) < 1e-9 * (1 + abs(kurtosis)), name


def write(out, name, values):
    values = [float(v) for v in values]
    exact = [Fraction(v) for v in values]
    n = len(exact)
    mean = sum(exact) / n
    away = [v - mean for v in exact]
    squares, cubes, fourths = (sum(d ** r for d in away) for r in (2, 3, 4))
    absolute = sum(abs(d) ** 3 for d in away)
    skewness = kurtosis = float("nan")
    if squares > 0:
        m2 = squares / n
        skewness = float(cubes / n / (m2 * root(m2)))
        kurtosis = float(fourths / n / (m2 * m2) - 3)
        check(name, values, skewness, kurtosis)
    out.write(f"case {name} {n}\n" + "".join(f"{v!r}\n" for v in values))
    numbers = [float(v) for v in (mean, squares, cubes, fourths, absolute)] + [skewness, kurtosis]
    out.write("expect " + " ".join(f"{v:.17g}" for v in numbers) + "\n")


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    draw = np.random.Generator(np.random.PCG64DXSM(7))
    with open(os.path.join(here, "stats_moments.txt"), "w", encoding="ascii") as out:
        out.write("# by make_stats_moments.py\n")
        write(out, "one", [3.25])
        write(out, "two", [-1, 5])
        write(out, "three", [0, 0, 1])
        write(out, "equal", [0.1] * 130)
        for n in (5, 63, 64, 65, 128, 200, 700):
            write(out, f"normal-{n}", draw.normal(size=n))
        write(out, "counts", draw.binomial(1000, 0.09, size=300))
        write(out, "errors", draw.random(500) < 0.03)
        write(out, "lognormal", np.exp(1.5 * draw.normal(size=400)))
        write(out, "far-from-zero", 1e6 + draw.exponential(size=300))
        write(out, "huge", 1e60 * draw.exponential(size=100))
        write(out, "tiny", 1e-60 * draw.exponential(size=100))
        write(out, "minus-beta", -draw.beta(0.2, 3, size=300))


if __name__ == "__main__":
    main()
