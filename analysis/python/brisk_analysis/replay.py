# SPDX-License-Identifier: GPL-3.0-or-later
"""Rebuilds the test set of any trial from seed and trial number, with NumPy alone.

    from brisk_analysis import replay
    x, y = replay.test_set(seed=1, trial=7, size=1000)
    replay.error_count("lab.h5", "tanh_500", 7)

    python3 -m brisk_analysis.replay lab.h5 --network tanh_500 --trial 7 -o trial7.csv

Nothing here calls brisk: the streams are NumPy's, and the transforms are written down from the formulas in
brisk/rng.h and brisk/model.h, in double precision. Points agree with brisk's to 1e-6, labels exactly; only a
point whose score is within rounding of 0 may fall on the other side.
"""
import argparse
import csv
import sys

import numpy as np

# Purposes of streams, as `brisk list --purposes` prints them.
TRAINING_SET = 1
ERROR_ESTIMATE = 3
TRIAL = 4
TEST_SET = 5

# The assignment's ground truth: means [class][component][input], class -1 first; the variance of every component.
MEANS = np.array([[[-1, -1], [-1, 0], [0, 0]], [[0, 1], [0, -1], [1, 0]]], float)
VARIANCE = 0.05

# A score this close to 0 may have the other sign in brisk's own precision.
UNDECIDED = {"f32": 1e-5, "f64": 1e-12}


# ---- Streams and variates. Each function takes its draws from a stream, so that calls follow one another as in brisk.

def stream(seed, purpose, index):
    """The stream with this address, a NumPy bit generator at its first draw."""
    return np.random.PCG64DXSM(np.random.SeedSequence(seed, spawn_key=(purpose, index)))


