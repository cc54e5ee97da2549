#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bootstrap intervals: SciPy's vectorised bootstrap beside `brisk bench`, wall time, in one run.

    /usr/bin/python3 bootstrap_scipy.py [--brisk PATH] [--pairs 7]

Both sides start from an array in memory and end with an interval. Pairs are interleaved, so that both meet the same
moment of the machine; the ratio is the median over the pairs, with its least and most. SciPy runs as vectorised as it
can: one array of all resamples, or batches, whichever is quicker. At 1e6 points SciPy draws few resamples; the figures
are a draw.

  bca-1000    BCa of the mean of 1000 real losses, B = 9999
  mean-1e6    percentile interval of the mean of 1e6 losses (SciPy's BCa would add a jackknife of n^2 = 1e12 loads)
  ideal       BCa of 87 errors among 1000, B = 9999, against the ideal bootstrap in closed form
"""

import argparse
import os
import statistics

import numpy
import scipy
from scipy import stats

import sides

RESAMPLES = 9999
BATCHES = (None, 100, 500)


def losses(n):
    return numpy.random.default_rng(7).exponential(size=n)


def errors(k, n):
    return (numpy.arange(n) < k).astype(float)


def interval(x, method, resamples, batch=None):
    result = stats.bootstrap((x,), numpy.mean, n_resamples=resamples, confidence_level=0.9, method=method, batch=batch,
                             vectorized=True, random_state=numpy.random.default_rng(1))
    return tuple(result.confidence_interval)


def bca_seconds(x, runs=3):
    """Of BCa with 9999 resamples, and in which form."""
    forms = {"one array" if batch is None else f"batches of {batch}": lambda batch=batch: interval(x, "BCa", RESAMPLES, batch)
             for batch in BATCHES}
    return sides.best_of(forms, runs)


def draw_nanoseconds(n=10**6, resamples=20, runs=1):
    """Of one draw of a percentile interval of many losses, and in which form."""
    x = losses(n)
    forms = {f"batches of {batch}": lambda batch=batch: interval(x, "percentile", resamples, batch) for batch in (1, 5)}
    seconds, form = sides.best_of(forms, runs)
    return 1e9 * seconds / (n * resamples), form


def coverage_seconds(test_sets, sets=3, n=1000):
    """Of BCa intervals of so many test sets, scaled up from a few of them; drawing and scoring them not counted."""
    rng = numpy.random.default_rng(11)
    some = [(rng.random(n) < 0.025).astype(float) for _ in range(sets)]
    forms = {"one array" if batch is None else f"batches of {batch}":
             lambda batch=batch: [interval(x, "BCa", RESAMPLES, batch) for x in some] for batch in BATCHES}
    seconds, form = sides.best_of(forms, 1)
    return seconds * test_sets / sets, form


def main():
    parser = argparse.ArgumentParser(description="SciPy's bootstrap beside brisk's")
    parser.add_argument("--brisk", default=os.environ.get("BRISK", "brisk"), help="the brisk command")
    sides.pairs_argument(parser, 7)
    options = parser.parse_args()
    sides.check_pairs(parser, options)
    brisk = sides.Brisk(options.brisk)
    rows = {
        "bca-1000": (lambda: 1e3 * bca_seconds(losses(1000))[0],
                     lambda: brisk.nanoseconds("bootstrap-bca") * 1e-6 * RESAMPLES * 1000, "ms"),
        "mean-1e6": (lambda: draw_nanoseconds()[0], lambda: brisk.nanoseconds("resample-1e6"), "ns a draw"),
        "ideal": (lambda: 1e3 * bca_seconds(errors(87, 1000))[0], lambda: brisk.nanoseconds("ideal-bca") * 1e-6, "ms"),
    }
    figures = {name: ([], []) for name in rows}
    load = sides.load()
    for _ in range(options.pairs):
        for name, (theirs, ours, _) in rows.items():
            figures[name][0].append(theirs())
            figures[name][1].append(ours())
    print(f"{sides.processor()}, {brisk.version()}, SciPy {scipy.__version__}, {brisk.threads} threads, {options.pairs} "
          f"interleaved pairs, load average {load:.2f} before, {sides.load():.2f} after\n")
    print(f"{'':<10} {'SciPy':>10} {'brisk':>10}  {'unit':<10} {'ratio':>8}   spread of the ratio")
    for name, (_, _, unit) in rows.items():
        theirs, ours = figures[name]
        ratio = sides.ratios(theirs, ours)
        print(f"{name:<10} {statistics.median(theirs):10.3f} {statistics.median(ours):10.4f}  {unit:<10} "
              f"{ratio['median']:8.1f}   {ratio['min']:.1f} to {ratio['max']:.1f}")


if __name__ == "__main__":
    main()
