# SPDX-License-Identifier: GPL-3.0-or-later
"""Trials rebuilt with NumPy alone: the same points and labels as brisk's, the same error counts."""
import os
import pathlib
import re
import subprocess
import sys

import h5py
import numpy as np
import pytest

from brisk_analysis import replay
from conftest import PACKAGE, run_brisk

ROOT = pathlib.Path(__file__).resolve().parents[2]
ALL_WAYS = [(sampling, dtype) for sampling in ("balanced", "iid") for dtype in ("f32", "f64")]


def brisk_points(addresses, sampling, dtype, size):
    """brisk's x [address, point, input] and y [address, point], by the program beside $BRISK."""
    program = pathlib.Path(os.environ.get("BRISK", "")).parent / "sample_points"
    if not program.is_file():
        pytest.skip(f"{program}: not built")
    lines = "".join(f"{seed} {purpose} {index} {sampling} {dtype} {size}\n" for seed, purpose, index in addresses)
    done = subprocess.run([program], input=lines.encode(), stdout=subprocess.PIPE, check=True)
    rows = np.frombuffer(done.stdout, "<f8").reshape(len(addresses), size, 3)
    return rows[:, :, :2], rows[:, :, 2]


@pytest.mark.parametrize("sampling, dtype", ALL_WAYS)
def test_every_point_of_100_trials(sampling, dtype):
    size = 1000
    x, y = brisk_points([(1, replay.TRIAL, trial) for trial in range(100)], sampling, dtype, size)
    farthest = 0.0
    for trial in range(100):
        mine, labels = replay.test_set(1, trial, size, sampling, dtype)
        np.testing.assert_array_equal(labels, y[trial])
        farthest = max(farthest, np.abs(mine - x[trial]).max())
    assert farthest < (1e-6 if dtype == "f32" else 1e-13)
    other, _ = replay.test_set(1, 1, size, sampling, dtype)
    assert np.abs(other - x[0]).max() > 0.1, "another trial's points went unnoticed"


@pytest.mark.parametrize("sampling, dtype", ALL_WAYS)
def test_sizes_and_addresses_of_every_kind(sampling, dtype):
    for size in (2, 4, 6, 1022, 1026, 4098) + ((1, 3, 1023, 1025) if sampling == "iid" else ()):
        addresses = [(seed, purpose, index) for seed in (0, 2**32, 2**64 - 1)
                     for purpose, index in ((replay.TRIAL, 2**32 - 1), (replay.TRIAL, 2**64 - 1), (replay.TEST_SET, 0))]
        x, y = brisk_points(addresses, sampling, dtype, size)
        for row, (seed, purpose, index) in enumerate(addresses):
            mine, labels = replay.test_set(seed, index, size, sampling, dtype, purpose)
            np.testing.assert_array_equal(labels, y[row])
            np.testing.assert_allclose(mine, x[row], rtol=0, atol=1e-6)


@pytest.fixture(scope="module", params=ALL_WAYS, ids="-".join)
def trials(request, folder):
    """A file with 100 trials of six networks, and how they were drawn."""
    sampling, dtype = request.param
    options = "--hidden 5,200 --activation tanh,relu,sigmoid --train-size 200 --epochs 300 --trials 100 --test-size 1000 "
    options += f"--resamples 50 --seed 4294967299 --sampling {sampling} --dtype {dtype}"
    with h5py.File(run_brisk(folder, f"trials-{sampling}-{dtype}.h5", ["test-error", *options.split()])) as file:
        yield file, sampling, dtype


def test_error_counts_of_100_trials(trials):
    file, _, dtype = trials
    undecided_trials = 0
    for name, network in file["network"].items():
        stored = network["trials/error_count"][:]
        assert len(stored) == 100 and len(set(stored)) > 10
        for trial in range(100):
            points = replay.replay_trial(file, name, trial)
            count = int(points["error"].sum())
            if count != stored[trial]:
                # Only points whose score is within rounding of 0 can have fallen on the other side.
                near = (np.abs(points["score"]) < replay.UNDECIDED[dtype]).sum()
                assert abs(count - int(stored[trial])) <= near, f"{name}, trial {trial}: {count}, {stored[trial]}"
                undecided_trials += 1
    assert undecided_trials <= 4, f"{undecided_trials} of 400 counts differ by undecided points: more than rounding"


def test_fixed_sets_and_their_scores(trials):
    file, sampling, dtype = trials
    seed = int(file.attrs["seed"])
    for group, purpose in [(file["training_set"], replay.TRAINING_SET)] + [
            (network["test_set"], replay.TEST_SET) for network in file["network"].values()]:
        x, y = replay.test_set(seed, 0, len(group["y"]), sampling, dtype, purpose)
        np.testing.assert_allclose(x, group["x"][:], rtol=0, atol=1e-6)
        np.testing.assert_array_equal(y, group["y"][:])
    for network in file["network"].values():
        test = network["test_set"]
        np.testing.assert_allclose(replay.scores(network, test["x"][:]), test["score"][:], rtol=0,
                                   atol=2e-5 if dtype == "f32" else 1e-12)


def test_a_wrong_seed_gives_other_counts(trials):
    file, sampling, dtype = trials
    network = file["network/tanh_200"]
    same = 0
    for trial in range(30):
        x, y = replay.test_set(3, trial, 1000, sampling, dtype)
        wrong = int((np.where(replay.scores(network, x) > 0, 1, -1) != y).sum())
        same += wrong == network["trials/error_count"][trial]
    assert same < 20


