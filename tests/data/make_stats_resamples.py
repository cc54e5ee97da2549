# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes stats_resamples.txt: bootstrap replicates drawn with NumPy's PCG64DXSM (made with 1.24.2).

/usr/bin/python3 make_stats_resamples.py > stats_resamples.txt
Lines "n seed replicate count mean" of n losses: error[i] = (i % 5 == 2), loss[i] = ((37 * i) % 101) / 64, whose
sums are exact.
Indices: 32-bit halves of the draws of stream (seed, 6, replicate), low half first, times n, high 32 bits.
"""
import numpy as np


def indices(n, seed, replicate):
    sequence = np.random.SeedSequence(seed, spawn_key=(6, replicate))
    draws = np.random.PCG64DXSM(sequence).random_raw((n + 1) // 2)
    halves = np.empty(2 * len(draws), dtype=np.uint64)
    halves[0::2] = draws & np.uint64(0xFFFFFFFF)
    halves[1::2] = draws >> np.uint64(32)
    return (halves[:n] * np.uint64(n)) >> np.uint64(32)


for n in (1, 7, 101, 5001):
    i = np.arange(n)
    error = (i % 5 == 2).astype(np.int64)
    loss = ((37 * i) % 101) / 64
    for seed in (1, 2**63 + 5):
        for replicate in (0, 1, 63, 64, 129):
            chosen = indices(n, seed, replicate)
            print(n, seed, replicate, error[chosen].sum(), f"{loss[chosen].sum() / n:.17g}")
