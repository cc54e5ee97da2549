#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compares a results file with the page that documents it, and with the conventions of that page.

usage: check_format.py FILE.h5 [FORMAT.md]
       check_format.py --folder FOLDER        all its files, which together must hold everything that the page lists

The page lists datasets in tables whose first column is a path in backticks (NAME and DTYPE stand for any
name) and whose second column starts with the type, the axes in brackets, and "in UNIT" where the unit is not 1 (own: that of the output). What stands below a heading
"## Experiment `X`" must be in every file of X; what stands elsewhere, in every file of the lab. Attributes stand in tables
"attribute of `PATH` | type | meaning" or "object | attributes | type" (OUTPUT: a group of `bk_trials_put`). A group, and an axis
that only counts, must stand in backticks somewhere.
"""
import glob
import pathlib
import re
import sys

import h5py
import numpy as np

PLACEHOLDERS = ("NAME", "DTYPE")
INDEX = "This is a netCDF dimension but not a netCDF variable"
ROW = re.compile(r"^\|\s*`(/[^`]*)`\s*\|\s*(\w+)\s*(?:\[([^\]]*)\])?(?:,?\s*in (\w+))?")
# On every dataset.
ANYWHERE = {"long_name", "units", "digest", "flag_values", "flag_meanings"}
# Values of every trial, which --keep summary leaves out.
OF_TRIALS = {"error_count", "trial_value", "outcome", "width"}
# What no small run leaves: there is no plan where the two networks are equally good.
SELDOM = {("/power_study", "plan_missing")}


class Page:
    """What FORMAT.md says."""

    def __init__(self, text):
        text = re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
        self.words = set(re.findall(r"`([^`\n]+)`", text))
        self.rows = {}  # path: (type, axes or None)
        self.owner = {}  # path: experiment
        self.units = {}  # path: unit, where it is not 1
        self.tables = []  # of each attribute in a table, the keys of attributes that it stands for
        self.attributes = {}  # (path, name): types, which may differ from experiment to experiment
        owner, objects, compact = "lab", [], False
        for line in text.splitlines():
            if line.startswith("## "):
                named = re.match(r"## (?:Experiment `([\w-]+)`|Files of `brisk ([\w-]+) -o)", line)
                owner = named[1] or named[2] if named else "lab"
            if line.startswith("| attribute of "):
                objects = quoted(line)
            elif line.startswith("| object | attributes | type |"):
                compact = True
            elif not line.startswith("|"):
                objects, compact = [], False
            elif compact and line.startswith("| `"):
                _, places, names, types, _ = line.split("|", 4)
                self.add_attributes(quoted(places), names, types)
            elif objects and line.startswith("| `"):
                _, names, types, _ = line.split("|", 3)
                self.add_attributes(objects, names, types)
            if not compact and not objects and (row := ROW.match(line)):
                axes = None if row[3] is None else [axis.strip() for axis in row[3].split(",")]
                self.rows[row[1].rstrip("/")] = (row[2], axes)
                # What an option adds is in some files alone.
                self.owner[row[1].rstrip("/")] = None if "| with `--" in line else owner
                if row[4]:
                    self.units[row[1].rstrip("/")] = row[4]

    def add_attributes(self, objects, names, types):
        names, types = quoted(names), [kind.strip() for kind in types.split(",")]
        for i, name in enumerate(names):
            self.tables.append({(place, name) for place in objects})
            for place in objects:
                self.attributes.setdefault((place, name), set()).add(types[i if len(types) == len(names) else 0])

    def attribute_rows(self, path, name):
        """The rows of an attribute: keys of attributes."""
        return [key for key in self.attributes if key[1] == name and (key[0] == "OUTPUT" or matches(key[0], path))]

    def row(self, path):
        """The row of a dataset's path, or None."""
        return next((row for pattern, row in self.rows.items() if matches(pattern, path)), None)

    def has_group(self, path):
        """Whether the group is mentioned, or is a folder of something listed."""
        depth = path.count("/")
        return path in self.words or any(matches("/".join(pattern.split("/")[: depth + 1]), path)
                                         for pattern in self.rows)


def quoted(text):
    return re.findall(r"`([^`]+)`", text)


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
        kind = type_name(item.attrs.get_id(name).get_type())
        rows = page.attribute_rows(path, name)
        if kind is None:
            yield f"{path}: attribute '{name}' has none of the format's types"
        elif not rows and name in page.words and not (isinstance(item, h5py.Dataset) and name in ANYWHERE):
            yield f"{path}: attribute '{name}' has no row in a table"
        elif rows and not any(kind in page.attributes[row] for row in rows):
            yield f"{path}: attribute '{name}' is {kind}, documented as {page.attributes[rows[0]]}"


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
    unit = next((unit for pattern, unit in page.units.items() if matches(pattern, path)), "1")
    if unit != "own" and item.attrs.get("units", unit) != unit and kind != "text":
        yield f"{path}: the unit is {item.attrs['units']}, documented as {unit}"
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
    config = str(file["config/text"][()]).replace("\\n", "\n") if "config/text" in file else ""
    folded = re.search(r"^keep\s*=\s*summary", config, flags=re.MULTILINE)
    for pattern in (row for row in page.rows if page.owner[row] == file.attrs.get("experiment")):
        if folded and pattern.rsplit("/", 1)[1] in OF_TRIALS:
            continue
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


def seen_in(page, file):
    """The rows of the page that say something of this file."""
    seen = set()

    def visit(name, item):
        path = f"/{name}"
        for attribute in item.attrs:
            seen.update(page.attribute_rows(path, attribute))
        if isinstance(item, h5py.Dataset):
            seen.update(pattern for pattern in page.rows if matches(pattern, path))

    visit("", file["/"])
    file.visititems(visit)
    return seen


def check_folder(page, folder):
    """All files of a folder, and that nothing on the page is missing from all of them."""
    count, seen = 0, set(SELDOM)
    paths = [path for path in sorted(glob.glob(folder + "/*.h5")) if not path.endswith("/types.h5")]
    for path in paths:
        with h5py.File(path, "r") as file:
            for line in problems(page, file):
                count += 1
                print(f"{path} {line}")
            seen |= seen_in(page, file)
    unseen = sorted(page.rows.keys() - seen)
    unseen += [" or ".join(f"{place} {name}" for place, name in sorted(keys)) for keys in page.tables if not keys & seen]
    for row in unseen:
        count += 1
        print(f"{row}: documented, but no file has it")
    print(f"{len(paths)} files, {len(page.rows)} documented datasets and {len(page.attributes)} attributes, {count} problems")
    return 1 if count or not paths else 0


def main(arguments):
    if len(arguments) not in (1, 2):
        print("usage: check_format.py FILE.h5 [FORMAT.md] | --folder FOLDER", file=sys.stderr)
        return 2
    default = pathlib.Path(__file__).resolve().parents[2] / "analysis" / "FORMAT.md"
    if arguments[0] == "--folder":
        return check_folder(Page(default.read_text(encoding="utf-8")), arguments[1])
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
