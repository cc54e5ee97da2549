# SPDX-License-Identifier: GPL-3.0-or-later
"""The measured test error over many fresh test sets, the bootstrap's picture of it, and the intervals.

An error rate of m points can only be k / m. Every bin holds equally many of these values (the file's edges lie halfway
between them), and a bar is as high as the mean share of one value, so that it can be compared with probabilities.
"""
from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Optional

import numpy as np

from .. import style as text
from ..reader import ResultsError
from ..report_text import enclosure as rounded_outwards
from .interval_rows import draw_rows, row_height
from .parts import Lattice, extent, side_legend, whole
from .spec import FigureSpec

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from ..reader import Network, Results, Trials
    from ..style import Style


@dataclass
class Histogram:
    lattice: Lattice
    trials: Optional[np.ndarray]  # counts of the bins; None without trials
    bootstrap: Optional[np.ndarray]

    @property
    def edge(self) -> np.ndarray:
        """Edges as error rates."""
        return self.lattice.edge / self.lattice.size

    def share(self, count: np.ndarray) -> np.ndarray:
        """Mean share of one value k / m in each bin."""
        return count / count.sum() / self.lattice.values


def applies(results: Results) -> list[str]:
    return [name for name, network in results.networks.items()
            if network.trials is not None and network.has("interval/method")]


def stored_histogram(trials: Trials) -> tuple[Lattice, np.ndarray]:
    """The file's bins and their counts; of kept trials without bins, bins of our own."""
    size = trials.test_size
    if not trials.has("histogram/edge", "histogram/count"):
        lattice = Lattice.around(*extent(trials.error_count()), size)
        return lattice, lattice.count(trials.error_count())
    edge, count = trials.read("histogram/edge", 1), trials.read("histogram/count", 1).astype(np.int64)
    levels = int(trials.attribute("levels", "histogram"))
    lattice = Lattice(int(np.rint(edge[0] * size + 0.5)) if len(edge) else 0, levels, len(count), size)
    regular = lattice.first + levels * np.arange(len(count) + 1) - 0.5
    if len(edge) != len(count) + 1 or levels < 1 or not np.allclose(edge * size, regular, rtol=1e-9, atol=1e-3):
        raise ResultsError(f"{trials.where('histogram')}: {len(edge)} edges do not fit {len(count)} counts of {levels} "
                           f"values k / {size} each")
    return lattice, count


def histogram_data(network: Network) -> Histogram:
    """Both distributions on one lattice of bins: the file's, continued where the bootstrap reaches further."""
    trials = network.trials
    lattice = count = None
    if trials is not None:
        lattice, count = stored_histogram(trials)
    if not network.has("bootstrap/mean"):
        if lattice is None:
            raise ResultsError(f"{network.where('')} has neither trials nor a bootstrap")
        return Histogram(lattice, count, None)
    size = lattice.size if lattice is not None else len(network.data("test_set/error", 1))
    lowest, highest = extent(whole(network.chunks("bootstrap/mean"), size))
    wide = Lattice.around(lowest, highest, size) if lattice is None else lattice.widened(lowest, highest)
    if lattice is not None and count is not None:
        before = (lattice.first - wide.first) // wide.levels
        count = np.concatenate([np.zeros(before, np.int64), count,
                                np.zeros(wide.bins - before - lattice.bins, np.int64)])
    return Histogram(wide, count, wide.count(whole(network.chunks("bootstrap/mean"), size)))


def binomial(size: int, rate: float) -> tuple[np.ndarray, np.ndarray]:
    """(k, probability of k errors among `size` points) around size * rate, as far as a picture shows."""
    if not 0 < rate < 1:
        return np.array([round(size * rate)]), np.ones(1)
    reach = 8 * np.sqrt(size * rate * (1 - rate)) + 10
    k = np.arange(max(0, int(size * rate - reach)), min(size, int(size * rate + reach)) + 1)
    # From one count to the next the probability changes by (m - k) / (k + 1) * p / q.
    steps = np.log((size - k[:-1]) / (k[:-1] + 1.0)) + np.log(rate / (1 - rate))
    logarithm = np.concatenate([[0.0], np.cumsum(steps)])
    weight = np.exp(logarithm - logarithm.max())
    return k, weight / weight.sum()