def halves(raw, count):
    """count 32-bit halves of draws, low half first; an odd last half is dropped."""
    draws = raw.random_raw((count + 1) // 2)
    return np.stack([draws & np.uint64(0xFFFFFFFF), draws >> np.uint64(32)], axis=1).reshape(-1)[:count]


def uniform_f32(raw, count):
    """uniform-f32-v1."""
    return (halves(raw, count) >> np.uint64(8)).astype(np.float32) * np.float32(2.0**-24)


def uniform_f64(raw, count):
    """uniform-f64-v1."""
    return (raw.random_raw(count) >> np.uint64(11)) * 2.0**-53


def box_muller(u, angle, count):
    """Pairs radius (cos, sin), one after the other; angle in turns."""
    radius = np.sqrt(-2.0 * np.log(u))
    pairs = np.stack([radius * np.cos(2 * np.pi * angle), radius * np.sin(2 * np.pi * angle)], axis=1)
    return pairs.reshape(-1)[:count]


def normal_f32(raw, count):
    """normal-box-muller-f32-v1, as doubles that agree with brisk's floats to 3e-7 relative."""
    draws = raw.random_raw((count + 1) // 2)
    low, high = draws & np.uint64(0xFFFFFFFF), (draws >> np.uint64(32)).astype(np.int64)
    t = np.minimum((low + 0.5).astype(np.float32), np.float32(2.0**32 - 256)).astype(float)
    # The distance from the nearest quarter turn is rounded to float.
    quarter = (high + 2**29) >> 30
    rest = (high - (quarter << 30)).astype(np.float32).astype(float)
    return box_muller(t * 2.0**-32, quarter / 4 + rest * 2.0**-32, count)


def normal_f64(raw, count):
    """normal-box-muller-f64-v1; two draws for two values, so an odd count takes one draw more than values."""
    top = raw.random_raw(count + count % 2) >> np.uint64(11)
    t = np.minimum(top[0::2] + 0.5, 2.0**53 - 1)
    return box_muller(t * 2.0**-53, top[1::2] * 2.0**-53, count)


def integer_u32(raw, count, bound):
    """integer-multiply-high-32-v1: whole numbers in [0, bound), bound from 1 to 2^32."""
    if not 1 <= bound <= 2**32:
        raise ValueError(f"integers in [0, bound): the bound is {bound}, it must be in [1, 2^32]")
    return (halves(raw, count) * np.uint64(bound) >> np.uint64(32)).astype(np.uint32)


# ---- Points

def sample(raw, size, sampling="balanced", dtype="f32"):
    """size points of the ground truth from a stream: x [point, input] in dtype, y [point] in {-1, +1}."""
    if sampling not in ("balanced", "iid"):
        raise ValueError(f"sampling is 'balanced' or 'iid', not {sampling!r}")
    if dtype not in ("f32", "f64"):
        raise ValueError(f"dtype is 'f32' or 'f64', not {dtype!r}")
    if size < 1 or (sampling == "balanced" and size % 2 != 0):
        raise ValueError(f"{size} points: give at least one, and an even number where sampling is balanced")
    classes, components, inputs = MEANS.shape
    normal = normal_f32 if dtype == "f32" else normal_f64
    z = normal(raw, size * inputs).reshape(size, inputs)
    if sampling == "balanced":
        row = integer_u32(raw, size, components)
        row[size // 2:] += np.uint32(components)
    else:
        row = integer_u32(raw, size, classes * components)
    kind = np.float32 if dtype == "f32" else np.float64
    mean, deviation = MEANS.reshape(-1, inputs).astype(kind).astype(float), float(kind(np.sqrt(VARIANCE)))
    x = (mean[row] + deviation * z).astype(kind)
    return x, np.where(row < components, -1, 1).astype(np.int8)


def test_set(seed, trial, size, sampling="balanced", dtype="f32", purpose=TRIAL):
    """The test set of a trial: x [point, input] in dtype, y [point] in {-1, +1}. With another purpose and index 0
    in place of the trial: the fixed test set, or the training set."""
    return sample(stream(seed, purpose, trial), size, sampling, dtype)


# ---- Networks. A network is a group of the file (h5py), or anything that maps w1, b1, w2, b2 to arrays.

def scores(network, x, activation=None):
    """Scores [point] in double precision; activation is the group's attribute unless given."""
    if activation is None:
        activation = network.attrs["activation"]
    units = {"tanh": np.tanh, "relu": lambda z: np.maximum(z, 0.0),
             "sigmoid": lambda z: (1 + np.tanh(z / 2)) / 2}[activation]
    w1, b1, w2, b2 = (np.asarray(network[name], float) for name in ("w1", "b1", "w2", "b2"))
    return units(np.asarray(x, float) @ w1.T + b1) @ w2 + b2


def configuration(file):
    """What the points of a file's trials follow from: seed, test-size, sampling, trials."""
    entries = {}
    for line in file["config/text"].asstr()[()].splitlines():
        name, equals, value = line.partition("=")
        if equals:
            entries[name.strip()] = value.strip()
    whole = ("seed", "test-size", "trials")
    missing = [name for name in (*whole, "sampling") if name not in entries]
    if missing:
        raise ValueError(f"the file's configuration has no '{missing[0]}', so it holds no trials; "
                         "use a file of `brisk run lab` or `brisk run test-error`")
    return {name: int(entries[name]) if name in whole else entries[name] for name in (*whole, "sampling")}


def replay_trial(file, network, trial):
    """x, y, score and error [point] of a trial of an open file, as a dict."""
    settings = configuration(file)
    # A list of names: h5py's own `in` would take a path for a name.
    if network not in list(file.get("network", ())):
        known = ", ".join(file.get("network", ())) or "none"
        raise ValueError(f"no network '{network}' in the file; it has: {known}")
    if not 0 <= trial < settings["trials"]:
        raise ValueError(f"trial {trial}: the file has the trials 0 to {settings['trials'] - 1}")
    group = file["network"][network]
    if "trials/error_count" not in group:
        raise ValueError(f"network '{network}' has no trials in this file")
    counts = group["trials/error_count"]
    if counts.ndim != 1 or trial >= len(counts):
        raise ValueError(f"trial {trial}: network '{network}' has error counts of the shape {counts.shape}, but the "
                         f"configuration promises {settings['trials']} trials; the file was changed or cut")
    x, y = test_set(settings["seed"], trial, settings["test-size"], settings["sampling"], group.attrs["dtype"])
    score = scores(group, x)
    return {"x": x, "y": y, "score": score, "error": (np.where(score > 0, 1, -1) != y).astype(np.uint8)}


def open_file(file):
    """file itself where it is open already, else the checked results file at that path."""
    if hasattr(file, "attrs"):
        return file
    from . import reader

    return reader.open(file).group


def error_count(file, network, trial):
    """Errors of a network on the test set of a trial, replayed; file is a path or an open h5py.File."""
    opened = open_file(file)
    try:
        return int(replay_trial(opened, network, trial)["error"].sum())
    finally:
        if opened is not file:
            opened.close()


# ---- The command

def write_csv(path, points):
    with open(path, "w", newline="", encoding="utf-8") as out:
        table = csv.writer(out, lineterminator="\n")
        table.writerow([*(f"x{j}" for j in range(points["x"].shape[1])), "y", "score", "error"])
        for x, y, score, error in zip(*(points[name] for name in ("x", "y", "score", "error"))):
            table.writerow([*(str(value) for value in x), int(y), repr(float(score)), int(error)])


def parse(arguments):
    parser = argparse.ArgumentParser(
        prog="brisk_analysis.replay", allow_abbrev=False,
        description="Rebuilds the test set of a trial with NumPy alone and prints the errors of a network on it.",
        epilog="Exit codes: 0 the count is the file's, 2 bad usage or input, 3 file trouble, 4 the counts differ by "
        "more than the points whose score is within rounding of 0.")
    parser.add_argument("file", help="results file of `brisk run lab` or `brisk run test-error`")
    parser.add_argument("--network", required=True, metavar="NAME", help="such as tanh_500")
    parser.add_argument("--trial", required=True, type=int, metavar="T", help="number of the trial, from 0 on")
    parser.add_argument("-o", "--output", metavar="FILE.csv", help="write points, labels, scores and errors there")
    return parser.parse_args(arguments)


def replay_file(options):
    """Replays, writes and prints; the exit code."""
    with open_file(options.file) as file:
        points = replay_trial(file, options.network, options.trial)
        group = file["network"][options.network]
        stored = int(group["trials/error_count"][options.trial])
        undecided = int((np.abs(points["score"]) < UNDECIDED[group.attrs["dtype"]]).sum())
    if options.output:
        write_csv(options.output, points)
    count = int(points["error"].sum())
    print(f"{count} errors on {len(points['y'])} points, {stored} in the file")
    if abs(count - stored) > undecided:
        print(f"brisk_analysis.replay: the counts differ and {undecided} scores are within rounding of 0",
              file=sys.stderr)
        return 4
    return 0


def main(arguments=None):
    options = parse(arguments)
    from .reader import ResultsError

    try:
        return replay_file(options)
    except ValueError as error:
        print(f"brisk_analysis.replay: {error}", file=sys.stderr)
        return 2
    except (ResultsError, OSError) as error:
        print(f"brisk_analysis.replay: {error}", file=sys.stderr)
        return 3


if __name__ == "__main__":
    sys.exit(main())
