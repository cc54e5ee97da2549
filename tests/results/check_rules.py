#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks a file of brisk against the rules that all of its files keep, through h5py's low-level interface and,
where that says nothing, in the bytes.

    check_rules.py FILE.h5 ... | --folder FOLDER     exit 0: all rules are kept, 1: not, 77: h5py is missing

Each line names the place and, in brackets, the rule:
    root          what the root says of the file, `format` first and `complete` last
    type          little-endian plain types and variable-length UTF-8 text, nothing else
    text          text is UTF-8; in an attribute it has at most 1024 bytes
    flag          u8 is 0 or 1, or has flag_values and flag_meanings
    nan           NaN is one bit pattern, stands in no attribute, and beside it something tells why; nothing is infinite
    scale         each axis has one dimension scale, in the same group or one above it, and the label of that name
    index         an axis without coordinates is netCDF's dimension without a variable and takes no room
    name          long_name on each dataset, units on each that is no text
    order         groups and datasets keep the order in which links and attributes were made
    time          no object carries a time
    layout        up to 64 KiB in one piece; above in chunks of 64 KiB to 1 MiB: shuffle, deflate 4, fletcher32
    version       nothing that HDF5 1.8 cannot read, or jsfive, which is no HDF5 library, cannot open
    link          hard links only, one for each object; no committed types, external files or virtual datasets
    provenance    who made the file, from what, and (in /run, where it stands) how
    digest        the digests and the seal fit the content
