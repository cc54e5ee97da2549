#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Opens the sample file of tests/results/sample.c with the readers that users have, and checks it against the rules.

    check_readers.py FILE.h5       exit 0: all well, 1: not, 77: a package is missing
"""
import subprocess
import sys

try:
    import h5netcdf  # noqa: F401
    import h5py
    import netCDF4
    import numpy as np
    import xarray as xr
except ImportError as error:
    print(error)
    sys.exit(77)

import check_rules


def check(condition, what):
    if not condition:
        raise AssertionError(what)


def with_h5py(path):
    with h5py.File(path, "r", track_order=True) as file:
        order = []
        file.id.links.iterate(order.append, idx_type=h5py.h5.INDEX_CRT_ORDER)
        check(order == [b"config", b"training_set", b"types", b"network", b"run"], f"order {order}")
        check(file.attrs["format"] == "brisk-results", "format")
        check(list(file.attrs["format_version"]) == [1, 0], "format_version")
        check(int(file.attrs["seed"]) == 2**64 - 1, "seed")
        last = h5py.h5a.open(file.id, index=len(file.attrs) - 1, index_type=h5py.h5.INDEX_CRT_ORDER)
        check(last.name == b"complete" and file.attrs["complete"] == 1, "complete stands last")
        types = file["types"]
        check(types["i64"][0, 2] == -2**63 and types["u64"][0, 2] == 2**64 - 1, "64-bit integers")
        check(np.isnan(types["f64"][1, 1]) and types["f32"][0, 2] == np.float32(1e-42), "reals")
        text = list(types["text"].asstr()[...].ravel())
        check(text == ["", "a", "two words", "grüß", "line\nline", "\U0001f3b2"], text)
        check(types["f64_0"][()] == 0.0 and types["f64_0"].attrs["units"] == "m", "scalar")
        check(len(file["config/text"].asstr()[()]) == 4999, "long text")
        interval = file["network/tanh_5/interval"]
        check(list(interval["method"].asstr()[...]) == ["hoeffding", "chebyshev", "bernstein"], "labels")
        check(interval["status"].attrs["flag_meanings"] == "ok degenerate undefined", "codes")
        trials = file["network/tanh_5/trials/error_count"][...].astype(int)
        i = np.arange(100000, dtype=np.uint64)
        expected = (((i * 2654435761) >> 7).astype(np.uint32) % 200).astype(int)
        check((trials == expected).all(), "compressed values")
        names = []
        file.visititems(lambda name, obj: names.append("/" + name))
        return ["/"] + [n for n in names if isinstance(file[n], h5py.Group)]


def with_xarray(path, groups):
    for engine in ("netcdf4", "h5netcdf"):
        found = {}
        for group in groups:
            with xr.open_dataset(path, group=group, engine=engine) as data:
                data.load()
                check(not any(str(d).startswith("phony") for d in data.dims), f"{engine} {group}: {data.dims}")
                found[group] = data
        decision = found["/network/tanh_5/decision"]
        check(decision.score.dims == ("x1", "x0") and decision.score.shape == (3, 4), f"{engine}: dims of score")
        check(float(decision.score.sel(x1=-0.5, x0=0.5)) == 7.0, f"{engine}: selection by coordinate")
        check(decision.score.attrs["long_name"] == "score on the grid", f"{engine}: attributes")
        check(found["/network/tanh_5/trials"].error_count.dims == ("trial",), f"{engine}: index")
        check("trial" not in found["/network/tanh_5/trials"].variables, f"{engine}: the index is a variable")
        check(found["/types"].cube.dims == ("plane", "row", "column"), f"{engine}: dims of cube")
        check(str(found["/types"].text.values[1, 0]) == "grüß", f"{engine}: text")


def main(path):
    broken = check_rules.problems(path, sample=True)
    check(not broken, broken[:10])
    groups = with_h5py(path)
    with_xarray(path, groups)
    with netCDF4.Dataset(path) as data:
        check(len(data["/network/tanh_5/trials"].dimensions["trial"]) == 100000, "netCDF4 dimension")
        check(list(data["/training_set"].variables) == ["x", "y"], "netCDF4 variables")
    for command in (["h5dump", "-H", path], ["h5dump", path], ["h5ls", "-rv", path]):
        done = subprocess.run(command, capture_output=True)
        check(done.returncode == 0 and not done.stderr, f"{command}: {done.stderr[:300]}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
