# SPDX-License-Identifier: GPL-3.0-or-later
"""The figures of the studies, of fit, of pi and of `brisk interval` show what the file says."""
import math
import os
import subprocess

import brisk_analysis
import h5py
import numpy as np
import pytest
from brisk_analysis.figures import parts as figure_parts
from brisk_analysis.figures import training_study
from brisk_analysis.style import LIGHT
from conftest import figure_of, names_of, run_brisk
from matplotlib.container import ErrorbarContainer
from matplotlib.patches import Rectangle, StepPatch


def error_bars(axis):
    """[(x, y, low, high, direction)] of the error bars with a mark, and of those without (x, y None)."""
    found = []
    for container in axis.containers:
        if isinstance(container, ErrorbarContainer):
            for segment in container.lines[2][0].get_segments():
                (x0, y0), (x1, y1) = segment
                found.append((x0, x1, y0, y1))
    return found


def test_power_curves(others):
    path = others["power-study"]
    figure = figure_of(path, "power")
    with h5py.File(path) as file:
        study = file["power_study"]
        table = {name: study[name][()] for name in ("power", "power_se", "exact_power", "size", "size_se", "exact_size",
                                                    "test_size")}
        names, level = list(study["test"].asstr()), study.attrs["level"]
    for axis, what in zip(figure.axes, ("power", "size")):
        lines = [line for line in axis.lines if np.array_equal(line.get_xdata(), table["test_size"])]
        assert len(lines) == len(names)
        for i, line in enumerate(lines):
            assert np.allclose(line.get_ydata(), 100 * table[f"exact_{what}"][:, i])
        dots = [container.lines[0] for container in axis.containers]
        bars = [container.lines[2][0].get_segments() for container in axis.containers]
        for i, (dot, bar) in enumerate(zip(dots, bars)):
            assert np.allclose(dot.get_ydata(), 100 * table[what][:, i])
            assert np.allclose([[a[1], b[1]] for a, b in bar], 100 * (table[what][:, i, None]
                               + np.array([-2, 2]) * table[f"{what}_se"][:, i, None]))
            assert np.allclose(dot.get_xdata(), table["test_size"], rtol=0.05)  # beside one another, not elsewhere
        assert "(%)" in axis.get_ylabel()
    assert any(np.allclose(line.get_ydata(), 100 * (1 - level)) for line in figure.axes[1].lines)


def test_trainings(others):
    path = others["training-study"]
    figure = figure_of(path, "training_study")
    left, right = figure.axes
    with h5py.File(path) as file:
        node = file["training_study/tanh_2"]
        errors = node["test_error/trial_value"][()]
        attributes = dict(node.attrs)
    dots = next(line for line in left.lines if len(line.get_xdata()) == len(errors))
    assert np.allclose(dots.get_xdata(), 100 * errors)
    mean = next(line for line in left.lines if line.get_marker() == "D")
    assert np.isclose(mean.get_xdata()[0], 100 * attributes["mean_error"])
    low, high, *_ = error_bars(left)[0]
    assert np.allclose((low, high), (100 * attributes["mean_error_low"], 100 * attributes["mean_error_high"]))
    widths = [patch.get_width() for patch in right.patches if isinstance(patch, Rectangle)]
    assert np.allclose(widths, [100 * attributes["sd_between"], 100 * attributes["sd_within"]])
    with brisk_analysis.open(path) as results:
        data = training_study.study_data(training_study.studies(results)[0])
        assert data.quantile[0.5] == results.read("training_study/tanh_2/test_error/quantile/value")[
            list(results.read("training_study/tanh_2/test_error/quantile/probability")).index(0.5)]


def test_comparison(others):
    path = others["fit"]
    figure = figure_of(path, "comparison")
    top, bottom = figure.axes
    with h5py.File(path) as file:
        table = {name: data[()] for name, data in file["comparison"].items() if name not in ("pair", "status")}
        networks = file["network"]
        for y, name in enumerate(networks):
            interval = networks[name]["interval"]
            row = list(interval["method"].asstr()).index("clopper-pearson")
            assert np.allclose(error_bars(top)[y][:2], (100 * interval["low"][row], 100 * interval["high"][row]))
    expected = [(100 * table[low][0], 100 * table[high][0]) for low, high in
                (("low", "high"), ("simultaneous_low", "simultaneous_high"))]
    assert np.allclose([bar[:2] for bar in error_bars(bottom)], expected)
    assert any(np.allclose(line.get_xdata(), 100 * table["difference"][0]) for line in bottom.lines)
    assert "percentage points" in bottom.get_xlabel()


