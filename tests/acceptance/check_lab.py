# SPDX-License-Identifier: GPL-3.0-or-later
"""check_lab.py FILE: a file of `brisk run lab` holds every item of the assignment, with the known answers.

The formulas are written anew here, from the assignment, in NumPy.
"""
import math
import sys

import h5py
import numpy as np

file = h5py.File(sys.argv[1])
text = lambda path: list(np.atleast_1d(file[path].asstr()[()]))
options = dict(line.split(" = ", 1) for line in text("config/text")[0].splitlines() if " = " in line)
level = float(options["level"])
m = int(options["test-size"])
trials = int(options["trials"])
resamples = int(options["resamples"])
hidden = [int(h) for h in options["hidden"].split(",")]
activations = options["activation"].split(",")


def near(value, expected, relative=1e-12):
    assert math.isclose(value, expected, rel_tol=relative, abs_tol=1e-300), (value, expected)


# Root attributes.
root = file.attrs
assert root["format"] == "brisk-results" and list(root["format_version"]) == [1, 0]
assert root["complete"] == 1 and root["experiment"] == "lab" and len(root["digest"]) == 64
assert root["seed"] == int(options["seed"])
for name in ("brisk_version", "git_commit", "git_dirty", "rng", "transforms"):
    assert name in root, name

# Part 1.
basics = file["tensor_basics"]
assert text("tensor_basics/scalar/dtype_given") == ["i64", "f32", "f32", "f32"]
assert text("tensor_basics/scalar/dtype_f32") == ["f32"] * 4
assert "i64" in basics.attrs["integer_requires_grad_error"]
assert [basics.attrs[f"value_{name}"] for name in "ayl"] == [6, 6, 10]
functions = dict(zip(text("tensor_basics/grad_fn/tensor"), text("tensor_basics/grad_fn/operation")))
assert functions["a"] == "none" and functions["l"] == "Add" and functions["y"] in ("Relu", "Maximum")
for name in ("dot", "dot_all_leaves"):
    assert text(f"tensor_basics/graph/{name}")[0].startswith("digraph")
assert "x" in text("tensor_basics/graph/dot_all_leaves")[0]
assert basics.attrs["dl_dy"] == 6
assert text("tensor_basics/gradient/leaf") == ["w", "x", "t", "b"]
np.testing.assert_array_equal(basics["gradient/once"], [38, 6, -6, 6])
np.testing.assert_array_equal(basics["gradient/twice"], [76, 12, -12, 12])
np.testing.assert_array_equal(basics["gradient/after_reset"], [38, 6, -6, 6])
assert "second time" in basics.attrs["second_backward_error"]
near(basics.attrs["w_after_step"], -2.8, 1e-6)
assert "not a leaf" in basics.attrs["step_in_grad_mode"]
kept, released = basics["released_handles/gradient_kept"][:], basics["released_handles/gradient_released"][:]
np.testing.assert_array_equal(kept, released)
near(kept[1], -12.404706086729152, 1e-15)
near(kept[0], -12.404706086729152, 1e-6)
for part in ("exp", "version 1", "version 0"):
    assert part in basics.attrs["in_place_error"], basics.attrs["in_place_error"]
assert text("tensor_basics/question/item") == ["1.2", "1.5", "1.6"]

# Part 2: gradient check.
groups = [(dtype, a) for dtype in ("f32", "f64") for a in activations]
for dtype, activation in groups:
    check = file["gradient_check/" + (dtype if activation == activations[0] else f"{dtype}_{activation}")]
    assert check.attrs["activation"] == activation and check.attrs["weights_restored"] == 1
    assert check.attrs["hidden"] == max(hidden)
    np.testing.assert_array_equal(check["epsilon"], [1e-2, 1e-3, 1e-4, 1e-5])
    assert list(check["parameter"].asstr()[:]) == ["w1", "b1", "w2", "b2"]
    error, order, kinks = check["error"][:], check["order"][:], check["kinks"][:]
    np.testing.assert_allclose(order, np.log10(error[:, :-1] / error[:, 1:]), rtol=1e-9)
    if activation != "relu":
        assert not kinks.any()
        if dtype == "f64":
            assert (error[:, 3] < 1e-9).all(), error
            assert (abs(order[:, 0] - 2.0) < 0.1).all(), order
        else:
            assert (error[:, 2] < 5e-3).all(), error
    else:
        assert kinks[0, 0] > 0 and kinks[1, 0] > 0 and not kinks[2:].any(), kinks

# Part 2: training and errors.
size = 26492
names = [f"{a}_{h}" for a in activations for h in hidden]
assert sorted(file["network"]) == sorted(names)
x, y = file["training_set/x"][:], file["training_set/y"][:]
assert set(y) == {-1, 1} and x.shape == (int(options["train-size"]), 2)
units = {"tanh": np.tanh, "relu": lambda z: np.maximum(z, 0), "sigmoid": lambda z: 1 / (1 + np.exp(-z))}
score = lambda net, points: units[net.attrs["activation"]](
    points @ net["w1"][:].T + net["b1"][:]) @ net["w2"][:] + net["b2"][()]
