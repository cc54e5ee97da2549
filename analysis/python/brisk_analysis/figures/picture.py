# SPDX-License-Identifier: GPL-3.0-or-later
"""One picture to make: its file name, and either how to make it or why it cannot be made."""
from dataclasses import dataclass
from typing import Callable, Optional

from .. import style


class PictureError(Exception):
    """A picture that the file has the data for, but that could not be made."""


@dataclass
class Picture:
    name: str
    render: Optional[Callable] = None  # takes the paths to write, one for each format
    reason: str = ""  # why there is no render


def drawn(name, draw, *arguments):
    """A picture drawn by matplotlib: draw(*arguments) returns the Figure."""

    def render(paths):
        with style.context():
            figure = draw(*arguments)
            style.lay_out(figure)
            for path in paths:
                style.save(figure, path)

    return Picture(name, render)


def skipped(name, reason):
    return Picture(name, None, reason)
