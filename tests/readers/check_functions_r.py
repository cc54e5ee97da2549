#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compares what the functions of analysis/r/brisk.R found with h5py.

usage: check_functions_r.py FILE.h5 VALUES.tsv     (VALUES.tsv as functions.R prints it)
"""
import re
import sys

import h5py
import numpy as np


def load(path):
    """name -> list of texts"""
    found = {}
    for line in open(path, encoding="utf-8"):
        name, value = line.rstrip("\n").split("\t", 1)
        name, number = re.fullmatch(r"(.*)\[(\d+)\]", name).groups()
        assert int(number) == len(found.setdefault(name, [])), name
        found[name].append(value)
    return found


def texts(dataset):
    return list(dataset.asstr()[()])


def same(name, expected, got):
    assert len(expected) == len(got), f"{name}: {len(expected)} values, R has {len(got)}"
    for want, have in zip(expected, got):
        if isinstance(want, str):
            assert want == have, f"{name}: {want}, R has {have}"
        else:
            value = float.fromhex(have) if "x" in have else float(have)
            assert np.array_equal(value, float(want), equal_nan=True), f"{name}: {want}, R has {have}"


def main():
    found = load(sys.argv[2])
    compared = 0

    def check(name, expected):
        nonlocal compared
        same(name, list(expected), found.pop(name, []))
        compared += 1

    with h5py.File(sys.argv[1]) as file:
        group = file["network"]
        check("networks/name", group)
        for column in dict.fromkeys(key for network in group.values() for key in network.attrs):
            check(f"networks/{column}", [network.attrs[column] for network in group.values()])
        for name, network in group.items():
            interval = network["interval"]
            for column, dataset in interval.items():
                expected = texts(dataset) if dataset.dtype == object else dataset[()]
                check(f"intervals/{name}/{column}", expected)
            trials = network["trials"]
            edge, count = trials["histogram/edge"][()], trials["histogram/count"][()]
            described = (trials["error_count"] if "error_count" in trials else trials).attrs
            for part, expected in {
                "edge": edge,
                "count": count,
                "density": count / (count.sum() * np.diff(edge)),
                "mean": [described["mean"]],
                "mcse": [described["mcse"]],
                "true_risk": [network.attrs["true_risk"]],
                "error_rate": [network["test_set"].attrs["error_rate"]],
            }.items():
                check(f"histogram/{name}/{part}", expected)
            finite = np.isfinite(interval["low"]) & np.isfinite(interval["high"])
            check(f"drawn/{name}/method", np.array(texts(interval["method"]))[finite].tolist())
            for end in ("low", "high"):
                check(f"drawn/{name}/{end}", interval[end][()][finite])
    assert not found, f"R tells what h5py does not: {sorted(found)}"
    print(f"{compared} tables equal")


if __name__ == "__main__":
    main()
