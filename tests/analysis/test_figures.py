# SPDX-License-Identifier: GPL-3.0-or-later
"""What the figures show is what the file says: their data, and the coordinates of what they draw."""
import math

import brisk_analysis
import h5py
import numpy as np
import pytest
from brisk_analysis import ResultsError
from brisk_analysis.figures import FigureError, decision, gradient_check, graph, overview, trials
from conftest import figure_of
from matplotlib.container import ErrorbarContainer
from matplotlib.patches import Ellipse, Polygon, StepPatch

NETWORKS = ["tanh_3", "tanh_5", "relu_3", "relu_5"]


def texts(figure):
    return [text.get_text() for axis in figure.axes for text in axis.texts]


def bars(axis):
    """{row: (from, to)} of the interval bars of an axis."""
    found = {}
    for container in axis.containers:
        if isinstance(container, ErrorbarContainer):
            for (x0, y0), (x1, _) in container.lines[2][0].get_segments():
                found[round(y0)] = (x0, x1)
    return found


def draw_trials(path, name="tanh_3"):
    return figure_of(path, f"trials_{name}")


# Histograms


@pytest.mark.parametrize("name", NETWORKS)
def test_both_histograms_hold_everything_once(lab, name):
    with brisk_analysis.open(lab) as results, h5py.File(lab) as file:
        data = trials.histogram_data(results.networks[name])
        group = file[f"network/{name}"]
        errors = group["trials/error_count"][()]
        means = group["bootstrap/mean"][()]
        assert data.trials.sum() == len(errors) == 400
        assert data.bootstrap.sum() == len(means) == 600
        assert np.array_equal(data.trials, np.histogram(errors / data.lattice.size, data.edge)[0])
        assert np.array_equal(data.bootstrap, np.histogram(means, data.edge)[0])
        at = np.argmin(np.abs(data.edge - group["trials/histogram/edge"][0]))
        stored = group["trials/histogram/count"][()]
        assert np.allclose(data.edge[at : at + len(stored) + 1], group["trials/histogram/edge"][()], rtol=0, atol=1e-12)
        assert np.array_equal(data.trials[at : at + len(stored)], stored)


@pytest.mark.parametrize("name", NETWORKS)
def test_bins_hold_equally_many_lattice_values(lab, name):
    with brisk_analysis.open(lab) as results:
        data = trials.histogram_data(results.networks[name])
    scaled = data.edge * data.lattice.size
    assert np.allclose(scaled - np.floor(scaled), 0.5)  # halfway between two values k/m
    values = np.arange(data.lattice.size + 1) / data.lattice.size
    assert set(np.histogram(values, data.edge)[0]) == {data.lattice.levels}
    assert set(data.lattice.values) == {data.lattice.levels}


def test_bins_continue_where_the_bootstrap_reaches_further(changed):
    def move(file):
        means = file["network/tanh_3/bootstrap/mean"]
        values = means[()]
        values[:2] = 0.0, 1.0
        means[...] = values

    with brisk_analysis.open(changed(move)) as results:
        data = trials.histogram_data(results.networks["tanh_3"])
    assert data.bootstrap.sum() == 600 and data.trials.sum() == 400
    assert data.edge[0] < 0 and np.isclose(data.edge[-1], 1 + 0.5 / data.lattice.size)
    assert data.bootstrap[-1] == 1 and data.trials[-1] == 0


