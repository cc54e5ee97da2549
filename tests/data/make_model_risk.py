#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes model_risk.txt: the error of each class of the lab's networks and of the Bayes classifier, with SciPy.

usage: brisk run training --activation tanh,relu,sigmoid -o lab.h5 && make_model_risk.py lab.h5 > model_risk.txt

The weights come from that file (default options, seed 1). Along lines x0 = t the sign changes of the score are
bracketed on 1501 points and found by brentq; where the score dips towards zero between three of them its
extremum is looked for. Of ReLU networks they are found between the kinks. The lines are summed up by differences of ndtr and integrated by quad_vec between 60
points. A row is: activation (0 tanh, 1 relu, 2 sigmoid, -1 the log odds), hidden units, P(label +1 | class -1),
P(label -1 | class +1), the error that quad_vec estimates.
"""
import sys
from multiprocessing import Pool

import h5py
import numpy as np
from scipy.integrate import quad_vec
from scipy.optimize import brentq, minimize_scalar
from scipy.special import expit, logsumexp, ndtr

MEANS = np.array([[[-1, -1], [-1, 0], [0, 0]], [[0, 1], [0, -1], [1, 0]]], float)
VARIANCE = 0.05
SD = np.sqrt(VARIANCE)
REACH = 9 * SD
GRID = np.linspace(-1 - REACH, 1 + REACH, 1501)


def weights(path, name):
    with h5py.File(path) as file:
        return tuple(file[f"network/{name}/{key}"][()] for key in ("w1", "b1", "w2", "b2"))


def smooth_places(activation, w1, b1, w2, b2):
    score = lambda t, y: activation(np.multiply.outer(np.asarray(y), w1[:, 1]) + (w1[:, 0] * t + b1)) @ w2 + b2
    return lambda t: places(score, t)


def tanh_places(*numbers):
    return smooth_places(np.tanh, *numbers)


def sigmoid_places(*numbers):
    return smooth_places(expit, *numbers)


def relu_places(w1, b1, w2, b2):
    """Between its kinks the score is linear along the line: values there by its slopes, zeros by interpolation."""
    slope = w1[:, 1]

    def at_line(t):
        shift = w1[:, 0] * t + b1
        order = np.argsort(-shift / slope)
        kinks = (-shift / slope)[order]
        slopes = np.sum((w2 * slope)[slope < 0]) + np.concatenate(([0], np.cumsum((w2 * np.abs(slope))[order])))
        y = np.concatenate(([min(kinks[0], GRID[0]) - 1], kinks, [max(kinks[-1], GRID[-1]) + 1]))
        s = np.maximum(y[0] * slope + shift, 0) @ w2 + b2 + np.concatenate(([0], np.cumsum(slopes * np.diff(y))))
        i = np.flatnonzero((s[1:] > 0) != (s[:-1] > 0))
        return y[i] - s[i] * (y[i + 1] - y[i]) / (s[i + 1] - s[i]), s[0] > 0
    return at_line


def log_odds(t, y):
    y = np.asarray(y)
    terms = [logsumexp([-((t - m[0]) ** 2 + (y - m[1]) ** 2) / (2 * VARIANCE) for m in means], axis=0)
             for means in MEANS]
    return terms[1] - terms[0]


def places(score, t):
    """Where the label changes along the line, in order, and whether it is +1 at the left end."""
    s = score(t, GRID)
    found = [brentq(lambda y: float(score(t, y)), GRID[i], GRID[i + 1], xtol=1e-14)
             for i in np.flatnonzero((s[1:] > 0) != (s[:-1] > 0))]
    a, b, c = np.abs(s[:-2]), np.abs(s[1:-1]), np.abs(s[2:])
    one_sign = ((s[:-2] > 0) == (s[1:-1] > 0)) & ((s[1:-1] > 0) == (s[2:] > 0))
    for i in np.flatnonzero(one_sign & (b <= a) & (b < c) & (b < 2 * (a + c - 2 * b) + 1e-12)):
        sign = 1 if s[i] > 0 else -1
        dip = minimize_scalar(lambda y: sign * float(score(t, y)), bounds=(GRID[i], GRID[i + 2]), method="bounded",
                              options={"xatol": 1e-10})
        if dip.fun < 0:
            found += [brentq(lambda y: float(score(t, y)), *ends, xtol=1e-14)
                      for ends in ((GRID[i], dip.x), (dip.x, GRID[i + 2]))]
    return np.sort(found), s[0] > 0


def wrong(at_line, t):
    """The density at x0 = t of the points of each class that get the other label."""
    at, first = at_line(t)
    ends = np.array([-np.inf, *at, np.inf])
    positive = (np.arange(len(ends) - 1) % 2 == 1) ^ first
    result = np.zeros(2)
    for label, means in enumerate(MEANS):
        for m in means:
            share = (ndtr((ends[1:] - m[1]) / SD) - ndtr((ends[:-1] - m[1]) / SD))[positive == (label == 0)].sum()
            density = np.exp(-((t - m[0]) ** 2) / (2 * VARIANCE)) / (SD * np.sqrt(2 * np.pi))
            result[label] += density * share / 3
    return result


def row(job):
    path, activation, hidden = job
    if activation < 0:
        at_line = lambda t: places(log_odds, t)
    else:
        name, make = (("tanh", tanh_places), ("relu", relu_places), ("sigmoid", sigmoid_places))[activation]
        at_line = make(*weights(path, f"{name}_{hidden}"))
    value, error = quad_vec(lambda t: wrong(at_line, t), -1 - REACH, 1 + REACH, epsabs=2e-10, epsrel=0, norm="max",
                            limit=20000, points=np.linspace(-2.9, 2.9, 59))
    return f"{activation} {hidden} {value[0]!r} {value[1]!r} {error:.1e}"


if __name__ == "__main__":
    jobs = [(sys.argv[1], -1, 0), *((sys.argv[1], a, h) for a in (0, 1, 2) for h in (5, 10, 100, 500))]
    print("# made by make_model_risk.py")
    with Pool(2) as pool:
        for line in pool.imap(row, jobs):
            print(line, flush=True)
