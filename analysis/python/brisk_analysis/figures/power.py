# SPDX-License-Identifier: GPL-3.0-or-later
"""How often a test finds the better of two networks, and how often it errs where there is no difference."""
from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.lines import Line2D

from .. import style as text
from ..reader import ResultsError
from ..style import MARKERS
from .parts import ERRORS, legend_below
from .spec import FigureSpec

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from ..reader import Node, Results
    from ..style import Style


def draw(results: Results, _: str, style: Style) -> Figure:
    study = results.node("power_study")
    names, level = study.read("test", 1), study.attribute("level")
    figure = style.new_figure(10.4, 5.0)
    left, right = figure.subplots(1, 2)
    draw_curves(left, study, "power", names, style)
    draw_curves(right, study, "size", names, style)
    right.axhline(100 * (1 - level), color=style.grey, linestyle="--", linewidth=1.2)
    left.set_ylim(0, 104)
    right.set_ylim(bottom=0)
    planned, wanted = study.find("planned_size"), study.find("planned_power")
    handles = [Line2D([], [], color=style.series(i), marker=MARKERS[i % 8], markersize=5, label=name)
               for i, name in enumerate(names)]
    if planned is not None and wanted is not None:
        left.plot([planned], [100 * wanted], marker="*", markersize=13, color=style.ink, linestyle="none", zorder=5)
        handles.append(Line2D([], [], marker="*", markersize=11, color=style.ink, linestyle="none",
                              label=f"planned: {planned} points for {100 * wanted:g} %"))
    handles.append(Line2D([], [], color=style.grey, linestyle="--", label=f"{100 * (1 - level):g} %, the most that is allowed"))
    left.set_ylabel("finds the better network (%)")
    right.set_ylabel("errs where both are equally good (%)")
    left.set_title("Power", loc="left")
    right.set_title("Size: a fair coin decides each discordant point", loc="left", fontsize=10)
    truth = study.node("truth")
    figure.suptitle(f"{study.attribute('network_a')} against {study.attribute('network_b')}: risks "
                    f"{text.percent(truth.attribute('risk_a'), 3)} and {text.percent(truth.attribute('risk_b'), 3)}",
                    fontsize=11)
    legend_below(figure, handles, 3, title_fontsize=9,
                 title=f"dots: simulated, bars {ERRORS} standard errors; lines: summed exactly")
    return figure


def draw_curves(axis: Axes, study: Node, what: str, names: list[str], style: Style) -> None:
    """Simulated shares as dots with bars, exact ones as lines, beside one another where they would hide each other."""
    sizes = study.read("test_size", 1)
    columns = {name: study.read(name, 2) for name in (what, f"{what}_se", f"exact_{what}")}
    for name, values in columns.items():
        if values.shape != (len(sizes), len(names)):
            raise ResultsError(f"{study.where(name)} is {values.shape}, not test sizes by tests")
    for i in range(len(names)):
        nudge = 1.02 ** (i - (len(names) - 1) / 2)
        axis.plot(sizes, 100 * columns[f"exact_{what}"][:, i], color=style.series(i), linewidth=1.2)
        axis.errorbar(nudge * sizes, 100 * columns[what][:, i], yerr=100 * ERRORS * columns[f"{what}_se"][:, i],
                      fmt=MARKERS[i % 8], color=style.series(i), markersize=5, capsize=3, elinewidth=1.2)
    axis.set_xscale("log")
    axis.set_xticks(sizes, [f"{size:g}" for size in sizes], rotation=45 if len(sizes) > 6 else 0)
    axis.set_xticks([], minor=True)
    if len(sizes) == 1:
        axis.set_xlim(sizes[0] / 1.3, sizes[0] * 1.3)
    axis.set_xlabel("points of a test set")
    axis.grid(True)


def there(results: Results) -> list[str]:
    return [""] if results.has("power_study/power", "power_study/truth") else []


SPECS = (FigureSpec(
    "power", "How often a test finds the better network",
    "Left, the chance that a test on so many points tells which of two networks is better. Right, how often the same test cries "
    "wolf where there is no difference: that must stay below the dashed line.", there, draw),)
