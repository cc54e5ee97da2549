# SPDX-License-Identifier: GPL-3.0-or-later
"""A figure's SVG as a part of an HTML page: nothing active in it, ids of its own, colours that follow the theme.

A results file may come from anywhere, and its texts are drawn: the DOT text of a graph even says what to draw, with
links if it likes. So what may stay is listed, and everything else goes.
"""
import math
import re
import xml.etree.ElementTree as ElementTree

from markupsafe import Markup, escape

from . import report_text as text

SVG = "http://www.w3.org/2000/svg"
LINK = "{http://www.w3.org/1999/xlink}href"
ELEMENTS = set(
    "svg g defs path rect circle ellipse line polyline polygon text tspan use clipPath image style "
    "linearGradient stop pattern".split()
)
ATTRIBUTES = set(
    "id d x y x1 y1 x2 y2 cx cy r rx ry width height viewBox points transform style class clip-path fill "
    "fill-opacity fill-rule stroke stroke-width stroke-opacity stroke-dasharray stroke-linecap "
    "stroke-linejoin opacity font-family font-size font-weight font-style text-anchor offset "
    "preserveAspectRatio clipPathUnits dx dy".split()
)
COLOURED = ("fill", "stroke", "stop-color")
NAMED = {
    "white": "#ffffff",
    "black": "#000000",
    "lightgrey": "#d3d3d3",
    "lightgray": "#d3d3d3",
    "grey": "#808080",
    "gray": "#808080",
}
FONTS = "'DejaVu Sans', Verdana, sans-serif"
NUMBER = re.compile(r"-?\d+\.\d{3,}(?:e-?\d+)?")
IMAGE = re.compile(r"data:image/png;base64,[A-Za-z0-9+/=\s]*\Z")
HEX = re.compile(r"#[0-9a-fA-F]{6}\b")


class Palette:
    """The colours that figures use; each becomes a variable of the style sheet."""

    def __init__(self):
        self.used = set()

    def variable(self, colour):
        """CSS for '#rrggbb'; other values of a colour property stay as they are."""
        colour = NAMED.get(colour.strip().lower(), colour.strip().lower())
        if re.fullmatch("#[0-9a-f]{3}", colour):
            colour = "#" + "".join(2 * digit for digit in colour[1:])
        if not HEX.fullmatch(colour):
            return colour
        self.used.add(colour)
        return f"var(--c-{colour[1:]}, {colour})"

    def dark(self):
        """The declarations for a dark page."""
        return " ".join(f"--c-{colour[1:]}: {darkened(colour)};" for colour in sorted(self.used))


def embed(source, name, title, description, palette):
    """The SVG document `source` (text or bytes) as markup to put into a page; `name` begins all its ids."""
    root = ElementTree.fromstring(source)
    width, height = view(root)
    sweep(root, name, palette)
    body = "".join(serialise(child) for child in root)
    heading, words = f"{name}-title", f"{name}-description"
    return Markup(
        f'<svg xmlns="{SVG}" xmlns:xlink="http://www.w3.org/1999/xlink" class="drawing" role="img" '
        f'viewBox="0 0 {width:g} {height:g}" style="--width: {width * 4 / 3:.0f}px" '
        f'aria-labelledby="{heading} {words}"><title id="{heading}">{escape(text.clean(title))}</title>'
        f'<desc id="{words}">{escape(text.clean(description))}</desc>{body}</svg>'
    )


def view(root):
    """Width and height of the drawing, in points."""
    numbers = [float(number) for number in root.get("viewBox", "").replace(",", " ").split()]
    if len(numbers) != 4 or not all(map(math.isfinite, numbers)) or min(numbers[2:]) <= 0:
        raise ValueError("the drawing has no size")
    return numbers[2], numbers[3]


def sweep(element, name, palette):
    """Leaves only what is listed; renames ids and replaces colours on the way."""
    for child in list(element):
        if (
            not isinstance(child.tag, str)
            or child.tag.split("}")[-1] not in ELEMENTS
            or child.tag.split("}")[0].strip("{") != SVG
        ):
            take_out(element, child)
        elif child.tag.endswith("}style"):
            element.remove(child)  # matplotlib's one rule stands in the style sheet of the page
    attributes(element, name, palette)
    for child in element:
        sweep(child, name, palette)


