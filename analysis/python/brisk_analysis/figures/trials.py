# SPDX-License-Identifier: GPL-3.0-or-later
"""The measured test error over many fresh test sets, the bootstrap's picture of it, and the intervals.

An error rate of m points can only be k/m, so every bin must hold equally many of these values: the
file's edges lie halfway between them, and the bootstrap means are counted in bins of the same lattice.
"""
import textwrap
from dataclasses import dataclass

import numpy as np

from .. import style
from ..reader import ResultsError
from .picture import drawn, skipped

NEEDED = ("trials/error_count", "trials/histogram/edge", "trials/histogram/count", "bootstrap/mean",
          "interval/method")
SYMMETRIC = ("hoeffding", "chebyshev", "bernstein")


@dataclass
class Histogram:
    edge: np.ndarray  # error rates, one more than bins
    trials: np.ndarray  # counts of a bin
    bootstrap: np.ndarray  # counts of a bin
    levels: int  # values k/m in a bin
    test_size: int


@dataclass
class Interval:
    method: str
    low: float
    high: float
    half_width: float  # NaN for a method that has none
    estimate: float
    level: float
    guarantee: str
    status: str
    reason: str

    @property
    def symmetric(self):
        return self.method in SYMMETRIC

    @property
    def drawn(self):
        """Whether there is a bar to draw."""
        return bool(np.isfinite(self.low) and np.isfinite(self.high))


def pictures(results):
    made = []
    for network in results.networks():
        name = f"trials_{network.name}"
        if network.has(*NEEDED):
            made.append(drawn(name, draw, network))
        else:
            made.append(skipped(name, f"the file has no trials of {network.name}"))
    return made or [skipped("trials", "the file has no /network")]


def histogram_data(network):
    """Both distributions on one lattice of bins: the file's, continued where the bootstrap reaches further."""
    edge, trials = network.read("trials/histogram/edge", 1), network.read("trials/histogram/count", 1)
    size = int(network.attribute("test_size", "trials/error_count"))
    levels = int(network.attribute("levels", "trials/histogram"))
    if len(edge) != len(trials) + 1 or levels < 1 or size < 1:
        raise ResultsError(f"{network.where('trials/histogram')}: {len(edge)} edges do not fit {len(trials)} counts")
    first = int(np.rint(edge[0] * size + 0.5))  # the lowest count in bin 0
    count = np.rint(network.read("bootstrap/mean", 1) * size).astype(np.int64)
    bins = (count - first) // levels
    before, after = max(0, -bins.min()), max(0, bins.max() + 1 - len(trials))
    total = before + len(trials) + after
    lattice = (first + levels * (np.arange(total + 1) - before) - 0.5) / size
    lattice[before : before + len(edge)] = edge
    return Histogram(lattice, np.concatenate([np.zeros(before, trials.dtype), trials, np.zeros(after, trials.dtype)]),
                     np.bincount(bins + before, minlength=total), levels, size)


def interval_data(network):
    """The intervals in the order of the file; low and high as drawn, so R_T -+ half_width where symmetric."""
    columns = {name: network.read(f"interval/{name}", 1) for name in
               ("method", "low", "high", "half_width", "estimate", "level", "guarantee", "status", "reason")}
    intervals = [Interval(**dict(zip(columns, row))) for row in zip(*columns.values())]
    for interval in intervals:
        if interval.symmetric:
            interval.low = interval.estimate - interval.half_width
            interval.high = interval.estimate + interval.half_width
    return intervals


def draw(network):
    """Histograms above, intervals below, on one axis of test error in percent."""
    histogram, intervals = histogram_data(network), interval_data(network)
    figure = style.new_figure(9.4, 6.2)
    top, bottom = figure.subplots(2, 1, sharex=True, height_ratios=[3, 0.42 * len(intervals)])
    draw_histogram(top, histogram)
    draw_lines(network, (top, bottom))
    draw_intervals(bottom, intervals)
    top.set_title(f"{network.title}: measured test error of {histogram.test_size} points", loc="left")
    top.legend(loc="upper left", bbox_to_anchor=(1.01, 1), borderaxespad=0)
    return figure


