#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes model_fit.txt: perceptrons trained by PyTorch, f64, on scikit-learn's breast cancer data.

The split into training and test set, the standardisation and the initial weights are made here from NumPy's streams as
the documents of brisk describe them, so that nothing of brisk is used. Each case is a line of what it is, then the
loss before each step, then the mean negative log-likelihood of the test set, then 1 for each test point that is
misclassified and 0 for the others.

usage: make_model_fit.py > model_fit.txt
"""
import itertools
import pathlib
import sys

import numpy as np
import torch

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "acceptance"))
import breast_cancer  # noqa: E402

SEED, SHARE, HIDDEN, EPOCHS = 1, 0.25, 10, 100
INITIAL_WEIGHTS, DATA_SPLIT = 2, 11  # purposes
# as brisk calls it, learning rate, make
OPTIMISERS = [
    ("descent", 0.1, lambda leaves: torch.optim.SGD(leaves, lr=0.1)),
    ("momentum", 0.05, lambda leaves: torch.optim.SGD(leaves, lr=0.05, momentum=0.9)),
    ("adam", 0.01, lambda leaves: torch.optim.Adam(leaves, lr=0.01)),
]


def stream(purpose, index):
    return np.random.PCG64DXSM(np.random.SeedSequence(SEED, spawn_key=(purpose, index)))


def test_rows(count):
    """The first of the rows in the order of shuffle-fisher-yates-v1."""
    draws, order = stream(DATA_SPLIT, 0), list(range(count))
    for i in range(count - 1, 0, -1):
        j = (i + 1) * int(draws.random_raw()) >> 64
        order[i], order[j] = order[j], order[i]
    return sorted(order[: int(count * SHARE + 0.5)])


def initial(inputs):
    """w1, b1, w2, b2: 2 u - 1 with u = (draw >> 11) 2^-53."""
    shapes = [(HIDDEN, inputs), (HIDDEN,), (1, HIDDEN), (1,)]
    draws = stream(INITIAL_WEIGHTS, HIDDEN).random_raw(sum(int(np.prod(s)) for s in shapes))
    values = 2.0 * ((draws >> np.uint64(11)) * 2.0**-53) - 1.0
    ends = np.cumsum([int(np.prod(s)) for s in shapes])
    return [part.reshape(s) for part, s in zip(np.split(values, ends[:-1]), shapes)]


def train(activation, make, x, y, test_x, test_y):
    leaves = [torch.tensor(w, dtype=torch.float64, requires_grad=True) for w in initial(x.shape[1])]
    optimiser = make(leaves)

    def score(points):
        hidden = getattr(torch, activation)(torch.nn.functional.linear(points, leaves[0], leaves[1]))
        return torch.nn.functional.linear(hidden, leaves[2], leaves[3]).squeeze(1)

    losses = []
    for _ in range(EPOCHS):
        optimiser.zero_grad()
        loss = -torch.nn.functional.logsigmoid(y * score(x)).mean()
        losses.append(loss.item())
        loss.backward()
        optimiser.step()
    with torch.no_grad():
        margin = test_y * score(test_x)
        nll = -torch.nn.functional.logsigmoid(margin).mean().item()
        wrong = torch.where(score(test_x) > 0, 1.0, -1.0) != test_y
    return losses, nll, wrong.numpy().astype(int)


rows, malignant = breast_cancer.read()
points = np.array(rows, dtype=float)
labels = np.where(malignant, 1.0, -1.0)
held = test_rows(len(points))
kept = np.setdiff1d(np.arange(len(points)), held)
mean, sd = points[kept].mean(axis=0), points[kept].std(axis=0, ddof=1)
points = (points - mean) / sd
x, y, test_x, test_y = (torch.tensor(a) for a in (points[kept], labels[kept], points[held], labels[held]))

print(f"# made by make_model_fit.py with PyTorch {torch.__version__}, NumPy {np.__version__}")
print(f"# seed {SEED}, share {SHARE}, {HIDDEN} hidden units, {EPOCHS} epochs")
print("rows of the test set:", *held)
for activation, (name, rate, make) in itertools.product(["tanh", "relu", "sigmoid"], OPTIMISERS):
    losses, nll, wrong = train(activation, make, x, y, test_x, test_y)
    print(f"{activation}_{HIDDEN} {name} {rate}")
    print(*map(repr, losses))
    print(repr(nll))
    print("".join(map(str, wrong)))
