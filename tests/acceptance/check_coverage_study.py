# SPDX-License-Identifier: GPL-3.0-or-later
"""check_coverage_study.py [--plant] FILE: a coverage study against SciPy.

For each network, from its stored weights and error counts alone:
  risk       the error of each class by lines on which SciPy's normal distribution functions are summed, within
             2e-6 of what is stored;
  intervals  formulas of coverage_intervals.py give the stored ends of every count;
  exact      K = Bin(m/2, p-) + Bin(m/2, p+) under balanced sampling, Bin(m, p) under iid sampling, summed over
             the counts whose interval holds p, is the stored exact coverage;
  trials     the number of covered test sets is that of the counts, and an exact binomial test does not tell it
             from the exact coverage at 1e-6 a method and level. The same for the two misses;
  sample     the trials of the zip plot are evenly spaced in the order of |error rate - risk| and are what they say;
  drawn      intervals of methods that draw are those of `brisk interval` with the seed that the trial's stream
             gives next (NumPy's PCG64DXSM), and betting covers at least its level, to 4.5 standard errors.

--plant makes three mistakes, each of which has to be found by half of the methods: coverage of a risk, test sets of
error rates, and intervals of counts that are a fifth too large.
"""
import json
import os
import subprocess
import sys

import h5py
import numpy as np
from scipy import stats

from coverage_intervals import intervals

plant = "--plant" in sys.argv
file = h5py.File(sys.argv[-1])
text = file["config/text"].asstr()[()]
balanced = "sampling = balanced" in text
means = np.array([[[-1, -1], [-1, 0], [0, 0]], [[0, 1], [0, -1], [1, 0]]], float)
FOUND = 1e-6


def option(name):
    return text.split(f"\n{name} = ")[1].split()[0]


def own_risk(net):
    """P(label +1 | class -1) and P(label -1 | class +1): lines x1 = t by the trapezoidal rule, changes of sign by
    two secant steps between neighbouring points."""
    w1, b1, w2, b2 = (net[name][()] for name in ("w1", "b1", "w2", "b2"))
    activation = np.tanh if net.attrs["activation"] == "tanh" else lambda z: np.maximum(z, 0)

    def score(x0, x1):
        return activation(np.stack([x0, x1], -1) @ w1.T + b1) @ w2 + b2

    sd, x, errors = np.sqrt(0.05), np.linspace(-2.6, 2.6, 261), np.zeros(2)
    step = 5.2 / 2000
    for t in np.arange(-2.6, 2.6 + step / 2, step):
        s = score(x, np.full_like(x, t))
        at = np.flatnonzero((s[1:] > 0) != (s[:-1] > 0))
        a, b, sa, sb = x[at], x[at + 1], s[at], s[at + 1]
        for _ in range(3):
            c = a - sa * (b - a) / (sb - sa)
            sc = score(c, np.full_like(c, t)) if len(c) else c
            left = (sc > 0) == (sa > 0)
            a, sa, b, sb = (np.where(left, c, a), np.where(left, sc, sa), np.where(left, b, c), np.where(left, sb, sc))
        ends = np.concatenate([[-np.inf], a - sa * (b - a) / (sb - sa) if len(a) else [], [np.inf]])
        positive = np.logical_xor(s[0] > 0, np.arange(len(ends) - 1) % 2 == 1)
        for c in range(2):
            below = stats.norm.cdf((ends[:, None] - means[c, :, 0]) / sd)
            share = (below[1:] - below[:-1])[positive == (c == 0)].sum(0)
            errors[c] += step * (share * stats.norm.pdf(t, means[c, :, 1], sd)).mean()
    return errors


