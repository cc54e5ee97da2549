# SPDX-License-Identifier: GPL-3.0-or-later
"""All networks side by side: training error, test error with its Hoeffding interval, mean of the trials."""
from dataclasses import dataclass
from typing import Optional

from .. import style
from .picture import drawn, skipped


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


NEEDED = ("train_error", "test_error", "generalization_gap", "hoeffding_test_size", "hoeffding_epsilon",
          "hoeffding_delta")


def pictures(results):
    if not results.networks():
        return [skipped("test_error", "the file has no /network")]
    if not overview_data(results):
        return [skipped("test_error", "the file has no network with training and test error")]
    return [drawn("test_error", draw, results)]


def overview_data(results):
    """One row a network that has both errors, in the order of the file."""
    rows = []
    for network in results.networks():
        if all(name in network.group.attrs for name in NEEDED):
            mean = network.attribute("mean", "trials/error_count") if network.has("trials/error_count") else None
            rows.append(Row(network.title, *(network.attribute(name) for name in NEEDED), mean))
    return rows


def draw(results):
    rows = overview_data(results)
    figure = style.new_figure(8.6, 1.6 + 0.42 * len(rows))
    axis, below = figure.subplots(2, 1, height_ratios=[0.42 * len(rows), 0.3])
    at = range(len(rows))
    axis.errorbar([100 * row.test_error for row in rows], at, xerr=[100 * row.epsilon for row in rows], fmt="o",
                  color=style.BLACK, capsize=4, elinewidth=1.6, markersize=5, label="test error ± Hoeffding")
    axis.plot([100 * row.train_error for row in rows], at, "o", markerfacecolor="white", color=style.GREY,
              markersize=6, linestyle="none", label="training error")
    means = [(100 * row.trial_mean, i) for i, row in enumerate(rows) if row.trial_mean is not None]
    if means:
        axis.plot(*zip(*means), "|", color=style.BOOTSTRAP, markersize=14, markeredgewidth=2, linestyle="none",
                  label="mean of the trials")
    for i, row in enumerate(rows):
        axis.text(1.01, i, f"{style.number(100 * row.test_error, 2)} ± {style.percent(row.epsilon)}, "
                  f"gap {style.percent(row.generalization_gap)}", transform=axis.get_yaxis_transform(), va="center",
                  fontsize=8.5)
    axis.set_yticks(at, [row.title for row in rows])
    axis.set_ylim(len(rows) - 0.5, -0.5)
    axis.set_xlim(*limits(rows))
    axis.grid(True, axis="x")
    axis.set_xlabel("error (%)")
    sizes = ", ".join(sorted({f"{row.test_size} points, level {100 * (1 - row.delta):g} %" for row in rows}))
    axis.set_title(f"Test error ({sizes})", loc="left")
    below.set_axis_off()
    below.legend(*axis.get_legend_handles_labels(), loc="center", ncols=3)
    return figure


def limits(rows):
    """The axis, in percent: from 0 (or below, where an interval reaches there) to a little beyond the last mark."""
    low = min(0.0, *(row.test_error - row.epsilon for row in rows))
    high = max(max(row.test_error + row.epsilon, row.train_error, row.trial_mean or 0) for row in rows)
    room = 0.04 * (high - low)
    return 100 * (low - room if low < 0 else 0), 100 * (high + room)
