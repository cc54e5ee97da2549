#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The values of a results file as h5dump prints them; the form is told in list_h5py.py.

    list_h5dump.py FILE.h5
"""
import re
import subprocess
import sys

from list_h5py import OF_SCALES, hex_of

INDEX = "This is a netCDF dimension but not a netCDF variable."
# A quoted text (h5dump writes a quote in it as \"), a brace, or a word.
TOKEN = re.compile(r'"((?:[^"\\]|\\.)*)"|([{}])|([^\s{}"]+)', re.DOTALL)
ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", '"': '"', "\\": "\\"}


def unescape(text):
    """The bytes of a text; h5dump shows one above 127 as the octal digits of a negative integer, \\37777777703."""
    text = re.sub(r"\\(37777777[0-7]{3})", lambda found: chr(int(found[1], 8) & 255), text)
    text = re.sub(r"\\(.)", lambda found: ESCAPES.get(found[1], found[0]), text, flags=re.DOTALL)
    return text.encode("latin-1")


class Dump:
    def __init__(self, text):
        self.tokens = [("text", m[1]) if m[1] is not None else ("brace", m[2]) if m[2] else ("word", m[3])
                       for m in TOKEN.finditer(text)]
        self.at = 0

    def next(self):
        self.at += 1
        return self.tokens[self.at - 1]

    def skip_braces(self):
        """What stands between the next { and its }."""
        depth, inside = 0, []
        while True:
            kind, value = self.next()
            if kind == "brace":
                depth += 1 if value == "{" else -1
                if depth == 0:
                    return inside
            elif depth > 0:
                inside.append((kind, value))

    def block(self):
        """A dataset or an attribute without its name: shape, values, and attributes within."""
        shape, values, attributes = None, [], []
        self.next()  # {
        while True:
            kind, value = self.next()
            if (kind, value) == ("brace", "}"):
                return shape, values, attributes
            if value == "DATATYPE":
                if self.tokens[self.at][1] == "H5T_STRING" or self.tokens[self.at][1] == "H5T_VLEN":
                    self.next()
                    self.skip_braces()
                elif self.next()[1] in ("H5T_REFERENCE", "H5T_COMPOUND") and self.tokens[self.at][1] == "{":
                    self.skip_braces()
            elif value == "DATASPACE":
                if self.next()[1] == "SCALAR":
                    shape = []
                else:
                    words = [word for _, word in self.skip_braces()]
                    text = " ".join(words).split("/")[0]
                    shape = [int(number) for number in re.findall(r"\d+", text)]
            elif value == "DATA":
                values = [(kind, word if kind == "text" else word.rstrip(","))
                          for kind, word in self.skip_braces() if word != ","]
            elif value == "ATTRIBUTE":
                name = self.next()[1]
                attributes.append((name, *self.block()[:2]))

    def group(self, path):
        self.next()  # {
        while True:
            kind, value = self.next()
            if (kind, value) == ("brace", "}"):
                return
            if value == "ATTRIBUTE":
                name = self.next()[1]
                yield ("attribute", path or "/", name), *self.block()[:2]
            elif value == "GROUP":
                yield from self.group(f"{path}/{self.next()[1]}")
            elif value == "DATASET":
                where = f"{path}/{self.next()[1]}"
                shape, values, attributes = self.block()
                own = {name: words for name, _, words in attributes}
                if not (own.get("NAME") or [("", "")])[0][1].startswith(INDEX):
                    yield ("dataset", where), shape, values
                    for name, of_attribute, words in attributes:
                        yield ("attribute", where, name), of_attribute, words


def main(path):
    # -y: no indices; -w 0: no line breaks; -e: those in a text as \\n. 17 digits hold every f64.
    done = subprocess.run(["h5dump", "-y", "-w", "0", "-e", "-m", "%.17g", path], capture_output=True, check=True)
    if done.stderr:
        sys.exit(done.stderr.decode())
    dump = Dump(done.stdout.decode("utf-8"))
    while dump.next()[1] != "GROUP":
        pass
    dump.next()  # its name, "/"
    for key, shape, values in dump.group(""):
        if key[0] == "attribute" and key[2] in OF_SCALES:
            continue
        fields = [hex_of(unescape(word)) if kind == "text" else word for kind, word in values]
        print("\t".join([*key, "x".join(map(str, shape)) if shape else "-", *fields]))


if __name__ == "__main__":
    main(sys.argv[1])
