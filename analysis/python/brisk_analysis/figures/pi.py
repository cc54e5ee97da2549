# SPDX-License-Identifier: GPL-3.0-or-later
"""The smallest experiment: how the estimates of pi scatter."""
from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from .. import style as text
from .parts import ERRORS, Lattice, extent, side_legend, whole
from .spec import FigureSpec

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from ..reader import Results
    from ..style import Style


def applies(results: Results) -> list[str]:
    """Where trials were kept; the quantiles of others are drawn by `distribution`."""
    return [""] if results.has("pi/trial_value") and points_of(results) else []


def points_of(results: Results) -> int:
    """Points an estimate: an estimate can only be 4 k / points."""
    return int(results.config.get("options", "points", fallback="0"))


def pi_data(results: Results) -> tuple[Lattice, np.ndarray]:
    """Bins of equally many of the values k, and the trials in each."""
    points = points_of(results)
    lattice = Lattice.around(*extent(whole(results.chunks("pi/trial_value"), points / 4)), points)
    return lattice, lattice.count(whole(results.chunks("pi/trial_value"), points / 4))


def draw(results: Results, _: str, style: Style) -> Figure:
    lattice, count = pi_data(results)
    points = points_of(results)
    figure = style.new_figure(8.4, 4.0)
    axis = figure.subplots()
    axis.stairs(100 * count / count.sum() / lattice.values, 4 * lattice.edge / points, color=style.trials, fill=True,
                label=text.counted(int(count.sum()), "trial"))
    mean, error = results.attribute("mean", "pi"), results.find("mcse", "pi")
    words = f"mean of the trials: {mean:.6f}"
    if error is not None:
        axis.axvspan(mean - ERRORS * error, mean + ERRORS * error, color=style.mean, alpha=0.3, linewidth=0)
        words += f"\n(standard error {error:.6f})"
    axis.axvline(math.pi, color=style.truth, linewidth=1.4, label=f"π = {math.pi:.6f}")
    axis.axvline(mean, color=style.mean, linestyle="--", linewidth=1.4, label=words)
    axis.set_xlabel(f"estimate of π from {text.counted(points, 'point')}")
    axis.set_ylabel(f"share of a value 4 k / {points} (%)\nbins of {text.counted(lattice.levels, 'value')}")
    axis.set_ylim(bottom=0)
    side_legend(axis)
    return figure


SPECS = (FigureSpec(
    "pi", "Estimates of π",
    "Each trial throws points into a square and counts those in the quarter circle: single estimates scatter widely, their mean "
    "is close.", applies, draw),)
