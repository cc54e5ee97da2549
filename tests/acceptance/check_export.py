# SPDX-License-Identifier: GPL-3.0-or-later
"""An export against the results file itself, read with h5py: every value bit for bit, every attribute, every name.

    check_export.py FILE.h5 DIR FILE.json [SHOWN.json] [--plant]

SHOWN.json is what `show --json` printed. With --plant one bit of one number is changed first; that must be found."""

import csv
import json
import os
import sys

import h5py
import numpy as np

OWN = {"CLASS", "NAME", "REFERENCE_LIST", "DIMENSION_LIST", "DIMENSION_LABELS"}
TYPES = {"f8": "f64", "f4": "f32", "i4": "i32", "i8": "i64", "u1": "u8", "u4": "u32", "u8": "u64"}
plant = "--plant" in sys.argv
arguments = [argument for argument in sys.argv[1:] if argument != "--plant"]
problems = []


def wrong(*words):
    problems.append(" ".join(str(word) for word in words))


def is_index(dataset):
    return dataset.attrs.get("NAME", b"").startswith(b"This is a netCDF dimension but not a netCDF variable")


def type_of(dtype):
    return TYPES.get(dtype.str[1:], "text")


def values_of(dataset):
    if h5py.check_string_dtype(dataset.dtype):
        return np.asarray(dataset.asstr()[()], dtype=object)
    return np.asarray(dataset[()])


def parse(cells, dtype):
    """Texts of a CSV column as an array of the type that index.csv names."""
    if dtype == "text":
        return np.array(cells, dtype=object)
    if dtype in ("f64", "f32"):
        numbers = np.array([float(cell) if cell != "" else np.nan for cell in cells])
        return numbers if dtype == "f64" else numbers.astype(np.float32)
    return np.array([int(cell) for cell in cells], dtype={"u64": "u8", "i64": "i8", "u32": "u4", "i32": "i4", "u8": "u1"}[dtype])


def same_bits(a, b):
    if a.dtype == object or b.dtype == object:
        return list(a.ravel()) == list(b.ravel())
    if a.dtype.kind == "f":
        nan = np.isnan(a)
        return bool((nan == np.isnan(b)).all() and a[~nan].tobytes() == b[~nan].tobytes())
    return a.dtype == b.dtype and a.tobytes() == b.tobytes()


def attributes_of(item):
    for name, value in item.attrs.items():
        if name not in OWN:
            yield name, value


file = h5py.File(arguments[0], "r")
datasets, objects = {}, {"/": file}


def visit(path, item):
    if isinstance(item, h5py.Group) or not is_index(item):
        objects["/" + path] = item
        if isinstance(item, h5py.Dataset):
            datasets["/" + path] = item


file.visititems(visit)


# ---- The folder

folder = arguments[1]
columns = {}
with open(os.path.join(folder, "index.csv"), newline="", encoding="utf-8") as stream:
    index = list(csv.DictReader(stream))
tables = {}
for row in index:
    name = row["file"]
    if name.endswith(".csv") and name not in tables:
        with open(os.path.join(folder, name), newline="", encoding="utf-8") as stream:
            rows = list(csv.reader(stream))
        if any(len(cells) != len(rows[0]) for cells in rows):
            wrong(name, "has rows of unequal length")
        if len(set(rows[0])) != len(rows[0]):
            wrong(name, "has two columns of one name")
        tables[name] = {title: [cells[i] for cells in rows[1:]] for i, title in enumerate(rows[0])}

if plant:
    table, row = next((tables[row["file"]], row) for row in index if row["kind"] == "value" and row["type"] == "f64"
                      and len(tables[row["file"]][row["column"]]) > 0 and tables[row["file"]][row["column"]][0] != "")
    cells = table[row["column"]]
    cells[0] = repr(float(np.nextafter(float(cells[0]), 1e308)))