def take_out(parent, child):
    """Removes an element; a link's drawing stays, without the link."""
    at = list(parent).index(child)
    parent.remove(child)
    if isinstance(child.tag, str) and child.tag == f"{{{SVG}}}a":
        for i, inner in enumerate(list(child)):
            parent.insert(at + i, inner)
        for inner in list(parent)[at:]:
            if not isinstance(inner.tag, str) or inner.tag.split("}")[-1] not in ELEMENTS:
                take_out(parent, inner)


def attributes(element, name, palette):
    """The attributes of one element, checked and rewritten."""
    kept, style = {}, {}
    for key, value in element.attrib.items():
        value = re.sub(r"url\(\s*#([^)\s]+)\s*\)", rf"url(#{name}-\1)", value)
        if key == "id":
            kept[key] = f"{name}-{value}"
        elif key == LINK:
            if value.startswith("#"):
                kept[key] = f"#{name}-{value[1:]}"
            elif element.tag.endswith("}image") and IMAGE.match(value):
                kept[key] = value
        elif key == "style":
            style.update(declarations(value))
        elif key in COLOURED or key == "stop-color":
            style.setdefault(key, value)
        elif key in ATTRIBUTES:
            kept[key] = NUMBER.sub(shorter, value) if key != "id" else value
    style = {
        key: palette.variable(value) if key in COLOURED else value
        for key, value in style.items()
        if "url(" not in value.replace(f"url(#{name}-", "")
    }
    if "font" in style:
        style["font"] = re.sub(r"'?DejaVu Sans'?(, *sans-serif)?|'?sans-serif'?", FONTS, style["font"])
    if style:
        kept["style"] = "; ".join(f"{key}: {value}" for key, value in style.items())
    if "font-family" in kept:
        kept["font-family"] = FONTS
    element.attrib.clear()
    element.attrib.update(kept)


def declarations(style):
    """A style attribute as a dictionary."""
    pairs = (part.split(":", 1) for part in style.split(";") if ":" in part)
    return {key.strip().lower(): value.strip() for key, value in pairs}


def shorter(match):
    """A coordinate with two digits behind the point: a hundredth of a point is less than an eye can see."""
    number = f"{float(match.group()):.2f}".rstrip("0").rstrip(".")
    return "0" if number == "-0" else number


def serialise(element):
    """Markup without the namespace prefixes that ElementTree would write."""
    tag = element.tag.split("}")[-1]
    pieces = [f"<{tag}"]
    for key, value in element.attrib.items():
        pieces.append(f' {"xlink:href" if key == LINK else key}="{escape(text.clean(value))}"')
    inner = str(escape(text.clean(element.text or ""))) if tag in ("text", "tspan") else ""
    for child in element:
        inner += serialise(child)
        if tag in ("text", "tspan"):
            inner += str(escape(text.clean(child.tail or "")))
    pieces.append(f">{inner}</{tag}>" if inner else "/>")
    return "".join(pieces)


# Colours for a dark page: light and dark change places, hues stay. By Ottosson's OKLab (2020), in which equal steps of
# lightness look equal.


def darkened(colour):
    """The colour that plays the same part on a dark page."""
    lightness, a, b = to_oklab([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    chroma = math.hypot(a, b)
    if colour == "#ffffff":
        return "var(--paper)"
    if chroma < 0.06:
        lightness = 0.24 + 0.70 * (1 - lightness)
    else:
        lightness = min(max(0.64 + 0.35 * (lightness - 0.5), 0.62), 0.80)
    rgb = from_oklab(lightness, a, b)
    while not all(-1e-9 <= value <= 1 + 1e-9 for value in rgb):  # such a colour does not exist: less of it
        a, b = 0.95 * a, 0.95 * b
        rgb = from_oklab(lightness, a, b)
    return "#" + "".join(f"{round(255 * min(max(value, 0), 1)):02x}" for value in rgb)


def to_oklab(rgb):
    r, g, b = (value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in rgb)
    long = (0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b) ** (1 / 3)
    middle = (0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b) ** (1 / 3)
    short = (0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b) ** (1 / 3)
    return (
        0.2104542553 * long + 0.7936177850 * middle - 0.0040720468 * short,
        1.9779984951 * long - 2.4285922050 * middle + 0.4505937099 * short,
        0.0259040371 * long + 0.7827717662 * middle - 0.8086757660 * short,
    )


def from_oklab(lightness, a, b):
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    middle = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    linear = (
        4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short,
    )
    return [12.92 * value if value <= 0.0031308 else 1.055 * value ** (1 / 2.4) - 0.055 for value in linear]
