#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fails where a file holds a type that HDF5.jl does not hand to Julia as the plain value it stands for.

    lint_julia.py FILE.h5 ... | --folder FOLDER      exit 0: all types are plain, 1: not, 77: h5py is missing
    lint_julia.py --self-test      each type of the table below, found or let through as it says

What HDF5.jl (0.17) makes of a type, and the rule for our files. The table follows its documentation ("Supported data
types") and the function that chooses a Julia type for what is read:

| HDF5 type | in Julia | here |
|---|---|---|
| integer of 1, 2, 4, 8 bytes | Int8 ... Int64, UInt8 ... UInt64 | yes |
| integer of another size | an error when it is read | no |
| float of 4 or 8 bytes | Float32, Float64 | yes |
| float of another size | a type that h5py has not (long double), or an error | no |
| text of variable length, UTF-8 | String | yes |
| text of variable length, ASCII | String, though nothing says what bytes above 127 are | of scales only |
| text of a fixed length | a tuple of that many bytes, which the compiler compiles anew for each length: 300 kB hung it (issue 742) | of scales only, up to 128 bytes |
| bit field | Bool, for any pattern of bits | no: other readers have no such type |
| enum, h5py's bool | the integer below it, without its names (issues 307, 826) | no |
| compound | NamedTuple, compiled anew for each (issues 408, 634, 1189); r and i: Complex | of scales only |
| array within an element | an array within an array | no |
| variable length of anything | an array of arrays | of scales only |
| opaque | Opaque: bytes with a tag | no |
| reference | Reference, of the object only; of a region: wrong | of scales only |
| time | an error | no |
| a committed type | a Datatype in the place of a value when the group is walked | no |
| no space (null) | EmptyArray | no |
| values in other files (virtual, external) | not supported or not found (pull request 1012) | no |

"Of scales only" are the attributes that HDF5 writes for dimension scales: CLASS, NAME, REFERENCE_LIST, DIMENSION_LIST and
DIMENSION_LABELS. HDF5.jl opens a file without reading them.
"""
import glob
import sys
import tempfile

try:
    import h5py
    import numpy as np
    from h5py import h5a, h5d, h5i, h5o, h5s, h5t
except ImportError as error:
    print(error)
    sys.exit(77)

OF_SCALES = {b"CLASS", b"NAME", b"REFERENCE_LIST", b"DIMENSION_LIST", b"DIMENSION_LABELS"}
LONGEST_FIXED = 128
NAMES = {h5t.INTEGER: "integer", h5t.FLOAT: "float", h5t.STRING: "text", h5t.BITFIELD: "bit field",
         h5t.OPAQUE: "opaque", h5t.COMPOUND: "compound", h5t.REFERENCE: "reference", h5t.ENUM: "enum",
         h5t.VLEN: "variable length", h5t.ARRAY: "array", h5t.TIME: "time"}


def complaint(kind):
    """What is wrong with a type, or None."""
    name = NAMES.get(kind.get_class(), f"class {kind.get_class()}")
    if kind.get_class() == h5t.INTEGER:
        return None if kind.get_size() in (1, 2, 4, 8) else f"integer of {kind.get_size()} bytes"
    if kind.get_class() == h5t.FLOAT:
        return None if kind.get_size() in (4, 8) else f"float of {kind.get_size()} bytes"
    if kind.get_class() == h5t.STRING:
        if not kind.is_variable_str():
            return f"text of a fixed length, {kind.get_size()} bytes"
        return None if kind.get_cset() == h5t.CSET_UTF8 else "text that does not say that it is UTF-8"
    return name


def complaint_about_scale(kind):
    """The same for an attribute of dimension scales."""
    if kind.get_class() == h5t.STRING and not kind.is_variable_str() and kind.get_size() > LONGEST_FIXED:
        return f"text of a fixed length, {kind.get_size()} bytes"
    return None


def problems(file):
    found = []

    def look(where, kind, space, judge=complaint):
        wrong = judge(kind)
        if wrong is not None:
            found.append(f"{where}: {wrong}")
        if space.get_simple_extent_type() == h5s.NULL:
            found.append(f"{where}: no space")

    def visit(name):
        item = h5o.open(file.id, name)
        where = "/" + name.decode().lstrip(".")
        for i in range(h5a.get_num_attrs(item)):
            attribute = h5a.open(item, index=i)
            judge = complaint_about_scale if attribute.name in OF_SCALES else complaint
            look(f"{where} {attribute.name.decode()}", attribute.get_type(), attribute.get_space(), judge)
        if h5i.get_type(item) == h5i.DATASET:
            look(where, item.get_type(), item.get_space())
            create = item.get_create_plist()
            if create.get_layout() == h5d.VIRTUAL or create.get_external_count() > 0:
                found.append(f"{where}: values in other files")
        elif h5i.get_type(item) != h5i.GROUP:
            found.append(f"{where}: a committed type")

    visit(b".")
    h5o.visit(file.id, visit)
    return found


def planted():
    """name, how to plant it in an open file, whether it is a fault."""
    def dataset(kind, shape=(2,)):
        return lambda file: h5d.create(file.id, b"planted", kind, h5s.create_simple(shape))

    def attribute(name, kind):
        return lambda file: h5a.create(file.id, name, kind, h5s.create(h5s.SCALAR))

    def fixed(size):
        kind = h5t.C_S1.copy()
        kind.set_size(size)
        return kind

    def text(cset):
        kind = h5t.C_S1.copy()
        kind.set_size(h5t.VARIABLE)
        kind.set_cset(cset)
        return kind

    def three_bytes():
        kind = h5t.STD_I32LE.copy()
        kind.set_size(3)
        return kind

    plain = [h5t.STD_I8LE, h5t.STD_I16LE, h5t.STD_I32LE, h5t.STD_I64LE, h5t.STD_U8LE, h5t.STD_U16LE, h5t.STD_U32LE,
             h5t.STD_U64LE, h5t.IEEE_F32LE, h5t.IEEE_F64LE, text(h5t.CSET_UTF8)]
    for kind in plain:
        yield f"{NAMES[kind.get_class()]} of {kind.get_size()} bytes", dataset(kind), False
        yield f"the same as an attribute of {kind.get_size()} bytes", attribute(b"planted", kind), False
    wrong = {"integer of 3 bytes": three_bytes(), "float of 2 bytes": h5t.IEEE_F16LE,
             "long double": h5t.NATIVE_LDOUBLE, "ASCII": text(h5t.CSET_ASCII), "fixed text": fixed(5),
             "long fixed text": fixed(300000), "bit field": h5t.STD_B8LE,
             "enum": h5t.py_create(h5py.enum_dtype({"a": 0, "b": 1}), logical=True),
             "bool": h5t.py_create(np.dtype(bool), logical=True),
             "compound": h5t.py_create(np.dtype([("a", "f8"), ("b", "i4")])), "complex": h5t.py_create(np.dtype("c16")),
             "array": h5t.array_create(h5t.IEEE_F64LE, (3,)), "vlen": h5t.vlen_create(h5t.IEEE_F64LE),
             "opaque": h5t.py_create(np.dtype("V5")), "reference": h5t.STD_REF_OBJ,
             "region reference": h5t.STD_REF_DSETREG, "time": h5t.UNIX_D32LE}
    for name, kind in wrong.items():
        yield name, dataset(kind), True
        if kind.get_size() < 60000:
            yield f"{name} as an attribute", attribute(b"planted", kind), True
    yield "text of a scale", attribute(b"NAME", fixed(64)), False
    yield "long fixed text of a scale", attribute(b"NAME", fixed(5000)), True
    yield "compound of a scale", attribute(b"REFERENCE_LIST", h5t.py_create(np.dtype([("a", "f8")]))), False
    yield "committed type", lambda file: h5t.IEEE_F64LE.copy().commit(file.id, b"planted"), True
    yield "no space", lambda file: h5d.create(file.id, b"planted", h5t.IEEE_F64LE, h5s.create(h5s.NULL)), True
    yield "virtual", plant_virtual, True
    yield "external", plant_external, True


def plant_virtual(file):
    layout = h5py.VirtualLayout((2,), "f8")
    layout[:] = h5py.VirtualSource("elsewhere.h5", "x", (2,))
    file.create_virtual_dataset("planted", layout)


def plant_external(file):
    create = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    create.set_external(b"elsewhere.bin", 0, 16)
    h5d.create(file.id, b"planted", h5t.IEEE_F64LE, h5s.create_simple((2,)), create)


def self_test():
    wrong = cases = 0
    for name, plant, fault in planted():
        cases += 1
        with tempfile.NamedTemporaryFile(suffix=".h5") as place, h5py.File(place.name, "w") as file:
            file.create_dataset("deep/down/fine", data=[1.0, 2.0])
            if problems(file):
                print(f"a fine file: {problems(file)}")
                return 1
            plant(file)
            found = problems(file)
            if (len(found) == 1) != fault or len(found) > 1:
                print(f"{name}: {found or 'not found'}")
                wrong += 1
    print(f"{cases} planted types, {wrong} judged wrongly")
    return 1 if wrong else 0


def main(arguments):
    if arguments == ["--self-test"]:
        return self_test()
    if not arguments:
        print(__doc__)
        return 2
    if arguments[0] == "--folder":
        arguments = sorted(glob.glob(arguments[1] + "/*.h5"))
    count = 0
    for path in arguments:
        with h5py.File(path, "r") as file:
            for line in problems(file):
                print(f"{path} {line}")
                count += 1
    print(f"{len(arguments)} files, {count} types that Julia would not read as plain values")
    return 1 if count or not arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
