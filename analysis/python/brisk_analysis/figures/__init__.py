# SPDX-License-Identifier: GPL-3.0-or-later
"""All figures of a results file, from one table.

    for drawing in all_figures(results):
        page.add(drawing.title, drawing.caption, drawing.svg(results))

A module below has a `SPECS` tuple; SPECS here is all of them in the order of a page. To add a figure, write a
function (results, subject, style) -> matplotlib Figure, and a FigureSpec that names it.
"""
from __future__ import annotations

import os
from typing import TYPE_CHECKING, Callable, Optional

from ..reader import ResultsError
from ..style import LIGHT, Style
from . import (comparison, convergence, coverage_study, decision, distribution, gradient_check, graph, intervals, loss,
               loss_coverage, overview, pi, power, stopping, training_study, trials, width_coverage)
from .spec import Drawing, FigureError, FigureSpec

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from ..reader import Results

MODULES = (graph, gradient_check, loss, decision, overview, trials, intervals, comparison, coverage_study, loss_coverage,
           width_coverage, power, training_study, pi, distribution, convergence, stopping)
SPECS: tuple[FigureSpec, ...] = tuple(spec for module in MODULES for spec in module.SPECS)
FORMATS = ("png", "svg", "pdf")

__all__ = ["FORMATS", "SPECS", "Drawing", "FigureError", "FigureSpec", "all_figures", "write_figures"]


def all_figures(results: Results) -> list[Drawing]:
    """Every figure that the file has the data for, in the order of a page."""
    return [Drawing(spec, subject) for spec in SPECS for subject in spec.applies(results)]


def write_figures(results: Results, folder: str | os.PathLike[str], formats: tuple[str, ...] = ("png", "svg"),
                  style: Style = LIGHT, each: Optional[Callable[[Drawing, Figure], None]] = None
                  ) -> tuple[list[str], list[tuple[str, str]]]:
    """Draws every figure of the file into the folder, which is made if need be; `each` is called with every one.

    Returns (paths written, [(name, what failed)]).
    """
    try:
        os.makedirs(folder, exist_ok=True)
    except OSError as error:
        raise ResultsError(f"{folder}: cannot make the folder for the figures: {error.strerror}") from error
    written: list[str] = []
    failures: list[tuple[str, str]] = []
    for drawing in all_figures(results):
        paths = [os.path.join(folder, f"{drawing.name}.{suffix}") for suffix in formats]
        try:
            figure = drawing.draw(results, style)
        except (FigureError, ResultsError) as error:
            failures.append((drawing.name, str(error)))
            continue
        except Exception as error:  # pylint: disable=broad-except  # a damaged file must not cost the other figures
            failures.append((drawing.name, f"{results.path} does not have the shape that it should: {error}"))
            continue
        try:
            for path in paths:
                style.save(figure, path)
        except OSError as error:
            raise ResultsError(f"{error.filename or paths[0]}: cannot be written: {error.strerror}") from error
        written.extend(paths)
        if each is not None:
            each(drawing, figure)
    return written, failures
