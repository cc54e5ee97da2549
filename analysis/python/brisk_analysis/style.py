# SPDX-License-Identifier: GPL-3.0-or-later
"""How every figure looks, and how it is saved so that the same file gives the same picture."""
import contextlib
import os

import matplotlib
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

DPI = 150

# The assignment prescribes blue and red for the classes; the rest is Okabe and Ito's palette, which
# readers with any common colour blindness can tell apart.
NEGATIVE = "#1f4fd8"
POSITIVE = "#d62728"
BAYES = "#d62728"
BLACK = "#000000"
GREY = "#6b6b6b"
TRIALS = "#56b4e9"
BOOTSTRAP = "#d55e00"
MEAN = "#0072b2"
SERIES = ["#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#000000", "#8c6d00"]
MARKERS = ["o", "s", "^", "D", "v", "P", "X", "*"]

GUARANTEE = {"exact": "#0072b2", "finite-sample": "#009e73", "asymptotic": "#cc79a7", "none": "#e69f00"}
GUARANTEE_TEXT = {"exact": "exact", "finite-sample": "finite-sample guarantee", "asymptotic": "asymptotic",
                  "none": "no guarantee (variance estimated)"}

RC = {
    "svg.hashsalt": "brisk",
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
    "axes.facecolor": "white",
    "figure.facecolor": "white",
    "savefig.facecolor": "white",
    "axes.axisbelow": True,
    "axes.grid": False,
    "grid.color": "#dddddd",
    "grid.linewidth": 0.6,
    "lines.linewidth": 1.6,
    "text.usetex": False,
}


@contextlib.contextmanager
def context():
    """The settings of all figures, whatever the user's matplotlibrc says; use it to draw and to save."""
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(RC)
        yield


def new_figure(width, height):
    """A figure of its own, outside pyplot, so that none is left open. Sizes in inches."""
    figure = Figure(figsize=(width, height), dpi=DPI, layout="constrained")
    FigureCanvasAgg(figure)
    return figure


def lay_out(figure):
    """Places everything once for all formats."""
    figure.draw_without_rendering()
    figure.set_layout_engine("none")


def save(figure, path):
    """Writes the figure to path (.png or .svg) without dates or versions in it."""
    metadata = {".svg": {"Date": None, "Creator": "brisk"}, ".png": {"Software": "brisk"}}
    figure.savefig(path, dpi=DPI, metadata=metadata[os.path.splitext(path)[1]])


def number(value, digits):
    """A number with a true minus sign, as text for a figure."""
    return f"{value:.{digits}f}".replace("-", "\N{MINUS SIGN}")


def counted(count, noun):
    """'1 point', '2 points'."""
    return f"{count} {noun}" + ("" if count == 1 else "s")


def percent(rate, digits=2):
    """A rate as a percentage for a figure: 0.037 is '3.70 %'."""
    return number(100 * rate, digits) + " %"
