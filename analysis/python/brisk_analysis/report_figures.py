# SPDX-License-Identifier: GPL-3.0-or-later
"""All figures of a file as blocks of a report; each is placed once."""
import base64
import collections
import io

from markupsafe import Markup, escape

from . import report_text as text
from . import style
from .figures import all_figures, write_figures
from .report_blocks import Figure, Note
from .report_svg import Palette, embed

HEAVIEST = 400_000  # characters of SVG; what is heavier becomes a picture of dots
DPI = 130
MOST = 28  # figures of a page


def select(drawings):
    """(the figures of the page, titles of the kinds that are left out): where a file has a great many, the kinds that
    come last in the order of a page and have one for each of many subjects give way."""
    left_out = []
    while len(drawings) > MOST:
        counts = collections.Counter(drawing.spec.name for drawing in drawings)
        many = [drawing.spec for drawing in drawings if counts[drawing.spec.name] > 4]
        if not many or many[0].name == many[-1].name:
            break
        left_out.append(many[-1].title)
        drawings = [drawing for drawing in drawings if drawing.spec.name != many[-1].name]
    return drawings, left_out


def is_about(subject, name):
    """Whether a figure's subject (tanh_5, network/tanh_5/interval, tanh_5_0.9) is about the group of that name."""
    return subject.startswith(f"{name}_") or name in (subject, *subject.split("/"))


class Gallery:
    """The figures of a file. `take` gives those that belong at a place; without arguments, all that nobody has taken."""

    def __init__(self, results):
        self.results = results
        self.palette = Palette()
        self.waiting, self.left_out = select(all_figures(results))
        self.sources = {}  # SVG of figures that were drawn already, by name

    def save(self, folder):
        """Writes all figures of the file into the folder, those that the page leaves out too; the page's are drawn
        once for both. Returns (paths written, [(name, what failed)])."""
        names = {drawing.name for drawing in self.waiting}

        def remember(drawing, figure):
            if drawing.name in names:
                self.sources[drawing.name] = drawing.inline(figure)

        return write_figures(self.results, folder, each=remember)

    def take(self, *kinds, about=None):
        """Blocks of the figures of these kinds, in this order (of all kinds where none is named), about one thing or any.

        A kind stands for all whose names begin with it: "coverage" for "coverage_levels" too.
        """

        def rank(drawing):
            ranks = [i for i, kind in enumerate(kinds) if f"{drawing.spec.name}_".startswith(f"{kind}_")]
            return min(ranks) if ranks else len(kinds)

        chosen = [
            drawing
            for drawing in self.waiting
            if (not kinds or rank(drawing) < len(kinds)) and (about is None or is_about(drawing.subject, about))
        ]
        self.waiting = [drawing for drawing in self.waiting if drawing not in chosen]
        return [self.block(drawing) for drawing in sorted(chosen, key=rank)]

    def block(self, drawing):
        """The figure; where it cannot be drawn, a note that says why."""
        try:
            source = self.sources.pop(drawing.name, None) or drawing.svg(self.results)
            title, caption = drawing.title, drawing.caption
            if len(source) > HEAVIEST:
                markup = self.picture(drawing, title)
            else:
                markup = embed(source, f"figure-{drawing.name}".replace(".", "-"), title, caption, self.palette)
        except Exception as error:  # pylint: disable=broad-except  # a damaged file must not cost the rest of the page
            return Note(f"The figure “{drawing.title}” could not be drawn: {error}", "warning")
        return Figure(drawing.name, title, markup, caption)

    def picture(self, drawing, title):
        """The figure as a PNG, on white in every theme."""
        out = io.BytesIO()
        figure = drawing.draw(self.results)
        with style.LIGHT.context():
            figure.savefig(out, format="png", dpi=DPI, metadata={"Software": "brisk"}, facecolor=style.LIGHT.paper)
        width = int(figure.get_size_inches()[0] * 96)
        code = base64.b64encode(out.getvalue()).decode("ascii")
        return Markup(
            f'<img class="drawing" alt="{escape(text.clean(title))}" style="--width: {width}px" '
            f'src="data:image/png;base64,{code}">'
        )
