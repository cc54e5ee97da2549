# SPDX-License-Identifier: GPL-3.0-or-later
"""check_trials.py [--plant] FILE: the trials of a lab file against an independent NumPy implementation.

For each network NumPy draws 1e6 points of its own (500000 of each class), classifies them with the stored
weights in f64, and estimates the error of each class, p- and p+.
  mean:     the mean error rate of the trials lies within 4 standard errors of the independent estimate;
  variance: the variance of the error count is (m/2)(p- q- + p+ q+) under balanced sampling, m p q under iid
            sampling; the ratio to it lies within 4.5 sqrt(2 / (n - 1)) + 1 %, the second term for p- and p+.
The seeds are fixed, so that a green check stays green; over random seeds one comparison of means would fail
by chance with a probability of 6e-5, one of variances with less than 1e-5.

--plant shifts the counts by half a standard deviation, or widens their spread by a fifth, and expects the
comparison to fail.
"""
import sys

import h5py
import numpy as np

plant = "--plant" in sys.argv
file = h5py.File(sys.argv[-1])
text = file["config/text"].asstr()[()]
balanced = "sampling = balanced" in text
m = int(text.split("test-size = ")[1].split()[0])
means = np.array([[[-1, -1], [-1, 0], [0, 0]], [[0, 1], [0, -1], [1, 0]]], float)
half = 500_000
units = {"tanh": np.tanh, "relu": lambda z: np.maximum(z, 0), "sigmoid": lambda z: 1 / (1 + np.exp(-z))}


def class_errors(net, rng):
    errors = []
    for label, centres in zip((-1, 1), means):
        wrong = 0
        for _ in range(10):
            x = centres[rng.integers(0, 3, half // 10)] + np.sqrt(0.05) * rng.standard_normal((half // 10, 2))
            z = x @ net["w1"][:].T + net["b1"][:]
            s = units[net.attrs["activation"]](z) @ net["w2"][:] + net["b2"][()]
            wrong += (np.where(s > 0, 1, -1) != label).sum()
        errors.append(wrong / half)
    return np.array(errors)


def compare(counts, p):
    """(distance of the means in standard errors, distance of the variances in standard deviations)."""
    n = len(counts)
    own = p.mean()
    se_own = np.sqrt((p * (1 - p)).sum() / half) / 2
    variance = m / 2 * (p * (1 - p)).sum() if balanced else m * own * (1 - own)
    se_trials = np.sqrt(variance / n) / m
    z_mean = (counts.mean() / m - own) / np.hypot(se_own, se_trials)
    z_variance = (counts.var(ddof=1) / variance - 1) / (np.sqrt(2 / (n - 1)) + 0.01 / 4.5)
    return z_mean, z_variance


rng = np.random.default_rng(20240422)
for name, net in file["network"].items():
    counts = net["trials/error_count"][:].astype(float)
    p = class_errors(net, rng)
    if plant:
        shifted = compare(counts + 0.5 * counts.std(), p)
        spread = compare(counts.mean() + 1.2 * (counts - counts.mean()), p)
        assert abs(shifted[0]) > 4, f"{name}: a shift of half a standard deviation went unnoticed"
        assert abs(spread[1]) > 4.5, f"{name}: a spread of 1.2 went unnoticed"
        continue
    z_mean, z_variance = compare(counts, p)
    print(f"{name}: p- {p[0]:.5f} p+ {p[1]:.5f}, mean {z_mean:+.2f} se, variance {z_variance:+.2f} sd")
    assert abs(z_mean) < 4, f"{name}: the means are {z_mean:.2f} standard errors apart"
    assert abs(z_variance) < 4.5, f"{name}: the variances are {z_variance:.2f} standard deviations apart"
