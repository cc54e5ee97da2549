#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes results_npy.txt: .npy files as NumPy writes them, in hexadecimal, with what is in them.

    make_results_npy.py > results_npy.txt

A line is NAME COLUMN VALUES HEX; column 0 is the only one; values by commas, "-" where the file is to be refused.
"""
import io
import sys

import numpy as np


def hexadecimal(array, version=None):
    stream = io.BytesIO()
    np.lib.format.write_array(stream, array, version=version, allow_pickle=True)
    return stream.getvalue().hex()


def line(name, array, column=0, values=None, version=None):
    text = "-" if values is None else ",".join("%.17g" % value for value in values)
    print(name, column, text, hexadecimal(array, version))


print("# SPDX-License-Identifier: GPL-3.0-or-later")
print("# made by make_results_npy.py with NumPy", np.__version__)
values = [0.0, 1.0, 0.25, 100.0]
for dtype in ("<f4", "<f8", ">f4", ">f8", "<i1", "<i2", "<i4", "<i8", ">i2", ">i4", ">i8", "<u1", "<u2", "<u4",
              "<u8", ">u8", "?"):
    array = np.array(values).astype(dtype)
    line(array.dtype.str.replace("|", "_"), array, values=array.astype(float))
for dtype, least in (("<i1", -128), ("<i2", -32768), ("<i4", -2147483648), ("<i8", -2**62)):
    line("least_" + dtype, np.array([least, 1], dtype), values=[least, 1])
for dtype, most in (("<u1", 255), ("<u2", 65535), ("<u4", 4294967295), ("<u8", 2**63)):
    line("most_" + dtype, np.array([most, 1], dtype), values=[most, 1])
line("version2", np.array(values), values=values, version=(2, 0))
line("version3", np.array(values), values=values, version=(3, 0))
table = np.arange(12.0).reshape(4, 3) / 8
for column in (1, 2, 3):
    line("c_order", table, column, table[:, column - 1])
    line("fortran_order", np.asfortranarray(table), column, table[:, column - 1])
line("one_column", table[:, :1].copy(), 0, table[:, 0])
line("strided", np.arange(10.0)[::2], 0, np.arange(10.0)[::2])
line("two_columns_none_named", table)
line("no_such_column", table, 4)
line("scalar", np.float64(1.0))
line("three_axes", np.zeros((2, 2, 2)))
line("empty", np.zeros(0))
line("half", np.zeros(3, "f2"))
line("complex", np.zeros(3, "c16"))
line("text", np.array(["a", "b"]))
line("record", np.zeros(3, [("a", "f8"), ("b", "i4")]))
line("object", np.array([None, 1.0]))
line("nan", np.array([1.0, np.nan]))
line("inf", np.array([1.0, -np.inf]))
sys.stdout.flush()
