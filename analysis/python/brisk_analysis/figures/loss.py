# SPDX-License-Identifier: GPL-3.0-or-later
"""The training loss of every network, epoch by epoch."""
from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..style import DASHES
from .parts import side_legend, whole_file
from .spec import FigureSpec

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from ..reader import Results
    from ..style import Style

MOST_EPOCHS = 4000  # points of a curve that are drawn


def loss_data(results: Results) -> list[tuple[str, str, int, np.ndarray, np.ndarray]]:
    """[(title, activation, hidden units, epochs, their losses)] of all networks that have a curve. Of a long training
    evenly spaced epochs, and the last one."""
    curves = []
    for network in results.networks.values():
        if network.has("loss"):
            data = network.data("loss", 1)
            step = -(-len(data) // MOST_EPOCHS)
            epochs = np.arange(0, len(data), step)
            values = data[::step]
            if len(data) and epochs[-1] != len(data) - 1:
                epochs, values = np.append(epochs, len(data) - 1), np.append(values, data[-1])
            curves.append((network.title, network.activation, network.hidden, epochs, values))
    return curves


def draw(results: Results, _: str, style: Style) -> Figure:
    """All curves in one panel: the colour is the number of units, the line style the activation."""
    curves = loss_data(results)
    sizes = sorted({hidden for _, _, hidden, *_ in curves})
    activations = list(dict.fromkeys(activation for _, activation, *_ in curves))
    figure = style.new_figure(7.6, 4.4)
    axis = figure.subplots()
    for title, activation, hidden, epochs, loss in curves:
        axis.plot(epochs, loss, label=title, color=style.series(sizes.index(hidden)),
                  linestyle=DASHES[activations.index(activation) % 4], marker="o" if len(loss) == 1 else "")
    axis.set_yscale("log")
    axis.yaxis.set_major_formatter(plain_number)
    axis.yaxis.set_minor_formatter(plain_minor)
    axis.set_xlim(0, max(1, *(epochs[-1] + 1 for *_, epochs, _ in curves)))
    axis.grid(True, which="major")
    axis.set_xlabel("epoch")
    axis.set_ylabel("training loss [nats]")
    axis.set_title("Mean negative log-likelihood, full-batch gradient descent", loc="left")
    side_legend(axis)
    return figure


def plain_number(value: float, _: object) -> str:
    return f"{value:g}"


def plain_minor(value: float, _: object) -> str:
    """Labels at 2 and 5 between the decades, where a curve of one decade would else have one label."""
    leading = value / 10 ** np.floor(np.log10(value))
    return f"{value:g}" if round(leading) in (2, 5) and abs(leading - round(leading)) < 1e-6 else ""


SPECS = (FigureSpec(
    "loss", "Training loss",
    "How well each network fits its training points, step by step: lower is better, and a curve that still falls would "
    "gain from more steps.",
    whole_file(lambda results: any(network.has("loss") and network.data("loss").size
                                   for network in results.networks.values())), draw),)
