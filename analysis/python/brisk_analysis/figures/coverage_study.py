# SPDX-License-Identifier: GPL-3.0-or-later
"""How often each interval covers the true risk, and how the intervals that miss it lie.

The dots: simulated coverage with its Monte Carlo error, and the exact one where there is one. The zip plot (Morris,
White & Crowther 2019, Statistics in Medicine 38): intervals of a sample of test sets, ordered by the distance of the
error rate from the true risk. Good intervals close the zip up to their level, and miss on both sides alike.
"""
from dataclasses import dataclass

import numpy as np
from matplotlib.lines import Line2D

from .. import style
from ..reader import ResultsError
from .picture import drawn, skipped

COLUMNS = ("coverage", "coverage_mcse", "miss_low", "miss_high", "undefined", "mean_width", "exact_coverage")
MISSES = "#d62728"
ERRORS = 2  # standard errors that a bar reaches to each side


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
    mean_width: float
    exact_coverage: float  # NaN where the method draws


@dataclass
class Zip:
    """The sample of one method at one level, in the order of the zip."""
    rank: np.ndarray
    low: np.ndarray  # NaN where there is no interval
    high: np.ndarray
    covers: np.ndarray


def pictures(results):
    """Of a coverage study alone: no other file has these groups, and there is nothing to say about that."""
    made = []
    for network in results.networks():
        if not network.has("coverage"):
            continue
        if not network.has("coverage/coverage", "coverage/sample/rank"):
            made.append(skipped(f"coverage_{network.name}", f"the file has no table of {network.name}"))
            continue
        made.append(drawn(f"coverage_{network.name}", draw_dots, network))
        levels = network.read("coverage/level", 1)
        for i, level in enumerate(levels):
            suffix = "" if len(levels) == 1 else f"_{level:g}"
            made.append(drawn(f"zip_{network.name}{suffix}", draw_zips, network, i))
    return made


def table_data(network):
    """{level: [Row, ...]} in the order of the file."""
    methods, guarantees = network.read("coverage/method", 1), network.read("coverage/guarantee", 1)
    levels = network.read("coverage/level", 1)
    columns = {name: network.read(f"coverage/{name}", 2) for name in COLUMNS}
    for name, values in columns.items():
        if values.shape != (len(methods), len(levels)):
            raise ResultsError(f"{network.where(f'coverage/{name}')} is {values.shape}, not methods by levels")
    return {level: [Row(method, guarantee, **{name: values[i, j] for name, values in columns.items()})
                    for i, (method, guarantee) in enumerate(zip(methods, guarantees))]
            for j, level in enumerate(levels)}


def zip_data(network, method, level):
    """The zip of the method and level of these numbers."""
    sample = {name: network.read(f"coverage/sample/{name}", 3)[method, level] for name in ("low", "high", "covers")}
    return Zip(network.read("coverage/sample/rank", 1), sample["low"], sample["high"], sample["covers"] == 1)


def heading(network):
    trials, size = network.attribute("trials", "coverage"), network.attribute("test_size", "coverage")
    return f"{network.title}: {style.counted(trials, 'test set')} of {style.counted(size, 'point')}"


# The dots


def draw_dots(network):
    """A panel a level, a row a method, the numbers to the right."""
    table = table_data(network)
    rows = max(len(level) for level in table.values())
    figure = style.new_figure(1.6 + 6.8 * len(table), 2.2 + 0.34 * rows)
    grid = figure.add_gridspec(2, len(table), height_ratios=[rows, 2.4])
    first = figure.add_subplot(grid[0, 0])
    axes = [first] + [figure.add_subplot(grid[0, i], sharey=first) for i in range(1, len(table))]
    for axis in axes[1:]:
        axis.tick_params(labelleft=False)
    for axis, (level, methods) in zip(axes, table.items()):
        draw_level(axis, level, methods)
    axes[0].set_yticks(range(rows), [row.method for row in next(iter(table.values()))])
    axes[0].set_ylim(rows - 0.4, -0.9)
    figure.suptitle(f"{heading(network)}, true risk {style.percent(network.attribute('true_risk'), 4)}", fontsize=11)
    add_legend(figure.add_subplot(grid[1, :]), table)
    return figure


