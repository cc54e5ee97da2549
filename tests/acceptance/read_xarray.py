# SPDX-License-Identifier: GPL-3.0-or-later
"""Opens every group of a results file with xarray and compares it with what h5py reads:
read_xarray.py ENGINE FILE.h5"""

import sys

import h5py
import numpy as np
import xarray

engine, path = sys.argv[1:]
groups = []
with h5py.File(path, "r") as results:
    results.visititems(lambda name, item: groups.append(name) if isinstance(item, h5py.Group) else None)
    compared = 0
    for name in groups:
        options = {"phony_dims": "access"} if engine == "h5netcdf" else {}
        with xarray.open_dataset(path, group=name, engine=engine, **options) as opened:
            for variable, array in opened.variables.items():
                assert not any(dimension.startswith("phony") for dimension in array.dims), (name, variable)
                stored = results[name].get(variable)
                if stored is None:  # a coordinate of a parent group
                    continue
                if stored.dtype.kind != "O":
                    np.testing.assert_array_equal(array.values, stored[()], "%s/%s" % (name, variable))
                compared += 1
assert compared > 50, "only %d variables were compared" % compared
print("%d groups, %d variables" % (len(groups), compared))
