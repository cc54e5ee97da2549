# SPDX-License-Identifier: GPL-3.0-or-later
"""How often intervals of a mean loss cover it: a table each, and curves over the number of losses."""
from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .. import style as text
from ..style import DASHES, MARKERS
from .coverage_rows import draw_dots, loss_table
from .parts import ERRORS, label_below, legend_below, panels
from .spec import FigureSpec

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from ..reader import Node, Results
    from ..style import Style


def tables(results: Results) -> dict[str, Node]:
    return {node.name: node for node in results.children("loss_coverage") if node.has("method", "coverage")}


def draw_table(results: Results, subject: str, style: Style) -> Figure:
    table = tables(results)[subject]
    return draw_dots(loss_table(table),
                     f"{table.attribute('distribution')}: {text.counted(table.attribute('trials'), 'trial')} of "
                     f"{table.attribute('points')} losses, true mean {table.attribute('true_mean'):.6g}", "{:.4g}".format, style)


def by_distribution(results: Results) -> dict[str, list[Node]]:
    """{distribution: its tables by number of losses}, of those with more than one."""
    found: dict[str, list[Node]] = {}
    for table in tables(results).values():
        found.setdefault(str(table.attribute("distribution")), []).append(table)
    return {name: sorted(nodes, key=lambda node: node.attribute("points")) for name, nodes in found.items()
            if len({node.attribute("points") for node in nodes}) > 1}


def draw_curves(results: Results, _: str, style: Style) -> Figure:
    """A panel a distribution, a curve a method; one look for a method in all panels."""
    distributions = by_distribution(results)
    seen = list(dict.fromkeys(method for nodes in distributions.values() for node in nodes
                              for method in node.read("method", 1)))
    figure, axes = panels(style, len(distributions), 2, 4.4, 3.2, sharex=True)
    handles = {}
    for axis, (name, nodes) in zip(axes, distributions.items()):
        points = np.array([node.attribute("points") for node in nodes])
        for i, method in enumerate(seen):
            rows = [next((row for row in next(iter(loss_table(node).values())) if row.method == method), None)
                    for node in nodes]
            here = [row is not None and row.undefined < 1 for row in rows]
            kept = [row for row, there in zip(rows, here) if there and row is not None]
            if not kept:
                continue
            share = 100 * np.array([row.coverage for row in kept])
            error = 100 * ERRORS * np.array([row.coverage_mcse for row in kept])
            axis.fill_between(points[here], share - error, share + error, color=style.series(i), alpha=0.18, linewidth=0)
            (line,) = axis.plot(points[here], share, color=style.series(i), marker=MARKERS[i % 8], markersize=4,
                                linestyle=DASHES[i // 8 % 4], linewidth=1.2, label=method)
            handles.setdefault(method, line)
        axis.axhline(100 * nodes[0].attribute("level"), color=style.grey, linestyle="--", linewidth=1.2)
        axis.set_xscale("log")
        axis.set_xticks(points, [str(n) for n in points])
        axis.set_xticks([], minor=True)
        axis.grid(True)
        axis.set_title(f"{name}: {nodes[0].attribute('formula')}", loc="left", fontsize=9.5)
    label_below(axes, 2, "losses a trial")
    figure.supylabel("coverage (%)", fontsize=10)
    figure.suptitle(f"Coverage of the mean loss; dashed: level; bands: {ERRORS} Monte Carlo standard errors", fontsize=11)
    legend_below(figure, list(handles.values()), 4)
    return figure


SPECS = (
    FigureSpec(
        "loss_coverage", "Coverage of a mean loss",
        "How often the interval of each method held the true mean of losses of one kind: skew and rare losses are what breaks "
        "methods that promise nothing at a given number of points.", lambda results: list(tables(results)), draw_table),
    FigureSpec(
        "loss_coverage_curves", "Coverage against the number of losses",
        "An asymptotic method comes up to the dashed line as there are more losses; the curve says how many that takes.",
        lambda results: [""] if by_distribution(results) else [], draw_curves),
)
