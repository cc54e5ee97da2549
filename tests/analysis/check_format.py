#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compares a results file with the page that documents it, and with the conventions of that page.

usage: check_format.py FILE.h5 [FORMAT.md]

The page lists datasets in tables whose first column is a path in backticks (NAME and DTYPE stand for any
name) and whose second column starts with the type, and the axes in brackets. What stands below a heading
"## Experiment `X`" must be in every file of X; what stands elsewhere, in every file of the lab. Whatever else has a name (an
attribute, a group, an axis that only counts) must stand in backticks somewhere.
"""
import pathlib
import re
import sys

import h5py
import numpy as np

PLACEHOLDERS = ("NAME", "DTYPE")
INDEX = "This is a netCDF dimension but not a netCDF variable"
ROW = re.compile(r"^\|\s*`(/[^`]*)`\s*\|\s*(\w+)\s*(?:\[([^\]]*)\])?")


class Page:
    """What FORMAT.md says."""

    def __init__(self, text):
        text = re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
        self.words = set(re.findall(r"`([^`\n]+)`", text))
        self.rows = {}  # path: (type, axes or None)
        self.owner = {}  # path: experiment
        owner = "lab"
        for line in text.splitlines():
            if line.startswith("## "):
                named = re.match(r"## Experiment `([\w-]+)`", line)
                owner = named[1] if named else "lab"
            if row := ROW.match(line):
                axes = None if row[3] is None else [axis.strip() for axis in row[3].split(",")]
                self.rows[row[1].rstrip("/")] = (row[2], axes)
                self.owner[row[1].rstrip("/")] = owner

    def row(self, path):
        """The row of a dataset's path, or None."""
        return next((row for pattern, row in self.rows.items() if matches(pattern, path)), None)

    def has_group(self, path):
        """Whether the group is mentioned, or is a folder of something listed."""
        depth = path.count("/")
        return path in self.words or any(matches("/".join(pattern.split("/")[: depth + 1]), path)
                                         for pattern in self.rows)


def matches(pattern, path):
    ours, theirs = pattern.split("/"), path.split("/")
    return len(ours) == len(theirs) and all(a in PLACEHOLDERS or a == b for a, b in zip(ours, theirs))


def is_index(item):
    """Whether the dataset is a netCDF dimension without a variable, which carries no values."""
    name = item.attrs.get("NAME", b"")
    return (name if isinstance(name, str) else name.decode()).startswith(INDEX)


def type_name(data_type):
    """The format's name of an h5py type (text, f64, ...), or None where the format has no such type."""
    kind = data_type.get_class()
    if kind == h5py.h5t.STRING:
        fine = data_type.is_variable_str() and data_type.get_cset() == h5py.h5t.CSET_UTF8
        return "text" if fine else None
    if kind not in (h5py.h5t.INTEGER, h5py.h5t.FLOAT):
        return None
    # The byte order of one byte means nothing.
    if data_type.get_size() > 1 and data_type.get_order() != h5py.h5t.ORDER_LE:
        return None
    letter = "f" if kind == h5py.h5t.FLOAT else "u" if data_type.get_sign() == h5py.h5t.SGN_NONE else "i"
    name = f"{letter}{8 * data_type.get_size()}"
    return None if name == "f16" else name


def attribute_problems(page, path, item):
    for name in item.attrs:
        if name not in page.words:
            yield f"{path}: attribute '{name}' is not documented"
        if name.isupper():  # HDF5's own, of the scales
            continue
        if type_name(item.attrs.get_id(name).get_type()) is None:
            yield f"{path}: attribute '{name}' has none of the format's types"


def dataset_problems(page, path, item):
    if is_index(item):
        if path.rsplit("/", 1)[1] not in page.words:
            yield f"{path}: this axis is not documented"
        return
    row, kind = page.row(path), type_name(item.id.get_type())
    if row is None:
        yield f"{path}: no row of a table lists this dataset"
    if kind is None:
        yield f"{path}: {item.dtype} is none of the format's types"
    elif row is not None and kind != row[0]:
        yield f"{path}: is {kind}, documented as {row[0]}"
    if not item.attrs.get("long_name"):
        yield f"{path}: no long_name"
    if kind == "text":
        values = item[()] if item.shape else [item[()]]
        try:
            for value in np.ravel(values):
                value.decode("utf-8")
        except UnicodeDecodeError:
            yield f"{path}: text that is not UTF-8"
    if h5py.h5ds.is_scale(item.id):
        labels = [path.rsplit("/", 1)[1]]
    else:
        labels = [axis.label for axis in item.dims]
        for i, axis in enumerate(item.dims):
            if len(axis) != 1:
                yield f"{path}: axis {i} has {len(axis)} dimension scales instead of 1"
            elif axis[0].shape != (item.shape[i],):
                yield f"{path}: axis {i} has {item.shape[i]} values and a scale of {axis[0].shape}"
            elif axis[0].name.rsplit("/", 1)[1] != axis.label:
                yield f"{path}: axis {i} is labelled '{axis.label}', its scale is {axis[0].name}"
    if row is not None and row[1] is not None and labels != row[1]:
        yield f"{path}: axes {labels}, documented as {row[1]}"


def missing(page, file):
    """What the page lists for files of this experiment and this one has not."""
    for pattern in (row for row in page.rows if page.owner[row] == file.attrs.get("experiment")):
        found = [""]
        for part in pattern.split("/")[1:]:
            if part in PLACEHOLDERS:
                found = [f"{path}/{child}" for path in found for child in file.get(path or "/", ())]
                if not found:
                    yield f"{pattern}: documented, but the file has none"
            else:
                found = [f"{path}/{part}" for path in found]
        for path in found:
            reproducible = path.startswith("/run/") and "run" not in file
            if path not in file and not reproducible:
                yield f"{path}: documented, but missing from the file"


def problems(page, file):
    found = list(attribute_problems(page, "/", file))

    def visit(name, item):
        path = f"/{name}"
        found.extend(attribute_problems(page, path, item))
        if isinstance(item, h5py.Dataset):
            found.extend(dataset_problems(page, path, item))
        elif not page.has_group(path):
            found.append(f"{path}: this group is not documented")

    file.visititems(visit)
    found.extend(missing(page, file))
    return found


def main(arguments):
    if len(arguments) not in (1, 2):
        print("usage: check_format.py FILE.h5 [FORMAT.md]", file=sys.stderr)
        return 2
    default = pathlib.Path(__file__).resolve().parents[2] / "analysis" / "FORMAT.md"
    page = Page(pathlib.Path(arguments[1] if len(arguments) == 2 else default).read_text(encoding="utf-8"))
    if not page.rows:
        print("the page lists no dataset", file=sys.stderr)
        return 2
    with h5py.File(arguments[0], "r") as file:
        found = problems(page, file)
    for line in found:
        print(line)
    print(f"{len(page.rows)} documented datasets, {len(found)} problems")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