for name in names:
    net = file["network"][name]
    assert net["loss"].shape == (int(options["epochs"]),) and net.attrs["loss_fell"] == 1
    loss = np.logaddexp(0, -y * score(net, x)).mean()
    near(net.attrs["final_loss"], loss, 1e-4 if net.attrs["dtype"] == "f32" else 1e-12)
    near(net["loss"][0], net.attrs["initial_loss"])
    assert net.attrs["hoeffding_test_size"] == size
    assert 2 * math.exp(-2 * size * 1e-4) <= 0.01 < 2 * math.exp(-2 * (size - 1) * 1e-4)
    near(net.attrs["train_error"], np.mean(np.where(score(net, x) > 0, 1, -1) != y), 1e-12)
    near(net.attrs["generalization_gap"], net.attrs["test_error"] - net.attrs["train_error"], 1e-9)
    grid = net["decision"]
    np.testing.assert_allclose(grid["x0"][[0, -1]], [x[:, 0].min() - 0.5, x[:, 0].max() + 0.5], rtol=1e-12)
    np.testing.assert_allclose(grid["x1"][[0, -1]], [x[:, 1].min() - 0.5, x[:, 1].max() + 0.5], rtol=1e-12)
    points = np.stack(np.meshgrid(grid["x0"][:], grid["x1"][:]), -1)
    assert grid["score"].shape == grid["bayes_score"].shape == (200, 200)
    np.testing.assert_allclose(grid["score"], score(net, points.reshape(-1, 2)).reshape(200, 200), atol=2e-3)

# Part 3.
for name in names:
    net = file["network"][name]
    counts = net["trials/error_count"]
    assert counts.shape == (trials,) and counts.dtype == np.uint32
    near(counts.attrs["mean"], counts[:].mean() / m, 1e-12)
    near(counts.attrs["sd"], counts[:].std(ddof=1) / m, 1e-10)
    near(counts.attrs["mcse"], counts.attrs["sd"] / math.sqrt(trials))
    edge, count = net["trials/histogram/edge"][:], net["trials/histogram/count"][:]
    assert count.sum() == trials and len(edge) == len(count) + 1
    np.testing.assert_allclose(edge * m - 0.5, np.round(edge * m - 0.5), atol=1e-9)
    np.testing.assert_array_equal(count, np.histogram(counts[:] / m, edge)[0])
    test = net["test_set"]
    wrong = np.where(test["score"][:] > 0, 1, -1) != test["y"][:]
    np.testing.assert_array_equal(wrong, test["error"][:])
    k = int(wrong.sum())
    near(test.attrs["error_rate"], k / m)
    means = net["bootstrap/mean"][:]
    assert means.shape == (resamples,)
    near(net["bootstrap"].attrs["mean"], means.mean(), 1e-10)
    near(net["bootstrap"].attrs["centre_distance_sd"], (k / m - counts.attrs["mean"]) / means.std(ddof=1), 1e-8)
    table = net["interval"]
    methods = list(table["method"].asstr()[:])
    column = lambda c: dict(zip(methods, table[c][:]))
    half, low, high = column("half_width"), column("low"), column("high")
    guarantee = dict(zip(methods, table["guarantee"].asstr()[:]))
    v, log_term = k / m * (1 - k / m) * m / (m - 1), math.log(2 / (1 - level))
    near(half["hoeffding"], math.sqrt(log_term / (2 * m)))
    near(half["chebyshev"], math.sqrt(v / (m * (1 - level))))
    near(half["bernstein"], log_term / (3 * m) + math.sqrt((log_term / (3 * m)) ** 2 + 2 * v * log_term / m))
    if (level, m) == (0.9, 1000):
        near(half["hoeffding"], 0.038702275602049495, 1e-15)
    for method in ("hoeffding", "chebyshev", "bernstein"):
        near(low[method], max(0.0, k / m - half[method]), 1e-9)
        near(high[method], min(1.0, k / m + half[method]), 1e-9)
    assert guarantee == {"hoeffding": "finite-sample", "chebyshev": "none", "bernstein": "none",
                         "bootstrap-percentile": "asymptotic", "bootstrap-bca": "asymptotic"}
    ends = np.quantile(means, [(1 - level) / 2, (1 + level) / 2])
    np.testing.assert_allclose([low["bootstrap-percentile"], high["bootstrap-percentile"]], ends, rtol=1e-12)
    from scipy.stats import norm
    z0 = norm.ppf(((means < k / m).sum() + (means <= k / m).sum()) / (2 * resamples))
    a = (1 - 2 * k / m) / (6 * math.sqrt(m * k / m * (1 - k / m)))
    z = norm.ppf([(1 - level) / 2, (1 + level) / 2])
    ends = np.quantile(means, norm.cdf(z0 + (z0 + z) / (1 - a * (z0 + z))))
    np.testing.assert_allclose([low["bootstrap-bca"], high["bootstrap-bca"]], ends, atol=1e-9)
    assert (table["status"].asstr()[:] == "ok").all()
print(f"{sys.argv[1]}: {len(names)} networks, all items there")
