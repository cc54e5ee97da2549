# SPDX-License-Identifier: GPL-3.0-or-later
"""What coverage costs: the mean width of each method's intervals against how often they cover."""
from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.lines import Line2D

from .. import style as text
from .coverage_rows import Row, guarantee_marks, loss_table, network_table, studied_networks
from .loss_coverage import tables
from .parts import ERRORS, apart, legend_below
from .spec import FigureSpec

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from ..reader import Results
    from ..style import Style


def applies(results: Results) -> list[str]:
    return studied_networks(results) + list(tables(results))


def draw(results: Results, subject: str, style: Style) -> Figure:
    """A panel a level; names stand in a column to the right, each with a line to its dot."""
    if subject in tables(results):
        node = tables(results)[subject]
        table, unit, scale = loss_table(node), "mean width", 1.0
        title = f"{node.attribute('distribution')}, {node.attribute('points')} losses"
    else:
        network = results.networks[subject]
        table, unit, scale = network_table(network), "mean width (percentage points)", 100.0
        title = f"{network.title}, test sets of {text.counted(network.attribute('test_size', 'coverage'), 'point')}"
    across = min(2, len(table))
    down = -(-len(table) // across)
    rows = max(len(level) for level in table.values())
    height = max(3.6, 0.2 * rows + 1.0)
    figure = style.new_figure(0.6 + 5.4 * across, 1.5 + height * down)
    axes = figure.subplots(down, across, squeeze=False)
    for axis in axes.flat[len(table):]:
        axis.set_visible(False)
    for axis, (level, methods) in zip(axes.flat, table.items()):
        draw_level(axis, level, methods, scale, style)
        axis.set_xlabel(unit)
        axis.set_ylabel("coverage (%)")
    marks = guarantee_marks((row for level in table.values() for row in level), style)
    marks.append(Line2D([], [], linestyle="--", color=style.grey, label="level"))
    legend_below(figure, marks, min(across + 1, len(marks)))
    figure.suptitle(f"{title}; bars: {ERRORS} Monte Carlo standard errors", fontsize=11)
    return figure


def draw_level(axis: Axes, level: float, methods: list[Row], scale: float, style: Style) -> None:
    shown = [row for row in methods if np.isfinite(row.mean_width)]
    for row in shown:
        error = row.mean_width_mcse if np.isfinite(row.mean_width_mcse) else 0.0
        axis.errorbar(scale * row.mean_width, 100 * row.coverage, xerr=scale * ERRORS * error,
                      yerr=100 * ERRORS * row.coverage_mcse, fmt="o", color=style.guarantee(row.guarantee), markersize=5,
                      elinewidth=1.2)
    axis.axhline(100 * level, color=style.grey, linestyle="--", linewidth=1.2, zorder=0)
    axis.grid(True)
    axis.set_title(f"level {100 * level:g} %", loc="left", fontsize=10)
    name_dots(axis, shown, scale, style)


def name_dots(axis: Axes, rows: list[Row], scale: float, style: Style) -> None:
    low, high = axis.get_ylim()
    axis.set_ylim(low, high)
    wanted = np.array([(100 * row.coverage - low) / (high - low) for row in rows])
    for row, y in zip(rows, apart(wanted, 0.056, 0.0, 1.0)):
        axis.annotate(row.method, xy=(scale * row.mean_width, 100 * row.coverage), xycoords="data", xytext=(1.04, y),
                      textcoords="axes fraction", va="center", fontsize=8, color=style.guarantee(row.guarantee),
                      annotation_clip=False,
                      arrowprops={"arrowstyle": "-", "color": style.grey, "linewidth": 0.5, "alpha": 0.6, "shrinkA": 0,
                                  "shrinkB": 3, "relpos": (0, 0.5)})


SPECS = (FigureSpec(
    "width_coverage", "Width against coverage",
    "Narrow intervals are worth nothing if they miss: the best methods stand on the dashed line or above it, as far left as can "
    "be.", applies, draw),)
