# SPDX-License-Identifier: GPL-3.0-or-later
"""How a simulation's answer settles down: the mean of the first trials, with its standard error, as trials come in."""
from __future__ import annotations

from typing import TYPE_CHECKING, Optional

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from .loss_coverage import tables
from .outputs import Running, output_groups, running_mean
from .parts import ERRORS, label, label_below, legend_below, panels
from .spec import FigureSpec

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from ..reader import Results
    from ..style import Style

MOST_PANELS = 12


def draw_running(axis: Axes, running: Running, style: Style, truth: Optional[float] = None) -> None:
    axis.fill_between(running.trials, running.mean - ERRORS * running.error, running.mean + ERRORS * running.error,
                      color=style.mean, alpha=0.2, linewidth=0)
    axis.plot(running.trials, running.mean, color=style.mean, linewidth=1.3,
              marker="o" if len(running.trials) == 1 else "")
    axis.axhline(running.mean[-1], color=style.grey, linestyle="--", linewidth=1.0)
    if truth is not None:
        axis.axhline(truth, color=style.truth, linewidth=1.2)
    axis.set_xscale("log")
    axis.grid(True)
    axis.margins(x=0.02)


def explain(figure: Figure, style: Style, truth: str = "") -> None:
    handles = [Line2D([], [], color=style.mean, label="mean of the first trials"),
               Patch(color=style.mean, alpha=0.2, label=f"± {ERRORS} standard errors"),
               Line2D([], [], color=style.grey, linestyle="--", label="mean of all trials")]
    if truth:
        handles.append(Line2D([], [], color=style.truth, label=truth))
    legend_below(figure, handles, 4, handlelength=1.6)


# Fresh test sets of networks


def with_counts(results: Results) -> list[str]:
    return [name for name, network in results.networks.items() if network.trials is not None and network.trials.kept]


def draw_networks(results: Results, _: str, style: Style) -> Figure:
    names = with_counts(results)[:MOST_PANELS]
    figure, axes = panels(style, len(names), 2, 4.2 if len(names) > 1 else 6.4, 2.4)
    risks = [results.networks[name].true_risk for name in names]
    for axis, name, risk in zip(axes, names, risks):
        network = results.networks[name]
        assert network.trials is not None
        draw_running(axis, running_mean(network.trials, "error_count", scale=100 / network.trials.test_size), style,
                     None if risk is None else 100 * risk)
        axis.set_title(network.title, loc="left", fontsize=10)
    label_below(axes, 2, "test sets")
    figure.supylabel("mean error rate (%)", fontsize=10)
    explain(figure, style, "true risk" if any(risk is not None for risk in risks) else "")
    return figure


# Outputs of any simulation


def kept_outputs(results: Results) -> list[str]:
    return [path or "outputs" for path in output_groups(results, "trial_value")]


def draw_outputs(results: Results, subject: str, style: Style) -> Figure:
    nodes = output_groups(results, "trial_value")["" if subject == "outputs" else subject][:MOST_PANELS]
    figure, axes = panels(style, len(nodes), 2, 4.4 if len(nodes) > 1 else 6.4, 2.5)
    for axis, node in zip(axes, nodes):
        draw_running(axis, running_mean(node, "trial_value"), style)
        axis.set_title(label(node), loc="left", fontsize=9.5)
    label_below(axes, 2, "trials")
    figure.supylabel("mean of the first trials", fontsize=10)
    explain(figure, style)
    return figure


# Coverage of a mean loss


def kept_outcomes(results: Results) -> list[str]:
    return [name for name, table in tables(results).items() if table.has("outcome")]


def draw_coverage(results: Results, subject: str, style: Style) -> Figure:
    """A panel a method: the share of the first trials whose interval held the mean."""
    table = tables(results)[subject]
    methods, guarantee = table.read("method", 1), table.read("guarantee", 1)
    running = running_mean(table, "outcome", lambda outcome: outcome == 0, 100)
    # As the file's own standard error: that of a share does not vanish where all intervals cover.
    share = (running.mean / 100 * running.trials + 0.5) / (running.trials + 1)
    running.error = 100 * np.sqrt(share * (1 - share) / running.trials)
    figure, axes = panels(style, len(methods), 4, 2.5, 2.1, sharex=True, sharey=True)
    level = 100 * table.attribute("level")
    for i, (axis, method) in enumerate(zip(axes, methods)):
        draw_running(axis, Running(running.trials, running.mean[i], running.error[i]), style, level)
        axis.set_title(method, loc="left", fontsize=9.5, color=style.guarantee(guarantee[i]))
    late = running.trials >= min(30, running.trials[-1])
    low = min(level, np.min((running.mean - ERRORS * running.error)[:, late]))
    axes[0].set_ylim(max(-2, low - 2), 102)
    label_below(axes, 4, "trials")
    figure.supylabel("coverage (%)", fontsize=10)
    explain(figure, style, "level")
    return figure


SPECS = (
    FigureSpec(
        "convergence_trials", "Mean error rate, trial by trial",
        "The mean over the first test sets settles down as there are more of them; the band narrows as one over the square root "
        "of their number, and the truth should stay near it.",
        lambda results: [""] if with_counts(results) else [], draw_networks),
    FigureSpec(
        "convergence", "Running means",
        "The mean of the first trials of each output, and how far it can be trusted: more trials would continue the curve "
        "inside the band.", kept_outputs, draw_outputs),
    FigureSpec(
        "convergence_coverage", "Coverage, trial by trial",
        "The share of intervals that held the true mean, over the first trials: when the band leaves the green line, the "
        "method does not keep its level.", kept_outcomes, draw_coverage),
)
