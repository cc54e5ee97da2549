# SPDX-License-Identifier: GPL-3.0-or-later
"""One HTML page about a results file: nothing outside it is needed to read it, and nothing outside it is asked for.

The same file gives the same page, byte for byte. All its texts are taken as untrusted: the template escapes them,
figures are swept (report_svg), and the page's own policy lets no script run but the one written here.
"""
import base64
import hashlib
import os
import shlex
import tempfile

import jinja2
from markupsafe import Markup

from . import report_basics as basics
from . import report_contents as contents
from . import report_intervals as intervals
from . import report_lab as lab
from . import report_losses as losses
from . import report_origin as origin
from . import report_studies as studies
from . import report_text as text
from . import style
from .reader import ResultsError
from .report_blocks import Code, Note, Paragraph, Section, check_links, name_sections, number_blocks
from .report_figures import Gallery

TEMPLATES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "templates")

# What reading a file that somebody changed by hand can raise.
DAMAGE = (ResultsError, ValueError, TypeError, KeyError, IndexError, AttributeError, OSError)

QUESTIONS = {
    "lab": "How far can you trust a measured test error?",
    "test-error": "How far can you trust a measured test error?",
    "training": "How well do the trained networks do on points they have not seen?",
    "gradient-check": "Are the gradients right?",
    "tensor-basics": "What does backpropagation compute?",
    "coverage-study": "Which intervals keep their promise?",
    "loss-coverage": "Which intervals keep their promise for real-valued losses?",
    "training-study": "Does a better score mean a better algorithm?",
    "power-study": "How often does a test find the better network?",
    "fit": "How good are the networks trained on these data?",
    "": "How large is the mean loss?",
}


def write_report(results, path, figures=None):
    """Writes the page, which appears whole or not at all; with a folder for them, all figures before it.

    Returns (paths of the figures written, [(name, what failed)]).
    """
    gallery = Gallery(results)
    written = gallery.save(figures) if figures is not None else ([], [])
    page = make_report(results, gallery)
    folder, name = os.path.split(os.path.abspath(path))
    try:
        handle, part = tempfile.mkstemp(prefix=f".{name}.", suffix=".part", dir=folder)
        try:
            with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
                file.write(page)
            umask = os.umask(0)
            os.umask(umask)
            os.chmod(part, 0o666 & ~umask)
            os.replace(part, path)
        except BaseException:
            os.unlink(part)
            raise
    except OSError as error:
        raise ResultsError(f"{path}: cannot be written: {error.strerror}") from error
    return written


def make_report(results, gallery=None):
    """The page as text."""
    gallery = gallery or Gallery(results)
    sections = all_sections(results, gallery)
    taken = {"top", "answer", "contents-menu", "menu-button", "theme-button"}
    name_sections(sections, taken)
    check_links(sections, taken)
    number_blocks(sections)
    experiment = str(results.find("experiment", default=""))
    script = source("report.js")
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
        finalize=presentable,
    )
    return environment.get_template("report.html").render(
        title=f"{experiment or 'interval'}: {os.path.basename(results.path)}",
        file=os.path.basename(results.path),
        experiment=experiment,
        question=QUESTIONS.get(experiment, f"What did the experiment {experiment} find?"),
        answer=answer(results),
        sections=sections,
        navigation=navigation(sections),
        facts=header_facts(results),
        css=Markup(source("report.css")),
        script=Markup(script),
        colours=Markup(colours(gallery.palette)),
        policy=policy(script),
    )


def presentable(value):
    """What a template may print: a text without control characters, and never a NaN."""
    if isinstance(value, Markup):
        return value
    if isinstance(value, float):
        return text.significant(value)
    return text.clean(value) if isinstance(value, str) else value


def source(name):
    with open(os.path.join(TEMPLATES, name), encoding="utf-8") as file:
        return file.read()


def policy(script):
    """Nothing may be loaded, and no script run but ours, which is known by its hash."""
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return (
        f"default-src 'none'; script-src 'sha256-{digest}'; style-src 'unsafe-inline'; img-src data:; base-uri 'none';"
        " form-action 'none'"
    )