def draw(results: Results, subject: str, style: Style) -> Figure:
    """Histograms above, intervals below, on one axis of error rate in percent."""
    network = results.networks[subject]
    histogram, intervals = histogram_data(network), network.interval_rows()
    below = row_height(intervals)
    figure = style.new_figure(9.6, 4.4 + below)
    top, bottom = figure.subplots(2, 1, sharex=True, height_ratios=[3.5, below])
    draw_histogram(top, network, histogram, style)
    draw_lines(network, top, bottom, style)
    draw_rows(bottom, intervals, style, "error rate (%)", 100)
    size = histogram.lattice.size
    top.set_title(f"{network.title}: error rate measured on {text.counted(size, 'point')}", loc="left")
    side_legend(top)
    return figure


def draw_histogram(axis: Axes, network: Network, histogram: Histogram, style: Style) -> None:
    size, levels = histogram.lattice.size, histogram.lattice.levels
    if histogram.trials is not None:
        axis.stairs(100 * histogram.share(histogram.trials), 100 * histogram.edge, color=style.trials, fill=True,
                    label=text.counted(int(histogram.trials.sum()), "fresh test set"))
        if network.has("trials/exact_pmf", "trials/n_error"):
            axis.plot(100 * network.read("trials/n_error", 1) / size, 100 * network.read("trials/exact_pmf", 1),
                      color=style.truth, linewidth=1.4, label="exact distribution of these\n(from the true risk)")
    if histogram.bootstrap is not None:
        axis.stairs(100 * histogram.share(histogram.bootstrap), 100 * histogram.edge, color=style.bootstrap,
                    linewidth=1.6, label=f"{text.counted(int(histogram.bootstrap.sum()), 'bootstrap resample')}\n"
                    "of one test set")
        k, probability = binomial(size, network_estimate(network))
        axis.plot(100 * k / size, 100 * probability, color=style.bootstrap, linewidth=1.1, linestyle=":",
                  label=f"Binomial({size}, $R_T$) / {size}:\nbootstrap without resampling")
    left, right = histogram.edge[[0, -1]]
    axis.set_xlim(100 * left, 100 * right)
    values = "one value" if levels == 1 else f"{levels} values"
    axis.set_ylabel(f"share of a value k/{size} (%)\nbins of {values}, {100 * levels / size:.3g} %")
    axis.set_ylim(bottom=0)
    axis.tick_params(labelbottom=True)


def network_estimate(network: Network) -> float:
    """R_T, the error rate of the one test set."""
    rate = network.find("error_rate", "test_set")
    return float(network.attribute("test_error") if rate is None else rate)


def draw_lines(network: Network, top: Axes, bottom: Axes, style: Style) -> None:
    """Where the one test set fell, where the truth is, and where the trials say that it is."""
    marks = [(network_estimate(network), style.ink, "-", f"$R_T$ of one test set: {text.percent(network_estimate(network))}")]
    risk, enclosure, trials = network.true_risk, network.true_risk_enclosure, network.trials
    if risk is not None:
        words = f"true risk: {text.percent(risk, 4)}"
        if enclosure is not None:
            words += f"\nin {rounded_outwards(*enclosure)}"
            for axis in (top, bottom):
                axis.axvspan(100 * enclosure[0], 100 * enclosure[1], color=style.truth, alpha=0.4, linewidth=0)
        marks.append((risk, style.truth, "-", words))
    if trials is not None:
        words = f"mean of the trials: {text.percent(trials.mean, 3)}"
        if trials.mcse is not None:  # a single trial has none
            words += f"\n(standard error {text.percent(trials.mcse, 4)})"
        marks.append((trials.mean, style.mean, "--", words))
    for rate, colour, dash, words in marks:
        for axis in (top, bottom):
            axis.axvline(100 * rate, color=colour, linestyle=dash, linewidth=1.4, label=words)


SPECS = (FigureSpec(
    "trials", "Fresh test sets, bootstrap and intervals",
    "Above, the error rates that one network gets on many different test sets (filled) and what the bootstrap makes of a "
    "single one of them (outline): it is centred on that one measurement, not on the truth. Below, what each method "
    "concludes from this one test set; an interval is right if it holds the true risk.", applies, draw),)
