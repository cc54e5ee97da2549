#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Training: PyTorch beside `brisk bench`, all cores, in one run.

    /usr/bin/python3 training_pytorch.py [--brisk PATH] [--pairs 5] [--epochs 250]

The lab's job: 2 inputs, a hidden layer of tanh units, 200 points, logistic loss, full-batch gradient
descent. Each pair measures PyTorch and then brisk, so that both meet the same moment of the machine; the
ratio is the median over the pairs, with its least and most. Both go by the wall clock and take the median of
several runs within a pair (brisk bench: 15).

PyTorch is at its best: every pair times it with one thread and with all, as the plain loop of a tutorial
(matrix products, step under no_grad) and with torch.nn.functional.linear and torch.optim.SGD, and the quickest
of these counts. A short run of each comes first and is not counted.

On busy cores the figures say little: look at the load that is printed.
"""

import argparse
import os
import statistics
import time

import numpy
import torch

import sides

POINTS, RATE = 200, 0.1
# stage of brisk bench, hidden units, dtype, the ratio that the design asks for
STAGES = [
    ("train-5-f32", 5, torch.float32, 20),
    ("train-10-f32", 10, torch.float32, 20),
    ("train-100-f32", 100, torch.float32, 15),
    ("train-500-f32", 500, torch.float32, 15),
    ("train-500-f64", 500, torch.float64, None),
]
THREADS = sorted({1, sides.THREADS})


def points(dtype):
    rng = numpy.random.default_rng(1)
    means = numpy.array([[[-1, -1], [-1, 0], [0, 0]], [[0, 1], [0, -1], [1, 0]]], float)
    label = numpy.repeat([0, 1], POINTS // 2)
    x = means[label, rng.integers(0, 3, POINTS)] + numpy.sqrt(0.05) * rng.standard_normal((POINTS, 2))
    return torch.tensor(x, dtype=dtype), torch.tensor(2.0 * label - 1.0, dtype=dtype)


def uniform(*shape, dtype):
    return (2 * torch.rand(*shape, dtype=dtype) - 1).requires_grad_()


def plain_loop(hidden, x, y, epochs):
    w1, b1, w2, b2 = parameters = [uniform(*s, dtype=x.dtype) for s in ((hidden, 2), (hidden,), (hidden,), (1,))]
    for _ in range(epochs):
        score = torch.tanh(x @ w1.T + b1) @ w2 + b2
        loss = -torch.nn.functional.logsigmoid(y * score).mean()
        loss.backward()
        with torch.no_grad():
            for w in parameters:
                w -= RATE * w.grad
                w.grad = None


def optimiser_loop(hidden, x, y, epochs):
    w1, b1, w2, b2 = parameters = [uniform(*s, dtype=x.dtype) for s in ((hidden, 2), (hidden,), (1, hidden), (1,))]
    optimiser = torch.optim.SGD(parameters, lr=RATE)
    linear = torch.nn.functional.linear
    for _ in range(epochs):
        optimiser.zero_grad(set_to_none=True)
        score = linear(torch.tanh(linear(x, w1, b1)), w2, b2).squeeze(1)
        loss = -torch.nn.functional.logsigmoid(y * score).mean()
        loss.backward()
        optimiser.step()


def torch_microseconds(hidden, dtype, epochs, runs):
    """Of one epoch, and in which form."""
    x, y = points(dtype)
    best = (float("inf"), "")
    for threads in THREADS:
        torch.set_num_threads(threads)
        for form in (plain_loop, optimiser_loop):
            form(hidden, x, y, 20)
            times = []
            for _ in range(runs):
                start = time.perf_counter()
                form(hidden, x, y, epochs)
                times.append(1e6 * (time.perf_counter() - start) / epochs)
            best = min(best, (statistics.median(times), f"{form.__name__}, {threads}"))
    return best


def main():
    parser = argparse.ArgumentParser(description="PyTorch's training beside brisk's")
    parser.add_argument("--brisk", default=os.environ.get("BRISK", "brisk"), help="the brisk command")
    sides.pairs_argument(parser, 5)
    parser.add_argument("--epochs", type=int, default=250, help="epochs of a run of PyTorch")
    parser.add_argument("--runs", type=int, default=3, help="runs of each form of PyTorch in a pair")
    options = parser.parse_args()
    sides.check_pairs(parser, options)

    brisk = sides.Brisk(options.brisk)
    ours = {row[0]: [] for row in STAGES}
    theirs = {row[0]: [] for row in STAGES}
    load = sides.load()
    for _ in range(options.pairs):
        for stage, hidden, dtype, _ in STAGES:
            theirs[stage].append(torch_microseconds(hidden, dtype, options.epochs, options.runs))
            ours[stage].append(brisk.nanoseconds(stage) / 1e3)

    print(f"{sides.processor()}, {brisk.threads} threads, {brisk.version()}, PyTorch {torch.__version__}")
    print(f"load average {load:.2f} before, {sides.load():.2f} after; {options.pairs} interleaved pairs, "
          "us an epoch of wall time\n")
    print(f"{'stage':<14} {'PyTorch':>8} {'brisk':>8} {'ratio':>6}  {'spread':<14} {'asked':>5}  PyTorch's best form, threads")
    for stage, _, _, asked in STAGES:
        ratio = sides.ratios([time for time, _ in theirs[stage]], ours[stage])
        spread = f"{ratio['min']:.1f} to {ratio['max']:.1f}"
        forms = [form for _, form in theirs[stage]]
        print(f"{stage:<14} {statistics.median(t for t, _ in theirs[stage]):8.1f} {statistics.median(ours[stage]):8.2f} "
              f"{ratio['median']:6.1f}  {spread:<14} {asked or '':>5}  {max(set(forms), key=forms.count)}")
    wide = [b / a for a, b in zip(ours["train-500-f32"], ours["train-500-f64"])]
    print(f"\nf64 takes {statistics.median(wide):.2f} times f32 at 500 units ({min(wide):.2f} to {max(wide):.2f}; asked: "
          "at most 3.2)")


if __name__ == "__main__":
    main()
