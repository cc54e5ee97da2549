# SPDX-License-Identifier: GPL-3.0-or-later
"""Intervals of k errors among m points, from their formulas with SciPy alone: intervals(method, m, level) gives
low and high of k = 0 .. m, NaN where there is none. Ends are cut at 0 and 1."""
import numpy as np
from scipy import special, stats
from scipy.optimize import brentq


def symmetric(r, half):
    return np.maximum(r - half, 0), np.minimum(r + half, 1)


def by_root(k, m, excess):
    """Ends of {p: excess(p, k) <= 0}, which holds k / m and has no gap."""
    low, high = np.zeros(len(k)), np.ones(len(k))
    for i, errors in enumerate(k):
        r = errors / m
        if errors > 0:
            low[i] = brentq(excess, 1e-300, r, args=(errors, -1), xtol=1e-15, rtol=1e-14)
        if errors < m:
            high[i] = brentq(excess, r, 1 - 1e-16, args=(errors, 1), xtol=1e-15, rtol=1e-14)
    return low, high


def kl_chernoff(k, m, delta):
    def excess(p, errors, _):
        r = errors / m
        kl = (r * np.log(r / p) if r > 0 else 0) + ((1 - r) * np.log((1 - r) / (1 - p)) if r < 1 else 0)
        return m * kl - np.log(2 / delta)
    return by_root(k, m, excess)


def mid_p(k, m, delta):
    def excess(p, errors, side):
        # P(X > k) and P(X >= k), or P(X < k) and P(X <= k): their mean counts P(X = k) by half.
        above = [special.betainc(k, m - k + 1, p) if 0 < k <= m else float(k <= 0) for k in (errors + 1, errors)]
        return delta / 2 - (sum(above) / 2 if side < 0 else 1 - sum(above) / 2)
    return by_root(k, m, excess)


@np.errstate(divide="ignore", invalid="ignore")
def ideal(method, k, m, delta):
    r = k / m
    if method != "ideal-bca":
        low, high = (stats.binom.ppf(a, m, r) / m for a in (delta / 2, 1 - delta / 2))
        return (low, high) if method == "ideal-percentile" else symmetric_basic(r, low, high)
    z0 = stats.norm.ppf(stats.binom.cdf(k - 1, m, r) + stats.binom.pmf(k, m, r) / 2)
    a = (1 - 2 * r) / (6 * np.sqrt(m * r * (1 - r)))
    levels = [stats.norm.cdf(z0 + (z0 + z) / (1 - a * (z0 + z))) for z in stats.norm.ppf([delta / 2, 1 - delta / 2])]
    low, high = (stats.binom.ppf(level, m, r) / m for level in levels)
    low[(k == 0) | (k == m)] = high[(k == 0) | (k == m)] = np.nan
    return low, high


def symmetric_basic(r, low, high):
    return np.maximum(2 * r - high, 0), np.minimum(2 * r - low, 1)


def intervals(method, m, level, most=None):
    """low and high of the counts 0 .. most (m unless given)."""
    k = np.arange((m if most is None else most) + 1)
    delta, r = 1 - level, k / m
    v, log = k * (m - k) / (m * (m - 1)), np.log(2 / delta)
    z = stats.norm.ppf(1 - delta / 2)
    if method.startswith("ideal-"):
        return ideal(method, k, m, delta)
    if method == "hoeffding":
        return symmetric(r, np.sqrt(log / (2 * m)))
    if method == "chebyshev":
        return symmetric(r, np.sqrt(v / (m * delta)))
    if method == "bernstein":
        h = log / (3 * m)
        return symmetric(r, h + np.sqrt(h * h + 2 * v * log / m))
    if method == "empirical-bernstein":
        log = np.log(4 / delta)
        return symmetric(r, np.sqrt(2 * v * log / m) + 7 * log / (3 * (m - 1)))
    if method == "kl-chernoff":
        return kl_chernoff(k, m, delta)
    if method == "mid-p":
        return mid_p(k, m, delta)
    if method == "clopper-pearson":
        low, high = stats.beta.ppf(delta / 2, k, m - k + 1), stats.beta.ppf(1 - delta / 2, k + 1, m - k)
    elif method == "jeffreys":
        low, high = (stats.beta.ppf(a, k + 0.5, m - k + 0.5) for a in (delta / 2, 1 - delta / 2))
    elif method == "wilson":
        middle, half = r + z * z / (2 * m), z * np.sqrt(r * (1 - r) / m + z * z / (4 * m * m))
        low, high = (middle - half) / (1 + z * z / m), (middle + half) / (1 + z * z / m)
    elif method == "agresti-coull":
        n = m + z * z
        q = (k + z * z / 2) / n
        return symmetric(q, z * np.sqrt(q * (1 - q) / n))
    elif method == "wald":
        return symmetric(r, z * np.sqrt(r * (1 - r) / m))
    elif method == "student-t":
        return symmetric(r, stats.t.ppf(1 - delta / 2, m - 1) * np.sqrt(v / m))
    else:
        raise ValueError(f"no formula of {method} here")
    return np.where(k == 0, 0, low), np.where(k == m, 1, high)
