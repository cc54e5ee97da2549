# SPDX-License-Identifier: GPL-3.0-or-later
"""How much of a measured test error is the training's luck, and how much the test set's."""
from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Optional

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from .. import style as text
from ..reader import Network
from .parts import ERRORS, legend_below
from .spec import FigureSpec

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from ..reader import Node, Results
    from ..style import Style

MOST_DOTS = 500  # trainings that are drawn one by one


@dataclass
class Study:
    """What one row shows; rates as fractions."""

    title: str
    error: np.ndarray  # of the first MOST_DOTS trainings; empty where they were not kept
    quantile: dict[float, float]
    mean: float
    low: Optional[float]
    high: Optional[float]
    between: float  # standard deviations
    between_se: Optional[float]
    within: float
    share: Optional[float]


def studies(results: Results) -> list[Node]:
    return [node for node in results.children("training_study") if node.has("test_error")]


def study_data(node: Node) -> Study:
    probability = node.read("test_error/quantile/probability", 1)
    value = node.read("test_error/quantile/value", 1)
    error = node.data("test_error/trial_value", 1)[:MOST_DOTS] if node.has("test_error/trial_value") else np.empty(0)
    return Study(Network(node.path, node.group).title, error,
                 {round(float(p), 6): float(v) for p, v in zip(probability, value)}, node.attribute("mean_error"),
                 node.find("mean_error_low"), node.find("mean_error_high"), node.attribute("sd_between"),
                 node.find("sd_between_se"), node.attribute("sd_within"), node.find("training_share"))


def draw(results: Results, _: str, style: Style) -> Figure:
    rows = [study_data(node) for node in studies(results)]
    group = results.node("training_study")
    figure = style.new_figure(10.6, 2.2 + 0.75 * len(rows))
    left, right = figure.subplots(1, 2, width_ratios=[1.5, 1])
    for y, row in enumerate(rows):
        draw_errors(left, y, row, style)
    draw_variances(right, rows, style)
    for axis in (left, right):
        axis.set_ylim(len(rows) - 0.4, -0.6)
        axis.grid(axis="x")
        axis.tick_params(axis="y", length=0)
    left.set_yticks(range(len(rows)), [row.title for row in rows])
    right.set_yticks([])
    left.set_xlabel("error rate of a training (%)")
    right.set_xlabel("standard deviation (percentage points)")
    left.set_title("What training anew does", loc="left")
    right.set_title("Luck of the training, and of a test set", loc="left")
    trainings = studies(results)[0].attribute("trainings")
    figure.suptitle(f"{text.counted(trainings, 'training')} each, {text.counted(group.attribute('test_sets'), 'test set')} of "
                    f"{text.counted(group.attribute('test_size'), 'point')} a training", fontsize=11)
    legend_below(figure, legend(rows, group, style), 3)
    return figure


def legend(rows: list[Study], group: Node, style: Style) -> list[Any]:
    handles: list[Any] = []
    if any(len(row.error) for row in rows):
        handles.append(Line2D([], [], marker="o", color=style.trials, linestyle="none", markersize=4, label="a training"))
    handles += [Line2D([], [], color=style.grey, linewidth=5, label="middle half (thin: 95 %)"),
                Line2D([], [], marker="D", color=style.ink, markersize=6,
                       label=f"mean and its {100 * group.attribute('level'):g} % interval"),
                Patch(color=style.series(1), label=f"between trainings (bar: {ERRORS} standard errors)"),
                Patch(color=style.series(4), label="of one test set")]
    return handles


def draw_errors(axis: Axes, y: int, row: Study, style: Style) -> None:
    if len(row.error):
        # Spread evenly by number, so that equal rates do not hide one another.
        spread = 0.28 * (((np.arange(len(row.error)) * 0.618034) % 1) - 0.5)
        axis.plot(100 * row.error, y - 0.2 + spread, "o", color=style.trials, markersize=2.5, markeredgewidth=0,
                  alpha=0.7)
    for low, high, width in ((0.025, 0.975, 1.6), (0.25, 0.75, 5.0)):
        if low in row.quantile and high in row.quantile:
            axis.plot([100 * row.quantile[low], 100 * row.quantile[high]], [y + 0.12] * 2, color=style.grey,
                      linewidth=width, solid_capstyle="butt")
    if row.low is not None and row.high is not None:
        axis.errorbar(50 * (row.low + row.high), y + 0.3, xerr=50 * (row.high - row.low), fmt="none", color=style.ink,
                      capsize=3)
    axis.plot(100 * row.mean, y + 0.3, "D", color=style.ink, markersize=5)


def draw_variances(axis: Axes, rows: list[Study], style: Style) -> None:
    """Two bars a network; to the right the training's share in the variance of one measured error."""
    for y, row in enumerate(rows):
        error = ERRORS * row.between_se if row.between_se is not None else None
        axis.barh(y - 0.16, 100 * row.between, 0.3, color=style.series(1),
                  xerr=100 * error if error is not None else None, ecolor=style.ink, capsize=3)
        axis.barh(y + 0.16, 100 * row.within, 0.3, color=style.series(4))
        if row.share is not None and np.isfinite(row.share):
            axis.text(1.02, y, f"training's share\nof the variance\n{text.percent(row.share, 0)}", fontsize=8, va="center",
                      transform=axis.get_yaxis_transform())
    axis.set_xlim(left=0)


SPECS = (FigureSpec(
    "training_study", "Luck of the training, luck of the test set",
    "The same recipe trained many times gives networks of different quality. Left, their error rates; right, how much of the "
    "spread of a measured error comes from the training and how much from the test set.",
    lambda results: [""] if studies(results) else [], draw),)