def draw_histogram(axis, histogram):
    for count, name, options in (
            (histogram.trials, "fresh test set", {"color": style.TRIALS, "fill": True}),
            (histogram.bootstrap, "bootstrap resample", {"color": style.BOOTSTRAP, "linewidth": 1.6})):
        label = style.counted(int(count.sum()), name)
        if count is histogram.bootstrap:
            label += "\nof one test set"
        axis.stairs(100 * count / count.sum(), 100 * histogram.edge, label=label, **options)
    width = 100 * histogram.levels / histogram.test_size
    values = "one value" if histogram.levels == 1 else f"{histogram.levels} values"
    axis.set_ylabel(f"share in a bin (%)\nbin: {width:g} % = {values} k/{histogram.test_size}")
    axis.set_ylim(bottom=0)
    axis.tick_params(labelbottom=True)


def draw_lines(network, axes):
    """Where the one test set fell, and where the truth is as far as the trials tell."""
    estimate = network.attribute("error_rate", "test_set")
    mean = network.attribute("mean", "trials/error_count")
    label = f"mean of the trials: {style.percent(mean, 3)}"
    if "mcse" in network.group["trials/error_count"].attrs:  # a single trial has none
        label += f"\n(standard error {style.percent(network.attribute('mcse', 'trials/error_count'), 4)})"
    for axis in axes:
        axis.axvline(100 * estimate, color=style.BLACK, linewidth=1.4,
                     label=f"$R_T$ of one test set: {style.percent(estimate)}")
        axis.axvline(100 * mean, color=style.MEAN, linestyle="--", linewidth=1.4, label=label)


def draw_intervals(axis, intervals):
    """One bar an interval, its numbers and what it guarantees to the right of the axis."""
    for row, interval in enumerate(intervals):
        colour = style.GUARANTEE.get(interval.guarantee, style.GREY)
        if interval.drawn:
            # An interval of the bootstrap need not contain the estimate, so the point is drawn on its own.
            axis.errorbar(50 * (interval.low + interval.high), row, xerr=50 * (interval.high - interval.low),
                          fmt="none", color=colour, capsize=5, capthick=2, elinewidth=3)
            axis.plot(100 * interval.estimate, row, "o", color=colour, markersize=4)
        axis.text(1.01, row, interval_text(interval), transform=axis.get_yaxis_transform(), va="center", fontsize=8.5)
    axis.set_yticks(range(len(intervals)), [interval.method for interval in intervals])
    axis.set_ylim(len(intervals) - 0.4, -0.6)
    axis.tick_params(axis="y", length=0)
    axis.set_xlabel("test error (%)")
    levels = sorted({interval.level for interval in intervals})
    axis.set_title(f"Intervals from the one test set, level {', '.join(f'{100 * v:g} %' for v in levels)}",
                   loc="left", fontsize=10)
    shade_impossible(axis, intervals)


def shade_impossible(axis, intervals):
    """Grey where no error rate can be, if an interval reaches there: the symmetric ones are drawn uncut."""
    left, right = axis.get_xlim()
    axis.set_xlim(left, right)
    ends = [end for interval in intervals if interval.drawn for end in (interval.low, interval.high)]
    for reached, start, end in ((min(ends, default=0) < 0, left, 0), (max(ends, default=0) > 1, 100, right)):
        if reached:
            axis.axvspan(start, end, color="#eeeeee", linewidth=0, zorder=0)
            axis.set_xlabel("test error (%); grey: impossible values")


def interval_text(interval):
    """What stands beside a bar, or in its place: at most two lines."""
    promise = style.GUARANTEE_TEXT.get(interval.guarantee, interval.guarantee)
    if not interval.drawn:
        cause = interval.reason.split(": ")[0]  # what to use instead follows, and is in the file
        return "\n".join(textwrap.wrap(f"{interval.status}: {cause}", 38, max_lines=2, placeholder=" …"))
    low, high = style.number(100 * interval.low, 2), style.number(100 * interval.high, 2)
    numbers = f"[{low}, {high}] %"
    if interval.symmetric:
        numbers = f"{style.number(100 * interval.estimate, 2)} ± {style.percent(interval.half_width)}"
    note = "" if interval.status == "ok" else f"; {interval.status}"
    return f"{numbers}\n{promise}{note}"
