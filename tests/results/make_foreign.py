#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes files that the reader must refuse, out of one good file.

    make_foreign.py GOOD.h5 FOLDER     one file a case: FOLDER/CASE.h5; exit 77: h5py is missing
"""
import os
import shutil
import sys

try:
    import h5py
    import numpy as np
except ImportError as error:
    print(error)
    sys.exit(77)

UTF8 = h5py.string_dtype()


def scaled(group, name, data=None, **how):
    """A dataset along the index "case" of its group."""
    length = len(data) if data is not None else how["shape"][0]
    scale = group.create_dataset("case_" + name, (length,), dtype="<f4")
    scale.make_scale("This is a netCDF dimension but not a netCDF variable.%10d" % length)
    made = group.create_dataset(name, data=data, **how)
    made.dims[0].attach_scale(scale)
    return made


def version(file, major, minor):
    file.attrs.modify("format_version", np.array([major, minor], "<i4"))


def virtual(file):
    layout = h5py.VirtualLayout((3,), "<f8")
    layout[:] = h5py.VirtualSource("other.h5", "x", (3,))
    file.create_virtual_dataset("bad", layout)


def external_storage(file):
    scaled(file, "bad", shape=(3,), dtype="<f8", external=[("/etc/hostname", 0, 24)])


def cycle(file):
    file["network/again"] = file["network"]


def twice(file):
    file["again"] = file["training_set/x"]


def note(file):
    """Allowed: a remark of the user's."""
    file.attrs["remark"] = "looks good"


CASES = {
    "annotated": note,
    "newer": lambda f: version(f, 2, 0),
    "older": lambda f: version(f, 0, 9),
    "no_version": lambda f: f.attrs.pop("format_version"),
    "float_version": lambda f: f.attrs.create("format_version", 1.0),
    "incomplete": lambda f: f.attrs.modify("complete", np.uint8(0)),
    "no_complete": lambda f: f.attrs.pop("complete"),
    "other_format": lambda f: f.attrs.modify("format", "something-else"),
    "no_format": lambda f: f.attrs.pop("format"),
    "soft": lambda f: f.__setitem__("bad", h5py.SoftLink("/training_set/x")),
    "external": lambda f: f.__setitem__("bad", h5py.ExternalLink("/etc/passwd", "/x")),
    "external_group": lambda f: f["network"].__setitem__("bad", h5py.ExternalLink("other.h5", "/")),
    "virtual": virtual,
    "external_storage": external_storage,
    "cycle": cycle,
    "twice": twice,
    "named_type": lambda f: f.__setitem__("bad", np.dtype("<f8")),
    "lzf": lambda f: scaled(f, "bad", data=np.zeros(10), compression="lzf"),
    "big_endian": lambda f: scaled(f, "bad", data=np.zeros(10, ">f8")),
    "compound": lambda f: scaled(f, "bad", data=np.zeros(2, [("a", "<f8")])),
    "half": lambda f: scaled(f, "bad", data=np.zeros(2, "<f2")),
    "fixed_text": lambda f: scaled(f, "bad", data=np.array([b"a", b"b"])),
    "no_scale": lambda f: f.create_dataset("bad", data=np.zeros(3)),
    "rank5": lambda f: f.create_dataset("bad", data=np.zeros((1, 1, 1, 1, 1))),
    "extendible": lambda f: scaled(f, "bad", data=np.zeros(3), maxshape=(None,), chunks=(3,)),
    "bomb_contiguous": lambda f: scaled(f, "bad", shape=(10**12,), dtype="<f8"),
    "bomb_chunked": lambda f: scaled(f, "bad", shape=(10**12,), dtype="<f8", chunks=(1024,)),
    "bomb_overflow": lambda f: f.create_dataset("bad", (2**40, 2**40), "<f8", chunks=(1, 1024)),
    "bomb_chunk": lambda f: scaled(f, "bad", shape=(2**28,), dtype="<f8", chunks=(2**27,)),
    "null_space": lambda f: f.create_dataset("bad", data=h5py.Empty("<f8")),
    "latin1": lambda f: scaled(f, "bad", data=[b"caf\xe9"], dtype=h5py.string_dtype("ascii")),
    "attribute_2d": lambda f: f.attrs.create("bad", np.zeros((2, 2))),
    "attribute_complex": lambda f: f.attrs.create("bad", 1j),
    "attribute_long": lambda f: f.attrs.create("bad", "x" * 5000),
    "attribute_reference": lambda f: f.attrs.create("bad", f["network"].ref, dtype=h5py.ref_dtype),
    "deep": lambda f: f.create_group("/".join("g" * 40)),
}


def main(good, folder):
    for name, change in CASES.items():
        path = os.path.join(folder, name + ".h5")
        shutil.copy(good, path)
        with h5py.File(path, "r+", track_order=True) as file:
            change(file)
    with h5py.File(os.path.join(folder, "other_program.h5"), "w") as file:
        file["x"] = np.arange(3)
        file.attrs["x"] = "y"
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2]))
