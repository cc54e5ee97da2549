# SPDX-License-Identifier: GPL-3.0-or-later
"""How the outputs of any simulation are distributed, from what the file keeps in every mode: frequencies of counts,
quantiles of everything else."""
from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.ticker import MaxNLocator

from . import pi
from .outputs import output_groups
from .parts import ERRORS, Lattice, label, panels
from .spec import FigureSpec

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from ..reader import Node, Results
    from ..style import Style

MOST_PANELS = 12


def groups(results: Results) -> dict[str, list[Node]]:
    """Of all groups of outputs, those without a figure of their own."""
    found = output_groups(results, "quantile/probability")
    if pi.applies(results):
        found.pop("", None)
    return {path: nodes for path, nodes in found.items() if not path.startswith("power_study/trials")}


def counted_data(node: Node) -> tuple[Lattice, np.ndarray]:
    """Bins of equally many counts, and the trials in each."""
    value, count = node.read("frequency/value", 1).astype(np.int64), node.read("frequency/count", 1).astype(np.int64)
    lattice = Lattice.around(int(value.min()), int(value.max()), np.iinfo(np.int64).max)
    total = np.zeros(lattice.bins, np.int64)
    np.add.at(total, (value - lattice.first) // lattice.levels, count)
    return lattice, total


def draw(results: Results, subject: str, style: Style) -> Figure:
    nodes = groups(results)["" if subject == "outputs" else subject][:MOST_PANELS]
    figure, axes = panels(style, len(nodes), 2, 4.6 if len(nodes) > 1 else 6.4, 2.8)
    for axis, node in zip(axes, nodes):
        if node.has("frequency/value", "frequency/count"):
            draw_counts(axis, node, style)
        else:
            draw_quantiles(axis, node, style)
        mean, error = node.attribute("mean"), node.find("mcse")
        if error is not None:
            axis.axvspan(mean - ERRORS * error, mean + ERRORS * error, color=style.mean, alpha=0.3, linewidth=0)
        axis.axvline(mean, color=style.mean, linestyle="--", linewidth=1.2)
        axis.set_ylim(bottom=0)
        axis.xaxis.set_major_locator(MaxNLocator(6))
        axis.ticklabel_format(axis="x", scilimits=(-3, 5), useMathText=True)
        axis.set_xlabel(label(node))
    figure.suptitle(f"{nodes[0].attribute('count')} trials; dashed: mean, band: {ERRORS} standard errors", fontsize=10)
    return figure


def draw_counts(axis: Axes, node: Node, style: Style) -> None:
    lattice, count = counted_data(node)
    axis.stairs(100 * count / count.sum() / lattice.levels, lattice.edge, color=style.trials, fill=True)
    bins = "" if lattice.levels == 1 else f"\n(bins of {lattice.levels})"
    axis.set_ylabel(f"share of a value (%){bins}")


def draw_quantiles(axis: Axes, node: Node, style: Style) -> None:
    """The share of trials up to a value: exact at the probabilities of the file, between them joined."""
    probability, value = node.read("quantile/probability", 1), node.read("quantile/value", 1)
    low, high = node.read("quantile/low", 1), node.read("quantile/high", 1)
    axis.fill_betweenx(100 * probability, low, high, color=style.trials, alpha=0.3, linewidth=0)
    axis.plot(value, 100 * probability, color=style.trials, marker="o", markersize=3)
    axis.set_ylabel("trials up to here (%)")
    axis.grid(True)


SPECS = (FigureSpec(
    "distribution", "Distribution of the outputs",
    "How the trials of a simulation scatter: counts as bars, other numbers as the share of trials that lie below each value.",
    lambda results: [path or "outputs" for path in groups(results)], draw),)
