#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes model_training_torch.txt: training of perceptrons with two and three layers of weights in PyTorch, f64.

Initial weights and points are stored, so that nothing depends on anybody's random numbers. Each case is a
line of numbers that describes it, then the loss before each step and after the last, then the last weights in
the order w1, b1, w2, ...

usage: make_model_training_torch.py > model_training_torch.txt
"""
import itertools

import numpy as np
import torch

POINTS, EPOCHS = 30, 100
SHAPES = [[6], [5, 4]]
ACTIVATIONS = ["tanh", "relu", "sigmoid"]
LOSSES = ["logistic", "squared"]
# name, number in bk_optimiser, learning rate, momentum, nesterov, weight decay
OPTIMISERS = [
    ("descent", 0, 0.1, 0.0, 0, 0.0),
    ("descent", 0, 0.1, 0.0, 0, 0.01),
    ("momentum", 1, 0.05, 0.9, 0, 0.0),
    ("momentum", 1, 0.05, 0.8, 1, 0.02),
    ("adam", 2, 0.02, 0.0, 0, 0.0),
    ("adam", 2, 0.02, 0.0, 0, 0.03),
]


def points(rng):
    label = np.repeat([0, 1], POINTS // 2)
    centre = np.where(label == 0, -0.6, 0.6)[:, None] * np.array([1.0, -0.5])
    return centre + 0.8 * rng.standard_normal((POINTS, 2)), 2.0 * label - 1.0


def initial(rng, hidden):
    sizes = [2, *hidden, 1]
    weights = []
    for inputs, units in zip(sizes, sizes[1:]):
        weights += [rng.uniform(-1, 1, (units, inputs)), rng.uniform(-1, 1, units)]
    return weights


def train(weights, x, y, activation, loss_name, optimiser):
    leaves = [torch.tensor(w, dtype=torch.float64, requires_grad=True) for w in weights]
    name, _, rate, momentum, nesterov, decay = optimiser
    if name == "adam":
        step = torch.optim.Adam(leaves, lr=rate, weight_decay=decay)
    else:
        step = torch.optim.SGD(leaves, lr=rate, momentum=momentum, nesterov=bool(nesterov), weight_decay=decay)

    def loss_now():
        h = x
        for k in range(0, len(leaves) - 2, 2):
            h = getattr(torch, activation)(torch.nn.functional.linear(h, leaves[k], leaves[k + 1]))
        score = torch.nn.functional.linear(h, leaves[-2], leaves[-1]).squeeze(1)
        if loss_name == "logistic":
            return -torch.nn.functional.logsigmoid(y * score).mean()
        return torch.nn.functional.mse_loss(score, y)

    losses = []
    for _ in range(EPOCHS):
        step.zero_grad()
        loss = loss_now()
        losses.append(loss.item())
        loss.backward()
        step.step()
    losses.append(loss_now().item())
    return losses, [leaf.detach().numpy() for leaf in leaves]


def say(title, values):
    print(f"# {title}")
    for v in values:
        print(repr(float(v)))


rng = np.random.default_rng(20260518)
x, y = points(rng)
cases = list(itertools.product(SHAPES, ACTIVATIONS, LOSSES, OPTIMISERS))
print(f"# made by make_model_training_torch.py with PyTorch {torch.__version__}")
say("points, epochs, cases", [POINTS, EPOCHS, len(cases)])
say("x [input][point]", x.T.ravel())
say("y", y)
start = {}
for shape in SHAPES:
    start[len(shape)] = initial(rng, shape)
    say(f"hidden layers, units, then the initial weights of {shape}",
        [len(shape), *shape, *np.concatenate([w.ravel() for w in start[len(shape)]])])
for shape, activation, loss_name, optimiser in cases:
    losses, last = train(start[len(shape)], torch.tensor(x), torch.tensor(y), activation, loss_name, optimiser)
    say(f"{shape} {activation} {loss_name} {optimiser[0]}: layers, activation, loss, optimiser, rate, momentum, nesterov, decay",
        [len(shape), ACTIVATIONS.index(activation), LOSSES.index(loss_name), *optimiser[1:]])
    say("losses", losses)
    say("last weights", np.concatenate([w.ravel() for w in last]))
