# SPDX-License-Identifier: GPL-3.0-or-later
"""How the cost of fresh test sets grows with trials, test size, units and threads: whole commands, their files written."""

import statistics
import subprocess

BASE = {"trials": 10000, "test-size": 1000, "hidden": 100}
SERIES = [
    ("trials", (1000, 10000, 100000)),
    ("test-size", (100, 1000, 10000)),
    ("hidden", (5, 50, 500)),
    ("threads", (1, 2)),
]
QUICK = {"trials": 100, "test-size": 100, "hidden": 10}


def has_evaluation(brisk):
    text = subprocess.run([brisk.path, "run", "test-error", "--help"], check=True, capture_output=True, text=True).stdout
    return "--evaluation" in text


def command(point, evaluation):
    """Options of one point. One epoch: training is not what is measured here, and the weights do not matter."""
    options = ["--epochs", 1, "--resamples", 1]
    for name in ("trials", "test-size", "hidden"):
        options += [f"--{name}", point[name]]
    return options + (["--evaluation", evaluation] if evaluation else [])


def measure(brisk, runs, quick, say=lambda line: None):
    """Rows of {series, value, seconds of dense and of the default way}; the runs of all rows are interleaved."""
    evaluations = ("dense", "auto") if has_evaluation(brisk) else (None,)
    base, rows = (QUICK if quick else BASE) | {"threads": brisk.threads}, []
    for series, values in SERIES:
        for value in values[:2] if quick else values:
            point = base | {series: min(value, 10 * base[series]) if quick else value}
            if series == "threads":
                point["hidden"] = base["hidden"] * 5
            rows.append({"series": series, "value": point[series], "point": point,
                         "times": {evaluation or "dense": [] for evaluation in evaluations}})
    for number in range(runs):
        for row in rows:
            for evaluation in evaluations:
                row["times"][evaluation or "dense"].append(
                    brisk.run_seconds("test-error", *command(row["point"], evaluation), threads=row["point"]["threads"]))
        say(f"growth: run {number + 1} of {runs}")
    for row in rows:
        row["seconds"] = {evaluation: statistics.median(times) for evaluation, times in row["times"].items()}
    return rows
