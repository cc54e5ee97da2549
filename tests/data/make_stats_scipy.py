# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes stats_scipy.txt: bootstrap replicates and intervals by SciPy's own bootstrap (made with 1.10.1).

/usr/bin/python3 make_stats_scipy.py > stats_scipy.txt
Each case: "case NAME n resamples", the data, the replicates, then lines "expect METHOD LEVEL LOW HIGH".
"""
import warnings

import numpy as np
from scipy import stats

RESAMPLES = 999


def write(name, data):
    n = len(data)
    replicates = None
    expected = []
    for method in ("percentile", "BCa"):
        for level in (0.9, 0.95):
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                result = stats.bootstrap((data,), np.mean, n_resamples=RESAMPLES, confidence_level=level,
                                         method=method, random_state=np.random.default_rng(20240501))
            assert replicates is None or (replicates == result.bootstrap_distribution).all()
            replicates = result.bootstrap_distribution
            low, high = result.confidence_interval
            expected.append(f"expect {method.lower()} {level} {low:.17g} {high:.17g}")
    print(f"case {name} {n} {RESAMPLES}")
    print("\n".join(f"{value:.17g}" for value in data))
    print("\n".join(f"{value:.17g}" for value in replicates))
    print("\n".join(expected))


rng = np.random.default_rng(7)
write("skewed", np.exp(rng.standard_normal(30)))
write("zero-one", (np.arange(30) % 6 == 3).astype(float))
