# SPDX-License-Identifier: GPL-3.0-or-later
"""The looks of a stopping rule: what was known when, and when that was enough."""
from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .. import style as text
from .loss import plain_minor, plain_number
from .parts import ERRORS, side_legend
from .spec import FigureSpec

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from ..reader import Node, Results
    from ..style import Style


def rules(results: Results) -> dict[str, Node]:
    """{name of the simulation: group of its stopping rule}."""
    return {node.name: node.node("stop") for node in results.children("simulation")
            if node.has("stop/trials", "stop/mean")}


def draw(results: Results, subject: str, style: Style) -> Figure:
    """Above the estimate, below what the rule waits for."""
    stop = rules(results)[subject]
    trials, mean, error = (stop.read(name, 1) for name in ("trials", "mean", "mcse"))
    promised = stop.attribute("rule") == "width"
    if promised:
        low, high = stop.read("low", 1), stop.read("high", 1)
        waited, words = high - low, f"width of the {100 * stop.attribute('level'):g} % interval"
        band = f"interval, {text.GUARANTEE_TEXT.get(stop.attribute('guarantee'), stop.attribute('guarantee'))}"
    else:
        low, high = mean - ERRORS * error, mean + ERRORS * error
        waited, words, band = error, "standard error of the mean", f"± {ERRORS} standard errors"
    figure = style.new_figure(8.0, 5.0)
    top, bottom = figure.subplots(2, 1, sharex=True)
    top.fill_between(trials, low, high, color=style.mean, alpha=0.2, linewidth=0, label=band)
    top.plot(trials, mean, color=style.mean, marker="o", markersize=4, label="mean at each look")
    top.set_ylabel(f"mean of {stop.attribute('output')}")
    positive = waited > 0
    bottom.plot(trials[positive], waited[positive], color=style.mean, marker="o", markersize=4, label="at each look")
    bottom.axhline(stop.attribute("target"), color=style.grey, linestyle="--",
                   label=f"target: {stop.attribute('target'):g}")
    bottom.set_ylabel(words)
    bottom.set_xlabel("trials")
    bottom.set_yscale("log")
    bottom.yaxis.set_major_formatter(plain_number)
    bottom.yaxis.set_minor_formatter(plain_minor)
    if len(trials) > 1 and np.max(trials) > 20 * np.min(trials):
        bottom.set_xscale("log")
    for axis in (top, bottom):
        axis.grid(True)
        side_legend(axis)
    top.set_title(f"{subject}: {'ended by the rule' if stop.attribute('reached') else 'target not reached'} at "
                  f"{trials[-1]} trials", loc="left")
    return figure


SPECS = (FigureSpec(
    "stopping", "When the simulation stopped",
    "The run went on until the number below was small enough; every look at it is a dot.",
    lambda results: list(rules(results)), draw),)
