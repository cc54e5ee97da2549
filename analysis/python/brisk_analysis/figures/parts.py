# SPDX-License-Identifier: GPL-3.0-or-later
"""What several figures need: labels from the file, grids of panels, bins of a lattice, labels that keep apart."""
from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Callable

import numpy as np

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from ..reader import Node
    from ..style import Style

MOST_BINS = 60
ERRORS = 2  # standard errors that bars and bands reach to each side


def label(node: Node, name: str = "") -> str:
    """What an axis says about a dataset (or group) of the file: 'long name [unit]'."""
    text = str(node.find("long_name", name) or (name or node.name).rsplit("/", 1)[-1].replace("_", " "))
    unit = str(node.find("units", name) or "1")
    return literal(text if unit == "1" else f"{text} [{unit}]")


def literal(text: str) -> str:
    """A text of the file as matplotlib draws it: between two dollars it would read mathematics."""
    return text.replace("$", r"\$")


def panels(style: Style, count: int, across: int, width: float, height: float,
           **options: Any) -> tuple[Figure, list[Axes]]:
    """A figure with `count` panels in rows of at most `across`, each so wide and high; places left over stay empty."""
    across = min(across, count)
    down = -(-count // across)
    figure = style.new_figure(0.5 + width * across, 0.7 + height * down)
    grid = figure.subplots(down, across, squeeze=False, **options)
    axes = list(grid.flat)
    for axis in axes[count:]:
        axis.set_visible(False)
    for i in range(count):  # above an empty place the axis below is missing
        if options.get("sharex") and i + across >= count:
            axes[i].tick_params(labelbottom=True)
    return figure, axes[:count]


@dataclass
class Lattice:
    """Bins of equally many of the values 0, 1, ..., size; only the last one may hold fewer, where size ends in it.

    Their edges lie halfway between the values, so that no value stands on an edge.
    """

    first: int  # lowest value in the first bin
    levels: int  # values in a bin
    bins: int
    size: int

    @classmethod
    def around(cls, lowest: int, highest: int, size: int) -> Lattice:
        """At most MOST_BINS bins that hold lowest to highest; they begin at multiples of `levels`."""
        levels = -(-(highest - lowest + 1) // MOST_BINS)
        while highest // levels - lowest // levels + 1 > MOST_BINS:
            levels += 1
        return cls(lowest - lowest % levels, levels, highest // levels - lowest // levels + 1, size)

    def widened(self, lowest: int, highest: int) -> Lattice:
        """The same bins, and more of them where lowest and highest lie outside."""
        before = max(0, -((lowest - self.first) // self.levels))
        bins = before + max(self.bins, (highest - self.first) // self.levels + 1)
        return Lattice(self.first - before * self.levels, self.levels, bins, self.size)

    @property
    def edge(self) -> np.ndarray:
        """Edges in values; the last one is cut where the values end."""
        edge = self.first + self.levels * np.arange(self.bins + 1) - 0.5
        return np.minimum(edge, self.size + 0.5)

    @property
    def values(self) -> np.ndarray:
        """Number of values in each bin."""
        return np.diff(self.edge)

    def count(self, pieces: Iterable[np.ndarray]) -> np.ndarray:
        """How many of the given values fall in each bin."""
        total = np.zeros(self.bins, np.int64)
        for piece in pieces:
            total += np.bincount((piece.astype(np.int64) - self.first) // self.levels, minlength=self.bins)
        return total


def extent(pieces: Iterable[np.ndarray]) -> tuple[int, int]:
    """Lowest and highest value of all pieces."""
    ends = [(int(piece.min()), int(piece.max())) for piece in pieces if len(piece)]
    return min(low for low, _ in ends), max(high for _, high in ends)


def whole(pieces: Iterable[np.ndarray], scale: float) -> Iterable[np.ndarray]:
    """Shares k / scale as whole numbers k."""
    return (np.rint(piece * scale).astype(np.int64) for piece in pieces)


def apart(wanted: np.ndarray, gap: float, low: float, high: float) -> np.ndarray:
    """The places nearest to the wanted ones (least squares) that keep their order, are at least `gap` apart and lie in
    [low, high]; where there is no room for that, they are closer."""
    count = len(wanted)
    gap = min(gap, (high - low) / max(1, count - 1))
    order = np.argsort(wanted, kind="stable")
    # Without the gaps the places only have to rise: pool neighbours that do not.
    pools: list[tuple[float, int]] = []
    for i, place in enumerate(np.asarray(wanted, float)[order]):
        pools.append((place - i * gap, 1))
        while len(pools) > 1 and pools[-2][0] > pools[-1][0]:
            (a, m), (b, n) = pools[-2:]
            pools[-2:] = [((a * m + b * n) / (m + n), m + n)]
    rising = np.repeat([place for place, _ in pools], [n for _, n in pools])
    result = np.empty(count)
    result[order] = np.clip(rising, low, high - (count - 1) * gap) + gap * np.arange(count)
    return result


def side_legend(axis: Axes, **options: Any) -> None:
    """A legend to the right of an axis."""
    axis.legend(loc="upper left", bbox_to_anchor=(1.02, 1), borderaxespad=0, **options)


def legend_below(figure: Figure, handles: list[Any], columns: int, **options: Any) -> None:
    """A legend below all axes, in a strip that is kept free for it; fewer columns where it would be too wide."""
    renderer = figure.canvas.get_renderer()
    legend = figure.legend(handles=handles, loc="lower center", ncols=columns, columnspacing=1.2, **options)
    while columns > 1 and legend.get_window_extent(renderer).width > figure.bbox.width:
        columns -= 1
        legend.remove()
        legend = figure.legend(handles=handles, loc="lower center", ncols=columns, columnspacing=1.2, **options)
    height = legend.get_window_extent(renderer).height / figure.bbox.height
    figure.get_layout_engine().set(rect=(0, height + 0.012, 1, 0.988 - height))


def label_below(axes: list[Axes], across: int, words: str) -> None:
    """The label of the x axis at the lowest panel of each column."""
    for i, axis in enumerate(axes):
        if i + across >= len(axes):
            axis.set_xlabel(words)


def whole_file(has: Callable[[Any], bool]) -> Callable[[Any], list[str]]:
    """For figures of which a file has at most one: `applies` from a yes or no."""
    return lambda results: [""] if has(results) else []


def of_networks(has: Callable[[Any], bool]) -> Callable[[Any], list[str]]:
    """For figures of one network each."""
    return lambda results: [name for name, network in results.networks.items() if has(network)]