def test_purposes_are_those_of_the_library():
    table = (ROOT / "include" / "brisk" / "purposes.def").read_text()
    numbers = {name: int(number) for name, number in re.findall(r'^BK_PURPOSE\((\w+), "[^"]*", (\d+)', table, re.M)}
    for name in ("TRAINING_SET", "ERROR_ESTIMATE", "TRIAL", "TEST_SET"):
        assert getattr(replay, name) == numbers[name]


def test_variates_take_their_documented_draws():
    for variate, draws_of in ((replay.normal_f32, lambda n: (n + 1) // 2), (replay.normal_f64, lambda n: n + n % 2),
                              (replay.uniform_f32, lambda n: (n + 1) // 2), (replay.uniform_f64, lambda n: n),
                              (lambda raw, n: replay.integer_u32(raw, n, 6), lambda n: (n + 1) // 2)):
        for count in (1, 2, 7, 100):
            raw, after = replay.stream(1, 1024, 5), replay.stream(1, 1024, 5)
            assert len(variate(raw, count)) == count
            after.random_raw(draws_of(count))
            assert raw.random_raw() == after.random_raw()


def test_normals_against_the_committed_vectors():
    """rng_variates.txt, whose maker has the transforms in 40 digits."""
    rows = [line.split() for line in (ROOT / "tests" / "data" / "rng_variates.txt").read_text().splitlines()]
    for name, relative in (("normal_f32", 3e-7), ("normal_f64", 1e-14)):
        expected = np.array([[float.fromhex(value) for value in row[1:]] for row in rows if row[0] == name]).ravel()
        assert len(expected) == 800
        mine = getattr(replay, name)(replay.stream(9, 1030, 5), 800)
        np.testing.assert_allclose(mine, expected, rtol=relative, atol=1e-15)


def run_replay(*arguments):
    environment = {**os.environ, "PYTHONPATH": str(PACKAGE), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run([sys.executable, "-m", "brisk_analysis.replay", *map(str, arguments)], env=environment,
                          capture_output=True, text=True, check=False)


def test_command(lab, tmp_path):
    with h5py.File(lab) as file:
        stored = int(file["network/tanh_5/trials/error_count"][7])
    out = tmp_path / "trial.csv"
    done = run_replay(lab, "--network", "tanh_5", "--trial", 7, "-o", out)
    assert done.returncode == 0 and done.stderr == ""
    assert done.stdout == f"{stored} errors on 100 points, {stored} in the file\n"
    assert replay.error_count(lab, "tanh_5", 7) == stored
    table = np.genfromtxt(out, delimiter=",", names=True)
    assert table.dtype.names == ("x0", "x1", "y", "score", "error")
    assert len(table) == 100 and table["error"].sum() == stored
    x, y = replay.test_set(1, 7, 100)
    np.testing.assert_array_equal(table["x0"].astype(np.float32), x[:, 0])
    np.testing.assert_array_equal(table["y"], y)


def test_command_finds_a_changed_count(changed):
    def edit(file):
        file["network/tanh_5/trials/error_count"][7] += 3

    done = run_replay(changed(edit), "--network", "tanh_5", "--trial", 7)
    assert done.returncode == 4 and "differ" in done.stderr


@pytest.mark.parametrize("length", [0, 7])
def test_command_finds_missing_counts(changed, length):
    """The configuration promises 400 trials, the dataset holds fewer."""
    def edit(file):
        group = file["network/tanh_5/trials"]
        counts = group["error_count"][:length]
        del group["error_count"]
        group["error_count"] = counts

    path = changed(edit)
    done = run_replay(path, "--network", "tanh_5", "--trial", 7)
    assert done.returncode == 2 and "Traceback" not in done.stderr
    assert "trial 7" in done.stderr and f"({length},)" in done.stderr and "400 trials" in done.stderr
    if length == 7:
        assert run_replay(path, "--network", "tanh_5", "--trial", 6).returncode == 0


@pytest.mark.parametrize("arguments, code, words", [
    (("--network", "tanh_9", "--trial", 0), 2, "tanh_9"),
    (("--network", "tanh_5", "--trial", 400), 2, "0 to 399"),
    (("--network", "tanh_5", "--trial", -1), 2, "0 to 399"),
    (("--network", "tanh_5", "--trial", "x"), 2, "--trial"),
])
def test_bad_usage(lab, arguments, code, words):
    done = run_replay(lab, *arguments)
    assert done.returncode == code and words in done.stderr and "Traceback" not in done.stderr


def test_bad_files(parts, tmp_path):
    for path, code in ((tmp_path / "none.h5", 3), (parts["tensor-basics"], 2), (parts["training"], 2)):
        done = run_replay(path, "--network", "tanh_3", "--trial", 0)
        assert done.returncode == code and "Traceback" not in done.stderr, done.stderr


@pytest.mark.parametrize("arguments", [dict(size=3), dict(size=0), dict(size=2, sampling="all"),
                                       dict(size=2, dtype="f16")])
def test_bad_arguments(arguments):
    with pytest.raises(ValueError):
        replay.test_set(1, 0, **arguments)
