#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fresh test sets through a network: PyTorch beside `brisk bench`, all cores, in one run.

    /usr/bin/python3 trials_pytorch.py [--brisk PATH] [--pairs 5] [--trials 100]

A trial draws 1000 points, half of each class, from the lab's mixture, sends all of them through a network of 500
tanh units (random weights: the time does not depend on them) and counts the errors. PyTorch is timed in two forms
and the quicker one counts: `one by one` draws a test set with NumPy and scores it; `batched` draws and scores so
many test sets as one tensor, for several batch sizes. f32 and no gradients in both; one thread and all.
PyTorch runs fewer trials than brisk; the figures are a trial.
"""

import argparse
import os
import statistics

import numpy
import torch

import sides

POINTS = 1000
DEVIATION = 0.05**0.5
MEANS = numpy.array([[[-1, -1], [-1, 0], [0, 0]], [[0, 1], [0, -1], [1, 0]]], numpy.float32)
BATCHES = (1, 4, 16)
THREADS = sorted({1, sides.THREADS})


def network(hidden):
    return [2 * torch.rand(*shape) - 1 for shape in ((hidden, 2), (hidden,), (hidden,), (1,))]


def score(weights, x):
    w1, b1, w2, b2 = weights
    return torch.addmv(b2, torch.tanh(torch.addmm(b1, x, w1.T)), w2)


def one_by_one(weights, trials):
    rng = numpy.random.default_rng(1)
    label = numpy.repeat([0, 1], POINTS // 2)
    y = torch.tensor(label == 1)
    counts = []
    for _ in range(trials):
        x = rng.standard_normal((POINTS, 2), dtype=numpy.float32) * numpy.float32(DEVIATION)
        x += MEANS[label, rng.integers(0, 3, POINTS)]
        counts.append(int(((score(weights, torch.from_numpy(x)) > 0) != y).sum()))
    return counts


def batched(weights, trials, batch):
    means = torch.tensor(MEANS).reshape(6, 2)
    label = torch.arange(POINTS) >= POINTS // 2
    first = 3 * label.long()
    counts = []
    for _ in range(-(-trials // batch)):
        x = torch.randn(batch, POINTS, 2).mul_(DEVIATION)
        x += means[first + torch.randint(0, 3, (batch, POINTS))]
        above = score(weights, x.view(-1, 2)).view(batch, POINTS) > 0
        counts.extend((above != label).sum(1).tolist())
    return counts


def torch_microseconds(hidden, trials, runs=3):
    """Of one trial, and in which form."""
    weights = network(hidden)
    trials = -(-trials // max(BATCHES)) * max(BATCHES)
    best = (float("inf"), "")
    with torch.no_grad():
        for threads in THREADS:
            torch.set_num_threads(threads)
            forms = {f"batched by {b}, {threads}": lambda b=b: batched(weights, trials, b) for b in BATCHES}
            forms[f"one by one, {threads}"] = lambda: one_by_one(weights, trials)
            best = min(best, sides.best_of(forms, runs))
    return 1e6 * best[0] / trials, best[1]


def main():
    parser = argparse.ArgumentParser(description="PyTorch's fresh test sets beside brisk's")
    parser.add_argument("--brisk", default=os.environ.get("BRISK", "brisk"), help="the brisk command")
    parser.add_argument("--trials", type=int, default=96, help="trials of a run of PyTorch")
    sides.pairs_argument(parser, 5)
    options = parser.parse_args()
    sides.check_pairs(parser, options)
    brisk = sides.Brisk(options.brisk)
    theirs, ours, load = [], [], sides.load()
    for _ in range(options.pairs):
        theirs.append(torch_microseconds(500, options.trials))
        ours.append(brisk.nanoseconds("trials-500") / 1e3)
    ratio = sides.ratios([time for time, _ in theirs], ours)
    forms = [form for _, form in theirs]
    print(f"{sides.processor()}, {brisk.threads} threads, {brisk.version()}, PyTorch {torch.__version__}, load average "
          f"{load:.2f} before, {sides.load():.2f} after, {options.pairs} interleaved pairs")
    print(f"PyTorch {statistics.median(time for time, _ in theirs):.0f} us a trial ({max(set(forms), key=forms.count)}), "
          f"brisk {statistics.median(ours):.1f} us, ratio {ratio['median']:.1f} ({ratio['min']:.1f} to {ratio['max']:.1f})")


if __name__ == "__main__":
    main()
