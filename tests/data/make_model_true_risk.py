#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes model_true_risk.txt: the error of each class of small networks under the lab's mixture, with SciPy.

usage: make_model_true_risk.py > model_true_risk.txt

Along lines x1 = t the sign changes of the score are bracketed on 6001 points and found by brentq, the lines are
summed up by QUADPACK (quad) between 60 points. A row is: activation (0 tanh, 1 relu, 2 sigmoid), layers, units of
each, weights in the order of the parameters, P(label +1 | class -1), P(label -1 | class +1).
"""
import numpy as np
from scipy.integrate import quad
from scipy.optimize import brentq
from scipy.stats import norm

MEANS = np.array([[[-1, -1], [-1, 0], [0, 0]], [[0, 1], [0, -1], [1, 0]]], float)
SD = np.sqrt(0.05)
ACTIVATIONS = [np.tanh, lambda z: np.maximum(z, 0), lambda z: 1 / (1 + np.exp(-z))]
GRID = np.linspace(-3.2, 3.2, 6001)


def score(net, x0, t):
    activation, layers, out = net
    h = np.array([x0, np.full_like(x0, t)])
    for weight, bias in layers:
        h = activation(weight @ h + bias[:, None])
    return out[0] @ h + out[1]


def wrong(net, t, label):
    """The density at x1 = t of the points of the class that get the other label."""
    s = score(net, GRID, t) > 0
    at = np.flatnonzero(s[1:] != s[:-1])
    places = [brentq(lambda x: float(score(net, np.array([x]), t)[0]), GRID[i], GRID[i + 1], xtol=1e-13) for i in at]
    ends = np.array([-np.inf, *places, np.inf])
    signs = np.logical_xor(s[0], np.arange(len(ends) - 1) % 2 == 1)
    total = 0.0
    for m in MEANS[label]:
        share = (norm.cdf((ends[1:] - m[0]) / SD) - norm.cdf((ends[:-1] - m[0]) / SD))[signs == (label == 0)].sum()
        total += norm.pdf(t, m[1], SD) * share / 3
    return total


def class_error(net, label):
    cuts = np.linspace(-3, 3, 61)
    return sum(quad(lambda t: wrong(net, t, label), a, b, epsabs=1e-11, epsrel=0, limit=400)[0]
               for a, b in zip(cuts[:-1], cuts[1:]))


rng = np.random.default_rng(20240611)
print("# made by make_model_true_risk.py")
for activation, hidden, scale in ((0, [4], 3.0), (0, [8], 2.0), (1, [6], 1.5), (2, [5], 6.0), (0, [3, 4], 2.0), (1, [4, 3], 1.5)):
    layers, sizes, numbers = [], [2, *hidden], []
    for n, m in zip(sizes[1:], sizes[:-1]):
        weight, bias = np.round(scale * rng.uniform(-1, 1, (n, m)), 3), np.round(rng.uniform(-1, 1, n), 3)
        layers.append((weight, bias))
        numbers += [*weight.ravel(), *bias]
    out = np.round(scale * rng.uniform(-1, 1, hidden[-1]), 3)
    # The last bias: the middle of the scores at the means, so that the boundary runs between them.
    at = np.array([score((ACTIVATIONS[activation], layers, (out, 0.0)), np.array([m[0]]), m[1])[0] for m in MEANS.reshape(-1, 2)])
    bias = -np.round(np.median(at), 3)
    net = (ACTIVATIONS[activation], layers, (out, bias))
    numbers += [*out, bias]
    print(activation, len(hidden), *hidden, *(repr(float(v)) for v in numbers),
          *(repr(float(class_error(net, label))) for label in (0, 1)))