@pytest.mark.parametrize("levels", [2, 3, 7])
def test_a_ragged_last_bin_is_as_high_as_its_values(changed, levels):
    """Bins of a few values do not fill 0, ..., 100: the last one holds fewer, and its bar says their mean share."""
    def coarse(file):
        group = file["network/tanh_3/trials"]
        errors = group["error_count"][()]
        errors[:40] = 100
        group["error_count"][...] = errors
        del group["histogram/edge"], group["histogram/count"]
        first = errors.min() - errors.min() % levels
        bins = 100 // levels - first // levels + 1
        group["histogram/edge"] = (first + levels * np.arange(bins + 1) - 0.5) / 100
        group["histogram/count"] = np.bincount((errors - first) // levels, minlength=bins).astype("u8")
        group["histogram"].attrs["levels"] = np.uint64(levels)

    path = changed(coarse)
    figure = draw_trials(path)
    step = next(patch for patch in figure.axes[0].patches if isinstance(patch, StepPatch))
    values, edges, _ = step.get_data()
    assert np.isclose(edges[-1], 100.5)
    held = 100 - 100 // levels * levels + 1  # values in the last bin
    assert np.isclose(values[-1], 100 * 40 / 400 / held)
    assert np.isclose((values * np.diff(edges)).sum(), 100)


def test_drawn_histograms_are_mean_shares_of_a_value(lab):
    figure = draw_trials(lab)
    with brisk_analysis.open(lab) as results:
        data = trials.histogram_data(results.networks["tanh_3"])
    steps = [patch for patch in figure.axes[0].patches if isinstance(patch, StepPatch)]
    assert len(steps) == 2
    for step, count in zip(steps, (data.trials, data.bootstrap)):
        values, edges, _ = step.get_data()
        assert np.isclose(values.sum() * data.lattice.levels, 100)
        assert np.allclose(values, 100 * count / count.sum() / data.lattice.levels)
        assert np.allclose(edges, 100 * data.edge)
    assert "share" in figure.axes[0].get_ylabel() and "(%)" in figure.axes[0].get_ylabel()
    assert "(%)" in figure.axes[1].get_xlabel()


def test_curves_are_probabilities_of_the_same_values(lab):
    """Exact distribution of the trials from the file; Binomial(m, R_T) of the bootstrap, which is exact for it."""
    figure = draw_trials(lab)
    with h5py.File(lab) as file:
        network = file["network/tanh_3"]
        size = int(network["test_set"].attrs["test_size"])
        count, probability = network["trials/n_error"][()], network["trials/exact_pmf"][()]
        rate = network["test_set"].attrs["error_rate"]
        means = network["bootstrap/mean"][()]
    exact, binomial = [line for line in figure.axes[0].lines if len(line.get_xdata()) > 2]
    assert np.allclose(exact.get_xdata(), 100 * count / size) and np.allclose(exact.get_ydata(), 100 * probability)
    k = np.rint(binomial.get_xdata() * size / 100).astype(int)
    expected = [100 * math.comb(size, int(i)) * rate**i * (1 - rate) ** (size - i) for i in k]
    assert np.allclose(binomial.get_ydata(), expected, rtol=1e-9)
    # 600 resamples of that distribution: five standard errors for each of some 30 counts, error below 1e-4.
    share = 100 * np.bincount(np.rint(means * size).astype(int), minlength=size + 1)[k] / len(means)
    error = 10 * np.sqrt(np.array(expected) * (1 - np.array(expected) / 100) / len(means))
    assert (np.abs(share - expected) < 5 * error + 0.5).all()


def test_edges_that_do_not_fit_are_refused(changed):
    path = changed(lambda file: file["network/tanh_3/trials/histogram"].attrs.modify("levels", np.uint64(2)))
    with brisk_analysis.open(path) as results, pytest.raises(ResultsError, match="tanh_3/trials/histogram"):
        trials.histogram_data(results.networks["tanh_3"])


def test_trials_that_were_only_counted_give_the_same_picture(lab, summary):
    kept, folded = draw_trials(lab), draw_trials(summary)
    for one, other in zip(kept.axes[0].patches, folded.axes[0].patches):
        if isinstance(one, StepPatch):
            assert all(np.array_equal(a, b) for a, b in zip(one.get_data()[:2], other.get_data()[:2]))
    assert [line.get_label() for line in kept.axes[0].lines] == [line.get_label() for line in folded.axes[0].lines]
    assert bars(kept.axes[1]).keys() == bars(folded.axes[1]).keys()


def test_kept_trials_without_bins_get_bins(changed):
    def drop(file):
        del file["network/tanh_3/trials/histogram"]

    path = changed(drop)
    with brisk_analysis.open(path) as results, h5py.File(path) as file:
        data = trials.histogram_data(results.networks["tanh_3"])
        errors = file["network/tanh_3/trials/error_count"][()]
    assert np.array_equal(data.trials, np.histogram(errors / 100, data.edge)[0])


# Intervals


@pytest.mark.parametrize("name", NETWORKS)
def test_drawn_intervals_are_those_stored(lab, name):
    drawn = bars(draw_trials(lab, name).axes[1])
    with h5py.File(lab) as file:
        table = {key: data[()] for key, data in file[f"network/{name}/interval"].items()}
        rate = file[f"network/{name}/test_set"].attrs["error_rate"]
    methods = [method.decode() for method in table["method"]]
    assert methods == ["hoeffding", "chebyshev", "bernstein", "bootstrap-percentile", "bootstrap-bca"]
    expected = {}
    for row, method in enumerate(methods):
        if method.startswith("bootstrap"):
            ends = table["low"][row], table["high"][row]
        else:
            ends = rate - table["half_width"][row], rate + table["half_width"][row]
        if np.isfinite(ends).all():
            expected[row] = ends
    assert len(expected) >= 4
    assert drawn.keys() == expected.keys()
    for row, ends in expected.items():
        assert np.allclose(drawn[row], 100 * np.array(ends), rtol=0, atol=1e-9)


def test_hoeffding_is_drawn_uncut_below_zero(changed):
    def shift(file):
        file["network/tanh_3/interval/estimate"][0] = 0.01

    axis = draw_trials(changed(shift)).axes[1]
    low, high = bars(axis)[0]
    assert low < 0 < high and np.isclose((low + high) / 2, 1.0)
    assert "impossible" in axis.get_xlabel()


def test_an_undefined_interval_is_named_and_not_drawn(changed):
    def undefine(file):
        table = file["network/tanh_3/interval"]
        for name in ("low", "high", "half_width"):
            table[name][4] = np.nan
        table["status"][4] = "undefined"
        table["reason"][4] = "all losses are equal: use hoeffding"

    figure = draw_trials(changed(undefine))
    assert 4 not in bars(figure.axes[1]) and len(bars(figure.axes[1])) == 4
    assert "undefined: all losses are equal" in [text.replace("\n", " ") for text in texts(figure)]


def test_an_interval_beside_the_estimate_can_be_drawn(changed):
    def move(file):
        file["network/tanh_3/interval/low"][4] = 0.9
        file["network/tanh_3/interval/high"][4] = 0.95

    assert np.allclose(bars(draw_trials(changed(move)).axes[1])[4], (90, 95))


def test_a_single_trial_has_no_standard_error(changed):
    path = changed(lambda file: file["network/tanh_3/trials/error_count"].attrs.__delitem__("mcse"))
    labels = [text.get_text() for text in draw_trials(path).axes[0].get_legend().get_texts()]
    assert any("mean of the trials" in label for label in labels)
    assert not any("standard error" in label for label in labels)


def test_lines_stand_where_the_file_says(lab):
    figure = draw_trials(lab)
    with h5py.File(lab) as file:
        network = file["network/tanh_3"]
        marks = [network["test_set"].attrs["error_rate"], network["trials/error_count"].attrs["mean"],
                 network.attrs["true_risk"]]
        enclosure = [network.attrs["true_risk_low"], network.attrs["true_risk_high"]]
    for axis in figure.axes:
        verticals = [line.get_xdata()[0] for line in axis.lines if len(line.get_xdata()) == 2]
        assert all(np.isclose(verticals, 100 * mark).any() for mark in marks)
        spans = [np.sort(patch.get_xy()[:, 0])[[0, -1]] for patch in axis.patches if isinstance(patch, Polygon)]
        assert any(np.allclose(span, 100 * np.array(enclosure), rtol=0, atol=1e-12) for span in spans)


# The other figures


def test_loss_curves_are_those_stored(lab, changed):
    with brisk_analysis.open(lab) as results, h5py.File(lab) as file:
        axis = figure_of(lab, "loss").axes[0]
        for line, name in zip(axis.lines, NETWORKS):
            assert np.array_equal(line.get_ydata(), file[f"network/{name}/loss"][()])
    path = changed(lambda file: file["network/relu_3/loss"].__setitem__(7, 123.0))
    assert figure_of(path, "loss").axes[0].lines[2].get_ydata()[7] == 123.0


@pytest.mark.parametrize("name", NETWORKS)
def test_decision_points_and_errors(lab, name):
    with brisk_analysis.open(lab) as results, h5py.File(lab) as file:
        network = results.networks[name]
        data = decision.decision_data(results, network)
        assert np.array_equal(data.score, file[f"network/{name}/decision/score"][()])
        assert np.array_equal(data.bayes_score, file[f"network/{name}/decision/bayes_score"][()])
        assert np.array_equal(data.point, file["training_set/x"][()])
        # The circled points are the training errors that the run counted.
        assert np.isclose(data.wrong.mean(), file[f"network/{name}"].attrs["train_error"])
        axis = figure_of(lab, f"decision_{name}").axes[0]
    offsets = [collection.get_offsets() for collection in axis.collections[-3:]]
    assert [len(points) for points in offsets] == [(data.label == -1).sum(), (data.label == 1).sum(), data.wrong.sum()]
    assert np.allclose(offsets[2], data.point[data.wrong])


def test_the_score_map_has_x1_first(lab):
    with brisk_analysis.open(lab) as results:
        network = results.networks["tanh_5"]
        data = decision.decision_data(results, network)
        here = decision.network_score(network, np.array([[data.x0[150], data.x1[20]]]))[0]
    assert np.isclose(data.score[20, 150], here, rtol=1e-4, atol=1e-5)


def test_a_boundary_out_of_view_is_said(changed):
    path = changed(lambda file: file["network/tanh_3/decision/score"].__setitem__(..., 1.0))
    legend = figure_of(path, "decision_tanh_3").axes[0].get_legend()
    assert any("not in view" in text.get_text() for text in legend.get_texts())


def test_gradient_check_panels(lab):
    with brisk_analysis.open(lab) as results, h5py.File(lab) as file:
        panels = [axis for axis in figure_of(lab, "gradient_check").axes if axis.get_visible()]
        names = list(file["gradient_check"])
        assert sorted(names) == ["f32", "f32_relu", "f64", "f64_relu"] and len(panels) == 4
        for axis, node in zip(panels, results.gradient_checks()):
            error = node.read("error", 2)
            for line, values in zip(axis.lines, error):
                assert np.allclose(line.get_ydata(), np.where(values > 0, values, np.nan), equal_nan=True)
            guide = axis.lines[len(error)]
            slope = np.diff(np.log(guide.get_ydata())) / np.diff(np.log(guide.get_xdata()))
            assert np.allclose(slope, 2)


def test_no_order_is_claimed_across_kinks(changed):
    def kinks(file):
        file["gradient_check/f64_relu/kinks"][...] = 0
        file["gradient_check/f64_relu/kinks"][:2, :] = [[23, 2, 0, 0], [29, 3, 0, 0]]
        file["gradient_check/f32_relu/kinks"][...] = 0

    with brisk_analysis.open(changed(kinks)) as results:
        note = {node.group.name: gradient_check.kink_note(gradient_check.check_data(node)).replace("\n", " ")
                for node in results.gradient_checks()}
    assert note["/gradient_check/f64_relu"] == "w1, b1 cross kinks (23, 29 at ε = 0.01): no order claimed"
    assert note["/gradient_check/f32_relu"] == "no step crosses a kink"
    assert note["/gradient_check/f64"] == ""


def test_overview_rows(lab, changed):
    with brisk_analysis.open(lab) as results, h5py.File(lab) as file:
        rows = overview.overview_data(results)
        drawn = bars(figure_of(lab, "test_error").axes[0])
        assert len(rows) == 4
        for i, (row, name) in enumerate(zip(rows, NETWORKS)):
            attributes = file[f"network/{name}"].attrs
            assert row.test_error == attributes["test_error"] and row.train_error == attributes["train_error"]
            assert np.allclose(drawn[i], [100 * (attributes["test_error"] + sign * attributes["hoeffding_epsilon"])
                                          for sign in (-1, 1)])
    path = changed(lambda file: file["network/tanh_5"].attrs.modify("test_error", 0.25))
    with brisk_analysis.open(path) as results:
        assert overview.overview_data(results)[1].test_error == 0.25


def test_nothing_in_the_overview_lies_beyond_the_axis(changed):
    path = changed(lambda file: file["network/relu_5"].attrs.modify("train_error", 0.97))
    left, right = figure_of(path, "test_error").axes[0].get_xlim()
    assert left <= 0 and right > 97


def test_graphs_are_the_files(lab):
    """Every node of the DOT text is a box or an ellipse, every edge a line with an arrowhead, every word is there."""
    for name, path in (("graph", "tensor_basics/graph/dot"), ("graph_all_leaves", "tensor_basics/graph/dot_all_leaves")):
        with h5py.File(lab) as file:
            dot = file[path].asstr()[()]
        axis = figure_of(lab, name).axes[0]
        ellipses = [patch for patch in axis.patches if isinstance(patch, Ellipse)]
        assert len(ellipses) == dot.count("shape=ellipse")
        # Boxes and arrowheads are closed, the lines of edges are open; the output has two boxes.
        edges = dot.count("->")
        assert len(axis.patches) >= len(ellipses) + dot.count("shape=box") + 2 * edges
        words = [text.get_text() for text in axis.texts]
        for word in ("requires grad", "no grad", "saves nothing", "Square", "Relu"):
            assert words.count(word) == dot.count(f">{word}<") > 0 or word not in dot


def test_a_graph_without_graphviz_is_an_error(lab, monkeypatch):
    monkeypatch.setenv("PATH", "")
    with pytest.raises(FigureError, match="graphviz"):
        figure_of(lab, "graph")


def test_text_that_is_no_graph_is_an_error():
    with pytest.raises(FigureError, match="refuses here"):
        graph.place("digraph {", "here")


@pytest.mark.parametrize("edit", [
    lambda file: file["network/tanh_3/trials/histogram/count"].__setitem__(0, 9999),
    lambda file: file["network/tanh_3/bootstrap/mean"].__setitem__(slice(0, 300), 0.5),
    lambda file: file["network/tanh_3/interval/half_width"].__setitem__(0, 0.3),
    lambda file: file["network/tanh_3/interval/low"].__setitem__(3, 0.001),
], ids=["trials", "bootstrap", "half_width", "low"])
def test_a_changed_value_changes_the_picture(lab, changed, edit):
    def shown(path):
        figure = draw_trials(path)
        steps = [patch.get_data()[0] for patch in figure.axes[0].patches if isinstance(patch, StepPatch)]
        return np.concatenate([*steps, *bars(figure.axes[1]).values()])

    before, after = shown(lab), shown(changed(edit))
    assert before.shape != after.shape or not np.allclose(before, after)


def test_the_enclosure_in_the_legend_holds_the_true_risk(changed):
    def narrow(file):
        file["network/tanh_3"].attrs.update(true_risk=0.02279250, true_risk_low=0.02279236, true_risk_high=0.02279264)

    labels = [text.get_text() for text in draw_trials(changed(narrow)).axes[0].get_legend().get_texts()]
    assert any("[2.27923, 2.27927]" in label for label in labels)  # to the nearest it would be [2.27924, 2.27926]


def test_a_text_with_dollars_is_no_mathematics(parts, tmp_path):
    path = tmp_path / "dollars.h5"
    path.write_bytes(parts["tensor-basics"].read_bytes())
    with h5py.File(path, "r+") as file:
        name = "tensor_basics/graph/dot"
        words = file[name].asstr()[()].replace("<b>w</b>", "<b>$x_{$</b>")
        del file[name]
        file[name] = words
    figure = figure_of(path, "graph")
    assert r"\$x_{\$" in " ".join(texts(figure))
