#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bootstrap intervals: SciPy's vectorised bootstrap beside brisk, wall time, in one run.

    /usr/bin/python3 bootstrap_scipy.py --library PATH/libbrisk.so [--pairs 7] [--threads 2]

brisk is called through its shared library, so that both sides start from an array in memory and end with an interval.
Pairs are interleaved, so that both meet the same moment of the machine; the ratio is the median over the pairs, with its
least and most. SciPy runs as vectorised as it can: one array of all resamples, or batches where that is quicker or where
memory asks for it. At 1e6 points SciPy draws few resamples, and brisk more; the figures are per draw.

  bca-1000    BCa of the mean of 1000 real losses, B = 9999
  mean-1e6    percentile interval of the mean of 1e6 losses; nanoseconds a draw (SciPy's BCa would add a jackknife of n^2)
  ideal       BCa of 87 errors among 1000, B = 9999, against the ideal bootstrap in closed form
"""

import argparse
import ctypes
import os
import statistics
import time

import numpy
import scipy
from scipy import stats

BCA, PERCENTILE, IDEAL_BCA = "bootstrap-bca", "bootstrap-percentile", "ideal-bca"


class Data(ctypes.Structure):
    _fields_ = [("x", ctypes.c_void_p), ("n", ctypes.c_size_t), ("y", ctypes.c_void_p), ("n_y", ctypes.c_size_t),
                ("weight", ctypes.c_void_p), ("stratum", ctypes.c_void_p), ("strata", ctypes.c_size_t),
                ("prior", ctypes.c_void_p), ("group", ctypes.c_void_p), ("groups", ctypes.c_size_t)]


class Options(ctypes.Structure):
    _fields_ = [("statistic", ctypes.c_int), ("parameter", ctypes.c_double), ("function", ctypes.c_void_p),
                ("context", ctypes.c_void_p), ("resamples", ctypes.c_size_t), ("seed", ctypes.c_uint64),
                ("quantile_rule", ctypes.c_int), ("ties", ctypes.c_int), ("influence", ctypes.c_int),
                ("studentized", ctypes.c_bool), ("keep_replicates", ctypes.c_bool), ("range_known", ctypes.c_bool),
                ("range_low", ctypes.c_double), ("range_high", ctypes.c_double)]


class Interval(ctypes.Structure):
    # Only the front is read; the rest is room for what follows.
    _fields_ = [("method", ctypes.c_char_p), ("low", ctypes.c_double), ("high", ctypes.c_double),
                ("rest", ctypes.c_char * 256)]


class Brisk:
    def __init__(self, path, threads):
        self.library = ctypes.CDLL(path)
        self.library.bk_bootstrap_create.restype = ctypes.c_void_p
        self.library.bk_bootstrap_options_of.restype = Options
        self.library.bk_error_message.restype = ctypes.c_char_p
        self.library.bk_bootstrap_destroy.argtypes = [ctypes.c_void_p]
        self.check(self.library.bk_set_threads(threads))

    def check(self, status):
        if status != 0:
            raise RuntimeError(self.library.bk_error_message().decode())

    def number(self, method):
        number = ctypes.c_size_t()
        self.check(self.library.bk_interval_method_number(ctypes.byref(number), method.encode()))
        return number.value

    def bootstrap(self, x, method, resamples, seed):
        data = Data(x=x.ctypes.data, n=len(x))
        options = self.library.bk_bootstrap_options_of(0)
        options.resamples, options.seed = resamples, seed
        interval = Interval()
        made = self.library.bk_bootstrap_create(ctypes.byref(data), ctypes.byref(options))
        if not made:
            raise RuntimeError(self.library.bk_error_message().decode())
        self.check(self.library.bk_bootstrap_interval(ctypes.byref(interval), None, ctypes.c_void_p(made),
                                                      self.number(method), ctypes.c_double(0.9), 0))
        self.library.bk_bootstrap_destroy(made)
        return interval.low, interval.high

    def ideal(self, k, n):
        interval = Interval()
        self.check(self.library.bk_interval_ideal(ctypes.byref(interval), self.number(IDEAL_BCA), ctypes.c_uint64(k),
                                                  ctypes.c_uint64(n), ctypes.c_double(0.9), 0))
        return interval.low, interval.high


def scipy_bootstrap(x, method, resamples, batch=None):
    result = stats.bootstrap((x,), numpy.mean, n_resamples=resamples, confidence_level=0.9, method=method, batch=batch,
                             vectorized=True, random_state=numpy.random.default_rng(1))
    return tuple(result.confidence_interval)


def seconds_of(call, repeats=1):
    start = time.perf_counter()
    for _ in range(repeats):
        call()
    return (time.perf_counter() - start) / repeats


def main():
    parser = argparse.ArgumentParser(description="SciPy's bootstrap beside brisk's")
    parser.add_argument("--library", required=True, help="libbrisk.so")
    parser.add_argument("--pairs", type=int, default=7, help="interleaved pairs, at least 5")
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    if options.pairs < 5:
        parser.error("--pairs: at least 5")
    brisk = Brisk(options.library, options.threads)
    rng = numpy.random.default_rng(7)
    small, large = rng.exponential(size=1000), rng.exponential(size=10**6)
    errors = (numpy.arange(1000) < 87).astype(float)
    print(f"brisk {scipy_bootstrap(small, 'BCa', 9999)} {brisk.bootstrap(small, BCA, 9999, 1)} ideal {brisk.ideal(87, 1000)} "
          f"{scipy_bootstrap(errors, 'BCa', 9999)}: SciPy's ends and ours agree to their Monte Carlo error")
    rows = {
        "bca-1000": (lambda: min(seconds_of(lambda: scipy_bootstrap(small, "BCa", 9999, batch)) for batch in (None, 500)),
                     lambda: seconds_of(lambda: brisk.bootstrap(small, BCA, 9999, 1), 5), 1e3, "ms"),
        "mean-1e6": (lambda: seconds_of(lambda: scipy_bootstrap(large, "percentile", 20, 5)) / 20e6,
                     lambda: seconds_of(lambda: brisk.bootstrap(large, PERCENTILE, 960, 1)) / 960e6, 1e9, "ns a draw"),
        "ideal": (lambda: seconds_of(lambda: scipy_bootstrap(errors, "BCa", 9999, 500)),
                  lambda: seconds_of(lambda: brisk.ideal(87, 1000), 100), 1e3, "ms"),
    }
    figures = {name: ([], []) for name in rows}
    load = os.getloadavg()[0]
    for _ in range(options.pairs):
        for name, (theirs, ours, _, _) in rows.items():
            figures[name][0].append(theirs())
            figures[name][1].append(ours())
    print(f"SciPy {scipy.__version__}, {options.threads} threads, {options.pairs} interleaved pairs, load average "
          f"{load:.2f} before, {os.getloadavg()[0]:.2f} after\n")
    print(f"{'':<10} {'SciPy':>10} {'brisk':>10}  {'unit':<10} {'ratio':>8}   spread of the ratio")
    for name, (_, _, factor, unit) in rows.items():
        theirs, ours = figures[name]
        ratios = [a / b for a, b in zip(theirs, ours)]
        print(f"{name:<10} {factor * statistics.median(theirs):10.3f} {factor * statistics.median(ours):10.4f}  {unit:<10} "
              f"{statistics.median(ratios):8.1f}   {min(ratios):.1f} to {max(ratios):.1f}")


if __name__ == "__main__":
    main()
