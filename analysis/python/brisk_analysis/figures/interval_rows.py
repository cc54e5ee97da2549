# SPDX-License-Identifier: GPL-3.0-or-later
"""A table of intervals as bars below one another, numbers and promise to the right."""
from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from .. import style as text

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from ..intervals import Interval
    from ..style import Style


def row_height(intervals: list[Interval]) -> float:
    """Inches that the rows need."""
    return 0.8 + 0.42 * len(intervals)


def ends(interval: Interval) -> tuple[float, float]:
    """As drawn: a symmetric one uncut, so R_T -+ half_width; all others as stored."""
    if interval.symmetric and interval.there:
        return interval.estimate - interval.half_width, interval.estimate + interval.half_width
    return interval.low, interval.high


def draw_rows(axis: Axes, intervals: list[Interval], style: Style, label: str, scale: float) -> None:
    """One bar an interval; values are multiplied by `scale`, which is 100 for rates in percent and else 1."""
    for row, interval in enumerate(intervals):
        colour = style.guarantee(interval.guarantee)
        if interval.there:
            low, high = ends(interval)
            # An interval of the bootstrap need not contain the estimate, so the point is drawn on its own.
            axis.errorbar(scale * (low + high) / 2, row, xerr=scale * (high - low) / 2, fmt="none", color=colour,
                          capsize=5, capthick=2, elinewidth=3)
            axis.plot(scale * interval.estimate, row, "o", color=colour, markersize=4)
        axis.text(1.01, row, row_text(interval, scale), transform=axis.get_yaxis_transform(), va="center", fontsize=8.5)
    axis.set_yticks(range(len(intervals)), [interval.method for interval in intervals])
    axis.set_ylim(len(intervals) - 0.4, -0.6)
    axis.tick_params(axis="y", length=0)
    axis.set_xlabel(label)
    levels = sorted({interval.level for interval in intervals})
    axis.set_title(f"Intervals, level {', '.join(f'{100 * v:g} %' for v in levels)}", loc="left",
                   fontsize=10)
    if scale == 100:
        shade_impossible(axis, intervals, style, label)


def shade_impossible(axis: Axes, intervals: list[Interval], style: Style, label: str) -> None:
    """A band where no error rate can be, if an interval reaches there: the symmetric ones are drawn uncut."""
    left, right = axis.get_xlim()
    drawn = [end for interval in intervals if interval.there for end in ends(interval)]
    left, right = min([left, *(100 * end for end in drawn)]), max([right, *(100 * end for end in drawn)])
    room = 0.02 * (right - left)
    left, right = left - room, right + room
    axis.set_xlim(left, right)
    for reached, start, end in ((min(drawn, default=0) < 0, left, 0), (max(drawn, default=0) > 1, 100, right)):
        if reached:
            axis.axvspan(start, end, color=style.band, linewidth=0, zorder=0)
            axis.set_xlabel(f"{label}; shaded: impossible values")


def row_text(interval: Interval, scale: float) -> str:
    """What stands beside a bar, or in its place: at most two lines."""
    promise = text.GUARANTEE_TEXT.get(interval.guarantee, interval.guarantee)
    if not interval.there:
        cause = interval.reason.split(": ")[0]  # what to use instead follows, and is in the file
        return "\n".join(textwrap.wrap(f"{interval.status}: {cause}", 38, max_lines=2, placeholder=" …"))
    unit = " %" if scale == 100 else ""
    digits = 2 if scale == 100 else 4
    low, high = (text.number(scale * end, digits) for end in ends(interval))
    numbers = f"[{low}, {high}]{unit}"
    if interval.symmetric:
        numbers = (f"{text.number(scale * interval.estimate, digits)} ± "
                   f"{text.number(scale * interval.half_width, digits)}{unit}")
    note = "" if interval.status == "ok" else f"; {interval.status}"
    return f"{numbers}\n{promise}{note}"
