# SPDX-License-Identifier: GPL-3.0-or-later
"""The training loss of every network, epoch by epoch."""
import numpy as np

from .. import style
from .picture import drawn, skipped


def pictures(results):
    if not any(network.has("loss") for network in results.networks()):
        return [skipped("loss", "the file has no network with a loss curve")]
    return [drawn("loss", draw, results)]


def loss_data(results):
    """[(title, activation, hidden units, loss per epoch)] of all networks that have one."""
    return [(network.title, network.attribute("activation"), network.attribute("hidden"), network.read("loss", 1))
            for network in results.networks() if network.has("loss")]


def draw(results):
    """All curves in one panel: the colour is the number of units, the line style the activation."""
    curves = loss_data(results)
    sizes = sorted({hidden for _, _, hidden, _ in curves})
    activations = list(dict.fromkeys(activation for _, activation, _, _ in curves))
    figure = style.new_figure(7.6, 4.4)
    axis = figure.subplots()
    for title, activation, hidden, loss in curves:
        axis.plot(np.arange(len(loss)), loss, label=title, color=style.SERIES[sizes.index(hidden) % 8],
                  linestyle=("-", "--", ":", "-.")[activations.index(activation) % 4],
                  marker="o" if len(loss) == 1 else "")
    axis.set_yscale("log")
    axis.yaxis.set_major_formatter(plain_number)
    axis.yaxis.set_minor_formatter(plain_minor)
    axis.set_xlim(0, max(len(loss) for *_, loss in curves))
    axis.grid(True, which="major")
    axis.set_xlabel("epoch")
    axis.set_ylabel("training loss (mean negative log-likelihood, nats)")
    axis.set_title("Training loss, full-batch gradient descent", loc="left")
    axis.legend(loc="upper left", bbox_to_anchor=(1.02, 1), borderaxespad=0)
    return figure


def plain_number(value, _):
    return f"{value:g}"


def plain_minor(value, _):
    """Labels at 2 and 5 between the decades, where a curve of one decade would else have one label."""
    leading = value / 10 ** np.floor(np.log10(value))
    return f"{value:g}" if round(leading) in (2, 5) and abs(leading - round(leading)) < 1e-6 else ""