def test_fit_intervals(others):
    path = others["fit"]
    for table, at, scale in (("interval", 1, 100), ("nll_interval", 0, 1)):
        axis = figure_of(path, f"intervals_network_tanh_2_{table}").axes[at]
        with h5py.File(path) as file:
            group = file[f"network/tanh_2/{table}"]
            methods = list(group["method"].asstr())
            rows = {name: group[name][()] for name in ("low", "high", "half_width", "estimate")}
        drawn = {round(bar[2]): bar[:2] for bar in error_bars(axis)}
        assert set(drawn) == set(np.flatnonzero(np.isfinite(rows["low"])))
        for i, ends in drawn.items():
            if methods[i] in ("hoeffding", "chebyshev", "bernstein"):
                expected = rows["estimate"][i] + np.array([-1, 1]) * rows["half_width"][i]
            else:
                expected = rows["low"][i], rows["high"][i]
            assert np.allclose(ends, scale * np.array(expected), rtol=0, atol=1e-9)
    assert axis.get_xlabel() == "mean negative log-likelihood [nats]"
    assert any("range-unknown" in text.get_text() for text in axis.texts)


def test_intervals_of_a_file_of_losses(tmp_path):
    program = os.environ.get("BRISK") or pytest.skip("BRISK is not set")
    (tmp_path / "losses.csv").write_text("loss\n" + "".join(f"{i % 9 == 0:d}\n" for i in range(99)))
    path = tmp_path / "interval.h5"
    subprocess.run([program, "interval", tmp_path / "losses.csv", "-o", path], check=True, stdout=subprocess.DEVNULL)
    axis = figure_of(path, "intervals_interval").axes[0]
    with h5py.File(path) as file:
        assert len(error_bars(axis)) == np.isfinite(file["interval/low"][()]).sum() > 10
    assert axis.get_xlabel() == "mean of 99 losses"


def test_pi(others):
    path = others["pi"]
    axis = figure_of(path, "pi").axes[0]
    with h5py.File(path) as file:
        values, mean = file["pi/trial_value"][()], file["pi"].attrs["mean"]
    shares, edges, _ = next(patch for patch in axis.patches if isinstance(patch, StepPatch)).get_data()
    scaled = edges * 25  # 100 points: an estimate is k / 25
    assert np.allclose(scaled - np.floor(scaled), 0.5)
    assert np.allclose(shares * np.diff(scaled), 100 * np.histogram(values, edges)[0] / len(values))
    verticals = [line.get_xdata()[0] for line in axis.lines]
    assert np.allclose(verticals, [math.pi, mean])


def test_coverage_of_losses(others):
    path = others["loss-coverage"]
    names = names_of(path)
    assert "loss_coverage_curves" in names and "width_coverage_lognormal_5" in names
    with h5py.File(path) as file:
        table = {name: data[()] for name, data in file["loss_coverage/lognormal_5"].items() if data.ndim == 1 and name != "trial"}
        level = file["loss_coverage/lognormal_5"].attrs["level"]
    axis = figure_of(path, "loss_coverage_lognormal_5").axes[0]
    dots = [container.lines[0].get_xydata()[0] for container in axis.containers]
    there = np.flatnonzero(table["undefined"] < 1)
    assert np.allclose(dots, [(100 * table["coverage"][i], i) for i in there])
    assert any(np.allclose(line.get_xdata(), 100 * level) for line in axis.lines if line.get_linestyle() == "--")
    curves = figure_of(path, "loss_coverage_curves")
    panel = next(axis for axis in curves.axes if axis.get_title(loc="left").startswith("lognormal"))
    lines = {line.get_label(): line for line in panel.lines}
    methods = [name.decode() for name in table["method"]]
    assert set(np.array(methods)[there]) <= set(lines)
    for i in there:
        assert np.isclose(lines[methods[i]].get_ydata()[0], 100 * table["coverage"][i])


def test_running_means_of_trials(lab):
    figure = figure_of(lab, "convergence_trials")
    axes = [axis for axis in figure.axes if axis.get_visible()]
    with h5py.File(lab) as file:
        for axis, name in zip(axes, file["network"]):
            counts = file[f"network/{name}/trials/error_count"][()]
            attributes = file[f"network/{name}/trials/error_count"].attrs
            curve, band = axis.lines[0], axis.collections[0].get_paths()[0].vertices
            for n, mean in zip(curve.get_xdata(), curve.get_ydata()):
                assert np.isclose(mean, counts[:n].mean(), rtol=1e-12)  # of 100 points, so in percent
                error = counts[:n].std(ddof=1) / np.sqrt(n)
                ends = band[np.isclose(band[:, 0], n), 1]
                assert np.allclose((ends.min(), ends.max()), (mean - 2 * error, mean + 2 * error))
            assert curve.get_xdata()[-1] == len(counts) and np.isclose(mean, 100 * attributes["mean"])
            assert np.isclose(error, 100 * attributes["mcse"])
            risk = file[f"network/{name}"].attrs["true_risk"]
            assert any(np.allclose(line.get_ydata(), 100 * risk) for line in axis.lines)


