#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The values of a results file as h5py reads them, in the form that every reader of tests/readers prints:

    dataset TAB path TAB shape TAB value TAB value ...
    attribute TAB path TAB name TAB shape TAB value ...

shape is 3x4, or - for a scalar. Numbers have as many digits as they need; a text is the hexadecimal digits of its
bytes in UTF-8. Left out is what holds no values of ours: dimensions without coordinates, and the attributes of
HDF5's dimension scales.

    list_h5py.py FILE.h5
"""
import sys

import h5py
import numpy as np

INDEX = b"This is a netCDF dimension but not a netCDF variable."
OF_SCALES = {"CLASS", "NAME", "REFERENCE_LIST", "DIMENSION_LIST", "DIMENSION_LABELS"}


def hex_of(value):
    return (value if isinstance(value, bytes) else str(value).encode()).hex()


def fields(value):
    """Shape and values of a number, a text or an array of them, in the order of C."""
    shape = np.shape(value)
    array = np.asarray(value).ravel()
    texts = array.dtype.kind in "OSU"
    strings = [hex_of(v) if texts else repr(v) for v in (array.tolist() if not texts else array)]
    return ["x".join(map(str, shape)) if shape else "-", *strings]


def is_index(item):
    name = item.attrs.get("NAME", b"")
    return (name if isinstance(name, bytes) else name.encode()).startswith(INDEX)


def kind_of(kind):
    """f64, u8, text, ... of a NumPy type."""
    return "text" if kind.kind in "OSU" else f"{kind.kind}{8 * kind.itemsize}"


def entries(path):
    """For each dataset and attribute: key (dataset path or attribute path name), type, [shape, value, ...]."""
    found = {}
    with h5py.File(path, "r") as file:
        def visit(name, item):
            where = "/" + name
            if isinstance(item, h5py.Dataset):
                if is_index(item):
                    return
                found["dataset", where] = (kind_of(item.dtype), fields(item[()]))
            for attribute in item.attrs:
                if attribute not in OF_SCALES:
                    value = item.attrs[attribute]
                    kind = kind_of(item.attrs.get_id(attribute).dtype)
                    found["attribute", where, attribute] = (kind, fields(value))

        visit("", file["/"])
        file.visititems(visit)
    return found


def attribute_counts(path):
    """How many attributes each object has, with those of HDF5's scales."""
    counts = {}
    with h5py.File(path, "r") as file:
        counts["/"] = len(file.attrs)
        file.visititems(lambda name, item: counts.update({"/" + name: len(item.attrs)}))
    return counts


def main(path):
    for key, (_, values) in entries(path).items():
        print("\t".join([*key, *values]))


if __name__ == "__main__":
    main(sys.argv[1])
