# SPDX-License-Identifier: GPL-3.0-or-later
"""What the comparisons share: brisk's side, timing, the machine, and the ratios of interleaved pairs."""

import json
import os
import platform
import statistics
import subprocess
import tempfile
import time

THREADS = len(os.sched_getaffinity(0))


def seconds_of(call, repeats=1):
    """Of one call, by the wall clock."""
    start = time.perf_counter()
    for _ in range(repeats):
        call()
    return (time.perf_counter() - start) / repeats


def best_of(forms, runs):
    """(seconds, name) of the quickest of several forms of the same work, each the median of its runs; the first call
    of each is not counted."""
    best = (float("inf"), "")
    for name, call in forms.items():
        call()
        best = min(best, (statistics.median(seconds_of(call) for _ in range(runs)), name))
    return best


class Brisk:
    """The brisk command."""

    def __init__(self, path, threads=THREADS, quick=False):
        self.path, self.threads, self.quick = path, threads, quick

    def bench(self, *stages, threads=None, environment=None):
        """The JSON object of `brisk bench` for these stages (all where there are none)."""
        names = ["--stage", ",".join(stages)] if stages else []
        command = [self.path, "bench", "--json", "--threads", str(threads or self.threads), *names]
        command += ["--quick"] if self.quick else []
        return json.loads(subprocess.run(command, check=True, capture_output=True, text=True,
                                         env=os.environ | (environment or {})).stdout)

    def row(self, stage, threads=None):
        """That of one stage with the instruction set in use."""
        bench = self.bench(stage, threads=threads)
        chosen = bench["machine"]["instruction_set"]
        return next(row for row in bench["stages"] if row["instruction_set"] in (chosen, None))

    def nanoseconds(self, stage):
        """Of one item of a stage: the median of its runs."""
        return self.row(stage)["median"]

    def experiments(self):
        text = subprocess.run([self.path, "list"], check=True, capture_output=True, text=True).stdout
        return {line.split()[0] for line in text.splitlines() if line.split()}

    def run_seconds(self, experiment, *options, threads=None):
        """Of the whole command, its file written, by the wall clock."""
        with tempfile.TemporaryDirectory() as folder:
            command = [self.path, "run", experiment, "-o", os.path.join(folder, "out.h5"), "-j",
                       str(threads or self.threads), "--progress", "none", *map(str, options)]
            return seconds_of(lambda: subprocess.run(command, check=True, capture_output=True))

    def version(self):
        text = subprocess.run([self.path, "--version"], check=True, capture_output=True, text=True).stdout
        return ", ".join(text.split("\n")).strip(", ")


def processor():
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        names = [line.split(":", 1)[1].strip() for line in file if line.startswith("model name")]
    return names[0] if names else platform.machine()


def load():
    return os.getloadavg()[0]


def ratios(theirs, ours):
    """Median and spread of their time over ours, pair by pair."""
    each = [a / b for a, b in zip(theirs, ours)]
    return {"median": statistics.median(each), "min": min(each), "max": max(each)}


def pairs_argument(parser, initial):
    parser.add_argument("--pairs", type=int, default=initial, help="interleaved pairs, at least 5")


def check_pairs(parser, options):
    if options.pairs < 5:
        parser.error("--pairs: at least 5")
