# SPDX-License-Identifier: GPL-3.0-or-later
"""How every figure looks, and how it is saved so that the same file gives the same picture.

Two styles, LIGHT and DARK, have the same fields. In the light one no two fields share a colour, so that a figure drawn
in it can be turned into one whose colours are CSS variables.
"""
from __future__ import annotations

import contextlib
import dataclasses
import io
import os
import re
from dataclasses import dataclass
from typing import Iterator

import matplotlib
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

DPI = 150
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*")
DASHES = ("-", "--", ":", "-.")
GUARANTEE_TEXT = {"exact": "exact guarantee", "finite-sample": "finite-sample guarantee", "asymptotic": "asymptotic",
                  "none": "no guarantee (variance estimated)"}

RC = {
    "font.family": "DejaVu Sans",
    "font.size": 10,
    "axes.titlesize": 11,
    "axes.labelsize": 10,
    "legend.fontsize": 9,
    "legend.frameon": False,
    "xtick.labelsize": 9,
    "ytick.labelsize": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.facecolor": "none",
    "figure.facecolor": "none",
    "axes.axisbelow": True,
    "axes.grid": False,
    "grid.linewidth": 0.6,
    "lines.linewidth": 1.6,
    "text.usetex": False,
    "svg.fonttype": "none",
    "pdf.fonttype": 42,
}


@dataclass(frozen=True)
class Style:
    """Colours by what they mean. Guarantees and series are Okabe and Ito's, which readers with any common colour
    blindness can tell apart; the assignment prescribes blue and red for the classes."""

    name: str
    ink: str  # text, axes, the network's boundary, the estimate
    grey: str  # nominal lines, second things
    grid: str
    band: str  # shaded areas
    paper: str  # ground of saved pictures; figures themselves are transparent
    negative: str  # class -1
    positive: str  # class +1, and the Bayes-optimal boundary
    trials: str  # fresh test sets
    bootstrap: str
    mean: str  # mean of the trials
    truth: str  # the true risk, exact values
    miss: str  # intervals that miss the truth
    exact: str  # guarantee classes
    finite_sample: str
    asymptotic: str
    none: str
    series_0: str
    series_1: str
    series_2: str
    series_3: str
    series_4: str
    series_5: str
    series_6: str
    series_7: str

    def guarantee(self, name: str) -> str:
        """The colour of a guarantee class, the same in every figure."""
        return {"exact": self.exact, "finite-sample": self.finite_sample, "asymptotic": self.asymptotic,
                "none": self.none}.get(name, self.grey)

    def series(self, index: int) -> str:
        """The colour of curve number index; after eight they begin again, and markers and dashes have to differ."""
        return str(getattr(self, f"series_{index % 8}"))

    @contextlib.contextmanager
    def context(self) -> Iterator[None]:
        """The settings of all figures, whatever the user's matplotlibrc says; use it to draw and to save."""
        with matplotlib.rc_context():
            matplotlib.rcdefaults()
            matplotlib.rcParams.update(RC)
            matplotlib.rcParams.update({"grid.color": self.grid})
            for name in ("text.color", "axes.edgecolor", "axes.labelcolor", "axes.titlecolor", "xtick.color",
                         "ytick.color", "patch.edgecolor", "hatch.color", "lines.color"):
                matplotlib.rcParams[name] = self.ink
            yield

    def new_figure(self, width: float, height: float) -> Figure:
        """A figure of its own, outside pyplot, so that none is left open. Sizes in inches."""
        figure = Figure(figsize=(width, height), dpi=DPI, layout="constrained")
        FigureCanvasAgg(figure)
        return figure

    def lay_out(self, figure: Figure) -> None:
        """Places everything once for all formats."""
        figure.draw_without_rendering()
        figure.set_layout_engine(None)  # with an engine, even one that does nothing, saving draws everything twice

    def save(self, figure: Figure, path: str, transparent: bool = False) -> None:
        """Writes the figure to path (.png, .svg or .pdf) without dates or versions in it."""
        metadata = {".svg": {"Date": None, "Creator": "brisk"}, ".png": {"Software": "brisk"},
                    ".pdf": {"CreationDate": None, "Creator": "brisk", "Producer": None}}
        with self.context():
            matplotlib.rcParams["svg.hashsalt"] = os.path.splitext(os.path.basename(path))[0]
            figure.savefig(path, dpi=DPI, metadata=metadata[os.path.splitext(path)[1]],
                           facecolor="none" if transparent else self.paper)

    def inline_svg(self, figure: Figure, name: str) -> str:
        """One <svg> element: ids begin with the name, colours of the style are CSS variables, the width is the page's."""
        out = io.StringIO()
        with self.context():
            matplotlib.rcParams["svg.hashsalt"] = name
            figure.savefig(out, format="svg", metadata={"Date": None, "Creator": "brisk"}, facecolor="none")
        text = out.getvalue()
        text = text[text.index("<svg"):]
        text = re.sub(r"<metadata>.*?</metadata>", "", text, flags=re.S)
        used = set(re.findall(r"(?:url\(#|href=\"#)([^\")]+)", text))
        text = re.sub(r' id="([^"]*)"', lambda found: f' id="{name}-{found[1]}"' if found[1] in used else "", text)
        text = re.sub(r"(url\(#|href=\"#)", rf"\g<1>{name}-", text)
        text = re.sub(r'(<svg[^>]*?) width="[\d.]+pt"', r"\1", text, count=1)
        text = re.sub(r'(<svg[^>]*?) height="[\d.]+pt"', r"\1", text, count=1)
        text = text.replace("'DejaVu Sans'", "'DejaVu Sans', Verdana", -1)
        for field, colour in colours(self).items():
            text = text.replace(colour, f"var(--bk-{field}, {colour})")
        return text.strip()


