# SPDX-License-Identifier: GPL-3.0-or-later
"""same_data.py LAB PART GROUP: every dataset of PART's GROUP stands in LAB with the same values."""
import sys

import h5py
import numpy as np

lab, part = (h5py.File(name) for name in sys.argv[1:3])
names = []
part[sys.argv[3]].visititems(lambda name, item: names.append(name) if isinstance(item, h5py.Dataset) else None)
assert len(names) > 5, f"only {len(names)} datasets"
for name in names:
    path = f"{sys.argv[3]}/{name}"
    ours, theirs = part[path][()], lab[path][()]
    same = np.array_equal(ours, theirs, equal_nan=True) if np.issubdtype(np.asarray(ours).dtype, np.floating) \
        else np.array_equal(ours, theirs)
    assert same, f"{path} differs"
