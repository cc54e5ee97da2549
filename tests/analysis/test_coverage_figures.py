# SPDX-License-Identifier: GPL-3.0-or-later
"""The figures of a coverage study show what the file says."""
import shutil

import h5py
import numpy as np
import pytest
from brisk_analysis import ResultsError
from brisk_analysis.style import LIGHT
from conftest import figure_of, names_of
from matplotlib.container import ErrorbarContainer

NAME = "tanh_3"


@pytest.fixture
def study(others, tmp_path):
    """study(edit): a copy of the coverage study's file after edit(group of the network)."""

    def make(edit=lambda network: None):
        path = tmp_path / "study.h5"
        shutil.copyfile(others["coverage-study"], path)
        with h5py.File(path, "r+") as file:
            edit(file[f"network/{NAME}"])
        return path

    return make


def dots(axis):
    """{row: (middle, from, to)} of the dots of a panel."""
    found = {}
    for container in axis.containers:
        if isinstance(container, ErrorbarContainer):
            (x, y), = container.lines[0].get_xydata()
            (low, _), (high, _) = container.lines[2][0].get_segments()[0]
            found[round(y)] = (x, low, high)
    return found


def lines(axis):
    """[(from, to, height, colour)] of the intervals of a zip."""
    return [(a, b, y, tuple(collection.get_color()[0])) for collection in axis.collections
            if hasattr(collection, "get_segments") for (a, y), (b, _) in collection.get_segments()]


def test_the_dots_are_the_table(study):
    path = study()
    figure = figure_of(path, f"coverage_{NAME}")
    with h5py.File(path) as file:
        table = file[f"network/{NAME}/coverage"]
        share, error, exact = (table[name][:] for name in ("coverage", "coverage_mcse", "exact_coverage"))
        levels, by_count = table["level"][:], table["by_count"][:]
    assert len(share) == 17 and list(levels) == [0.5, 0.9]
    for j, level in enumerate(levels):
        axis = figure.axes[j]
        drawn = dots(axis)
        assert len(drawn) == len(share)
        for i, (middle, low, high) in drawn.items():
            assert np.allclose((middle, low, high), 100 * (share[i, j] + error[i, j] * np.array([0, -2, 2])))
        verticals = [line.get_xdata() for line in axis.lines if line.get_linestyle() == "--"]
        assert any(np.allclose(x, 100 * level) for x in verticals)
        marks = {round(line.get_ydata()[0]): line.get_xdata()[0] for line in axis.lines if line.get_marker() == "|"
                 and len(line.get_xdata()) == 1 and line.get_markersize() == 13}
        assert marks.keys() == set(np.flatnonzero(by_count)) == set(np.flatnonzero(np.isfinite(exact[:, j])))
        assert all(np.isclose(x, 100 * exact[i, j]) for i, x in marks.items())


def test_the_colour_of_a_dot_is_its_guarantee(study):
    path = study()
    axis = figure_of(path, f"coverage_{NAME}").axes[0]
    with h5py.File(path) as file:
        guarantee = [name.decode() for name in file[f"network/{NAME}/coverage/guarantee"]]
    colours = [container.lines[0].get_color() for container in axis.containers]
    assert colours == [LIGHT.guarantee(name) for name in guarantee]
    assert set(guarantee) == {"exact", "finite-sample", "asymptotic", "none"}


def test_a_changed_share_moves_its_dot(study):
    def change(network):
        network["coverage/coverage"][3, 1] = 0.125

    assert np.isclose(dots(figure_of(study(change), f"coverage_{NAME}").axes[1])[3][0], 12.5)


def test_undefined_intervals_are_named(study):
    def change(network):
        network["coverage/undefined"][14, 0] = 0.25

    axis = figure_of(study(change), f"coverage_{NAME}").axes[0]
    assert "none 25.00" in axis.texts[14].get_text()
    assert not any("none" in text.get_text() for text in axis.texts[:14])


