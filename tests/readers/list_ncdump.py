#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The values of a results file as netCDF's ncdump prints them; the form is told in list_h5py.py.

    list_ncdump.py FILE.h5
"""
import re
import subprocess
import sys

from list_h5py import OF_SCALES, hex_of

TYPES = "string|byte|ubyte|char|short|ushort|int|uint|int64|uint64|float|double"
TOKEN = re.compile(r'"((?:[^"\\]|\\.)*)"|([{};,=():])|((?:[^\s{};,=():"\\]|\\.)+)', re.DOTALL)
ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "'": "'", '"': '"', "\\": "\\", "b": "\b", "f": "\f"}


def unescape(text):
    return re.sub(r"\\(.)", lambda found: ESCAPES.get(found[1], found[0]), text, flags=re.DOTALL)


def name_of(word):
    return re.sub(r"\\(.)", r"\1", word)


class Dump:
    """Reads CDL: dimensions, variables with attributes, data, groups."""

    def __init__(self, text):
        text = text.replace("UNLIMITED ; // (0 currently)", "UNLIMITED ;")
        text = re.sub(r"^\s*//.*$|^\s*} // group.*$", lambda line: "}" if "}" in line[0] else "", text, flags=re.MULTILINE)
        self.tokens = [("text", m[1]) if m[1] is not None else ("mark", m[2]) if m[2] else ("word", m[3])
                       for m in TOKEN.finditer(text)]
        self.at = 0
        self.out = {}

    def peek(self, ahead=0):
        return self.tokens[self.at + ahead][1]

    def next(self):
        self.at += 1
        return self.tokens[self.at - 1]

    def values(self):
        """Values up to the next ; (the empty text, netCDF's fill value, is shown as _)."""
        found = []
        while True:
            kind, value = self.next()
            if (kind, value) == ("mark", ";"):
                return found
            if (kind, value) != ("mark", ","):
                found.append(hex_of(unescape(value)) if kind == "text" else "" if value == "_" else number(value))

    def group(self, path, above):
        lengths, variables = dict(above), {}
        self.next()  # {
        while self.peek() != "}":
            kind, word = self.next()
            if word == "group":
                self.next()  # :
                self.group(f"{path}/{name_of(self.next()[1])}", lengths)
            elif word == "data" and self.peek() == ":":
                self.next()
                self.data(path, variables)
            elif word in ("dimensions", "variables") and self.peek() == ":":
                self.next()
            elif word == ":":  # an attribute of the group
                self.attribute(path or "/", self.next()[1])
            elif re.fullmatch(TYPES, word):
                if self.peek() == ":":  # string :name = of the group
                    self.next()
                    self.attribute(path or "/", self.next()[1])
                elif self.peek(1) == ":":  # string variable:name =
                    owner = name_of(self.next()[1])
                    self.next()
                    self.attribute(f"{path}/{owner}", self.next()[1])
                else:
                    self.variable(variables, lengths)
            elif self.peek() == "=":  # a dimension
                self.next()
                length = self.next()[1]  # of an empty axis: UNLIMITED, and 0 in a comment
                lengths[name_of(word)] = 0 if length == "UNLIMITED" else int(length)
                while self.next()[1] != ";":
                    pass
            elif self.peek() == ":":  # variable:name =
                self.next()
                self.attribute(f"{path}/{name_of(word)}", self.next()[1])
            else:
                raise ValueError(f"{path}: {word} is not understood")
        self.next()  # }

    def variable(self, variables, lengths):
        name, shape = name_of(self.next()[1]), []
        if self.peek() == "(":
            self.next()
            while self.peek() != ")":
                shape.append(lengths[name_of(self.next()[1])])
                if self.peek() == ",":
                    self.next()
            self.next()
        self.next()  # ;
        variables[name] = shape

    def attribute(self, where, name):
        self.next()  # =
        values = self.values()
        if name_of(name) not in OF_SCALES:
            # netCDF has no scalar attributes; those of length 1 are scalars everywhere in these files.
            shape = "-" if len(values) == 1 else str(len(values))
            self.out["attribute", where, name_of(name)] = [shape, *values]

    def data(self, path, variables):
        while self.peek() not in ("}", "group"):
            name = name_of(self.next()[1])
            self.next()  # =
            shape = variables[name]
            self.out["dataset", f"{path}/{name}"] = ["x".join(map(str, shape)) if shape else "-", *self.values()]
        for name, shape in variables.items():
            if 0 in shape:
                self.out.setdefault(("dataset", f"{path}/{name}"), ["x".join(map(str, shape))])


def number(word):
    word = re.sub(r"(?<=[0-9])(ULL|LL|UB|US|U|B|S|L|f)$", "", word)
    return {"NaN": "nan", "NaNf": "nan", "Infinity": "inf", "-Infinity": "-inf", "Infinityf": "inf",
            "-Infinityf": "-inf"}.get(word, word)


def main(path):
    done = subprocess.run(["ncdump", "-p", "9,17", path], capture_output=True, check=False)
    if done.returncode != 0 or done.stderr:
        sys.exit(f"ncdump: exit code {done.returncode} {done.stderr.decode()}")
    dump = Dump(done.stdout.decode("utf-8"))
    while dump.peek() != "{":
        dump.next()
    dump.group("", {})
    for key, values in dump.out.items():
        print("\t".join([*key, *values]))


if __name__ == "__main__":
    main(sys.argv[1])
