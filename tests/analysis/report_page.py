# SPDX-License-Identifier: GPL-3.0-or-later
"""A report read back: the elements of its HTML, and what must hold for every one."""
import base64
import hashlib
import re
from html.parser import HTMLParser

VOID = {"meta", "link", "br", "img", "hr", "input"}
HIDDEN = {"script", "style", "title", "desc"}


class Page(HTMLParser):
    """All elements as (tag, attributes), the text that a reader sees, and mistakes in the nesting."""

    def __init__(self, source):
        super().__init__(convert_charrefs=True)
        self.source, self.elements, self.open, self.pieces, self.mistakes = source, [], [], [], []
        self.tables, self.scripts = [], []
        self.feed(source)
        self.close()
        self.mistakes += [f"<{tag}> is never closed" for tag in self.open]

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if len(dict(attrs)) != len(attrs):
            self.mistakes.append(f"<{tag}> has an attribute twice")
        if tag not in VOID:
            self.open.append(tag)
        if tag == "table":
            self.tables.append([])
        if tag == "tr":
            self.tables[-1].append([])
        if tag in ("td", "th"):
            self.tables[-1][-1].append("")

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        if not self.open or self.open[-1] != tag:
            self.mistakes.append(f"</{tag}> closes {self.open[-1:]}")
            return
        self.open.pop()

    def handle_data(self, data):
        if "script" in self.open:
            self.scripts.append(data)
        if HIDDEN.isdisjoint(self.open):
            self.pieces.append(data)
            if "tr" in self.open and ("td" in self.open or "th" in self.open):
                self.tables[-1][-1][-1] += data.strip() + " "

    @property
    def text(self):
        """What stands on the page, with plain spaces."""
        return " ".join(" ".join(self.pieces).replace("\u202f", "").split()).replace("\u2212", "-")

    def named(self, tag):
        return [attributes for name, attributes in self.elements if name == tag]

    def ids(self):
        return [attributes["id"] for _, attributes in self.elements if "id" in attributes]


def check(page):
    """What holds for the report of any file."""
    assert not page.mistakes, page.mistakes[:5]
    ids = page.ids()
    assert len(ids) == len(set(ids)), [one for one in set(ids) if ids.count(one) > 1][:5]
    for tag, attributes in page.elements:
        for name in ("href", "xlink:href"):
            if name in attributes:
                assert attributes[name].startswith("#") and attributes[name][1:] in ids, (tag, attributes)
        for name in ("aria-labelledby", "aria-controls"):
            for one in attributes.get(name, "").split():
                assert one in ids, (tag, attributes)
        for reference in re.findall(r"url\(([^)]*)\)", " ".join(filter(None, attributes.values()))):
            assert reference.startswith("#") and reference[1:] in ids, (tag, attributes)
        assert not any(name.startswith("on") for name in attributes), (tag, attributes)
        assert attributes.get("src", "data:image/png;base64,").startswith("data:image/png;base64,")
        assert tag not in ("iframe", "object", "embed", "form", "link", "foreignobject", "animate", "base"), tag
    check_loads_nothing(page)
    check_outline(page)
    # The names of some datasets speak of NaN ("...; NaN: nothing is simulated"); no number is one.
    numbers = re.sub(r"NaN(?=: nothing| where| below| if )", "", page.text)
    assert not re.search(r"\b(nan|inf|infinity)\b", numbers, re.I), re.findall(
        r".{40}\b(?:nan|inf|infinity)\b.{40}", numbers, re.I
    )
    assert all(
        attributes.get("role") == "img" and attributes.get("aria-labelledby") for attributes in page.named("svg")
    )
    for table in page.tables:
        assert len({len(row) for row in table}) == 1, table[:2]


def check_loads_nothing(page):
    """No address but the two names of XML vocabularies, and a policy that allows our script alone."""
    rest = page.source.replace("http://www.w3.org/2000/svg", "").replace("http://www.w3.org/1999/xlink", "")
    for tag in re.findall(r"<(?!/)[^<>]*>", rest):
        assert "://" not in tag, tag
    style = re.search(r"<style>(.*?)</style>", page.source, re.S).group(1)
    assert "@import" not in style and "url(" not in style and "@font-face" not in style
    assert len(page.named("script")) == 1
    policy = [meta["content"] for meta in page.named("meta") if meta.get("http-equiv") == "Content-Security-Policy"]
    assert len(policy) == 1 and policy[0].startswith("default-src 'none'; ")
    digest = base64.b64encode(hashlib.sha256("".join(page.scripts).encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in policy[0]


def check_outline(page):
    """One h1, and no heading that leaves a level out."""
    levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch("h[1-6]", tag)]
    assert levels.count(1) == 1 and levels[0] == 1
    assert all(after <= before + 1 for before, after in zip(levels, levels[1:]))
    assert len(page.named("main")) == 1 and len(page.named("nav")) == 1
    assert page.named("html")[0].get("lang") == "en" and any(
        "viewport" == meta.get("name") for meta in page.named("meta")
    )