def law(m, p):
    """P(K = k), k = 0 .. m."""
    if not balanced:
        return stats.binom.pmf(np.arange(m + 1), m, p.mean())
    half = np.arange(m // 2 + 1)
    return np.convolve(stats.binom.pmf(half, m // 2, p[0]), stats.binom.pmf(half, m // 2, p[1]))


def most_errors(pmf, value):
    """Counts above it do not occur: not in the file, and with a probability below 1e-13."""
    return max(int(value.max()), int(np.searchsorted(np.cumsum(pmf), 1 - 1e-13)))


def close(a, b, tolerance, what):
    a, b = np.asarray(a), np.asarray(b)
    assert a.shape == b.shape and (np.isnan(a) == np.isnan(b)).all(), what
    assert np.nanmax(np.abs(a - b), initial=0) <= tolerance, f"{what}: off by {np.nanmax(np.abs(a - b))}"


def tell(hits, n, p):
    """p-value of so many hits, 1 where both are certain."""
    return stats.binomtest(int(hits), int(n), min(max(p, 0.0), 1.0)).pvalue


def check_counts(name, coverage, m, p, risk):
    """Everything of the methods by count; returns the p-values."""
    counts = coverage["counts"]
    methods = [method.decode() for method in counts["method"]]
    value, times = counts["error_count"][:].astype(int), counts["trials"][:].astype(int)
    n, pmf = times.sum(), law(m, p)
    most = most_errors(pmf, value)
    assert n == coverage.attrs["trials"]
    values = []
    for i, method in enumerate(methods):
        for j, level in enumerate(coverage["level"][:]):
            what, cell = f"{name} {method} {level}", (i, j)
            low, high = intervals(method, m, level, most)
            close(counts["low"][cell], low[value], 1e-9, what)
            close(counts["high"][cell], high[value], 1e-9, what)
            holds, below, above = (low <= risk) & (risk <= high), risk < low, risk > high
            exact = {"coverage": holds, "miss_low": below, "miss_high": above, "undefined": np.isnan(low)}
            for key, where in exact.items():
                share = pmf[:most + 1][where].sum()
                close(coverage[f"exact_{key}"][cell], share, 1e-10, f"{what}: exact {key}")
                hits = times[where[value]].sum()
                close(coverage[key][cell] * n, hits, 1e-6, f"{what}: {key}")
                values.append((tell(hits, n, share), f"{what}: {key}"))
            assert coverage["covered"][cell] == times[holds[value]].sum(), what
            width = (high - low)[value]
            some = ~np.isnan(width)
            each = np.repeat(width[some], times[some])
            close(coverage["mean_width"][cell], each.mean(), 1e-9, f"{what}: width")
            close(coverage["mean_width_mcse"][cell], each.std(ddof=1) / np.sqrt(len(each)), 1e-9, f"{what}: width")
            c = (times[holds[value]].sum() + 0.5) / (n + 1)
            close(coverage["coverage_mcse"][cell], np.sqrt(c * (1 - c) / n), 1e-12, f"{what}: mcse")
    return values


def check_sample(name, net, coverage, m, risk):
    sample, counts = coverage["sample"], coverage["counts"]
    value, times = counts["error_count"][:].astype(int), counts["trials"][:].astype(int)
    ordered = np.repeat(value, times)
    ordered = ordered[np.lexsort((ordered, np.abs(ordered / m - risk)))]
    n, size = len(ordered), len(sample["rank"])
    k, trial = sample["error_count"][:].astype(int), sample["trial"][:].astype(int)
    assert size == min(n, 100) and len(set(trial)) == size, name
    assert (k == ordered[(2 * np.arange(size) + 1) * n // (2 * size)]).all(), f"{name}: sample"
    close(sample["rank"], (np.arange(size) + 0.5) / size, 1e-15, f"{name}: rank")
    close(sample["estimate"], k / m, 1e-15, f"{name}: estimate")
    close(sample["distance"], (k / m - risk) / np.sqrt(risk * (1 - risk) / m), 1e-6, f"{name}: distance")
    if "trials" in net:
        every = net["trials/error_count"][:].astype(int)
        assert (every[trial] == k).all(), f"{name}: trials of the sample"
        assert (np.bincount(every, minlength=m + 1)[value] == times).all() and len(every) == times.sum(), name
    at = np.searchsorted(value, k)
    by_count = len(counts["method"])
    assert (coverage["by_count"][:] == (np.arange(len(coverage["method"])) < by_count)).all(), name
    assert np.array_equal(sample["low"][:by_count], counts["low"][:][:, :, at], equal_nan=True), name
    assert np.array_equal(sample["high"][:by_count], counts["high"][:][:, :, at], equal_nan=True), name
    low, high = sample["low"][:], sample["high"][:]
    assert np.array_equal(sample["covers"][:] == 1, (low <= risk) & (risk <= high)), f"{name}: covers"


def brisk_interval(k, m, level, methods, seed=1, resamples=9999):
    """{method: (low, high)} of the command."""
    data = "1\n" * k + "0\n" * (m - k)
    said = subprocess.run([os.environ["BRISK"], "interval", "-", "--json", "--level", repr(float(level)), "--seed", str(seed),
                           "--resamples", str(resamples), "--method", ",".join(methods)],
                          input=data, capture_output=True, text=True, check=True).stdout
    return {row["method"]: tuple(np.nan if row[end] is None else row[end] for end in ("low", "high"))
            for row in json.loads(said)["intervals"]}


def check_command(name, coverage, m):
    """The lowest, the middle and the highest count, to the last bit."""
    counts = coverage["counts"]
    methods = [method.decode() for method in counts["method"]]
    for u in {0, len(counts["error_count"]) // 2, len(counts["error_count"]) - 1}:
        for j, level in enumerate(coverage["level"][:]):
            said = brisk_interval(int(counts["error_count"][u]), m, level, methods)
            ours = np.array([said[method] for method in methods])
            stored = np.stack([counts["low"][:, j, u], counts["high"][:, j, u]], -1)
            assert np.array_equal(ours, stored, equal_nan=True), f"{name}: brisk interval says otherwise"


def check_drawn(name, coverage, m):
    methods = [method.decode() for method in coverage["method"]]
    drawn = [i for i, flag in enumerate(coverage["by_count"][:]) if not flag]
    if not drawn:
        return
    sample, size = coverage["sample"], len(coverage["sample/rank"])
    assert "dtype = f32" in text, "the position in the stream is that of f32"
    for at in {0, size // 2, size - 1}:
        key = (4, int(sample["trial"][at]))
        stream = np.random.PCG64DXSM(np.random.SeedSequence(int(file.attrs["seed"]), spawn_key=key))
        seed = int(stream.random_raw(m + (m + 1) // 2 + 1)[-1])
        for j, level in enumerate(coverage["level"][:]):
            said = brisk_interval(int(sample["error_count"][at]), m, level, [methods[i] for i in drawn], seed,
                                  option("resamples"))
            for i in drawn:
                stored = sample["low"][i, j, at], sample["high"][i, j, at]
                assert np.array_equal(said[methods[i]], stored, equal_nan=True), f"{name} {methods[i]}: {stored}"
    for i in drawn:
        for j, level in enumerate(coverage["level"][:]):
            cell = (i, j)
            parts = sum(coverage[key][cell] for key in ("coverage", "miss_low", "miss_high", "undefined"))
            close(parts, 1.0, 1e-12, f"{name} {methods[i]}: shares")
            assert np.isnan(coverage["exact_coverage"][cell])
            if methods[i] == "betting":
                assert coverage["coverage"][cell] + 4.5 * coverage["coverage_mcse"][cell] >= level, name


def check_plants(name, coverage, m, p, risk):
    counts = coverage["counts"]
    value, times = counts["error_count"][:].astype(int), counts["trials"][:].astype(int)
    n, pmf, found = times.sum(), law(m, p), np.zeros(3, int)
    larger = 1 + int((value * times).sum() / n / 5)
    most = most_errors(pmf, value + larger)
    shifted, methods = law(m, 1.2 * p), [method.decode() for method in counts["method"]]
    for method in methods:
        level = coverage["level"][0]
        low, high = intervals(method, m, level, most)
        holds = (low <= risk) & (risk <= high)
        exact, covered = pmf[:most + 1][holds].sum(), times[holds[value]].sum()
        beyond = ((low <= 1.2 * risk) & (1.2 * risk <= high))[value]
        beside = times[holds[value + larger]].sum()
        found += [tell(times[beyond].sum(), n, exact) < FOUND, tell(covered, n, shifted[:most + 1][holds].sum()) < FOUND,
                  tell(beside, n, exact) < FOUND]
    print(f"{name}: mistakes found by {found} of {len(methods)} methods")
    assert (found >= len(methods) // 2).all(), f"{name}: a mistake went unnoticed"


for name, net in file["network"].items():
    coverage = net["coverage"]
    m = int(coverage.attrs["test_size"])
    p = np.array([net.attrs["true_risk_negative"], net.attrs["true_risk_positive"]])
    risk = net.attrs["true_risk"]
    if plant:
        check_plants(name, coverage, m, p, risk)
        continue
    assert 0 < net.attrs["true_risk_error"] < 1e-6 and abs(p.mean() - risk) < 1e-15
    close(own_risk(net), p, 2e-6, f"{name}: true risk")
    if "counts" in coverage:
        values = check_counts(name, coverage, m, p, risk)
        least = min(values)
        print(f"{name}: {len(values)} comparisons, the least p-value {least[0]:.2g} ({least[1]})")
        assert least[0] > FOUND, f"{least[1]}: p-value {least[0]:.2g}"
        check_sample(name, net, coverage, m, risk)
        check_command(name, coverage, m)
    check_drawn(name, coverage, m)
