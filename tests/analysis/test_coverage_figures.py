# SPDX-License-Identifier: GPL-3.0-or-later
"""The figures of a coverage study show what the file says."""
import shutil

import h5py
import numpy as np
import pytest
from brisk_analysis import ResultsError, open_results, style
from brisk_analysis.figures import coverage_study, write_figures
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


def draw(path, kind, *arguments):
    with open_results(path) as results, style.context():
        return kind(results.networks()[0], *arguments)


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
    figure = draw(path, coverage_study.draw_dots)
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
    axis = draw(path, coverage_study.draw_dots).axes[0]
    with h5py.File(path) as file:
        guarantee = [name.decode() for name in file[f"network/{NAME}/coverage/guarantee"]]
    colours = [container.lines[0].get_color() for container in axis.containers]
    assert colours == [style.GUARANTEE[name] for name in guarantee]
    assert set(guarantee) == {"exact", "finite-sample", "asymptotic", "none"}


def test_a_changed_share_moves_its_dot(study):
    def change(network):
        network["coverage/coverage"][3, 1] = 0.125

    assert np.isclose(dots(draw(study(change), coverage_study.draw_dots).axes[1])[3][0], 12.5)


def test_undefined_intervals_are_named(study):
    def change(network):
        network["coverage/undefined"][14, 0] = 0.25

    axis = draw(study(change), coverage_study.draw_dots).axes[0]
    assert "none 25.00" in axis.texts[14].get_text()
    assert not any("none" in text.get_text() for text in axis.texts[:14])


@pytest.mark.parametrize("level", [0, 1])
def test_the_zips_are_the_sample(study, level):
    path = study()
    figure = draw(path, coverage_study.draw_zips, level)
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

    panel = draw(study(change), coverage_study.draw_zips, 0).axes[0]
    assert len(lines(panel)) == 97 and len(panel.patches) == 3


def test_files_and_names(study, tmp_path):
    with open_results(study()) as results:
        written, skips, failures = write_figures(results, tmp_path / "figures", ["png"])
    names = {path.rsplit("/", 1)[1] for path in written}
    assert {f"coverage_{NAME}.png", f"zip_{NAME}_0.5.png", f"zip_{NAME}_0.9.png"} <= names
    assert not failures and not any(name.startswith(("coverage", "zip")) for name, _ in skips)


def test_other_files_have_none(lab):
    with open_results(lab) as results:
        assert coverage_study.pictures(results) == []


def test_a_table_that_does_not_fit_is_refused(study):
    def change(network):
        network["coverage/miss_low"].dims[0].detach_scale(network["coverage/method"])
        del network["coverage/miss_low"]
        network["coverage"].create_dataset("miss_low", data=np.zeros((2, 2)))

    with pytest.raises(ResultsError, match="miss_low"):
        draw(study(change), coverage_study.draw_dots)


def test_text_stays_inside(study):
    path = study()
    with open_results(path) as results, style.context():
        network = results.networks()[0]
        for figure in (coverage_study.draw_dots(network), coverage_study.draw_zips(network, 1)):
            style.lay_out(figure)
            renderer = figure.canvas.get_renderer()
            for axis in figure.axes:
                items = [axis.title, axis._left_title, axis.xaxis.label, *axis.texts, axis.get_legend(), figure._suptitle]
                for box in (item.get_window_extent(renderer) for item in items if item):
                    if box.width and axis.get_visible():
                        assert box.x0 >= -1 and box.y0 >= -1
                        assert box.x1 <= figure.bbox.x1 + 1 and box.y1 <= figure.bbox.y1 + 1