def test_running_means_of_outputs_and_coverage(others):
    for path, name, group in ((others["pi"], "convergence_outputs", "pi"),
                              (others["training-study"], "convergence_training_study_tanh_2",
                               "training_study/tanh_2/test_error")):
        axis = figure_of(path, name).axes[0]
        with h5py.File(path) as file:
            values = file[f"{group}/trial_value"][()]
            assert axis.get_title(loc="left").startswith(str(file[group].attrs["long_name"]))
        assert np.allclose(axis.lines[0].get_ydata(), [values[:n].mean() for n in axis.lines[0].get_xdata()])
    path = others["loss-coverage"]
    figure = figure_of(path, "convergence_coverage_beta_5")
    with h5py.File(path) as file:
        table = file["loss_coverage/beta_5"]
        for i, axis in enumerate(axis for axis in figure.axes if axis.get_visible()):
            last = axis.collections[0].get_paths()[0].vertices
            ends = last[last[:, 0] == last[:, 0].max(), 1]
            share, error = 100 * table["coverage"][i], 200 * table["standard_error"][i]
            assert np.allclose((ends.min(), ends.max()), (share - error, share + error))


def test_distributions(others):
    path = others["training-study"]
    figure = figure_of(path, "distribution_training_study_tanh_2")
    with h5py.File(path) as file:
        group = file["training_study/tanh_2"]
        outputs = [name for name in group if "quantile" in group[name]]
        for axis, name in zip(figure.axes, outputs):
            if "frequency" in group[name]:
                shares, edges, _ = axis.patches[0].get_data()
                counts = group[name]["trial_value"][()]
                assert np.allclose(shares * np.diff(edges), 100 * np.histogram(counts, edges)[0] / len(counts))
            else:
                assert np.array_equal(axis.lines[0].get_xdata(), group[name]["quantile/value"][()])
            unit = group[name].attrs["units"]
            assert axis.get_xlabel() == group[name].attrs["long_name"] + ("" if unit == "1" else f" [{unit}]")


@pytest.mark.parametrize("rule, option", [("mcse", "0.003"), ("width", "0.2")])
def test_looks_of_a_stopping_rule(folder, rule, option):
    path = run_brisk(folder, f"stop-{rule}.h5", ["pi", "--trials", "100000", "--keep", "summary", f"--stop-{rule}", option])
    assert "pi" not in names_of(path) and "distribution_outputs" in names_of(path)
    top, bottom = figure_of(path, "stopping_pi").axes
    with h5py.File(path) as file:
        stop = file["simulation/pi/stop"]
        trials, mean = stop["trials"][()], stop["mean"][()]
        waited = stop["mcse"][()] if rule == "mcse" else stop["high"][()] - stop["low"][()]
    assert np.array_equal(top.lines[0].get_xydata(), np.stack([trials, mean], -1))
    assert np.allclose(bottom.lines[0].get_ydata(), waited)
    assert np.allclose(bottom.lines[1].get_ydata(), float(option))


# Parts


def test_bins_of_a_lattice():
    for lowest, highest, size in ((0, 0, 1), (3, 3, 10), (0, 59, 1000), (0, 60, 1000), (17, 999, 1000), (999_000, 10**6, 10**6)):
        lattice = figure_parts.Lattice.around(lowest, highest, size)
        edges = lattice.edge
        assert lattice.bins <= 60 and edges[0] < lowest and edges[-1] > highest
        assert (edges % 1 == 0.5).all() and set(np.diff(edges)[:-1]) <= {lattice.levels}
        values = np.array([lowest, highest])
        assert lattice.count([values[:1], values[1:]]).sum() == 2
        wide = lattice.widened(max(0, lowest - 100), min(size, highest + 100))
        assert np.isin(edges[:-1], wide.edge).all() and wide.edge[0] < max(0, lowest - 100)


def test_labels_keep_apart():
    generator = np.random.default_rng(1)
    for count in (1, 2, 5, 17, 40):
        wanted = generator.choice([0.1, 0.11, 0.5, 0.99, 1.0], count)
        placed = figure_parts.apart(wanted, 0.05, 0.0, 1.0)
        order = np.argsort(placed)
        gap = min(0.05, 1 / max(1, count - 1))
        assert placed.min() >= -1e-9 and placed.max() <= 1 + 1e-9
        assert (np.diff(placed[order]) > gap - 1e-9).all() and (np.diff(wanted[order]) >= 0).all()
    assert np.allclose(figure_parts.apart(np.array([0.2, 0.8]), 0.05, 0, 1), [0.2, 0.8])
    assert np.allclose(figure_parts.apart(np.array([0.5, 0.5]), 0.1, 0, 1), [0.45, 0.55])


def test_guarantees_have_one_colour_each():
    colours = [LIGHT.guarantee(name) for name in ("exact", "finite-sample", "asymptotic", "none")]
    assert len(set(colours)) == 4
