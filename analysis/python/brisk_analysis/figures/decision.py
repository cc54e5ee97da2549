# SPDX-License-Identifier: GPL-3.0-or-later
"""Each network's decision boundary over its training points, as the assignment's template draws it."""
from dataclasses import dataclass

import numpy as np
from matplotlib.lines import Line2D

from .. import style
from .picture import drawn, skipped

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


def pictures(results):
    made = []
    for network in results.networks():
        name = f"decision_{network.name}"
        if not network.has(*NEEDED):
            made.append(skipped(name, f"the file has no decision map of {network.name}"))
        elif not results.has("training_set/x", "training_set/y"):
            made.append(skipped(name, "the file has no /training_set"))
        else:
            made.append(drawn(name, draw, results, network))
    return made or [skipped("decision", "the file has no /network")]


def network_score(network, x):
    """The network's score at the points x, from the weights in the file."""
    w1, b1 = network.read("w1", 2), network.read("b1", 1)
    w2, b2 = network.read("w2", 1), network.read("b2", 0)
    return ACTIVATION[network.attribute("activation")](x @ w1.T + b1) @ w2 + b2


def decision_data(results, network):
    """What the picture shows."""
    x, y = results.read("training_set/x", 2), results.read("training_set/y", 1)
    wrong = np.where(network_score(network, x) > 0, 1, -1) != y
    return Decision(*(network.read(name) for name in NEEDED), x, y, wrong)


def draw(results, network):
    data = decision_data(results, network)
    wide = (data.x0[-1] - data.x0[0]) / (data.x1[-1] - data.x1[0])
    # Axes of equal scale with the legend beside them, and never narrower than the title.
    figure = style.new_figure(max(6.4, 3.0 + 3.7 * min(wide, 2.0)), 4.6)
    axis = figure.subplots()
    handles = [draw_boundary(axis, data, data.bayes_score, style.BAYES, "--", "Bayes-optimal boundary"),
               draw_boundary(axis, data, data.score, style.BLACK, "-", "network's boundary")]
    handles += draw_points(axis, data)
    axis.set_xlim(data.x0[0], data.x0[-1])
    axis.set_ylim(data.x1[0], data.x1[-1])
    axis.set_aspect("equal")
    axis.set_xlabel("x0")
    axis.set_ylabel("x1")
    axis.set_title(f"{network.title}\ntraining error {style.percent(network.attribute('train_error'))}, "
                   f"test error {style.percent(network.attribute('test_error'))} "
                   f"({network.attribute('hoeffding_test_size')} points)", loc="left")
    axis.legend(handles=handles, loc="upper left", bbox_to_anchor=(1.02, 1), borderaxespad=0)
    return figure


def draw_boundary(axis, data, score, colour, line_style, label):
    """The zero line of a score; returns its legend entry, which says so where no zero is in view."""
    if score.min() < 0 < score.max():
        axis.contour(data.x0, data.x1, score, levels=[0], colors=colour, linestyles=line_style, linewidths=1.8,
                     zorder=3)
    else:
        label += "\n(not in view)"
    return Line2D([], [], color=colour, linestyle=line_style, linewidth=1.8, label=label)


def draw_points(axis, data):
    """The training points of both classes, the wrong ones circled; returns the legend entries."""
    entries = []
    for label, marker, colour, name in ((-1, "o", style.NEGATIVE, "class −1"), (1, "D", style.POSITIVE, "class +1")):
        x = data.point[data.label == label]
        entries.append(axis.scatter(x[:, 0], x[:, 1], s=16, marker=marker, color=colour, linewidths=0, zorder=2,
                                    label=f"{name} ({style.counted(len(x), 'point')})"))
    x = data.point[data.wrong]
    entries.append(axis.scatter(x[:, 0], x[:, 1], s=80, marker="o", facecolors="none", edgecolors=style.BLACK,
                                linewidths=1.2, zorder=4, label=f"training error ({style.counted(len(x), 'point')})"))
    return entries
