#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Random numbers: NumPy's PCG64DXSM beside `brisk bench`, one core each, in one run.

    /usr/bin/python3 rng_numpy.py [--brisk PATH] [--pairs 7]

Each pair measures a stage of brisk and then its NumPy counterparts, so that both meet the same moment
of the machine; the ratio is the median over the pairs, with its least and most. Both sides count
processor time and take the median of 15 runs of at least 4 ms. NumPy may choose between an array that
stays in the first-level cache and a longer one, whichever is quicker, and writes into an existing
array where its function can.

Which NumPy figure is which: `random_raw` with a size hands out the raw draws, through a call that costs
half a microsecond beside 3 ns a draw, so that a hundred draws cost 8 ns each and one alone 200 ns.
Inside its fills NumPy pays about the same 3 ns a draw, as `integers` over the full 64-bit range shows;
`bytes`, the other way to raw bits, takes three times as long.
"""

import argparse
import os
import statistics
import time

import numpy

import sides

RUNS, SECONDS, SIZES = 15, 4e-3, (2048, 65536)


def generator():
    return numpy.random.Generator(numpy.random.PCG64DXSM(numpy.random.SeedSequence(1, spawn_key=(1024, 0))))


def into(dtype, method):
    """A fill of an existing array."""

    def prepare(size):
        source, values = generator(), numpy.empty(size, dtype)
        call = getattr(source, method)
        return lambda: call(dtype=dtype, out=values)

    return prepare


def drawing(function):
    """A call that returns a new array."""

    def prepare(size):
        source = generator()
        return lambda: function(source, size)

    return prepare


FULL = {"low": 0, "high": 2**64 - 1, "dtype": numpy.uint64, "endpoint": True}
# stage of brisk bench, what NumPy does, a call that makes `size` values
COMPARISONS = [
    ("raw", "bit_generator.random_raw", drawing(lambda g, size: g.bit_generator.random_raw(size))),
    ("raw", "integers, all 64 bits", drawing(lambda g, size: g.integers(size=size, **FULL))),
    ("raw", "bytes", drawing(lambda g, size: g.bytes(8 * size))),
    ("uniform-f64", "random(out=)", into(numpy.float64, "random")),
    ("uniform-f32", "random(out=)", into(numpy.float32, "random")),
    ("normal-f32", "standard_normal(out=)", into(numpy.float32, "standard_normal")),
    ("normal-f64", "standard_normal(out=)", into(numpy.float64, "standard_normal")),
    ("integer-u32", "integers(1000)",
     drawing(lambda g, size: g.integers(1000, size=size, dtype=numpy.uint32))),
]


def seconds_of(call, repeats):
    start = time.process_time()
    for _ in range(repeats):
        call()
    return time.process_time() - start


def numpy_nanoseconds(prepare):
    """Of one value, at the size that suits NumPy better."""
    figures = []
    for size in SIZES:
        call, repeats = prepare(size), 1
        while seconds_of(call, repeats) < SECONDS:
            repeats *= 2
        runs = [seconds_of(call, repeats) / (repeats * size) for _ in range(RUNS)]
        figures.append(1e9 * statistics.median(runs))
    return min(figures)


def main():
    parser = argparse.ArgumentParser(description="NumPy's random numbers beside brisk's")
    parser.add_argument("--brisk", default=os.environ.get("BRISK", "brisk"), help="the brisk command")
    sides.pairs_argument(parser, 7)
    options = parser.parse_args()
    sides.check_pairs(parser, options)
    brisk = sides.Brisk(options.brisk)

    ours = {row: [] for row in range(len(COMPARISONS))}
    theirs = {row: [] for row in range(len(COMPARISONS))}
    load = sides.load()
    for _ in range(options.pairs):
        for row, (stage, _, prepare) in enumerate(COMPARISONS):
            ours[row].append(brisk.nanoseconds(stage))
            theirs[row].append(numpy_nanoseconds(prepare))

    print(f"{sides.processor()}, {brisk.version()}, NumPy {numpy.__version__}")
    print(f"load average {load:.2f} before, {sides.load():.2f} after; {options.pairs} interleaved pairs, "
          "ns a value and core\n")
    print(f"{'stage':<14} {'NumPy function':<26} {'NumPy':>7} {'brisk':>7} {'ratio':>7}   spread of the ratio")
    for row, (stage, what, _) in enumerate(COMPARISONS):
        ratio = sides.ratios(theirs[row], ours[row])
        print(f"{stage:<14} {what:<26} {statistics.median(theirs[row]):7.2f} {statistics.median(ours[row]):7.2f} "
              f"{ratio['median']:7.1f}   {ratio['min']:.1f} to {ratio['max']:.1f}")


if __name__ == "__main__":
    main()
