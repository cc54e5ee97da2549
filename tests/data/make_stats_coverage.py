#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes stats_coverage.txt: binomial masses, exact coverage and its infimum, by mpmath with 50 digits from
intervals of SciPy and NumPy. Run: /usr/bin/python3 make_stats_coverage.py > stats_coverage.txt"""
import mpmath
import numpy as np
from scipy import stats

mpmath.mp.dps = 50
LEVEL = 0.9
METHODS = ("clopper-pearson", "wilson", "agresti-coull", "wald", "hoeffding", "ideal-percentile")


def ends(method, m):
    """Clipped closed intervals of k = 0 .. m errors."""
    k = np.arange(m + 1)
    delta = 1 - LEVEL
    z = stats.norm.ppf(1 - delta / 2)
    if method == "clopper-pearson":
        low = np.concatenate([[0], stats.beta.ppf(delta / 2, k[1:], m - k[1:] + 1)])
        high = np.concatenate([stats.beta.ppf(1 - delta / 2, k[:-1] + 1, m - k[:-1]), [1]])
    elif method == "wilson":
        known = [stats.binomtest(int(j), m).proportion_ci(LEVEL, method="wilson") for j in k]
        low, high = np.array([c.low for c in known]), np.array([c.high for c in known])
    elif method in ("agresti-coull", "wald"):
        points, ones = (m, k) if method == "wald" else (m + z * z, k + z * z / 2)
        q = ones / points
        epsilon = z * np.sqrt(q * (1 - q) / points)
        low, high = q - epsilon, q + epsilon
    elif method == "hoeffding":
        epsilon = np.sqrt(np.log(2 / delta) / (2 * m))
        low, high = k / m - epsilon, k / m + epsilon
    elif method == "ideal-percentile":
        low, high = (stats.binom.ppf(q, m, k / m) / m for q in (delta / 2, 1 - delta / 2))
        low[0], high[0], low[-1], high[-1] = 0, 0, 1, 1
    return np.clip(low, 0, 1), np.clip(high, 0, 1)


def masses(m, p):
    p = mpmath.mpf(p)
    if p == 0 or p == 1:
        return [mpmath.mpf(1 if k == m * p else 0) for k in range(m + 1)]
    return [mpmath.binomial(m, k) * p**k * (1 - p) ** (m - k) for k in range(m + 1)]


def convolve(a, b):
    c = [mpmath.mpf(0)] * (len(a) + len(b) - 1)
    for i, x in enumerate(a):
        if x > mpmath.mpf("1e-40"):
            for j, y in enumerate(b):
                c[i + j] += x * y
    return c


def inside(low, high, p, side):
    """Ends of lattice methods are doubles next to j / m, as p is: compared with the slack of rounding."""
    at_low, at_high = np.isclose(low, p, rtol=1e-14, atol=0), np.isclose(high, p, rtol=1e-14, atol=0)
    begun = (low < p) & ~at_low | (at_low if side != "left" else False)
    open_ = (high > p) & ~at_high | (at_high if side != "right" else False)
    return begun & open_


def total(values):
    return mpmath.nstr(mpmath.fsum(values), 17)


def coverage(method, m, negative, positive):
    low, high = ends(method, m)
    if negative == positive:
        mass, p = masses(m, negative), negative
    else:
        mass = convolve(masses(m // 2, negative), masses(m // 2, positive))
        p = negative + (positive - negative) / 2
    numbers = [total(x for x, s in zip(mass, inside(low, high, p, side)) if s) for side in ("at", "left", "right")]
    numbers.append(total(x * (mpmath.mpf(h) - mpmath.mpf(l)) for x, l, h in zip(mass, low, high)))
    close = lambda e: np.isclose(e, p, rtol=1e-14, atol=0)
    numbers.append(total(x for x, s in zip(mass, (low > p) & ~close(low)) if s))
    numbers.append(total(x for x, s in zip(mass, (high < p) & ~close(high)) if s))
    print("coverage", method, m, repr(negative), repr(positive), *numbers)


def infimum(method, m, a, b):
    """Least limit at an end in [a, b], and on a fine grid between them."""
    low, high = ends(method, m)
    points = sorted({a, b} | {float(e) for e in np.concatenate([low, high]) if a < e < b})
    least = (mpmath.mpf(2), 0)
    for x, y in zip(points, points[1:]):
        if y - x < 1e-13:
            continue
        middle = x + (y - x) / 2
        s = [k for k in range(m + 1) if low[k] <= middle <= high[k]]
        for p in (x, y, middle, x + (y - x) / 4, y - (y - x) / 4):
            mass = masses(m, p)
            value = mpmath.fsum(mass[k] for k in s)
            least = min(least, (value, p), key=lambda v: v[0])
    print("infimum", method, m, repr(a), repr(b), mpmath.nstr(least[0], 17), repr(least[1]))


print("# pmf m p k mass")
for m, p in ((1, 0.3), (10, 0.25), (1000, 1e-4), (1000, 0.05), (1000, 0.5), (1000, 0.999), (26492, 0.01),
             (1000000, 0.1), (1000000, 1e-6)):
    sd = (m * p * (1 - p)) ** 0.5
    for z in (-10, -6, -3, -1, 0, 0.5, 2, 4, 8, 10):
        k = round(m * p + z * sd)
        q = mpmath.mpf(p)
        if 0 <= k <= m:
            mass = mpmath.binomial(m, k) * q**k * (1 - q) ** (m - k)
            if mass > mpmath.mpf("1e-24"):
                print("pmf", m, repr(p), k, mpmath.nstr(mass, 17))
print("# coverage method m p_negative p_positive at left right width miss_low miss_high (level 0.9)")
for method in METHODS:
    for m in (10, 100, 1000):
        for p in (1e-4, 0.01, 0.0371, 0.1, 0.25, 0.5, 0.83):
            coverage(method, m, p, p)
    for m, negative, positive in ((10, 0.0, 0.5), (100, 0.02, 0.21), (1000, 0.05, 0.15)):
        coverage(method, m, negative, positive)
print("# infimum method m p_low p_high infimum p (level 0.9)")
for method in METHODS:
    for m in (1, 2, 5, 10, 30):
        infimum(method, m, 0.001, 0.999)
    infimum(method, 100, 0.01, 0.3)