"""
import glob
import hashlib
import re
import sys

try:
    import h5py
    import numpy as np
    from h5py import h5a, h5d, h5ds, h5i, h5l, h5o, h5p, h5t
except ImportError as error:
    print(error)
    sys.exit(77)

import check_digest
from object_headers import LAYOUT, ObjectHeader, superblock_version

INDEX = b"This is a netCDF dimension but not a netCDF variable."
TYPES = {"f64": h5t.IEEE_F64LE, "i32": h5t.STD_I32LE, "i64": h5t.STD_I64LE, "u8": h5t.STD_U8LE,
         "u32": h5t.STD_U32LE, "u64": h5t.STD_U64LE}
OF_SCALES = {b"CLASS", b"NAME", b"REFERENCE_LIST", b"DIMENSION_LIST", b"DIMENSION_LABELS"}
ORDER = h5p.CRT_ORDER_TRACKED | h5p.CRT_ORDER_INDEXED
PIECE, CHUNK = 64 << 10, 1 << 20
# Columns of a table of the user's, each in a unit of its own, which nobody told us.
OF_A_TABLE = {"/training_set/x", "/test_set/x", "/standardisation/mean", "/standardisation/sd"}
# Datasets that tell why another one of their group has no number.
WHY = ("status", "outcome", "verdict", "by_count")
SEAL = b"brisksum"
ONE_NAN = {8: 0x7FF8000000000000, 4: 0x7FC00000}

ROOT = {"format": "text", "format_version": "i32", "brisk_version": "text", "git_commit": "text",
        "git_dirty": "u8", "experiment": "text", "seed": "u64", "rng": "text", "transforms": "text",
        "digest": "text", "complete": "u8"}
RUN = {"start": "text", "wall_s": "f64", "cpu_s": "f64", "host": "text", "threads": "i64", "compiler": "text",
       "flags": "text", "build_type": "text", "instruction_set": "text"}


class Rules:
    """Collects the problems of one open file."""

    def __init__(self, file, data, sample):
        self.file, self.data, self.found, self.sample = file, data, [], sample
        self.types = {**TYPES, "f32": h5t.IEEE_F32LE} if sample else TYPES

    def say(self, rule, path, text):
        self.found.append(f"{path}: {text} [{rule}]")

    def type_name(self, kind):
        """The format's name of a type of the file, or None."""
        if isinstance(kind, h5t.TypeStringID):
            fine = kind.is_variable_str() and kind.get_cset() == h5t.CSET_UTF8 and kind.get_strpad() == h5t.STR_NULLTERM
            return "text" if fine else None
        return next((name for name, known in self.types.items() if kind.equal(known)), None)

    # ---- The file ----

    def check_file(self):
        version = superblock_version(self.data)
        if version is None or version > 2:
            self.say("version", "/", f"superblock of version {version}, at most 2 can be read by HDF5 1.8")
        self.check_root()
        self.check_object("/", self.file["/"].id)
        self.check_group("/", self.file["/"].id)
        self.check_digests()

    def check_root(self):
        root = self.file["/"].id
        names = [h5a.open(root, index=i, index_type=h5py.h5.INDEX_CRT_ORDER).name.decode()
                 for i in range(h5a.get_num_attrs(root))]
        if names[:2] != ["format", "format_version"]:
            self.say("root", "/", f"begins with {names[:2]} and not with format and format_version")
        if names[-2:] != ["digest", "complete"]:
            self.say("root", "/", f"ends with {names[-2:]} and not with digest and complete")
        if not self.sample:
            self.check_facts("root", "/", ROOT)
        attrs = self.file.attrs
        if attrs.get("format") != "brisk-results":
            self.say("root", "/", f"format is {attrs.get('format')!r}")
        if list(np.ravel(attrs.get("format_version", []))) != [1, 0]:
            self.say("root", "/", f"format_version is {attrs.get('format_version')!r}")
        if attrs.get("complete") != 1:
            self.say("root", "/", "complete is not 1")
        if "run" in self.file and not self.sample:
            self.check_facts("provenance", "/run", RUN)
            self.check_run(self.file["run"])

    def check_facts(self, rule, path, wanted):
        group = self.file[path]
        for name, kind in wanted.items():
            if name not in group.attrs:
                self.say("provenance" if name in ("git_commit", "git_dirty", "brisk_version") else rule, path,
                         f"no attribute {name}")
            elif self.type_name(group.attrs.get_id(name).get_type()) != kind:
                self.say(rule, path, f"the attribute {name} is no {kind}")

    def check_run(self, run):
        if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", str(run.attrs.get("start"))):
            self.say("provenance", "/run", f"start is {run.attrs.get('start')!r} and no time of day in UTC")
        for name in ("wall_s", "cpu_s"):
            if not run.attrs.get(name, 0.0) >= 0.0:
                self.say("provenance", "/run", f"{name} is {run.attrs[name]}")
        for name in ("host", "compiler", "build_type", "instruction_set"):
            if run.attrs.get(name) == "":
                self.say("provenance", "/run", f"{name} is empty")
        if not run.attrs.get("threads", 1) >= 1:
            self.say("provenance", "/run", f"threads is {run.attrs['threads']}")
        if "command_line" not in run:
            self.say("provenance", "/run", "no dataset command_line")

    def check_digests(self):
        try:
            for text in check_digest.differences(self.file):
                self.say("digest", "/", text)
        except (AttributeError, KeyError, OSError, TypeError, ValueError) as error:
            self.say("digest", "/", f"no digest can be computed: {error}")
        if self.data[-40:-32] != SEAL:
            self.say("digest", "/", "no seal behind the end of the file")
        elif self.data[-32:] != hashlib.sha256(self.data[:-40]).digest():
            self.say("digest", "/", "the seal does not fit the bytes before it")

    # ---- Groups and links ----

    def check_group(self, path, group):
        create = group.get_create_plist()
        if create.get_link_creation_order() != ORDER or create.get_attr_creation_order() != ORDER:
            self.say("order", path, "the group does not keep the order of creation")
        for name in group:
            child = path.rstrip("/") + "/" + name.decode()
            if group.links.get_info(name).type != h5l.TYPE_HARD:
                self.say("link", child, "a soft or external link")
                continue
            item = h5o.open(group, name)
            if h5o.get_info(item).rc != 1:
                self.say("link", child, "the object has more than one name")
            if h5i.get_type(item) == h5i.GROUP:
                self.check_object(child, item)
                self.check_group(child, item)
            elif h5i.get_type(item) == h5i.DATASET:
                self.check_object(child, item)
                self.check_dataset(child, item)
            else:
                self.say("link", child, "neither a group nor a dataset")

    # ---- Any object: bytes of its header, attributes ----

    def check_object(self, path, item):
        header = ObjectHeader(self.data, h5o.get_info(item).addr)
        if header.has_phase_change:
            self.say("version", path, "limits of its own for attributes in the header: jsfive cannot open the file")
        if header.has_times:
            self.say("time", path, "the object carries a time")
        for kind, version in header.newer_than_18():
            self.say("version", path, f"message {kind:#x} of version {version}")
        if any(kind == LAYOUT and body[1] == 0 for kind, body in header.messages):
            self.say("layout", path, "the values stand in the object header")
        for i in range(h5a.get_num_attrs(item)):
            self.check_attribute(path, h5a.open(item, index=i))

    def check_attribute(self, path, attribute):
        if attribute.name in OF_SCALES:
            return
        name = attribute.name.decode()
        kind = self.type_name(attribute.get_type())
        if kind is None:
            self.say("type", path, f"the attribute {name} has none of the format's types")
            return
        if len(attribute.shape) > 1:
            self.say("type", path, f"the attribute {name} has {len(attribute.shape)} axes")
        values = np.ravel(self.file[path].attrs[name])
        if kind == "text":
            self.check_texts(path, f"the attribute {name}", values, 1024)
        elif kind == "u8" and name != "flag_values" and any(value > 1 for value in values):
            self.say("flag", path, f"the attribute {name} is a flag of {list(values)}")
        elif kind in ("f32", "f64"):
            self.check_nan(path, values, False)

    def check_texts(self, path, what, values, longest=None):
        for value in values:
            data = value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogateescape")
            try:
                data.decode("utf-8")
            except UnicodeDecodeError:
                self.say("text", path, f"{what} is not UTF-8")
            if longest is not None and len(data) > longest:
                self.say("text", path, f"{what} has {len(data)} bytes; long text is a dataset")

    def check_nan(self, path, values, told):
        """told: whether something tells why there is no number."""
        if not self.sample and (np.isinf(values).any() or np.isnan(values).any() and not told):
            self.say("nan", path, "infinite, or NaN without a word on why")
        size = values.dtype.itemsize
        if size in ONE_NAN:
            bits = values[np.isnan(values)].view(f"u{size}")
            if (bits != ONE_NAN[size]).any():
                self.say("nan", path, "NaN of more than one pattern")

    # ---- Datasets ----

    def check_dataset(self, path, item):
        create = item.get_create_plist()
        attrs = self.file[path].attrs
        if create.get_attr_creation_order() != ORDER:
            self.say("order", path, "the dataset does not keep the order of creation")
        if create.get_external_count() > 0 or create.get_layout() == h5d.VIRTUAL:
            self.say("link", path, "the values stand in another file or dataset")
        mark = attrs.get("NAME", b"")
        if (mark if isinstance(mark, bytes) else mark.encode()).startswith(INDEX):
            self.check_index(path, item, mark)
            return
        kind = self.type_name(item.get_type())
        if kind is None:
            self.say("type", path, "none of the format's types")
            return
        self.check_names(path, kind, attrs)
        self.check_axes(path, item)
        self.check_layout(path, item, kind, create)
        self.check_values(path, item, kind, attrs)

    def check_index(self, path, item, mark):
        if item.get_storage_size() != 0:
            self.say("index", path, "a dimension without coordinates takes room")
        if item.rank != 1 or int(mark[len(INDEX):]) != item.shape[0]:
            self.say("index", path, f"its length {item.shape} is not the one in its NAME")
        for name in self.file[path].attrs:
            if name.encode() not in OF_SCALES:
                self.say("index", path, f"a dimension without coordinates has the attribute {name}")

    def check_names(self, path, kind, attrs):
        if not attrs.get("long_name"):
            self.say("name", path, "no long_name")
        if kind == "text":
            if "units" in attrs:
                self.say("name", path, "text with units")
        elif not attrs.get("units") and path not in OF_A_TABLE:
            self.say("name", path, "no units")
        if "_FillValue" in attrs:
            self.say("name", path, "a fill value that is never used")
        if not re.fullmatch(r"[0-9a-f]{64}", str(attrs.get("digest"))) and not path.startswith("/run/"):
            self.say("digest", path, "no digest")

    def check_axes(self, path, item):
        if item.rank > 4:
            self.say("scale", path, f"{item.rank} axes")
        if h5ds.is_scale(item):
            if item.rank != 1:
                self.say("scale", path, f"a scale with {item.rank} axes")
            return
        scales = []
        for axis in range(item.rank):
            count = h5ds.get_num_scales(item, axis)
            if count != 1:
                self.say("scale", path, f"axis {axis} has {count} scales and not one")
                continue
            try:
                scale = self.file[path].dims[axis][0]
            except RuntimeError:
                self.say("scale", path, f"axis {axis} has a scale that leads nowhere")
                continue
            scales.append(scale.name)
            parent, name = scale.name.rsplit("/", 1)
            if not path.startswith(parent + "/"):
                self.say("scale", path, f"axis {axis}: {scale.name} stands in another branch")
            if h5ds.get_label(item, axis).decode() != name:
                self.say("scale", path, f"axis {axis} has the label {h5ds.get_label(item, axis)}, its scale is {scale.name}")
            if scale.shape != (item.shape[axis],):
                self.say("scale", path, f"axis {axis} has {item.shape[axis]} values, {scale.name} {scale.shape}")
        if len(set(scales)) != len(scales):
            self.say("scale", path, "two axes with one scale")

    def check_layout(self, path, item, kind, create):
        size = int(np.prod(item.shape, dtype=object)) * item.get_type().get_size()
        layout = create.get_layout()
        if kind == "text" or size <= PIECE:
            if layout != h5d.CONTIGUOUS:
                self.say("layout", path, f"{size} bytes that are not in one piece")
            return
        if layout != h5d.CHUNKED:
            self.say("layout", path, f"{size} bytes without chunks")
            return
        chunk = int(np.prod(create.get_chunk(), dtype=object)) * item.get_type().get_size()
        if not PIECE <= chunk <= CHUNK:
            self.say("layout", path, f"chunks of {chunk} bytes")
        filters = [create.get_filter(i) for i in range(create.get_nfilters())]
        codes = [each[0] for each in filters]
        if codes != [h5py.h5z.FILTER_SHUFFLE, h5py.h5z.FILTER_DEFLATE, h5py.h5z.FILTER_FLETCHER32]:
            self.say("layout", path, f"filters {codes}, not shuffle, deflate and fletcher32")
        elif filters[1][2][:1] != (4,):
            self.say("layout", path, f"deflate {filters[1][2]}, not 4")

    def check_values(self, path, item, kind, attrs):
        if kind == "text":
            self.check_texts(path, "a text", np.ravel(self.file[path][()]))
            return
        values = np.ravel(self.file[path][()])
        if kind in ("f32", "f64"):
            self.check_nan(path, values, any(name.endswith(WHY) for name in self.file[path].parent))
        if kind == "u8" and ("flag_values" in attrs or "flag_meanings" in attrs):
            codes = list(np.ravel(attrs.get("flag_values", [])))
            if len(codes) != len(str(attrs.get("flag_meanings", "")).split()):
                self.say("flag", path, "flag_values and flag_meanings differ in number")
            if not set(np.unique(values)) <= set(codes):
                self.say("flag", path, "a value that flag_values do not list")
        elif kind == "u8" and (values > 1).any() and not self.sample:
            self.say("flag", path, "neither 0 nor 1, and no flag_values")


def problems(path, sample=False):
    """sample: the file of tests/results/sample.c, which has all types that brisk can write and no provenance."""
    with open(path, "rb") as stream:
        data = stream.read()
    try:
        file = h5py.File(path, "r")
    except OSError as error:
        return [f"/: HDF5 cannot open it: {error} [version]"]
    with file:
        rules = Rules(file, data, sample)
        rules.check_file()
        return rules.found


def main(paths):
    if not paths:
        print(__doc__)
        return 2
    if paths[0] == "--folder":
        paths = sorted(glob.glob(paths[1] + "/*.h5"))
    wrong = 0
    for path in paths:
        found = problems(path, path.endswith("/types.h5"))
        wrong += bool(found)
        for line in found:
            print(f"{path} {line}")
    print(f"{len(paths)} files, {wrong} break a rule")
    return 1 if wrong or not paths else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
