# SPDX-License-Identifier: GPL-3.0-or-later
"""Each network's decision boundary over its training points, as the assignment's template draws it."""
from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.lines import Line2D

from .. import style as text
from .parts import side_legend
from .spec import FigureSpec

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from ..reader import Network, Results
    from ..style import Style

NEEDED = ("decision/x0", "decision/x1", "decision/score", "decision/bayes_score")
ACTIVATION = {"tanh": np.tanh, "relu": lambda z: np.maximum(z, 0), "sigmoid": lambda z: (1 + np.tanh(z / 2)) / 2}


@dataclass
class Decision:
    x0: np.ndarray
    x1: np.ndarray
    score: np.ndarray  # [x1, x0]
    bayes_score: np.ndarray  # [x1, x0]
    point: np.ndarray  # [point, input], the training set
    label: np.ndarray  # [point], -1 or +1
    wrong: np.ndarray  # [point], whether the network errs there


def applies(results: Results) -> list[str]:
    if not results.has("training_set/x", "training_set/y"):
        return []
    return [name for name, network in results.networks.items() if network.has(*NEEDED)]


def network_score(network: Network, x: np.ndarray) -> np.ndarray:
    """The network's score at the points x, from the weights in the file."""
    w1, b1 = network.read("w1", 2), network.read("b1", 1)
    w2, b2 = network.read("w2", 1), network.read("b2", 0)
    return ACTIVATION[network.activation](x @ w1.T + b1) @ w2 + b2


def decision_data(results: Results, network: Network) -> Decision:
    """What the picture shows."""
    x, y = results.read("training_set/x", 2), results.read("training_set/y", 1)
    wrong = np.where(network_score(network, x) > 0, 1, -1) != y
    return Decision(*(network.read(name) for name in NEEDED), x, y, wrong)


def draw(results: Results, subject: str, style: Style) -> Figure:
    network = results.networks[subject]
    data = decision_data(results, network)
    wide = (data.x0[-1] - data.x0[0]) / (data.x1[-1] - data.x1[0])
    # Axes of equal scale with the legend beside them, and never narrower than the title.
    figure = style.new_figure(max(6.4, 3.0 + 3.7 * min(wide, 2.0)), 4.6)
    axis = figure.subplots()
    handles: list[Any] = [draw_boundary(axis, data, data.bayes_score, style.positive, "--", "Bayes-optimal boundary"),
                          draw_boundary(axis, data, data.score, style.ink, "-", "network's boundary")]
    handles += draw_points(axis, data, style)
    axis.set_xlim(data.x0[0], data.x0[-1])
    axis.set_ylim(data.x1[0], data.x1[-1])
    axis.set_aspect("equal")
    axis.set_xlabel("x0")
    axis.set_ylabel("x1")
    axis.set_title(heading(network), loc="left")
    side_legend(axis, handles=handles)
    return figure


def heading(network: Network) -> str:
    errors = [f"{name} error {text.percent(value)}" for name, value in
              (("training", network.train_error), ("test", network.test_error)) if value is not None]
    size = network.find("hoeffding_test_size")
    return f"{network.title}\n{', '.join(errors)}" + (f" ({size} points)" if size is not None else "")


def draw_boundary(axis: Axes, data: Decision, score: np.ndarray, colour: str, line_style: str, label: str) -> Line2D:
    """The zero line of a score; returns its legend entry, which says so where no zero is in view."""
    if score.min() < 0 < score.max():
        axis.contour(data.x0, data.x1, score, levels=[0], colors=colour, linestyles=line_style, linewidths=1.8,
                     zorder=3)
    else:
        label += "\n(not in view)"
    return Line2D([], [], color=colour, linestyle=line_style, linewidth=1.8, label=label)


def draw_points(axis: Axes, data: Decision, style: Style) -> list[Any]:
    """The training points of both classes, the wrong ones circled; returns the legend entries."""
    entries = []
    for label, marker, colour, name in ((-1, "o", style.negative, "class −1"), (1, "D", style.positive, "class +1")):
        x = data.point[data.label == label]
        entries.append(axis.scatter(x[:, 0], x[:, 1], s=16, marker=marker, color=colour, linewidths=0, zorder=2,
                                    label=f"{name} ({text.counted(len(x), 'point')})"))
    x = data.point[data.wrong]
    entries.append(axis.scatter(x[:, 0], x[:, 1], s=80, marker="o", facecolors="none", edgecolors=style.ink,
                                linewidths=1.2, zorder=4, label=f"training error ({text.counted(len(x), 'point')})"))
    return entries


SPECS = (FigureSpec(
    "decision", "Decision boundary",
    "Where the network changes its mind (black), where the best possible classifier would (red, dashed), and the training "
    "points; those that the network gets wrong are circled.", applies, draw),)
