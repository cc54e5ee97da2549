# SPDX-License-Identifier: GPL-3.0-or-later
"""What every reader of a results file relies on, checked with h5py: read_h5py.py FILE.h5"""

import sys

import h5py
import numpy as np

ROOT_ATTRIBUTES = ("format format_version brisk_version git_commit git_dirty seed rng experiment digest "
                   "complete").split()
NETWORK = """w1 b1 w2 b2 loss decision/x0 decision/x1 decision/score decision/bayes_score trials/error_count
    trials/histogram/edge trials/histogram/count test_set/x test_set/y test_set/score test_set/error
    bootstrap/mean interval/method interval/low interval/high interval/half_width interval/estimate
    interval/level interval/sides interval/status interval/reason interval/guarantee interval/assumption
    interval/clipped interval/mc_error_low interval/mc_error_high""".split()


def problems_of(file):
    for name in ROOT_ATTRIBUTES:
        if name not in file.attrs:
            yield "/: no attribute %s" % name
    if file.attrs["format"] != "brisk-results" or not file.attrs["complete"]:
        yield "/: format or complete is wrong"

    wanted = ["config/text", "training_set/x", "training_set/y"]
    wanted += ["gradient_check/%s/%s" % (dtype, name) for dtype in ("f32", "f64")
               for name in ("parameter", "epsilon", "error")]
    wanted += ["network/%s/%s" % (network, name) for network in ("tanh_3", "tanh_5", "relu_3", "relu_5")
               for name in NETWORK]
    for path in wanted:
        if path not in file:
            yield "no dataset /%s" % path

    datasets = []
    file.visititems(lambda path, item: datasets.append(item) if isinstance(item, h5py.Dataset) else None)
    for dataset in datasets:
        if dataset.dtype.kind == "V":
            yield "%s: compound type" % dataset.name
        if dataset.dtype.byteorder == ">":
            yield "%s: big-endian" % dataset.name
        if h5py.h5ds.is_scale(dataset.id):
            continue
        for axis in range(dataset.ndim):
            if len(dataset.dims[axis]) != 1:
                yield "%s: axis %d has %d scales" % (dataset.name, axis, len(dataset.dims[axis]))

    for path in (item.name for item in datasets if item.name.endswith("/interval/low")):
        group = file[path].parent
        ok = np.isin(group["status"].asstr()[:], ["ok", "degenerate"])
        for name in ("low", "high", "half_width"):
            if not np.isfinite(group[name][:][ok]).all():
                yield "%s/%s: not a number though the status is ok" % (group.name, name)
        if (group["reason"].asstr()[:][~ok] == "").any():
            yield "%s: an interval fails without a reason" % group.name


with h5py.File(sys.argv[1], "r") as results:
    problems = list(problems_of(results))
print("\n".join(problems) or "ok")
sys.exit(1 if problems else 0)
