#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Opens the sample file of tests/results/sample.c with the readers that users have, and lints its types.

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

INDEX = b"This is a netCDF dimension but not a netCDF variable."
ALLOWED = {"<f4", "<f8", "|u1", "<i4", "<i8", "<u4", "<u8"}
SCALE = {"CLASS", "NAME", "REFERENCE_LIST", "DIMENSION_LIST", "DIMENSION_LABELS"}


def check(condition, what):
    if not condition:
        raise AssertionError(what)


def lint_string(tid, what):
    check(tid.is_variable_str() and tid.get_cset() == h5py.h5t.CSET_UTF8, what + ": not variable-length UTF-8")


def lint_type(tid, what):
    if isinstance(tid, h5py.h5t.TypeStringID):
        lint_string(tid, what)
    else:
        check(tid.dtype.str in ALLOWED and isinstance(tid, (h5py.h5t.TypeIntegerID, h5py.h5t.TypeFloatID)),
              f"{what}: type {tid.dtype}")


def lint(name, obj):
    for attribute in obj.attrs:
        if attribute not in SCALE:
            lint_type(h5py.h5a.open(obj.id, attribute.encode()).get_type(), f"{name}@{attribute}")
    create = obj.id.get_create_plist()
    check(create.get_attr_creation_order() == 3, name + ": attributes not in creation order")
    if isinstance(obj, h5py.Group):
        check(create.get_link_creation_order() == 3, name + ": links not in creation order")
        return
    check(not create.get_obj_track_times(), name + ": has time stamps")
    lint_type(obj.id.get_type(), name)
    index = obj.attrs.get("NAME", b"").startswith(INDEX)
    if index:
        check(obj.id.get_storage_size() == 0, name + ": an index takes room")
        check(int(obj.attrs["NAME"][len(INDEX):]) == obj.shape[0], name + ": length in NAME")
    elif not h5py.h5ds.is_scale(obj.id):
        for axis, dim in enumerate(obj.dims):
            check(len(dim) == 1 and dim.label != "", f"{name}: axis {axis} has no scale or label")
            check(dim[0].name.split("/")[-1] == dim.label, f"{name}: axis {axis} label")
            parent = dim[0].name.rsplit("/", 1)[0]
            check(name.startswith(parent + "/"), f"{name}: scale in another branch")
            check(dim[0].shape[0] == obj.shape[axis], f"{name}: axis {axis} length")
    if not index:
        check(obj.attrs["long_name"] != "", name + ": long_name")
    if obj.nbytes > 65536 and not index:
        size = np.prod(obj.chunks) * obj.dtype.itemsize
        check(65536 <= size <= 1048576, f"{name}: chunk of {size} bytes")
        check(obj.shuffle and obj.compression == "gzip" and obj.compression_opts == 4 and obj.fletcher32, name)
    elif not index:
        check(obj.chunks is None, name + ": small and chunked")


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
        lint("/", file["/"])
        for name in names:
            lint(name, file[name])
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