def colours(palette):
    """The variables that figures are drawn with: those of the figures' style, and what else occurred in an SVG."""
    light, dark = (
        " ".join(f"--bk-{name}: {colour};" for name, colour in style.colours(one).items())
        for one in (style.LIGHT, style.DARK)
    )
    dark += " " + palette.dark()
    return (
        f":root {{ {light} }}\n"
        f"@media screen and (prefers-color-scheme: dark) {{ :root:not([data-theme=light]) {{ {dark} }} }}\n"
        f"@media screen {{ :root[data-theme=dark] {{ {dark} }} }}\n"
    )


def answer(results):
    """The paragraphs at the top."""
    makers = {
        "lab": lab.answer,
        "test-error": lab.answer,
        "training": lab.answer,
        "gradient-check": basics.gradient_answer,
        "tensor-basics": basics.tensor_answer,
        "coverage-study": studies.coverage_answer,
        "training-study": studies.training_study_answer,
        "power-study": studies.power_answer,
        "loss-coverage": losses.loss_answer,
        "fit": losses.fit_answer,
    }
    known = makers.get(str(results.find("experiment", default="")))
    for maker in filter(None, (known, losses.interval_answer, contents.outputs_answer)):
        try:
            said = maker(results)
        except DAMAGE as error:
            return [f"The question cannot be answered from this file: {error}"]
        if said:
            return said
    return ["This page lists what the file holds."]


def all_sections(results, gallery):
    """The page from top to bottom, without the parts that the file has no data for."""
    sections = []

    def part(title, maker, *arguments):
        """Adds a section; what is damaged in a file must not cost the rest of the page."""
        try:
            section = maker(*arguments)
        except DAMAGE as error:
            section = Section(title).add(Note(f"This part of the file cannot be shown: {error}", "warning"))
        if section is not None and not section.empty:
            sections.append(section)

    networks = list(results.networks.values())
    part("Intervals", losses.interval_section, results, gallery)
    part("Power of the tests", studies.power_section, results, gallery)
    part("Trainings and test sets", studies.training_study_section, results, gallery)
    if losses.is_fit(results):
        part("Data and networks", losses.fit_overview, results, gallery)
        part("Differences between networks", losses.comparison_section, results, gallery)
        each = losses.fit_section
    elif studies.coverage_networks(results):
        part("All networks", studies.coverage_overview, results, gallery)
        each = studies.coverage_section
    else:
        part("All networks", lab.overview, results, gallery)
        each = lab.network_section
    for network in [] if results.has("power_study") else networks:
        part(network.name, each, network, gallery)
    for node in results.children("loss_coverage"):
        part(node.name, losses.loss_section, node, gallery)
    part("The methods", intervals.methods_section, results)
    part("Gradient check", basics.gradient_section, results, gallery)
    part("Tensors and gradients", basics.tensor_section, results, gallery)
    if not any(results.has(name) for name in ("power_study", "training_study")):
        part("Outputs of the simulation", contents.outputs_section, results, gallery)
    part("More figures", more_figures, gallery, os.path.basename(results.path))
    part("Simulations", contents.stopping_section, results, gallery)
    part("Repeat it", origin.repetition, results)
    part("Where this comes from", origin.provenance, results)
    part("Everything in the file", contents.contents_section, results)
    return sections


def more_figures(gallery, file):
    """What has no other place, and how to get what was left out."""
    section = Section("More figures").add(*gallery.take())
    if gallery.left_out:
        kinds = text.listing(f"“{title}”" for title in gallery.left_out)
        section.add(
            Paragraph(
                f"So many tables have figures that those of the kind {kinds} are left out here; they are drawn by the "
                "command below."
            ),
            Code(f"python3 -m brisk_analysis figures {shlex.quote(text.clean(file))} -o figures", "", True),
        )
    return section


def navigation(sections):
    """[(heading or "", [section, ...])] in the order of the page."""
    parts = []
    for section in sections:
        if not parts or parts[-1][0] != section.group:
            parts.append((section.group, []))
        parts[-1][1].append(section)
    return parts


def header_facts(results):
    """The line under the title."""
    facts = [
        ("experiment", results.find("experiment")),
        ("seed", origin.seed(results)),
        ("brisk", origin.version(results)),
        ("run", results.find("start", "run")),
    ]
    return [(name, str(value)) for name, value in facts if value is not None and str(value)]
