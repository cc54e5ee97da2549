#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes stats_quantile.txt: quantiles by NumPy (1.24.2), method inverted_cdf.

Each case: "case NAME n", the values, then "expect PROBABILITY QUANTILE" lines. Values of the cases whose names begin with
"counts" are whole numbers.
"""
import os

import numpy as np

PROBABILITIES = [0, 1e-300, 0.001, 0.005, 0.01, 0.025, 0.05, 0.07, 0.1, 0.14, 0.25, 0.28, 1 / 3, 0.5, 0.55, 0.56, 0.57, 2 / 3,
                 0.75, 0.9, 0.95, 0.975, 0.99, 0.995, 0.999, 1 - 2.0 ** -53, 1]


def write(out, name, values):
    values = np.asarray(values, dtype=float)
    out.write(f"case {name} {len(values)}\n" + "".join(f"{v!r}\n" for v in values.tolist()))
    for p in PROBABILITIES:
        quantile = float(np.quantile(values, p, method="inverted_cdf"))
        ranked = np.sort(values)[max(int(np.ceil(p * len(values))), 1) - 1]
        assert quantile == ranked or (np.isnan(quantile) and np.isnan(ranked)), (name, p)
        out.write(f"expect {p!r} {quantile!r}\n")


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    draw = np.random.Generator(np.random.PCG64DXSM(8))
    with open(os.path.join(here, "stats_quantile.txt"), "w", encoding="ascii") as out:
        out.write("# by make_stats_quantile.py\n")
        write(out, "counts-1", [7])
        write(out, "counts-2", [9, 3])
        write(out, "counts-100", draw.permutation(100))
        write(out, "counts-binomial", draw.binomial(1000, 0.09, size=1000))
        write(out, "one", [-0.3])
        write(out, "normal", draw.normal(size=1000))
        write(out, "signs", np.concatenate([-np.exp(20 * draw.normal(size=150)), [0.0, -0.0], np.exp(20 * draw.normal(size=148))]))
        write(out, "edges", [5e-324, -5e-324, 2.0 ** -1022, 0.0, 1.7976931348623157e308, -1.7976931348623157e308, 1.0, 1.5,
                             2.2e-308, -3e-310])
        write(out, "infinities", [np.inf, -np.inf, 1.0, -np.inf, 2.0])


if __name__ == "__main__":
    main()
