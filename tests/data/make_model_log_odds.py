#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes model_log_odds.txt: log-odds of the lab's mixture with 60 digits of mpmath.

usage: make_model_log_odds.py > model_log_odds.txt
"""
import random

from mpmath import exp, log, mp, mpf

mp.dps = 60
MEANS = {-1: [(-1, -1), (-1, 0), (0, 0)], 1: [(0, 1), (0, -1), (1, 0)]}
VARIANCE = mpf(1) / 20


def log_density(x, label):
    """Up to the factor that both classes share."""
    return log(sum(exp(-((x[0] - m[0]) ** 2 + (x[1] - m[1]) ** 2) / (2 * VARIANCE)) for m in MEANS[label]))


random.seed(20240307)
points = [(0.0, 0.0), (0.5, 0.0), (0.0, 0.5), (-1.0, -1.0), (1.0, 0.0), (1e-3, -2e-7)]
points += [(random.uniform(-2, 2), random.uniform(-2, 2)) for _ in range(60)]
points += [(30.0, -40.0), (-500.0, 1.0), (3.0, 1e5), (1e8, 1e8)]
print("# x0 x1 log-odds; made by make_model_log_odds.py")
for point in points:
    x = [mpf(v) for v in point]
    print(f"{point[0]!r} {point[1]!r} {float(log_density(x, 1) - log_density(x, -1))!r}")
