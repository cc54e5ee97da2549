# SPDX-License-Identifier: GPL-3.0-or-later
"""check_training_study.py FILE: a file of training-study against NumPy and SciPy: the variance components, their
standard errors and the intervals recomputed from the values of the trainings; some trainings done anew with NumPy
alone, from the streams of points and weights to the errors on every test set (files in f64).

check_training_study.py --plant FILE: takes the next training's weights, or its points, and expects each comparison to
fail. (A between-variance that still holds the test sets' share must differ in every call.)
check_training_study.py --estimator: the estimator on made-up trainings of known components.
check_training_study.py --same-figures FILE FILE: the attributes agree bit for bit, whatever was kept of the trainings.
"""
import importlib.util
import pathlib
import re
import sys

import h5py
import numpy as np
from scipy import stats

SOURCE = pathlib.Path(__file__).resolve().parents[2] / "analysis" / "python" / "brisk_analysis" / "replay.py"
spec = importlib.util.spec_from_file_location("replay", SOURCE)
replay = importlib.util.module_from_spec(spec)
spec.loader.exec_module(replay)

STUDY_TRAINING_SET, STUDY_WEIGHTS, STUDY_TEST_SET = 10, 513, 514
VALUES = ("test_error", "error_count", "within_variance", "train_error", "final_loss")


def options_of(file):
    """(seed, options) from the stored configuration."""
    text = file["config/text"].asstr()[()]
    return int(file.attrs["seed"]), dict(re.findall(r"^([\w-]+) = (.*)$", text, flags=re.MULTILINE))


# ---- Variance components ----


def components(error, within, sets):
    """(between, within) by the mean squares of the one-way table, error the mean of each row."""
    between_square = sets * np.sum((error - error.mean()) ** 2) / (len(error) - 1)
    within_square = within.mean()
    return (between_square - within_square) / sets, within_square


def between_se(error, within, sets):
    """Standard error of the first: of the influence of each training, without any model of the test sets."""
    psi = (error - error.mean()) ** 2 - within / sets
    return psi.std(ddof=1) / np.sqrt(len(error))


def expected_attributes(values, options):
    """What the group of a network says, from the values of its trainings."""
    error, within, count = (values[name] for name in ("test_error", "within_variance", "error_count"))
    n, m, sets, level = len(error), int(options["test-size"]), int(options["test-sets"]), float(options["level"])
    between, inner = components(error, within, sets)
    sd, positive = np.sqrt(max(between, 0)), max(between, 0)
    tail = (1 - level) / 2
    low = np.where(count > 0, stats.beta.ppf(tail, count, m - count + 1), 0)
    high = np.where(count < m, stats.beta.ppf(1 - tail, count + 1, m - count), 1)
    half_width = ((high - low) / 2).mean()
    t = stats.t.ppf(1 - tail, n - 1) * error.std(ddof=1) / np.sqrt(n)
    return {
        "trainings": n, "mean_error": error.mean(), "mean_error_se": error.std(ddof=1) / np.sqrt(n),
        "mean_error_low": max(error.mean() - t, 0), "mean_error_high": min(error.mean() + t, 1),
        "between_variance": between, "within_variance_mean": inner,
        "within_variance_se": within.std(ddof=1) / np.sqrt(n), "sd_between": sd, "sd_within": np.sqrt(inner),
        "training_share": positive / (positive + inner), "mean_half_width": half_width,
        "sd_between_per_half_width": sd / half_width,
        "interval_holds_mean": np.mean((low <= error.mean()) & (error.mean() <= high)),
        "binomial_variance": (np.mean(error * (1 - error)) + inner / sets) / m,
    }


def check_figures(group, options):
    values = {name: group[name]["trial_value"][()].astype(float) for name in VALUES}
    for name, value in expected_attributes(values, options).items():
        # Variances near 0 are differences of others: rounding is that of the mean squares.
        size = group.attrs["within_variance_mean"] + group.attrs["mean_error"] ** 2 if "between" in name else 0
        assert np.isclose(group.attrs[name], value, rtol=1e-10, atol=1e-14 * size), (name, group.attrs[name], value)
    # The file models one small term of the standard error, so this one agrees to some percent only.
    sets = int(options["test-sets"])
    ratio = group.attrs["between_variance_se"] / between_se(values["test_error"], values["within_variance"], sets)
    assert 0.85 < ratio < 1.18, f"{group.name}: standard error of the variance is off by {ratio:.3f}"
    if group.attrs["between_variance"] > 0:
        assert np.isclose(group.attrs["sd_between_se"],
                          group.attrs["between_variance_se"] / 2 / group.attrs["sd_between"], rtol=1e-12)
    # Not removing the test sets' share is a mistake that the comparison sees.
    naive = values["test_error"].var(ddof=1)
    assert not np.isclose(group.attrs["between_variance"], naive, rtol=1e-6), "the comparison sees nothing"
    print(f"{group.name}: sd between {group.attrs['sd_between']:.5f}, of a test set {group.attrs['sd_within']:.5f}, "
          f"standard error / ours {ratio:.3f}")


