#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Recomputes the digests of a results file from the file alone, as src/results/digest.c defines them.

    check_digest.py FILE.h5        exit 0: all agree, 1: one differs, 77: h5py is missing
"""
import hashlib
import sys

try:
    import h5py
    import numpy as np
except ImportError as error:
    print(error)
    sys.exit(77)

TYPES = {"<f4": "f32", "<f8": "f64", "<i4": "i32", "<i8": "i64", "|u1": "u8", "<u4": "u32", "<u8": "u64"}
SCALE = {"CLASS", "NAME", "REFERENCE_LIST", "DIMENSION_LIST", "DIMENSION_LABELS", "_Netcdf4Dimid",
         "_Netcdf4Coordinates"}
OF_ROOT = {"format", "format_version", "digest", "complete"}
INDEX = b"This is a netCDF dimension but not a netCDF variable."


def number(n):
    return int(n).to_bytes(8, "little")


def text(s):
    data = s if isinstance(s, bytes) else s.encode()
    return number(len(data)) + data


def typed(value):
    """Name of the type, and the bytes of the values."""
    array = np.asarray(value)
    if array.dtype.str in TYPES:
        return TYPES[array.dtype.str], array.tobytes()
    return "text", b"".join(text(s) for s in array.ravel())


def attributes(obj, left_out):
    names = sorted((n for n in obj.attrs if n not in SCALE and n not in left_out), key=lambda n: n.encode())
    record = number(len(names))
    for name in names:
        value = obj.attrs[name]
        kind, data = typed(value)
        shape = np.shape(value)
        record += text(name) + text(kind) + number(shape[0] if shape else 0) + data
    return record


def record(obj):
    if isinstance(obj, h5py.Group):
        return text("group") + text(obj.name) + attributes(obj, OF_ROOT if obj.name == "/" else set())
    kind, data = typed(obj[()])
    shape = number(len(obj.shape)) + b"".join(number(n) for n in obj.shape)
    return text("dataset") + text(obj.name) + text(kind) + shape + data + attributes(obj, {"digest"})


def differences(file):
    """A line for each digest in an open file that does not fit."""
    objects = {"/": file["/"]}
    file.visititems(lambda name, obj: objects.update({"/" + name: obj}))
    content = hashlib.sha256()
    for name in sorted(objects, key=lambda n: n.encode()):
        obj = objects[name]
        if name == "/run" or name.startswith("/run/") or obj.attrs.get("NAME", b"").startswith(INDEX):
            continue
        digest = hashlib.sha256(record(obj))
        content.update(digest.digest())
        if isinstance(obj, h5py.Dataset) and obj.attrs.get("digest") != digest.hexdigest():
            yield f"differs: {name}"
    if file.attrs.get("digest") != content.hexdigest():
        yield "the digest of the content differs"


def main(path):
    with h5py.File(path, "r") as file:
        found = list(differences(file))
    for line in found:
        print(line)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
