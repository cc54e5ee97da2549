# SPDX-License-Identifier: GPL-3.0-or-later
"""What a report is made of: sections of blocks. The template turns each kind of block into HTML."""
import re
from dataclasses import dataclass, field

from . import report_text as text


@dataclass
class Paragraph:
    text: str
    kind = "paragraph"


@dataclass
class Note:
    """A paragraph that must not be overlooked."""

    text: str
    tone: str = "info"  # info, warning
    kind = "note"


@dataclass
class Facts:
    """Names with values: [(name, value)]."""

    rows: list
    kind = "facts"


@dataclass
class Code:
    text: str
    caption: str = ""
    command: bool = False  # long lines are broken
    kind = "code"


@dataclass
class Entries:
    """Terms with what there is to say about them: [(term, [sentence, ...])]."""

    rows: list
    kind = "entries"


@dataclass
class Column:
    title: str
    numeric: bool = True
    help: str = ""  # one sentence
    wide: bool = False  # holds running text


@dataclass
class Cell:
    """What stands in a cell, and what it is sorted by: a number, a text, or None where there is nothing."""

    text: str
    key: object = None
    badge: str = ""  # a guarantee class or a verdict, which gets its mark
    small: list = field(default_factory=list)  # lines below
    link: str = ""  # the id of a section

    @property
    def sort_key(self):
        if self.key is None or (isinstance(self.key, float) and self.key != self.key):
            return ""
        return repr(float(self.key)) if text.is_number(self.key) else str(self.key)


@dataclass
class Table:
    caption: str
    columns: list
    rows: list  # of lists of cells; the first one of a row is its heading
    note: str = ""
    number: int = 0
    kind = "table"

    def __post_init__(self):
        for row in self.rows:
            if len(row) > len(self.columns):
                raise ValueError(f"{self.caption}: a row of {len(row)} values for {len(self.columns)} columns")

    @property
    def helps(self):
        """What the columns mean, for the line below."""
        return [(column.title.split(" (")[0], column.help) for column in self.columns if column.help]


@dataclass
class Figure:
    name: str
    title: str
    drawing: object  # Markup
    caption: str
    number: int = 0
    kind = "figure"


@dataclass
class Section:
    title: str
    blocks: list = field(default_factory=list)
    id: str = ""
    group: str = ""  # heading above it in the navigation
    sections: list = field(default_factory=list)
    folded: bool = False  # closed until the reader opens it
    kind = "section"

    def add(self, *blocks):
        self.blocks.extend(block for block in blocks if block is not None)
        return self

    @property
    def empty(self):
        return not self.blocks and not self.sections


def slug(words_):
    """A text as an id."""
    return re.sub(r"[^a-z0-9]+", "-", words_.lower()).strip("-") or "section"


def name_sections(sections, taken):
    """Gives every section an id of its own, made of its title; `taken` are those that the page has already."""
    for section in sections:
        base = slug(section.id or section.title)
        name, again = base, 1
        while name in taken:
            again += 1
            name = f"{base}-{again}"
        taken.add(name)
        section.id = name
        name_sections(section.sections, taken)


def check_links(sections, taken):
    """Cells that point to a section that the page does not have become plain."""
    for section in sections:
        for block in section.blocks:
            for row in block.rows if block.kind == "table" else []:
                for cell in row:
                    cell.link = cell.link if cell.link in taken else ""
        check_links(section.sections, taken)


def number_blocks(sections, counts=None):
    """Numbers figures and tables in the order of the page."""
    counts = {"figure": 0, "table": 0} if counts is None else counts
    for section in sections:
        for block in section.blocks:
            if block.kind in counts:
                counts[block.kind] += 1
                block.number = counts[block.kind]
        number_blocks(section.sections, counts)


# Cells of the usual kinds


def words(value, **more):
    value = str(value)
    return Cell(value or text.MISSING, value.lower() or None, **more)


def whole(value):
    return Cell(text.count(value), value if text.is_number(value) else None)


def rate(value, digits=2):
    """A share in percent; the column's title says so."""
    return Cell(
        text.fixed(100 * value, digits) if text.is_number(value) else text.MISSING,
        value if text.is_number(value) else None,
    )


def number(value, digits=5, as_fixed=False):
    """With so many significant digits, or behind the point."""
    return Cell((text.fixed if as_fixed else text.significant)(value, digits), value if text.is_number(value) else None)
