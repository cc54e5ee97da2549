#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A file of `brisk run fit` against PyTorch, and against NumPy and SciPy.

check_fit.py torch VECTORS FILE.h5...    losses within 1e-8 relative, test errors equal (tests/data/make_model_fit.py)
check_fit.py replay FILE.h5              everything that follows from the points, computed again
check_fit.py same A.h5 B.h5              equal points, networks, errors and comparison, whatever the texts of labels are
check_fit.py plant MODE ... FILE.h5      the same on copies with planted faults: each must be found
"""
import pathlib
import re
import shutil
import sys
import tempfile

import h5py
import numpy as np
from scipy import stats

SEED, DATA_SPLIT, INITIAL_WEIGHTS = 1, 11, 2


def stream(purpose, index):
    return np.random.PCG64DXSM(np.random.SeedSequence(SEED, spawn_key=(purpose, index)))


def close(name, ours, theirs, tolerance=1e-12):
    ours, theirs = np.asarray(ours, float), np.asarray(theirs, float)
    assert ours.shape == theirs.shape, f"{name}: {ours.shape} and {theirs.shape}"
    off = np.max(np.abs(ours - theirs) / np.maximum(np.abs(theirs), 1e-300), initial=0.0)
    assert np.all(np.abs(ours - theirs) <= tolerance * np.abs(theirs) + 1e-300), f"{name}: off by {off:.3g} relative"
    return off


def equal(name, ours, theirs):
    assert np.array_equal(ours, theirs), f"{name} differs"


def option(file, name):
    return re.search(rf"^{name} = (.*)$", file["config/text"].asstr()[()], re.MULTILINE)[1]


def mcnemar(only_a, only_b):
    """The exact p of equal risks."""
    return 1.0 if only_a + only_b == 0 else stats.binomtest(int(only_a), int(only_a + only_b)).pvalue


# ---- PyTorch ----------------------------------------------------------------------------------------------

def read_vectors(path):
    lines = [line for line in pathlib.Path(path).read_text().splitlines() if not line.startswith("#")]
    held = np.array(lines[0].split(":")[1].split(), int)
    cases = {}
    for title, losses, nll, wrong in zip(*(lines[k::4] for k in range(1, 5))):
        name, optimiser, rate = title.split()
        cases[name, optimiser] = (float(rate), np.array(losses.split(), float), float(nll), np.array(list(wrong), int))
    return held, cases


def check_torch(vectors, *paths):
    held, cases = read_vectors(vectors)
    seen, worst = set(), 0.0
    for path in paths:
        with h5py.File(path) as file:
            optimiser = option(file, "optimiser")
            assert file["test_set"].attrs["points"] == len(held)
            for name, network in file["network"].items():
                rate, losses, nll, wrong = cases[name, optimiser]
                assert float(option(file, "learning-rate")) == rate
                seen.add((name, optimiser))
                worst = max(worst, close(f"{name} {optimiser}: losses", network["loss"][: len(losses)], losses, 1e-8))
                close(f"{name} {optimiser}: NLL", network.attrs["test_nll"], nll, 1e-8)
                error = network["test_set/error"][()]
                p = mcnemar(np.sum(error > wrong), np.sum(error < wrong))
                assert p >= 1e-6, f"{name} {optimiser}: McNemar against PyTorch, p = {p:.3g}"
                # It allows a difference; there is none, and what ran once as stored runs so everywhere.
                equal(f"{name} {optimiser}: test errors", error, wrong)
    assert len(seen) == len(cases) == 9, f"{len(seen)} of {len(cases)} cases"
    print(f"{len(seen)} trainings, losses within {worst:.2g} relative of PyTorch's, equal test errors")


# ---- NumPy and SciPy ---------------------------------------------------------------------------------------

def check_split(file, table):
    """The two sets are the rows of the table that the stream of data-split says; table [point, input] or None."""
    sets = [file["training_set/x"][()], file["test_set/x"][()]]
    total = len(sets[0]) + len(sets[1])
    draws, order = stream(DATA_SPLIT, 0), list(range(total))
    for i in range(total - 1, 0, -1):
        j = (i + 1) * int(draws.random_raw()) >> 64
        order[i], order[j] = order[j], order[i]
    held = np.sort(order[: int(total * float(option(file, "test-share")) + 0.5)])
    kept = np.setdiff1d(np.arange(total), held)
    equal("training points", sets[0], table[kept])
    equal("test points", sets[1], table[held])


def check_weights(network, inputs):
    hidden = int(network.attrs["hidden"])
    draws = stream(INITIAL_WEIGHTS, hidden).random_raw(hidden * (inputs + 2) + 1)
    values = 2.0 * ((draws >> np.uint64(11)) * 2.0**-53) - 1.0
    ours = [network["initial"][name][()] for name in ("w1", "b1", "w2", "b2")]
    equal("initial weights", np.concatenate([np.ravel(w) for w in ours]), values)


def scores_of(network, x):
    act = {"tanh": np.tanh, "relu": lambda a: np.maximum(a, 0), "sigmoid": lambda a: 1 / (1 + np.exp(-a))}
    w1, b1, w2, b2 = (network[name][()] for name in ("w1", "b1", "w2", "b2"))
    return act[network.attrs["activation"]](x @ w1.T + b1) @ w2 + b2


def check_intervals(network, level):
    error, nll = network["test_set/error"][()], network["test_set/nll"][()]
    n, k, delta = len(error), int(error.sum()), 1 - level
    table = network["interval"]
    methods = list(table["method"].asstr())
    ends = {m: (low, high) for m, low, high in zip(methods, table["low"], table["high"])}
    assert len(methods) == len(set(methods)) == 21, methods
    low, high = stats.beta.ppf(delta / 2, k, n - k + 1), stats.beta.ppf(1 - delta / 2, k + 1, n - k)
    close("clopper-pearson", ends["clopper-pearson"], (0.0 if k == 0 else low, 1.0 if k == n else high), 1e-9)
    half = np.sqrt(np.log(2 / delta) / (2 * n))
    close("hoeffding", ends["hoeffding"], (max(k / n - half, 0), min(k / n + half, 1)), 1e-12)
    close("mean of the replicates", np.mean(network["bootstrap/mean"]), network["bootstrap"].attrs["mean"], 1e-12)
    # The mean of B resampled rates lies within 6 standard errors of the rate (2e-9) unless a loss was lost.
    bound = 6 * np.sqrt(k / n * (1 - k / n) / n / network["bootstrap/mean"].size)
    assert abs(network["bootstrap"].attrs["mean"] - k / n) <= bound
    table = network["nll_interval"]
    rows = dict(zip(table["method"].asstr(), zip(table["low"], table["high"], table["status"].asstr())))
    t = stats.t.ppf(1 - delta / 2, n - 1) * nll.std(ddof=1) / np.sqrt(n)
    close("student-t of the NLL", rows["student-t"][:2], (nll.mean() - t, nll.mean() + t), 1e-9)
    for method in ("hoeffding", "bernstein", "empirical-bernstein", "kl-chernoff", "betting"):
        assert rows[method][2] == "range-unknown" and np.isnan(rows[method][0]), method
    assert "clopper-pearson" not in rows and rows["bootstrap-bca"][2] == "ok"


def check_network(file, network, level):
    x = [file[f"{part}/x"][()] for part in ("training_set", "test_set")]
    y = [file[f"{part}/y"][()] for part in ("training_set", "test_set")]
    if file["standardisation"].attrs["applied"]:
        mean, sd = x[0].mean(axis=0), x[0].std(axis=0, ddof=1)
        close("means", file["standardisation/mean"][()], mean, 1e-12)
        close("standard deviations", file["standardisation/sd"][()], sd, 1e-12)
        x = [(part - mean) / sd for part in x]
    check_weights(network, x[0].shape[1])
    train, test = (scores_of(network, part) for part in x)
    scores = network["test_set/score"][()]
    assert np.max(np.abs(scores - test)) < 1e-11 * np.max(np.abs(test)), "scores"
    equal("errors", network["test_set/error"][()], (np.where(scores > 0, 1, -1) != y[1]).astype(int))
    close("NLL of the points", network["test_set/nll"][()], np.logaddexp(0, -y[1] * scores), 1e-12)
    nll = network["test_set/nll"][()]
    close("mean NLL", network.attrs["test_nll"], nll.mean(), 1e-12)
    close("its standard error", network.attrs["test_nll_standard_error"], nll.std(ddof=1) / np.sqrt(len(nll)), 1e-12)
    close("training loss", network.attrs["final_loss"], np.logaddexp(0, -y[0] * train).mean(), 1e-9)
    close("training error", network.attrs["train_error"], np.mean(np.where(train > 0, 1, -1) != y[0]))
    close("test error", network.attrs["test_error"], network["test_set/error"][()].mean())
    check_intervals(network, level)


def check_comparison(file):
    group, networks = file["comparison"], file["network"]
    pairs = [pair.split(" - ") for pair in group["pair"].asstr()]
    names = sorted({name for pair in pairs for name in pair})
    assert names == sorted(networks) and len({tuple(pair) for pair in pairs}) == len(names) * (len(names) - 1) // 2
    level, p = group.attrs["level"], []
    for row, (a, b) in enumerate(pairs):
        wrong = [networks[name]["test_set/error"][()].astype(int) for name in (a, b)]
        nll = networks[a]["test_set/nll"][()] - networks[b]["test_set/nll"][()]
        only_a, only_b = np.sum(wrong[0] > wrong[1]), np.sum(wrong[0] < wrong[1])
        equal(f"{a} - {b}: points", (group["only_a"][row], group["only_b"][row]), (only_a, only_b))
        p.append(mcnemar(only_a, only_b))
        close(f"{a} - {b}: McNemar", group["mcnemar_exact"][row], p[-1], 1e-9)
        difference = (int(only_a) - int(only_b)) / len(nll)
        assert abs(group["difference"][row] - difference) < 1e-15
        assert group["low"][row] < difference < group["high"][row]
        assert group["simultaneous_low"][row] <= difference <= group["simultaneous_high"][row]
        t = stats.t.ppf((1 + level) / 2, len(nll) - 1) * nll.std(ddof=1) / np.sqrt(len(nll))
        close("NLL difference", [group[f"nll_{part}"][row] for part in ("difference", "low", "high")],
              (nll.mean(), nll.mean() - t, nll.mean() + t), 1e-8)
    order, holm, highest = np.argsort(p, kind="stable"), np.zeros(len(p)), 0.0
    for rank, row in enumerate(order):
        highest = max(highest, min(1.0, (len(p) - rank) * p[row]))
        holm[row] = highest
    close("Holm", group["mcnemar_holm"][()], holm, 1e-9)


def check_replay(path):
    with h5py.File(path) as file:
        if file["test_set"].attrs["held_out"]:
            sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
            import breast_cancer
            rows, malignant = breast_cancer.read()
            check_split(file, np.array(rows, float))
            assert (np.concatenate([file["training_set/y"], file["test_set/y"]]) > 0).sum() == sum(malignant)
        assert len(file["input"]) == file["training_set/x"].shape[1]
        for name in file["network"]:
            check_network(file, file["network"][name], float(option(file, "level")))
        check_comparison(file)
        print(f"{len(file['network'])} networks and {len(file['comparison/pair'])} pairs are as computed again")


# ---- Equal files and planted faults ------------------------------------------------------------------------

def numbers_of(path):
    found = {}

    def visit(name, item):
        if name.startswith("run"):
            return
        if isinstance(item, h5py.Dataset) and item.dtype.kind != "O":
            found[name] = item[()].tobytes() if item.size else b""
        for key, value in item.attrs.items():
            if isinstance(value, np.floating):
                found[f"{name}@{key}"] = value.tobytes()

    with h5py.File(path) as file:
        file.visititems(visit)
    return found


def check_same(a, b):
    ours, theirs = numbers_of(a), numbers_of(b)
    assert ours.keys() == theirs.keys(), ours.keys() ^ theirs.keys()
    different = [name for name in ours if ours[name] != theirs[name]]
    assert not different and len(ours) > 100, f"{len(ours)} datasets and numbers, different: {different}"


def change(path, index, to):
    def edit(file):
        values = file[path][()]
        values[index] = to(values[index])
        file[path][...] = values
    return f"{path}{index}", edit


FAULTS = {
    "torch": [change("network/tanh_10/loss", (37,), lambda v: v * (1 + 3e-8)),
              change("network/relu_10/test_set/error", (0,), lambda v: 1 - v)],
    "replay": [change("network/tanh_10/initial/w1", (3, 2), lambda v: v + 2.0**-52),
               change("network/relu_10/w2", (4,), lambda v: v + 1e-8),
               change("network/tanh_10/test_set/nll", (5,), lambda v: v * (1 + 1e-10)),
               change("network/tanh_10/test_set/error", (7,), lambda v: 1 - v),
               change("network/relu_10/interval/high", (5,), lambda v: v + 1e-6),
               change("network/relu_10/nll_interval/low", (6,), lambda v: v + 1e-6),
               change("standardisation/sd", (3,), lambda v: v * (1 + 1e-9)),
               change("training_set/x", (9, 3), lambda v: v + 1e-3),
               change("comparison/only_a", (0,), lambda v: v + 1),
               change("comparison/mcnemar_exact", (1,), lambda v: v * 0.99 + 1e-3),
               change("comparison/nll_low", (1,), lambda v: v - 1e-6)],
}
MODES = {"torch": check_torch, "replay": check_replay, "same": check_same}


def check_plants(mode, *arguments):
    MODES[mode](*arguments)
    missed = []
    with tempfile.TemporaryDirectory() as folder:
        copy = f"{folder}/planted.h5"
        for name, edit in FAULTS[mode]:
            shutil.copyfile(arguments[-1], copy)
            with h5py.File(copy, "r+") as file:
                edit(file)
            try:
                MODES[mode](*arguments[:-1], copy)
            except AssertionError:
                continue
            missed.append(name)
    assert not missed, f"not found: {missed}"
    print(f"{len(FAULTS[mode])} planted faults found")


if __name__ == "__main__":
    if sys.argv[1:2] == ["plant"]:
        check_plants(*sys.argv[2:])
    elif len(sys.argv) < 3 or sys.argv[1] not in MODES:
        raise SystemExit(__doc__)
    else:
        MODES[sys.argv[1]](*sys.argv[2:])
