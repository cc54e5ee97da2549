# SPDX-License-Identifier: GPL-3.0-or-later
"""How often each interval covers the true risk, and how the intervals that miss it lie.

The dots: simulated coverage with its Monte Carlo error, and the exact one where there is one. The curves: the same over
all levels of the study. The zip plot (Morris, White & Crowther 2019, Statistics in Medicine 38): intervals of a sample
of test sets, ordered by the distance of the error rate from the true risk. Good intervals close the zip up to their
level, and miss on both sides alike.
"""
from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from .. import style as text
from ..style import DASHES, MARKERS
from .coverage_rows import draw_dots, network_table, studied_networks
from .parts import ERRORS, panels
from .spec import FigureSpec

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from ..reader import Network, Results
    from ..style import Style


@dataclass
class Zip:
    """The sample of one method at one level, in the order of the zip."""

    rank: np.ndarray
    low: np.ndarray  # NaN where there is no interval
    high: np.ndarray
    covers: np.ndarray


def heading(network: Network) -> str:
    trials, size = network.attribute("trials", "coverage"), network.attribute("test_size", "coverage")
    return f"{network.title}: {text.counted(trials, 'test set')} of {text.counted(size, 'point')}"


def draw_coverage(results: Results, subject: str, style: Style) -> Figure:
    network = results.networks[subject]
    return draw_dots(network_table(network),
                     f"{heading(network)}, true risk {text.percent(network.attribute('true_risk'), 4)}", text.percent,
                     style)


# The curves over levels


def with_levels(results: Results) -> list[str]:
    return [name for name in studied_networks(results) if results.networks[name].data("coverage/level").size > 1]


def draw_levels(results: Results, subject: str, style: Style) -> Figure:
    """A panel a guarantee class: coverage minus level, so that the nominal line is level."""
    network = results.networks[subject]
    table = network_table(network)
    order = np.argsort(list(table))
    levels = np.array(list(table))[order]
    classes = [name for name in text.GUARANTEE_TEXT if any(row.guarantee == name for row in next(iter(table.values())))]
    figure, axes = panels(style, len(classes), 2, 5.2, 3.0, sharex=True)
    for axis, name in zip(axes, classes):
        methods = [i for i, row in enumerate(next(iter(table.values()))) if row.guarantee == name]
        for n, i in enumerate(methods):
            rows = [table[level][i] for level in levels.tolist()]
            above = 100 * (np.array([row.coverage for row in rows]) - levels)
            error = 100 * ERRORS * np.array([row.coverage_mcse for row in rows])
            colour = style.series(n)
            axis.fill_between(100 * levels, above - error, above + error, color=colour, alpha=0.18, linewidth=0)
            axis.plot(100 * levels, above, color=colour, marker=MARKERS[n % 8], markersize=4, linewidth=1.2,
                      linestyle=DASHES[n // 8 % 4], label=rows[0].method)
        axis.axhline(0, color=style.grey, linestyle="--", linewidth=1.2)
        axis.grid(True)
        axis.set_title(text.GUARANTEE_TEXT[name], loc="left", fontsize=10, color=style.guarantee(name))
        axis.legend(loc="upper left", bbox_to_anchor=(1.01, 1), borderaxespad=0, fontsize=7.5)
    figure.supxlabel("level (%)", fontsize=10)
    figure.supylabel("coverage − level (percentage points)", fontsize=10)
    figure.suptitle(f"{heading(network)}\nbands: {ERRORS} Monte Carlo standard errors", fontsize=11)
    return figure


# The zips


def with_sample(results: Results) -> list[str]:
    """'NAME', or 'NAME_LEVEL' where there is more than one level."""
    return [subject for name in studied_networks(results) if results.networks[name].has("coverage/sample/rank")
            for subject in zip_subjects(results.networks[name])]


def zip_subjects(network: Network) -> list[str]:
    levels = network.read("coverage/level", 1)
    return [network.name] if len(levels) == 1 else [f"{network.name}_{level:g}" for level in levels]


def zip_data(network: Network, method: int, level: int) -> Zip:
    """The zip of the method and level of these numbers."""
    sample = {name: network.data(f"coverage/sample/{name}", 3)[method, level] for name in ("low", "high", "covers")}
    return Zip(network.read("coverage/sample/rank", 1), sample["low"], sample["high"], sample["covers"] == 1)


def draw_zips(results: Results, subject: str, style: Style) -> Figure:
    """A panel a method."""
    network, level = next((network, zip_subjects(network).index(subject)) for name in studied_networks(results)
                          for network in (results.networks[name],) if subject in zip_subjects(network))
    rows = list(network_table(network).values())[level]
    nominal, risk = network.read("coverage/level", 1)[level], network.attribute("true_risk")
    figure, axes = panels(style, len(rows), 5, 2.2, 2.5, sharex=True, sharey=True)
    for i, (axis, row) in enumerate(zip(axes, rows)):
        draw_zip(axis, zip_data(network, i, level), nominal, risk, style)
        axis.set_title(f"{row.method}\n{text.percent(row.coverage)} cover", fontsize=9,
                       color=style.guarantee(row.guarantee))
    axes[0].set_ylim(0, 100)
    figure.supxlabel("error rate (%)", fontsize=10)
    figure.supylabel("share of test sets nearer to the true risk (%)", fontsize=10)
    count = network.data("coverage/sample/rank").size
    figure.suptitle(f"{heading(network)}; intervals of {count}, level {100 * nominal:g} % (dashed);\n"
                    "red: misses the true risk (line); shaded band: no interval", fontsize=10)
    return figure


def draw_zip(axis: Axes, sample: Zip, level: float, risk: float, style: Style) -> None:
    for covers, colour in ((True, style.mean), (False, style.miss)):
        there = np.isfinite(sample.low) & (sample.covers == covers)
        axis.hlines(100 * sample.rank[there], 100 * sample.low[there], 100 * sample.high[there], color=colour,
                    linewidth=0.9)
    for rank in sample.rank[np.isnan(sample.low)]:
        axis.axhspan(100 * rank - 50 / len(sample.rank), 100 * rank + 50 / len(sample.rank), color=style.grid,
                     linewidth=0)
    axis.axvline(100 * risk, color=style.ink, linewidth=1.0)
    axis.axhline(100 * level, color=style.grey, linestyle="--", linewidth=0.9)


SPECS = (
    FigureSpec(
        "coverage", "Coverage of every method",
        "How often the interval of each method held the true risk, over many test sets: a method keeps its promise if its dot "
        "lies on the dashed line or to the right of it.", studied_networks, draw_coverage),
    FigureSpec(
        "coverage_levels", "Coverage against the level",
        "What is delivered minus what was asked for, at every level of the study: on the dashed line a method does exactly what "
        "it says, below it fails.", with_levels, draw_levels),
    FigureSpec(
        "zip", "Zip plot",
        "Each line is the interval of one test set, the unluckiest test sets at the top; those that miss the true risk are "
        "red. A good method turns red only above the dashed line, and on both sides alike.", with_sample, draw_zips),
)
