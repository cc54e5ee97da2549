# SPDX-License-Identifier: GPL-3.0-or-later
"""Ten million kept trials are drawn in little memory: never all of them at once as doubles."""
import subprocess
import sys

import h5py
import numpy as np
from conftest import PACKAGE

TRIALS = 10**7
MEGABYTES = 40  # all trials as doubles would be 80

DRAW = """
import resource, sys
import brisk_analysis
from brisk_analysis.figures import all_figures
def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
with brisk_analysis.open(sys.argv[1]) as small:
    for drawing in all_figures(small):
        if drawing.spec.name in ("trials", "convergence_trials"):
            drawing.draw(small)
    small.dataset("network/tanh_3/trials").error_count[-1:].values  # xarray brings whole packages with it
before = peak()
with brisk_analysis.open(sys.argv[2]) as large:
    trials = large.networks["tanh_3"].trials
    assert trials.count == %d
    for drawing in all_figures(large):
        if drawing.spec.name in ("trials", "convergence_trials"):
            drawing.draw(large)
    value, count = trials.frequency()
    assert count.sum() == trials.count
    lazy = large.dataset("network/tanh_3/trials")
    assert lazy.error_count.shape == (trials.count,) and lazy.error_count[-1:].values[0] >= 0
print(peak() - before)
"""


def test_memory(changed, lab):
    def lengthen(file):
        for name in list(file["network"]):
            if name != "tanh_3":
                del file[f"network/{name}"]
        group = file["network/tanh_3/trials"]
        attributes = dict(group["error_count"].attrs)
        del group["error_count"]
        data = group.create_dataset("error_count", (TRIALS,), "u4", chunks=(1 << 16,), compression=1)
        generator = np.random.default_rng(1)
        for first in range(0, TRIALS, 1 << 20):
            data[first : first + (1 << 20)] = generator.binomial(100, 0.05, min(1 << 20, TRIALS - first))
        for name in ("mean", "sd", "mcse", "test_size"):
            data.attrs[name] = attributes[name]

    path = changed(lengthen)
    done = subprocess.run([sys.executable, "-c", DRAW % TRIALS, lab, path], env={"PYTHONPATH": str(PACKAGE), "PATH": "/usr/bin:/bin"},
                          capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) < MEGABYTES
    with h5py.File(path) as file:
        assert file["network/tanh_3/trials/error_count"].shape == (TRIALS,)
