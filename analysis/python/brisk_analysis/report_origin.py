# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a results file comes from, how its run was configured, and how to repeat it."""
import configparser
import os
import re
import shlex

from . import report_text as text
from .report_blocks import Code, Facts, Note, Paragraph, Section


def provenance(results):
    """Version, machine and time of the run."""
    section = Section("Where this comes from", id="provenance", group="The run")
    rows = [
        ("File", os.path.basename(results.path)),
        ("Experiment", results.find("experiment")),
        ("Seed", seed(results)),
        ("brisk", version(results)),
        ("Format", format_version(results)),
        ("Random streams", results.find("rng")),
        ("Transforms", results.find("transforms")),
    ]
    for name, title in (
        ("start", "Started"),
        ("host", "Host"),
        ("threads", "Threads"),
        ("ranks", "Processes"),
        ("instruction_set", "Instruction set"),
        ("compiler", "Compiler"),
        ("build_type", "Build"),
        ("flags", "Compiler flags"),
    ):
        rows.append((title, results.find(name, "run")))
    for name, title in (("wall_s", "Wall time"), ("cpu_s", "Processor time")):
        value = results.find(name, "run")
        rows.append((title, None if value is None else text.seconds(value)))
    resumed = results.find("resumed_trials", "run")
    rows.append(("Trials taken from a checkpoint or shards", text.count(resumed) if resumed else None))
    rows.append(("Digest of the content (SHA-256)", results.find("digest")))
    section.add(Facts([(name, str(value)) for name, value in rows if value is not None and str(value)]))
    if "run" not in results.group:
        section.add(
            Paragraph("Host, time and compiler are not in the file: it was made with --reproducible, or without /run.")
        )
    if results.find("git_dirty"):
        section.add(Note("The program was built from sources that differ from the commit above.", "warning"))
    return section


def seed(results):
    value = results.find("seed")
    return None if value is None else str(value)


def version(results):
    known, commit = results.find("brisk_version"), results.find("git_commit")
    return None if known is None else f"{known}, commit {commit[:12]}" if commit else known


def format_version(results):
    return f"{results.find('format')} " + ".".join(str(part) for part in results.group.attrs["format_version"])


def configuration_text(results):
    return results.read("config/text", 0) if results.has("config/text") else None


def command(results):
    """The command line that repeats the run, quoted for a shell; None where the file has no configuration."""
    ini = configuration_text(results)
    if ini is None:
        return None
    parser = configparser.ConfigParser(interpolation=None, delimiters=("=",), comment_prefixes=(";", "#"), strict=False)
    parser.optionxform = str
    try:
        parser.read_string(ini)
    except configparser.Error:
        return None
    arguments = [results.find("experiment") or "?"]
    for section in ("options", "run"):
        for key, value in parser.items(section) if parser.has_section(section) else []:
            if key != "experiment" and re.fullmatch("[a-z0-9][a-z0-9-]*", key):
                arguments += [f"--{key}", value]
    return "brisk run " + " ".join(shlex.quote(text.clean(argument)) for argument in arguments) + " -o again.h5"


def repetition(results):
    """The exact commands."""
    section = Section("Repeat it", id="repeat", group="The run")
    name = shlex.quote(text.clean(os.path.basename(results.path)))
    again = command(results)
    if again is not None:
        section.add(
            Paragraph(
                "Any machine gives the same draws, weights, scores and counts, bit for bit, whatever its number of"
                " threads."
            ),
            Code(again, "The run again", True),
        )
    section.add(
        Code(f"brisk verify {name}", "This file against a fresh computation"),
        Code(f"brisk show {name}", "The same numbers on a terminal"),
    )
    if results.has("run/command_line"):
        section.add(Code(results.read("run/command_line", 0), "The command line as it was typed", True))
    ini = configuration_text(results)
    if ini is not None:
        section.add(Code(ini, "The configuration; brisk run EXPERIMENT --config FILE.ini takes it"))
    return section
