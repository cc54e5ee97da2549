# SPDX-License-Identifier: GPL-3.0-or-later
"""Tables of confidence intervals: what each says and promises, and whether it holds the truth where that is known."""
from dataclasses import dataclass
from typing import Optional

from . import report_text as text
from .reader import plain
from .report_blocks import Cell, Column, Facts, Paragraph, Section, Table, slug, words

GUARANTEE = {
    "exact": "covers the true value in at least the stated share of all test sets, at any size",
    "finite-sample": "holds at this size, under its assumption",
    "asymptotic": "approached as the test set grows; no promise at this size",
    "none": "no promise: the variance is estimated",
}
ORDER = list(GUARANTEE)


@dataclass
class Truth:
    """The true risk of a network: the best estimate, and an interval that holds it."""

    value: float
    low: float
    high: float
    proved: bool  # or estimated
    error: Optional[float] = None  # of the estimate, itself an estimate


@dataclass
class Interval:
    """One row of a table of intervals."""

    method: str
    low: float
    high: float
    half_width: float
    estimate: float
    level: float
    sides: str
    status: str
    reason: str
    guarantee: str
    assumption: str
    formula: str
    promise: str
    clipped: bool
    mc_error_low: float
    mc_error_high: float

    @property
    def there(self):
        return text.is_number(self.low) and text.is_number(self.high)

    def verdict(self, truth: Optional[Truth]):
        """'holds', 'misses', 'undecided', or '' where the truth is not known or there is no interval."""
        if truth is None or not self.there:
            return ""
        if self.low <= truth.low and truth.high <= self.high:
            return "holds"
        return "misses" if truth.high < self.low or self.high < truth.low else "undecided"


def truth_of(network):
    """The true risk of a network, where the file has it."""
    attributes = network.group.attrs
    if "true_risk" not in attributes:
        return None
    value = plain(attributes["true_risk"])
    if "true_risk_low" in attributes and "true_risk_high" in attributes:
        low, high = plain(attributes["true_risk_low"]), plain(attributes["true_risk_high"])
        return Truth(value, low, high, True, plain(attributes.get("true_risk_error")))
    error = plain(attributes.get("true_risk_error", 0.0))
    return Truth(value, value - error, value + error, False, error)


def intervals_of(node, name="interval"):
    """All rows of the table `name`; columns that an older or smaller file lacks are empty."""
    if not node.has(f"{name}/method"):
        return []
    methods = node.read(f"{name}/method", 1)
    columns = {}
    for column, kind in Interval.__annotations__.items():
        absent = {float: float("nan"), str: "", bool: False}[kind]
        values = node.read(f"{name}/{column}", 1) if node.has(f"{name}/{column}") else [absent] * len(methods)
        columns[column] = [kind(value) for value in values]
    return [Interval(*row) for row in zip(*columns.values())]


def levels(intervals):
    """'90 %' or '90 %, 95 %'."""
    return text.listing(text.level(level) for level in sorted({interval.level for interval in intervals}))


def table(intervals, caption, truth=None, as_percent=True, note=""):
    """The intervals, one a row, with their promises in words."""
    unit = "%" if as_percent else "nat"
    columns = [
        Column("Method", False),
        Column(f"From ({unit})"),
        Column(f"To ({unit})"),
        Column(f"± ({unit})", help="half-width"),
    ]
    if truth is not None:
        columns.append(Column("True risk", False, help="whether the interval holds it"))
    columns += [Column("Guarantee", False), Column("What it promises", False, wide=True)]
    rows = []
    for interval in intervals:
        row = [
            words(interval.method, link=method_id(interval.method) if interval.formula else ""),
            end(interval, interval.low, interval.mc_error_low, as_percent),
            end(interval, interval.high, interval.mc_error_high, as_percent),
            value(interval.half_width if interval.there else None, as_percent),
        ]
        if truth is not None:
            row.append(verdict(interval, truth))
        row += [guarantee(interval.guarantee), promise(interval)]
        rows.append(row)
    if any(row[column].small for row in rows for column in (1, 2)):
        note = f"Small numbers below an end: its Monte Carlo standard error. {note}"
    return Table(caption, columns, rows, note)


def method_id(method):
    return slug(f"method {method}")


def methods_section(results):
    """Formula and promise of every method that a table of the file names, once for the whole page."""
    found = {}
    for node in [results, *results.networks.values()]:
        for name in ("interval", "nll_interval"):
            for interval in intervals_of(node, name):
                found.setdefault(interval.method, interval)
    known = [interval for interval in found.values() if interval.formula]
    if not known:
        return None
    section = Section("The methods", id="methods", group="Foundations")
    section.add(
        Paragraph(
            "How each interval is computed from m losses with mean R, and what it promises. A guarantee is exact or"
            " finite-sample where it is proved for a test set of any size, asymptotic where it is approached as the"
            " test set grows, and none where the formula puts an estimated variance in the place of the true one."
        )
    )
    for interval in sorted(known, key=lambda one: ORDER.index(one.guarantee) if one.guarantee in ORDER else len(ORDER)):
        part = Section(interval.method, id=method_id(interval.method))
        rows = [
            ("Guarantee", interval.guarantee),
            ("Promise", interval.promise),
            ("Assumes", interval.assumption),
            ("Formula", interval.formula),
        ]
        section.sections.append(part.add(Facts([row for row in rows if row[1]])))
    return section


def value(number, as_percent):
    if not text.is_number(number):
        return Cell(text.MISSING)
    return Cell(text.fixed(100 * number, 3) if as_percent else text.fixed(number, 5), float(number))


def end(interval, number, error, as_percent):
    cell = value(number if interval.there else None, as_percent)
    if interval.there and text.is_number(error):
        cell.small = [f"±{text.SPACE}{text.fixed(100 * error, 3) if as_percent else text.significant(error, 2)}"]
    return cell


def verdict(interval, truth):
    found = interval.verdict(truth)
    if not found:
        return Cell(text.MISSING, "no interval")
    side = "the risk is lower" if truth.high < interval.low else "the risk is higher"
    return Cell(found, found, badge=found, small=[side] if found == "misses" else [])


def guarantee(name):
    return Cell(name or text.MISSING, ORDER.index(name) if name in ORDER else len(ORDER), badge=name)


def promise(interval):
    """The promise, what it rests on, and why there is none of it where there is none."""
    lines = []
    if interval.assumption:
        lines.append(f"Assumes {interval.assumption}.")
    if interval.clipped:
        lines.append("Cut where no error rate can be.")
    if interval.status not in ("", "ok"):
        reason = f": {interval.reason}" if interval.reason else ""
        lines.append(f"Status {interval.status}{reason}")
    main = interval.promise or GUARANTEE.get(interval.guarantee, "")
    return Cell(text.capital(main) + "." if main else text.MISSING, main or None, small=lines)


def holding(intervals, truth):
    """(methods that hold the truth, methods that miss it, methods without an interval or a verdict)."""
    groups = {"holds": [], "misses": []}
    other = []
    for interval in intervals:
        groups.get(interval.verdict(truth), other).append(interval.method)
    return groups["holds"], groups["misses"], other