def colours(style: Style) -> dict[str, str]:
    """{name in CSS: colour}."""
    return {field.name.replace("_", "-"): getattr(style, field.name) for field in dataclasses.fields(style)
            if field.name != "name"}


# The light ink is no pure black: what is black in an SVG of matplotlib's is not written down.
LIGHT = Style("light", ink="#111111", grey="#6b6b6b", grid="#dddddd", band="#ececec", paper="#ffffff",
              negative="#1f4fd8", positive="#d62728", trials="#56b4e9", bootstrap="#d55e00", mean="#0072b1",
              truth="#007a3d", miss="#d62729", exact="#0072b2", finite_sample="#009e73", asymptotic="#cc79a7",
              none="#e69f00", series_0="#0072b3", series_1="#e69f01", series_2="#009e74", series_3="#cc79a8",
              series_4="#56b4ea", series_5="#d55e01", series_6="#111112", series_7="#8c6d00")
DARK = Style("dark", ink="#e8e8e8", grey="#a0a0a0", grid="#3d4148", band="#2c3036", paper="#16181c",
             negative="#7aa2ff", positive="#ff6b6b", trials="#3d88b8", bootstrap="#ff8c42", mean="#4db2f0",
             truth="#5fd38d", miss="#ff6b6c", exact="#4aa8e8", finite_sample="#2ec79a", asymptotic="#e29bc3",
             none="#f0b429", series_0="#4aa8e9", series_1="#f0b42a", series_2="#2ec79b", series_3="#e29bc4",
             series_4="#8fd0f5", series_5="#ff8c43", series_6="#e8e8e9", series_7="#c9a94a")
STYLES = {style.name: style for style in (LIGHT, DARK)}


def number(value: float, digits: int) -> str:
    """A number with a true minus sign, as text for a figure."""
    return f"{value:.{digits}f}".replace("-", "\N{MINUS SIGN}")


def counted(count: int, noun: str) -> str:
    """'1 point', '2 points'."""
    return f"{count} {noun}" + ("" if count == 1 else "s")


def percent(rate: float, digits: int = 2) -> str:
    """A rate as a percentage for a figure: 0.037 is '3.70 %'."""
    return number(100 * rate, digits) + " %"
