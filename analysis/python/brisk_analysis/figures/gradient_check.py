# SPDX-License-Identifier: GPL-3.0-or-later
"""The error of the finite difference against its step, for each parameter: it should fall as the square."""
from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Optional

import numpy as np

from ..style import MARKERS
from .parts import side_legend, whole_file
from .spec import FigureSpec

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from ..reader import Node, Results
    from ..style import Style


@dataclass
class Check:
    title: str
    activation: str
    parameter: list[str]
    epsilon: np.ndarray
    error: np.ndarray  # [parameter, epsilon]
    kinks: np.ndarray  # [parameter, epsilon]


def check_data(node: Node) -> Check:
    """What one panel shows, from /gradient_check/DTYPE."""
    dtype = node.name.split("_")[0]
    activation, hidden = node.attribute("activation"), node.attribute("hidden")
    name = {"relu": "ReLU"}.get(activation, activation)
    return Check(f"{dtype}, {hidden} {name} units", activation, node.read("parameter", 1), node.read("epsilon", 1),
                 node.read("error", 2), node.read("kinks", 2))


def guide(check: Check) -> Optional[tuple[np.ndarray, np.ndarray]]:
    """A line of slope 2 just above the errors at the largest step: (epsilon, error); None without errors.

    Parameters that cross kinks do not count, unless all do: the line is no bound for them.
    """
    largest = np.argmax(check.epsilon)
    smooth = check.kinks[:, largest] == 0
    top = check.error[smooth if smooth.any() else slice(None), largest].max()
    if not (np.isfinite(top) and top > 0):
        return None
    epsilon = np.array([check.epsilon.min(), check.epsilon.max()])
    return epsilon, 3 * top * (epsilon / epsilon[1]) ** 2


def kink_note(check: Check) -> str:
    """For ReLU, what limits the claim of second order; nothing for smooth activations."""
    if check.activation != "relu":
        return ""
    crossing = [i for i, kinks in enumerate(check.kinks) if kinks.any()]
    if not crossing:
        return "no step crosses a kink"
    names = ", ".join(check.parameter[i] for i in crossing)
    largest = int(np.argmax(check.epsilon))
    counts = ", ".join(str(check.kinks[i, largest]) for i in crossing)
    verb = "crosses" if len(crossing) == 1 else "cross"
    return f"{names} {verb} kinks ({counts} at ε = {check.epsilon[largest]:g}):\nno order claimed"


def draw(results: Results, _: str, style: Style) -> Figure:
    """One panel a dtype (and activation), one line a parameter."""
    checks = [check_data(node) for node in results.gradient_checks()]
    columns = min(len(checks), 2)
    rows = -(-len(checks) // columns)
    figure = style.new_figure(1.2 + 3.9 * columns, 0.5 + 3.4 * rows)
    axes = figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False)
    handles: dict[str, Any] = {}
    for i, axis in enumerate(axes.flat):
        if i >= len(checks):
            axis.set_visible(False)
            continue
        draw_check(axis, checks[i], handles, style)
        if i + columns >= len(checks):
            axis.set_xlabel("step ε")
            axis.tick_params(labelbottom=True)
        if i % columns == 0:
            axis.set_ylabel("|finite difference − gradient · u|")
    side_legend(axes[0, -1], handles=list(handles.values()), labels=list(handles))
    figure.suptitle("Gradient check: error of the symmetric difference", fontsize=12)
    return figure


def draw_check(axis: Axes, check: Check, handles: dict[str, Any], style: Style) -> None:
    axis.set_xscale("log")
    axis.set_yscale("log")
    axis.grid(True, which="major")
    for i, name in enumerate(check.parameter):
        error = np.where(check.error[i] > 0, check.error[i], np.nan)
        (line,) = axis.plot(check.epsilon, error, color=style.series(i), marker=MARKERS[i % 8], label=name, markersize=5)
        handles.setdefault(name, line)
    slope = guide(check)
    if slope is not None:
        (line,) = axis.plot(*slope, color=style.grey, linestyle="--", linewidth=1.2, label="slope 2")
        handles.setdefault("slope 2: error ∝ ε²", line)
    note = kink_note(check)
    axis.set_title(check.title, pad=6 + 12 * (note.count("\n") + 1 if note else 0))
    if note:
        axis.text(0.5, 1.015, note, transform=axis.transAxes, va="bottom", ha="center", fontsize=8.5, color=style.grey)


SPECS = (FigureSpec(
    "gradient_check", "Gradient check",
    "The gradient is compared with a finite difference of smaller and smaller steps: while the error falls along the dashed "
    "line the gradient is right, and it rises again where rounding takes over.",
    whole_file(lambda results: results.gradient_checks()), draw),)
