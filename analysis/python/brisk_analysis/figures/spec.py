# SPDX-License-Identifier: GPL-3.0-or-later
"""What a kind of figure is, and one figure of a file."""
from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Callable

from ..style import LIGHT, Style

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from ..reader import Results


class FigureError(Exception):
    """A figure that the file has the data for, but that could not be made."""


@dataclass(frozen=True)
class FigureSpec:
    """A kind of figure.

    A subject says which one of its kind: the name of a network, the path of a table; "" where a file has one only.
    """

    name: str  # of files and anchors: lower case, digits, underscores
    title: str  # what stands above it in a page
    caption: str  # a sentence or two for somebody who sees such a figure for the first time
    applies: Callable[[Results], list[str]]  # the subjects that the file has the data for
    draw: Callable[[Results, str, Style], Figure]  # inside style.context(): Drawing.draw takes care of that


@dataclass(frozen=True)
class Drawing:
    """One figure of a file: its kind and its subject."""

    spec: FigureSpec
    subject: str

    @property
    def name(self) -> str:
        """Name of its file without suffix, unique in a results file: 'trials_tanh_500'."""
        subject = "".join(c if c.isalnum() or c in "-." else "_" for c in self.subject)
        return f"{self.spec.name}_{subject}" if subject else self.spec.name

    @property
    def title(self) -> str:
        return f"{self.spec.title}: {self.subject}" if self.subject else self.spec.title

    @property
    def caption(self) -> str:
        return self.spec.caption

    def draw(self, results: Results, style: Style = LIGHT) -> Figure:
        """The figure, laid out, on a transparent ground; raises FigureError or ResultsError."""
        with style.context():
            figure = self.spec.draw(results, self.subject, style)
            style.lay_out(figure)
        return figure

    def svg(self, results: Results) -> str:
        """One <svg> element for a page: its text is text, its ids begin with the figure's name, and its colours are
        CSS variables (style.css_variables() defines them), so that a page can be light or dark."""
        return self.inline(self.draw(results))

    def inline(self, figure: Figure) -> str:
        """The same of this figure as it was drawn in the light style."""
        with LIGHT.context():
            return LIGHT.inline_svg(figure, self.name)
