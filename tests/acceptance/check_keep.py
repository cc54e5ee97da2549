#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""check_keep.py ALL.h5 SUMMARY.h5: what both files report of the trials has the same bits."""
import sys

import h5py
import numpy as np

with h5py.File(sys.argv[1]) as kept, h5py.File(sys.argv[2]) as folded:
    for name in kept["network"]:
        a, b = kept["network"][name]["trials"], folded["network"][name]["trials"]
        values = a["error_count"]
        assert "error_count" not in b, "the values should be gone"
        facts = values.attrs
        other = b.attrs
        for key in ("mean", "sd", "mcse", "test_size", "block_size"):
            assert facts[key] == other[key], (name, key, facts[key], other[key])
        assert np.array_equal(a["histogram/edge"][:], b["histogram/edge"][:])
        assert np.array_equal(a["histogram/count"][:], b["histogram/count"][:])
        value, count = np.unique(values[:], return_counts=True)
        assert np.array_equal(b["frequency/value"][:], value) and np.array_equal(b["frequency/count"][:], count)
        test_size = int(other["test_size"])
        assert abs(np.mean(values[:]) / test_size - other["mean"]) < 1e-12
        for place in ("interval/low", "interval/high", "bootstrap/mean", "w1", "loss"):
            assert np.array_equal(kept["network"][name][place][:], folded["network"][name][place][:]), place
    for name in kept["simulation"]:
        assert np.array_equal(kept["simulation"][name]["block_digest"][:], folded["simulation"][name]["block_digest"][:])