@pytest.mark.parametrize("level", [0, 1])
def test_the_zips_are_the_sample(study, level):
    path = study()
    figure = figure_of(path, f"zip_{NAME}_{(0.5, 0.9)[level]}")
    panels = [axis for axis in figure.axes if axis.get_visible()]
    with h5py.File(path) as file:
        network = file[f"network/{NAME}"]
        sample = {name: data[()] for name, data in network["coverage/sample"].items() if name not in ("status", "rank")}
        rank, risk = network["coverage/sample/rank"][:], network.attrs["true_risk"]
        share = network["coverage/coverage"][:, level]
    assert len(panels) == len(share) == 17 and len(rank) == 100
    reds = 0
    for i, panel in enumerate(panels):
        there = np.isfinite(sample["low"][i, level])
        drawn = sorted(lines(panel), key=lambda line: line[2])
        assert len(drawn) == there.sum()
        assert np.allclose([line[:3] for line in drawn],
                           100 * np.stack([sample["low"][i, level], sample["high"][i, level], rank], -1)[there])
        red = np.array([colour[0] > 0.5 for *_, colour in drawn])
        assert np.array_equal(red, sample["covers"][i, level][there] == 0)
        assert np.array_equal(~red, [a <= 100 * risk <= b for a, b, *_ in drawn])
        # The sample is even in the order of the zip: its share of misses is that of all trials, to the spacing.
        if i < 15:
            assert abs((sample["covers"][i, level] == 1).mean() - share[i]) <= 0.02
        verticals = [line.get_xdata()[0] for line in panel.lines if np.ptp(line.get_xdata()) == 0]
        assert np.isclose(verticals, 100 * risk).any()
        reds += red.sum()
    assert reds > 0


def test_no_interval_is_a_band(study):
    def change(network):
        for name in ("low", "high"):
            network[f"coverage/sample/{name}"][0, 0, 97:] = np.nan
        network["coverage/sample/covers"][0, 0, 97:] = 0

    panel = figure_of(study(change), f"zip_{NAME}_0.5").axes[0]
    assert len(lines(panel)) == 97 and len(panel.patches) == 3


def test_names(study):
    names = names_of(study())
    assert {f"coverage_{NAME}", f"coverage_levels_{NAME}", f"zip_{NAME}_0.5", f"zip_{NAME}_0.9",
            f"width_coverage_{NAME}"} <= set(names)


def test_other_files_have_none(lab):
    assert not [name for name in names_of(lab) if name.startswith(("coverage", "zip", "width"))]


def test_curves_over_levels(study):
    """Coverage minus level, a line a method, with bands of two standard errors."""
    path = study()
    figure = figure_of(path, f"coverage_levels_{NAME}")
    with h5py.File(path) as file:
        table = file[f"network/{NAME}/coverage"]
        share, error, levels = table["coverage"][:], table["coverage_mcse"][:], table["level"][:]
        methods = list(table["method"].asstr())
    drawn = {}
    for axis in figure.axes:
        curves = [line for line in axis.lines if len(line.get_xdata()) == len(levels) and line.get_marker() != "None"]
        for line, band in zip(curves, axis.collections):
            drawn[line.get_label()] = (line.get_xydata(), band.get_paths()[0].vertices)
    assert set(drawn) == set(methods)
    for i, method in enumerate(methods):
        curve, band = drawn[method]
        above = 100 * (share[i] - levels)
        assert np.allclose(curve, np.stack([100 * levels, above], -1))
        for j, level in enumerate(levels):
            ends = band[np.isclose(band[:, 0], 100 * level), 1]
            assert np.isclose(ends.min(), above[j] - 200 * error[i, j])
            assert np.isclose(ends.max(), above[j] + 200 * error[i, j])


def test_width_against_coverage(study):
    path = study()
    axes = figure_of(path, f"width_coverage_{NAME}").axes
    with h5py.File(path) as file:
        table = file[f"network/{NAME}/coverage"]
        share, width, methods = table["coverage"][:], table["mean_width"][:], list(table["method"].asstr())
    for j in range(2):
        points = [container.lines[0].get_xydata()[0] for container in axes[j].containers]
        assert np.allclose(points, 100 * np.stack([width[:, j], share[:, j]], -1))
        assert "percentage points" in axes[j].get_xlabel() and "(%)" in axes[j].get_ylabel()
        # Every dot has its name, at the end of a line from it, and no two names overlap.
        assert [text.get_text() for text in axes[j].texts] == methods
        assert np.allclose([text.xy for text in axes[j].texts], points)
        heights = sorted(text.xyann[1] for text in axes[j].texts)
        assert np.diff(heights).min() > 0.05


def test_a_table_that_does_not_fit_is_refused(study):
    def change(network):
        network["coverage/miss_low"].dims[0].detach_scale(network["coverage/method"])
        del network["coverage/miss_low"]
        network["coverage"].create_dataset("miss_low", data=np.zeros((2, 2)))

    with pytest.raises(ResultsError, match="miss_low"):
        figure_of(study(change), f"coverage_{NAME}")
