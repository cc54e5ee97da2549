#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Opens the golden files of every version of the format, in tests/data/golden, with today's brisk.

    check_golden.py                       exit 0: all is as it was, 1: not
    check_golden.py --make FOLDER         writes FOLDER/values.json: what h5py reads in FOLDER/*.h5.gz

For each file: $BRISK show prints its page, the digests fit (recomputed by brisk and by check_digest.py), and what
brisk reads ($LIST_VALUES) is what values.json says that h5py read when the file was made: [type, shape, values]. Of more
than 4 values it has the first 4 and, last, the SHA-256 of all, each followed by a line feed. Left out are attributes that the digests guard anyhow.
"""
import gzip
import hashlib
import json
import os
import pathlib
import struct
import subprocess
import sys
import tempfile

GOLDEN = pathlib.Path(__file__).resolve().parents[1] / "data" / "golden"
FIRST = 4
LEFT_OUT = ("digest", "long_name", "units")


def plain(kind, text):
    """One spelling of each value, whoever printed it."""
    if kind == "text":
        return bytes.fromhex(text).decode()
    if kind == "f32":
        return repr(struct.unpack("<f", struct.pack("<f", float(text)))[0])
    return str(int(text)) if kind[0] in "iu" else repr(float(text))


def summary(kind, fields):
    """What values.json has of one dataset or attribute."""
    shape, *values = fields
    values = [plain(kind, value) for value in values]
    if len(values) > FIRST:
        every = "".join(value + "\n" for value in values)
        values = [*values[:FIRST], hashlib.sha256(every.encode()).hexdigest()]
    return [kind, shape, values]


def unpacked(folder):
    """The files of a folder, one after the other, unpacked for as long as they are looked at."""
    with tempfile.TemporaryDirectory() as place:
        for packed in sorted(folder.glob("*.h5.gz")):
            path = pathlib.Path(place) / packed.name.removesuffix(".gz")
            path.write_bytes(gzip.decompress(packed.read_bytes()))
            yield path


def make(folder):
    import list_h5py

    written = {}
    for path in unpacked(folder):
        written[path.name] = {" ".join(key): summary(kind, fields)
                              for key, (kind, fields) in list_h5py.entries(path).items() if key[-1] not in LEFT_OUT}
    (folder / "values.json").write_text(lines(written), encoding="utf-8")
    return 0


def lines(written):
    """JSON with a line for each thing."""
    files = (json.dumps(name) + ": {\n" + ",\n".join(f"{json.dumps(key)}: {json.dumps(value, ensure_ascii=False)}"
                                                    for key, value in things.items()) + "\n}"
             for name, things in written.items())
    return "{\n" + ",\n".join(files) + "\n}\n"


def run(*command):
    return subprocess.run(command, capture_output=True, text=True, check=False)


def problems(path, expected):
    shown = run(os.environ["BRISK"], "show", str(path))
    if shown.returncode != 0 or not shown.stdout:
        yield f"brisk show: exit code {shown.returncode} {shown.stderr}"
    digests = run(sys.executable, str(GOLDEN.parents[1] / "results" / "check_digest.py"), str(path))
    if digests.returncode not in (0, 77):
        yield f"check_digest.py: {digests.stdout}{digests.stderr}"
    listed = run(os.environ["LIST_VALUES"], str(path))
    if listed.returncode != 0:
        yield f"brisk reads it no more: {listed.stderr}"
        return
    seen = set()
    for line in listed.stdout.splitlines():
        parts = line.split("\t")
        names = 2 if parts[0] == "dataset" else 3
        if parts[names - 1] in LEFT_OUT:
            continue
        key = " ".join(parts[:names])
        seen.add(key)
        if key not in expected:
            yield f"{key}: not there when the file was made"
            continue
        found = summary(expected[key][0], parts[names:])
        if found != expected[key]:
            yield f"{key}: {found}, and was {expected[key]}"
    for key in expected.keys() - seen:
        yield f"{key}: read no more"


def main(arguments):
    if arguments[:1] == ["--make"] and len(arguments) == 2:
        return make(pathlib.Path(arguments[1]))
    count = wrong = 0
    for folder in sorted(GOLDEN.iterdir()):
        values = json.loads((folder / "values.json").read_text(encoding="utf-8"))
        left = set(values)
        for path in unpacked(folder):
            count += 1
            found = list(problems(path, values[path.name]))
            left.discard(path.name)
            if path.name == "pi.h5":
                # One digit changed in what is expected must be found.
                changed = json.loads(json.dumps(values[path.name]))
                changed["dataset /pi/trial_value"][2][1] += "1"
                if not list(problems(path, changed)):
                    found.append("a changed value was not found")
            wrong += bool(found)
            for line in found[:10]:
                print(f"{folder.name}/{path.name}: {line[:400]}")
        if left:
            print(f"{folder}: no file {' '.join(left)}")
            wrong += 1
    print(f"{count} golden files, {wrong} with problems")
    return 1 if wrong or count == 0 else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
