# SPDX-License-Identifier: GPL-3.0-or-later
"""Tables of intervals that stand for themselves: of `brisk interval`, and of networks on data of the user's."""
from __future__ import annotations

from typing import TYPE_CHECKING

from .. import style as text
from .interval_rows import draw_rows, row_height
from .parts import label, side_legend
from .spec import FigureSpec
from .trials import draw_histogram, draw_lines, histogram_data

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from ..reader import Results
    from ..style import Style


def applies(results: Results) -> list[str]:
    """Paths of the tables: networks with trials have a figure of their own."""
    found = ["interval"] if results.has("interval/method") else []
    for name, network in results.networks.items():
        if network.trials is None:
            found += [f"network/{name}/{table}" for table in ("interval", "nll_interval")
                      if network.has(f"{table}/method")]
    return found


def draw(results: Results, subject: str, style: Style) -> Figure:
    """Error rates with the bootstrap's histogram above them, other losses as bars alone."""
    parent, _, table = subject.rpartition("/")
    network = results.networks[parent.rpartition("/")[2]] if parent else None
    node = results if network is None else network
    intervals = node.interval_rows(table)
    rows = row_height(intervals)
    if network is not None and table == "interval" and network.has("bootstrap/mean", "test_set/error"):
        histogram = histogram_data(network)
        figure = style.new_figure(9.6, 4.4 + rows)
        top, bottom = figure.subplots(2, 1, sharex=True, height_ratios=[3.5, rows])
        draw_histogram(top, network, histogram, style)
        draw_lines(network, top, bottom, style)
        draw_rows(bottom, intervals, style, "error rate (%)", 100)
        top.set_title(f"{network.title}: error rate measured on "
                      f"{text.counted(histogram.lattice.size, 'point')}", loc="left")
        side_legend(top)
        return figure
    figure = style.new_figure(9.6, 0.5 + rows)
    axis = figure.subplots()
    unit = label(node, f"{table}/estimate")
    if table == "nll_interval":
        unit = "mean negative log-likelihood [nats]"
    elif network is None:  # of `brisk interval`
        unit = f"{results.find('statistic', table, 'estimate')} of {results.find('n', table, '')} losses"
    draw_rows(axis, intervals, style, unit, 1)
    axis.grid(axis="x")
    if network is not None:
        axis.set_title(f"{network.title}: {axis.get_title(loc='left').lower()}", loc="left", fontsize=10)
    return figure


SPECS = (FigureSpec(
    "intervals", "Intervals",
    "What each method concludes from the same data, with what it promises; methods without a bar have no answer here and say "
    "why.", applies, draw),)
