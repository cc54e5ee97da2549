#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The smallest experiment: its estimate, what a simulation without summarise leaves in the file, equal bytes for
# any number of threads.
# shellcheck source=common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

for threads in 1 2 3; do
    check "brisk run pi -j $threads" bash -c "'$BRISK' run pi --reproducible -j $threads -o $threads.h5 >page.txt 2>log.txt"
done
check 'the same bytes with 2 threads' same_bytes 1.h5 2.h5
check 'the same bytes with 3 threads' same_bytes 1.h5 3.h5

# Everything that bk_trials_put writes, against NumPy: the trials from their streams, the moments, the quantiles.
contents() {
    "$BRISK_PYTHON" - "$1" <<'PYTHON'
import sys

import h5py
import numpy as np
from scipy import stats

POINTS = 100
shift = int(sys.argv[1])
with h5py.File("1.h5") as file:
    group = file["pi"]
    x, facts = group["trial_value"][()], dict(group.attrs)
    quantile = {name: data[()] for name, data in group["quantile"].items()}
    assert group["trial_value"].dims[0].label == "trial" and "frequency" not in group

for trial in (0, 1, 63, 64, 9999):
    bits = np.random.PCG64DXSM(np.random.SeedSequence(1, spawn_key=(1024, trial + shift)))
    points = ((bits.random_raw(2 * POINTS) >> np.uint64(11)) * 2.0**-53).reshape(POINTS, 2)
    assert x[trial] == 4 * np.count_nonzero((points**2).sum(axis=1) < 1) / POINTS, trial

# 6 standard errors, of the file's own and of the true distribution: error probability 2e-9.
n, p = len(x), np.pi / 4
assert abs(facts["mean"] - np.pi) < 6 * facts["mcse"]
assert abs(facts["mean"] - np.pi) < 6 * 4 * np.sqrt(p * (1 - p) / POINTS / n)
expected = {"count": n, "mean": x.mean(), "minimum": x.min(), "maximum": x.max(), "variance": x.var(ddof=1),
            "sd": x.std(ddof=1), "mcse": x.std(ddof=1) / np.sqrt(n), "skewness": stats.skew(x),
            "excess_kurtosis": stats.kurtosis(x)}
for name, value in expected.items():
    assert np.isclose(facts[name], value, rtol=1e-10), (name, facts[name], value)
assert facts["long_name"] == "estimate of pi" and facts["units"] == "1"

# The order statistic x_(ceil(p n)) lies in its bin, which is at most 1/128 of its value wide.
exact = np.sort(x)[np.ceil(quantile["probability"] * n).astype(int) - 1]
assert (quantile["low"] <= exact).all() and (exact <= quantile["high"]).all()
assert (quantile["high"] - quantile["low"] <= exact / 128).all()
assert np.allclose(quantile["value"], (quantile["low"] + quantile["high"]) / 2, rtol=1e-15)
PYTHON
}
check 'the file, value by value' contents 0
check 'the comparison can fail' bash -c "$(declare -f contents); ! contents 1 2>/dev/null"
check 'brisk show' bash -c "'$BRISK' show 1.h5 | grep -q 'mean 3\.14'"

if "$BRISK" run --help | grep -q -- --keep; then
    check 'brisk run pi --keep summary' bash -c "'$BRISK' run pi --keep summary -o summary.h5 >page.txt 2>log.txt"
    same_group() {
        "$BRISK_PYTHON" - <<'PYTHON'
import h5py

with h5py.File("1.h5") as one, h5py.File("summary.h5") as other:
    a, b = one["pi"], other["pi"]
    assert "trial_value" in a and "trial_value" not in b
    assert all(a.attrs[name] == b.attrs[name] for name in a.attrs) and len(a.attrs) == len(b.attrs)
    assert all((a["quantile"][name][()] == b["quantile"][name][()]).all() for name in a["quantile"])
PYTHON
    }
    check 'is the same without the values' same_group
fi
finish
