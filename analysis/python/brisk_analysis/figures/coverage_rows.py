# SPDX-License-Identifier: GPL-3.0-or-later
"""How often each method covers, as the studies store it, and the row of dots that shows it."""
from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Callable

import numpy as np
from matplotlib.lines import Line2D

from .. import style as text
from ..reader import ResultsError
from .parts import ERRORS

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from ..reader import Node, Results
    from ..style import Style

SHARES = ("coverage", "miss_low", "miss_high", "undefined", "mean_width")


@dataclass
class Row:
    """One method at one level."""

    method: str
    guarantee: str
    coverage: float
    coverage_mcse: float
    miss_low: float
    miss_high: float
    undefined: float
    mean_width: float  # NaN without intervals
    mean_width_mcse: float  # NaN where the file does not tell it
    exact_coverage: float  # NaN where the method draws, or where it is unknown


def network_table(network: Node) -> dict[float, list[Row]]:
    """{level: rows in the order of the file} of a network of the coverage study."""
    methods, guarantees = network.read("coverage/method", 1), network.read("coverage/guarantee", 1)
    levels = network.read("coverage/level", 1)
    columns = {name: network.read(f"coverage/{name}", 2) for name in
               (*SHARES, "coverage_mcse", "mean_width_mcse", "exact_coverage")}
    for name, values in columns.items():
        if values.shape != (len(methods), len(levels)):
            raise ResultsError(f"{network.where(f'coverage/{name}')} is {values.shape}, not methods by levels")
    return {float(level): [Row(method, guarantee, **{name: float(values[i, j]) for name, values in columns.items()})
                           for i, (method, guarantee) in enumerate(zip(methods, guarantees))]
            for j, level in enumerate(levels)}


def loss_table(table: Node) -> dict[float, list[Row]]:
    """The same of a table of the loss coverage, which has one level."""
    methods, guarantees = table.read("method", 1), table.read("guarantee", 1)
    columns = {name: table.read(name, 1) for name in SHARES}
    columns["coverage_mcse"] = table.read("standard_error", 1)
    for name, values in columns.items():
        if values.shape != (len(methods),):
            raise ResultsError(f"{table.where(name)} is {values.shape}, not one value a method")
    return {float(table.attribute("level")):
            [Row(method, guarantee, **{name: float(values[i]) for name, values in columns.items()},
                 mean_width_mcse=float("nan"), exact_coverage=float("nan"))
             for i, (method, guarantee) in enumerate(zip(methods, guarantees))]}


def studied_networks(results: Results) -> list[str]:
    return [name for name, network in results.networks.items() if network.has("coverage/coverage")]


def draw_dots(table: dict[float, list[Row]], heading: str, width: Callable[[float], str], style: Style) -> Figure:
    """A panel a level, a row a method, the numbers to the right; `width` writes a mean width."""
    rows = max(len(level) for level in table.values())
    across = min(2, len(table))
    down = -(-len(table) // across)
    figure = style.new_figure(1.8 + 6.4 * across, 1.4 + down * (0.9 + 0.34 * rows))
    ratios = [0.34 * rows + 0.9] * down + [0.9]
    grid = figure.add_gridspec(down + 1, across, height_ratios=ratios)
    axes = []
    for i, (level, methods) in enumerate(table.items()):
        axis = figure.add_subplot(grid[i // across, i % across])
        draw_level(axis, level, methods, width, style)
        axis.set_yticks(range(rows), [row.method for row in methods])
        axis.tick_params(axis="y", length=0, labelleft=i % across == 0)
        axis.set_ylim(rows - 0.4, -0.6)
        axes.append(axis)
    figure.suptitle(heading, fontsize=11)
    dots_legend(figure.add_subplot(grid[down, :]), table, style)
    return figure


def draw_level(axis: Axes, level: float, methods: list[Row], width: Callable[[float], str], style: Style) -> None:
    for y, row in enumerate(methods):
        if row.undefined == 1:  # nothing that could cover
            axis.text(1.01, y, "no interval for such losses", transform=axis.get_yaxis_transform(), va="center", fontsize=8,
                      color=style.grey)
            continue
        colour = style.guarantee(row.guarantee)
        axis.errorbar(100 * row.coverage, y, xerr=100 * ERRORS * row.coverage_mcse, fmt="o", color=colour, markersize=5,
                      capsize=3, elinewidth=1.6)
        if np.isfinite(row.exact_coverage):
            axis.plot(100 * row.exact_coverage, y, "|", color=style.ink, markersize=13, markeredgewidth=1.4)
        axis.text(1.01, y, row_text(row, width), transform=axis.get_yaxis_transform(), va="center", fontsize=8)
    axis.axvline(100 * level, color=style.grey, linestyle="--", linewidth=1.2, zorder=0)
    axis.grid(axis="x")
    axis.set_xlabel("coverage (%)")
    axis.set_title(f"level {100 * level:g} %", loc="left", fontsize=10)


def row_text(row: Row, width: Callable[[float], str]) -> str:
    """Width and misses: below means that the truth lies below the interval."""
    words = f"below {text.number(100 * row.miss_low, 2)}  above {text.number(100 * row.miss_high, 2)}"
    if row.undefined > 0:
        words += f"  none {text.number(100 * row.undefined, 2)}"
    return words + (f"  width {width(row.mean_width)}" if np.isfinite(row.mean_width) else "")


def guarantee_marks(rows: Iterable[Row], style: Style) -> list[Any]:
    """Legend entries of the guarantee classes that occur."""
    used = {row.guarantee for row in rows}
    return [Line2D([], [], marker="o", linestyle="", color=style.guarantee(name), label=words)
            for name, words in text.GUARANTEE_TEXT.items() if name in used]


def dots_legend(axis: Axes, table: dict[float, list[Row]], style: Style) -> None:
    """In an axis of its own: colours that occur, and what the marks are."""
    rows = [row for level in table.values() for row in level]
    marks = guarantee_marks(rows, style)
    if any(np.isfinite(row.exact_coverage) for row in rows):
        marks.append(Line2D([], [], marker="|", linestyle="", color=style.ink, markersize=12, label="exact coverage"))
    marks.append(Line2D([], [], linestyle="--", color=style.grey, label="level"))
    axis.axis("off")
    axis.legend(handles=marks, loc="center", ncol=3, fontsize=8, title_fontsize=8,
                title=f"bars: {ERRORS} Monte Carlo standard errors; below, above, none (%): truth below or above the "
                "interval,\nno interval; width: mean")