told = set()
for row in index:
    if row["kind"] == "index":
        continue
    path, dataset = row["path"], datasets.get(row["path"])
    if dataset is None:
        wrong("index.csv names", path, "which is not in the file")
        continue
    if row["type"] != type_of(dataset.dtype) or row["shape"] != " ".join(str(n) for n in dataset.shape):
        wrong(path, "has another type or shape in index.csv:", row["type"], row["shape"])
    if row["units"] != dataset.attrs.get("units", "") or row["long_name"] != dataset.attrs.get("long_name", ""):
        wrong(path, "has another unit or long name in index.csv")
    if row["kind"] == "text":
        with open(os.path.join(folder, row["file"]), newline="", encoding="utf-8") as stream:
            if stream.read() != dataset.asstr()[()]:
                wrong(row["file"], "differs from", path)
        told.add(path)
        continue
    cells = tables[row["file"]][row["column"]]
    if row["kind"] == "value":
        if not same_bits(parse(cells, row["type"]), values_of(dataset).ravel()):
            wrong(path, "differs in", row["file"])
        told.add(path)

# Coordinates and indices of each table: what its value columns say of axes and shape decides their places.
for name in tables:
    rows = [row for row in index if row["file"] == name]
    axes = [row for row in rows if row["kind"] != "value"]
    value = next((row for row in rows if row["kind"] == "value"), None)
    if [row["column"] for row in rows] != list(tables[name]):
        wrong(name, "has other columns than index.csv says")
    if value is None:
        shape = [int(axes[0]["shape"])]
    else:
        shape = [int(n) for n in value["shape"].split()]
    places = np.indices(shape).reshape(len(shape), -1) if shape else []
    for axis, row in enumerate(axes):
        cells = tables[name][row["column"]]
        if row["kind"] == "index":
            if [int(cell) for cell in cells] != list(places[axis]):
                wrong(name, "counts wrongly along", row["column"])
            continue
        whole = values_of(datasets[row["path"]])
        if not same_bits(parse(cells, row["type"]), whole[places[axis]]):
            wrong(row["path"], "differs in", name)
        if len(cells) > 0 or len(whole) == 0:
            told.add(row["path"])
for path in sorted(set(datasets) - told):
    wrong("no file tells", path)

with open(os.path.join(folder, "attributes.csv"), newline="", encoding="utf-8") as stream:
    rows = list(csv.DictReader(stream))
found = {}
for row in rows:
    found.setdefault((row["path"], row["name"]), []).append(row)
wanted = {(path, name): value for path, item in objects.items() for name, value in attributes_of(item)}
if set(found) != set(wanted):
    wrong("attributes.csv has other attributes:", sorted(set(found) ^ set(wanted))[:5])
for key, rows in found.items():
    value = wanted.get(key)
    if isinstance(value, (str, bytes)):
        good = [row["value"] for row in rows] == [value]
    elif value is not None:
        good = same_bits(parse([row["value"] for row in rows], rows[0]["type"]), np.atleast_1d(value))
        good = good and (rows[0]["index"] == "") == (np.ndim(value) == 0)
    if value is not None and not good:
        wrong("attribute", key, "differs:", rows)

with open(os.path.join(folder, "README.txt"), encoding="utf-8") as stream:
    listed = {line[2:].split(":")[0] for line in stream if line.startswith("- ")}
files = set(os.listdir(folder))
if files != listed | {"README.txt", "index.csv", "attributes.csv"} | ({"config.ini"} & files) or listed != set(tables):
    wrong("the folder holds", sorted(files ^ listed))
for name in files:
    if not all(letter.isascii() and (letter.isalnum() or letter in "._-") for letter in name) or name[0] in ".-":
        wrong("the name", repr(name), "is not safe")


# ---- JSON


def refuse(constant):
    raise ValueError("no JSON: " + constant)


def from_json(value, dtype):
    """A value, or nested lists of values, as an array; the reverse of what the help says."""
    flat = []

    def flatten(part):
        if isinstance(part, list):
            for below in part:
                flatten(below)
        else:
            flat.append(part)

    flatten(value)
    if dtype == "text":
        return np.array(flat, dtype=object)
    if dtype in ("f64", "f32"):
        if any(isinstance(part, int) for part in flat):
            wrong("a real without a point")
        return parse(["" if part is None else part if isinstance(part, str) else repr(part) for part in flat], dtype)
    return parse(flat, dtype)


