#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Breaks every rule of check_rules.py on purpose, in copies of a real file, and expects the rule to be named.

    test_check_rules.py FILE.h5     a file of the lab with more than 8192 epochs (chunks); exit 0: each fault was found
"""
import re
import shutil
import sys
import tempfile

try:
    import h5py
    import numpy as np
    from h5py import h5a, h5d, h5p, h5s, h5t
except ImportError as error:
    print(error)
    sys.exit(77)

import check_rules

LOSS, WEIGHT, LOW = "network/tanh_2/loss", "network/tanh_2/w1", "network/tanh_2/interval/low"
CASES = []


def case(rule, where):
    """A fault, made in an open copy of the file: the rule that should name it, and the place."""
    def add(function):
        CASES.append((rule, where, function))
        return function
    return add


def make(file, path, data, kind, **facts):
    """A dataset of one axis beside the others of its group, as brisk would write it but for what facts say."""
    parent, name = path.rsplit("/", 1)
    create = h5p.create(h5p.DATASET_CREATE)
    create.set_obj_track_times(facts.get("times", False))
    create.set_attr_creation_order(check_rules.ORDER if facts.get("order", True) else 0)
    create.set_layout(h5d.CONTIGUOUS)
    if "create" in facts:
        facts["create"](create)
    data = np.asarray(data)
    item = h5d.create(file[parent].id, name.encode(), kind, h5s.create_simple(data.shape), create)
    if kind.get_class() not in (h5t.STRING, h5t.COMPOUND, h5t.BITFIELD, h5t.OPAQUE, h5t.REFERENCE):
        item.write(h5s.ALL, h5s.ALL, data)
    dataset = file[path]
    dataset.attrs["long_name"] = "planted"
    dataset.attrs["units"] = "1"
    scales = facts.get("scales", [file[parent].get(axis) for axis in facts.get("axes", ())])
    for axis, scale in enumerate(scales):
        dataset.dims[axis].attach_scale(scale)
        dataset.dims[axis].label = facts.get("label", scale.name.rsplit("/", 1)[1])
    return dataset


# ---- What the root says ----

@case("root", "/")
def format_is_another(file):
    file.attrs.modify("format", "brisk-shard")


@case("root", "/")
def version_of_one_number(file):
    del file.attrs["format_version"]
    file.attrs["format_version"] = np.int32(1)


@case("root", "/")
def not_complete(file):
    file.attrs.modify("complete", np.uint8(0))


@case("root", "/")
def complete_is_not_last(file):
    file.attrs["more"] = 1.0


@case("root", "/")
def no_seed(file):
    del file.attrs["seed"]


@case("provenance", "/")
def no_commit(file):
    del file.attrs["git_commit"]


for _name in check_rules.RUN:
    CASES.append(("provenance", "/run", lambda file, name=_name: file["run"].attrs.__delitem__(name)))


@case("provenance", "/run")
def no_command_line(file):
    del file["run/command_line"]


@case("provenance", "/run")
def start_in_another_form(file):
    file["run"].attrs.modify("start", "yesterday")


@case("provenance", "/run")
def time_runs_backwards(file):
    file["run"].attrs.modify("wall_s", -1.0)


# ---- Types and texts ----

for _kind, _code in (("f32", h5t.IEEE_F32LE), ("big-endian", h5t.IEEE_F64BE), ("i16", h5t.STD_I16LE),
                     ("bit field", h5t.STD_B8LE), ("enum", h5t.py_create(h5py.enum_dtype({"a": 0}), logical=True)),
                     ("compound", h5t.py_create(np.dtype([("a", "f8")]))), ("reference", h5t.STD_REF_OBJ),
                     ("long double", h5t.NATIVE_LDOUBLE), ("fixed text", h5t.C_S1.copy())):
    CASES.append(("type", "/" + WEIGHT + "x",
                  lambda file, code=_code: make(file, WEIGHT + "x", np.zeros(2, "u1"), code, axes=["input"])))


@case("type", "/network/tanh_2")
def attribute_of_fixed_text(file):
    file["network/tanh_2"].attrs["planted"] = np.bytes_("text")


@case("type", "/network/tanh_2")
def attribute_of_two_axes(file):
    file["network/tanh_2"].attrs["planted"] = np.zeros((2, 2))


@case("text", "/network/tanh_2")
def long_attribute(file):
    file["network/tanh_2"].attrs["planted"] = "x" * 1025


@case("text", "/config/text")
def not_utf8(file):
    file["config/text"][()] = b"\xff"


# ---- Values ----

@case("flag", "/network/tanh_2")
def flag_of_two(file):
    file["network/tanh_2"].attrs["planted"] = np.uint8(2)


@case("flag", "/network/tanh_2/test_set/error")
def value_that_is_no_flag(file):
    file["network/tanh_2/test_set/error"][0] = 2


@case("flag", "/network/tanh_2/test_set/error")
def value_that_no_code_lists(file):
    error = file["network/tanh_2/test_set/error"]
    error.attrs["flag_values"] = np.array([0, 1], "u1")
    error.attrs["flag_meanings"] = "no yes"
    error[0] = 2


@case("flag", "/network/tanh_2/test_set/error")
def more_codes_than_meanings(file):
    error = file["network/tanh_2/test_set/error"]
    error.attrs["flag_values"] = np.array([0, 1], "u1")
    error.attrs["flag_meanings"] = "no"


@case("nan", "/" + LOW)
def another_nan(file):
    file[LOW][0] = np.array([0xFFF8000000000001], "u8").view("f8")[0]


@case("nan", "/" + LOSS)
def nan_that_nothing_explains(file):
    file[LOSS][0] = np.nan


@case("nan", "/" + LOW)
def infinite(file):
    file[LOW][0] = np.inf


@case("nan", "/network/tanh_2")
def attribute_that_is_no_number(file):
    file["network/tanh_2"].attrs["planted"] = np.nan


# ---- Axes ----

@case("scale", "/" + WEIGHT)
def no_scale(file):
    file[WEIGHT].dims[0].detach_scale(file[WEIGHT].dims[0][0])


@case("scale", "/" + WEIGHT)
def two_scales(file):
    file["network/tanh_2"].create_dataset("planted", data=[1.0, 2.0]).make_scale("planted")
    file[WEIGHT].dims[0].attach_scale(file["network/tanh_2/planted"])


@case("scale", "/" + WEIGHT)
def another_label(file):
    file[WEIGHT].dims[0].label = "planted"


@case("scale", "/network/tanh_2/planted")
def scale_of_another_branch(file):
    make(file, "network/tanh_2/planted", np.zeros(file["network/tanh_2/trials/trial"].shape), h5t.IEEE_F64LE,
         scales=[file["network/tanh_2/trials/trial"]])


@case("scale", "/network/tanh_2/planted")
def scale_of_another_length(file):
    make(file, "network/tanh_2/planted", np.zeros(3), h5t.IEEE_F64LE, axes=["unit"])


@case("scale", "/network/tanh_2/planted")
def one_scale_for_two_axes(file):
    make(file, "network/tanh_2/planted", np.zeros((2, 2)), h5t.IEEE_F64LE, axes=["unit", "unit"])


@case("index", "/network/tanh_2/planted")
def index_with_values(file):
    index = file["network/tanh_2"].create_dataset("planted", data=np.zeros(2, "f4"))
    index.make_scale(check_rules.INDEX.decode() + "%10d" % 2)


@case("index", "/network/tanh_2/planted")
def index_of_another_length(file):
    item = h5d.create(file["network/tanh_2"].id, b"planted", h5t.IEEE_F32LE, h5s.create_simple((2,)))
    h5py.h5ds.set_scale(item, check_rules.INDEX + b"%10d" % 3)


@case("index", "/network/tanh_2/unit")
def index_with_attributes(file):
    file["network/tanh_2/unit"].attrs["units"] = "1"


# ---- Names ----

@case("name", "/" + LOSS)
def no_long_name(file):
    del file[LOSS].attrs["long_name"]


@case("name", "/" + LOSS)
def no_units(file):
    del file[LOSS].attrs["units"]


@case("name", "/config/text")
def text_with_units(file):
    file["config/text"].attrs["units"] = "1"


@case("name", "/" + LOSS)
def a_fill_value(file):
    file[LOSS].attrs["_FillValue"] = 0.0


# ---- Objects, links, layout ----

@case("order", "/planted")
def group_without_order(file):
    h5py.h5g.create(file.id, b"planted")


@case("order", "/network/tanh_2/planted")
def dataset_without_order(file):
    make(file, "network/tanh_2/planted", np.zeros(2), h5t.IEEE_F64LE, axes=["unit"], order=False)


@case("time", "/network/tanh_2/planted")
def object_with_times(file):
    make(file, "network/tanh_2/planted", np.zeros(2), h5t.IEEE_F64LE, axes=["unit"], times=True)


@case("layout", "/network/tanh_2/planted")
def small_and_chunked(file):
    make(file, "network/tanh_2/planted", np.zeros(2), h5t.IEEE_F64LE, axes=["unit"],
         create=lambda create: create.set_chunk((2,)))


@case("layout", "/network/tanh_2/planted")
def compact(file):
    make(file, "network/tanh_2/planted", np.zeros(2), h5t.IEEE_F64LE, axes=["unit"],
         create=lambda create: create.set_layout(h5d.COMPACT))


@case("layout", "/network/tanh_2/planted")
def large_in_one_piece(file):
    make(file, "network/tanh_2/planted", np.zeros(10000), h5t.IEEE_F64LE, axes=["epoch"])


def chunked(chunk, *filters):
    def create(create):
        create.set_chunk((chunk,))
        for name in filters:
            {"shuffle": create.set_shuffle, "deflate": lambda: create.set_deflate(4),
             "deflate 9": lambda: create.set_deflate(9), "fletcher32": create.set_fletcher32}[name]()
    return create


for _chunk, _filters in ((1, ("shuffle", "deflate", "fletcher32")), (10000, ("deflate", "fletcher32")),
                         (10000, ("shuffle", "deflate 9", "fletcher32")), (10000, ("shuffle", "deflate")), (10000, ()),
                         (10000, ("deflate", "shuffle", "fletcher32"))):
    CASES.append(("layout", "/network/tanh_2/planted", lambda file, chunk=_chunk, filters=_filters: make(
        file, "network/tanh_2/planted", np.zeros(10000), h5t.IEEE_F64LE, axes=["epoch"], create=chunked(chunk, *filters))))


@case("link", "/planted")
def soft_link(file):
    file["planted"] = h5py.SoftLink("/training_set")


@case("link", "/planted")
def external_link(file):
    file["planted"] = h5py.ExternalLink("other.h5", "/")


@case("link", "/planted")
def second_name(file):
    file["planted"] = file["training_set"]


@case("link", "/planted")
def committed_type(file):
    file["planted"] = np.dtype("f8")


@case("link", "/network/tanh_2/planted")
def external_values(file):
    make(file, "network/tanh_2/planted", np.zeros(2), h5t.IEEE_F64LE, axes=["unit"],
         create=lambda create: create.set_external(b"/dev/null", 0, 16))


@case("link", "/network/tanh_2/planted")
def virtual_values(file):
    layout = h5py.VirtualLayout((2,), "f8")
    layout[:] = h5py.VirtualSource("/dev/null", "x", (2,))
    file["network/tanh_2"].create_virtual_dataset("planted", layout)


# ---- Digests ----

@case("digest", "/")
def changed_value(file):
    file[LOSS][5] += 1.0


@case("digest", "/" + LOSS)
def no_digest(file):
    del file[LOSS].attrs["digest"]


@case("digest", "/")
def group_more(file):
    file["network/tanh_2"].attrs["test_error"] = 0.5


def planted_file(source, place, plant):
    shutil.copyfile(source, place)
    with h5py.File(place, "r+") as file:
        plant(file)


def flipped(place, source):
    with open(source, "rb") as stream:
        data = bytearray(stream.read())
    data[-1] ^= 1
    with open(place, "wb") as stream:
        stream.write(data)


def main(source):
    if check_rules.problems(source):
        print("the file breaks rules before a fault is planted:", *check_rules.problems(source)[:5], sep="\n")
        return 1
    missed, used = 0, set()
    with tempfile.TemporaryDirectory() as folder:
        place = folder + "/planted.h5"

        def expect(rule, where, name):
            nonlocal missed
            used.add(rule)
            found = check_rules.problems(place)
            if not any(line.startswith(where + ":") and line.endswith(f"[{rule}]") for line in found):
                print(f"{name}: no complaint about {where} [{rule}]:", *found[:5], sep="\n    ")
                missed += 1

        for rule, where, plant in CASES:
            planted_file(source, place, plant)
            expect(rule, where, plant.__name__)
        with h5py.File(place, "w", libver="latest") as file:
            file.attrs["format"] = "brisk-results"
        expect("version", "/", "a superblock of HDF5 1.10")
        shutil.copyfile(source, place)
        with h5py.File(place, "r+", libver="latest") as file:
            make(file, "network/tanh_2/planted", np.zeros(10000), h5t.IEEE_F64LE, axes=["epoch"],
                 create=chunked(10000, "shuffle", "deflate", "fletcher32"))
        expect("version", "/network/tanh_2/planted", "a layout of HDF5 1.10")
        shutil.copyfile(source, place)
        with h5py.File(place, "r+") as file:
            create = h5p.create(h5p.GROUP_CREATE)
            create.set_attr_phase_change(20, 10)
            h5py.h5g.create(file.id, b"planted", gcpl=create)
        expect("version", "/planted", "more attributes in the header")
        flipped(place, source)
        expect("digest", "/", "a seal that does not fit")
    named = set(re.findall(r"^    ([a-z]+)  +\S", check_rules.__doc__, flags=re.MULTILINE))
    for rule in sorted(named - used):
        print(f"no fault is planted against the rule {rule}")
        missed += 1
    print(f"{len(CASES) + 4} planted faults against {len(used)} rules, {missed} missed")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
