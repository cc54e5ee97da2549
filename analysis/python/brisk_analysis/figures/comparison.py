# SPDX-License-Identifier: GPL-3.0-or-later
"""Networks on data of the user's, each for itself and in pairs on the same test points."""
from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.lines import Line2D

from .. import style as text
from .interval_rows import ends
from .parts import legend_below
from .spec import FigureSpec

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from ..reader import Results
    from ..style import Style

METHOD = "clopper-pearson"  # of a network's own interval: exact for 0/1 losses


def draw(results: Results, _: str, style: Style) -> Figure:
    table = results.node("comparison")
    pairs = table.read("pair", 1)
    networks = [network for network in results.networks.values() if network.test_error is not None]
    figure = style.new_figure(9.8, 3.4 + 0.42 * len(networks) + 0.5 * len(pairs))
    top, bottom = figure.subplots(2, 1, height_ratios=[0.7 + 0.42 * len(networks), 0.7 + 0.5 * len(pairs)])
    draw_networks(top, results, style)
    draw_pairs(bottom, results, style)
    legend_below(figure, [
        Line2D([], [], marker="o", color=style.exact, label=f"test error, {METHOD} interval"),
        Line2D([], [], marker="o", color=style.grey, markerfacecolor="none", markersize=7, linestyle="none",
               label="training error"),
        Line2D([], [], marker="o", color=style.asymptotic, label="difference, Tango's interval (each pair for itself)"),
        Line2D([], [], color=style.grey, linewidth=1.4, label="max-T interval (all pairs at once)")], 2)
    return figure


def draw_networks(axis: Axes, results: Results, style: Style) -> None:
    rows = [network for network in results.networks.values() if network.test_error is not None]
    for y, network in enumerate(rows):
        error = float(network.attribute("test_error"))
        interval = next((row for row in network.interval_rows() if row.method == METHOD and row.there), None)
        words = text.percent(error)
        if interval is not None:
            low, high = ends(interval)
            axis.errorbar(50 * (low + high), y, xerr=50 * (high - low), fmt="none", color=style.exact, capsize=5,
                          elinewidth=2)
            words += f" in [{text.number(100 * low, 2)}, {text.number(100 * high, 2)}] %"
        axis.plot(100 * error, y, "o", color=style.exact, markersize=6)
        if network.train_error is not None:
            axis.plot(100 * network.train_error, y, "o", color=style.grey, markerfacecolor="none", markersize=8)
        axis.text(1.01, y, words, transform=axis.get_yaxis_transform(), va="center", fontsize=8.5)
    axis.set_yticks(range(len(rows)), [network.title for network in rows])
    axis.set_ylim(len(rows) - 0.5, -0.5)
    axis.tick_params(axis="y", length=0)
    axis.grid(axis="x")
    axis.set_xlabel("error rate (%)")
    axis.set_title("Each network", loc="left")


def draw_pairs(axis: Axes, results: Results, style: Style) -> None:
    table = results.node("comparison")
    pairs = table.read("pair", 1)
    columns = {name: table.read(name, 1) for name in
               ("difference", "low", "high", "simultaneous_low", "simultaneous_high", "only_a", "only_b",
                "mcnemar_holm")}
    axis.axvline(0, color=style.ink, linewidth=0.9)
    for y in range(len(pairs)):
        row = {name: values[y] for name, values in columns.items()}
        for low, high, at, colour, width in ((row["low"], row["high"], y - 0.1, style.asymptotic, 3.0),
                                             (row["simultaneous_low"], row["simultaneous_high"], y + 0.18, style.grey, 1.4)):
            if np.isfinite(low) and np.isfinite(high):
                axis.errorbar(50 * (low + high), at, xerr=50 * (high - low), fmt="none", color=colour, capsize=4,
                              elinewidth=width)
        axis.plot(100 * row["difference"], y - 0.1, "o", color=style.asymptotic, markersize=6)
        axis.text(1.01, y, f"wrong alone: {row['only_a']} and {row['only_b']}\nMcNemar, Holm: p = {row['mcnemar_holm']:.2g}",
                  transform=axis.get_yaxis_transform(), va="center", fontsize=8.5)
    axis.set_yticks(range(len(pairs)), [pair.replace(" - ", " − ") for pair in pairs])
    axis.set_ylim(len(pairs) - 0.5, -0.5)
    axis.tick_params(axis="y", length=0)
    axis.grid(axis="x")
    axis.set_xlabel("difference of the error rates (percentage points)")
    axis.set_title(f"In pairs, on the same test points, level {100 * table.attribute('level'):g} %; "
                   f"least error: {table.attribute('best')}", loc="left", fontsize=10)


SPECS = (FigureSpec(
    "comparison", "Networks compared",
    "Networks seen on the same points are compared point by point: where a bar of the lower part leaves out zero, the two "
    "differ by more than chance.",
    lambda results: [""] if results.has("comparison/pair", "comparison/difference") else [], draw),)
