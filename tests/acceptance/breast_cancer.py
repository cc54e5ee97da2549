#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The breast cancer data that Debian's scikit-learn brings (569 points, 30 inputs), as a plain table.

usage: breast_cancer.py OUT.csv [text|01|sign] [--reverse] [--no-header]

The label, in the last column, is "benign" and "malignant", 0 and 1, or -1 and 1; --reverse turns the order of the columns.
"""
import csv
import importlib.util
import pathlib
import sys

LABELS = {"text": ("benign", "malignant"), "01": ("0", "1"), "sign": ("-1", "1")}
NAMES = [f"{kind} {name}" for kind in ("mean", "se", "worst")
         for name in ("radius", "texture", "perimeter", "area", "smoothness", "compactness", "concavity",
                      "concave points", "symmetry", "fractal dimension")]


def read():
    """Rows of 30 texts, and for each whether it is malignant."""
    spec = importlib.util.find_spec("sklearn")
    if spec is None:
        raise SystemExit("scikit-learn is not installed (Debian: python3-sklearn)")
    path = pathlib.Path(spec.submodule_search_locations[0]) / "datasets" / "data" / "breast_cancer.csv"
    with open(path, newline="", encoding="utf-8") as file:
        lines = list(csv.reader(file))
    # The first line tells numbers and names of classes; 0 is malignant.
    assert lines[0] == ["569", "30", "malignant", "benign"] and len(lines) == 570
    return [line[:30] for line in lines[1:]], [line[30] == "0" for line in lines[1:]]


def write(path, form="text", reverse=False, header=True):
    rows, malignant = read()
    table = [[*NAMES, "diagnosis"]] if header else []
    table += [[*row, LABELS[form][bad]] for row, bad in zip(rows, malignant)]
    with open(path, "w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows([row[::-1] for row in table] if reverse else table)


if __name__ == "__main__":
    arguments = [a for a in sys.argv[1:] if not a.startswith("--")]
    if len(arguments) not in (1, 2):
        raise SystemExit(__doc__)
    write(*arguments, reverse="--reverse" in sys.argv, header="--no-header" not in sys.argv)
