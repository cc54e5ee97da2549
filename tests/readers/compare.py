#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compares what a reader printed (the form is told in list_h5py.py) with what h5py reads, value by value.

    compare.py READER LISTING FILE.h5      exit 0: the same, 1: not

A reader may be blind to something (LIMITS below); whatever it does print must be right.
"""
import math
import struct
import sys

import list_h5py

# shapes: reversed in a language whose arrays go the other way; any where arrays have two axes at least.
# texts: False where it cannot read them. attributes: more than so many may be missing. large: what it makes of an integer beyond its own.
LIMITS = {
    "brisk": {},
    "h5dump": {},
    # It shows netCDF's fill value of the type as _, here empty.
    "ncdump": {"words": {("u32", ""): 2**32 - 1}},
    "xarray": {},
    "h5wasm": {},
    # Integers are numbers of JavaScript, exact up to 2^53; of an object with more than 8 attributes it sees none.
    "jsfive": {"large": (2**53, float), "attributes": 8},
    # R's integer64 is signed.
    # The least integer of each length is its NA.
    "r": {"words": {("i32", "NA"): -2**31, ("i64", "NA"): -2**63}, "shapes": "reversed", "large": (2**63 - 1, lambda value: min(value, 2**63 - 1))},
    "octave": {"shapes": "any", "texts": False},
}


def read(path):
    """key: [shape, value, ...] of a listing."""
    found = {}
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            parts = line.rstrip("\n").split("\t")
            names = 2 if parts[0] == "dataset" else 3
            if parts[0] not in ("dataset", "attribute") or len(parts) <= names:
                raise ValueError(f"not a line of a listing: {line[:200]!r}")
            key = tuple(parts[:names])
            if key in found:
                raise ValueError(f"{key} is listed twice")
            found[key] = parts[names:]
    return found


def same_value(kind, ours, theirs, large=None, words=None):
    theirs = str((words or {}).get((kind, theirs), theirs))
    if kind == "text":
        return ours == theirs.lower()
    if kind[0] in "iu":
        try:
            a, b = int(ours), int(theirs, 0)
        except ValueError:
            return False
        return a == b if large is None or abs(a) <= large[0] else large[1](a) == large[1](b)
    a, b = float(ours), float(theirs)
    if kind == "f32":
        a, b = (struct.unpack("<f", struct.pack("<f", value))[0] for value in (a, b))
    return a == b and math.copysign(1, a) == math.copysign(1, b) or math.isnan(a) and math.isnan(b)


def same_shape(rule, ours, theirs):
    if rule == "any":
        return True
    if rule == "reversed":
        theirs = "x".join(reversed(theirs.split("x")))
        ours = ours.replace("-", "1")
        theirs = theirs.replace("-", "1")
    return ours == theirs


def differences(reader, base, listing, counts):
    """A line for each difference, and how many values were equal."""
    limits, found, equal = LIMITS[reader], [], 0
    for key in listing:
        if key not in base:
            found.append(f"{' '.join(key)}: the file has no such thing")
    for key, (kind, (shape, *values)) in base.items():
        if kind == "text" and not limits.get("texts", True):
            continue
        if key not in listing and key[0] == "attribute" and counts[key[1]] > limits.get("attributes", math.inf):
            continue
        if key not in listing:
            found.append(f"{' '.join(key)}: missing")
            continue
        their_shape, *theirs = listing[key]
        if not values and theirs == [""]:
            theirs = []
        if not same_shape(limits.get("shapes", "exact"), shape, their_shape):
            found.append(f"{' '.join(key)}: shape {their_shape}, not {shape}")
        if len(theirs) != len(values):
            found.append(f"{' '.join(key)}: {len(theirs)} values, not {len(values)}")
            continue
        wrong = next((i for i, (ours, other) in enumerate(zip(values, theirs))
                      if not same_value(kind, ours, other, limits.get("large"), limits.get("words"))), None)
        if wrong is not None:
            found.append(f"{' '.join(key)}: value {wrong} is {theirs[wrong][:80]!r}, not {values[wrong][:80]!r}")
        else:
            equal += len(values)
    return found, equal


def main(reader, listing, path):
    found, equal = differences(reader, list_h5py.entries(path), read(listing), list_h5py.attribute_counts(path))
    for line in found[:20]:
        print(f"{path} {line}")
    print(f"{reader} {path}: {equal} values as h5py has them, {len(found)} differences")
    return 1 if found or equal == 0 else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