def shape_of(value):
    return (len(value),) + (shape_of(value[0]) if value else ()) if isinstance(value, list) else ()


def compare_attributes(told, item, path, lifted=()):
    wanted = {name: value for name, value in attributes_of(item) if name not in lifted}
    if set(told) != set(wanted):
        wrong("JSON:", path, "has other attributes:", sorted(set(told) ^ set(wanted)))
        return
    for name, value in wanted.items():
        if isinstance(value, str):
            good = told[name] == value
        else:
            dtype = type_of(np.asarray(value).dtype)
            good = same_bits(from_json(told[name], dtype), np.atleast_1d(value))
            good = good and isinstance(told[name], list) == (np.ndim(value) > 0)
        if not good:
            wrong("JSON: attribute", name, "of", path, "differs:", told[name], value)
        if name == "seed" and np.asarray(value).dtype == np.uint64 and not isinstance(told[name], str):
            wrong("JSON: a seed is no string")


def compare_dataset(told, dataset, path, whole):
    values = values_of(dataset)
    if told["type"] != type_of(dataset.dtype) or told["shape"] != list(dataset.shape):
        wrong("JSON:", path, "has another type or shape")
    scale = h5py.h5ds.is_scale(dataset.id)
    for axis in range(dataset.ndim):
        dimension = dataset if scale else dataset.dims[axis][0]
        coordinate = None if is_index(dimension) else dimension.name
        if told["axes"][axis] != dimension.name.rsplit("/", 1)[1] or told["coordinates"][axis] != coordinate:
            wrong("JSON:", path, "has another axis", told["axes"], told["coordinates"])
    if told["units"] != dataset.attrs.get("units", "") or told["long_name"] != dataset.attrs.get("long_name", ""):
        wrong("JSON:", path, "has another unit or long name")
    compare_attributes(told["attributes"], dataset, path, ("units", "long_name"))
    if dataset.size <= whole:
        if not same_bits(from_json(told["values"], told["type"]), values.ravel()):
            wrong("JSON:", path, "differs")
        if dataset.size > 0 and shape_of(told["values"]) != dataset.shape:
            wrong("JSON:", path, "is nested otherwise")
        return
    flat = values.ravel()
    if told["values"] is not None:
        wrong("JSON:", path, "is long and stands there whole")
    if not (same_bits(from_json(told["first"], told["type"]), flat[:5]) and
            same_bits(from_json(told["last"], told["type"]), flat[-5:])):
        wrong("JSON: the ends of", path, "differ")
    if told["type"] != "text":
        known = flat[~np.isnan(flat)] if flat.dtype.kind == "f" else flat
        ends = [told["minimum"], told["maximum"]]
        good = ends == [None, None] if known.size == 0 else same_bits(
            from_json(ends, told["type"]), np.array([known.min(), known.max()]))
        if not good:
            wrong("JSON: minimum and maximum of", path, "differ:", ends)


def compare_group(told, group, whole):
    compare_attributes(told["attributes"], group, group.name)
    groups = {name: item for name, item in group.items() if isinstance(item, h5py.Group)}
    below = {name: item for name, item in group.items() if isinstance(item, h5py.Dataset) and not is_index(item)}
    if set(told["groups"]) != set(groups) or set(told["datasets"]) != set(below):
        wrong("JSON:", group.name, "holds other names")
        return
    for name, item in below.items():
        compare_dataset(told["datasets"][name], item, item.name, whole)
    for name, item in groups.items():
        compare_group(told["groups"][name], item, whole)


for path, whole in zip(arguments[2:4], (sys.maxsize, 100)):
    with open(path, "rb") as stream:
        text = stream.read()
    if not all(byte == 10 or 32 <= byte < 127 for byte in text):
        wrong(path, "is not printable ASCII")
    compare_group(json.loads(text, parse_constant=refuse), file, whole)

print("\n".join(problems[:20]) or "ok: %d datasets, %d attributes" % (len(datasets), len(wanted)))
sys.exit(1 if problems else 0)
