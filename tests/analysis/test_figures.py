# SPDX-License-Identifier: GPL-3.0-or-later
"""What the figures show is what the file says: their data, and the coordinates of what they draw."""
import h5py
import numpy as np
import pytest
from brisk_analysis import ResultsError, open_results, style
from brisk_analysis.figures import decision, gradient_check, graph, loss, overview, trials
from matplotlib.container import ErrorbarContainer
from matplotlib.patches import StepPatch

NETWORKS = ["tanh_3", "tanh_5", "relu_3", "relu_5"]


def network_of(results, name):
    return next(network for network in results.networks() if network.name == name)


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
    with open_results(path) as results, style.context():
        return trials.draw(network_of(results, name))


# Histograms


@pytest.mark.parametrize("name", NETWORKS)
def test_both_histograms_hold_everything_once(lab, name):
    with open_results(lab) as results, h5py.File(lab) as file:
        data = trials.histogram_data(network_of(results, name))
        group = file[f"network/{name}"]
        errors = group["trials/error_count"][()]
        means = group["bootstrap/mean"][()]
        assert data.trials.sum() == len(errors) == 400
        assert data.bootstrap.sum() == len(means) == 600
        assert np.array_equal(data.trials, np.histogram(errors / data.test_size, data.edge)[0])
        assert np.array_equal(data.bootstrap, np.histogram(means, data.edge)[0])
        at = np.searchsorted(data.edge, group["trials/histogram/edge"][0])
        stored = group["trials/histogram/count"][()]
        assert np.array_equal(data.trials[at : at + len(stored)], stored)


@pytest.mark.parametrize("name", NETWORKS)
def test_bins_hold_equally_many_lattice_values(lab, name):
    with open_results(lab) as results:
        data = trials.histogram_data(network_of(results, name))
    scaled = data.edge * data.test_size
    assert np.allclose(scaled - np.floor(scaled), 0.5)  # halfway between two values k/m
    lattice = np.arange(-5 * data.test_size, 5 * data.test_size) / data.test_size
    assert set(np.histogram(lattice, data.edge)[0]) == {data.levels}


def test_bins_continue_where_the_bootstrap_reaches_further(changed):
    def move(file):
        means = file["network/tanh_3/bootstrap/mean"]
        values = means[()]
        values[:2] = 0.0, 1.0
        means[...] = values

    with open_results(changed(move)) as results:
        data = trials.histogram_data(network_of(results, "tanh_3"))
    assert data.bootstrap.sum() == 600 and data.trials.sum() == 400
    assert data.edge[0] < 0 and data.edge[-1] > 1
    assert data.bootstrap[-1] == 1 and data.trials[-1] == 0
    assert np.allclose(np.diff(data.edge), data.levels / data.test_size)


def test_drawn_histograms_are_shares_that_sum_to_100(lab):
    figure = draw_trials(lab)
    with open_results(lab) as results:
        data = trials.histogram_data(network_of(results, "tanh_3"))
    steps = [patch for patch in figure.axes[0].patches if isinstance(patch, StepPatch)]
    assert len(steps) == 2
    for step, count in zip(steps, (data.trials, data.bootstrap)):
        values, edges, _ = step.get_data()
        assert np.isclose(values.sum(), 100)
        assert np.allclose(values, 100 * count / count.sum())
        assert np.allclose(edges, 100 * data.edge)
    assert "share" in figure.axes[0].get_ylabel() and "(%)" in figure.axes[0].get_ylabel()
    assert "(%)" in figure.axes[1].get_xlabel()


def test_edges_that_do_not_fit_are_refused(changed):
    path = changed(lambda file: file["network/tanh_3/trials/histogram"].attrs.modify("levels", np.uint64(0)))
    with open_results(path) as results, pytest.raises(ResultsError, match="tanh_3/trials/histogram"):
        trials.histogram_data(network_of(results, "tanh_3"))


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
    assert "grey" in axis.get_xlabel()


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
        rate = file["network/tanh_3/test_set"].attrs["error_rate"]
        mean = file["network/tanh_3/trials/error_count"].attrs["mean"]
    for axis in figure.axes:
        verticals = [line.get_xdata()[0] for line in axis.lines if len(line.get_xdata()) == 2]
        assert np.isclose(verticals, 100 * rate).any() and np.isclose(verticals, 100 * mean).any()


# The other figures


def test_loss_curves_are_those_stored(lab, changed):
    with open_results(lab) as results, h5py.File(lab) as file, style.context():
        axis = loss.draw(results).axes[0]
        for line, name in zip(axis.lines, NETWORKS):
            assert np.array_equal(line.get_ydata(), file[f"network/{name}/loss"][()])
    path = changed(lambda file: file["network/relu_3/loss"].__setitem__(7, 123.0))
    with open_results(path) as results, style.context():
        assert loss.draw(results).axes[0].lines[2].get_ydata()[7] == 123.0