def draw_level(axis, level, methods):
    for y, row in enumerate(methods):
        colour = style.GUARANTEE.get(row.guarantee, style.GREY)
        axis.errorbar(100 * row.coverage, y, xerr=100 * ERRORS * row.coverage_mcse, fmt="o", color=colour, markersize=5,
                      capsize=3, elinewidth=1.6)
        if np.isfinite(row.exact_coverage):
            axis.plot(100 * row.exact_coverage, y, "|", color=style.BLACK, markersize=13, markeredgewidth=1.4)
        axis.text(1.01, y, row_text(row), transform=axis.get_yaxis_transform(), va="center", fontsize=8)
    axis.axvline(100 * level, color=style.GREY, linestyle="--", linewidth=1.2, zorder=0)
    axis.grid(axis="x")
    axis.tick_params(axis="y", length=0)
    axis.set_xlabel("coverage (%)")
    axis.set_title(f"level {100 * level:g} %", loc="left", fontsize=10)


def row_text(row):
    """Width and misses: below means that the true risk lies below the interval."""
    text = f"below {style.number(100 * row.miss_low, 2)}  above {style.number(100 * row.miss_high, 2)}"
    if row.undefined > 0:
        text += f"  none {style.number(100 * row.undefined, 2)}"
    return text + (f"  width {style.percent(row.mean_width)}" if np.isfinite(row.mean_width) else "")


def add_legend(axis, table):
    """In an axis of its own: colours that occur, and what the marks are."""
    used = {row.guarantee for level in table.values() for row in level}
    marks = [Line2D([], [], marker="o", linestyle="", color=style.GUARANTEE[name], label=style.GUARANTEE_TEXT[name])
             for name in style.GUARANTEE if name in used]
    marks.append(Line2D([], [], marker="|", linestyle="", color=style.BLACK, markersize=12, label="exact coverage"))
    marks.append(Line2D([], [], linestyle="--", color=style.GREY, label="level"))
    axis.axis("off")
    axis.legend(handles=marks, loc="center", ncol=3, fontsize=8, title_fontsize=8,
                title=f"bars: {ERRORS} Monte Carlo standard errors\nbelow, above, none (%): true risk below or above the "
                "interval, no interval")


# The zips


def draw_zips(network, level):
    """A panel a method."""
    rows = list(table_data(network).values())[level]
    nominal, risk = network.read("coverage/level", 1)[level], network.attribute("true_risk")
    across = min(5, len(rows))
    down = -(-len(rows) // across)
    figure = style.new_figure(0.8 + 2.3 * across, 1.2 + 2.5 * down)
    panels = np.atleast_1d(figure.subplots(down, across, sharex=True, sharey=True, squeeze=False)).ravel()
    for i, (panel, row) in enumerate(zip(panels, rows)):
        draw_zip(panel, zip_data(network, i, level), nominal, risk)
        panel.set_title(f"{row.method}\n{style.percent(row.coverage)} cover", fontsize=9,
                        color=style.GUARANTEE.get(row.guarantee, style.GREY))
    for panel in panels[len(rows):]:
        panel.set_visible(False)
    panels[0].set_ylim(0, 100)
    figure.supxlabel("error rate (%)", fontsize=10)
    figure.supylabel("share of test sets nearer to the true risk (%)", fontsize=10)
    count = len(network.read("coverage/sample/rank", 1))
    figure.suptitle(f"{heading(network)}; intervals of {count}, level {100 * nominal:g} % (dashed);\n"
                    "red: misses the true risk (line); grey band: no interval", fontsize=10)
    return figure


def draw_zip(axis, sample, level, risk):
    for covers, colour in ((True, style.MEAN), (False, MISSES)):
        there = np.isfinite(sample.low) & (sample.covers == covers)
        axis.hlines(100 * sample.rank[there], 100 * sample.low[there], 100 * sample.high[there], color=colour, linewidth=0.9)
    for rank in sample.rank[np.isnan(sample.low)]:
        axis.axhspan(100 * rank - 50 / len(sample.rank), 100 * rank + 50 / len(sample.rank), color="#cccccc", linewidth=0)
    axis.axvline(100 * risk, color=style.BLACK, linewidth=1.0)
    axis.axhline(100 * level, color=style.GREY, linestyle="--", linewidth=0.9)
