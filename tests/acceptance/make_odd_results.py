# SPDX-License-Identifier: GPL-3.0-or-later
"""A valid results file with everything that is odd: make_odd_results.py OUT.h5 AXES.h5

Names that are no file names, that become equal when they are made plain, or that hold quotes; texts with escape
sequences; every type with its extreme values; axes of length 0; three axes; NaN, infinities and -0."""

import sys

import h5py
import numpy as np

UTF8 = h5py.string_dtype()


def dimension(group, name, length):
    scale = group.create_dataset(name, (length,), dtype=">f4")
    scale.make_scale("This is a netCDF dimension but not a netCDF variable.%10d" % length)
    return scale


def put(group, name, data, scales, units=None, what=None, dtype=None):
    made = group.create_dataset(name, data=data, dtype=dtype)
    for axis, scale in enumerate(scales):
        made.dims[axis].attach_scale(scale)
        made.dims[axis].label = scale.name.rsplit("/", 1)[1]
    if units is not None:
        made.attrs["units"] = units
    if what is not None:
        made.attrs["long_name"] = what
    return made


def coordinate(group, name, data, dtype=None):
    scale = group.create_dataset(name, data=data, dtype=dtype)
    scale.make_scale(name)
    return scale


with h5py.File(sys.argv[1], "w", track_order=True) as file:
    file.attrs["format"] = "brisk-results"
    file.attrs["format_version"] = np.array([1, 0], "<i4")
    file.attrs["experiment"] = "somebody's\x1b]0;title\x07 study"
    file.attrs["seed"] = np.uint64(2**64 - 1)
    file.attrs["big"] = np.int64(-2**63)
    file.attrs["list"] = np.array([0.1, np.nan, -np.inf, -0.0])
    file.attrs["words"] = "a \"quoted\" word, a comma,\r\na line \x1b[31mred\x1b[0m, and \u009b31m"

    ends = dimension(file, "case", 7)
    put(file, "real", np.array([0.1, -0.0, 5e-324, 1.7976931348623157e308, np.inf, -np.inf, np.nan]), [ends], "s",
        "a real\x1b[31m number, \"so to speak\"")
    put(file, "integer", np.array([-2**63, 2**63 - 1, 0, -1, 1, 2**53, 2**53 + 1]), [ends], dtype="<i8")
    put(file, "natural", np.array([2**64 - 1, 0, 1, 2**53, 2**53 + 1, 2, 3], "<u8"), [ends])
    put(file, "small", np.array([255, 0, 1, 2, 3, 4, 5], "u1"), [ends])
    put(file, "counted", np.array([2**32 - 1, 0, 1, 2, 3, 4, 5], "<u4"), [ends])
    put(file, "signed", np.array([-2**31, 2**31 - 1, 1, 2, 3, 4, 5], "<i4"), [ends])
    put(file, "text", np.array(["", " ", "\"", ",", "\n", "\x1b[2J", "\u03b5 = \U0001f600"], dtype=object), [ends],
        dtype=UTF8)
    one = dimension(file, "one", 1)
    put(file, "alone", np.array([""], dtype=object), [one], dtype=UTF8)

    lonely = file.create_group("lonely", track_order=True)
    coordinate(lonely, "nothing but NaN", [np.nan, 1.0, np.nan])
    single = file.create_group("single", track_order=True)
    single["scalar"] = np.nan
    scalars = file.create_group("scalars", track_order=True)
    scalars["real"] = 0.1 + 0.2
    scalars.create_dataset("text", data="two\nlines", dtype=UTF8)

    grid = file.create_group("grid", track_order=True)
    x = coordinate(grid, "x", [0.5, 1.5, 2.5])
    name = coordinate(grid, "name", np.array(["a", "b,c"], dtype=object), UTF8)
    step = dimension(grid, "step", 2)
    put(grid, "cube", np.arange(12.0).reshape(2, 3, 2) / 7, [name, x, step], "m", "three axes")
    put(grid, "other", np.arange(12, dtype="<u8").reshape(2, 3, 2), [name, x, step])
    put(grid, "square", np.arange(6.0).reshape(2, 3), [step, x])
    below = grid.create_group("below", track_order=True)
    put(below, "inherited", np.array([1.0, 2.0, 3.0]), [x])

    empty = file.create_group("empty", track_order=True)
    none = dimension(empty, "none", 0)
    y = coordinate(empty, "y", [1.0, 2.0])
    put(empty, "values", np.zeros((0, 2)), [none, y])
    put(empty, "texts", np.array([], dtype=object), [none], dtype=UTF8)

    for odd in ("..escaped", "..\\escaped", "a b", "a:b", "a_b", "A_B", "-rf", ".hidden", "\u00e9\u00e8", "\u009b31mred",
                "n" * 255, "n" * 254 + "m", "index", "attributes", "con"):
        group = file.create_group(odd, track_order=True)
        group.attrs["what, \"is\" this\u009b"] = "odd"
        put(group, "quoted \"name\", with comma", np.array([1.5]), [dimension(group, "axis \"q\"", 1)])
    file.attrs["complete"] = np.uint8(1)

# A second file: axes of one name and other lengths in a group and above it, and a length that holds no value.
with h5py.File(sys.argv[2], "w", track_order=True) as file:
    file.attrs["format"] = "brisk-results"
    file.attrs["format_version"] = np.array([1, 0], "<i4")
    file.attrs["experiment"] = "pi"
    file.attrs["seed"] = np.uint64(1)
    above = coordinate(file, "x", np.arange(3.0))
    inner = file.create_group("inner", track_order=True)
    put(inner, "short", np.arange(3.0), [above])
    put(inner, "long", np.arange(20000.0), [coordinate(inner, "x", np.arange(20000.0))])
    axes = dimension(file, "a", 2**50), dimension(file, "b", 0)
    vast = file.create_dataset("vast", (2**50, 0), dtype="<f8")
    for axis, scale in enumerate(axes):
        vast.dims[axis].attach_scale(scale)
        vast.dims[axis].label = scale.name[1:]
    file.attrs["complete"] = np.uint8(1)