@pytest.mark.parametrize("name", NETWORKS)
def test_decision_points_and_errors(lab, name):
    with open_results(lab) as results, h5py.File(lab) as file:
        network = network_of(results, name)
        data = decision.decision_data(results, network)
        assert np.array_equal(data.score, file[f"network/{name}/decision/score"][()])
        assert np.array_equal(data.bayes_score, file[f"network/{name}/decision/bayes_score"][()])
        assert np.array_equal(data.point, file["training_set/x"][()])
        # The circled points are the training errors that the run counted.
        assert np.isclose(data.wrong.mean(), file[f"network/{name}"].attrs["train_error"])
        with style.context():
            axis = decision.draw(results, network).axes[0]
    offsets = [collection.get_offsets() for collection in axis.collections[-3:]]
    assert [len(points) for points in offsets] == [(data.label == -1).sum(), (data.label == 1).sum(), data.wrong.sum()]
    assert np.allclose(offsets[2], data.point[data.wrong])


def test_the_score_map_has_x1_first(lab):
    with open_results(lab) as results:
        network = network_of(results, "tanh_5")
        data = decision.decision_data(results, network)
        here = decision.network_score(network, np.array([[data.x0[150], data.x1[20]]]))[0]
    assert np.isclose(data.score[20, 150], here, rtol=1e-4, atol=1e-5)


def test_a_boundary_out_of_view_is_said(changed):
    path = changed(lambda file: file["network/tanh_3/decision/score"].__setitem__(..., 1.0))
    with open_results(path) as results, style.context():
        legend = decision.draw(results, network_of(results, "tanh_3")).axes[0].get_legend()
    assert any("not in view" in text.get_text() for text in legend.get_texts())


def test_gradient_check_panels(lab):
    with open_results(lab) as results, h5py.File(lab) as file, style.context():
        panels = [axis for axis in gradient_check.draw(results).axes if axis.get_visible()]
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

    with open_results(changed(kinks)) as results:
        note = {node.group.name: gradient_check.kink_note(gradient_check.check_data(node)).replace("\n", " ")
                for node in results.gradient_checks()}
    assert note["/gradient_check/f64_relu"] == "w1, b1 cross kinks (23, 29 at ε = 0.01): no order claimed"
    assert note["/gradient_check/f32_relu"] == "no step crosses a kink"
    assert note["/gradient_check/f64"] == ""


def test_overview_rows(lab, changed):
    with open_results(lab) as results, h5py.File(lab) as file, style.context():
        rows = overview.overview_data(results)
        drawn = bars(overview.draw(results).axes[0])
        assert len(rows) == 4
        for i, (row, name) in enumerate(zip(rows, NETWORKS)):
            attributes = file[f"network/{name}"].attrs
            assert row.test_error == attributes["test_error"] and row.train_error == attributes["train_error"]
            assert np.allclose(drawn[i], [100 * (attributes["test_error"] + sign * attributes["hoeffding_epsilon"])
                                          for sign in (-1, 1)])
    path = changed(lambda file: file["network/tanh_5"].attrs.modify("test_error", 0.25))
    with open_results(path) as results:
        assert overview.overview_data(results)[1].test_error == 0.25


def test_nothing_in_the_overview_lies_beyond_the_axis(changed):
    path = changed(lambda file: file["network/relu_5"].attrs.modify("train_error", 0.97))
    with open_results(path) as results, style.context():
        left, right = overview.draw(results).axes[0].get_xlim()
    assert left <= 0 and right > 97


def test_graphs_are_the_files(lab, tmp_path):
    with open_results(lab) as results:
        made = {picture.name: picture for picture in graph.pictures(results)}
        assert list(made) == ["graph", "graph_all_leaves"]
        for name, picture in made.items():
            path = tmp_path / f"{name}.svg"
            picture.render([str(path)])
            made[name] = path.read_text(encoding="utf-8")
    assert made["graph"].count("requires grad") == 1 and made["graph_all_leaves"].count("requires grad") == 4


def test_a_graph_that_dot_refuses(changed, tmp_path):
    path = changed(lambda file: file["tensor_basics/graph/dot"].__setitem__((), "digraph {"))
    with open_results(path) as results:
        picture = graph.pictures(results)[0]
        with pytest.raises(graph.PictureError, match="/tensor_basics/graph/dot"):
            picture.render([str(tmp_path / "graph.svg")])


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


def test_text_stays_inside_every_picture(lab):
    """Titles, legends, and notes are not cut off at the edge."""
    with open_results(lab) as results, style.context():
        network = network_of(results, "relu_5")
        for figure in (loss.draw(results), decision.draw(results, network), gradient_check.draw(results),
                       trials.draw(network), overview.draw(results)):
            style.lay_out(figure)
            renderer = figure.canvas.get_renderer()
            for axis in figure.axes:
                items = [axis.title, axis._left_title, axis.xaxis.label, axis.yaxis.label, *axis.texts,
                         axis.get_legend()]
                for item in filter(None, items):
                    box = item.get_window_extent(renderer)
                    if box.width:
                        assert box.x0 >= -1 and box.y0 >= -1 and box.x1 <= figure.bbox.x1 + 1
                        assert box.y1 <= figure.bbox.y1 + 1
