#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What list_octave.m is to read of a results file: names_for_octave.py FILE.h5"""
import sys

from list_h5py import entries

found = entries(sys.argv[1])
texts, groups = set(), set()
for key, (kind, fields) in found.items():
    parts = key[1].split("/")
    groups.add(parts[1])
    if key[0] == "dataset" and len(parts) < 3 or kind == "text" and key[0] == "dataset":
        texts.add(parts[1])
    elif kind != "text":
        print("\t".join(key))
for group in sorted(groups - texts - {""}):
    print(f"load\t{group}")
