# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes stats_resample_halve.txt: how often resamples by resample-halve-v1 draw each thing, by NumPy (1.24.2).

/usr/bin/python3 make_stats_resample_halve.py > stats_resample_halve.txt
Lines "n draws replicate hash": FNV-1a, 64 bits, over the bytes of the counts (u32, little-endian) of the stream
(9, 6, replicate), draws of them. More draws than things make what hardly ever happens in a bootstrap happen often.
"""
import numpy as np
from resample_halve import counts_of

SIZES = [*range(1, 18), 23, 31, 32, 33, 63, 64, 65, 100, 127, 128, 129, 200, 255, 256, 257, 511, 513, 1000, 1023, 1024,
         1025, 2049, 3001, 4096, 10007, 16385, 40961]


def fnv(data):
    value = 0xCBF29CE484222325
    for byte in data:
        value = (value ^ byte) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
    return value


for n in SIZES:
    for draws in (n, 0, 3 * n + 5, 40 * n + 1) if n < 3000 else (n, 2 * n + 1):
        for replicate in range(3 if n < 300 else 2):
            counts = counts_of(np.random.SeedSequence(9, spawn_key=(6, replicate)), n, draws)
            assert counts.sum() == draws
            print(n, draws, replicate, f"{fnv(counts.astype('<u4').tobytes()):016x}")
