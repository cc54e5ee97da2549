# SPDX-License-Identifier: GPL-3.0-or-later
"""A row of a table of intervals."""
from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from .reader import Node

SYMMETRIC = ("hoeffding", "chebyshev", "bernstein")
COLUMNS = ("method", "low", "high", "half_width", "estimate", "level", "guarantee", "status", "reason")


@dataclass
class Interval:
    """One interval as the file has it."""

    method: str
    low: float  # cut at the range of the losses; NaN where the status says that there is none
    high: float
    half_width: float  # not cut
    estimate: float
    level: float
    guarantee: str  # exact, finite-sample, asymptotic, none
    status: str
    reason: str  # why the status is not ok

    @property
    def symmetric(self) -> bool:
        """Whether it is estimate -+ half_width before it is cut."""
        return self.method in SYMMETRIC

    @property
    def there(self) -> bool:
        """Whether it has ends."""
        return bool(np.isfinite(self.low) and np.isfinite(self.high))


def read_intervals(node: Node, table: str = "interval") -> list[Interval]:
    """The rows of a table in the order of the file."""
    columns = [node.read(f"{table}/{name}", 1) for name in COLUMNS]
    return [Interval(*(value.item() if isinstance(value, np.generic) else value for value in row))
            for row in zip(*columns)]
