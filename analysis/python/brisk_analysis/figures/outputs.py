# SPDX-License-Identifier: GPL-3.0-or-later
"""What simulations leave of their outputs, wherever it stands in a file, and running means over the trials."""
from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Callable, Optional

import numpy as np

if TYPE_CHECKING:
    from ..reader import Node, Results

MOST_PLACES = 120  # points of a running mean


def output_groups(results: Results, dataset: str) -> dict[str, list[Node]]:
    """{path of a group: the outputs in it that have the dataset}, such as pi's in '/'."""
    found: dict[str, list[Node]] = {}
    # Without the trials' values an output has no dataset of its own, only groups that have some.
    paths = dict.fromkeys(part for path in results.groups() for part in (path.rpartition("/")[0], path))
    for path in paths:
        if path and results.has(f"{path}/{dataset}") and "count" in results.group[path].attrs:
            found.setdefault(path.rpartition("/")[0], []).append(results.node(path))
    return found


@dataclass
class Running:
    """The mean of the first `trials` trials, for some numbers of trials, and its standard error."""

    trials: np.ndarray
    mean: np.ndarray  # [place], or [row, place]
    error: np.ndarray  # the same shape


def places(count: int) -> np.ndarray:
    """Numbers of trials to look at, evenly spaced in their logarithm, up to all of them."""
    first = min(count, 10)
    return np.unique(np.rint(np.geomspace(first, count, MOST_PLACES)).astype(np.int64))


def running_mean(node: Node, name: str, change: Optional[Callable[[np.ndarray], np.ndarray]] = None,
                 scale: float = 1.0) -> Running:
    """The running mean of a dataset along its last axis, read piece by piece; `change` turns the values of a piece into
    what is averaged."""
    data = node.data(name)
    at = places(data.shape[-1])
    mean, error = np.empty((*data.shape[:-1], len(at))), np.empty((*data.shape[:-1], len(at)))
    shift = None
    total = square = np.zeros((*data.shape[:-1], 1))
    done = 0
    for piece in node.chunks(name):
        values = (change(piece) if change else piece).astype(float)
        if shift is None:  # sums of small numbers lose nothing
            shift = values.mean(axis=-1, keepdims=True)
        values -= shift
        sums, squares = total + values.cumsum(axis=-1), square + (values**2).cumsum(axis=-1)
        here = (at > done) & (at <= done + piece.shape[-1])
        n, inside = at[here], at[here] - done - 1
        mean[..., here] = (shift + sums[..., inside] / n) * scale
        variance = np.maximum(squares[..., inside] - sums[..., inside] ** 2 / n, 0) / np.maximum(n - 1, 1)
        error[..., here] = np.sqrt(variance / n) * scale
        total, square = sums[..., -1:], squares[..., -1:]
        done += piece.shape[-1]
    return Running(at, mean, error)
