#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Changes one thing at a time in a results file through h5py and asks `brisk verify` about it.

    check_verify.py BRISK FILE.h5 damaged     digests as they were: verify names the object by its digest
    check_verify.py BRISK FILE.h5 forged      digests made to fit: the run that verify makes again names it
    check_verify.py BRISK FILE.h5 attributes  one attribute of each name, digests made to fit
    check_verify.py BRISK FILE.h5 set PATH VALUE   only writes: an attribute "/@seed" or a text dataset, digests fit
    check_verify.py BRISK FILE.h5 count PATH       only writes: one more in the first value of an array of counts
    check_verify.py BRISK FILE.h5 digests          only writes: another digest of every block
    check_verify.py BRISK FILE.h5 without PATH     only writes: a dataset less
    check_verify.py BRISK FILE.h5 retyped PATH     only writes: a dataset [trial] as f32
    check_verify.py BRISK FILE.h5 fewer SIMULATION only writes: facts of one block less than there is

Every dataset gets its turn, with the last bit of a value in the middle flipped. Where values pass through libm that
is told, and an error with --exact alone; there a higher bit is flipped too.
"""
import hashlib
import os
import shutil
import subprocess
import sys

import h5py
import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "results"))
sys.dont_write_bytecode = True
import check_digest  # noqa: E402

COPY = "forged.h5"
# A file of another experiment is bad input, and no difference.
OWN = {"experiment", "format", "format_version", "digest", "complete", "brisk_version", "git_commit", "git_dirty"}


def objects_of(file):
    """Everything that digests cover, by path."""
    found = {"/": file["/"]}
    file.visititems(lambda name, obj: found.update({"/" + name: obj}))
    return {name: obj for name, obj in found.items()
            if name != "/run" and not name.startswith("/run/")
            and not obj.attrs.get("NAME", b"").startswith(check_digest.INDEX)}


def seal(file):
    """Digests that fit."""
    content = hashlib.sha256()
    found = objects_of(file)
    for name in sorted(found, key=str.encode):
        digest = hashlib.sha256(check_digest.record(found[name]))
        content.update(digest.digest())
        if isinstance(found[name], h5py.Dataset):
            found[name].attrs.modify("digest", digest.hexdigest())
    file.attrs.modify("digest", content.hexdigest())


def flipped(values, bit):
    """The values with one bit of a middle element flipped; a NaN becomes 0, a text gets another letter."""
    array = np.array(values)
    flat = array.reshape(-1)
    where = flat.size // 2
    if array.dtype.kind in "OSU":
        text = flat[where].decode() if isinstance(flat[where], bytes) else str(flat[where])
        flat[where] = ("x" if text[:1] != "x" else "y") + text[1:]
    elif array.dtype.kind == "f" and np.isnan(flat[where]):
        flat[where] = 0.0
    else:
        size = array.dtype.itemsize
        word = flat[where:where + 1].view(f"u{size}")
        word ^= np.array(1, f"u{size}") << np.array(bit if array.dtype.kind == "f" else 0, f"u{size}")
    return array


def change(path, name, bit, fit):
    """Flips in a dataset, or behind @ in an attribute."""
    with h5py.File(path, "r+") as file:
        name, _, attribute = name.partition("@")
        if attribute:
            old = file[name].attrs[attribute]
            new = flipped(old, bit)
            if np.ndim(old) == 0:
                new = str(new.item()) if new.dtype.kind in "OSU" else new.reshape(())[()]
            file[name].attrs.modify(attribute, new)
        else:
            file[name][...] = flipped(file[name][()], bit)
        if fit:
            seal(file)


def verify(brisk, *arguments):
    ran = subprocess.run([brisk, "verify", COPY, "-j", "1", "--progress", "none", *arguments], capture_output=True, text=True)
    return ran.returncode, ran.stderr + ran.stdout


def changed(brisk, path, name, bit, fit):
    shutil.copy(path, COPY)
    change(COPY, name, bit, fit)
    return verify(brisk)


def names(path):
    with h5py.File(path, "r") as file:
        found = objects_of(file)
        datasets = [name for name, obj in found.items()
                    if isinstance(obj, h5py.Dataset) and obj.size > 0 and name != "/config/text"]
        attributes = {}
        for name, obj in found.items():
            for attribute in obj.attrs:
                own = attribute in OWN if name == "/" else attribute == "digest"
                if not own and attribute not in check_digest.SCALE:
                    attributes.setdefault(attribute, f"{name}@{attribute}")
    return datasets, sorted(attributes.values())


def index_scale(group, name, length):
    """An axis that only counts, as brisk writes it."""
    scale = group.create_dataset(name, (length,), dtype=">f4")
    scale.make_scale(check_digest.INDEX.decode() + "%10d" % length)
    return scale


def replace(file, path, values, scale):
    """A dataset [axis] with the attributes of the one that was there."""
    old = file[path]
    kept = {name: value for name, value in old.attrs.items() if name not in check_digest.SCALE}
    label = old.dims[0].label
    del file[path]
    new = file.create_dataset(path, data=values)
    new.dims[0].attach_scale(scale)
    new.dims[0].label = label
    for name, value in kept.items():
        new.attrs[name] = value


def rewrite(file, kind, path, *rest):
    """Of the kinds that only write."""
    if kind == "set":
        name, _, attribute = path.partition("@")
        if attribute:
            file[name].attrs.modify(attribute, np.asarray(rest[0], file[name].attrs[attribute].dtype)[()])
        else:
            file[name][()] = rest[0]
    elif kind == "count":
        file[path][0] += 1
    elif kind == "digests":
        for simulation in file["simulation"].values():
            simulation["block_digest"][...] = simulation["block_digest"][()] ^ np.uint64(1)
    elif kind == "without":
        del file[path]
    elif kind == "retyped":
        replace(file, path, file[path][()].astype("<f4"), file[path].dims[0][0])
    elif kind == "fewer":
        group = file["simulation"][path]
        digests = group["block_digest"][()][:-1]
        old = group["block_digest"].dims[0][0].name
        group["block_digest"].dims[0].detach_scale(file[old])
        del file[old]
        replace(group, "block_digest", digests, index_scale(group, "block", len(digests)))
        group.attrs.modify("trials", np.uint64(len(digests) * int(group.attrs["block_size"])))


def main(brisk, path, kind, *rest):
    if kind not in ("damaged", "forged", "attributes"):
        shutil.copy(path, COPY)
        with h5py.File(COPY, "r+") as file:
            rewrite(file, kind, *(rest or [""]))
            seal(file)
        return 0
    datasets, attributes = names(path)
    wrong = told = 0
    for name in attributes if kind == "attributes" else datasets:
        code, said = changed(brisk, path, name, 0, kind != "damaged")
        if kind != "damaged" and code == 0 and "that pass through libm" in said:
            # The last bit of such a value is told, with --exact an error; a higher bit always is.
            exact, _ = verify(brisk, "--exact")
            code, said = changed(brisk, path, name, 44, True)
            code = code if exact == 4 else exact
            told += 1
        # A trial is named by its address first, in which the dataset is named too.
        if code != 4 or name not in said:
            print(f"{name}: exit code {code}: {said}")
            wrong += 1
    print(f"{len(attributes if kind == 'attributes' else datasets)} tried, {wrong} wrong, {told} inexact ones told")
    return 1 if wrong or not datasets or (kind == "forged" and told == 0) else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
