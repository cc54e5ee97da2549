# SPDX-License-Identifier: GPL-3.0-or-later
"""The command: python3 -m brisk_analysis figures lab.h5 -o figures

Exit codes: 0 ok, 1 a figure could not be made, 2 bad usage, 3 file trouble.
"""
from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import Optional

from . import __version__
from .reader import ResultsError, open

FORMATS = ("png", "svg", "pdf")  # those of figures; matplotlib is imported only when something is drawn
THEMES = ("light", "dark")


def formats(text: str) -> tuple[str, ...]:
    """The value of --format: a comma list of known formats, each once."""
    names = tuple(dict.fromkeys(name.strip() for name in text.split(",")))
    unknown = [name for name in names if name not in FORMATS]
    if unknown:
        raise argparse.ArgumentTypeError(f"'{unknown[0]}' is not one of {', '.join(FORMATS)}")
    return names


def parse(arguments: Optional[Sequence[str]]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="brisk_analysis", description="Figures from brisk's results files.",
                                     allow_abbrev=False)
    parser.add_argument("--version", action="version", version=f"brisk_analysis {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    figures = commands.add_parser("figures", allow_abbrev=False, help="draw every figure the file has the data for",
                                  description="Draws every figure the file has the data for and prints the files it "
                                  "wrote on stdout.")
    figures.add_argument("file", help="results file of brisk (HDF5)")
    figures.add_argument("-o", "--output", metavar="FOLDER", default="figures",
                         help="folder for the pictures, made if need be (default: %(default)s)")
    figures.add_argument("--format", metavar="LIST", type=formats, default=("png", "svg"),
                         help=f"comma list of {', '.join(FORMATS)} (default: png,svg)")
    figures.add_argument("--theme", choices=THEMES, default="light", help="colours: light or dark (default: %(default)s)")
    report = commands.add_parser("report", allow_abbrev=False, help="write one HTML page about the file",
                                 description="Writes one HTML page with everything the file says: the answer, tables, figures, "
                                 "every interval with its promise, configuration and provenance. The page needs no network and "
                                 "no other file.")
    report.add_argument("file", help="results file of brisk (HDF5)")
    report.add_argument("-o", "--output", metavar="FILE.html", default="report.html", help="the page (default: %(default)s)")
    report.add_argument("--figures", metavar="FOLDER", help="write all figures as PNG and SVG into this folder too, as the "
                        "command figures does, but draw each only once")
    return parser.parse_args(arguments)


def main(arguments: Optional[Sequence[str]] = None) -> int:
    options = parse(arguments)
    try:
        with open(options.file) as results:
            if options.command == "report":
                from .report import write_report

                written, failures = write_report(results, options.output, options.figures)
                written.append(options.output)
            else:
                from .figures import write_figures
                from .style import STYLES

                written, failures = write_figures(results, options.output, options.format, STYLES[options.theme])
    except ResultsError as error:
        print(f"brisk_analysis: {error}", file=sys.stderr)
        return 3
    for path in written:
        print(path)
    for name, reason in failures:
        print(f"brisk_analysis: {name} failed: {reason}", file=sys.stderr)
    if not written and not failures:
        print(f"brisk_analysis: {options.file}: nothing in it that there is a figure for", file=sys.stderr)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
