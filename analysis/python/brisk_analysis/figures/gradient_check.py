# SPDX-License-Identifier: GPL-3.0-or-later
"""The error of the finite difference against its step, for each parameter: it should fall as the square."""
from dataclasses import dataclass

import numpy as np

from .. import style
from .picture import drawn, skipped


@dataclass
class Check:
    title: str
    activation: str
    parameter: list
    epsilon: np.ndarray
    error: np.ndarray  # [parameter, epsilon]
    kinks: np.ndarray  # [parameter, epsilon]


def pictures(results):
    if not results.gradient_checks():
        return [skipped("gradient_check", "the file has no /gradient_check")]
    return [drawn("gradient_check", draw, results)]


def check_data(node):
    """What one panel shows, from /gradient_check/DTYPE."""
    dtype = node.group.name.rsplit("/", 1)[1].split("_")[0]
    activation, hidden = node.attribute("activation"), node.attribute("hidden")
    name = {"relu": "ReLU"}.get(activation, activation)
    return Check(f"{dtype}, {hidden} {name} units", activation, node.read("parameter", 1), node.read("epsilon", 1),
                 node.read("error", 2), node.read("kinks", 2))


def guide(check):
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


def kink_note(check):
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


def draw(results):
    """One panel a dtype (and activation), one line a parameter."""
    checks = [check_data(node) for node in results.gradient_checks()]
    columns = min(len(checks), 2)
    rows = -(-len(checks) // columns)
    figure = style.new_figure(1.2 + 3.9 * columns, 0.5 + 3.4 * rows)
    axes = figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False)
    handles = {}
    for i, axis in enumerate(axes.flat):
        if i >= len(checks):
            axis.set_visible(False)
            continue
        draw_check(axis, checks[i], handles)
        if i + columns >= len(checks):
            axis.set_xlabel("step ε")
            axis.tick_params(labelbottom=True)
        if i % columns == 0:
            axis.set_ylabel("|finite difference − gradient · u|")
    axes[0, -1].legend(handles.values(), handles.keys(), loc="upper left", bbox_to_anchor=(1.02, 1),
                       borderaxespad=0)
    figure.suptitle("Gradient check: error of the symmetric difference", fontsize=12)
    return figure


def draw_check(axis, check, handles):
    axis.set_xscale("log")
    axis.set_yscale("log")
    axis.grid(True, which="major")
    for i, name in enumerate(check.parameter):
        error = np.where(check.error[i] > 0, check.error[i], np.nan)
        (line,) = axis.plot(check.epsilon, error, color=style.SERIES[i % 8], marker=style.MARKERS[i % 8], label=name,
                            markersize=5)
        handles.setdefault(name, line)
    slope = guide(check)
    if slope is not None:
        (line,) = axis.plot(*slope, color=style.GREY, linestyle="--", linewidth=1.2, label="slope 2")
        handles.setdefault("slope 2: error ∝ ε²", line)
    note = kink_note(check)
    axis.set_title(check.title, pad=6 + 12 * (note.count("\n") + 1 if note else 0))
    if note:
        axis.text(0.5, 1.015, note, transform=axis.transAxes, va="bottom", ha="center", fontsize=8.5, color=style.GREY)
