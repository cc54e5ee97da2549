# SPDX-License-Identifier: GPL-3.0-or-later
"""Every figure of every experiment can be read: no text is cut off, no label lies on another one."""
import brisk_analysis
import matplotlib.text
import pytest
from brisk_analysis.figures import SPECS, all_figures
from brisk_analysis.style import DARK, LIGHT, colours

FILES = ["lab", "coverage-study", "loss-coverage", "pi", "training-study", "power-study", "fit"]


def texts(figure):
    """{what it says: its box} of all texts that are seen, tick labels left out; a legend is one box."""
    renderer = figure.canvas.get_renderer()
    found = []
    for axis in figure.axes:
        if not axis.get_visible():
            continue
        items = [axis.title, axis._left_title, axis.xaxis.label, axis.yaxis.label, *axis.texts, axis.get_legend()]
        found += [item for item in items if item is not None]
    found += [item for item in (figure._suptitle, figure._supxlabel, figure._supylabel, *figure.legends) if item]
    boxes = []
    for item in found:
        if isinstance(item, matplotlib.text.Annotation):
            box = matplotlib.text.Text.get_window_extent(item, renderer)  # without its line
        else:
            box = item.get_window_extent(renderer)
        if box.width > 0 and box.height > 0:
            boxes.append((item.get_text() if hasattr(item, "get_text") else "legend", box))
    return boxes


def overlap(a, b):
    """Whether two boxes share more than a rim of two pixels."""
    return min(a.x1, b.x1) - max(a.x0, b.x0) > 2 and min(a.y1, b.y1) - max(a.y0, b.y0) > 2


@pytest.mark.parametrize("name", FILES)
def test_text_can_be_read(lab, others, name):
    seen = {}
    with brisk_analysis.open(lab if name == "lab" else others[name]) as results:
        for drawing in all_figures(results):
            # One of a kind is enough, but of the lab all: there titles differ in length.
            if seen.setdefault(drawing.spec.name, drawing) is not drawing and name != "lab":
                continue
            figure = drawing.draw(results)
            boxes = texts(figure)
            for text, box in boxes:
                assert box.x0 >= -1 and box.y0 >= -1, (drawing.name, text)
                assert box.x1 <= figure.bbox.x1 + 1 and box.y1 <= figure.bbox.y1 + 1, (drawing.name, text)
            for i, (text, box) in enumerate(boxes):
                for other, its in boxes[:i]:
                    assert not overlap(box, its), (drawing.name, text, other)


def test_the_table_of_figures():
    names = [spec.name for spec in SPECS]
    assert len(set(names)) == len(names)
    for spec in SPECS:
        assert spec.name.replace("_", "").isalnum() and spec.name == spec.name.lower()
        assert spec.title and spec.caption.endswith(".") and len(spec.caption) > 40


def test_inline_svg(lab):
    """Text as text, colours as variables that both styles have, ids of its own."""
    with brisk_analysis.open(lab) as results:
        drawing = next(drawing for drawing in all_figures(results) if drawing.name == "test_error")
        text = drawing.svg(results)
    assert text.startswith("<svg") and text.endswith("</svg>") and "5 tanh units" in text
    assert "var(--bk-ink, #111111)" in text and 'id="test_error-' in text
    assert set(colours(LIGHT)) == set(colours(DARK))
    assert len(set(colours(LIGHT).values())) == len(colours(LIGHT))
