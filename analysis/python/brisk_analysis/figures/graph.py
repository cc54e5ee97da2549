# SPDX-License-Identifier: GPL-3.0-or-later
"""The computation graphs of Part 1: Graphviz places them, matplotlib draws what it placed."""
from __future__ import annotations

import json
import shutil
import subprocess
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.patches import Ellipse, PathPatch
from matplotlib.path import Path

from .parts import literal
from .spec import FigureError, FigureSpec

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from ..reader import Results
    from ..style import Style

GRAPHS = {"": "tensor_basics/graph/dot",  # only w requires a gradient
          "all_leaves": "tensor_basics/graph/dot_all_leaves"}
INCH = 72.0  # points

# What brisk draws in which colour, and the colour of the style that stands for it.
INK = {"#1f2933": "ink", "#5f6b76": "grey", "#e3eefb": "band", "#3b6ea8": "mean", "#dff0d8": "band", "#2f7d32": "truth",
       "#f2f2f2": "band", "#8a8f94": "grey", "#000000": "ink", "#ffffff": "paper"}


def place(text: str, where: str) -> dict[str, Any]:
    """What `dot` makes of the graph's text: its objects with drawing operations."""
    program = shutil.which("dot")
    if program is None:
        raise FigureError("the program 'dot' is not installed (Debian: apt install graphviz)")
    done = subprocess.run([program, "-Tjson"], input=text.encode(), capture_output=True, check=False)
    if done.returncode != 0:
        raise FigureError(f"dot refuses {where}: {done.stderr.decode(errors='replace').strip()}")
    placed: dict[str, Any] = json.loads(done.stdout)
    return placed


def operations(placed: dict[str, Any]) -> list[dict[str, Any]]:
    """All drawing operations of nodes and edges, in order."""
    found = []
    for part in (*placed.get("objects", ()), *placed.get("edges", ())):
        for name in ("_draw_", "_hdraw_", "_tdraw_", "_ldraw_"):
            found += [{"op": "reset"}, *part.get(name, ())]
    return found


def draw(results: Results, subject: str, style: Style) -> Figure:
    path = GRAPHS[subject]
    placed = place(results.read(path, 0), results.where(path))
    left, bottom, right, top = (float(value) for value in placed["bb"].split(","))
    margin = 8.0
    figure = style.new_figure((right - left + 2 * margin) / INCH, (top - bottom + 2 * margin) / INCH)
    figure.set_layout_engine("none")
    axis = figure.add_axes((0, 0, 1, 1))
    axis.set_axis_off()
    axis.set_xlim(left - margin, right + margin)
    axis.set_ylim(bottom - margin, top + margin)
    pen = Pen(axis, style)
    for operation in operations(placed):
        pen.do(operation)
    return figure


class Pen:
    """Draws operations one after the other; colours, font and line style hold until they change."""

    def __init__(self, axis: Axes, style: Style) -> None:
        self.axis, self.style = axis, style
        self.line = self.fill = style.ink
        self.size, self.look, self.dash, self.width, self.depth = 14.0, 0, "-", 1.0, 1.0

    def colour(self, given: str) -> str:
        """The style's colour for one of brisk's, or the given one."""
        name = INK.get(given[:7].lower())
        return str(getattr(self.style, name)) if name else given

    def do(self, operation: dict[str, Any]) -> None:
        kind = operation["op"]
        if kind == "reset":
            self.look, self.dash, self.width = 0, "-", 1.0
        elif kind == "c":
            self.line = self.colour(operation["color"])
        elif kind == "C":
            self.fill = self.colour(operation["color"])
        elif kind == "F":
            self.size = operation["size"]
        elif kind == "t":
            self.look = operation["fontchar"]
        elif kind == "S":
            self.restyle(operation["style"])
        elif kind in "eE":
            x, y, width, height = operation["rect"]
            self.put(Ellipse((x, y), 2 * width, 2 * height), kind == "E")
        elif kind in "pP":
            points = operation["points"]
            self.put(PathPatch(Path([*points, points[0]], closed=True)), kind == "P")
        elif kind in "bB":
            points = operation["points"]
            self.put(PathPatch(Path(points, [Path.MOVETO] + [Path.CURVE4] * (len(points) - 1))), kind == "B")
        elif kind == "L":
            self.put(PathPatch(Path(np.array(operation["points"]))), False)
        elif kind == "T":
            self.write(operation)

    def restyle(self, look: str) -> None:
        if look in ("dashed", "dotted", "solid"):
            self.dash = {"dashed": "--", "dotted": ":", "solid": "-"}[look]
        elif look.startswith("setlinewidth("):
            self.width = float(look[len("setlinewidth("):-1])

    def put(self, patch: Any, filled: bool) -> None:
        patch.set(edgecolor=self.line, facecolor=self.fill if filled else "none", linestyle=self.dash,
                  linewidth=self.width, zorder=self.depth)
        self.axis.add_patch(patch)
        self.depth += 0.001  # later operations lie above

    def write(self, operation: dict[str, Any]) -> None:
        x, y = operation["pt"]
        # Graphviz reckons with Helvetica, which is narrower than our font.
        self.axis.text(x, y, literal(operation["text"]), fontsize=0.86 * self.size, color=self.line, zorder=self.depth + 1,
                       horizontalalignment={"l": "left", "c": "center", "r": "right"}[operation["align"]],
                       fontweight="bold" if self.look & 1 else "normal", fontstyle="italic" if self.look & 2 else "normal")


SPECS = (FigureSpec(
    "graph", "Computation graph",
    "Which operation made which value from which: gradients flow back from the last box to the leaves that ask for one.",
    lambda results: [subject for subject, path in GRAPHS.items() if results.has(path)], draw),)
