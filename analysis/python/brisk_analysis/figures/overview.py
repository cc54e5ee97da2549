# SPDX-License-Identifier: GPL-3.0-or-later
"""All networks side by side: training error, test error with its Hoeffding interval, mean of the trials, true risk."""
from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Optional

from .. import style as text
from .parts import whole_file
from .spec import FigureSpec

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from ..reader import Results
    from ..style import Style

NEEDED = ("train_error", "test_error", "generalization_gap", "hoeffding_test_size", "hoeffding_epsilon",
          "hoeffding_delta")


@dataclass
class Row:
    title: str
    train_error: float
    test_error: float
    generalization_gap: float
    test_size: int
    epsilon: float
    delta: float
    trial_mean: Optional[float]
    true_risk: Optional[float]


def overview_data(results: Results) -> list[Row]:
    """One row a network that has both errors, in the order of the file."""
    rows = []
    for network in results.networks.values():
        if all(name in network.group.attrs for name in NEEDED):
            trials = network.trials
            rows.append(Row(network.title, *(network.attribute(name) for name in NEEDED),
                            trials.of_rates("mean") if trials else None, network.true_risk))
    return rows


def draw(results: Results, _: str, style: Style) -> Figure:
    rows = overview_data(results)
    figure = style.new_figure(8.6, 1.8 + 0.42 * len(rows))
    axis, below = figure.subplots(2, 1, height_ratios=[0.42 * len(rows), 0.5])
    at = range(len(rows))
    axis.errorbar([100 * row.test_error for row in rows], at, xerr=[100 * row.epsilon for row in rows], fmt="o",
                  color=style.ink, capsize=4, elinewidth=1.6, markersize=5, label="test error ± Hoeffding")
    axis.plot([100 * row.train_error for row in rows], at, "o", markerfacecolor="none", color=style.grey,
              markersize=7, linestyle="none", label="training error")
    for name, colour, marker, words in (("trial_mean", style.bootstrap, "|", "mean of the trials"),
                                        ("true_risk", style.truth, "x", "true risk")):
        points = [(100 * getattr(row, name), i) for i, row in enumerate(rows) if getattr(row, name) is not None]
        if points:
            axis.plot(*zip(*points), marker, color=colour, markersize=14 if marker == "|" else 7, markeredgewidth=2,
                      linestyle="none", label=words)
    for i, row in enumerate(rows):
        axis.text(1.01, i, f"{text.number(100 * row.test_error, 2)} ± {text.percent(row.epsilon)}, "
                  f"gap {text.percent(row.generalization_gap)}", transform=axis.get_yaxis_transform(), va="center",
                  fontsize=8.5)
    axis.set_yticks(at, [row.title for row in rows])
    axis.set_ylim(len(rows) - 0.5, -0.5)
    axis.set_xlim(*limits(rows))
    axis.grid(True, axis="x")
    axis.set_xlabel("error rate (%)")
    sizes = ", ".join(sorted({f"{row.test_size} points, level {100 * (1 - row.delta):g} %" for row in rows}))
    axis.set_title(f"Test error ({sizes})", loc="left")
    below.set_axis_off()
    below.legend(*axis.get_legend_handles_labels(), loc="center", ncols=4, columnspacing=1.2)
    return figure


def limits(rows: list[Row]) -> tuple[float, float]:
    """The axis, in percent: from 0 (or below, where an interval reaches there) to a little beyond the last mark."""
    low = min(0.0, *(row.test_error - row.epsilon for row in rows))
    high = max(max(row.test_error + row.epsilon, row.train_error, row.trial_mean or 0, row.true_risk or 0)
               for row in rows)
    room = 0.04 * (high - low)
    return 100 * (low - room if low < 0 else 0), 100 * (high + room)


SPECS = (FigureSpec(
    "test_error", "Training and test error of every network",
    "The error on the points that a network has learnt from says little about fresh ones; the bar shows how well its error "
    "on fresh points is known, and the cross is the true error rate.", whole_file(overview_data), draw),)
