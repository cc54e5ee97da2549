# SPDX-License-Identifier: GPL-3.0-or-later
"""The command: python3 -m brisk_analysis figures lab.h5 -o figures

Exit codes: 0 ok, 1 a figure could not be made, 2 bad usage, 3 file trouble.
"""
import argparse
import sys

from . import __version__
from .figures import FORMATS, write_figures
from .reader import ResultsError, open_results


def formats(text):
    """The value of --format: a comma list of known formats, each once."""
    names = list(dict.fromkeys(name.strip() for name in text.split(",")))
    unknown = [name for name in names if name not in FORMATS]
    if unknown:
        raise argparse.ArgumentTypeError(f"'{unknown[0]}' is not one of {', '.join(FORMATS)}")
    return names


def parse(arguments):
    parser = argparse.ArgumentParser(prog="brisk_analysis", description="Figures from brisk's results files.",
                                     allow_abbrev=False)
    parser.add_argument("--version", action="version", version=f"brisk_analysis {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    figures = commands.add_parser("figures", allow_abbrev=False, help="draw every figure the file has the data for",
                                  description="Draws every figure the file has the data for; prints the files it "
                                  "wrote on stdout, and what it skipped and why on stderr.")
    figures.add_argument("file", help="results file of brisk (HDF5)")
    figures.add_argument("-o", "--output", metavar="FOLDER", default="figures",
                         help="folder for the pictures, made if need be (default: %(default)s)")
    figures.add_argument("--format", metavar="LIST", type=formats, default=list(FORMATS),
                         help=f"comma list of {', '.join(FORMATS)} (default: both)")
    return parser.parse_args(arguments)


def main(arguments=None):
    options = parse(arguments)
    try:
        with open_results(options.file) as results:
            written, skips, failures = write_figures(results, options.output, options.format)
    except ResultsError as error:
        print(f"brisk_analysis: {error}", file=sys.stderr)
        return 3
    for path in written:
        print(path)
    for name, reason in skips:
        print(f"brisk_analysis: skipped {name}: {reason}", file=sys.stderr)
    for name, reason in failures:
        print(f"brisk_analysis: {name} failed: {reason}", file=sys.stderr)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
