#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes model_training.txt: gradient descent in f64 with the gradient derived by hand, in NumPy.

The initial weights come from NumPy's own stream at the address (seed 1, initial-weights 2, hidden 5).

usage: make_model_training.py > model_training.txt
"""
import numpy as np

POINTS, HIDDEN, EPOCHS, RATE = 40, 5, 100, 0.1


def points():
    rng = np.random.default_rng(20240307)
    means = np.array([[[-1, -1], [-1, 0], [0, 0]], [[0, 1], [0, -1], [1, 0]]], dtype=float)
    label = np.repeat([0, 1], POINTS // 2)
    x = means[label, rng.integers(0, 3, POINTS)] + np.sqrt(0.05) * rng.standard_normal((POINTS, 2))
    return x, 2.0 * label - 1.0


def initial_weights():
    stream = np.random.Generator(np.random.PCG64DXSM(np.random.SeedSequence(1, spawn_key=(2, HIDDEN))))
    w = 2.0 * stream.random(4 * HIDDEN + 1) - 1.0
    w1, b1, w2, b2 = np.split(w, [2 * HIDDEN, 3 * HIDDEN, 4 * HIDDEN])
    return [w1.reshape(HIDDEN, 2), b1, w2, b2[0]]


def loss_and_gradient(weights, x, y, activation):
    w1, b1, w2, b2 = weights
    z = x @ w1.T + b1
    h = np.tanh(z) if activation == "tanh" else np.maximum(z, 0.0)
    margin = y * (h @ w2 + b2)
    loss = np.mean(np.logaddexp(0.0, -margin))
    ds = -y / (1.0 + np.exp(margin)) / len(y)
    dz = np.outer(ds, w2) * (1.0 - h**2 if activation == "tanh" else z > 0.0)
    return loss, [dz.T @ x, dz.sum(axis=0), h.T @ ds, ds.sum()]


def flat(weights):
    return np.concatenate([np.ravel(w) for w in weights])


def say(title, values):
    print(f"# {title}")
    for v in values:
        print(repr(float(v)))


x, y = points()
print("# made by make_model_training.py")
say("points, hidden units, epochs, learning rate", [POINTS, HIDDEN, EPOCHS, RATE])
say("x [input][point]", x.T.ravel())
say("y", y)
for activation in ("tanh", "relu"):
    weights = initial_weights()
    losses = []
    for epoch in range(EPOCHS):
        loss, gradient = loss_and_gradient(weights, x, y, activation)
        losses.append(loss)
        if epoch == 0:
            first = gradient
        weights = [w - RATE * g for w, g in zip(weights, gradient)]
    losses.append(loss_and_gradient(weights, x, y, activation)[0])
    say(f"{activation}: loss before each step and after the last", losses)
    say(f"{activation}: first gradient, w1 b1 w2 b2", flat(first))
    say(f"{activation}: last weights", flat(weights))
