#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The values of a results file as xarray reads them, group by group; the form is told in list_h5py.py.

    list_xarray.py netcdf4|h5netcdf FILE.h5
"""
import sys

import netCDF4
import numpy as np
import xarray
from list_h5py import OF_SCALES, fields


def groups_of(node, path=""):
    yield path or "/"
    for name, child in node.groups.items():
        yield from groups_of(child, f"{path}/{name}")


def print_attributes(where, attrs):
    for name, value in attrs.items():
        if name not in OF_SCALES:
            print("\t".join(["attribute", where, name, *fields(scalar(value))]))


def scalar(value):
    """netCDF has no attributes without an axis: one of length 1 reads as a scalar everywhere but here."""
    return value[0] if isinstance(value, (list, np.ndarray)) and np.shape(value) == (1,) else value


def main(engine, path):
    with netCDF4.Dataset(path) as file:
        groups = list(groups_of(file))
    for group in groups:
        # decode_times would take a unit of seconds for a time span.
        with xarray.open_dataset(path, group=group, engine=engine, decode_cf=False) as data:
            if any(str(name).startswith("phony") for name in data.dims):
                sys.exit(f"{group}: an axis without a name: {dict(data.dims)}")
            print_attributes(group, data.attrs)
            for name, variable in data.variables.items():
                where = f"{group.rstrip('/')}/{name}"
                print("\t".join(["dataset", where, *fields(variable.values)]))
                print_attributes(where, variable.attrs)


if __name__ == "__main__":
    main(*sys.argv[1:])