def check_estimator():
    """Beta-distributed risks of 4000 trainings, m = 500, K = 3; within 5 standard errors, and the naive one is not."""
    rng = np.random.default_rng(20250301)
    m, sets, n = 500, 3, 4000
    risk = rng.beta(20, 380, n)
    rates = rng.binomial(m, risk[:, None], (n, sets)) / m
    error, within = rates.mean(axis=1), rates.var(axis=1, ddof=1)
    truth = stats.beta.var(20, 380)
    between, inner = components(error, within, sets)
    se = between_se(error, within, sets)
    inner_truth = (0.05 - 0.05**2 - truth) / m
    print(f"between {between:.4g} +- {se:.2g}, truth {truth:.4g}; within {inner:.4g}, truth {inner_truth:.4g}")
    assert abs(between - truth) < 5 * se
    assert abs(inner - inner_truth) < 5 * within.std() / np.sqrt(n)
    assert abs(error.var(ddof=1) - truth) > 5 * se, "the naive estimator went unnoticed"


# ---- A training, with NumPy alone ----


def nested(seed, purpose, index, sub):
    return np.random.PCG64DXSM(np.random.SeedSequence(seed, spawn_key=(purpose, index, sub)))


def train(x, y, hidden, activation, weights, rate, epochs):
    """(network, loss) after full-batch gradient descent on the logistic loss; weights in the order w1, b1, w2, b2."""
    w1, b1 = weights[: 2 * hidden].reshape(hidden, 2).copy(), weights[2 * hidden: 3 * hidden].copy()
    w2, b2 = weights[3 * hidden: 4 * hidden].copy(), weights[4 * hidden]
    n = len(y)
    for step in range(epochs + 1):
        z = x @ w1.T + b1
        h = np.tanh(z) if activation == "tanh" else np.maximum(z, 0)
        s = h @ w2 + b2
        loss = np.logaddexp(0, -y * s).mean()
        if step == epochs:
            return {"w1": w1, "b1": b1, "w2": w2, "b2": b2}, loss
        ds = -y / (1 + np.exp(y * s)) / n
        dz = ds[:, None] * w2 * (1 - h**2 if activation == "tanh" else z > 0)
        w2, b2, w1, b1 = w2 - rate * h.T @ ds, b2 - rate * ds.sum(), w1 - rate * dz.T @ x, b1 - rate * dz.sum(axis=0)


def rebuild(seed, options, activation, hidden, trial, shift_points=0, shift_weights=0):
    """Outputs of a training, and how many points had a score within rounding of 0."""
    fresh = options["fresh"]
    points = trial if fresh != "weights" else 0
    start = trial if fresh != "training-set" else 0
    sampling, size = options["sampling"], int(options["train-size"])
    x, y = replay.sample(replay.stream(seed, STUDY_TRAINING_SET, points + shift_points), size, sampling, "f64")
    weights = 2 * replay.uniform_f64(nested(seed, STUDY_WEIGHTS, start + shift_weights, hidden), 4 * hidden + 1) - 1
    network, loss = train(x, y, hidden, activation, weights, float(options["learning-rate"]), int(options["epochs"]))
    m, sets = int(options["test-size"]), int(options["test-sets"])
    errors, close = [], 0
    for k in range(sets):
        xt, yt = replay.sample(nested(seed, STUDY_TEST_SET, trial, k), m, sampling, "f64")
        score = replay.scores(network, xt, activation)
        errors.append(int((np.where(score > 0, 1, -1) != yt).sum()))
        close += int((np.abs(score) < 1e-9).sum())
    own = replay.scores(network, x, activation)
    rates = np.array(errors) / m
    return {"test_error": rates.mean(), "error_count": errors[0], "within_variance": rates.var(ddof=1),
            "train_error": (np.where(own > 0, 1, -1) != y).mean(), "final_loss": loss}, close


def agrees(group, trial, outputs):
    stored = {name: float(group[name]["trial_value"][trial]) for name in VALUES}
    return all(np.isclose(stored[name], outputs[name], rtol=1e-9, atol=1e-15) for name in VALUES)


def check_trainings(group, seed, options, plant):
    activation, hidden = group.attrs["activation"], int(group.attrs["hidden"])
    for trial in (0, 1, len(group["final_loss"]["trial_value"]) - 1):
        outputs, close = rebuild(seed, options, activation, hidden, trial)
        assert close == 0, f"{group.name}, training {trial}: {close} scores within rounding of 0; take another seed"
        assert agrees(group, trial, outputs), f"{group.name}, training {trial}: NumPy has {outputs}"
        if plant:
            for shift in ({"shift_points": 1}, {"shift_weights": 1}):
                other, _ = rebuild(seed, options, activation, hidden, trial, **shift)
                assert not agrees(group, trial, other), f"{group.name}, training {trial}: {shift} went unnoticed"
    print(f"{group.name}: three trainings as NumPy does them")


def same_figures(first, second):
    for name, group in first["training_study"].items():
        other = second[f"training_study/{name}"]
        assert dict(group.attrs) == dict(other.attrs) and len(group.attrs) > 15, f"{name}: the figures differ"
        for value in VALUES:
            a, b = group[value], other[value]
            assert dict(a.attrs) == dict(b.attrs), f"{name}/{value} differs"
            assert all((a["quantile"][q][()] == b["quantile"][q][()]).all() for q in a["quantile"])
            assert "trial_value" in a and "trial_value" not in b


if sys.argv[1] == "--estimator":
    check_estimator()
    sys.exit()
if sys.argv[1] == "--same-figures":
    same_figures(h5py.File(sys.argv[2]), h5py.File(sys.argv[3]))
    sys.exit()
with h5py.File(sys.argv[-1]) as results:
    run_seed, run_options = options_of(results)
    assert len(results["training_study"]) > 0
    for network in results["training_study"].values():
        check_figures(network, run_options)
        if run_options["dtype"] == "f64":
            check_trainings(network, run_seed, run_options, "--plant" in sys.argv)
